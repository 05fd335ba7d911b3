/* SPDX-License-Identifier: MIT */
/*
 * The map as an iterator in the kernel sees it (owners_bpf.h): all of it for the first picture and
 * after great changes, one process where its links would be read otherwise.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "owners_map.h"
#include "tasks.h"

/* Descriptors that the iterator passes while the links of one that changed are read, and a process. */
#define SCAN_GAIN    12
#define SCAN_PROCESS 8
#define SCAN_ONE     32 /* what it costs besides to ask for one alone */

/* So many rows set at most one bit of eight of those that sockets are chosen by. */
#define FEW (OWNERS_BPF_BITS / 8)

/* The records of one table, which come one after another. */
struct scan {
	struct owners *o;
	int32_t pid, tid; /* 0: none yet */
	struct fdtable *only;
};

static struct fdtable *find_table(const struct owners *o, uint32_t n, int32_t pid, int32_t tid)
{
	const struct fdtable key = { .pid = pid, .tid = tid }, *k = &key;
	struct fdtable **found = NULL;

	/* Before the first there is no array either. */
	if (n > 0)
		found = bsearch(&k, o->table, n, sizeof(struct fdtable *), owners_cmp_table);
	return found != NULL ? *found : NULL;
}

/* Threads that share a table which is not their leader's come one by one: the first stands for all. */
static bool is_double(const struct owners *o, int32_t pid, int32_t tid)
{
	for (uint32_t i = 0; i < o->n; i++) {
		const struct fdtable *t = o->table[i];

		if (t->pid == pid && t->tid != pid && t->tid != tid && t->scanned == o->sample &&
		    tasks_share_files(t->tid, tid) == 1)
			return true;
	}
	return false;
}

/* Ends a table. Those that are new stand behind the others, out of order, until the scan ends. */
static void take_run(struct scan *s)
{
	struct owners *o = s->o;
	const struct fd_record *r = (const void *)o->scratch.base;
	uint32_t n = (uint32_t)(o->scratch.used / sizeof(*r));
	struct fdtable *t = s->only;

	if (s->pid <= 0 || n == 0 || (t != NULL && t->tid != s->tid))
		return;
	if (t == NULL)
		t = find_table(o, o->n_sorted, s->pid, s->tid);
	if (t == NULL || t->scanned == o->sample) {
		if (s->only != NULL || (s->tid != s->pid && is_double(o, s->pid, s->tid)))
			return;
		t = fdtable_new(s->pid, s->tid, o->sample);
		owners_keep_table(o, t);
	}
	t->scanned = o->sample;
	fdtable_take(t, r, n);
}

static int add_records(void *ctx, const struct fd_record *r, uint32_t n)
{
	struct scan *s = ctx;
	struct arena *run = &s->o->scratch;

	for (uint32_t i = 0; i < n; i++) {
		struct fd_record *to;

		if ((int32_t)r[i].pid != s->pid || (int32_t)r[i].tid != s->tid) {
			take_run(s);
			arena_reset(run);
			s->pid = (int32_t)r[i].pid;
			s->tid = (int32_t)r[i].tid;
		}
		to = arena_push(run, sizeof(*to));
		if (to == NULL)
			return -ENOMEM;
		*to = r[i];
	}
	return 0;
}

/* Descriptors of other kinds are what the kernel counts besides: the next change shows by that. */
static void count_others(struct owners *o, struct fdtable *t)
{
	bool same;

	t->odd = t->unreadable = t->changed = false;
	t->others = 0;
	if (fdtable_stat(&o->proc, t, &same) == -ESRCH)
		t->gone = true;
	else if (t->count > t->n)
		t->others = (uint32_t)(t->count - t->n);
}

/*
 * What the map needs to know besides the sockets of this sample is for the next one: without one the
 * kernel is spared telling of it, and we of looking at it.
 */
static void want_few(struct owners *o)
{
	uint64_t bits[OWNERS_BPF_BITS / 64] = { 0 };

	/* While they are dumped, it is not known which they are. */
	if (!o->once || o->early != NULL || o->n_rows > FEW)
		return;
	for (uint32_t row = 0; row < o->n_rows; row++) {
		uint32_t at = o->rows[row].ino % OWNERS_BPF_BITS;

		bits[at / 64] |= UINT64_C(1) << at % 64;
	}
	owners_bpf_want(o->bpf, bits);
}

int owners_scan(struct owners *o, int cancel_fd)
{
	struct scan s = { .o = o };
	int rc;

	if (o->bpf == NULL)
		return -EOPNOTSUPP;
	want_few(o);
	o->n_sorted = o->n;
	arena_reset(&o->scratch);
	rc = owners_bpf_read(o->bpf, 0, add_records, &s, cancel_fd);
	if (rc == 0)
		take_run(&s);
	owners_sort_tables(o);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < o->n; i++) {
		struct fdtable *t = o->table[i];

		if (t->scanned != o->sample)
			t->n = 0;
		count_others(o, t);
	}
	return 0;
}

static int scan_one(struct owners *o, struct fdtable *t)
{
	struct scan s = { .o = o, .only = t };
	int rc;

	if (o->bpf == NULL || t->tid != t->pid)
		return -EOPNOTSUPP;
	arena_reset(&o->scratch);
	t->scanned = 0;
	rc = owners_bpf_read(o->bpf, t->pid, add_records, &s, -1);
	if (rc != 0)
		return rc;
	take_run(&s);
	if (t->scanned != o->sample)
		t->n = 0;
	count_others(o, t);
	return 0;
}

bool owners_rescan(struct owners *o, struct fdtable *t)
{
	if (scan_one(o, t) != 0)
		return false;
	owners_match_fresh(o, t);
	return true;
}

bool owners_scan_one_pays(const struct owners *o, const struct fdtable *t)
{
	return o->bpf != NULL && (uint64_t)t->stale * SCAN_GAIN > (uint64_t)t->n + SCAN_ONE;
}

bool owners_scan_pays(const struct owners *o)
{
	uint64_t slots = 0, stale = 0;

	if (o->bpf == NULL)
		return false;
	/* What cannot be read by links is not known to have changed. */
	if (o->sample == 1 || !o->privileged)
		return true;
	for (uint32_t i = 0; i < o->n; i++) {
		slots += o->table[i]->n;
		stale += o->table[i]->stale;
	}
	/* Who was not found by the last sample is not looked for because of a change. */
	if (o->n_missing > o->n_unfound)
		stale += o->n_missing - o->n_unfound;
	return stale * SCAN_GAIN > slots + (uint64_t)o->n * SCAN_PROCESS;
}
