/* SPDX-License-Identifier: MIT */
/*
 * The sockets themselves, by the best way that this machine has: sock_diag in one walk, sock_diag
 * family by family, or /proc/net. Says in SRC_TCP and SRC_UDP which it was and what is missing.
 */
#ifndef SOCKEYE_COLLECT_SOCKETS_H
#define SOCKEYE_COLLECT_SOCKETS_H

#include "sockeye/collect/nl.h"
#include "sockeye/model/source.h"

struct sockets;
struct places;

/*
 * Takes nl; without one, nl_error is the negative errno that says why. root is the proc file
 * system, NULL for /proc; borrowed.
 */
struct sockets *sockets_new(struct nl *nl, int nl_error, const char *root);
void sockets_free(struct sockets *s);

/*
 * Of a network namespace that is entered for each update: nl, which has to be of it, is lent for one
 * update, and taken away again with NULL.
 */
struct sockets *sockets_new_lent(void);
void sockets_lend(struct sockets *s, struct nl *nl, int nl_error);

/* What sock_diag is asked by, borrowed, or NULL and the negative errno that says why. */
struct nl *sockets_nl(const struct sockets *s, int *error);

/* Who is asked where sockets are from the next sample on, borrowed; NULL: nobody wants to know. */
void sockets_set_places(struct sockets *s, struct places *p);

/* 0 when there is some way to sockets, else a negative errno and the reason. Asks nothing. */
int sockets_check(const struct sockets *s, struct err *e);

/*
 * Adds the sockets that w wants, and the names of the interfaces they are bound to. Where
 * w->close is false, TCP sockets in CLOSE are carried over from the snapshot before, for
 * SOCKETS_CLOSE_AGE samples at most after they were asked for.
 * 0; -ECANCELED; -ENOMEM; another negative errno, and the reason, when nothing of it could be read.
 */
#define SOCKETS_CLOSE_AGE 10
int sockets_update(struct sockets *s, struct snap_builder *b, const struct want *w, int cancel_fd,
		   struct err *e);

#endif
