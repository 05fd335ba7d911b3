/* SPDX-License-Identifier: MIT */
/*
 * Whether a dump by two threads tells of the same sockets as one by one, in the present network
 * namespace and about every pivot that its ports have, with a program besides and without.
 *
 *	halves-check
 *
 * Sockets may end meanwhile. Ends with 1 at the first difference.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "halves.h"
#include "sockeye/base/mem.h"

struct check {
	struct nl *nl;
	struct halves *halves;
	struct snap_pool *pool;
	unsigned dumps, split; /* of them, with sockets in both halves */
};

static _Noreturn void give_up(const char *what, int error)
{
	fprintf(stderr, "halves-check: %s: %s\n", what, strerror(error));
	exit(2);
}

static const struct snap *seal(struct snap_builder *b)
{
	const struct snap *s = snap_seal(b);

	if (s == NULL)
		give_up("snapshot", ENOMEM);
	return s;
}

static const struct snap *in_one(struct check *c, const struct inet_query *q)
{
	struct snap_builder *b = snap_build(c->pool, NULL);
	struct nl_stats st = { 0 };
	int rc = inet_diag_dump(c->nl, q, b, -1, &st);

	if (rc != 0)
		give_up("one dump", -rc);
	return seal(b);
}

static const struct snap *in_two(struct check *c, const struct inet_query *q, const struct pivot *p)
{
	struct snap_builder *b = snap_build(c->pool, NULL);
	struct nl_stats st = { 0 };
	int rc = halves_dump(c->halves, c->nl, q, p, b, -1, &st);
	const struct snap *s;

	if (rc != 0)
		give_up("two dumps", -rc);
	s = seal(b);
	if (!st.finished || st.rows != s->n_sock)
		give_up("two dumps: statistics", EIO);
	return s;
}

static bool has_row(const struct snap *s, const struct sock *row, const struct sock_ext *x)
{
	uint32_t at = snap_find(s, row->cookie);
	const struct sock *same = &s->sock[at];

	return at != IDX_NONE && addr_equal(&same->local, &row->local) &&
	       addr_equal(&same->remote, &row->remote) && same->lport == row->lport &&
	       same->rport == row->rport && same->ino == row->ino && same->state == row->state &&
	       s->ext[at].ifindex == x->ifindex;
}

static bool compare(struct check *c, const struct inet_query *q, const struct snap *one,
		    const struct pivot *p)
{
	const struct snap *two = in_two(c, q, p);
	bool same = one->n_sock == two->n_sock;
	uint32_t first = 0;

	for (uint32_t row = 0; row < one->n_sock; row++) {
		const struct sock *s = &one->sock[row];

		same &= has_row(two, s, &one->ext[row]);
		first += (p->remote ? s->rport : s->lport) <= p->port;
	}
	c->dumps++;
	c->split += first > 0 && first < one->n_sock;
	if (!same)
		printf("%u sockets in one, %u in two about %s port %u%s\n", one->n_sock,
		       two->n_sock, p->remote ? "remote" : "local", p->port,
		       q->code ? ", with a program" : "");
	snap_unref(two);
	return same;
}

/*
 * Compares with a dump before. Where that is not the same any more, as a TIME_WAIT has ended, *one
 * becomes the new one and says nothing of the two halves.
 */
static bool same_about(struct check *c, const struct inet_query *q, const struct snap **one,
		       const struct pivot *p)
{
	const struct snap *before = *one;
	bool changed;

	if (p->port == UINT16_MAX || compare(c, q, before, p))
		return true;
	*one = in_one(c, q);
	changed = (*one)->n_sock != before->n_sock;
	for (uint32_t row = 0; !changed && row < before->n_sock; row++)
		changed = !has_row(*one, &before->sock[row], &before->ext[row]);
	snap_unref(before);
	return changed;
}

static bool compare_all(struct check *c, const struct inet_query *q)
{
	const struct snap *one = in_one(c, q);
	struct pivot p;
	bool good = true;

	for (uint32_t row = 0; good && row < one->n_sock; row += one->n_sock / 64 + 1) {
		const struct sock s = one->sock[row];

		p = (struct pivot){ .remote = false, .port = s.lport };
		good = same_about(c, q, &one, &p);
		p = (struct pivot){ .remote = true, .port = s.rport };
		good = good && same_about(c, q, &one, &p);
	}
	if (good && one->n_sock > 100) {
		good = halves_pivot(one->sock, one->n_sock, &p) && same_about(c, q, &one, &p);
		if (!good)
			puts("no pivot");
	}
	snap_unref(one);
	return good;
}

static bool cancels(struct check *c, const struct inet_query *q)
{
	const struct pivot p = { .port = 32768 };
	struct snap_builder *b = snap_build(c->pool, NULL);
	struct nl_stats st = { 0 };
	int fd = eventfd(1, EFD_CLOEXEC);
	int rc = halves_dump(c->halves, c->nl, q, &p, b, fd, &st);

	snap_abandon(b);
	close(fd);
	if (rc != -ECANCELED)
		printf("cancelled: %d\n", rc);
	return rc == -ECANCELED;
}

int main(void)
{
	/* A local port of 4002 at least. */
	const struct inet_diag_bc_op code[2] = {
		{ .code = INET_DIAG_BC_S_GE, .yes = sizeof(code), .no = sizeof(code) + 4 },
		{ .no = 4002 },
	};
	const struct inet_query all = { .proto = PROTO_TCP, .close = true };
	const struct inet_query some = { .proto = PROTO_TCP,
					 .code = code,
					 .code_len = sizeof(code) };
	struct check c = { .pool = snap_pool_new(), .halves = halves_new() };
	bool good;

	if (nl_open(&c.nl) != 0)
		give_up("sock_diag", errno);
	/* What a dump that was given up has left to say does not get into the next. */
	good = compare_all(&c, &all) && compare_all(&c, &some) && cancels(&c, &all) &&
	       compare_all(&c, &all);
	printf("%u dumps, %u with sockets in both halves\n", c.dumps, c.split);
	halves_free(c.halves);
	nl_close(c.nl);
	snap_pool_free(c.pool);
	return good && c.split > 0 ? 0 : 1;
}
