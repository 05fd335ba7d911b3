/* SPDX-License-Identifier: MIT */
#include "pane.h"

#include <stdio.h>
#include <string.h>

#include "sockeye/base/fmt.h"

#define NS_PER_MS     1000000
#define PREFIX4_WHOLE 32
#define PREFIX6_WHOLE 128

/* ---- rows ------------------------------------------------------------ */

static uint32_t source_rows(const void *pane)
{
	return view_rows(((const struct pane *)pane)->view);
}

static uint64_t source_row_id(const void *pane, uint32_t row)
{
	return view_row_id(((const struct pane *)pane)->view, row);
}

static uint32_t source_find(const void *pane, uint64_t id)
{
	return view_find(((const struct pane *)pane)->view, id);
}

/* Numbers that are names, of a user or a socket, do not waver; nor does the time. */
static bool is_measure(enum field_id f)
{
	return field_table[f].type == V_UINT && f != F_UID && f != F_FD && f != F_INODE;
}

static bool source_number(const void *pane, uint32_t row, double *n)
{
	const struct pane *p = pane;
	const struct query *q = view_query(p->view);
	unsigned c = q->sort == SORT_NATURAL ? COL_SOCKETS : q->sort;

	if (q->by == BY_SOCKET) {
		if (q->sort == SORT_NATURAL || !is_measure((enum field_id)q->sort))
			return false;
		*n = (double)field_number(view_snap(p->view), view_sock(p->view, row),
					  (enum field_id)q->sort);
		return true;
	}
	if (!column_info((enum column)c)->right || c == COL_PID)
		return false;
	*n = c == COL_DELTA ? (double)view_group(p->view, row)->delta
			    : (double)group_number(view_group(p->view, row), (enum column)c);
	return true;
}

static const struct steady_ops steady_ops = {
	.rows = source_rows,
	.row_id = source_row_id,
	.find = source_find,
	.number = source_number,
};

uint32_t pane_shown_rows(const struct pane *p)
{
	return p->kind->sortable ? steady_lines(&p->steady) : p->n_order;
}

/* The row of an item that is not a missing pin, or IDX_NONE. */
static uint32_t find_line(const struct pane *p, uint64_t id)
{
	uint32_t at;

	if (p->kind->sortable)
		return steady_find(&p->steady, id);
	at = view_find(p->view, id);
	for (unsigned i = 0; i < p->n_order && at != IDX_NONE; i++)
		if (p->order[i] == at)
			return i;
	return IDX_NONE;
}

static const struct steady_item *gone_item(const struct pane *p, uint32_t row)
{
	const struct steady_item *gone = NULL;

	if (p->kind->sortable && row < steady_lines(&p->steady))
		steady_row(&p->steady, row, &gone);
	return gone;
}

bool pane_is_gone(const struct pane *p, uint32_t row)
{
	return gone_item(p, row) != NULL;
}

uint32_t pane_view_row(const struct pane *p, uint32_t row, const struct pin **pin)
{
	uint32_t rows = pane_shown_rows(p);
	const struct steady_item *gone;

	*pin = NULL;
	if (row < rows)
		return p->kind->sortable ? steady_row(&p->steady, row, &gone) : p->order[row];
	*pin = &p->pins.pin[p->missing[row - rows]];
	return IDX_NONE;
}

static uint32_t pane_rows(const void *pane)
{
	const struct pane *p = pane;

	return pane_shown_rows(p) + p->n_missing;
}

static uint64_t pane_row_id(const void *pane, uint32_t row)
{
	const struct pane *p = pane;
	const struct steady_item *gone = gone_item(p, row);
	const struct pin *pin;
	uint32_t at = pane_view_row(p, row, &pin);

	if (pin != NULL)
		return pin->id;
	return gone != NULL ? gone->id : view_row_id(p->view, at);
}

static uint32_t pane_find(const void *pane, uint64_t id)
{
	const struct pane *p = pane;
	uint32_t line = find_line(p, id), rows = pane_shown_rows(p);

	for (unsigned i = 0; line == IDX_NONE && i < p->n_missing; i++)
		if (p->pins.pin[p->missing[i]].id == id)
			line = rows + i;
	return line;
}

static struct clean pane_cell(const void *pane, uint32_t row, unsigned id, char *buf,
			      enum role *role)
{
	const struct pane *p = pane;
	const struct steady_item *gone = gone_item(p, row);

	return gone != NULL ? kept_cell(&p->kept, gone->seen, id)
			    : p->kind->cell(pane, row, id, buf, role);
}

static unsigned pane_marks(const void *pane, uint32_t row)
{
	const struct pane *p = pane;
	const struct steady_item *gone = gone_item(p, row);

	if (gone != NULL)
		return MARK_GONE | (pins_find(&p->pins, gone->id) != PIN_NONE ? MARK_PIN : 0);
	return p->kind->marks(pane, row);
}

static const struct table_ops pane_ops = {
	.rows = pane_rows,
	.row_id = pane_row_id,
	.find = pane_find,
	.cell = pane_cell,
	.marks = pane_marks,
};

/* ---- life ------------------------------------------------------------ */

/* Those who listen are told of by TCP, also for MPTCP, which would take its subflows away. */
static struct select select_for(const struct pane_kind *kind, const struct select *select)
{
	struct select s = *select;

	if (kind->by == BY_LISTENER)
		s.protos &= ~PROTO_BIT(PROTO_MPTCP);
	return s;
}

void pane_init(struct pane *p, const struct pane_kind *kind, const struct select *select,
	       enum text_set set)
{
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->set = set;
	p->view = view_new();
	p->query = (struct query){
		.select = select_for(kind, select),
		.by = kind->by,
		.prefix4 = PREFIX4_WHOLE,
		.prefix6 = PREFIX6_WHOLE,
		.sort = SORT_NATURAL,
	};
	steady_init(&p->steady, &steady_ops, p);
	table_init(&p->table, &pane_ops, p, set);
	pane_make_columns(p);
	if (kind->by != BY_SOCKET && kind->by != BY_LISTENER)
		p->trend_all = trend_new();
	if (p->trend_all != NULL)
		p->trend_some = trend_new();
}

void pane_select(struct pane *p, const struct select *select)
{
	p->query.select = select_for(p->kind, select);
	pane_make_columns(p);
}

const struct trend *pane_trend(const struct pane *p)
{
	return p->all ? p->trend_all : p->trend_some;
}

bool pane_trend_due(const struct pane *p, int64_t mono_ns)
{
	return p->trend_all != NULL && trend_due(pane_trend(p), mono_ns);
}

static bool column_needs_places(const struct pane *p, unsigned id)
{
	if (p->kind->by == BY_SOCKET)
		return id == F_CONTAINER || id == F_UNIT;
	return column_is_place((enum column)id);
}

bool pane_needs_places(const struct pane *p)
{
	const struct filter *f = p->next != NULL ? p->next : p->query.filter;
	const struct table *t = &p->table;

	if (by_is_place(p->kind->by) || (f != NULL && filter_needs_places(f)))
		return true;
	for (unsigned i = 0; i < t->shown; i++)
		if (column_needs_places(p, t->col[table_column_at(t, i)].id))
			return true;
	return false;
}

bool pane_needs_details(const struct pane *p)
{
	const struct filter *f = p->next != NULL ? p->next : p->query.filter;

	return f != NULL && filter_details(f) != 0;
}

bool pane_needs_netns(const struct pane *p)
{
	const struct filter *f = p->next != NULL ? p->next : p->query.filter;
	uint8_t id = p->kind->by == BY_SOCKET ? (uint8_t)F_NETNS : (uint8_t)COL_NETNS;

	if (p->kind->by == BY_NETNS || (f != NULL && filter_needs_netns(f)))
		return true;
	for (unsigned i = 0; i < p->table.shown; i++)
		if (p->table.col[table_column_at(&p->table, i)].id == id)
			return true;
	return false;
}

void pane_set_kind(struct pane *p, const struct pane_kind *kind)
{
	p->kind = kind;
	pane_make_columns(p);
	pins_clear(&p->pins);
	trend_clear(p->trend_all);
	trend_clear(p->trend_some);
	pane_forget(p);
}

void pane_free(struct pane *p)
{
	view_free(p->view);
	filter_free(p->query.filter);
	filter_free(p->next);
	buf_free(&p->expr);
	pins_clear(&p->pins);
	trend_free(p->trend_all);
	trend_free(p->trend_some);
	steady_free(&p->steady);
	kept_free(&p->kept);
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
	p->noted.made = false;
	steady_update(&p->steady, STEADY_ANEW, false);
	p->table.moved = false;
	pane_follow(p, 0);
	table_sync(&p->table);
}

static bool wants_distinct(const struct pane *p)
{
	if (p->kind->by == BY_SOCKET)
		return false;
	for (unsigned i = 0; i < p->table.shown; i++)
		if (column_is_distinct((enum column)p->table.col[table_column_at(&p->table, i)].id))
			return true;
	return false;
}

static bool wants_ends(const struct pane *p)
{
	if (p->kind->by == BY_SOCKET)
		return false;
	for (unsigned i = 0; i < p->table.shown; i++)
		if (column_is_ends((enum column)p->table.col[table_column_at(&p->table, i)].id))
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
		p->all = p->expr.len == 0;
	}
	p->query.sort = SORT_NATURAL;
	if (t->sort != TABLE_UNSORTED &&
	    !(t->col[t->sort].id == p->kind->natural && t->ascending)) {
		p->query.sort = t->col[t->sort].id;
		p->query.ascending = t->ascending;
	}
	p->query.by = p->kind->by;
	p->query.distinct = wants_distinct(p);
	p->query.ends = wants_ends(p);
	view_set(p->view, s, &p->query);
	filter_free(old);
}

/* ---- order ----------------------------------------------------------- */

static void find_missing(struct pane *p)
{
	p->n_missing = 0;
	for (size_t i = 0; i < p->pins.n; i++)
		if (find_line(p, p->pins.pin[i].id) == IDX_NONE)
			p->missing[p->n_missing++] = (uint8_t)i;
}

void pane_pins_changed(struct pane *p)
{
	find_missing(p);
	table_sync(&p->table);
}

/* What is on the screen now, before the view goes on. */
static void note_places(struct pane *p)
{
	const struct table *t = &p->table;
	uint32_t height = t->height > 0 ? (uint32_t)t->height : 0;

	if (!p->kind->sortable || (p->noted.made && p->noted.top == t->top &&
				   p->noted.height == height && p->noted.hold == p->hold))
		return;
	steady_note(&p->steady, t->top, height);
	if (p->hold)
		kept_note(&p->kept, t, pane_shown_rows(p));
	p->noted.made = true;
	p->noted.top = t->top;
	p->noted.height = height;
	p->noted.hold = p->hold;
}

static void place_rows(struct pane *p, enum steady_how how, bool same)
{
	steady_update(&p->steady, how, same);
	kept_take(&p->kept);
	p->noted.made = false;
	if (p->kind->synced != NULL)
		p->kind->synced(p);
	find_missing(p);
}

/* Whether rows of both mean the same things. */
static bool same_rows(const struct query *a, const struct query *b)
{
	return a->by == b->by && a->prefix4 == b->prefix4 && a->prefix6 == b->prefix6 &&
	       a->rollup == b->rollup && a->hide_own == b->hide_own;
}

/* Whether both show the same things in the same order, at different times. */
static bool same_question(const struct query *a, const struct query *b)
{
	return same_rows(a, b) && a->sort == b->sort && a->ascending == b->ascending;
}

/*
 * What rows were under another filter is not known. What they were of all sockets is kept meanwhile:
 * a pin that comes and goes leaves a gap at most.
 */
static void note_trend(struct pane *p, bool same)
{
	const struct pin *none;
	uint32_t top =
		p->table.top < pane_shown_rows(p) ? pane_view_row(p, p->table.top, &none) : 0;

	if (p->trend_all == NULL)
		return;
	if (p->refiltered || !same)
		trend_clear(p->trend_some);
	if (!same)
		trend_clear(p->trend_all);
	trend_sample(p->all ? p->trend_all : p->trend_some, p->view,
		     top != IDX_NONE ? top : p->table.top, (int64_t)p->interval_ms * NS_PER_MS);
}

bool pane_step(struct pane *p, uint32_t budget)
{
	struct query was = *view_query(p->view);
	int64_t sample_ns = view_snap(p->view) != NULL ? view_snap(p->view)->mono_ns : 0;
	bool same;

	if (!view_busy(p->view))
		return false;
	note_places(p);
	if (!view_step(p->view, budget) || view_failed(p->view))
		return false;
	same = same_rows(&was, view_query(p->view));
	place_rows(p,
		   p->refiltered || !same_question(&was, view_query(p->view)) ? STEADY_ANEW
		   : p->hold                                                  ? STEADY_HOLD
									      : STEADY_CALM,
		   sample_ns == view_snap(p->view)->mono_ns);
	note_trend(p, same);
	if (p->follow != 0 && pane_find(p, p->follow) != IDX_NONE) {
		p->table.cursor_id = p->follow;
		p->table.moved = true;
	}
	/* An item that another question left out is not gone: the cursor has no place any more. */
	if ((p->refiltered || !same) && pane_find(p, p->table.cursor_id) == IDX_NONE)
		p->table.moved = false;
	p->refiltered = false;
	p->awaited = false;
	table_sync(&p->table);
	return true;
}

void pane_follow(struct pane *p, uint64_t id)
{
	p->follow = id;
	p->table.centred = id != 0;
	if (id == 0)
		return;
	p->table.moved = true;
	table_sync(&p->table);
}

void pane_hold(struct pane *p, bool hold)
{
	if (p->hold && !hold && view_snap(p->view) != NULL) {
		note_places(p);
		place_rows(p, STEADY_CALM, true);
		table_sync(&p->table);
	}
	p->hold = hold;
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
	int64_t span = p->view != NULL ? view_delta_ns(p->view) : 0;
	char number[FMT_SIZE];
	struct clean title;

	if (span <= 0)
		return text_own(sign, strlen(sign));
	fmt_interval(number, span_ms(span, p->interval_ms));
	snprintf(p->change, sizeof(p->change), "%s%s%s", sign, over, number);
	title = text_own(p->change, strlen(p->change));
	return title.cells <= column_info(COL_DELTA)->width ? title : text_own(sign, strlen(sign));
}
