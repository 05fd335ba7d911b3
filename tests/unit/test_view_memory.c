/* SPDX-License-Identifier: MIT */
/* A view that runs out of memory keeps what it shows. Each try is a process of its own. */
#include "test.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "sockeye/view/view.h"

#define SKIP_STATUS 77
#define SOCKETS     60000

static const struct snap *many_sockets(struct snap_pool *pool)
{
	struct buf text = { 0 };
	const struct snap *s;

	for (unsigned i = 0; i < SOCKETS; i++)
		buf_fmt(&text, "sock tcp ESTABLISHED 10.0.0.1:80 11.%u.%u.%u:99 ino %u\n", i >> 16,
			i >> 8 & 255, i & 255, i + 1);
	buf_str(&text, "proc 7 a\n");
	buf_fmt(&text, "hold 7 3 1 times %u\n", SOCKETS);
	s = fake_snap(text.s, pool, NULL);
	buf_free(&text);
	return s;
}

/* From now on no more than this may be had. */
static bool limit_memory(size_t more)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;
	struct rlimit limit;
	char line[64];

	if (f == NULL)
		return false;
	if (fgets(line, sizeof(line), f) != NULL)
		pages = strtoul(line, NULL, 10);
	fclose(f);
	limit.rlim_cur = limit.rlim_max = pages * (rlim_t)sysconf(_SC_PAGESIZE) + more;
	return pages > 0 && setrlimit(RLIMIT_AS, &limit) == 0;
}

struct snaps {
	const struct snap *few, *many;
};

/* 0: refused and kept; 1: not so; 2: there was memory enough. */
static int try_with(const struct snaps *s, enum by by, bool rollup, size_t more)
{
	struct query q = { .select = { .protos = 3, .v4 = true, .v6 = true },
			   .by = by,
			   .prefix4 = rollup ? 24 : 32,
			   .prefix6 = 128,
			   .rollup = rollup,
			   .hide_own = rollup,
			   .sort = SORT_NATURAL,
			   .distinct = true };
	struct view *v = view_new();

	view_set(v, s->few, &q);
	view_finish(v);
	if (!limit_memory(more))
		return 1;
	view_set(v, s->many, &q);
	view_finish(v);
	if (!view_failed(v))
		return view_snap(v) == s->many ? 2 : 1;
	return view_busy(v) || view_snap(v) != s->few || view_totals(v)->matched != 1;
}

static int try_in_child(const struct snaps *s, enum by by, bool rollup, size_t more)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(try_with(s, by, rollup, more));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_view_keeps_its_result_without_memory(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snaps s = { .few = fake_snap("sock tcp LISTEN 10.0.0.1:80 - ino 1\n", pool, NULL),
			   .many = many_sockets(pool) };
	unsigned refused = 0;

	(void)state;
	for (size_t more = 0; more <= (size_t)16 << 20; more += (size_t)512 << 10) {
		int groups = try_in_child(&s, BY_REMOTE, false, more);
		int rolled = try_in_child(&s, BY_REMOTE, true, more);
		int sockets = try_in_child(&s, BY_SOCKET, false, more);

		assert_int_not_equal(groups, 1);
		assert_int_not_equal(rolled, 1);
		assert_int_not_equal(sockets, 1);
		refused += (groups == 0) + (rolled == 0) + (sockets == 0);
	}
	assert_true(refused > 0);
	snap_unref(s.few);
	snap_unref(s.many);
	snap_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_view_keeps_its_result_without_memory),
	};

	if (SANITIZED) {
		printf("skipped: a sanitizer reserves more address space than any limit leaves\n");
		return SKIP_STATUS;
	}
	return cmocka_run_group_tests_name("view_memory", tests, NULL, NULL);
}
