/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/owners.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"
#include "owners_map.h"
#include "tasks.h"

/* The first pid namespace has a fixed inode (PROC_PID_INIT_INO, include/linux/proc_ns.h). */
#define FIRST_PIDNS "pid:[4026531836]"

#define NEEDED "needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"

/* Descriptors that may be looked at in one sample beyond what is known to have changed. */
#define BUDGET_MIN   1024
#define BUDGET_SHARE 64 /* and one for so many sockets */

/* Sockets from which on it pays to load the program that tells of descriptors. */
#define BPF_LEAST 50000

/* Sockets for each bucket of the kernel's table from which on a dump is seen to leave some out. */
#define LONG_CHAIN 2

#define NAME_PERIOD   8  /* samples after which a name is read again */
#define RETRY_PERIOD  16 /* samples after which an unreadable table is tried again */
#define YOUNG_SAMPLES 4  /* in which a process is likely to open its first sockets */
#define PREFETCH      12 /* slots, or rows, ahead */

/* How many descriptors a process may have is read seldom: it changes seldom, and costs 10 us. */
#define LIMIT_PERIOD 64  /* samples after which it is read again */
#define LIMIT_BUDGET 64  /* so many in one sample, and besides: */
#define LIMIT_SOON   512 /* who has that many descriptors is asked at once */

/* To list a descriptor directory takes the one, to read the links in it the other. */
static bool has_rights(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint32_t need = CAP_TO_MASK(CAP_SYS_PTRACE) | CAP_TO_MASK(CAP_DAC_READ_SEARCH);

	return syscall(SYS_capget, &head, data) == 0 && (data[0].effective & need) == need;
}

struct owners *owners_new(const char *root)
{
	struct owners *o = xcalloc(1, sizeof(*o));
	char link[64];
	ssize_t len;

	index_init(&o->by_ino);
	index_init(&o->missing_ix);
	o->privileged = has_rights();
	o->no_bpf = "for many sockets only";
	o->has_proc = procfs_open(&o->proc, root != NULL ? root : "/proc") == 0;
	o->buckets = kernel_buckets(root);
	len = o->has_proc ? readlinkat(o->proc.fd, "self/ns/pid", link, sizeof(link)) : -1;
	o->first_pidns =
		len == (ssize_t)strlen(FIRST_PIDNS) && memcmp(link, FIRST_PIDNS, (size_t)len) == 0;
	return o;
}

void owners_free(struct owners *o)
{
	if (o == NULL)
		return;
	owners_early_end(o);
	for (uint32_t i = 0; i < o->n; i++)
		fdtable_free(o->table[i]);
	free(o->table);
	owners_bpf_close(o->bpf);
	procfs_close(&o->proc);
	index_free(&o->by_ino);
	index_free(&o->missing_ix);
	arena_free(&o->held);
	arena_free(&o->lost);
	arena_free(&o->scratch);
	arena_free(&o->missing[0]);
	arena_free(&o->missing[1]);
	free(o);
}

static bool may_load(struct owners *o)
{
	/* The kernel numbers processes as our own namespace does, /proc as the one it was mounted in. */
	if (o->has_proc && o->proc.self == getpid())
		return true;
	o->no_bpf = "/proc is of another pid namespace";
	return false;
}

static void load_bpf(struct owners *o)
{
	if (!o->bpf_tried && may_load(o))
		o->bpf = owners_bpf_open(&o->no_bpf);
	o->bpf_tried = true;
}

void owners_prepare(struct owners *o, uint64_t sockets, bool soon, bool once, int cancel_fd)
{
	o->once = once;
	o->use_bpf = sockets >= BPF_LEAST || !o->privileged;
	if (!o->use_bpf || !soon || o->bpf_tried)
		return;
	/* What cannot be read by links is scanned with each sample anyway. */
	if (o->privileged && may_load(o) && owners_bpf_missing() == NULL)
		owners_early_start(o, cancel_fd);
	if (o->early == NULL)
		load_bpf(o);
	o->bpf_tried = true;
}

bool owners_cancelled(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&p, 1, 0) > 0;
}

/* ---- sockets by inode ------------------------------------------------ */

static uint32_t find_ino(const struct owners *o, uint32_t ino, uint32_t *at)
{
	const struct index *ix = &o->by_ino;
	uint32_t row;

	for (*at = index_first(ix, index_hash(ix, ino)); (row = index_row(ix, *at)) != IDX_NONE;
	     *at = index_next(ix, *at))
		if (o->rows[row].ino == ino)
			break;
	return row;
}

static void prefetch_ino(const struct owners *o, uint32_t ino)
{
	index_prefetch(&o->by_ino, index_hash(&o->by_ino, ino));
}

/* Closer by: the first row that is to be compared with it, whose slot has come by then. */
static void prefetch_row(const struct owners *o, uint32_t ino)
{
	uint32_t row = index_row(&o->by_ino, index_first(&o->by_ino, index_hash(&o->by_ino, ino)));

	if (row != IDX_NONE)
		__builtin_prefetch(&o->rows[row].ino);
}

static int index_rows(struct owners *o, struct arena *spare)
{
	uint32_t at;

	arena_reset(&o->held);
	if (arena_push(&o->held, o->n_rows + 1) == NULL ||
	    index_reset_in(&o->by_ino, o->n_rows, spare) != 0)
		return -ENOMEM;
	memset(o->held.base, 0, o->n_rows);
	o->n_inodes = 0;
	o->twins = false;
	for (uint32_t row = 0; row < o->n_rows; row++) {
		if (row + PREFETCH < o->n_rows)
			prefetch_ino(o, o->rows[row + PREFETCH].ino);
		if (row + PREFETCH / 2 < o->n_rows)
			prefetch_row(o, o->rows[row + PREFETCH / 2].ino);
		if (!owners_may_hold(&o->rows[row]))
			continue;
		if (find_ino(o, o->rows[row].ino, &at) != IDX_NONE) {
			o->twins = true;
			while (index_row(&o->by_ino, at) != IDX_NONE)
				at = index_next(&o->by_ino, at);
		} else {
			o->n_inodes++;
		}
		index_put(&o->by_ino, at, row);
	}
	o->n_missing = o->n_inodes;
	return 0;
}

/* Finds the slot's row in the new dump. False when there is none. */
static bool match_slot(struct owners *o, struct slot *s)
{
	uint32_t at, row = find_ino(o, s->ino, &at);

	if (row == IDX_NONE)
		return false;
	s->row = row;
	o->n_missing -= o->held.base[row] == 0;
	if (o->held.base[row] < 2)
		o->held.base[row]++;
	return true;
}

void owners_match_fresh(struct owners *o, struct fdtable *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (!slot_is_live(&t->slot[i]))
			match_slot(o, &t->slot[i]);
}

void owners_check_slots(struct owners *o, struct fdtable *t, const uint32_t *at, uint32_t n)
{
	int rc = n > 0 ? fdtable_check(&o->proc, t, at, n) : 0;

	if (rc == -ESRCH)
		t->gone = true;
	/* A process that nobody may look into: the iterator tells of it all the same. */
	if (rc == -EACCES && owners_rescan(o, t))
		return;
	for (uint32_t i = 0; i < n; i++)
		if (t->slot[at[i]].row == ROW_YOUNG && t->slot[at[i]].ino != 0)
			match_slot(o, &t->slot[at[i]]);
	fdtable_pack(t);
}

static void note_lost(struct owners *o, const struct slot *s)
{
	struct lost *l = arena_push(&o->lost, sizeof(*l));

	if (l != NULL)
		*l = (struct lost){ .ino = s->ino, .row = s->row };
}

/* Matches a table with the new dump and counts slots whose socket was, or should be, there. */
static void match_table(struct owners *o, struct fdtable *t)
{
	t->stale = 0;
	for (uint32_t i = 0; i < t->n; i++) {
		struct slot *s = &t->slot[i];

		if (i + PREFETCH < t->n)
			prefetch_ino(o, s[PREFETCH].ino);
		if (i + PREFETCH / 2 < t->n)
			prefetch_row(o, s[PREFETCH / 2].ino);
		if (match_slot(o, s) || s->row == ROW_OTHER)
			continue;
		if (o->long_chains && slot_is_live(s))
			note_lost(o, s);
		s->row = ROW_YOUNG;
		t->stale++;
		t->changed = true;
	}
}

/*
 * Reads those slots again: the number may hold another socket by now, and most new sockets are
 * found there, because the kernel gives the lowest free number.
 */
static void check_stale(struct owners *o, struct fdtable *t)
{
	uint32_t *again;
	uint32_t n = 0;

	arena_reset(&o->scratch);
	again = arena_push(&o->scratch, (t->stale + 1) * sizeof(*again));
	for (uint32_t i = 0; again != NULL && i < t->n && n < t->stale; i++)
		if (t->slot[i].row == ROW_YOUNG)
			again[n++] = i;
	owners_check_slots(o, t, again, n);
}

/* ---- processes ------------------------------------------------------- */

/* Merges the processes that are there, which come by pid, with the tables that we have. */
struct merge {
	struct fdtable **old;
	uint32_t n_old, at;
};

void owners_keep_table(struct owners *o, struct fdtable *t)
{
	if (o->n == o->room) {
		o->room = o->room == 0 ? 256 : o->room * 2;
		o->table = xreallocarray(o->table, o->room, sizeof(struct fdtable *));
	}
	o->table[o->n++] = t;
}

int owners_cmp_table(const void *a, const void *b)
{
	const struct fdtable *x = *(struct fdtable *const *)a, *y = *(struct fdtable *const *)b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	/* the process's own table first */
	if ((x->tid == x->pid) != (y->tid == y->pid))
		return x->tid == x->pid ? -1 : 1;
	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

void owners_sort_tables(struct owners *o)
{
	if (o->n > 0)
		qsort(o->table, o->n, sizeof(struct fdtable *), owners_cmp_table);
}

static void merge_pid(struct owners *o, struct merge *m, int32_t pid)
{
	bool known = false;

	for (; m->at < m->n_old && m->old[m->at]->pid <= pid; m->at++) {
		struct fdtable *t = m->old[m->at];

		if (t->pid == pid && !t->gone) {
			known = known || t->tid == pid;
			owners_keep_table(o, t);
		} else {
			fdtable_free(t);
		}
	}
	if (!known)
		owners_keep_table(o, fdtable_new(pid, pid, o->sample));
	o->processes++;
}

static int list_processes(struct owners *o)
{
	struct merge m = { .old = o->table, .n_old = o->n };
	struct task_list pids = { .id = NULL };
	int rc = tasks_list(&o->proc, "", &pids);

	if (rc != 0) {
		tasks_free(&pids);
		return rc;
	}
	o->table = NULL;
	o->n = o->room = 0;
	o->processes = 0;
	for (uint32_t i = 0; i < pids.n; i++)
		merge_pid(o, &m, pids.id[i]);
	for (; m.at < m.n_old; m.at++)
		fdtable_free(m.old[m.at]);
	free(m.old);
	/* There always is a process 1, so if we do not see it, /proc is mounted with hidepid. */
	o->hidden = pids.n == 0 || pids.id[0] != 1;
	tasks_free(&pids);
	return 0;
}

void owners_read_table(struct owners *o, struct fdtable *t, bool trust)
{
	if (owners_rescan(o, t))
		return;
	if (fdtable_read(&o->proc, t, trust) == -ESRCH)
		t->gone = true;
	owners_match_fresh(o, t);
}

static bool is_turn(const struct owners *o, const struct fdtable *t)
{
	return (o->sample + (uint64_t)t->pid) % RETRY_PERIOD == 0;
}

static bool is_due(const struct owners *o, const struct fdtable *t)
{
	if (t->born == o->sample)
		return true;
	return t->unreadable && is_turn(o, t);
}

/*
 * What a table that is read for the first time holds beyond the dump is mostly of another family or
 * namespace: looked up in each dump, but not read again each time as what changes is.
 */
static void settle(struct fdtable *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (!slot_is_live(&t->slot[i]))
			t->slot[i].row = ROW_OTHER;
}

static void settle_all(struct owners *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		settle(o->table[i]);
}

static int read_new(struct owners *o, int cancel_fd)
{
	for (uint32_t i = 0; i < o->n; i++) {
		struct fdtable *t = o->table[i];

		if (!is_due(o, t))
			continue;
		if (owners_cancelled(cancel_fd))
			return -ECANCELED;
		owners_read_table(o, t, false);
		settle(t);
	}
	return 0;
}

static void match_known(struct owners *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		match_table(o, o->table[i]);
}

static int check_known(struct owners *o, int cancel_fd)
{
	for (uint32_t i = 0; i < o->n; i++) {
		if (o->table[i]->stale == 0 || o->table[i]->born == o->sample)
			continue;
		if (owners_cancelled(cancel_fd))
			return -ECANCELED;
		if (!owners_scan_one_pays(o, o->table[i]) || !owners_rescan(o, o->table[i]))
			check_stale(o, o->table[i]);
	}
	return 0;
}

/* The same pid with another directory: the kernel forgot it, or another process has the number. */
static void check_identity(struct owners *o, struct fdtable *t)
{
	uint64_t start = t->start;

	if (t->named != 0 && fdtable_name(&o->proc, t, o->sample) == 0 && t->start == start)
		return;
	t->named = 0;
	owners_read_table(o, t, false);
}

static bool is_young(const struct owners *o, const struct fdtable *t)
{
	return o->sample - t->born <= YOUNG_SAMPLES;
}

/* Whether new descriptors are likely, or certain where the kernel counts them. */
static bool has_more(const struct owners *o, const struct fdtable *t)
{
	if (t->count < 0)
		return t->n > 0 && o->n_missing > o->n_unfound;
	return t->count > (int64_t)t->n + t->others;
}

/*
 * Whether descriptors went or came that no socket tells of. Where the kernel does not count them (before
 * 6.2) one slot in turn stands for all: who has ended has none any more.
 */
static bool has_changed(struct owners *o, const struct fdtable *t)
{
	if (t->count >= 0)
		return t->count != (int64_t)t->n + t->others;
	return t->n > 0 && !fdtable_holds(&o->proc, t, &t->slot[o->sample % t->n]);
}

/* Compares how many descriptors there are with how many we know of. */
static void follow_count(struct owners *o, struct fdtable *t)
{
	bool had_dir = t->dir_ino != 0, same;
	int rc = fdtable_stat(&o->proc, t, &same);

	if (rc == -ESRCH)
		t->gone = true;
	if (rc != 0)
		return;
	if (had_dir && !same)
		check_identity(o, t);
	t->changed |= has_changed(o, t);
	if (has_more(o, t) && fdtable_probe(&o->proc, t) == 0)
		owners_match_fresh(o, t);
	if (t->count >= 0)
		t->odd = t->count != (int64_t)t->n + t->others;
	else if (is_turn(o, t) || (t->n == 0 && is_young(o, t)))
		t->odd = true;
}

/*
 * Who had no socket is asked while a socket looks for its holder. But all that it has by now may be
 * known of another already, as after a fork: so while it is young, when that is likely, and then in
 * turn.
 */
static bool may_have_come(const struct owners *o, const struct fdtable *t)
{
	return o->n_missing > 0 || t->dir_ino == 0 || is_young(o, t) || is_turn(o, t);
}

static int follow_counts(struct owners *o, int cancel_fd)
{
	for (uint32_t i = 0; i < o->n; i++) {
		struct fdtable *t = o->table[i];

		if (t->unreadable || t->gone || (t->n == 0 && !may_have_come(o, t)))
			continue;
		if (i % 64 == 0 && owners_cancelled(cancel_fd))
			return -ECANCELED;
		follow_count(o, t);
	}
	return 0;
}

/* ---- result ---------------------------------------------------------- */

static bool wants_name(const struct owners *o, const struct fdtable *t)
{
	if (t->named == 0 || t->moved || o->sample - t->born <= 2)
		return true;
	return (o->sample + (uint64_t)t->pid) % NAME_PERIOD == 0;
}

static bool wants_limit(const struct owners *o, const struct fdtable *t)
{
	if (t->limited == 0)
		return t->count >= LIMIT_SOON || o->limit_reads < LIMIT_BUDGET;
	return o->sample - t->limited >= LIMIT_PERIOD && o->limit_reads < LIMIT_BUDGET;
}

static uint32_t add_proc(struct owners *o, struct snap_builder *b, struct fdtable *t)
{
	struct proc p = { .pid = t->pid };

	if (wants_name(o, t) && fdtable_name(&o->proc, t, o->sample) != 0) {
		t->gone = true;
		return IDX_NONE;
	}
	if (wants_limit(o, t)) {
		fdtable_limit(&o->proc, t, o->sample);
		o->limit_reads++;
	}
	p.uid = t->uid;
	p.start = t->start;
	p.ppid = t->ppid;
	p.fds = t->count > 0 ? (uint32_t)t->count : 0;
	p.fd_limit = t->limit;
	p.comm = snap_add_str(b, t->comm, t->comm_len);
	return snap_add_proc(b, &p);
}

static int add_holds(struct owners *o, struct snap_builder *b, const struct slot *s, uint32_t proc)
{
	uint32_t at, row;
	int rc;

	if (!o->twins)
		return snap_add_owner(b, s->row, proc, s->fd);
	for (row = find_ino(o, s->ino, &at); row != IDX_NONE; row = index_row(&o->by_ino, at)) {
		rc = o->rows[row].ino == s->ino ? snap_add_owner(b, row, proc, s->fd) : 0;
		if (rc != 0)
			return rc;
		at = index_next(&o->by_ino, at);
	}
	return 0;
}

static int publish(struct owners *o, struct snap_builder *b)
{
	uint32_t proc = IDX_NONE;
	int32_t pid = 0;

	for (uint32_t i = 0; i < o->n; i++) {
		struct fdtable *t = o->table[i];

		if (t->pid != pid)
			proc = IDX_NONE;
		pid = t->pid;
		for (uint32_t k = 0; k < t->n && !t->gone; k++) {
			if (!slot_is_live(&t->slot[k]))
				continue;
			if (proc == IDX_NONE)
				proc = add_proc(o, b, t);
			if (proc == IDX_NONE)
				break;
			if (add_holds(o, b, &t->slot[k], proc) != 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static void tell_way(const struct owners *o, struct snap_builder *b)
{
	if (o->bpf == NULL)
		snap_set_owners_how(b, "/proc, what changed; BPF: %s", o->no_bpf);
	else if (!o->privileged)
		snap_set_owners_how(b, "BPF, all of it: no right to read /proc");
	else
		snap_set_owners_how(b, "BPF for great changes, /proc for small ones");
}

static void tell_source(const struct owners *o, struct snap_builder *b)
{
	if (o->proc.last_error != 0)
		snap_source_fail(b, SRC_OWNERS, SOURCE_PARTIAL,
				 "some processes could not be read: %s",
				 strerror(o->proc.last_error));
	else if (o->hidden)
		snap_source_fail(b, SRC_OWNERS, SOURCE_PARTIAL,
				 NEEDED ": /proc hides processes (hidepid)");
	else if (o->unreadable > 0)
		snap_source_fail(b, SRC_OWNERS, SOURCE_PARTIAL, "%s: %u of %u processes unreadable",
				 o->privileged ? "forbidden by the system" : NEEDED, o->unreadable,
				 o->processes);
	else
		snap_source_ok(b, SRC_OWNERS);
	if (o->unreadable > 0 || o->hidden || o->proc.last_error != 0)
		snap_set_unfound(b, WHY_NOT_PERMITTED);
	else if (!o->first_pidns)
		snap_set_unfound(b, WHY_OTHER_PIDNS);
}

static void count_unreadable(struct owners *o)
{
	o->unreadable = 0;
	for (uint32_t i = 0; i < o->n; i++)
		o->unreadable += o->table[i]->unreadable && o->table[i]->tid == o->table[i]->pid;
}

/* The map is read anew, and matched from the start. */
static int take_anew(struct owners *o, int cancel_fd)
{
	int rc = owners_scan(o, cancel_fd);

	if (rc == -ECANCELED)
		return rc;
	memset(o->held.base, 0, o->n_rows);
	o->n_missing = o->n_inodes;
	match_known(o);
	if (rc != 0) {
		owners_bpf_close(o->bpf);
		o->bpf = NULL;
		o->no_bpf = "the kernel stopped telling";
		return rc;
	}
	for (uint32_t i = 0; i < o->n; i++)
		if (o->table[i]->born == o->sample)
			settle(o->table[i]);
	return 0;
}

static int follow_changes(struct owners *o, int cancel_fd)
{
	bool searching, early = o->early_scanned;
	int rc;

	o->early_scanned = false;
	match_known(o);
	if (owners_scan_pays(o)) {
		rc = take_anew(o, cancel_fd);
		if (rc == 0) {
			count_unreadable(o);
			owners_list_missing(o);
			return 0;
		}
		if (rc == -ECANCELED)
			return rc;
	}
	rc = read_new(o, cancel_fd);
	if (rc == 0)
		rc = check_known(o, cancel_fd);
	if (rc == 0 && early)
		settle_all(o);
	if (rc == 0)
		rc = follow_counts(o, cancel_fd);
	if (rc == 0)
		owners_check_shared(o);
	count_unreadable(o);
	searching = owners_list_missing(o);
	if (rc == 0)
		rc = owners_reread_odd(o, searching, cancel_fd);
	if (rc == 0)
		owners_verify(o);
	if (rc == 0 && searching)
		rc = owners_search(o, cancel_fd);
	return rc;
}

/* Whether some socket of the sample can have a process. */
static bool any_inode(const struct owners *o)
{
	for (uint32_t row = 0; row < o->n_rows; row++)
		if (owners_may_hold(&o->rows[row]))
			return true;
	return false;
}

int owners_update(struct owners *o, struct snap_builder *b, int cancel_fd)
{
	int rc;

	snap_cost(b)->cpu_ns += owners_early_end(o);
	o->proc.readlinks = o->proc.getdents = 0;
	o->limit_reads = 0;
	o->proc.last_error = 0;
	o->rows = snap_rows(b, &o->n_rows);
	/* The first picture is dear, and nothing of it would show. */
	if (o->has_proc && o->n == 0 && !any_inode(o)) {
		snap_source_ok(b, SRC_OWNERS);
		return 0;
	}
	if (o->use_bpf)
		load_bpf(o);
	o->sample++;
	arena_reset(&o->lost);
	o->long_chains = o->buckets > 0 && o->n_rows / LONG_CHAIN >= o->buckets;
	o->budget = BUDGET_MIN + o->n_rows / BUDGET_SHARE;
	if (!o->has_proc || list_processes(o) != 0) {
		snap_source_fail(b, SRC_OWNERS, SOURCE_ABSENT, "no /proc: owners cannot be found");
		snap_set_unfound(b, WHY_NOT_PERMITTED);
		return 0;
	}
	rc = index_rows(o, snap_spare(b));
	if (rc == 0)
		rc = follow_changes(o, cancel_fd);
	if (rc == 0)
		owners_keep_rows(o, b);
	/* Holders are about to need the memory. */
	if (!o->twins)
		index_return(&o->by_ino, snap_spare(b));
	if (rc == 0)
		rc = publish(o, b);
	index_return(&o->by_ino, snap_spare(b));
	owners_keep_missing(o);
	o->n_unfound = o->n_missing;
	if (rc == -ENOMEM) {
		snap_source_fail(b, SRC_OWNERS, SOURCE_PARTIAL, "not enough memory for all owners");
		snap_set_unfound(b, WHY_NOT_PERMITTED);
		rc = 0;
	}
	tell_source(o, b);
	tell_way(o, b);
	snap_cost(b)->readlinks = o->proc.readlinks;
	snap_cost(b)->getdents = o->proc.getdents;
	return rc;
}
