/* SPDX-License-Identifier: MIT */
#include "sockeye/screen/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/base/thread.h"
#include "sockeye/screen/term.h"

// clang-format off
static const struct {
	int no;
	bool ends;
} taken[] = {
	{ SIGTERM, true },   { SIGINT, true },   { SIGHUP, true },   { SIGQUIT, true },
	{ SIGALRM, true },   { SIGUSR1, true },  { SIGUSR2, true },
	{ SIGWINCH, false }, { SIGTSTP, false }, { SIGCONT, false },
};
// clang-format on

/* Wakes the thread when it has to end; one that is always taken, as nobody ignores it. */
#define WAKE_SIGNAL SIGWINCH

struct signals {
	pthread_t thread;
	sigset_t set, old_mask;
	struct sigaction old_pipe;
	atomic_bool stopping;
	int read_fd, write_fd;
};

bool signal_ends(int no)
{
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		if (taken[i].no == no)
			return taken[i].ends;
	return false;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The next signal, or -1 when deadline_ms (0: never) has come or the wait was disturbed. */
static int wait_signal(const struct signals *s, int64_t deadline_ms)
{
	if (deadline_ms == 0)
		return sigwaitinfo(&s->set, NULL);

	int64_t left = deadline_ms - now_ms();

	if (left < 0)
		left = 0;
	return sigtimedwait(
		&s->set, NULL,
		&(struct timespec){ .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 });
}

static void *watch(void *arg)
{
	struct signals *s = arg;
	int64_t deadline_ms = 0;
	int ending = 0;

	for (;;) {
		int no = wait_signal(s, deadline_ms);

		if (atomic_load(&s->stopping))
			return NULL;
		if (ending && now_ms() >= deadline_ms) {
			term_emergency();
			_exit(128 + ending);
		}
		if (no < 0)
			continue;

		unsigned char byte = (unsigned char)no;

		/* A full pipe means that the loop is stuck: what it has to see is in there. */
		while (write(s->write_fd, &byte, 1) < 0 && errno == EINTR)
			;
		if (!ending && signal_ends(no)) {
			ending = no;
			deadline_ms = now_ms() + SIGNALS_GRACE_MS;
		}
	}
}

/* Those that the process was started with ignored are nobody's business here. */
static void choose_signals(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		struct sigaction now;

		sigaction(taken[i].no, NULL, &now);
		if (now.sa_handler != SIG_IGN || taken[i].no == WAKE_SIGNAL)
			sigaddset(set, taken[i].no);
	}
}

int signals_start(struct signals **out, struct err *e)
{
	struct signals *s = xcalloc(1, sizeof(*s));
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	int fd[2], code;

	if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) < 0) {
		code = err_set(e, -errno, "pipe: %s", strerror(errno));
		goto out_free;
	}
	s->read_fd = fd[0];
	s->write_fd = fd[1];
	choose_signals(&s->set);
	pthread_sigmask(SIG_BLOCK, &s->set, &s->old_mask);
	sigaction(SIGPIPE, &ignore, &s->old_pipe);
	code = thread_start(&s->thread, watch, s);
	if (code == 0) {
		*out = s;
		return 0;
	}
	(void)err_set(e, code, "thread: %s", strerror(-code));
	sigaction(SIGPIPE, &s->old_pipe, NULL);
	pthread_sigmask(SIG_SETMASK, &s->old_mask, NULL);
	close(fd[0]);
	close(fd[1]);
out_free:
	free(s);
	return code;
}

int signals_fd(const struct signals *s)
{
	return s->read_fd;
}

int signals_next(struct signals *s)
{
	unsigned char byte;

	for (;;) {
		ssize_t n = read(s->read_fd, &byte, 1);

		if (n == 1)
			return byte;
		if (n == 0 || errno != EINTR)
			return 0;
	}
}

void signals_stop(struct signals *s)
{
	if (!s)
		return;
	atomic_store(&s->stopping, true);
	pthread_kill(s->thread, WAKE_SIGNAL);
	pthread_join(s->thread, NULL);
	sigaction(SIGPIPE, &s->old_pipe, NULL);
	pthread_sigmask(SIG_SETMASK, &s->old_mask, NULL);
	close(s->read_fd);
	close(s->write_fd);
	free(s);
}
