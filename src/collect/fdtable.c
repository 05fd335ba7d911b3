/* SPDX-License-Identifier: MIT */
#include "fdtable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockeye/base/mem.h"

#define PROBE_MISSES 4 /* free numbers above the highest known one before we stop looking */

struct fdtable *fdtable_new(int32_t pid, int32_t tid, uint64_t sample)
{
	struct fdtable *t = xcalloc(1, sizeof(*t));

	t->pid = pid;
	t->tid = tid;
	t->born = sample;
	t->max_fd = -1;
	t->count = -1;
	return t;
}

void fdtable_free(struct fdtable *t)
{
	if (t == NULL)
		return;
	free(t->slot);
	free(t);
}

#define PATH_SIZE 64

static void table_path(const struct fdtable *t, const char *leaf, char path[PATH_SIZE])
{
	if (t->tid == t->pid)
		snprintf(path, PATH_SIZE, "%d/%s", t->pid, leaf);
	else
		snprintf(path, PATH_SIZE, "%d/task/%d/%s", t->pid, t->tid, leaf);
}

/* What an error on a process's files means to us: gone, or not allowed; anything else is kept. */
static int explain(struct procfs *p, struct fdtable *t, int error)
{
	if (error == EACCES || error == EPERM) {
		t->unreadable = true;
		return -EACCES;
	}
	if (error != ENOENT && error != ESRCH)
		p->last_error = error;
	return -ESRCH;
}

static int open_dir(struct procfs *p, struct fdtable *t)
{
	char path[PATH_SIZE];
	int fd;

	table_path(t, "fd", path);
	fd = openat(p->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return explain(p, t, errno);
	t->unreadable = false;
	return fd;
}

/* The socket behind a descriptor: its inode, 0 when it is none, or a negative errno. */
static int64_t read_link_at(struct procfs *p, int dir, const char *path)
{
	static const char head[] = "socket:[";
	char link[40];
	uint32_t ino = 0;
	ssize_t len;

	p->readlinks++;
	len = readlinkat(dir, path, link, sizeof(link));
	if (len < 0) {
		int error = errno;

		/* Closed, and its process gone, are no news; the rest is said. */
		if (error != ENOENT && error != ESRCH && error != EACCES && error != EPERM)
			p->last_error = error;
		return -error;
	}
	if ((size_t)len < sizeof(head) || memcmp(link, head, sizeof(head) - 1) != 0)
		return 0;
	/* The kernel's dump carries 32 bits of the inode, so we keep as many. */
	for (ssize_t i = sizeof(head) - 1; i < len && link[i] >= '0' && link[i] <= '9'; i++)
		ino = ino * 10 + (uint32_t)(link[i] - '0');
	return ino;
}

static int64_t read_link(struct procfs *p, int dir, int32_t fd)
{
	char name[12];

	snprintf(name, sizeof(name), "%d", fd);
	return read_link_at(p, dir, name);
}

static void push_slot(struct fdtable *t, struct slot s)
{
	if (t->n == t->room) {
		t->room += t->room / 2 + 8;
		t->slot = xreallocarray(t->slot, t->room, sizeof(*t->slot));
	}
	t->moved |= s.row == ROW_YOUNG;
	t->slot[t->n++] = s;
}

/* The table is read into a new array while the old one is walked along with it: both are by fd. */
struct reading {
	struct procfs *p;
	struct fdtable *t;
	int dir;
	bool trust;
	const struct slot *old;
	uint32_t n_old, at;
	uint32_t others;
};

static int read_fd(void *ctx, int32_t fd)
{
	struct reading *r = ctx;
	const struct slot *was = NULL;
	int64_t ino;

	/* Among our own descriptors is the one that we read them by. */
	if (fd == r->dir && r->t->tid == r->p->self)
		return 0;
	r->p->getdents++;
	while (r->at < r->n_old && r->old[r->at].fd < fd)
		r->at++;
	if (r->at < r->n_old && r->old[r->at].fd == fd)
		was = &r->old[r->at];
	if (fd > r->t->max_fd)
		r->t->max_fd = fd;
	if (r->trust && was != NULL && slot_is_live(was)) {
		push_slot(r->t, *was);
		return 0;
	}
	ino = read_link(r->p, r->dir, fd);
	if (ino == -EACCES || ino == -EPERM)
		return -EACCES;
	if (ino <= 0) {
		r->others += ino == 0;
		return 0;
	}
	if (was != NULL && was->ino == (uint32_t)ino)
		push_slot(r->t, *was);
	else
		push_slot(r->t, (struct slot){ .fd = fd, .ino = (uint32_t)ino, .row = ROW_YOUNG });
	return 0;
}

int fdtable_read(struct procfs *p, struct fdtable *t, bool trust)
{
	struct reading r = { .p = p, .t = t, .trust = trust, .old = t->slot, .n_old = t->n };
	int rc;

	r.dir = open_dir(p, t);
	if (r.dir < 0)
		return r.dir;
	t->slot = NULL;
	t->n = t->room = 0;
	rc = procfs_numbers(p, r.dir, read_fd, &r);
	close(r.dir);
	free((void *)(uintptr_t)r.old);
	t->others = r.others;
	t->odd = false;
	return rc == 0 ? 0 : explain(p, t, -rc);
}

void fdtable_take(struct fdtable *t, const struct fd_record *r, uint32_t n)
{
	struct slot *old = t->slot;
	uint32_t n_old = t->n, at = 0;

	t->slot = xreallocarray(NULL, n, sizeof(*t->slot));
	t->room = n;
	t->n = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct slot s = { .fd = (int32_t)r[i].fd, .ino = r[i].ino, .row = ROW_YOUNG };

		while (at < n_old && old[at].fd < s.fd)
			at++;
		if (at < n_old && old[at].fd == s.fd && old[at].ino == s.ino)
			s.row = old[at].row;
		if (s.ino != 0)
			push_slot(t, s);
		if (s.fd > t->max_fd)
			t->max_fd = s.fd;
	}
	free(old);
}

/* It has ended, or is taken for one that has and the fault is told. */
static int no_process(struct procfs *p, int error)
{
	if (error != ENOENT && error != ESRCH)
		p->last_error = error;
	return -ESRCH;
}

int fdtable_stat(struct procfs *p, struct fdtable *t, bool *same)
{
	char path[PATH_SIZE];
	struct stat st;

	table_path(t, "fd", path);
	if (fstatat(p->fd, path, &st, 0) != 0)
		return errno == EACCES ? -EACCES : no_process(p, errno);
	*same = t->dir_ino == st.st_ino;
	t->dir_ino = st.st_ino;
	t->count = p->counts ? st.st_size : -1;
	return 0;
}

bool fdtable_holds(struct procfs *p, const struct fdtable *t, const struct slot *s)
{
	char leaf[16], path[PATH_SIZE];

	snprintf(leaf, sizeof(leaf), "fd/%d", s->fd);
	table_path(t, leaf, path);
	return read_link_at(p, p->fd, path) == s->ino;
}

/* What a slot is after it was read again. */
static void recheck(struct fdtable *t, struct slot *s, int64_t ino)
{
	if (ino <= 0) {
		s->ino = 0;
	} else if (s->ino != (uint32_t)ino) {
		s->ino = (uint32_t)ino;
		s->row = ROW_YOUNG;
		t->moved = true;
	} else if (!slot_is_live(s)) {
		s->row = ROW_OTHER;
	}
}

int fdtable_check(struct procfs *p, struct fdtable *t, const uint32_t *at, uint32_t n)
{
	int dir = open_dir(p, t);

	if (dir < 0)
		return dir;
	for (uint32_t i = 0; i < n; i++) {
		int64_t ino = read_link(p, dir, t->slot[at[i]].fd);

		if (ino == -EACCES || ino == -EPERM) {
			close(dir);
			return explain(p, t, EACCES);
		}
		t->others += ino == 0;
		recheck(t, &t->slot[at[i]], ino);
	}
	close(dir);
	return 0;
}

void fdtable_pack(struct fdtable *t)
{
	uint32_t keep = 0;

	for (uint32_t i = 0; i < t->n; i++)
		if (t->slot[i].ino != 0)
			t->slot[keep++] = t->slot[i];
	t->n = keep;
}

int fdtable_probe(struct procfs *p, struct fdtable *t)
{
	int dir = open_dir(p, t);
	int misses = 0;

	if (dir < 0)
		return dir;
	for (int32_t fd = t->max_fd + 1; misses < PROBE_MISSES && fd < INT32_MAX; fd++) {
		int64_t ino = read_link(p, dir, fd);

		if (ino < 0 || (fd == dir && t->tid == p->self)) {
			misses++;
			continue;
		}
		misses = 0;
		t->max_fd = fd;
		if (ino > 0)
			push_slot(t, (struct slot){
					     .fd = fd, .ino = (uint32_t)ino, .row = ROW_YOUNG });
		else
			t->others++;
	}
	close(dir);
	return 0;
}

/* comm stands in parentheses and may hold any byte, also parentheses: the last one closes it. */
static bool parse_stat(struct fdtable *t, const char *s, size_t len)
{
	const char *open = memchr(s, '(', len), *close = memrchr(s, ')', len);
	uint64_t start = 0;
	int32_t ppid = 0;
	int field = 2; /* proc(5): comm is the second, ppid the fourth, starttime the 22nd */

	if (open == NULL || close == NULL || close < open)
		return false;
	t->comm_len = (uint8_t)(close - open - 1 < COMM_SIZE ? close - open - 1 : COMM_SIZE);
	memcpy(t->comm, open + 1, t->comm_len);
	for (const char *p = close + 1; p < s + len && field <= 22; p++) {
		if (*p == ' ')
			field++;
		else if (field == 4 && *p >= '0' && *p <= '9' && ppid < INT32_MAX / 10)
			ppid = ppid * 10 + (*p - '0');
		else if (field == 22 && *p >= '0' && *p <= '9')
			start = start * 10 + (uint64_t)(*p - '0');
	}
	t->start = start;
	t->ppid = ppid;
	return true;
}

int fdtable_name(struct procfs *p, struct fdtable *t, uint64_t sample)
{
	char path[PATH_SIZE], text[1024];
	struct stat st;
	ssize_t len;
	int fd, error;

	/* The directory itself belongs to the effective user, also of a process that is not
	 * dumpable. */
	snprintf(path, sizeof(path), "%d", t->pid);
	/* For want of rights as well: whose descriptors may be read may be named, so that is a fault. */
	if (fstatat(p->fd, path, &st, 0) != 0)
		return no_process(p, errno);
	t->uid = st.st_uid;
	snprintf(path, sizeof(path), "%d/stat", t->pid);
	fd = openat(p->fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return no_process(p, errno);
	len = read(fd, text, sizeof(text));
	error = errno;
	close(fd);
	if (len < 0)
		return no_process(p, error);
	if (len == 0 || !parse_stat(t, text, (size_t)len))
		return -ESRCH;
	t->named = sample;
	t->moved = false;
	return 0;
}

/* The line "Max open files", then blanks, the soft limit, the hard one and the unit. 0: none. */
static uint32_t parse_limits(const char *text)
{
	static const char head[] = "Max open files ";
	const char *s = strstr(text, head);
	unsigned long long n;

	if (s == NULL)
		return 0;
	s += strlen(head);
	s += strspn(s, " ");
	if (strncmp(s, "unlimited", strlen("unlimited")) == 0)
		return UINT32_MAX;
	n = strtoull(s, NULL, 10);
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

void fdtable_limit(struct procfs *p, struct fdtable *t, uint64_t sample)
{
	char path[PATH_SIZE], text[4096];
	ssize_t len;
	int fd;

	t->limited = sample;
	snprintf(path, sizeof(path), "%d/limits", t->pid);
	fd = openat(p->fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	t->limit = parse_limits(text);
}
