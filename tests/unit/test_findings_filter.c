/* SPDX-License-Identifier: MIT */
/* The filter of a finding parses, and selects the sockets behind it. */
#include "test.h"

#include <string.h>

#include "sockeye/filter/filter.h"
#include "story.h"

/* How many pass; fails where it is no filter. */
static unsigned passing(const struct story *t, const struct finding *x)
{
	struct err e;
	struct filter *f = filter_parse(x->expr, strlen(x->expr), &e);
	unsigned n = 0;

	if (f == NULL)
		fail_msg("%s: %s: %s", finding_table[x->kind].name, x->expr, e.msg);
	filter_bind(f, t->snap);
	for (uint32_t row = 0; row < t->snap->n_sock; row++)
		n += filter_match(f, t->snap, row);
	filter_free(f);
	return n;
}

static const struct {
	enum finding_kind kind;
	unsigned samples, sockets;
	const char *fixture;
} cases[] = {
	{ FINDING_CLOSE_WAIT_LEAK, 40, 25,
	  "sock tcp CLOSE_WAIT 10.0.0.1:80 10.4.1.17:1 ino 100 times 25\n"
	  "sock tcp CLOSE_WAIT 10.0.0.1:80 10.4.1.18:1 ino 200 times 5\n"
	  "proc 22 a\nproc 23 b\nhold 22 100 100 times 25\nhold 23 100 200 times 5\n" },
	{ FINDING_CLOSE_WAIT_LEAK, 40, 25,
	  "sock tcp CLOSE_WAIT 10.0.0.1:80 10.4.1.17:1 ino 100 times 25\n" },
	{ FINDING_HALF_OPEN_FLOOD, 1, 300,
	  "sock tcp SYN_RECV 10.0.0.1:80 203.0.113.1:1 times 150\n"
	  "sock tcp SYN_RECV 10.0.0.1:80 203.0.113.2:1 times 150\n"
	  "sock tcp SYN_RECV 10.0.0.1:80 198.51.100.2:1 times 20\n" },
	{ FINDING_HALF_OPEN_FLOOD, 1, 300,
	  "sock tcp SYN_RECV [fd00::1]:80 [2001:db8:40::1]:1 times 150\n"
	  "sock tcp SYN_RECV [fd00::1]:80 [2001:db8:40:1::1]:1 times 150\n"
	  "sock tcp SYN_RECV [fd00::1]:80 [2001:db8:41::1]:1 times 20\n" },
	{ FINDING_HALF_OPEN_FLOOD, 1, 300,
	  "sock tcp SYN_RECV [fd00::1]:80 [2001:db8:40::1]:1 times 300\n" },
	{ FINDING_ACCEPT_QUEUE, 1, 3,
	  "sock tcp LISTEN 0.0.0.0:80 - ino 1 rq 2 sq 1\n"
	  "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1 times 2\n"
	  "sock tcp ESTABLISHED 10.0.0.1:81 10.0.0.2:1 times 2\n" },
	{ FINDING_ACCEPT_QUEUE, 1, 3,
	  "sock tcp LISTEN [::1]:80 - ino 1 rq 2 sq 1\n"
	  "sock tcp ESTABLISHED [::1]:80 [::1]:9 times 2\n" },
	{ FINDING_EPHEMERAL_PORTS, 1, 3,
	  "sysctl net.ipv4.ip_local_port_range 100 102\n"
	  "sock tcp TIME_WAIT 10.0.0.1:100 10.0.0.5:3306\n"
	  "sock tcp TIME_WAIT 10.0.0.1:101 10.0.0.5:3306\n"
	  "sock tcp TIME_WAIT 10.0.0.1:102 10.0.0.5:3306\n"
	  "sock tcp TIME_WAIT 10.0.0.2:102 10.0.0.5:3306\n" },
	{ FINDING_EPHEMERAL_PORTS, 1, 3,
	  "sysctl net.ipv4.ip_local_port_range 100 102\n"
	  "sock tcp TIME_WAIT [fd00::1]:100 [fd00::5]:3306\n"
	  "sock tcp TIME_WAIT [fd00::1]:101 [fd00::5]:3306\n"
	  "sock tcp TIME_WAIT [fd00::1]:102 [fd00::5]:3306\n" },
	{ FINDING_TIMEWAIT_LIMIT, 1, 2,
	  "sysctl net.ipv4.tcp_max_tw_buckets 2\n"
	  "sock tcp TIME_WAIT 10.0.0.1:100 10.0.0.5:3306 times 2\n" },
	{ FINDING_ORPHANS, 1, 2,
	  "sysctl net.ipv4.tcp_max_orphans 2\ncounter orphan 2\n"
	  "sock tcp FIN_WAIT1 10.0.0.1:100 10.0.0.5:3306 times 2\n" },
	{ FINDING_DESCRIPTORS, 1, 2,
	  "sock tcp ESTABLISHED 10.0.0.1:100 10.0.0.5:3306 ino 5 times 2\n"
	  "proc 7 a fds 99 limit 100\nhold 7 3 5 times 2\n" },
	{ FINDING_SLOW_READER, 5, 6,
	  "sock tcp ESTABLISHED 10.0.0.1:100 10.0.0.5:3306 ino 50 rq 5000 times 6\n"
	  "sock tcp ESTABLISHED 10.0.0.1:100 10.0.0.6:3306 ino 5 times 2\n"
	  "proc 7 a\nhold 7 30 50 times 6\nhold 7 3 5 times 2\n" },
};

static void test_filter_of_a_finding(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct story t;

		story_open(&t);
		story_repeat(&t, cases[i].samples, 2, cases[i].fixture);
		assert_int_equal(passing(&t, story_only(&t, cases[i].kind)), cases[i].sockets);
		story_close(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_of_a_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
