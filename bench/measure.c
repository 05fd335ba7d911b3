/* SPDX-License-Identifier: MIT */
/*
 * measure SECONDS PROGRAM [ARG]...: runs a program with its output thrown away, ends it after
 * SECONDS, and says what it took. A program of its own because the peak size that the kernel tells
 * of a child begins with that of the process that started it; this one is small.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare.h"

static _Noreturn void become(char **argv)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(127);
	dup2(null, STDERR_FILENO);
	execvp(argv[0], argv);
	_exit(127);
}

static int64_t timeval_ns(struct timeval t)
{
	return t.tv_sec * INT64_C(1000000000) + t.tv_usec * INT64_C(1000);
}

int main(int argc, char **argv)
{
	long limit_s = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	struct pollfd end = { .events = POLLIN };
	struct rusage r;
	bool late = false;
	int64_t from;
	int status;
	pid_t pid;

	if (limit_s <= 0) {
		fputs("usage: measure SECONDS PROGRAM [ARG]...\n", stderr);
		return 2;
	}
	from = clock_ns();
	pid = fork();
	if (pid == 0)
		become(argv + 2);
	end.fd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (end.fd < 0) {
		fprintf(stderr, "measure: %s\n", strerror(errno));
		return 1;
	}
	if (poll(&end, 1, (int)(limit_s * 1000)) <= 0) {
		late = true;
		kill(pid, SIGKILL);
	}
	if (wait4(pid, &status, 0, &r) < 0)
		return 1;
	printf("wall_ns=%lld cpu_ns=%lld rss_kib=%ld status=%d late=%d\n",
	       (long long)(clock_ns() - from),
	       (long long)(timeval_ns(r.ru_utime) + timeval_ns(r.ru_stime)), r.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), late);
	return 0;
}
