/* SPDX-License-Identifier: MIT */
/*
 * A thread that asks a database which may block for minutes, so that nobody else has to wait.
 * The functions are for one thread, the resolver's user.
 */
#ifndef SOCKEYE_COLLECT_RESOLVER_H
#define SOCKEYE_COLLECT_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resolver;

#define RESOLVER_ANSWER 8448 /* bytes that an answer may have: a path and a command line */

/* NULL when there can be no thread. lookup is called in it, one call at a time. */
struct resolver *resolver_new(size_t (*lookup)(uint32_t id, char *name, size_t size));
/* Does not wait for a lookup that is under way: the thread then ends by itself. NULL is fine. */
void resolver_free(struct resolver *r);

/* Becomes readable when there are answers. */
int resolver_fd(const struct resolver *r);
void resolver_ask(struct resolver *r, uint32_t id);

struct resolved {
	uint32_t id;
	size_t len; /* 0: it has no name */
	char *name; /* whoever takes the answer frees it */
};

/* Takes one answer, in the order in which was asked. false when none is there yet. */
bool resolver_take(struct resolver *r, struct resolved *out);

#endif
