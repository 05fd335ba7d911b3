/* SPDX-License-Identifier: MIT */
/* The settings as text: one table for reading and writing. Cutting lines in two is inih's. */
#include "sockeye/settings.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

#include "sockeye/base/fmt.h"
#include "sockeye/base/mem.h"

/* Bytes of a value, as far as it can be cut: a line of it fits a terminal. */
#define VALUE_USUAL 56

/* ---- one function pair a setting --------------------------------------- */

static void print_line(struct buf *out, const char *name, const char *value)
{
	buf_fmt(out, "%s = %s\n", name, value);
}

static int parse_interval(struct settings *s, const char *value, struct err *e)
{
	if (options_parse_delay(value, &s->prefs.interval_ms) != 0)
		return err_set(e, -EINVAL, "not a number of seconds from 0.1 to 3600");
	return 0;
}

static void print_interval(const struct settings *s, const char *name, struct buf *out)
{
	char text[FMT_SIZE];

	if (s->prefs.interval_ms == 0)
		return;
	text[fmt_interval(text, s->prefs.interval_ms) - 1] = '\0'; /* without the unit */
	print_line(out, name, text);
}

/* As --sort: a minus sign before the column sorts upwards. */
static int parse_sort(struct settings *s, enum pref_list list, const char *value, struct err *e)
{
	bool ascending = *value == '-';
	int column = app_sort_by_name(list, value + ascending, strlen(value + ascending));

	if (column < 0)
		return err_set(e, -EINVAL, "not a column of this list");
	s->prefs.sort[list] = (struct app_sort){ .given = true,
						 .column = (uint8_t)column,
						 .ascending = ascending };
	return 0;
}

static void print_sort(const struct settings *s, enum pref_list list, const char *name,
		       struct buf *out)
{
	const struct app_sort *sort = &s->prefs.sort[list];

	if (sort->given)
		buf_fmt(out, "%s = %s%s\n", name, sort->ascending ? "-" : "",
			app_column_name(list, sort->column));
}

/* Several of these lines add up, so that none must be long. */
static int parse_columns(struct settings *s, enum pref_list list, const char *value, struct err *e)
{
	return app_add_columns(&s->prefs.columns[list], list, value, e);
}

static void print_columns(const struct settings *s, enum pref_list list, const char *name,
			  struct buf *out)
{
	const struct app_columns *c = &s->prefs.columns[list];
	struct buf line = { .s = NULL };

	for (unsigned i = 0; i < c->n; i++) {
		const char *column = app_column_name(list, c->id[i]);

		if (line.len > 0 && line.len + 1 + strlen(column) > VALUE_USUAL) {
			print_line(out, name, line.s);
			buf_reset(&line);
		}
		buf_fmt(&line, "%s%s", line.len > 0 ? "," : "", column);
	}
	if (line.len > 0)
		print_line(out, name, line.s);
	buf_free(&line);
}

/* The settings of one list: what is sort-LIST in the file, and columns-LIST. */
#define OF_LIST(what, id, list)                                                              \
	static int parse_##what##_##id(struct settings *s, const char *value, struct err *e) \
	{                                                                                    \
		return parse_##what(s, list, value, e);                                      \
	}                                                                                    \
	static void print_##what##_##id(const struct settings *s, const char *name,          \
					struct buf *out)                                     \
	{                                                                                    \
		print_##what(s, list, name, out);                                            \
	}

// clang-format off
OF_LIST(sort, processes, LIST_PROCESSES)
OF_LIST(sort, remotes, LIST_REMOTES)
OF_LIST(sort, listeners, LIST_LISTENERS)
OF_LIST(sort, namespaces, LIST_NAMESPACES)
OF_LIST(sort, sockets, LIST_SOCKETS)
OF_LIST(columns, processes, LIST_PROCESSES)
OF_LIST(columns, remotes, LIST_REMOTES)
OF_LIST(columns, listeners, LIST_LISTENERS)
OF_LIST(columns, namespaces, LIST_NAMESPACES)
OF_LIST(columns, sockets, LIST_SOCKETS)
// clang-format on

static int parse_group(struct settings *s, enum pref_list list, const char *value,
		       const char *words, struct err *e)
{
	int by = by_by_name(value, strlen(value));

	if (by < 0 || !app_can_group(list, (enum by)by))
		return err_set(e, -EINVAL, "not %s", words);
	s->prefs.group[list] = (enum by)by;
	return 0;
}

static void print_group(const struct settings *s, enum pref_list list, const char *name,
			struct buf *out)
{
	if (app_can_group(list, s->prefs.group[list]))
		print_line(out, name, by_name(s->prefs.group[list]));
}

static int parse_group_processes(struct settings *s, const char *value, struct err *e)
{
	return parse_group(s, LIST_PROCESSES, value, "process, program, user, container or unit",
			   e);
}

static void print_group_processes(const struct settings *s, const char *name, struct buf *out)
{
	print_group(s, LIST_PROCESSES, name, out);
}

static int parse_group_namespaces(struct settings *s, const char *value, struct err *e)
{
	return parse_group(s, LIST_NAMESPACES, value, "netns or container", e);
}

static void print_group_namespaces(const struct settings *s, const char *name, struct buf *out)
{
	print_group(s, LIST_NAMESPACES, name, out);
}

static int parse_group_remotes(struct settings *s, const char *value, struct err *e)
{
	int by = app_remotes_by_name(value);

	if (by < 0)
		return err_set(e, -EINVAL, "not mixed, address, 24 or 16");
	s->prefs.remotes = (enum remotes_by)by;
	return 0;
}

static void print_group_remotes(const struct settings *s, const char *name, struct buf *out)
{
	if (s->prefs.remotes != REMOTES_MIXED)
		print_line(out, name, app_remotes_name(s->prefs.remotes));
}

static int parse_own_remotes(struct settings *s, const char *value, struct err *e)
{
	bool show = strcmp(value, "show") == 0;

	if (!show && strcmp(value, "hide") != 0)
		return err_set(e, -EINVAL, "not show or hide");
	s->prefs.show_own = show;
	return 0;
}

static void print_own_remotes(const struct settings *s, const char *name, struct buf *out)
{
	if (s->prefs.show_own)
		print_line(out, name, "show");
}

/* These add up as well. */
static int parse_colors(struct settings *s, const char *value, struct err *e)
{
	return theme_own_add(&s->colors, value, e);
}

static void print_colors(const struct settings *s, const char *name, struct buf *out)
{
	struct buf look = { .s = NULL };

	for (unsigned r = 0; r < ROLE_COUNT; r++) {
		buf_reset(&look);
		theme_own_print(&s->colors, (enum role)r, &look);
		if (look.len > 0)
			print_line(out, name, look.s);
	}
	buf_free(&look);
}

static int parse_ascii(struct settings *s, const char *value, struct err *e)
{
	bool yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return err_set(e, -EINVAL, "not yes or no");
	s->ascii = yes;
	return 0;
}

static void print_ascii(const struct settings *s, const char *name, struct buf *out)
{
	if (s->ascii)
		print_line(out, name, "yes");
}

static const struct setting {
	const char *name, *help;
	int (*parse)(struct settings *s, const char *value, struct err *e);
	/* Appends the lines that set it, none when it is not set. */
	void (*print)(const struct settings *s, const char *name, struct buf *out);
} table[] = {
#define SETTING(id, name_, value, help_) \
	{ .name = (name_), .help = (help_), .parse = parse_##id, .print = print_##id },
#include "sockeye/settings.def"
};

/* ---- reading ------------------------------------------------------------ */

struct reading {
	struct settings *settings;
	const char *at;
	size_t left;
	size_t line;   /* that was handed out last, from 1 */
	struct err *e; /* the first error that is known, code 0: none */
};

static void note(struct reading *r, const char *name, const char *what)
{
	if (r->e->code == 0)
		err_at(r->e, -EINVAL, r->line, "%s%s%s", name, *name != '\0' ? ": " : "", what);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * A line for inih, or an empty one in the place of what it would not take as it stands there: it
 * joins a line that begins with a blank to the one before, cuts a long one in two, ends at a NUL.
 */
static char *next_line(char *buf, int size, void *reading)
{
	struct reading *r = reading;
	const char *line = r->at, *end;
	size_t len;

	if (r->left == 0)
		return NULL;
	end = memchr(line, '\n', r->left);
	len = end != NULL ? (size_t)(end - line) : r->left;
	r->at += len + (end != NULL);
	r->left -= len + (end != NULL);
	r->line++;
	while (len > 0 && is_blank(*line)) {
		line++;
		len--;
	}
	buf[0] = '\0';
	if (memchr(line, '\0', len) != NULL)
		note(r, "", "there is a NUL byte in this line");
	else if (len > SETTINGS_LINE_MAX || len >= (size_t)size)
		note(r, "", "this line is too long");
	else if (len > 0 && *line == '[')
		note(r, "", "there are no sections here");
	else {
		memcpy(buf, line, len);
		buf[len] = '\0';
	}
	return buf;
}

/* Returns 0 for an error, as inih wants it. */
static int take_setting(void *reading, const char *section, const char *name, const char *value)
{
	struct reading *r = reading;
	struct err why;

	(void)section;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (strcmp(name, table[i].name) != 0)
			continue;
		if (table[i].parse(r->settings, value, &why) == 0)
			return 1;
		note(r, table[i].name, why.msg);
		return 0;
	}
	if (r->e->code == 0)
		err_at(r->e, -EINVAL, r->line, "no setting \"%.40s\"", name);
	return 0;
}

static bool has_mark(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
}

int settings_parse(struct settings *s, const char *text, size_t len, struct err *e)
{
	size_t mark = has_mark(text, len) ? 3 : 0; /* of UTF-8, as some editors write it */
	struct reading r = { .settings = s, .at = text + mark, .left = len - mark, .e = e };
	int first;

	err_set(e, 0, "%s", "");
	first = ini_parse_stream(next_line, &r, take_setting, &r);
	/* What is no setting at all only inih has seen. */
	if (first > 0 && (e->code == 0 || (size_t)first < e->pos))
		err_at(e, -EINVAL, (size_t)first, "not of the form NAME = VALUE");
	else if (first < 0 && e->code == 0)
		err_at(e, -EINVAL, 1, "cannot be read");
	return e->code;
}

/* ---- writing ------------------------------------------------------------ */

void settings_print(const struct settings *s, struct buf *out)
{
	buf_str(out,
		"# Settings of sockeye: see sockeye.conf(5). Written by the key W, which keeps no\n"
		"# comments.\n");
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct buf lines = { .s = NULL };

		table[i].print(s, table[i].name, &lines);
		if (lines.len > 0)
			buf_fmt(out, "\n# %s\n%s", table[i].help, lines.s);
		buf_free(&lines);
	}
}

void settings_apply(const struct settings *s, struct options *o)
{
	if (!o->has_interval && s->prefs.interval_ms != 0)
		o->interval_ms = s->prefs.interval_ms;
	o->ascii = o->ascii || s->ascii;
}
