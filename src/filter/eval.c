/* SPDX-License-Identifier: MIT */
/* Running a filter over the rows of a snapshot. */
#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/field.h"

#include "check.h"
#include "prog.h"

/* Digits of a container's whole id. */
#define CONTAINER_DIGITS 64
/* Longer names with escapes are compared as they are only. */
#define NAME_SHOWN_MAX 512

/* ---- names, once a snapshot ------------------------------------------ */

static bool str_matches(const struct bound *b, const struct snap *s, uint32_t id)
{
	struct str name = strpool_get(s->str, id);

	return name_matches(b->name, name.s, name.len);
}

/* Bits for n rows of a table, all of them 0. */
static void make_bits(struct bound *b, uint32_t n)
{
	uint32_t words = n / 64 + 1;

	if (words > b->size) {
		b->bits = xreallocarray(b->bits, words, sizeof(*b->bits));
		b->size = words;
	}
	memset(b->bits, 0, words * sizeof(*b->bits));
}

static void set_bit(struct bound *b, uint32_t row, bool hit)
{
	b->bits[row / 64] |= (uint64_t)hit << row % 64;
}

static inline bool get_bit(const struct bound *b, uint32_t row)
{
	return (b->bits[row / 64] >> row % 64 & 1) != 0;
}

/* Processes of one program mostly come in a row of pids, and equal names have equal ids. */
static void bind_comm(struct bound *b, const struct snap *s)
{
	uint32_t last = STR_NONE;
	bool hit = str_matches(b, s, STR_NONE);

	make_bits(b, s->n_proc);
	for (uint32_t i = 0; i < s->n_proc; i++) {
		if (s->proc[i].comm != last) {
			last = s->proc[i].comm;
			hit = str_matches(b, s, last);
		}
		set_bit(b, i, hit);
	}
}

/* Names that systemd escaped are known by what is shown as well. */
static bool place_matches(const struct bound *b, const struct snap *s, uint32_t id)
{
	struct str name = strpool_get(s->str, id);
	char plain[NAME_SHOWN_MAX];
	size_t len;

	if (name_matches(b->name, name.s, name.len))
		return true;
	if (name.len >= sizeof(plain) || memchr(name.s, '\\', name.len) == NULL)
		return false;
	len = place_unescape(name.s, name.len, plain);
	plain[len] = '\0';
	return name_matches(b->name, plain, len);
}

/* An id may be given whole, of which the first digits are kept. */
static bool container_matches(const struct bound *b, const struct snap *s, uint32_t id)
{
	struct str name = strpool_get(s->str, id);
	const struct name *n = b->name;

	if (n->kind == NAME_EXACT && n->len == CONTAINER_DIGITS && name.len > 0 &&
	    strspn(n->text, "0123456789abcdef") == n->len)
		return name.len <= n->len && memcmp(n->text, name.s, name.len) == 0;
	return place_matches(b, s, id);
}

/* What is not known, which is row 0, matches no name, not even the empty one. */
static void bind_places(struct bound *b, const struct snap *s)
{
	make_bits(b, s->n_place);
	for (uint32_t i = 1; i < s->n_place; i++) {
		const struct place *p = &s->place[i];
		bool hit = b->code == OP_UNIT ? place_matches(b, s, p->unit)
					      : container_matches(b, s, p->container);

		b->bits[i / 64] |= (uint64_t)hit << i % 64;
	}
}

/* What has no name matches no name, not even the empty one. */
static bool named(const struct bound *b, const struct snap *s, uint32_t name)
{
	return name != STR_NONE && str_matches(b, s, name);
}

static void bind_if(struct bound *b, const struct snap *s)
{
	make_bits(b, s->n_ifname);
	for (uint32_t i = 0; i < s->n_ifname; i++)
		set_bit(b, i, named(b, s, s->ifname[i].name));
}

static void bind_netns(struct bound *b, const struct snap *s)
{
	make_bits(b, s->n_netns);
	for (uint32_t i = 0; i < s->n_netns; i++)
		set_bit(b, i, named(b, s, s->netns[i].name));
}

/*
 * A path is below the root of cgroup2; ss takes it with where that is mounted before it, and a shell puts a
 * slash behind a directory.
 */
static bool cgroup_matches(const struct bound *b, const struct snap *s, uint32_t id)
{
	static const char *const mounts[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	const struct name *n = b->name;
	struct str path = strpool_get(s->str, id);

	if (id == STR_NONE)
		return false;
	if (name_matches(n, path.s, path.len))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(mounts) && n->kind == NAME_EXACT; i++) {
		size_t skip = strlen(mounts[i]), len = n->len;

		if (len > skip && n->text[len - 1] == '/')
			len--;
		if (len < skip || memcmp(n->text, mounts[i], skip) != 0)
			continue;
		if (len == skip ? path.len == 1
				: len - skip == path.len &&
					  memcmp(n->text + skip, path.s, path.len) == 0)
			return true;
	}
	return false;
}

static void bind_cgroups(struct bound *b, const struct snap *s)
{
	make_bits(b, s->n_cgroup);
	for (uint32_t i = 0; i < s->n_cgroup; i++)
		set_bit(b, i, cgroup_matches(b, s, s->cgroup[i].path));
}

static void add_number(struct bound *b, uint32_t n)
{
	if (b->n_numbers == b->size) {
		b->size = b->size != 0 ? b->size * 2 : 8;
		b->numbers = xreallocarray(b->numbers, b->size, sizeof(*b->numbers));
	}
	b->numbers[b->n_numbers++] = n;
}

static void bind_user(struct bound *b, const struct snap *s)
{
	b->n_numbers = 0;
	for (uint32_t i = 0; i < s->n_user; i++)
		if (named(b, s, s->user[i].name))
			add_number(b, s->user[i].uid);
}

void prog_bind(struct prog *p, const struct snap *s)
{
	for (uint32_t i = 0; i < p->n_bound; i++) {
		struct bound *b = &p->bound[i];

		if (b->code == OP_COMM)
			bind_comm(b, s);
		else if (b->code == OP_CONTAINER || b->code == OP_UNIT)
			bind_places(b, s);
		else if (b->code == OP_IFNAME)
			bind_if(b, s);
		else if (b->code == OP_NETNS)
			bind_netns(b, s);
		else if (b->code == OP_CGROUP)
			bind_cgroups(b, s);
		else
			bind_user(b, s);
	}
}

/* ---- one row --------------------------------------------------------- */

static bool has_number(const struct bound *b, uint32_t n)
{
	uint32_t lo = 0, hi = b->n_numbers;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (b->numbers[mid] < n)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < b->n_numbers && b->numbers[lo] == n;
}

static bool in_ranges(const struct range *r, uint64_t n, uint64_t v)
{
	uint64_t lo = 0, hi = n;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;

		if (r[mid].hi < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && r[lo].lo <= v;
}

static inline bool in_set(const struct prog *p, const struct op *op, uint64_t v)
{
	if (!op->many)
		return v - op->lo <= op->span;
	return in_ranges(p->range + op->lo, op->span, v);
}

bool op_in_set(const struct prog *p, const struct op *op, uint64_t v)
{
	return in_set(p, op, v);
}

/*
 * A socket that was in its state before we looked is at least this old: the set must hold every
 * age from there on.
 */
static bool age_in_set(const struct prog *p, const struct op *op, const struct snap *s,
		       uint32_t row)
{
	uint64_t age = field_number(s, row, F_AGE), last;

	if (!in_set(p, op, age))
		return false;
	if ((s->sock[row].flags & SOCK_OLDER) == 0)
		return true;
	last = op->many ? p->range[op->lo + op->span - 1].hi : op->lo + op->span;
	return last == UINT64_MAX && (!op->many || age >= p->range[op->lo + op->span - 1].lo);
}

static const struct sock *listener_of(const struct snap *s, uint32_t row)
{
	if (s->sock[row].state != ST_LISTEN || !sock_is_inet(&s->sock[row]))
		row = snap_listener(s, row);
	return row == IDX_NONE ? NULL : &s->sock[row];
}

bool op_host_holds(const struct op_host *h, const struct addr *a, uint8_t family)
{
	return ((addr_hi(a) ^ h->hi) & h->mask_hi) == 0 &&
	       ((addr_lo(a) ^ h->lo) & h->mask_lo) == 0 &&
	       (h->families >> (family == AF_INET6) & 1) != 0;
}

static bool test_host(const struct prog *p, const struct op *op, const struct snap *s, uint32_t row)
{
	const struct op_host *h = &p->host[op->arg];
	const struct sock *k = &s->sock[row];

	if (!sock_is_inet(k))
		return false;
	switch ((enum side)op->side) {
	case SIDE_LOCAL:
		return op_host_holds(h, &k->local, k->family);
	case SIDE_REMOTE:
		return op_host_holds(h, &k->remote, k->family);
	case SIDE_LISTENER:
		k = listener_of(s, row);
		return k != NULL && op_host_holds(h, &k->local, k->family);
	}
	return false;
}

/* Whether any holder passes. */
static bool test_owners(const struct prog *p, const struct op *op, const struct snap *s,
			uint32_t row)
{
	const struct sock_ext *x = &s->ext[row];
	const struct owner *o = s->owner + x->owner;

	for (uint32_t i = 0; i < x->n_owners; i++) {
		uint32_t proc = o[i].proc;
		bool hit;

		if (op->code == OP_COMM)
			hit = get_bit(&p->bound[op->arg], proc);
		else
			hit = in_set(p, op,
				     (uint32_t)(op->code == OP_PID ? s->proc[proc].pid : o[i].fd));
		if (hit)
			return true;
	}
	return false;
}

static bool test_listen_port(const struct prog *p, const struct op *op, const struct snap *s,
			     uint32_t row)
{
	const struct sock *k = listener_of(s, row);

	return k != NULL && in_set(p, op, k->lport);
}

bool op_in_place(const struct prog *p, const struct op *op, const struct snap *s, uint32_t row)
{
	uint32_t at = s->n_place > 0 ? s->in_place[row] : 0;

	return (p->bound[op->arg].bits[at / 64] >> at % 64 & 1) != 0;
}

bool op_is_if(const struct bound *b, const struct snap *s, uint32_t netns, uint32_t ifindex)
{
	uint32_t at;

	if (ifindex == 0)
		return false;
	at = snap_find_if(s, netns, ifindex);
	return at != IDX_NONE && get_bit(b, at);
}

/* Where nothing is told of it, neither "=" nor "!=" holds. */
static bool test_mark(const struct op *op, const struct snap *s, uint32_t row)
{
	uint32_t mark;

	return snap_row_mark(s, row, &mark) ? (mark & op->span) == op->lo : op->inverted;
}

/* What has none, as TIME_WAIT, is in no group, which is known; not so where nobody asked. */
static bool test_cgroup(const struct prog *p, const struct op *op, const struct snap *s,
			uint32_t row)
{
	uint32_t at = snap_row_cgroup(s, row);

	if (!s->detailed)
		return op->inverted;
	return at != IDX_NONE && get_bit(&p->bound[op->arg], at);
}

static inline bool test(const struct prog *p, const struct op *op, const struct snap *s,
			uint32_t row)
{
	const struct sock *k = &s->sock[row];

	switch ((enum op_code)op->code) {
	case OP_PAIR:
		return (op->arg >> ((k->state & 15) + (k->proto != PROTO_TCP) * 16) & 1) != 0;
	case OP_FAMILY:
		return (op->arg >> family_bit(k) & 1) != 0;
	case OP_PROTO:
		return (op->arg >> k->proto & 1) != 0;
	case OP_TYPE:
		return !sock_is_inet(k) && k->type < 32 && (op->arg >> k->type & 1) != 0;
	case OP_WHY:
		return (op->arg >> snap_why(s, row) & 1) != 0;
	case OP_HOST:
		return test_host(p, op, s, row);
	case OP_END:
		return end_holds(&p->end[op->arg], s, row, op->side == SIDE_REMOTE);
	case OP_LPORT:
		return sock_is_inet(k) && in_set(p, op, k->lport);
	case OP_RPORT:
		return in_set(p, op, k->rport);
	case OP_UID:
		return in_set(p, op, k->uid);
	case OP_INODE:
		return in_set(p, op, k->ino);
	case OP_RECV_Q:
		return in_set(p, op, k->rxq);
	case OP_SEND_Q:
		return in_set(p, op, k->txq);
	case OP_COOKIE:
		return in_set(p, op, k->cookie);
	case OP_IFINDEX:
		return in_set(p, op, s->ext[row].ifindex);
	case OP_NETNS_INO:
		return in_set(p, op, snap_netns_ino(s, row));
	case OP_RETRANS:
		return in_set(p, op, s->ext[row].retrans);
	case OP_AGE:
		return age_in_set(p, op, s, row);
	case OP_LISTEN_PORT:
		return test_listen_port(p, op, s, row);
	case OP_PID:
	case OP_FD:
	case OP_COMM:
		return test_owners(p, op, s, row);
	case OP_AUTOBOUND:
		return sock_is_inet(k) && snap_port_is_local(s, row);
	case OP_USER:
		return has_number(&p->bound[op->arg], k->uid);
	case OP_IFNAME:
		return op_is_if(&p->bound[op->arg], s, snap_netns(s, row), s->ext[row].ifindex);
	case OP_NETNS:
		return s->in_netns != NULL && get_bit(&p->bound[op->arg], s->in_netns[row]);
	case OP_CONTAINER:
	case OP_UNIT:
		return op_in_place(p, op, s, row);
	case OP_MARK:
		return test_mark(op, s, row);
	case OP_CGROUP:
		return test_cgroup(p, op, s, row);
	}
	return false;
}

bool prog_run(const struct prog *p, const struct snap *s, uint32_t row)
{
	uint32_t at = 0;

	if (p->n_op == 0)
		return true;
	if (s->sock[row].flags & SOCK_BRIEF)
		return prog_run_told(p, s, &s->sock[row], &s->ext[row]);
	while (at < OP_REJECT) {
		const struct op *op = &p->op[at];

		at = test(p, op, s, row) ? op->yes : op->no;
	}
	return at == OP_ACCEPT;
}
