/* SPDX-License-Identifier: MIT */
#include "snap_builder.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t side_size[SIDE_COUNT] = {
	[SIDE_TCP] = sizeof(struct tcp_stat), [SIDE_PLACE] = sizeof(uint32_t),
	[SIDE_DETAIL] = sizeof(uint32_t),     [SIDE_NETNS] = sizeof(uint32_t),
	[SIDE_BIRTH] = sizeof(struct birth),
};

static const char *const source_names[SRC_COUNT] = {
	[SRC_TCP] = "tcp",           [SRC_UDP] = "udp",         [SRC_UDPLITE] = "udplite",
	[SRC_RAW] = "raw",           [SRC_MPTCP] = "mptcp",     [SRC_SCTP] = "sctp",
	[SRC_UNIX] = "unix",         [SRC_PACKET] = "packet",   [SRC_NETLINK] = "netlink",
	[SRC_VSOCK] = "vsock",       [SRC_XDP] = "xdp",         [SRC_OWNERS] = "owners",
	[SRC_COUNTERS] = "counters", [SRC_CGROUPS] = "cgroups", [SRC_NETNS] = "netns",
	[SRC_ENDED] = "ended",
};

const char *source_name(enum source_id id)
{
	return source_names[id];
}

/* ---- life ------------------------------------------------------------ */

struct snap_pool *snap_pool_new(void)
{
	struct snap_pool *p = xcalloc(1, sizeof(*p));

	pthread_mutex_init(&p->lock, NULL);
	return p;
}

static void builder_free(struct snap_builder *b)
{
	arena_free(&b->sock);
	arena_free(&b->ext);
	arena_free(&b->owner);
	arena_free(&b->proc);
	arena_free(&b->user);
	arena_free(&b->ifname);
	arena_free(&b->place);
	arena_free(&b->netns);
	for (unsigned i = 0; i < SIDE_COUNT; i++)
		arena_free(&b->side[i]);
	arena_free(&b->details);
	arena_free(&b->cgroup);
	index_free(&b->cgroups);
	index_free(&b->cookies);
	index_free(&b->users);
	strpool_free(&b->str);
	free(b);
}

void snap_pool_free(struct snap_pool *p)
{
	if (p == NULL)
		return;
	while (p->free != NULL) {
		struct snap_builder *b = p->free;

		p->free = b->next_free;
		builder_free(b);
	}
	arena_free(&p->hold);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct snap_builder *builder_new(struct snap_pool *p)
{
	struct snap_builder *b = xcalloc(1, sizeof(*b));

	b->pool = p;
	index_init(&b->cookies);
	index_init(&b->users);
	index_init(&b->cgroups);
	strpool_init(&b->str);
	return b;
}

static void builder_reset(struct snap_builder *b, const struct snap *prev, uint32_t rows)
{
	arena_reset(&b->sock);
	arena_reset(&b->ext);
	arena_reset(&b->owner);
	arena_reset(&b->proc);
	arena_reset(&b->user);
	arena_reset(&b->ifname);
	arena_reset(&b->place);
	arena_reset(&b->netns);
	b->here = IDX_NONE;
	for (unsigned i = 0; i < SIDE_COUNT; i++)
		arena_reset(&b->side[i]);
	arena_reset(&b->details);
	arena_reset(&b->cgroup);
	b->sides = 0;
	b->births_unknown = false;
	strpool_reset(&b->str);
	/* Without the memory for this the tables grow one doubling at a time, and snap_add()
	 * reports. */
	(void)index_reset(&b->cookies, rows);
	(void)index_reset(&b->users, 0);
	(void)index_reset(&b->cgroups, 0);
	b->snap = (struct snap){ .prev_mono_ns = prev != NULL ? prev->mono_ns : 0,
				 .port_first = LOCAL_PORT_FIRST,
				 .port_last = LOCAL_PORT_LAST };
	for (unsigned p = 0; p < PROTO_COUNT; p++)
		b->snap.whole[p] = ST_ALL;
	b->prev = prev;
	b->unfound = WHY_NO_PROCESS;
	b->close_told = false;
	b->limit = UINT32_MAX;
	memset(b->tcp_rows, 0, sizeof(b->tcp_rows));
}

struct snap_builder *snap_build(struct snap_pool *p, const struct snap *prev)
{
	struct snap_builder *b;
	struct arena hold;
	uint64_t seq;
	uint32_t rows;

	pthread_mutex_lock(&p->lock);
	b = p->free;
	if (b != NULL)
		p->free = b->next_free;
	seq = ++p->seq;
	rows = p->usual_rows;
	hold = p->hold;
	p->hold = (struct arena){ 0 };
	pthread_mutex_unlock(&p->lock);
	if (b == NULL)
		b = builder_new(p);
	b->hold = hold;
	builder_reset(b, prev, rows);
	b->snap.seq = seq;
	return b;
}

void builder_give_back(struct snap_builder *b)
{
	struct snap_pool *p = b->pool;

	arena_reset(&b->hold);
	pthread_mutex_lock(&p->lock);
	if (p->hold.base == NULL) {
		p->hold = b->hold;
		b->hold = (struct arena){ 0 };
	}
	pthread_mutex_unlock(&p->lock);
	arena_free(&b->hold);
}

static void builder_recycle(struct snap_builder *b)
{
	struct snap_pool *p = b->pool;

	pthread_mutex_lock(&p->lock);
	b->next_free = p->free;
	p->free = b;
	pthread_mutex_unlock(&p->lock);
}

void snap_abandon(struct snap_builder *b)
{
	if (b == NULL)
		return;
	builder_give_back(b);
	builder_recycle(b);
}

/* The const is a promise to readers; the count is the one thing in a frozen snapshot that moves. */
static struct snap_builder *builder_of(const struct snap *s)
{
	return (struct snap_builder *)(uintptr_t)s;
}

const struct snap *snap_ref(const struct snap *s)
{
	if (s != NULL)
		atomic_fetch_add_explicit(&builder_of(s)->refs, 1, memory_order_relaxed);
	return s;
}

void snap_unref(const struct snap *s)
{
	if (s == NULL)
		return;
	if (atomic_fetch_sub_explicit(&builder_of(s)->refs, 1, memory_order_acq_rel) == 1)
		builder_recycle(builder_of(s));
}

/* ---- reading --------------------------------------------------------- */

static uint32_t find_cookie(const struct index *ix, const struct sock *sock, uint64_t cookie,
			    uint32_t *at)
{
	uint32_t row;

	for (*at = index_first(ix, index_hash(ix, cookie)); (row = index_row(ix, *at)) != IDX_NONE;
	     *at = index_next(ix, *at))
		if (sock[row].cookie == cookie)
			break;
	return row;
}

uint32_t snap_find(const struct snap *s, uint64_t cookie)
{
	uint32_t at;

	return find_cookie(&builder_of(s)->cookies, s->sock, cookie, &at);
}

uint32_t snap_find_proc(const struct snap *s, int32_t pid)
{
	uint32_t lo = 0, hi = s->n_proc;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->proc[mid].pid < pid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n_proc && s->proc[lo].pid == pid ? lo : IDX_NONE;
}

uint32_t snap_find_user(const struct snap *s, uint32_t uid)
{
	uint32_t lo = 0, hi = s->n_user;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->user[mid].uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n_user && s->user[lo].uid == uid ? lo : IDX_NONE;
}

uint32_t snap_user_name(const struct snap *s, uint32_t uid)
{
	uint32_t row = snap_find_user(s, uid);

	return row == IDX_NONE ? STR_NONE : s->user[row].name;
}

/* Only TCP counts bytes, and a listener has none. */
bool snap_rated(const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	return s->rated && k->proto == PROTO_TCP && k->state != ST_LISTEN;
}

uint64_t snap_per_s(const struct snap *s, uint64_t n)
{
	int64_t span_ns = s->prev_mono_ns != 0 ? s->mono_ns - s->prev_mono_ns : 0;

	return span_ns > 0 ? (uint64_t)((double)n * 1e9 / (double)span_ns + 0.5) : 0;
}

static const struct place nowhere;

const struct place *snap_place(const struct snap *s, uint32_t row)
{
	return s->n_place > 0 ? &s->place[s->in_place[row]] : &nowhere;
}

const struct place *snap_proc_place(const struct snap *s, uint32_t proc)
{
	return s->n_place > 0 ? &s->place[s->proc[proc].place] : &nowhere;
}

/* ---- building -------------------------------------------------------- */

static uint64_t hash_cookie(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct sock *sock = ctx;

	return index_hash(ix, sock[row].cookie);
}

/* Makes an entry of zeros for one more row in each array beside them. */
static int push_sides(struct snap_builder *b)
{
	for (unsigned i = 0; i < SIDE_COUNT; i++) {
		void *entry;

		if ((b->sides >> i & 1) == 0)
			continue;
		entry = arena_push(&b->side[i], side_size[i]);
		if (entry == NULL) {
			while (i-- > 0)
				if ((b->sides >> i & 1) != 0)
					b->side[i].used -= side_size[i];
			return -ENOMEM;
		}
		memset(entry, 0, side_size[i]);
	}
	return 0;
}

/* Makes room for one more row; -ENOMEM with the arrays as they were. */
static int push_row(struct snap_builder *b)
{
	if (arena_push(&b->sock, sizeof(struct sock)) == NULL)
		return -ENOMEM;
	if (arena_push(&b->ext, sizeof(struct sock_ext)) == NULL)
		goto no_ext;
	if (b->sides != 0 && push_sides(b) != 0)
		goto no_sides;
	return 0;
no_sides:
	b->ext.used -= sizeof(struct sock_ext);
no_ext:
	b->sock.used -= sizeof(struct sock);
	return -ENOMEM;
}

void snap_expect(struct snap_builder *b, uint32_t rows)
{
	/* As with builder_reset(), it grows by itself where this fails. */
	if (b->snap.n_sock == 0)
		(void)index_reset(&b->cookies, rows);
}

void snap_announce(const struct snap_builder *b, uint64_t cookie)
{
	index_prefetch(&b->cookies, index_hash(&b->cookies, cookie));
}

/* As snap_add(), with the cookie as it is in s, of this namespace. */
static int add_row(struct snap_builder *b, const struct sock *s, const struct sock_ext *x,
		   uint32_t netns)
{
	struct sock *rows = (void *)b->sock.base;
	uint32_t at, row = b->snap.n_sock;
	struct sock_ext *ext;

	if (index_full(&b->cookies) && index_grow(&b->cookies, hash_cookie, rows) != 0)
		return -ENOMEM;
	if (find_cookie(&b->cookies, rows, s->cookie, &at) != IDX_NONE)
		return 1;
	assert(b->snap.n_brief == 0);
	if (row >= b->limit)
		return -EFBIG;
	if (push_row(b) != 0)
		return -ENOMEM;
	rows = (void *)b->sock.base;
	rows[row] = *s;
	ext = (struct sock_ext *)(void *)b->ext.base + row;
	*ext = *x;
	ext->n_owners = 0;
	ext->listener = IDX_NONE;
	if (netns != IDX_NONE)
		builder_in_netns(b)[row] = netns;
	index_put(&b->cookies, at, b->snap.n_sock++);
	b->snap.protos |= (uint16_t)PROTO_BIT(s->proto);
	if (s->proto == PROTO_TCP && s->state < ST_COUNT)
		b->tcp_rows[s->state]++;
	return 0;
}

int snap_add(struct snap_builder *b, const struct sock *s, const struct sock_ext *x)
{
	struct sock salted;

	if (b->here == IDX_NONE)
		return add_row(b, s, x, IDX_NONE);
	salted = *s;
	salted.cookie ^= builder_salt(b, (s->flags & SOCK_NO_COOKIE) == 0);
	return add_row(b, &salted, x, b->here);
}

void snap_with(struct snap_builder *b, enum snap_side side)
{
	b->sides |= 1u << side;
}

void *snap_beside(struct snap_builder *b, enum snap_side side)
{
	uint32_t rows = b->snap.n_sock + b->snap.n_brief;

	return rows > 0 ? snap_beside_row(b, side, rows - 1) : NULL;
}

void *snap_beside_row(struct snap_builder *b, enum snap_side side, uint32_t row)
{
	if ((b->sides >> side & 1) == 0)
		return NULL;
	return b->side[side].base + (size_t)side_size[side] * row;
}

int snap_add_brief(struct snap_builder *b, const struct sock *s, uint32_t ifindex)
{
	uint32_t row = b->snap.n_sock + b->snap.n_brief;

	if (push_row(b) != 0)
		return -ENOMEM;
	((struct sock *)(void *)b->sock.base)[row] = *s;
	((struct sock *)(void *)b->sock.base)[row].flags = SOCK_NEW | SOCK_BRIEF;
	((struct sock_ext *)(void *)b->ext.base)[row] =
		(struct sock_ext){ .ifindex = ifindex, .listener = IDX_NONE };
	b->snap.n_brief++;
	return 0;
}

void snap_set_brief(struct snap_builder *b, bool known, uint64_t lost)
{
	b->snap.brief_known = known;
	b->snap.brief_lost = lost;
}

/* What was told last of a row that is taken over. */
static void keep_measures(struct snap_builder *b, uint32_t prev_row)
{
	struct tcp_stat *stat = snap_beside(b, SIDE_TCP);
	unsigned char packed[DETAIL_PACKED_MAX];
	struct detail d;

	if (stat != NULL && b->prev->tcp != NULL)
		*stat = b->prev->tcp[prev_row];
	/* For want of memory it is without. */
	if (snap_beside(b, SIDE_DETAIL) != NULL && snap_row_detail(b->prev, prev_row, &d))
		(void)snap_put_detail(b, packed, detail_pack(&d, packed), d.cgroup_id);
}

int snap_carry(struct snap_builder *b, unsigned state)
{
	const struct snap *prev = b->prev;

	for (uint32_t i = 0; prev != NULL && i < prev->n_sock; i++) {
		const struct sock *s = &prev->sock[i];
		struct sock_ext x;
		int rc;

		if (s->proto != PROTO_TCP || s->state != state ||
		    (b->here != IDX_NONE && builder_netns_of(b, i) != b->here))
			continue;
		x = prev->ext[i];
		x.since_s = 0;
		rc = add_row(b, s, &x, b->here);
		if (rc == -ENOMEM)
			return -ENOMEM;
		if (rc == 0)
			keep_measures(b, i);
	}
	return 0;
}

uint32_t snap_keep(struct snap_builder *b, uint32_t prev_row, uint32_t ino)
{
	const struct snap *prev = b->prev;
	uint32_t netns = IDX_NONE;
	struct sock s;
	struct sock_ext x;

	if (prev == NULL || prev_row >= prev->n_sock)
		return IDX_NONE;
	if (b->here != IDX_NONE) {
		netns = builder_netns_of(b, prev_row);
		if (netns == IDX_NONE)
			return IDX_NONE;
	}
	s = prev->sock[prev_row];
	if (s.proto != PROTO_TCP || s.state != ST_ESTABLISHED || s.ino != ino ||
	    (s.flags & (SOCK_NEW | SOCK_KEPT)) != 0 ||
	    (b->snap.whole[PROTO_TCP] & ST_BIT(ST_ESTABLISHED)) == 0)
		return IDX_NONE;
	x = prev->ext[prev_row];
	x.since_s = 0;
	s.flags |= SOCK_KEPT;
	if (add_row(b, &s, &x, netns) != 0)
		return IDX_NONE;
	keep_measures(b, prev_row);
	return b->snap.n_sock - 1;
}

const struct snap *snap_prev(const struct snap_builder *b)
{
	return b->prev;
}

void snap_limit(struct snap_builder *b, uint32_t rows)
{
	b->limit = rows;
}

const struct sock *snap_rows(const struct snap_builder *b, uint32_t *n)
{
	*n = b->snap.n_sock;
	return (const void *)b->sock.base;
}

uint32_t snap_count(const struct snap_builder *b, enum tcp_state st)
{
	return b->tcp_rows[st];
}

/* The cold part of a TCP row in this state, or NULL. */
static struct sock_ext *find_ext(struct snap_builder *b, uint64_t cookie, enum tcp_state st)
{
	const struct sock *rows = (const void *)b->sock.base;
	struct sock_ext *ext = (void *)b->ext.base;
	uint32_t row = snap_row(b, cookie ^ builder_salt(b, true));

	if (row == IDX_NONE || rows[row].proto != PROTO_TCP || rows[row].state != st)
		return NULL;
	return &ext[row];
}

void snap_set_since(struct snap_builder *b, uint64_t cookie, uint32_t since_s)
{
	struct sock_ext *x = find_ext(b, cookie, ST_CLOSE_WAIT);

	if (x != NULL)
		x->since_s = since_s;
}

void snap_set_drops(struct snap_builder *b, uint64_t cookie, uint32_t drops)
{
	struct sock_ext *x = find_ext(b, cookie, ST_LISTEN);

	if (x != NULL)
		x->drops = drops;
}

uint32_t snap_row(const struct snap_builder *b, uint64_t cookie)
{
	uint32_t at;

	return find_cookie(&b->cookies, (const void *)b->sock.base, cookie, &at);
}

uint32_t snap_holders(const struct snap_builder *b, uint32_t row, struct owner *out, uint32_t max)
{
	const struct hold *hold = (const void *)b->hold.base;
	size_t n = b->hold.used / sizeof(*hold);
	uint32_t found = 0;

	for (size_t i = 0; i < n && found < max; i++)
		if (hold[i].row == row)
			out[found++] = (struct owner){ .proc = hold[i].proc, .fd = hold[i].fd };
	return found;
}

const struct proc *snap_procs(const struct snap_builder *b, uint32_t *n)
{
	*n = b->snap.n_proc;
	return (const void *)b->proc.base;
}

uint32_t snap_add_proc(struct snap_builder *b, const struct proc *p)
{
	struct proc *row = arena_push(&b->proc, sizeof(*row));

	if (row == NULL)
		return IDX_NONE;
	*row = *p;
	row->sockets = 0;
	row->place = 0;
	return b->snap.n_proc++;
}

/* A container says more than a unit, and of units that of a manager, who holds for others, least. */
static uint8_t how_much(const struct place_text *t)
{
	static const char manager[] = "init.scope";

	if (t->container.len > 0)
		return 3;
	if (t->unit.len == strlen(manager) && memcmp(t->unit.s, manager, t->unit.len) == 0)
		return 1;
	return t->unit.len > 0 ? 2 : 0;
}

uint32_t snap_add_place(struct snap_builder *b, const struct place_text *t, struct str path)
{
	struct place *first = NULL, *p;

	if (b->snap.n_place == 0) {
		first = arena_push(&b->place, sizeof(*first));
		if (first == NULL)
			return 0;
		*first = nowhere;
		b->snap.n_place++;
	}
	p = arena_push(&b->place, sizeof(*p));
	if (p == NULL)
		return 0;
	*p = (struct place){
		.path = snap_add_str(b, path.s, path.len),
		.container = snap_add_str(b, t->container.s, t->container.len),
		.pod = snap_add_str(b, t->pod, t->pod_len),
		.unit = snap_add_str(b, t->unit.s, t->unit.len),
		.runtime = (uint8_t)t->runtime,
		.tells = how_much(t),
	};
	return b->snap.n_place++;
}

void snap_set_proc_place(struct snap_builder *b, uint32_t proc, uint32_t place)
{
	((struct proc *)(void *)b->proc.base)[proc].place = place;
}

struct arena *snap_spare(struct snap_builder *b)
{
	return &b->hold;
}

int snap_add_owner(struct snap_builder *b, uint32_t row, uint32_t proc, int32_t fd)
{
	struct hold *h = arena_push(&b->hold, sizeof(*h));

	if (h == NULL)
		return -ENOMEM;
	*h = (struct hold){ .row = row, .proc = proc, .fd = fd };
	return 0;
}

uint32_t snap_add_str(struct snap_builder *b, const void *bytes, size_t len)
{
	return strpool_add(&b->str, bytes, len);
}

struct str snap_str(const struct snap_builder *b, uint32_t id)
{
	return strpool_get(&b->str, id);
}

static uint64_t hash_user(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct user *user = ctx;

	return index_hash(ix, user[row].uid);
}

void snap_add_user(struct snap_builder *b, uint32_t uid, uint32_t name)
{
	struct user *users = (void *)b->user.base;
	struct index *ix = &b->users;
	struct user *u;
	uint32_t at, row;

	if (index_full(ix) && index_grow(ix, hash_user, users) != 0)
		return;
	for (at = index_first(ix, index_hash(ix, uid)); (row = index_row(ix, at)) != IDX_NONE;
	     at = index_next(ix, at))
		if (users[row].uid == uid)
			return;
	u = arena_push(&b->user, sizeof(*u));
	if (u == NULL)
		return;
	*u = (struct user){ .uid = uid, .name = name };
	index_put(ix, at, b->snap.n_user++);
}

void snap_add_ifname(struct snap_builder *b, uint32_t ifindex, uint32_t name)
{
	struct ifname *n = arena_push(&b->ifname, sizeof(*n));

	if (n == NULL)
		return;
	*n = (struct ifname){ .netns = b->here, .ifindex = ifindex, .name = name };
	b->snap.n_ifname++;
}

struct counters *snap_counters(struct snap_builder *b)
{
	return &b->snap.counters;
}

struct sysctls *snap_sysctls(struct snap_builder *b)
{
	return &b->snap.sysctls;
}

struct detail *snap_detail(struct snap_builder *b)
{
	b->detail = (struct detail){ .error = 0 };
	b->snap.detail = &b->detail;
	return &b->detail;
}

struct snap_cost *snap_cost(struct snap_builder *b)
{
	return &b->snap.cost;
}

void snap_set_times(struct snap_builder *b, int64_t wall_ns, int64_t mono_ns)
{
	b->snap.wall_ns = wall_ns;
	b->snap.mono_ns = mono_ns;
}

void snap_set_local_ports(struct snap_builder *b, uint16_t first, uint16_t last)
{
	if (b->here != IDX_NONE)
		builder_set_ports(b, first, last);
	if (b->here != IDX_NONE && b->here != 0)
		return;
	b->snap.port_first = first;
	b->snap.port_last = last;
}

void snap_set_close(struct snap_builder *b, bool known)
{
	/* Not if one of several namespaces did not tell. */
	b->snap.close_known = known && (b->snap.close_known || !b->close_told);
	b->close_told = true;
}

void snap_set_thinned(struct snap_builder *b, enum proto proto, unsigned whole)
{
	b->snap.whole[proto] &= (uint16_t)(whole & ST_ALL);
	b->snap.thinned = true;
}

void snap_set_births_unknown(struct snap_builder *b)
{
	b->births_unknown = true;
}

void snap_set_choice(struct snap_builder *b, uint32_t choice)
{
	b->snap.choice = choice;
}

void snap_set_owners_how(struct snap_builder *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(b->snap.owners_how, sizeof(b->snap.owners_how), fmt, ap);
	va_end(ap);
}

void snap_set_unfound(struct snap_builder *b, enum why why)
{
	b->unfound = why;
}

void snap_source_ok(struct snap_builder *b, enum source_id id)
{
	if (b->snap.source[id].status == SOURCE_NOT_ASKED)
		b->snap.source[id].status = SOURCE_OK;
}

enum source_status snap_status(const struct snap_builder *b, enum source_id id)
{
	return b->snap.source[id].status;
}

void snap_source_fail(struct snap_builder *b, enum source_id id, enum source_status st,
		      const char *fmt, ...)
{
	struct source_state *src = &b->snap.source[id];
	va_list ap;

	if (src->status > SOURCE_OK)
		return;
	src->status = st;
	va_start(ap, fmt);
	vsnprintf(src->reason, sizeof(src->reason), fmt, ap);
	va_end(ap);
	for (char *p = src->reason; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
}
