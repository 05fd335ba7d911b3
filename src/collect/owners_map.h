/* SPDX-License-Identifier: MIT */
/* The owner map inside: shared by the files that follow changes, search, and publish. */
#ifndef SOCKEYE_SRC_COLLECT_OWNERS_MAP_H
#define SOCKEYE_SRC_COLLECT_OWNERS_MAP_H

#include "fdtable.h"
#include "sockeye/collect/owners.h"

/* An inode that no table holds, and the walk at which its search began. */
struct missing {
	uint32_t ino, round;
	uint64_t since; /* sample */
};

/* A row of the snapshot before whose inode no row has now. */
struct lost {
	uint32_t ino, row;
};

struct owners {
	struct procfs proc;
	bool has_proc, first_pidns;
	struct owners_bpf *bpf; /* NULL: all is read from /proc, */
	const char *no_bpf;     /* because */
	bool use_bpf, bpf_tried;
	bool once;                  /* no other sample follows */
	struct owners_early *early; /* under way, or NULL */
	bool early_scanned;         /* what it told of has been matched with no dump yet */
	uint32_t buckets;           /* of the kernel's table of connections */
	bool long_chains;           /* of it, in this sample */
	bool privileged;            /* we have what is needed to look into every process */
	struct fdtable **table;     /* by pid, then tid */
	uint32_t n, room;
	uint64_t sample;

	/* of the sample that is being made */
	const struct sock *rows;
	uint32_t n_rows;
	struct index by_ino; /* rows with an inode */
	struct arena
		lost; /* struct lost: rows of the sample before that have a slot and no row now */
	struct arena held; /* a byte a row: a holder is known */
	struct arena scratch;
	uint32_t n_sorted;  /* tables before those that a scan adds */
	uint32_t n_inodes;  /* different ones of the rows */
	uint32_t n_missing; /* rows with an inode and no holder yet */
	bool twins;         /* rows that share an inode: MPTCP subflows */
	uint32_t unreadable, processes;
	bool hidden;
	bool hopeful; /* of the missing, some were not searched for in vain */
	int64_t budget;
	uint32_t limit_reads;

	/* from sample to sample */
	struct arena missing[2]; /* struct missing; [0] the last sample's, [1] this one's */
	struct index missing_ix; /* rows of missing[0] */
	uint32_t n_unfound;      /* rows with an inode that ended without a holder */
	uint32_t round;          /* walks that were completed */
	uint32_t walk_at;        /* table at which the walk goes on */
	uint32_t verify_at, verify_slot;
	uint32_t shared_at; /* table at which looking at shared sockets goes on */
	int64_t credit;     /* for reading odd tables again */
};

bool owners_cancelled(int fd);
/* Takes t; the caller sees to the order. */
void owners_keep_table(struct owners *o, struct fdtable *t);
void owners_sort_tables(struct owners *o);
int owners_cmp_table(const void *a, const void *b); /* of pointers to them */
/* Reads a table and matches what is new in it; with trust, live slots are taken as they are. */
void owners_read_table(struct owners *o, struct fdtable *t, bool trust);
/* Matches those slots of a table that are not live. */
void owners_match_fresh(struct owners *o, struct fdtable *t);
/* Reads these slots of a table again and matches what they hold now. */
void owners_check_slots(struct owners *o, struct fdtable *t, const uint32_t *at, uint32_t n);

/* ---- owners_scan.c --------------------------------------------------- */

/* Whether it is cheaper than to follow what changed, after the tables were matched with the dump. */
bool owners_scan_pays(const struct owners *o);
/* Reads all tables; nothing is matched yet. 0, -ECANCELED, or why it is not to be had. */
int owners_scan(struct owners *o, int cancel_fd);
/* Whether it is cheaper to read one whole than those of its slots that are stale. */
bool owners_scan_one_pays(const struct owners *o, const struct fdtable *t);
/* Reads one so and matches what is new in it. False when it cannot be, and it is as it was. */
bool owners_rescan(struct owners *o, struct fdtable *t);

/* ---- owners_early.c -------------------------------------------------- */

/* Starts to load the program and to read all tables. o->early stays NULL where there can be no thread. */
void owners_early_start(struct owners *o, int cancel_fd);
/* Waits for it, if it is under way: the CPU time that it took. */
int64_t owners_early_end(struct owners *o);

/* ---- owners_keep.c --------------------------------------------------- */

/* Takes over rows that the dump left out, though a descriptor still has them. */
void owners_keep_rows(struct owners *o, struct snap_builder *b);

/* ---- owners_search.c ------------------------------------------------- */

void owners_check_shared(struct owners *o);
int owners_reread_odd(struct owners *o, bool searching, int cancel_fd);
bool owners_list_missing(struct owners *o);
void owners_keep_missing(struct owners *o);
int owners_search(struct owners *o, int cancel_fd);
void owners_verify(struct owners *o);

/* Whether a process can hold it: the kernel's own ends of netlink have an inode and no descriptor. */
static inline bool owners_may_hold(const struct sock *s)
{
	return s->ino != 0 && (s->proto != PROTO_NETLINK || s->netlink.portid != PORTID_KERNEL);
}

#endif
