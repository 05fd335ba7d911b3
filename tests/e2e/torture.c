/* SPDX-License-Identifier: MIT */
/*
 * Runs the program again and again, and makes another of its calls fail each time (helpers/torture.c):
 * it may give up, in words, or go on; it must not crash, hang, leak, leave the terminal changed, or
 * take what it could not get for nothing. tests/torture says how this is started.
 */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json_check.h"
#include "sockeye/base/buf.h"
#include "sockeye/base/mem.h"
#include "torture.h"
#include "vt.h"

#define HANG_MS    5000
#define WORDS      12
#define FAILED_MAX 20

static const char *const call_names[] = {
#define CALL(id, name, errnos) name,
	TORTURE_CALLS
#undef CALL
};

static const int call_errnos[][ERRNOS_MAX] = {
#define CALL(id, name, errnos) errnos,
	TORTURE_CALLS
#undef CALL
};

enum call {
#define CALL(id, name, errnos) C_##id,
	TORTURE_CALLS
#undef CALL
		CALL_COUNT
};

// clang-format off
static const struct scenario {
	const char *name;
	const char *args;      /* parted by blanks */
	const char *keys;      /* NULL: a report; else the interface, and these keys before q */
	const char *launcher;  /* the program that starts ours, beside it, with its arguments; or NULL */
	bool json, settings;
} scenarios[] = {
	{ "help", "--help", NULL, NULL, false, false },
	{ "overview", "-b", NULL, NULL, false, false },
	{ "processes", "--json --by process -c 2 -d 0.1", NULL, NULL, true, false },
	{ "remotes", "--by remote --prefix4 24 state established or comm = x", NULL, NULL, false, false },
	{ "sockets", "--json --by socket sport = :2001 and comm ~ ^bus", NULL, NULL, true, false },
	{ "listeners", "--json --by listener", NULL, NULL, true, false },
	{ "states", "--json --by state", NULL, NULL, true, false },
	{ "settings", "--json --by state -F filter", NULL, NULL, true, true },
	{ "procnet", "--json --by process", NULL, "seccomp-run 93", true, false },
	{ "families", "--json --by socket -A all -e -m -i -o", NULL, NULL, true, false },
	{ "families-procnet", "--json --by process -A all", NULL, "seccomp-run 93", true, false },
	{ "units", "--json --by unit", NULL, NULL, true, false },
	{ "screen", "-d 0.1", "", NULL, false, false },
	{ "list", "-d 0.1", "<Enter><Down><PgDn>s<Esc>", NULL, false, false },
	{ "find", "-d 0.1", "/bus<Enter>nfstate close-wait<Enter><Esc>x", NULL, false, false },
	{ "pages", "-d 0.1", "?<Esc>I<Esc>L<Esc>CC<Esc>c<Esc>", NULL, false, false },
	{ "texts", "-d 0.1", "<Enter><Enter>n<Esc><Esc>e<Right><Esc>dy<Esc><Esc>", NULL, false, false },
	{ "save", "-d 0.1", "u<Space>W", NULL, false, true },
	{ "screen-procnet", "-d 0.1", "<Enter><Esc>", "seccomp-run 93", false, false },
};
// clang-format on

struct torture {
	const char *program, *preload;
	char dir[64], log[80], out[80], err[80], config[80];
	unsigned long count[CALL_COUNT]; /* of the scenario that is on */
	struct buf rows;                 /* and its rows without any fault */
	unsigned runs, fired, failed;
	uint64_t seed;
};

/* ---- one run -------------------------------------------------------------- */

struct fault {
	const struct scenario *s;
	int call; /* -1: none */
	unsigned long n;
	int error;
};

static void set_environment(const struct torture *t, const struct fault *f)
{
	char order[64];

	setenv("LD_PRELOAD", t->preload, 1);
	setenv("TORTURE_LOG", t->log, 1);
	setenv("XDG_CONFIG_HOME", f->s->settings ? t->config : "/dev/null/none", 1);
	unsetenv("TORTURE");
	if (f->call < 0)
		return;
	snprintf(order, sizeof(order), "%s:%lu:%d", call_names[f->call], f->n, f->error);
	setenv("TORTURE", order, 1);
}

/* Cuts text into words and appends them to argv. */
static int add_words(char **argv, int n, char *text)
{
	for (char *rest = text, *word; (word = strsep(&rest, " ")) != NULL;)
		if (*word != '\0' && n < 2 * WORDS)
			argv[n++] = word;
	return n;
}

/* What is started, in argv and text. */
static void make_argv(const struct torture *t, const struct scenario *s, char **argv,
		      char text[3][256])
{
	int n = 0;

	if (s->launcher != NULL) {
		const char *slash = strrchr(t->program, '/');

		snprintf(text[0], sizeof(text[0]), "%.*s/%s", (int)(slash - t->program), t->program,
			 s->launcher);
		n = add_words(argv, n, text[0]);
	}
	snprintf(text[1], sizeof(text[1]), "%s", t->program);
	argv[n++] = text[1];
	snprintf(text[2], sizeof(text[2]), "%s", s->args);
	n = add_words(argv, n, text[2]);
	argv[n] = NULL;
}

static int to_file(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
}

/* Status as of waitpid(), -1 when it hung. */
static int run_report(const struct torture *t, const struct fault *f)
{
	char *argv[2 * WORDS + 1], text[3][256];
	const int64_t end = vt_now_ms() + HANG_MS;
	int status = -1;
	pid_t pid;

	make_argv(t, f->s, argv, text);
	pid = fork();
	if (pid == 0) {
		if (chdir(t->dir) != 0 || dup2(to_file(t->out), STDOUT_FILENO) < 0 ||
		    dup2(to_file(t->err), STDERR_FILENO) < 0)
			_exit(126);
		set_environment(t, f);
		execv(argv[0], argv);
		_exit(127);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (vt_now_ms() > end) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -1;
		}
		usleep(1000);
	}
	return status;
}

static bool has_ended(struct vt *v)
{
	return vt_wait_exit(v, 0, NULL);
}

static bool ready_or_over(struct vt *v, const void *ctx)
{
	(void)ctx;
	return vt_has(v, "? help") || has_ended(v);
}

/* NULL, or what is left behind. */
static const char *not_as_found(const struct vt *v)
{
	int row, col;
	bool visible;

	vt_cursor(v, &row, &col, &visible);
	if (!vt_modes_restored(v))
		return "the modes of the terminal are not as found";
	if (vt_alt_screen(v))
		return "the screen is not as found";
	if (!visible || vt_seqs(v)->paste || vt_seqs(v)->mouse_on > 0)
		return "the cursor, paste or mouse mode is not as found";
	return NULL;
}

/* As run_report(); *left is what not_as_found() says. */
static int run_interface(const struct torture *t, const struct fault *f, const char **left)
{
	char *argv[2 * WORDS + 1], text[3][256];
	char order[64], preload[512], log[128], config[128];
	const char *env[] = { preload, log, config, f->call >= 0 ? order : "TORTURE", NULL };
	struct vt_cfg cfg = { .env = env, .log = t->out };
	/* What the terminal never got cannot be waited for. */
	const int patience = f->call == C_WRITE || f->call == C_READ ? 700 : HANG_MS;
	struct vt *v;
	int status = -1;

	make_argv(t, f->s, argv, text);
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", t->preload);
	snprintf(log, sizeof(log), "TORTURE_LOG=%s", t->log);
	snprintf(config, sizeof(config), "XDG_CONFIG_HOME=%s",
		 f->s->settings ? t->config : "/dev/null/none");
	if (f->call >= 0)
		snprintf(order, sizeof(order), "TORTURE=%s:%lu:%d", call_names[f->call], f->n,
			 f->error);
	v = vt_open(&cfg, argv);
	vt_wait(v, ready_or_over, NULL, patience);
	if (!has_ended(v))
		vt_keys(v, f->s->keys);
	/* In a prompt q is a letter: Esc leaves it, and quits nothing. */
	for (int i = 0; i < 2 && !vt_wait_exit(v, i == 0 ? 0 : 300, &status); i++)
		vt_keys(v, i == 0 ? "q" : "<Esc>");
	if (!has_ended(v))
		vt_keys(v, "<Esc>q");
	if (!vt_wait_exit(v, HANG_MS, &status))
		status = -1;
	*left = status < 0 ? NULL : not_as_found(v);
	vt_free(v);
	return status;
}

/* ---- judging --------------------------------------------------------------- */

static void read_file(const char *path, struct buf *b)
{
	char piece[4096];
	FILE *f = fopen(path, "re");
	size_t n;

	buf_reset(b);
	buf_str(b, "");
	while (f != NULL && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(b, piece, n);
	if (f != NULL)
		fclose(f);
}

/* The rows of the last object, which is what must not differ without a word about it. */
static const char *rows_of(const struct buf *b)
{
	const char *rows = NULL, *at = b->s;

	while ((at = strstr(at, "\"rows\":")) != NULL)
		rows = at++;
	return rows != NULL ? rows : "";
}

static const char *judge_json(struct torture *t, const struct buf *out)
{
	const char *line = out->s, *end;
	const char *last = line;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		if (!json_is_valid(line, (size_t)(end - line)))
			return "what was printed is not JSON";
		last = line;
	}
	if (*line != '\0' || out->len == 0)
		return "what was printed does not end in a line";
	if (strstr(last, "\"complete\":true") != NULL && t->rows.len > 0 &&
	    strcmp(rows_of(out), t->rows.s) != 0)
		return "complete, it says, but the rows are others";
	return NULL;
}

static const char *judge_report(struct torture *t, const struct fault *f, int status)
{
	struct buf out = { 0 }, err = { 0 };
	const char *wrong = NULL;

	read_file(t->out, &out);
	read_file(t->err, &err);
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0 && strncmp(err.s, "sockeye: ", 9) != 0 &&
	    f->s->launcher == NULL)
		wrong = "it gave up without a word";
	else if (status == 0 && f->s->json)
		wrong = judge_json(t, &out);
	else if (status == 0 && out.len == 0)
		wrong = "it printed nothing";
	buf_free(&out);
	buf_free(&err);
	return wrong;
}

static const char *judge_status(const struct fault *f, int status)
{
	static char text[64];
	int code;

	if (status < 0)
		return "it hung";
	/* ncurses does not look at what it gets; the terminal has to be left well all the same. */
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV && f->call == C_CURSES)
		return NULL;
	if (WIFSIGNALED(status)) {
		snprintf(text, sizeof(text), "it died of signal %d", WTERMSIG(status));
		return text;
	}
	code = WEXITSTATUS(status);
	if (code == 0 || code == 1 || code == 3 || (code == 2 && f->s->settings) ||
	    (code == 128 + SIGHUP && f->s->keys != NULL) || (code == 77 && f->s->launcher))
		return NULL;
	snprintf(text, sizeof(text), "it ended with status %d", code);
	return text;
}

static void tell(const struct torture *t, const struct fault *f, const char *wrong)
{
	struct buf err = { 0 };

	printf("FAILED: %s: %s", f->s->name, wrong);
	if (f->call >= 0)
		printf(" (%s:%lu:%d)", call_names[f->call], f->n, f->error);
	read_file(f->s->keys != NULL ? t->out : t->err, &err);
	printf("\n%.2000s\n", err.len > 2000 ? err.s + err.len - 2000 : err.s);
	buf_free(&err);
}

/* Whether the fault came to be. */
static bool read_log(struct torture *t, unsigned long count[CALL_COUNT])
{
	char line[128], name[64];
	bool fired = false;
	unsigned long n;
	FILE *f = fopen(t->log, "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		fired |= strcmp(line, "fired\n") == 0;
		if (count == NULL || sscanf(line, "%63s %lu", name, &n) != 2)
			continue;
		for (int c = 0; c < CALL_COUNT; c++)
			if (strcmp(name, call_names[c]) == 0)
				count[c] = n;
	}
	if (f != NULL)
		fclose(f);
	return fired;
}

static void reset_settings(const struct torture *t)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/sockeye/sockeye.conf", t->config);
	f = fopen(path, "we");
	if (f == NULL)
		return;
	fputs("interval = 0.2\ncolumns-sockets = state,local\n", f);
	fclose(f);
	chmod(path, 0600);
}

static bool run(struct torture *t, const struct fault *f, unsigned long count[CALL_COUNT])
{
	const char *wrong, *left = NULL;
	int status;

	unlink(t->log);
	if (f->s->settings)
		reset_settings(t);
	status = f->s->keys != NULL ? run_interface(t, f, &left) : run_report(t, f);
	wrong = judge_status(f, status);
	if (wrong == NULL)
		wrong = left;
	if (wrong == NULL && f->s->keys == NULL)
		wrong = judge_report(t, f, status);
	t->runs++;
	t->fired += read_log(t, count);
	if (wrong != NULL) {
		t->failed++;
		tell(t, f, wrong);
	}
	return wrong == NULL && (f->call >= 0 || WEXITSTATUS(status) == 0);
}

/* ---- all of them -------------------------------------------------------------- */

/* The run without a fault: counts the calls and keeps the rows. */
static bool measure(struct torture *t, const struct scenario *s)
{
	struct buf out = { 0 };
	const struct fault none = { .s = s, .call = -1 };
	bool fine;

	memset(t->count, 0, sizeof(t->count));
	buf_reset(&t->rows);
	fine = run(t, &none, t->count);
	if (fine && s->json) {
		read_file(t->out, &out);
		buf_str(&t->rows, rows_of(&out));
		buf_free(&out);
	}
	if (!fine)
		printf("FAILED: %s without any fault\n", s->name);
	return fine;
}

static uint64_t roll(struct torture *t)
{
	t->seed ^= t->seed << 13;
	t->seed ^= t->seed >> 7;
	t->seed ^= t->seed << 17;
	return t->seed;
}

/* Each call in each of its errors; with every > 1 one of so many, by chance. */
static void torture(struct torture *t, const struct scenario *s, int only, unsigned every)
{
	const unsigned runs = t->runs, fired = t->fired;

	if (!measure(t, s)) {
		t->failed++;
		return;
	}
	for (int c = 0; c < CALL_COUNT && t->failed < FAILED_MAX; c++) {
		if (only >= 0 && c != only)
			continue;
		for (unsigned long n = 1; n <= t->count[c] && t->failed < FAILED_MAX; n++)
			for (int e = 0; e < ERRNOS_MAX && call_errnos[c][e] != 0; e++)
				if (roll(t) % every == 0)
					run(t, &(struct fault){ s, c, n, call_errnos[c][e] }, NULL);
	}
	printf("%s: %u runs, %u faults\n", s->name, t->runs - runs, t->fired - fired);
	fflush(stdout);
}

static bool prepare(struct torture *t)
{
	char path[128];
	FILE *f;

	snprintf(t->dir, sizeof(t->dir), "/tmp/torture.XXXXXX");
	if (mkdtemp(t->dir) == NULL)
		return false;
	snprintf(t->log, sizeof(t->log), "%s/log", t->dir);
	snprintf(t->out, sizeof(t->out), "%s/out", t->dir);
	snprintf(t->err, sizeof(t->err), "%s/err", t->dir);
	snprintf(t->config, sizeof(t->config), "%s/config", t->dir);
	mkdir(t->config, 0700);
	snprintf(path, sizeof(path), "%s/sockeye", t->config);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/filter", t->dir);
	f = fopen(path, "we");
	if (f == NULL)
		return false;
	fputs("state established\nor sport > 1\n", f);
	return fclose(f) == 0;
}

static void clean_up(const struct torture *t)
{
	static const char *const files[] = { "config/sockeye/sockeye.conf",
					     "config/sockeye",
					     "config",
					     "filter",
					     "log",
					     "out",
					     "err" };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", t->dir, files[i]);
		remove(path);
	}
	rmdir(t->dir);
}

static int call_by_name(const char *name)
{
	for (int c = 0; c < CALL_COUNT; c++)
		if (strcmp(name, call_names[c]) == 0)
			return c;
	fprintf(stderr, "no call is named %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	struct torture t = { .seed = 88172645463325252u };
	const char *only_scenario = NULL;
	unsigned every = 1, tried = 0;
	int only = -1, c;

	while ((c = getopt(argc, argv, "c:e:r:s:")) != -1) {
		if (c == 'c')
			only = call_by_name(optarg);
		else if (c == 'e')
			every = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'r')
			t.seed = strtoull(optarg, NULL, 10) * 2 + 1;
		else if (c == 's')
			only_scenario = optarg;
		else
			return 2;
	}
	if (argc - optind != 2 || every == 0 || !prepare(&t)) {
		fputs("usage: torture [-c CALL] [-s SCENARIO] [-e EVERY] [-r SEED] PROGRAM "
		      "PRELOAD\n",
		      stderr);
		return 2;
	}
	t.program = argv[optind];
	t.preload = argv[optind + 1];
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
		if (only_scenario != NULL && strcmp(only_scenario, scenarios[i].name) != 0)
			continue;
		torture(&t, &scenarios[i], only, every);
		tried++;
	}
	clean_up(&t);
	buf_free(&t.rows);
	printf("%u scenarios, %u runs, %u faults, %u failed\n", tried, t.runs, t.fired, t.failed);
	return t.failed == 0 && t.fired > 0 ? 0 : 1;
}
