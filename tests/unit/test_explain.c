/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sockeye/insight/explain.h"
#include "sockeye/insight/flood.h"
#include "sockeye/model/names.h"
#include "story.h"

static const char *const heads[] = { "What it means", "Here, now", "Most likely", "What to do",
				     "What will not help" };

/* All lines as one text, each with its kind before it. */
static void text_of(struct buf *out, const struct explanation *x)
{
	buf_reset(out);
	for (unsigned i = 0; i < x->n; i++)
		buf_fmt(out, "%c %s\n", "HPIF"[x->line[i].kind], x -> text.s + x->line[i].at);
}

/* Every section is there, in order, and none is empty. */
static void assert_sections(const struct explanation *x, const char *what)
{
	unsigned head = 0;

	for (unsigned i = 0; i < x->n && head < 5; i++) {
		if (x->line[i].kind != EXPLAIN_HEAD)
			continue;
		if (strcmp(x->text.s + x->line[i].at, heads[head]) != 0)
			fail_msg("%s: \"%s\" where \"%s\" is due", what, x->text.s + x->line[i].at,
				 heads[head]);
		if (i + 1 == x->n || x->line[i + 1].kind == EXPLAIN_HEAD)
			fail_msg("%s: nothing under \"%s\"", what, heads[head]);
		head++;
	}
	if (head < 5)
		fail_msg("%s: no \"%s\"", what, heads[head]);
}

static void test_explain_has_every_section(void **state)
{
	struct explanation x = { .n = 0 };
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, "");
	for (enum tcp_state st = ST_ESTABLISHED; st < ST_COUNT; st++) {
		explain_state(&x, st, t.snap, t.history);
		assert_sections(&x, state_name(st));
		explanation_free(&x);
	}
	for (unsigned k = 0; k < FINDING_COUNT; k++) {
		struct finding f = { .kind = (enum finding_kind)k, .text = "found" };

		explain_finding(&x, &f, t.snap, t.history);
		assert_sections(&x, finding_table[k].name);
		explanation_free(&x);
	}
	story_close(&t);
}

static void assert_says(const struct buf *text, const char *what)
{
	if (strstr(text->s, what) == NULL)
		fail_msg("no \"%s\" in:\n%s", what, text->s);
}

static void test_explain_figures_of_this_host(void **state)
{
	struct explanation x = { .n = 0 };
	struct buf text = { .s = NULL };
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2,
		   "sock tcp LISTEN 0.0.0.0:8080 - ino 9\n"
		   "sock tcp CLOSE_WAIT 10.0.0.1:8080 10.4.1.17:1 ino 100 rq 5 times 1187\n"
		   "sock tcp CLOSE_WAIT 10.0.0.1:8080 10.4.1.18:1 ino 5000 rq 1 times 17\n"
		   "proc 2211 java fds 40000 limit 65536\nproc 7 other\n"
		   "hold 2211 9 9\nhold 2211 100 100 times 1187\nhold 7 3 5000 times 17\n"
		   "sysctl net.ipv4.tcp_fin_timeout 60\n");
	explain_state(&x, ST_CLOSE_WAIT, t.snap, t.history);
	text_of(&text, &x);
	assert_says(&text, "F 1,204\tin all\n");
	assert_says(&text, "F 1,187\tjava[2211], oldest 0s, 1,187 with unread data, "
			   "61% of 65,536 descriptors\n");
	assert_says(&text, "F 17\tother[7], oldest 0s\n"); /* the FIN is no data */
	assert_says(&text, "F 1,187\twith 10.4.1.17\n");
	assert_says(&text, "F tcp_fin_timeout\t60 s\n");
	assert_says(&text, "F tcp_keepalive_time\tnot known\n");
	explanation_free(&x);
	buf_free(&text);
	story_close(&t);
}

static void test_explain_what_only_some_states_have(void **state)
{
	static const struct {
		enum tcp_state st;
		const char *line;
	} lines[] = {
		{ ST_SYN_RECV, "F 30\tfrom 2 addresses of 203.0.113.0/24\n" },
		{ ST_LISTEN, "F 129/128\twait at :443: full\nF 3/511\twait at 10.0.0.1:80\n" },
		{ ST_TIME_WAIT, "F 90\tof 100 that the kernel allows (tcp_max_tw_buckets)\n" },
		{ ST_FIN_WAIT1, "F 7\tof 4,096 that the kernel allows (tcp_max_orphans)\n" },
	};
	struct explanation x = { .n = 0 };
	struct buf text = { .s = NULL };
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2,
		   "sock tcp LISTEN 10.0.0.1:80 - ino 2 rq 3 sq 511\n"
		   "sock tcp LISTEN 0.0.0.0:443 - ino 1 rq 129 sq 128\n"
		   "sock tcp LISTEN 0.0.0.0:22 - ino 3 sq 128\n"
		   "sock tcp SYN_RECV 10.0.0.1:443 203.0.113.5:1 times 15\n"
		   "sock tcp SYN_RECV 10.0.0.1:443 203.0.113.6:1 times 15\n"
		   "sysctl net.ipv4.tcp_max_tw_buckets 100\ncounter tw 90\n"
		   "sysctl net.ipv4.tcp_max_orphans 4096\ncounter orphan 7\n");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		explain_state(&x, lines[i].st, t.snap, t.history);
		text_of(&text, &x);
		assert_says(&text, lines[i].line);
		explanation_free(&x);
	}
	buf_free(&text);
	story_close(&t);
}

/* What is told wrong most often. */
static void test_explain_keeps_the_facts(void **state)
{
	static const struct {
		enum tcp_state st;
		const char *fact;
	} facts[] = {
		{ ST_CLOSE_WAIT, "it frees the connection, not the descriptor" },
		{ ST_CLOSE_WAIT, "tcp_fin_timeout: it does not touch CLOSE_WAIT" },
		{ ST_CLOSE_WAIT, "Keepalive: it only ends those whose peer is gone" },
		{ ST_TIME_WAIT, "tcp_fin_timeout: it does not touch TIME_WAIT" },
		{ ST_TIME_WAIT, "tcp_tw_recycle: gone since Linux 4.12" },
		{ ST_TIME_WAIT, "normal on the side that closes first" },
		{ ST_FIN_WAIT2, "keeps it for tcp_fin_timeout seconds" },
		{ ST_SYN_RECV, "somaxconn" },
		{ ST_SYN_RECV, "cookies" },
	};
	struct explanation x = { .n = 0 };
	struct buf text = { .s = NULL };
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, "");
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		explain_state(&x, facts[i].st, t.snap, t.history);
		text_of(&text, &x);
		assert_says(&text, facts[i].fact);
		explanation_free(&x);
	}
	buf_free(&text);
	story_close(&t);
}

static void test_explain_one_socket(void **state)
{
	struct explanation x = { .n = 0 };
	struct buf text = { .s = NULL };
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2,
		   "sock tcp CLOSE_WAIT 10.0.0.1:80 10.4.1.17:1 ino 100 rq 0 times 3\n"
		   "proc 2211 java\nhold 2211 100 100 times 3\n"
		   "sock tcp TIME_WAIT 10.0.0.1:80 10.4.1.17:9\nsock udp CLOSE 10.0.0.1:53 -\n");
	for (uint32_t row = 0; row < t.snap->n_sock; row++) {
		explain_socket(&x, t.snap, row, t.history);
		if (t.snap->sock[row].proto == PROTO_UDP) {
			assert_int_equal(x.n, 0);
			continue;
		}
		text_of(&text, &x);
		if (t.snap->sock[row].state == ST_TIME_WAIT)
			assert_says(&text, "[time-wait]: closed by both sides");
		else
			assert_says(&text, "2 more like it in java[2211].");
		explanation_free(&x);
	}
	buf_free(&text);
	story_close(&t);
}

/* ---- floods ---------------------------------------------------------- */

static void test_flood_verdict(void **state)
{
	struct flood *f = xcalloc(1, sizeof(*f));
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, "sock tcp LISTEN 0.0.0.0:443 - ino 1 sq 128\n");
	flood_make(f, t.snap, t.history);
	assert_false(f->likely);
	assert_string_equal(f->head, "no flood: half-open 0");
	assert_true(f->new_per_s < 0 && f->drops_per_s < 0);
	for (unsigned i = 0; i < 3; i++)
		story_tell(&t, 2,
			   "sock tcp LISTEN 0.0.0.0:443 - ino 1 rq 129 sq 128\n"
			   "sock tcp LISTEN 0.0.0.0:80 - ino 2 rq 1 sq 511\n"
			   "sock tcp LISTEN 0.0.0.0:80 - ino 3 rq 2 sq 511\n"
			   "sock tcp SYN_RECV 10.0.0.1:443 203.0.113.5:1 times 300\n"
			   "sock tcp SYN_RECV 10.0.0.1:443 203.0.113.6:1 times 200\n"
			   "sysctl net.ipv4.tcp_syncookies 1\n");
	flood_make(f, t.snap, t.history);
	assert_true(f->likely);
	assert_string_equal(f->head,
			    "SYN flood likely: half-open 500, 500 from 203.0.113.0/24 to :443");
	assert_non_null(strstr(f->verdict, "while cookies are on"));
	assert_int_equal(f->half_open, 500);
	assert_int_equal(f->half_trend[FLOOD_TREND - 1], 500);
	assert_int_equal(f->n_listeners, 2);
	assert_int_equal(f->listener[0].queue, 129);
	assert_int_equal(f->listener[0].half_open, 500);
	assert_int_equal(f->listener[1].queue, 3); /* a SO_REUSEPORT group is one */
	assert_int_equal(f->listener[1].limit, 1022);
	free(f);
	story_close(&t);
}

static void test_flood_keeps_the_fullest(void **state)
{
	struct flood *f = xcalloc(1, sizeof(*f));
	struct buf text = { .s = NULL };
	struct story t;

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		buf_fmt(&text, "sock tcp LISTEN 10.0.0.1:%u - ino %u rq %u sq 100\n", 1 + i, 1 + i,
			i * 7 % 40);
	story_open(&t);
	story_tell(&t, 2, text.s);
	flood_make(f, t.snap, t.history);
	assert_int_equal(f->n_listeners, FLOOD_LISTENERS);
	for (unsigned i = 0; i < FLOOD_LISTENERS; i++)
		assert_int_equal(f->listener[i].queue, 39 - i);
	free(f);
	buf_free(&text);
	story_close(&t);
}

static void test_flood_remedies(void **state)
{
	static const struct {
		const char *addr;
		unsigned bits;
		uint16_t port;
		const char *want;
	} cases[] = {
		{ "203.0.113.7", 24, 443,
		  "nft insert rule inet filter input ip saddr 203.0.113.0/24 tcp dport 443 drop\n"
		  "iptables -I INPUT -s 203.0.113.0/24 -p tcp --dport 443 -j DROP\n"
		  "ip route add blackhole 203.0.113.0/24\n" },
		{ "203.0.113.7", 32, 0,
		  "nft insert rule inet filter input ip saddr 203.0.113.7 drop\n"
		  "iptables -I INPUT -s 203.0.113.7 -j DROP\n"
		  "ip route add blackhole 203.0.113.7\n" },
		{ "2001:db8:40::1f", 48, 80,
		  "nft insert rule inet filter input ip6 saddr 2001:db8:40::/48 tcp dport 80 drop\n"
		  "ip6tables -I INPUT -s 2001:db8:40::/48 -p tcp --dport 80 -j DROP\n"
		  "ip -6 route add blackhole 2001:db8:40::/48\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf out = { .s = NULL };
		struct addr a;

		assert_true(addr_parse(cases[i].addr, strlen(cases[i].addr), &a));
		flood_remedies(&out, &a, cases[i].bits, cases[i].port);
		assert_string_equal(out.s, cases[i].want);
		buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explain_has_every_section),
		cmocka_unit_test(test_explain_figures_of_this_host),
		cmocka_unit_test(test_explain_what_only_some_states_have),
		cmocka_unit_test(test_explain_keeps_the_facts),
		cmocka_unit_test(test_explain_one_socket),
		cmocka_unit_test(test_flood_verdict),
		cmocka_unit_test(test_flood_keeps_the_fullest),
		cmocka_unit_test(test_flood_remedies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
