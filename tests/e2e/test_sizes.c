/* SPDX-License-Identifier: MIT */
/* The whole program on terminals of all sizes, and of sizes that change. */
#include "program.h"
#include "sockeye/base/mem.h"

#define SIZE_MAX_TOLD 65535 /* what a terminal can say of itself */

static void test_terminal_resize(void **state)
{
	struct vt *v = program_start_web((struct vt_cfg){ 0 });

	(void)state;
	vt_resize(v, 40, 120);
	program_wait_footer(v);
	program_wait_first_screen(v);
	program_quit(v);
}

static void test_terminal_resize_storm(void **state)
{
	uint64_t seed = test_seed();
	struct vt *v = program_start_web((struct vt_cfg){ 0 });
	unsigned long long bytes = vt_bytes(v);

	(void)state;
	for (int i = 0; i < 150; i++) {
		vt_resize(v, 1 + (int)(test_random(&seed) % 60),
			  1 + (int)(test_random(&seed) % 200));
		vt_pump(v, 8);
	}
	vt_resize(v, 25, 90);
	program_wait_first_screen(v);
	printf("150 resizes: %llu bytes\n", vt_bytes(v) - bytes);
	assert_in_range(vt_bytes(v) - bytes, 1, 3 * 65536);
	program_wait_footer(v);
	program_quit(v);
}

static void test_terminal_of_any_size(void **state)
{
	static const struct {
		int rows, cols;
	} sizes[] = { { 1, 1 },  { 1, 80 },  { 24, 1 },     { 2, 2 },
		      { 5, 20 }, { 10, 40 }, { 300, 1000 }, { 1, 4000 } };
	struct vt *v = program_start_web((struct vt_cfg){ 0 });

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		vt_resize(v, sizes[i].rows, sizes[i].cols);
		vt_keys(v, "<Down>");
		assert_true(vt_wait_frames(v, 1, LIMIT_MS));
	}
	vt_resize(v, 24, 80);
	program_wait_first_screen(v);
	vt_resize(v, 0, 0); /* not known: as before, or 80x24 */
	vt_keys(v, "<Space>");
	assert_true(vt_wait_gone(v, "Filter  none", LIMIT_MS));
	program_quit(v);
}

/*
 * Whatever the terminal says, memory is that of the largest screen that is used, 1000 columns and
 * 500 rows: 76 MiB have been seen in 3,000 sizes, most of it in curses, which keeps three screens.
 */
#define LARGEST_KB (96 * 1024)

static void assert_bounded(const struct vt *v)
{
	if (!SANITIZED)
		assert_in_range(program_memory(vt_pid(v), "VmRSS"), 1, LARGEST_KB);
}

static void test_terminal_says_it_is_gigantic(void **state)
{
	static const struct {
		int rows, cols;
	} sizes[] = { { SIZE_MAX_TOLD, SIZE_MAX_TOLD },
		      { 1, SIZE_MAX_TOLD },
		      { SIZE_MAX_TOLD, 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct vt *v = program_start(
			(struct vt_cfg){ .rows = sizes[i].rows, .cols = sizes[i].cols }, "web.fake",
			NULL, NULL);

		assert_true(vt_wait_text(v, "l", LIMIT_MS)); /* of "live", on all of these */
		assert_bounded(v);
		vt_resize(v, 24, 80);
		program_wait_first_screen(v);
		program_wait_footer(v);
		program_quit(v);
	}
}

/* From nothing to as much as can be said, in both directions; then the picture is right. */
static void test_terminal_resize_storm_of_any_size(void **state)
{
	static const int edges[] = { 0,    1,    2,     24,    80,    999,
				     1000, 1001, 32767, 32768, 65534, SIZE_MAX_TOLD };
	uint64_t seed = test_seed();
	struct vt *v = program_start_web((struct vt_cfg){ 0 });

	(void)state;
	for (int i = 0; i < 60; i++) {
		vt_resize(v, edges[test_random(&seed) % ARRAY_SIZE(edges)],
			  edges[test_random(&seed) % ARRAY_SIZE(edges)]);
		vt_pump(v, (int)(test_random(&seed) % 20));
		assert_bounded(v);
	}
	vt_resize(v, 25, 90);
	program_wait_footer(v);
	assert_true(
		vt_wait_text(v, "java[2211]", LIMIT_MS)); /* no more: it may be alarmed by now */
	program_quit(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal_resize),
		cmocka_unit_test(test_terminal_resize_storm),
		cmocka_unit_test(test_terminal_of_any_size),
		cmocka_unit_test(test_terminal_says_it_is_gigantic),
		cmocka_unit_test(test_terminal_resize_storm_of_any_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
