/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/inet_diag.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "randfilter.h"
#include "sockeye/base/mem.h"
#include "sockeye/filter/bytecode.h"
#include "sockeye/filter/filter.h"

#include "test.h"

/* ---- programs by hand ------------------------------------------------ */

/* An instruction of 4 bytes; as an operand, a port. */
static void op(struct buf *b, uint8_t code, uint8_t yes, unsigned no)
{
	struct inet_diag_bc_op o = { .code = code, .yes = yes, .no = (uint16_t)no };

	buf_add(b, &o, sizeof(o));
}

static void port_op(struct buf *b, uint8_t code, uint16_t port, unsigned no)
{
	op(b, code, 8, no);
	op(b, 0, 0, port);
}

static void host_op(struct buf *b, uint8_t code, uint8_t family, uint8_t bits, const void *addr,
		    uint8_t size, unsigned no)
{
	struct inet_diag_hostcond h = { .family = family, .prefix_len = bits, .port = -1 };

	op(b, code, (uint8_t)(12 + size), no);
	buf_add(b, &h, sizeof(h));
	buf_add(b, addr, size);
}

static int audit(struct buf *b)
{
	/* Where no byte behind the program may be read. */
	uint8_t *copy = xcalloc(1, b->len + 1);
	int rc;

	memcpy(copy, b->len > 0 ? b->s : "", b->len);
	rc = bytecode_audit(copy, b->len);
	free(copy);
	return rc;
}

static struct sock sock_of(const char *local, uint16_t lport, const char *remote, uint16_t rport)
{
	struct sock s = { .lport = lport, .rport = rport, .proto = PROTO_TCP, .family = AF_INET };

	assert_true(addr_parse(local, strlen(local), &s.local));
	assert_true(addr_parse(remote, strlen(remote), &s.remote));
	if (!addr_is_v4(&s.local))
		s.family = AF_INET6;
	return s;
}

static const struct {
	uint8_t code;
	size_t size;
} sizes[] = {
	{ INET_DIAG_BC_NOP, 4 },      { INET_DIAG_BC_JMP, 4 },          { INET_DIAG_BC_S_GE, 8 },
	{ INET_DIAG_BC_S_LE, 8 },     { INET_DIAG_BC_D_GE, 8 },         { INET_DIAG_BC_D_LE, 8 },
	{ INET_DIAG_BC_AUTO, 4 },     { INET_DIAG_BC_S_COND, 12 },      { INET_DIAG_BC_D_COND, 12 },
	{ INET_DIAG_BC_DEV_COND, 8 }, { INET_DIAG_BC_MARK_COND, 12 },   { INET_DIAG_BC_S_EQ, 8 },
	{ INET_DIAG_BC_D_EQ, 8 },     { INET_DIAG_BC_CGROUP_COND, 12 },
};

static void test_bytecode_audit_knows_the_size_of_each_instruction(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t size = sizes[i].size;

		assert_int_equal(bytecode_op_size(sizes[i].code, 0), size);
		for (size_t yes = 4; yes <= size; yes += 4) {
			struct buf b = { .s = NULL };

			op(&b, sizes[i].code, (uint8_t)yes, (unsigned)size + 4);
			buf_fill(&b, '\0', yes - 4);
			assert_int_equal(audit(&b), yes == size ? 0 : -EINVAL);
			buf_free(&b);
		}
	}
	assert_int_equal(bytecode_op_size(14, 0), 0);
	assert_int_equal(bytecode_op_size(255, 16), 0);
}

static void test_bytecode_audit_refuses_what_the_kernel_refuses(void **state)
{
	static const struct {
		uint8_t code, yes;
		uint16_t no;
	} bad[] = {
		{ INET_DIAG_BC_JMP, 4, 12 }, /* too far */
		{ INET_DIAG_BC_JMP, 4, 0 },  /* on the spot: for ever */
		{ INET_DIAG_BC_JMP, 4, 6 },
		{ INET_DIAG_BC_JMP, 0, 4 },
		{ INET_DIAG_BC_JMP, 8, 4 },
		{ INET_DIAG_BC_JMP, 3, 4 },
		{ INET_DIAG_BC_NOP, 0, 0 },
		{ 14, 4, 4 },
		{ 255, 4, 4 },
		{ INET_DIAG_BC_S_GE, 8, 8 }, /* no operand */
		{ INET_DIAG_BC_S_COND, 12, 12 },
	};
	struct buf b = { .s = NULL };

	(void)state;
	assert_int_equal(audit(&b), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		buf_reset(&b);
		op(&b, bad[i].code, bad[i].yes, bad[i].no);
		assert_int_equal(audit(&b), -EINVAL);
	}
	/* a NOP does not use its "no" */
	buf_reset(&b);
	op(&b, INET_DIAG_BC_NOP, 4, 3);
	assert_int_equal(audit(&b), 0);
	/* not a whole instruction behind a good one */
	buf_add(&b, "\0\0", 2);
	assert_int_equal(audit(&b), -EINVAL);
	buf_free(&b);
}

static void test_bytecode_audit_refuses_a_jump_into_an_operand(void **state)
{
	(void)state;
	for (unsigned no = 4; no <= 20; no += 4) {
		struct buf b = { .s = NULL };

		op(&b, INET_DIAG_BC_JMP, 4, no);
		port_op(&b, INET_DIAG_BC_S_EQ, 80, 12);
		assert_int_equal(audit(&b), no == 8 || no == 20 ? -EINVAL : 0);
		buf_free(&b);
	}
}

static void test_bytecode_audit_looks_at_addresses(void **state)
{
	static const struct {
		uint8_t family, bits, size;
		int rc;
	} hosts[] = {
		{ AF_UNSPEC, 0, 0, 0 },       { AF_UNSPEC, 1, 0, -EINVAL },
		{ AF_INET, 32, 4, 0 },        { AF_INET, 0, 4, 0 },
		{ AF_INET, 33, 4, -EINVAL },  { AF_INET, 8, 0, -EINVAL },
		{ AF_INET6, 128, 16, 0 },     { AF_INET6, 129, 16, -EINVAL },
		{ AF_INET6, 64, 4, -EINVAL }, { AF_UNIX, 0, 4, -EINVAL },
	};
	static const uint8_t zero[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		struct buf b = { .s = NULL };

		host_op(&b, INET_DIAG_BC_D_COND, hosts[i].family, hosts[i].bits, zero,
			hosts[i].size, 16u + hosts[i].size);
		assert_int_equal(audit(&b), hosts[i].rc);
		buf_free(&b);
	}
}

static void test_bytecode_audit_takes_as_much_as_an_attribute_holds(void **state)
{
	struct buf b = { .s = NULL };

	(void)state;
	while (b.len + 8 <= BYTECODE_MAX)
		port_op(&b, INET_DIAG_BC_S_GE, 1, (unsigned)(BYTECODE_MAX + 4 - b.len));
	assert_int_equal(b.len, BYTECODE_MAX);
	assert_int_equal(audit(&b), 0);
	op(&b, INET_DIAG_BC_NOP, 4, 4);
	assert_int_equal(audit(&b), -EINVAL);
	buf_free(&b);
}

static int run(struct buf *b, const struct sock *s)
{
	assert_int_equal(audit(b), 0);
	return bytecode_run(b->s, b->len, s);
}

static void test_bytecode_runs_the_recipes(void **state)
{
	const struct sock s = sock_of("10.0.0.1", 80, "10.0.0.2", 40000);
	struct buf b = { .s = NULL };

	(void)state;
	op(&b, INET_DIAG_BC_JMP, 4, 4);
	assert_int_equal(run(&b, &s), 1);
	buf_reset(&b);
	op(&b, INET_DIAG_BC_JMP, 4, 8);
	assert_int_equal(run(&b, &s), 0);
	/* sport = 80 and dport = 1 */
	buf_reset(&b);
	port_op(&b, INET_DIAG_BC_S_EQ, 80, 20);
	port_op(&b, INET_DIAG_BC_D_EQ, 1, 12);
	assert_int_equal(run(&b, &s), 0);
	/* sport = 80 or dport = 1 */
	buf_reset(&b);
	port_op(&b, INET_DIAG_BC_S_EQ, 80, 12);
	op(&b, INET_DIAG_BC_JMP, 4, 12);
	port_op(&b, INET_DIAG_BC_D_EQ, 1, 12);
	assert_int_equal(run(&b, &s), 1);
	/* not sport = 80 */
	buf_reset(&b);
	port_op(&b, INET_DIAG_BC_S_EQ, 80, 12);
	op(&b, INET_DIAG_BC_JMP, 4, 8);
	assert_int_equal(run(&b, &s), 0);
	buf_free(&b);
}

static void test_bytecode_ports_are_compared_as_numbers(void **state)
{
	static const struct {
		uint8_t code;
		bool below, at, above;
	} cmp[] = {
		{ INET_DIAG_BC_S_GE, false, true, true },
		{ INET_DIAG_BC_S_LE, true, true, false },
		{ INET_DIAG_BC_S_EQ, false, true, false },
		{ INET_DIAG_BC_D_GE, false, true, true },
		{ INET_DIAG_BC_D_LE, true, true, false },
		{ INET_DIAG_BC_D_EQ, false, true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cmp); i++) {
		struct sock s = sock_of("10.0.0.1", 0x1234, "10.0.0.1", 0x1234);
		struct buf b = { .s = NULL };

		port_op(&b, cmp[i].code, 0x1234, 12);
		assert_int_equal(run(&b, &s), cmp[i].at);
		s.lport = s.rport = 0x1233;
		assert_int_equal(run(&b, &s), cmp[i].below);
		s.lport = s.rport = 0x1235;
		assert_int_equal(run(&b, &s), cmp[i].above);
		buf_free(&b);
	}
}

static void test_bytecode_ipv4_fits_mapped_addresses(void **state)
{
	static const uint8_t net[4] = { 127 }, any[16];
	struct sock v4 = sock_of("127.0.0.1", 80, "127.1.2.3", 1);
	struct sock mapped = v4, v6 = sock_of("::", 80, "::", 0);
	struct buf b = { .s = NULL };

	(void)state;
	mapped.family = AF_INET6;
	host_op(&b, INET_DIAG_BC_D_COND, AF_INET, 8, net, 4, 20);
	assert_int_equal(run(&b, &v4), 1);
	assert_int_equal(run(&b, &mapped), 1);
	assert_int_equal(run(&b, &v6), 0);
	buf_reset(&b);
	host_op(&b, INET_DIAG_BC_S_COND, AF_INET, 0, any, 4, 20);
	assert_int_equal(run(&b, &mapped), 1);
	assert_int_equal(run(&b, &v6), 0);
	buf_reset(&b);
	host_op(&b, INET_DIAG_BC_S_COND, AF_INET6, 0, any, 16, 32);
	assert_int_equal(run(&b, &v4), 0);
	assert_int_equal(run(&b, &mapped), 1);
	assert_int_equal(run(&b, &v6), 1);
	buf_free(&b);
}

static void test_bytecode_says_what_it_cannot_tell(void **state)
{
	const struct sock s = sock_of("10.0.0.1", 80, "10.0.0.2", 40000);
	struct buf b = { .s = NULL };

	(void)state;
	op(&b, INET_DIAG_BC_AUTO, 4, 8);
	assert_int_equal(run(&b, &s), -EOPNOTSUPP);
	buf_free(&b);
}

/* ---- programs made of filters ---------------------------------------- */

static struct filter *parse(const char *text)
{
	struct err e;
	struct filter *f = filter_parse(text, strlen(text), &e);

	if (f == NULL)
		fail_msg("%s: %s", text, e.msg);
	return f;
}

static enum offload compile(const char *text, struct buf *out)
{
	struct filter *f = parse(text);
	enum offload how = filter_compile(f, out);

	filter_free(f);
	assert_int_equal(how == OFFLOAD_NONE, out->len == 0);
	return how;
}

static void test_compile_says_how_much_of_the_filter_it_is(void **state)
{
	static const struct {
		const char *text;
		enum offload how;
	} cases[] = {
		{ "", OFFLOAD_NONE },
		{ "state close-wait", OFFLOAD_NONE },
		{ "autobound", OFFLOAD_NONE },
		{ "comm = java", OFFLOAD_NONE },
		{ "sport >= 0", OFFLOAD_NONE },
		{ "src *:*", OFFLOAD_NONE },
		{ "sport > 65535", OFFLOAD_EXACT },
		{ "dport != 0-65535", OFFLOAD_EXACT },
		{ "sport = 80", OFFLOAD_EXACT },
		{ "not ( sport = 80 or dst 10/8 )", OFFLOAD_EXACT },
		{ "dst 10.0.0.1:443", OFFLOAD_EXACT },
		{ "src [2001:db8::/32]:80,443", OFFLOAD_EXACT },
		{ "state close-wait sport = 80", OFFLOAD_SUPERSET },
		{ "sport = 80 or comm = java", OFFLOAD_NONE },
		{ "( sport = 80 or comm = java ) dport < 1024", OFFLOAD_SUPERSET },
		{ "not ( sport = 80 and comm = java )", OFFLOAD_NONE },
		{ "not ( sport = 80 or comm = java )", OFFLOAD_SUPERSET },
		{ "not ( sport = 80 or not comm = java )", OFFLOAD_SUPERSET },
		{ "src inet:10.0.0.1", OFFLOAD_NONE },
		{ "src inet6:[::1]", OFFLOAD_NONE },
		{ "listener = :80", OFFLOAD_NONE },
	};
	struct buf b = { .s = NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (compile(cases[i].text, &b) != cases[i].how)
			fail_msg("%s: not %d", cases[i].text, cases[i].how);
	buf_free(&b);
}

static void test_compile_makes_the_short_programs(void **state)
{
	struct buf got = { .s = NULL }, want = { .s = NULL };

	(void)state;
	compile("sport = 80", &got);
	port_op(&want, INET_DIAG_BC_S_EQ, 80, 12);
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.s, want.s, want.len);

	compile("dport = 1000-2000", &got);
	buf_reset(&want);
	port_op(&want, INET_DIAG_BC_D_GE, 1000, 20);
	port_op(&want, INET_DIAG_BC_D_LE, 2000, 12);
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.s, want.s, want.len);

	compile("sport = 80 or dport > 1023", &got);
	buf_reset(&want);
	port_op(&want, INET_DIAG_BC_S_EQ, 80, 12);
	op(&want, INET_DIAG_BC_JMP, 4, 12);
	port_op(&want, INET_DIAG_BC_D_GE, 1024, 12);
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.s, want.s, want.len);
	buf_free(&got);
	buf_free(&want);
}

/* "sport = 1,3,5,..." with so many of them */
static enum offload compile_list(unsigned n, struct buf *out)
{
	struct buf text = { .s = NULL };
	enum offload how;

	buf_str(&text, "sport = 1");
	for (unsigned i = 1; i < n; i++)
		buf_fmt(&text, ",%u", 2 * i + 1);
	how = compile(text.s, out);
	buf_free(&text);
	return how;
}

static void test_compile_goes_as_far_as_the_kernel_does(void **state)
{
	/* each port but the last is a test and a jump */
	const unsigned most = (BYTECODE_MAX - 8) / 12 + 1;
	struct sock s = sock_of("10.0.0.1", 0, "10.0.0.2", 1);
	struct buf b = { .s = NULL };

	(void)state;
	assert_int_equal(compile_list(most, &b), OFFLOAD_EXACT);
	assert_int_equal(audit(&b), 0);
	for (unsigned port = 1; port < 2 * most + 2; port++) {
		s.lport = (uint16_t)port;
		assert_int_equal(bytecode_run(b.s, b.len, &s), port % 2 == 1 && port < 2 * most);
	}
	assert_int_equal(compile_list(most + 1, &b), OFFLOAD_NONE);
	buf_free(&b);
}

static void test_compile_of_a_hostile_length_ends(void **state)
{
	struct buf text = { .s = NULL }, b = { .s = NULL };

	(void)state;
	buf_str(&text, "sport = 1");
	for (unsigned i = 0; i < 60000; i++)
		buf_fmt(&text, " or dst 10.0.%u.%u", i / 256, i % 256);
	assert_int_equal(compile(text.s, &b), OFFLOAD_NONE);
	buf_free(&text);
	buf_free(&b);
}

/* ---- programs and filters agree -------------------------------------- */

#define ROWS    300
#define FILTERS 3000

static const struct snap *random_snap(uint64_t *seed, struct snap_pool *pool)
{
	struct snap_builder *b = snap_build(pool, NULL);

	for (unsigned i = 0; i < ROWS; i++) {
		const char *remote = randfilter_addr(seed);
		struct sock s = sock_of(randfilter_addr(seed), randfilter_port(seed), remote,
					randfilter_port(seed));
		struct sock_ext x = { .ifindex = 0 };

		s.cookie = i + 1;
		s.proto = (uint8_t)randfilter_pick(seed, PROTO_UDP + 1);
		s.state = (uint8_t)(1 + randfilter_pick(seed, ST_COUNT - 1));
		s.rxq = randfilter_pick(seed, 2);
		s.uid = randfilter_pick(seed, 2);
		/* IPv4 in an IPv6 socket; and no IPv6 address in an IPv4 one */
		if (!addr_is_v4(&s.remote) || randfilter_pick(seed, 3) == 0)
			s.family = AF_INET6;
		assert_int_equal(snap_add(b, &s, &x), 0);
	}
	return snap_seal(b);
}

/* Counts how many filters came out each way. */
static void compare(const struct snap *s, const char *text, unsigned count[3])
{
	struct buf code = { .s = NULL };
	struct filter *f = parse(text);
	enum offload how = filter_compile(f, &code);

	count[how]++;
	assert_int_equal(code.len == 0, how == OFFLOAD_NONE);
	if (how != OFFLOAD_NONE)
		assert_int_equal(audit(&code), 0);
	filter_bind(f, s);
	for (uint32_t row = 0; row < s->n_sock && how != OFFLOAD_NONE; row++) {
		bool want = filter_match(f, s, row);
		int got = bytecode_run(code.s, code.len, &s->sock[row]);

		if (got < want || (how == OFFLOAD_EXACT && got != want))
			fail_msg("row %u: %d, not %d: %s", row, got, want, text);
		if (want)
			assert_true((filter_states_of(f, s->sock[row].proto) >> s->sock[row].state &
				     1) != 0);
	}
	filter_free(f);
	buf_free(&code);
}

static void test_compile_agrees_with_the_filter(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct buf text = { .s = NULL };
	uint64_t seed = test_seed();
	unsigned count[3] = { 0 };
	const struct snap *s = random_snap(&seed, pool);

	(void)state;
	for (unsigned i = 0; i < FILTERS; i++) {
		buf_reset(&text);
		randfilter_text(&seed, i % 2 == 0, &text);
		compare(s, text.s, count);
	}
	/* the generator makes some of each */
	assert_true(count[OFFLOAD_NONE] > FILTERS / 50);
	assert_true(count[OFFLOAD_SUPERSET] > FILTERS / 50);
	assert_true(count[OFFLOAD_EXACT] > FILTERS / 3);
	buf_free(&text);
	snap_unref(s);
	snap_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytecode_audit_knows_the_size_of_each_instruction),
		cmocka_unit_test(test_bytecode_audit_refuses_what_the_kernel_refuses),
		cmocka_unit_test(test_bytecode_audit_refuses_a_jump_into_an_operand),
		cmocka_unit_test(test_bytecode_audit_looks_at_addresses),
		cmocka_unit_test(test_bytecode_audit_takes_as_much_as_an_attribute_holds),
		cmocka_unit_test(test_bytecode_runs_the_recipes),
		cmocka_unit_test(test_bytecode_ports_are_compared_as_numbers),
		cmocka_unit_test(test_bytecode_ipv4_fits_mapped_addresses),
		cmocka_unit_test(test_bytecode_says_what_it_cannot_tell),
		cmocka_unit_test(test_compile_says_how_much_of_the_filter_it_is),
		cmocka_unit_test(test_compile_makes_the_short_programs),
		cmocka_unit_test(test_compile_goes_as_far_as_the_kernel_does),
		cmocka_unit_test(test_compile_of_a_hostile_length_ends),
		cmocka_unit_test(test_compile_agrees_with_the_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
