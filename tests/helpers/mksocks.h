/* SPDX-License-Identifier: MIT */
/*
 * mksocks makes sockets to order and holds them. A recipe is a word NAME or NAME=VALUE; it makes
 * something, says in key=value words what, and is done when the kernel has it in the wanted state.
 */
#ifndef SOCKEYE_TESTS_MKSOCKS_H
#define SOCKEYE_TESTS_MKSOCKS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "net.h"
#include "sockeye/model/sock.h"

#define MK_CHILDREN 64

/* N, NxM or either with :PORT behind it. */
struct amount {
	unsigned n, m; /* m: 1 when not given */
	uint16_t port; /* 0: the kernel chooses */
};

struct pair {
	int client, server; /* server -1: given away or closed */
};

struct child {
	pid_t pid;
	int order; /* our end of the channel that it takes orders from */
};

struct mk {
	struct pair *pair; /* connections, the newest last: what close, swap, give, dup work on */
	size_t n_pairs;
	uint32_t at; /* where the state recipes listen, host order; 0: 127.0.0.1 */
	struct child child[MK_CHILDREN];
	size_t n_children;
	int life[2]; /* pipe: its write end closes when this process ends, and the children with it
		      */
	unsigned made[ST_COUNT]; /* sockets in each state, by recipes that say so */
	char said[4096];         /* key=value words of the recipe under way */
	size_t said_len;
};

struct recipe {
	const char *name;
	void (*make)(struct mk *mk, const struct amount *a, const char *value);
	const char *help; /* begins with the form of the value */
};

/* Each ends with a nameless entry. */
extern const struct recipe state_recipes[], socket_recipes[], process_recipes[], trouble_recipes[],
	family_recipes[], end_recipes[];

/* Adds " key=number" to the answer. */
void mk_say(struct mk *mk, const char *key, long value);
/* Keeps a connection under care of the commands that work on the newest ones. */
void mk_keep(struct mk *mk, int client, int server);
/* Forks: pid 0 in the child, which ends when mk->life does and has *channel to its parent. */
struct child *mk_child(struct mk *mk, int *channel);
/* The i-th newest connection (0: the newest); ends the program where there is none. */
struct pair *mk_newest(struct mk *mk, size_t i);

#endif
