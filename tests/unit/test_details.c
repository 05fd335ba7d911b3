/* SPDX-License-Identifier: MIT */
/* What is found out about one socket beside the kernel's answer: its control group, its holders. */
#include "test.h"

#include <errno.h>
#include <ftw.h>
#include <semaphore.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockeye/collect/cgroups.h"
#include "sockeye/collect/cmdlines.h"

/* ---- control groups: any tree of directories has inodes -------------- */

static uint64_t make_dir(const char *path)
{
	struct stat st;

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static void test_cgroups_are_found_by_their_number(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char root[64], path[128];
	uint64_t top, slice, deep, gone;
	struct cgroups *c;
	struct stat st;

	(void)state;
	snprintf(root, sizeof(root), "%.40s/cgroups.XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(root));
	assert_int_equal(stat(root, &st), 0);
	top = st.st_ino;
	snprintf(path, sizeof(path), "%s/system.slice", root);
	slice = make_dir(path);
	snprintf(path, sizeof(path), "%s/system.slice/web.service", root);
	deep = make_dir(path);
	snprintf(path, sizeof(path), "%s/gone", root);
	gone = make_dir(path);
	c = cgroups_new(root);
	assert_string_equal(cgroups_path(c, deep, NULL), "/system.slice/web.service");
	assert_string_equal(cgroups_path(c, slice, "/system.slice/web.service"), "/system.slice");
	assert_string_equal(cgroups_path(c, top, ""), "/");
	assert_int_equal(rmdir(path), 0);
	/* A group that is gone keeps its name; numbers are given once. */
	assert_string_equal(cgroups_path(c, gone, "/gone"), "/gone");
	assert_null(cgroups_path(c, gone + 100000, "/gone"));
	assert_null(cgroups_path(c, 0, NULL));
	cgroups_free(c);
	/* What is guessed need not be walked to. */
	c = cgroups_new(root);
	assert_string_equal(cgroups_path(c, deep, "/system.slice/../system.slice/web.service"),
			    "/system.slice/../system.slice/web.service");
	/* Nor is anything looked at that is not below the root. */
	snprintf(path, sizeof(path), "%s/..", root);
	assert_int_equal(stat(path, &st), 0);
	assert_null(cgroups_path(c, st.st_ino, "/.."));
	cgroups_free(c);
	assert_int_equal(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void test_cgroups_without_a_root_have_no_paths(void **state)
{
	struct cgroups *c = cgroups_new("/nowhere");

	(void)state;
	assert_null(cgroups_path(c, 1, "/"));
	cgroups_free(c);
}

/* ---- command lines --------------------------------------------------- */

#define BLOCKING_PID 666
#define ANSWER_S     10 /* that an answer may take */

static sem_t leave, left;

static size_t lookup(uint32_t pid, char *text, size_t size)
{
	static const char answer[] = "/web.slice\0java\0-jar\0a b\0\0";

	if (pid == BLOCKING_PID) {
		while (sem_wait(&leave) != 0)
			;
		sem_post(&left);
	}
	assert_true(size > sizeof(answer));
	if (pid == 3)
		return 0;
	memcpy(text, answer, sizeof(answer));
	return sizeof(answer);
}

struct fixture {
	struct cmdlines *c;
	struct snap_pool *pool;
	const struct snap *snap;
	struct detail_holder holder[DETAIL_HOLDERS];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	sem_init(&leave, 0, 0);
	sem_init(&left, 0, 0);
	f->c = cmdlines_new(lookup);
	f->pool = snap_pool_new();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	cmdlines_free(f->c);
	snap_unref(f->snap);
	snap_pool_free(f->pool);
	free(f);
	return 0;
}

static int fill(struct fixture *f, const int32_t *pid, uint32_t n, int cancel_fd)
{
	static const uint64_t start[DETAIL_HOLDERS] = { 1 };
	struct snap_builder *b = snap_build(f->pool, NULL);
	int rc;

	memset(f->holder, 0, sizeof(f->holder));
	for (uint32_t i = 0; i < n; i++)
		f->holder[i].pid = pid[i];
	rc = cmdlines_fill(f->c, b, f->holder, start, n, cancel_fd);
	snap_unref(f->snap);
	f->snap = snap_seal(b);
	assert_non_null(f->snap);
	return rc;
}

static void assert_text(const struct fixture *f, uint32_t id, const char *want)
{
	assert_string_equal(strpool_get(f->snap->str, id).s, want);
}

static void test_cmdlines_tell_arguments_and_cgroup(void **state)
{
	static const int32_t pids[] = { 1, 3 };
	struct fixture *f = *state;

	assert_int_equal(fill(f, pids, 2, -1), 0);
	assert_text(f, f->holder[0].cmdline, "java -jar a b");
	assert_text(f, f->holder[0].cgroup, "/web.slice");
	assert_int_equal(f->holder[1].cmdline, STR_NONE);
	assert_int_equal(f->holder[1].cgroup, STR_NONE);
}

static void test_cmdlines_go_on_without_one_that_blocks(void **state)
{
	static const int32_t blocked[] = { BLOCKING_PID }, other[] = { 1 };
	struct fixture *f = *state;

	assert_int_equal(fill(f, blocked, 1, -1), 0);
	assert_int_equal(f->holder[0].cmdline, STR_NONE);
	/* It stands in the way of the others, which are not waited for any more. */
	assert_int_equal(fill(f, other, 1, -1), 0);
	assert_int_equal(f->holder[0].cmdline, STR_NONE);
	sem_post(&leave);
	while (sem_wait(&left) != 0)
		;
	for (int i = 0; i < 1000 && f->holder[0].cmdline == STR_NONE; i++)
		assert_int_equal(fill(f, other, 1, -1), 0);
	assert_text(f, f->holder[0].cmdline, "java -jar a b");
}

static void test_cmdlines_wait_no_longer_when_cancelled(void **state)
{
	static const int32_t blocked[] = { BLOCKING_PID };
	struct fixture *f = *state;
	int cancel = eventfd(1, EFD_CLOEXEC);

	assert_int_equal(fill(f, blocked, 1, cancel), -ECANCELED);
	close(cancel);
	sem_post(&leave);
	while (sem_wait(&left) != 0)
		;
}

/* More processes, one after the other, than are remembered. */
static void test_cmdlines_remember_a_few(void **state)
{
	struct fixture *f = *state;

	for (int32_t pid = 100; pid < 140; pid++) {
		assert_int_equal(fill(f, &pid, 1, -1), 0);
		assert_text(f, f->holder[0].cgroup, "/web.slice");
	}
}

/* It comes with a later sample where the machine is too busy for this one. */
static void test_cmdlines_read_our_own(void **state)
{
	struct cmdlines *c = cmdlines_new(NULL);
	struct fixture *f = *state;
	struct detail_holder holder = { .pid = getpid() };
	const uint64_t start = 1;
	time_t end = time(NULL) + ANSWER_S;

	while (holder.cmdline == STR_NONE && time(NULL) < end) {
		struct snap_builder *b = snap_build(f->pool, NULL);

		assert_int_equal(cmdlines_fill(c, b, &holder, &start, 1, -1), 0);
		snap_unref(f->snap);
		f->snap = snap_seal(b);
	}
	assert_non_null(strstr(strpool_get(f->snap->str, holder.cmdline).s, "test_details"));
	cmdlines_free(c);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cgroups_are_found_by_their_number),
		cmocka_unit_test(test_cgroups_without_a_root_have_no_paths),
		WITH_FIXTURE(test_cmdlines_tell_arguments_and_cgroup),
		WITH_FIXTURE(test_cmdlines_go_on_without_one_that_blocks),
		WITH_FIXTURE(test_cmdlines_wait_no_longer_when_cancelled),
		WITH_FIXTURE(test_cmdlines_remember_a_few),
		WITH_FIXTURE(test_cmdlines_read_our_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
