/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/cmdlines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"
#include "sockeye/collect/resolver.h"

/* How long one sample waits at most. */
#define PATIENCE_NS (50 * NS_PER_MS)
/* A process may change both at any time, but rarely does. */
#define KEEP_NS (10 * NS_PER_SEC)
/* Questions that may wait behind one that is stuck. */
#define ASKED_MAX 32

struct entry {
	int32_t pid; /* 0: free */
	uint64_t start;
	uint64_t used; /* call that it was wanted in */
	bool asked, answered;
	int64_t expires_ns; /* CLOCK_MONOTONIC */
	size_t len;
	char *text; /* as lookup() wrote it */
};

struct cmdlines {
	size_t (*lookup)(uint32_t pid, char *text, size_t size);
	struct resolver *resolver; /* NULL until there is something to ask */
	struct entry entry[DETAIL_HOLDERS];
	uint64_t call;
	unsigned asked; /* questions without an answer */
	bool slow;      /* patience ran out: wait no more until an answer comes */
};

/* ---- the other thread: /proc ----------------------------------------- */

static size_t read_file(uint32_t pid, const char *leaf, char *text, size_t size)
{
	char path[48];
	size_t len = 0;
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", (unsigned)pid, leaf);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	while (len < size && (n = read(fd, text + len, size - len)) > 0)
		len += (size_t)n;
	close(fd);
	return len;
}

/* The path of cgroup2 in /proc/PID/cgroup, whose line is "0::PATH". */
static size_t find_cgroup(const char *text, size_t len, const char **path)
{
	static const char head[] = "0::";
	const char *end = text + len;

	for (const char *line = text; line < end; line++) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		if (stop == NULL)
			stop = end;
		if (stop - line > 3 && memcmp(line, head, 3) == 0) {
			*path = line + 3;
			return (size_t)(stop - *path);
		}
		line = stop;
	}
	return 0;
}

static size_t lookup_proc(uint32_t pid, char *text, size_t size)
{
	char cgroup[2 * CMDLINE_MAX];
	const char *path = "";
	size_t len = find_cgroup(cgroup, read_file(pid, "cgroup", cgroup, sizeof(cgroup)), &path);

	if (len > CMDLINE_MAX)
		len = CMDLINE_MAX;
	if (size <= len)
		return 0;
	memcpy(text, path, len);
	text[len++] = '\0';
	size -= len;
	return len + read_file(pid, "cmdline", text + len, size < CMDLINE_MAX ? size : CMDLINE_MAX);
}

/* ---- what is known --------------------------------------------------- */

struct cmdlines *cmdlines_new(size_t (*lookup)(uint32_t pid, char *text, size_t size))
{
	struct cmdlines *c = xcalloc(1, sizeof(*c));

	c->lookup = lookup != NULL ? lookup : lookup_proc;
	return c;
}

void cmdlines_free(struct cmdlines *c)
{
	if (c == NULL)
		return;
	resolver_free(c->resolver);
	for (size_t i = 0; i < ARRAY_SIZE(c->entry); i++)
		free(c->entry[i].text);
	free(c);
}

static struct entry *find(struct cmdlines *c, int32_t pid, uint64_t start)
{
	for (size_t i = 0; i < ARRAY_SIZE(c->entry); i++)
		if (c->entry[i].pid == pid && c->entry[i].start == start)
			return &c->entry[i];
	return NULL;
}

/* The entry of a process; a new one takes the place of one that this call does not want. */
static struct entry *want(struct cmdlines *c, int32_t pid, uint64_t start)
{
	struct entry *e = find(c, pid, start), *end = c->entry + ARRAY_SIZE(c->entry);

	if (e == NULL) {
		for (e = c->entry; e < end && e->used == c->call; e++)
			;
		if (e == end)
			return NULL;
		free(e->text);
		*e = (struct entry){ .pid = pid, .start = start };
	}
	e->used = c->call;
	return e;
}

static void ask(struct cmdlines *c, struct entry *e)
{
	if (e->asked || c->asked >= ASKED_MAX)
		return;
	if (e->answered && clock_ns(CLOCK_MONOTONIC) < e->expires_ns)
		return;
	if (c->resolver == NULL)
		c->resolver = resolver_new(c->lookup);
	if (c->resolver == NULL)
		return;
	resolver_ask(c->resolver, (uint32_t)e->pid);
	e->asked = true;
	c->asked++;
}

/* An answer belongs to whichever process of that number was asked for: one that is no more has no
 * entry. */
static void take_answers(struct cmdlines *c)
{
	struct resolved r;

	while (c->resolver != NULL && resolver_take(c->resolver, &r)) {
		struct entry *e = NULL;

		c->slow = false;
		c->asked--;
		for (size_t i = 0; e == NULL && i < ARRAY_SIZE(c->entry); i++)
			if (c->entry[i].asked && c->entry[i].pid == (int32_t)r.id)
				e = &c->entry[i];
		if (e == NULL) {
			free(r.name);
			continue;
		}
		free(e->text);
		e->text = r.name;
		e->len = r.len;
		e->asked = false;
		e->answered = true;
		e->expires_ns = clock_ns(CLOCK_MONOTONIC) + KEEP_NS;
	}
}

static bool is_waiting(const struct cmdlines *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(c->entry); i++)
		if (c->entry[i].used == c->call && c->entry[i].asked && !c->entry[i].answered)
			return true;
	return false;
}

static int wait_for_answers(struct cmdlines *c, int cancel_fd)
{
	int64_t end_ns = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	take_answers(c);
	while (is_waiting(c) && !c->slow) {
		struct pollfd fds[] = {
			{ .fd = resolver_fd(c->resolver), .events = POLLIN },
			{ .fd = cancel_fd, .events = POLLIN },
		};
		int64_t left_ns = end_ns - clock_ns(CLOCK_MONOTONIC);
		int n = left_ns <= 0 ? 0
				     : poll(fds, ARRAY_SIZE(fds), (int)(left_ns / NS_PER_MS) + 1);

		if (n > 0 && fds[1].revents != 0)
			return -ECANCELED;
		take_answers(c);
		if (n == 0 && is_waiting(c))
			c->slow = true;
	}
	return 0;
}

/* The arguments end in a NUL each; some programs write a title with many over them. */
static uint32_t add_cmdline(struct snap_builder *b, const char *text, size_t len)
{
	char line[CMDLINE_MAX];

	if (len > sizeof(line))
		len = sizeof(line);
	while (len > 0 && text[len - 1] == '\0')
		len--;
	for (size_t i = 0; i < len; i++)
		line[i] = text[i] == '\0' ? ' ' : text[i];
	return len > 0 ? snap_add_str(b, line, len) : STR_NONE;
}

static void put_answer(struct snap_builder *b, const struct entry *e, struct detail_holder *h)
{
	const char *end = e->len > 0 ? memchr(e->text, '\0', e->len) : NULL;
	size_t cgroup;

	if (end == NULL)
		return;
	cgroup = (size_t)(end - e->text);
	if (cgroup > 0)
		h->cgroup = snap_add_str(b, e->text, cgroup);
	h->cmdline = add_cmdline(b, end + 1, e->len - cgroup - 1);
}

int cmdlines_fill(struct cmdlines *c, struct snap_builder *b, struct detail_holder *holder,
		  const uint64_t *start, uint32_t n, int cancel_fd)
{
	int rc;

	c->call++;
	take_answers(c);
	for (uint32_t i = 0; i < n; i++) {
		struct entry *e = want(c, holder[i].pid, start[i]);

		if (e != NULL)
			ask(c, e);
	}
	rc = wait_for_answers(c, cancel_fd);
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		const struct entry *e = find(c, holder[i].pid, start[i]);

		if (e != NULL)
			put_answer(b, e, &holder[i]);
	}
	return rc;
}
