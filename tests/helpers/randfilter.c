/* SPDX-License-Identifier: MIT */
#include "randfilter.h"

#define DEPTH    4
#define COUNT(a) ((unsigned)(sizeof(a) / sizeof((a)[0])))

unsigned randfilter_pick(uint64_t *state, unsigned n)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (unsigned)((z ^ z >> 31) % n);
}

uint16_t randfilter_port(uint64_t *state)
{
	static const uint16_t known[] = { 0,    22,   25,   53,   80,   443,   4001,  4002,
					  4003, 4004, 4005, 4006, 4007, 32768, 60999, 65535 };

	if (randfilter_pick(state, 4) == 0)
		return (uint16_t)randfilter_pick(state, 65536);
	return known[randfilter_pick(state, COUNT(known))];
}

const char *randfilter_addr(uint64_t *state)
{
	static const char *const addrs[] = {
		"127.0.0.1",       "127.0.1.1",   "127.0.1.2",   "0.0.0.0",
		"10.1.2.3",        "192.168.1.1", "::1",         "::",
		"fd00::1",         "fd00::2",     "2001:db8::5", "::ffff:127.0.0.1",
		"::ffff:127.0.1.2"
	};

	return addrs[randfilter_pick(state, COUNT(addrs))];
}

static void add_host(uint64_t *state, struct buf *out)
{
	const char *addr = randfilter_addr(state);
	bool v6 = false;

	for (const char *s = addr; *s != '\0'; s++)
		v6 = v6 || *s == ':';
	if (randfilter_pick(state, 6) == 0) {
		buf_fmt(out, "*:%u", randfilter_port(state));
		return;
	}
	buf_fmt(out, v6 ? "[%s" : "%s", addr);
	if (randfilter_pick(state, 2) == 0)
		buf_fmt(out, "/%u", randfilter_pick(state, v6 ? 129 : 33));
	buf_str(out, v6 ? "]" : "");
	if (randfilter_pick(state, 3) == 0)
		buf_fmt(out, ":%u", randfilter_port(state));
}

static void add_ports(uint64_t *state, struct buf *out)
{
	static const char *const order[] = { ">", ">=", "<", "<=" };

	buf_str(out, randfilter_pick(state, 2) == 0 ? "sport " : "dport ");
	if (randfilter_pick(state, 2) == 0) {
		buf_fmt(out, "%s :%u", order[randfilter_pick(state, COUNT(order))],
			randfilter_port(state));
		return;
	}
	buf_str(out, randfilter_pick(state, 2) == 0 ? "= " : "!= ");
	for (unsigned i = randfilter_pick(state, 4) + 1; i-- > 0;) {
		unsigned a = randfilter_port(state), b = randfilter_port(state);

		if (randfilter_pick(state, 3) == 0)
			buf_fmt(out, "%u-%u", a < b ? a : b, a < b ? b : a);
		else
			buf_fmt(out, "%u", a);
		buf_str(out, i > 0 ? "," : "");
	}
}

static void add_other(uint64_t *state, struct buf *out)
{
	static const char *const other[] = { "state close-wait",
					     "state listening",
					     "exclude established",
					     "state connected",
					     "state closed",
					     "autobound",
					     "proto = udp",
					     "proto = tcp",
					     "family = inet6",
					     "recvq > 0",
					     "uid = 0",
					     "src inet:127.0.0.1",
					     "dst != inet:0.0.0.0/0" };

	buf_str(out, other[randfilter_pick(state, COUNT(other))]);
}

static void add_leaf(uint64_t *state, bool plain, struct buf *out)
{
	unsigned kind = randfilter_pick(state, plain ? 4 : 6);

	if (kind < 2) {
		add_ports(state, out);
	} else if (kind < 4) {
		buf_str(out, randfilter_pick(state, 2) == 0 ? "src " : "dst ");
		buf_str(out, randfilter_pick(state, 4) == 0 ? "!= " : "");
		add_host(state, out);
	} else {
		add_other(state, out);
	}
}

static void add_expr(uint64_t *state, bool plain, unsigned depth, struct buf *out)
{
	unsigned kind = depth == 0 ? 0 : randfilter_pick(state, 4);

	if (kind == 0) {
		add_leaf(state, plain, out);
		return;
	}
	buf_str(out, kind == 1 ? "not ( " : "( ");
	add_expr(state, plain, depth - 1, out);
	if (kind > 1) {
		buf_str(out, kind == 2 ? " ) and ( " : " ) or ( ");
		add_expr(state, plain, depth - 1, out);
	}
	buf_str(out, " )");
}

void randfilter_text(uint64_t *state, bool plain, struct buf *out)
{
	add_expr(state, plain, randfilter_pick(state, DEPTH + 1), out);
}
