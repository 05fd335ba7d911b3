/* SPDX-License-Identifier: MIT */
/*
 * A filter: what is refused is refused at a place in the text; what is taken prints as a text that
 * is the same filter for every row, and no row passes that filter_states() and filter_protos()
 * deny, or the program that is made of it.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/socket.h>

#include "sockeye/filter/bytecode.h"
#include "sockeye/filter/filter.h"

/* Every state of both protocols, and every kind of address, with and without an owner. */
static const struct snap *make_snap(struct snap_pool *pool)
{
	static const char *const addrs[] = { "0.0.0.0", "10.0.0.1", "::", "2001:db8::1",
					     "::ffff:10.0.0.1" };
	struct snap_builder *b = snap_build(pool, NULL);
	struct proc p = { .pid = 10, .comm = snap_add_str(b, "java", 4) };
	uint32_t proc = snap_add_proc(b, &p);

	for (unsigned i = 0; i < 5 * ST_COUNT; i++) {
		struct sock s = { .cookie = i + 1,
				  .state = (uint8_t)(1 + i % (ST_COUNT - 1)),
				  .proto = (uint8_t)(i % (PROTO_UDP + 1)),
				  .family = i % 5 < 2 ? AF_INET : AF_INET6,
				  .lport = (uint16_t)(80 + i % 3),
				  .rport = (uint16_t)(i * 997),
				  .ino = i % 4,
				  .uid = i % 2,
				  .rxq = i };
		struct sock_ext x = { .ifindex = i % 3 };

		REQUIRE(addr_parse(addrs[i % 5], strlen(addrs[i % 5]), &s.local));
		REQUIRE(addr_parse(addrs[i % 5], strlen(addrs[i % 5]), &s.remote));
		REQUIRE(snap_add(b, &s, &x) == 0);
		if (s.ino != 0)
			REQUIRE(snap_add_owner(b, i, proc, (int32_t)i) == 0);
	}
	snap_add_user(b, 0, snap_add_str(b, "root", 4));
	snap_add_ifname(b, 1, snap_add_str(b, "eth0", 4));
	return snap_seal(b);
}

static void compare(struct filter *f, struct filter *again, const struct snap *s)
{
	filter_bind(f, s);
	filter_bind(again, s);
	for (uint32_t row = 0; row < s->n_sock; row++) {
		bool in = filter_match(f, s, row);

		REQUIRE(in == filter_match(again, s, row));
		REQUIRE(!in || (filter_states(f) >> s->sock[row].state & 1) != 0);
		REQUIRE(!in || (filter_protos(f) >> s->sock[row].proto & 1) != 0);
		REQUIRE(in || !filter_is_all(f));
	}
}

static void check_compiled(struct filter *f, const struct snap *s)
{
	struct buf code = { 0 };
	enum offload how = filter_compile(f, &code);

	REQUIRE((how == OFFLOAD_NONE) == (code.len == 0));
	REQUIRE(how == OFFLOAD_NONE || bytecode_audit(code.s, code.len) == 0);
	filter_bind(f, s);
	for (uint32_t row = 0; row < s->n_sock && how != OFFLOAD_NONE; row++) {
		int got = bytecode_run(code.s, code.len, &s->sock[row]);
		bool in = filter_match(f, s, row);

		REQUIRE(got >= in && (how != OFFLOAD_EXACT || got == in));
	}
	buf_free(&code);
}

static void check_printed(struct filter *f, const struct snap *s)
{
	struct buf once = { 0 }, twice = { 0 };
	struct filter *again;
	struct err e;

	buf_str(&once, "");
	buf_str(&twice, "");
	filter_print(f, &once);
	again = filter_parse(once.s, once.len, &e);
	REQUIRE(again != NULL);
	filter_print(again, &twice);
	REQUIRE(strcmp(once.s, twice.s) == 0);
	compare(f, again, s);
	filter_free(again);
	buf_free(&once);
	buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct snap_pool *pool;
	static const struct snap *snap;
	struct err e = { 0 };
	struct filter *f;

	if (pool == NULL) {
		pool = snap_pool_new();
		snap = make_snap(pool);
		REQUIRE(snap != NULL);
	}
	f = filter_parse((const char *)data, size, &e);
	if (f == NULL) {
		REQUIRE(e.code < 0 && e.pos <= size && e.msg[0] != '\0');
		return 0;
	}
	check_printed(f, snap);
	check_compiled(f, snap);
	filter_free(f);
	return 0;
}
