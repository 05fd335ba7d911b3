/* SPDX-License-Identifier: MIT */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "bar.h"
#include "page.h"
#include "sockeye/filter/complete.h"

/* From here on the text stands in two columns. */
#define TWO_COLUMNS_W 76
#define TERM_W        9 /* of a key, a mark or a head */
#define LINES_MAX     256
#define HEAD_H        1
#define FOOT_H        1

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

static void add_head(struct page *p, const char *title)
{
	struct clean text = text_own(title, strlen(title));

	/* No blank line before it: the columns see to that. */
	page_line(p, ROLE_LABEL, text);
	p->item[p->n - 1].head = true;
}

static void add_entry(struct page *p, struct clean term, const char *text)
{
	page_term(p, TERM_W, ROLE_KEY, term, ROLE_TEXT, text_own(text, strlen(text)));
}

static void add_actions(struct page *t, const struct help *h)
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
			add_entry(t, term, action_table[a].help);
		}
	}
}

static void add_marks(struct page *t, enum text_set set)
{
	add_head(t, "Marks");
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		const char *mark = set == TEXT_ASCII && marks[i].ascii != NULL ? marks[i].ascii
									       : marks[i].utf8;

		add_entry(t, text_own(mark, strlen(mark)), marks[i].help);
	}
}

static void add_columns(struct page *t, const struct pane *p)
{
	add_head(t, "Columns");
	for (unsigned i = 0; i < p->table.n_cols; i++)
		add_entry(t, p->table.col[i].title, p->kind->help(p, p->table.col[i].id));
}

// clang-format off
static const struct {
	const char *term, *help;
} grammar[] = {
	{ "A and B", "both; the word may be left out" },
	{ "A or B", "one of them; \"and\" binds closer" },
	{ "not A", "the opposite, as ! does" },
	{ "( A )", "first of all" },
	{ "= !=", "equal or not; numbers also 80,443 and 1000-2000, names also ng*" },
	{ "< <= > >=", "numbers, as in recv_q > 64k and age > 10m" },
	{ "~ !~", "names, by a regular expression" },
	{ "\"...\"", "a name with anything in it" },
};
// clang-format on

/* What can be typed at the prompt of the filter. */
static void add_grammar(struct page *t)
{
	const char *name, *help;

	add_head(t, "Filter");
	for (size_t i = 0; i < ARRAY_SIZE(grammar); i++)
		add_entry(t, text_own(grammar[i].term, strlen(grammar[i].term)), grammar[i].help);
	add_head(t, "Fields");
	for (unsigned i = 0; (name = complete_field(i, &help)) != NULL; i++)
		add_entry(t, text_own(name, strlen(name)), help);
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

/* The lines of a column, wrapped to its width. */
struct help_lines {
	struct page_row row[LINES_MAX];
	unsigned n;
};

static void add_row(void *ctx, const struct page_row *r)
{
	struct help_lines *l = ctx;

	if (l->n < LINES_MAX)
		l->row[l->n++] = *r;
}

static void make_text(struct page *p, struct help_lines *l, const struct help *h,
		      const struct help_page *page)
{
	if (h->ctx == CTX_FILTER)
		add_grammar(p);
	add_actions(p, h);
	if (h->ctx != CTX_FILTER)
		add_marks(p, h->set);
	if (h->ctx != CTX_FILTER && h->pane != NULL)
		add_columns(p, h->pane);
	l->n = 0;
	page_walk(p, page->column_w, add_row, l);
}

/* The slot of a line, when the line before it has slot last: heads begin a block. */
static unsigned next_slot(const struct help_lines *t, unsigned i, unsigned last, unsigned rows)
{
	unsigned slot = i == 0 ? 0 : last + 1;

	if (!t->row[i].item->head || slot % rows == 0)
		return slot;
	slot++;
	/* A head at the foot of a column would stand alone. */
	return slot % rows == rows - 1 ? slot + 1 : slot;
}

static unsigned count_pages(const struct help_lines *t, const struct help_page *page)
{
	unsigned slot = 0;

	for (unsigned i = 0; i < t->n; i++)
		slot = next_slot(t, i, slot, page->rows);
	return slot / (page->rows * page->columns) + 1;
}

unsigned help_pages(const struct help *h, int w, int rows)
{
	struct help_page page = page_of(w, rows);
	struct page p = { .n = 0 };
	struct help_lines l;
	unsigned pages;

	make_text(&p, &l, h, &page);
	pages = count_pages(&l, &page);
	page_free(&p);
	return pages;
}

/* ---- drawing ---- */

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
	struct page p = { .n = 0 };
	struct help_lines l;
	unsigned pages, slot = 0, per_page = page.rows * page.columns, shown = h->page;

	make_text(&p, &l, h, &page);
	pages = count_pages(&l, &page);
	if (shown >= pages)
		shown = pages - 1;
	draw_bars(h, c, shown, pages);
	for (unsigned i = 0; i < l.n; i++) {
		struct rect line = { 0, HEAD_H, page.column_w - 1, 1 };

		slot = next_slot(&l, i, slot, page.rows);
		if (slot / per_page != shown)
			continue;
		line.x = (int)(slot % per_page / page.rows) * page.column_w;
		line.y += (int)(slot % page.rows);
		page_put(&l.row[i], c, line, h->set);
	}
	page_free(&p);
}
