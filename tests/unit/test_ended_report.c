/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake.h"
#include "json_check.h"
#include "sockeye/output/ended_report.h"

#define NS_PER_S INT64_C(1000000000)

/* Held by a process with a name of the worst sort; a listener that two share. */
static const char sample[] =
	"user 33 www-data\n"
	"sock tcp LISTEN 10.4.0.7:80 - cookie 1 ino 101\n"
	"sock tcp ESTABLISHED 10.4.0.7:80 10.4.1.17:40001 cookie 2 ino 102 uid 33\n"
	"sock udp CLOSE 0.0.0.0:53 - cookie 3 ino 103\n"
	"proc 10 \"a b,\\\"\\e[31m\" \nhold 10 5 101\nhold 10 6 102\nhold 10 7 103\n"
	"proc 11 nginx\nhold 11 5 101\n";

struct bench {
	struct snap_pool *pool;
	struct ended_report *report;
	const struct snap *snap;
	struct ended_list list;
	struct filter *filter;
	int fd;
	char text[16384];
};

static void set_up(struct bench *b, struct ended_report_cfg cfg, const char *filter)
{
	struct err e;

	*b = (struct bench){ .pool = snap_pool_new(), .fd = memfd_create("report", MFD_CLOEXEC) };
	assert_true(b->fd >= 0);
	b->filter = filter_parse(filter, strlen(filter), &e);
	assert_non_null(b->filter);
	cfg.select = (struct select){ .protos = PROTO_BIT(PROTO_TCP) | PROTO_BIT(PROTO_UDP),
				      .v4 = true,
				      .v6 = true };
	cfg.filter = b->filter;
	cfg.fd = b->fd;
	b->report = ended_report_new(&cfg);
	b->snap = fake_snap(sample, b->pool, NULL);
	assert_int_equal(ended_report_sample(b->report, b->snap), 0);
}

static void tear_down(struct bench *b)
{
	ended_report_free(b->report);
	arena_free(&b->list.mem);
	snap_unref(b->snap);
	snap_pool_free(b->pool);
	filter_free(b->filter);
	close(b->fd);
}

/* One second after the sample. */
static void add(struct bench *b, uint64_t cookie, uint16_t lport, uint16_t rport, enum proto proto)
{
	static const uint8_t here[4] = { 10, 4, 0, 7 }, there[4] = { 10, 4, 1, 17 }, none[4];
	struct ended *x = arena_push(&b->list.mem, sizeof(*x));

	assert_non_null(x);
	*x = (struct ended){ .local = addr_v4(here),
			     .remote = addr_v4(rport != 0 ? there : none),
			     .cookie = cookie,
			     .mono_ns = b->snap->mono_ns + NS_PER_S,
			     .sent = 1000,
			     .received = 501,
			     .lport = lport,
			     .rport = rport,
			     .family = 2, /* AF_INET */
			     .proto = (uint8_t)proto,
			     .state = proto == PROTO_TCP ? 0 : ST_CLOSE,
			     .flags = proto == PROTO_TCP
					      ? ENDED_OPENED | ENDED_SENT | ENDED_RECEIVED
					      : 0 };
	b->list.n++;
}

/* What was written since the last call. */
static const char *written(struct bench *b)
{
	struct err e;
	ssize_t n;

	assert_int_equal(ended_report_write(b->report, &b->list, -b->snap->mono_ns, &e), 0);
	n = pread(b->fd, b->text, sizeof(b->text) - 1, 0);
	assert_true(n >= 0);
	b->text[n] = '\0';
	assert_int_equal(ftruncate(b->fd, 0), 0);
	assert_int_equal(lseek(b->fd, 0, SEEK_SET), 0);
	b->list.n = 0;
	b->list.mem.used = 0;
	return b->text;
}

static void test_ended_report_lines_have_ten_columns(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, (struct ended_report_cfg){ .head = true }, "");
	add(&b, 2, 80, 40001, PROTO_TCP);
	add(&b, 77, 80, 40002, PROTO_TCP);
	add(&b, 3, 53, 0, PROTO_UDP);
	assert_string_equal(
		written(&b),
		"TIME                     PROTO LOCAL                 REMOTE                BYTES_SENT "
		"BYTES_RECEIVED DURATION COOKIE   OWNER OWNERS\n"
		"1970-01-01T00:00:01.000Z tcp   10.4.0.7:80           10.4.1.17:40001             1000 "
		"           501    >1.0s 0x2      -     a\\x20b\\x2c\"\\e[31m[10]:6\n"
		"1970-01-01T00:00:01.000Z tcp   10.4.0.7:80           10.4.1.17:40002             1000 "
		"           501    <1.0s 0x4d     not-seen "
		"(a\\x20b\\x2c\"\\e[31m[10]:5,nginx[11]:5)\n"
		"1970-01-01T00:00:01.000Z udp   10.4.0.7:53           -                              - "
		"             -    >1.0s 0x3      -        a\\x20b\\x2c\"\\e[31m[10]:7\n");
	tear_down(&b);
}

static void test_ended_report_objects_are_json(void **state)
{
	struct bench b;
	const char *text;

	(void)state;
	set_up(&b, (struct ended_report_cfg){ .json = true }, "");
	add(&b, 2, 80, 40001, PROTO_TCP);
	add(&b, 77, 80, 0, PROTO_TCP);
	b.list.lost = 12;
	text = written(&b);
	for (unsigned i = 0; i < 3; i++) {
		size_t len = strcspn(text, "\n");

		assert_true(json_is_valid(text, len));
		text += len + 1;
	}
	assert_string_equal(text, "");
	assert_non_null(strstr(b.text, "\"cookie\":\"0x2\",\"bytes_sent\":1000,\"bytes_retrans\":0,"
				       "\"bytes_received\":501,\"duration_ms\":null,"
				       "\"duration_min_ms\":1000,\"duration_max_ms\":null,"
				       "\"state\":\"ESTABLISHED\",\"uid\":33,\"inode\":102,"));
	assert_non_null(strstr(b.text, "\"remote\":null,\"cookie\":\"0x4d\""));
	assert_non_null(strstr(b.text, "\"event\":\"lost\",\"count\":12,\"more\":false}"));
	assert_true(ended_report_lost(b.report));
	tear_down(&b);
}

/* Of one that a sample had all is known; of another only what its end tells. */
static void test_ended_report_filters_by_what_is_known(void **state)
{
	static const struct {
		const char *filter;
		unsigned passes; /* 1: the one of the sample, 2: the other */
	} asked[] = {
		{ "", 3 },
		{ "dport = :40002", 2 },
		{ "state established", 1 },
		{ "user = www-data", 1 },
		{ "not user = root", 1 },
		{ "pid = 10", 3 },
		{ "fd = 6", 1 },
		{ "comm = nginx", 2 },
		{ "listener = :80", 3 },
		{ "cookie = 77 or inode = 102", 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		struct bench b;
		const char *text;

		set_up(&b, (struct ended_report_cfg){ .json = true }, asked[i].filter);
		add(&b, 2, 80, 40001, PROTO_TCP);
		add(&b, 77, 80, 40002, PROTO_TCP);
		text = written(&b);
		if ((strstr(text, "\"0x2\"") != NULL) != (asked[i].passes & 1) ||
		    (strstr(text, "\"0x4d\"") != NULL) != asked[i].passes >> 1)
			fail_msg("%s: %s", asked[i].filter, text);
		tear_down(&b);
	}
}

static void test_ended_report_stops_at_its_limit(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, (struct ended_report_cfg){ .limit = 2 }, "");
	for (uint64_t cookie = 70; cookie < 75; cookie++)
		add(&b, cookie, 80, 40002, PROTO_TCP);
	b.list.lost = 1;
	assert_null(strstr(written(&b), "0x48"));
	assert_true(ended_report_done(b.report));
	tear_down(&b);
}

/* The process closed it, and the newest sample has it without; the one before knew. */
static void test_ended_report_remembers_who_held_an_orphan(void **state)
{
	static const char later[] = "sock tcp FIN_WAIT1 10.4.0.7:80 10.4.1.17:40001 cookie 2\n";
	const struct snap *orphan;
	struct bench b;

	(void)state;
	set_up(&b, (struct ended_report_cfg){ .json = true }, "");
	orphan = fake_snap(later, b.pool, b.snap);
	assert_int_equal(ended_report_sample(b.report, orphan), 0);
	add(&b, 2, 80, 40001, PROTO_TCP);
	assert_non_null(strstr(written(&b), "\"owners\":[{\"pid\":10,"));
	snap_unref(orphan);
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ended_report_lines_have_ten_columns),
		cmocka_unit_test(test_ended_report_objects_are_json),
		cmocka_unit_test(test_ended_report_filters_by_what_is_known),
		cmocka_unit_test(test_ended_report_stops_at_its_limit),
		cmocka_unit_test(test_ended_report_remembers_who_held_an_orphan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
