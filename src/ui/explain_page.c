/* SPDX-License-Identifier: MIT */
#include "explain_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"

/* A term of figures wider than this is cut. */
#define TERM_MAX 34
/* How far what is said of a figure stands in. */
#define SAID_W 3

static const char *text_of(const struct explanation *x, unsigned i)
{
	return x->text.s + x->line[i].at;
}

static struct clean clean(const char *raw, size_t len, enum text_set set, struct buf *room)
{
	size_t size = TEXT_ROOM(len) + 1;

	buf_reset(room);
	buf_fill(room, ' ', size);
	return text_clean(raw, len, set, room->s, size);
}

/* The term of a line of figures is what stands before the tab. */
static size_t term_len(const char *text)
{
	const char *tab = strchr(text, '\t');

	return tab != NULL ? (size_t)(tab - text) : 0;
}

/* Of all figures up to the next head, so that they stand in one column. */
static unsigned term_width(const struct explanation *x, unsigned i, enum text_set set,
			   struct buf *room)
{
	unsigned width = 0;

	for (; i < x->n && x->line[i].kind != EXPLAIN_HEAD; i++) {
		const char *s = text_of(x, i);
		struct clean term;

		if (x->line[i].kind != EXPLAIN_FIGURE)
			continue;
		term = clean(s, term_len(s), set, room);
		width = term.cells > width ? term.cells : width;
	}
	return width < TERM_MAX ? width : TERM_MAX;
}

/* Numbers stand at the right end of their column. */
static void add_figure(struct page *p, const char *s, unsigned width, enum text_set set,
		       struct buf *room)
{
	size_t len = term_len(s);
	struct clean term = clean(s, len, set, room), text;
	struct buf other = { 0 };
	const char *rest = s[len] == '\t' ? s + len + 1 : s + len;

	text = clean(rest, strlen(rest), set, &other);
	if (term.len > 0 && term.s[0] >= '0' && term.s[0] <= '9' && term.cells < width) {
		struct buf right = { 0 };

		buf_fill(&right, ' ', width - term.cells);
		buf_add(&right, term.s, term.len);
		page_term(p, width + 1, ROLE_TEXT, text_own(right.s, right.len), ROLE_TEXT, text);
		buf_free(&right);
	} else {
		page_term(p, width + 1, ROLE_TEXT, term, ROLE_TEXT, text);
	}
	buf_free(&other);
}

void explain_page(struct page *p, const struct explanation *x, enum text_set set)
{
	unsigned number = 0, width = 0;
	struct buf room = { 0 };
	char mark[16];

	for (unsigned i = 0; i < x->n; i++) {
		const char *s = text_of(x, i);
		enum explain_kind before = i > 0 ? x->line[i - 1].kind : EXPLAIN_HEAD;

		if (i == 0 || x->line[i].kind == EXPLAIN_HEAD) {
			number = 0;
			width = term_width(x, i + (x->line[i].kind == EXPLAIN_HEAD), set, &room);
		}
		switch (x->line[i].kind) {
		case EXPLAIN_HEAD:
			page_head(p, clean(s, strlen(s), set, &room));
			break;
		case EXPLAIN_TEXT:
			if (before == EXPLAIN_TEXT)
				page_blank(p);
			page_text(p, TEXT_LIT(""), ROLE_TEXT, clean(s, strlen(s), set, &room));
			break;
		case EXPLAIN_ITEM:
			/* What is said of a figure is no item of a list. */
			if (before == EXPLAIN_FIGURE) {
				page_term(p, SAID_W, ROLE_TEXT, TEXT_LIT(""), ROLE_TEXT,
					  clean(s, strlen(s), set, &room));
				break;
			}
			snprintf(mark, sizeof(mark), "%u.", ++number);
			page_text(p, text_own(mark, strlen(mark)), ROLE_TEXT,
				  clean(s, strlen(s), set, &room));
			break;
		case EXPLAIN_FIGURE:
			add_figure(p, s, width, set, &room);
			break;
		}
	}
	buf_free(&room);
}
