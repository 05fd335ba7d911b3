/* SPDX-License-Identifier: MIT */
#include "pane.h"

#include <stdio.h>
#include <string.h>

#include "sockeye/base/fmt.h"

#define NS_PER_MS     1000000
#define PREFIX4_WHOLE 32
#define PREFIX6_WHOLE 128

void pane_init(struct pane *p, const struct pane_kind *kind, const struct select *select,
	       enum text_set set)
{
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->set = set;
	p->view = view_new();
	p->query = (struct query){
		.select = *select,
		.by = kind->by,
		.prefix4 = PREFIX4_WHOLE,
		.prefix6 = PREFIX6_WHOLE,
		.sort = SORT_NATURAL,
	};
	table_init(&p->table, kind->ops, p, set);
	kind->columns(p);
	if (kind->sortable) {
		p->table.sort = kind->sort;
		p->table.ascending = kind->ascending;
	}
	if (kind->by != BY_SOCKET && kind->by != BY_LISTENER)
		p->trend = trend_new();
}

void pane_set_kind(struct pane *p, const struct pane_kind *kind)
{
	struct table *t = &p->table;
	uint8_t sorted = t->sort < t->n_cols ? t->col[t->sort].id : COL_SOCKETS;
	unsigned at = 0;

	p->kind = kind;
	kind->columns(p);
	while (at < t->n_cols && t->col[at].id != sorted)
		at++;
	if (at < t->n_cols)
		t->sort = at;
	else
		table_sort_by(t, kind->sort);
	pins_clear(&p->pins);
	trend_clear(p->trend);
	pane_forget(p);
}

void pane_free(struct pane *p)
{
	view_free(p->view);
	filter_free(p->query.filter);
	filter_free(p->next);
	buf_free(&p->expr);
	pins_clear(&p->pins);
	trend_free(p->trend);
}

bool pane_set_expr(struct pane *p, const char *expr, struct err *e)
{
	size_t len = strlen(expr);
	struct filter *f;

	e->code = 0;
	if ((p->query.filter != NULL || p->next != NULL) && len == p->expr.len &&
	    memcmp(expr, p->expr.s, len) == 0)
		return false;
	f = filter_parse(expr, len, e);
	if (f == NULL)
		return false;
	filter_free(p->next);
	p->next = f;
	p->refiltered = true;
	buf_reset(&p->expr);
	buf_str(&p->expr, expr);
	return true;
}

void pane_forget(struct pane *p)
{
	view_free(p->view);
	p->view = view_new();
	p->n_order = 0;
	p->n_missing = 0;
	p->table.moved = false;
	table_sync(&p->table);
}

static bool wants_distinct(const struct pane *p)
{
	if (p->kind->by == BY_SOCKET)
		return false;
	for (unsigned i = 0; i < p->table.shown; i++)
		if (column_is_distinct((enum column)p->table.col[i].id))
			return true;
	return false;
}

static bool wants_ends(const struct pane *p)
{
	if (p->kind->by == BY_SOCKET)
		return false;
	for (unsigned i = 0; i < p->table.shown; i++)
		if (column_is_ends((enum column)p->table.col[i].id))
			return true;
	return false;
}

void pane_start(struct pane *p, const struct snap *s)
{
	const struct table *t = &p->table;
	struct filter *old = NULL;

	if (p->next != NULL) {
		old = p->query.filter;
		p->query.filter = p->next;
		p->next = NULL;
	}
	p->query.sort = SORT_NATURAL;
	if (t->sort != TABLE_UNSORTED && !(t->sort == p->kind->natural && t->ascending)) {
		p->query.sort = t->col[t->sort].id;
		p->query.ascending = t->ascending;
	}
	p->query.by = p->kind->by;
	p->query.distinct = wants_distinct(p);
	p->query.ends = wants_ends(p);
	view_set(p->view, s, &p->query);
	filter_free(old);
}

static void find_missing(struct pane *p)
{
	p->n_missing = 0;
	for (size_t i = 0; i < p->pins.n; i++)
		if (view_find(p->view, p->pins.pin[i].id) == IDX_NONE)
			p->missing[p->n_missing++] = (uint8_t)i;
}

void pane_pins_changed(struct pane *p)
{
	find_missing(p);
	table_sync(&p->table);
}

static void note_trend(struct pane *p)
{
	if (p->trend == NULL)
		return;
	if (p->refiltered)
		trend_clear(p->trend);
	trend_sample(p->trend, p->view, p->table.top, (int64_t)p->interval_ms * NS_PER_MS);
}

bool pane_step(struct pane *p, uint32_t budget)
{
	if (!view_busy(p->view) || !view_step(p->view, budget) || view_failed(p->view))
		return false;
	if (p->kind->synced != NULL)
		p->kind->synced(p);
	find_missing(p);
	note_trend(p);
	/* An item that another filter left out is not gone: the cursor has no place any more. */
	if (p->refiltered && p->kind->ops->find(p, p->table.cursor_id) == IDX_NONE)
		p->table.moved = false;
	p->refiltered = false;
	p->awaited = false;
	table_sync(&p->table);
	return true;
}

bool pane_fit(struct pane *p, int w, int h)
{
	table_fit(&p->table, w, h);
	return (wants_distinct(p) && !p->query.distinct) || (wants_ends(p) && !p->query.ends);
}

void pane_sort_by_count(struct pane *p)
{
	for (unsigned i = 0; i < p->table.n_cols; i++)
		if (p->table.col[i].id == COL_SOCKETS)
			table_sort_by(&p->table, i);
}

uint32_t pane_shown_rows(const struct pane *p)
{
	return p->n_order > 0 ? p->n_order : view_rows(p->view);
}

uint32_t pane_view_row(const struct pane *p, uint32_t row, const struct pin **pin)
{
	uint32_t rows = pane_shown_rows(p);

	*pin = NULL;
	if (row < rows)
		return p->n_order > 0 ? p->order[row] : row;
	*pin = &p->pins.pin[p->missing[row - rows]];
	return IDX_NONE;
}

void pane_row_expr(const struct pane *p, uint32_t row, struct buf *expr, struct clean *label,
		   char *buf)
{
	const struct pin *pin;
	uint32_t at = pane_view_row(p, row, &pin);
	const struct group *g;

	if (pin != NULL) {
		buf_str(expr, pin->expr);
		*label = text_own(pin->label, pin->label_len);
		return;
	}
	g = view_group(p->view, at);
	group_filter(p->view, g, expr);
	*label = group_text(p->view, g, p->set, buf);
}

unsigned span_ms(int64_t span_ns, unsigned interval_ms)
{
	int64_t ms = span_ns / NS_PER_MS, off = ms - (int64_t)interval_ms;

	if (off < 0)
		off = -off;
	if (off * 10 <= (int64_t)interval_ms)
		return interval_ms;
	if (ms >= 1000)
		return (unsigned)((ms + 500) / 1000 * 1000);
	return (unsigned)((ms + 50) / 100 * 100);
}

struct clean pane_change_title(struct pane *p)
{
	const char *sign = p->set == TEXT_ASCII ? "+/-" : "\xc2\xb1";
	const char *over = p->set == TEXT_ASCII ? "" : "/";
	int64_t span = view_delta_ns(p->view);
	char number[FMT_SIZE];
	struct clean title;

	if (span <= 0)
		return text_own(sign, strlen(sign));
	fmt_interval(number, span_ms(span, p->interval_ms));
	snprintf(p->change, sizeof(p->change), "%s%s%s", sign, over, number);
	title = text_own(p->change, strlen(p->change));
	return title.cells <= column_info(COL_DELTA)->width ? title : text_own(sign, strlen(sign));
}
