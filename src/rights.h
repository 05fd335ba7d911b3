/* SPDX-License-Identifier: MIT */
/*
 * What the process may do: what it lacks and what is not to be seen for that, and how it gives up
 * the rest. All of it in the first thread, before there is a second one: rights belong to a thread.
 */
#ifndef SOCKEYE_SRC_RIGHTS_H
#define SOCKEYE_SRC_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/err.h"

#define RIGHTS_MAX 4

/* What rights are wanted for. */
enum rights_use {
	RIGHTS_OWNERS = 1 << 0,  /* the processes of other users */
	RIGHTS_DETAILS = 1 << 1, /* what the kernel tells of a socket to its administrator only */
	RIGHTS_BPF = 1 << 2,     /* owners by way of a program in the kernel */
	RIGHTS_NETNS = 1 << 3,   /* other network namespaces */
};

/*
 * The first of all calls: forgets what the environment says to libraries when another user could
 * have written it (after sudo and its like), and lets nobody else read the files that are made.
 */
void rights_begin(void);

/* 0, or -EPERM: set-user-ID, set-group-ID or file capabilities gave us what the user has not. */
int rights_check(struct err *e);

/*
 * Keeps the capabilities that are there and wanted for uses, of enum rights_use, and gives up all
 * others for good, as well as the way to get any by running a program. A process that keeps some, or
 * is root's, cannot be looked into by the user who started it and leaves no core. Says in *kept, for
 * the status page, what was kept.
 */
void rights_drop(unsigned uses, struct buf *kept);

/* Whether all that the uses, of enum rights_use, take is there. */
bool rights_have(unsigned uses);

/* Fills missing with a line for each right that is not there; returns how many. */
size_t rights_missing(const char *missing[RIGHTS_MAX]);

#endif
