/* SPDX-License-Identifier: MIT */
/* The socket list: one row a socket, the columns of the field table. */
#include <string.h>

#include "pane.h"
#include "sockeye/base/fmt.h"
#include "sockeye/model/names.h"

/* Cells that hold the longest value: a number that is somebody's name is never shortened. */
#define UINT32_CELLS 10
#define COOKIE_CELLS 18

struct width {
	uint8_t min, width, max;
};

// clang-format off
/* Where the table of fields does not say it all. An IPv4 address with its port takes 21 columns. */
static const struct width widths[F_COUNT] = {
	[F_STATE]   = { 10, 10, 10 },
	[F_PROTO]   = { 4, 4, 7 },
	[F_REMOTE]  = { 21, 22, 47 },
	[F_PROCESS] = { 14, 18, 28 },
	[F_LOCAL]   = { 21, 22, 47 },
	[F_RECV_Q]  = { 6, 6, 6 },
	[F_SEND_Q]  = { 6, 6, 6 },
	[F_USER]    = { UINT32_CELLS, UINT32_CELLS, 16 },
	[F_UID]     = { UINT32_CELLS, UINT32_CELLS, UINT32_CELLS },
	[F_FD]      = { UINT32_CELLS, UINT32_CELLS, UINT32_CELLS },
	[F_INODE]   = { UINT32_CELLS, UINT32_CELLS, UINT32_CELLS },
	[F_COOKIE]  = { COOKIE_CELLS, COOKIE_CELLS, COOKIE_CELLS },
	[F_IFNAME]  = { 8, 8, 16 },
	[F_CONTAINER] = { 12, 12, 24 },
	[F_UNIT]    = { 16, 20, 40 },
	[F_NETNS]   = { UINT32_CELLS, 12, 24 },
};
// clang-format on

static void columns_of_sockets(struct pane *p)
{
	unsigned n = 0;

	for (unsigned f = 0; f < F_COUNT; f++) {
		const struct field *d = &field_table[f];
		struct width w = widths[f];

		if (w.width == 0)
			w = (struct width){ d->width, d->width, d->width };
		if (f == F_TYPE && (p->query.select.protos & ~PROTOS_INET) == 0)
			continue;
		p->table.col[n++] = (struct table_column){
			.title = text_own(d->title, strlen(d->title)),
			.id = (uint8_t)f,
			.min = w.min,
			.width = w.width,
			.max = w.max,
			.right = d->right,
			.tail = d->type == V_END ? "]:"
				: f == F_PROCESS ? "["
						 : NULL,
			.spare = f == F_CONTAINER || f == F_UNIT || f == F_NETNS ||
				 pane_is_rate(p, f),
		};
	}
	p->table.n_cols = n;
}
_Static_assert(F_COUNT <= TABLE_COLS, "the socket list has a column for each field");

/* The row of the snapshot. */
static uint32_t pane_sock(const struct pane *p, uint32_t row)
{
	const struct pin *none;

	return view_sock(p->view, pane_view_row(p, row, &none));
}

static struct clean socket_cell(const void *pane, uint32_t row, unsigned id, char *buf,
				enum role *role)
{
	const struct pane *p = pane;
	const struct snap *s = view_snap(p->view);
	enum field_id f = (enum field_id)id;
	uint32_t at = pane_sock(p, row);
	uint64_t n;

	if (f == F_STATE) {
		const char *name = state_short(s->sock[at].state);

		return text_own(name, strlen(name));
	}
	if (p->namer != NULL && (f == F_LOCAL || f == F_REMOTE))
		return namer_end(p->namer, s, at, f, p->set, buf);
	if (f == F_RECV_Q || f == F_SEND_Q) {
		n = field_number(s, at, f);
		*role = n > 0 ? ROLE_TEXT : ROLE_DIM;
		return text_own(buf, fmt_count(buf, n));
	}
	if (pane_is_rate(p, f) && snap_rated(s, at)) {
		n = field_number(s, at, f);
		*role = n > 0 ? ROLE_TEXT : ROLE_DIM;
		return text_own(buf, fmt_bytes(buf, n));
	}
	if (pane_is_rate(p, f))
		return TEXT_LIT("");
	if (f == F_AGE)
		return text_own(buf, fmt_age(buf, field_number(s, at, f)));
	if (f == F_PROCESS && s->ext[at].n_owners == 0 && snap_why(s, at) == WHY_NOT_PERMITTED)
		*role = ROLE_UNKNOWN;
	return field_text(s, at, f, p->set, buf);
}

/* Of a listener, the queues count connections: more waiting than allowed means that it is full. */
static bool accept_queue_full(const struct sock *k)
{
	return k->proto == PROTO_TCP && k->state == ST_LISTEN && k->rxq > k->txq;
}

static unsigned socket_marks(const void *pane, uint32_t row)
{
	const struct pane *p = pane;
	const struct snap *s = view_snap(p->view);
	uint32_t at = pane_sock(p, row);
	enum why why = snap_why(s, at);
	unsigned marks = 0;

	/* In a first sample everything would be new. */
	if (s->prev_mono_ns != 0 && s->sock[at].flags & SOCK_NEW)
		marks |= MARK_NEW;
	if (accept_queue_full(&s->sock[at]))
		marks |= MARK_CRIT;
	if (why == WHY_NOT_PERMITTED || why == WHY_OTHER_PIDNS)
		marks |= MARK_UNKNOWN;
	return marks;
}

static const char *column_help(const struct pane *p, unsigned id)
{
	(void)p;
	return field_table[id].help;
}

const struct pane_kind kind_sockets = {
	.by = BY_SOCKET,
	.cell = socket_cell,
	.marks = socket_marks,
	.sortable = true,
	.sort = 0,
	.ascending = true,
	.natural = F_STATE,
	.columns = columns_of_sockets,
	.help = column_help,
};
