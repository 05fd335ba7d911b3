/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sockeye/base/mem.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

static void test_mem_xmalloc_of_nothing_is_something(void **state)
{
	void *a = xmalloc(0), *b = xcalloc(0, 8), *c = xreallocarray(NULL, 0, 8);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	free(a);
	free(b);
	free(c);
}

static void test_mem_xcalloc_is_zero_and_realloc_keeps(void **state)
{
	unsigned char *p = xcalloc(3, 5);

	(void)state;
	for (size_t i = 0; i < 15; i++)
		assert_int_equal(p[i], 0);
	memset(p, 7, 15);
	p = xreallocarray(p, 1000, 5);
	for (size_t i = 0; i < 15; i++)
		assert_int_equal(p[i], 7);
	free(p);
}

static void test_mem_xmemdup_copies_and_ends(void **state)
{
	char *s = xmemdup("a\0b!", 3), *none = xmemdup(NULL, 0), *dup = xstrdup("word");

	(void)state;
	assert_memory_equal(s, "a\0b", 4);
	assert_string_equal(none, "");
	assert_string_equal(dup, "word");
	free(s);
	free(none);
	free(dup);
}

static void test_mem_too_much_ends_the_process(void **state)
{
	volatile size_t many = SIZE_MAX / 4;
	int status;
	pid_t pid;

	(void)state;
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		fclose(stderr);
		free(xreallocarray(NULL, many, 8));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void test_arena_push_gives_room_that_stays(void **state)
{
	struct arena a = { 0 };
	size_t count = 100000;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		uint64_t *p = arena_push(&a, sizeof(*p));

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 8, 0);
		*p = i * i;
	}
	assert_int_equal(a.used, count * 8);
	assert_true(a.size >= a.used);
	for (size_t i = 0; i < count; i++) {
		uint64_t value;

		memcpy(&value, a.base + i * 8, sizeof(value));
		assert_true(value == (uint64_t)i * i);
	}
	arena_free(&a);
	assert_null(a.base);
	assert_int_equal(a.used, 0);
	assert_int_equal(a.size, 0);
	arena_free(&a);
}

static void test_arena_reserve_does_not_use(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_int_equal(arena_reserve(&a, 3 * MIB), 0);
	assert_int_equal(a.used, 0);
	assert_true(a.size >= 3 * MIB);
	/* All of it is there. */
	memset(a.base, 1, a.size);
	assert_int_equal(arena_reserve(&a, 10), 0);
	assert_true(a.size >= 3 * MIB);
	arena_free(&a);
}

static void test_arena_without_memory_is_as_it_was(void **state)
{
	struct arena a = { 0 }, before;

	(void)state;
	assert_int_equal(arena_reserve(&a, SIZE_MAX), -ENOMEM);
	assert_null(a.base);
	memcpy(arena_push(&a, 4), "abc", 4);
	before = a;
	assert_null(arena_push(&a, SIZE_MAX));
	assert_null(arena_push(&a, SIZE_MAX / 2));
	assert_int_equal(arena_reserve(&a, SIZE_MAX / 2 + 2), -ENOMEM);
	assert_memory_equal(&a, &before, sizeof(a));
	assert_string_equal((char *)a.base, "abc");
	arena_free(&a);
}

static void test_arena_reset_keeps_what_the_next_needs(void **state)
{
	struct arena a = { 0 };
	size_t size;

	(void)state;
	assert_non_null(arena_push(&a, 5 * MIB));
	memset(a.base, 1, a.used);
	size = a.size;
	arena_reset(&a);
	assert_int_equal(a.used, 0);
	assert_int_equal(a.size, size);
	/* A load that comes and goes within a factor of two costs no new pages. */
	for (int round = 0; round < 20; round++) {
		assert_non_null(arena_push(&a, round % 2 ? 5 * MIB : 5 * MIB / 2));
		arena_reset(&a);
		assert_int_equal(a.size, size);
	}
	arena_free(&a);
}

static void test_arena_reset_gives_a_burst_back(void **state)
{
	struct arena a = { 0 };
	size_t burst;
	int rounds = 0;

	(void)state;
	assert_non_null(arena_push(&a, 64 * MIB));
	burst = a.size;
	arena_reset(&a);
	assert_non_null(arena_push(&a, 100 * KIB));
	/* One small round does not throw all away. */
	arena_reset(&a);
	assert_true(a.size >= burst / 2);
	for (; a.size > 400 * KIB && rounds < 20; rounds++) {
		memset(arena_push(&a, 100 * KIB), 1, 100 * KIB);
		arena_reset(&a);
	}
	assert_true(a.size <= 512 * KIB);
	assert_true(a.size >= 100 * KIB);
	arena_free(&a);
}

static void test_mem_arena_push_of_nothing_is_a_place(void **state)
{
	struct arena a = { .base = NULL };

	(void)state;
	assert_non_null(arena_push(&a, 0));
	assert_int_equal(a.used, 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mem_xmalloc_of_nothing_is_something),
		cmocka_unit_test(test_mem_xcalloc_is_zero_and_realloc_keeps),
		cmocka_unit_test(test_mem_xmemdup_copies_and_ends),
		cmocka_unit_test(test_mem_too_much_ends_the_process),
		cmocka_unit_test(test_arena_push_gives_room_that_stays),
		cmocka_unit_test(test_arena_reserve_does_not_use),
		cmocka_unit_test(test_arena_without_memory_is_as_it_was),
		cmocka_unit_test(test_arena_reset_keeps_what_the_next_needs),
		cmocka_unit_test(test_arena_reset_gives_a_burst_back),
		cmocka_unit_test(test_mem_arena_push_of_nothing_is_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
