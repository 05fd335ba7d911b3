/* SPDX-License-Identifier: MIT */
/* What is looked for beyond what is known to have changed, a slice in each sample. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "owners_map.h"
#include "tasks.h"

#define BUDGET_SEARCH \
	16 /* so many times more while a socket has been without a holder for a while */
#define VERIFY_MIN    256 /* known slots read again in turn, so that what is stale heals */
#define VERIFY_SHARE  1024
#define SEARCH_ROUNDS 2 /* walks through all tables before a socket counts as unfound */

static bool is_shared(const struct owners *o, const struct slot *s)
{
	return slot_is_live(s) && o->held.base[s->row] > 1;
}

/* The slots of a table whose sockets others hold as well are read again. Returns how many. */
static uint32_t read_shared(struct owners *o, struct fdtable *t)
{
	uint32_t *at;
	uint32_t n = 0;

	arena_reset(&o->scratch);
	at = arena_push(&o->scratch, (t->n + 1) * sizeof(*at));
	for (uint32_t i = 0; at != NULL && i < t->n; i++)
		if (is_shared(o, &t->slot[i]))
			at[n++] = i;
	if (!t->gone && !t->unreadable)
		owners_check_slots(o, t, at, n);
	return n;
}

/*
 * A process that closes its copy of a shared socket and takes the number for another leaves no
 * trace: the shared socket lives on in the other holder, and the count is the same. So the slots of
 * shared ones are looked at where something else has changed; and everywhere, in turn, while a
 * socket is without a holder.
 */
void owners_check_shared(struct owners *o)
{
	int64_t left = o->budget;

	for (uint32_t steps = 0; steps < o->n && left > 0; steps++) {
		struct fdtable *t;

		o->shared_at = o->shared_at + 1 < o->n ? o->shared_at + 1 : 0;
		t = o->table[o->shared_at];
		if (!t->changed && o->n_missing == 0)
			continue;
		t->changed = false;
		left -= read_shared(o, t);
	}
}

/*
 * Where the kernel does not count descriptors (before 6.2), any table may hold what is missing. One
 * of this sample was read a moment ago.
 */
static bool may_hold_missing(const struct owners *o, const struct fdtable *t)
{
	return t->count < 0 && t->born < o->sample && o->hopeful && o->n_missing > 0;
}

/*
 * Tables that hold what we do not know of are read again as far as the budget goes; what is not
 * used is saved up, so that a process with many descriptors has its turn too.
 */
int owners_reread_odd(struct owners *o, bool searching, int cancel_fd)
{
	int64_t biggest = 0;

	o->credit += searching ? o->budget * BUDGET_SEARCH : o->budget;
	for (uint32_t i = 0; i < o->n; i++) {
		struct fdtable *t = o->table[i];
		int64_t cost = t->count > 0 ? t->count : (int64_t)t->n + t->others;

		if (t->gone || !(t->odd || may_hold_missing(o, t)))
			continue;
		if (cost > o->credit) {
			biggest = cost > biggest ? cost : biggest;
			continue;
		}
		if (owners_cancelled(cancel_fd))
			return -ECANCELED;
		o->credit -= cost;
		owners_read_table(o, t, true);
	}
	if (o->credit > biggest)
		o->credit = biggest;
	return 0;
}

/* ---- sockets that nobody seems to hold ------------------------------- */

static const struct missing *find_missing(const struct owners *o, uint32_t ino)
{
	const struct missing *m = (const void *)o->missing[0].base;
	const struct index *ix = &o->missing_ix;
	uint32_t row;

	for (uint32_t at = index_first(ix, index_hash(ix, ino));
	     (row = index_row(ix, at)) != IDX_NONE; at = index_next(ix, at))
		if (m[row].ino == ino)
			return &m[row];
	return NULL;
}

/*
 * Lists the inodes without a holder, with how long they have been so. True when a search is worth
 * its while: some were there in the last sample already (most others were only born or passed on
 * while we looked), and have not been searched for in vain. Without rights only our own can be
 * found.
 */
bool owners_list_missing(struct owners *o)
{
	struct arena *now = &o->missing[1];
	uint32_t uid = geteuid();
	bool search = false;

	arena_reset(now);
	o->hopeful = false;
	for (uint32_t row = 0; o->n_missing > 0 && row < o->n_rows; row++) {
		const struct missing *was;
		struct missing *m;

		if (!owners_may_hold(&o->rows[row]) || o->held.base[row])
			continue;
		if ((o->unreadable > 0 || o->hidden) && o->rows[row].uid != uid)
			continue;
		m = arena_push(now, sizeof(*m));
		if (m == NULL)
			break;
		was = find_missing(o, o->rows[row].ino);
		*m = (struct missing){ .ino = o->rows[row].ino,
				       .round = was != NULL ? was->round : o->round,
				       .since = was != NULL ? was->since : o->sample };
		if (o->round - m->round >= SEARCH_ROUNDS)
			continue;
		o->hopeful = true;
		search = search || m->since < o->sample || o->sample == 1;
	}
	return search;
}

void owners_keep_missing(struct owners *o)
{
	struct arena last = o->missing[0];
	uint32_t n = (uint32_t)(o->missing[1].used / sizeof(struct missing));
	const struct missing *m = (const void *)o->missing[1].base;

	o->missing[0] = o->missing[1];
	o->missing[1] = last;
	if (index_reset(&o->missing_ix, n) != 0)
		return;
	for (uint32_t row = 0; row < n; row++) {
		uint32_t at = index_first(&o->missing_ix, index_hash(&o->missing_ix, m[row].ino));

		while (index_row(&o->missing_ix, at) != IDX_NONE)
			at = index_next(&o->missing_ix, at);
		index_put(&o->missing_ix, at, row);
	}
}

/* Threads of this process that have a descriptor table of their own become tables of the map. */
static void read_threads(struct owners *o, const struct fdtable *leader)
{
	struct task_list own = { .id = NULL };
	uint32_t known = 0;

	if (tasks_with_own_table(&o->proc, leader, &own) != 0)
		return;
	for (uint32_t i = 0; i < own.n; i++) {
		bool have = false;

		for (uint32_t k = 0; k < o->n && !have; k++)
			have = o->table[k]->pid == leader->pid && o->table[k]->tid == own.id[i];
		if (have)
			continue;
		owners_keep_table(o, fdtable_new(leader->pid, own.id[i], o->sample));
		owners_read_table(o, o->table[o->n - 1], false);
		known++;
	}
	tasks_free(&own);
	if (known > 0)
		owners_sort_tables(o);
}

/* Goes on with the walk through all tables, and the threads of their processes, within the budget.
 */
int owners_search(struct owners *o, int cancel_fd)
{
	int64_t left = o->budget * BUDGET_SEARCH;
	bool all_read =
		o->sample == 1; /* each table was read a moment ago: only threads are left */

	for (uint32_t steps = 0; steps <= o->n && o->n_missing > 0 && left > 0; steps++) {
		struct fdtable *t;

		if (o->walk_at >= o->n) {
			o->walk_at = 0;
			o->round++;
			if (steps > 0)
				break;
		}
		if (owners_cancelled(cancel_fd))
			return -ECANCELED;
		t = o->table[o->walk_at++];
		if (t->unreadable || t->gone)
			continue;
		if (!all_read) {
			left -= 1 + (int64_t)t->n + t->others;
			owners_read_table(o, t, false);
		}
		if (t->tid == t->pid)
			read_threads(o, t);
	}
	return 0;
}

/*
 * Reads a few known slots again in turn. A process that closed its copy of a shared socket and took
 * the number for another of a kind that is not collected shows in no other way.
 */
void owners_verify(struct owners *o)
{
	uint32_t left = VERIFY_MIN + o->n_rows / VERIFY_SHARE;

	for (uint32_t steps = 0; steps < o->n && left > 0; steps++) {
		struct fdtable *t;
		uint32_t *at;
		uint32_t n = 0;

		if (o->verify_at >= o->n)
			o->verify_at = 0;
		t = o->table[o->verify_at];
		arena_reset(&o->scratch);
		at = arena_push(&o->scratch, (left + 1) * sizeof(*at));
		if (at == NULL)
			return;
		while (n < left && o->verify_slot < t->n)
			at[n++] = o->verify_slot++;
		left -= n;
		if (!t->gone && !t->unreadable)
			owners_check_slots(o, t, at, n);
		if (o->verify_slot >= t->n) {
			o->verify_at++;
			o->verify_slot = 0;
		}
	}
}
