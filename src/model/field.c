/* SPDX-License-Identifier: MIT */
#include "sockeye/model/field.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/fmt.h"
#include "sockeye/model/ends.h"
#include "sockeye/model/names.h"

#define NS_PER_S 1000000000

const struct field field_table[F_COUNT] = {
#define FIELD(id, name_, alias_, title_, type_, width_, right_, help_) \
	[F_##id] = { .name = (name_),                                  \
		     .alias = (alias_),                                \
		     .title = (title_),                                \
		     .help = (help_),                                  \
		     .type = (type_),                                  \
		     .width = (width_),                                \
		     .right = (right_) },
#include "sockeye/model/fields.def"
};

int field_by_name(const char *s, size_t len)
{
	for (int f = 0; f < F_COUNT; f++) {
		const struct field *d = &field_table[f];

		if (name_equal(s, len, d->name) ||
		    (d->alias != NULL && name_equal(s, len, d->alias)))
			return f;
	}
	return -1;
}

uint64_t field_number(const struct snap *s, uint32_t row, enum field_id f)
{
	const struct sock *k = &s->sock[row];
	const struct sock_ext *x = &s->ext[row];

	switch (f) {
	case F_RECV_Q:
		return k->rxq;
	case F_SEND_Q:
		return k->txq;
	case F_AGE:
		return (uint64_t)(s->mono_ns / NS_PER_S) - x->since_s;
	case F_UID:
		return k->uid;
	case F_RETRANS:
		return x->retrans;
	case F_FD:
		return x->n_owners > 0 ? (uint64_t)s->owner[x->owner].fd : 0;
	case F_INODE:
		return k->ino;
	case F_COOKIE:
		return k->cookie;
	case F_IN_RATE:
		return snap_rated(s, row) ? snap_per_s(s, s->tcp[row].in) : 0;
	case F_OUT_RATE:
		return snap_rated(s, row) ? snap_per_s(s, s->tcp[row].out) : 0;
	case F_STATE:
	case F_REMOTE:
	case F_PROCESS:
	case F_LOCAL:
	case F_USER:
	case F_PROTO:
	case F_TIMER:
	case F_FAMILY:
	case F_IFNAME:
	case F_THROUGH:
	case F_CONTAINER:
	case F_UNIT:
	case F_TYPE:
	case F_NETNS:
	case F_COUNT:
		break;
	}
	assert(f == F_COUNT && "this field has no number");
	return 0;
}

/* Without the bracket that closes IPv6: an interface may come before it. :: is a star. */
static size_t addr_end_text(char buf[ADDR_TEXT_SIZE + 2], const struct addr *a)
{
	static const uint8_t zero[16];
	char text[ADDR_TEXT_SIZE];
	size_t len;

	if (memcmp(a->b, zero, sizeof(zero)) == 0) {
		memcpy(buf, "*", 2);
		return 1;
	}
	len = addr_text(text, a);
	if (addr_is_v4(a)) {
		memcpy(buf, text, len + 1);
		return len;
	}
	return (size_t)snprintf(buf, ADDR_TEXT_SIZE + 2, "[%s", text);
}

size_t end_text(char *buf, size_t size, const struct snap *s, const struct addr *a, uint16_t port,
		uint32_t netns, uint32_t ifindex, enum text_set set)
{
	char addr[ADDR_TEXT_SIZE + 2], name[FIELD_TEXT_SIZE], number[FMT_SIZE];
	const char *close = addr_end_text(addr, a) > 0 && addr[0] == '[' ? "]" : "";
	const char *percent = "", *ifname = "";
	int len;

	if (ifindex != 0) {
		struct str raw = strpool_get(s->str, snap_if_name(s, netns, ifindex));

		percent = "%";
		ifname = text_clean(raw.s, raw.len, set, name, sizeof(name)).s;
		if (raw.len == 0) {
			fmt_plain(number, ifindex);
			ifname = number;
		}
	}
	if (port == 0)
		len = snprintf(buf, size, "%s%s%s%s:*", addr, percent, ifname, close);
	else
		len = snprintf(buf, size, "%s%s%s%s:%u", addr, percent, ifname, close, port);
	return len < 0 ? 0 : (size_t)len < size ? (size_t)len : size - 1;
}

struct clean proc_text(const struct snap *s, uint32_t proc, enum text_set set, char *buf)
{
	struct str comm = strpool_get(s->str, s->proc[proc].comm);
	struct clean name = text_clean(comm.s, comm.len, set, buf, FIELD_TEXT_SIZE - 16);
	int len = snprintf(buf + name.len, 16, "[%d]", s->proc[proc].pid);

	return (struct clean){ buf, name.len + (uint32_t)len, name.cells + (uint32_t)len };
}

static struct clean process_text(const struct snap *s, uint32_t row, enum text_set set, char *buf)
{
	const struct sock_ext *x = &s->ext[row];
	const struct owner *o = s->owner + x->owner;
	struct clean t;
	uint32_t more = 0;
	int len;

	if (x->n_owners == 0) {
		const char *title = why_title(snap_why(s, row));

		return text_own(title, strlen(title));
	}
	t = proc_text(s, o->proc, set, buf);
	for (uint32_t i = 1; i < x->n_owners; i++)
		more += o[i].proc != o[i - 1].proc;
	if (more == 0 || FIELD_TEXT_SIZE - t.len < 16)
		return t;
	len = snprintf(buf + t.len, 16, "+%u", more);
	return (struct clean){ buf, t.len + (uint32_t)len, t.cells + (uint32_t)len };
}

/* The first holder of the listening socket that the connection came through. */
static struct clean through_text(const struct snap *s, uint32_t row, enum text_set set, char *buf)
{
	uint32_t listener = snap_listener(s, row);

	if (listener == IDX_NONE || s->ext[listener].n_owners == 0)
		return TEXT_LIT("-");
	return process_text(s, listener, set, buf);
}

static struct clean foreign_text(const struct snap *s, uint32_t id, uint64_t number,
				 enum text_set set, char *buf)
{
	struct str raw = strpool_get(s->str, id);

	if (raw.len > 0)
		return text_clean(raw.s, raw.len, set, buf, FIELD_TEXT_SIZE);
	return text_own(buf, fmt_plain(buf, number));
}

/* Escapes of systemd are for its files: people know the name without. */
struct clean place_name_text(const struct snap *s, uint32_t name, enum text_set set, char *buf)
{
	struct str raw = strpool_get(s->str, name);
	char plain[TEXT_MAX];

	if (raw.len == 0)
		return TEXT_LIT("-");
	raw.len = place_unescape(raw.s, raw.len < sizeof(plain) ? raw.len : sizeof(plain), plain);
	return text_clean(plain, raw.len, set, buf, FIELD_TEXT_SIZE);
}

struct clean netns_text(const struct snap *s, uint32_t netns, enum text_set set, char *buf)
{
	if (netns == IDX_NONE)
		return TEXT_LIT("-");
	return foreign_text(s, s->netns[netns].name, s->netns[netns].ino, set, buf);
}

static struct clean word(const char *w)
{
	return text_own(w, strlen(w));
}

/* An address prints its interface only where it means nothing without: on link-local ones. */
static struct clean field_end(const struct snap *s, uint32_t row, enum field_id f,
			      enum text_set set, char *buf)
{
	const struct sock *k = &s->sock[row];
	const struct addr *a = f == F_LOCAL ? &k->local : &k->remote;
	uint32_t ifindex;
	size_t len;

	if (!sock_is_inet(k))
		return ends_text(s, row, f == F_REMOTE, set, buf);
	if (f == F_REMOTE && !sock_has_remote(k))
		return TEXT_LIT("-");
	ifindex = addr_is_link_local(a) ? s->ext[row].ifindex : 0;
	len = end_text(buf, FIELD_TEXT_SIZE, s, a, f == F_LOCAL ? k->lport : k->rport,
		       snap_netns(s, row), ifindex, set);
	return (struct clean){ buf, (uint32_t)len, (uint32_t)len };
}

struct clean field_text(const struct snap *s, uint32_t row, enum field_id f, enum text_set set,
			char *buf)
{
	const struct sock *k = &s->sock[row];
	const struct sock_ext *x = &s->ext[row];

	switch (f) {
	case F_STATE:
		return word(state_name(k->state));
	case F_PROTO:
		return word(proto_name(k->proto));
	case F_FAMILY:
		return word(family_name(k->family));
	case F_TYPE:
		return sock_is_inet(k) ? TEXT_LIT("-") : word(type_name(k->type));
	case F_TIMER:
		return word(timer_name(x->timer));
	case F_LOCAL:
	case F_REMOTE:
		return field_end(s, row, f, set, buf);
	case F_PROCESS:
		return process_text(s, row, set, buf);
	case F_UID:
		if (k->uid == UID_UNKNOWN)
			return TEXT_LIT("-");
		break;
	case F_USER:
		if (k->uid == UID_UNKNOWN)
			return TEXT_LIT("-");
		return foreign_text(s, snap_user_name(s, k->uid), k->uid, set, buf);
	case F_THROUGH:
		return through_text(s, row, set, buf);
	case F_CONTAINER:
		return place_name_text(s, snap_place(s, row)->container, set, buf);
	case F_UNIT:
		return place_name_text(s, snap_place(s, row)->unit, set, buf);
	case F_IFNAME:
		if (x->ifindex == 0)
			return TEXT_LIT("-");
		return foreign_text(s, snap_if_name(s, snap_netns(s, row), x->ifindex), x->ifindex,
				    set, buf);
	case F_NETNS:
		return netns_text(s, snap_netns(s, row), set, buf);
	case F_FD:
		if (x->n_owners == 0)
			return TEXT_LIT("-");
		break;
	case F_COOKIE:
		if (k->flags & SOCK_NO_COOKIE)
			return TEXT_LIT("-");
		return text_own(buf,
				(size_t)snprintf(buf, FIELD_TEXT_SIZE, "0x%llx",
						 (unsigned long long)snap_kernel_cookie(s, row)));
	case F_IN_RATE:
	case F_OUT_RATE:
		if (!snap_rated(s, row))
			return TEXT_LIT("-");
		break;
	case F_RECV_Q:
	case F_SEND_Q:
	case F_AGE:
	case F_RETRANS:
	case F_INODE:
	case F_COUNT:
		break;
	}
	return text_own(buf, fmt_plain(buf, field_number(s, row, f)));
}

static uint64_t big_endian(const void *bytes)
{
	const uint8_t *b = bytes;
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | b[i];
	return n;
}

unsigned field_string_keys(struct str s, uint64_t key[2])
{
	uint8_t b[16] = { 0 };

	memcpy(b, s.s, s.len < sizeof(b) ? s.len : sizeof(b));
	key[0] = big_endian(b);
	key[1] = big_endian(b + 8);
	return 2;
}

/* IPv4 before IPv6 proper, whatever the number. */
static unsigned end_keys(const struct addr *a, uint16_t port, uint64_t key[FIELD_KEYS])
{
	key[0] = !addr_is_v4(a);
	key[1] = big_endian(a->b);
	key[2] = big_endian(a->b + 8);
	key[3] = port;
	return 4;
}

/* Sockets without a process come after those with one. */
static unsigned no_process_keys(uint32_t why, uint64_t key[FIELD_KEYS])
{
	key[0] = key[1] = UINT64_MAX;
	key[2] = why;
	return 3;
}

static unsigned process_keys(const struct snap *s, uint32_t row, uint64_t key[FIELD_KEYS])
{
	const struct sock_ext *x = &s->ext[row];
	const struct proc *p;

	if (x->n_owners == 0)
		return no_process_keys(x->owner, key);
	p = &s->proc[s->owner[x->owner].proc];
	field_string_keys(strpool_get(s->str, p->comm), key);
	key[2] = (uint32_t)p->pid;
	return 3;
}

/* Those without a name come behind those with one. */
static unsigned netns_keys(const struct snap *s, uint32_t netns, uint64_t key[FIELD_KEYS])
{
	const struct netns *n;

	if (netns == IDX_NONE) {
		key[0] = UINT64_MAX;
		return 1;
	}
	n = &s->netns[netns];
	if (n->name != STR_NONE)
		field_string_keys(strpool_get(s->str, n->name), key);
	else
		key[0] = key[1] = UINT64_MAX - 1;
	key[2] = n->ino;
	return 3;
}

unsigned field_keys(const struct snap *s, uint32_t row, enum field_id f, uint64_t key[FIELD_KEYS])
{
	const struct sock *k = &s->sock[row];

	switch (f) {
	case F_STATE:
		key[0] = k->state;
		return 1;
	case F_PROTO:
		key[0] = k->proto;
		return 1;
	case F_FAMILY:
		key[0] = k->family;
		return 1;
	case F_TYPE:
		key[0] = sock_is_inet(k) ? 0 : k->type;
		return 1;
	case F_TIMER:
		key[0] = s->ext[row].timer;
		return 1;
	case F_LOCAL:
		return sock_is_inet(k) ? end_keys(&k->local, k->lport, key)
				       : ends_keys(s, row, false, key);
	case F_REMOTE:
		return sock_is_inet(k) ? end_keys(&k->remote, k->rport, key)
				       : ends_keys(s, row, true, key);
	case F_PROCESS:
		return process_keys(s, row, key);
	case F_USER:
		return field_string_keys(strpool_get(s->str, snap_user_name(s, k->uid)), key);
	case F_THROUGH:
		if (snap_listener(s, row) == IDX_NONE)
			return no_process_keys(WHY_COUNT, key);
		return process_keys(s, snap_listener(s, row), key);
	case F_CONTAINER:
		return field_string_keys(strpool_get(s->str, snap_place(s, row)->container), key);
	case F_UNIT:
		return field_string_keys(strpool_get(s->str, snap_place(s, row)->unit), key);
	case F_IFNAME:
		return field_string_keys(strpool_get(s->str, snap_if_name(s, snap_netns(s, row),
									  s->ext[row].ifindex)),
					 key);
	case F_NETNS:
		return netns_keys(s, snap_netns(s, row), key);
	case F_IN_RATE:
	case F_OUT_RATE:
	case F_RECV_Q:
	case F_SEND_Q:
	case F_AGE:
	case F_UID:
	case F_RETRANS:
	case F_FD:
	case F_INODE:
	case F_COOKIE:
	case F_COUNT:
		break;
	}
	key[0] = field_number(s, row, f);
	return 1;
}
