/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "detail_page.h"
#include "fake.h"
#include "fake_detail.h"
#include "sockeye/base/mem.h"

/* A page is held to lines that it must have, or must not. */
struct shown {
	struct snap_pool *pool;
	const struct snap *snap;
	struct detail detail;
	struct explanation means;
	struct buf text;
};

static void open_page(struct shown *s, const char *fixture)
{
	*s = (struct shown){ .pool = snap_pool_new() };
	s->snap = fake_snap(fixture, s->pool, NULL);
}

static void close_page(struct shown *s)
{
	snap_unref(s->snap);
	snap_pool_free(s->pool);
	explanation_free(&s->means);
	buf_free(&s->text);
}

static void draw(struct shown *s, uint32_t row, const struct detail *detail)
{
	static const struct detail_seen seen[] = {
		{ ST_ESTABLISHED, INT64_C(1795167060) * 1000000000 },
		{ ST_CLOSE_WAIT, INT64_C(1795167064) * 1000000000 },
	};
	const struct detail_shown d = { .snap = s->snap,
					.row = row,
					.detail = detail,
					.means = &s->means,
					.seen = seen,
					.n_seen = 2,
					.set = TEXT_ASCII,
					.utc = true };
	struct page p = { .n = 0 };
	struct canvas c;

	detail_page(&p, &d);
	canvas_init(&c);
	canvas_resize(&c, 120, (int)page_lines(&p, 120));
	page_draw(&p, &c, (struct rect){ 0, 0, c.w, c.h }, 0, TEXT_ASCII);
	buf_reset(&s->text);
	canvas_text(&c, &s->text);
	canvas_free(&c);
	page_free(&p);
}

static void check_has(const struct shown *s, const char *line)
{
	if (strstr(s->text.s, line) == NULL)
		fail_msg("\"%s\" is not on the page:\n%s", line, s->text.s);
}

static void check_has_not(const struct shown *s, const char *line)
{
	if (strstr(s->text.s, line) != NULL)
		fail_msg("\"%s\" is on the page:\n%s", line, s->text.s);
}

static void set(struct detail *d, enum tcpi_id id, uint64_t value)
{
	const struct tcpi_info *f = &tcpi_table[id];
	uint32_t u32 = (uint32_t)value;
	uint8_t u8 = (uint8_t)value;

	if (f->bytes == 8)
		memcpy(d->tcp + f->offset, &value, 8);
	else if (f->bytes == 4)
		memcpy(d->tcp + f->offset, &u32, 4);
	else
		memcpy(d->tcp + f->offset, &u8, 1);
}

#define JAVA                                                                          \
	"sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:41844 ino 884122 uid 998 rq 1\n" \
	"sock tcp LISTEN 0.0.0.0:8080 - ino 99 rq 3 sq 2\n"                           \
	"proc 2211 java uid 998\nhold 2211 4 99\nhold 2211 418 884122\nuser 998 tomcat\n"

static uint32_t row_in(const struct shown *s, unsigned state)
{
	for (uint32_t row = 0; row < s->snap->n_sock; row++)
		if (s->snap->sock[row].state == state)
			return row;
	fail();
	return 0;
}

static void test_detail_page_tells_whose_it_is(void **state)
{
	struct shown s;

	(void)state;
	open_page(&s, JAVA);
	draw(&s, row_in(&s, ST_CLOSE_WAIT), NULL);
	check_has(&s, " 10.4.0.7:8080  <-  10.4.1.17:41844     CLOSE_WAIT for ");
	check_has(&s, " came in through 0.0.0.0:8080, java[2211]\n");
	check_has(&s, "  Owner    java[2211]   fd 418   tomcat (uid 998)\n");
	check_has(&s, "  Queues   receive 1 B unread (the FIN)   send 0 B unacknowledged\n");
	check_has(&s, "  TCP      asking the kernel\n");
	check_has(&s, "  Timer    none, keepalive off: only the program ends this one\n");
	check_has(&s, "   inode 884122   uid 998\n");
	check_has(&s, "  History  09:31:00 ESTAB   09:31:04 CLOSE_WAIT\n");
	draw(&s, row_in(&s, ST_LISTEN), NULL);
	check_has(&s, "  Queues   3 of 2 connections wait to be accepted: FULL\n");
	check_has_not(&s, "Timer");
	close_page(&s);
}

static void test_detail_page_tells_what_tcp_has_measured(void **state)
{
	struct shown s;

	(void)state;
	open_page(&s, JAVA);
	s.detail = (struct detail){ .tcp_len = DETAIL_TCP_MAX,
				    .congestion = "cub\x1b",
				    .has = DETAIL_SKMEM | DETAIL_MARK | DETAIL_OPTIONS,
				    .mark = 0x10,
				    .options = 1 << 2 };
	s.detail.skmem[SKMEM_RCVBUF] = 131072;
	s.detail.skmem[SKMEM_DROPS] = 7;
	set(&s.detail, TCPI_RTT, 410);
	set(&s.detail, TCPI_RTTVAR, 12345);
	set(&s.detail, TCPI_RTO, 204000);
	set(&s.detail, TCPI_SND_CWND, 10);
	set(&s.detail, TCPI_SND_SSTHRESH, 0x7fffffff);
	set(&s.detail, TCPI_SND_MSS, 1448);
	set(&s.detail, TCPI_BYTES_SENT, 90214);
	set(&s.detail, TCPI_BYTES_ACKED, 90214);
	set(&s.detail, TCPI_BYTES_RECEIVED, 4200);
	set(&s.detail, TCPI_TOTAL_RETRANS, 1);
	set(&s.detail, TCPI_REORDERING, 3);
	set(&s.detail, TCPI_LAST_DATA_SENT, 838000);
	set(&s.detail, TCPI_LAST_DATA_RECV, 1200);
	set(&s.detail, TCPI_OPTIONS, 1 | 2 | 4);
	set(&s.detail, TCPI_WSCALE, 0x97);
	draw(&s, row_in(&s, ST_CLOSE_WAIT), &s.detail);
	check_has(&s,
		  "  TCP      rtt 0.410/12.34 ms   rto 204 ms   cwnd 10   mss 1,448   cub\\e\n");
	check_has(&s, "           sent 88k (acknowledged 88k)   received 4.1k   retransmitted 1   "
		      "reorder 3\n");
	check_has(&s, "           last data sent 13m58s ago   received 1.2s ago   ACK 0.0s ago\n");
	check_has(&s, "  Options  ts   sack   wscale 7,9   ecn -   freebind\n");
	check_has(&s, "  Memory   receive 0 of 128k   send 0 of 0   backlog 0   drops 7\n");
	check_has(&s, "   mark 0x10\n");
	/* An older kernel has less of it: what it has not is not told, and nothing else is. */
	s.detail.tcp_len = 104;
	draw(&s, row_in(&s, ST_CLOSE_WAIT), &s.detail);
	check_has(&s, "           retransmitted 1   reorder 3\n");
	check_has_not(&s, "received 4.1k");
	s.detail.error = -EPERM;
	draw(&s, row_in(&s, ST_CLOSE_WAIT), &s.detail);
	check_has(&s, "  TCP      ? the kernel tells no more: ");
	close_page(&s);
}

static void test_detail_page_tells_the_timer(void **state)
{
	static const struct {
		const char *fixture, *line;
	} cases[] = {
		{ "sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:2 timer on 1500 retrans 3\n",
		  "sends again in 1.5s, tried 3 times so far\n" },
		{ "sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:2 timer keepalive 7200000\n",
		  "keepalive: probes the peer in 2h00m, 0 probes without answer\n" },
		{ "sock tcp TIME_WAIT 10.0.0.1:1 10.0.0.2:2 timer timewait 42000\n",
		  "waits: gone in 42s\n" },
		{ "sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:2 timer persist 900 retrans 2\n",
		  "the peer's window is closed: asks again in 0.9s, 2 times so far\n" },
		{ "sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:2\n", "none, keepalive off\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct shown s;

		open_page(&s, cases[i].fixture);
		draw(&s, 0, NULL);
		check_has(&s, cases[i].line);
		check_has(&s, "10.0.0.1:1  ->  10.0.0.2:2");
		close_page(&s);
	}
}

/* Why there is no owner is told where there is none; all owners are where there are several. */
static void test_detail_page_tells_all_holders(void **state)
{
	struct shown s;

	(void)state;
	open_page(&s, "sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:2 ino 5\n"
		      "proc 7 a\\e\nhold 7 3 5\nproc 8 b\nhold 8 4 5\n");
	draw(&s, 0, NULL);
	check_has(&s, "  Owner    a\\e[7]   fd 3   uid 0\n           b[8]   fd 4   uid 0\n");
	close_page(&s);
	open_page(&s, "sock tcp TIME_WAIT 10.0.0.1:1 10.0.0.2:2\n");
	draw(&s, 0, NULL);
	check_has(&s, "  Owner    [time-wait]");
	close_page(&s);
}

static void draw_known(struct shown *s, const char *name)
{
	struct detail d;

	assert_true(fake_detail(name, &d));
	draw(s, row_in(s, ST_CLOSE_WAIT), &d);
}

static void test_detail_page_tells_of_what_is_above_tcp(void **state)
{
	struct shown s;

	(void)state;
	open_page(&s, JAVA);
	draw_known(&s, "tls");
	check_has(&s, "  TLS      version 1.3   cipher aes-gcm-256   receives by number 99   "
		      "sends by hw   expects no padding\n");
	check_has(&s, " over tls");
	draw_known(&s, "subflow");
	check_has(&s, "  MPTCP    token ed4c8b7c, peer's 0000000a   address 3, peer's 0   "
		      "first path of the peer");
	draw_known(&s, "bbr");
	check_has(&s, "  BBR      bandwidth 3.4GB/s   least rtt 9 us   pacing gain 2.89   "
		      "window gain 2.00\n");
	draw_known(&s, "dctcp");
	check_has(&s, "  DCTCP    not marked   alpha 1024 of 1024   marked 21 of 22 bytes\n");
	draw_known(&s, "fallback");
	check_has(&s, "  DCTCP    the peer has no ECN: fallen back\n");
	draw_known(&s, "vegas");
	check_has(&s, "  Vegas    at work   rtt 44 us   least rtt 40 us   measured 3 times\n");
	draw_known(&s, "hostile");
	check_has(&s, "\\xff\\x80tls");
	close_page(&s);
}

/* As many as there are in this kernel's struct. */
static void test_detail_page_has_every_number(void **state)
{
	struct shown s;

	(void)state;
	open_page(&s, JAVA);
	draw_known(&s, "full");
	check_has(&s, "  rto                    204,000 us   retransmit timeout\n");
	check_has(&s, "  bytes_sent             5,000,000,000 bytes   bytes sent");
	check_has(&s, "  total_rto_time         612 ms   time spent in them\n");
	check_has(&s, "  received_ce            1   segments that came");
	check_has(&s, "   mark 0x2a   class 0x10001   tos 0x10   tclass 0x20\n");
	check_has(&s, "   recverr");
	for (unsigned id = 0; id < TCPI_COUNT; id++) {
		char name[32];

		snprintf(name, sizeof(name), "\n  %s ", tcpi_table[id].name);
		check_has(&s, name);
	}
	draw_known(&s, "old");
	check_has(&s, "\n  total_retrans ");
	check_has_not(&s, "\n  pacing_rate ");
	close_page(&s);
	open_page(&s, "sock mptcp ESTABLISHED 10.4.0.7:8080 10.4.1.17:41844 ino 884122\n");
	s.detail = (struct detail){ .tcp_len = 96 };
	s.detail.tcp[0] = 3;
	draw(&s, 0, &s.detail);
	check_has(&s, "  subflows               3   paths besides the first\n");
	check_has(&s, "\n  last_ack_recv ");
	check_has_not(&s, "cwnd");
	close_page(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detail_page_tells_whose_it_is),
		cmocka_unit_test(test_detail_page_tells_what_tcp_has_measured),
		cmocka_unit_test(test_detail_page_tells_the_timer),
		cmocka_unit_test(test_detail_page_tells_of_what_is_above_tcp),
		cmocka_unit_test(test_detail_page_has_every_number),
		cmocka_unit_test(test_detail_page_tells_all_holders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
