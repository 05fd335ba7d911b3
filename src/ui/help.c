/* SPDX-License-Identifier: MIT */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "bar.h"

/* From here on the text stands in two columns. */
#define TWO_COLUMNS_W 76
#define TERM_W        10 /* of a key, a mark or a head */
#define LINES_MAX     256
/* Narrower than this texts are cut by the edge: a word a line is no text. */
#define TEXT_LEAST_W 20
#define HEAD_H       1
#define FOOT_H       1

/* A head (no term), a term and what it means, or the rest of a meaning (neither). */
struct help_line {
	char term[KEYMAP_TEXT_SIZE];
	struct clean text;
	bool head;
};

struct help_text {
	struct help_line line[LINES_MAX];
	unsigned n;
};

// clang-format off
static const struct {
	const char *utf8, *ascii, *help;
} marks[] = {
	{ ">", NULL, "the row that keys act on" },
	{ "*", NULL, "pinned: the other panes follow it" },
	{ "+", NULL, "was not in the last sample" },
	{ "-", NULL, "is gone, or has nothing left to count" },
	{ "!", NULL, "look here" },
	{ "?", NULL, "not known, or not permitted to see" },
	{ "\xe2\x96\xb2 \xe2\x96\xbc", "^ v", "sorted by this, upwards, downwards" },
	{ "\xe2\x80\xa6", "~", "something is left out here" },
};
// clang-format on

static struct help_line *add_line(struct help_text *t)
{
	struct help_line *l;

	if (t->n == LINES_MAX)
		return NULL;
	l = &t->line[t->n++];
	*l = (struct help_line){ .text = TEXT_LIT("") };
	return l;
}

static void add_head(struct help_text *t, const char *title)
{
	struct help_line *l = add_line(t);

	if (l == NULL)
		return;
	l->text = text_own(title, strlen(title));
	l->head = true;
}

/* How much of the text goes into width columns: whole words, if one fits at all. ASCII only. */
static size_t words_that_fit(const char *text, size_t width)
{
	size_t len = strlen(text), end;

	if (len <= width)
		return len;
	for (end = width; end > 0 && text[end] != ' '; end--)
		;
	return end > 0 ? end : width;
}

static void add_entry(struct help_text *t, struct clean term, const char *text, unsigned width)
{
	bool first = true;

	do {
		struct help_line *l = add_line(t);
		size_t len = words_that_fit(text, width);

		if (l == NULL)
			return;
		if (first)
			snprintf(l->term, sizeof(l->term), "%.*s", (int)term.len, term.s);
		first = false;
		l->text = text_own(text, len);
		text += len;
		while (*text == ' ')
			text++;
	} while (*text != '\0');
}

static void add_actions(struct help_text *t, const struct help *h, unsigned width)
{
	char keys[KEYMAP_TEXT_SIZE];

	for (unsigned s = 0; s < SECTION_COUNT; s++) {
		bool headed = false;

		for (unsigned a = ACT_NONE + 1; a < ACT_COUNT; a++) {
			struct clean term = keymap_keys(h->ctx, (enum action)a, 3, keys);

			if (action_table[a].section != s || term.cells == 0)
				continue;
			if (!headed)
				add_head(t, section_title((enum action_section)s));
			headed = true;
			add_entry(t, term, action_table[a].help, width);
		}
	}
}

static void add_marks(struct help_text *t, enum text_set set, unsigned width)
{
	add_head(t, "Marks");
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		const char *mark = set == TEXT_ASCII && marks[i].ascii != NULL ? marks[i].ascii
									       : marks[i].utf8;

		add_entry(t, text_own(mark, strlen(mark)), marks[i].help, width);
	}
}

static void add_columns(struct help_text *t, const struct pane *p, unsigned width)
{
	add_head(t, "Columns");
	for (unsigned i = 0; i < p->table.n_cols; i++)
		add_entry(t, p->table.col[i].title, p->kind->help(p, p->table.col[i].id), width);
}

/* ---- pages ---- */

struct help_page {
	unsigned columns, rows; /* of text */
	int column_w;
};

static struct help_page page_of(int w, int h)
{
	unsigned columns = w >= TWO_COLUMNS_W ? 2 : 1;
	int rows = h - HEAD_H - FOOT_H;

	return (struct help_page){
		.columns = columns,
		.rows = rows > 0 ? (unsigned)rows : 1,
		.column_w = w / (int)columns,
	};
}

static void make_text(struct help_text *t, const struct help *h, const struct help_page *page)
{
	/* A blank before the term and after it, and one before the next column. */
	unsigned used = TERM_W + 3;
	unsigned width = TEXT_LEAST_W;

	if (page->column_w > (int)(used + TEXT_LEAST_W))
		width = (unsigned)page->column_w - used;
	t->n = 0;
	add_actions(t, h, width);
	add_marks(t, h->set, width);
	add_columns(t, h->pane, width);
}

/* The slot of a line, when the line before it has slot last: heads begin a block. */
static unsigned next_slot(const struct help_text *t, unsigned i, unsigned last, unsigned rows)
{
	unsigned slot = i == 0 ? 0 : last + 1;

	if (!t->line[i].head || slot % rows == 0)
		return slot;
	slot++;
	/* A head at the foot of a column would stand alone. */
	return slot % rows == rows - 1 ? slot + 1 : slot;
}

static unsigned count_pages(const struct help_text *t, const struct help_page *page)
{
	unsigned slot = 0;

	for (unsigned i = 0; i < t->n; i++)
		slot = next_slot(t, i, slot, page->rows);
	return slot / (page->rows * page->columns) + 1;
}

unsigned help_pages(const struct help *h, int w, int rows)
{
	struct help_page page = page_of(w, rows);
	struct help_text t;

	make_text(&t, h, &page);
	return count_pages(&t, &page);
}

/* ---- drawing ---- */

static void draw_line(const struct help_line *l, struct canvas *c, struct rect line,
		      enum text_set set)
{
	struct rect term = { line.x, line.y, TERM_W + 1, 1 };
	char cut[KEYMAP_TEXT_SIZE + 4];

	if (l->head) {
		canvas_put(c, line, line.x + 1, line.y, ROLE_LABEL, l->text);
		return;
	}
	canvas_put(c, term, line.x + 2, line.y, ROLE_KEY,
		   text_cut(text_own(l->term, strlen(l->term)), TERM_W - 1, set, cut, sizeof(cut)));
	canvas_put(c, line, line.x + TERM_W + 2, line.y, ROLE_TEXT, l->text);
}

static void draw_bars(const struct help *h, struct canvas *c, unsigned page, unsigned pages)
{
	struct rect line = { 0, 0, c->w, HEAD_H };
	char number[32];
	struct bar head = { .n = 0 };

	snprintf(number, sizeof(number), "%u/%u", page + 1, pages);
	bar_add(&head, (struct piece){ .text = TEXT_LIT(" sockeye help") });
	bar_add(&head, (struct piece){ .text = text_own(number, strlen(number)), .gap = 2 });
	if (page + 1 < pages) {
		bar_add(&head, (struct piece){ .text = TEXT_LIT("PgDn"),
					       .role = ROLE_KEY,
					       .right = true,
					       .drop = 1 });
		bar_add(&head,
			(struct piece){
				.text = TEXT_LIT("more "), .gap = 1, .right = true, .drop = 2 });
	}
	bar_draw(&head, c, line, h->set);
	if (c->h > HEAD_H + FOOT_H) {
		line.y = c->h - FOOT_H;
		canvas_put(c, line, 0, line.y, ROLE_KEY, TEXT_LIT("any other key closes"));
	}
}

void help_draw(const struct help *h, struct canvas *c)
{
	struct help_page page = page_of(c->w, c->h);
	struct help_text t;
	unsigned pages, slot = 0, per_page = page.rows * page.columns, shown = h->page;

	make_text(&t, h, &page);
	pages = count_pages(&t, &page);
	if (shown >= pages)
		shown = pages - 1;
	draw_bars(h, c, shown, pages);
	for (unsigned i = 0; i < t.n; i++) {
		struct rect line = { 0, HEAD_H, page.column_w - 1, 1 };

		slot = next_slot(&t, i, slot, page.rows);
		if (slot / per_page != shown)
			continue;
		line.x = (int)(slot % per_page / page.rows) * page.column_w;
		line.y += (int)(slot % page.rows);
		draw_line(&t.line[i], c, line, h->set);
	}
}
