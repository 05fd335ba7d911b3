/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>

#include "sockeye/model/names.h"
#include "test.h"

static unsigned state_of(const char *s)
{
	return state_by_name(s, strlen(s));
}

/* Every way a state is written by us, by netstat and by ss leads back to it, in any case. */
static void test_names_states_both_ways(void **state)
{
	(void)state;
	for (unsigned st = 1; st < ST_COUNT; st++) {
		char upper[32];
		size_t len = strlen(state_word(st));

		assert_int_equal(state_of(state_name(st)), st);
		assert_int_equal(state_of(state_short(st)), st);
		assert_int_equal(state_of(state_word(st)), st);
		for (size_t i = 0; i <= len; i++)
			upper[i] = (char)toupper((unsigned char)state_word(st)[i]);
		assert_int_equal(state_of(upper), st);
		assert_true(strlen(state_short(st)) <= 10);
		assert_true(strlen(state_help(st)) > 0);
	}
}

static void test_names_state_aliases(void **state)
{
	static const struct {
		const char *name;
		unsigned st;
	} alias[] = {
		{ "estab", ST_ESTABLISHED },   { "ESTABLISHED", ST_ESTABLISHED },
		{ "syn-rcv", ST_SYN_RECV },    { "SYN_RECV", ST_SYN_RECV },
		{ "fin_wait1", ST_FIN_WAIT1 }, { "FIN-WAIT-2", ST_FIN_WAIT2 },
		{ "close", ST_CLOSE },         { "closed", ST_CLOSE },
		{ "unconnected", ST_CLOSE },   { "listen", ST_LISTEN },
		{ "LISTENING", ST_LISTEN },    { "CLOSE_WAIT", ST_CLOSE_WAIT },
		{ "closing", ST_CLOSING },     { "bound-inactive", ST_CLOSE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(alias) / sizeof(alias[0]); i++)
		assert_int_equal(state_of(alias[i].name), alias[i].st);
}

static void test_names_no_such_state(void **state)
{
	static const char *const bad[] = { "",       "clo", "close-wai", "close-wait ",
					   "estab-", "all", "time" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(state_of(bad[i]), 0);
	assert_string_equal(state_name(0), "?");
	assert_string_equal(state_name(ST_COUNT), "?");
}

static void test_names_life_has_each_state_once(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (size_t i = 0; i < ST_COUNT - 1; i++)
		seen |= ST_BIT(state_life[i]);
	assert_int_equal(seen, ST_ALL);
}

static void test_names_reasons_and_protocols(void **state)
{
	(void)state;
	for (unsigned w = WHY_OWNED + 1; w < WHY_COUNT; w++) {
		assert_int_equal(why_by_name(why_name(w), strlen(why_name(w))), w);
		assert_int_equal(why_title(w)[0], '[');
	}
	assert_int_equal(why_by_name("owned", 5), -1);
	for (unsigned p = 0; p < PROTO_COUNT; p++)
		assert_int_equal(proto_by_name(proto_name(p), strlen(proto_name(p))), p);
	assert_int_equal(proto_by_name("TCP", 3), PROTO_TCP);
	assert_int_equal(proto_by_name("tcpx", 4), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_states_both_ways),
		cmocka_unit_test(test_names_state_aliases),
		cmocka_unit_test(test_names_no_such_state),
		cmocka_unit_test(test_names_life_has_each_state_once),
		cmocka_unit_test(test_names_reasons_and_protocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
