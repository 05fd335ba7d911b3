/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/settings.h"

#define ANYBODY 65534

/* ---- text --------------------------------------------------------------- */

static int parse(struct settings *s, const char *text, struct err *e)
{
	*s = (struct settings){ .ascii = false };
	return settings_parse(s, text, strlen(text), e);
}

static void test_settings_parse_takes_each(void **state)
{
	struct settings s;
	struct err e;

	(void)state;
	assert_int_equal(parse(&s,
			       "# a comment\n"
			       "; another one\n"
			       "\n"
			       "interval = 0.5\n"
			       "  sort-processes=close_wait\r\n"
			       "\tsort-remotes = -recv_q ; in the line\n"
			       "sort-sockets = remote\n"
			       "sort-listeners = -accept_queue\n"
			       "sort-namespaces = -processes\n"
			       "group-processes = program\n"
			       "group-namespaces = container\n"
			       "group-remotes = 24\n"
			       "own-remotes = show\n"
			       "columns-processes = key,processes , CLOSE_WAIT ; in the line\n"
			       "columns-namespaces = inode,key\n"
			       "columns-sockets = state,local\n"
			       "columns-sockets = recvq\n"
			       "colors = crit=196\n"
			       "colors = warn=bold,3:dim=default\n"
			       "ascii = yes",
			       &e),
			 0);
	assert_int_equal(s.prefs.interval_ms, 500);
	assert_true(s.prefs.sort[LIST_PROCESSES].given);
	assert_int_equal(s.prefs.sort[LIST_PROCESSES].column, COL_STATE + ST_CLOSE_WAIT);
	assert_false(s.prefs.sort[LIST_PROCESSES].ascending);
	assert_int_equal(s.prefs.sort[LIST_REMOTES].column, COL_RECV_Q);
	assert_true(s.prefs.sort[LIST_REMOTES].ascending);
	assert_int_equal(s.prefs.sort[LIST_SOCKETS].column, F_REMOTE);
	assert_int_equal(s.prefs.sort[LIST_LISTENERS].column, COL_ACCEPT_QUEUE);
	assert_int_equal(s.prefs.sort[LIST_NAMESPACES].column, COL_PROCESSES);
	assert_int_equal(s.prefs.group[LIST_PROCESSES], BY_PROGRAM);
	assert_int_equal(s.prefs.group[LIST_NAMESPACES], BY_CONTAINER);
	assert_int_equal(s.prefs.columns[LIST_NAMESPACES].n, 2);
	assert_int_equal(s.prefs.columns[LIST_NAMESPACES].id[0], COL_INODE);
	assert_int_equal(s.prefs.remotes, REMOTES_24_48);
	assert_true(s.prefs.show_own);
	assert_int_equal(s.prefs.columns[LIST_PROCESSES].n, 3);
	assert_int_equal(s.prefs.columns[LIST_PROCESSES].id[1], COL_PROCESSES);
	assert_int_equal(s.prefs.columns[LIST_PROCESSES].id[2], COL_STATE + ST_CLOSE_WAIT);
	assert_int_equal(s.prefs.columns[LIST_SOCKETS].n, 3);
	assert_int_equal(s.prefs.columns[LIST_SOCKETS].id[2], F_RECV_Q);
	assert_int_equal(s.colors.style[ROLE_CRIT].fg, 196);
	assert_int_equal(s.colors.style[ROLE_WARN].fg, 3);
	assert_true(s.colors.given[ROLE_DIM]);
	assert_true(s.ascii);
}

static void test_settings_parse_of_nothing_sets_nothing(void **state)
{
	static const char *const texts[] = { "",
					     "\n",
					     "\n\n\n",
					     "# only this",
					     "\xef\xbb\xbf",
					     "\xef\xbb\xbf# x\n",
					     "   \n\t\n\r\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct settings s;
		struct err e;

		assert_int_equal(parse(&s, texts[i], &e), 0);
		assert_int_equal(s.prefs.interval_ms, 0);
		assert_false(s.prefs.sort[LIST_PROCESSES].given);
		for (unsigned list = 0; list < LIST_COUNT; list++) {
			assert_false(app_can_group((enum pref_list)list, s.prefs.group[list]));
			assert_int_equal(s.prefs.columns[list].n, 0);
		}
		assert_false(s.ascii);
	}
}

static void test_settings_parse_reports_line(void **state)
{
	static const struct {
		const char *text;
		size_t line;
		const char *msg;
	} cases[] = {
		{ "ascii=yes\n\npause = 3\n", 3, "no setting \"pause\"" },
		{ "# x\nascii = yes\ninterval = 0", 3,
		  "interval: not a number of seconds from 0.1 to 3600" },
		{ "ascii = yes\ninterval =", 2,
		  "interval: not a number of seconds from 0.1 to 3600" },
		{ "ascii = yes\nascii = YES", 2, "ascii: not yes or no" },
		{ "sort-processes = cookie\nascii = yes", 1,
		  "sort-processes: not a column of this list" },
		{ "sort-processes = addresses\nascii = yes", 1,
		  "sort-processes: not a column of this list" },
		{ "sort-remotes = --sockets\nascii = yes", 1,
		  "sort-remotes: not a column of this list" },
		{ "sort-sockets = \nascii = yes", 1, "sort-sockets: not a column of this list" },
		{ "ascii = yes\ngroup-processes = state", 2,
		  "group-processes: not process, program, user, container or unit" },
		{ "ascii = yes\ngroup-namespaces = process", 2,
		  "group-namespaces: not netns or container" },
		{ "ascii = yes\ncolumns-namespaces = ports", 2,
		  "columns-namespaces: not a column of this list" },
		{ "ascii = yes\ngroup-remotes = 8", 2,
		  "group-remotes: not mixed, address, 24 or 16" },
		{ "ascii = yes\nown-remotes = yes", 2, "own-remotes: not show or hide" },
		{ "ascii = yes\ncolumns-sockets = state,nonsense", 2,
		  "columns-sockets: not a column of this list" },
		{ "ascii = yes\ncolumns-remotes =", 2,
		  "columns-remotes: not a column of this list" },
		{ "columns-sockets = state\nascii = yes\ncolumns-sockets = local,state", 3,
		  "columns-sockets: a column is there twice" },
		{ "ascii = yes\ncolors = crit=1:crti=2", 2, "colors: no such role" },
		{ "ascii = yes\nwhat", 2, "not of the form NAME = VALUE" },
		{ "ascii = yes\n = 3", 2, "no setting \"\"" },
		{ "ascii = yes\n[screen]\ninterval = 1", 2, "there are no sections here" },
		{ "ascii = yes\n[screen", 2, "there are no sections here" },
		/* The first counts, whoever saw it. */
		{ "ascii = yes\nwhat\ninterval = x\n", 2, "not of the form NAME = VALUE" },
		{ "ascii = yes\ninterval = x\nwhat\n", 2,
		  "interval: not a number of seconds from 0.1 to 3600" },
		{ "\xef\xbb\xbf"
		  "ascii = yes\nx = y",
		  2, "no setting \"x\"" },
		/* A line that begins with a blank is no more of the one before. */
		{ "ascii = yes\n  no\n", 2, "not of the form NAME = VALUE" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct settings s;
		struct err e;

		assert_int_equal(parse(&s, cases[i].text, &e), -EINVAL);
		assert_string_equal(e.msg, cases[i].msg);
		assert_int_equal(e.pos, cases[i].line);
		assert_true(s.ascii); /* the rest counts */
	}
}

/* The file may be one that the user must not read: only a name may come back. */
static void test_settings_parse_repeats_no_value(void **state)
{
	static const char *const texts[] = {
		"root:secret:0\n",
		"interval = secret\n",
		"sort-sockets = secret\n",
		"colors = secret=1\n",
		"ascii = secret\n",
		"colors = crit=secret\n",
		"some secret line\n",
		"[secret]\n",
		"group-processes = secret\n",
		"columns-sockets = secret,secret\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct settings s;
		struct err e;

		assert_int_equal(parse(&s, texts[i], &e), -EINVAL);
		assert_null(strstr(e.msg, "secret"));
	}
}

static void test_settings_parse_of_hostile_lines(void **state)
{
	static const char nul[] = "ascii = yes\ninter\0val = 1\n";
	static const size_t long_lines[] = { SETTINGS_LINE_MAX + 1, 199, 200, 201, 5000, 100000 };
	struct settings s = { .ascii = false };
	struct err e;

	(void)state;
	assert_int_equal(settings_parse(&s, nul, sizeof(nul) - 1, &e), -EINVAL);
	assert_int_equal(e.pos, 2);
	assert_string_equal(e.msg, "there is a NUL byte in this line");
	assert_true(s.ascii);
	for (size_t i = 0; i < ARRAY_SIZE(long_lines); i++) {
		struct buf text = { .s = NULL };

		buf_str(&text, "interval = 1\n#");
		buf_fill(&text, 'x', long_lines[i] - 1);
		buf_str(&text, "\ninterval = 2\n");
		assert_int_equal(parse(&s, text.s, &e), -EINVAL);
		assert_int_equal(e.pos, 2);
		assert_string_equal(e.msg, "this line is too long");
		assert_int_equal(s.prefs.interval_ms, 2000);
		buf_free(&text);
	}
}

static void test_settings_parse_takes_the_longest_line(void **state)
{
	struct buf text = { .s = NULL };
	struct settings s;
	struct err e;

	(void)state;
	buf_str(&text, "interval =");
	buf_fill(&text, ' ', SETTINGS_LINE_MAX - text.len - 1);
	buf_str(&text, "7\nascii = yes\n");
	assert_int_equal(parse(&s, text.s, &e), 0);
	assert_int_equal(s.prefs.interval_ms, 7000);
	assert_true(s.ascii);
	buf_free(&text);
}

static void assert_same(const struct settings *a, const struct settings *b)
{
	assert_int_equal(a->prefs.interval_ms, b->prefs.interval_ms);
	assert_int_equal(a->ascii, b->ascii);
	assert_int_equal(a->prefs.remotes, b->prefs.remotes);
	assert_int_equal(a->prefs.show_own, b->prefs.show_own);
	for (unsigned i = 0; i < LIST_COUNT; i++) {
		assert_int_equal(a->prefs.group[i], b->prefs.group[i]);
		assert_int_equal(a->prefs.sort[i].given, b->prefs.sort[i].given);
		assert_int_equal(a->prefs.sort[i].column, b->prefs.sort[i].column);
		assert_int_equal(a->prefs.sort[i].ascending, b->prefs.sort[i].ascending);
		assert_int_equal(a->prefs.columns[i].n, b->prefs.columns[i].n);
		assert_memory_equal(a->prefs.columns[i].id, b->prefs.columns[i].id,
				    a->prefs.columns[i].n);
	}
	for (unsigned r = 0; r < ROLE_COUNT; r++) {
		assert_int_equal(a->colors.given[r], b->colors.given[r]);
		assert_int_equal(a->colors.style[r].attrs, b->colors.style[r].attrs);
		assert_int_equal(a->colors.style[r].fg, b->colors.style[r].fg);
	}
}

/* Each that the list has comes in or not, each time that the die says so. */
static struct app_columns random_columns(enum pref_list list, uint64_t *seed)
{
	unsigned ids = list == LIST_SOCKETS ? F_COUNT : COL_COUNT;
	struct app_columns c = { .n = 0 };
	struct err e;

	for (unsigned tries = (unsigned)(test_random(seed) % 60); tries > 0; tries--) {
		uint8_t id = (uint8_t)(test_random(seed) % ids);

		app_add_columns(&c, list, app_column_name(list, id), &e);
	}
	return c;
}

static struct settings random_settings(uint64_t *seed)
{
	static const char *const columns[LIST_COUNT][3] = {
		[LIST_PROCESSES] = { "key", "close_wait", "peers" },
		[LIST_REMOTES] = { "sockets", "delta", "processes" },
		[LIST_LISTENERS] = { "key", "accept_queue", "peers" },
		[LIST_NAMESPACES] = { "key", "processes", "listen" },
		[LIST_SOCKETS] = { "state", "cookie", "if" },
	};
	struct settings s = { .ascii = test_random(seed) % 2 };

	s.prefs.interval_ms = (unsigned)(test_random(seed) % 2 * (100 + test_random(seed) % 9000));
	for (unsigned i = 0; i < LIST_COUNT; i++) {
		const char *name = columns[i][test_random(seed) % 3];

		if (test_random(seed) % 4 == 0)
			continue;
		s.prefs.sort[i].given = true;
		s.prefs.sort[i].column =
			(uint8_t)app_sort_by_name((enum pref_list)i, name, strlen(name));
		s.prefs.sort[i].ascending = test_random(seed) % 2;
	}
	for (unsigned i = 0; i < LIST_COUNT; i++)
		s.prefs.columns[i] = random_columns((enum pref_list)i, seed);
	s.prefs.group[LIST_PROCESSES] =
		(enum by[]){ BY_STATE, BY_PROCESS, BY_PROGRAM, BY_USER }[test_random(seed) % 4];
	s.prefs.group[LIST_NAMESPACES] =
		(enum by[]){ BY_STATE, BY_NETNS, BY_CONTAINER }[test_random(seed) % 3];
	s.prefs.remotes = (enum remotes_by)(test_random(seed) % REMOTES_COUNT);
	s.prefs.show_own = test_random(seed) % 2;
	for (unsigned r = 0; r < ROLE_COUNT; r++) {
		if (test_random(seed) % 2)
			continue;
		s.colors.given[r] = true;
		s.colors.style[r] =
			(struct style){ .attrs = (uint8_t)(test_random(seed) % 8),
					.fg = (int16_t)((int)(test_random(seed) % 257) - 1) };
	}
	return s;
}

static void test_settings_print_is_what_parse_takes(void **state)
{
	uint64_t seed = test_seed();

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		struct settings s = random_settings(&seed), again;
		struct buf text = { .s = NULL };
		struct err e;

		settings_print(&s, &text);
		assert_int_equal(parse(&again, text.s, &e), 0);
		assert_same(&s, &again);
		buf_free(&text);
	}
}

static void test_settings_print_makes_several_lines_of_many_columns(void **state)
{
	struct settings s = { .ascii = false }, again;
	struct app_columns *c = &s.prefs.columns[LIST_SOCKETS];
	struct buf text = { .s = NULL };
	unsigned lines = 0;
	struct err e;

	(void)state;
	while (c->n < F_COUNT) {
		c->id[c->n] = (uint8_t)(F_COUNT - 1 - c->n);
		c->n++;
	}
	settings_print(&s, &text);
	for (const char *line = text.s; *line != '\0'; line += strcspn(line, "\n") + 1) {
		assert_true(strcspn(line, "\n") <= 100);
		lines += strncmp(line, "columns-sockets = ", 18) == 0;
	}
	assert_true(lines > 1);
	assert_int_equal(parse(&again, text.s, &e), 0);
	assert_same(&s, &again);
	buf_free(&text);
}

static void test_settings_apply_gives_way_to_the_command_line(void **state)
{
	char *argv[] = { (char[]){ "sockeye" }, (char[]){ "-d" }, (char[]){ "9" }, NULL };
	struct settings s;
	struct options o;
	struct err e;

	(void)state;
	assert_int_equal(parse(&s, "interval = 5\nascii = yes", &e), 0);
	assert_int_equal(options_parse(&o, 1, argv, &e), 0);
	assert_int_equal(o.interval_ms, 2000);
	settings_apply(&s, &o);
	assert_int_equal(o.interval_ms, 5000);
	assert_true(o.ascii);
	options_free(&o);

	assert_int_equal(options_parse(&o, 3, argv, &e), 0);
	settings_apply(&s, &o);
	assert_int_equal(o.interval_ms, 9000);
	options_free(&o);

	assert_int_equal(parse(&s, "", &e), 0);
	assert_int_equal(options_parse(&o, 1, argv, &e), 0);
	settings_apply(&s, &o);
	assert_int_equal(o.interval_ms, 2000);
	assert_false(o.ascii);
	options_free(&o);
}

/* ---- the file ----------------------------------------------------------- */

struct own_place {
	char dir[64]; /* the configuration directory */
	char own[80]; /* ours in it */
	char file[96];
};

static void set_names(struct own_place *p)
{
	snprintf(p->own, sizeof(p->own), "%s/sockeye", p->dir);
	snprintf(p->file, sizeof(p->file), "%s/sockeye.conf", p->own);
}

static int set_up(void **state)
{
	struct own_place *p = xcalloc(1, sizeof(*p));
	const char *tmp = getenv("TMPDIR");

	umask(022);
	snprintf(p->dir, sizeof(p->dir), "%.40s/settings-XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	set_names(p);
	*state = p;
	return 0;
}

static void remove_tree(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_tree(fd, entry->d_name);
	if (d != NULL)
		closedir(d);
	unlinkat(parent, name, d != NULL ? AT_REMOVEDIR : 0);
}

static int tear_down(void **state)
{
	struct own_place *p = *state;

	remove_tree(AT_FDCWD, p->dir);
	free(p);
	return 0;
}

static void write_text(const struct own_place *p, const char *text, size_t len)
{
	int fd;

	assert_true(mkdir(p->own, 0755) == 0 || errno == EEXIST);
	fd = open(p->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void write_file(const struct own_place *p, const char *text)
{
	write_text(p, text, strlen(text));
}

static int load(const struct own_place *p, struct settings *s, struct err *e)
{
	*s = (struct settings){ .ascii = false };
	return settings_load(s, p->dir, e);
}

static void assert_refused(const struct own_place *p, const char *why)
{
	struct settings s;
	struct err e;

	assert_true(load(p, &s, &e) < 0);
	assert_string_equal(e.msg, why);
	assert_int_equal(e.pos, ERR_NO_POS);
	assert_int_equal(s.prefs.interval_ms, 0);
}

static void test_settings_load_reads(void **state)
{
	struct settings s;
	struct err e;

	write_file(*state, "interval = 3");
	assert_int_equal(load(*state, &s, &e), 0);
	assert_int_equal(s.prefs.interval_ms, 3000);
	write_file(*state, "interval = 3\nx = 1\n");
	assert_int_equal(load(*state, &s, &e), -EINVAL);
	assert_int_equal(e.pos, 2);
	assert_int_equal(s.prefs.interval_ms, 3000);
	write_file(*state, "");
	assert_int_equal(load(*state, &s, &e), 0);
}

static void test_settings_load_without_a_file(void **state)
{
	struct own_place *p = *state, none = *p;
	struct settings s;
	struct err e;

	assert_int_equal(load(p, &s, &e), 0);
	assert_int_equal(mkdir(p->own, 0700), 0);
	assert_int_equal(load(p, &s, &e), 0);
	snprintf(none.dir, sizeof(none.dir), "/dev/null");
	assert_int_equal(load(&none, &s, &e), 0);
	snprintf(none.dir, sizeof(none.dir), "/dev/null/none");
	assert_int_equal(load(&none, &s, &e), 0);
	assert_int_equal(s.prefs.interval_ms, 0);
}

static void test_settings_load_refuses_what_is_no_file(void **state)
{
	struct own_place *p = *state;
	char other[96];

	assert_int_equal(mkdir(p->own, 0755), 0);
	assert_int_equal(mkdir(p->file, 0755), 0);
	assert_refused(p, "it is not a regular file");
	rmdir(p->file);

	/* Nobody writes to it: opening it must not wait. */
	assert_int_equal(mkfifo(p->file, 0600), 0);
	assert_refused(p, "it is not a regular file");
	unlink(p->file);

	snprintf(other, sizeof(other), "%s/other", p->dir);
	write_file(p, "interval = 3\n");
	assert_int_equal(rename(p->file, other), 0);
	assert_int_equal(symlink(other, p->file), 0);
	assert_refused(p, "it is a symbolic link");
}

static void test_settings_load_refuses_what_others_may_write(void **state)
{
	static const mode_t modes[] = { 0620, 0602, 0666, 0777 };
	struct own_place *p = *state;
	struct settings s;
	struct err e;

	write_file(p, "interval = 3\n");
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		assert_int_equal(chmod(p->file, modes[i]), 0);
		assert_refused(p, "others may write to it");
	}
	assert_int_equal(chmod(p->file, 0444), 0);
	assert_int_equal(load(p, &s, &e), 0);
}

static void test_settings_load_refuses_a_large_file(void **state)
{
	struct own_place *p = *state;
	struct settings s;
	struct err e;
	char *text = xcalloc(1, SETTINGS_MAX);

	memset(text, '\n', SETTINGS_MAX);
	memcpy(text, "interval = 3", 12);
	write_text(p, text, SETTINGS_MAX);
	assert_int_equal(load(p, &s, &e), 0);
	assert_int_equal(s.prefs.interval_ms, 3000);
	assert_int_equal(truncate(p->file, SETTINGS_MAX + 1), 0);
	assert_refused(p, "it is larger than 1 MiB");
	assert_int_equal(truncate(p->file, (off_t)1 << 30), 0); /* a hole */
	assert_refused(p, "it is larger than 1 MiB");
	free(text);
}

static void test_settings_load_goes_by_owner(void **state)
{
	struct own_place *p = *state;
	struct settings s;
	struct err e;

	if (geteuid() != 0) {
		print_message("needs root: chown\n");
		skip();
	}
	write_file(p, "interval = 3\n");
	assert_int_equal(chown(p->file, ANYBODY, 0), 0);
	assert_refused(p, "it belongs to another user");

	assert_int_equal(chmod(p->dir, 0711), 0);
	assert_int_equal(seteuid(ANYBODY), 0);
	assert_int_equal(load(p, &s, &e), 0);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(s.prefs.interval_ms, 3000);

	assert_int_equal(chown(p->file, 0, 0), 0);
	assert_int_equal(seteuid(ANYBODY), 0);
	assert_int_equal(load(p, &s, &e), 0); /* root may say what holds */
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(s.prefs.interval_ms, 3000);

	assert_int_equal(chmod(p->file, 0600), 0);
	assert_int_equal(seteuid(ANYBODY), 0);
	assert_refused(p, "Permission denied");
	assert_int_equal(seteuid(0), 0);

	/* behind a directory that is closed to us there is nothing of ours */
	assert_int_equal(chmod(p->dir, 0700), 0);
	assert_int_equal(seteuid(ANYBODY), 0);
	assert_int_equal(load(p, &s, &e), 0);
	assert_int_equal(seteuid(0), 0);
}

static void test_settings_dir_comes_from_absolute_paths(void **state)
{
	static const struct {
		const char *config, *home, *dir;
	} cases[] = {
		{ "/c", "/h", "/c" },        { NULL, "/h", "/h/.config" },
		{ "", "/h", "/h/.config" },  { "c", "/h", "/h/.config" },
		{ ".", "/h", "/h/.config" }, { "c", "h", NULL },
		{ NULL, "", NULL },          { NULL, NULL, NULL },
	};
	char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	(void)state;
	config = config != NULL ? xstrdup(config) : NULL;
	home = home != NULL ? xstrdup(home) : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf dir = { .s = NULL };
		const char *why = NULL;

		unsetenv("XDG_CONFIG_HOME");
		unsetenv("HOME");
		if (cases[i].config != NULL)
			setenv("XDG_CONFIG_HOME", cases[i].config, 1);
		if (cases[i].home != NULL)
			setenv("HOME", cases[i].home, 1);
		assert_int_equal(settings_dir(&dir, &why), cases[i].dir != NULL);
		if (cases[i].dir != NULL)
			assert_string_equal(dir.s, cases[i].dir);
		else
			assert_non_null(why);
		buf_free(&dir);
	}
	if (config != NULL)
		setenv("XDG_CONFIG_HOME", config, 1);
	if (home != NULL)
		setenv("HOME", home, 1);
	free(config);
	free(home);
}

/* ---- writing ------------------------------------------------------------ */

static unsigned count_files(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	unsigned n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(d);
	return n;
}

static void test_settings_save_is_what_load_reads(void **state)
{
	struct own_place *p = *state;
	uint64_t seed = test_seed();

	for (unsigned i = 0; i < 5; i++) {
		struct settings s = random_settings(&seed), again;
		struct stat st;
		struct err e;

		assert_int_equal(settings_save(&s, p->dir, &e), 0);
		assert_int_equal(load(p, &again, &e), 0);
		assert_same(&s, &again);
		assert_int_equal(stat(p->file, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_int_equal(stat(p->own, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0700);
		assert_int_equal(count_files(p->own), 1);
	}
}

static void test_settings_save_makes_directories(void **state)
{
	struct own_place *p = *state;
	struct settings s = { .prefs = { .interval_ms = 1000 } }, again;
	char inner[80], deep[80];
	struct stat st;
	struct err e;

	snprintf(inner, sizeof(inner), "%.60s/.config", p->dir);
	snprintf(deep, sizeof(deep), "%.60s/a/b", p->dir);
	assert_int_equal(settings_save(&s, inner, &e), 0);
	assert_int_equal(stat(inner, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(settings_load(&again, inner, &e), 0);
	/* One step, as a home directory is there or nothing is. */
	assert_int_equal(settings_save(&s, deep, &e), -ENOENT);
}

static void test_settings_save_refuses_what_load_refuses(void **state)
{
	struct own_place *p = *state;
	struct settings s = { .prefs = { .interval_ms = 1000 } };
	struct stat st;
	struct err e;

	write_file(p, "interval = 3\n");
	assert_int_equal(chmod(p->file, 0666), 0);
	assert_true(settings_save(&s, p->dir, &e) < 0);
	assert_string_equal(e.msg, "sockeye.conf is not replaced: others may write to it");
	unlink(p->file);
	assert_int_equal(symlink("/etc/passwd", p->file), 0);
	assert_true(settings_save(&s, p->dir, &e) < 0);
	assert_string_equal(e.msg, "sockeye.conf is not replaced: it is a symbolic link");
	unlink(p->file);
	assert_int_equal(mkdir(p->file, 0700), 0);
	assert_true(settings_save(&s, p->dir, &e) < 0);
	assert_int_equal(stat(p->file, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(count_files(p->own), 1);
}

static void test_settings_save_keeps_out_of_others_directories(void **state)
{
	struct own_place *p = *state;
	struct settings s = { .prefs = { .interval_ms = 1000 } };
	char inner[80];
	struct err e;

	assert_int_equal(mkdir(p->own, 0755), 0);
	assert_int_equal(chmod(p->own, 0777), 0);
	assert_true(settings_save(&s, p->dir, &e) < 0);
	assert_string_equal(e.msg, "sockeye belongs to another user, or others may write to it");
	assert_int_equal(rmdir(p->own), 0);

	/* Where somebody else decides what a name leads to. */
	assert_int_equal(symlink("/etc", p->own), 0);
	assert_true(settings_save(&s, p->dir, &e) < 0);
	assert_int_equal(unlink(p->own), 0);

	if (geteuid() != 0)
		return;
	assert_int_equal(chown(p->dir, ANYBODY, 0), 0);
	snprintf(inner, sizeof(inner), "%.60s/.config", p->dir);
	assert_true(settings_save(&s, p->dir, &e) < 0);
	assert_true(settings_save(&s, inner, &e) < 0);
	assert_int_equal(count_files(p->dir), 0);
	assert_int_equal(mkdir(p->own, 0755), 0);
	assert_int_equal(chown(p->own, ANYBODY, 0), 0);
	assert_true(settings_save(&s, p->dir, &e) < 0);
	assert_int_equal(count_files(p->own), 0);
}

/* No room: what was there stays as it is, and nothing else is left behind. */
static void test_settings_save_is_all_or_nothing(void **state)
{
	struct own_place *p = *state;
	struct rlimit old, small;
	struct settings s = { .prefs = { .interval_ms = 1000 } }, again;
	struct err e;
	int rc;

	write_file(p, "interval = 3\n");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){ .rlim_cur = 8, .rlim_max = old.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = settings_save(&s, p->dir, &e);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(rc, -EFBIG);
	assert_int_equal(load(p, &again, &e), 0);
	assert_int_equal(again.prefs.interval_ms, 3000);
	assert_int_equal(count_files(p->own), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings_parse_takes_each),
		cmocka_unit_test(test_settings_parse_of_nothing_sets_nothing),
		cmocka_unit_test(test_settings_parse_reports_line),
		cmocka_unit_test(test_settings_parse_repeats_no_value),
		cmocka_unit_test(test_settings_parse_of_hostile_lines),
		cmocka_unit_test(test_settings_parse_takes_the_longest_line),
		cmocka_unit_test(test_settings_print_is_what_parse_takes),
		cmocka_unit_test(test_settings_print_makes_several_lines_of_many_columns),
		cmocka_unit_test(test_settings_apply_gives_way_to_the_command_line),
		cmocka_unit_test_setup_teardown(test_settings_load_reads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_settings_load_without_a_file, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_settings_load_refuses_what_is_no_file, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_settings_load_refuses_what_others_may_write,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_settings_load_refuses_a_large_file, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_settings_load_goes_by_owner, set_up,
						tear_down),
		cmocka_unit_test(test_settings_dir_comes_from_absolute_paths),
		cmocka_unit_test_setup_teardown(test_settings_save_is_what_load_reads, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_settings_save_makes_directories, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_settings_save_refuses_what_load_refuses,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_settings_save_keeps_out_of_others_directories,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_settings_save_is_all_or_nothing, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
