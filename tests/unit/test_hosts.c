/* SPDX-License-Identifier: MIT */
/* Names from a DNS server of our own, which says the truth, nonsense, or nothing. */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockeye/collect/clock.h"
#include "sockeye/collect/hosts.h"

#define PATIENCE_NS (20 * NS_PER_SEC)

struct server {
	int fd;
	char where[32]; /* "127.0.0.1:5353" */
	unsigned asked;
	char reply[512]; /* the name to answer with, as labels; its last octet picks the answer */
};

struct fixture {
	struct server server;
	struct namer namer;
};

static bool open_server(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    getsockname(s->fd, (struct sockaddr *)&at, &len) != 0)
		return false;
	snprintf(s->where, sizeof(s->where), "127.0.0.1:%u", ntohs(at.sin_port));
	return true;
}

/* What each last octet of 10.0.0.x is answered with; NULL: nothing at all. */
enum answer { NO_ANSWER, NAME, REFUSED, NOT_THERE, GARBAGE, WRONG_ID };

static const struct {
	enum answer answer;
	const char *label; /* bytes of the first label; the second is "example" */
	size_t len;
} answers[] = {
	[0] = { NO_ANSWER, NULL, 0 },
	[1] = { NAME, "web-07", 6 },
	[2] = { NAME, "e\x1b[2Jvil", 8 },
	[3] = { NAME, "a\0b", 3 },
	[4] = { NAME, "a b", 3 },
	[5] = { NAME, "\xe2\x80\xae", 3 },
	[6] = { NOT_THERE, NULL, 0 },
	[7] = { REFUSED, NULL, 0 },
	[8] = { GARBAGE, NULL, 0 },
	[9] = { WRONG_ID, "liar", 4 },
	[10] = { NAME, "10.0.0.1:443", 12 },
};

/* Answers one question, if there is one. */
static void serve(struct server *s)
{
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	unsigned char q[512], a[1024];
	ssize_t n = recvfrom(s->fd, q, sizeof(q), 0, (struct sockaddr *)&from, &from_len);
	size_t at = 12, len;
	unsigned octet;

	if (n < 17)
		return;
	s->asked++;
	octet = (unsigned)strtoul((const char *)q + 13, NULL, 10);
	while (at < (size_t)n && q[at] != 0)
		at += q[at] + 1u;
	len = at + 5;
	if (octet >= ARRAY_SIZE(answers))
		octet = 1;
	if (answers[octet].answer == NO_ANSWER)
		return;
	memcpy(a, q, len);
	a[2] = 0x81;
	a[3] = 0x80;
	memset(a + 4, 0, 8);
	a[5] = 1;
	if (answers[octet].answer == WRONG_ID)
		a[0] ^= 0x55;
	if (answers[octet].answer == REFUSED)
		a[3] |= 5;
	if (answers[octet].answer == NOT_THERE)
		a[3] |= 3;
	if (answers[octet].answer == GARBAGE)
		memset(a + 4, 0xff, len - 4);
	if (answers[octet].len > 0) {
		size_t label = answers[octet].len;
		/* A pointer to the question's name, PTR, IN, a TTL, the length. */
		unsigned char head[] = { 0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 60, 0, 0 };

		a[7] = 1;
		head[11] = (unsigned char)(label + 10);
		memcpy(a + len, head, sizeof(head));
		len += sizeof(head);
		a[len++] = (unsigned char)label;
		memcpy(a + len, answers[octet].label, label);
		len += label;
		memcpy(a + len, "\7example", 9);
		len += 9;
	}
	sendto(s->fd, a, len, 0, (struct sockaddr *)&from, from_len);
}

static struct addr addr_of(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, strlen(text), &a));
	return a;
}

/* Serves and takes until nothing is under way, or until so many questions came (0: no matter). */
static void run(struct fixture *f, unsigned until_asked)
{
	int64_t end_ns = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	while (f->namer.ops->waiting(f->namer.priv) &&
	       (until_asked == 0 || f->server.asked < until_asked)) {
		struct pollfd fds[] = {
			{ .fd = f->server.fd, .events = POLLIN },
			{ .fd = f->namer.ops->fd(f->namer.priv), .events = POLLIN },
		};

		assert_true(clock_ns(CLOCK_MONOTONIC) < end_ns);
		assert_true(poll(fds, ARRAY_SIZE(fds), 10000) >= 0);
		if (fds[0].revents != 0)
			serve(&f->server);
		if (fds[1].revents != 0)
			f->namer.ops->step(f->namer.priv);
	}
}

static void check_name(struct fixture *f, const char *addr, const char *name)
{
	struct addr a = addr_of(addr);
	struct str s = namer_host(&f->namer, &a);

	if (s.len != strlen(name) || memcmp(s.s, name, s.len) != 0)
		fail_msg("%s: \"%.*s\", not \"%s\"", addr, (int)s.len, s.s, name);
}

static void ask(struct fixture *f, const char *addr)
{
	struct addr a = addr_of(addr);

	namer_ask(&f->namer, &a);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct hosts_cfg cfg = { .dir = "/nowhere", .timeout_ms = 50 };

	*state = f;
	if (!open_server(&f->server))
		return 0;
	cfg.servers = f->server.where;
	f->namer = hosts_new(&cfg);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->namer.ops != NULL)
		hosts_free(&f->namer);
	if (f->server.fd >= 0)
		close(f->server.fd);
	free(f);
	return 0;
}

static struct fixture *ready(void **state)
{
	struct fixture *f = *state;

	if (hosts_missing() != NULL || f->namer.ops == NULL)
		skip();
	return f;
}

static void test_hosts_get_their_names(void **state)
{
	struct fixture *f = ready(state);

	check_name(f, "10.0.0.1", "");
	assert_int_equal(f->server.asked, 0);
	assert_false(f->namer.ops->waiting(f->namer.priv));
	ask(f, "10.0.0.1");
	ask(f, "10.0.0.1");
	/* Until it is there the address is all there is. */
	check_name(f, "10.0.0.1", "");
	run(f, 0);
	check_name(f, "10.0.0.1", "web-07.example");
	assert_int_equal(f->server.asked, 1);
	/* It is kept, and so is that there is none. */
	ask(f, "10.0.0.1");
	ask(f, "10.0.0.6");
	run(f, 0);
	ask(f, "10.0.0.6");
	run(f, 0);
	check_name(f, "10.0.0.6", "");
	assert_int_equal(f->server.asked, 2);
	ask(f, "2001:db8::1");
	run(f, 0);
	check_name(f, "2001:db8::1", "web-07.example");
}

static void test_hosts_that_would_not_be_names(void **state)
{
	static const char *const bad[] = { "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5",
					   "10.0.0.7", "10.0.0.8", "10.0.0.9", "10.0.0.10" };
	struct fixture *f = ready(state);

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ask(f, bad[i]);
	run(f, 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check_name(f, bad[i], "");
}

static void test_hosts_without_an_answer(void **state)
{
	struct fixture *f = ready(state);
	unsigned asked;

	ask(f, "10.0.0.0");
	assert_true(f->namer.ops->waiting(f->namer.priv));
	run(f, 0);
	check_name(f, "10.0.0.0", "");
	asked = f->server.asked;
	assert_in_range(asked, 1, 2);
	/* Not again at once. */
	ask(f, "10.0.0.0");
	assert_false(f->namer.ops->waiting(f->namer.priv));
}

static void test_hosts_are_not_all_asked_for_at_once(void **state)
{
	struct fixture *f = ready(state);

	for (unsigned i = 0; i < 500; i++) {
		char text[32];

		snprintf(text, sizeof(text), "10.1.%u.%u", i / 200, 11 + i % 200);
		ask(f, text);
	}
	run(f, 0);
	assert_int_equal(f->server.asked, HOSTS_ASKED);
	check_name(f, "10.1.0.11", "web-07.example");
	check_name(f, "10.1.1.11", "");
}

/* More than are kept: what is old goes, and what is asked for comes. */
static void test_hosts_are_bounded(void **state)
{
	struct fixture *f = ready(state);
	char text[32] = "";

	for (unsigned i = 0; i < HOSTS_KEPT + 100; i++) {
		snprintf(text, sizeof(text), "10.%u.%u.%u", 2 + i / 40000, i / 200 % 200,
			 11 + i % 200);
		ask(f, text);
		if (i % HOSTS_ASKED == 0)
			run(f, 0);
	}
	run(f, 0);
	ask(f, text);
	run(f, 0);
	check_name(f, text, "web-07.example");
}

static void test_hosts_of_ours_are_not_asked_for(void **state)
{
	static const char *const local[] = {
		"127.0.0.1", "127.8.9.10", "0.0.0.0",   "::",          "::1",
		"fe80::1",   "ff02::1",    "224.0.0.1", "169.254.1.1", "255.255.255.255"
	};
	struct fixture *f = ready(state);

	for (size_t i = 0; i < ARRAY_SIZE(local); i++)
		ask(f, local[i]);
	assert_false(f->namer.ops->waiting(f->namer.priv));
}

static void test_hosts_end_with_questions_under_way(void **state)
{
	struct fixture *f = ready(state);

	ask(f, "10.0.0.0");
	ask(f, "10.0.0.1");
	run(f, 1);
	/* teardown() ends it here. */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hosts_get_their_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hosts_that_would_not_be_names, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_hosts_without_an_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hosts_are_not_all_asked_for_at_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_hosts_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hosts_of_ours_are_not_asked_for, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_hosts_end_with_questions_under_way, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
