/* SPDX-License-Identifier: MIT */
/* In a child: there is no way out of the sandbox. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "sandbox.h"
#include "sockeye/base/mem.h"

#define SKIPPED 77

static int failures;

#define EXPECT(holds)                                                               \
	do {                                                                        \
		if (!(holds)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds); \
			failures++;                                                 \
		}                                                                   \
	} while (0)

/* A call that has to be refused; what it would do without that is harmless. */
#define REFUSED(call)                                         \
	do {                                                  \
		errno = 0;                                    \
		EXPECT((long)(call) == -1 && errno == EPERM); \
	} while (0)

static int in_child(int (*body)(bool more), bool more)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body(more));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool enter_with(unsigned goes_on)
{
	struct err e;
	int rc = sandbox_enter(goes_on, &e);

	if (rc == -ENOTSUP || rc == -ENOSYS || rc == -EINVAL)
		_exit(SKIPPED);
	if (rc != 0)
		fprintf(stderr, "%s\n", e.msg);
	return rc == 0;
}

static bool enter(bool more)
{
	return enter_with(more ? SANDBOX_BPF | SANDBOX_NETNS : 0);
}

static void check_files(void)
{
	char made[] = "sandbox.XXXXXX.new";
	int fd;

	REFUSED(open("/dev/null", O_WRONLY));
	REFUSED(open("/dev/null", O_RDWR));
	REFUSED(open("/dev/null", O_RDONLY | O_TRUNC));
	REFUSED(open("sandbox.none", O_WRONLY | O_CREAT, 0600));
	REFUSED(open(".", O_RDWR | O_TMPFILE, 0600));
	REFUSED(open("/proc/self/mem", O_RDWR));
	REFUSED(truncate("/dev/null", 0));
	REFUSED(symlink("a", "sandbox.link"));
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	EXPECT(fd >= 0);
	close(fd);
	/* As settings are saved. */
	unlink(made);
	fd = open(made, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	EXPECT(fd >= 0);
	EXPECT(write(fd, "x", 1) == 1 && fsync(fd) == 0);
	close(fd);
	EXPECT(rename(made, "sandbox.renamed") == 0 && unlink("sandbox.renamed") == 0);
}

static void check_others(void)
{
	char *const argv[] = { NULL };
	char parent = 0;

	REFUSED(execve("/nowhere", argv, argv));
	REFUSED(kill(getppid(), 0));
	REFUSED(syscall(SYS_tgkill, getppid(), getppid(), 0));
	REFUSED(syscall(SYS_pidfd_send_signal, -1, 0, NULL, 0));
	REFUSED(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
#if !defined(__SANITIZE_ADDRESS__)
	REFUSED(ptrace(PTRACE_PEEKDATA, getppid(), &parent, NULL));
#endif
	(void)parent;
	REFUSED(ioctl(STDIN_FILENO, TIOCSTI, "x"));
	REFUSED(setuid(getuid()));
	REFUSED(chroot("/nowhere"));
	REFUSED(syscall(SYS_mount, "", "/nowhere", "", 0, NULL));
	REFUSED(syscall(SYS_init_module, NULL, 0, ""));
	REFUSED(syscall(SYS_io_uring_setup, 1, NULL));
	EXPECT(kill(getpid(), 0) == 0);
}

static void check_network(void)
{
	int fd;

	REFUSED(socket(AF_INET, SOCK_STREAM, 0));
	REFUSED(socket(AF_INET6, SOCK_DGRAM, 0));
	REFUSED(socket(AF_PACKET, SOCK_RAW, 0));
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	EXPECT(fd >= 0);
	close(fd);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(fd >= 0);
	REFUSED(listen(fd, 1));
	close(fd);
}

/* Questions to DNS are datagrams: nothing else of the network goes. */
static int go_to_dns(bool more)
{
	static const int families[] = { AF_INET, AF_INET6 };

	if (!enter_with(SANDBOX_DNS | (more ? SANDBOX_BPF : 0u)))
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		int fd = socket(families[i], SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		EXPECT(fd >= 0 || errno == EAFNOSUPPORT);
		if (fd >= 0)
			close(fd);
		REFUSED(socket(families[i], SOCK_STREAM, 0));
		REFUSED(socket(families[i], SOCK_STREAM | SOCK_CLOEXEC, 0));
		REFUSED(socket(families[i], SOCK_RAW, 1));
	}
	REFUSED(socket(AF_PACKET, SOCK_DGRAM, 0));
	check_files();
	check_others();
	return failures;
}

static int go_through(bool more)
{
	if (!enter(more))
		return 1;
	check_files();
	check_others();
	check_network();
	REFUSED(setns(-1, CLONE_NEWNS));
	REFUSED(setns(-1, 0));
	if (!more) {
		REFUSED(syscall(SYS_bpf, -1, NULL, 0));
		REFUSED(setns(-1, CLONE_NEWNET));
	} else {
		EXPECT(syscall(SYS_bpf, -1, NULL, 0) == -1 && errno != 0);
		EXPECT(setns(-1, CLONE_NEWNET) == -1 && errno == EBADF);
	}
	return failures;
}

static void test_sandbox_refuses_what_is_never_done(void **state)
{
	(void)state;
	for (int more = 0; more <= 1; more++) {
		int status = in_child(go_through, more);

		if (status == SKIPPED)
			skip();
		assert_int_equal(status, 0);
	}
}

static void test_sandbox_lets_dns_be_asked(void **state)
{
	int status = in_child(go_to_dns, false);

	(void)state;
	if (status == SKIPPED)
		skip();
	assert_int_equal(status, 0);
}

static int go[2];

static void *wait_and_try(void *arg)
{
	char byte;

	if (read(go[0], &byte, 1) != 1)
		return arg;
	REFUSED(open("/dev/null", O_WRONLY));
	EXPECT(raise(SIGURG) == 0);
	return NULL;
}

static int with_threads(bool more)
{
	pthread_t before, after;

	EXPECT(pipe(go) == 0);
	EXPECT(pthread_create(&before, NULL, wait_and_try, NULL) == 0);
	if (!enter(more))
		return 1;
	EXPECT(pthread_create(&after, NULL, wait_and_try, NULL) == 0);
	EXPECT(write(go[1], "xx", 2) == 2);
	EXPECT(pthread_join(before, NULL) == 0 && pthread_join(after, NULL) == 0);
	return failures;
}

static void test_sandbox_is_of_all_threads(void **state)
{
	int status = in_child(with_threads, false);

	(void)state;
	if (status == SKIPPED)
		skip();
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sandbox_refuses_what_is_never_done),
		cmocka_unit_test(test_sandbox_lets_dns_be_asked),
		cmocka_unit_test(test_sandbox_is_of_all_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
