/* SPDX-License-Identifier: MIT */
/* Filters as commands of ss; tests/kernel/ss-command.sh runs such commands. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "sockeye/base/buf.h"
#include "sockeye/filter/filter.h"

static int print(const char *text, struct buf *out, struct err *e)
{
	struct filter *f = filter_parse(text, strlen(text), e);
	int rc;

	if (f == NULL)
		fail_msg("\"%s\": %s", text, e->msg);
	buf_reset(out);
	buf_str(out, "> ");
	rc = filter_print_ss(f, PROTO_BIT(PROTO_TCP) | PROTO_BIT(PROTO_UDP), out, e);
	filter_free(f);
	return rc;
}

static void test_filter_ss_says_the_same(void **state)
{
	static const struct {
		const char *text, *command;
	} cases[] = {
		{ "", "ss -tuan" },
		{ "state close-wait", "ss -tan state close-wait" },
		{ "state established and proto = tcp", "ss -tan state established" },
		{ "proto = udp", "ss -uan" },
		{ "not proto = udp", "ss -tan" },
		{ "not state close-wait", "ss -tuan exclude close-wait" },
		{ "state fin-wait-1 or state closing", "ss -tan state fin-wait-1 state closing" },
		{ "state close and proto = tcp", "ss -tan state bound-inactive" },
		{ "state listening or (proto = udp and state closed)",
		  "ss -tuan state closed state listening" },
		{ "sport = 80", "ss -tuan 'sport = :80'" },
		{ "sport != 80", "ss -tuan 'not sport = :80'" },
		{ "dport>1024", "ss -tuan 'dport > :1024'" },
		{ "dport = 80,443", "ss -tuan '( dport = :80 or dport = :443 )'" },
		{ "dport != 80,443", "ss -tuan 'not ( dport = :80 or dport = :443 )'" },
		{ "dport = 1000-2000", "ss -tuan '( dport >= :1000 and dport <= :2000 )'" },
		{ "dport = *", "ss -tuan 'src *'" },
		{ "dst 10.4.1.17 and state close-wait",
		  "ss -tan state close-wait 'dst 10.4.1.17'" },
		{ "dst 10/8:443", "ss -tuan 'dst 10.0.0.0/8:443'" },
		{ "dst != 10.4.1.17", "ss -tuan 'not dst 10.4.1.17'" },
		{ "src [2001:db8::/32]:80", "ss -tuan 'src [2001:db8::/32]:80'" },
		{ "src [::ffff:10.0.0.1]", "ss -tuan 'src [::ffff:10.0.0.1]'" },
		{ "src 10.0.0.1:80,443", "ss -tuan '( src 10.0.0.1:80 or src 10.0.0.1:443 )'" },
		{ "src 10.0.0.1:8-9",
		  "ss -tuan '( src 10.0.0.1 and ( sport >= :8 and sport <= :9 ) )'" },
		{ "src :22", "ss -tuan 'src *:22'" },
		{ "dst *", "ss -tuan 'dst *'" },
		{ "dev eth0", "ss -tuan 'dev = eth0'" },
		{ "dev != eth0", "ss -tuan 'not dev = eth0'" },
		{ "dev = 2", "ss -tuan 'dev = 2'" },
		{ "fwmark = 42/0xff and not fwmark 1",
		  "ss -tuan 'fwmark = 0x2a/0xff and not fwmark = 0x1'" },
		{ "cgroup != /a.slice", "ss -tuan 'not cgroup = /sys/fs/cgroup/a.slice'" },
		{ "cgroup = /sys/fs/cgroup/a.slice", "ss -tuan 'cgroup = /sys/fs/cgroup/a.slice'" },
		{ "dev \"it's\"", "ss -tuan 'dev = it'\\''s'" },
		{ "sport 1 or sport 2 and dport 3",
		  "ss -tuan 'sport = :1 or ( sport = :2 and dport = :3 )'" },
		{ "(sport 1 or sport 2) and dport 3 and state established and proto = tcp",
		  "ss -tan state established '( sport = :1 or sport = :2 ) and dport = :3'" },
		{ "not (sport 1 and dport 2)", "ss -tuan 'not ( sport = :1 and dport = :2 )'" },
		{ "not (state close-wait or state time-wait) and sport 1 and proto = tcp",
		  "ss -tan exclude time-wait exclude close-wait 'sport = :1'" },
		{ "state established ( dport = :25 or sport = :25 )",
		  "ss -tuan state established 'dport = :25 or sport = :25'" },
		{ "(state established and sport 1) and (proto = tcp and dport 2 and dport 3)",
		  "ss -tan state established 'sport = :1 and dport = :2 and dport = :3'" },
	};
	struct buf out = { 0 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (print(cases[i].text, &out, &e) != 0)
			fail_msg("\"%s\": %s", cases[i].text, e.msg);
		if (strcmp(out.s + 2, cases[i].command) != 0)
			fail_msg("\"%s\" is %s, not %s", cases[i].text, out.s + 2,
				 cases[i].command);
	}
	buf_free(&out);
}

static void test_filter_ss_says_what_it_cannot(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "comm = java", "ss knows no comm" },
		{ "sport 1 and not pid 2", "ss knows no pid" },
		{ "user root or sport 1", "ss knows no user" },
		{ "age > 10m", "ss knows no age" },
		{ "listener = :80", "ss knows no listener" },
		{ "family = inet", "ss knows no family" },
		{ "autobound", "ss means something else by autobound" },
		{ "state established or sport 1", "ss takes state only for the whole of a filter" },
		{ "not (proto = udp and sport 1)",
		  "ss takes proto only for the whole of a filter" },
		{ "proto = udp or state listening", "ss takes the same states for all protocols" },
		{ "exclude all", "no socket can be like this" },
		{ "proto = udp and state listening", "no socket can be like this" },
		{ "dst inet:10.0.0.1", "ss takes inet: for the whole of a filter" },
		{ "dev = eth*", "ss knows dev only by its whole name" },
		{ "dev ~ eth", "ss knows dev only by its whole name" },
		{ "dev = 0", "ss knows no dev 0" },
		{ "cgroup = /a*", "ss knows cgroup only by its whole path" },
		{ "cgroup ~ /a", "ss knows cgroup only by its whole path" },
		{ "cgroup = a", "ss knows cgroup only by its whole path" },
		{ "cgroup = \"/a b\"", "the name has characters that ss would read as others" },
		{ "not dst 0.0.0.0",
		  "ss mixes up IPv4 and IPv6 in \"not\" and an address of few bits" },
		{ "not dst 10/8",
		  "ss mixes up IPv4 and IPv6 in \"not\" and an address of few bits" },
		{ "dst != [fd00::/8]",
		  "ss mixes up IPv4 and IPv6 in \"not\" and an address of few bits" },
	};
	struct buf out = { 0 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int rc = print(cases[i].text, &out, &e);

		if (rc != -EOPNOTSUPP || strcmp(e.msg, cases[i].why) != 0)
			fail_msg("\"%s\": %d, %s", cases[i].text, rc, rc == 0 ? out.s : e.msg);
		assert_string_equal(out.s, "> "); /* nothing is half said */
		assert_int_equal(out.len, 2);
	}
	buf_free(&out);
}

static void test_filter_ss_says_other_families(void **state)
{
	enum { UNIX = PROTO_BIT(PROTO_UNIX), ALL = PROTOS_ALL & ~PROTO_BIT(PROTO_UDPLITE) };
	static const struct {
		const char *text;
		unsigned protos;
		const char *said; /* the command, or why there is none */
	} cases[] = {
		{ "", UNIX, "ss -an -A unix" },
		{ "proto = unix", ALL, "ss -an -A unix" },
		{ "", ALL, "ss -an -A tcp,udp,raw,mptcp,sctp,unix,packet,netlink,vsock,xdp" },
		{ "state listening", UNIX, "ss -an -A unix state listening" },
		{ "src unix:/tmp/.X11-unix/*", UNIX, "ss -an -A unix 'src unix:/tmp/.X11-unix/*'" },
		{ "not src unix:@x", UNIX, "ss -an -A unix 'not src unix:@x'" },
		{ "dst unix:*", UNIX, "ss -an -A unix 'dst unix:*'" },
		{ "src netlink:rtnl:4242", PROTO_BIT(PROTO_NETLINK),
		  "ss -an -A netlink 'src netlink:rtnl:4242'" },
		{ "src link:ip:lo", PROTO_BIT(PROTO_PACKET), "ss -an -A packet 'src link:ip:lo'" },
		{ "dst unix:/x", UNIX, "ss knows no name of the other end of a UNIX socket" },
		{ "src unix:/x", ALL, "ss takes unix: for the whole of a filter" },
		{ "src unix:\"/a b\"", UNIX,
		  "the name has characters that ss would read as others" },
		{ "type = dgram", UNIX, "ss knows no type" },
		{ "", PROTOS_ALL, "ss knows no udplite" },
		{ "(proto = unix and state listening) or proto = tcp", ALL,
		  "ss takes the same states for all protocols" },
	};
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err e = { .msg = "" };
		struct filter *f = filter_parse(cases[i].text, strlen(cases[i].text), &e);
		int rc;

		assert_non_null(f);
		buf_reset(&out);
		rc = filter_print_ss(f, cases[i].protos, &out, &e);
		assert_string_equal(rc == 0 ? out.s : e.msg, cases[i].said);
		filter_free(f);
	}
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_ss_says_the_same),
		cmocka_unit_test(test_filter_ss_says_other_families),
		cmocka_unit_test(test_filter_ss_says_what_it_cannot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
