/* SPDX-License-Identifier: MIT */
/*
 * The feed of sockets that end: the destroy groups of sock_diag, which every user may listen to.
 *
 * The kernel tells of a socket when it is freed: not of a half-open connection, nor when a TIME_WAIT
 * runs out. It keeps what nobody has read yet only as far as there is room, so a thread of the feed's
 * own reads, and keeps it in a list that is bounded too. Both count what they have no room for.
 */
#ifndef SOCKEYE_COLLECT_ENDED_H
#define SOCKEYE_COLLECT_ENDED_H

#include <stddef.h>

#include "sockeye/base/err.h"
#include "sockeye/model/ended.h"

/*
 * Decodes the payload of one message, at a 4-aligned address; mono_ns stays as it is. 0; 1 for a
 * protocol or a family that is not ours, or a socket that was never bound; -EBADMSG.
 */
int ended_decode(const void *payload, size_t len, struct ended *x);

struct ended_feed;

/* So many are kept until somebody takes them. */
#define ENDED_MAX 65536

/*
 * Listens, from now on, to what happens in the network namespace of the calling thread. protos: 1u <<
 * enum proto. 0, or a negative errno and the reason.
 */
int ended_open(struct ended_feed **out, unsigned protos, struct err *e);
/* Reads from fd, a netlink socket or what a test has for one, which it takes. */
int ended_adopt(struct ended_feed **out, int fd, struct err *e);
void ended_close(struct ended_feed *f); /* NULL is fine */

/* Readable when there is something to take. */
int ended_fd(const struct ended_feed *f);

/*
 * Empties the list and gives it what was told of since the last call, in that order, with what the
 * kernel has ready. 0, or the negative errno by which the feed came to its end. Any thread.
 */
int ended_take(struct ended_feed *f, struct ended_list *l);
void ended_list_free(struct ended_list *l);

/* The processor time of its thread so far. */
int64_t ended_cpu_ns(const struct ended_feed *f);

#endif
