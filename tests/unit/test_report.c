/* SPDX-License-Identifier: MIT */
/*
 * Reports of fixtures against tests/golden/report. UPDATE_GOLDEN=1 writes those files instead; the
 * difference is for review.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "json_check.h"
#include "sockeye/output/report.h"

#define HOST "\"host\":\""

static void read_all(int fd, struct buf *out)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(out, chunk, (size_t)n);
	buf_add(out, "", 0);
}

static void source_path(struct buf *path, const char *name)
{
	const char *srcdir = getenv("srcdir");

	buf_fmt(path, "%s/tests/%s", srcdir != NULL ? srcdir : ".", name);
}

static bool read_source(const char *name, struct buf *out)
{
	struct buf path = { 0 };
	int fd;

	source_path(&path, name);
	fd = open(path.s, O_RDONLY | O_CLOEXEC);
	buf_free(&path);
	if (fd < 0)
		return false;
	read_all(fd, out);
	close(fd);
	return true;
}

static struct report_cfg config(enum by by)
{
	return (struct report_cfg){ .query = { .select = { .protos = 3, .v4 = true, .v6 = true },
					       .by = by,
					       .prefix4 = 32,
					       .prefix6 = 128,
					       .sort = SORT_NATURAL },
				    .head = true,
				    .top = UINT32_MAX,
				    .filter_text = "",
				    .set = TEXT_UTF8 };
}

struct bench {
	struct snap_pool *pool;
	const struct snap *snap;
	struct report *report;
	struct filter *filter;
	bool complete;
};

static struct bench setup(const char *fixture, struct report_cfg cfg)
{
	struct bench b = { .pool = snap_pool_new() };
	struct buf text = { 0 };
	struct err e;

	if (!read_source(fixture, &text))
		fail_msg("%s: %s", fixture, strerror(errno));
	b.snap = fake_snap(text.s, b.pool, NULL);
	buf_free(&text);
	b.filter = filter_parse(cfg.filter_text, strlen(cfg.filter_text), &e);
	if (b.filter == NULL)
		fail_msg("%s: %s", cfg.filter_text, e.msg);
	cfg.query.filter = b.filter;
	b.report = report_new(&cfg);
	return b;
}

static void teardown(struct bench *b)
{
	report_free(b->report);
	filter_free(b->filter);
	snap_unref(b->snap);
	snap_pool_free(b->pool);
}

/* A file, so that a report of any length can be written before it is read. */
static struct buf write_report(struct bench *b, int times)
{
	FILE *file = tmpfile();
	struct buf out = { 0 };
	struct err e;

	assert_non_null(file);
	for (int i = 0; i < times; i++)
		assert_int_equal(report_write(b->report, b->snap, fileno(file), &b->complete, &e),
				 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	read_all(fileno(file), &out);
	fclose(file);
	return out;
}

/* The name of the machine that runs the test is no part of what is expected. */
static void hide_host(struct buf *b)
{
	char *from = strstr(b->s, HOST), *to;
	struct buf hidden = { 0 };

	if (from == NULL)
		return;
	from += strlen(HOST);
	to = strchr(from, '"');
	buf_add(&hidden, b->s, (size_t)(from - b->s));
	buf_str(&hidden, "HOST");
	buf_str(&hidden, to);
	buf_free(b);
	*b = hidden;
}

static void write_source(const char *name, const struct buf *b)
{
	struct buf path = { 0 };
	FILE *out;

	source_path(&path, name);
	out = fopen(path.s, "we");
	assert_non_null(out);
	assert_int_equal(fwrite(b->s, 1, b->len, out), b->len);
	assert_int_equal(fclose(out), 0);
	buf_free(&path);
}

static void assert_golden(const char *name, struct buf *got)
{
	struct buf want = { 0 };

	hide_host(got);
	if (getenv("UPDATE_GOLDEN") != NULL)
		write_source(name, got);
	if (!read_source(name, &want))
		fail_msg("%s: %s; UPDATE_GOLDEN=1 makes it", name, strerror(errno));
	assert_string_equal(got->s, want.s);
	buf_free(&want);
	buf_free(got);
}

/* ---- goldens --------------------------------------------------------- */

struct golden {
	const char *name, *fixture, *filter;
	enum by by;
	void (*change)(struct report_cfg *cfg);
};

static void overview(struct report_cfg *cfg)
{
	cfg->overview = true;
	cfg->top = 3;
}

static void summary(struct report_cfg *cfg)
{
	cfg->summary = true;
}

static void prefix(struct report_cfg *cfg)
{
	cfg->query.prefix4 = 24;
	cfg->query.prefix6 = 48;
}

static void top(struct report_cfg *cfg)
{
	cfg->top = 2;
	cfg->head = false;
	cfg->query.sort = COL_RECV_Q;
}

static void all_columns(struct report_cfg *cfg)
{
	cfg->timers = true;
	cfg->details = DETAIL_PART_SOCKET;
}

static void details(struct report_cfg *cfg)
{
	cfg->timers = true;
	cfg->details = DETAIL_PART_SOCKET | DETAIL_PART_MEMORY | DETAIL_PART_INFO;
}

static void memory_in_digits(struct report_cfg *cfg)
{
	cfg->details = DETAIL_PART_MEMORY;
	cfg->numeric = true;
}

static void info_in_digits(struct report_cfg *cfg)
{
	cfg->details = DETAIL_PART_INFO;
	cfg->numeric = true;
}

static void ascii(struct report_cfg *cfg)
{
	cfg->set = TEXT_ASCII;
}

static void tcp_only(struct report_cfg *cfg)
{
	cfg->query.select.protos = 1u << PROTO_TCP;
}

static void places(struct report_cfg *cfg)
{
	cfg->places = true;
}

static void families(struct report_cfg *cfg)
{
	cfg->query.select.protos = PROTOS_ALL;
}

static void families_columns(struct report_cfg *cfg)
{
	families(cfg);
	all_columns(cfg);
}

static void families_overview(struct report_cfg *cfg)
{
	families(cfg);
	overview(cfg);
}

static void unix_only(struct report_cfg *cfg)
{
	cfg->query.select.protos = PROTO_BIT(PROTO_UNIX);
}

static const struct golden goldens[] = {
	{ "overview", "web", "", BY_STATE, overview },
	{ "summary", "web", "state close-wait", BY_STATE, summary },
	{ "state", "web", "", BY_STATE, NULL },
	{ "process", "web", "", BY_PROCESS, NULL },
	{ "process-filtered", "web", "state close-wait", BY_PROCESS, NULL },
	{ "process-top", "web", "", BY_PROCESS, top },
	{ "program", "web", "", BY_PROGRAM, NULL },
	{ "user", "web", "", BY_USER, NULL },
	{ "remote", "web", "", BY_REMOTE, NULL },
	{ "remote-prefix", "web", "", BY_REMOTE, prefix },
	{ "listener", "web", "", BY_LISTENER, NULL },
	{ "socket", "web", "", BY_SOCKET, NULL },
	{ "socket-columns", "web", "sport = :8080", BY_SOCKET, all_columns },
	{ "details", "details", "", BY_SOCKET, details },
	{ "details-memory", "details", "", BY_SOCKET, memory_in_digits },
	{ "details-info", "details", "", BY_SOCKET, info_in_digits },
	{ "hostile-process", "hostile", "", BY_PROCESS, NULL },
	{ "hostile-program", "hostile", "", BY_PROGRAM, ascii },
	{ "hostile-user", "hostile", "", BY_USER, NULL },
	{ "hostile-remote", "hostile", "", BY_REMOTE, NULL },
	{ "hostile-listener", "hostile", "", BY_LISTENER, NULL },
	{ "hostile-socket", "hostile", "", BY_SOCKET, all_columns },
	{ "partial-state", "partial", "", BY_STATE, NULL },
	{ "partial-process", "partial", "", BY_PROCESS, NULL },
	{ "partial-summary", "partial", "", BY_STATE, summary },
	{ "partial-tcp", "partial", "", BY_STATE, tcp_only },
	{ "container", "containers", "", BY_CONTAINER, places },
	{ "unit", "containers", "", BY_UNIT, places },
	{ "places-process", "containers", "", BY_PROCESS, places },
	{ "netns", "netns", "", BY_NETNS, NULL },
	{ "netns-process", "netns", "", BY_PROCESS, NULL },
	{ "netns-listener", "netns", "", BY_LISTENER, NULL },
	{ "netns-socket", "netns", "", BY_SOCKET, NULL },
	{ "places-socket", "containers", "", BY_SOCKET, places },
	{ "families-socket", "families", "", BY_SOCKET, families },
	{ "families-columns", "families", "not proto = tcp", BY_SOCKET, families_columns },
	{ "families-process", "families", "", BY_PROCESS, families },
	{ "families-user", "families", "", BY_USER, families },
	{ "families-unix", "families", "src unix:/tmp/.x11-UNIX/*", BY_PROCESS, unix_only },
	{ "families-overview", "families", "", BY_STATE, families_overview },
	{ "families-state", "families", "", BY_STATE, families },
	{ "trouble-overview", "trouble", "", BY_STATE, overview },
	{ "trouble-summary", "trouble", "", BY_STATE, summary },
	{ "trouble-state", "trouble", "", BY_STATE, NULL },
};

static struct bench setup_golden(const struct golden *g, bool json)
{
	struct report_cfg cfg = config(g->by);
	char fixture[64];

	snprintf(fixture, sizeof(fixture), "fixtures/%s.txt", g->fixture);
	cfg.filter_text = g->filter;
	cfg.json = json;
	if (g->change != NULL)
		g->change(&cfg);
	return setup(fixture, cfg);
}

static void check_goldens(bool json)
{
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
		struct bench b = setup_golden(&goldens[i], json);
		struct buf got = write_report(&b, 1);
		char name[96];

		snprintf(name, sizeof(name), "golden/report/%s.%s", goldens[i].name,
			 json ? "json" : "txt");
		assert_golden(name, &got);
		teardown(&b);
	}
}

static void test_report_json_is_as_it_was(void **state)
{
	(void)state;
	check_goldens(true);
}

static void test_report_text_is_as_it_was(void **state)
{
	(void)state;
	check_goldens(false);
}

/* ---- promises -------------------------------------------------------- */

static void test_report_json_is_one_valid_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
		struct bench b = setup_golden(&goldens[i], true);
		struct buf got = write_report(&b, 1);

		assert_int_equal(got.s[got.len - 1], '\n');
		assert_ptr_equal(strchr(got.s, '\n'), got.s + got.len - 1);
		assert_true(json_is_valid(got.s, got.len - 1));
		buf_free(&got);
		teardown(&b);
	}
}

/*
 * Columns that blanks count, in every row as in the head, of which the last may have blanks where
 * it is words of ss; nothing but printable text.
 */
static void check_columns(const struct buf *text, bool words)
{
	size_t columns = 0;

	for (const char *line = text->s; *line != '\0';) {
		const char *end = strchr(line, '\n');
		size_t n = 0;

		for (const char *p = line; p < end; p++) {
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
			n += *p != ' ' && (p == line || p[-1] == ' ');
		}
		if (columns == 0)
			columns = n;
		assert_true(words ? n >= columns : n == columns);
		line = end + 1;
	}
}

static void test_report_text_has_the_same_columns_in_every_row(void **state)
{
	static const char *const fixtures[] = { "fixtures/web.txt", "fixtures/hostile.txt",
						"fixtures/details.txt" };

	(void)state;
	for (enum by by = BY_PROCESS; by < BY_COUNT; by++) {
		for (size_t i = 0; i < ARRAY_SIZE(fixtures); i++) {
			struct report_cfg cfg = config(by);
			struct bench b;
			struct buf got;

			all_columns(&cfg);
			b = setup(fixtures[i], cfg);
			got = write_report(&b, 1);
			check_columns(&got, by == BY_SOCKET);
			buf_free(&got);
			teardown(&b);
		}
	}
}

static void test_report_text_samples_stand_apart_by_an_empty_line(void **state)
{
	struct bench b = setup("fixtures/partial.txt", config(BY_STATE));
	struct buf got = write_report(&b, 3);
	unsigned empty = 0;

	(void)state;
	for (const char *p = got.s; (p = strstr(p, "\n\n")) != NULL; p++)
		empty++;
	assert_int_equal(empty, 2);
	assert_true(got.s[0] != '\n');
	buf_free(&got);
	teardown(&b);
}

static void assert_complete(const char *fixture, const char *filter, struct report_cfg cfg,
			    bool want)
{
	struct bench b;
	struct buf got;

	cfg.filter_text = filter;
	b = setup(fixture, cfg);
	got = write_report(&b, 1);
	assert_int_equal(b.complete, want);
	buf_free(&got);
	teardown(&b);
}

static void assert_total(const char *filter, bool json, const char *want)
{
	struct report_cfg cfg = config(BY_STATE);
	struct buf out;
	struct bench b;

	cfg.filter_text = filter;
	cfg.json = json;
	cfg.summary = true;
	b = setup("fixtures/web.txt", cfg);
	snap_unref(b.snap);
	b.snap =
		fake_snap("thinned\nsock tcp CLOSE_WAIT 10.0.0.1:80 10.0.0.2:4000\n", b.pool, NULL);
	out = write_report(&b, 1);
	if (strstr(out.s, want) == NULL)
		fail_msg("%s: not in %s", want, out.s);
	buf_free(&out);
	teardown(&b);
}

static void test_report_knows_no_total_where_the_kernel_filtered(void **state)
{
	(void)state;
	assert_total("state close-wait", true, "\"total\":null,\"matched\":1,");
	assert_total("state close-wait", false, "total -\nmatched 1\n");
	/* without a filter only what is not selected can be missing, which no total counts */
	assert_total("", true, "\"total\":1,\"matched\":1,");
	assert_total("", false, "total 1\nmatched 1\n");
}

/* ---- bytes a second -------------------------------------------------- */

#define COUNTED(at, sent, received)                                                     \
	"sample 179516706" at "\nsock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:4000 ino 5 " \
	"sent " sent " received " received "\nsock tcp LISTEN 10.0.0.1:80 - ino 6\n"    \
	"sock udp CLOSE 10.0.0.1:53 - ino 7\nproc 7 web\nhold 7 1 5\nhold 7 2 6\nhold 7 3 7\n"

/* The second of two samples, two seconds apart, has what the keys or columns end with. */
static void assert_rates(enum by by, bool json, const char *first, const char *want)
{
	struct report_cfg cfg = config(by);
	const struct snap *before;
	struct bench b;
	struct buf got;

	cfg.rates = true;
	cfg.json = json;
	b = setup("fixtures/web.txt", cfg);
	snap_unref(b.snap);
	before = b.snap = fake_snap(COUNTED("4000", "100", "0"), b.pool, NULL);
	got = write_report(&b, 1);
	if (strstr(got.s, first) == NULL)
		fail_msg("%s: not in %s", first, got.s);
	buf_free(&got);
	b.snap = fake_snap(COUNTED("6000", "1101", "200000"), b.pool, before);
	got = write_report(&b, 1);
	if (strstr(got.s, want) == NULL)
		fail_msg("%s: not in %s", want, got.s);
	buf_free(&got);
	snap_unref(before);
	teardown(&b);
}

static void test_report_has_bytes_a_second(void **state)
{
	(void)state;
	for (enum by by = BY_PROCESS; by <= BY_LISTENER; by++)
		assert_rates(by, true, "\"in_rate\":null,\"out_rate\":null}",
			     "\"in_rate\":100000,\"out_rate\":501}");
	assert_rates(BY_PROCESS, false, " IN_RATE OUT_RATE STATES\n",
		     "0  100000      501 ESTABLISHED=1");
	assert_rates(BY_REMOTE, false, " - ", " 100000      501 ESTABLISHED=1");
	assert_rates(BY_SOCKET, true, "\"in_rate\":null,\"out_rate\":null}",
		     "\"in_rate\":100000,\"out_rate\":501}");
	/* Who counts nothing has none. */
	assert_rates(BY_SOCKET, true, "\"proto\":\"udp\"", "\"in_rate\":null,\"out_rate\":null}]}");
	assert_rates(BY_SOCKET, false, "IN_RATE OUT_RATE OWNER", "10.0.0.2:4000  100000      501 ");
}

static void test_report_names_only_sources_that_it_needs(void **state)
{
	struct report_cfg state_cfg = config(BY_STATE), process = config(BY_PROCESS);

	(void)state;
	assert_complete("fixtures/web.txt", "", process, true);
	assert_complete("fixtures/partial.txt", "", state_cfg, false);
	state_cfg.query.select.protos = process.query.select.protos = 1u << PROTO_TCP;
	assert_complete("fixtures/partial.txt", "", state_cfg, true);
	assert_complete("fixtures/partial.txt", "", process, false);
	/* Of these sockets each has its process, or never had one. */
	assert_complete("fixtures/partial.txt", "dst 10.0.0.2", process, true);
	assert_complete("fixtures/partial.txt", "state time-wait", process, true);
	/* But a filter for a process may have missed some of those that it could not see. */
	assert_complete("fixtures/partial.txt", "pid = 700", process, false);
	assert_complete("fixtures/partial.txt", "pid = 700", state_cfg, false);
}

static void test_report_names_sources_that_are_not_collected(void **state)
{
	static const struct missing missing[] = { { "unix", "not collected" },
						  { "raw", "nor this" } };
	struct report_cfg cfg = config(BY_STATE);
	struct bench b;
	struct buf got;

	(void)state;
	cfg.json = true;
	b = setup("fixtures/web.txt", cfg);
	report_set_missing(b.report, missing, 2);
	got = write_report(&b, 1);
	assert_false(b.complete);
	assert_non_null(strstr(
		got.s,
		"\"complete\":false,\"problems\":[{\"source\":\"unix\","
		"\"reason\":\"not collected\"},{\"source\":\"raw\",\"reason\":\"nor this\"}]"));
	buf_free(&got);
	report_set_missing(b.report, missing, 0);
	got = write_report(&b, 1);
	assert_true(b.complete);
	buf_free(&got);
	teardown(&b);
}

static void test_report_says_when_it_cannot_write(void **state)
{
	struct bench b = setup("fixtures/web.txt", config(BY_SOCKET));
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), ends[2];
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);
	struct err e;

	(void)state;
	assert_true(full >= 0);
	assert_int_equal(report_write(b.report, b.snap, full, &b.complete, &e), -ENOSPC);
	assert_non_null(strstr(e.msg, "cannot write: "));
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	close(ends[0]);
	assert_int_equal(report_write(b.report, b.snap, ends[1], &b.complete, &e), -EPIPE);
	close(ends[1]);
	close(full);
	signal(SIGPIPE, old);
	/* The failure of one write is not that of the next. */
	buf_free(&(struct buf[1]){ write_report(&b, 1) }[0]);
	teardown(&b);
}

/* Reads a byte at a time, so that the writer has to try again and again. */
static void drain_slowly(int fd, size_t *len)
{
	char c;

	while (read(fd, &c, 1) == 1)
		++*len;
}

static void test_report_writes_all_through_a_slow_pipe_that_does_not_block(void **state)
{
	struct report_cfg cfg = config(BY_SOCKET);
	struct bench b;
	struct buf whole;
	size_t len = 0;
	int ends[2], status;
	pid_t child;

	(void)state;
	cfg.json = true;
	b = setup("fixtures/many.txt", cfg);
	/* The first of a run does not say what is new. */
	whole = write_report(&b, 1);
	buf_free(&whole);
	whole = write_report(&b, 1);
	assert_true(whole.len > 200000);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct err e;

		_exit(report_write(b.report, b.snap, ends[1], &b.complete, &e) == 0 ? 0 : 1);
	}
	close(ends[1]);
	drain_slowly(ends[0], &len);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(len, whole.len);
	buf_free(&whole);
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report_json_is_as_it_was),
		cmocka_unit_test(test_report_text_is_as_it_was),
		cmocka_unit_test(test_report_json_is_one_valid_line),
		cmocka_unit_test(test_report_text_has_the_same_columns_in_every_row),
		cmocka_unit_test(test_report_text_samples_stand_apart_by_an_empty_line),
		cmocka_unit_test(test_report_knows_no_total_where_the_kernel_filtered),
		cmocka_unit_test(test_report_has_bytes_a_second),
		cmocka_unit_test(test_report_names_only_sources_that_it_needs),
		cmocka_unit_test(test_report_names_sources_that_are_not_collected),
		cmocka_unit_test(test_report_says_when_it_cannot_write),
		cmocka_unit_test(test_report_writes_all_through_a_slow_pipe_that_does_not_block),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
