/* SPDX-License-Identifier: MIT */
/* The socket that hears of sockets that end, and the thread that reads it. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockeye/base/thread.h"
#include "sockeye/collect/clock.h"
#include "sockeye/collect/ended.h"
#include "sockeye/collect/nl.h"

/* Ten times what an event takes today: one is a message of its own. */
#define MESSAGE_SIZE 4096
#define MESSAGES     32 /* that one call reads */
#define ROUNDS       64 /* of such calls before others may have the lock */

/*
 * What the kernel keeps for us, as far as it lets us have it: without rights, net.core.rmem_max, which is
 * room for some four hundred events. That many do not come while the thread naps, and without a nap it
 * would wake up for each of them.
 */
#define ROOM_BYTES (16 << 20)
#define NAP_MS     10

/* Where SO_MEMINFO has what there was no room for (linux/sock_diag.h). */
#define MEMINFO_WORDS (SK_MEMINFO_DROPS + 1)

struct ended_feed {
	int fd, stop_fd, news_fd;
	pthread_t thread;
	clockid_t cpu_clock; /* of the thread */
	bool counts_drops;   /* the kernel tells how many it had no room for */

	pthread_mutex_t lock; /* over all below */
	struct ended_list list;
	uint32_t drops; /* that have been counted already */
	int error;      /* by which it came to its end */
	bool told;      /* news_fd is readable */
	struct mmsghdr msg[MESSAGES];
	struct iovec iov[MESSAGES];
	struct sockaddr_nl from[MESSAGES];
	_Alignas(8) unsigned char buf[MESSAGES][MESSAGE_SIZE];
};

/* ---- reading ----------------------------------------------------------- */

/* What was decoded, on its way into the list. */
struct taking {
	struct ended_list *l;
	int64_t now_ns;
};

static int take_message(void *ctx, const void *payload, size_t len)
{
	const struct taking *t = ctx;
	struct ended x = { .mono_ns = t->now_ns }, *place;
	int rc = ended_decode(payload, len, &x);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	place = t->l->n < ENDED_MAX ? arena_push(&t->l->mem, sizeof(x)) : NULL;
	if (place == NULL) {
		t->l->lost++;
		return 0;
	}
	*place = x;
	t->l->n++;
	return 0;
}

/* Events are no answers: they have number and port 0. */
static void take_datagram(struct ended_feed *f, unsigned i, int64_t now_ns)
{
	struct taking t = { &f->list, now_ns };
	const struct nl_request rq = { .type = SOCK_DIAG_BY_FAMILY,
				       .row = take_message,
				       .ctx = &t };
	struct nl_stats st = { 0 };

	if (f->from[i].nl_family == AF_NETLINK && f->from[i].nl_pid != 0)
		return;
	(void)nl_walk(&rq, 0, 0, f->buf[i], f->msg[i].msg_len, &st);
	if (st.dropped > 0 || f->msg[i].msg_hdr.msg_flags & MSG_TRUNC)
		f->list.lost++;
}

static int receive(struct ended_feed *f)
{
	int n;

	for (unsigned i = 0; i < MESSAGES; i++) {
		f->from[i] = (struct sockaddr_nl){ .nl_family = AF_UNSPEC };
		f->iov[i] = (struct iovec){ f->buf[i], MESSAGE_SIZE };
		f->msg[i].msg_hdr = (struct msghdr){ .msg_name = &f->from[i],
						     .msg_namelen = sizeof(f->from[i]),
						     .msg_iov = &f->iov[i],
						     .msg_iovlen = 1 };
	}
	n = recvmmsg(f->fd, f->msg, MESSAGES, MSG_DONTWAIT, NULL);
	return n >= 0 ? n : -errno;
}

static bool read_drops(const struct ended_feed *f, uint32_t *drops)
{
	uint32_t word[MEMINFO_WORDS];
	socklen_t len = sizeof(word);

	if (getsockopt(f->fd, SOL_SOCKET, SO_MEMINFO, word, &len) != 0 || len < sizeof(word))
		return false;
	*drops = word[SK_MEMINFO_DROPS];
	return true;
}

static void count_drops(struct ended_feed *f)
{
	uint32_t drops;

	if (!f->counts_drops || !read_drops(f, &drops))
		return;
	f->list.lost += drops - f->drops;
	f->drops = drops;
}

/* Reads what is there, or much of it. */
static void read_away(struct ended_feed *f)
{
	for (unsigned round = 0; round < ROUNDS && f->error == 0; round++) {
		int n = receive(f);
		int64_t now_ns = clock_ns(CLOCK_MONOTONIC);

		for (int i = 0; i < n; i++)
			take_datagram(f, (unsigned)i, now_ns);
		if (n == -ENOBUFS)
			f->list.lost_more = true;
		else if (n == -EAGAIN || n == -EINTR || (n >= 0 && n < MESSAGES))
			break;
		else if (n < 0)
			f->error = n;
	}
	count_drops(f);
}

static bool has_news(const struct ended_feed *f)
{
	return f->list.n > 0 || ended_list_lost(&f->list) || f->error != 0;
}

/* Waits so long for fd (-1: for nothing); false when the feed is to end. */
static bool wait_for(const struct ended_feed *f, int fd, int ms)
{
	struct pollfd fds[] = {
		{ .fd = f->stop_fd, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};

	return poll(fds, ARRAY_SIZE(fds), ms) < 0 || fds[0].revents == 0;
}

static void *run(void *arg)
{
	struct ended_feed *f = arg;
	bool go_on = true;

	prctl(PR_SET_NAME, "sockeye-ended");
	while (go_on && wait_for(f, f->fd, -1)) {
		pthread_mutex_lock(&f->lock);
		read_away(f);
		if (has_news(f) && !f->told) {
			eventfd_write(f->news_fd, 1);
			f->told = true;
		}
		go_on = f->error == 0;
		pthread_mutex_unlock(&f->lock);
		go_on = go_on && wait_for(f, -1, NAP_MS);
	}
	return NULL;
}

/* ---- life ---------------------------------------------------------------- */

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void destroy(struct ended_feed *f)
{
	close_fd(f->fd);
	close_fd(f->stop_fd);
	close_fd(f->news_fd);
	ended_list_free(&f->list);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

/* Where the kernel counts what it drops there is no need for it to stop and say that it did. */
static void ask_for_drops(struct ended_feed *f)
{
	const int yes = 1;

	f->counts_drops = read_drops(f, &f->drops);
	if (f->counts_drops)
		(void)setsockopt(f->fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &yes, sizeof(yes));
}

int ended_adopt(struct ended_feed **out, int fd, struct err *e)
{
	struct ended_feed *f = xcalloc(1, sizeof(*f));
	int rc;

	f->fd = fd;
	pthread_mutex_init(&f->lock, NULL);
	f->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (f->stop_fd < 0 || f->news_fd < 0) {
		rc = err_set(e, -errno, "cannot make an eventfd: %s", strerror(errno));
		goto fail;
	}
	ask_for_drops(f);
	rc = thread_start(&f->thread, run, f);
	if (rc != 0) {
		err_set(e, rc, "cannot start a thread: %s", strerror(-rc));
		goto fail;
	}
	if (pthread_getcpuclockid(f->thread, &f->cpu_clock) != 0)
		f->cpu_clock = CLOCK_THREAD_CPUTIME_ID;
	*out = f;
	return 0;
fail:
	destroy(f);
	return rc;
}

static unsigned groups_of(unsigned protos)
{
	static const unsigned groups[PROTO_COUNT] = {
		[PROTO_TCP] = 1u << (SKNLGRP_INET_TCP_DESTROY - 1) |
			      1u << (SKNLGRP_INET6_TCP_DESTROY - 1),
		[PROTO_UDP] = 1u << (SKNLGRP_INET_UDP_DESTROY - 1) |
			      1u << (SKNLGRP_INET6_UDP_DESTROY - 1),
	};
	unsigned all = 0;

	for (unsigned p = 0; p < PROTO_COUNT; p++)
		if (protos >> p & 1)
			all |= groups[p];
	return all;
}

int ended_open(struct ended_feed **out, unsigned protos, struct err *e)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = groups_of(protos) };
	const int room = ROOM_BYTES;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
	int rc;

	if (fd < 0)
		return err_set(e, -errno, "no netlink socket: %s", strerror(errno));
	/* Before the first event. More than the user may have anyway takes CAP_NET_ADMIN. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0) {
		rc = err_set(e, -errno, "cannot listen to the kernel: %s", strerror(errno));
		close(fd);
		return rc;
	}
	return ended_adopt(out, fd, e);
}

void ended_close(struct ended_feed *f)
{
	if (f == NULL)
		return;
	eventfd_write(f->stop_fd, 1);
	pthread_join(f->thread, NULL);
	destroy(f);
}

/* ---- taking ---------------------------------------------------------------- */

int ended_fd(const struct ended_feed *f)
{
	return f->news_fd;
}

int64_t ended_cpu_ns(const struct ended_feed *f)
{
	return clock_ns(f->cpu_clock);
}

int ended_take(struct ended_feed *f, struct ended_list *l)
{
	struct ended_list taken;
	eventfd_t n;
	int rc;

	arena_reset(&l->mem);
	l->n = 0;
	l->lost = 0;
	l->lost_more = false;
	pthread_mutex_lock(&f->lock);
	(void)eventfd_read(f->news_fd, &n);
	f->told = false;
	read_away(f);
	taken = f->list;
	f->list = *l;
	rc = taken.n > 0 ? 0 : f->error;
	if (f->error != 0)
		eventfd_write(f->news_fd, 1);
	pthread_mutex_unlock(&f->lock);
	*l = taken;
	return rc;
}

void ended_list_free(struct ended_list *l)
{
	arena_free(&l->mem);
	*l = (struct ended_list){ .n = 0 };
}
