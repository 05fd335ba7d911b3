/* SPDX-License-Identifier: MIT */
/*
 * One descriptor table of the machine, as far as sockets go: a process, or a thread that has a
 * table of its own (unshare(CLONE_FILES), or one that outlived its leader).
 *
 * Links are read with readlink only: neither a descriptor nor what it points to is ever opened, so
 * a dead network file system behind one cannot hold us up. No descriptor is kept per process.
 */
#ifndef SOCKEYE_SRC_COLLECT_FDTABLE_H
#define SOCKEYE_SRC_COLLECT_FDTABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "owners_bpf.h"
#include "procfs.h"

/* struct slot.row when the socket is in no row of the newest dump. */
#define ROW_OTHER UINT32_MAX       /* of another family, or dead: read again and still the same */
#define ROW_YOUNG (UINT32_MAX - 1) /* read after that dump was made: the next one will tell */

struct slot {
	int32_t fd;
	uint32_t ino;
	uint32_t row; /* of the newest dump, or ROW_OTHER, ROW_YOUNG */
};

static inline bool slot_is_live(const struct slot *s)
{
	return s->row < ROW_YOUNG;
}

#define COMM_SIZE 64 /* TASK_COMM_LEN is 16; work queues show more */

struct fdtable {
	int32_t pid, tid;  /* tid == pid: the process's own */
	struct slot *slot; /* sockets, by fd */
	uint32_t n, room;
	uint32_t others;  /* descriptors that are no sockets, when it was read whole */
	int32_t max_fd;   /* the highest number that was ever seen, -1 none */
	uint64_t dir_ino; /* of its fd directory: another number may mean another process */
	int64_t count; /* descriptors, as the kernel counts them, 0 of a zombie; -1: it does not */
	uint64_t born; /* sample that saw it first */
	uint64_t scanned; /* last sample whose scan told of it */
	uint32_t stale;   /* slots whose socket went away since they were read */
	bool gone;        /* to be taken out of the map */
	bool unreadable;
	bool moved;   /* holds another socket than when it was named */
	bool changed; /* some of it has, so that what it shares with others may have, too */
	bool odd;     /* holds what no socket we know of explains: read it again */
	/* who it is, read when it first has a socket to show */
	uint64_t named; /* sample of the last look, 0 never */
	uint64_t start;
	uint32_t uid;
	int32_t ppid;
	uint64_t limited; /* sample of the last look at its limit, 0 never */
	uint32_t limit;   /* soft RLIMIT_NOFILE, UINT32_MAX for unlimited; 0: not known */
	uint8_t comm_len;
	char comm[COMM_SIZE];
};

struct fdtable *fdtable_new(int32_t pid, int32_t tid, uint64_t sample);
void fdtable_free(struct fdtable *t);

/*
 * Reads the whole table. With trust, slots that are live are taken as they are. New sockets come as
 * ROW_YOUNG. 0, -EACCES (unreadable is set then), or -ESRCH when it is gone.
 */
int fdtable_read(struct procfs *p, struct fdtable *t, bool trust);

/* Takes n records, all of this table, by fd, for what it holds. New sockets come as ROW_YOUNG. */
void fdtable_take(struct fdtable *t, const struct fd_record *r, uint32_t n);

/*
 * Asks the kernel how many descriptors it has and whether it is still the same. 0, or -ESRCH.
 * *same is false when the directory is another one; t->count and t->dir_ino are set.
 */
int fdtable_stat(struct procfs *p, struct fdtable *t, bool *same);

/* Whether the descriptor of this slot is still the same socket, at the price of one link. */
bool fdtable_holds(struct procfs *p, const struct fdtable *t, const struct slot *s);

/*
 * Reads the slots again whose index is in at[], ascending. A slot that holds another socket now
 * becomes ROW_YOUNG with the new inode, one that holds the same becomes ROW_OTHER unless it is
 * live, one that holds none gets inode 0 and goes with the next fdtable_pack(). 0, -EACCES or
 * -ESRCH.
 */
int fdtable_check(struct procfs *p, struct fdtable *t, const uint32_t *at, uint32_t n);
void fdtable_pack(struct fdtable *t);

/* Looks for sockets above the highest number so far. 0, -EACCES or -ESRCH. */
int fdtable_probe(struct procfs *p, struct fdtable *t);

/* Reads name, start time, parent and user. -ESRCH when it is gone. */
int fdtable_name(struct procfs *p, struct fdtable *t, uint64_t sample);

/* Reads how many descriptors it may have; dearer than its name. */
void fdtable_limit(struct procfs *p, struct fdtable *t, uint64_t sample);

#endif
