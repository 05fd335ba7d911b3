/* SPDX-License-Identifier: MIT */
/*
 * bench_screen SOCKEYE LOADGEN: what the interface costs a terminal and the one who waits at it,
 * beside the budgets. Runs the real program on a terminal of libvterm, in network namespaces of
 * its own (root): an empty one, one of 1,000 sockets, one of 100,000 with 1,000 connections
 * replaced a second, and one of a million. Ends with 1 if a budget was missed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "vt.h"

#define LIMIT_MS    30000
#define INTERVAL_MS 2000
#define REFRESHES   10    /* looked at for one figure */
#define KEYS_MAX    20000 /* of which latency is taken */
#define KEYS_NEAR   500   /* of these while a refresh is made */
#define KEYS_BYTES  20
#define MS          INT64_C(1000000)
#define RESIZES     150
#define STORM_MS    1200
#define ROW_SIZE    8192
#define STATES_COL  2 /* in the pane of the states */

struct bench {
	char *sockeye, *loadgen;
	bool missed;
};

struct load {
	pid_t pid;
	int hold; /* it ends when this is closed */
};

struct sizes {
	int rows, cols;
	unsigned long long first, steady, still, key; /* budgets in bytes */
};

static const struct sizes sizes[] = {
	{ 24, 80, 4000, 700, 60, 350 },
	{ 50, 200, 16000, 2000, 60, 600 },
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "bench_screen: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- figures ---------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The value that so many percent are not above; sorts. */
static int64_t percentile(int64_t *v, size_t n, size_t percent)
{
	qsort(v, n, sizeof(*v), compare);
	return v[(n - 1) * percent / 100];
}

/* One row of the table. A figure is met when it is not above the budget. */
static void report(struct bench *b, const char *what, const char *unit, double budget, double got,
		   const char *more)
{
	const bool met = got <= budget;

	printf("| %-46s | %8.6g %-5s | %8.6g %-5s | %-6s | %s |\n", what, budget, unit, got, unit,
	       met ? "met" : "MISSED", more);
	fflush(stdout);
	b->missed |= !met;
}

static void report_bytes(struct bench *b, const char *what, const struct sizes *s,
			 unsigned long long budget, int64_t *got, size_t n)
{
	char name[64], more[64];
	const int64_t median = percentile(got, n, 50);

	snprintf(name, sizeof(name), "%s, %dx%d", what, s->cols, s->rows);
	if (n == 1)
		snprintf(more, sizeof(more), "once");
	else
		snprintf(more, sizeof(more), "median of %zu; %lld to %lld", n, (long long)got[0],
			 (long long)got[n - 1]);
	report(b, name, "bytes", (double)budget, (double)median, more);
}

/* ---- loads and programs ----------------------------------------------- */

static void enter_namespace(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		fail(path);
	close(fd);
}

/* From here on this process, and what it starts, is where the sockets are. */
static struct load load_start(const struct bench *b, const char *connections, const char *churn)
{
	char words[4][16];
	char *argv[] = { b->loadgen, words[0], words[1], words[2], words[3], NULL };
	struct load l;
	int in[2], out[2], pid;
	FILE *f;

	snprintf(words[0], sizeof(words[0]), "-n");
	snprintf(words[1], sizeof(words[1]), "%s", connections);
	snprintf(words[2], sizeof(words[2]), "-c");
	snprintf(words[3], sizeof(words[3]), "%s", churn);
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		fail("pipe");
	l.pid = fork();
	if (l.pid < 0)
		fail("fork");
	if (l.pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	l.hold = in[1];
	f = fdopen(out[0], "r");
	if (!f || fscanf(f, "ready %d", &pid) != 1)
		fail(b->loadgen);
	fclose(f);
	enter_namespace(l.pid);
	return l;
}

static void load_stop(struct load *l)
{
	close(l->hold);
	waitpid(l->pid, NULL, 0);
}

static void must(bool done, struct vt *v, const char *what)
{
	if (done)
		return;
	vt_dump_text(v, stderr);
	errno = ETIMEDOUT;
	fail(what);
}

static struct vt *start(const struct bench *b, int rows, int cols)
{
	/* Of a million sockets the refreshes would else be few. */
	char dash_d[] = "-d", interval[] = "2", max_cpu[] = "--max-cpu", all[] = "100";
	char *argv[] = { b->sockeye, dash_d, interval, max_cpu, all, NULL };
	struct vt *v = vt_open(&(struct vt_cfg){ .rows = rows, .cols = cols }, argv);

	must(vt_wait_text(v, "live", LIMIT_MS), v, "first sample");
	return v;
}

static void quit(struct vt *v)
{
	int status;

	vt_keys(v, "q");
	must(vt_wait_exit(v, LIMIT_MS, &status) && status == 0, v, "quit");
	vt_free(v);
}

/* ---- bytes ------------------------------------------------------------ */

/* Until so many refreshes have passed: the map of owners is built and rates are known. */
static void settle(struct vt *v)
{
	vt_pump(v, 100); /* what follows the first sample */
	for (int i = 0; i < 2; i++)
		must(vt_wait_frames(v, 1, LIMIT_MS), v, "refresh");
}

static void bytes_of_refreshes(struct vt *v, int64_t bytes[REFRESHES])
{
	for (size_t i = 0; i < REFRESHES; i++) {
		const unsigned long long before = vt_bytes(v);

		must(vt_wait_frames(v, 1, LIMIT_MS), v, "refresh");
		bytes[i] = (int64_t)(vt_bytes(v) - before);
	}
}

/* The row where the bar is: the last one in reverse video in that column. */
static int bar_row(struct vt *v, int col)
{
	VTermScreenCell cell;
	int row = -1;

	for (int r = 0; r < vt_rows(v); r++)
		if (vt_cell(v, r, col, &cell) && cell.attrs.reverse)
			row = r;
	return row;
}

struct move {
	unsigned long frames;
	int row, col;
};

static bool has_moved(struct vt *v, const void *ctx)
{
	const struct move *m = ctx;

	return vt_seqs(v)->frame_end > m->frames &&
	       vt_seqs(v)->frame_begin == vt_seqs(v)->frame_end && bar_row(v, m->col) == m->row;
}

/* Presses Down, or Up; returns the time until the last byte of the frame that shows it. */
static int64_t press(struct vt *v, int by, int col)
{
	const struct move m = { vt_seqs(v)->frame_end, bar_row(v, col) + by, col };
	const int64_t begin = now_ns();

	vt_keys(v, by > 0 ? "<Down>" : "<Up>");
	must(vt_wait(v, has_moved, &m, LIMIT_MS), v, "the bar moves");
	return now_ns() - begin;
}

/* Down and up again over a few rows, so that nothing scrolls. */
static int direction(size_t i)
{
	return i / 3 % 2 == 0 ? 1 : -1;
}

/* In a paused picture, so that all that comes is for the key. */
static void bytes_of_keys(struct vt *v, int64_t bytes[KEYS_BYTES])
{
	vt_keys(v, "p");
	must(vt_wait_text(v, "PAUSED", LIMIT_MS), v, "pause");
	for (size_t i = 0; i < KEYS_BYTES; i++) {
		/* Each refresh is counted in the status row. */
		must(vt_wait_frames(v, 1, LIMIT_MS), v, "refresh while paused");
		const unsigned long long before = vt_bytes(v);

		press(v, direction(i), vt_cols(v) / 2);
		bytes[i] = (int64_t)(vt_bytes(v) - before);
	}
	vt_keys(v, "p");
	must(vt_wait_gone(v, "PAUSED", LIMIT_MS), v, "live again");
}

static void bench_first_paint(struct bench *b, const struct sizes *s)
{
	int64_t bytes;
	struct vt *v = start(b, s->rows, s->cols);

	vt_pump(v, INTERVAL_MS / 4); /* what the first sample does not bring in one frame */
	bytes = (int64_t)vt_bytes(v);
	report_bytes(b, "first paint", s, s->first, &bytes, 1);
	quit(v);
}

static void bench_bytes(struct bench *b, const struct sizes *s)
{
	int64_t refresh[REFRESHES], key[KEYS_BYTES];
	struct vt *v = start(b, s->rows, s->cols);

	settle(v);
	bytes_of_refreshes(v, refresh);
	report_bytes(b, "steady refresh", s, s->steady, refresh, REFRESHES);
	bytes_of_keys(v, key);
	report_bytes(b, "key Down", s, s->key, key, KEYS_BYTES);
	quit(v);
}

static void bench_still(struct bench *b, const struct sizes *s)
{
	int64_t refresh[REFRESHES];
	struct vt *v = start(b, s->rows, s->cols);

	settle(v);
	bytes_of_refreshes(v, refresh);
	report_bytes(b, "refresh, nothing changed", s, s->still, refresh, REFRESHES);
	quit(v);
}

/* ---- time ------------------------------------------------------------- */

static bool is_among_states(struct vt *v, const void *ctx)
{
	(void)ctx;
	return bar_row(v, STATES_COL) >= 0 && bar_row(v, vt_cols(v) / 2) < 0;
}

static void report_latency(struct bench *b, const char *what, const char *sockets, int64_t *ns,
			   size_t n)
{
	char line[64], more[64];
	const double p50 = (double)percentile(ns, n, 50) / 1e6;
	const double p99 = (double)percentile(ns, n, 99) / 1e6;

	snprintf(more, sizeof(more), "of %zu; p50 %.2f, max %.2f", n, p50, (double)ns[n - 1] / 1e6);
	snprintf(line, sizeof(line), "%s, %s", what, sockets);
	report(b, line, "ms", 10, p99, more);
}

/* Whether the clock in the status row says that a refresh has come since the last call. */
static bool was_refreshed(const struct vt *v, char status[ROW_SIZE])
{
	char now[ROW_SIZE];
	bool differs;

	vt_row_text(v, 0, now, sizeof(now));
	differs = strcmp(now, status) != 0;
	memcpy(status, now, sizeof(now));
	return differs;
}

/*
 * One key after the other, through many refreshes, and of these the keys shortly before the frame
 * of one: then the sample is being taken and looked at. Among the states, which never change
 * places: where the bar has to be is known even if a refresh comes in between.
 */
static void bench_latency(struct bench *b, const char *sockets, int64_t near_ns)
{
	static int64_t ns[KEYS_MAX], begin[KEYS_MAX], near[KEYS_MAX];
	static char status[ROW_SIZE];
	size_t n = 0, n_near = 0, first = 0;
	struct vt *v = start(b, 24, 80);

	settle(v);
	vt_keys(v, "1");
	must(vt_wait(v, is_among_states, NULL, LIMIT_MS), v, "the bar among the states");
	was_refreshed(v, status);
	while (n < KEYS_MAX && n_near < KEYS_NEAR) {
		begin[n] = now_ns();
		ns[n] = press(v, direction(n), STATES_COL);
		n++;
		if (was_refreshed(v, status)) {
			for (size_t i = first; i < n && n_near < KEYS_NEAR; i++)
				if (now_ns() - begin[i] < near_ns)
					near[n_near++] = ns[i];
			first = n;
		}
		vt_pump(v, 4 + (int)(n % 5));
	}
	must(n_near == KEYS_NEAR, v, "enough refreshes");
	report_latency(b, "key to last byte, p99", sockets, ns, n);
	report_latency(b, "- while a refresh is made", sockets, near, n_near);
	quit(v);
}

static void screen_text(const struct vt *v, char *text, size_t size)
{
	size_t len = 0;

	for (int r = 0; r < vt_rows(v) && len + ROW_SIZE < size; r++) {
		len += vt_row_text(v, r, text + len, ROW_SIZE);
		text[len++] = '\n';
	}
	text[len] = '\0';
}

/* The last picture is right when drawing it anew makes no difference. Paused, so that it stands. */
static void bench_storm(struct bench *b)
{
	static char after[64 * ROW_SIZE], redrawn[64 * ROW_SIZE];
	struct vt *v = start(b, 24, 80);
	unsigned long long before;
	unsigned seed = 1;

	settle(v);
	before = vt_bytes(v);
	for (int i = 0; i < RESIZES; i++) {
		seed = seed * 1103515245 + 12345;
		vt_resize(v, 10 + (int)(seed >> 16) % 51, 40 + (int)(seed >> 8) % 161);
		vt_pump(v, STORM_MS / RESIZES);
	}
	vt_resize(v, 30, 100);
	must(vt_wait_frames(v, 1, LIMIT_MS), v, "resize");
	vt_pump(v, 300);
	report(b, "resize storm of 150 in 1.2 s", "bytes", 65536, (double)(vt_bytes(v) - before),
	       "");
	vt_keys(v, "p");
	must(vt_wait_text(v, "PAUSED", LIMIT_MS), v, "pause");
	must(vt_wait_frames(v, 1, LIMIT_MS), v, "refresh while paused");
	screen_text(v, after, sizeof(after));
	vt_keys(v, "<C-l>");
	must(vt_wait_frames(v, 1, LIMIT_MS), v, "redraw");
	screen_text(v, redrawn, sizeof(redrawn));
	report(b, "rows that are wrong after it", "", 0, strcmp(after, redrawn) != 0, "");
	quit(v);
}

/* ---- rest ------------------------------------------------------------- */

struct effort {
	unsigned long long wakeups, cpu_ns;
};

/* The number at the start of a line of a thread's file, after a prefix; 0 when there is none. */
static unsigned long long read_number(pid_t pid, const char *task, const char *name,
				      const char *prefix)
{
	char path[300], line[256];
	unsigned long long n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/%s", (int)pid, task, name);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, prefix, strlen(prefix)) == 0)
			n = strtoull(line + strlen(prefix), NULL, 10);
	if (f)
		fclose(f);
	return n;
}

/* Of all threads since they started. */
static struct effort effort(pid_t pid)
{
	struct effort sum = { 0 };
	char path[64];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (!dir)
		fail(path);
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		sum.wakeups += read_number(pid, d->d_name, "status", "voluntary_ctxt_switches:");
		sum.cpu_ns += read_number(pid, d->d_name, "schedstat", "");
	}
	closedir(dir);
	return sum;
}

/* Wakeups and CPU of the program alone; the terminal's side is another process. */
static void bench_rest(struct bench *b)
{
	struct vt *v = start(b, 24, 80);
	struct effort before, after;

	settle(v);
	vt_pump(v, INTERVAL_MS / 2); /* to begin and end between samples */
	before = effort(vt_pid(v));
	vt_pump(v, REFRESHES * INTERVAL_MS);
	after = effort(vt_pid(v));
	report(b, "wakeups an interval, 1,000 sockets", "", 2,
	       (double)(after.wakeups - before.wakeups) / REFRESHES, "mean of 10");
	report(b, "CPU of a core, every 2 s, 1,000 sockets", "%", 0.3,
	       (double)(after.cpu_ns - before.cpu_ns) / (REFRESHES * INTERVAL_MS * 1e6) * 100, "");
	quit(v);
}

int main(int argc, char **argv)
{
	struct bench b;
	struct load l;

	if (argc != 3) {
		fputs("usage: bench_screen SOCKEYE LOADGEN\n", stderr);
		return 2;
	}
	b = (struct bench){ .sockeye = argv[1], .loadgen = argv[2] };
	printf("| %-46s | %-14s | %-14s | %-6s | of what |\n", "what", "budget", "measured", "");
	puts("| --- | --- | --- | --- | --- |");
	if (unshare(CLONE_NEWNET) < 0)
		fail("a network namespace");
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		bench_still(&b, &sizes[i]);
	l = load_start(&b, "500", "0");
	bench_rest(&b);
	load_stop(&l);
	l = load_start(&b, "50000", "1000");
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		bench_first_paint(&b, &sizes[i]);
		bench_bytes(&b, &sizes[i]);
	}
	bench_latency(&b, "100,000 sockets", 150 * MS);
	bench_storm(&b);
	load_stop(&l);
	l = load_start(&b, "500000", "0");
	bench_latency(&b, "1,000,000 sockets", 1200 * MS);
	load_stop(&l);
	return b.missed;
}
