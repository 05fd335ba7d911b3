/* SPDX-License-Identifier: MIT */
/* Holds man/sockeye-filter.7 to the program: its fields, its groups of states and its examples. */
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <string.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/mem.h"
#include "sockeye/filter/filter.h"

#include "check.h"
#include "test.h"

#define MANUAL "man/sockeye-filter.7"

struct page {
	char *lines[1024];
	size_t n;
};

static void read_page(struct page *p)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], line[1024];
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", srcdir != NULL ? srcdir : ".", MANUAL);
	in = fopen(path, "r");
	if (in == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	p->n = 0;
	while (fgets(line, sizeof(line), in) != NULL) {
		assert_true(p->n < ARRAY_SIZE(p->lines));
		line[strcspn(line, "\n")] = '\0';
		p->lines[p->n++] = xstrdup(line);
	}
	fclose(in);
}

static void free_page(struct page *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->lines[i]);
}

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* The line of the section's title, which must be there. */
static size_t find_section(const struct page *p, const char *title)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->lines[i], title) == 0)
			return i;
	fail_msg("no %s", title);
	return 0;
}

/* The text of a roff line as it is shown. */
static void plain(const char *roff, struct buf *out)
{
	static const struct {
		const char *escape;
		char c;
	} escapes[] = {
		{ "\\(dq", '"' },
		{ "\\(ti", '~' },
		{ "\\(ha", '^' },
		{ "\\e", '\\' },
	};

	buf_reset(out);
	buf_str(out, "");
	while (*roff != '\0') {
		size_t i = 0;

		while (i < ARRAY_SIZE(escapes) && !begins(roff, escapes[i].escape))
			i++;
		if (i < ARRAY_SIZE(escapes)) {
			buf_char(out, escapes[i].c);
			roff += strlen(escapes[i].escape);
		} else {
			assert_true(*roff != '\\');
			buf_char(out, *roff++);
		}
	}
}

static void test_filter_manual_examples_are_taken(void **state)
{
	struct page page;
	struct buf text = { 0 };
	unsigned examples = 0;
	bool services = getservbyname("http", "tcp") != NULL;

	(void)state;
	read_page(&page);
	for (size_t i = find_section(&page, ".Sh EXAMPLES") + 1;
	     i < page.n && !begins(page.lines[i], ".Sh "); i++) {
		struct filter *f;
		struct err e;

		if (!begins(page.lines[i], ".Dl "))
			continue;
		examples++;
		plain(page.lines[i] + 4, &text);
		f = filter_parse(text.s, text.len, &e);
		if (f == NULL && (services || strstr(e.msg, "service") == NULL))
			fail_msg("%s: %zu: %s", text.s, e.pos, e.msg);
		if (f != NULL)
			assert_false(filter_is_all(f));
		filter_free(f);
	}
	assert_true(examples >= 20);
	buf_free(&text);
	free_page(&page);
}

/* Every ".It Cm NAME" from the line on names something that known() knows; how many there are. */
static unsigned check_items(const struct page *p, size_t from, bool (*known)(const char *name))
{
	unsigned items = 0;

	for (size_t i = from + 1; i < p->n && !begins(p->lines[i], ".S"); i++) {
		if (!begins(p->lines[i], ".It Cm "))
			continue;
		if (!known(p->lines[i] + 7))
			fail_msg("the manual has %s", p->lines[i] + 7);
		items++;
	}
	return items;
}

static bool is_subject(const char *name)
{
	for (int i = 0; i < SUBJ_COUNT; i++)
		if (strcmp(subject_table[i].name, name) == 0)
			return true;
	return false;
}

static bool is_state_group(const char *name)
{
	unsigned i = ST_COUNT - 1;
	const char *word;

	while ((word = subject_table[SUBJ_STATE].words->word(i++)) != NULL)
		if (strcmp(word, name) == 0)
			return true;
	return false;
}

static void test_filter_manual_has_all_fields_and_groups(void **state)
{
	unsigned groups = 0;
	struct page page;

	(void)state;
	while (subject_table[SUBJ_STATE].words->word(ST_COUNT - 1 + groups) != NULL)
		groups++;
	read_page(&page);
	assert_int_equal(check_items(&page, find_section(&page, ".Sh FIELDS"), is_subject),
			 SUBJ_COUNT);
	assert_int_equal(check_items(&page, find_section(&page, ".Ss States"), is_state_group),
			 groups);
	free_page(&page);
}

/* Whether the line has the word, and that by itself. */
static bool names(const char *line, const char *word)
{
	const char *at = line;
	size_t len = strlen(word);

	while ((at = strstr(at, word)) != NULL) {
		char before = at == line ? ' ' : at[-1], after = at[len];

		if (before == ' ' && (after == ' ' || after == '\0' || after == ','))
			return true;
		at += len;
	}
	return false;
}

/* The other names of a field, and the reasons, stand in the field's paragraph. */
static void test_filter_manual_has_aliases_and_reasons(void **state)
{
	struct page page;
	size_t at;

	(void)state;
	read_page(&page);
	at = find_section(&page, ".Sh FIELDS");
	for (int i = 0; i < SUBJ_COUNT; i++) {
		const struct subject *s = &subject_table[i];
		const char *words[16] = { s->alias[0], s->alias[1] };
		size_t n = 2, line = at;
		char item[64];

		for (unsigned w = 0; i == SUBJ_OWNER && s->words->word(w) != NULL; w++)
			words[n++] = s->words->word(w);
		snprintf(item, sizeof(item), ".It Cm %s", s->name);
		while (line < page.n && strcmp(page.lines[line], item) != 0)
			line++;
		assert_true(line < page.n);
		for (size_t w = 0; w < n; w++) {
			bool found = words[w] == NULL;

			for (size_t l = line + 1; l < page.n && !begins(page.lines[l], ".It"); l++)
				found = found || names(page.lines[l], words[w]);
			if (!found)
				fail_msg("%s lacks %s", item, words[w]);
		}
	}
	free_page(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_manual_examples_are_taken),
		cmocka_unit_test(test_filter_manual_has_all_fields_and_groups),
		cmocka_unit_test(test_filter_manual_has_aliases_and_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
