/* SPDX-License-Identifier: MIT */
#include "tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sockeye/base/mem.h"

static int push(void *list, int32_t id)
{
	struct task_list *l = list;

	if (l->n == l->room) {
		l->room = l->room == 0 ? 64 : l->room * 2;
		l->id = xreallocarray(l->id, l->room, sizeof(*l->id));
	}
	l->id[l->n++] = id;
	return 0;
}

void tasks_free(struct task_list *l)
{
	free(l->id);
	*l = (struct task_list){ .id = NULL };
}

static int cmp_id(const void *a, const void *b)
{
	const int32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int tasks_list(struct procfs *p, const char *dir, struct task_list *l)
{
	int rc, fd = openat(p->fd, *dir != '\0' ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	rc = procfs_numbers(p, fd, push, l);
	close(fd);
	/* The kernel lists them so already, but does not promise it. */
	if (l->n > 1)
		qsort(l->id, l->n, sizeof(*l->id), cmp_id);
	return rc;
}

int tasks_share_files(int32_t a, int32_t b)
{
	long rc = syscall(SYS_kcmp, a, b, KCMP_FILES, 0UL, 0UL);

	return rc < 0 ? -errno : rc == 0;
}

int tasks_with_own_table(struct procfs *p, const struct fdtable *leader, struct task_list *own)
{
	struct task_list all = { .id = NULL };
	char dir[32];
	struct stat st;
	int rc;

	snprintf(dir, sizeof(dir), "%d/task", leader->pid);
	/* Two links of its own and one for each thread. */
	if (fstatat(p->fd, dir, &st, 0) != 0)
		return -errno;
	if (st.st_nlink <= 3)
		return 0;
	rc = tasks_list(p, dir, &all);
	for (uint32_t i = 0; rc == 0 && i < all.n; i++) {
		int shared =
			all.id[i] == leader->pid ? 1 : tasks_share_files(leader->pid, all.id[i]);

		if (shared < 0)
			shared = leader->n + leader->others > 0 || own->n > 0;
		for (uint32_t k = 0; shared == 0 && k < own->n; k++)
			shared = tasks_share_files(own->id[k], all.id[i]) == 1;
		if (shared == 0)
			push(own, all.id[i]);
	}
	tasks_free(&all);
	return rc;
}
