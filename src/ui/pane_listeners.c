/* SPDX-License-Identifier: MIT */
/* The list of listeners: one row a local address and port, with its accept queue and who owns it.
 */
#include <stdio.h>
#include <string.h>

#include "pane.h"
#include "sockeye/base/fmt.h"

/* "99,999/99,999 FULL" */
#define QUEUE_W 18
#define FILL_W  4

#define STATE(st) (COL_STATE + ST_##st)

// clang-format off
static const struct group_column columns[] = {
	{ "Listener", COL_KEY, 15, 22, 47, false, false },
	{ "Accept queue", COL_ACCEPT_QUEUE, QUEUE_W, QUEUE_W, QUEUE_W, true, false },
	{ .id = COL_SOCKETS },
	{ .id = COL_DELTA },
	{ .id = COL_IN_RATE, .spare = true },
	{ .id = COL_OUT_RATE, .spare = true },
	{ .id = STATE(ESTABLISHED) },
	{ .id = STATE(CLOSE_WAIT) },
	{ .title = "Half", .id = STATE(SYN_RECV) },
	{ "Owners", COL_OWNER, 18, 22, 60, false, false },
	{ .id = COL_DROP_RATE },
	{ .id = COL_DROPS },
	{ .id = COL_LISTENERS },
	{ .id = COL_NEW },
	{ .id = COL_PEERS },
	{ .id = STATE(TIME_WAIT) },
	{ .id = COL_RECV_Q },
	{ .id = COL_SEND_Q },
	{ .id = COL_OLDEST },
	{ NULL, COL_NETNS, 10, 12, 24, false, true },
};
// clang-format on

static void columns_of_listeners(struct pane *p)
{
	pane_set_columns(p, columns, ARRAY_SIZE(columns));
	for (unsigned i = 0; i < p->table.n_cols; i++)
		if (p->table.col[i].id == COL_OWNER)
			p->table.col[i].unsorted = true;
}

/* ---- the accept queue ---- */

struct queue {
	bool full;    /* of one of the sockets, which is enough to lose connections */
	bool unknown; /* /proc/net does not tell the limit */
};

/* The kernel lets one more in than the limit says: full is what is above it (sk_acceptq_is_full).
 */
static struct queue queue_of(const struct view *v, const struct group *g)
{
	const struct snap *s = view_snap(v);
	struct queue q = { .full = false };

	for (uint32_t row = g->first; row != IDX_NONE; row = view_next_listener(v, row)) {
		const struct sock *k = &s->sock[row];

		if (k->flags & SOCK_NO_COOKIE)
			q.unknown = true;
		else if (k->rxq > k->txq)
			q.full = true;
	}
	return q;
}

static struct clean queue_text(const struct view *v, const struct group *g, char *buf,
			       enum role *role)
{
	struct queue q = queue_of(v, g);
	char waiting[FMT_SIZE], limit[FMT_SIZE] = "-", fill[FMT_SIZE] = "-";
	int len;

	fmt_count(waiting, g->accept_queue);
	if (!q.unknown) {
		fmt_count(limit, g->accept_max);
		if (g->accept_max > 0)
			snprintf(fill, sizeof(fill), "%u%%",
				 (unsigned)((uint64_t)g->accept_queue * 100 / g->accept_max));
	}
	if (q.full) {
		snprintf(fill, sizeof(fill), "FULL");
		*role = ROLE_CRIT;
	} else if (g->accept_queue == 0) {
		*role = ROLE_DIM;
	}
	len = snprintf(buf, FIELD_TEXT_SIZE, "%s/%s %*s", waiting, limit, FILL_W, fill);
	return text_own(buf, (size_t)len);
}

/* ---- owners ---- */

/* More processes, or more descriptors, than this are not counted one by one. */
#define OWNERS_MAX      64
#define OWNERS_LOOK_MAX 4096

struct owners {
	uint32_t proc[OWNERS_MAX]; /* rows of the snapshot */
	unsigned n, looked;
	bool more;
};

static void add_owner(struct owners *o, uint32_t proc)
{
	for (unsigned i = 0; i < o->n; i++)
		if (o->proc[i] == proc)
			return;
	if (o->n < OWNERS_MAX)
		o->proc[o->n++] = proc;
	else
		o->more = true;
}

static void find_owners(const struct view *v, const struct group *g, struct owners *o)
{
	const struct snap *s = view_snap(v);

	for (uint32_t row = g->first; row != IDX_NONE; row = view_next_listener(v, row)) {
		const struct sock_ext *x = &s->ext[row];

		for (uint32_t i = 0; i < x->n_owners && !o->more; i++) {
			add_owner(o, s->owner[x->owner + i].proc);
			o->more |= ++o->looked == OWNERS_LOOK_MAX;
		}
	}
}

/* The process with the lowest pid, and how many more; else why there is none. */
static struct clean owners_text(const struct pane *p, const struct group *g, char *buf,
				enum role *role)
{
	const struct snap *s = view_snap(p->view);
	struct owners o = { .n = 0 };
	uint32_t first;
	struct clean name;

	find_owners(p->view, g, &o);
	if (o.n == 0) {
		enum why why = snap_why(s, g->first);

		if (why == WHY_NOT_PERMITTED || why == WHY_OTHER_PIDNS)
			*role = ROLE_UNKNOWN;
		return field_text(s, g->first, F_PROCESS, p->set, buf);
	}
	first = o.proc[0];
	for (unsigned i = 1; i < o.n; i++)
		first = o.proc[i] < first ? o.proc[i] : first;
	name = proc_text(s, first, p->set, buf);
	if (o.more)
		snprintf(buf + name.len, FIELD_TEXT_SIZE - name.len, " and many more");
	else if (o.n > 1)
		snprintf(buf + name.len, FIELD_TEXT_SIZE - name.len, " +%u", o.n - 1);
	return text_own(buf, strlen(buf));
}

/* ---- the table ---- */

/* Nothing is pinned in this list. */
static const struct group *group_at(const struct pane *p, uint32_t row)
{
	const struct pin *none;

	return view_group(p->view, pane_view_row(p, row, &none));
}

static struct clean listener_cell(const void *pane, uint32_t row, unsigned id, char *buf,
				  enum role *role)
{
	const struct pane *p = pane;
	const struct group *g = group_at(p, row);

	if (id == COL_ACCEPT_QUEUE)
		return queue_text(p->view, g, buf, role);
	if (id == COL_OWNER)
		return owners_text(p, g, buf, role);
	if ((id == COL_DROPS || id == COL_DROP_RATE) && queue_of(p->view, g).unknown)
		return TEXT_LIT("-");
	return pane_group_cell(pane, row, id, buf, role);
}

static unsigned listener_marks(const void *pane, uint32_t row)
{
	const struct pane *p = pane;
	const struct group *g = group_at(p, row);
	unsigned marks = pane_group_marks(pane, row);

	if (queue_of(p->view, g).full)
		marks |= MARK_CRIT;
	return marks;
}

static const char *help_of(const struct pane *p, unsigned id)
{
	if (id == COL_OWNER)
		return "first process that has the listening socket, and how many more";
	if (id == COL_ACCEPT_QUEUE)
		return "connections that wait to be accepted, the limit, and how full it is";
	return pane_group_help(p, id);
}

const struct pane_kind kind_listeners = {
	.by = BY_LISTENER,
	.cell = listener_cell,
	.marks = listener_marks,
	.sortable = true,
	.sort = 1,
	.natural = NATURAL_NONE,
	.columns = columns_of_listeners,
	.synced = pane_set_change_title,
	.help = help_of,
};
