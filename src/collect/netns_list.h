/* SPDX-License-Identifier: MIT */
/*
 * Which network namespaces there are: those of processes, and those that a mount keeps, as ip netns
 * and docker make them. Namespaces that nothing but a descriptor or a socket refers to are not found.
 */
#ifndef SOCKEYE_SRC_COLLECT_NETNS_LIST_H
#define SOCKEYE_SRC_COLLECT_NETNS_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "procfs.h"
#include "sockeye/base/index.h"

/* linux/magic.h: nsfs, of which the files of namespaces are. */
#ifndef NSFS_MAGIC
#define NSFS_MAGIC 0x6e736673
#endif

/* More namespaces than this are counted, and not looked into. */
#define NETNS_MOST 4096

struct netns_entry {
	uint64_t ino;
	int32_t pid[2];   /* processes in it, the first and the last one of the list; 0: none */
	char *mount;      /* path of a mount of it, NULL for none */
	const char *name; /* of ip netns: in mount; NULL for none */
	bool host;        /* the first process of all is in it */
};

struct netns_list {
	struct netns_entry *at; /* by inode */
	uint32_t n, room;
	uint64_t own;        /* inode; 0: not known */
	uint32_t left_out;   /* namespaces of processes beyond NETNS_MOST, or as many processes */
	uint32_t unreadable; /* processes that may be anywhere: no right to look */
	int error; /* why there may be others, or other names; a negative errno, 0 for nothing */
};

/* All zero is an empty list. */
void netns_list_free(struct netns_list *l);

/*
 * Reads it anew. proc is open, and "self" in it is us; run is where mounts are looked for: "/run".
 * own_only: processes are not looked at, and of namespaces only ours need be there. 0, or a negative errno when it is not known which processes there are.
 */
int netns_list_read(struct netns_list *l, struct procfs *proc, const char *run, bool own_only);

/* NULL when it is not there. */
const struct netns_entry *netns_list_find(const struct netns_list *l, uint64_t ino);

#endif
