/* SPDX-License-Identifier: MIT */
/* A made-up /proc/self/net in a folder of its own. Whatever fails ends the program. */
#ifndef SOCKEYE_TESTS_PROCROOT_H
#define SOCKEYE_TESTS_PROCROOT_H

#include <stddef.h>

struct procroot {
	char path[64]; /* what stands for /proc */
};

void procroot_make(struct procroot *r);
/* Writes the file self/net/NAME; NULL bytes: removes it. */
void procroot_put(const struct procroot *r, const char *name, const void *bytes, size_t len);
void procroot_remove(const struct procroot *r); /* with all that is in it */

#endif
