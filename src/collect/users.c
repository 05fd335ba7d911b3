/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/users.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/index.h"
#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"
#include "sockeye/collect/resolver.h"

/* How long one sample waits for names at most. */
#define PATIENCE_NS NS_PER_SEC

/* A name is asked for again after this; a missing one sooner, as a user may be made any time. */
#define KEEP_NAME_NS    (600 * NS_PER_SEC)
#define KEEP_NOTHING_NS (60 * NS_PER_SEC)

/* The longest line of the user database that is asked for. */
#define PASSWD_MAX (1 << 20)

struct entry {
	uint32_t uid;
	bool asked;         /* and not answered */
	bool answered;      /* ever: there may be an old name while a new one is asked for */
	uint64_t sample;    /* the last one that it was in */
	int64_t expires_ns; /* CLOCK_MONOTONIC */
	size_t len;
	char *name;
};

struct users {
	size_t (*lookup)(uint32_t uid, char *name, size_t size);
	struct resolver *resolver; /* NULL until there is something to ask */
	struct index ix;           /* rows of entry */
	struct entry *entry;
	uint32_t n, room;
	uint32_t unanswered; /* entries without any answer yet */
	uint64_t sample;
	bool slow; /* patience ran out: go on with numbers until answers come */
};

/* ---- the system's database ------------------------------------------- */

static size_t lookup_passwd(uint32_t uid, char *name, size_t size)
{
	struct passwd pw, *found = NULL;
	size_t len = 0;
	int rc = ERANGE;

	for (size_t room = 4096; rc == ERANGE && room <= PASSWD_MAX; room *= 4) {
		char *buf = xmalloc(room);

		rc = getpwuid_r(uid, &pw, buf, room, &found);
		if (rc == 0 && found != NULL) {
			len = strnlen(pw.pw_name, size);
			memcpy(name, pw.pw_name, len);
		}
		free(buf);
	}
	return len;
}

/* ---- the cache ------------------------------------------------------- */

struct users *users_new(size_t (*lookup)(uint32_t uid, char *name, size_t size))
{
	struct users *u = xcalloc(1, sizeof(*u));

	u->lookup = lookup != NULL ? lookup : lookup_passwd;
	index_init(&u->ix);
	return u;
}

void users_free(struct users *u)
{
	if (u == NULL)
		return;
	resolver_free(u->resolver);
	for (uint32_t i = 0; i < u->n; i++)
		free(u->entry[i].name);
	free(u->entry);
	index_free(&u->ix);
	free(u);
}

static uint64_t hash_entry(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct users *u = ctx;

	return index_hash(ix, u->entry[row].uid);
}

/* The entry of a user, new if need be; NULL without memory. */
static struct entry *find(struct users *u, uint32_t uid)
{
	struct index *ix = &u->ix;
	uint32_t at, row;

	if (index_full(ix) && index_grow(ix, hash_entry, u) != 0)
		return NULL;
	for (at = index_first(ix, index_hash(ix, uid)); (row = index_row(ix, at)) != IDX_NONE;
	     at = index_next(ix, at))
		if (u->entry[row].uid == uid)
			return &u->entry[row];
	if (u->n == u->room) {
		u->room = u->room > 0 ? u->room * 2 : 16;
		u->entry = xreallocarray(u->entry, u->room, sizeof(*u->entry));
	}
	index_put(ix, at, u->n);
	u->unanswered++;
	u->entry[u->n] = (struct entry){ .uid = uid };
	return &u->entry[u->n++];
}

/* Notes that the user is in this sample, and asks for the name if it is not known or old. */
static void mention(struct users *u, uint32_t uid, int64_t now_ns)
{
	struct entry *x = find(u, uid);

	if (x == NULL || x->sample == u->sample)
		return;
	x->sample = u->sample;
	if (x->asked || (x->answered && now_ns < x->expires_ns))
		return;
	if (u->resolver == NULL)
		u->resolver = resolver_new(u->lookup);
	if (u->resolver == NULL)
		return;
	x->asked = true;
	resolver_ask(u->resolver, uid);
}

static void mention_all(struct users *u, const struct snap_builder *b)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	uint32_t n, last = 0;
	const struct sock *sock = snap_rows(b, &n);
	const struct proc *proc;

	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 || sock[i].uid != last)
			mention(u, sock[i].uid, now_ns);
		last = sock[i].uid;
	}
	proc = snap_procs(b, &n);
	for (uint32_t i = 0; i < n; i++)
		mention(u, proc[i].uid, now_ns);
}

static void take_answers(struct users *u)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	struct resolved r;

	while (u->resolver != NULL && resolver_take(u->resolver, &r)) {
		struct entry *x = find(u, r.id);

		u->slow = false;
		if (x == NULL) {
			free(r.name);
			continue;
		}
		if (!x->answered)
			u->unanswered--;
		free(x->name);
		x->name = r.name;
		x->len = r.len;
		x->asked = false;
		x->answered = true;
		x->expires_ns = now_ns + (r.len > 0 ? KEEP_NAME_NS : KEEP_NOTHING_NS);
	}
}

/* Until every name is there or patience is at its end; 0 or -ECANCELED. */
static int wait_for_answers(struct users *u, int cancel_fd)
{
	int64_t end_ns = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	take_answers(u);
	while (u->resolver != NULL && u->unanswered > 0 && !u->slow) {
		struct pollfd fds[] = {
			{ .fd = resolver_fd(u->resolver), .events = POLLIN },
			{ .fd = cancel_fd, .events = POLLIN },
		};
		int64_t left_ns = end_ns - clock_ns(CLOCK_MONOTONIC);
		int n = left_ns <= 0 ? 0
				     : poll(fds, ARRAY_SIZE(fds), (int)(left_ns / NS_PER_MS) + 1);

		if (n > 0 && fds[1].revents != 0)
			return -ECANCELED;
		take_answers(u);
		if (n == 0 && u->unanswered > 0)
			u->slow = true;
	}
	return 0;
}

int users_update(struct users *u, struct snap_builder *b, int cancel_fd)
{
	int rc;

	u->sample++;
	mention_all(u, b);
	rc = wait_for_answers(u, cancel_fd);
	for (uint32_t i = 0; rc == 0 && i < u->n; i++) {
		const struct entry *x = &u->entry[i];

		if (x->sample == u->sample && x->len > 0)
			snap_add_user(b, x->uid, snap_add_str(b, x->name, x->len));
	}
	return rc;
}
