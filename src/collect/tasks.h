/* SPDX-License-Identifier: MIT */
/* Processes and threads: which there are, and which threads have a descriptor table of their own.
 */
#ifndef SOCKEYE_SRC_COLLECT_TASKS_H
#define SOCKEYE_SRC_COLLECT_TASKS_H

#include "fdtable.h"

struct task_list {
	int32_t *id; /* ascending */
	uint32_t n, room;
};

/*
 * The numbered entries of a directory below /proc: "" for the processes, "12/task" for threads.
 * Fills l, which is empty before. 0 or a negative errno. The caller frees l in either case.
 */
int tasks_list(struct procfs *p, const char *dir, struct task_list *l);
void tasks_free(struct task_list *l);

/* 1: the two threads share their descriptor table, 0: they do not, or a negative errno. */
int tasks_share_files(int32_t a, int32_t b);

/*
 * One thread for each descriptor table of this process that is not its leader's. Told by kcmp(2),
 * which compares without reading; where it is refused, one thread of a leader without descriptors
 * is taken. Cheap for a process with one thread. 0 or a negative errno.
 */
int tasks_with_own_table(struct procfs *p, const struct fdtable *leader, struct task_list *own);

#endif
