/* SPDX-License-Identifier: MIT */
#include "group.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define V4_BITS  32
#define V6_BITS  128
#define NS_PER_S INT64_C(1000000000)

/* First words of ids that are not made of names or addresses. */
#define ID_WHY   UINT64_MAX
#define ID_STATE (UINT64_MAX - 1)
#define ID_PROTO (UINT64_MAX - 2)
#define ID_NETNS (UINT64_MAX - 3)

/* ---- groups ---------------------------------------------------------- */

static uint64_t id_of(const struct grouper *gr, uint64_t a, uint64_t b)
{
	uint64_t id = index_hash2(&gr->r->ix, a, b);

	return id != 0 ? id : 1;
}

static uint64_t id_of_name(const struct grouper *gr, uint32_t name)
{
	struct str s = strpool_get(gr->r->snap->str, name);
	uint64_t h = s.len, word;

	for (size_t at = 0; at < s.len; at += sizeof(word)) {
		word = 0;
		memcpy(&word, s.s + at, s.len - at < sizeof(word) ? s.len - at : sizeof(word));
		h = index_hash2(&gr->r->ix, h, word);
	}
	return id_of(gr, h, 0);
}

static uint64_t hash_group(const struct index *ix, const void *ctx, uint32_t i)
{
	const struct group *g = ctx;

	(void)ix;
	return g[i].id;
}

static bool push_ends(struct result *r)
{
	struct group_ends *e = arena_push(&r->ends, sizeof(*e));

	if (e != NULL)
		memset(e, 0, sizeof(*e));
	return e != NULL;
}

/* Where the new group is, or IDX_NONE without memory. at: its place in the index. */
static uint32_t put_group(struct grouper *gr, uint32_t at, uint64_t id, const union group_key *key)
{
	struct result *r = gr->r;
	uint32_t i = result_n_groups(r);
	struct group *g = arena_push(&r->group, sizeof(*g));
	uint32_t *mark = arena_push(&gr->mark, sizeof(*mark));

	if (g == NULL || mark == NULL || (r->query.ends && !push_ends(r)))
		return IDX_NONE;
	*g = (struct group){ .id = id,
			     .key = *key,
			     .first = IDX_NONE,
			     .seen_s = gr->now_s,
			     .place = IDX_NONE,
			     .netns = r->query.by == BY_LISTENER ? key->end.netns : IDX_NONE };
	*mark = 0;
	index_put(&r->ix, at, i);
	return i;
}

static int make_room(struct result *r)
{
	return index_full(&r->ix) ? index_grow(&r->ix, hash_group, r->group.base) : 0;
}

/* A group that is known not to be there yet. */
static uint32_t new_group(struct grouper *gr, uint64_t id, const union group_key *key)
{
	uint32_t at;

	if (make_room(gr->r) < 0)
		return IDX_NONE;
	at = index_first(&gr->r->ix, id);
	while (index_row(&gr->r->ix, at) != IDX_NONE)
		at = index_next(&gr->r->ix, at);
	return put_group(gr, at, id, key);
}

uint32_t grouper_why(struct grouper *gr, uint32_t why)
{
	uint32_t *known = &gr->why_group[why];
	union group_key key = { 0 };

	if (*known == IDX_NONE) {
		*known = new_group(gr, id_of(gr, ID_WHY, why), &key);
		if (*known != IDX_NONE)
			result_groups(gr->r)[*known].why = (enum why)why;
	}
	return *known;
}

int grouper_begin_map(struct grouper *gr, uint32_t rows)
{
	void *map = arena_push(&gr->group_of, rows * sizeof(uint32_t));

	if (map == NULL && rows > 0)
		return -ENOMEM;
	if (rows > 0)
		memset(map, 0xff, rows * sizeof(uint32_t));
	return 0;
}

/* ---- sums ------------------------------------------------------------ */

static inline void note_age(const struct grouper *gr, struct group *g, uint32_t row)
{
	uint32_t since = gr->r->snap->ext[row].since_s;

	if (gr->now_s > since && gr->now_s - since > g->oldest_s)
		g->oldest_s = gr->now_s - since;
}

/* Whether data goes through it, of which the kernel notes the time. */
static bool is_open(const struct sock *s)
{
	return s->proto == PROTO_TCP &&
	       (ST_BIT(s->state) & (ST_BIT(ST_ESTABLISHED) | ST_BIT(ST_CLOSE_WAIT) |
				    ST_BIT(ST_FIN_WAIT1) | ST_BIT(ST_FIN_WAIT2)));
}

static void note_idle(struct group *g, const struct tcp_stat *t)
{
	if (t->idle_ms == UINT32_MAX)
		return;
	g->timed++;
	g->idle += t->idle_ms > IDLE_MS;
}

/* With that socket counted: a first one says where the group is, one from elsewhere takes it back. */
static void note_netns(struct group *g, uint32_t netns)
{
	if (g->sockets == 1)
		g->netns = netns;
	else if (g->netns != netns)
		g->netns = IDX_NONE;
}

/* Adds one socket to a group. 0 or -ENOMEM, also for a group that there was no memory for. */
static inline int tally(struct grouper *gr, uint32_t group, struct hit hit)
{
	const struct sock *s = &gr->r->snap->sock[hit.row];
	struct group *g;

	if (group == IDX_NONE)
		return -ENOMEM;
	g = &result_groups(gr->r)[group];
	if (gr->r->snap->rated) {
		g->in += gr->r->snap->tcp[hit.row].in;
		g->out += gr->r->snap->tcp[hit.row].out;
	}
	if (s->flags & SOCK_BRIEF) {
		g->born++;
		return 0;
	}
	if (g->first == IDX_NONE && gr->r->query.by != BY_LISTENER)
		g->first = hit.row;
	g->sockets++;
	g->shared += hit.holders > 1;
	if (s->proto == PROTO_TCP)
		g->state[s->state < ST_COUNT ? s->state : 0]++;
	else if (s->proto == PROTO_UDP)
		g->udp++;
	g->born += (s->flags & SOCK_NEW) != 0;
	note_age(gr, g, hit.row);
	if (gr->r->snap->in_netns != NULL && gr->r->query.by != BY_LISTENER)
		note_netns(g, gr->r->snap->in_netns[hit.row]);
	if (gr->r->snap->tcp != NULL && is_open(s))
		note_idle(g, &gr->r->snap->tcp[hit.row]);
	if (s->state != ST_LISTEN) {
		g->recv_q += s->rxq;
		g->send_q += s->txq;
	}
	return gr->r->query.distinct ? grouper_count(gr, group, hit.row) : 0;
}

int grouper_tally(struct grouper *gr, uint32_t group, struct hit hit)
{
	return tally(gr, group, hit);
}

/* ---- by state -------------------------------------------------------- */

/* All rows are there from the start: zero is an answer too. */
static int begin_state(struct grouper *gr)
{
	unsigned others = gr->r->query.select.protos & ~PROTO_BIT(PROTO_TCP);

	for (unsigned st = 1; st < ST_COUNT; st++) {
		union group_key key = { .state = (uint8_t)st };

		if (new_group(gr, id_of(gr, ID_STATE, st), &key) == IDX_NONE)
			return -ENOMEM;
	}
	others |= PROTO_BIT(PROTO_UDP);
	for (unsigned p = PROTO_UDP; p < PROTO_COUNT; p++) {
		union group_key key = { .proto = (uint8_t)p };

		if ((others >> p & 1) == 0)
			continue;
		gr->proto_group[p] = new_group(gr, id_of(gr, ID_PROTO, p), &key);
		if (gr->proto_group[p] == IDX_NONE)
			return -ENOMEM;
	}
	return 0;
}

static int add_state(struct grouper *gr, const struct hit *hit, uint32_t n)
{
	const struct sock *sock = gr->r->snap->sock;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		const struct sock *s = &sock[hit[i].row];

		if (s->proto != PROTO_TCP)
			rc = tally(gr, gr->proto_group[s->proto], hit[i]);
		else if (s->state > 0 && s->state < ST_COUNT)
			rc = tally(gr, s->state - 1u, hit[i]);
	}
	return rc;
}

/* ---- by process and by program --------------------------------------- */

static int begin_procs(struct grouper *gr)
{
	return grouper_begin_map(gr, gr->r->snap->n_proc);
}

static uint32_t process_group(struct grouper *gr, uint32_t proc)
{
	const struct proc *p = &gr->r->snap->proc[proc];
	union group_key key = { .proc = proc, .pid = p->pid };

	return new_group(gr, id_of(gr, p->start, (uint32_t)p->pid), &key);
}

static inline uint32_t name_of(enum by by, const union group_key *key)
{
	return by == BY_PROGRAM ? key->comm : key->in.name;
}

uint32_t grouper_named(struct grouper *gr, const union group_key *key)
{
	enum by by = gr->r->query.by;
	uint64_t id = id_of_name(gr, name_of(by, key));
	uint32_t at, i;

	if (make_room(gr->r) < 0)
		return IDX_NONE;
	for (at = index_first(&gr->r->ix, id); (i = index_row(&gr->r->ix, at)) != IDX_NONE;
	     at = index_next(&gr->r->ix, at)) {
		const struct group *g = &result_groups(gr->r)[i];

		if (g->id == id && g->why == WHY_OWNED && name_of(by, &g->key) == name_of(by, key))
			return i;
	}
	return put_group(gr, at, id, key);
}

static uint32_t program_group(struct grouper *gr, uint32_t proc)
{
	union group_key key = { .comm = gr->r->snap->proc[proc].comm };

	return grouper_named(gr, &key);
}

/*
 * A socket counts once in the group of each process that holds it. mark is the last socket that a
 * group got, plus one: workers of one program share a socket, and it is one socket of the program.
 */
static int add_holders(struct grouper *gr, struct hit hit)
{
	const struct sock_ext *x = &gr->r->snap->ext[hit.row];
	const struct owner *o = gr->r->snap->owner + x->owner;
	bool program = gr->r->query.by == BY_PROGRAM;

	for (uint32_t i = 0; i < x->n_owners; i++) {
		uint32_t *group = &grouper_map(gr)[o[i].proc];
		uint32_t *mark;

		if (*group == IDX_NONE)
			*group = program ? program_group(gr, o[i].proc)
					 : process_group(gr, o[i].proc);
		if (*group == IDX_NONE)
			return -ENOMEM;
		mark = (uint32_t *)(void *)gr->mark.base + *group;
		if (*mark == hit.row + 1)
			continue;
		*mark = hit.row + 1;
		if (tally(gr, *group, hit) < 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * Of one that came and went it may not be known who held it: nobody that we know of, or one of those
 * that hold the listener, which may all be of one program.
 */
static bool is_nobodys(const struct grouper *gr, uint32_t row)
{
	const struct sock_ext *x = &gr->r->snap->ext[row];
	const struct owner *o = gr->r->snap->owner + x->owner;

	if (!(gr->r->snap->sock[row].flags & SOCK_BRIEF))
		return false;
	return x->n_owners == 0 ||
	       (gr->r->query.by != BY_PROGRAM && o[0].proc != o[x->n_owners - 1].proc);
}

static int add_procs(struct grouper *gr, const struct hit *hit, uint32_t n)
{
	const struct sock_ext *ext = gr->r->snap->ext;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		const struct sock_ext *x = &ext[hit[i].row];

		if (is_nobodys(gr, hit[i].row))
			continue;
		if (x->n_owners == 0)
			rc = tally(gr, grouper_why(gr, x->owner), hit[i]);
		else
			rc = add_holders(gr, hit[i]);
	}
	return rc;
}

/* ---- by user --------------------------------------------------------- */

static int begin_user(struct grouper *gr)
{
	gr->last_user = IDX_NONE;
	return grouper_begin_map(gr, gr->r->snap->n_user);
}

static uint32_t user_group(struct grouper *gr, uint32_t uid)
{
	uint32_t *group;

	if (gr->last_user == IDX_NONE || gr->last_uid != uid) {
		gr->last_user = snap_find_user(gr->r->snap, uid);
		gr->last_uid = uid;
	}
	/* A snapshot that was sealed without memory may lack a user. */
	if (gr->last_user == IDX_NONE)
		return IDX_NONE;
	group = &grouper_map(gr)[gr->last_user];
	if (*group == IDX_NONE) {
		union group_key key = { .uid = uid };

		*group = new_group(gr, id_of(gr, 0, uid), &key);
	}
	return *group;
}

/* What has no socket file has no user either: the kernel gives 0 there. */
static int add_user(struct grouper *gr, const struct hit *hit, uint32_t n)
{
	const struct snap *s = gr->r->snap;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		uint32_t row = hit[i].row;
		bool fileless = s->ext[row].n_owners == 0 && s->sock[row].ino == 0;

		if (is_nobodys(gr, row))
			continue;
		rc = tally(gr,
			   fileless ? grouper_why(gr, s->ext[row].owner)
				    : user_group(gr, s->sock[row].uid),
			   hit[i]);
	}
	return rc;
}

/* ---- by remote ------------------------------------------------------- */

struct end_ref {
	uint64_t id;
	struct addr addr;
	uint32_t ifindex, netns;
	uint8_t bits;
	bool own;
};

static struct addr mask_of(const struct addr *ones, unsigned bits)
{
	return addr_prefix(ones, bits);
}

static int begin_remote(struct grouper *gr)
{
	static const uint8_t ones[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct addr v4 = addr_v4(ones), v6 = addr_v6(ones);

	gr->bits4 = gr->r->query.rollup ? V4_BITS : gr->r->query.prefix4;
	gr->bits6 = gr->r->query.rollup ? V6_BITS : gr->r->query.prefix6;
	gr->mask4 = mask_of(&v4, gr->bits4);
	gr->mask6 = mask_of(&v6, gr->bits6);
	gr->own_sockets = gr->other_sockets = 0;
	own_reset(&gr->own);
	rollup_begin(&gr->rollup);
	return 0;
}

static inline bool is_v4(const struct addr *a)
{
	return addr_hi(a) == 0 && be64toh(addr_lo(a)) >> 32 == 0xffff;
}

static void addr_and(const struct addr *a, const struct addr *mask, struct addr *out)
{
	uint64_t hi = addr_hi(a) & addr_hi(mask), lo = addr_lo(a) & addr_lo(mask);

	memcpy(out->b, &hi, sizeof(hi));
	memcpy(out->b + sizeof(hi), &lo, sizeof(lo));
}

/* An own prefix is another group than the same prefix without the own addresses. */
static void give_id(const struct grouper *gr, struct end_ref *ref)
{
	unsigned whole = is_v4(&ref->addr) ? V4_BITS : V6_BITS;

	ref->id = id_of(gr, addr_hi(&ref->addr) + ref->ifindex, addr_lo(&ref->addr));
	if (ref->netns != IDX_NONE)
		ref->id = id_of(gr, ref->id, gr->r->snap->netns[ref->netns].ino);
	if (ref->bits < whole)
		ref->id = id_of(gr, ref->id, (unsigned)ref->bits << 1 | ref->own);
}

/* Filled in its place: a copy of what was just written in smaller pieces is slow. */
static void remote_ref(const struct grouper *gr, uint32_t row, bool own, struct end_ref *ref)
{
	const struct addr *a = &gr->r->snap->sock[row].remote;

	ref->own = own;
	ref->ifindex = 0;
	ref->netns = IDX_NONE;
	if (is_v4(a)) {
		ref->bits = gr->bits4;
		addr_and(a, &gr->mask4, &ref->addr);
	} else {
		ref->bits = gr->bits6;
		addr_and(a, &gr->mask6, &ref->addr);
		if (ref->bits >= LINK_LOCAL_BITS && addr_is_link_local(a)) {
			ref->ifindex = gr->r->snap->ext[row].ifindex;
			ref->netns = snap_netns(gr->r->snap, row);
		}
	}
	give_id(gr, ref);
}

static uint32_t put_end(struct grouper *gr, uint32_t at, const struct end_ref *ref)
{
	union group_key key = { .end = { .addr = ref->addr,
					 .ifindex = ref->ifindex,
					 .netns = ref->netns,
					 .bits = ref->bits } };
	uint32_t i = put_group(gr, at, ref->id, &key);

	if (i != IDX_NONE)
		result_groups(gr->r)[i].own = ref->own;
	return i;
}

static uint32_t remote_group(struct grouper *gr, const struct end_ref *ref)
{
	uint32_t at, i;

	if (make_room(gr->r) < 0)
		return IDX_NONE;
	for (at = index_first(&gr->r->ix, ref->id); (i = index_row(&gr->r->ix, at)) != IDX_NONE;
	     at = index_next(&gr->r->ix, at)) {
		const struct group *g = &result_groups(gr->r)[i];

		if (g->id == ref->id && addr_equal(&g->key.end.addr, &ref->addr) &&
		    g->key.end.ifindex == ref->ifindex && g->key.end.netns == ref->netns &&
		    g->own == ref->own && g->key.end.bits == ref->bits)
			return i;
	}
	return put_end(gr, at, ref);
}

uint32_t grouper_put_net(struct grouper *gr, const struct addr *net, uint32_t netns,
			 uint32_t ifindex, uint8_t bits, bool own)
{
	struct end_ref ref = {
		.addr = *net, .ifindex = ifindex, .netns = netns, .bits = bits, .own = own
	};

	give_id(gr, &ref);
	return remote_group(gr, &ref);
}

int grouper_look_own(struct grouper *gr, uint32_t from, uint32_t to)
{
	return own_look(&gr->own, gr->r->snap, from, to);
}

/* 1 when the remote end is one of this host, 0 when not or when nobody asks, or -ENOMEM. */
static int ask_own(struct grouper *gr, uint32_t row)
{
	const struct addr *a = &gr->r->snap->sock[row].remote;
	struct addr *known;
	bool first;
	int own;

	if (!gr->r->query.hide_own)
		return 0;
	own = own_ask(&gr->own, snap_netns(gr->r->snap, row), a, &first);
	if (gr->r->snap->sock[row].flags & SOCK_BRIEF)
		return own;
	if (own == 1)
		gr->own_sockets++;
	else
		gr->other_sockets++;
	if (own != 1 || !first)
		return own;
	known = arena_push(&gr->r->own, sizeof(*known));
	if (known == NULL)
		return -ENOMEM;
	*known = *a;
	return own;
}

/*
 * With many remotes each look-up misses the cache twice, in the index and in the group. Going over
 * the batch three times lets these misses overlap.
 */
static int add_remote(struct grouper *gr, const struct hit *hit, uint32_t n)
{
	const struct index *ix = &gr->r->ix;
	struct end_ref ref[BATCH];
	struct hit with[BATCH];
	uint32_t many = 0;
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		int own;

		if (!sock_has_remote(&gr->r->snap->sock[hit[i].row]))
			continue;
		own = ask_own(gr, hit[i].row);
		if (own < 0)
			return own;
		remote_ref(gr, hit[i].row, own == 1, &ref[many]);
		with[many] = hit[i];
		__builtin_prefetch(&ix->slot[index_first(ix, ref[many].id)]);
		many++;
	}
	for (uint32_t i = 0; i < many; i++) {
		uint32_t g = index_row(ix, index_first(ix, ref[i].id));

		if (g != IDX_NONE) {
			__builtin_prefetch(&result_groups(gr->r)[g], 1);
			__builtin_prefetch(&result_groups(gr->r)[g].state[ST_ESTABLISHED], 1);
			__builtin_prefetch(&result_groups(gr->r)[g].send_q, 1);
		}
	}
	for (uint32_t i = 0; i < many && rc == 0; i++) {
		uint32_t group = remote_group(gr, &ref[i]);

		rc = tally(gr, group, with[i]);
		if (rc == 0 && gr->r->query.ends)
			grouper_note_port(gr, group, with[i].row);
	}
	return rc;
}

/* ---- by listener ----------------------------------------------------- */

static uint32_t listener_group(struct grouper *gr, uint32_t row)
{
	const struct sock *s = &gr->r->snap->sock[row];
	uint32_t netns = snap_netns(gr->r->snap, row);
	union group_key key = { .end = { .addr = s->local, .netns = netns, .port = s->lport } };
	uint64_t id = id_of(gr, id_of(gr, addr_hi(&s->local), addr_lo(&s->local)),
			    s->lport ^ snap_netns_ino(gr->r->snap, row) << 16);
	uint32_t at, i;

	if (make_room(gr->r) < 0)
		return IDX_NONE;
	for (at = index_first(&gr->r->ix, id); (i = index_row(&gr->r->ix, at)) != IDX_NONE;
	     at = index_next(&gr->r->ix, at)) {
		const struct group *g = &result_groups(gr->r)[i];

		if (g->id == id && g->key.end.port == s->lport && g->key.end.netns == netns &&
		    addr_equal(&g->key.end.addr, &s->local))
			return i;
	}
	return put_group(gr, at, id, &key);
}

/* What a listener is does not depend on the filter: also those that do not pass are counted. */
static int look_listeners(struct grouper *gr, uint32_t from, uint32_t to)
{
	const struct sock *sock = gr->r->snap->sock;

	for (uint32_t row = from; row < to; row++) {
		struct listener_link *link;
		struct group *g;
		uint32_t group;

		if (!sock_listens(&sock[row]))
			continue;
		group = listener_group(gr, row);
		link = arena_push(&gr->r->link, sizeof(*link));
		if (group == IDX_NONE || link == NULL)
			return -ENOMEM;
		g = &result_groups(gr->r)[group];
		*link = (struct listener_link){ row, g->first };
		g->first = row;
		g->listeners++;
		g->accept_queue += sock[row].rxq;
		g->accept_max += sock[row].txq;
		g->drops += gr->r->snap->ext[row].drops;
	}
	return 0;
}

/* mark is 1 when the listener itself or a connection of it passed. */
static int add_listener(struct grouper *gr, const struct hit *hit, uint32_t n)
{
	const struct snap *s = gr->r->snap;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		uint32_t row = hit[i].row;
		bool self = sock_listens(&s->sock[row]);
		uint32_t listener = self ? row : snap_listener(s, row);
		uint32_t group;

		if (listener == IDX_NONE)
			continue;
		group = listener_group(gr, listener);
		if (group == IDX_NONE)
			return -ENOMEM;
		((uint32_t *)(void *)gr->mark.base)[group] = 1;
		if (!self)
			rc = tally(gr, group, hit[i]);
	}
	return rc;
}

/* ---- by network namespace -------------------------------------------- */

/* Of what nobody holds it may not be known: that is no other place. */
static void note_place(struct group *g, const struct snap *s, uint32_t row)
{
	if (s->in_place[row] == 0 && s->ext[row].n_owners == 0)
		return;
	if (g->place == IDX_NONE)
		g->place = s->in_place[row];
	else if (g->place != PLACE_SEVERAL &&
		 s->place[g->place].container != snap_place(s, row)->container)
		g->place = PLACE_SEVERAL;
}

/* The map is of the namespaces, and behind them of what is in none that is known. */
static int begin_netns(struct grouper *gr)
{
	return grouper_begin_map(gr, gr->r->snap->n_netns + 1);
}

static int add_netns(struct grouper *gr, const struct hit *hit, uint32_t n)
{
	const struct snap *s = gr->r->snap;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		union group_key key = { .netns = snap_netns(s, hit[i].row) };
		uint32_t *group = &grouper_map(gr)[key.netns != IDX_NONE ? key.netns : s->n_netns];

		if (*group == IDX_NONE)
			*group = new_group(gr, id_of(gr, ID_NETNS, snap_netns_ino(s, hit[i].row)),
					   &key);
		rc = tally(gr, *group, hit[i]);
		if (rc == 0 && s->n_place > 0)
			note_place(&result_groups(gr->r)[*group], s, hit[i].row);
	}
	return rc;
}

/* ---- the table of groupings ------------------------------------------ */

static const struct {
	int (*begin)(struct grouper *gr);
	int (*look)(struct grouper *gr, uint32_t from, uint32_t to);
	int (*add)(struct grouper *gr, const struct hit *hit, uint32_t n);
} groupings[BY_COUNT] = {
	[BY_STATE] = { begin_state, NULL, add_state },
	[BY_PROCESS] = { begin_procs, grouper_look_ends, add_procs },
	[BY_PROGRAM] = { begin_procs, grouper_look_ends, add_procs },
	[BY_USER] = { begin_user, grouper_look_ends, add_user },
	[BY_REMOTE] = { begin_remote, NULL, add_remote },
	[BY_LISTENER] = { NULL, look_listeners, add_listener },
	[BY_CONTAINER] = { grouper_begin_places, grouper_look_ends, grouper_add_places },
	[BY_UNIT] = { grouper_begin_places, grouper_look_ends, grouper_add_places },
	[BY_NETNS] = { begin_netns, NULL, add_netns },
};

void grouper_init(struct grouper *gr)
{
	*gr = (struct grouper){ 0 };
	distinct_init(&gr->procs);
	distinct_init(&gr->remotes);
	own_init(&gr->own);
	rollup_init(&gr->rollup);
}

void grouper_free(struct grouper *gr)
{
	distinct_free(&gr->procs);
	distinct_free(&gr->remotes);
	own_free(&gr->own);
	rollup_free(&gr->rollup);
	arena_free(&gr->group_of);
	arena_free(&gr->listen);
	arena_free(&gr->mark);
}

int grouper_begin(struct grouper *gr, struct result *r, uint32_t room)
{
	enum by by = r->query.by;

	gr->r = r;
	arena_reset(&r->group);
	arena_reset(&r->ends);
	arena_reset(&r->link);
	arena_reset(&r->own);
	arena_reset(&gr->group_of);
	arena_reset(&gr->listen);
	arena_reset(&gr->mark);
	gr->next_listen = 0;
	gr->now_s = (uint32_t)(r->snap->mono_ns / NS_PER_S);
	distinct_reset(&gr->procs);
	distinct_reset(&gr->remotes);
	gr->n_later = 0;
	/* Without memory for so many it is small, and grows as it must. */
	(void)index_reset(&r->ix, room);
	for (unsigned i = 0; i < WHY_COUNT; i++)
		gr->why_group[i] = IDX_NONE;
	return groupings[by].begin != NULL ? groupings[by].begin(gr) : 0;
}

int grouper_look(struct grouper *gr, uint32_t from, uint32_t to)
{
	enum by by = gr->r->query.by;

	return groupings[by].look != NULL ? groupings[by].look(gr, from, to) : 0;
}

int grouper_room(struct grouper *gr, uint32_t *budget)
{
	struct result *r = gr->r;
	int rc = index_grow_ahead(&r->ix, BATCH, hash_group, r->group.base, budget);

	if (rc == 1 && r->query.distinct)
		rc = distinct_room(&gr->procs, BATCH, budget);
	if (rc == 1 && r->query.distinct)
		rc = distinct_room(&gr->remotes, BATCH, budget);
	return rc;
}

int grouper_add(struct grouper *gr, const struct hit *hit, uint32_t n)
{
	int rc = groupings[gr->r->query.by].add(gr, hit, n);

	return rc < 0 ? rc : grouper_settle(gr);
}

bool grouper_keeps(const struct grouper *gr, uint32_t group)
{
	const struct query *q = &gr->r->query;

	if (q->by == BY_LISTENER)
		return ((const uint32_t *)(const void *)gr->mark.base)[group] != 0;
	if (q->rollup && rollup_hides(gr, group))
		return false;
	return !result_groups(gr->r)[group].own || gr->other_sockets == 0;
}

uint32_t grouper_parent(const struct grouper *gr, uint32_t group)
{
	return gr->r->query.rollup ? rollup_parent(gr, group) : IDX_NONE;
}

uint32_t grouper_base(const struct grouper *gr, uint32_t group)
{
	return gr->r->query.rollup ? rollup_base(gr, group) : 0;
}
