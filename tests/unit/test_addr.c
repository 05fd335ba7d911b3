/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sockeye/model/addr.h"
#include "test.h"

static struct addr parse(const char *s)
{
	struct addr a;

	assert_true(addr_parse(s, strlen(s), &a));
	return a;
}

static void check_text(const char *in, const char *out)
{
	char buf[ADDR_TEXT_SIZE];
	struct addr a = parse(in);

	assert_int_equal(addr_text(buf, &a), strlen(out));
	assert_string_equal(buf, out);
}

/* RFC 5952: lower case, no leading zeros, the longest run of zeros shortened, the first of equals.
 */
static void test_addr_text_is_rfc5952(void **state)
{
	(void)state;
	check_text("10.4.1.17", "10.4.1.17");
	check_text("::FFFF:10.4.1.17", "10.4.1.17");
	check_text("2001:0DB8:0:0:0:0:0:0005", "2001:db8::5");
	check_text("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	check_text("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");
	check_text("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
	check_text("::", "::");
	check_text("::1", "::1");
	check_text("::1:80", "::1:80");
	check_text("::102:304", "::102:304");
	check_text("0.0.0.0", "0.0.0.0");
}

static void test_addr_parse_refuses(void **state)
{
	static const char *const bad[] = {
		"",      "1.2.3", "1.2.3.4.5",  "256.1.1.1", "1.2.3.4/8",
		"[::1]", ":::",   "fe80::1%lo", "::1:80:",   "localhost"
	};
	char nul[] = "1.2.3.4\0";
	struct addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(addr_parse(bad[i], strlen(bad[i]), &a));
	assert_false(addr_parse(nul, sizeof(nul), &a));
	/* only len bytes count */
	assert_true(addr_parse("1.2.3.45", 7, &a));
	assert_int_equal(a.b[15], 4);
}

static void check_prefix(const char *in, unsigned bits, const char *out)
{
	struct addr a = parse(in), want = parse(out), p = addr_prefix(&a, bits);

	assert_true(addr_equal(&p, &want));
	assert_true(addr_in(&a, &want, bits));
}

static void test_addr_prefix(void **state)
{
	(void)state;
	check_prefix("10.4.1.17", 32, "10.4.1.17");
	check_prefix("10.4.1.17", 24, "10.4.1.0");
	check_prefix("10.4.1.17", 28, "10.4.1.16");
	check_prefix("10.4.1.17", 31, "10.4.1.16");
	check_prefix("10.4.1.17", 0, "0.0.0.0");
	check_prefix("2001:db8:40:1::7", 48, "2001:db8:40::");
	check_prefix("2001:db8:40:1::7", 127, "2001:db8:40:1::6");
	check_prefix("2001:db8:40:1::7", 128, "2001:db8:40:1::7");
	check_prefix("2001:db8:40:1::7", 0, "::");
}

static void test_addr_in_keeps_families_apart(void **state)
{
	struct addr v4 = parse("10.0.0.1"), any4 = parse("0.0.0.0"), any6 = parse("::"),
		    v6 = parse("fd00::1");

	(void)state;
	assert_true(addr_in(&v4, &any4, 0));
	assert_false(addr_in(&v4, &any6, 0));
	assert_false(addr_in(&v6, &any4, 0));
	assert_true(addr_in(&v6, &any6, 0));
}

static void test_addr_kinds(void **state)
{
	struct addr a;

	(void)state;
	a = parse("0.0.0.0");
	assert_true(addr_is_any(&a) && addr_is_v4(&a));
	a = parse("::");
	assert_true(addr_is_any(&a) && !addr_is_v4(&a));
	a = parse("127.9.9.9");
	assert_true(addr_is_loopback(&a));
	a = parse("::1");
	assert_true(addr_is_loopback(&a) && !addr_is_v4(&a));
	a = parse("febf::1");
	assert_true(addr_is_link_local(&a));
	a = parse("fec0::1");
	assert_false(addr_is_link_local(&a));
}

static void test_addr_cmp_is_by_number(void **state)
{
	static const char *const order[] = { "0.0.0.0", "9.0.0.1", "10.0.0.1",    "10.0.0.2",
					     "::",      "::1",     "2001:db8::1", "fe80::1" };

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		for (size_t k = 0; k < 8; k++) {
			struct addr a = parse(order[i]), b = parse(order[k]);
			int c = addr_cmp(&a, &b);

			assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addr_text_is_rfc5952),
		cmocka_unit_test(test_addr_parse_refuses),
		cmocka_unit_test(test_addr_prefix),
		cmocka_unit_test(test_addr_in_keeps_families_apart),
		cmocka_unit_test(test_addr_kinds),
		cmocka_unit_test(test_addr_cmp_is_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
