/* SPDX-License-Identifier: MIT */
#include "netns_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sockeye/base/mem.h"

/* /proc/PID/ns/pid of the first pid namespace, which the kernel numbers so (PROC_PID_INIT_INO). */
#define FIRST_PIDNS "pid:[4026531836]"

/* What is in a directory of mounts, at most: somebody may have made more files than there are mounts. */
#define MOUNTS_MOST 16384

struct reader {
	struct netns_list *l;
	struct procfs *proc;
	struct index ix; /* rows of l->at */
	uint32_t last;   /* the row that was found last */
};

static void clear(struct netns_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		free(l->at[i].mount);
	l->n = l->left_out = l->unreadable = 0;
	l->own = 0;
	l->error = 0;
}

void netns_list_free(struct netns_list *l)
{
	clear(l);
	free(l->at);
	*l = (struct netns_list){ .n = 0 };
}

static uint64_t hash_entry(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct netns_entry *at = ctx;

	return index_hash(ix, at[row].ino);
}

/* What went meanwhile, or never was, is no fault. */
static void note_fault(struct netns_list *l, int error)
{
	if (error != 0 && error != ENOENT && error != ENOTDIR && error != ESRCH)
		l->error = -error;
}

/* The entry, added if it is new; NULL when there is no room for it. */
static struct netns_entry *entry_of(struct reader *r, uint64_t ino)
{
	struct netns_list *l = r->l;
	uint32_t at, row;

	/* Most processes are in the namespace that the one before is in. */
	if (r->last < l->n && l->at[r->last].ino == ino)
		return &l->at[r->last];
	if (index_full(&r->ix) && index_grow(&r->ix, hash_entry, l->at) != 0) {
		note_fault(l, ENOMEM);
		return NULL;
	}
	for (at = index_first(&r->ix, index_hash(&r->ix, ino));
	     (row = index_row(&r->ix, at)) != IDX_NONE; at = index_next(&r->ix, at))
		if (l->at[row].ino == ino)
			break;
	if (row == IDX_NONE) {
		if (l->n == NETNS_MOST && ino != l->own) {
			l->left_out++;
			return NULL;
		}
		if (l->n == l->room) {
			l->room = l->room > 0 ? l->room * 2 : 16;
			l->at = xreallocarray(l->at, l->room, sizeof(*l->at));
		}
		row = l->n++;
		l->at[row] = (struct netns_entry){ .ino = ino };
		index_put(&r->ix, at, row);
	}
	r->last = row;
	return &l->at[row];
}

/* ---- processes ------------------------------------------------------- */

/* "net:[4026531840]"; 0 for anything else. */
static uint64_t parse_link(const char *text, size_t len)
{
	static const char head[] = "net:[";
	const size_t head_len = sizeof(head) - 1;
	uint64_t ino = 0;

	if (len <= head_len || memcmp(text, head, head_len) != 0 || text[len - 1] != ']')
		return 0;
	for (size_t i = head_len; i < len - 1; i++) {
		unsigned digit = (unsigned char)text[i] - (unsigned)'0';

		if (digit > 9 || ino > (UINT64_MAX - digit) / 10)
			return 0;
		ino = ino * 10 + digit;
	}
	return ino;
}

/* The inode, or 0 and the reason in *why. */
static uint64_t netns_of(const struct procfs *proc, const char *who, int *why)
{
	char path[32], text[64];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/ns/net", who);
	len = readlinkat(proc->fd, path, text, sizeof(text));
	*why = len < 0 ? -errno : -EINVAL;
	return len > 0 ? parse_link(text, (size_t)len) : 0;
}

static int add_process(void *ctx, int32_t pid)
{
	struct reader *r = ctx;
	struct netns_entry *e;
	uint64_t ino;
	char who[16];
	int why;

	snprintf(who, sizeof(who), "%d", pid);
	ino = netns_of(r->proc, who, &why);
	if (ino == 0) {
		if (why == -EACCES || why == -EPERM)
			r->l->unreadable++;
		else if (why != -EINVAL) /* one that is about to end has none */
			note_fault(r->l, -why);
		return 0;
	}
	e = entry_of(r, ino);
	if (e == NULL)
		return 0;
	e->pid[e->pid[0] != 0] = pid;
	e->host |= pid == 1;
	return 0;
}

static int add_processes(struct reader *r)
{
	int fd = openat(r->proc->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = procfs_numbers(r->proc, fd, add_process, r);
	close(fd);
	return rc;
}

/* Only what there is to know of our own. */
static int add_own(struct reader *r)
{
	struct netns_entry *e = r->l->own != 0 ? entry_of(r, r->l->own) : NULL;
	int why;

	if (e == NULL)
		return 0;
	e->pid[0] = r->proc->self;
	e->host = netns_of(r->proc, "1", &why) == e->ino;
	return 0;
}

/* In a pid namespace of its own, process 1 is any. */
static bool is_first_pidns(const struct procfs *proc)
{
	char text[64];
	ssize_t len = readlinkat(proc->fd, "self/ns/pid", text, sizeof(text));

	return len == (ssize_t)strlen(FIRST_PIDNS) &&
	       memcmp(text, FIRST_PIDNS, strlen(FIRST_PIDNS)) == 0;
}

/* ---- mounts ---------------------------------------------------------- */

/* One of ip netns goes before others; of several the first stays, to be the same in each sample. */
static void add_mount(struct reader *r, const char *dir, const char *file, bool named)
{
	char path[512];
	struct netns_entry *e;
	struct statfs fs;
	struct stat st;

	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path))
		return;
	if (statfs(path, &fs) != 0 || stat(path, &st) != 0) {
		note_fault(r->l, errno);
		return;
	}
	if (fs.f_type != NSFS_MAGIC)
		return;
	e = entry_of(r, st.st_ino);
	if (e == NULL || (e->mount != NULL && e->name != NULL && !named) ||
	    (e->mount != NULL && strcmp(path, e->mount) > 0))
		return;
	free(e->mount);
	e->mount = xstrdup(path);
	e->name = named ? e->mount + strlen(dir) + 1 : NULL;
}

static void add_mounts(struct reader *r, const char *run, const char *below, bool named)
{
	char dir[256];
	unsigned left = MOUNTS_MOST;
	const struct dirent *d;
	DIR *files;

	if (snprintf(dir, sizeof(dir), "%s/%s", run, below) >= (int)sizeof(dir))
		return;
	files = opendir(dir);
	if (files == NULL) {
		note_fault(r->l, errno);
		return;
	}
	while (errno = 0, left-- > 0 && (d = readdir(files)) != NULL)
		if (d->d_name[0] != '.')
			add_mount(r, dir, d->d_name, named);
	note_fault(r->l, errno);
	closedir(files);
}

/* ---- together -------------------------------------------------------- */

static int by_inode(const void *a, const void *b)
{
	const struct netns_entry *x = a, *y = b;

	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

int netns_list_read(struct netns_list *l, struct procfs *proc, const char *run, bool own_only)
{
	struct reader r = { .l = l, .proc = proc };
	int rc, why;

	clear(l);
	index_init(&r.ix);
	l->own = netns_of(proc, "thread-self", &why);
	if (l->own == 0)
		l->own = netns_of(proc, "self", &why);
	rc = own_only ? add_own(&r) : add_processes(&r);
	add_mounts(&r, run, "netns", true);
	add_mounts(&r, run, "docker/netns", false);
	index_free(&r.ix);
	if (!is_first_pidns(proc))
		for (uint32_t i = 0; i < l->n; i++)
			l->at[i].host = false;
	if (l->n > 1)
		qsort(l->at, l->n, sizeof(*l->at), by_inode);
	return rc;
}

const struct netns_entry *netns_list_find(const struct netns_list *l, uint64_t ino)
{
	const struct netns_entry key = { .ino = ino };

	return l->n > 0 ? bsearch(&key, l->at, l->n, sizeof(key), by_inode) : NULL;
}
