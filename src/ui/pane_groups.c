/* SPDX-License-Identifier: MIT */
/* The panes of the overview: states; processes, programs or users; remotes. */
#include <stdio.h>
#include <string.h>

#include "pane.h"
#include "sockeye/base/fmt.h"
#include "sockeye/model/names.h"

/* "99,999", "12.4M", "+9,999" */
#define FIGURE_W 6

#define NS_PER_S 1000000000.0

#define STATE(st) (COL_STATE + ST_##st)

#define V4_BITS 32
#define V6_BITS 128

#define REMOTE_LEAST 15 /* cells of an IPv4 address */

// clang-format off
#define TREND_COLUMN   { NULL, COL_TREND, TREND_CELLS, TREND_CELLS, TREND_CELLS, false, false }
#define LISTENS_COLUMN { NULL, COL_LISTENS, 18, 18, 40, false, false }

/* Those that stand in no list of their own accord. */
#define RATES                                  \
	{ .id = COL_IN_RATE, .spare = true },  \
	{ .id = COL_OUT_RATE, .spare = true }
#define SPARE_STATE(st) { .id = STATE(st), .spare = true }
#define SPARE_STATES             \
	SPARE_STATE(SYN_RECV),   \
	SPARE_STATE(FIN_WAIT1),  \
	SPARE_STATE(FIN_WAIT2),  \
	SPARE_STATE(TIME_WAIT),  \
	SPARE_STATE(LAST_ACK),   \
	SPARE_STATE(CLOSING),    \
	SPARE_STATE(CLOSE)

static const struct group_column state_columns[] = {
	{ "State", COL_KEY, 10, 10, 10, false, false },
	{ .title = "Count", .id = COL_SOCKETS },
	{ .id = COL_DELTA },
	{ NULL, COL_TREND, TREND_CELLS + 1, TREND_CELLS + 1, TREND_CELLS + 1, true, false },
};

/* 24 columns hold every name that the kernel gives with every pid, 10 every user by number. */
static const struct group_column process_columns[] = {
	{ "Process", COL_KEY, 18, 18, 24, false, false },
	{ .id = COL_SOCKETS },
	{ .id = COL_DELTA },
	RATES,
	{ .id = STATE(ESTABLISHED) },
	{ .id = STATE(CLOSE_WAIT) },
	{ .id = COL_RECV_Q },
	{ NULL, COL_USER, 10, 10, 16, false, false },
	{ .id = COL_SEND_Q },
	{ .id = COL_PEERS },
	LISTENS_COLUMN,
	TREND_COLUMN,
	{ .id = STATE(LISTEN) },
	{ .id = COL_SHARED },
	{ .id = COL_UDP },
	{ .id = STATE(SYN_SENT) },
	{ .id = COL_NEW },
	{ .id = COL_OLDEST },
	SPARE_STATES,
	{ NULL, COL_CONTAINER, 12, 12, 24, false, true },
	{ NULL, COL_UNIT, 16, 20, 40, false, true },
	{ NULL, COL_NETNS, 10, 12, 24, false, true },
};

/* By program and by user, what counts is how many processes a row is. */
#define CROWD_COLUMNS                  \
	{ .id = COL_SOCKETS },         \
	{ .id = COL_DELTA },           \
	RATES,                         \
	{ .id = COL_PROCESSES },       \
	{ .id = STATE(ESTABLISHED) },  \
	{ .id = STATE(CLOSE_WAIT) },   \
	{ .id = COL_RECV_Q },          \
	{ .id = COL_SEND_Q },          \
	{ .id = COL_PEERS },           \
	LISTENS_COLUMN,                \
	TREND_COLUMN,                  \
	{ .id = STATE(LISTEN) },       \
	{ .id = COL_SHARED },          \
	{ .id = COL_UDP },             \
	{ .id = STATE(SYN_SENT) },     \
	{ .id = COL_NEW },             \
	{ .id = COL_OLDEST },          \
	SPARE_STATES

static const struct group_column program_columns[] = {
	{ "Program", COL_KEY, 18, 18, 24, false, false },
	CROWD_COLUMNS,
};

static const struct group_column user_columns[] = {
	{ "User", COL_KEY, 18, 18, 32, false, false },
	CROWD_COLUMNS,
};

static const struct group_column container_columns[] = {
	{ "Container", COL_KEY, 18, 18, 32, false, false },
	CROWD_COLUMNS,
	{ NULL, COL_RUNTIME, 10, 10, 10, false, true },
	{ NULL, COL_POD, 36, 36, 36, false, true },
};

static const struct group_column unit_columns[] = {
	{ "Unit", COL_KEY, 18, 18, 40, false, false },
	CROWD_COLUMNS,
};

static const struct group_column remote_columns[] = {
	{ "Remote", COL_KEY, REMOTE_LEAST, 20, 39, false, false },
	{ .id = COL_SOCKETS },
	{ .id = COL_DELTA },
	RATES,
	{ .title = "Half", .id = STATE(SYN_RECV) },
	{ .id = COL_PROCESSES },
	{ NULL, COL_PORTS, 8, 9, 16, false, false },
	{ .id = COL_ADDRESSES },
	{ .id = COL_NEW },
	TREND_COLUMN,
	{ .id = COL_SEEN },
	{ .id = COL_OLDEST },
	{ .id = STATE(ESTABLISHED) },
	{ .id = STATE(CLOSE_WAIT) },
	{ .id = STATE(TIME_WAIT) },
	{ .id = COL_RECV_Q },
	{ .id = COL_SEND_Q },
	{ .id = COL_UDP },
	SPARE_STATE(SYN_SENT),
	SPARE_STATE(FIN_WAIT1),
	SPARE_STATE(FIN_WAIT2),
	SPARE_STATE(LAST_ACK),
	SPARE_STATE(CLOSING),
	SPARE_STATE(CLOSE),
	SPARE_STATE(LISTEN),
	{ .id = COL_HALF_SHARE, .spare = true },
	{ .id = COL_IDLE, .spare = true },
};
// clang-format on

static const char *tail_of(enum by by, enum column c)
{
	/* The pid, and the port. */
	if (c == COL_KEY && by == BY_PROCESS)
		return "[";
	return c == COL_LISTENS || (c == COL_KEY && by == BY_LISTENER) ? "]:" : NULL;
}

void pane_set_columns(struct pane *p, const struct group_column *col, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum column c = (enum column)col[i].id;
		const struct column_info *info = column_info(c);
		const char *title = col[i].title != NULL ? col[i].title : info->title;
		bool figure = col[i].width == 0;

		p->table.col[i] = (struct table_column){
			.title = text_own(title, strlen(title)),
			.id = col[i].id,
			.min = figure ? FIGURE_W : col[i].min,
			.width = figure ? FIGURE_W : col[i].width,
			.max = figure ? FIGURE_W : col[i].max,
			.right = info->right || col[i].right,
			.middle = p->kind->by == BY_REMOTE && c == COL_KEY,
			.unsorted = !column_sorts(c),
			.spare = col[i].spare,
			.tail = tail_of(p->kind->by, c),
		};
		if (c == COL_DELTA)
			p->table.col[i].title = pane_change_title(p);
	}
	p->table.n_cols = (unsigned)n;
}

static void columns_of_states(struct pane *p)
{
	pane_set_columns(p, state_columns, ARRAY_SIZE(state_columns));
}

static void columns_of_processes(struct pane *p)
{
	pane_set_columns(p, process_columns, ARRAY_SIZE(process_columns));
}

static void columns_of_programs(struct pane *p)
{
	pane_set_columns(p, program_columns, ARRAY_SIZE(program_columns));
}

static void columns_of_users(struct pane *p)
{
	pane_set_columns(p, user_columns, ARRAY_SIZE(user_columns));
}

static void columns_of_containers(struct pane *p)
{
	pane_set_columns(p, container_columns, ARRAY_SIZE(container_columns));
}

static void columns_of_units(struct pane *p)
{
	pane_set_columns(p, unit_columns, ARRAY_SIZE(unit_columns));
}

static void columns_of_remotes(struct pane *p)
{
	pane_set_columns(p, remote_columns, ARRAY_SIZE(remote_columns));
}

/* ---- cells ---- */

/* Below ten a second, tenths tell. */
static struct clean rate_text(int64_t span_ns, uint64_t n, char *buf, enum role *role)
{
	uint64_t tenths;

	if (span_ns <= 0)
		return TEXT_LIT("");
	if (n == 0) {
		*role = ROLE_DIM;
		return TEXT_LIT("0");
	}
	tenths = (uint64_t)((double)n * 10 * NS_PER_S / (double)span_ns + 0.5);
	if (tenths >= 100 || (tenths > 0 && tenths % 10 == 0))
		return text_own(buf, fmt_count(buf, (tenths + 5) / 10));
	tenths = tenths > 0 ? tenths : 1;
	return text_own(buf, (size_t)snprintf(buf, FMT_SIZE, "%u.%u", (unsigned)tenths / 10,
					      (unsigned)tenths % 10));
}

/* Bytes a second. */
static struct clean bytes_text(const struct snap *s, uint64_t n, char *buf, enum role *role)
{
	if (!s->rated)
		return TEXT_LIT("");
	if (n == 0)
		*role = ROLE_DIM;
	return text_own(buf, fmt_bytes(buf, snap_per_s(s, n)));
}

/* In a first sample everything would be new. */
static int64_t sample_span_ns(const struct snap *s)
{
	return s->prev_mono_ns != 0 ? s->mono_ns - s->prev_mono_ns : 0;
}

static uint32_t view_now_s(const struct view *v)
{
	return (uint32_t)(view_snap(v)->mono_ns / (int64_t)NS_PER_S);
}

/* In minutes, so that rows that stand still stay as they are from sample to sample. */
static struct clean oldest_text(uint32_t seconds, char *buf)
{
	if (seconds < 60)
		return TEXT_LIT("<1m");
	if (seconds < 3600)
		return text_own(buf, (size_t)snprintf(buf, FMT_SIZE, "%um", seconds / 60));
	return text_own(buf, fmt_age(buf, seconds));
}

static size_t end_name(const struct pane *p, uint32_t row, enum column c, char *buf)
{
	const struct snap *snap = view_snap(p->view);
	const struct sock *s = &snap->sock[row];

	if (c == COL_PORTS)
		return (size_t)snprintf(buf, FIELD_TEXT_SIZE, "%u", s->lport);
	/* Whether a wildcard takes in IPv4, IPv6 or both is told by the list of listeners. */
	if (addr_is_any(&s->local))
		return (size_t)snprintf(buf, FIELD_TEXT_SIZE, "*:%u", s->lport);
	return end_text(buf, FIELD_TEXT_SIZE, snap, &s->local, s->lport, snap_netns(snap, row),
			snap->ext[row].ifindex, p->set);
}

static unsigned shown_width(const struct pane *p, unsigned id)
{
	for (unsigned i = 0; i < p->table.shown; i++)
		if (p->table.col[table_column_at(&p->table, i)].id == id)
			return p->table.col_width[i];
	return 0;
}

/* As many as fit whole: a port that is cut is another port. */
static struct clean ends_text(const struct pane *p, uint32_t at, enum column c, char *buf)
{
	struct clean more = p->set == TEXT_ASCII ? TEXT_LIT(" ~") : TEXT_LIT(" \xe2\x80\xa6");
	/* A pinned item without a row has none. */
	const struct group_ends *e = at != IDX_NONE ? view_ends(p->view, at) : NULL;
	unsigned width = shown_width(p, c), n = e != NULL ? e->n : 0;
	size_t len = 0;

	if (n == 0)
		return e != NULL ? TEXT_LIT("-") : TEXT_LIT("");
	for (unsigned i = 0; i < n; i++) {
		char name[FIELD_TEXT_SIZE];
		size_t size = end_name(p, e->row[i], c, name);
		bool last = i + 1 == n && !e->more;

		/* The first stays in any case: the table cuts its address. */
		if (i > 0 && len + 1 + size + (last ? 0 : more.cells) > width) {
			memcpy(buf + len, more.s, more.len);
			return text_own(buf, len + more.len);
		}
		if (i > 0)
			buf[len++] = ' ';
		memcpy(buf + len, name, size);
		len += size;
	}
	if (e->more) {
		memcpy(buf + len, more.s, more.len);
		len += more.len;
	}
	return text_own(buf, len);
}

static struct clean trend_text(const struct pane *p, uint64_t id, char *buf)
{
	return spark_text(trend_cells(pane_trend(p), id), p->set, buf);
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
	if (c == COL_DELTA || c == COL_NEW || c == COL_OLDEST || c == COL_SEEN || c == COL_IDLE ||
	    column_is_rate(c) || !column_info(c)->right)
		return TEXT_LIT("");
	return TEXT_LIT("0");
}

/* "203.0.113.0/24 (12)": of how many addresses, where no column says it and there is room. */
static struct clean add_addresses(const struct pane *p, const struct group *g, struct clean text,
				  char *buf)
{
	char n[FMT_SIZE];

	if (p->kind->by != BY_REMOTE || g->addresses < 2 || shown_width(p, COL_ADDRESSES) > 0)
		return text;
	fmt_count(n, g->addresses);
	if (text.cells + strlen(n) + 3 > shown_width(p, COL_KEY))
		return text;
	return text_own(buf, text.len + (size_t)snprintf(buf + text.len, FIELD_TEXT_SIZE - text.len,
							 " (%s)", n));
}

const struct addr *pane_named_addr(const struct pane *p, const struct group *g)
{
	const struct addr *a = &g->key.end.addr;

	if (p->kind->by == BY_LISTENER)
		return a;
	if (p->kind->by != BY_REMOTE || g->key.end.bits != (addr_is_v4(a) ? V4_BITS : V6_BITS))
		return NULL;
	return a;
}

static struct clean key_text(const struct pane *p, const struct group *g, char *buf)
{
	const struct addr *a = p->namer != NULL ? pane_named_addr(p, g) : NULL;
	struct str host = namer_host(p->namer, a);

	if (a != NULL && p->kind->by == BY_LISTENER)
		return namer_listener(p->namer, view_snap(p->view), a, g->key.end.port, p->set,
				      buf);
	if (host.len > 0)
		return text_clean(host.s, host.len, p->set, buf, FIELD_TEXT_SIZE);
	return add_addresses(p, g, group_text(p->view, g, p->set, buf), buf);
}

static bool is_unreadable(const struct group *g)
{
	return g->why == WHY_NOT_PERMITTED || g->why == WHY_OTHER_PIDNS;
}

struct clean pane_group_cell(const void *pane, uint32_t row, unsigned id, char *buf,
			     enum role *role)
{
	const struct pane *p = pane;
	enum column c = (enum column)id;
	const struct pin *pin;
	uint32_t at = pane_view_row(p, row, &pin);
	const struct group *g;

	if (pin == NULL) {
		g = view_group(p->view, at);
	} else {
		g = view_find_group(p->view, pin->id);
		if (g == NULL)
			return c == COL_TREND ? trend_text(p, pin->id, buf) : missing_cell(pin, c);
	}
	if (c == COL_KEY) {
		if (is_unreadable(g))
			*role = ROLE_UNKNOWN;
		if (p->kind->by == BY_STATE && g->key.state != 0) {
			const char *name = state_short(g->key.state);

			return text_own(name, strlen(name));
		}
		return key_text(p, g, buf);
	}
	if (c == COL_USER || c == COL_NETNS || c == COL_INODE || column_is_place(c))
		return group_name(p->view, g, c, p->set, buf);
	if (column_is_ends(c))
		return ends_text(p, at, c, buf);
	if (c == COL_TREND)
		return trend_text(p, g->id, buf);
	if (c == COL_NEW)
		return rate_text(sample_span_ns(view_snap(p->view)), g->born, buf, role);
	if (column_is_rate(c))
		return bytes_text(view_snap(p->view), group_number(g, c), buf, role);
	if (c == COL_DROP_RATE)
		return rate_text(g->has_delta ? view_delta_ns(p->view) : 0, g->dropped, buf, role);
	if (c == COL_SEEN)
		return oldest_text(view_now_s(p->view) - g->seen_s, buf);
	if (c == COL_IDLE && g->timed == 0)
		return TEXT_LIT("-");
	if (c == COL_OLDEST)
		return oldest_text(g->oldest_s, buf);
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
	return pane_group_cell(pane, row, id, buf, role);
}

/* What was found about it. */
static unsigned alert_of(const struct pane *p, const struct group *g)
{
	if (p->kind->by == BY_STATE)
		return alerts_of_state(p->alerts, g->key.state);
	if (p->kind->by == BY_PROCESS && g->why == WHY_OWNED)
		return alerts_of_process(p->alerts, g->key.pid);
	if (p->kind->by == BY_REMOTE)
		return alerts_of_remote(p->alerts, &g->key.end.addr, g->key.end.bits);
	return 0;
}

unsigned pane_group_marks(const void *pane, uint32_t row)
{
	const struct pane *p = pane;
	const struct pin *pin;
	uint32_t at = pane_view_row(p, row, &pin);
	const struct group *g;
	unsigned marks = 0;

	g = pin != NULL ? view_find_group(p->view, pin->id) : view_group(p->view, at);
	if (g == NULL)
		return MARK_GONE | MARK_PIN;
	if (pins_find(&p->pins, g->id) != PIN_NONE)
		marks |= MARK_PIN;
	if (g->fresh)
		marks |= MARK_NEW;
	if (is_unreadable(g))
		marks |= MARK_UNKNOWN;
	return marks | alert_of(p, g);
}

/* ---- new results ---- */

void pane_set_change_title(struct pane *p)
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
	/* Those of other protocols, which have no state, come last. */
	for (unsigned place = 0; place <= ARRAY_SIZE(state_life); place++) {
		unsigned state = place < ARRAY_SIZE(state_life) ? state_life[place] : 0;

		for (uint32_t at = 0; at < rows && p->n_order < STATE_ROWS; at++)
			if (view_group(p->view, at)->key.state == state)
				p->order[p->n_order++] = (uint8_t)at;
	}
	pane_set_change_title(p);
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
	pane_set_change_title(p);
}

/*
 * What rows there are, and how many sockets are of own addresses, which have none: the longest of
 * these that the column has room for, which is made to have room for the number.
 */
static void tell_remotes(struct pane *p)
{
	const struct query *q = view_query(p->view);
	uint32_t own = view_totals(p->view)->own_hidden;
	struct table_column *key = &p->table.col[0];
	char by[32] = "mixed", n[FMT_SIZE];
	size_t title = key->title.cells + 2, room = shown_width(p, COL_KEY);

	if (!q->rollup && q->prefix4 < V4_BITS)
		snprintf(by, sizeof(by), "by /%u /%u", q->prefix4, q->prefix6);
	else if (!q->rollup)
		snprintf(by, sizeof(by), "by IP");
	fmt_count(n, own);
	room = room > title ? room - title : 0;
	if (own == 0)
		snprintf(p->note, sizeof(p->note), "%s", by);
	else if (snprintf(p->note, sizeof(p->note), "%s, %s own hidden", by, n) > (int)room &&
		 snprintf(p->note, sizeof(p->note), "%s own hidden", n) > (int)room)
		snprintf(p->note, sizeof(p->note), "-%s own", n);
	key->note = text_own(p->note, strlen(p->note));
	key->min = (uint8_t)(title + (own > 0 ? strlen(n) + 5 : 0));
	if (key->min < REMOTE_LEAST)
		key->min = REMOTE_LEAST;
	pane_set_change_title(p);
}

const char *pane_group_help(const struct pane *p, unsigned id)
{
	(void)p;
	return column_info((enum column)id)->help;
}

const struct pane_kind kind_states = {
	.by = BY_STATE,
	.cell = state_cell,
	.marks = pane_group_marks,
	.natural = NATURAL_NONE,
	.columns = columns_of_states,
	.synced = order_states,
	.help = pane_group_help,
};

const struct pane_kind kind_processes = {
	.by = BY_PROCESS,
	.cell = pane_group_cell,
	.marks = pane_group_marks,
	.sortable = true,
	.sort = 1,
	.natural = NATURAL_NONE,
	.columns = columns_of_processes,
	.synced = tell_shared,
	.help = pane_group_help,
};

const struct pane_kind kind_programs = {
	.by = BY_PROGRAM,
	.cell = pane_group_cell,
	.marks = pane_group_marks,
	.sortable = true,
	.sort = 1,
	.natural = NATURAL_NONE,
	.columns = columns_of_programs,
	.synced = pane_set_change_title,
	.help = pane_group_help,
};

const struct pane_kind kind_users = {
	.by = BY_USER,
	.cell = pane_group_cell,
	.marks = pane_group_marks,
	.sortable = true,
	.sort = 1,
	.natural = NATURAL_NONE,
	.columns = columns_of_users,
	.synced = pane_set_change_title,
	.help = pane_group_help,
};

const struct pane_kind kind_containers = {
	.by = BY_CONTAINER,
	.cell = pane_group_cell,
	.marks = pane_group_marks,
	.sortable = true,
	.sort = 1,
	.natural = NATURAL_NONE,
	.columns = columns_of_containers,
	.synced = pane_set_change_title,
	.help = pane_group_help,
};

const struct pane_kind kind_units = {
	.by = BY_UNIT,
	.cell = pane_group_cell,
	.marks = pane_group_marks,
	.sortable = true,
	.sort = 1,
	.natural = NATURAL_NONE,
	.columns = columns_of_units,
	.synced = pane_set_change_title,
	.help = pane_group_help,
};

const struct pane_kind kind_remotes = {
	.by = BY_REMOTE,
	.cell = pane_group_cell,
	.marks = pane_group_marks,
	.sortable = true,
	.sort = 1,
	.natural = NATURAL_NONE,
	.columns = columns_of_remotes,
	.synced = tell_remotes,
	.help = pane_group_help,
};
