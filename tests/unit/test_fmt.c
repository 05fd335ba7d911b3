/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <locale.h>
#include <string.h>

#include "sockeye/base/fmt.h"
#include "sockeye/base/mem.h"

#define KIB  1024ULL
#define MIB  (KIB * 1024)
#define HOUR 3600ULL
#define DAY  (24 * HOUR)

struct text_case {
	uint64_t n;
	const char *text;
};

static void check_table(size_t (*fmt)(char *, uint64_t), const struct text_case *table,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char buf[FMT_SIZE];
		size_t len = fmt(buf, table[i].n);

		assert_string_equal(buf, table[i].text);
		assert_int_equal(len, strlen(buf));
	}
}

static void test_fmt_plain_is_digits(void **state)
{
	static const struct text_case table[] = {
		{ 0, "0" },
		{ 9, "9" },
		{ 10, "10" },
		{ 13347, "13347" },
		{ UINT64_MAX, "18446744073709551615" },
	};

	(void)state;
	check_table(fmt_plain, table, ARRAY_SIZE(table));
}

static void test_fmt_group_sets_commas(void **state)
{
	static const struct text_case table[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1,000" },
		{ 13347, "13,347" },
		{ 999999, "999,999" },
		{ 1000000, "1,000,000" },
		{ UINT64_MAX, "18,446,744,073,709,551,615" },
	};

	(void)state;
	check_table(fmt_group, table, ARRAY_SIZE(table));
}

static void test_fmt_count_at_every_edge(void **state)
{
	static const struct text_case table[] = {
		{ 0, "0" },
		{ 8911, "8,911" },
		{ 99999, "99,999" },
		{ 100000, "100k" },
		{ 100499, "100k" },
		{ 100500, "101k" },
		{ 124000, "124k" },
		{ 999499, "999k" },
		{ 999500, "1.00M" },
		{ 999949, "1.00M" },
		{ 999999, "1.00M" },
		{ 1000000, "1.00M" },
		{ 1004999, "1.00M" },
		{ 1005000, "1.01M" },
		{ 1240000, "1.24M" },
		{ 9994999, "9.99M" },
		{ 9995000, "10.0M" },
		{ 12400000, "12.4M" },
		{ 99949999, "99.9M" },
		{ 99950000, "100M" },
		{ 999499999, "999M" },
		{ 999500000, "1.00G" },
		{ 1240000000, "1.24G" },
		{ 999499999999, "999G" },
		{ 999500000000, "1.00T" },
		{ 999499999999999, "999T" },
		{ 999500000000000, "1.00P" },
		{ 999500000000000000, "1.00E" },
		{ 9994999999999999999ULL, "9.99E" },
		{ 9995000000000000000ULL, "10.0E" },
		{ UINT64_MAX, "18.4E" },
	};

	(void)state;
	check_table(fmt_count, table, ARRAY_SIZE(table));
}

static void test_fmt_delta_at_every_edge(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} table[] = {
		{ 0, "" },
		{ 1, "+1" },
		{ -1, "-1" },
		{ 190, "+190" },
		{ -12, "-12" },
		{ 9999, "+9,999" },
		{ -9999, "-9,999" },
		{ 10000, "+10k" },
		{ 10499, "+10k" },
		{ -10500, "-11k" },
		{ 999499, "+999k" },
		{ -999500, "-1.00M" },
		{ 9995000, "+10.0M" },
		{ INT64_MAX, "+9.22E" },
		{ INT64_MIN, "-9.22E" },
		{ INT64_MIN + 1, "-9.22E" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char buf[FMT_SIZE];

		assert_int_equal(fmt_delta(buf, table[i].n), strlen(table[i].text));
		assert_string_equal(buf, table[i].text);
	}
}

static void test_fmt_bytes_at_every_edge(void **state)
{
	static const struct text_case table[] = {
		{ 0, "0" },
		{ 950, "950" },
		{ 1023, "1023" },
		{ 1024, "1.0k" },
		{ 1024 + 51, "1.0k" },
		{ 1024 + 52, "1.1k" },
		{ 4200, "4.1k" },
		{ 10 * KIB - 52, "9.9k" },
		{ 10 * KIB - 51, "10k" },
		{ 10 * KIB, "10k" },
		{ 10 * KIB + 511, "10k" },
		{ 10 * KIB + 512, "11k" },
		{ 38 * KIB, "38k" },
		{ MIB - 513, "1023k" },
		{ MIB - 512, "1.0M" },
		{ MIB, "1.0M" },
		{ 2202010, "2.1M" },
		{ 1023 * MIB, "1023M" },
		{ 1024 * MIB - 1, "1.0G" },
		{ MIB * MIB - 1, "1.0T" },
		{ MIB * MIB * 1024, "1.0P" },
		{ MIB * MIB * MIB, "1.0E" },
		{ MIB * MIB * MIB / 1024 * 1023, "1023P" },
		{ UINT64_MAX, "16E" },
	};

	(void)state;
	check_table(fmt_bytes, table, ARRAY_SIZE(table));
}

static void test_fmt_age_at_every_edge(void **state)
{
	static const struct text_case table[] = {
		{ 0, "0s" },
		{ 12, "12s" },
		{ 59, "59s" },
		{ 60, "1m00s" },
		{ 842, "14m02s" },
		{ HOUR - 1, "59m59s" },
		{ HOUR, "1h00m" },
		{ 11400, "3h10m" },
		{ DAY - 1, "23h59m" },
		{ DAY, "1d00h" },
		{ 2 * DAY + 6 * HOUR - 1, "2d05h" },
		{ 10 * DAY - 1, "9d23h" },
		{ 10 * DAY, "10d" },
		{ 12 * DAY - 1, "11d" },
		{ 100000 * DAY - 1, "99999d" },
		{ 100000 * DAY, ">273y" },
		{ UINT64_MAX, ">273y" },
	};

	(void)state;
	check_table(fmt_age, table, ARRAY_SIZE(table));
}

static void test_fmt_interval_has_no_idle_zeros(void **state)
{
	static const struct {
		unsigned ms;
		const char *text;
	} table[] = {
		{ 0, "0s" },
		{ 1, "0.001s" },
		{ 10, "0.01s" },
		{ 100, "0.1s" },
		{ 500, "0.5s" },
		{ 1000, "1s" },
		{ 1250, "1.25s" },
		{ 2000, "2s" },
		{ 10000, "10s" },
		{ 10005, "10.005s" },
		{ UINT32_MAX, "4294967.295s" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char buf[FMT_SIZE];

		assert_int_equal(fmt_interval(buf, table[i].ms), strlen(table[i].text));
		assert_string_equal(buf, table[i].text);
	}
}

/* "1.24M" back to a number; base is what k stands for. */
static double value_of(const char *text, double base)
{
	static const char units[] = "kMGTPE";
	double value = 0, scale = 0;
	const char *unit;

	for (; *text && (*text == '.' || *text == ',' || (*text >= '0' && *text <= '9')); text++) {
		if (*text == ',')
			continue;
		if (*text == '.') {
			scale = 1;
			continue;
		}
		value = value * 10 + (double)(*text - '0');
		scale *= 10;
	}
	if (scale > 0)
		value /= scale;
	if (!*text)
		return value;
	unit = strchr(units, *text);
	assert_non_null(unit);
	assert_int_equal(text[1], '\0');
	for (; unit >= units; unit--)
		value *= base;
	return value;
}

static void assert_near(double value, double n, double part)
{
	assert_true(value - n <= n * part && n - value <= n * part);
}

/* Numbers of every size, and those next to where the text changes its form. */
static uint64_t any_number(uint64_t *random)
{
	static const uint64_t edge[] = { 1000, 1024, 9950, 99500, 100000, 999500, 1048576 };
	uint64_t n = test_random(random);

	if (n % 4)
		return test_random(random) >> (n >> 8) % 64;
	n = edge[(n >> 8) % ARRAY_SIZE(edge)];
	for (uint64_t steps = test_random(random) % 5; steps; steps--)
		n *= 1000;
	return n + test_random(random) % 5 - 2;
}

static void test_fmt_is_near_the_number_and_narrow(void **state)
{
	uint64_t random = test_seed();

	(void)state;
	for (int i = 0; i < 300000; i++) {
		uint64_t n = any_number(&random);
		char buf[FMT_SIZE];
		double value;

		assert_in_range(fmt_count(buf, n), 1, 6);
		value = value_of(buf, 1000);
		assert_near(value, (double)n, 0.00501);
		assert_in_range(fmt_bytes(buf, n), 1, 5);
		value = value_of(buf, 1024);
		assert_near(value, (double)n, 0.0501);
		assert_in_range(fmt_age(buf, n), 2, 6);
		if (n) {
			assert_in_range(fmt_delta(buf, (int64_t)n), 2, 6);
			assert_int_equal(buf[0], (int64_t)n < 0 ? '-' : '+');
			value = value_of(buf + 1, 1000);
			assert_near(value, (double)((int64_t)n < 0 ? 0 - n : n), 0.0501);
		}
	}
}

/* As long as the number does not fall, neither does the text: a sorted column looks sorted. */
static void test_fmt_count_never_falls(void **state)
{
	double before = 0;

	(void)state;
	for (uint64_t n = 1; n < 20000000; n += n / 3000 + 1) {
		char buf[FMT_SIZE];
		double value;

		fmt_count(buf, n);
		value = value_of(buf, 1000);
		assert_true(value >= before);
		before = value;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fmt_plain_is_digits),
		cmocka_unit_test(test_fmt_group_sets_commas),
		cmocka_unit_test(test_fmt_count_at_every_edge),
		cmocka_unit_test(test_fmt_delta_at_every_edge),
		cmocka_unit_test(test_fmt_bytes_at_every_edge),
		cmocka_unit_test(test_fmt_age_at_every_edge),
		cmocka_unit_test(test_fmt_interval_has_no_idle_zeros),
		cmocka_unit_test(test_fmt_is_near_the_number_and_narrow),
		cmocka_unit_test(test_fmt_count_never_falls),
	};

	/* A language of the user must not show in any of them. */
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
