/* SPDX-License-Identifier: MIT */
/*
 * Work in other network namespaces, in a thread of its own that enters one, does it, and comes back.
 *
 * Nothing of a namespace is kept: neither a descriptor of it nor a socket in it, so that none is
 * kept alive by being looked at. To be in it is the simplest way to have everything be of it: the
 * sockets that are opened, the names of interfaces, /proc/thread-self/net, ip_local_port_range.
 */
#ifndef SOCKEYE_SRC_COLLECT_VISITOR_H
#define SOCKEYE_SRC_COLLECT_VISITOR_H

#include <stdint.h>

struct visitor;

/* The thread begins with the first visit. */
struct visitor *visitor_new(void);
void visitor_free(struct visitor *v);

/*
 * Runs work(ctx) in the thread, and waits for it: once for many namespaces, as each handing over is a
 * wait for a processor. 0 and what work returned in *result, or the negative errno that says why
 * there is no thread. One thread at a time.
 */
int visitor_run(struct visitor *v, int (*work)(void *ctx), void *ctx, int *result);

/*
 * For the work: into the network namespace that the file at path is of, whose inode must be ino. 0;
 * -ESTALE when the file is of another namespace by now; another negative errno of the way there.
 */
int visitor_enter(const char *path, uint64_t ino);
/* And back. A negative errno: then the work has to end, and with it the thread does. */
int visitor_leave(struct visitor *v);

/* CPU time of the thread, from its start. */
int64_t visitor_cpu_ns(const struct visitor *v);

#endif
