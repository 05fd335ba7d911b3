/* SPDX-License-Identifier: MIT */
/*
 * Whether sockets that stay are told of once, and with their process, in each snapshot of the live
 * source while many others come and go; and whether memory, descriptors and threads stay as they are
 * after the first tenth of the refreshes. In the present network and process namespaces.
 *
 *	churn-check SOCKETS CONNECTIONS_A_SECOND REFRESHES
 *
 * Prints what it saw; ends with 1 when anything was not so.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net.h"
#include "sockeye/base/mem.h"
#include "sockeye/collect/live.h"

#define HOLDERS     10
#define CHURNERS    4
#define INTERVAL_MS 100
#define SLICES      50 /* portions of a second in which churn comes */

/* Shared by all: what stays. */
struct stays {
	uint32_t ino;
	int32_t pid, fd;
};

struct check {
	struct stays *stays; /* by inode */
	uint8_t *seen;
	uint32_t n;
	pid_t child[HOLDERS + CHURNERS];
	unsigned missing, doubled, strangers; /* in all snapshots */
	unsigned without_process;
};

static uint32_t inode_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		fail("fstat");
	return (uint32_t)st.st_ino;
}

static int listen_at(union end *at, unsigned number)
{
	const struct listen_how how = { .backlog = 4096, .v6only = true };

	*at = end_v4(INADDR_LOOPBACK, (uint16_t)(9000 + number));
	return tcp_listen(at, &how);
}

static _Noreturn void hold(struct stays *out, uint32_t n, unsigned number, int ready)
{
	union end at, from;
	int listener = listen_at(&at, number);

	for (uint32_t i = 0; i < n; i += 2) {
		int fd[2];

		from = end_v4(IPV4(127, 1 + number, i / 20000, 1 + i / 100 % 200), 0);
		fd[0] = tcp_connect(&at, &from, false, false);
		fd[1] = tcp_accept(listener);
		for (unsigned k = 0; k < 2; k++)
			out[i + k] = (struct stays){ inode_of(fd[k]), getpid(), fd[k] };
	}
	if (write(ready, "", 1) != 1)
		fail("ready");
	for (;;)
		pause();
}

static _Noreturn void churn(unsigned a_second, unsigned number, int ready)
{
	union end at, from = end_v4(IPV4(127, 200, 1, 1 + number), 0);
	int listener = listen_at(&at, HOLDERS + number);
	unsigned due = 0;

	if (write(ready, "", 1) != 1)
		fail("ready");
	for (;; poll(NULL, 0, 1000 / SLICES))
		for (due += a_second; due >= SLICES; due -= SLICES) {
			int client = tcp_connect(&at, &from, false, false);

			close(tcp_accept(listener));
			tcp_abort(client);
		}
}

static int by_ino(const void *a, const void *b)
{
	const struct stays *x = a, *y = b;

	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static void start(struct check *c, unsigned a_second)
{
	uint32_t each = c->n / HOLDERS;
	int ready[2];
	char byte;

	if (pipe(ready) < 0)
		fail("pipe");
	for (unsigned i = 0; i < HOLDERS + CHURNERS; i++) {
		c->child[i] = fork();
		if (c->child[i] != 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (i < HOLDERS)
			hold(c->stays + i * each, each, i, ready[1]);
		churn(a_second / CHURNERS, i - HOLDERS, ready[1]);
	}
	close(ready[1]);
	for (unsigned i = 0; i < HOLDERS + CHURNERS; i++)
		if (read(ready[0], &byte, 1) != 1)
			fail("a process of the load has failed");
	close(ready[0]);
	qsort(c->stays, c->n, sizeof(*c->stays), by_ino);
}

static bool is_held(const struct snap *s, uint32_t row, const struct stays *st)
{
	const struct owner *o = s->owner + s->ext[row].owner;

	return s->ext[row].n_owners == 1 && s->proc[o->proc].pid == st->pid && o->fd == st->fd;
}

static void look(struct check *c, const struct snap *s, unsigned long number)
{
	unsigned before = c->missing;

	memset(c->seen, 0, c->n);
	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct stays key = { .ino = s->sock[row].ino };
		const struct stays *st = bsearch(&key, c->stays, c->n, sizeof(*c->stays), by_ino);

		if (key.ino == 0 || st == NULL)
			continue;
		c->doubled += c->seen[st - c->stays]++ > 0;
		c->strangers += s->ext[row].n_owners > 0 && !is_held(s, row, st);
		c->without_process += s->ext[row].n_owners == 0;
	}
	for (uint32_t i = 0; i < c->n; i++)
		c->missing += c->seen[i] == 0;
	if (c->missing > before)
		printf("snapshot %lu: %u missing\n", number, c->missing - before);
}

/* ---- what we take ---------------------------------------------------- */

struct size {
	long rss_kib, fds, threads;
};

static long count_entries(const char *path)
{
	DIR *d = opendir(path);
	long n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n;
}

static struct size measure(void)
{
	struct size s = { .fds = count_entries("/proc/self/fd"),
			  .threads = count_entries("/proc/self/task") };
	FILE *f = fopen("/proc/self/statm", "r");
	long pages;

	if (f != NULL && fscanf(f, "%*d %ld", &pages) == 1)
		s.rss_kib = pages * (sysconf(_SC_PAGESIZE) / 1024);
	if (f != NULL)
		fclose(f);
	return s;
}

static void run(struct check *c, unsigned long refreshes, struct size *warm, struct size *end)
{
	const struct want want = { .protos = 1u << PROTO_TCP | 1u << PROTO_UDP, .owners = true };
	struct snap_pool *pool = snap_pool_new();
	const struct snap *last = NULL;
	struct err e = { .code = 0 };
	void *priv;

	if (live_source.open(&priv, &e) != 0)
		fail("open: %s", e.msg);
	for (unsigned long i = 0; i < refreshes; i++) {
		struct snap_builder *b = snap_build(pool, last);
		const struct snap *s;

		if (live_source.collect(priv, b, &want, -1, &e) != 0)
			fail("collect: %s", e.msg);
		s = snap_seal(b);
		if (s == NULL)
			fail("snapshot");
		snap_unref(last);
		last = s;
		look(c, s, i);
		if (i == refreshes / 10)
			*warm = measure();
		poll(NULL, 0, INTERVAL_MS);
	}
	if (last != NULL)
		printf("%u sockets at last, %s\n", last->n_sock, last->owners_how);
	*end = measure();
	snap_unref(last);
	live_source.close(priv);
	snap_pool_free(pool);
}

int main(int argc, char **argv)
{
	struct check c = { .missing = 0 };
	struct size warm = { 0 }, end = { 0 };
	unsigned long refreshes;
	bool good;

	if (argc != 4) {
		fprintf(stderr, "usage: churn-check SOCKETS CONNECTIONS_A_SECOND REFRESHES\n");
		return 2;
	}
	c.n = (uint32_t)strtoul(argv[1], NULL, 0) / (2 * HOLDERS) * (2 * HOLDERS);
	refreshes = strtoul(argv[3], NULL, 0);
	fd_limit_raise();
	netns_prepare();
	c.stays = mmap(NULL, c.n * sizeof(*c.stays), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	c.seen = xcalloc(c.n, 1);
	if (c.stays == MAP_FAILED)
		fail("mmap");
	start(&c, (unsigned)strtoul(argv[2], NULL, 0));
	run(&c, refreshes, &warm, &end);
	printf("%u that stay, %lu snapshots: %u missing, %u doubled, %u of others, %u of nobody\n",
	       c.n, refreshes, c.missing, c.doubled, c.strangers, c.without_process);
	printf("after a tenth and at the end: %ld, %ld KiB; %ld, %ld descriptors; %ld, %ld threads\n",
	       warm.rss_kib, end.rss_kib, warm.fds, end.fds, warm.threads, end.threads);
	for (unsigned i = 0; i < HOLDERS + CHURNERS; i++) {
		kill(c.child[i], SIGKILL);
		waitpid(c.child[i], NULL, 0);
	}
	good = c.missing == 0 && c.doubled == 0 && c.strangers == 0 && c.without_process == 0 &&
	       end.rss_kib <= warm.rss_kib * 11 / 10 && end.fds <= warm.fds &&
	       end.threads <= warm.threads;
	free(c.seen);
	return good ? 0 : 1;
}
