/* SPDX-License-Identifier: MIT */
/*
 * One netlink dump, or one question: request, receive, walk the messages. Knows no socket family.
 *
 * The socket stays open from dump to dump: the kernel sizes its datagrams by the largest buffer
 * that the socket was ever read with, so only the first dump of a socket is slow. It also stays
 * in the network namespace in which it was made. One thread.
 */
#ifndef SOCKEYE_COLLECT_NL_H
#define SOCKEYE_COLLECT_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel makes no longer datagrams of a dump than this, and shorter ones for less room. */
#define NL_BUFFER_SIZE 32768
/* So long the kernel may be silent in the middle of a dump. */
#define NL_SILENCE_MS 2000

struct nl;

/* How a dump went. Rows may be missing if any was dropped, if it was truncated or interrupted. */
struct nl_stats {
	uint32_t rows;    /* messages that row() took */
	uint32_t dropped; /* messages that do not hold together: lengths, types, contents */
	bool truncated;   /* a datagram did not fit the buffer */
	bool interrupted; /* NLM_F_DUMP_INTR: the table was changed under the dump */
	bool finished;    /* the kernel ended it, with or without an error */
};

struct nl_request {
	uint16_t type;    /* of the request, and of every row of the answer */
	const void *body; /* the family's own header and attributes */
	size_t len;
	/* One more attribute behind it; data NULL: none. With the header less than NL_BUFFER_SIZE. */
	struct {
		uint16_t type;
		const void *data;
		size_t len;
	} attr;
	/*
	 * Takes the payload of one message, 4-aligned. 0; -EBADMSG to have it counted as dropped;
	 * any other negative errno ends the dump.
	 */
	int (*row)(void *ctx, const void *payload, size_t len);
	void *ctx;
};

/* A socket for sock_diag. 0, or the negative errno that says why there is none. */
int nl_open(struct nl **nl);
/* Takes fd, a datagram socket that answers as a kernel does and calls us portid. */
struct nl *nl_adopt(int fd, uint32_t portid);
void nl_close(struct nl *nl);
/*
 * Forgets a dump that was not read to its end with the socket it came by. When there cannot be another
 * one, it is read away before the next dump.
 */
void nl_abandon(struct nl *nl);

/*
 * Runs one dump and adds to *st how it went. 0 when the kernel said that this was all;
 * -ECANCELED soon after cancel_fd (-1: none) became readable; -ETIMEDOUT after NL_SILENCE_MS
 * without a word; else the errno of the kernel's answer, of the socket, or of row().
 * Rows that came before an error have been handed over. What came is wiped: it may hold keys.
 */
int nl_dump(struct nl *nl, const struct nl_request *rq, int cancel_fd, struct nl_stats *st);

/*
 * Asks for one thing, which the kernel answers with one message. 0; -EBADMSG when that does not hold
 * together; -ECANCELED, -ETIMEDOUT or another errno as nl_dump(). What came is wiped: answers may
 * hold keys.
 */
int nl_get(struct nl *nl, const struct nl_request *rq, int cancel_fd);

/*
 * Walks one datagram of len bytes at a 4-aligned address: the part of nl_dump() that reads what
 * the kernel wrote. Messages of another sequence number or port are passed over.
 * 1: more is to come, 0: that was all, else a negative errno.
 */
int nl_walk(const struct nl_request *rq, uint32_t seq, uint32_t portid, const void *datagram,
	    size_t len, struct nl_stats *st);

#endif
