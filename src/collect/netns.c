/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"
#include "sockeye/collect/counters.h"
#include "sockeye/collect/nl.h"
#include "sockeye/collect/sockets.h"
#include "sockeye/collect/sysctls.h"

#include "kernel.h"
#include "netns_list.h"
#include "visitor.h"

#define RUN         "/run"
#define CGROUP_SIZE 4096 /* of /proc/PID/cgroup that is looked at */

/* What is kept of a namespace from sample to sample: nothing that holds on to it. */
struct state {
	uint64_t ino;
	struct sockets *sockets;
};

/* How it went. */
struct outcome {
	uint32_t others, entered, refused, failed;
	int why; /* of the first that failed */
};

struct namespaces {
	struct procfs proc;
	int proc_error; /* of opening it; 0: it is open */
	struct netns_list list;
	struct state *state; /* by inode */
	uint32_t n_state;
	struct sysctls_kept sysctls; /* of the one that is wanted */
	struct visitor *visitor;
	bool alike; /* two namespaces may have the same cookie */
};

struct namespaces *namespaces_new(void)
{
	struct namespaces *n = xcalloc(1, sizeof(*n));

	n->proc_error = procfs_open(&n->proc, "/proc");
	n->visitor = visitor_new();
	n->alike = !kernel_since(5, 4);
	return n;
}

void namespaces_free(struct namespaces *n)
{
	if (n == NULL)
		return;
	visitor_free(n->visitor);
	for (uint32_t i = 0; i < n->n_state; i++)
		sockets_free(n->state[i].sockets);
	free(n->state);
	netns_list_free(&n->list);
	if (n->proc_error == 0)
		procfs_close(&n->proc);
	free(n);
}

int64_t namespaces_cpu_ns(const struct namespaces *n)
{
	return visitor_cpu_ns(n->visitor);
}

/* ---- which there are -------------------------------------------------- */

/* States of those that are in the list; both are by inode. */
static void keep_states(struct namespaces *n)
{
	struct state *now = n->list.n > 0 ? xcalloc(n->list.n, sizeof(*now)) : NULL;
	uint32_t old = 0;

	for (uint32_t i = 0; i < n->list.n; i++) {
		uint64_t ino = n->list.at[i].ino;

		while (old < n->n_state && n->state[old].ino < ino)
			sockets_free(n->state[old++].sockets);
		now[i].ino = ino;
		if (old < n->n_state && n->state[old].ino == ino)
			now[i].sockets = n->state[old++].sockets;
	}
	while (old < n->n_state)
		sockets_free(n->state[old++].sockets);
	free(n->state);
	n->state = now;
	n->n_state = n->list.n;
}

/* The container that a process is in, by its control group; STR_NONE: in none. */
static uint32_t container_of(const struct namespaces *n, struct snap_builder *b, int32_t pid)
{
	char path[32], text[CGROUP_SIZE];
	struct place_text place;
	struct str line;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%d/cgroup", pid);
	fd = pid > 0 && n->proc_error == 0 ? openat(n->proc.fd, path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return STR_NONE;
	len = read(fd, text, sizeof(text));
	close(fd);
	if (len <= 0)
		return STR_NONE;
	place_parse_proc(text, (size_t)len, &place, &line);
	return place.container.len > 0 ? snap_add_str(b, place.container.s, place.container.len)
				       : STR_NONE;
}

static uint32_t name_of(const struct namespaces *n, struct snap_builder *b,
			const struct netns_entry *e)
{
	static const char host[] = "host";

	if (e->name != NULL)
		return snap_add_str(b, e->name, strlen(e->name));
	if (e->host)
		return snap_add_str(b, host, sizeof(host) - 1);
	return container_of(n, b, e->pid[0]);
}

static uint32_t enter_builder(const struct namespaces *n, struct snap_builder *b,
			      const struct netns_entry *e)
{
	bool own = e->ino == n->list.own;

	return snap_enter_netns(b,
				&(struct netns){ .ino = e->ino,
						 .name = name_of(n, b, e),
						 .pid = e->pid[0],
						 .salt = n->alike && !own ? netns_salt(e->ino) : 0,
						 .own = own });
}

int namespaces_begin(struct namespaces *n, struct snap_builder *b, const struct want *w, bool *own,
		     struct err *e)
{
	const struct netns_entry *entry;
	struct netns_entry unseen = { .ino = 0 };
	int rc = n->proc_error;

	*own = true;
	if (rc == 0)
		rc = netns_list_read(&n->list, &n->proc, RUN, w->netns == NETNS_OWN);
	if (rc == 0 && w->netns == NETNS_ONE) {
		rc = n->list.error;
		snap_source_ok(b, SRC_NETNS);
	}
	if (rc != 0)
		snap_source_fail(b, SRC_NETNS, SOURCE_PARTIAL, "which there are is not known: %s",
				 strerror(-rc));
	keep_states(n);
	snap_with(b, SIDE_NETNS);
	unseen.ino = n->list.own;
	if (w->netns == NETNS_ONE && w->netns_ino != n->list.own) {
		*own = false;
		if (netns_list_find(&n->list, w->netns_ino) == NULL)
			return err_set(e, -ENOENT, "network namespace %llu is gone",
				       (unsigned long long)w->netns_ino);
		return 0;
	}
	entry = netns_list_find(&n->list, n->list.own);
	if (enter_builder(n, b, entry != NULL ? entry : &unseen) == IDX_NONE)
		return err_set(e, -ENOMEM, "%s", strerror(ENOMEM));
	return 0;
}

/* ---- into one of them ------------------------------------------------- */

static int go_by(struct visitor *v, const char *path, uint64_t ino, int (*work)(void *ctx),
		 void *ctx, int *result)
{
	int rc = visitor_enter(path, ino);

	if (rc != 0)
		return rc;
	*result = work(ctx);
	if (visitor_leave(v) != 0)
		*result = -ECANCELED;
	return 0;
}

/* In the visitor's thread. A process may end on the way to it: then by another one, or by a mount. */
static int go(struct namespaces *n, const struct netns_entry *e, int (*work)(void *ctx), void *ctx,
	      int *result)
{
	char path[64];
	int rc = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(e->pid); i++) {
		if (e->pid[i] == 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/net", e->pid[i]);
		rc = go_by(n->visitor, path, e->ino, work, ctx, result);
		if (rc != -ENOENT && rc != -ESRCH && rc != -ESTALE)
			return rc;
	}
	return e->mount != NULL ? go_by(n->visitor, e->mount, e->ino, work, ctx, result) : rc;
}

/* A sample of one namespace: what is done there. */
struct look {
	struct namespaces *n;
	const struct netns_entry *entry;
	struct sockets *sockets;
	struct snap_builder *b;
	const struct want *w;
	struct places *places;
	int cancel_fd;
	struct err *e;
	struct outcome outcome;
};

/*
 * Nothing at all is there. Sockets that their process has closed are counted while the kernel needs
 * them, but for those in TIME_WAIT.
 */
static bool is_deserted(const struct counters *c)
{
	return c->known[CTR_SOCKETS_USED] && c->value[CTR_SOCKETS_USED] == 0 &&
	       c->known[CTR_TCP_TW] && c->value[CTR_TCP_TW] == 0;
}

static int ask_there(struct look *k)
{
	struct nl *nl;
	int rc = nl_open(&nl);

	sockets_lend(k->sockets, nl, rc);
	sockets_set_places(k->sockets, k->places);
	rc = sockets_update(k->sockets, k->b, k->w, k->cancel_fd, k->e);
	sockets_lend(k->sockets, NULL, -ENOTCONN);
	nl_close(nl);
	return rc;
}

/* In the other namespace. What is counted there stands in for what is counted here. */
static int look(void *ctx)
{
	struct look *k = ctx;
	bool one = k->w->netns == NETNS_ONE;
	struct counters *counters = snap_counters(k->b), ours = *counters;
	int rc = 0;

	if (one) {
		counters_read(k->b, NULL);
		sysctls_read(&k->n->sysctls, k->b, NULL, clock_ns(CLOCK_MONOTONIC));
	} else {
		*counters = (struct counters){ .known = { false } };
		counters_fill_sockets(counters, NULL);
	}
	if (one || !is_deserted(counters)) {
		rc = -ENOMEM;
		if (enter_builder(k->n, k->b, k->entry) != IDX_NONE) {
			local_ports_read(k->b, NULL);
			rc = ask_there(k);
		}
	}
	if (!one)
		*counters = ours;
	return rc;
}

/* ---- all of them ------------------------------------------------------ */

static void note(struct outcome *o, int rc)
{
	switch (rc) {
	case 0:
		o->entered++;
		break;
	case -ENOENT: /* it went while we were on the way */
	case -ESRCH:
	case -ESTALE:
		o->others--;
		break;
	case -EPERM:
	case -EACCES:
		o->refused++;
		break;
	default:
		o->why = o->failed++ == 0 ? rc : o->why;
	}
}

static void judge(const struct namespaces *n, struct snap_builder *b, const struct outcome *o)
{
	const enum source_status partial = SOURCE_PARTIAL;

	if (o->entered == 0 && (o->refused > 0 || n->list.unreadable > 0))
		snap_source_fail(b, SRC_NETNS, partial,
				 "no right to look into others (CAP_SYS_ADMIN, CAP_SYS_PTRACE): "
				 "only our own is shown");
	else if (o->refused > 0)
		snap_source_fail(b, SRC_NETNS, partial,
				 "no right to enter %u of %u others (CAP_SYS_ADMIN)", o->refused,
				 o->others);
	else if (o->failed > 0)
		snap_source_fail(b, SRC_NETNS, partial, "%u of %u others not looked into: %s",
				 o->failed, o->others, strerror(-o->why));
	else if (n->list.left_out > 0)
		snap_source_fail(b, SRC_NETNS, partial,
				 "only the first %u were looked into, %u processes are in others",
				 NETNS_MOST, n->list.left_out);
	else if (n->list.unreadable > 0)
		snap_source_fail(b, SRC_NETNS, partial,
				 "no right to see where %u processes are (CAP_SYS_PTRACE)",
				 n->list.unreadable);
	else if (n->list.error != 0)
		snap_source_fail(b, SRC_NETNS, partial, "there may be others, or other names: %s",
				 strerror(-n->list.error));
	else
		snap_source_ok(b, SRC_NETNS);
}

/* Whether the sample cannot go on, rather than one namespace. */
static bool is_end(int rc)
{
	return rc == -ECANCELED || rc == -ENOMEM;
}

static struct sockets *sockets_of(struct namespaces *n, const struct netns_entry *e)
{
	struct state *s = &n->state[e - n->list.at];

	if (s->sockets == NULL)
		s->sockets = sockets_new_lent();
	return s->sockets;
}

/* In the visitor's thread. */
static int look_into_all(void *ctx)
{
	struct look *k = ctx;
	const struct netns_list *l = &k->n->list;
	int rc = 0;

	for (uint32_t i = 0; i < l->n && !is_end(rc); i++) {
		int result = 0;

		if (l->at[i].ino == l->own)
			continue;
		k->entry = &l->at[i];
		k->sockets = sockets_of(k->n, k->entry);
		rc = go(k->n, k->entry, look, k, &result);
		rc = rc != 0 ? rc : result;
		k->outcome.others++;
		note(&k->outcome, rc);
	}
	return is_end(rc) ? rc : 0;
}

/* The same. */
static int look_into_one(void *ctx)
{
	struct look *k = ctx;
	int result = 0, rc;

	k->entry = netns_list_find(&k->n->list, k->w->netns_ino);
	if (k->entry == NULL)
		return err_set(k->e, -ENOENT, "the network namespace is gone");
	k->sockets = sockets_of(k->n, k->entry);
	rc = go(k->n, k->entry, look, k, &result);
	if (rc != 0)
		return err_set(k->e, rc, "network namespace %llu: %s",
			       (unsigned long long)k->entry->ino, strerror(-rc));
	return result;
}

int namespaces_update(struct namespaces *n, struct snap_builder *b, const struct want *w,
		      struct places *places, int cancel_fd, struct err *e)
{
	struct look k = {
		.n = n, .b = b, .w = w, .places = places, .cancel_fd = cancel_fd, .e = e
	};
	bool one = w->netns == NETNS_ONE && w->netns_ino != n->list.own;
	int result = 0, rc;

	if (!one && w->netns != NETNS_ALL)
		return 0;
	rc = visitor_run(n->visitor, one ? look_into_one : look_into_all, &k, &result);
	if (one)
		return rc == 0 ? result
			       : err_set(e, rc, "no thread for network namespaces: %s",
					 strerror(-rc));
	if (rc != 0)
		k.outcome = (struct outcome){ .others = n->list.n, .failed = n->list.n, .why = rc };
	if (result != 0)
		return err_set(e, result, "%s", strerror(-result));
	judge(n, b, &k.outcome);
	return 0;
}

/* ---- one question ----------------------------------------------------- */

struct question {
	struct namespaces *n;
	const struct netns_entry *entry;
	int (*ask)(void *ctx, struct nl *nl, int nl_error);
	void *ctx;
};

static int put_question(void *ctx)
{
	const struct question *q = ctx;
	struct nl *nl;
	int rc = nl_open(&nl);

	rc = q->ask(q->ctx, nl, rc);
	nl_close(nl);
	return rc;
}

/* In the visitor's thread. */
static int carry_question(void *ctx)
{
	struct question *q = ctx;
	int result = 0, rc = go(q->n, q->entry, put_question, q, &result);

	return rc != 0 ? rc : result;
}

int namespaces_visit(struct namespaces *n, const struct snap_builder *b, uint32_t netns,
		     int (*ask)(void *ctx, struct nl *nl, int nl_error), void *ctx)
{
	uint32_t all;
	const struct netns *at = snap_netnses(b, &all);
	struct question q = { n, netns_list_find(&n->list, at[netns].ino), ask, ctx };
	int result = 0, rc = -ENOENT;

	if (q.entry != NULL)
		rc = visitor_run(n->visitor, carry_question, &q, &result);
	return rc != 0 ? rc : result;
}

/* ---- what a person means ---------------------------------------------- */

/* The whole text a number; 0 for anything else. */
static uint64_t parse_number(const char *text)
{
	uint64_t n = 0;

	for (const char *p = text; *p != '\0'; p++) {
		unsigned digit = (unsigned char)*p - (unsigned)'0';

		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			return 0;
		n = n * 10 + digit;
	}
	return n;
}

/* Of the file of a namespace; 0, -ENOENT, or what keeps us from it. */
static int inode_of(const char *path, uint64_t *ino)
{
	struct statfs fs;
	struct stat st;

	if (statfs(path, &fs) != 0 || stat(path, &st) != 0)
		return errno == ENOTDIR || errno == ESRCH ? -ENOENT : -errno;
	*ino = st.st_ino;
	return fs.f_type == NSFS_MAGIC ? 0 : -ENOENT;
}

static int find_inode(uint64_t number, uint64_t *ino)
{
	struct netns_list list = { .n = 0 };
	struct procfs proc;
	int rc = procfs_open(&proc, "/proc");

	if (rc != 0)
		return rc;
	rc = netns_list_read(&list, &proc, RUN, false);
	if (rc == 0 && netns_list_find(&list, number) == NULL)
		rc = list.unreadable > 0 ? -EACCES : -ENOENT;
	*ino = number;
	netns_list_free(&list);
	procfs_close(&proc);
	return rc;
}

int namespaces_resolve(const char *text, uint64_t *ino, struct err *e)
{
	uint64_t number = parse_number(text);
	char path[512];
	int rc = -ENOENT;

	if (*text != '\0' && *text != '.' && strchr(text, '/') == NULL &&
	    snprintf(path, sizeof(path), RUN "/netns/%s", text) < (int)sizeof(path))
		rc = inode_of(path, ino);
	if (rc == -ENOENT && number > 0 && number <= INT32_MAX) {
		snprintf(path, sizeof(path), "/proc/%u/ns/net", (unsigned)number);
		rc = inode_of(path, ino);
	}
	if (rc == -ENOENT && number > 0)
		rc = find_inode(number, ino);
	if (rc == -ENOENT)
		return err_set(e, rc, "no network namespace \"%.100s\"", text);
	return rc == 0 ? 0
		       : err_set(e, rc, "network namespace \"%.100s\": %s", text, strerror(-rc));
}
