/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <locale.h>
#include <netdb.h>
#include <stdbool.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/filter/filter.h"
#include "sockeye/model/field.h"

#include "test.h"

/* From memory that is exactly as long as the text: a sanitizer sees a read behind it. */
static struct filter *parse_exactly(const char *text, size_t len, struct err *e)
{
	char *copy = xmalloc(len > 0 ? len : 1);
	struct filter *f;

	memcpy(copy, text, len);
	f = filter_parse(copy, len, e);
	free(copy);
	return f;
}

static struct filter *parse(const char *text)
{
	struct err e = { 0 };
	struct filter *f = parse_exactly(text, strlen(text), &e);

	if (f == NULL)
		fail_msg("\"%s\": %zu: %s", text, e.pos, e.msg);
	return f;
}

/* The canonical text; what belongs to this call stays until the next. */
static const char *canonical(struct buf *b, const char *text)
{
	struct filter *f = parse(text);

	buf_reset(b);
	buf_str(b, "");
	filter_print(f, b);
	filter_free(f);
	return b->s;
}

struct pair {
	const char *text, *canonical;
};

static void check_pairs(const struct pair *pairs, size_t n)
{
	struct buf once = { 0 }, twice = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (strcmp(canonical(&once, pairs[i].text), pairs[i].canonical) != 0)
			fail_msg("\"%s\" is \"%s\", not \"%s\"", pairs[i].text, once.s,
				 pairs[i].canonical);
		assert_string_equal(canonical(&twice, once.s), once.s);
	}
	buf_free(&once);
	buf_free(&twice);
}

static void test_filter_parse_forms(void **state)
{
	// clang-format off
	static const struct pair pairs[] = {
		{ "", "" },
		{ " \t\n ", "" },
		{ "# nothing but a remark", "" },
		{ "# one\n  # two\nsport = :80\n#three\nor dport = :80", "sport = :80 or dport = :80" },
		/* states */
		{ "state established", "state established" },
		{ "STATE Close_Wait", "state close-wait" },
		{ "state CLOSE-WAIT", "state close-wait" },
		{ "state listen", "state listening" },
		{ "state LISTEN", "state listening" },
		{ "state ESTAB", "state established" },
		{ "state SYN_RECV", "state syn-recv" },
		{ "state syn-rcv", "state syn-recv" },
		{ "state FIN_WAIT1", "state fin-wait-1" },
		{ "state fin-wait-2", "state fin-wait-2" },
		{ "state close", "state closed" },
		{ "state unconnected", "state closed" },
		{ "state = close-wait", "state close-wait" },
		{ "state=close-wait", "state close-wait" },
		{ "state != close-wait", "exclude close-wait" },
		{ "exclude close-wait", "exclude close-wait" },
		{ "excl close-wait", "exclude close-wait" },
		{ "state all", "state all" },
		{ "state connected", "state connected" },
		{ "state synchronized", "state synchronized" },
		{ "state bucket", "state bucket" },
		{ "state big", "state big" },
		{ "exclude bucket", "state big" },
		{ "exclude all", "exclude all" },
		{ "state bound-inactive", "state bound-inactive" },
		{ "exclude bound-inactive", "state all exclude bound-inactive" },
		{ "state listen state bound-inactive", "state listening state bound-inactive" },
		{ "state established,close-wait", "state established state close-wait" },
		/* adjacent states are one set, as in ss */
		{ "state established state close-wait", "state established state close-wait" },
		{ "exclude established exclude closed", "exclude established exclude closed" },
		{ "state connected exclude established",
		  "exclude established exclude closed exclude listening" },
		{ "exclude listening state listening", "state all" },
		{ "state syn-recv state time-wait", "state bucket" },
		{ "sport = :80 state established state listen",
		  "sport = :80 and state established state listening" },
		{ "state established and state closed", "state established and state closed" },
		{ "not state established state closed", "not state established state closed" },
		/* at the front they hold for all the rest */
		{ "state established sport = :80 or dport = :80",
		  "state established and (sport = :80 or dport = :80)" },
		{ "state established state closed sport = :80 or dport = :80",
		  "state established state closed and (sport = :80 or dport = :80)" },
		{ "state established and sport = :80 or dport = :80",
		  "(state established and sport = :80) or dport = :80" },
		{ "(state established sport = :80 or dport = :80)",
		  "(state established and sport = :80) or dport = :80" },
		/* hosts */
		{ "src 192.168.1.5", "src 192.168.1.5" },
		{ "src = 192.168.1.5", "src 192.168.1.5" },
		{ "src == 192.168.1.5", "src 192.168.1.5" },
		{ "src eq 192.168.1.5", "src 192.168.1.5" },
		{ "src != 192.168.1.5", "src != 192.168.1.5" },
		{ "dst ne 192.168.1.5", "dst != 192.168.1.5" },
		{ "local 10.0.0.1 remote 10.0.0.2 peer 10.0.0.2",
		  "src 10.0.0.1 and dst 10.0.0.2 and dst 10.0.0.2" },
		{ "dst 192.168.1.5/24", "dst 192.168.1.0/24" },
		{ "dst 192.168.1/24", "dst 192.168.1.0/24" },
		{ "dst 10/8", "dst 10.0.0.0/8" },
		{ "dst 10/8:443", "dst 10.0.0.0/8:443" },
		{ "dst 172.31.255/12", "dst 172.16.0.0/12" },
		{ "dst 0.0.0.0/0", "dst 0.0.0.0/0" },
		{ "dst 0.0.0.0", "dst 0.0.0.0" },
		{ "dst 192.168.1.0/24:443", "dst 192.168.1.0/24:443" },
		{ "dst 192.168.1.5:443", "dst 192.168.1.5:443" },
		{ "dst 192.168.1.5:*", "dst 192.168.1.5" },
		{ "dst 192.168.1.5:80,443", "dst 192.168.1.5:80,443" },
		{ "src :80", "src :80" },
		{ "src *:80", "src :80" },
		{ "src *", "src *" },
		{ "src 10/8:0-65535", "src 10.0.0.0/8" },
		{ "src *:*", "src *" },
		{ "dst [2001:DB8::5]", "dst [2001:db8::5]" },
		{ "dst [2001:db8::5]:443", "dst [2001:db8::5]:443" },
		{ "dst [2001:db8::5/32]:443", "dst [2001:db8::/32]:443" },
		{ "dst [2001:db8::5]/32:443", "dst [2001:db8::/32]:443" },
		{ "dst [2001:db8::]/32", "dst [2001:db8::/32]" },
		{ "dst 2001:db8::5", "dst [2001:db8::5]" },
		{ "dst 2001:db8::/32", "dst [2001:db8::/32]" },
		{ "dst 2001:db8::/32:443", "dst [2001:db8::/32]:443" },
		{ "dst 2001:db8:0:0:0:0:0:5:443", "dst [2001:db8::5]:443" },
		{ "dst :::443", "dst [::]:443" },
		{ "dst ::", "dst [::]" },
		{ "dst ::/0", "dst [::/0]" },
		{ "dst ::1", "dst [::1]" },
		{ "dst [::ffff:10.0.0.1]", "dst [::ffff:10.0.0.1]" },
		{ "dst [::ffff:10.0.0.1/120]", "dst [::ffff:10.0.0.0/120]" },
		{ "dst ::ffff:10.0.0.1", "dst [::ffff:10.0.0.1]" },
		{ "src inet:10.0.0.1:80", "src inet:10.0.0.1:80" },
		{ "src inet::80", "src inet::80" },
		{ "src inet6:*", "src inet6:*" },
		{ "src inet6:[::1]:80", "src inet6:[::1]:80" },
		{ "src inet6:::1", "src inet6:[::1]" },
		{ "src INET6:::1", "src inet6:[::1]" },
		{ "listener = 0.0.0.0:443", "listener = 0.0.0.0:443" },
		{ "listener = :443", "listener = :443" },
		{ "listener :443", "listener = :443" },
		{ "listener != [::]:443", "listener != [::]:443" },
		/* ports */
		{ "sport = :80", "sport = :80" },
		{ "sport = 80", "sport = :80" },
		{ "sport 80", "sport = :80" },
		{ "sport :80", "sport = :80" },
		{ "sport=:80", "sport = :80" },
		{ "sport=80", "sport = :80" },
		{ "sport == 80", "sport = :80" },
		{ "sport eq 80", "sport = :80" },
		{ "sport != 80", "sport != :80" },
		{ "sport!=80", "sport != :80" },
		{ "sport ne 80", "sport != :80" },
		{ "sport neq 80", "sport != :80" },
		{ "sport >= 80", "sport >= :80" },
		{ "sport>=80", "sport >= :80" },
		{ "sport ge 80", "sport >= :80" },
		{ "sport geq 80", "sport >= :80" },
		{ "sport <= 80", "sport <= :80" },
		{ "sport le 80", "sport <= :80" },
		{ "sport leq 80", "sport <= :80" },
		{ "sport > 80", "sport > :80" },
		{ "sport gt :1024", "sport > :1024" },
		{ "sport \\> :1024", "sport > :1024" },
		{ "sport \\>\\= :1024", "sport >= :1024" },
		{ "sport < 80", "sport < :80" },
		{ "sport lt 80", "sport < :80" },
		{ "SPORT GT 80 AND DPORT LT 80", "sport > :80 and dport < :80" },
		{ "dport = 80,443", "dport = :80,443" },
		{ "dport = :443,:80", "dport = :80,443" },
		{ "dport = 1000-2000", "dport = :1000-2000" },
		{ "dport = :1000-2000,80", "dport = :80,1000-2000" },
		{ "dport = 80,81,82,79-80", "dport = :79-82" },
		{ "dport != 80,443", "dport != :80,443" },
		{ "dport = *", "dport = :*" },
		{ "dport != :*", "dport != :*" },
		{ "dport = 0-65535", "dport = :*" },
		{ "dport = 0x50", "dport = :80" },
		{ "dport = 080", "dport = :80" },
		{ "autobound", "autobound" },
		{ "not autobound", "not autobound" },
		/* marks and control groups */
		{ "fwmark 42", "fwmark = 0x2a" },
		{ "fwmark == 0x2A/0xff", "fwmark = 0x2a/0xff" },
		{ "mark ne 1/0xffffffff", "fwmark != 0x1" },
		{ "not fwmark = 0/1", "not fwmark = 0x0/0x1" },
		{ "cgroup /system.slice/a.service", "cgroup = /system.slice/a.service" },
		{ "cgroup != /", "cgroup != \"/\"" },
		{ "cgroup = /a*", "cgroup = /a*" },
		{ "cgroup !~ [.]scope$", "cgroup !~ \"[.]scope$\"" },
		/* numbers */
		{ "pid 2211", "pid = 2211" },
		{ "pid = 1,2,3", "pid = 1-3" },
		{ "fd = 3", "fd = 3" },
		{ "uid = 1000-1999", "uid = 1000-1999" },
		{ "inode = 884122", "inode = 884122" },
		{ "ino != 0", "inode != 0" },
		{ "cookie = 0x5c1a02", "cookie = 0x5c1a02" },
		{ "cookie = 16", "cookie = 0x10" },
		{ "cookie = 0xffffffffffffffff", "cookie = 0xffffffffffffffff" },
		{ "recvq > 0", "recv_q > 0" },
		{ "recv_q > 0", "recv_q > 0" },
		{ "recv-q > 0", "recv_q > 0" },
		{ "sendq >= 64k", "send_q >= 64k" },
		{ "send_q >= 65536", "send_q >= 64k" },
		{ "recvq < 1M", "recv_q < 1m" },
		{ "age > 10m", "age > 10m" },
		{ "age > 600", "age > 10m" },
		{ "age > 600s", "age > 10m" },
		{ "age > 90s", "age > 90s" },
		{ "age >= 1h30m", "age >= 90m" },
		{ "age >= 2h", "age >= 2h" },
		{ "age < 1d", "age < 1d" },
		{ "age < 1d1h1m1s", "age < 90061s" },
		{ "age = 5m-10m", "age = 5m-10m" },
		{ "age > 0", "age > 0" },
		{ "retrans > 3", "retrans > 3" },
		/* words */
		{ "proto = tcp", "proto = tcp" },
		{ "proto udp", "proto = udp" },
		{ "proto = UDP,TCP", "proto = tcp,udp" },
		{ "proto != udp", "proto != udp" },
		{ "family = inet6", "family = inet6" },
		{ "family = INET", "family = inet" },
		{ "owner = time-wait", "owner = time-wait" },
		{ "owner = half-open", "owner = half-open" },
		{ "owner = not-accepted", "owner = not-accepted" },
		{ "owner = orphan", "owner = orphan" },
		{ "owner = not-permitted", "owner = not-permitted" },
		{ "owner = other-pidns", "owner = other-pidns" },
		{ "owner = no-process", "owner = no-process" },
		{ "owner = none", "owner = none" },
		{ "owner != none", "owner != none" },
		{ "owner = ORPHAN,time_wait", "owner = time-wait,orphan" },
		{ "family = unix,link", "family = unix,link" },
		{ "type = stream,dgram", "type = stream,dgram" },
		{ "proto = unix,netlink", "proto = unix,netlink" },
		/* ends without internet addresses */
		{ "src unix:/tmp/x", "src unix:/tmp/x" },
		{ "src /tmp/.X11-unix/*", "src unix:/tmp/.X11-unix/*" },
		{ "src unix:*X11*", "src unix:*X11*" },
		{ "src @foo*", "src unix:@foo*" },
		{ "dst unix:*", "dst unix:*" },
		{ "dst unix:", "dst unix:*" },
		{ "src != unix:abc", "src != unix:abc" },
		{ "src \"unix:/a b\"", "src unix:\"/a b\"" },
		{ "src unix:\"/a b*\"", "src unix:\"/a b*\"" },
		{ "src unix:/a\\ b*", "src unix:/a\\ b*" },
		{ "src link:ip:lo", "src link:ip:lo" },
		{ "src packet:0x800:lo", "src link:ip:lo" },
		{ "src link:0x1234:2", "src link:0x1234:2" },
		{ "src link:*:eth*", "src link:*:eth*" },
		{ "src link:ALL", "src link:all:*" },
		{ "src netlink:rtnl:4242", "src netlink:rtnl:4242" },
		{ "src netlink:*:kernel", "src netlink:*:kernel" },
		{ "src netlink:0:0", "src netlink:rtnl:kernel" },
		{ "src netlink:31", "src netlink:31:*" },
		{ "dst vsock:2:1024", "dst vsock:2:1024" },
		{ "src vsock:*:22", "src vsock:*:22" },
		/* names */
		{ "comm = java", "comm = java" },
		{ "comm java", "comm = java" },
		{ "process java", "comm = java" },
		{ "comm != java", "comm != java" },
		{ "comm = php*", "comm = php*" },
		{ "comm = php-fpm7.[0-9]", "comm = php-fpm7.[0-9]" },
		{ "comm = [!a]*", "comm = [!a]*" },
		{ "comm = \"php*\"", "comm = \"php*\"" },
		{ "comm = php\\*", "comm = \"php*\"" },
		{ "comm = \"php worker\"*", "comm = php\\ worker*" },
		{ "comm = a\\*b*", "comm = a\\*b*" },
		{ "comm = \"a b\"", "comm = \"a b\"" },
		{ "comm = a\\ b", "comm = \"a b\"" },
		{ "comm = \"a \\\" b\"", "comm = \"a \\\" b\"" },
		{ "comm = \"a\\\\b\"", "comm = \"a\\\\b\"" },
		{ "comm = \"\"", "comm = \"\"" },
		{ "comm = \"and\"", "comm = \"and\"" },
		{ "comm = src", "comm = src" },
		{ "comm = lt", "comm = lt" },
		{ "comm eq eq", "comm = eq" },
		{ "comm = kworker/0:1", "comm = \"kworker/0:1\"" },
		{ "comm=\"(sd-pam)\"", "comm = \"(sd-pam)\"" },
		{ "comm = \\(sd-pam\\)", "comm = \"(sd-pam)\"" },
		{ "comm = 123", "comm = \"123\"" },
		{ "comm ~ ^php", "comm ~ \"^php\"" },
		{ "comm ~^(php|java)[0-9]+$", "comm ~ \"^(php|java)[0-9]+$\"" },
		{ "(comm ~ php)", "comm ~ \"php\"" },
		{ "(comm ~ (php))", "comm ~ \"(php)\"" },
		{ "comm ~ \"a b\"", "comm ~ \"a b\"" },
		{ "comm ~ a\\.b", "comm ~ \"a\\\\.b\"" },
		{ "comm ~ \"a\\.b\"", "comm ~ \"a\\\\.b\"" },
		{ "comm ~ eq", "comm ~ \"eq\"" },
		{ "comm !~ x{3}", "comm !~ \"x{3}\"" },
		{ "comm~(a|b)*", "comm ~ \"(a|b)*\"" },
		{ "user = root", "user = root" },
		{ "user = www-*", "user = www-*" },
		{ "user ~ ^www", "user ~ \"^www\"" },
		{ "user = 0", "user = 0" },
		{ "user = \"0\"", "user = \"0\"" },
		{ "user != 1000", "user != 1000" },
		{ "dev = eth0", "dev = eth0" },
		{ "dev eth0", "dev = eth0" },
		{ "if = eth0", "dev = eth0" },
		{ "dev != 3", "dev != 3" },
		{ "dev = eth*", "dev = eth*" },
	};
	// clang-format on

	(void)state;
	check_pairs(pairs, ARRAY_SIZE(pairs));
}

static void test_filter_parse_precedence(void **state)
{
	// clang-format off
	static const struct pair pairs[] = {
		{ "fd 1 fd 2", "fd = 1 and fd = 2" },
		{ "fd 1 and fd 2", "fd = 1 and fd = 2" },
		{ "fd 1 AND fd 2", "fd = 1 and fd = 2" },
		{ "fd 1 & fd 2", "fd = 1 and fd = 2" },
		{ "fd 1&fd 2", "fd = 1 and fd = 2" },
		{ "fd 1 && fd 2", "fd = 1 and fd = 2" },
		{ "fd 1&&fd 2", "fd = 1 and fd = 2" },
		{ "fd 1 \\&\\& fd 2", "fd = 1 and fd = 2" },
		{ "fd 1 or fd 2", "fd = 1 or fd = 2" },
		{ "fd 1|fd 2", "fd = 1 or fd = 2" },
		{ "fd 1||fd 2", "fd = 1 or fd = 2" },
		{ "not fd 1", "not fd = 1" },
		{ "!fd 1", "not fd = 1" },
		{ "! fd 1", "not fd = 1" },
		{ "not not fd 1", "fd = 1" },
		{ "!!fd 1", "fd = 1" },
		{ "not (not fd 1)", "fd = 1" },
		{ "!!!fd 1", "not fd = 1" },
		{ "((fd 1))", "fd = 1" },
		{ "\\( fd 1 \\)", "fd = 1" },
		{ "( fd 1 )", "fd = 1" },
		{ "fd 1 or fd 2 and fd 3", "fd = 1 or (fd = 2 and fd = 3)" },
		{ "fd 1 and fd 2 or fd 3", "(fd = 1 and fd = 2) or fd = 3" },
		{ "fd 1 or fd 2 fd 3", "fd = 1 or (fd = 2 and fd = 3)" },
		{ "fd 1 fd 2 or fd 3 fd 4", "(fd = 1 and fd = 2) or (fd = 3 and fd = 4)" },
		{ "(fd 1 or fd 2) fd 3", "(fd = 1 or fd = 2) and fd = 3" },
		{ "(fd 1 or fd 2)fd 3(fd 4|fd 5)", "(fd = 1 or fd = 2) and fd = 3 and (fd = 4 or fd = 5)" },
		{ "fd 1 and (fd 2 and fd 3)", "fd = 1 and fd = 2 and fd = 3" },
		{ "fd 1 or (fd 2 or fd 3)", "fd = 1 or fd = 2 or fd = 3" },
		{ "not fd 1 and fd 2", "not fd = 1 and fd = 2" },
		{ "not fd 1 or fd 2", "not fd = 1 or fd = 2" },
		{ "not (fd 1 or fd 2)", "not (fd = 1 or fd = 2)" },
		{ "!(fd 1 or fd 2)", "not (fd = 1 or fd = 2)" },
		{ "not (fd 1 and fd 2) fd 3", "not (fd = 1 and fd = 2) and fd = 3" },
		{ "fd 1 not fd 2", "fd = 1 and not fd = 2" },
		{ "fd 1 !fd 2", "fd = 1 and not fd = 2" },
		{ "not(fd=1)or!(fd=2)", "not fd = 1 or not fd = 2" },
		{ "fd 1 or not (fd 2 or not fd 3) and fd 4",
		  "fd = 1 or (not (fd = 2 or not fd = 3) and fd = 4)" },
	};
	// clang-format on

	(void)state;
	check_pairs(pairs, ARRAY_SIZE(pairs));
}

/* The lines of ss's manual and tutorial, and names of services in every place of a port. */
static void test_filter_parse_services(void **state)
{
	// clang-format off
	static const struct pair pairs[] = {
		{ "state established ( dport = :smtp or sport = :smtp )",
		  "state established and (dport = :25 or sport = :25)" },
		{ "src 120.33.31.1:http", "src 120.33.31.1:80" },
		{ "state fin-wait-1 ( sport = :http or sport = :https ) dst 192.168.1/24",
		  "state fin-wait-1 and (sport = :80 or sport = :443) and dst 192.168.1.0/24" },
		{ "state fin-wait-1 \\( sport = :http or sport = :https \\) dst 192.168.1/24",
		  "state fin-wait-1 and (sport = :80 or sport = :443) and dst 192.168.1.0/24" },
		{ "sport = http", "sport = :80" },
		{ "sport = http,https,smtp", "sport = :25,80,443" },
		{ "sport > :http", "sport > :80" },
		{ "dst [::1]:http", "dst [::1]:80" },
		{ "dst ::1:http", "dst [::1]:80" },
		{ "dst *:http", "dst :80" },
		{ "listener = :http", "listener = :80" },
	};
	// clang-format on

	(void)state;
	if (getservbyname("http", "tcp") == NULL || getservbyname("https", "tcp") == NULL ||
	    getservbyname("smtp", "tcp") == NULL) {
		print_message("no names of services on this machine\n");
		skip();
	}
	check_pairs(pairs, ARRAY_SIZE(pairs));
}

static void test_filter_parse_knows_the_fields(void **state)
{
	const uint64_t not_asked_for = UINT64_C(1) << F_TIMER | UINT64_C(1) << F_THROUGH |
				       UINT64_C(1) << F_IN_RATE | UINT64_C(1) << F_OUT_RATE;

	(void)state;
	for (int i = 0; i < F_COUNT; i++) {
		const struct field *d = &field_table[i];
		const char *names[] = { d->name, d->alias };

		for (size_t n = 0; n < ARRAY_SIZE(names); n++) {
			struct err e = { 0 };
			bool known;

			if (names[n] == NULL)
				continue;
			/* Without an operand: known words want one. */
			assert_null(parse_exactly(names[n], strlen(names[n]), &e));
			known = strncmp(e.msg, "expected ", 9) == 0;
			if (known == (not_asked_for >> i & 1))
				fail_msg("%s: %s", names[n], e.msg);
		}
	}
}

struct mistake {
	const char *text;
	size_t pos;
	const char *msg;
};

static void test_filter_parse_reports_column(void **state)
{
	// clang-format off
	static const struct mistake mistakes[] = {
		{ "dport = :443 and stat close-wait", 17, "not a field: \"stat\"; did you mean \"state\"?" },
		{ "x", 0, "not a field: \"x\"" },
		{ "frobnicate = 5", 0, "not a field: \"frobnicate\"" },
		{ "dprot = 5", 0, "not a field: \"dprot\"; did you mean \"dport\"?" },
		{ "Sporr = 5", 0, "not a field: \"Sporr\"; did you mean \"sport\"?" },
		{ "established", 0, "not a field: \"established\"; did you mean \"state established\"?" },
		{ "LISTEN", 0, "not a field: \"LISTEN\"; did you mean \"state LISTEN\"?" },
		{ "udp", 0, "not a field: \"udp\"; did you mean \"proto = udp\"?" },
		{ "orphan", 0, "not a field: \"orphan\"; did you mean \"owner = orphan\"?" },
		{ ":443", 0, "not a field: \":443\"; \"src\" or \"dst\" come before an address" },
		{ "10.0.0.1", 0, "not a field: \"10.0.0.1\"; \"src\" or \"dst\" come before an address" },
		{ "\"state\" established", 0, "not a field: \"\"state\"\"; did you mean \"state\"?" },
		{ "timer = on", 0, "not a field: \"timer\"" },
		{ "fwmark = five", 9, "not a mark, as 5, 0x10 or 0x1/0xff are: \"five\"" },
		{ "fwmark = 5/", 9, "not a mark, as 5, 0x10 or 0x1/0xff are: \"5/\"" },
		{ "fwmark = 1,2", 9, "not a mark, as 5, 0x10 or 0x1/0xff are: \"1,2\"" },
		{ "fwmark = \"5\"", 9, "not a mark, as 5, 0x10 or 0x1/0xff are: \"5\"" },
		{ "fwmark = 0x100000000", 9, "too large: \"0x100000000\" (at most 4294967295)" },
		{ "fwmark = 1/0x100000000", 9, "too large: \"1/0x100000000\" (at most 4294967295)" },
		{ "dport = 1 and fwmark 0x11/0xf", 21, "bits that the mask leaves out: \"0x11/0xf\"" },
		{ "fwmark > 5", 7, "\"fwmark\" takes = and !=, not \">\"" },
		{ "fwmark", 6, "expected a mark after \"fwmark\"" },
		{ "cgroup > /a", 7, "\"cgroup\" takes = != ~ !~, not \">\"" },
		{ "src tipc:1", 4, "ends of tipc sockets cannot be asked for" },
		{ "src xdp:eth0", 4, "ends of xdp sockets cannot be asked for" },
		{ "src link:nosuch:eth0", 4, "not a protocol: \"link:nosuch:eth0\"" },
		{ "src netlink:rtnl:x", 4, "expected a number: \"netlink:rtnl:x\"" },
		{ "src netlink:256:1", 4, "not a protocol: \"netlink:256:1\"" },
		{ "src vsock:4294967296:1", 4, "expected a number: \"vsock:4294967296:1\"" },
		{ "listener = unix:/x", 11,
		  "connections of this family have no listener here: \"unix:/x\"" },
		/* structure */
		{ "and", 0, "expected a condition, not \"and\"" },
		{ "sport = 1 and", 13, "expected a condition after \"and\"" },
		{ "sport = 1 and and sport = 2", 14, "expected a condition after \"and\", not \"and\"" },
		{ "sport = 1 or ", 13, "expected a condition after \"or\"" },
		{ "sport = 1 || )", 13, "expected a condition after \"or\", not \")\"" },
		{ "not", 3, "expected a condition after \"not\"" },
		{ "not or", 4, "expected a condition after \"not\", not \"or\"" },
		{ "()", 1, "expected a condition after \"(\", not \")\"" },
		{ "( sport = 1", 0, "this \"(\" is not closed" },
		{ "sport = 1 ( sport = 2 ( sport = 3 )", 10, "this \"(\" is not closed" },
		{ "state established ( sport = 1", 18, "this \"(\" is not closed" },
		{ "sport = 1 )", 10, "\")\" without a \"(\"" },
		{ "state established sport = 1 )", 28, "\")\" without a \"(\"" },
		{ "sport = 1 = 2", 10, "expected \"and\", \"or\" or the next condition, not \"=\"" },
		{ "sport = 1 >= 2", 10, "expected \"and\", \"or\" or the next condition, not \">=\"" },
		{ "= 2", 0, "expected a condition, not \"=\"" },
		{ "comm = \"java", 7, "this quote is not closed" },
		{ "comm ~ \"java", 7, "this quote is not closed" },
		{ "comm = java\\", 11, "expected a character after \"\\\"" },
		/* operands */
		{ "sport", 5, "expected a port after \"sport\"" },
		{ "sport =", 7, "expected a port after \"sport\"" },
		{ "sport = and dport = 1", 8, "expected a port after \"sport\", not \"and\"" },
		{ "sport = gt", 8, "not a port or a service: \"gt\"" },
		{ "sport gt = 5", 9, "expected a port after \"sport\", not \"=\"" },
		{ "sport ( 80 )", 6, "expected a port after \"sport\", not \"(\"" },
		{ "state", 5, "expected a state after \"state\"" },
		{ "state )", 6, "expected a state after \"state\", not \")\"" },
		{ "exclude", 7, "expected a state after \"exclude\"" },
		{ "src", 3, "expected an address or :PORT after \"src\"" },
		{ "comm =", 6, "expected the name of a program after \"comm\"" },
		{ "comm ~", 6, "expected a regular expression after \"comm\"" },
		{ "(comm ~ )", 8, "expected a regular expression after \"comm\", not \")\"" },
		{ "age >", 5, "expected a time after \"age\"" },
		{ "comm = and", 7, "expected the name of a program after \"comm\", not \"and\"" },
		/* operators */
		{ "src > 10/8", 4, "\"src\" takes = and !=, not \">\"" },
		{ "dst ge 10/8", 4, "\"dst\" takes = and !=, not \"ge\"" },
		{ "state > 5", 6, "\"state\" takes = and !=, not \">\"" },
		{ "exclude != listen", 8, "\"exclude\" takes no operator, not \"!=\"" },
		{ "pid ~ 5", 4, "\"pid\" takes = != < <= > >=, not \"~\"" },
		{ "comm > x", 5, "\"comm\" takes = != ~ !~, not \">\"" },
		{ "proto < tcp", 6, "\"proto\" takes = and !=, not \"<\"" },
		/* words */
		{ "state clo", 6, "not a state: \"clo\"; did you mean \"closed\"?" },
		{ "state establised", 6, "not a state: \"establised\"; did you mean \"established\"?" },
		{ "state syn", 6, "not a state: \"syn\"; did you mean \"syn-sent\"?" },
		{ "state listen,foo", 6, "not a state: \"foo\"" },
		{ "state listen,", 6, "not a state: \"\"" },
		{ "proto = xyzzy", 8, "not a protocol: \"xyzzy\"" },
		{ "proto = tpc", 8, "not a protocol: \"tpc\"; did you mean \"tcp\"?" },
		{ "family = xyzzy", 9, "not a family: \"xyzzy\"" },
		{ "owner = orphn", 8, "not a reason: \"orphn\"; did you mean \"orphan\"?" },
		{ "owner = owned", 8, "not a reason: \"owned\"" },
		/* addresses */
		{ "dst www.example.org", 4, "not an address: \"www.example.org\" (names are not looked up)" },
		{ "dst 10", 4, "not an address: \"10\"; did you mean \":10\"?" },
		{ "dst 8080", 4, "not an address: \"8080\"; did you mean \":8080\"?" },
		{ "dst 192.168.1", 4, "not a whole address: \"192.168.1\"; did you mean \"192.168.1/24\"?" },
		{ "dst 1.2.3.4.5", 4, "not an address: \"1.2.3.4.5\" (names are not looked up)" },
		{ "dst 1.2.3.256", 4, "not an address: \"1.2.3.256\" (names are not looked up)" },
		{ "dst 10.0.0.0/33", 4, "a prefix of IPv4 has 0 to 32 bits: \"/33\"" },
		{ "dst 10.0.0.0/", 4, "a prefix of IPv4 has 0 to 32 bits: \"/\"" },
		{ "dst 10.0.0.0/-1", 4, "a prefix of IPv4 has 0 to 32 bits: \"/-1\"" },
		{ "dst ::/129", 4, "a prefix of IPv6 has 0 to 128 bits: \"/129\"" },
		{ "dst [::/129]", 4, "a prefix of IPv6 has 0 to 128 bits: \"/129\"" },
		{ "dst 192.168.1.5:443/24", 4, "not an address: \"192.168.1.5:443\" (names are not looked up)" },
		{ "dst /8", 4, "not an address: \"\" (names are not looked up)" },
		{ "dst [::1", 4, "expected a \"]\": \"[::1\"" },
		{ "dst [::1]443", 4, "expected \":\" and a port after \"]\": \"[::1]443\"" },
		{ "dst [10.0.0.1]", 4, "not an address: \"10.0.0.1\" (names are not looked up)" },
		{ "dst fe80::1%eth0", 4,
		  "not an address: \"fe80::1%eth0\"; an interface is asked for by \"dev = NAME\"" },
		{ "dst inet6:10.0.0.1", 4, "the address is not of that family: \"inet6:10.0.0.1\"" },
		{ "dst inet:[::1]", 4, "the address is not of that family: \"inet:[::1]\"" },
		{ "dst [::1]::80", 4, "two colons before the port: \"[::1]::80\"" },
		{ "dst inet:", 4, "expected an address or a port: \"inet:\"" },
		{ "dst 10.0.0.1:", 4, "a number is missing: \"10.0.0.1:\"" },
		{ "dst 10.0.0.1:no-such-service", 4, "not a port or a service: \"no-such-service\"" },
		/* numbers */
		{ "sport = 65536", 8, "too large: \"65536\" (at most 65535)" },
		{ "sport = 18446744073709551616", 8, "too large: \"18446744073709551616\" (at most 65535)" },
		{ "sport = -1", 8, "not a port or a service: \"-1\"" },
		{ "sport = no-such-service", 8, "not a port or a service: \"no-such-service\"" },
		{ "sport = :", 8, "a number is missing: \":\"" },
		{ "sport = 80,", 8, "a number is missing: \"80,\"" },
		{ "sport = 80,,90", 8, "a number is missing: \"80,,90\"" },
		{ "sport = 90-80", 8, "the range runs backwards: \"90-80\"" },
		{ "sport = 80-", 8, "not a port or a service: \"80-\"" },
		{ "sport > 80,443", 8, "only = and != take more than one number: \"80,443\"" },
		{ "sport > *", 8, "only = and != take more than one number: \"*\"" },
		{ "sport = \"80\"", 8, "not a port or a service: \"80\"" },
		{ "pid = java", 6, "not a number: \"java\"" },
		{ "pid > -1", 6, "not a number: \"-1\"" },
		{ "pid = NaN", 6, "not a number: \"NaN\"" },
		{ "pid = 1.5", 6, "not a number: \"1.5\"" },
		{ "pid = 0x", 6, "not a number: \"0x\"" },
		{ "pid = 4294967296", 6, "too large: \"4294967296\" (at most 2147483647)" },
		{ "cookie = 0x10000000000000000", 9,
		  "too large: \"0x10000000000000000\" (at most 18446744073709551615)" },
		{ "recvq > 10x", 8, "not a number: \"10x\"" },
		{ "recvq > 18446744073709551615k", 8,
		  "too large: \"18446744073709551615k\" (at most 18446744073709551615)" },
		{ "age > 10x", 6, "not a time, as 90, 90s, 10m or 1h30m are: \"10x\"" },
		{ "age > 1h5", 6, "not a time, as 90, 90s, 10m or 1h30m are: \"1h5\"" },
		{ "age > 10m5h", 6, "not a time, as 90, 90s, 10m or 1h30m are: \"10m5h\"" },
		{ "age > 999999999999999999d", 6,
		  "too large: \"999999999999999999d\" (at most 18446744073709551615)" },
		{ "user = 99999999999", 7, "too large: \"99999999999\" (at most 4294967295)" },
		/* regular expressions */
		{ "comm ~ (a", 7, "not a regular expression: Unmatched ( or \\(" },
		{ "comm ~ [a", 7, "not a regular expression: Unmatched [, [^, [:, [., or [=" },
		{ "comm ~ (a)\\1", 7, "a back reference is not taken in a regular expression" },
		{ "comm ~ (a*)*", 7, "a repeat of a repeat is not taken in a regular expression" },
		{ "comm ~ (a+b)+", 7, "a repeat of a repeat is not taken in a regular expression" },
		{ "comm ~ (x(a{5})y){5}", 7, "a repeat of a repeat is not taken in a regular expression" },
		{ "comm ~ a**", 7, "a repeat of a repeat is not taken in a regular expression" },
		{ "comm ~ (a*)?*", 7, "a repeat of a repeat is not taken in a regular expression" },
		{ "comm ~ a{17}", 7, "more than 16 repeats are not taken in a regular expression" },
		{ "comm ~ a{1,1000}", 7, "more than 16 repeats are not taken in a regular expression" },
	};
	// clang-format on

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const struct mistake *m = &mistakes[i];
		struct err e = { 0 };

		if (parse_exactly(m->text, strlen(m->text), &e) != NULL)
			fail_msg("\"%s\" is taken", m->text);
		if (e.pos != m->pos || strcmp(e.msg, m->msg) != 0)
			fail_msg("\"%s\": %zu: %s\nnot %zu: %s", m->text, e.pos, e.msg, m->pos,
				 m->msg);
		assert_true(e.code < 0);
	}
}

static void test_filter_parse_refuses_a_zero_byte(void **state)
{
	struct err e;

	(void)state;
	assert_null(filter_parse("comm = a\0b", 10, &e));
	assert_int_equal(e.pos, 7);
	assert_string_equal(e.msg, "a byte of zero is no part of a filter");
	assert_null(filter_parse("\0", 1, NULL));
}

/* A word of any length and any bytes: the message stays within its buffer and names its start. */
static void test_filter_parse_cuts_what_it_quotes(void **state)
{
	char text[1024];
	struct err e;

	(void)state;
	memset(text, 0xc3, sizeof(text));
	for (size_t len = 1; len < sizeof(text); len++) {
		assert_null(parse_exactly(text, len, &e));
		assert_true(strlen(e.msg) < 80);
	}
	memset(text, 'x', sizeof(text));
	memcpy(text, "comm = ", 7);
	assert_null(filter_parse(text, 7 + 257, &e));
	assert_string_equal(e.msg, "longer than 256 bytes");
	filter_free(filter_parse(text, 7 + 256, &e));
}

static void test_filter_parse_folds_ascii_in_any_locale(void **state)
{
	static const char *const locales[] = { "tr_TR.UTF-8", "tr_TR", "C.UTF-8", "C" };
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(locales); i++) {
		if (setlocale(LC_CTYPE, locales[i]) == NULL)
			continue;
		assert_string_equal(canonical(&b, "STATE LISTENING OR PID 1 AND INODE 2 AND "
						  "FAMILY INET"),
				    "state listening or (pid = 1 and inode = 2 and family = inet)");
	}
	setlocale(LC_CTYPE, "C");
	buf_free(&b);
}

static void test_filter_parse_remarks_on_mixes(void **state)
{
	static const struct {
		const char *text;
		bool remark;
	} cases[] = {
		{ "", false },
		{ "fd 1", false },
		{ "fd 1 fd 2 and fd 3", false },
		{ "fd 1 or fd 2 or fd 3", false },
		{ "fd 1 and fd 2 or fd 3", false },
		{ "fd 1 or fd 2 and fd 3", true },
		{ "fd 1 or fd 2 fd 3", true },
		{ "fd 1 and fd 2 or fd 3 and fd 4", true },
		{ "fd 1 or (fd 2 and fd 3)", false },
		{ "(fd 1 or fd 2) and fd 3", false },
		{ "(fd 1 or fd 2 and fd 3)", true },
		{ "fd 4 and (fd 1 or fd 2 and fd 3) and fd 5", true },
		{ "(fd 1 or fd 2) and (fd 3 or fd 4)", false },
		{ "fd 1 or not (fd 2 and fd 3)", false },
		{ "state established fd 1 or fd 2", false },
		{ "state established fd 1 or fd 2 fd 3", true },
		{ "dst ::1:80", true },
		{ "dst [::1]:80", false },
		{ "dst 2001:db8::5", false },
		{ "dst ::1:8f", false },
		{ "dst 2001:db8::1/64", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct filter *f = parse(cases[i].text);

		if ((filter_remark(f) != NULL) != cases[i].remark)
			fail_msg("\"%s\": %s", cases[i].text,
				 cases[i].remark ? "no remark" : filter_remark(f));
		filter_free(f);
	}
}

static void test_filter_parse_tells_what_it_needs(void **state)
{
	enum {
		TCP = 1 << PROTO_TCP,
		UDP = 1 << PROTO_UDP,
		BOTH = PROTOS_ALL,
		REST = PROTOS_ALL & ~TCP,
		INET = PROTOS_INET,
		UNIX = PROTO_BIT(PROTO_UNIX)
	};
	static const struct {
		const char *text;
		unsigned states, protos;
		bool owners;
	} cases[] = {
		{ "", ST_ALL, BOTH, false },
		{ "state close-wait", ST_BIT(ST_CLOSE_WAIT), BOTH, false },
		{ "not state close-wait", ST_ALL & ~ST_BIT(ST_CLOSE_WAIT), BOTH, false },
		{ "state listen or state close-wait", ST_BIT(ST_LISTEN) | ST_BIT(ST_CLOSE_WAIT),
		  BOTH, false },
		{ "state listen or sport = 80", ST_ALL, BOTH, false },
		{ "state listen and sport = 80", ST_BIT(ST_LISTEN), INET, false },
		{ "not (state listen and sport = 80)", ST_ALL, BOTH, false },
		{ "not (state listen or sport = 80)", ST_ALL & ~ST_BIT(ST_LISTEN), BOTH, false },
		{ "state listen and state closed", 0, 0, false },
		{ "proto = tcp", ST_ALL, TCP, false },
		{ "proto != tcp", ST_ALL, REST, false },
		{ "proto = udp and state established", ST_BIT(ST_ESTABLISHED), UDP, false },
		{ "(proto = udp and state closed) or (proto = tcp and state listen)",
		  ST_BIT(ST_CLOSE) | ST_BIT(ST_LISTEN), TCP | UDP, false },
		{ "state bound-inactive", ST_BIT(ST_CLOSE), TCP, false },
		{ "dst 10/8", ST_ALL, INET, false },
		{ "not dst 10/8", ST_ALL, BOTH, false },
		{ "src unix:/tmp/*", ST_ALL, UNIX, false },
		{ "src /tmp/x and state listen", ST_BIT(ST_LISTEN), UNIX, false },
		{ "not src @x", ST_ALL, BOTH, false },
		{ "src @x or dst link:ip:lo", ST_ALL, UNIX | PROTO_BIT(PROTO_PACKET), false },
		{ "family = unix", ST_ALL, UNIX, false },
		{ "family = inet", ST_ALL, INET, false },
		{ "family != inet,inet6", ST_ALL, PROTOS_ALL & ~INET, false },
		{ "type = dgram", ST_ALL, PROTOS_ALL & ~INET, false },
		{ "user = root and uid = 0 and inode = 5 and age > 5", ST_ALL, BOTH, false },
		{ "pid = 1", ST_ALL, BOTH, true },
		{ "state listen and not comm = x", ST_BIT(ST_LISTEN), BOTH, true },
		{ "owner = none", ST_ALL, BOTH, true },
		{ "fd > 5", ST_ALL, BOTH, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct filter *f = parse(cases[i].text);

		if (filter_states(f) != cases[i].states || filter_protos(f) != cases[i].protos ||
		    filter_needs_owners(f) != cases[i].owners)
			fail_msg("\"%s\": %#x %#x %d", cases[i].text, filter_states(f),
				 filter_protos(f), filter_needs_owners(f));
		assert_int_equal(filter_is_all(f), cases[i].text[0] == '\0');
		filter_free(f);
	}
}

/* ---- large inputs ---------------------------------------------------- */

#define MIB (1u << 20)

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* head, then unit again and again up to len bytes, then tail. */
static struct filter *parse_large(const char *head, const char *unit, const char *tail, size_t len,
				  struct err *e)
{
	struct buf b = { 0 };
	struct filter *f;
	double begin;

	buf_str(&b, head);
	while (b.len + strlen(unit) + strlen(tail) <= len)
		buf_str(&b, unit);
	buf_str(&b, tail);
	begin = cpu_seconds();
	f = filter_parse(b.s, b.len, e);
	/* Even under sanitizers; what is quadratic takes minutes. */
	assert_true(cpu_seconds() - begin < 5);
	if (f != NULL) {
		struct buf out = { 0 };
		struct filter *again;

		filter_print(f, &out);
		again = filter_parse(out.len > 0 ? out.s : "", out.len, e);
		assert_non_null(again);
		filter_free(again);
		buf_free(&out);
	}
	buf_free(&b);
	return f;
}

static void test_filter_parse_ends_on_large_inputs(void **state)
{
	static const struct {
		const char *head, *unit, *tail;
		size_t len;
		const char *msg; /* NULL: it is taken */
		size_t pos;
	} cases[] = {
		{ "", "sport = :1 and ", "sport = :1", 900000, NULL, 0 },
		{ "", "sport = :1 or ", "sport = :1", 900000, NULL, 0 },
		{ "", "(sport = :1)", "", 700000, NULL, 0 },
		{ "", "fd 1|fd 2 ", "fd 1", 320000, NULL, 0 },
		{ "", "sport 1 ", "sport 1", MIB, "more than 65536 conditions", 524288 },
		{ "", "not ", "sport 1", MIB, NULL, 0 },
		{ "", "!", "sport 1", MIB, NULL, 0 },
		{ "", "(", "", 100000, "more than 64 parentheses within each other", 64 },
		{ "", "not(", "", 100000, "more than 64 parentheses within each other",
		  64 * 4 + 3 },
		{ "sport 1", ")", "", 100000, "\")\" without a \"(\"", 7 },
		{ "", "(fd 1 or ", "", MIB, "more than 64 parentheses within each other", 64 * 9 },
		{ "sport = ", "80,81,90,", "1", MIB, NULL, 0 },
		{ "inode = 1", ",1,3,5-7", "", MIB, NULL, 0 },
		{ "", "state established ", "state closed", MIB, NULL, 0 },
		{ "state ", "established,", "closed", MIB, NULL, 0 },
		{ "", " ", "", MIB, NULL, 0 },
		{ "", "#\n", "", MIB, NULL, 0 },
		{ "", "comm = a ", "", MIB, "more than 256 names in one filter", 256 * 9 + 7 },
		{ "", "comm ~ a ", "", MIB, "more than 256 names in one filter", 256 * 9 + 7 },
		{ "", "comm ~ (x?y?z?){16}(x?y?z?){16}(x?y?z?){16}(x?y?z?){16} ", "", MIB,
		  "more than 1024 bytes of regular expressions in one filter", 21 * 56 + 7 },
		{ "comm = ", "a", "", MIB, "longer than 256 bytes", 7 },
		{ "comm = ", "*", "", MIB, "longer than 256 bytes", 7 },
		{ "comm = \"", "x", "", MIB, "this quote is not closed", 7 },
		{ "", "sport = 1 ", "", 5 * MIB, "a filter of more than 4 MiB", 4 * MIB },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err e = { 0 };
		struct filter *f =
			parse_large(cases[i].head, cases[i].unit, cases[i].tail, cases[i].len, &e);

		if ((f != NULL) != (cases[i].msg == NULL))
			fail_msg("%s: %zu: %s", cases[i].unit, e.pos, e.msg);
		if (f == NULL) {
			assert_string_equal(e.msg, cases[i].msg);
			assert_int_equal(e.pos, cases[i].pos);
		}
		filter_free(f);
	}
}

/* 64 is not too deep, and what is printed is no deeper than what was read. */
static void test_filter_parse_nests_to_its_limit(void **state)
{
	static const struct {
		const char *front, *open;
	} cases[] = {
		{ "", "(fd 1 or fd 2 and " },
		{ "", "(fd 1 and fd 2 or not " },
		{ "", "not (fd 1 fd 2 or " },
		{ "", "((fd 1 or fd 2) and " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b = { 0 }, out = { 0 };
		struct filter *f;
		struct err e;

		buf_str(&b, cases[i].front);
		for (size_t open = 0; open < (i == 3 ? 63 : 64); open++)
			buf_str(&b, cases[i].open);
		buf_str(&b, "fd 3");
		buf_fill(&b, ')', i == 3 ? 63 : 64);
		f = filter_parse(b.s, b.len, &e);
		if (f == NULL)
			fail_msg("%s: %zu: %s", cases[i].open, e.pos, e.msg);
		filter_print(f, &out);
		filter_free(f);
		f = filter_parse(out.s, out.len, &e);
		if (f == NULL)
			fail_msg("%s: %zu: %s", out.s, e.pos, e.msg);
		filter_free(f);
		buf_free(&b);
		buf_free(&out);
	}
}

/* The 64 names of services are a limit of one filter, not of the program. */
static void test_filter_parse_limits_services(void **state)
{
	struct err e;

	(void)state;
	if (getservbyname("http", "tcp") == NULL)
		skip();
	assert_null(parse_large("sport = ", "http,", "http", 65 * 5 + 10, &e));
	assert_string_equal(e.msg,
			    "too many names of services, write numbers from here on: \"http\"");
	filter_free(parse("sport = http"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_parse_forms),
		cmocka_unit_test(test_filter_parse_precedence),
		cmocka_unit_test(test_filter_parse_services),
		cmocka_unit_test(test_filter_parse_knows_the_fields),
		cmocka_unit_test(test_filter_parse_reports_column),
		cmocka_unit_test(test_filter_parse_refuses_a_zero_byte),
		cmocka_unit_test(test_filter_parse_cuts_what_it_quotes),
		cmocka_unit_test(test_filter_parse_folds_ascii_in_any_locale),
		cmocka_unit_test(test_filter_parse_remarks_on_mixes),
		cmocka_unit_test(test_filter_parse_tells_what_it_needs),
		cmocka_unit_test(test_filter_parse_ends_on_large_inputs),
		cmocka_unit_test(test_filter_parse_nests_to_its_limit),
		cmocka_unit_test(test_filter_parse_limits_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
