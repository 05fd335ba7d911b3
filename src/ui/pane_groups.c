/* SPDX-License-Identifier: MIT */
/* The panes of the overview: states, processes, remotes. */
#include <stdio.h>
#include <string.h>

#include "pane.h"
#include "sockeye/base/fmt.h"
#include "sockeye/model/names.h"

/* A column of a pane, most important first: the last are dropped as the screen shrinks. */
struct group_column {
	const char *title;       /* NULL: that of the column */
	uint8_t id;              /* enum column */
	uint8_t min, width, max; /* 0: of a figure */
};

/* "99,999", "12.4M", "+9,999" */
#define FIGURE_W 6

#define STATE(st) (COL_STATE + ST_##st)

// clang-format off
static const struct group_column state_columns[] = {
	{ "State", COL_KEY, 10, 10, 10 },
	{ .title = "Count", .id = COL_SOCKETS },
	{ .id = COL_DELTA },
};

/* 24 columns hold every name that the kernel gives with every pid, 10 every user by number. */
static const struct group_column process_columns[] = {
	{ "Process", COL_KEY, 18, 18, 24 },
	{ .id = COL_SOCKETS },
	{ .id = COL_DELTA },
	{ .id = STATE(ESTABLISHED) },
	{ .id = STATE(CLOSE_WAIT) },
	{ .id = COL_RECV_Q },
	{ NULL, COL_USER, 10, 10, 16 },
	{ .id = COL_SEND_Q },
	{ .id = COL_PEERS },
	{ .id = STATE(LISTEN) },
	{ .id = COL_SHARED },
	{ .id = COL_UDP },
	{ .id = STATE(SYN_SENT) },
};

static const struct group_column remote_columns[] = {
	{ "Remote", COL_KEY, 15, 18, 39 },
	{ .id = COL_SOCKETS },
	{ .id = COL_DELTA },
	{ .title = "Half", .id = STATE(SYN_RECV) },
	{ .id = COL_PROCESSES },
	{ .id = STATE(ESTABLISHED) },
	{ .id = STATE(CLOSE_WAIT) },
	{ .id = STATE(TIME_WAIT) },
	{ .id = COL_RECV_Q },
	{ .id = COL_SEND_Q },
	{ .id = COL_UDP },
};
// clang-format on

static void set_columns(struct pane *p, const struct group_column *col, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct column_info *info = column_info((enum column)col[i].id);
		const char *title = col[i].title != NULL ? col[i].title : info->title;
		bool figure = col[i].width == 0;

		p->table.col[i] = (struct table_column){
			.title = text_own(title, strlen(title)),
			.id = col[i].id,
			.min = figure ? FIGURE_W : col[i].min,
			.width = figure ? FIGURE_W : col[i].width,
			.max = figure ? FIGURE_W : col[i].max,
			.right = info->right,
			.middle = p->kind->by == BY_REMOTE && col[i].id == COL_KEY,
			.tail = p->kind->by == BY_PROCESS ? "[" : NULL,
		};
		if (col[i].id == COL_DELTA)
			p->table.col[i].title = pane_change_title(p);
	}
	p->table.n_cols = (unsigned)n;
}

static void columns_of_states(struct pane *p)
{
	set_columns(p, state_columns, ARRAY_SIZE(state_columns));
}

static void columns_of_processes(struct pane *p)
{
	set_columns(p, process_columns, ARRAY_SIZE(process_columns));
}

static void columns_of_remotes(struct pane *p)
{
	set_columns(p, remote_columns, ARRAY_SIZE(remote_columns));
}

/* ---- cells ---- */

static uint32_t group_rows(const void *pane)
{
	const struct pane *p = pane;

	return pane_shown_rows(p) + p->n_missing;
}

static uint64_t group_row_id(const void *pane, uint32_t row)
{
	const struct pane *p = pane;
	const struct pin *pin;
	uint32_t at = pane_view_row(p, row, &pin);

	return pin != NULL ? pin->id : view_row_id(p->view, at);
}

static uint32_t group_find(const void *pane, uint64_t id)
{
	const struct pane *p = pane;
	uint32_t at = view_find(p->view, id), rows = pane_shown_rows(p);

	for (unsigned i = 0; at == IDX_NONE && i < p->n_missing; i++)
		if (p->pins.pin[p->missing[i]].id == id)
			return rows + i;
	for (unsigned i = 0; i < p->n_order; i++)
		if (p->order[i] == at)
			return i;
	return at;
}

static struct clean number_text(enum column c, uint64_t n, enum text_set set, char *buf,
				enum role *role)
{
	size_t len;

	if (n == 0) {
		*role = ROLE_DIM;
		/* What is zero nearly everywhere is quieter than a column of zeros. */
		if (c == COL_STATE + (unsigned)ST_SYN_RECV)
			return set == TEXT_ASCII ? TEXT_LIT(".") : TEXT_LIT("\xc2\xb7");
		return TEXT_LIT("0");
	}
	len = c == COL_RECV_Q || c == COL_SEND_Q ? fmt_bytes(buf, n) : fmt_count(buf, n);
	return text_own(buf, len);
}

/* Of a pinned item that the view has not. */
static struct clean missing_cell(const struct pin *pin, enum column c)
{
	if (c == COL_KEY)
		return text_own(pin->label, pin->label_len);
	if (c == COL_DELTA || !column_info(c)->right)
		return TEXT_LIT("");
	return TEXT_LIT("0");
}

static bool is_unreadable(const struct group *g)
{
	return g->why == WHY_NOT_PERMITTED || g->why == WHY_OTHER_PIDNS;
}

static struct clean group_cell(const void *pane, uint32_t row, unsigned id, char *buf,
			       enum role *role)
{
	const struct pane *p = pane;
	enum column c = (enum column)id;
	const struct pin *pin;
	uint32_t at = pane_view_row(p, row, &pin);
	const struct group *g;

	if (pin != NULL)
		return missing_cell(pin, c);
	g = view_group(p->view, at);
	if (c == COL_KEY) {
		if (is_unreadable(g))
			*role = ROLE_UNKNOWN;
		if (p->kind->by == BY_STATE && g->key.state != 0) {
			const char *name = state_short(g->key.state);

			return text_own(name, strlen(name));
		}
		return group_text(p->view, g, p->set, buf);
	}
	if (c == COL_USER)
		return group_name(p->view, g, c, p->set, buf);
	if (c == COL_DELTA)
		return text_own(buf, g->has_delta ? fmt_delta(buf, g->delta) : 0);
	if (column_is_distinct(c) && !view_query(p->view)->distinct)
		return TEXT_LIT("");
	return number_text(c, group_number(g, c), p->set, buf, role);
}

/* Old kernels do not report sockets in CLOSE: their number is not 0, it is not known. */
static bool close_unknown(const struct pane *p, const struct group *g)
{
	return g->key.state == ST_CLOSE && g->sockets == 0 && !view_snap(p->view)->close_known;
}

static struct clean state_cell(const void *pane, uint32_t row, unsigned id, char *buf,
			       enum role *role)
{
	const struct pane *p = pane;
	const struct pin *pin;
	uint32_t at = pane_view_row(p, row, &pin);

	if (pin == NULL && id != COL_KEY && close_unknown(p, view_group(p->view, at))) {
		*role = ROLE_UNKNOWN;
		return id == COL_SOCKETS ? TEXT_LIT("?") : TEXT_LIT("");
	}
	return group_cell(pane, row, id, buf, role);
}

static unsigned group_marks(const void *pane, uint32_t row)
{
	const struct pane *p = pane;
	const struct pin *pin;
	uint32_t at = pane_view_row(p, row, &pin);
	const struct group *g;
	unsigned marks = 0;

	if (pin != NULL)
		return MARK_GONE | MARK_PIN;
	g = view_group(p->view, at);
	if (pins_find(&p->pins, g->id) != PIN_NONE)
		marks |= MARK_PIN;
	if (g->fresh)
		marks |= MARK_NEW;
	if (is_unreadable(g))
		marks |= MARK_UNKNOWN;
	return marks;
}

/* ---- new results ---- */

static void set_change_title(struct pane *p)
{
	for (unsigned i = 0; i < p->table.n_cols; i++)
		if (p->table.col[i].id == COL_DELTA)
			p->table.col[i].title = pane_change_title(p);
}

/* One learns where a state stands, so it stands there whatever the numbers are. */
static void order_states(struct pane *p)
{
	uint32_t rows = view_rows(p->view);

	p->n_order = 0;
	for (unsigned place = 0; place <= ARRAY_SIZE(state_life); place++) {
		unsigned state = place < ARRAY_SIZE(state_life) ? state_life[place] : 0;

		for (uint32_t at = 0; at < rows && p->n_order < STATE_ROWS; at++)
			if (view_group(p->view, at)->key.state == state)
				p->order[p->n_order++] = (uint8_t)at;
	}
	set_change_title(p);
}

/* A socket that several hold counts for each of them: the head says why rows add up to more. */
static void tell_shared(struct pane *p)
{
	uint32_t shared = view_totals(p->view)->shared;

	p->note[0] = '\0';
	if (shared >= 1000)
		snprintf(p->note, sizeof(p->note), "~%uk shared",
			 (unsigned)((shared + 500) / 1000));
	else if (shared > 0)
		snprintf(p->note, sizeof(p->note), "%u shared", (unsigned)shared);
	p->table.col[0].note = text_own(p->note, strlen(p->note));
	set_change_title(p);
}

static const char *column_help(const struct pane *p, unsigned col)
{
	return column_info((enum column)p->table.col[col].id)->help;
}

static const struct table_ops state_ops = {
	.rows = group_rows,
	.row_id = group_row_id,
	.find = group_find,
	.cell = state_cell,
	.marks = group_marks,
};

static const struct table_ops group_ops = {
	.rows = group_rows,
	.row_id = group_row_id,
	.find = group_find,
	.cell = group_cell,
	.marks = group_marks,
};

const struct pane_kind kind_states = {
	.by = BY_STATE,
	.ops = &state_ops,
	.natural = TABLE_COLS,
	.columns = columns_of_states,
	.synced = order_states,
	.help = column_help,
};

const struct pane_kind kind_processes = {
	.by = BY_PROCESS,
	.ops = &group_ops,
	.sortable = true,
	.sort = 1,
	.natural = TABLE_COLS,
	.columns = columns_of_processes,
	.synced = tell_shared,
	.help = column_help,
};

const struct pane_kind kind_remotes = {
	.by = BY_REMOTE,
	.ops = &group_ops,
	.sortable = true,
	.sort = 1,
	.natural = TABLE_COLS,
	.columns = columns_of_remotes,
	.synced = set_change_title,
	.help = column_help,
};
