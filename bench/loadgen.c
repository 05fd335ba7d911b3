/* SPDX-License-Identifier: MIT */
/*
 * loadgen: holds very many real TCP connections on the loopback of a network namespace that it
 * makes. Says "ready PID sockets=N" and holds them until stdin ends.
 *
 *	-n N	connections: twice as many sockets (default 5000)
 *	-p N	processes that share them (default 60)
 *	-6 N	percent of them over IPv6 (default 30)
 *	-c N	of them, replaced by new ones each second (default 0)
 *	-w N	of them, half closed: one end is in CLOSE_WAIT, the other in FIN_WAIT2 (default 0)
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../tests/helpers/net.h"

#define FIRST_PORT 10000
/* Addresses that IPv6 clients come from; those of IPv4 need no setting up. */
#define V6_SOURCES 16
/* Churn comes in this many portions a second. */
#define SLICES 100

struct load {
	unsigned connections, processes, v6_percent, churn, waiting;
};

/* One of the processes and its share of the load. */
struct worker {
	unsigned number, connections, churn, waiting, v6_percent;
	int listener[2]; /* IPv4, IPv6 */
	union end at[2];
	int *client, *server;
	unsigned made; /* since the start: chooses the source address */
};

static bool over_v6(const struct worker *w, unsigned i)
{
	/* Spread evenly: 37 and 100 have no common factor. */
	return i * 37 % 100 < w->v6_percent;
}

static union end source(const struct worker *w, bool v6)
{
	struct in6_addr a;

	if (!v6)
		return end_v4(
			IPV4(127, 1 + w->number % 200, w->made / 250 % 250, 1 + w->made % 250), 0);
	a = net_v6(w->made % V6_SOURCES);
	return end_v6(&a, 0);
}

static void connect_one(struct worker *w, unsigned i)
{
	bool v6 = over_v6(w, i);
	union end from = source(w, v6);

	w->client[i] = tcp_connect(&w->at[v6], &from, false, false);
	w->server[i] = tcp_accept(w->listener[v6]);
	w->made++;
}

/* Until stdin ends (a pipe that only the one who started us holds). */
static void hold(struct worker *w)
{
	struct pollfd end = { .fd = STDIN_FILENO };
	/* A thousand that wake for nothing would be the load. */
	unsigned slices = w->churn < SLICES ? w->churn : SLICES;
	unsigned due = 0, next = 0;

	while (poll(&end, 1, slices > 0 ? (int)(1000 / slices) : -1) == 0) {
		for (due += w->churn; due >= slices; due -= slices) {
			tcp_abort(w->client[next]);
			close(w->server[next]);
			connect_one(w, next);
			/* A stride, so that it is not the newest that go. */
			next = (next + 7919) % w->connections;
		}
	}
}

static _Noreturn void work(struct worker *w, int ready)
{
	const struct listen_how how = { .backlog = 4096, .v6only = true };
	uint16_t port = (uint16_t)(FIRST_PORT + w->number);
	char name[16];

	snprintf(name, sizeof(name), "load-%u", w->number);
	prctl(PR_SET_NAME, name);
	prctl(PR_SET_PDEATHSIG, 9);
	w->at[0] = end_v4(INADDR_LOOPBACK, port);
	w->at[1] = end_v6(&in6addr_loopback, port);
	for (int v6 = 0; v6 < 2; v6++)
		w->listener[v6] = tcp_listen(&w->at[v6], &how);
	w->client = calloc(w->connections, sizeof(int));
	w->server = calloc(w->connections, sizeof(int));
	if (!w->client || !w->server)
		fail("calloc");
	for (unsigned i = 0; i < w->connections; i++)
		connect_one(w, i);
	for (unsigned i = 0; i < w->waiting; i++)
		shutdown(w->client[i], SHUT_WR);
	if (write(ready, "", 1) != 1)
		fail("ready");
	hold(w);
	_exit(0);
}

/* What one of the processes gets of so many. */
static unsigned share(unsigned n, const struct load *l, unsigned process)
{
	return n / l->processes + (process < n % l->processes);
}

static void start(const struct load *l)
{
	int ready[2];
	char byte;

	if (pipe(ready) < 0)
		fail("pipe");
	for (unsigned i = 0; i < l->processes; i++) {
		struct worker w = { .number = i, .v6_percent = l->v6_percent };
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid)
			continue;
		close(ready[0]);
		w.connections = share(l->connections, l, i);
		w.churn = share(l->churn, l, i);
		w.waiting = share(l->waiting, l, i);
		work(&w, ready[1]);
	}
	close(ready[1]);
	for (unsigned i = 0; i < l->processes; i++)
		if (read(ready[0], &byte, 1) != 1)
			fail("a process of the load has failed");
	close(ready[0]);
}

static unsigned number(const char *s, unsigned max)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	if (end == s || *end || n > max) {
		errno = EINVAL;
		fail("%s", s);
	}
	return (unsigned)n;
}

int main(int argc, char **argv)
{
	struct load l = { .connections = 5000, .processes = 60, .v6_percent = 30 };
	char byte;
	int c;

	while ((c = getopt(argc, argv, "n:p:6:c:w:")) != -1) {
		switch (c) {
		case 'n':
			l.connections = number(optarg, 10000000);
			break;
		case 'p':
			l.processes = number(optarg, 10000);
			break;
		case '6':
			l.v6_percent = number(optarg, 100);
			break;
		case 'c':
			l.churn = number(optarg, 1000000);
			break;
		case 'w':
			l.waiting = number(optarg, 1000000);
			break;
		default:
			fputs("usage: loadgen [-n connections] [-p processes] [-6 percent] [-c churn] [-w waiting]\n",
			      stderr);
			return 2;
		}
	}
	if (l.processes == 0 || l.connections < l.processes || l.waiting > l.connections ||
	    2ul * (l.connections / l.processes + 1) + 16 > fd_limit_raise()) {
		errno = EMFILE;
		fail("%u connections in %u processes", l.connections, l.processes);
	}
	netns_unshare();
	netns_prepare();
	if (l.v6_percent)
		lo_add_many_v6(V6_SOURCES);
	start(&l);
	printf("ready %d sockets=%u\n", (int)getpid(), 2 * l.connections + 2 * l.processes);
	fflush(stdout);
	/* All wait for the same end; nothing is ever sent. */
	if (read(STDIN_FILENO, &byte, 1) < 0)
		fail("stdin");
	while (wait(NULL) > 0)
		;
	return 0;
}
