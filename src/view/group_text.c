/* SPDX-License-Identifier: MIT */
/* What a group is called: for people, and as the filter that selects it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "result.h"
#include "sockeye/base/fmt.h"
#include "sockeye/model/names.h"
#include "sockeye/view/view.h"

#define V4_BITS 32
#define V6_BITS 128

static struct clean own(const char *s)
{
	return text_own(s, strlen(s));
}

static struct clean foreign(const struct snap *s, uint32_t name, enum text_set set, char *buf)
{
	struct str raw = strpool_get(s->str, name);

	return text_clean(raw.s, raw.len, set, buf, FIELD_TEXT_SIZE);
}

static struct clean user_text(const struct snap *s, uint32_t uid, enum text_set set, char *buf)
{
	uint32_t name = snap_user_name(s, uid);

	if (uid == UID_UNKNOWN)
		return own("?");
	return name != STR_NONE ? foreign(s, name, set, buf) : text_own(buf, fmt_plain(buf, uid));
}

/* An interface by name, or by number where the name is not known. */
static struct clean link_text(const struct snap *s, const union group_key *key, enum text_set set,
			      char *buf)
{
	uint32_t name = snap_if_name(s, key->end.netns, key->end.ifindex);

	return name != STR_NONE ? foreign(s, name, set, buf)
				: text_own(buf, fmt_plain(buf, key->end.ifindex));
}

const struct place *group_place(const struct snap *s, enum by by, const struct group *g)
{
	if (g->why != WHY_OWNED || s->n_place == 0)
		return NULL;
	if (by == BY_PROCESS)
		return snap_proc_place(s, g->key.proc);
	if (by == BY_NETNS)
		return g->place < s->n_place ? &s->place[g->place] : NULL;
	return by_is_place(by) ? &s->place[g->key.in.place] : NULL;
}

static struct clean place_text(const struct snap *s, enum by by, const struct group *g,
			       enum column c, enum text_set set, char *buf)
{
	const struct place *p = group_place(s, by, g);

	if (p == NULL)
		return own("-");
	if (c == COL_RUNTIME)
		return own(p->runtime != RUNTIME_NONE ? runtime_name(p->runtime) : "-");
	return place_name_text(s,
			       c == COL_CONTAINER ? p->container
			       : c == COL_UNIT    ? p->unit
						  : p->pod,
			       set, buf);
}

static bool is_single(const union group_key *key)
{
	return key->end.bits == (addr_is_v4(&key->end.addr) ? V4_BITS : V6_BITS);
}

/* 10.4.1.17, 10.4.1.0/24, fe80::1%eth0, fe80::%eth0/64 (RFC 4007, 11.7). */
static struct clean remote_text(const struct snap *s, const union group_key *key, enum text_set set,
				char *buf)
{
	char name[FIELD_TEXT_SIZE];
	size_t len = addr_text(buf, &key->end.addr);

	if (key->end.ifindex != 0) {
		/* The kernel's names have 15 bytes: nothing is cut here. */
		struct clean link = link_text(s, key, set, name);

		len += (size_t)snprintf(buf + len, FIELD_TEXT_SIZE - len, "%%%.*s",
					FIELD_TEXT_SIZE / 2, link.s);
	}
	if (!is_single(key))
		len += (size_t)snprintf(buf + len, FIELD_TEXT_SIZE - len, "/%u", key->end.bits);
	return text_own(buf, len);
}

static struct clean listener_text(const struct snap *s, const union group_key *key,
				  enum text_set set, char *buf)
{
	size_t len =
		end_text(buf, FIELD_TEXT_SIZE, s, &key->end.addr, key->end.port, IDX_NONE, 0, set);

	return text_own(buf, len);
}

struct clean group_text(const struct view *v, const struct group *g, enum text_set set, char *buf)
{
	const struct snap *s = view_snap(v);

	if (g->why != WHY_OWNED)
		return own(why_title(g->why));
	switch (view_query(v)->by) {
	case BY_STATE:
		return own(g->key.state != 0 ? state_name(g->key.state)
					     : proto_title(g->key.proto));
	case BY_PROCESS:
		return proc_text(s, g->key.proc, set, buf);
	case BY_PROGRAM:
		return foreign(s, g->key.comm, set, buf);
	case BY_USER:
		return user_text(s, g->key.uid, set, buf);
	case BY_CONTAINER:
	case BY_UNIT:
		return g->key.in.name != STR_NONE ? place_name_text(s, g->key.in.name, set, buf)
						  : own("[none]");
	case BY_REMOTE:
		return remote_text(s, &g->key, set, buf);
	case BY_LISTENER:
		return listener_text(s, &g->key, set, buf);
	case BY_NETNS:
		return netns_text(s, g->key.netns, set, buf);
	case BY_SOCKET:
	case BY_COUNT:
		break;
	}
	return own("");
}

static struct clean inode_text(const struct snap *s, const struct group *g, char *buf)
{
	if (g->key.netns == IDX_NONE)
		return own("-");
	return text_own(buf, fmt_plain(buf, s->netns[g->key.netns].ino));
}

struct clean group_name(const struct view *v, const struct group *g, enum column c,
			enum text_set set, char *buf)
{
	const struct snap *s = view_snap(v);
	enum by by = view_query(v)->by;

	if (c == COL_NETNS)
		return s->in_netns != NULL && g->netns == IDX_NONE
			       ? own("*")
			       : netns_text(s, g->netns, set, buf);
	if (c == COL_INODE)
		return inode_text(s, g, buf);
	if (c == COL_OWNER && g->why != WHY_OWNED)
		return own(why_name(g->why));
	if (g->why != WHY_OWNED || !column_of(by, c))
		return own("-");
	if (by == BY_NETNS && g->place == PLACE_SEVERAL)
		return own("*");
	if (column_is_place(c))
		return place_text(s, by, g, c, set, buf);
	if (c == COL_COMM)
		return foreign(s, by == BY_PROCESS ? s->proc[g->key.proc].comm : g->key.comm, set,
			       buf);
	if (c == COL_USER)
		return user_text(s, by == BY_PROCESS ? s->proc[g->key.proc].uid : g->key.uid, set,
				 buf);
	return own("-");
}

/* ---- filters --------------------------------------------------------- */

/* A word that no filter could read as anything else. */
static bool is_plain(struct str s)
{
	static const char *const keywords[] = { "and", "or", "not" };

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (name_equal(s.s, s.len, keywords[i]))
			return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.s[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && (i == 0 || c == '\0' || strchr("0123456789-_.", c) == NULL))
			return false;
	}
	return s.len > 0;
}

/* In quotes only two characters have a meaning; every other byte stands for itself. */
static void print_name(struct buf *out, struct str s)
{
	if (is_plain(s)) {
		buf_add(out, s.s, s.len);
		return;
	}
	buf_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.s[i] == '"' || s.s[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, s.s[i]);
	}
	buf_char(out, '"');
}

/* UDP sockets are in one of these two as well, and the row is of TCP. */
static void state_filter(const union group_key *key, struct buf *out)
{
	unsigned state = key->state;

	if (state == 0) {
		buf_fmt(out, "proto = %s", proto_name(key->proto));
		return;
	}
	buf_fmt(out, "state %s", state_word(state));
	if (state == ST_ESTABLISHED || state == ST_CLOSE)
		buf_str(out, " and proto = tcp");
}

static bool names_one_user(const struct snap *s, uint32_t name)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n_user; i++)
		n += s->user[i].name == name;
	return name != STR_NONE && n == 1;
}

/* Sockets without a file have no user of their own: they are in the rows of reasons. */
static void user_filter(const struct snap *s, uint32_t uid, struct buf *out)
{
	uint32_t name = snap_user_name(s, uid);

	if (names_one_user(s, name)) {
		buf_str(out, "user = ");
		print_name(out, strpool_get(s->str, name));
	} else {
		buf_fmt(out, "uid = %u", uid);
	}
	buf_str(out, " and inode != 0");
}

/*
 * A prefix of zeroes takes in the address of sockets without a remote end, and ::/N all of IPv4,
 * which is ::ffff:0:0/96: neither is part of the group.
 */
static void print_prefix(const struct addr *a, unsigned bits, bool single, struct buf *out)
{
	bool v6 = !addr_is_v4(a);
	char addr[ADDR_TEXT_SIZE], end[ADDR_TEXT_SIZE + 2];

	addr_text(addr, a);
	snprintf(end, sizeof(end), v6 ? "[%s]" : "%s", addr);
	buf_fmt(out, "dst %s", end);
	if (!single)
		buf_fmt(out, "/%u", bits);
	if (!addr_is_any(a))
		return;
	buf_fmt(out, " and not (dst %s and dport = :0)", end);
	if (v6)
		buf_str(out, " and not dst 0.0.0.0/0");
}

/* Own addresses in the prefix that are no part of its row. */
static void print_without_own(const struct view *v, const union group_key *key, struct buf *out)
{
	uint32_t n;
	const struct addr *own = view_own(v, &n);

	for (uint32_t i = 0; i < n; i++) {
		char addr[ADDR_TEXT_SIZE];

		if (!addr_in(&own[i], &key->end.addr, key->end.bits))
			continue;
		addr_text(addr, &own[i]);
		buf_fmt(out, addr_is_v4(&own[i]) ? " and not dst %s" : " and not dst [%s]", addr);
	}
}

/* By number: names come and go, and two may have the same. What comes before it is left out with it. */
static void netns_filter(const struct snap *s, uint32_t netns, const char *before, struct buf *out)
{
	if (netns != IDX_NONE)
		buf_fmt(out, "%snetns = %" PRIu64, before, s->netns[netns].ino);
}

static void remote_filter(const struct view *v, const struct group *g, struct buf *out)
{
	const struct snap *s = view_snap(v);
	const union group_key *key = &g->key;
	uint32_t name;

	print_prefix(&key->end.addr, key->end.bits, is_single(key), out);
	if (!is_single(key) && !g->own)
		print_without_own(v, key, out);
	if (key->end.ifindex == 0)
		return;
	name = snap_if_name(s, key->end.netns, key->end.ifindex);
	buf_str(out, " and if = ");
	if (name != STR_NONE)
		print_name(out, strpool_get(s->str, name));
	else
		buf_fmt(out, "%u", key->end.ifindex);
	netns_filter(s, key->end.netns, " and ", out);
}

static void place_filter(const struct snap *s, enum by by, const struct group *g, struct buf *out)
{
	buf_fmt(out, "%s = ", by_name(by));
	if (g->key.in.name != STR_NONE)
		print_name(out, strpool_get(s->str, g->key.in.name));
	else
		buf_str(out, "\"\"");
}

static void listener_filter(const struct snap *s, const union group_key *key, struct buf *out)
{
	char addr[ADDR_TEXT_SIZE];

	addr_text(addr, &key->end.addr);
	buf_fmt(out, addr_is_v4(&key->end.addr) ? "listener = %s:%u" : "listener = [%s]:%u", addr,
		key->end.port);
	netns_filter(s, key->end.netns, " and ", out);
}

void group_filter(const struct view *v, const struct group *g, struct buf *out)
{
	const struct snap *s = view_snap(v);

	if (g->why != WHY_OWNED) {
		buf_fmt(out, "owner = %s", why_name(g->why));
		/* What nobody holds has a row of its own only where its place is not known either. */
		if (by_is_place(view_query(v)->by))
			buf_fmt(out, " and %s != *", by_name(view_query(v)->by));
		return;
	}
	switch (view_query(v)->by) {
	case BY_STATE:
		state_filter(&g->key, out);
		break;
	case BY_PROCESS:
		buf_fmt(out, "pid = %d", g->key.pid);
		break;
	case BY_PROGRAM:
		buf_str(out, "comm = ");
		print_name(out, strpool_get(s->str, g->key.comm));
		break;
	case BY_USER:
		user_filter(s, g->key.uid, out);
		break;
	case BY_CONTAINER:
	case BY_UNIT:
		place_filter(s, view_query(v)->by, g, out);
		break;
	case BY_REMOTE:
		remote_filter(v, g, out);
		break;
	case BY_LISTENER:
		listener_filter(s, &g->key, out);
		break;
	case BY_NETNS:
		/* 0: of a namespace that is not known. */
		buf_fmt(out, "netns = %" PRIu64,
			g->key.netns != IDX_NONE ? s->netns[g->key.netns].ino : 0);
		break;
	case BY_SOCKET:
	case BY_COUNT:
		break;
	}
}
