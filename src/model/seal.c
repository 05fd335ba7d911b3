/* SPDX-License-Identifier: MIT */
/* From rows to a frozen snapshot: joins owners, finds listeners, says why, carries over what holds. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "snap_builder.h"
#include "sockeye/model/listeners.h"

#define NS_PER_S  1000000000
#define NS_PER_MS 1000000

#define TIMER_TIME_WAIT 3     /* idiag_timer */
#define TIME_WAIT_MS    60000 /* TCP_TIMEWAIT_LEN (include/net/tcp.h), which nothing changes */

/* Holds come by process; a counting sort brings them together by socket and keeps that order. */
static int seal_owners(struct snap_builder *b)
{
	const struct hold *hold = (const void *)b->hold.base;
	size_t n = b->hold.used / sizeof(*hold);
	struct sock_ext *ext = (void *)b->ext.base;
	struct proc *proc = (void *)b->proc.base;
	struct owner *owner;
	uint32_t at = 0;

	for (size_t i = 0; i < n; i++)
		if (ext[hold[i].row].n_owners < UINT16_MAX)
			ext[hold[i].row].n_owners++;
	for (uint32_t row = 0; row < b->snap.n_sock; row++) {
		ext[row].owner = at;
		at += ext[row].n_owners;
		ext[row].n_owners = 0;
	}
	owner = arena_push(&b->owner, at * sizeof(*owner));
	if (owner == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct sock_ext *x = &ext[hold[i].row];
		struct owner *run = owner + x->owner;

		if (x->n_owners == UINT16_MAX)
			continue;
		if (x->n_owners == 0 || run[x->n_owners - 1].proc != hold[i].proc)
			proc[hold[i].proc].sockets++;
		run[x->n_owners++] = (struct owner){ .proc = hold[i].proc, .fd = hold[i].fd };
	}
	b->snap.n_owner = at;
	return 0;
}

static bool is_listener(const struct sock *s)
{
	return s->proto == PROTO_TCP && s->state == ST_LISTEN;
}

static bool may_be_inbound(const struct sock *s)
{
	return s->proto == PROTO_TCP && s->state != ST_LISTEN && s->state != ST_CLOSE &&
	       (s->state != ST_SYN_SENT || s->flags & SOCK_BRIEF);
}

static int seal_listeners(struct snap_builder *b)
{
	struct sock *sock = (void *)b->sock.base;
	struct sock_ext *ext = (void *)b->ext.base;
	struct listeners *l = listeners_new(sock, ext, b->snap.in_netns, b->snap.n_sock);

	if (l == NULL)
		return -ENOMEM;
	for (uint32_t row = 0; row < b->snap.n_sock + b->snap.n_brief; row++) {
		if (!may_be_inbound(&sock[row]))
			continue;
		ext[row].listener = listeners_find(
			l, &sock[row], b->snap.in_netns != NULL ? b->snap.in_netns[row] : 0,
			ext[row].ifindex);
		/* It was aborted, and the kernel has forgotten that it was established. */
		if (sock[row].state == ST_SYN_SENT && ext[row].listener != IDX_NONE)
			sock[row].state = ST_ESTABLISHED;
	}
	listeners_free(l);
	return 0;
}

/* ---- what belongs together beside a connection and its listener ------ */

/* Rows of one protocol by inode; where that is 0, by their ends. */
struct by_inode {
	struct index ix;
	const struct sock *sock;
};

static uint64_t hash_file(const struct index *ix, const struct sock *s)
{
	if (s->ino != 0 || !sock_is_inet(s))
		return index_hash(ix, s->ino);
	return index_hash2(ix, addr_lo(&s->local) ^ addr_hi(&s->local),
			   addr_lo(&s->remote) ^ (uint64_t)s->lport << 48 ^
				   (uint64_t)s->rport << 32);
}

static uint64_t hash_row(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct sock *sock = ctx;

	return hash_file(ix, &sock[row]);
}

static bool is_same_file(const struct sock *a, const struct sock *b)
{
	if (a->ino != b->ino || a->ino != 0)
		return a->ino == b->ino;
	return a->lport == b->lport && a->rport == b->rport && addr_equal(&a->local, &b->local) &&
	       addr_equal(&a->remote, &b->remote);
}

static uint32_t find_file(const struct by_inode *x, const struct sock *s)
{
	uint32_t row;

	for (uint32_t at = index_first(&x->ix, hash_file(&x->ix, s));
	     (row = index_row(&x->ix, at)) != IDX_NONE; at = index_next(&x->ix, at))
		if (is_same_file(&x->sock[row], s))
			break;
	return row;
}

static int gather_files(struct by_inode *x, uint32_t n, enum proto proto)
{
	for (uint32_t row = 0; row < n; row++) {
		const struct sock *s = &x->sock[row];
		uint32_t at;

		if (s->proto != proto || (s->ino == 0 && !sock_is_inet(s)))
			continue;
		if (index_full(&x->ix) && index_grow(&x->ix, hash_row, x->sock) != 0)
			return -ENOMEM;
		at = index_first(&x->ix, hash_file(&x->ix, s));
		while (index_row(&x->ix, at) != IDX_NONE)
			at = index_next(&x->ix, at);
		index_put(&x->ix, at, row);
	}
	return 0;
}

/* The row at the other end of each UNIX socket. */
static int seal_peers(struct snap_builder *b)
{
	struct by_inode x = { .sock = (const void *)b->sock.base };
	struct sock_ext *ext = (void *)b->ext.base;
	int rc;

	if ((b->snap.protos & PROTO_BIT(PROTO_UNIX)) == 0)
		return 0;
	index_init(&x.ix);
	rc = gather_files(&x, b->snap.n_sock, PROTO_UNIX);
	for (uint32_t row = 0; rc == 0 && row < b->snap.n_sock; row++) {
		const struct sock *s = &x.sock[row];

		if (s->proto == PROTO_UNIX && s->un.peer_ino != INO_NONE)
			ext[row].peer = find_file(
				&x, &(struct sock){ .ino = s->un.peer_ino, .proto = PROTO_UNIX });
	}
	index_free(&x.ix);
	return rc;
}

/* A subflow has the inode of the MPTCP socket that it is part of, or, until accept(), its ends. */
static int seal_subflows(struct snap_builder *b)
{
	struct sock *sock = (void *)b->sock.base;
	struct by_inode x = { .sock = sock };
	int rc;

	if ((b->snap.protos & PROTO_BIT(PROTO_MPTCP)) == 0)
		return 0;
	index_init(&x.ix);
	rc = gather_files(&x, b->snap.n_sock, PROTO_MPTCP);
	for (uint32_t row = 0; rc == 0 && row < b->snap.n_sock; row++)
		if (sock[row].proto == PROTO_TCP && find_file(&x, &sock[row]) != IDX_NONE)
			sock[row].flags |= SOCK_SUBFLOW;
	index_free(&x.ix);
	return rc;
}

/* ---- row by row ------------------------------------------------------- */

/* Only called for rows without an owner. */
static enum why why_ownerless(const struct sock *s, enum why unfound)
{
	if (s->proto == PROTO_NETLINK && s->netlink.portid == PORTID_KERNEL)
		return WHY_NO_PROCESS;
	if (s->ino != 0)
		return unfound;
	if (s->proto == PROTO_UNIX)
		return WHY_NOT_ACCEPTED;
	if (s->proto != PROTO_TCP && s->proto != PROTO_MPTCP)
		return WHY_ORPHAN;
	switch (s->state) {
	case ST_TIME_WAIT:
		return WHY_TIME_WAIT;
	case ST_SYN_RECV:
		return WHY_HALF_OPEN;
	case ST_ESTABLISHED:
	case ST_CLOSE_WAIT:
		/* close() leaves both of these states at once: no file means never accepted */
		return WHY_NOT_ACCEPTED;
	default:
		return WHY_ORPHAN;
	}
}

/* Dumps come in the order of the kernel's table, so the next row is mostly next in prev too. */
static uint32_t find_in_prev(const struct snap *prev, uint64_t cookie, uint32_t *hint)
{
	uint32_t row = *hint;

	if (row >= prev->n_sock || prev->sock[row].cookie != cookie)
		row = snap_find(prev, cookie);
	if (row != IDX_NONE)
		*hint = row + 1;
	return row;
}

/* The second at which the state began, as far as the kernel told; 0: it did not. */
static uint32_t told_since(const struct sock *s, const struct sock_ext *x, uint32_t now_s)
{
	uint32_t since = x->since_s, gone_s;

	if (s->proto == PROTO_TCP && s->state == ST_TIME_WAIT && x->timer == TIMER_TIME_WAIT &&
	    x->expires_ms <= TIME_WAIT_MS) {
		gone_s = (TIME_WAIT_MS - x->expires_ms) / 1000;
		since = now_s > gone_s ? now_s - gone_s : 1;
	}
	return since < now_s ? since : now_s;
}

/* Whether the snapshot before may lack what was there all the time, or know it by another name. */
static bool may_be_unseen(const struct snap_builder *b, const struct sock *s)
{
	const struct snap *prev = b->prev;
	enum source_id id = source_of((enum proto)s->proto);

	return prev == NULL || (prev->thinned && prev->choice != b->snap.choice) ||
	       prev->source[id].status != b->snap.source[id].status;
}

/* told: 0 for a state of which nobody says since when. */
static void seal_age(struct snap_builder *b, struct sock *s, struct sock_ext *x, uint32_t was,
		     uint32_t told, uint32_t now_s)
{
	const struct snap *prev = b->prev;
	bool same = was != IDX_NONE && prev->sock[was].state == s->state;

	s->flags &= SOCK_NO_COOKIE | SOCK_KEPT | SOCK_SUBFLOW;
	x->since_s = now_s;
	if (same) {
		x->since_s = prev->ext[was].since_s;
		s->flags |= prev->sock[was].flags & SOCK_OLDER;
	} else if (was == IDX_NONE) {
		s->flags |= may_be_unseen(b, s) ? SOCK_OLDER : SOCK_NEW;
	}
	if (told != 0) {
		s->flags &= (uint8_t)~SOCK_OLDER;
		if (told < x->since_s)
			x->since_s = told;
	} else if (s->proto == PROTO_TCP && s->state == ST_CLOSE_WAIT && was == IDX_NONE) {
		b->snap.since_untold = true;
	}
}

static bool same_process(const struct proc *a, const struct proc *b)
{
	return a->pid == b->pid && a->start == b->start;
}

/* The process that holds a socket, or NULL when several do, or none. A run is by process. */
static const struct proc *sole_holder(const struct proc *proc, const struct owner *run, uint32_t n)
{
	return n > 0 && run[0].proc == run[n - 1].proc ? &proc[run[0].proc] : NULL;
}

/*
 * What one who held the socket before, and does no more, is to the one that is left. Parents are
 * taken from before: who outlives his has got another one.
 */
static uint8_t left_to(const struct snap *prev, uint32_t was, const struct proc *left)
{
	const struct sock_ext *x = &prev->ext[was];
	const struct owner *run = prev->owner + x->owner;
	const struct proc *before = NULL;

	for (uint32_t i = 0; i < x->n_owners; i++)
		if (same_process(&prev->proc[run[i].proc], left))
			before = &prev->proc[run[i].proc];
	for (uint32_t i = 0; before != NULL && i < x->n_owners; i++) {
		const struct proc *p = &prev->proc[run[i].proc];

		if (p == before)
			continue;
		if (p->ppid == left->pid)
			return SOCK_LEFT_TO_PARENT;
		if (before->ppid == p->pid)
			return SOCK_LEFT_TO_CHILD;
	}
	return 0;
}

/* Which of the two flags a row has; a listener that only the parent keeps is as it should be. */
static uint8_t seal_left(const struct snap_builder *b, const struct sock *s,
			 const struct sock_ext *x, uint32_t was)
{
	const uint8_t flags = SOCK_LEFT_TO_PARENT | SOCK_LEFT_TO_CHILD;
	const struct owner *owner = (const void *)b->owner.base;
	const struct snap *prev = b->prev;
	const struct sock_ext *old;
	const struct proc *left, *before;

	if (was == IDX_NONE || x->n_owners == 0 || is_listener(s))
		return 0;
	old = &prev->ext[was];
	if (x->n_owners >= old->n_owners && (prev->sock[was].flags & flags) == 0)
		return 0;
	left = sole_holder((const void *)b->proc.base, owner + x->owner, x->n_owners);
	if (left == NULL)
		return 0;
	before = old->n_owners > 0
			 ? sole_holder(prev->proc, prev->owner + old->owner, old->n_owners)
			 : NULL;
	if (before != NULL)
		return same_process(before, left) ? prev->sock[was].flags & flags : 0;
	return left_to(prev, was, left);
}

static void seal_birth(struct snap_builder *b, uint32_t row, uint32_t was)
{
	struct birth *birth = (void *)b->side[SIDE_BIRTH].base;
	const struct snap *prev = b->prev;

	if (was != IDX_NONE && prev->birth != NULL)
		birth[row] = prev->birth[was];
	else
		birth[row] =
			(struct birth){ .first_ns = b->snap.mono_ns + b->snap.cost.dump_ns,
					.before_ns = was == IDX_NONE ? b->snap.prev_mono_ns : 0 };
}

/* ---- what went since the snapshot before ------------------------------ */

/* Whether there is something to compare with, and whether what was not there then is new. */
static bool knows_rates(struct snap_builder *b)
{
	const struct snap *prev = b->prev, *s = &b->snap;

	b->snap.rated = (b->sides >> SIDE_TCP & 1) != 0 && prev != NULL && prev->tcp != NULL &&
			s->mono_ns > prev->mono_ns;
	if (s->rated && (prev->choice != s->choice || prev->source[SRC_TCP].status != SOURCE_OK))
		b->births_unknown = true;
	return s->rated;
}

/* A counter that fell is of a connection that has come to its end: it has none any more. */
static uint64_t rise(uint64_t before, uint64_t now)
{
	return now > before ? now - before : 0;
}

/* Whether the snapshot before had the sockets of the row's namespace. */
static bool was_looked_into(const struct snap_builder *b, uint32_t row)
{
	const struct snap *prev = b->prev;
	const struct netns *in;

	if (b->snap.in_netns == NULL)
		return true;
	in = &b->snap.netns[b->snap.in_netns[row]];
	if (prev->in_netns == NULL)
		return in->own;
	for (uint32_t i = 0; i < prev->n_netns; i++)
		if (prev->netns[i].ino == in->ino)
			return true;
	return false;
}

/* What is new but has had no data since the snapshot before is older than it looks. */
static void seal_rate(struct snap_builder *b, uint32_t row, uint32_t was)
{
	static const struct tcp_stat none;
	struct tcp_stat *now = (struct tcp_stat *)(void *)b->side[SIDE_TCP].base + row;
	const struct tcp_stat *then = was != IDX_NONE ? &b->prev->tcp[was] : &none;
	int64_t span_ms = (b->snap.mono_ns - b->prev->mono_ns) / NS_PER_MS;
	bool fresh = now->idle_ms == UINT32_MAX || now->idle_ms <= span_ms;
	bool known = was != IDX_NONE || (!b->births_unknown && fresh && was_looked_into(b, row));

	now->out = known ? rise(then->sent, now->sent) : 0;
	now->in = known ? rise(then->received, now->received) : 0;
}

static void seal_rows(struct snap_builder *b)
{
	const struct snap *prev = b->prev;
	struct sock *sock = (void *)b->sock.base;
	struct sock_ext *ext = (void *)b->ext.base;
	uint32_t now_s = (uint32_t)(b->snap.mono_ns / NS_PER_S);
	bool rates = knows_rates(b);
	uint32_t hint = 0, uid = 0;

	for (uint32_t row = 0; row < b->snap.n_sock; row++) {
		struct sock *s = &sock[row];
		struct sock_ext *x = &ext[row];
		uint32_t was = IDX_NONE;

		if (x->n_owners == 0)
			x->owner = why_ownerless(s, b->unfound);
		if (row == 0 || s->uid != uid)
			snap_add_user(b, s->uid, STR_NONE);
		uid = s->uid;
		if (prev != NULL)
			was = find_in_prev(prev, s->cookie, &hint);
		seal_age(b, s, x, was, told_since(s, x, now_s), now_s);
		if ((b->sides >> SIDE_BIRTH & 1) != 0)
			seal_birth(b, row, was);
		s->flags |= seal_left(b, s, x, was);
		if (rates)
			seal_rate(b, row, was);
	}
}

/* Of a socket's own place and those of its holders, the first of those that say most. */
static uint32_t best_place(const struct snap_builder *b, uint32_t own, const struct sock_ext *x)
{
	const struct place *place = (const void *)b->place.base;
	const struct proc *proc = (const void *)b->proc.base;
	const struct owner *run = (const struct owner *)(const void *)b->owner.base + x->owner;
	uint32_t best = 0;

	for (uint32_t i = 0; i < x->n_owners; i++) {
		uint32_t at = proc[run[i].proc].place;

		if (best == 0 || place[at].tells > place[best].tells)
			best = at;
	}
	return best == 0 || place[own].tells > place[best].tells ? own : best;
}

/* What the kernel tells no group of, as TIME_WAIT, and nobody holds is where its listener is. */
static void seal_places(struct snap_builder *b)
{
	const struct sock *sock = (const void *)b->sock.base;
	const struct sock_ext *ext = (const void *)b->ext.base;
	uint32_t *in = (void *)b->side[SIDE_PLACE].base;

	b->snap.placed = (b->sides >> SIDE_PLACE & 1) != 0;
	if (!b->snap.placed || b->snap.n_place == 0)
		return;
	for (uint32_t row = 0; row < b->snap.n_sock; row++)
		in[row] = best_place(b, in[row], &ext[row]);
	for (uint32_t row = 0; row < b->snap.n_sock + b->snap.n_brief; row++)
		if (in[row] == 0 && sock[row].proto == PROTO_TCP && ext[row].listener != IDX_NONE)
			in[row] = in[ext[row].listener];
	b->snap.place = (const void *)b->place.base;
	b->snap.in_place = in;
}

/*
 * Who held one that is gone already nobody knows, but that it came through a listener, and who holds
 * that. The user of a process that is the only one may be taken for its own.
 */
static void seal_brief(struct snap_builder *b)
{
	const struct owner *owner = (const void *)b->owner.base;
	const struct proc *proc = (const void *)b->proc.base;
	struct sock *sock = (void *)b->sock.base;
	struct sock_ext *ext = (void *)b->ext.base;

	for (uint32_t row = b->snap.n_sock; row < b->snap.n_sock + b->snap.n_brief; row++) {
		struct sock_ext *x = &ext[row];
		const struct proc *holder = NULL;

		x->owner = WHY_ORPHAN;
		if (x->listener == IDX_NONE || ext[x->listener].n_owners == 0)
			continue;
		x->owner = ext[x->listener].owner;
		x->n_owners = ext[x->listener].n_owners;
		holder = sole_holder(proc, owner + x->owner, x->n_owners);
		if (holder != NULL)
			sock[row].uid = holder->uid;
	}
}

static int cmp_user(const void *a, const void *b)
{
	const struct user *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static int cmp_ifname(const void *a, const void *b)
{
	const struct ifname *x = a, *y = b;

	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	return x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

static void seal_names(struct snap_builder *b)
{
	const struct proc *proc = (const void *)b->proc.base;

	for (uint32_t i = 0; i < b->snap.n_proc; i++)
		snap_add_user(b, proc[i].uid, STR_NONE);
	if (b->snap.n_user > 1)
		qsort(b->user.base, b->snap.n_user, sizeof(struct user), cmp_user);
	if (b->snap.n_ifname > 1)
		qsort(b->ifname.base, b->snap.n_ifname, sizeof(struct ifname), cmp_ifname);
}

const struct snap *snap_seal(struct snap_builder *b)
{
	struct snap *s = &b->snap;

	if ((b->sides >> SIDE_NETNS & 1) != 0) {
		s->in_netns = builder_in_netns(b);
		s->netns = (const void *)b->netns.base;
	}
	if (seal_owners(b) != 0 || seal_listeners(b) != 0 || seal_peers(b) != 0 ||
	    seal_subflows(b) != 0) {
		snap_abandon(b);
		return NULL;
	}
	builder_give_back(b);
	seal_places(b);
	seal_rows(b);
	seal_brief(b);
	seal_names(b);
	s->sock = (const void *)b->sock.base;
	s->ext = (const void *)b->ext.base;
	if ((b->sides >> SIDE_TCP & 1) != 0)
		s->tcp = (const void *)b->side[SIDE_TCP].base;
	builder_seal_details(b);
	if ((b->sides >> SIDE_BIRTH & 1) != 0)
		s->birth = (const void *)b->side[SIDE_BIRTH].base;
	s->owner = (const void *)b->owner.base;
	s->proc = (const void *)b->proc.base;
	s->user = (const void *)b->user.base;
	s->ifname = (const void *)b->ifname.base;
	s->str = &b->str;
	b->prev = NULL;
	pthread_mutex_lock(&b->pool->lock);
	b->pool->usual_rows = s->n_sock;
	pthread_mutex_unlock(&b->pool->lock);
	atomic_store_explicit(&b->refs, 1, memory_order_relaxed);
	return s;
}
