/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sockeye/base/strpool.h"

static void assert_str(const struct strpool *p, uint32_t id, const char *bytes, size_t len)
{
	struct str s = strpool_get(p, id);

	assert_int_equal(s.len, len);
	assert_memory_equal(s.s, bytes, len);
	assert_int_equal(s.s[len], '\0');
}

static void test_strpool_none_is_the_empty_string(void **state)
{
	struct strpool p;

	(void)state;
	strpool_init(&p);
	assert_str(&p, STR_NONE, "", 0);
	assert_int_equal(strpool_add(&p, "", 0), STR_NONE);
	assert_int_equal(strpool_add(&p, NULL, 0), STR_NONE);
	strpool_free(&p);
}

static void test_strpool_equal_bytes_have_equal_ids(void **state)
{
	struct strpool p;
	uint32_t java, sshd;

	(void)state;
	strpool_init(&p);
	java = strpool_add(&p, "java", 4);
	sshd = strpool_add(&p, "sshd", 4);
	assert_int_not_equal(java, STR_NONE);
	assert_int_not_equal(sshd, STR_NONE);
	assert_int_not_equal(java, sshd);
	assert_int_equal(strpool_add(&p, "java", 4), java);
	assert_int_equal(strpool_add(&p, "sshd", 4), sshd);
	assert_int_not_equal(strpool_add(&p, "jav", 3), java);
	assert_str(&p, java, "java", 4);
	assert_str(&p, sshd, "sshd", 4);
	strpool_free(&p);
}

/* NUL counts, so these differ by length alone; the hash of all of them has the same words. */
static void test_strpool_any_byte_and_any_length(void **state)
{
	static const char zero[64];
	char all[256];
	uint32_t id[64], whole;
	struct strpool p;

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	strpool_init(&p);
	whole = strpool_add(&p, all, sizeof(all));
	for (size_t len = 0; len < 64; len++)
		id[len] = strpool_add(&p, zero, len);
	for (size_t len = 0; len < 64; len++) {
		assert_str(&p, id[len], zero, len);
		assert_int_equal(strpool_add(&p, zero, len), id[len]);
		for (size_t other = 0; other < len; other++)
			assert_int_not_equal(id[len], id[other]);
	}
	assert_str(&p, whole, all, sizeof(all));
	strpool_free(&p);
}

static size_t nth_name(char *buf, size_t size, uint32_t i)
{
	return (size_t)snprintf(buf, size, "%.*sname-%u", (int)(i % 40),
				"0123456789012345678901234567890123456789", i);
}

static void test_strpool_many_and_again_after_reset(void **state)
{
	uint32_t count = 50000, *id = calloc(count, sizeof(*id));
	struct strpool p;
	char name[64];

	(void)state;
	strpool_init(&p);
	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < count; i++)
			id[i] = strpool_add(&p, name, nth_name(name, sizeof(name), i + round));
		for (uint32_t i = 0; i < count; i++) {
			size_t len = nth_name(name, sizeof(name), i + round);

			assert_str(&p, id[i], name, len);
			assert_int_equal(strpool_add(&p, name, len), id[i]);
		}
		assert_int_equal(p.ix.used, count);
		strpool_reset(&p);
		assert_int_equal(p.ix.used, 0);
		assert_str(&p, STR_NONE, "", 0);
	}
	/* Forgotten: a new string takes the first place again. */
	assert_int_equal(strpool_add(&p, "x", 1), strpool_add(&p, "x", 1));
	assert_int_equal(p.ix.used, 1);
	strpool_free(&p);
	free(id);
}

/* The padding must not shift what follows, and the next entry must begin right after it. */
static void test_strpool_entries_do_not_touch(void **state)
{
	struct strpool p;
	uint32_t last = STR_NONE;
	char text[40];

	(void)state;
	memset(text, 0xff, sizeof(text));
	strpool_init(&p);
	for (size_t len = 1; len < sizeof(text); len++) {
		uint32_t id = strpool_add(&p, text, len);

		assert_true(id > last);
		assert_str(&p, last, text, last == STR_NONE ? 0 : len - 1);
		last = id;
	}
	strpool_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strpool_none_is_the_empty_string),
		cmocka_unit_test(test_strpool_equal_bytes_have_equal_ids),
		cmocka_unit_test(test_strpool_any_byte_and_any_length),
		cmocka_unit_test(test_strpool_many_and_again_after_reset),
		cmocka_unit_test(test_strpool_entries_do_not_touch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
