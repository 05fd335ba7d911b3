/* SPDX-License-Identifier: MIT */
#include "rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/screen/term.h"

#define CRASH_STACK   65536
#define WRITE_TRIES   4 /* of up to WRITE_WAIT_MS each */
#define WRITE_WAIT_MS 50

static const int crashes[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS };

/*
 * State at file level, because a signal handler gets no pointer. Written only while no handler of
 * ours is installed, but for armed and over, and for leave, which counts up to len.
 */
static struct {
	atomic_bool armed;
	atomic_bool over; /* the process is about to end: nothing may be armed any more */
	int tty;          /* the terminal, opened anew and non-blocking where it can be */
	int out;          /* the same for those who draw */
	int null;         /* /dev/null */
	struct termios found;
	char leave[RESCUE_LEAVE_MAX];
	atomic_size_t len;
	struct sigaction old[ARRAY_SIZE(crashes)];
	stack_t old_stack;
	void *stack;
} rescue = { .tty = -1, .out = -1, .null = -1 };

static void send_leave(void)
{
	const char *p = rescue.leave;
	size_t left = atomic_load(&rescue.len);

	for (int tries = 0; left > 0 && tries < WRITE_TRIES;) {
		ssize_t n = write(rescue.tty, p, left);

		if (n > 0) {
			p += n;
			left -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			struct pollfd out = { .fd = rescue.tty, .events = POLLOUT };

			poll(&out, 1, WRITE_WAIT_MS);
			tries++;
		} else if (n == 0 || errno != EINTR) {
			tries++;
		}
	}
}

static void leave_terminal(void)
{
	struct pollfd out = { .fd = rescue.tty, .events = POLLOUT };
	const pid_t owner = tcgetpgrp(rescue.tty);
	const bool ours = owner < 0 || owner == getpgrp();

	if (ours && poll(&out, 1, 0) == 0) {
		/* Output held by ^S starts again when IXON goes; tcflow() alone does not do it. */
		struct termios flowing = rescue.found;

		tcflush(rescue.tty, TCOFLUSH);
		flowing.c_iflag &= ~(tcflag_t)IXON;
		tcsetattr(rescue.tty, TCSANOW, &flowing);
	}
	send_leave();
	if (ours)
		tcsetattr(rescue.tty, TCSANOW, &rescue.found);
}

/* A write from the background would stop us where the terminal is set so (stty tostop). */
static void block_ttou(sigset_t *old)
{
	sigset_t ttou;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &ttou, old);
}

void rescue_leave(void)
{
	sigset_t old;

	block_ttou(&old);
	/* Armed until it is done: who is stuck in here is helped by the signal thread. */
	leave_terminal();
	atomic_store(&rescue.armed, false);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void term_emergency(void)
{
	atomic_store(&rescue.over, true);
	if (!atomic_exchange(&rescue.armed, false))
		return;
	/* What other threads still write to the screen goes nowhere. */
	dup2(rescue.null, STDOUT_FILENO);
	dup2(rescue.null, rescue.out);
	block_ttou(NULL);
	leave_terminal();
}

/* SA_RESETHAND has put the default action back: it ends the process when this returns. */
static void crash(int no)
{
	term_emergency();
	raise(no);
}

/* ncurses ends the process by exit() when it has no memory. */
static void leave_at_exit(void)
{
	static bool registered;

	if (!registered)
		registered = atexit(term_emergency) == 0;
}

static void catch_crashes(void)
{
	struct sigaction act = { .sa_handler = crash,
				 .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND) };

	rescue.stack = xmalloc(CRASH_STACK);
	sigaltstack(&(stack_t){ .ss_sp = rescue.stack, .ss_size = CRASH_STACK }, &rescue.old_stack);
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], &act, &rescue.old[i]);
}

static void release_crashes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], &rescue.old[i], NULL);
	sigaltstack(&rescue.old_stack, NULL);
	free(rescue.stack);
	rescue.stack = NULL;
}

/*
 * A file description of our own can be non-blocking without the shell's becoming so. It cannot be
 * had on a terminal of another user (after su): then writes may block.
 */
static int open_tty(void)
{
	char name[PATH_MAX];

	if (ttyname_r(STDOUT_FILENO, name, sizeof(name)) == 0) {
		int fd = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

		if (fd >= 0)
			return fd;
	}
	return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

void term_prepare(void)
{
	rescue.tty = open_tty();
	die_hook = term_emergency;
}

static void close_all(void)
{
	if (rescue.tty >= 0)
		close(rescue.tty);
	if (rescue.out >= 0)
		close(rescue.out);
	if (rescue.null >= 0)
		close(rescue.null);
	rescue.tty = rescue.out = rescue.null = -1;
}

int rescue_open(const struct termios *found, struct err *e)
{
	int code;

	rescue.null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (rescue.null < 0) {
		code = err_set(e, -errno, "/dev/null: %s", strerror(errno));
		close_all();
		return code;
	}
	if (rescue.tty < 0)
		rescue.tty = open_tty();
	if (rescue.tty >= 0)
		rescue.out = fcntl(rescue.tty, F_DUPFD_CLOEXEC, 3);
	if (rescue.out < 0) {
		code = err_set(e, -errno, "terminal: %s", strerror(errno));
		close_all();
		return code;
	}
	rescue.found = *found;
	atomic_store(&rescue.len, 0);
	catch_crashes();
	leave_at_exit();
	return 0;
}

int rescue_out(void)
{
	return rescue.out;
}

int rescue_set_leave(const char *leave, size_t len, struct err *e)
{
	if (len > sizeof(rescue.leave))
		return err_set(e, -E2BIG, "the terminal's description is too long");
	memcpy(rescue.leave, leave, len);
	atomic_store(&rescue.len, len);
	return 0;
}

void rescue_close(void)
{
	release_crashes();
	close_all();
}

void rescue_arm(void)
{
	atomic_store(&rescue.armed, true);
	/* Another thread ends the process, and did not see in time that there is something to leave. */
	while (atomic_load(&rescue.over))
		pause();
}
