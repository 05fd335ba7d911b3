/* SPDX-License-Identifier: MIT */
#include "options_select.h"

#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/names.h"

#define ALL_TYPES      0xffff
#define PROTOS_DEFAULT (PROTO_BIT(PROTO_TCP) | PROTO_BIT(PROTO_UDP))

/* The tables of -A: protocols, and of those without internet addresses the types. */
struct table {
	const char *name;
	unsigned protos;
	uint16_t types;
	enum absent absent; /* when protos is 0 */
};

#define TABLE(name_, proto_)                                                     \
	{                                                                        \
		.name = (name_), .protos = PROTO_BIT(proto_), .types = ALL_TYPES \
	}
#define TYPE(name_, proto_, type_)                                                   \
	{                                                                            \
		.name = (name_), .protos = PROTO_BIT(proto_), .types = 1u << (type_) \
	}
#define ABSENT(name_, absent_)                       \
	{                                            \
		.name = (name_), .absent = (absent_) \
	}

// clang-format off
static const struct table tables[] = {
	TABLE("tcp", PROTO_TCP),
	TABLE("udp", PROTO_UDP),
	TABLE("udplite", PROTO_UDPLITE),
	TABLE("raw", PROTO_RAW),
	TABLE("mptcp", PROTO_MPTCP),
	TABLE("sctp", PROTO_SCTP),
	TABLE("unix", PROTO_UNIX),
	TYPE("unix_stream", PROTO_UNIX, SOCK_STREAM), TYPE("u_str", PROTO_UNIX, SOCK_STREAM),
	TYPE("unix_dgram", PROTO_UNIX, SOCK_DGRAM), TYPE("u_dgr", PROTO_UNIX, SOCK_DGRAM),
	TYPE("unix_seqpacket", PROTO_UNIX, SOCK_SEQPACKET), TYPE("u_seq", PROTO_UNIX, SOCK_SEQPACKET),
	TABLE("packet", PROTO_PACKET),
	TYPE("packet_raw", PROTO_PACKET, SOCK_RAW), TYPE("p_raw", PROTO_PACKET, SOCK_RAW),
	TYPE("packet_dgram", PROTO_PACKET, SOCK_DGRAM), TYPE("p_dgr", PROTO_PACKET, SOCK_DGRAM),
	TABLE("netlink", PROTO_NETLINK),
	TABLE("vsock", PROTO_VSOCK),
	TYPE("vsock_stream", PROTO_VSOCK, SOCK_STREAM), TYPE("v_str", PROTO_VSOCK, SOCK_STREAM),
	TYPE("vsock_dgram", PROTO_VSOCK, SOCK_DGRAM), TYPE("v_dgr", PROTO_VSOCK, SOCK_DGRAM),
	TABLE("xdp", PROTO_XDP),
	ABSENT("dccp", ABSENT_DCCP),
	ABSENT("tipc", ABSENT_TIPC),
};

/* Those of -f that are one protocol; inet and inet6 are handled apart. */
static const struct table families[] = {
	TABLE("unix", PROTO_UNIX), TABLE("link", PROTO_PACKET), TABLE("netlink", PROTO_NETLINK),
	TABLE("vsock", PROTO_VSOCK), TABLE("xdp", PROTO_XDP), ABSENT("tipc", ABSENT_TIPC),
};
// clang-format on

const char *options_absent_name(enum absent a)
{
	static const char *const names[ABSENT_COUNT] = {
		[ABSENT_DCCP] = "dccp",
		[ABSENT_TIPC] = "tipc",
	};

	return names[a];
}

const char *options_absent_registered(enum absent a)
{
	static const char *const names[ABSENT_COUNT] = {
		[ABSENT_DCCP] = "DCCP",
		[ABSENT_TIPC] = "TIPC",
	};

	return names[a];
}

static void apply(struct chosen *c, const struct table *t, bool on)
{
	c->any = true;
	if (t->protos == 0)
		c->absent[t->absent] = on;
	for (unsigned p = 0; p < PROTO_COUNT; p++) {
		if ((t->protos >> p & 1) == 0)
			continue;
		if (on)
			c->types[p] |= t->types;
		else
			c->types[p] = (uint16_t)(c->types[p] & ~t->types);
	}
}

void chosen_add_protos(struct chosen *c, unsigned protos)
{
	const struct table t = { .protos = protos, .types = ALL_TYPES };

	apply(c, &t, true);
}

bool chosen_add_family(struct chosen *c, const char *name)
{
	if (strcmp(name, "inet") == 0)
		return c->v4 = true;
	if (strcmp(name, "inet6") == 0)
		return c->v6 = true;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (strcmp(name, families[i].name) == 0) {
			apply(c, &families[i], true);
			return true;
		}
	}
	return false;
}

/* As to ss, all lacks tipc; inet is what it knows with internet addresses. */
static bool is_named(const struct table *t, const char *word, size_t len)
{
	if (name_equal(word, len, "all"))
		return t->protos != 0 || t->absent != ABSENT_TIPC;
	if (name_equal(word, len, "inet"))
		return (t->protos & PROTOS_INET & ~PROTO_BIT(PROTO_UDPLITE)) != 0;
	return name_equal(word, len, t->name);
}

/* One word: a table, inet or all, with ! before it to take it out again. */
static bool add_word(struct chosen *c, const char *word, size_t len)
{
	bool on = len == 0 || *word != '!', found = false;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (is_named(&tables[i], word + !on, len - !on)) {
			apply(c, &tables[i], on);
			found = true;
		}
	}
	return found;
}

bool chosen_add_tables(struct chosen *c, const char *list)
{
	for (const char *word = list;; word++) {
		size_t len = strcspn(word, ",");

		if (!add_word(c, word, len))
			return false;
		word += len;
		if (*word == '\0')
			return true;
	}
}

void chosen_finish(const struct chosen *c, struct options *o)
{
	struct select *s = &o->select;

	o->chosen = c->any;
	memcpy(o->absent, c->absent, sizeof(o->absent));
	s->protos = c->any ? 0 : PROTOS_DEFAULT;
	for (unsigned p = 0; p < PROTO_COUNT; p++) {
		s->types[p] = c->types[p] == ALL_TYPES ? 0 : c->types[p];
		if (c->types[p] != 0)
			s->protos |= PROTO_BIT(p);
	}
	s->v4 = c->v4 || !c->v6;
	s->v6 = c->v6 || !c->v4;
}
