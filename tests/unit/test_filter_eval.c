/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"
#include "sockeye/filter/filter.h"

#include "fake.h"
#include "test.h"

/* Cookies are what the expectations name. */
static const char fixture[] =
	"user 0 root\n"
	"user 33 www-data\n"
	"user 998 \"odd name\"\n"
	"ifname 2 eth0\n"
	"ifname 3 eth1\n"
	"sock tcp LISTEN 0.0.0.0:80 - cookie 1 ino 101 rq 3 sq 128\n"
	"sock tcp LISTEN [::]:443 - cookie 2 ino 102 uid 33 sq 128\n"
	"sock tcp LISTEN 127.0.0.1:5432 - cookie 3 ino 103 uid 998\n"
	"sock tcp ESTABLISHED 10.0.0.1:80 10.4.1.17:40001 cookie 4 ino 104 uid 33 rq 10\n"
	"sock tcp CLOSE_WAIT 10.0.0.1:80 10.4.1.18:40002 cookie 5 ino 105 uid 33 rq 1\n"
	"sock tcp TIME_WAIT 10.0.0.1:80 10.4.2.1:40003 cookie 6 timer timewait 30000\n"
	"sock tcp ESTABLISHED [::ffff:10.0.0.1]:443 [::ffff:10.4.1.17]:40004 cookie 7 ino 107 uid 33\n"
	"sock tcp ESTABLISHED [2001:db8::1]:443 [2001:db8:40::5]:40005 cookie 8 ino 108 uid 33 sq 70000\n"
	"sock tcp SYN_RECV [2001:db8::1]:443 [2001:db8:40::6]:40006 cookie 9 retrans 2\n"
	"sock tcp ESTABLISHED 127.0.0.1:51000 127.0.0.1:5432 cookie 10 ino 110 uid 998\n"
	"sock tcp ESTABLISHED 127.0.0.1:5432 127.0.0.1:51000 cookie 11\n"
	"sock tcp FIN_WAIT1 10.0.0.1:60999 192.0.2.1:443 cookie 12 sq 1\n"
	"sock tcp CLOSE 10.0.0.1:7000 - cookie 13 ino 113\n"
	"sock udp CLOSE 0.0.0.0:53 - cookie 14 ino 114 rq 832\n"
	"sock udp ESTABLISHED 10.0.0.1:32768 192.0.2.53:53 cookie 15 ino 115 if 2\n"
	"sock udp CLOSE [fe80::1]:546 - cookie 16 ino 116 if 3\n"
	"sock tcp SYN_SENT 10.0.0.1:32767 192.0.2.9:81 cookie 17 ino 117\n"
	"proc 10 nginx uid 0\n"
	"proc 11 nginx uid 33\n"
	"proc 20 \"php-fpm: a\" uid 33\n"
	"proc 30 postgres uid 998\n"
	"proc 31 \"a*b\" uid 998\n"
	"hold 10 6 101\n"
	"hold 11 6 101\n"
	"hold 10 7 102\n"
	"hold 11 7 102\n"
	"hold 11 12 104\n"
	"hold 20 3 105\n"
	"hold 11 13 107\n"
	"hold 11 14 108\n"
	"hold 30 5 103\n"
	"hold 31 8 110\n"
	"hold 31 9 110\n"
	"hold 10 20 114\n"
	"hold 10 21 115\n";

struct context {
	struct snap_pool *pool;
	const struct snap *snap;
};

static int set_up(void **state)
{
	struct context *c = xcalloc(1, sizeof(*c));

	c->pool = snap_pool_new();
	c->snap = fake_snap(fixture, c->pool, NULL);
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;

	snap_unref(c->snap);
	snap_pool_free(c->pool);
	free(c);
	return 0;
}

static struct filter *parse(const char *text)
{
	struct err e = { 0 };
	struct filter *f = filter_parse(text, strlen(text), &e);

	if (f == NULL)
		fail_msg("\"%s\": %zu: %s", text, e.pos, e.msg);
	return f;
}

/* The cookies of the rows that pass, with blanks between. */
static void passing(const struct filter *f, const struct snap *s, struct buf *out)
{
	buf_reset(out);
	buf_str(out, "");
	for (uint32_t row = 0; row < s->n_sock; row++)
		if (filter_match(f, s, row))
			buf_fmt(out, "%s%llu", out->len > 0 ? " " : "",
				(unsigned long long)s->sock[row].cookie);
}

struct want_rows {
	const char *text, *rows;
};

static void check_rows(const struct snap *s, const struct want_rows *w, size_t n)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct filter *f = parse(w[i].text);

		filter_bind(f, s);
		passing(f, s, &out);
		if (strcmp(out.s, w[i].rows) != 0)
			fail_msg("\"%s\": %s, not %s", w[i].text, out.s, w[i].rows);
		filter_free(f);
	}
	buf_free(&out);
}

#define ALL "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"

static void test_filter_eval_states_and_words(void **state)
{
	static const struct want_rows rows[] = {
		{ "", ALL },
		{ "state all", ALL },
		{ "exclude all", "" },
		{ "state listen", "1 2 3" },
		{ "state established", "4 7 8 10 11 15" },
		{ "not state established", "1 2 3 5 6 9 12 13 14 16 17" },
		{ "exclude established", "1 2 3 5 6 9 12 13 14 16 17" },
		{ "state != established", "1 2 3 5 6 9 12 13 14 16 17" },
		{ "state close-wait state time-wait", "5 6" },
		{ "state close-wait and state time-wait", "" },
		{ "state close-wait or state time-wait", "5 6" },
		{ "state closed", "13 14 16" },
		{ "state bound-inactive", "13" },
		{ "exclude bound-inactive exclude connected", "1 2 3 14 16" },
		{ "state connected", "4 5 6 7 8 9 10 11 12 15 17" },
		{ "state synchronized", "4 5 6 7 8 9 10 11 12 15" },
		{ "state bucket", "6 9" },
		{ "state big", "1 2 3 4 5 7 8 10 11 12 13 14 15 16 17" },
		{ "state all exclude connected exclude listening", "13 14 16" },
		{ "proto = udp", "14 15 16" },
		{ "proto != udp", "1 2 3 4 5 6 7 8 9 10 11 12 13 17" },
		{ "proto = tcp,udp", ALL },
		{ "family = inet6", "2 7 8 9 16" },
		{ "family = inet", "1 3 4 5 6 10 11 12 13 14 15 17" },
		{ "owner = time-wait", "6" },
		{ "owner = half-open", "9" },
		{ "owner = not-accepted", "11" },
		{ "owner = orphan", "12" },
		{ "owner = no-process", "13 16 17" },
		{ "owner = not-permitted", "" },
		{ "owner = none", "6 9 11 12 13 16 17" },
		{ "owner != none", "1 2 3 4 5 7 8 10 14 15" },
		{ "owner = time-wait,orphan", "6 12" },
	};
	const struct context *c = *state;

	check_rows(c->snap, rows, ARRAY_SIZE(rows));
}

static void test_filter_eval_addresses(void **state)
{
	static const struct want_rows rows[] = {
		{ "dst 10.4.1.17", "4 7" },
		{ "dst = 10.4.1.17", "4 7" },
		{ "dst != 10.4.1.17", "1 2 3 5 6 8 9 10 11 12 13 14 15 16 17" },
		{ "not dst 10.4.1.17", "1 2 3 5 6 8 9 10 11 12 13 14 15 16 17" },
		{ "dst 10.4.1/24", "4 5 7" },
		{ "dst 10.4.1.0/24", "4 5 7" },
		{ "dst 10.4/16", "4 5 6 7" },
		{ "dst 10.4.1.16/31", "4 7" },
		{ "dst 10.4.1.18/31", "5" },
		{ "dst 10.4/22", "4 5 6 7" },
		{ "dst 10.4/23", "4 5 7" },
		{ "dst 10.4.1.17:40001", "4" },
		{ "dst 10.4.1.17:40004", "7" },
		{ "dst 10.4.1.17:*", "4 7" },
		{ "dst 10.4.1/24:40001-40002", "4 5" },
		{ "dst != 10.4.1/24:40001-40002", "1 2 3 6 7 8 9 10 11 12 13 14 15 16 17" },
		{ "dst :443", "12" },
		{ "dst *:443", "12" },
		{ "dst *", ALL },
		{ "dst != *", "" },
		{ "src *:80", "1 4 5 6" },
		{ "src 10/8:80", "4 5 6" },
		/* as in ss, the wildcard is an address like others: that of rows with no remote */
		{ "dst 0.0.0.0", "1 3 13 14" },
		{ "dst 0.0.0.0/0", "1 3 4 5 6 7 10 11 12 13 14 15 17" },
		{ "dst 0.0.0.0/0 and dport > 0", "4 5 6 7 10 11 12 15 17" },
		{ "dst [::]", "2 16" },
		{ "dst ::/0", "2 7 8 9 16" },
		{ "src 0.0.0.0", "1 14" },
		{ "src [::]", "2" },
		/* a pattern in the form of IPv6 is for sockets of IPv6 alone */
		{ "dst [2001:db8:40::5]", "8" },
		{ "dst 2001:db8:40::5", "8" },
		{ "dst 2001:db8:40::/48", "8 9" },
		{ "dst [2001:db8:40::/48]:40006", "9" },
		{ "dst [2001:db8:40::4/127]", "8" },
		{ "dst [::ffff:10.4.1.17]", "7" },
		{ "dst [::ffff:10.4.1.0/120]", "7" },
		{ "dst [::ffff:0:0/96]", "7" },
		{ "src fe80::/10", "16" },
		{ "src inet:10.0.0.1:443", "" },
		{ "src 10.0.0.1:443", "7" },
		{ "src inet:10.0.0.1", "4 5 6 12 13 15 17" },
		{ "src inet6:*:443", "2 7 8 9" },
		{ "src inet::80", "1 4 5 6" },
		{ "src 127.0.0.1 dst 127/8", "10 11" },
	};
	const struct context *c = *state;

	check_rows(c->snap, rows, ARRAY_SIZE(rows));
}

static void test_filter_eval_numbers(void **state)
{
	static const struct want_rows rows[] = {
		{ "sport = :80", "1 4 5 6" },
		{ "sport != :80", "2 3 7 8 9 10 11 12 13 14 15 16 17" },
		{ "sport > 7000", "10 12 15 17" },
		{ "sport >= 7000", "10 12 13 15 17" },
		{ "sport < 80", "14" },
		{ "sport <= 80", "1 4 5 6 14" },
		{ "sport = 53,80,443", "1 2 4 5 6 7 8 9 14" },
		{ "sport = 50-90,5000-6000", "1 3 4 5 6 11 14" },
		{ "sport != 50-90,5000-6000", "2 7 8 9 10 12 13 15 16 17" },
		{ "sport = *", ALL },
		{ "sport != *", "" },
		{ "sport > 65535", "" },
		{ "sport >= 0", ALL },
		{ "sport < 0", "" },
		{ "dport = 0", "1 2 3 13 14 16" },
		{ "dport > 0 and dport < 1000", "12 15 17" },
		{ "autobound", "10 12 15" },
		{ "autobound and proto = tcp", "10 12" },
		{ "pid = 11", "1 2 4 7 8" },
		{ "pid = 10", "1 2 14 15" },
		{ "pid != 11", "3 5 6 9 10 11 12 13 14 15 16 17" },
		{ "pid > 11", "3 5 10" },
		{ "pid = 20,30", "3 5" },
		{ "pid = 99", "" },
		{ "fd = 9", "10" },
		{ "fd > 12", "7 8 14 15" },
		{ "fd >= 0", "1 2 3 4 5 7 8 10 14 15" },
		{ "uid = 33", "2 4 5 7 8" },
		{ "uid > 33", "3 10" },
		{ "inode = 104", "4" },
		{ "inode = 0", "6 9 11 12" },
		{ "cookie = 0x10", "16" },
		{ "cookie = 1-3,9", "1 2 3 9" },
		{ "recvq > 0", "1 4 5 14" },
		{ "recvq > 0 and state != listen", "4 5 14" },
		{ "send_q >= 64k", "8" },
		{ "send_q > 69k", "" },
		{ "retrans >= 2", "9" },
	};
	const struct context *c = *state;

	check_rows(c->snap, rows, ARRAY_SIZE(rows));
}

#define ID "3f4e5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081"

/* A name that is not known passes no comparison but !=, and is not the empty one. */
/* Row 2 has no mark and no group, row 4 no details. */
static const char detailed[] =
	"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1 cookie 1 ino 1 detail full\n"
	"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:2 cookie 2 ino 2 detail old\n"
	"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:3 cookie 3 ino 3 detail bbr\n"
	"sock tcp TIME_WAIT 10.0.0.1:80 10.0.0.2:4 cookie 4\n"
	"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:5 cookie 5 ino 5 detail hostile\n";

static void test_filter_eval_details(void **state)
{
	static const struct want_rows rows[] = {
		{ "fwmark = 42", "1" },
		{ "fwmark 0x2/0x2", "1 5" },
		{ "fwmark = 0", "3" },
		{ "fwmark = 0/0", "1 3 5" },
		{ "fwmark = 4294967295", "5" },
		/* where it is not told neither holds */
		{ "fwmark != 42", "3 5" },
		{ "not fwmark = 42", "3 5" },
		{ "not fwmark != 42", "1" },
		{ "fwmark != 42 or state time-wait", "3 4 5" },
		{ "cgroup = /system.slice/web.service", "1" },
		{ "cgroup /sys/fs/cgroup/system.slice/web.service", "1" },
		{ "cgroup /sys/fs/cgroup/unified/system.slice/web.service/", "1" },
		{ "cgroup = /sys/fs/cgroupsystem.slice/web.service", "" },
		{ "cgroup = /system.slice", "" },
		{ "cgroup = /system*", "1" },
		{ "cgroup ~ service$", "1" },
		{ "cgroup = /", "3" },
		{ "cgroup = /sys/fs/cgroup", "3" },
		{ "cgroup = /sys/fs/cgroup/", "3" },
		{ "cgroup = /sys/fs/cgrou", "" },
		{ "cgroup = *", "1 3 5" },
		{ "cgroup = \"\"", "" },
		{ "cgroup != /", "1 2 4 5" },
		{ "not cgroup /", "1 2 4 5" },
		{ "cgroup !~ service", "2 3 4 5" },
	};
	struct snap_pool *pool = snap_pool_new();
	const struct snap *s = fake_snap(detailed, pool, NULL);

	(void)state;
	check_rows(s, rows, ARRAY_SIZE(rows));
	snap_unref(s);
	snap_pool_free(pool);
}

/* Of a sample without them: what is asked neither holds nor does not. */
static void test_filter_eval_details_that_nobody_asked_for(void **state)
{
	static const struct want_rows rows[] = {
		{ "fwmark = 0", "" },  { "fwmark != 0", "" },  { "cgroup = /", "" },
		{ "cgroup != /", "" }, { "not cgroup /", "" }, { "cgroup != / or sport 80", "7" },
	};
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	struct sock k = { .cookie = 7, .proto = PROTO_TCP, .state = ST_ESTABLISHED, .lport = 80 };
	struct sock_ext x = { .n_owners = 0 };
	const struct snap *s;

	(void)state;
	assert_int_equal(snap_add(b, &k, &x), 0);
	s = snap_seal(b);
	check_rows(s, rows, ARRAY_SIZE(rows));
	snap_unref(s);
	snap_pool_free(pool);
}

static void test_filter_eval_says_what_details_it_takes(void **state)
{
	static const struct {
		const char *text;
		unsigned details;
	} cases[] = {
		{ "", 0 },
		{ "sport 1 and comm x", 0 },
		{ "fwmark 1", DETAIL_MARK },
		{ "not (cgroup /a or sport 1)", DETAIL_CGROUP },
		{ "cgroup /a fwmark 1", DETAIL_MARK | DETAIL_CGROUP },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct filter *f = parse(cases[i].text);

		assert_int_equal(filter_details(f), cases[i].details);
		filter_free(f);
	}
}

static void test_filter_eval_places(void **state)
{
	static const char placed[] =
		"sock tcp ESTABLISHED 10.0.0.1:80 10.4.1.17:1 cookie 1 ino 101\n"
		"sock tcp ESTABLISHED 10.0.0.1:80 10.4.1.17:2 cookie 2 ino 102\n"
		"sock tcp ESTABLISHED 10.0.0.1:80 10.4.1.17:3 cookie 3 ino 103\n"
		"sock tcp ESTABLISHED 10.0.0.1:80 10.4.1.17:4 cookie 4 ino 104\n"
		"sock tcp TIME_WAIT 10.0.0.1:81 10.4.1.17:5 cookie 5\n"
		"proc 10 a cgroup /docker/" ID "\nhold 10 3 101\n"
		"proc 11 b cgroup /lxc/web/system.slice/my\\\\x2dapp.service\nhold 11 3 102\n"
		"proc 12 c cgroup /system.slice/nginx.service\nhold 12 3 103\n"
		"proc 13 d\nhold 13 3 104\n";
	static const struct want_rows rows[] = {
		{ "container = 3f4e5a6b7c8d", "1" },
		{ "container = " ID, "1" },
		{ "container = aaaaaaaaaaaabbbbbbbbbbbbccccccccccccddddddddddddeeeeeeeeeeeeffff",
		  "" },
		{ "container = 3f4e5a6b7c8", "" },
		{ "container = 3f4e*", "1" },
		{ "container ~ ^w.b$", "2" },
		{ "container = web", "2" },
		{ "container != web", "1 3 4 5" },
		{ "container = \"\"", "3 4" },
		{ "container = *", "1 2 3 4" },
		{ "container != *", "5" },
		{ "container = ?*", "1 2" },
		{ "unit = nginx.service", "3" },
		{ "unit = my-app.service", "2" },
		{ "unit = \"my\\\\x2dapp.service\"", "2" },
		{ "unit = *.service and not unit = nginx*", "2" },
		{ "unit = \"\"", "1 4" },
	};
	struct context *c = *state;
	const struct snap *s = fake_snap(placed, c->pool, NULL);

	check_rows(s, rows, ARRAY_SIZE(rows));
	snap_unref(s);
}

static void test_filter_eval_names(void **state)
{
	static const struct want_rows rows[] = {
		{ "comm = nginx", "1 2 4 7 8 14 15" },
		{ "comm = Nginx", "" },
		{ "comm != nginx", "3 5 6 9 10 11 12 13 16 17" },
		{ "comm = ngin", "" },
		{ "comm = ngin?", "1 2 4 7 8 14 15" },
		{ "comm = n*x", "1 2 4 7 8 14 15" },
		{ "comm = *n*n*", "1 2 4 7 8 14 15" },
		{ "comm = *x*x*", "" },
		{ "comm = *", "1 2 3 4 5 7 8 10 14 15" },
		{ "comm = [n-p]*s", "3" },
		{ "comm = [!np]*", "10" },
		{ "comm = [^np]*", "10" },
		{ "comm = [p]*", "3 5" },
		{ "comm = p[", "" },
		{ "comm = php*", "5" },
		{ "comm = \"php-fpm: a\"", "5" },
		{ "comm = php-fpm:\\ ?", "5" },
		{ "comm = \"a*b\"", "10" },
		{ "comm = a\\*b", "10" },
		{ "comm = a*b", "10" },
		{ "comm = \"a*\"", "" },
		{ "comm = a[*]b", "10" },
		{ "comm = a\\**", "10" },
		{ "comm = *\\*b", "10" },
		{ "comm = \"a*\"?", "10" },
		{ "comm = [\\!a]*", "10" },
		{ "comm = [x\\-z]*", "" },
		{ "comm = [x-z]*", "" },
		{ "comm = [z-a]*", "" },
		{ "comm = []a]*", "10" },
		{ "comm = \"\"", "" },
		{ "comm ~ ^(nginx|postgres)$", "1 2 3 4 7 8 14 15" },
		{ "comm ~ fpm", "5" },
		{ "comm ~ ^[[:lower:]]{4}x$", "1 2 4 7 8 14 15" },
		{ "comm ~ ^[^]b-z][*][[.b.]]$", "10" },
		{ "comm !~ ^(nginx|postgres)$", "5 6 9 10 11 12 13 16 17" },
		{ "comm ~ ^a\\*b$", "10" },
		{ "comm ~ \": [a-z]$\"", "5" },
		{ "user = root", "1 6 9 11 12 13 14 15 16 17" },
		{ "user = 0", "1 6 9 11 12 13 14 15 16 17" },
		{ "user = \"0\"", "" },
		{ "user = www-data", "2 4 5 7 8" },
		{ "user = www*", "2 4 5 7 8" },
		{ "user != www*", "1 3 6 9 10 11 12 13 14 15 16 17" },
		{ "user = \"odd name\"", "3 10" },
		{ "user = 998", "3 10" },
		{ "user ~ ^o", "3 10" },
		{ "user = nobody-at-all", "" },
		{ "dev = eth0", "15" },
		{ "dev = 3", "16" },
		{ "dev = eth*", "15 16" },
		{ "dev != eth0", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 16 17" },
		{ "dev = lo", "" },
		{ "dev = 0 and proto = udp", "14" },
	};
	const struct context *c = *state;

	check_rows(c->snap, rows, ARRAY_SIZE(rows));
}

static void test_filter_eval_listeners(void **state)
{
	static const struct want_rows rows[] = {
		{ "listener = 0.0.0.0:80", "1 4 5 6" },
		{ "listener = :80", "1 4 5 6" },
		{ "listener = *:80", "1 4 5 6" },
		{ "listener = 10.0.0.1:80", "" },
		{ "listener = [::]:443", "2 7 8 9" },
		{ "listener = :443", "2 7 8 9" },
		{ "listener = 0.0.0.0:443", "" },
		{ "listener = 127.0.0.1:5432", "3 11" },
		{ "listener = *", "1 2 3 4 5 6 7 8 9 11" },
		{ "listener != *", "10 12 13 14 15 16 17" },
		{ "listener != :443", "1 3 4 5 6 10 11 12 13 14 15 16 17" },
		{ "listener = :80 and state close-wait", "5" },
	};
	const struct context *c = *state;

	check_rows(c->snap, rows, ARRAY_SIZE(rows));
}

static void test_filter_eval_joins(void **state)
{
	static const struct want_rows rows[] = {
		{ "sport = 80 state established", "4" },
		{ "sport = 80 or state listen and sport = 443", "1 2 4 5 6" },
		{ "(sport = 80 or state listen) and sport = 443", "2" },
		{ "state listen sport = 80 or sport = 443", "1 2" },
		{ "state listen and sport = 80 or sport = 443", "1 2 7 8 9" },
		{ "not (sport = 80 or sport = 443) and state listen", "3" },
		{ "not sport = 80 and not sport = 443 and state listen", "3" },
		{ "!(sport=80|sport=443)&state=listen", "3" },
		{ "not (not sport = 80)", "1 4 5 6" },
		{ "not (sport = 80 and state listen) and sport = 80", "4 5 6" },
		{ "(sport = 80 and uid = 33) or (sport = 443 and not uid = 33)", "4 5 9" },
		{ "comm = nginx and (state listen or dst 10.4.1/24) and not sport = 443", "1 4" },
	};
	const struct context *c = *state;

	check_rows(c->snap, rows, ARRAY_SIZE(rows));
}

static const char others[] =
	"ifname 2 eth0\n"
	"sock unix LISTEN \"/tmp/.X11-unix/X0\" - ino 10 cookie 1 type stream\n"
	"sock unix ESTABLISHED \"/tmp/.X11-unix/X0\" 12 ino 11 cookie 2 type stream\n"
	"sock unix ESTABLISHED - 11 ino 12 cookie 3 type stream\n"
	"sock unix CLOSE \"@Foo@bar\" - ino 13 cookie 4 type dgram\n"
	"sock unix ESTABLISHED - ? ino 14 cookie 5 type seqpacket\n"
	"sock packet CLOSE ip - if 2 cookie 6 type raw\n"
	"sock packet CLOSE all - cookie 7 type dgram\n"
	"sock netlink CLOSE rtnl:0 - cookie 8 type raw\n"
	"sock netlink ESTABLISHED genl:4242 genl:0 cookie 9 type raw\n"
	"sock vsock ESTABLISHED 2:1024 3:99 cookie 10 type stream\n"
	"sock vsock LISTEN *:22 - cookie 11 type stream\n"
	"sock xdp CLOSE 4 - if 2 cookie 12 type raw\n"
	"sock tcp LISTEN 0.0.0.0:22 - ino 20 cookie 13\n"
	"sock raw CLOSE 10.0.0.1:1 - ino 21 cookie 14\n";

static void test_filter_eval_ends_of_other_families(void **state)
{
	static const struct want_rows rows[] = {
		{ "src unix:/tmp/.X11-unix/*", "1 2" },
		{ "src /tmp/.x11-UNIX/x0", "1 2" },
		{ "src unix:*", "1 2 3 4 5" },
		{ "src unix:?*", "1 2 4" },
		{ "dst /tmp/*", "3" },
		{ "dst unix:*", "1 2 3 4 5" },
		{ "src @foo*", "4" },
		{ "src unix:@f[N-P]o?bar", "4" },
		{ "src != unix:/tmp/*", "3 4 5 6 7 8 9 10 11 12 13 14" },
		{ "src link:ip:eth0", "6" },
		{ "src link:ip:2", "6" },
		{ "src link:*:eth*", "6" },
		{ "src link:all:*", "7" },
		{ "src link:*:*", "6 7" },
		{ "src netlink:rtnl:kernel", "8" },
		{ "src netlink:*:4242", "9" },
		{ "dst netlink:genl:kernel", "9" },
		{ "src vsock:2:1024", "10" },
		{ "dst vsock:3:*", "10" },
		{ "src vsock:*:22", "11" },
		{ "proto = unix and state established", "2 3 5" },
		{ "proto != unix,netlink,packet", "10 11 12 13 14" },
		{ "family = link", "6 7" },
		{ "family = inet", "13 14" },
		{ "family != inet,unix", "6 7 8 9 10 11 12" },
		{ "type = dgram", "4 7" },
		{ "type = seqpacket,dgram", "4 5 7" },
		{ "type != stream and proto = unix", "4 5" },
		{ "dev = eth0", "6 12" },
		{ "inode = 12", "3" },
		/* ports and addresses are those of the internet */
		{ "sport = 1024", "" },
		{ "sport = 22", "13" },
		{ "src 0.0.0.0/0", "13 14" },
		{ "src *", "13 14" },
		{ "not src *", "1 2 3 4 5 6 7 8 9 10 11 12" },
		{ "src 10/8", "14" },
		{ "autobound", "" },
		{ "listener = :22", "13" },
	};
	struct snap_pool *pool = snap_pool_new();
	const struct snap *s = fake_snap(others, pool, NULL);

	(void)state;
	check_rows(s, rows, ARRAY_SIZE(rows));
	snap_unref(s);
	snap_pool_free(pool);
}

static void test_filter_eval_autobound_by_the_range_of_the_snapshot(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	struct filter *f = parse("autobound");
	struct sock_ext x = { .ifindex = 0 };
	const struct snap *s;

	(void)state;
	for (uint16_t port = 79; port <= 82; port++) {
		struct sock k = { .cookie = port, .lport = port, .family = AF_INET };

		assert_int_equal(snap_add(b, &k, &x), 0);
	}
	snap_set_local_ports(b, 80, 81);
	s = snap_seal(b);
	assert_non_null(s);
	filter_bind(f, s);
	for (uint32_t row = 0; row < s->n_sock; row++)
		assert_int_equal(filter_match(f, s, row), row == 1 || row == 2);
	filter_free(f);
	snap_unref(s);
	snap_pool_free(pool);
}

/* 1 was there from the start, 2 came later, 3 changed its state, 4 is new now. */
static void test_filter_eval_age(void **state)
{
	static const char *const samples[] = {
		"sample 1800000000000\n"
		"sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:1 cookie 1\n"
		"sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:3 cookie 3\n",
		"sample 1800000100000\n"
		"sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:1 cookie 1\n"
		"sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:2 cookie 2\n"
		"sock tcp CLOSE_WAIT 10.0.0.1:1 10.0.0.2:3 cookie 3\n",
		"sample 1800000700000\n"
		"sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:1 cookie 1\n"
		"sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:2 cookie 2\n"
		"sock tcp CLOSE_WAIT 10.0.0.1:1 10.0.0.2:3 cookie 3\n"
		"sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:4 cookie 4\n",
	};
	/* 1 is at least 700 s old, 2 and 3 are 600 s, 4 is 0 s. */
	static const struct want_rows rows[] = {
		{ "age > 5m", "1 2 3" },
		{ "age >= 10m", "1 2 3" },
		{ "age > 10m", "1" },
		{ "age > 11m", "1" },
		{ "age > 700", "" },
		{ "age >= 700", "1" },
		{ "age < 20m", "2 3 4" },
		{ "age <= 10m", "2 3 4" },
		{ "age < 1", "4" },
		{ "age = 10m", "2 3" },
		{ "age = 0", "4" },
		{ "age = 700", "" },
		{ "age = 9m-20m", "2 3" },
		{ "age = 0,10m", "2 3 4" },
		{ "age != 0", "1 2 3" },
		{ "age != 10m", "1 4" },
		{ "age != 701", "2 3 4" },
		{ "age != 0-9m", "1 2 3" },
		{ "age >= 0", "1 2 3 4" },
		{ "not age > 10m", "2 3 4" },
		{ "state close-wait and age > 9m", "3" },
	};
	struct snap_pool *pool = snap_pool_new();
	const struct snap *snap = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		const struct snap *next = fake_snap(samples[i], pool, snap);

		snap_unref(snap);
		snap = next;
	}
	check_rows(snap, rows, ARRAY_SIZE(rows));
	snap_unref(snap);
	snap_pool_free(pool);
}

/* One filter over snapshots in which ids, rows and names differ, back and forth. */
static void test_filter_eval_binds_anew(void **state)
{
	static const char other[] = "user 5 www-data\n"
				    "user 33 root\n"
				    "ifname 7 eth0\n"
				    "proc 1 other\n"
				    "proc 2 another\n"
				    "proc 3 nginx\n"
				    "sock tcp LISTEN 0.0.0.0:80 - cookie 1 ino 1 uid 5 if 7\n"
				    "sock tcp LISTEN 0.0.0.0:81 - cookie 2 ino 2 uid 33 if 2\n"
				    "hold 1 3 1\nhold 3 4 2\n";
	static const struct {
		const char *text, *first, *second;
	} cases[] = {
		{ "comm = nginx", "1 2 4 7 8 14 15", "2" },
		{ "user = www-data", "2 4 5 7 8", "1" },
		{ "dev = eth0", "15", "1" },
	};
	const struct context *c = *state;
	const struct snap *s = fake_snap(other, c->pool, NULL);
	struct buf out = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct filter *f = parse(cases[i].text);

		for (int again = 0; again < 3; again++) {
			filter_bind(f, c->snap);
			passing(f, c->snap, &out);
			assert_string_equal(out.s, cases[i].first);
			filter_bind(f, s);
			passing(f, s, &out);
			assert_string_equal(out.s, cases[i].second);
		}
		filter_free(f);
	}
	buf_free(&out);
	snap_unref(s);
}

/* ---- random expressions ---------------------------------------------- */

/*
 * Each expression is made in two forms at once: as text, and as the set of rows that must pass, of
 * which the test joins bits where the filter has precedence, jumps and parentheses.
 */
typedef uint64_t rows_t;

struct leaf {
	const char *text;
	bool (*holds)(const struct snap *s, uint32_t row);
};

#define LEAF(name, expr)                                     \
	static bool name(const struct snap *s, uint32_t row) \
	{                                                    \
		const struct sock *k = &s->sock[row];        \
		enum why why = snap_why(s, row);             \
                                                             \
		(void)k;                                     \
		(void)why;                                   \
		return expr;                                 \
	}

LEAF(is_established, k->state == ST_ESTABLISHED)
LEAF(is_not_listen, k->state != ST_LISTEN)
LEAF(is_bucket, k->state == ST_SYN_RECV || k->state == ST_TIME_WAIT)
LEAF(is_udp, k->proto == PROTO_UDP)
LEAF(is_inet6, k->family == AF_INET6)
LEAF(has_port_80, k->lport == 80)
LEAF(has_no_port_443, k->lport != 443)
LEAF(has_high_port, k->lport > 1024)
LEAF(has_some_ports, k->lport == 53 || k->lport == 80 || (k->lport >= 5000 && k->lport <= 8000))
LEAF(is_remote_10_4, addr_is_v4(&k->remote) && k->remote.b[12] == 10 && k->remote.b[13] == 4)
LEAF(is_local_v4_80, addr_is_v4(&k->local) && k->lport == 80)
LEAF(is_uid_33, k->uid == 33)
LEAF(has_received, k->rxq > 0)
LEAF(is_owned, why == WHY_OWNED)
LEAF(is_orphan, why == WHY_ORPHAN)

static const struct leaf leaves[] = {
	{ "state established", is_established },
	{ "state!=listen", is_not_listen },
	{ "state = bucket", is_bucket },
	{ "proto = udp", is_udp },
	{ "family inet6", is_inet6 },
	{ "sport = :80", has_port_80 },
	{ "sport!=443", has_no_port_443 },
	{ "sport gt 1024", has_high_port },
	{ "sport = 53,80,5000-8000", has_some_ports },
	{ "dst 10.4/16", is_remote_10_4 },
	{ "src 0.0.0.0/0:80", is_local_v4_80 },
	{ "user = www-data", is_uid_33 },
	{ "recvq > 0", has_received },
	{ "owner != none", is_owned },
	{ "owner = orphan", is_orphan },
};

struct maker {
	uint64_t random;
	const struct snap *snap;
	rows_t all, of_leaf[ARRAY_SIZE(leaves)];
};

static const char *pick(struct maker *m, const char *const *from, size_t n)
{
	return from[test_random(&m->random) % n];
}

static rows_t make_or(struct maker *m, struct buf *out, unsigned depth);

static rows_t make_term(struct maker *m, struct buf *out, unsigned depth)
{
	static const char *const nots[] = { "not ", "! ", "!" };
	unsigned n = 0;
	size_t leaf;
	rows_t rows;

	while (test_random(&m->random) % 4 == 0 && n < 5) {
		buf_str(out, pick(m, nots, ARRAY_SIZE(nots)));
		n++;
	}
	if (depth > 0 && test_random(&m->random) % 2 == 0) {
		buf_char(out, '(');
		rows = make_or(m, out, depth - 1);
		buf_char(out, ')');
	} else {
		leaf = test_random(&m->random) % ARRAY_SIZE(leaves);
		buf_str(out, leaves[leaf].text);
		rows = m->of_leaf[leaf];
	}
	return n % 2 != 0 ? m->all & ~rows : rows;
}

/* Never by juxtaposition: two states that stand together would be one set. */
static rows_t make_and(struct maker *m, struct buf *out, unsigned depth)
{
	static const char *const ands[] = { " and ", "&", " && " };
	rows_t rows = make_term(m, out, depth);

	while (test_random(&m->random) % 3 == 0) {
		buf_str(out, pick(m, ands, ARRAY_SIZE(ands)));
		rows &= make_term(m, out, depth);
	}
	return rows;
}

static rows_t make_or(struct maker *m, struct buf *out, unsigned depth)
{
	static const char *const ors[] = { " or ", "|", " || " };
	rows_t rows = make_and(m, out, depth);

	while (test_random(&m->random) % 3 == 0) {
		buf_str(out, pick(m, ors, ARRAY_SIZE(ors)));
		rows |= make_and(m, out, depth);
	}
	return rows;
}

static rows_t rows_of(struct filter *f, const struct snap *s)
{
	rows_t rows = 0;

	filter_bind(f, s);
	for (uint32_t row = 0; row < s->n_sock; row++) {
		bool in = filter_match(f, s, row);

		rows |= (rows_t)in << row;
		/* What passes is in the supersets. */
		if (in && ((filter_states(f) >> s->sock[row].state & 1) == 0 ||
			   (filter_protos(f) >> s->sock[row].proto & 1) == 0))
			fail_msg("row %u is not in what the filter asks for", row);
	}
	return rows;
}

static void test_filter_eval_random(void **state)
{
	const struct context *c = *state;
	struct maker m = { .random = test_seed(), .snap = c->snap };
	struct buf text = { 0 }, once = { 0 }, twice = { 0 };

	assert_true(c->snap->n_sock < 64);
	m.all = (UINT64_C(1) << c->snap->n_sock) - 1;
	for (size_t i = 0; i < ARRAY_SIZE(leaves); i++)
		for (uint32_t row = 0; row < c->snap->n_sock; row++)
			m.of_leaf[i] |= (rows_t)leaves[i].holds(c->snap, row) << row;
	for (int n = 0; n < 20000; n++) {
		struct filter *f;
		rows_t rows, got;

		buf_reset(&text);
		rows = make_or(&m, &text, 5);
		f = parse(text.s);
		got = rows_of(f, c->snap);
		if (got != rows)
			fail_msg("%s: %#llx, not %#llx", text.s, (unsigned long long)got,
				 (unsigned long long)rows);
		buf_reset(&once);
		filter_print(f, &once);
		filter_free(f);
		f = parse(once.s);
		if (rows_of(f, c->snap) != rows)
			fail_msg("%s is printed as %s", text.s, once.s);
		buf_reset(&twice);
		filter_print(f, &twice);
		assert_string_equal(once.s, twice.s);
		assert_null(filter_remark(f));
		filter_free(f);
	}
	buf_free(&text);
	buf_free(&once);
	buf_free(&twice);
}

/* Of one that came and went; with what it is not known of, a condition holds neither way. */
static void test_filter_eval_told(void **state)
{
	static const char sample[] =
		"user 33 www-data\n"
		"sock tcp LISTEN 0.0.0.0:80 - ino 101 uid 33\n"
		"proc 11 nginx uid 33\n"
		"hold 11 6 101\n"
		"sock tcp ESTABLISHED 10.0.0.1:80 10.4.1.17:40001 cookie 4 flag brief\n"
		"sock tcp SYN_SENT 10.0.0.1:50000 192.0.2.1:443 cookie 5 flag brief\n"
		"sock udp ESTABLISHED 10.0.0.1:50000 192.0.2.53:53 cookie 6 flag brief\n";
	static const struct want_rows rows[] = {
		{ "", "4 5 6" },
		{ "state all", "4 5 6" },
		{ "exclude all", "" },
		{ "state established", "4 6" },
		{ "exclude established", "5" },
		{ "proto = tcp", "4 5" },
		{ "not proto = tcp", "6" },
		{ "dst 192.0.2.0/24", "5 6" },
		{ "dst != 192.0.2.0/24", "4" },
		{ "dport = :443 or sport = :80", "4 5" },
		{ "cookie = 6", "6" },
		{ "listener = :80", "4" },
		{ "listener != :80", "" },
		{ "comm = nginx", "4" },
		{ "comm != nginx", "" },
		{ "not comm = java", "4" },
		{ "pid = 11 and sport = :80", "4" },
		{ "user = www-data", "" },
		{ "not user = www-data", "" },
		{ "not (user = www-data and dport = :443)", "4 6" },
		{ "uid >= 0", "" },
		{ "inode = 0", "" },
		{ "recv_q = 0 or dport = :53", "6" },
		{ "not (recv_q = 0 or dport = :53)", "" },
		{ "age < 1h", "" },
		{ "not age > 1h", "" },
		{ "fd = 6", "" },
		{ "owner = orphan", "" },
		{ "not owner = orphan", "" },
	};
	const struct context *c = *state;
	const struct snap *s = fake_snap(sample, c->pool, NULL);
	struct buf out = { 0 };

	assert_int_equal(s->n_brief, 3);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct filter *f = parse(rows[i].text);

		filter_bind(f, s);
		buf_reset(&out);
		buf_str(&out, "");
		for (uint32_t row = s->n_sock; row < s->n_sock + s->n_brief; row++)
			if (filter_match(f, s, row))
				buf_fmt(&out, "%s%llu", out.len > 0 ? " " : "",
					(unsigned long long)s->sock[row].cookie);
		if (strcmp(out.s, rows[i].rows) != 0)
			fail_msg("\"%s\": %s, not %s", rows[i].text, out.s, rows[i].rows);
		filter_free(f);
	}
	buf_free(&out);
	snap_unref(s);
}

/* A state that is not known is any of a set of all, and none of a smaller one. */
static void test_filter_eval_told_of_an_unknown_state(void **state)
{
	static const struct {
		const char *text;
		bool passes;
	} asked[] = {
		{ "state all", true },
		{ "state established", false },
		{ "exclude established", false },
		{ "not state established", false },
		{ "dport = :443", true },
		{ "state established or dport = :443", true },
	};
	const struct context *c = *state;
	struct sock k = { .family = AF_INET, .proto = PROTO_TCP, .lport = 1, .rport = 443 };
	const struct sock_ext x = { .listener = UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		struct filter *f = parse(asked[i].text);

		filter_bind(f, c->snap);
		if (filter_match_told(f, c->snap, &k, &x) != asked[i].passes)
			fail_msg("\"%s\"", asked[i].text);
		filter_free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_eval_told),
		cmocka_unit_test(test_filter_eval_told_of_an_unknown_state),
		cmocka_unit_test(test_filter_eval_states_and_words),
		cmocka_unit_test(test_filter_eval_addresses),
		cmocka_unit_test(test_filter_eval_numbers),
		cmocka_unit_test(test_filter_eval_names),
		cmocka_unit_test(test_filter_eval_listeners),
		cmocka_unit_test(test_filter_eval_joins),
		cmocka_unit_test(test_filter_eval_ends_of_other_families),
		cmocka_unit_test(test_filter_eval_autobound_by_the_range_of_the_snapshot),
		cmocka_unit_test(test_filter_eval_details),
		cmocka_unit_test(test_filter_eval_details_that_nobody_asked_for),
		cmocka_unit_test(test_filter_eval_says_what_details_it_takes),
		cmocka_unit_test(test_filter_eval_places),
		cmocka_unit_test(test_filter_eval_age),
		cmocka_unit_test(test_filter_eval_binds_anew),
		cmocka_unit_test(test_filter_eval_random),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
