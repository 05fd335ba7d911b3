/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fakenl.h"
#include "procroot.h"
#include "sockeye/collect/inet_diag.h"
#include "sockeye/collect/procnet.h"
#include "sockeye/collect/protocols.h"

#define HEAD "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"

/* The kernel prints words of addresses as numbers: this one is of a little-endian machine. */
static bool is_little_endian(void)
{
	return htons(1) != 1;
}

/* ---- one line -------------------------------------------------------- */

static int parse(const char *line, enum proto proto, int family, struct sock *s, struct sock_ext *x)
{
	return procnet_parse(line, strlen(line), proto, family, s, x);
}

static void test_procnet_parses_every_field(void **state)
{
	struct sock s;
	struct sock_ext x;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	if (!is_little_endian())
		skip();
	assert_int_equal(parse("  17: 0700040A:1F90 1101040A:A374 08 00000011:0000947D "
			       "02:000AFC80 00000003   998        0 884122 1 ffff 20 4 0 10 -1    ",
			       PROTO_TCP, AF_INET, &s, &x),
			 0);
	addr_text(text, &s.local);
	assert_string_equal(text, "10.4.0.7");
	addr_text(text, &s.remote);
	assert_string_equal(text, "10.4.1.17");
	assert_int_equal(s.lport, 8080);
	assert_int_equal(s.rport, 41844);
	assert_int_equal(s.state, ST_CLOSE_WAIT);
	assert_int_equal(s.proto, PROTO_TCP);
	assert_int_equal(s.family, AF_INET);
	assert_int_equal(s.txq, 17);
	assert_int_equal(s.rxq, 38013);
	assert_int_equal(s.uid, 998);
	assert_int_equal(s.ino, 884122);
	assert_int_equal(s.flags, SOCK_NO_COOKIE);
	assert_true(s.cookie >> 63);
	assert_int_equal(x.timer, 2);
	assert_int_equal(x.expires_ms, 7200000);
	assert_int_equal(x.retrans, 3);
}

static void test_procnet_parses_ipv6(void **state)
{
	struct sock s;
	struct sock_ext x;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	if (!is_little_endian())
		skip();
	assert_int_equal(parse("   1: B80D0120000000000000000005000000:24E3 "
			       "0000000000000000FFFF00000100007F:C33E 01 00000000:00000000 "
			       "00:00000000 00000000     0        0 67862 1 ffff 20 0 0 10 -1",
			       PROTO_TCP, AF_INET6, &s, &x),
			 0);
	addr_text(text, &s.local);
	assert_string_equal(text, "2001:db8::5");
	assert_true(addr_is_v4(&s.remote));
	assert_int_equal(s.lport, 9443);
	assert_int_equal(s.family, AF_INET6);
}

static void test_procnet_shows_a_request_as_syn_recv(void **state)
{
	struct sock s;
	struct sock_ext x;

	(void)state;
	assert_int_equal(parse("0: 0100007F:0001 0100007F:0002 0C 00000000:00000000 00:00000000 "
			       "00000000 0 0 0",
			       PROTO_TCP, AF_INET, &s, &x),
			 0);
	assert_int_equal(s.state, ST_SYN_RECV);
}

static void test_procnet_refuses_what_is_no_socket(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		"sl local_address",
		"0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0",
		"0: 0100007F:1388 00000000:0000 00 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007F:1388 00000000:0000 0D 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007F1:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007F:13880 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000 -1 0 1",
		"0: 0100007F:1388 0000000g:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007F:1388 00000000:0000 0A 000000000:0000000 00:00000000 00000000 0 0 1",
		"0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000 "
		"4294967296 0 1",
		"0: 00000000000000000000000001000000:14EA 00000000000000000000000000000000:0000 07 "
		"00000000:00000000 00:00000000 00000000 0 0 1",
	};
	struct sock s;
	struct sock_ext x;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(parse(lines[i], PROTO_TCP, AF_INET, &s, &x), -EBADMSG);
}

/* The line is cut at any place. */
static void test_procnet_reads_nothing_beyond_the_line(void **state)
{
	static const char line[] = "   0: 0100007F:1390 00000000:0000 0A 00000000:00000000 "
				   "00:00000000 00000000     0        0 68970";
	size_t len = strlen(line);
	struct sock s;
	struct sock_ext x;

	(void)state;
	for (size_t cut = 0; cut <= len; cut++) {
		char *copy = malloc(cut + 1);
		int rc;

		memcpy(copy, line, cut);
		/* The digit that would follow is not part of the line. */
		copy[cut] = '1';
		rc = procnet_parse(copy, cut, PROTO_TCP, AF_INET, &s, &x);
		assert_int_equal(rc, cut > len - 5 ? 0 : -EBADMSG);
		free(copy);
	}
	assert_int_equal(s.ino, 68970);
}

static void test_procnet_keeps_timers_in_range(void **state)
{
	struct sock s;
	struct sock_ext x;

	(void)state;
	assert_int_equal(parse("0: 0100007F:0001 0100007F:0002 01 00000000:00000000 FFF:FFFFFFFF "
			       "00000FFF 0 0 0",
			       PROTO_TCP, AF_INET, &s, &x),
			 0);
	assert_int_equal(x.timer, 0);
	assert_int_equal(x.expires_ms, 0);
	assert_int_equal(x.retrans, 255);
}

/* ---- whole files ----------------------------------------------------- */

struct fixture {
	struct procroot root;
	struct snap_pool *pool;
	struct snap_builder *b;
	uint32_t bad;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	procroot_make(&f->root);
	f->pool = snap_pool_new();
	f->b = snap_build(f->pool, NULL);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	snap_abandon(f->b);
	snap_pool_free(f->pool);
	procroot_remove(&f->root);
	free(f);
	return 0;
}

static int read_tcp(struct fixture *f, const char *text, size_t len)
{
	procroot_put(&f->root, "tcp", text, len);
	f->bad = 0;
	return procnet_read(f->b, f->root.path, PROTO_TCP, AF_INET, -1, &f->bad);
}

static uint32_t rows(const struct fixture *f)
{
	uint32_t n;

	snap_rows(f->b, &n);
	return n;
}

#define LINE(port) \
	"0: 0100007F:" port " 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77"

static void test_procnet_reads_a_file(void **state)
{
	static const char text[] = HEAD LINE("0001") "\n" LINE("0002") "\n" LINE("0001") "\n";
	struct fixture *f = *state;

	assert_int_equal(read_tcp(f, text, sizeof(text) - 1), 0);
	assert_int_equal(f->bad, 0);
	assert_int_equal(rows(f), 2);
}

static void test_procnet_reads_a_last_line_without_newline(void **state)
{
	static const char text[] = HEAD LINE("0001");
	struct fixture *f = *state;

	assert_int_equal(read_tcp(f, text, sizeof(text) - 1), 0);
	assert_int_equal(rows(f), 1);
}

static void test_procnet_counts_lines_it_does_not_understand(void **state)
{
	static const char text[] = HEAD "\n\xff\0\x1b[31m\n" LINE("0001") "\n";
	struct fixture *f = *state;

	assert_int_equal(read_tcp(f, text, sizeof(text) - 1), 0);
	assert_int_equal(f->bad, 2);
	assert_int_equal(rows(f), 1);
}

static void test_procnet_cuts_a_line_without_end_out(void **state)
{
	static const char first[] = HEAD LINE("0001") "\n", last[] = "\n" LINE("0002") "\n";
	struct fixture *f = *state;

	for (size_t size = 32766; size < 100000; size += size < 32771 ? 1 : 32768) {
		size_t len = sizeof(first) - 1 + size + sizeof(last) - 1;
		char *text = malloc(len);

		memcpy(text, first, sizeof(first) - 1);
		memset(text + sizeof(first) - 1, '0', size);
		memcpy(text + sizeof(first) - 1 + size, last, sizeof(last) - 1);
		assert_int_equal(read_tcp(f, text, len), 0);
		assert_int_equal(f->bad, 1);
		assert_int_equal(rows(f), 2);
		assert_int_equal(read_tcp(f, text, len - (sizeof(last) - 1)), 0);
		assert_int_equal(f->bad, 1);
		free(text);
	}
}

static void test_procnet_says_that_a_file_is_missing(void **state)
{
	struct fixture *f = *state;
	uint32_t bad = 0;

	assert_int_equal(procnet_read(f->b, f->root.path, PROTO_UDP, AF_INET6, -1, &bad), -ENOENT);
}

static void test_procnet_gives_up_when_cancelled(void **state)
{
	static const char text[] = HEAD LINE("0001") "\n";
	struct fixture *f = *state;
	int cancel_fd = eventfd(1, EFD_CLOEXEC);
	uint32_t bad = 0;

	procroot_put(&f->root, "tcp", text, sizeof(text) - 1);
	assert_int_equal(procnet_read(f->b, f->root.path, PROTO_TCP, AF_INET, cancel_fd, &bad),
			 -ECANCELED);
	close(cancel_fd);
}

/* ---- against sock_diag ----------------------------------------------- */

static bool same_socket(const struct sock *a, const struct sock *b)
{
	return addr_equal(&a->local, &b->local) && addr_equal(&a->remote, &b->remote) &&
	       a->lport == b->lport && a->rport == b->rport && a->family == b->family &&
	       a->proto == b->proto && a->state == b->state && a->ino == b->ino &&
	       a->uid == b->uid && a->rxq == b->rxq && (a->txq == b->txq || a->state == ST_LISTEN);
}

/* Both fixtures were recorded of the same sockets at the same time. */
static void test_procnet_agrees_with_sock_diag(void **state)
{
	static const struct {
		const char *recording;
		struct inet_query q;
	} dumps[] = {
		{ "tcp", { .proto = PROTO_TCP, .family = AF_UNSPEC } },
		{ "udp4", { .proto = PROTO_UDP, .family = AF_INET } },
		{ "udp6", { .proto = PROTO_UDP, .family = AF_INET6 } },
	};
	struct fixture *f = *state;
	struct fakenl k;
	struct nl_stats st = { 0 };
	struct snap_builder *diag = snap_build(f->pool, NULL);
	const char *srcdir = getenv("srcdir");
	const struct sock *a, *b;
	uint32_t n, m, found = 0;
	char root[512];

	if (!is_little_endian())
		skip();
	fakenl_open(&k);
	for (size_t i = 0; i < 3; i++, k.seq++) {
		fakenl_replay(&k, dumps[i].recording);
		assert_int_equal(inet_diag_dump(k.nl, &dumps[i].q, diag, -1, &st), 0);
	}
	fakenl_close(&k);
	snprintf(root, sizeof(root), "%s/tests/fixtures/procnet", srcdir ? srcdir : ".");
	for (unsigned p = 0; p < PROTO_UDP + 1; p++) {
		assert_int_equal(procnet_read(f->b, root, p, AF_INET, -1, &f->bad), 0);
		assert_int_equal(procnet_read(f->b, root, p, AF_INET6, -1, &f->bad), 0);
	}
	assert_int_equal(f->bad, 0);
	a = snap_rows(diag, &n);
	b = snap_rows(f->b, &m);
	assert_int_equal(m, n - 2); /* the two that are bound and nothing more */
	for (uint32_t i = 0; i < m; i++) {
		uint32_t j = 0;

		while (j < n && !same_socket(&a[j], &b[i]))
			j++;
		assert_true(j < n);
		found++;
	}
	assert_int_equal(found, 49);
	snap_abandon(diag);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* ---- protocols -------------------------------------------------------- */

#define PROTOCOLS_HEAD "protocol  size sockets  memory press maxhdr  slab module     cl co\n"

static void test_procnet_knows_protocols(void **state)
{
	static const char *const name = "protocols";
	static const char list[] =
		PROTOCOLS_HEAD "MPTCPv6   2064      2     402   no       0   yes  kernel\n"
			       "XDP       1088      0      -1   NI       0   no   kernel\n"
			       "MPTCP     1936      3     402   no       0   yes  kernel\n"
			       "BAD\n"
			       "TCP       2304      1     402   no     192   yes  kernel\n";
	uint64_t n = 99;
	struct procroot r;

	(void)state;
	procroot_make(&r);
	assert_int_equal(protocols_has(r.path, "TCP", &n), -ENOENT);
	procroot_put(&r, name, list, strlen(list));
	assert_int_equal(protocols_has(r.path, "MPTCP", &n), 1);
	assert_int_equal(n, 5);
	assert_int_equal(protocols_has(r.path, "XDP", &n), 1);
	assert_int_equal(n, 0);
	assert_int_equal(protocols_has(r.path, "BAD", &n), 1);
	assert_int_not_equal(n, 0);
	assert_int_equal(protocols_has(r.path, "SCTP", NULL), 0);
	assert_int_equal(protocols_has(r.path, "DP", NULL), 0);
	/* A list that cannot be all there is. */
	procroot_put(&r, name, PROTOCOLS_HEAD, strlen(PROTOCOLS_HEAD));
	assert_int_equal(protocols_has(r.path, "SCTP", NULL), -ENODATA);
	procroot_remove(&r);
	/* Here, where there is TCP: the tests use it. */
	assert_int_equal(protocols_has(NULL, "TCP", NULL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_procnet_parses_every_field),
		cmocka_unit_test(test_procnet_parses_ipv6),
		cmocka_unit_test(test_procnet_shows_a_request_as_syn_recv),
		cmocka_unit_test(test_procnet_refuses_what_is_no_socket),
		cmocka_unit_test(test_procnet_reads_nothing_beyond_the_line),
		cmocka_unit_test(test_procnet_keeps_timers_in_range),
		WITH_FIXTURE(test_procnet_reads_a_file),
		WITH_FIXTURE(test_procnet_reads_a_last_line_without_newline),
		WITH_FIXTURE(test_procnet_counts_lines_it_does_not_understand),
		WITH_FIXTURE(test_procnet_cuts_a_line_without_end_out),
		WITH_FIXTURE(test_procnet_says_that_a_file_is_missing),
		WITH_FIXTURE(test_procnet_gives_up_when_cancelled),
		WITH_FIXTURE(test_procnet_agrees_with_sock_diag),
		cmocka_unit_test(test_procnet_knows_protocols),
	};

	return cmocka_run_group_tests_name("procnet", tests, NULL, NULL);
}
