/* SPDX-License-Identifier: MIT */
#include "sockeye/insight/history.h"

#include <stdlib.h>
#include <string.h>

#include "history_parts.h"

#define AGED_S        2
#define OLD_S         60
#define UNREAD_MIN    4096
#define BIG_UNREAD    65536
#define STUCK_MS      5000 /* never read from: for so long, in so many samples */
#define STUCK_SAMPLES 4
#define SLOW_MS       10000 /* read from, and never less than BIG_UNREAD left */
#define SLOW_SAMPLES  5

struct history *history_new(void)
{
	return xcalloc(1, sizeof(struct history));
}

void history_free(struct history *h)
{
	if (h == NULL)
		return;
	free(h->now);
	free(h);
}

size_t history_memory(const struct history *h)
{
	return sizeof(*h) + h->room_now * sizeof(*h->now);
}

static uint32_t ms_of(const struct snap *s)
{
	return (uint32_t)(s->mono_ns / NS_PER_MS);
}

/* ---- sockets that nobody reads --------------------------------------- */

static struct standing *standing_find(struct standing *table, uint64_t cookie)
{
	uint64_t hash = cookie * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t at = (uint32_t)(hash >> 51);

	_Static_assert(STANDING == 1 << 13, "the upper 13 bits");
	for (uint32_t i = 0; i < 16; i++, at = (at + 1) % STANDING)
		if (table[at].cookie == cookie || table[at].cookie == 0)
			return &table[at];
	return NULL;
}

/* Whether the data of this socket stands: it is not read, or never to the end. */
static bool is_stuck(struct history *h, const struct sock *k, uint32_t ms)
{
	struct standing *was, *is;
	uint32_t age;

	/* Rows come in the same order each time, so those that are left out are always the same. */
	if (h->n_standing == STANDING / 4 * 3)
		return false;
	was = standing_find(h->standing[(h->samples + 1) % 2], k->cookie);
	is = standing_find(h->standing[h->samples % 2], k->cookie);
	if (is == NULL)
		return false;
	h->n_standing += is->cookie == 0;
	*is = (struct standing){ .cookie = k->cookie,
				 .since_ms = ms,
				 .rxq = k->rxq,
				 .samples = 1,
				 .never_fell = true,
				 .never_small = k->rxq >= BIG_UNREAD };
	if (was == NULL || was->cookie != k->cookie)
		return false;
	if (k->rxq < was->rxq && !(was->never_small && is->never_small))
		return false;
	is->since_ms = was->since_ms;
	is->samples = was->samples < UINT16_MAX ? was->samples + 1 : was->samples;
	is->never_fell = was->never_fell && k->rxq >= was->rxq;
	is->never_small = was->never_small && is->never_small;
	age = ms - is->since_ms;
	return (is->never_fell && age >= STUCK_MS && is->samples >= STUCK_SAMPLES) ||
	       (is->never_small && age >= SLOW_MS && is->samples >= SLOW_SAMPLES);
}

/* ---- what rows say of processes --------------------------------------- */

static struct now *now_of(struct history *h, const struct snap *s, uint32_t row)
{
	const struct sock_ext *x = &s->ext[row];

	return x->n_owners > 0 ? &h->now[s->owner[x->owner].proc] : &h->nobody;
}

static void note_close_wait(struct history *h, const struct snap *s, uint32_t row, uint32_t now_s)
{
	const struct sock *k = &s->sock[row];
	struct now *n = now_of(h, s, row);
	uint32_t age = now_s - s->ext[row].since_s;

	/* Nobody has accepted it: it is the queue that is slow. */
	if (k->ino == 0)
		return;
	n->close_wait++;
	/* One that is still sent on is half-closed on purpose, as by "echo | nc". */
	if (k->txq > 0)
		return;
	n->aged += age >= AGED_S;
	n->old += age >= OLD_S;
}

static void note_unread(struct history *h, const struct snap *s, uint32_t row, uint32_t ms)
{
	const struct sock *k = &s->sock[row];

	/* An idle client of TLS has tickets that it reads with the next answer: some hundred bytes. */
	if (k->rxq < UNREAD_MIN || k->ino == 0 || !is_stuck(h, k, ms))
		return;
	now_of(h, s, row)->stuck++;
	now_of(h, s, row)->stuck_bytes += k->rxq;
}

static void clear_now(struct history *h, const struct snap *s)
{
	if (s->n_proc > h->room_now) {
		h->room_now = s->n_proc + s->n_proc / 4;
		h->now = xreallocarray(h->now, h->room_now, sizeof(*h->now));
	} else if (h->room_now > 4096 && s->n_proc < h->room_now / 4) {
		h->room_now = s->n_proc + 1;
		h->now = xreallocarray(h->now, h->room_now, sizeof(*h->now));
	}
	h->n_now = s->n_proc;
	if (s->n_proc > 0)
		memset(h->now, 0, s->n_proc * sizeof(*h->now));
	h->nobody = (struct now){ 0 };
	h->from_here = 0;
	h->n_standing = 0;
	memset(h->standing[h->samples % 2], 0, sizeof(h->standing[0]));
}

/* Those that no row tells of, and that came in, or tried to get out, all the same. */
static void read_brief(const struct snap *s, struct point *p)
{
	for (uint32_t i = 0; i < s->n_brief; i++)
		p->fresh += s->sock[s->n_sock + i].proto == PROTO_TCP;
}

/* ---- listeners ------------------------------------------------------- */

/* Whether it is the queue of the listener in this row. */
static bool is_queue_of(const struct queue *q, const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	return q->port == k->lport && addr_equal(&q->addr, &k->local) &&
	       q->netns == snap_netns_ino(s, row);
}

const struct queue *history_queue(const struct history *h, const struct snap *s, uint32_t row)
{
	for (unsigned i = 0; i < QUEUES; i++)
		if (is_queue_of(&h->queue[i], s, row))
			return &h->queue[i];
	return NULL;
}

/* A place for a listener: its own, a free one, or that of one not seen for longest. */
static struct queue *queue_place(struct history *h, const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];
	struct queue *best = &h->queue[0];

	for (unsigned i = 0; i < QUEUES; i++) {
		struct queue *q = &h->queue[i];

		if (is_queue_of(q, s, row))
			return q;
		if (best->port != 0 && (q->port == 0 || q->seen < best->seen))
			best = q;
	}
	if (best->port != 0 && best->seen == h->samples)
		return NULL;
	*best = (struct queue){ .addr = k->local,
				.port = k->lport,
				.netns = snap_netns_ino(s, row) };
	return best;
}

static void note_listener(struct history *h, const struct snap *s, uint32_t row, uint32_t ms)
{
	const struct sock *k = &s->sock[row];
	struct queue *q = queue_place(h, s, row);
	struct queue_point *p;

	if (q == NULL)
		return;
	if (q->n == 0 || q->seen != h->samples) { /* else one more of a SO_REUSEPORT group */
		uint32_t last = (q->head + QUEUE_POINTS - 1) % QUEUE_POINTS;
		uint32_t before = (q->head + QUEUE_POINTS - 2) % QUEUE_POINTS;
		bool again = q->n >= 2 && q->at[last].ms - q->at[before].ms < POINT_STEP_MS;

		q->seen = h->samples;
		if (!again) {
			last = q->head;
			q->head = (q->head + 1) % QUEUE_POINTS;
			q->n += q->n < QUEUE_POINTS;
		}
		q->at[last] = (struct queue_point){ .ms = ms };
	}
	p = &q->at[(q->head + QUEUE_POINTS - 1) % QUEUE_POINTS];
	p->waiting += k->rxq;
	p->limit += k->txq;
	p->drops += s->ext[row].drops;
}

/* Only those that somebody waits at or that have dropped, unless they are known already. */
static void read_listener(struct history *h, const struct snap *s, uint32_t row, uint32_t ms)
{
	const struct sock *k = &s->sock[row];

	if (k->flags & SOCK_NO_COOKIE) /* /proc/net does not tell the limit */
		return;
	if (k->rxq > 0 || s->ext[row].drops > 0 || history_queue(h, s, row) != NULL)
		note_listener(h, s, row, ms);
}

static const struct queue_point *queue_back(const struct queue *q, uint32_t back)
{
	return &q->at[(q->head + 2 * QUEUE_POINTS - 1 - back) % QUEUE_POINTS];
}

double queue_drops(const struct queue *q)
{
	const struct queue_point *now, *then;
	uint32_t back = 1;

	if (q == NULL || q->n < 2)
		return -1;
	now = queue_back(q, 0);
	while (back + 1 < q->n && now->ms - queue_back(q, back)->ms < 10000)
		back++;
	then = queue_back(q, back);
	if (now->drops < then->drops || now->ms == then->ms)
		return -1;
	return (now->drops - then->drops) * 1000.0 / (now->ms - then->ms);
}

unsigned queue_full(const struct queue *q)
{
	unsigned n = 0;

	while (q != NULL && n < q->n && queue_back(q, n)->waiting > queue_back(q, n)->limit)
		n++;
	return n;
}

/* ---- one pass over the rows ------------------------------------------ */

static void read_rows(struct history *h, uint32_t from, uint32_t to)
{
	const unsigned not_from_here = ST_BIT(ST_LISTEN) | ST_BIT(ST_CLOSE) | ST_BIT(ST_SYN_RECV);
	const struct snap *s = h->adding;
	struct point *p = &h->noted;
	uint32_t ms = ms_of(s), now_s = (uint32_t)(s->mono_ns / NS_PER_S);

	for (uint32_t row = from; row < to; row++) {
		const struct sock *k = &s->sock[row];

		if (k->proto != PROTO_TCP)
			continue;
		p->state[k->state]++;
		if (snap_port_is_local(s, row))
			h->from_here += (not_from_here >> k->state & 1) == 0;
		if (k->flags & SOCK_NEW)
			p->fresh += k->state != ST_LISTEN && k->state != ST_CLOSE;
		if (k->state == ST_LISTEN)
			read_listener(h, s, row, ms);
		else if (k->state == ST_CLOSE_WAIT)
			note_close_wait(h, s, row, now_s);
		else if (k->state == ST_ESTABLISHED && k->rxq > 0)
			note_unread(h, s, row, ms);
	}
}

/* ---- processes ------------------------------------------------------- */

const struct track *history_track(const struct history *h, const struct proc *p)
{
	for (unsigned i = 0; i < TRACKS; i++)
		if (h->track[i].pid == p->pid && h->track[i].start == p->start)
			return &h->track[i];
	return NULL;
}

/* What makes a process worth its place. */
static uint32_t score_of(const struct proc *p, const struct now *n)
{
	uint64_t score = p->sockets / 4 + 16 * (uint64_t)n->close_wait + 8 * (uint64_t)n->stuck;

	if (p->fds > 0 && p->fd_limit > 0)
		score += (uint64_t)p->fds * 1000 / p->fd_limit;
	return score < UINT32_MAX / 2 ? (uint32_t)score + 1 : UINT32_MAX / 2;
}

static void track_add(struct history *h, struct track *t, const struct proc *p, const struct now *n,
		      uint32_t ms)
{
	uint32_t last = (t->head + TRACK_POINTS - 1) % TRACK_POINTS;
	uint32_t before = (t->head + TRACK_POINTS - 2) % TRACK_POINTS;

	if (t->n < 2 || t->at[last].ms - t->at[before].ms >= POINT_STEP_MS) {
		last = t->head;
		t->head = (t->head + 1) % TRACK_POINTS;
		t->n += t->n < TRACK_POINTS;
	}
	t->at[last] = (struct track_point){ .ms = ms,
					    .value = { [TRACK_SOCKETS] = p->sockets,
						       [TRACK_CLOSE_WAIT] = n->close_wait,
						       [TRACK_FDS] = p->fds,
						       [TRACK_STUCK] = n->stuck } };
	t->seen = h->samples;
	t->score = score_of(p, n);
}

/* A free place, or that of the process that matters least; those that are gone matter nothing. */
static struct track *track_place(struct history *h, uint32_t score)
{
	struct track *worst = NULL;

	for (unsigned i = 0; i < TRACKS; i++) {
		struct track *t = &h->track[i];

		if (t->pid == 0)
			return t;
		if (worst == NULL || t->score < worst->score)
			worst = t;
	}
	return worst->score == 0 || score > 2 * worst->score ? worst : NULL;
}

/* The row of a process that is tracked, or IDX_NONE when it is gone and another may have its pid. */
static uint32_t row_of(const struct snap *s, const struct track *t)
{
	uint32_t row = snap_find_proc(s, t->pid);

	return row != IDX_NONE && s->proc[row].start == t->start ? row : IDX_NONE;
}

static void read_procs(struct history *h, const struct snap *s)
{
	uint32_t ms = ms_of(s), least = UINT32_MAX;

	for (unsigned i = 0; i < TRACKS; i++) {
		struct track *t = &h->track[i];
		uint32_t row = t->pid != 0 ? row_of(s, t) : IDX_NONE;

		if (row != IDX_NONE)
			track_add(h, t, &s->proc[row], &h->now[row], ms);
		else
			t->score = 0;
		if (t->score < least)
			least = t->score;
	}
	for (uint32_t row = 0; row < s->n_proc; row++) {
		uint32_t score = score_of(&s->proc[row], &h->now[row]);
		struct track *t;

		if ((least > 0 && score <= 2 * least) || history_track(h, &s->proc[row]) != NULL)
			continue;
		t = track_place(h, score);
		if (t == NULL)
			continue;
		*t = (struct track){ .pid = s->proc[row].pid, .start = s->proc[row].start };
		track_add(h, t, &s->proc[row], &h->now[row], ms);
	}
}

/* ---- points ---------------------------------------------------------- */

const struct point *history_point(const struct history *h, uint32_t back)
{
	if (back >= h->n_points)
		return NULL;
	return &h->point[(h->point_head + 2 * POINTS - 1 - back) % POINTS];
}

/* The place of a new point; more than two a second share one, so that the ring spans ten minutes. */
static struct point *new_point(struct history *h)
{
	const struct point *last = history_point(h, 0), *before = history_point(h, 1);
	struct point *p;

	if (before != NULL && last->mono_ns - before->mono_ns < POINT_STEP_MS * NS_PER_MS) {
		h->point_head = (h->point_head + POINTS - 1) % POINTS;
		h->n_points--;
	}
	p = &h->point[h->point_head];
	h->point_head = (h->point_head + 1) % POINTS;
	h->n_points += h->n_points < POINTS;
	return p;
}

static void add_minute(struct history *h, const struct point *p)
{
	const struct minute *last = &h->minute[(h->minute_head + MINUTES - 1) % MINUTES];
	int64_t minute = p->mono_ns / (60 * NS_PER_S);
	struct minute *m;

	if (h->n_minutes > 0 && last->minute == minute)
		return;
	m = &h->minute[h->minute_head];
	h->minute_head = (h->minute_head + 1) % MINUTES;
	h->n_minutes += h->n_minutes < MINUTES;
	m->minute = minute;
	m->new_per_s = (float)history_new_rate(h);
	memcpy(m->state, p->state, sizeof(m->state));
}

void history_begin(struct history *h, const struct snap *s)
{
	h->adding = s;
	h->next = 0;
	h->noted = (struct point){ .mono_ns = s->mono_ns };
	h->samples++;
	clear_now(h, s);
}

/* All rows are read. */
static void end_sample(struct history *h)
{
	const struct snap *s = h->adding;
	const struct point *last = history_point(h, 0);
	struct point *p = &h->noted, *place;

	read_brief(s, p);
	read_procs(h, s);
	for (unsigned i = 0; i < CTR_COUNT; i++) {
		p->counter[i] = s->counters.value[i];
		p->known |= (uint64_t)s->counters.known[i] << i;
	}
	if (last == NULL) {
		h->first_ns = s->mono_ns;
		p->fresh = HISTORY_UNKNOWN;
	} else {
		p->over_ns = s->mono_ns - last->mono_ns;
	}
	place = new_point(h);
	if (last != NULL && place == last && last->fresh != HISTORY_UNKNOWN) {
		p->fresh += last->fresh;
		p->over_ns += last->over_ns;
	}
	*place = *p;
	add_minute(h, place);
	h->adding = NULL;
}

bool history_step(struct history *h, uint32_t rows)
{
	uint32_t left = h->adding->n_sock - h->next;

	rows = rows < left ? rows : left;
	read_rows(h, h->next, h->next + rows);
	h->next += rows;
	if (rows < left)
		return false;
	end_sample(h);
	return true;
}

void history_add(struct history *h, const struct snap *s)
{
	history_begin(h, s);
	history_step(h, UINT32_MAX);
}

int64_t history_span_ns(const struct history *h)
{
	const struct point *last = history_point(h, 0);

	return last != NULL ? last->mono_ns - h->first_ns : 0;
}
