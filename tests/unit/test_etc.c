/* SPDX-License-Identifier: MIT */
/* The files that have names of ports and hosts, and what a name may be. */
#include "test.h"

#include <string.h>

#include "sockeye/collect/etc.h"
#include "sockeye/model/namer.h"

static void check_service(const struct etc *e, enum proto proto, uint16_t port, const char *name)
{
	struct str s = etc_service(e, proto, port);

	assert_int_equal(s.len, strlen(name));
	assert_memory_equal(s.s, name, s.len);
}

static void check_host(const struct etc *e, const char *addr, const char *name)
{
	struct addr a;
	struct str s;

	assert_true(addr_parse(addr, strlen(addr), &a));
	s = etc_host(e, &a);
	assert_int_equal(s.len, strlen(name));
	assert_memory_equal(s.s, name, s.len);
}

static void test_etc_services_and_hosts(void **state)
{
	static const char services[] = "# comment\n"
				       "ssh\t22/tcp\t\t\t# SSH\n"
				       "domain 53/tcp\ndomain 53/udp\n"
				       "http 80/tcp www\n"
				       "other 80/tcp\n"
				       "  indented 81/tcp\r\n"
				       "diameter 3868/sctp\n"
				       "bad 70000/tcp\nbad 0/tcp\nbad x/tcp\nbad 5/\nbad 5/dccp\n"
				       "bad\n\n123 7/tcp\n-x 8/tcp\nb\x1b[2J 9/tcp\n"
				       "last 99/tcp";
	static const char hosts[] = "127.0.0.1\tlocalhost loopback\n"
				    "::1 localhost6\n"
				    "10.0.0.7 web-07.example web # ours\n"
				    "10.0.0.7 second\n"
				    "0.0.0.0 ads.example\n"
				    "10.0.0.8\n10.0.0.9 #none\n"
				    "10.0.0.10 10.0.0.11\n"
				    "10.0.0.12 e\x1b[31mvil\n"
				    "nonsense here\n"
				    "2001:db8::5 v6.example";
	struct etc *e = etc_parse(services, sizeof(services) - 1, hosts, sizeof(hosts) - 1);

	(void)state;
	check_service(e, PROTO_TCP, 22, "ssh");
	check_service(e, PROTO_UDP, 22, "");
	check_service(e, PROTO_UDP, 53, "domain");
	check_service(e, PROTO_MPTCP, 53, "domain");
	check_service(e, PROTO_TCP, 80, "http");
	check_service(e, PROTO_TCP, 81, "indented");
	check_service(e, PROTO_SCTP, 3868, "diameter");
	check_service(e, PROTO_TCP, 3868, "");
	check_service(e, PROTO_RAW, 22, "");
	for (uint16_t port = 0; port < 10; port++)
		check_service(e, PROTO_TCP, port, "");
	check_service(e, PROTO_TCP, 99, "last");
	check_service(e, PROTO_TCP, 65535, "");
	check_host(e, "127.0.0.1", "localhost");
	check_host(e, "::1", "localhost6");
	check_host(e, "10.0.0.7", "web-07.example");
	check_host(e, "0.0.0.0", "");
	check_host(e, "10.0.0.8", "");
	check_host(e, "10.0.0.9", "");
	check_host(e, "10.0.0.10", "");
	check_host(e, "10.0.0.12", "");
	check_host(e, "2001:db8::5", "v6.example");
	etc_free(e);
}

static void test_etc_of_nothing(void **state)
{
	struct etc *e = etc_parse(NULL, 0, NULL, 0);

	(void)state;
	check_service(e, PROTO_TCP, 22, "");
	check_host(e, "127.0.0.1", "");
	etc_free(e);
	e = etc_read("/nowhere");
	check_service(e, PROTO_TCP, 22, "");
	etc_free(e);
}

static void test_names_that_may_be_shown(void **state)
{
	static const char *const good[] = {
		"a",  "web-07.example.com", "_dmarc.example", "xn--bcher-kva.example", "1and1.com",
		"A.B"
	};
	static const char *const bad[] = { "",         "10.0.0.1", "1.2",    "-rf",
					   ".a",       "a b",      "a\n",    "a:80",
					   "a/b",      "[::1]",    "a%eth0", "\xc3\xa9.example",
					   "a\x1b[2J", "<a>",      "a'b",    "fe80::1",
					   "*",        "a\\b" };
	char longest[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (!namer_is_host(good[i], strlen(good[i])))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (namer_is_host(bad[i], strlen(bad[i])))
			fail_msg("%s", bad[i]);
	assert_false(namer_is_host("a\0b", 3));
	memset(longest, 'a', sizeof(longest));
	assert_true(namer_is_host(longest, 253));
	assert_false(namer_is_host(longest, 254));
	assert_true(namer_is_service("c++-d_2", 7));
	assert_false(namer_is_service("80", 2));
	assert_false(namer_is_service("a.b", 3));
	assert_false(namer_is_service(longest, 33));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_etc_services_and_hosts),
		cmocka_unit_test(test_etc_of_nothing),
		cmocka_unit_test(test_names_that_may_be_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
