/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/places.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/cgroups.h"
#include "sockeye/collect/clock.h"

/* A process may be moved at any time, but is so rarely, and mostly when it is young. */
#define KEEP_NS (10 * NS_PER_SEC)
/* A path for each of a dozen hierarchies; of longer ones the first are read. */
#define FILE_MAX 16384
/* So many files are read before somebody who waits for us to end is looked for. */
#define CANCEL_EVERY 256

/* A process whose control group is known, or cannot be. */
struct known {
	int32_t pid;
	uint64_t start;
	int64_t expires_ns; /* CLOCK_MONOTONIC */
	int error;          /* negative errno of the file; 0: path is what it says */
	char *path;
	size_t len;
};

/* A number that sockets of this sample have. */
struct seen {
	uint64_t id;
	uint32_t place;
};

struct places {
	int proc; /* of /proc, -1 */
	struct cgroups *cgroups;
	struct known *known; /* by pid: the processes of the last sample */
	uint32_t n_known;
	struct index ix; /* rows of seen */
	struct seen *seen;
	uint32_t n_seen, room_seen, last;
};

struct places *places_new(const char *root, const char *groups)
{
	struct places *p = xcalloc(1, sizeof(*p));

	p->proc = open(root != NULL ? root : "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	p->cgroups = cgroups_new(groups);
	index_init(&p->ix);
	return p;
}

void places_free(struct places *p)
{
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->n_known; i++)
		free(p->known[i].path);
	free(p->known);
	free(p->seen);
	index_free(&p->ix);
	cgroups_free(p->cgroups);
	if (p->proc >= 0)
		close(p->proc);
	free(p);
}

/* ---- groups of sockets -------------------------------------------------- */

void places_begin(struct places *p, struct snap_builder *b)
{
	snap_with(b, SIDE_PLACE);
	p->n_seen = p->last = 0;
	(void)index_reset(&p->ix, 0);
}

static uint64_t hash_seen(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct seen *seen = ctx;

	return index_hash(ix, seen[row].id);
}

static uint32_t place_of_path(struct snap_builder *b, const char *path, size_t len)
{
	struct place_text t;

	place_parse(path, len, &t);
	return snap_add_place(b, &t, (struct str){ path, len });
}

uint32_t places_of_group(struct places *p, struct snap_builder *b, uint64_t id)
{
	struct index *ix = &p->ix;
	uint32_t at, row;
	const char *path;

	if (p->n_seen > 0 && p->seen[p->last].id == id)
		return p->seen[p->last].place;
	if (index_full(ix) && index_grow(ix, hash_seen, p->seen) != 0)
		return 0;
	for (at = index_first(ix, index_hash(ix, id)); (row = index_row(ix, at)) != IDX_NONE;
	     at = index_next(ix, at)) {
		if (p->seen[row].id != id)
			continue;
		p->last = row;
		return p->seen[row].place;
	}
	if (p->n_seen == p->room_seen) {
		p->room_seen = p->room_seen > 0 ? p->room_seen * 2 : 64;
		p->seen = xreallocarray(p->seen, p->room_seen, sizeof(*p->seen));
	}
	path = cgroups_path(p->cgroups, id, NULL);
	p->last = p->n_seen++;
	p->seen[p->last] = (struct seen){
		.id = id,
		.place = path != NULL ? place_of_path(b, path, strlen(path)) : 0,
	};
	index_put(ix, at, p->last);
	return p->seen[p->last].place;
}

/* ---- groups of processes ------------------------------------------------ */

static ssize_t read_file(const struct places *p, int32_t pid, char *text, size_t size)
{
	char name[32];
	size_t len = 0;
	ssize_t n = 0;
	int fd;

	snprintf(name, sizeof(name), "%d/cgroup", pid);
	fd = openat(p->proc, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (len < size && (n = read(fd, text + len, size - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		n = -errno;
	close(fd);
	return n < 0 ? n : (ssize_t)len;
}

/* What is known of a process is made anew. */
static void ask(const struct places *p, struct known *k)
{
	char text[FILE_MAX];
	ssize_t len = p->proc >= 0 ? read_file(p, k->pid, text, sizeof(text)) : -ENOENT;
	struct place_text t;
	struct str path;

	free(k->path);
	k->path = NULL;
	k->len = 0;
	k->error = len < 0 ? (int)len : 0;
	k->expires_ns = clock_ns(CLOCK_MONOTONIC) + KEEP_NS;
	if (len <= 0)
		return;
	place_parse_proc(text, (size_t)len, &t, &path);
	k->path = xmemdup(path.s, path.len);
	k->len = path.len;
}

/* The processes of this sample, with what is known of them from the one before. Both are by pid. */
static struct known *carry(struct places *p, const struct proc *proc, uint32_t n)
{
	struct known *now = xcalloc(n, sizeof(*now));
	uint32_t old = 0;

	for (uint32_t i = 0; i < n; i++) {
		while (old < p->n_known && p->known[old].pid < proc[i].pid)
			free(p->known[old++].path);
		if (old < p->n_known && p->known[old].pid == proc[i].pid &&
		    p->known[old].start == proc[i].start)
			now[i] = p->known[old++];
		else
			now[i] = (struct known){ .pid = proc[i].pid, .start = proc[i].start };
	}
	while (old < p->n_known)
		free(p->known[old++].path);
	free(p->known);
	p->known = now;
	p->n_known = n;
	return now;
}

static bool is_canceled(int cancel_fd)
{
	struct pollfd fd = { .fd = cancel_fd, .events = POLLIN };

	return cancel_fd >= 0 && poll(&fd, 1, 0) > 0;
}

/* A process that has ended is none that is missing. */
static bool is_missing(int error)
{
	return error != 0 && error != -ENOENT && error != -ESRCH;
}

static void tell(const struct places *p, struct snap_builder *b)
{
	uint32_t missing = 0, gone = 0;

	for (uint32_t i = 0; i < p->n_known; i++) {
		missing += is_missing(p->known[i].error);
		gone += p->known[i].error == -ENOENT;
	}
	if (p->n_known > 0 && gone == p->n_known)
		snap_source_fail(b, SRC_CGROUPS, SOURCE_ABSENT, "no /proc/PID/cgroup");
	else if (missing > 0)
		snap_source_fail(b, SRC_CGROUPS, SOURCE_PARTIAL,
				 "control groups of %u processes could not be read",
				 (unsigned)missing);
	else
		snap_source_ok(b, SRC_CGROUPS);
}

int places_update(struct places *p, struct snap_builder *b, int cancel_fd)
{
	const struct place_text nothing = { .container = { "", 0 }, .unit = { "", 0 } };
	uint32_t n, asked = 0, place = 0;
	const struct proc *proc = snap_procs(b, &n);
	struct known *known = carry(p, proc, n);
	const struct known *before = NULL;
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	for (uint32_t i = 0; i < n; i++) {
		struct known *k = &known[i];

		if (now_ns >= k->expires_ns) {
			if (asked++ % CANCEL_EVERY == 0 && is_canceled(cancel_fd))
				return -ECANCELED;
			ask(p, k);
		}
		/* Workers of one program have one group, and mostly one pid after the other. */
		if (before == NULL || k->len != before->len ||
		    (k->len > 0 && memcmp(k->path, before->path, k->len) != 0))
			place = k->len > 0 ? place_of_path(b, k->path, k->len)
					   : snap_add_place(b, &nothing, nothing.unit);
		snap_set_proc_place(b, i, place);
		before = k;
	}
	tell(p, b);
	return 0;
}
