/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/details.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/cgroups.h"
#include "sockeye/collect/clock.h"
#include "sockeye/collect/cmdlines.h"
#include "sockeye/collect/inet_detail.h"

struct details {
	struct cgroups *cgroups;
	struct cmdlines *cmdlines;
};

struct details *details_new(void)
{
	struct details *d = xcalloc(1, sizeof(*d));

	d->cgroups = cgroups_new(NULL);
	d->cmdlines = cmdlines_new(NULL);
	return d;
}

void details_free(struct details *d)
{
	if (d == NULL)
		return;
	cmdlines_free(d->cmdlines);
	cgroups_free(d->cgroups);
	free(d);
}

static int fill_holders(struct details *d, struct snap_builder *b, uint32_t row, struct detail *to,
			int cancel_fd)
{
	struct owner owner[DETAIL_HOLDERS];
	uint64_t start[DETAIL_HOLDERS];
	uint32_t n_proc, n = snap_holders(b, row, owner, DETAIL_HOLDERS);
	const struct proc *proc = snap_procs(b, &n_proc);

	for (uint32_t i = 0; i < n; i++) {
		to->holder[i].pid = proc[owner[i].proc].pid;
		to->holder[i].fd = owner[i].fd;
		start[i] = proc[owner[i].proc].start;
	}
	to->n_holders = n;
	return cmdlines_fill(d->cmdlines, b, to->holder, start, n, cancel_fd);
}

/* Most sockets are in the group of who holds them. */
static void find_cgroup(struct details *d, struct snap_builder *b, struct detail *to)
{
	uint32_t guess = to->n_holders > 0 ? to->holder[0].cgroup : STR_NONE;
	const char *path;

	if (!(to->has & DETAIL_CGROUP))
		return;
	path = cgroups_path(d->cgroups, to->cgroup_id, snap_str(b, guess).s);
	if (path != NULL)
		to->cgroup = snap_add_str(b, path, strlen(path));
}

/* Of all sockets of which details came. */
static void find_cgroups(struct details *d, struct snap_builder *b)
{
	uint32_t n;
	struct cgroup *cgroup = snap_list_cgroups(b, &n);

	for (uint32_t i = 0; i < n; i++) {
		const char *path = cgroups_path(d->cgroups, cgroup[i].id, NULL);

		if (path != NULL)
			cgroup[i].path = snap_add_str(b, path, strlen(path));
	}
}

int details_update(struct details *d, struct nl *nl, int nl_error, struct snap_builder *b,
		   const struct want *w, int cancel_fd)
{
	struct sock s = w->detail;
	struct detail *to;
	uint32_t n, row;

	find_cgroups(d, b);
	if (s.cookie == 0)
		return 0;
	to = snap_detail(b);
	to->cookie = s.cookie;
	to->mono_ns = clock_ns(CLOCK_MONOTONIC);
	row = snap_row(b, s.cookie);
	if (row != IDX_NONE)
		s = snap_rows(b, &n)[row];
	if (row != IDX_NONE)
		s.cookie = snap_row_kernel_cookie(b, row);
	if (nl == NULL)
		to->error = nl_error;
	else if ((s.flags & SOCK_NO_COOKIE) != 0 || s.proto >= PROTO_UNIX)
		to->error = -EOPNOTSUPP;
	else
		to->error = inet_detail_ask(nl, &s, w->detail_ifindex, to, cancel_fd);
	if (to->error == -ECANCELED)
		return -ECANCELED;
	if (row != IDX_NONE && fill_holders(d, b, row, to, cancel_fd) != 0)
		return -ECANCELED;
	find_cgroup(d, b, to);
	return 0;
}
