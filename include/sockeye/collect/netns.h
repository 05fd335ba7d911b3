/* SPDX-License-Identifier: MIT */
/*
 * The network namespaces that are looked into: struct want.netns. Each is entered for as long as it is
 * looked at, once a sample, and nothing of it is kept, so that it goes when its last process goes.
 */
#ifndef SOCKEYE_COLLECT_NETNS_H
#define SOCKEYE_COLLECT_NETNS_H

#include "sockeye/model/source.h"

struct namespaces;
struct nl;
struct places;

struct namespaces *namespaces_new(void);
void namespaces_free(struct namespaces *n);

/*
 * Before the first row of a sample that has them: finds those that there are now, and enters ours in
 * the builder where it is wanted, which *own then says. 0 or -ENOMEM; -ENOENT and the reason when
 * the one that is wanted is not there.
 */
int namespaces_begin(struct namespaces *n, struct snap_builder *b, const struct want *w, bool *own,
		     struct err *e);

/*
 * Adds what is wanted of the others, as sockets_update() does; places may be NULL. Says in SRC_NETNS
 * what is missing. Where one is wanted, counters and settings are of that one.
 */
int namespaces_update(struct namespaces *n, struct snap_builder *b, const struct want *w,
		      struct places *places, int cancel_fd, struct err *e);

/*
 * Runs ask() with a socket for sock_diag, or NULL and the negative errno that says why there is none,
 * in the namespace of a row of the builder's namespaces, which is not our own. A negative errno of the
 * way there, or what ask() returns.
 */
int namespaces_visit(struct namespaces *n, const struct snap_builder *b, uint32_t netns,
		     int (*ask)(void *ctx, struct nl *nl, int nl_error), void *ctx);

/* CPU time spent in other namespaces since the start. */
int64_t namespaces_cpu_ns(const struct namespaces *n);

/*
 * The inode of the namespace that a person means by a name of ip netns, the pid of a process in it, or
 * the inode itself. 0; -ENOENT when there is none, or another negative errno, with the reason.
 */
int namespaces_resolve(const char *text, uint64_t *ino, struct err *e);

#endif
