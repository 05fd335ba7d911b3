/* SPDX-License-Identifier: MIT */
/*
 * Whether owners are the same by BPF, by the links in /proc, and as they are: processes that connect,
 * accept, hand over by SCM_RIGHTS, keep a copy or not, fork and exit, at random. In the present
 * network and process namespaces.
 *
 *	owners-check ROUNDS [SEED]
 *
 * Prints the seed; ends with 1 at the first difference, with 77 where BPF cannot be had.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fdtable.h"
#include "net.h"
#include "sockeye/base/mem.h"
#include "sockeye/collect/owners.h"
#include "sockeye/collect/sockets.h"

#define ACTORS   6
#define CHILDREN 4
#define HELD_MAX 400
#define STEPS    40 /* of a round, at most */
#define BURST    60 /* connections of a step, at most */
/* Samples after which all must be told of; and one for so many holders, as the slots that show no change
 * are read again in turn. */
#define PATIENCE       4
#define PATIENCE_TURN  20 /* a turn for all, where descriptors are not counted (before 6.2) */
#define PATIENCE_SHARE 200

/* ---- who holds sockets ----------------------------------------------- */

/* What an actor is told to do; it answers with a byte when it has done it. */
enum deed { CONNECT, CLOSE, GIVE, LEND, TAKE, FORK, REAP, DEEDS };

struct order {
	uint8_t deed, count, to;
};

struct actor {
	pid_t pid;
	int line;  /* orders and answers: ours, the actor's own copy is closed */
	int inbox; /* descriptors for it are sent there by others */
};

struct self {
	int line, outbox[ACTORS], inbox, listener;
	union end at;
	int held[HELD_MAX];
	unsigned n;
	pid_t child[CHILDREN];
	unsigned children;
};

static uint64_t seed;

static unsigned pick(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void do_connect(struct self *s, unsigned count)
{
	union end any = end_v4(INADDR_LOOPBACK, 0);

	for (; count > 0 && s->n + 2 <= HELD_MAX; count--) {
		s->held[s->n++] = tcp_connect(&s->at, &any, false, false);
		s->held[s->n++] = tcp_accept(s->listener);
	}
}

static int draw_held(struct self *s)
{
	unsigned i = pick(s->n);
	int fd = s->held[i];

	s->held[i] = s->held[--s->n];
	return fd;
}

static void do_close(struct self *s, unsigned count)
{
	for (; count > 0 && s->n > 0; count--)
		close(draw_held(s));
}

/* Sends sockets to another one's inbox, one by one; lent ones stay here as well. */
static void do_give(struct self *s, const struct order *o)
{
	char byte = 0;

	for (unsigned i = 0; i < o->count && s->n > 0; i++) {
		union {
			struct cmsghdr head;
			char room[CMSG_SPACE(sizeof(int))];
		} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
					.cmsg_level = SOL_SOCKET,
					.cmsg_type = SCM_RIGHTS } };
		struct iovec iov = { &byte, 1 };
		struct msghdr m = { .msg_iov = &iov,
				    .msg_iovlen = 1,
				    .msg_control = &control,
				    .msg_controllen = sizeof(control) };
		int fd = draw_held(s);

		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
		if (sendmsg(s->outbox[o->to], &m, MSG_DONTWAIT) < 0 || o->deed == LEND)
			s->held[s->n++] = fd;
		else
			close(fd);
	}
}

static void do_take(struct self *s)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;

	while (s->n < HELD_MAX) {
		struct iovec iov = { &byte, 1 };
		struct msghdr m = { .msg_iov = &iov,
				    .msg_iovlen = 1,
				    .msg_control = &control,
				    .msg_controllen = sizeof(control) };

		if (recvmsg(s->inbox, &m, MSG_DONTWAIT) < 0)
			return;
		if (CMSG_FIRSTHDR(&m) != NULL)
			memcpy(&s->held[s->n++], CMSG_DATA(&control.head), sizeof(int));
	}
}

/* A child has a copy of everything, until it is reaped. */
static void do_fork(struct self *s)
{
	pid_t pid;

	if (s->children == CHILDREN)
		return;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	s->child[s->children++] = pid;
}

static void do_reap(struct self *s)
{
	pid_t pid;

	if (s->children == 0)
		return;
	pid = s->child[--s->children];
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static _Noreturn void act(struct self *s)
{
	struct order o;

	while (read(s->line, &o, sizeof(o)) == (ssize_t)sizeof(o)) {
		switch ((enum deed)o.deed) {
		case CONNECT:
			do_connect(s, o.count);
			break;
		case CLOSE:
			do_close(s, o.count);
			break;
		case GIVE:
		case LEND:
			do_give(s, &o);
			break;
		case TAKE:
			do_take(s);
			break;
		case FORK:
			do_fork(s);
			break;
		case REAP:
			do_reap(s);
			break;
		case DEEDS:
			break;
		}
		if (write(s->line, "", 1) != 1)
			break;
	}
	_exit(0);
}

static void start_actors(struct actor actor[ACTORS])
{
	const struct listen_how how = { .backlog = 128, .v6only = true };
	int line[ACTORS][2], box[ACTORS][2];

	for (unsigned i = 0; i < ACTORS; i++)
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, line[i]) < 0 ||
		    socketpair(AF_UNIX, SOCK_DGRAM, 0, box[i]) < 0)
			fail("socketpair");
	for (unsigned i = 0; i < ACTORS; i++) {
		struct self s = { .line = line[i][1], .inbox = box[i][0] };

		actor[i] = (struct actor){ .pid = fork(), .line = line[i][0] };
		if (actor[i].pid > 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		seed += i;
		for (unsigned k = 0; k < ACTORS; k++) {
			s.outbox[k] = box[k][1];
			close(line[k][0]);
		}
		s.at = end_v4(INADDR_LOOPBACK, (uint16_t)(7000 + i));
		s.listener = tcp_listen(&s.at, &how);
		act(&s);
	}
	for (unsigned i = 0; i < ACTORS; i++) {
		close(line[i][1]);
		close(box[i][0]);
		close(box[i][1]);
	}
}

static void tell(const struct actor *a, enum deed deed, unsigned count, unsigned to)
{
	struct order o = { .deed = (uint8_t)deed, .count = (uint8_t)count, .to = (uint8_t)to };
	char byte;

	if (write(a->line, &o, sizeof(o)) != (ssize_t)sizeof(o) || read(a->line, &byte, 1) != 1)
		fail("an actor has ended");
}

static void churn(const struct actor actor[ACTORS])
{
	/* A deed a few times: most are connections that come and go. */
	static const uint8_t mix[] = { CONNECT, CONNECT, CONNECT, CLOSE, CLOSE, GIVE,
				       GIVE,    LEND,    LEND,    FORK,  REAP };

	for (unsigned i = pick(STEPS); i > 0; i--) {
		enum deed deed = (enum deed)mix[pick(ARRAY_SIZE(mix))];
		unsigned to = pick(ACTORS);

		tell(&actor[pick(ACTORS)], deed, pick(pick(4) == 0 ? BURST : 4), to);
		if (deed == GIVE || deed == LEND)
			tell(&actor[to], TAKE, 0, 0);
	}
}

/* ---- who is said to hold them ---------------------------------------- */

struct held {
	uint32_t ino;
	int32_t pid, fd;
};

struct list {
	struct held *at;
	size_t n, room;
};

static void push(struct list *l, struct held h)
{
	if (l->n == l->room) {
		l->room = l->room == 0 ? 1024 : l->room * 2;
		l->at = xreallocarray(l->at, l->room, sizeof(*l->at));
	}
	l->at[l->n++] = h;
}

static int by_all(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct held));
}

static void sort(struct list *l)
{
	if (l->n > 1)
		qsort(l->at, l->n, sizeof(*l->at), by_all);
}

static bool equal(const struct list *a, const struct list *b)
{
	return a->n == b->n && memcmp(a->at, b->at, a->n * sizeof(*a->at)) == 0;
}

struct map {
	const char *name;
	struct owners *owners;
	const struct snap *snap;
	struct list list;
	unsigned by_bpf; /* samples without a link read */
};

static void sample(struct map *m, struct sockets *sockets, struct snap_pool *pool)
{
	struct snap_builder *b = snap_build(pool, m->snap);
	const struct want w = { .protos = 1u << PROTO_TCP };
	const struct snap *s;
	struct err e = { .code = 0 };

	if (sockets_update(sockets, b, &w, -1, &e) != 0 || owners_update(m->owners, b, -1) != 0)
		fail("sample: %s", e.msg);
	s = snap_seal(b);
	if (s == NULL)
		fail("snapshot");
	snap_unref(m->snap);
	m->snap = s;
	m->by_bpf += s->cost.readlinks == 0;
	m->list.n = 0;
	for (uint32_t row = 0; row < s->n_sock; row++)
		for (uint32_t i = 0; i < s->ext[row].n_owners; i++) {
			const struct owner *o = &s->owner[s->ext[row].owner + i];

			push(&m->list, (struct held){ .ino = s->sock[row].ino,
						      .pid = s->proc[o->proc].pid,
						      .fd = o->fd });
		}
	sort(&m->list);
}

static bool has_ino(const struct snap *s, uint32_t ino)
{
	for (uint32_t row = 0; row < s->n_sock; row++)
		if (s->sock[row].ino == ino)
			return true;
	return false;
}

struct walk {
	struct procfs proc;
	struct list *list;
	const struct snap *snap;
};

static int add_process(void *ctx, int32_t pid)
{
	struct walk *w = ctx;
	struct procfs proc;
	struct fdtable *t = fdtable_new(pid, pid, 1);

	/* Numbers are not to be read within numbers. */
	if (procfs_open(&proc, "/proc") != 0)
		fail("/proc");
	if (fdtable_read(&proc, t, false) == 0)
		for (uint32_t i = 0; i < t->n; i++)
			if (has_ino(w->snap, t->slot[i].ino))
				push(w->list, (struct held){ .ino = t->slot[i].ino,
							     .pid = pid,
							     .fd = t->slot[i].fd });
	procfs_close(&proc);
	fdtable_free(t);
	return 0;
}

/* All links of all processes, now. */
static void look(struct list *l, const struct snap *s)
{
	struct walk w = { .list = l, .snap = s };

	l->n = 0;
	if (procfs_open(&w.proc, "/proc") != 0 ||
	    procfs_numbers(&w.proc, w.proc.fd, add_process, &w) != 0)
		fail("/proc");
	procfs_close(&w.proc);
	sort(l);
}

static void tell_difference(const struct map *m, const struct list *truth)
{
	size_t a = 0, b = 0;

	printf("%s: %zu holders, there are %zu\n", m->name, m->list.n, truth->n);
	while (a < m->list.n || b < truth->n) {
		int order = a == m->list.n  ? 1
			    : b == truth->n ? -1
					    : by_all(&m->list.at[a], &truth->at[b]);
		const struct held *h = order < 0 ? &m->list.at[a] : &truth->at[b];

		if (order != 0)
			printf("  %s inode %u pid %d fd %d\n",
			       order < 0 ? "wrong:  " : "missing:", h->ino, h->pid, h->fd);
		a += order <= 0;
		b += order >= 0;
	}
}

static unsigned patience(void)
{
	struct stat st;

	return stat("/proc/self/fd", &st) == 0 && st.st_size > 0 ? PATIENCE : PATIENCE_TURN;
}

/* How many samples it took until it was right, 0 when it did not get there. */
static unsigned settle(struct map *m, struct sockets *sockets, struct snap_pool *pool,
		       struct list *truth)
{
	for (unsigned i = 1; i <= patience() + truth->n / PATIENCE_SHARE; i++) {
		sample(m, sockets, pool);
		look(truth, m->snap);
		if (equal(&m->list, truth))
			return i;
	}
	tell_difference(m, truth);
	return 0;
}

int main(int argc, char **argv)
{
	struct map map[2] = { { .name = "links" }, { .name = "BPF" } };
	struct actor actor[ACTORS];
	struct list truth = { .at = NULL };
	struct snap_pool *pool = snap_pool_new();
	struct sockets *sockets;
	struct timespec now;
	struct nl *nl;
	unsigned worst[2] = { 0, 0 };
	bool good = true;

	if (argc < 2) {
		fprintf(stderr, "usage: owners-check ROUNDS [SEED]\n");
		return 2;
	}
	if (owners_bpf_missing() != NULL) {
		printf("no BPF: %s\n", owners_bpf_missing());
		return 77;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)now.tv_nsec << 20;
	printf("seed %#" PRIx64 "\n", seed);
	start_actors(actor);
	if (nl_open(&nl) != 0)
		fail("sock_diag");
	sockets = sockets_new(nl, 0, NULL);
	for (unsigned k = 0; k < 2; k++)
		map[k].owners = owners_new(NULL);
	owners_prepare(map[1].owners, UINT64_MAX, true, false, -1);
	for (unsigned long i = strtoul(argv[1], NULL, 0); good && i > 0; i--) {
		churn(actor);
		for (unsigned k = 0; good && k < 2; k++) {
			unsigned took = settle(&map[k], sockets, pool, &truth);

			good = took > 0;
			worst[k] = took > worst[k] ? took : worst[k];
		}
	}
	printf("%zu holders at last; right after samples: links %u, BPF %u at most; %u by BPF alone\n",
	       truth.n, worst[0], worst[1], map[1].by_bpf);
	for (unsigned k = 0; k < 2; k++) {
		owners_free(map[k].owners);
		snap_unref(map[k].snap);
		free(map[k].list.at);
	}
	free(truth.at);
	sockets_free(sockets);
	snap_pool_free(pool);
	for (unsigned i = 0; i < ACTORS; i++) {
		kill(actor[i].pid, SIGKILL);
		waitpid(actor[i].pid, NULL, 0);
	}
	return good && map[1].by_bpf > 0 ? 0 : 1;
}
