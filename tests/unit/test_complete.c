/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fake.h"
#include "sockeye/base/buf.h"
#include "sockeye/filter/complete.h"
#include "sockeye/filter/filter.h"

/* java holds 7 of 3 peers; two nginx share a listener; a name that is none of a filter's words. */
static const char machine[] =
	"sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:41000 ino 100 uid 998 times 4\n"
	"sock tcp ESTABLISHED 10.4.0.7:8080 10.4.1.18:42000 ino 120 uid 998 times 3\n"
	"sock tcp ESTABLISHED [2001:db8::7]:443 [2001:db8:40::1]:5000 ino 130 uid 33 times 2\n"
	"sock tcp TIME_WAIT 10.4.0.7:443 203.0.113.9:6000 times 6\n"
	"sock tcp LISTEN 0.0.0.0:8080 - ino 99 uid 998\n"
	"sock tcp LISTEN [::]:443 - ino 98 uid 33\n"
	"sock udp CLOSE [fe80::7]:546 - ino 97 uid 7 if 2\n"
	"sock tcp ESTABLISHED 10.4.0.7:22 192.0.2.1:99 ino 96 uid 7\n"
	"proc 901 nginx uid 33\nhold 901 4 98\nhold 901 5 130\nhold 901 9 130\n"
	"proc 902 nginx uid 33\nhold 902 4 98\nhold 902 5 131\n"
	"proc 2211 java uid 998\nhold 2211 4 99\nhold 2211 10 100 times 4\nhold 2211 20 120 times 3\n"
	"proc 3000 \"b \\\"\\\\\\xff\\e[1m\\n\" uid 7\nhold 3000 3 97\n"
	"proc 3001 and uid 7\nhold 3001 3 96\n"
	"user 998 tomcat\nuser 33 www-data\nuser 7 \"Jos\\xc3\\xa9 x\"\nifname 2 eth0\n";

struct fixture {
	struct completer *completer;
	struct snap_pool *pool;
	const struct snap *snap;
	struct buf shown;
};

static void open_fixture(struct fixture *f)
{
	*f = (struct fixture){ .completer = complete_new(), .pool = snap_pool_new() };
	f->snap = fake_snap(machine, f->pool, NULL);
}

static void close_fixture(struct fixture *f)
{
	complete_free(f->completer);
	snap_unref(f->snap);
	snap_pool_free(f->pool);
	buf_free(&f->shown);
}

/* The candidates where the text has a "|": "close-wait 4, closed 1"; words without a count alone. */
static const char *find(struct fixture *f, const char *text, const struct snap *s)
{
	size_t at = strcspn(text, "|");
	const struct completion *c;
	struct buf plain = { 0 };

	buf_add(&plain, text, at);
	buf_str(&plain, text[at] != '\0' ? text + at + 1 : "");
	c = complete_find(f->completer, plain.s, at, s);
	assert_true(c->from <= at && c->word <= c->from);
	buf_reset(&f->shown);
	buf_str(&f->shown, "");
	for (size_t i = 0; i < c->n; i++) {
		buf_fmt(&f->shown, "%s%s", i > 0 ? ", " : "", c->of[i].text);
		if (c->of[i].count != COMPLETE_UNCOUNTED)
			buf_fmt(&f->shown, " %u", c->of[i].count);
	}
	buf_free(&plain);
	return f->shown.s;
}

static void check(struct fixture *f, const char *text, const char *expected)
{
	if (strcmp(find(f, text, f->snap), expected) != 0)
		fail_msg("\"%s\": \"%s\", not \"%s\"", text, f->shown.s, expected);
}

static void test_complete_knows_what_can_stand_where(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "sta", "state" },
		{ "STA", "state" },
		{ "recv", "recv_q" },
		{ "recv-", "recv_q" },
		{ "cl", "state closed, state close-wait, state closing" },
		{ "no", "not" },
		{ "not (s", "state, src, sport, send_q, state syn-sent, state syn-recv" },
		{ "sport", "sport" },
		{ "sport |= 1", "=, !=, >, >=, <, <=" },
		{ "comm ", "=, !=, ~, !~" },
		{ "comm ~ ", "" },
		{ "proto ", "=, !=" },
		{ "autobound ", "and, or" },
		{ "(autobound ", "and, or, )" },
		{ "(autobound) ", "and, or" },
		{ "autobound a", "and, autobound, age" },
		{ "autobound or ", NULL },
		{ "stat clo", "" },
		{ "comm = = ", "" },
		{ "age > ", "10s, 1m, 10m, 1h, 1d" },
		{ "age>1", "10s, 1m, 10m, 1h, 1d" },
		{ "recv_q > 6", "64k" },
		{ "fwm", "fwmark" },
		{ "fwmark ", "=, !=" },
		{ "cgroup ", "=, !=, ~, !~" },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].expected == NULL)
			assert_non_null(strstr(find(&f, cases[i].text, f.snap), "state, exclude"));
		else
			check(&f, cases[i].text, cases[i].expected);
	}
	close_fixture(&f);
}

static void test_complete_counts_what_is_in_details(void **state)
{
	static const char text[] = "sock tcp ESTABLISHED 10.4.0.7:80 10.4.0.8:1 ino 1 detail full\n"
				   "sock tcp ESTABLISHED 10.4.0.7:80 10.4.0.8:2 ino 2 detail bbr\n"
				   "sock tcp ESTABLISHED 10.4.0.7:80 10.4.0.8:3 ino 3 detail tls\n"
				   "sock tcp ESTABLISHED 10.4.0.7:80 10.4.0.8:4 ino 4 detail old\n"
				   "sock tcp TIME_WAIT 10.4.0.7:80 10.4.0.8:5\n";
	struct fixture f = { .completer = complete_new(), .pool = snap_pool_new() };

	(void)state;
	f.snap = fake_snap(text, f.pool, NULL);
	check(&f, "fwmark = ", "0x0 2, 0x2a 1");
	check(&f, "fwmark = 0x2", "0x2a 1");
	check(&f, "cgroup = ", "\"/\" 2, /system.slice/web.service 1");
	check(&f, "cgroup = /s", "/system.slice/web.service 1");
	assert_int_equal(complete_find(f.completer, "cgroup = ", 9, f.snap)->details,
			 DETAIL_CGROUP);
	assert_int_equal(complete_find(f.completer, "sport = ", 8, f.snap)->details, 0);
	assert_int_equal(complete_find(f.completer, "cgroup", 6, f.snap)->details, 0);
	close_fixture(&f);
}

static void test_complete_counts_what_there_is(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "state clo", "close-wait 4, closed 1, closing 0" },
		{ "state CLOSE_", "close-wait 4" },
		{ "state = clo| or pid 1", "close-wait 4, closed 1, closing 0" },
		{ "exclude lis", "listening 2" },
		{ "proto = ", "tcp 18, udp 1" },
		{ "proto = tcp,u", "udp 1" },
		{ "family = ", "inet 15, inet6 4" },
		{ "owner = ti", "time-wait 6" },
		{ "comm = j", "java 8" },
		{ "comm = ng", "nginx 3" },
		{ "pid = ", "2211 8, 901 2, 902 2, 3000 1, 3001 1" },
		{ "pid = 2", "2211 8" },
		{ "uid = ", "998 8, 0 6, 33 3, 7 2" },
		{ "user = t", "tomcat 8" },
		{ "dev = ", "eth0 1" },
		{ "sport = ", ":443 9, :8080 8, :22 1, :546 1" },
		{ "sport = 80", "8080 8" },
		{ "sport=:44", ":443 9" },
		{ "dport = 41000,410", "41000 1, 41001 1, 41002 1, 41003 1" },
		{ "dst 10.4.1.1", "10.4.1.17 4, 10.4.1.18 3" },
		{ "dst 2001", "[2001:db8:40::1] 2" },
		{ "dst [20", "[2001:db8:40::1] 2" },
		{ "dst = 203", "203.0.113.9 6" },
		{ "src [", "[2001:db8::7] 2, [::] 1, [fe80::7] 1" },
		{ "listener = ", "0.0.0.0:8080 8, [::]:443 3" },
		{ "inode = ", "" },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check(&f, cases[i].text, cases[i].expected);
	assert_string_equal(find(&f, "state clos", NULL), "closed, close-wait, closing");
	assert_string_equal(find(&f, "comm = j", NULL), "");
	close_fixture(&f);
}

/* What is put in is a filter, and of this name only, whatever the name. */
static void test_complete_quotes_odd_names(void **state)
{
	static const char *const texts[] = { "comm = b",  "comm = \"b", "comm = \"b \\\"",
					     "comm = an", "user = Jos", "user = \"Jos\xc3\xa9 " };
	struct fixture f;

	(void)state;
	open_fixture(&f);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const struct completion *c =
			complete_find(f.completer, texts[i], strlen(texts[i]), f.snap);
		struct buf whole = { 0 };
		struct filter *filter;
		uint32_t hits = 0;
		struct err e;

		if (c->n != 1)
			fail_msg("\"%s\": %zu candidates", texts[i], c->n);
		buf_add(&whole, texts[i], c->from);
		buf_str(&whole, c->of[0].text);
		filter = filter_parse(whole.s, whole.len, &e);
		if (filter == NULL)
			fail_msg("\"%s\": %s", whole.s, e.msg);
		filter_bind(filter, f.snap);
		for (uint32_t row = 0; row < f.snap->n_sock; row++)
			hits += filter_match(filter, f.snap, row);
		assert_int_equal(hits, c->of[0].count);
		assert_true(hits > 0);
		filter_free(filter);
		buf_free(&whole);
	}
	close_fixture(&f);
}

/* Every candidate at the end of what is a filter up to there makes one again. */
static void test_complete_leads_to_filters(void **state)
{
	static const char *const starts[] = {
		"state ",   "exclude ", "src ",      "dst ",     "listener = ", "sport = ",
		"dport = ", "dev = ",   "comm = ",   "user = ",  "owner = ",    "pid = ",
		"uid = ",   "age > ",   "recv_q > ", "proto = ", "family = "
	};
	struct fixture f;

	(void)state;
	open_fixture(&f);
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		const struct completion *c =
			complete_find(f.completer, starts[i], strlen(starts[i]), f.snap);

		assert_true(c->n > 0);
		for (size_t k = 0; k < c->n; k++) {
			struct buf whole = { 0 };
			struct err e;
			struct filter *filter;

			buf_fmt(&whole, "%s%s", starts[i], c->of[k].text);
			filter = filter_parse(whole.s, whole.len, &e);
			if (filter == NULL)
				fail_msg("\"%s\": %s", whole.s, e.msg);
			filter_free(filter);
			buf_free(&whole);
		}
	}
	close_fixture(&f);
}

/* Another snapshot is counted anew, also one that lies where the last one did. */
static void test_complete_goes_with_the_snapshot(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	check(&f, "state close-w", "close-wait 4");
	for (int i = 0; i < 3; i++) {
		const struct snap *s =
			fake_snap("sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:41000 times 9\n",
				  f.pool, f.snap);

		snap_unref(f.snap);
		f.snap = s;
		check(&f, "state close-w", "close-wait 9");
	}
	close_fixture(&f);
}

/* Whatever is typed: an answer, and no byte behind the cursor is looked at. */
static void test_complete_takes_anything(void **state)
{
	static const char bytes[] = " ()!=<>~&|\"\\,:[]*#abstcomndport1.\xc3\xff\n";
	uint64_t rng = test_seed();
	struct fixture f;

	(void)state;
	open_fixture(&f);
	for (int turn = 0; turn < 20000; turn++) {
		size_t len = (size_t)(test_random(&rng) % 40);
		char *text = malloc(len > 0 ? len : 1);
		const struct completion *c;

		for (size_t i = 0; i < len; i++)
			text[i] = bytes[test_random(&rng) % (sizeof(bytes) - 1)];
		c = complete_find(f.completer, text, len, f.snap);
		assert_true(c->word <= c->from && c->from <= len && c->n <= COMPLETE_MAX);
		free(text);
	}
	close_fixture(&f);
}

static void test_complete_names_the_fields(void **state)
{
	const char *name, *help;
	unsigned n = 0;

	(void)state;
	for (; (name = complete_field(n, &help)) != NULL; n++)
		assert_true(name[0] != '\0' && help[0] != '\0');
	assert_true(n > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete_knows_what_can_stand_where),
		cmocka_unit_test(test_complete_counts_what_is_in_details),
		cmocka_unit_test(test_complete_counts_what_there_is),
		cmocka_unit_test(test_complete_quotes_odd_names),
		cmocka_unit_test(test_complete_leads_to_filters),
		cmocka_unit_test(test_complete_goes_with_the_snapshot),
		cmocka_unit_test(test_complete_takes_anything),
		cmocka_unit_test(test_complete_names_the_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
