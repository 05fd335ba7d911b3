/* SPDX-License-Identifier: MIT */
/* Who holds the sockets: children, threads with a table of their own, descriptors under way. */
#include "mksocks.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What a child is told over its channel. */
enum order {
	ORDER_HOLD = 'h', /* keep the descriptor that comes with it */
	ORDER_EXEC = 'x', /* become another program that keeps what it may */
	ORDER_QUIT = 'q',
};

/* ---- descriptors over a channel --------------------------------------------- */

/* Sends one byte, with descriptor fd unless it is negative. */
static void channel_send(int channel, char byte, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	if (sendmsg(channel, &msg, MSG_NOSIGNAL) != 1)
		fail("channel");
}

/* The next byte, 0 at the end; a descriptor that came with it stays open in this process. */
static char channel_receive(int channel)
{
	char control[CMSG_SPACE(sizeof(int))], byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };

	if (recvmsg(channel, &msg, 0) != 1)
		return 0;
	return byte;
}

/* ---- children --------------------------------------------------------------- */

/* A program of another name that keeps what it inherits and ends with the life pipe. */
static void become_cat(const struct mk *mk)
{
	if (dup2(mk->life[0], STDIN_FILENO) < 0)
		_exit(1);
	execl("/bin/cat", "cat", (char *)NULL);
	_exit(1);
}

static _Noreturn void serve(const struct mk *mk, int channel)
{
	for (;;) {
		switch (channel_receive(channel)) {
		case ORDER_HOLD:
			channel_send(channel, ORDER_HOLD, -1);
			break;
		case ORDER_EXEC:
			become_cat(mk);
			break;
		default:
			_exit(0);
		}
	}
}

/* Both in the parent (which gets the child) and in the child (pid 0; *channel is its end). */
struct child *mk_child(struct mk *mk, int *channel)
{
	struct child *c = &mk->child[mk->n_children];
	int ends[2];

	if (mk->n_children == MK_CHILDREN) {
		errno = ERANGE;
		fail("children");
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		fail("socketpair");
	c->order = ends[0];
	c->pid = fork();
	if (c->pid < 0)
		fail("fork");
	*channel = ends[1];
	if (c->pid) {
		close(ends[1]);
		mk->n_children++;
	} else {
		/* Neither this nor an earlier child may be kept alive by a copy of our ends. */
		close(mk->life[1]);
		for (size_t i = 0; i <= mk->n_children; i++)
			close(mk->child[i].order);
	}
	return c;
}

static const struct child *newest_child(const struct mk *mk)
{
	if (!mk->n_children) {
		errno = ECHILD;
		fail("order");
	}
	return &mk->child[mk->n_children - 1];
}

static void do_fork(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		int channel;
		const struct child *c = mk_child(mk, &channel);

		if (!c->pid)
			serve(mk, channel);
		mk_say(mk, "child", c->pid);
	}
}

static void do_give(struct mk *mk, const struct amount *a, const char *value)
{
	const struct child *c = newest_child(mk);

	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		struct pair *p = mk_newest(mk, i);

		channel_send(c->order, ORDER_HOLD, p->server);
		if (channel_receive(c->order) != ORDER_HOLD)
			fail("child %d did not take it", (int)c->pid);
		close(p->server);
		p->server = -1;
	}
	mk_say(mk, "child", c->pid);
}

static void do_cloexec(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	for (unsigned i = 0; i < a->n; i++)
		if (fcntl(mk_newest(mk, i)->server, F_SETFD, FD_CLOEXEC) < 0)
			fail("FD_CLOEXEC");
}

static void do_exec(struct mk *mk, const struct amount *a, const char *value)
{
	const struct child *c = newest_child(mk);

	(void)a, (void)value;
	channel_send(c->order, ORDER_EXEC, -1);
	/* Its end is close-on-exec: the end of the stream says that it happened. */
	if (channel_receive(c->order) != 0)
		fail("exec");
	mk_say(mk, "child", c->pid);
}

static void do_exit_child(struct mk *mk, const struct amount *a, const char *value)
{
	const struct child *c = newest_child(mk);

	(void)a, (void)value;
	kill(c->pid, SIGKILL);
	if (waitpid(c->pid, NULL, 0) < 0)
		fail("waitpid");
	close(c->order);
	mk->n_children--;
}

static void make_fork_holder(struct mk *mk, const struct amount *a, const char *value)
{
	const struct amount one = { 1, 1, 0 };
	const struct recipe *r = state_recipes;

	while (strcmp(r->name, "close-wait") != 0)
		r++;
	r->make(mk, a, value);
	do_fork(mk, &one, value);
}

static void make_prefork(struct mk *mk, const struct amount *a, const char *value)
{
	const struct listen_how how = { .backlog = 128 };
	union end at = end_v4(INADDR_LOOPBACK, a->port);
	int fd = tcp_listen(&at, &how);

	mk_say(mk, "port", local_port(fd));
	mk_say(mk, "fd", fd);
	do_fork(mk, a, value);
}

/* ---- churn ------------------------------------------------------------------ */

static _Noreturn void churn(const struct mk *mk, unsigned rate, uint16_t port)
{
	const struct listen_how how = { .backlog = 4096 };
	const struct timespec slice = { .tv_nsec = 10000000 };
	union end at = end_v4(INADDR_LOOPBACK, port);
	int listener = tcp_listen(&at, &how);
	int old[2] = { -1, -1 };

	at.in.sin_port = htons(local_port(listener));
	fcntl(mk->life[0], F_SETFL, O_NONBLOCK);
	for (;;) {
		char none;

		for (unsigned i = 0; i < (rate + 99) / 100; i++) {
			int client = tcp_connect(&at, NULL, false, false);
			int server = tcp_accept(listener);

			if (old[0] >= 0) {
				tcp_abort(old[0]);
				close(old[1]);
			}
			old[0] = client;
			old[1] = server;
		}
		if (read(mk->life[0], &none, 1) == 0)
			_exit(0);
		nanosleep(&slice, NULL);
	}
}

static void make_churn(struct mk *mk, const struct amount *a, const char *value)
{
	int channel;
	const struct child *c = mk_child(mk, &channel);

	(void)value;
	if (!c->pid)
		churn(mk, a->n, a->port);
	mk_say(mk, "child", c->pid);
}

/* ---- threads ---------------------------------------------------------------- */

struct listening {
	struct mk *mk;
	uint16_t port;
	bool own_table;
	int fd;
	pid_t tid;
	int ready[2]; /* pipe: a byte when the listener stands */
};

static void *listen_thread(void *arg)
{
	const struct listen_how how = { .backlog = 16 };
	struct listening *l = arg;
	union end at = end_v4(INADDR_LOOPBACK, l->port);
	int life = l->mk->life[0], ready = l->ready[1];
	char none;

	if (l->own_table && unshare(CLONE_FILES) < 0)
		fail("unshare");
	l->fd = tcp_listen(&at, &how);
	l->port = local_port(l->fd);
	l->tid = (pid_t)syscall(SYS_gettid);
	if (write(ready, "", 1) != 1)
		fail("ready");
	/* In a child the end of the life pipe ends it; in mksocks the first thread does. */
	while (l->own_table || read(life, &none, 1) > 0)
		pause();
	_exit(0);
}

static void listen_in_thread(struct listening *l)
{
	pthread_t thread;
	char byte;

	if (pipe2(l->ready, O_CLOEXEC) < 0)
		fail("pipe");
	errno = pthread_create(&thread, NULL, listen_thread, l);
	if (errno)
		fail("thread");
	pthread_detach(thread);
	if (read(l->ready[0], &byte, 1) != 1)
		fail("thread");
}

static void make_thread_table(struct mk *mk, const struct amount *a, const char *value)
{
	static struct listening l;

	(void)value;
	l = (struct listening){ .mk = mk, .port = a->port, .own_table = true };
	listen_in_thread(&l);
	mk_say(mk, "port", l.port);
	mk_say(mk, "fd", l.fd);
	mk_say(mk, "tid", l.tid);
}

/* A process whose first thread has ended: its own descriptor directory is empty. */
static void make_dead_leader(struct mk *mk, const struct amount *a, const char *value)
{
	int facts[2], channel;
	const struct child *c;
	int port_fd[2];

	(void)value;
	if (pipe2(facts, O_CLOEXEC) < 0)
		fail("pipe");
	c = mk_child(mk, &channel);
	if (!c->pid) {
		static struct listening l;

		l = (struct listening){ .mk = mk, .port = a->port };
		listen_in_thread(&l);
		port_fd[0] = l.port;
		port_fd[1] = l.fd;
		if (write(facts[1], port_fd, sizeof(port_fd)) != sizeof(port_fd))
			_exit(1);
		/* The thread alone goes, not the process. */
		syscall(SYS_exit, 0);
	}
	if (read(facts[0], port_fd, sizeof(port_fd)) != sizeof(port_fd))
		fail("dead leader");
	mk_say(mk, "child", c->pid);
	mk_say(mk, "port", port_fd[0]);
	mk_say(mk, "fd", port_fd[1]);
}

/* ---- under way, and names --------------------------------------------------- */

/* Server ends that only a message in a queue refers to: no process has a descriptor. */
static void make_scm_in_flight(struct mk *mk, const struct amount *a, const char *value)
{
	const struct listen_how how = { .backlog = 4096 };
	union end at = end_v4(INADDR_LOOPBACK, a->port);
	int listener = tcp_listen(&at, &how);
	int queue[2];

	(void)value;
	at.in.sin_port = htons(local_port(listener));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, queue) < 0)
		fail("socketpair");
	for (unsigned i = 0; i < a->n; i++) {
		int server;

		tcp_connect(&at, NULL, false, false);
		server = tcp_accept(listener);
		channel_send(queue[0], ORDER_HOLD, server);
		close(server);
	}
	mk_say(mk, "port", end_port(&at));
}

/* The name of this process; \xHH stands for a byte. */
static void do_comm(struct mk *mk, const struct amount *a, const char *value)
{
	char name[16];
	size_t len = 0;

	(void)mk, (void)a;
	while (*value && len < sizeof(name) - 1) {
		char hex[3] = { 0 };

		if (value[0] != '\\' || value[1] != 'x' || strlen(value) < 4) {
			name[len++] = *value++;
			continue;
		}
		memcpy(hex, value + 2, 2);
		name[len++] = (char)strtoul(hex, NULL, 16);
		value += 4;
	}
	name[len] = '\0';
	if (prctl(PR_SET_NAME, name) < 0)
		fail("name");
}

// clang-format off
const struct recipe process_recipes[] = {
	{ "fork",          do_fork,            "N  children that hold all that there is" },
	{ "give",          do_give,            "N  passes the newest server ends to the newest child and closes them here" },
	{ "cloexec",       do_cloexec,         "N  the newest server ends end with an exec" },
	{ "exec",          do_exec,            "   the newest child becomes \"cat\"" },
	{ "exit-child",    do_exit_child,      "   ends the newest child" },
	{ "fork-holder",   make_fork_holder,   "N[:P]  close-wait, and a child that holds the same" },
	{ "prefork",       make_prefork,       "N[:P]  a listener that N children hold too" },
	{ "churn",         make_churn,         "RATE[:P]  a child that connects and resets RATE times a second" },
	{ "thread-table",  make_thread_table,  "1[:P]  a listener of a thread with its own descriptor table" },
	{ "dead-leader",   make_dead_leader,   "1[:P]  a listener of a child whose first thread has ended" },
	{ "scm-in-flight", make_scm_in_flight, "N[:P]  connections whose server end lies in a socket's queue" },
	{ "comm",          do_comm,            "TEXT  the name of this process; \\xHH is a byte" },
	{ 0 }
};
// clang-format on
