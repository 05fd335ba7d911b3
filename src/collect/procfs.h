/* SPDX-License-Identifier: MIT */
/* The proc file system: one open directory, and its numbered entries. */
#ifndef SOCKEYE_SRC_COLLECT_PROCFS_H
#define SOCKEYE_SRC_COLLECT_PROCFS_H

#include <stdbool.h>
#include <stdint.h>

struct procfs {
	int fd;       /* of /proc, -1 when it is not there */
	int32_t self; /* our own pid as this /proc numbers it, 0 unknown */
	bool counts;  /* the size of a descriptor directory tells how many (Linux 6.2) */
	char *buf;    /* for getdents */
	uint64_t readlinks, getdents; /* descriptors looked at since the sample began */
	int last_error; /* of what failed other than for want of rights: EMFILE, ENOMEM */
};

/* -errno when there is no proc file system at root. */
int procfs_open(struct procfs *p, const char *root);
void procfs_close(struct procfs *p);

/*
 * Calls each() with every entry of the open directory whose name is a number, in the kernel's
 * order, until it returns other than 0. Returns that, 0 at the end, or a negative errno. Not to be
 * nested.
 */
int procfs_numbers(struct procfs *p, int dir, int (*each)(void *ctx, int32_t number), void *ctx);

#endif
