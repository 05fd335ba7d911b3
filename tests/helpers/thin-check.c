/* SPDX-License-Identifier: MIT */
/*
 * What this kernel leaves out of its dumps, beside what we think that it does: random filters over
 * the sockets of the present network namespace, and random programs for its audit.
 *
 *	thin-check FILTERS PROGRAMS [SEED]
 *
 * Sockets may come and go while it looks. Prints the seed; ends with 1 at the first difference.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/inet_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "randfilter.h"
#include "sockeye/base/mem.h"
#include "sockeye/collect/inet_diag.h"
#include "sockeye/collect/sockets.h"
#include "sockeye/filter/bytecode.h"
#include "sockeye/filter/filter.h"

#define TRIES  20 /* samples, for one between two that are the same */
#define PROTOS ((1u << PROTO_TCP) | (1u << PROTO_UDP))

struct check {
	struct nl *nl; /* for programs; the other is the collector's */
	struct sockets *sockets;
	struct snap_pool *pool;
	uint64_t seed;
	unsigned count[OFFLOAD_EXACT + 1];
	unsigned taken, refused; /* programs */
};

static _Noreturn void give_up(const char *what, int error)
{
	fprintf(stderr, "thin-check: %s: %s\n", what, strerror(error));
	exit(2);
}

static const struct snap *sample(struct check *c, const struct thin *thin)
{
	struct snap_builder *b = snap_build(c->pool, NULL);
	const struct want w = { .protos = PROTOS, .close = true, .thin = thin };
	const struct snap *s;
	struct err e;
	int rc = sockets_update(c->sockets, b, &w, -1, &e);

	if (rc != 0)
		give_up(e.msg, -rc);
	s = snap_seal(b);
	if (s == NULL)
		give_up("snapshot", ENOMEM);
	return s;
}

static bool same_rows(const struct snap *a, const struct snap *b)
{
	if (a->n_sock != b->n_sock)
		return false;
	for (uint32_t i = 0; i < a->n_sock; i++) {
		uint32_t k = snap_find(b, a->sock[i].cookie);

		if (k == IDX_NONE || a->sock[i].state != b->sock[k].state)
			return false;
	}
	return true;
}

static void describe(const struct snap *s, uint32_t row, const char *what, const char *text)
{
	const struct sock *k = &s->sock[row];
	char local[ADDR_TEXT_SIZE], remote[ADDR_TEXT_SIZE];

	addr_text(local, &k->local);
	addr_text(remote, &k->remote);
	printf("%s: proto %u family %u state %u %s:%u %s:%u\n  %s\n", what, k->proto, k->family,
	       k->state, local, k->lport, remote, k->rport, text);
}

/*
 * The kernel tells of a socket when it is in one of the states and passes the program, so there
 * must be exactly those; and of those that pass the filter none may be missing.
 */
static bool check_rows(const struct snap *all, const struct snap *got, const struct thin *thin,
		       struct filter *f, const char *text)
{
	filter_bind(f, all);
	for (uint32_t row = 0; row < all->n_sock; row++) {
		const struct sock *s = &all->sock[row];
		bool came = snap_find(got, s->cookie) != IDX_NONE;
		bool want = (thin->states[s->proto] >> s->state & 1) != 0;

		if (want && thin->code != NULL)
			want = bytecode_run(thin->code, thin->code_len, s) == 1;
		if (want != came) {
			describe(all, row, came ? "came" : "did not come", text);
			return false;
		}
		if (!came && filter_match(f, all, row)) {
			describe(all, row, "passes, but did not come", text);
			return false;
		}
	}
	return true;
}

/* Compares with a sample of all sockets before which is the same as one behind. */
static bool check_filter(struct check *c, struct filter *f, const struct thin *thin,
			 const char *text)
{
	bool good = false, quiet = false;

	for (int i = 0; i < TRIES && !quiet; i++) {
		const struct snap *before = sample(c, NULL), *got = sample(c, thin);

		good = check_rows(before, got, thin, f, text);
		quiet = good;
		if (!good) {
			const struct snap *behind = sample(c, NULL);

			quiet = same_rows(before, behind);
			snap_unref(behind);
		}
		snap_unref(before);
		snap_unref(got);
	}
	return good;
}

static bool random_filter(struct check *c, bool plain)
{
	struct buf text = { .s = NULL }, code = { .s = NULL };
	struct thin thin = { .code = NULL };
	struct filter *f;
	struct err e;
	enum offload how;
	bool good;

	randfilter_text(&c->seed, plain, &text);
	f = filter_parse(text.s, text.len, &e);
	if (f == NULL)
		give_up(e.msg, EINVAL);
	how = filter_compile(f, &code);
	c->count[how]++;
	if (how != OFFLOAD_NONE) {
		thin.code = code.s;
		thin.code_len = code.len;
	}
	for (unsigned p = 0; p < PROTO_COUNT; p++)
		thin.states[p] = filter_states_of(f, (enum proto)p);
	good = check_filter(c, f, &thin, text.s);
	filter_free(f);
	buf_free(&text);
	buf_free(&code);
	return good;
}

/* ---- the audit ------------------------------------------------------- */

/* Mostly instructions, with mostly sensible jumps. */
static void random_program(struct check *c, struct buf *out)
{
	unsigned n = randfilter_pick(&c->seed, 6);

	for (unsigned i = 0; i < n; i++) {
		uint8_t code = (uint8_t)randfilter_pick(&c->seed, 15);
		uint8_t family = (uint8_t)(randfilter_pick(&c->seed, 3) * 2 +
					   6 * randfilter_pick(&c->seed, 2));
		size_t addr = family == 2 ? 4 : family == 10 ? 16 : 0;
		size_t size = bytecode_op_size(code, code == 7 || code == 8 ? addr : 0);
		struct inet_diag_bc_op op = { .code = code, .yes = (uint8_t)size };
		size_t begin = out->len;

		op.no = (uint16_t)(4 * randfilter_pick(&c->seed, 12));
		if (randfilter_pick(&c->seed, 3) > 0)
			op.no = (uint16_t)size;
		if (randfilter_pick(&c->seed, 12) == 0)
			op.yes = (uint8_t)randfilter_pick(&c->seed, 40);
		buf_add(out, &op, sizeof(op));
		if (size > sizeof(op))
			buf_fill(out, '\0', size - sizeof(op));
		if (size >= 12) {
			out->s[begin + 4] = (char)family;
			out->s[begin + 5] = (char)(randfilter_pick(&c->seed, 8) * 20);
		}
	}
	if (n == 0 || randfilter_pick(&c->seed, 20) == 0)
		buf_fill(out, '\0', randfilter_pick(&c->seed, 4));
}

static bool audit_program(struct check *c)
{
	/* Listeners alone: nothing is walked but their table. */
	struct inet_query q = { .proto = PROTO_TCP,
				.family = AF_INET,
				.states = ST_BIT(ST_LISTEN) };
	struct snap_builder *b = snap_build(c->pool, NULL);
	struct buf code = { .s = NULL };
	struct nl_stats st = { 0 };
	int rc, ours;

	buf_str(&code, "");
	random_program(c, &code);
	q.code = code.s;
	q.code_len = code.len;
	rc = inet_diag_dump(c->nl, &q, b, -1, &st);
	ours = bytecode_audit(code.s, code.len);
	if (rc != ours) {
		printf("audit: the kernel says %d, we say %d:", rc, ours);
		for (size_t i = 0; i < code.len; i++)
			printf("%s%02x", i % 4 == 0 ? " " : "", (unsigned char)code.s[i]);
		putchar('\n');
	}
	c->taken += rc == 0;
	c->refused += rc == -EINVAL;
	snap_abandon(b);
	buf_free(&code);
	return rc == ours;
}

static uint64_t number(const char *s)
{
	return strtoull(s, NULL, 0);
}

int main(int argc, char **argv)
{
	struct check c = { .pool = snap_pool_new() };
	struct nl *nl;
	struct timespec now;
	bool good = true;

	if (argc < 3) {
		fprintf(stderr, "usage: thin-check FILTERS PROGRAMS [SEED]\n");
		return 2;
	}
	if (nl_open(&nl) != 0 || nl_open(&c.nl) != 0)
		give_up("sock_diag", errno);
	clock_gettime(CLOCK_REALTIME, &now);
	c.seed = argc > 3 ? number(argv[3]) : (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec;
	printf("seed %#" PRIx64 "\n", c.seed);
	c.sockets = sockets_new(nl, 0, NULL);
	for (uint64_t i = number(argv[1]); good && i-- > 0;)
		good = random_filter(&c, i % 2 == 0);
	for (uint64_t i = number(argv[2]); good && i-- > 0;)
		good = audit_program(&c);
	printf("filters: %u exact, %u superset, %u not at all\n", c.count[OFFLOAD_EXACT],
	       c.count[OFFLOAD_SUPERSET], c.count[OFFLOAD_NONE]);
	printf("programs: %u taken, %u refused\n", c.taken, c.refused);
	sockets_free(c.sockets);
	nl_close(c.nl);
	snap_pool_free(c.pool);
	return good ? 0 : 1;
}
