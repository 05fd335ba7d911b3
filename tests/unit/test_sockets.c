/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "fakenl.h"
#include "procroot.h"
#include "sockeye/collect/sockets.h"

#define TCP (1u << PROTO_TCP)
#define UDP (1u << PROTO_UDP)

#define PROC_HEAD "  sl  local_address rem_address   st tx_queue rx_queue\n"
#define PROC_V4   "0: 0100007F:0001 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77\n"
#define PROC_V6                                                                              \
	"0: 00000000000000000000000001000000:0001 00000000000000000000000000000000:0000 0A " \
	"00000000:00000000 00:00000000 00000000 0 0 78\n"

struct fixture {
	struct fakenl k;
	struct procroot root;
	struct snap_pool *pool;
	struct sockets *sockets;
	const struct snap *snap; /* of the last update() */
	struct err err;
	struct counters counters; /* that the next update() finds */
};

static void use(struct fixture *f, struct nl *nl, int error)
{
	f->sockets = sockets_new(nl, error, f->root.path);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fakenl_open(&f->k);
	procroot_make(&f->root);
	f->pool = snap_pool_new();
	*state = f;
	return 0;
}

static int setup_with_kernel(void **state)
{
	struct fixture *f;

	setup(state);
	f = *state;
	use(f, f->k.nl, 0);
	f->k.nl = NULL;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	snap_unref(f->snap);
	sockets_free(f->sockets);
	snap_pool_free(f->pool);
	procroot_remove(&f->root);
	fakenl_close(&f->k);
	free(f);
	return 0;
}

static int update(struct fixture *f, unsigned protos, bool close, int cancel_fd)
{
	struct snap_builder *b = snap_build(f->pool, f->snap);
	const struct want w = { .protos = protos, .close = close };
	const struct snap *next;
	int rc;

	f->err = (struct err){ 0 };
	*snap_counters(b) = f->counters;
	rc = sockets_update(f->sockets, b, &w, cancel_fd, &f->err);
	if (rc != 0) {
		snap_abandon(b);
		return rc;
	}
	next = snap_seal(b);
	assert_non_null(next);
	snap_unref(f->snap);
	f->snap = next;
	return 0;
}

static void put(struct fixture *f, const char *name, const char *text)
{
	procroot_put(&f->root, name, text, strlen(text));
}

/* A row of the dump that the kernel answers to next. */
static void add_row(struct fixture *f, uint16_t type, uint8_t family, uint8_t state,
		    uint32_t cookie)
{
	struct inet_diag_msg m = {
		.idiag_family = family,
		.idiag_state = state,
		.id = { .idiag_cookie = { cookie } },
	};

	fakenl_add(&f->k, type, &m, sizeof(m));
}

/* The end of one dump; what is added from now on belongs to the next. */
static void end_dump(struct fixture *f, int code)
{
	fakenl_done(&f->k, code);
	f->k.seq++;
}

static void assert_source(const struct fixture *f, enum source_id id, enum source_status status,
			  const char *reason)
{
	assert_string_equal(f->snap->source[id].reason, reason);
	assert_int_equal(f->snap->source[id].status, status);
}

/* How many requests came, and the type of the first. */
static size_t requests(struct fixture *f, uint16_t *type)
{
	struct nlmsghdr h;
	size_t n = 0;

	*type = 0;
	while (recv(f->k.fd, &h, sizeof(h), MSG_DONTWAIT) > 0)
		if (n++ == 0)
			*type = h.nlmsg_type;
	return n;
}

/* ---- sock_diag ------------------------------------------------------- */

static void test_sockets_asks_for_tcp_once_and_udp_by_family(void **state)
{
	struct fixture *f = *state;
	uint16_t type;

	add_row(f, TCPDIAG_GETSOCK, AF_INET, 1, 1);
	add_row(f, TCPDIAG_GETSOCK, AF_INET6, 1, 2);
	end_dump(f, 0);
	add_row(f, SOCK_DIAG_BY_FAMILY, AF_INET, 7, 3);
	end_dump(f, 0);
	add_row(f, SOCK_DIAG_BY_FAMILY, AF_INET6, 7, 4);
	end_dump(f, 0);
	assert_int_equal(update(f, TCP | UDP, false, -1), 0);
	assert_int_equal(f->snap->n_sock, 4);
	assert_source(f, SRC_TCP, SOURCE_OK, "");
	assert_source(f, SRC_UDP, SOURCE_OK, "");
	assert_int_equal(requests(f, &type), 3);
	assert_int_equal(type, TCPDIAG_GETSOCK);
}

static void test_sockets_asks_only_for_what_is_wanted(void **state)
{
	struct fixture *f = *state;
	uint16_t type;

	end_dump(f, 0);
	end_dump(f, 0);
	assert_int_equal(update(f, UDP, true, -1), 0);
	assert_source(f, SRC_TCP, SOURCE_NOT_ASKED, "");
	assert_source(f, SRC_UDP, SOURCE_OK, "");
	assert_int_equal(requests(f, &type), 2);
	assert_int_equal(type, SOCK_DIAG_BY_FAMILY);
	assert_false(f->snap->close_known);
}

static void test_sockets_asks_by_family_where_the_old_request_is_refused(void **state)
{
	struct fixture *f = *state;
	uint16_t type;

	for (int sample = 0; sample < 2; sample++) {
		if (sample == 0) {
			fakenl_add_code(&f->k, NLMSG_ERROR, -EINVAL);
			fakenl_send(&f->k);
			f->k.seq++;
		}
		add_row(f, SOCK_DIAG_BY_FAMILY, AF_INET, 1, 1);
		end_dump(f, 0);
		add_row(f, SOCK_DIAG_BY_FAMILY, AF_INET6, 1, 2);
		end_dump(f, 0);
		assert_int_equal(update(f, TCP, false, -1), 0);
		assert_int_equal(f->snap->n_sock, 2);
		assert_source(f, SRC_TCP, SOURCE_OK, "");
		/* The second time it knows. */
		assert_int_equal(requests(f, &type), sample == 0 ? 3 : 2);
	}
}

static void test_sockets_needs_no_ipv6(void **state)
{
	struct fixture *f = *state;

	add_row(f, SOCK_DIAG_BY_FAMILY, AF_INET, 7, 1);
	end_dump(f, 0);
	end_dump(f, -ENOENT);
	assert_int_equal(update(f, UDP, false, -1), 0);
	assert_int_equal(f->snap->n_sock, 1);
	assert_source(f, SRC_UDP, SOURCE_OK, "");
}

static void test_sockets_says_what_a_dump_left_out(void **state)
{
	struct fixture *f = *state;

	add_row(f, TCPDIAG_GETSOCK, AF_INET, 1, 1);
	fakenl_add(&f->k, TCPDIAG_GETSOCK, "short", 5);
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, false, -1), 0);
	assert_int_equal(f->snap->n_sock, 1);
	assert_source(f, SRC_TCP, SOURCE_PARTIAL, "1 of the kernel's messages not understood");

	add_row(f, TCPDIAG_GETSOCK, AF_INET, 1, 1);
	fakenl_add(&f->k, NLMSG_OVERRUN, NULL, 0);
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, false, -1), 0);
	assert_source(f, SRC_TCP, SOURCE_PARTIAL, "a message was cut off: sockets are missing");

	add_row(f, TCPDIAG_GETSOCK, AF_INET, 1, 1);
	end_dump(f, -EIO);
	assert_int_equal(update(f, TCP, false, -1), 0);
	assert_int_equal(f->snap->n_sock, 1);
	assert_source(f, SRC_TCP, SOURCE_PARTIAL, "the dump broke off: Input/output error");

	f->k.flags |= NLM_F_DUMP_INTR;
	for (int i = 0; i < 3; i++)
		end_dump(f, 0);
	assert_int_equal(update(f, TCP, false, -1), 0);
	assert_source(f, SRC_TCP, SOURCE_PARTIAL, "the tables changed during each of the dumps");
}

static void test_sockets_says_that_the_kernel_fell_silent(void **state)
{
	struct fixture *f = *state;

	add_row(f, TCPDIAG_GETSOCK, AF_INET, 1, 1);
	fakenl_send(&f->k);
	assert_int_equal(update(f, TCP, false, -1), 0);
	assert_int_equal(f->snap->n_sock, 1);
	assert_source(f, SRC_TCP, SOURCE_PARTIAL, "the kernel fell silent in the middle of a dump");
}

static void test_sockets_gives_up_when_cancelled(void **state)
{
	struct fixture *f = *state;
	int cancel_fd = eventfd(1, EFD_CLOEXEC);

	assert_int_equal(update(f, TCP, false, cancel_fd), -ECANCELED);
	close(cancel_fd);
}

/* ---- sockets in CLOSE ------------------------------------------------ */

static bool kernel_has_close(struct fixture *f)
{
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, true, -1), 0);
	return f->snap->close_known;
}

static void test_sockets_carries_close_over(void **state)
{
	struct fixture *f = *state;

	add_row(f, TCPDIAG_GETSOCK, AF_INET, 13, 1);
	add_row(f, TCPDIAG_GETSOCK, AF_INET, 13, 2);
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, true, -1), 0);
	assert_true(f->snap->close_known);
	assert_int_equal(f->snap->n_sock, 2);

	/* One of the two connects. */
	add_row(f, TCPDIAG_GETSOCK, AF_INET, 1, 2);
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, false, -1), 0);
	assert_true(f->snap->close_known);
	assert_int_equal(f->snap->n_sock, 2);
	assert_int_equal(f->snap->sock[snap_find(f->snap, 1)].state, ST_CLOSE);
	assert_int_equal(f->snap->sock[snap_find(f->snap, 2)].state, ST_ESTABLISHED);

	/* And the other is gone when asked again. */
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, true, -1), 0);
	assert_int_equal(f->snap->n_sock, 0);
}

static void test_sockets_does_not_carry_close_for_ever(void **state)
{
	struct fixture *f = *state;

	add_row(f, TCPDIAG_GETSOCK, AF_INET, 13, 1);
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, true, -1), 0);
	for (int age = 1; age < 2 * SOCKETS_CLOSE_AGE; age++) {
		bool carried = age < SOCKETS_CLOSE_AGE;

		end_dump(f, 0);
		assert_int_equal(update(f, TCP, false, -1), 0);
		assert_int_equal(f->snap->close_known, carried);
		assert_int_equal(f->snap->n_sock, carried);
	}
}

static void test_sockets_knows_no_close_that_it_did_not_ask_for(void **state)
{
	struct fixture *f = *state;

	end_dump(f, 0);
	assert_int_equal(update(f, TCP, false, -1), 0);
	assert_false(f->snap->close_known);
	if (!kernel_has_close(f))
		return;
	/* A sample without TCP in between has nothing to carry over. */
	end_dump(f, 0);
	end_dump(f, 0);
	assert_int_equal(update(f, UDP, false, -1), 0);
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, false, -1), 0);
	assert_false(f->snap->close_known);
}

/* ---- facts of some ---------------------------------------------------- */

/* A row with one attribute, in which the number at this place is value. */
static void add_fact(struct fixture *f, uint8_t state, uint32_t cookie, uint16_t type, size_t at,
		     uint32_t value)
{
	struct {
		struct inet_diag_msg m;
		struct nlattr a;
		unsigned char bytes[104];
	} row = {
		.m = { .idiag_family = AF_INET,
		       .idiag_state = state,
		       .id = { .idiag_cookie = { cookie } } },
		.a = { .nla_len = sizeof(row.a) + sizeof(row.bytes), .nla_type = type },
	};

	memcpy(row.bytes + at, &value, sizeof(value));
	fakenl_add(&f->k, TCPDIAG_GETSOCK, &row, sizeof(row));
}

static uint32_t now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint32_t)t.tv_sec;
}

/* What was asked after the dump itself: states and extensions, as many as there were. */
static unsigned facts_asked(struct fixture *f, uint32_t states[4], uint8_t ext[4])
{
	struct {
		struct nlmsghdr h;
		struct inet_diag_req rq;
	} asked;
	unsigned n = 0;

	assert_true(recv(f->k.fd, &asked, sizeof(asked), MSG_DONTWAIT) > 0);
	for (; n < 4 && recv(f->k.fd, &asked, sizeof(asked), MSG_DONTWAIT) > 0; n++) {
		states[n] = asked.rq.idiag_states;
		ext[n] = asked.rq.idiag_ext;
	}
	return n;
}

static void test_sockets_ask_listeners_what_they_dropped(void **state)
{
	struct fixture *f = *state;
	uint32_t states[4];
	uint8_t ext[4];

	for (uint32_t sample = 0; sample < 2; sample++) {
		add_row(f, TCPDIAG_GETSOCK, AF_INET, ST_LISTEN, 1);
		add_row(f, TCPDIAG_GETSOCK, AF_INET, ST_ESTABLISHED, 2);
		end_dump(f, 0);
		add_fact(f, ST_LISTEN, 1, INET_DIAG_SKMEMINFO, 32, 41 + sample);
		add_fact(f, ST_LISTEN, 2, INET_DIAG_SKMEMINFO, 32, 99); /* another one's */
		end_dump(f, 0);
		assert_int_equal(update(f, TCP, false, -1), 0);
		assert_int_equal(f->snap->n_sock, 2);
		assert_int_equal(f->snap->ext[0].drops, 41 + sample);
		assert_int_equal(f->snap->ext[1].expires_ms, 0);
		assert_int_equal(facts_asked(f, states, ext), 1);
		assert_int_equal(states[0], ST_BIT(ST_LISTEN));
		assert_int_equal(ext[0], 1u << (INET_DIAG_SKMEMINFO - 1));
	}
}

static void add_close_wait(struct fixture *f, uint32_t cookie)
{
	add_row(f, TCPDIAG_GETSOCK, AF_INET, ST_CLOSE_WAIT, cookie);
}

static uint32_t age_of(struct fixture *f, uint32_t cookie)
{
	uint32_t row = snap_find(f->snap, cookie);

	return now_s() - f->snap->ext[row].since_s;
}

static int update_now(struct fixture *f)
{
	struct snap_builder *b = snap_build(f->pool, f->snap);
	const struct want w = { .protos = TCP };
	int rc;

	snap_set_times(b, 0, (int64_t)now_s() * 1000000000);
	rc = sockets_update(f->sockets, b, &w, -1, &f->err);
	snap_unref(f->snap);
	f->snap = snap_seal(b);
	assert_non_null(f->snap);
	return rc;
}

static void test_sockets_ask_once_since_when_close_waits_are(void **state)
{
	struct fixture *f = *state;
	uint32_t states[4], age;
	uint8_t ext[4];

	if (now_s() < 200)
		skip();
	add_close_wait(f, 1);
	end_dump(f, 0);
	add_fact(f, ST_CLOSE_WAIT, 1, INET_DIAG_INFO, 56, 100000);
	end_dump(f, 0);
	assert_int_equal(update_now(f), 0);
	age = age_of(f, 1);
	assert_in_range(age, 99, 110);
	assert_false(f->snap->sock[0].flags & SOCK_OLDER);
	assert_false(f->snap->since_untold);
	assert_int_equal(facts_asked(f, states, ext), 1);
	assert_int_equal(states[0], ST_BIT(ST_CLOSE_WAIT));
	assert_int_equal(ext[0], 1u << (INET_DIAG_INFO - 1));
	/* A second one, which was never seen in another state, is to be asked for: but not at once. */
	add_close_wait(f, 1);
	add_close_wait(f, 2);
	end_dump(f, 0);
	assert_int_equal(update_now(f), 0);
	assert_in_range(age_of(f, 1), 99, 110);
	assert_in_range(age_of(f, 2), 0, 10);
	assert_true(f->snap->since_untold);
	assert_int_equal(facts_asked(f, states, ext), 0);
}

static void test_sockets_ask_no_close_wait_that_was_seen_to_become_one(void **state)
{
	struct fixture *f = *state;
	uint32_t states[4];
	uint8_t ext[4];

	add_row(f, TCPDIAG_GETSOCK, AF_INET, ST_ESTABLISHED, 1);
	end_dump(f, 0);
	assert_int_equal(update_now(f), 0);
	assert_int_equal(facts_asked(f, states, ext), 0);
	for (int i = 0; i < 2; i++) {
		add_close_wait(f, 1);
		end_dump(f, 0);
		assert_int_equal(update_now(f), 0);
		assert_false(f->snap->since_untold);
		assert_false(f->snap->sock[0].flags & SOCK_OLDER);
		assert_int_equal(facts_asked(f, states, ext), 0);
	}
}

static void test_sockets_measure_connections_where_it_is_wanted(void **state)
{
	const struct want w = { .protos = TCP, .tcp_stat = true };
	struct fixture *f = *state;
	struct snap_builder *b = snap_build(f->pool, NULL);
	const struct tcp_stat *t;

	/* As much of tcp_info as Linux 3.14 has: no counts of bytes. */
	add_fact(f, ST_ESTABLISHED, 1, INET_DIAG_INFO, 68, 1234);
	add_fact(f, ST_SYN_SENT, 2, INET_DIAG_INFO, 68, 5678);
	add_fact(f, ST_LISTEN, 3, INET_DIAG_INFO, 68, 99);
	add_row(f, TCPDIAG_GETSOCK, AF_INET, ST_TIME_WAIT, 4);
	end_dump(f, 0);
	end_dump(f, 0); /* the listener's drops */
	assert_int_equal(sockets_update(f->sockets, b, &w, -1, &f->err), 0);
	f->snap = snap_seal(b);
	assert_non_null(f->snap);
	t = f->snap->tcp;
	assert_non_null(t);
	assert_int_equal(t[0].rtt_us, 1234);
	assert_int_equal(t[0].sent, 0);
	assert_int_equal(t[0].idle_ms, 0);
	assert_int_equal(t[1].rtt_us, 5678);
	assert_int_equal(t[1].idle_ms, UINT32_MAX);
	assert_int_equal(t[2].rtt_us, 0);
	assert_int_equal(t[3].rtt_us, 0);
}

/* ---- less than all --------------------------------------------------- */

/* A request as it came. */
struct asked {
	uint16_t type;
	uint32_t states;
	size_t code_len;
};

static struct asked next_request(struct fixture *f)
{
	_Alignas(8) unsigned char buf[1024];
	struct asked a = { .code_len = 0 };
	struct inet_diag_req_v2 by_family;
	struct inet_diag_req legacy;
	struct nlmsghdr h;
	size_t n = fakenl_request(&f->k, buf, sizeof(buf)), head = sizeof(h);

	memcpy(&h, buf, sizeof(h));
	a.type = h.nlmsg_type;
	if (a.type == TCPDIAG_GETSOCK) {
		memcpy(&legacy, buf + head, sizeof(legacy));
		a.states = legacy.idiag_states;
		head += sizeof(legacy);
	} else {
		memcpy(&by_family, buf + head, sizeof(by_family));
		a.states = by_family.idiag_states;
		head += sizeof(by_family);
	}
	if (n > head)
		a.code_len = n - head - sizeof(struct nlattr);
	return a;
}

static void assert_asked(struct fixture *f, uint16_t type, uint32_t states, size_t code_len)
{
	struct asked a = next_request(f);

	assert_int_equal(a.type, type);
	assert_int_equal(a.states, states);
	assert_int_equal(a.code_len, code_len);
}

static void assert_asked_no_more(struct fixture *f)
{
	uint16_t type;

	assert_int_equal(requests(f, &type), 0);
}

static void update_thinned(struct fixture *f, unsigned protos, const struct thin *thin)
{
	struct snap_builder *b = snap_build(f->pool, f->snap);
	const struct want w = { .protos = protos, .close = true, .thin = thin };

	assert_int_equal(sockets_update(f->sockets, b, &w, -1, &f->err), 0);
	snap_unref(f->snap);
	f->snap = snap_seal(b);
	assert_non_null(f->snap);
}

static void test_sockets_asks_for_the_states_that_are_looked_at(void **state)
{
	const struct thin thin = { .states = { ST_BIT(ST_CLOSE_WAIT), ST_BIT(ST_CLOSE_WAIT) } };
	struct fixture *f = *state;

	add_row(f, TCPDIAG_GETSOCK, AF_INET, ST_CLOSE_WAIT, 1);
	end_dump(f, 0);
	update_thinned(f, TCP | UDP, &thin);
	/* no UDP socket is ever in that state; and none in CLOSE is looked for */
	assert_asked(f, TCPDIAG_GETSOCK, ST_BIT(ST_CLOSE_WAIT), 0);
	assert_asked_no_more(f);
	assert_int_equal(f->snap->n_sock, 1);
	assert_true(f->snap->thinned);
	assert_source(f, SRC_TCP, SOURCE_OK, "");
	assert_source(f, SRC_UDP, SOURCE_OK, "");
}

static void test_sockets_knows_close_where_it_is_not_looked_at(void **state)
{
	const struct thin thin = { .states = { ST_BIT(ST_CLOSE_WAIT), 0 } };
	const struct thin none = { .states = { 0, ST_ALL } };
	struct fixture *f = *state;
	bool has_close = kernel_has_close(f);

	end_dump(f, 0);
	update_thinned(f, TCP, &thin);
	assert_int_equal(f->snap->close_known, has_close);
	update_thinned(f, TCP, &none);
	assert_int_equal(f->snap->close_known, has_close);
}

static void test_sockets_is_whole_where_all_states_are_looked_at(void **state)
{
	const struct thin thin = { .states = { ST_ALL, ST_ALL } };
	struct fixture *f = *state;

	for (int i = 0; i < 3; i++)
		end_dump(f, 0);
	update_thinned(f, TCP | UDP, &thin);
	assert_asked(f, TCPDIAG_GETSOCK, 0xfff | 1 << 13, 0);
	assert_asked(f, SOCK_DIAG_BY_FAMILY, 0xfff, 0);
	assert_asked(f, SOCK_DIAG_BY_FAMILY, 0xfff, 0);
	assert_false(f->snap->thinned);
}

static void test_sockets_sends_the_program_with_each_protocol(void **state)
{
	const struct thin thin = { .states = { ST_ALL, ST_ALL }, .code = "code", .code_len = 4 };
	struct fixture *f = *state;

	for (int i = 0; i < 3; i++)
		end_dump(f, 0);
	update_thinned(f, TCP | UDP, &thin);
	assert_asked(f, TCPDIAG_GETSOCK, 0xfff | 1 << 13, 4);
	assert_asked(f, SOCK_DIAG_BY_FAMILY, 0xfff, 4);
	assert_asked(f, SOCK_DIAG_BY_FAMILY, 0xfff, 4);
	assert_true(f->snap->thinned);
}

static void test_sockets_gets_all_listeners_where_they_are_needed(void **state)
{
	struct thin thin = { .states = { ST_BIT(ST_ESTABLISHED), 0 }, .listeners = true };
	struct fixture *f = *state;

	end_dump(f, 0);
	update_thinned(f, TCP, &thin);
	assert_asked(f, TCPDIAG_GETSOCK, ST_BIT(ST_ESTABLISHED) | ST_BIT(ST_LISTEN), 0);
	/* a program could leave some of them out */
	thin.code = "code";
	thin.code_len = 4;
	end_dump(f, 0);
	end_dump(f, 0);
	update_thinned(f, TCP, &thin);
	assert_asked(f, TCPDIAG_GETSOCK, ST_BIT(ST_ESTABLISHED), 4);
	assert_asked(f, TCPDIAG_GETSOCK, ST_BIT(ST_LISTEN), 0);
	assert_asked_no_more(f);
	thin.states[PROTO_TCP] = ST_BIT(ST_LISTEN);
	end_dump(f, 0);
	update_thinned(f, TCP, &thin);
	assert_asked(f, TCPDIAG_GETSOCK, ST_BIT(ST_LISTEN), 0);
	assert_asked_no_more(f);
}

static void refuse(struct fixture *f)
{
	fakenl_add_code(&f->k, NLMSG_ERROR, -EINVAL);
	fakenl_send(&f->k);
	f->k.seq++;
}

static void test_sockets_does_without_a_program_that_is_refused(void **state)
{
	const struct thin thin = { .states = { ST_ALL, 0 }, .code = "code", .code_len = 4 };
	struct fixture *f = *state;

	refuse(f);
	refuse(f);
	add_row(f, TCPDIAG_GETSOCK, AF_INET, 1, 1);
	end_dump(f, 0);
	update_thinned(f, TCP, &thin);
	assert_asked(f, TCPDIAG_GETSOCK, 0xfff | 1 << 13, 4);
	assert_asked(f, SOCK_DIAG_BY_FAMILY, 0xfff | 1 << 13, 4);
	assert_asked(f, TCPDIAG_GETSOCK, 0xfff | 1 << 13, 0);
	assert_int_equal(f->snap->n_sock, 1);
	assert_false(f->snap->thinned);
	assert_source(f, SRC_TCP, SOURCE_OK, "");
	/* The second time it knows. */
	end_dump(f, 0);
	update_thinned(f, TCP, &thin);
	assert_asked(f, TCPDIAG_GETSOCK, 0xfff | 1 << 13, 0);
	assert_asked_no_more(f);
}

static void test_sockets_from_proc_net_are_never_thinned(void **state)
{
	const struct thin thin = { .states = { ST_BIT(ST_CLOSE_WAIT), 0 } };
	struct fixture *f = *state;

	use(f, NULL, -EPROTONOSUPPORT);
	put(f, "tcp", PROC_HEAD PROC_V4);
	update_thinned(f, TCP, &thin);
	assert_int_equal(f->snap->n_sock, 1);
	assert_false(f->snap->thinned);
}

/* ---- /proc/net ------------------------------------------------------- */

static void test_sockets_falls_back_without_sock_diag(void **state)
{
	struct fixture *f = *state;

	use(f, NULL, -EPROTONOSUPPORT);
	put(f, "tcp", PROC_HEAD PROC_V4);
	put(f, "tcp6", PROC_HEAD PROC_V6);
	put(f, "udp", PROC_HEAD);
	assert_int_equal(sockets_check(f->sockets, &f->err), 0);
	assert_int_equal(update(f, TCP | UDP, true, -1), 0);
	assert_int_equal(f->snap->n_sock, 2);
	assert_source(f, SRC_TCP, SOURCE_PARTIAL,
		      "no sock_diag (Protocol not supported): read from /proc/net, without sockets "
		      "in CLOSE");
	assert_source(f, SRC_UDP, SOURCE_PARTIAL,
		      "no sock_diag (Protocol not supported): read from /proc/net");
	assert_false(f->snap->close_known);
}

static void test_sockets_falls_back_for_a_protocol_that_is_refused(void **state)
{
	struct fixture *f = *state;
	uint16_t type;

	end_dump(f, 0);
	end_dump(f, -ENOENT);
	put(f, "udp", PROC_HEAD PROC_V4);
	assert_int_equal(update(f, TCP | UDP, false, -1), 0);
	assert_int_equal(f->snap->n_sock, 1);
	assert_source(f, SRC_TCP, SOURCE_OK, "");
	assert_source(f, SRC_UDP, SOURCE_PARTIAL,
		      "no sock_diag (No such file or directory): read from /proc/net");
	assert_int_equal(requests(f, &type), 2);

	/* Each time that it is asked, the kernel tries to load a module. */
	end_dump(f, 0);
	assert_int_equal(update(f, TCP | UDP, false, -1), 0);
	assert_int_equal(f->snap->n_sock, 1);
	assert_int_equal(requests(f, &type), 1);
}

static void test_sockets_falls_back_from_a_silent_kernel(void **state)
{
	struct fixture *f = *state;

	put(f, "tcp", PROC_HEAD PROC_V4);
	for (int sample = 0; sample < 2; sample++) { /* the second does not wait again */
		assert_int_equal(update(f, TCP, false, -1), 0);
		assert_int_equal(f->snap->n_sock, 1);
		assert_source(f, SRC_TCP, SOURCE_PARTIAL,
			      "no sock_diag (Connection timed out): read from /proc/net, without "
			      "sockets in CLOSE");
	}
}

static void test_sockets_says_what_proc_net_left_out(void **state)
{
	struct fixture *f = *state;

	use(f, NULL, -EACCES);
	put(f, "tcp", PROC_HEAD PROC_V4 "what is this\n");
	put(f, "udp6", PROC_HEAD PROC_V6);
	assert_int_equal(update(f, TCP | UDP, false, -1), 0);
	assert_int_equal(f->snap->n_sock, 2);
	assert_source(f, SRC_TCP, SOURCE_PARTIAL,
		      "no sock_diag (Permission denied): read from /proc/net, 1 of its lines "
		      "not understood");
	assert_source(f, SRC_UDP, SOURCE_PARTIAL,
		      "no sock_diag (Permission denied): read from /proc/net, but not all (No such "
		      "file or directory)");
}

static void test_sockets_says_that_a_protocol_is_absent(void **state)
{
	struct fixture *f = *state;

	end_dump(f, 0);
	end_dump(f, -ENOENT);
	assert_int_equal(update(f, TCP | UDP, false, -1), 0);
	assert_source(f, SRC_TCP, SOURCE_OK, "");
	assert_source(f, SRC_UDP, SOURCE_ABSENT,
		      "no sock_diag (No such file or directory), no /proc/net (No such file or "
		      "directory)");
}

#define PROTOCOLS "protocol  size sockets  memory\nTCP       2304      1     402\n"

/*
 * sock_diag answers that it does not know the family. Whether something is missing then depends on
 * whether there can be sockets at all.
 */
static void test_sockets_misses_no_family_that_is_not_there(void **state)
{
	static const struct {
		enum proto proto;
		const char *list;
		enum source_status status;
		const char *reason;
	} cases[] = {
		{ PROTO_SCTP, NULL, SOURCE_ABSENT,
		  "this kernel does not tell of such sockets, or has none" },
		{ PROTO_SCTP, PROTOCOLS, SOURCE_OK, "" },
		{ PROTO_SCTP, PROTOCOLS "SCTP      2304      0     402\n", SOURCE_ABSENT,
		  "this kernel does not tell of such sockets" },
		{ PROTO_VSOCK, PROTOCOLS, SOURCE_OK, "" },
		{ PROTO_VSOCK, PROTOCOLS "AF_VSOCK  1240      0      -1\n", SOURCE_ABSENT,
		  "this kernel does not tell of such sockets" },
		/* of these the list has the number */
		{ PROTO_XDP, PROTOCOLS "XDP       1088      0      -1\n", SOURCE_OK, "" },
		{ PROTO_XDP, PROTOCOLS "XDP       1088      1      -1\n", SOURCE_ABSENT,
		  "this kernel does not tell of such sockets" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].list != NULL)
			put(f, "protocols", cases[i].list);
		/* Once it was refused it is not asked for again. */
		if (i == 0 || cases[i - 1].proto != cases[i].proto)
			end_dump(f, -ENOENT);
		assert_int_equal(update(f, PROTO_BIT(cases[i].proto), false, -1), 0);
		assert_source(f, source_of(cases[i].proto), cases[i].status, cases[i].reason);
	}
}

static void test_sockets_fails_without_any_source(void **state)
{
	struct fixture *f = *state;

	use(f, NULL, -EPERM);
	assert_int_equal(sockets_check(f->sockets, &f->err), -EPERM);
	assert_string_equal(f->err.msg, "no source of sockets: sock_diag: Operation not permitted; "
					"/proc/net: No such file or directory");
	assert_int_equal(update(f, TCP | UDP, false, -1), -ENOENT);
	assert_string_equal(f->err.msg, "no source of sockets: No such file or directory");
}

#define WITH_KERNEL(test)  cmocka_unit_test_setup_teardown(test, setup_with_kernel, teardown)
#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void count_none(struct fixture *f)
{
	static const enum counter_id none[] = { CTR_TCP_INUSE, CTR_TCP6_INUSE, CTR_TCP_TW,
						CTR_UDP_INUSE, CTR_UDP6_INUSE };

	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		f->counters.known[none[i]] = true;
}

static void test_sockets_asks_for_none_where_none_are_counted(void **state)
{
	struct fixture *f = *state;
	uint16_t type;

	count_none(f);
	assert_int_equal(update(f, TCP | UDP, false, -1), 0);
	assert_int_equal(requests(f, &type), 0);
	assert_int_equal(f->snap->n_sock, 0);
	assert_false(f->snap->thinned);
	assert_source(f, SRC_TCP, SOURCE_OK, "");
	assert_source(f, SRC_UDP, SOURCE_OK, "");
}

static void test_sockets_asks_where_one_is_counted_or_may_be(void **state)
{
	struct fixture *f = *state;
	uint16_t type;

	/* One in TIME_WAIT. */
	count_none(f);
	f->counters.value[CTR_TCP_TW] = 1;
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, false, -1), 0);
	assert_int_equal(requests(f, &type), 1);
	/* IPv6 is not counted by this kernel. */
	f->counters.value[CTR_TCP_TW] = 0;
	f->counters.known[CTR_TCP6_INUSE] = false;
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, false, -1), 0);
	assert_int_equal(requests(f, &type), 1);
	/* Bound sockets are in no count. */
	f->counters.known[CTR_TCP6_INUSE] = true;
	end_dump(f, 0);
	assert_int_equal(update(f, TCP, true, -1), 0);
	assert_int_equal(requests(f, &type), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KERNEL(test_sockets_asks_for_tcp_once_and_udp_by_family),
		WITH_KERNEL(test_sockets_asks_only_for_what_is_wanted),
		WITH_KERNEL(test_sockets_asks_by_family_where_the_old_request_is_refused),
		WITH_KERNEL(test_sockets_needs_no_ipv6),
		WITH_KERNEL(test_sockets_asks_for_none_where_none_are_counted),
		WITH_KERNEL(test_sockets_asks_where_one_is_counted_or_may_be),
		WITH_KERNEL(test_sockets_says_what_a_dump_left_out),
		WITH_KERNEL(test_sockets_says_that_the_kernel_fell_silent),
		WITH_KERNEL(test_sockets_gives_up_when_cancelled),
		WITH_KERNEL(test_sockets_carries_close_over),
		WITH_KERNEL(test_sockets_does_not_carry_close_for_ever),
		WITH_KERNEL(test_sockets_knows_no_close_that_it_did_not_ask_for),
		WITH_KERNEL(test_sockets_ask_listeners_what_they_dropped),
		WITH_KERNEL(test_sockets_ask_once_since_when_close_waits_are),
		WITH_KERNEL(test_sockets_ask_no_close_wait_that_was_seen_to_become_one),
		WITH_KERNEL(test_sockets_measure_connections_where_it_is_wanted),
		WITH_KERNEL(test_sockets_asks_for_the_states_that_are_looked_at),
		WITH_KERNEL(test_sockets_knows_close_where_it_is_not_looked_at),
		WITH_KERNEL(test_sockets_is_whole_where_all_states_are_looked_at),
		WITH_KERNEL(test_sockets_sends_the_program_with_each_protocol),
		WITH_KERNEL(test_sockets_gets_all_listeners_where_they_are_needed),
		WITH_KERNEL(test_sockets_does_without_a_program_that_is_refused),
		WITH_FIXTURE(test_sockets_from_proc_net_are_never_thinned),
		WITH_FIXTURE(test_sockets_falls_back_without_sock_diag),
		WITH_KERNEL(test_sockets_falls_back_for_a_protocol_that_is_refused),
		WITH_KERNEL(test_sockets_falls_back_from_a_silent_kernel),
		WITH_FIXTURE(test_sockets_says_what_proc_net_left_out),
		WITH_KERNEL(test_sockets_says_that_a_protocol_is_absent),
		WITH_KERNEL(test_sockets_misses_no_family_that_is_not_there),
		WITH_FIXTURE(test_sockets_fails_without_any_source),
	};

	return cmocka_run_group_tests_name("sockets", tests, NULL, NULL);
}
