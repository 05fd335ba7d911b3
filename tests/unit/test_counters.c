/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "procroot.h"
#include "sockeye/collect/counters.h"

struct fixture {
	struct procroot root;
	struct snap_pool *pool;
	const struct snap *snap;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	procroot_make(&f->root);
	f->pool = snap_pool_new();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	snap_unref(f->snap);
	snap_pool_free(f->pool);
	procroot_remove(&f->root);
	free(f);
	return 0;
}

/* Reads the counters below root into a snapshot of their own. */
static void read_root(struct fixture *f, const char *root)
{
	struct snap_builder *b = snap_build(f->pool, NULL);

	counters_read(b, root);
	snap_unref(f->snap);
	f->snap = snap_seal(b);
	assert_non_null(f->snap);
}

static void put(struct fixture *f, const char *name, const char *text)
{
	procroot_put(&f->root, name, text, text != NULL ? strlen(text) : 0);
}

/* Four files with nothing in them that is a counter of ours. */
static void put_empty_files(struct fixture *f)
{
	put(f, "netstat", "");
	put(f, "snmp", "");
	put(f, "sockstat", "");
	put(f, "sockstat6", "");
}

static void assert_value(const struct fixture *f, enum counter_id id, uint64_t value)
{
	assert_true(f->snap->counters.known[id]);
	assert_true(f->snap->counters.value[id] == value);
}

static void assert_unknown(const struct fixture *f, enum counter_id id)
{
	assert_false(f->snap->counters.known[id]);
}

static void assert_source(const struct fixture *f, enum source_status status, const char *reason)
{
	assert_int_equal(f->snap->source[SRC_COUNTERS].status, status);
	assert_string_equal(f->snap->source[SRC_COUNTERS].reason, reason);
}

static void test_counters_reads_the_files_of_a_kernel(void **state)
{
	struct fixture *f = *state;
	const char *srcdir = getenv("srcdir");
	char root[512];

	snprintf(root, sizeof(root), "%s/tests/fixtures/procnet", srcdir ? srcdir : ".");
	read_root(f, root);
	assert_source(f, SOURCE_OK, "");
	for (unsigned i = 0; i < CTR_COUNT; i++)
		assert_true(f->snap->counters.known[i]);
	assert_value(f, CTR_TCP_TW, 2);
	assert_value(f, CTR_TCP6_INUSE, 4);
	assert_value(f, CTR_UDP_INUSE, 2);
	assert_value(f, CTR_UDP6_INUSE, 1);
	assert_value(f, CTR_CURR_ESTAB, 16);
}

static void test_counters_finds_values_by_name(void **state)
{
	struct fixture *f = *state;

	put_empty_files(f);
	put(f, "netstat",
	    "TcpExt: SyncookiesSent Unheard ListenOverflows ListenDrops\n"
	    "TcpExt: 7 8 9 18446744073709551615\n"
	    "IpExt: InNoRoutes ListenDrops\nIpExt: 1 2\n");
	put(f, "snmp",
	    "Ip: Forwarding NoPorts\nIp: 1 2\n"
	    "Tcp: MaxConn ActiveOpens CurrEstab\nTcp: -1 30 5\n"
	    "Udp: NoPorts RcvbufErrors\nUdp: 40 41\n"
	    "UdpLite: NoPorts RcvbufErrors\nUdpLite: 50 51\n");
	put(f, "sockstat",
	    "sockets: used 60\nTCP: inuse 1 orphan 2 tw 3 alloc 4 mem 5\n"
	    "UDP: inuse 6 mem 7\nUDPLITE: inuse 8\n");
	put(f, "sockstat6", "TCP6: inuse 9\nUDP6: inuse 10\n");
	read_root(f, f->root.path);
	assert_source(f, SOURCE_OK, "");
	assert_value(f, CTR_COOKIES_SENT, 7);
	assert_value(f, CTR_LISTEN_OVERFLOWS, 9);
	assert_value(f, CTR_LISTEN_DROPS, UINT64_MAX);
	assert_unknown(f, CTR_COOKIES_RECV);
	assert_value(f, CTR_ACTIVE_OPENS, 30);
	assert_value(f, CTR_CURR_ESTAB, 5);
	assert_unknown(f, CTR_PASSIVE_OPENS);
	assert_value(f, CTR_UDP_NO_PORTS, 40);
	assert_value(f, CTR_UDP_RCVBUF_ERRORS, 41);
	assert_value(f, CTR_SOCKETS_USED, 60);
	assert_value(f, CTR_TCP_INUSE, 1);
	assert_value(f, CTR_TCP_MEM, 5);
	assert_value(f, CTR_UDP_INUSE, 6);
	assert_value(f, CTR_TCP6_INUSE, 9);
	assert_value(f, CTR_UDP6_INUSE, 10);
}

static void test_counters_takes_only_pairs_of_lines(void **state)
{
	struct fixture *f = *state;

	put_empty_files(f);
	/* More values than names, more names than values, a line of values that never comes. */
	put(f, "netstat",
	    "TcpExt: ListenDrops\nTcpExt: 1 2 3\n"
	    "TcpExt: SyncookiesSent SyncookiesRecv\nTcpExt: 4\n"
	    "TcpExt: TCPBacklogDrop\nIpExt: ListenOverflows\nIpExt: 5\n"
	    "TcpExt: RcvPruned\n");
	read_root(f, f->root.path);
	assert_value(f, CTR_LISTEN_DROPS, 1);
	assert_value(f, CTR_COOKIES_SENT, 4);
	assert_unknown(f, CTR_COOKIES_RECV);
	assert_unknown(f, CTR_BACKLOG_DROP);
	assert_unknown(f, CTR_LISTEN_OVERFLOWS);
	assert_unknown(f, CTR_PRUNED);
}

static void test_counters_takes_only_numbers(void **state)
{
	static const char *const wrong[] = {
		"-1", "18446744073709551616", "99999999999999999999", "1x", "0x10", "+5", "\xff"
	};
	struct fixture *f = *state;
	char text[128];

	put_empty_files(f);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text), "TCP: orphan 3 inuse %s tw 4 alloc", wrong[i]);
		put(f, "sockstat", text);
		read_root(f, f->root.path);
		assert_value(f, CTR_TCP_ORPHAN, 3);
		assert_unknown(f, CTR_TCP_INUSE);
		assert_value(f, CTR_TCP_TW, 4);
		assert_unknown(f, CTR_TCP_ALLOC);
	}
}

static void test_counters_needs_no_ipv6(void **state)
{
	struct fixture *f = *state;

	put_empty_files(f);
	put(f, "sockstat6", NULL);
	read_root(f, f->root.path);
	assert_source(f, SOURCE_OK, "");
	assert_unknown(f, CTR_TCP6_INUSE);
}

static void test_counters_says_what_is_missing(void **state)
{
	struct fixture *f = *state;

	put_empty_files(f);
	put(f, "sockstat", "TCP: inuse 1\n");
	put(f, "snmp", NULL);
	read_root(f, f->root.path);
	assert_source(f, SOURCE_PARTIAL, "cannot read /proc/net/snmp: No such file or directory");
	assert_value(f, CTR_TCP_INUSE, 1);

	put(f, "netstat", NULL);
	put(f, "sockstat", NULL);
	put(f, "sockstat6", NULL);
	read_root(f, f->root.path);
	assert_source(f, SOURCE_ABSENT, "cannot read /proc/net/netstat: No such file or directory");
	for (unsigned i = 0; i < CTR_COUNT; i++)
		assert_unknown(f, i);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void test_local_ports_are_the_kernels(void **state)
{
	struct fixture *f = *state;
	struct snap_builder *b = snap_build(f->pool, NULL);
	FILE *in = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
	unsigned first, last;

	if (in == NULL)
		skip();
	assert_int_equal(fscanf(in, "%u %u", &first, &last), 2);
	fclose(in);
	local_ports_read(b, NULL);
	f->snap = snap_seal(b);
	assert_int_equal(f->snap->port_first, first);
	assert_int_equal(f->snap->port_last, last);
}

static void test_local_ports_unreadable_are_the_default(void **state)
{
	struct fixture *f = *state;
	struct snap_builder *b = snap_build(f->pool, NULL);

	local_ports_read(b, f->root.path);
	f->snap = snap_seal(b);
	assert_int_equal(f->snap->port_first, 32768);
	assert_int_equal(f->snap->port_last, 60999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_counters_reads_the_files_of_a_kernel),
		WITH_FIXTURE(test_counters_finds_values_by_name),
		WITH_FIXTURE(test_counters_takes_only_pairs_of_lines),
		WITH_FIXTURE(test_counters_takes_only_numbers),
		WITH_FIXTURE(test_counters_needs_no_ipv6),
		WITH_FIXTURE(test_counters_says_what_is_missing),
		WITH_FIXTURE(test_local_ports_are_the_kernels),
		WITH_FIXTURE(test_local_ports_unreadable_are_the_default),
	};

	return cmocka_run_group_tests_name("counters", tests, NULL, NULL);
}
