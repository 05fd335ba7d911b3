/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fdtable.h"
#include "owners_bpf.h"

#define NEW_SOCKETS 20

static uint32_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (uint32_t)st.st_ino;
}

/* However many the kernel told of, there is room for those that come after. */
static void test_fdtable_grows_from_what_it_took(void **state)
{
	for (uint32_t taken = 0; taken < 4; taken++) {
		struct fdtable *t = fdtable_new(getpid(), getpid(), 1);
		int fd[4 + NEW_SOCKETS];
		struct fd_record r[4];
		struct procfs p;

		(void)state;
		assert_int_equal(procfs_open(&p, "/proc"), 0);
		for (uint32_t i = 0; i < taken; i++) {
			fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
			r[i] = (struct fd_record){ .fd = (uint32_t)fd[i], .ino = inode_of(fd[i]) };
		}
		fdtable_take(t, r, taken);
		assert_int_equal(t->n, taken);
		for (uint32_t i = taken; i < taken + NEW_SOCKETS; i++)
			fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		assert_int_equal(fdtable_probe(&p, t), 0);
		assert_int_equal(t->n, taken + NEW_SOCKETS);
		assert_true(t->n <= t->room);
		for (uint32_t i = 0; i < t->n; i++) {
			assert_int_equal(t->slot[i].fd, fd[i]);
			assert_int_equal(t->slot[i].ino, inode_of(fd[i]));
			close(fd[i]);
		}
		procfs_close(&p);
		fdtable_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fdtable_grows_from_what_it_took),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
