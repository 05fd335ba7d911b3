/* SPDX-License-Identifier: MIT */
/*
 * Runs the program again and again, and makes another of its calls fail each time (helpers/torture.c):
 * it may give up, in words, or go on; it must not crash, hang, leak, leave the terminal changed, or
 * take what it could not get for nothing. From each site, which is a chain of callers, the first call fails,
 * and one of the later ones by chance. tests/torture says how this is started.
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

#include "around.h"
#include "json_check.h"
#include "sockeye/base/buf.h"
#include "sockeye/base/mem.h"
#include "torture.h"
#include "vt.h"

#define HANG_MS      5000
#define SIGHT_MS     1500 /* for what a key brings onto the screen, if it comes at all */
#define WORDS        12
#define OLD_SETTINGS "interval = 0.2\ncolumns-sockets = state,local\n"
#define FAILED_MAX   20

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

enum {
	JSON = 1 << 0,     /* each line that is printed */
	ROWS = 1 << 1,     /* and the rows of the last are the same in each run */
	SETTINGS = 1 << 2, /* there is a file of them */
	TRAFFIC = 1 << 3,  /* connections come and go */
	PRIVATE = 1 << 4,  /* only where tests/torture has made namespaces and a name server */
};

// clang-format off
static const struct scenario {
	const char *name;
	const char *args;      /* parted by blanks */
	const char *keys;      /* NULL: a report; else the interface, and these keys before q; {text}: once that is seen */
	const char *launcher;  /* the program that starts ours, beside it, with its arguments; or NULL */
	unsigned what;
} scenarios[] = {
	{ "help", "--help", NULL, NULL, 0 },
	{ "overview", "-b", NULL, NULL, 0 },
	{ "processes", "--json --by process -c 2 -d 0.1", NULL, NULL, JSON | ROWS },
	{ "remotes", "--by remote --prefix4 24 state established or comm = x", NULL, NULL, 0 },
	{ "sockets", "--json --by socket sport = :2001 and comm ~ ^bus", NULL, NULL, JSON | ROWS },
	{ "listeners", "--json --by listener", NULL, NULL, JSON | ROWS },
	{ "states", "--json --by state", NULL, NULL, JSON | ROWS },
	{ "settings", "--json --by state -F filter", NULL, NULL, JSON | ROWS | SETTINGS },
	{ "procnet", "--json --by process", NULL, "seccomp-run 93", JSON | ROWS },
	{ "families", "--json --by socket -A all -e -m -i -o", NULL, NULL, JSON | ROWS },
	{ "families-procnet", "--json --by process -A all", NULL, "seccomp-run 93", JSON | ROWS },
	{ "units", "--json --by unit", NULL, NULL, JSON | ROWS },
	{ "events", "-b --json --events -c 8 -d 0.1", NULL, NULL, JSON | TRAFFIC },
	{ "events-text", "-b --events -c 4 -d 0.1 sport = :http or dport != 1", NULL, NULL, TRAFFIC },
	{ "names", "-b --json --by socket -r src 10.9.0.0/24", NULL, NULL, JSON | PRIVATE },
	{ "names-text", "-b --by remote -r -c 2 -d 0.1", NULL, NULL, PRIVATE },
	{ "netns", "-b --json --by netns --all-netns", NULL, NULL, JSON | ROWS | PRIVATE },
	{ "netns-sockets", "--json --by process --all-netns -A all -c 2 -d 0.1", NULL, NULL, JSON | ROWS | PRIVATE },
	{ "netns-one", "--json --by process -N red -c 2 -d 0.1", NULL, NULL, JSON | ROWS | PRIVATE },
	{ "screen", "-d 0.1", "", NULL, 0 },
	{ "list", "-d 0.1", "<Enter><Down><PgDn>s<Esc>", NULL, 0 },
	{ "find", "-d 0.1", "/bus<Enter>nfstate close-wait<Enter><Esc>x", NULL, 0 },
	{ "pages", "-d 0.1", "?<Esc>I<Esc>L<Esc>CC<Esc>c<Esc>", NULL, 0 },
	{ "texts", "-d 0.1", "<Enter><Enter>n<Esc><Esc>e<Right><Esc>dy<Esc><Esc>", NULL, 0 },
	{ "save", "-d 0.1", "{busy}u<Space>W{saved}", NULL, SETTINGS },
	{ "screen-procnet", "-d 0.1", "<Enter><Esc>", "seccomp-run 93", 0 },
	{ "screen-events", "-d 0.1", "{busy}p{held}p{live}", NULL, TRAFFIC },
	{ "screen-names", "-d 0.1", "r{names:}<Enter>{a.example}<Esc>r{numbers}", NULL, PRIVATE },
	{ "screen-netns", "-d 0.1 --all-netns", "{busy}C{red}<Enter>{redwork}<Enter><Esc><Esc><Esc>", NULL, PRIVATE },
	{ "screen-groups", "-d 0.1", "u{Unit}uB{In/s}X{UNIX}XXB", NULL, 0 },
};
// clang-format on

/* Where calls of a kind come from in the scenario that is on, and how many did without any fault. */
struct site {
	int call;
	unsigned long key, count;
};

struct sites {
	struct site *s;
	size_t n, cap;
};

struct torture {
	const char *program, *preload;
	char dir[64], log[80], out[80], err[80], config[80];
	struct sites sites; /* of the scenario that is on */
	struct sites known; /* of the interface in those before it */
	struct buf rows;    /* of the scenario that is on, without any fault */
	struct buf saved;   /* and its settings after that */
	unsigned runs, fired, failed;
	uint64_t seed;
};

/* ---- one run -------------------------------------------------------------- */

struct fault {
	const struct scenario *s;
	int call; /* -1: none */
	unsigned long site, n;
	int error;
};

static const char *config_home(const struct torture *t, const struct scenario *s)
{
	return s->what & SETTINGS ? t->config : "/dev/null/none";
}

/* CALL:SITE:N:ERRNO, as TORTURE has it. */
static void write_order(char order[96], const struct fault *f)
{
	snprintf(order, 96, "%s:%lx:%lu:%d", call_names[f->call], f->site, f->n, f->error);
}

static void set_environment(const struct torture *t, const struct fault *f)
{
	char order[96];

	setenv("LD_PRELOAD", t->preload, 1);
	setenv("TORTURE_LOG", t->log, 1);
	setenv("XDG_CONFIG_HOME", config_home(t, f->s), 1);
	unsetenv("TORTURE");
	if (f->call < 0)
		return;
	write_order(order, f);
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

static bool seen_or_over(struct vt *v, const void *text)
{
	return vt_has(v, text) || has_ended(v);
}

/* Keys, and {text} where it waits, but not for long, until that is on the screen. */
static void press(struct vt *v, const char *keys, int patience)
{
	char piece[128];

	while (*keys != '\0' && !has_ended(v)) {
		const bool wait = *keys == '{';
		const size_t len = strcspn(keys + wait, wait ? "}" : "{");

		snprintf(piece, sizeof(piece), "%.*s", (int)len, keys + wait);
		if (wait)
			vt_wait(v, seen_or_over, piece, patience);
		else
			vt_keys(v, piece);
		keys += len + 2 * (size_t)wait;
	}
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
	char order[96], variable[128], preload[512], log[128], config[128];
	const char *env[] = { preload, log, config, f->call >= 0 ? variable : "TORTURE", NULL };
	struct vt_cfg cfg = { .env = env, .log = t->out };
	/* What the terminal never got cannot be waited for. */
	const int patience = f->call == C_WRITE || f->call == C_READ ? 700 : HANG_MS;
	struct vt *v;
	int status = -1;

	make_argv(t, f->s, argv, text);
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", t->preload);
	snprintf(log, sizeof(log), "TORTURE_LOG=%s", t->log);
	snprintf(config, sizeof(config), "XDG_CONFIG_HOME=%s", config_home(t, f->s));
	if (f->call >= 0) {
		write_order(order, f);
		snprintf(variable, sizeof(variable), "TORTURE=%s", order);
	}
	v = vt_open(&cfg, argv);
	vt_wait(v, seen_or_over, "? help", patience);
	press(v, f->s->keys, patience < SIGHT_MS ? patience : SIGHT_MS);
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

static void settings_path(const struct torture *t, char path[128])
{
	snprintf(path, 128, "%s/sockeye/sockeye.conf", t->config);
}

static void reset_settings(const struct torture *t)
{
	char path[128];
	FILE *f;

	settings_path(t, path);
	f = fopen(path, "we");
	if (f == NULL)
		return;
	fputs(OLD_SETTINGS, f);
	fclose(f);
	chmod(path, 0600);
}

/* What was there, or what was to be there: never a part of it. */
static const char *judge_settings(struct torture *t, const struct fault *f)
{
	struct buf now = { 0 };
	const char *wrong = NULL;
	char path[128];

	settings_path(t, path);
	read_file(path, &now);
	if (f->call < 0) {
		buf_reset(&t->saved);
		buf_str(&t->saved, now.s);
		if ((strcmp(now.s, OLD_SETTINGS) != 0) != (f->s->keys != NULL))
			wrong = "the settings were saved, or not, where it should be otherwise";
	} else if (strcmp(now.s, OLD_SETTINGS) != 0 && strcmp(now.s, t->saved.s) != 0) {
		wrong = "the settings are neither the old nor the new ones";
	}
	buf_free(&now);
	return wrong;
}

static const char *judge_json(const struct torture *t, const struct fault *f, const struct buf *out)
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
	/* A user whose name is not found is a number, and null is what this kernel is not known to count. */
	if (strstr(last, "\"complete\":true") != NULL && t->rows.len > 0 && f->call != C_LOOKUP &&
	    strstr(last, "\"CLOSE\":null") == NULL && strcmp(rows_of(out), t->rows.s) != 0)
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
	else if (status == 0 && f->s->what & JSON)
		wrong = judge_json(t, f, &out);
	else if (status == 0 && out.len == 0)
		wrong = "it printed nothing";
	buf_free(&out);
	buf_free(&err);
	return wrong;
}

/* A file of settings or an expression that could not be read is taken for a wrong one. */
static bool may_be_usage(const struct fault *f)
{
	return f->s->what & SETTINGS || f->call == C_LOOKUP;
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
	if (code == 0 || code == 1 || code == 3 || (code == 2 && may_be_usage(f)) ||
	    (code == 128 + SIGHUP && f->s->keys != NULL) || (code == 77 && f->s->launcher))
		return NULL;
	snprintf(text, sizeof(text), "it ended with status %d", code);
	return text;
}

static void tell(const struct torture *t, const struct fault *f, const char *wrong)
{
	struct buf err = { 0 };
	char order[96];

	printf("FAILED: %s: %s", f->s->name, wrong);
	if (f->call >= 0) {
		write_order(order, f);
		printf(" (TORTURE=%s)", order);
	}
	/* Where nothing was said, what was printed. */
	read_file(f->s->keys != NULL ? t->out : t->err, &err);
	if (err.len == 0)
		read_file(t->out, &err);
	printf("\n%.2000s\n", err.len > 2000 ? err.s + err.len - 2000 : err.s);
	fflush(stdout);
	buf_free(&err);
}

static int call_by_name(const char *name)
{
	for (int c = 0; c < CALL_COUNT; c++)
		if (strcmp(name, call_names[c]) == 0)
			return c;
	fprintf(stderr, "no call is named %s\n", name);
	exit(2);
}

static void add_site(struct sites *sites, const struct site *site)
{
	if (sites->n == sites->cap) {
		sites->cap = sites->cap > 0 ? 2 * sites->cap : 256;
		sites->s = xreallocarray(sites->s, sites->cap, sizeof(*sites->s));
	}
	sites->s[sites->n++] = *site;
}

static void read_site(struct torture *t, const char *line)
{
	struct site site = { 0 };
	char name[64];

	if (sscanf(line, "%63s %lx %lu", name, &site.key, &site.count) != 3)
		return;
	site.call = call_by_name(name);
	add_site(&t->sites, &site);
}

/* Whether the fault came to be. Without one, keeps what sites there are. */
static bool read_log(struct torture *t, const struct fault *fault)
{
	char line[128];
	bool fired = false;
	FILE *f = fopen(t->log, "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strcmp(line, "fired\n") == 0)
			fired = true;
		else if (fault->call < 0)
			read_site(t, line);
	}
	if (f != NULL)
		fclose(f);
	return fired;
}

static bool run(struct torture *t, const struct fault *f)
{
	const char *wrong, *left = NULL;
	int status;

	unlink(t->log);
	if (f->s->what & SETTINGS)
		reset_settings(t);
	status = f->s->keys != NULL ? run_interface(t, f, &left) : run_report(t, f);
	wrong = judge_status(f, status);
	if (wrong == NULL)
		wrong = left;
	if (wrong == NULL && f->s->keys == NULL)
		wrong = judge_report(t, f, status);
	if (wrong == NULL && f->s->what & SETTINGS)
		wrong = judge_settings(t, f);
	t->runs++;
	t->fired += read_log(t, f);
	if (wrong != NULL) {
		t->failed++;
		tell(t, f, wrong);
	}
	return wrong == NULL && (f->call >= 0 || WEXITSTATUS(status) == 0);
}

/* ---- all of them -------------------------------------------------------------- */

/* The run without a fault: finds the sites and keeps the rows. */
static bool measure(struct torture *t, const struct scenario *s)
{
	struct buf out = { 0 };
	const struct fault none = { .s = s, .call = -1 };
	bool fine;

	t->sites.n = 0;
	buf_reset(&t->rows);
	fine = run(t, &none);
	if (fine && s->what & ROWS) {
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

/* The first call from there in each of its errors, and a later one in one of them. */
static void torture_site(struct torture *t, const struct scenario *s, const struct site *site,
			 unsigned every)
{
	struct fault f = { s, site->call, site->key, 1, 0 };
	int e;

	for (e = 0; e < ERRNOS_MAX && call_errnos[site->call][e] != 0; e++) {
		f.error = call_errnos[site->call][e];
		if (roll(t) % every == 0)
			run(t, &f);
	}
	if (site->count > 1 && roll(t) % every == 0) {
		f.n = 2 + roll(t) % (site->count - 1);
		f.error = call_errnos[site->call][roll(t) % (unsigned)e];
		run(t, &f);
	}
}

static bool is_known(const struct torture *t, const struct site *site)
{
	for (size_t i = 0; i < t->known.n; i++)
		if (t->known.s[i].key == site->key)
			return true;
	return false;
}

/*
 * With every > 1 one fault of so many, by chance. In the interface a site that an earlier scenario has is left
 * out, as a run takes long there and comes to the same.
 */
static void torture(struct torture *t, const struct scenario *s, int only, unsigned every)
{
	const unsigned runs = t->runs, fired = t->fired;
	const pid_t traffic = s->what & TRAFFIC ? around_traffic() : -1;
	size_t tried = 0;

	if (!measure(t, s)) {
		t->failed++;
		around_end(traffic);
		return;
	}
	for (size_t i = 0; i < t->sites.n && t->failed < FAILED_MAX; i++) {
		const struct site *site = &t->sites.s[i];

		if ((only >= 0 && only != site->call) || is_known(t, site))
			continue;
		torture_site(t, s, site, every);
		tried++;
		if (s->keys != NULL)
			add_site(&t->known, site);
	}
	around_end(traffic);
	printf("%s: %zu of %zu sites, %u runs, %u faults\n", s->name, tried, t->sites.n,
	       t->runs - runs, t->fired - fired);
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

int main(int argc, char **argv)
{
	struct torture t = { .seed = 88172645463325252u };
	const char *only_scenario = NULL;
	unsigned every = 1, tried = 0;
	bool private = false;
	pid_t names = -1;
	int only = -1, c;

	while ((c = getopt(argc, argv, "c:e:pr:s:")) != -1) {
		if (c == 'p')
		private = true;
		else if (c == 'c') only = call_by_name(optarg);
		else if (c == 'e') every = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'r') t.seed = strtoull(optarg, NULL, 10) * 2 + 1;
		else if (c == 's') only_scenario = optarg;
		else return 2;
	}
	if (argc - optind != 2 || every == 0 || !prepare(&t)) {
		fputs("usage: torture [-p] [-c CALL] [-s SCENARIO] [-e EVERY] [-r SEED] PROGRAM "
		      "PRELOAD\n",
		      stderr);
		return 2;
	}
	t.program = argv[optind];
	t.preload = argv[optind + 1];
	if (private)
		names = around_name_server();
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
		if (only_scenario != NULL && strcmp(only_scenario, scenarios[i].name) != 0)
			continue;
		if (scenarios[i].what & PRIVATE && names < 0) {
			printf("%s: not tried without namespaces of its own\n", scenarios[i].name);
			continue;
		}
		torture(&t, &scenarios[i], only, every);
		tried++;
	}
	around_end(names);
	clean_up(&t);
	free(t.sites.s);
	free(t.known.s);
	buf_free(&t.rows);
	buf_free(&t.saved);
	printf("%u scenarios, %u runs, %u faults, %u failed\n", tried, t.runs, t.fired, t.failed);
	return t.failed == 0 && t.fired > 0 ? 0 : 1;
}
