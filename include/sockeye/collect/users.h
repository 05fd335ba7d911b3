/* SPDX-License-Identifier: MIT */
/*
 * The names of users, kept from sample to sample.
 *
 * The user database may sit behind a network and block for minutes. It is asked in a thread of its
 * own; who waits for it too long goes on with the number. One thread calls these functions.
 */
#ifndef SOCKEYE_COLLECT_USERS_H
#define SOCKEYE_COLLECT_USERS_H

#include <stddef.h>
#include <stdint.h>

#include "sockeye/model/snap.h"

struct users;

/*
 * lookup writes a user's name, cut at size, and returns its length, 0 when there is none. It is
 * called in another thread, one call at a time. NULL: the system's database, getpwuid_r().
 */
struct users *users_new(size_t (*lookup)(uint32_t uid, char *name, size_t size));
void users_free(struct users *u);

/*
 * Adds to b the users that its sockets and processes mention and that have a name; a name that
 * takes too long comes with a later sample. Returns 0, or -ECANCELED soon after cancel_fd (-1:
 * none) became readable.
 */
int users_update(struct users *u, struct snap_builder *b, int cancel_fd);

#endif
