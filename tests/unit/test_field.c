/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/socket.h>

#include "sockeye/model/field.h"
#include "test.h"

static struct snap_pool *pool;
static const struct snap *snap;

static struct addr parse(const char *s)
{
	struct addr a;

	assert_true(addr_parse(s, strlen(s), &a));
	return a;
}

static void add(struct snap_builder *b, struct sock s, uint32_t ifindex)
{
	assert_int_equal(
		snap_add(b, &s, &(struct sock_ext){ .ifindex = ifindex, .timer = 2, .retrans = 1 }),
		0);
}

static int setup(void **state)
{
	struct snap_builder *b;

	(void)state;
	pool = snap_pool_new();
	b = snap_build(pool, NULL);
	snap_set_times(b, 0, 100000000000);
	/* 0: owned by two processes */
	add(b,
	    (struct sock){ .cookie = 0x5c1a02,
			   .ino = 884122,
			   .uid = 998,
			   .rxq = 1,
			   .family = AF_INET,
			   .proto = PROTO_TCP,
			   .state = ST_CLOSE_WAIT,
			   .local = parse("10.4.0.7"),
			   .lport = 8080,
			   .remote = parse("10.4.1.17"),
			   .rport = 41844 },
	    0);
	/* 1: a dual-stack listener, bound to a device */
	add(b,
	    (struct sock){ .cookie = 2,
			   .ino = 5,
			   .family = AF_INET6,
			   .proto = PROTO_TCP,
			   .state = ST_LISTEN,
			   .local = parse("::"),
			   .lport = 80,
			   .remote = parse("::") },
	    3);
	/* 2: link-local, on an interface without a name */
	add(b,
	    (struct sock){ .cookie = 3,
			   .family = AF_INET6,
			   .proto = PROTO_TCP,
			   .state = ST_TIME_WAIT,
			   .local = parse("fe80::7"),
			   .lport = 22,
			   .remote = parse("fe80::1"),
			   .rport = 9 },
	    4);
	/* 3: from /proc/net, without a cookie */
	add(b,
	    (struct sock){ .cookie = 4,
			   .ino = 7,
			   .family = AF_INET,
			   .proto = PROTO_UDP,
			   .state = ST_CLOSE,
			   .local = parse("0.0.0.0"),
			   .lport = 53,
			   .flags = SOCK_NO_COOKIE,
			   .remote = parse("0.0.0.0") },
	    0);
	/* 4: the lowest address of IPv6 */
	add(b,
	    (struct sock){ .cookie = 5,
			   .family = AF_INET6,
			   .proto = PROTO_TCP,
			   .state = ST_ESTABLISHED,
			   .local = parse("::1"),
			   .remote = parse("::1"),
			   .rport = 1 },
	    0);
	/* 5 and 6: the listener of 0, and what waits in its queue */
	add(b,
	    (struct sock){ .cookie = 6,
			   .ino = 9,
			   .family = AF_INET,
			   .proto = PROTO_TCP,
			   .state = ST_LISTEN,
			   .local = parse("0.0.0.0"),
			   .lport = 8080,
			   .remote = parse("0.0.0.0") },
	    0);
	add(b,
	    (struct sock){ .cookie = 7,
			   .family = AF_INET,
			   .proto = PROTO_TCP,
			   .state = ST_ESTABLISHED,
			   .local = parse("10.4.0.7"),
			   .lport = 8080,
			   .remote = parse("10.4.1.18"),
			   .rport = 5 },
	    0);
	snap_add_proc(b, &(struct proc){ .pid = 2211, .comm = snap_add_str(b, "java", 4) });
	snap_add_owner(b, 0, 0, 418);
	snap_add_owner(b, 5, 0, 419);
	snap_add_proc(b, &(struct proc){ .pid = 2212, .comm = snap_add_str(b, "a\033\n", 3) });
	snap_add_owner(b, 0, 1, 7);
	snap_add_user(b, 998, snap_add_str(b, "tomcat", 6));
	snap_add_ifname(b, 3, snap_add_str(b, "e\0330", 3));
	snap = snap_seal(b);
	return snap == NULL;
}

static int teardown(void **state)
{
	(void)state;
	snap_unref(snap);
	snap_pool_free(pool);
	return 0;
}

static void check(uint32_t row, enum field_id f, const char *want)
{
	char buf[FIELD_TEXT_SIZE];
	struct clean t = field_text(snap, row, f, TEXT_UTF8, buf);

	assert_string_equal(t.s, want);
	assert_int_equal(t.len, strlen(want));
	assert_int_equal(t.cells, strlen(want));
}

static void test_field_texts(void **state)
{
	(void)state;
	check(0, F_STATE, "CLOSE_WAIT");
	check(0, F_LOCAL, "10.4.0.7:8080");
	check(0, F_REMOTE, "10.4.1.17:41844");
	check(0, F_PROCESS, "java[2211]+1");
	check(0, F_USER, "tomcat");
	check(0, F_RECV_Q, "1");
	check(0, F_FD, "418");
	check(0, F_COOKIE, "0x5c1a02");
	check(0, F_TIMER, "keepalive");
	check(0, F_RETRANS, "1");
	check(0, F_IFNAME, "-");
	check(0, F_FAMILY, "inet");
	check(1, F_LOCAL, "*:80");
	check(1, F_REMOTE, "-");
	check(1, F_PROCESS, "[no process found]");
	check(1, F_IFNAME, "e\\e0");
	check(1, F_FD, "-");
	check(0, F_THROUGH, "java[2211]");
	check(6, F_PROCESS, "[not accepted yet]");
	check(6, F_THROUGH, "java[2211]");
	check(1, F_THROUGH, "-");
	check(2, F_THROUGH, "-");
	check(1, F_USER, "0");
	check(2, F_LOCAL, "[fe80::7%4]:22");
	check(2, F_REMOTE, "[fe80::1%4]:9");
	check(2, F_PROCESS, "[time-wait]");
	check(3, F_LOCAL, "0.0.0.0:53");
	check(3, F_COOKIE, "-");
	check(3, F_PROTO, "udp");
}

static void test_field_names_lead_back(void **state)
{
	(void)state;
	for (int f = 0; f < F_COUNT; f++) {
		const struct field *d = &field_table[f];

		assert_int_equal(field_by_name(d->name, strlen(d->name)), f);
		if (d->alias != NULL)
			assert_int_equal(field_by_name(d->alias, strlen(d->alias)), f);
		assert_true(strlen(d->help) > 0 && strlen(d->title) <= d->width);
	}
	assert_int_equal(field_by_name("RECV-Q", 6), F_RECV_Q);
	assert_int_equal(field_by_name("recv", 4), -1);
	assert_int_equal(field_by_name("", 0), -1);
}

static int cmp_keys(uint32_t a, uint32_t b, enum field_id f)
{
	uint64_t x[FIELD_KEYS], y[FIELD_KEYS];
	unsigned n = field_keys(snap, a, f, x);

	assert_int_equal(field_keys(snap, b, f, y), n);
	for (unsigned i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

static void test_field_keys_sort(void **state)
{
	(void)state;
	/* IPv4 before IPv6; sockets with a process before those without; by name; by number */
	assert_true(cmp_keys(0, 2, F_REMOTE) < 0);
	assert_true(cmp_keys(3, 0, F_LOCAL) < 0);
	assert_true(cmp_keys(0, 4, F_REMOTE) < 0);
	assert_true(cmp_keys(4, 2, F_REMOTE) < 0);
	assert_true(cmp_keys(0, 1, F_PROCESS) < 0);
	assert_true(cmp_keys(2, 1, F_PROCESS) < 0);
	assert_true(cmp_keys(1, 0, F_USER) < 0);
	assert_true(cmp_keys(1, 0, F_RECV_Q) < 0);
	assert_int_equal(cmp_keys(1, 1, F_LOCAL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_field_texts),
		cmocka_unit_test(test_field_names_lead_back),
		cmocka_unit_test(test_field_keys_sort),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
