/* SPDX-License-Identifier: MIT */
/* Made-up histories, just below and just above what makes a finding. */
#include "test.h"

#include <string.h>

#include "find.h"
#include "story.h"

#define LISTENER "sock tcp LISTEN 0.0.0.0:80 - ino 9000 rq 0 sq 128\nproc 7 web\nhold 7 3 9000\n"

static char *text_of(const char *fmt, ...) PRINTF_LIKE(1, 2);

static char *text_of(const char *fmt, ...)
{
	static char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return text;
}

static void assert_none(const struct story *t)
{
	if (t->found.n > 0)
		fail_msg("found: %s", t->found.item[0].text);
}

/* ---- CLOSE_WAIT ------------------------------------------------------ */

/* So many of java[2211], which came in at :8080. */
static const char *leaking(unsigned n, unsigned rq)
{
	return text_of("sock tcp LISTEN 0.0.0.0:8080 - ino 50 sq 100\n"
		       "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:1000 ino 100 rq %u times %u\n"
		       "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.18:1000 ino 99 rq 1\n"
		       "proc 2211 java fds %u limit 65536\nproc 7 other\n"
		       "hold 2211 3 50\nhold 7 5 99\nhold 2211 10 100 times %u\n",
		       rq, n, n + 20, n);
}

static void test_leak_that_grows(void **state)
{
	const struct finding *x;
	struct story t;
	unsigned i;

	(void)state;
	story_open(&t);
	story_repeat(&t, 20, 2, leaking(1, 1));
	assert_none(&t);
	/* 5/s, from now on: within ten seconds, and a fifth. */
	for (i = 1; i <= 5 && t.found.n == 0; i++)
		story_tell(&t, 2, leaking(1 + 10 * i, 1));
	x = story_only(&t, FINDING_CLOSE_WAIT_LEAK);
	assert_true(story_number(x, "rate_per_s") > 4 && story_number(x, "rate_per_s") < 6);
	assert_string_equal(story_text(x, "comm"), "java");
	assert_int_equal(x->pid, 2211);
	assert_int_equal(story_number(x, "process"), 2211);
	for (; i <= 12; i++)
		story_tell(&t, 2, leaking(1 + 10 * i, 1));
	x = story_only(&t, FINDING_CLOSE_WAIT_LEAK);
	assert_string_equal(x->text, "CLOSE_WAIT 122, growing 5/s: 99% java[2211]");
	assert_string_equal(x->expr, "state close-wait and pid = 2211");
	assert_int_equal(x->severity, SEVERITY_WARN);
	assert_int_equal(story_number(x, "count"), 121);
	assert_int_equal(story_number(x, "total"), 122);
	assert_int_equal(story_number(x, "inbound"), 121);
	assert_int_equal(story_number(x, "outbound"), 0);
	assert_int_equal(story_number(x, "end_unread"), 121);
	assert_int_equal(story_number(x, "not_reading"), 0);
	assert_string_equal(story_text(x, "peer"), "10.4.1.17");
	assert_int_equal(story_number(x, "peer_count"), 121);
	assert_int_equal(story_number(x, "local_port"), 8080);
	assert_int_equal(story_number(x, "fds"), 141);
	story_close(&t);
}

static void test_leak_of_old_ones(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	story_repeat(&t, 50, 2, leaking(LEAK_OLD - 1, 0));
	assert_none(&t);
	story_close(&t);
	story_open(&t);
	story_repeat(&t, 30, 2, leaking(LEAK_OLD, 0));
	assert_none(&t); /* 58 s */
	story_tell(&t, 2, leaking(LEAK_OLD, 0));
	x = story_only(&t, FINDING_CLOSE_WAIT_LEAK);
	assert_string_equal(x->text, "CLOSE_WAIT 21, oldest 60 s: 95% java[2211]");
	assert_int_equal(story_number(x, "read_to_end"), 20);
	assert_int_equal(story_number(x, "oldest_s"), 60);
	story_close(&t);
}

static void test_leak_reads_the_queue(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_repeat(&t, 40, 2, leaking(30, 2));
	assert_int_equal(story_number(story_only(&t, FINDING_CLOSE_WAIT_LEAK), "not_reading"), 30);
	story_close(&t);
}

/* A burst that is closed at once, and one that is still sent on, are none. */
static void test_leak_not_of_healthy(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	for (unsigned i = 0; i < 60; i++)
		story_tell(
			&t, 0.5,
			text_of("sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:%u ino %u times %u\n"
				"proc 2211 java\nhold 2211 10 %u times %u\n",
				1000 + 40 * i, 100 + 40 * i, 5 + i % 30, 100 + 40 * i, 5 + i % 30));
	assert_none(&t);
	story_repeat(&t, 60, 2,
		     "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:1 ino 100 sq 10 times 30\n"
		     "proc 2211 java\nhold 2211 10 100 times 30\n");
	assert_none(&t);
	story_close(&t);
}

static void test_leak_without_owners(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_repeat(&t, 40, 2, "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:1 ino 100 times 30\n");
	assert_string_equal(story_only(&t, FINDING_CLOSE_WAIT_LEAK)->text,
			    "CLOSE_WAIT 30, oldest 78 s");
	assert_int_equal(t.found.item[0].pid, 0);
	for (unsigned i = 0; i < t.found.item[0].n_evidence; i++)
		assert_string_not_equal(t.found.item[0].evidence[i].key, "shared");
	story_close(&t);
}

/* Another process with the same pid begins anew. */
static void test_leak_pid_used_again(void **state)
{
	struct story t;
	unsigned i;

	(void)state;
	story_open(&t);
	for (i = 0; i < 8; i++)
		story_tell(&t, 0.7, leaking(5 + 3 * i, 1));
	for (i = 0; i < 2; i++)
		story_tell(&t, 0.7,
			   text_of("sock tcp CLOSE_WAIT 10.4.0.7:99 10.4.1.17:1 ino 100 times %u\n"
				   "proc 2211 java start 99\nhold 2211 10 100 times %u\n",
				   40 + 10 * i, 40 + 10 * i));
	assert_none(&t);
	story_close(&t);
}

static void test_leak_thinned(void **state)
{
	const char *socks = "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:1 ino 100 times 30\n"
			    "proc 2211 java\nhold 2211 10 100 times 30\n";
	struct story t;

	(void)state;
	story_open(&t);
	story_repeat(&t, 40, 2, text_of("thinned close-wait\n%s", socks));
	assert_string_equal(story_text(story_only(&t, FINDING_CLOSE_WAIT_LEAK), "peer"),
			    "10.4.1.17");
	for (unsigned i = 0; i < t.found.item[0].n_evidence; i++)
		assert_string_not_equal(t.found.item[0].evidence[i].key, "outbound");
	story_tell(&t, 2, text_of("thinned established\n%s", socks));
	assert_none(&t);
	story_close(&t);
}

/* ---- floods ---------------------------------------------------------- */

static const char *half_open(unsigned a, unsigned b)
{
	return text_of(LISTENER "sock tcp SYN_RECV 10.0.0.1:80 203.0.113.1:1 times %u\n"
				"sock tcp SYN_RECV 10.0.0.1:80 203.0.113.9:1 times %u\n"
				"sock tcp SYN_RECV 10.0.0.1:80 198.51.100.7:1 times 10\n",
		       a, b);
}

static void test_half_open_alone(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, half_open(120, HALF_OPEN_ALONE - 120 - 10 - 1));
	assert_none(&t);
	story_tell(&t, 2, half_open(120, HALF_OPEN_ALONE - 120 - 10));
	x = story_only(&t, FINDING_HALF_OPEN_FLOOD);
	assert_string_equal(x->text, "half-open 256, 246 from 203.0.113.0/24 to :80");
	assert_string_equal(x->expr, "state syn-recv and dst 203.0.113.0/24 and sport = :80");
	assert_int_equal(story_number(x, "addresses"), 2);
	story_tell(&t, 2, half_open(500, 1));
	assert_string_equal(story_only(&t, FINDING_HALF_OPEN_FLOOD)->text,
			    "half-open 511, 500 from 203.0.113.1 to :80");
	story_close(&t);
}

static void test_half_open_against_usual(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	/* Fifteen, all the time; not enough minutes, then enough. */
	story_repeat(&t, 18, 30, half_open(4, 1));
	story_tell(&t, 30, half_open(60, 60));
	assert_none(&t);
	story_repeat(&t, 4, 30, half_open(4, 1));
	story_tell(&t, 30, half_open(30, HALF_OPEN_MIN - 41));
	assert_none(&t); /* 99 */
	story_tell(&t, 2, half_open(60, 60));
	x = story_only(&t, FINDING_HALF_OPEN_FLOOD);
	assert_string_equal(x->text, "half-open 130, 9x usual, 120 from 203.0.113.0/24 to :80");
	assert_int_equal(story_number(x, "usual"), 15);
	story_close(&t);
}

static const char *cookies(unsigned sent, unsigned recv, unsigned drops)
{
	return text_of(LISTENER "counter SyncookiesSent %u\ncounter SyncookiesRecv %u\n"
				"counter TCPReqQFullDrop %u\n",
		       sent, recv, drops);
}

static void test_half_open_by_cookies(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, cookies(5000, 100, 0));
	assert_none(&t); /* since the namespace was made: no rate */
	story_tell(&t, 2, cookies(5000 + 2 * COOKIES_PER_S - 1, 100, 0));
	assert_none(&t);
	story_tell(&t, 2, cookies(6000, 950, 0));
	assert_none(&t); /* they come back */
	story_close(&t);
	story_open(&t);
	story_tell(&t, 2, cookies(5000, 100, 0));
	story_tell(&t, 2, cookies(5192, 100, 0));
	x = story_only(&t, FINDING_HALF_OPEN_FLOOD);
	assert_string_equal(x->text,
			    "SYN cookies 96/s, 100% never come back: a flood that leaves no rows");
	assert_string_equal(x->expr, "");
	assert_int_equal(story_number(x, "cookies_per_s"), 96);
	story_close(&t);
}

static void test_half_open_by_drops(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, cookies(0, 0, 7));
	story_tell(&t, 2, cookies(0, 0, 8));
	assert_none(&t);
	story_tell(&t, 2, cookies(0, 0, 49));
	assert_string_equal(story_only(&t, FINDING_HALF_OPEN_FLOOD)->text,
			    "SYN queue full, 11/s dropped");
	assert_int_equal(t.found.item[0].severity, SEVERITY_CRIT);
	story_close(&t);
}

static const char *connected(unsigned from, unsigned n, unsigned overflows)
{
	return text_of(LISTENER "counter ListenOverflows %u\n"
				"sock tcp ESTABLISHED 10.0.0.1:80 203.0.113.1:%u times %u\n"
				"sock tcp ESTABLISHED 10.0.0.1:80 203.0.113.2:%u times %u\n",
		       overflows, from, n / 2, from, n - n / 2);
}

static void test_connections_against_usual(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	for (unsigned i = 0; i < 24; i++)
		story_tell(&t, 30, connected(1 + 600 * i, 600, 0)); /* 20/s */
	for (unsigned i = 0; i < 6; i++)
		story_tell(&t, 2, connected(20000 + 398 * i, 398, 0));
	assert_none(&t); /* 199/s */
	for (unsigned i = 0; i < 6; i++)
		story_tell(&t, 2, connected(30000 + 800 * i, 800, 0));
	x = story_only(&t, FINDING_CONNECTION_FLOOD);
	assert_string_equal(x->text,
			    "new connections 400/s, 20x usual, 100% from 203.0.113.0/24 to :80");
	assert_string_equal(x->expr, "dst 203.0.113.0/24 and sport = :80");
	story_close(&t);
}

/* Nothing is usual yet: a busy server is no flood, unless the kernel could not take it. */
static void test_connections_alone(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	for (unsigned i = 0; i < 10; i++)
		story_tell(&t, 2, connected(1 + 2000 * i, 2000, 3));
	assert_none(&t);
	story_tell(&t, 2, connected(50000, 2000, 43));
	assert_int_equal(t.found.n, 2); /* and the queue that overflows */
	assert_int_equal(t.found.item[1].kind, FINDING_CONNECTION_FLOOD);
	story_close(&t);
}

/* ---- accept queues --------------------------------------------------- */

static const char *queued(unsigned waiting, unsigned overflows, unsigned drops)
{
	return text_of("sock tcp LISTEN 0.0.0.0:443 - ino 5 rq %u sq 128 drops %u\n"
		       "sock tcp LISTEN 10.0.0.1:80 - ino 6 rq 0 sq 128\n"
		       "proc 901 nginx\nhold 901 4 5\nhold 901 5 6\n"
		       "counter ListenOverflows %u\n",
		       waiting, drops, overflows);
}

static void test_accept_queue(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, queued(128, 0, 0));
	assert_none(&t);
	story_tell(&t, 2, queued(129, 0, 0));
	x = story_only(&t, FINDING_ACCEPT_QUEUE);
	assert_string_equal(x->text, "listen queue :443 full 129/128: nginx[901]");
	assert_int_equal(x->severity, SEVERITY_WARN);
	story_tell(&t, 2, queued(129, 100, 164));
	x = story_only(&t, FINDING_ACCEPT_QUEUE);
	assert_string_equal(x->text, "listen queue :443 full 129/128, 41 drops/s: nginx[901]");
	assert_string_equal(x->expr, "listener = :443");
	assert_int_equal(x->severity, SEVERITY_CRIT);
	assert_int_equal(story_number(x, "accept_queue"), 129);
	assert_int_equal(story_number(x, "accept_max"), 128);
	assert_int_equal(story_number(x, "process"), 901);
	assert_string_equal(story_text(x, "listener"), ":443");
	story_close(&t);
}

static void test_accept_queue_between_samples(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, queued(0, 10, 10));
	story_tell(&t, 2, queued(0, 11, 11));
	assert_none(&t);
	story_tell(&t, 2, queued(0, 50, 50));
	assert_string_equal(story_only(&t, FINDING_ACCEPT_QUEUE)->text,
			    "listen queue :443 overflows at times, 10 drops/s: nginx[901]");
	story_close(&t);
}

/* Ninety connections to one end, from ports one after the other. */
static const char *ports_in(const char *netns)
{
	static struct buf out;

	buf_reset(&out);
	buf_fmt(&out, "netns 11 host own\nnetns %s - ports 1000 1099\n", netns);
	for (unsigned port = 1000; port < 1090; port++)
		buf_fmt(&out, "sock tcp ESTABLISHED 10.0.0.1:%u 10.0.0.5:3306\n", port);
	return out.s;
}

/* Equal listeners of two network namespaces are two, and what is found says where. */
static void test_accept_queue_of_another_namespace(void **state)
{
	const char *socks = "netns 11 host own\nsock tcp LISTEN [::]:443 - ino 5 rq 0 sq 128\n"
			    "netns 12 blue\nsock tcp LISTEN [::]:443 - ino 6 rq 200 sq 128\n"
			    "proc 901 nginx\nhold 901 4 5\nproc 902 envoy\nhold 902 4 6\n";
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	story_repeat(&t, 3, 2, socks);
	x = story_only(&t, FINDING_ACCEPT_QUEUE);
	assert_string_equal(x->text, "listen queue :443 full 200/128 in netns blue: envoy[902]");
	assert_string_equal(x->expr, "listener = :443 and netns = 12");
	assert_int_equal(story_number(x, "accept_max"), 128);
	assert_int_equal(story_number(x, "netns"), 12);
	story_close(&t);
}

/* A route needs ports of its own namespace's range. */
static void test_ports_of_each_namespace(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2,
		   "netns 11 host own\n"
		   "sock tcp ESTABLISHED 10.0.0.1:1000 10.0.0.5:3306 times 90\n"
		   "netns 12 - ports 1000 1099\n"
		   "sock tcp ESTABLISHED 10.0.0.1:1000 10.0.0.5:3306\n"
		   "sock tcp ESTABLISHED 10.0.0.1:1001 10.0.0.5:3306\n");
	assert_none(&t);
	story_tell(&t, 2, ports_in("12"));
	x = story_only(&t, FINDING_EPHEMERAL_PORTS);
	assert_string_equal(x->text, "ephemeral ports to 10.0.0.5:3306 90% used in netns 12");
	assert_int_equal(story_number(x, "ports"), 100);
	story_close(&t);
}

/* A backlog of 0 takes one connection: no trouble by itself. */
static void test_accept_queue_of_none(void **state)
{
	const char *socks = "sock tcp LISTEN 10.0.0.1:80 - ino 6 rq 1 sq 0\nproc 1 a\nhold 1 3 6\n";
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, socks);
	assert_none(&t);
	story_tell(&t, 2, socks);
	assert_string_equal(story_only(&t, FINDING_ACCEPT_QUEUE)->text,
			    "listen queue 10.0.0.1:80 full 1/0: a[1]");
	story_close(&t);
}

/* /proc/net does not tell how many may wait. */
static void test_accept_queue_without_limit(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_repeat(&t, 3, 2,
		     "source tcp partial \"from /proc/net\"\n"
		     "sock tcp LISTEN 10.0.0.1:80 - ino 6 rq 9 sq 0 flag no-cookie\n");
	assert_none(&t);
	story_close(&t);
}

/* ---- limits ---------------------------------------------------------- */

static void test_ephemeral_ports(void **state)
{
	const struct finding *x;
	struct buf text = { .s = NULL };
	struct story t;

	(void)state;
	story_open(&t);
	buf_str(&text, "sysctl net.ipv4.ip_local_port_range 1000 1099\n");
	for (unsigned i = 0; i < 79; i++)
		buf_fmt(&text, "sock tcp TIME_WAIT 10.0.0.1:%u 10.0.0.5:3306\n", 1000 + i);
	/* Another way out, other ports of it, and what came in. */
	for (unsigned i = 0; i < 30; i++)
		buf_fmt(&text,
			"sock tcp ESTABLISHED 10.0.0.2:%u 10.0.0.5:3306 ino %u\n"
			"sock tcp ESTABLISHED 10.0.0.1:%u 10.0.0.5:3307 ino %u\n",
			1000 + i, 100 + i, 1000 + i, 200 + i);
	story_tell(&t, 2, text.s);
	assert_none(&t);
	for (unsigned i = 79; i < 94; i++)
		buf_fmt(&text, "sock tcp TIME_WAIT 10.0.0.1:%u 10.0.0.5:3306\n", 1000 + i);
	story_tell(&t, 2, text.s);
	x = story_only(&t, FINDING_EPHEMERAL_PORTS);
	assert_string_equal(x->text, "ephemeral ports to 10.0.0.5:3306 94% used");
	assert_string_equal(x->expr, "dst 10.0.0.5:3306 and src 10.0.0.1 and autobound");
	assert_int_equal(x->severity, SEVERITY_WARN);
	assert_int_equal(story_number(x, "used"), 94);
	assert_int_equal(story_number(x, "ports"), 100);
	buf_str(&text, "sock tcp TIME_WAIT 10.0.0.1:1095 10.0.0.5:3306\n");
	story_tell(&t, 2, text.s);
	assert_int_equal(story_only(&t, FINDING_EPHEMERAL_PORTS)->severity, SEVERITY_CRIT);
	buf_free(&text);
	story_close(&t);
}

static void test_ephemeral_ports_thinned(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2,
		   "thinned time-wait\nsysctl net.ipv4.ip_local_port_range 1000 1000\n"
		   "sock tcp TIME_WAIT 10.0.0.1:1000 10.0.0.5:3306\n");
	assert_none(&t);
	story_tell(&t, 2,
		   "thinned time-wait listen\nsysctl net.ipv4.ip_local_port_range 1000 1000\n"
		   "sock tcp TIME_WAIT 10.0.0.1:1000 10.0.0.5:3306\n");
	story_only(&t, FINDING_EPHEMERAL_PORTS);
	story_close(&t);
}

static void test_timewait_limit(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, text_of("sysctl net.ipv4.tcp_max_tw_buckets 1000\ncounter tw 949\n"));
	assert_none(&t);
	story_tell(&t, 2, text_of("sysctl net.ipv4.tcp_max_tw_buckets 1000\ncounter tw 950\n"));
	x = story_only(&t, FINDING_TIMEWAIT_LIMIT);
	assert_string_equal(x->text, "TIME_WAIT at the limit tcp_max_tw_buckets 1,000");
	story_close(&t);
	story_open(&t);
	story_tell(&t, 2, "counter tw 4\ncounter TCPTimeWaitOverflow 100\n");
	assert_none(&t);
	story_tell(&t, 2, "counter tw 4\ncounter TCPTimeWaitOverflow 130\n");
	x = story_only(&t, FINDING_TIMEWAIT_LIMIT);
	assert_string_equal(x->text, "TIME_WAIT at the limit tcp_max_tw_buckets, 15/s not kept");
	story_close(&t);
}

static void test_orphans(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, "counter orphan 799\n");
	story_tell(&t, 2, "sysctl net.ipv4.tcp_max_orphans 1000\ncounter orphan 799\n");
	assert_none(&t);
	story_tell(&t, 2, "sysctl net.ipv4.tcp_max_orphans 1000\ncounter orphan 800\n");
	assert_string_equal(story_only(&t, FINDING_ORPHANS)->text,
			    "orphans 80% of tcp_max_orphans");
	story_tell(&t, 2, "sysctl net.ipv4.tcp_max_orphans 1000\ncounter orphan 950\n");
	assert_int_equal(story_only(&t, FINDING_ORPHANS)->severity, SEVERITY_CRIT);
	story_close(&t);
}

static void test_conntrack(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2,
		   "sysctl net.netfilter.nf_conntrack_count 799\n"
		   "sysctl net.netfilter.nf_conntrack_max 1000\n");
	assert_none(&t);
	story_tell(&t, 2,
		   "sysctl net.netfilter.nf_conntrack_count 950\n"
		   "sysctl net.netfilter.nf_conntrack_max 1000\n");
	assert_string_equal(story_only(&t, FINDING_CONNTRACK)->text, "conntrack table 95%");
	assert_int_equal(t.found.item[0].severity, SEVERITY_CRIT);
	story_close(&t);
}

static const char *holding(unsigned fds, const char *limit)
{
	return text_of("sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1 ino 5\n"
		       "proc 2211 java fds %u limit %s\nhold 2211 3 5\n",
		       fds, limit);
}

static void test_descriptors(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, holding(799, "1000"));
	story_tell(&t, 2, holding(4000000, "4294967295")); /* unlimited */
	story_tell(&t, 2, holding(5000, "0"));             /* not known */
	assert_none(&t);
	story_tell(&t, 2, holding(800, "1000"));
	x = story_only(&t, FINDING_DESCRIPTORS);
	assert_string_equal(x->text, "java[2211] 80% of 1,000 descriptors");
	assert_string_equal(x->expr, "pid = 2211");
	story_close(&t);
}

static void test_descriptors_full_soon(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	for (unsigned i = 0; i < 12; i++)
		story_tell(&t, 2, holding(39700 + 39 * i, "65536")); /* 19.5/s: in 22 minutes */
	x = story_only(&t, FINDING_DESCRIPTORS);
	assert_string_equal(x->text, "java[2211] 61% of 65,536 descriptors, full in 22 min");
	assert_true(story_number(x, "full_in_s") > 1250 && story_number(x, "full_in_s") < 1350);
	story_close(&t);
	story_open(&t);
	for (unsigned i = 0; i < 12; i++)
		story_tell(&t, 2, holding(39700 + 26 * i, "65536")); /* in 33 */
	assert_none(&t);
	story_close(&t);
}

/* ---- slow readers ---------------------------------------------------- */

static const char *unread(unsigned n, unsigned rq)
{
	return text_of("sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1 ino 100 rq %u times %u\n"
		       "proc 44 worker\nhold 44 10 100 times %u\n",
		       rq, n, n);
}

static void test_slow_reader(void **state)
{
	const struct finding *x;
	struct story t;

	(void)state;
	story_open(&t);
	story_repeat(&t, 10, 2, unread(STUCK_SOCKETS - 1, 5000));
	assert_none(&t);
	story_close(&t);
	story_open(&t);
	story_repeat(&t, 3, 2, unread(STUCK_SOCKETS, 5000));
	assert_none(&t); /* not for long enough */
	story_tell(&t, 2, unread(STUCK_SOCKETS, 5000));
	x = story_only(&t, FINDING_SLOW_READER);
	assert_string_equal(x->text,
			    "5 sockets of worker[44] with data that stays unread, 25,000 bytes");
	assert_string_equal(x->expr, "state established and recv_q > 0 and pid = 44");
	assert_int_equal(story_number(x, "count"), 5);
	story_close(&t);
	story_open(&t);
	story_repeat(&t, 5, 2, unread(1, STUCK_BYTES));
	story_only(&t, FINDING_SLOW_READER);
	story_close(&t);
}

/* Tickets of TLS, on idle clients. */
static void test_slow_reader_not_of_idle(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_repeat(&t, 30, 2, unread(100, 600));
	assert_none(&t);
	story_close(&t);
}

/* What is read goes down now and then. */
static void test_slow_reader_not_of_busy(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	for (unsigned i = 0; i < 40; i++)
		story_tell(&t, 2, unread(50, 1 + i * 7919 % 60000));
	assert_none(&t);
	story_close(&t);
}

/* ---- all ------------------------------------------------------------- */

static void test_worst_first(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2,
		   "sysctl net.ipv4.tcp_max_tw_buckets 10\ncounter tw 10\n"
		   "sysctl net.ipv4.tcp_max_orphans 10\ncounter orphan 10\n"
		   "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1 ino 5\n"
		   "proc 2211 java fds 80 limit 100\nhold 2211 3 5\n");
	assert_int_equal(t.found.n, 3);
	assert_int_equal(t.found.item[0].kind, FINDING_ORPHANS); /* crit */
	assert_int_equal(t.found.item[1].kind, FINDING_DESCRIPTORS);
	assert_int_equal(t.found.item[2].kind, FINDING_TIMEWAIT_LIMIT);
	story_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leak_that_grows),
		cmocka_unit_test(test_leak_of_old_ones),
		cmocka_unit_test(test_leak_reads_the_queue),
		cmocka_unit_test(test_leak_not_of_healthy),
		cmocka_unit_test(test_leak_without_owners),
		cmocka_unit_test(test_leak_pid_used_again),
		cmocka_unit_test(test_leak_thinned),
		cmocka_unit_test(test_half_open_alone),
		cmocka_unit_test(test_half_open_against_usual),
		cmocka_unit_test(test_half_open_by_cookies),
		cmocka_unit_test(test_half_open_by_drops),
		cmocka_unit_test(test_connections_against_usual),
		cmocka_unit_test(test_connections_alone),
		cmocka_unit_test(test_accept_queue),
		cmocka_unit_test(test_accept_queue_between_samples),
		cmocka_unit_test(test_accept_queue_of_none),
		cmocka_unit_test(test_accept_queue_without_limit),
		cmocka_unit_test(test_ephemeral_ports),
		cmocka_unit_test(test_ephemeral_ports_thinned),
		cmocka_unit_test(test_timewait_limit),
		cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_conntrack),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_descriptors_full_soon),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_slow_reader_not_of_idle),
		cmocka_unit_test(test_slow_reader_not_of_busy),
		cmocka_unit_test(test_worst_first),
		cmocka_unit_test(test_accept_queue_of_another_namespace),
		cmocka_unit_test(test_ports_of_each_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
