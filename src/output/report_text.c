/* SPDX-License-Identifier: MIT */
/* The text face of a report: tables for awk. */
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"
#include "sockeye/model/names.h"
#include "table.h"

/* What a table is made of: the view is gone over twice, see table.h. */
struct table_ctx {
	struct report *r;
	const struct view *v;
	const struct snap *s;
	struct table t;
};

/* ---- cells ----------------------------------------------------------- */

static void cell_clean(struct table_ctx *c, struct clean text)
{
	table_piece(&c->t, text);
	table_end_cell(&c->t);
}

static void cell_str(struct table_ctx *c, struct str s)
{
	table_name(&c->t, s.s, s.len, c->r->cfg.set);
}

/* java[2211]:418,nginx[901]:6 - every descriptor. */
static void cell_owners(struct table_ctx *c, const struct owner *o, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct proc *p = &c->s->proc[o[i].proc];
		struct str comm = strpool_get(c->s->str, p->comm);

		if (i > 0)
			buf_char(&c->t.line, ',');
		table_piece_name(&c->t, comm.s, comm.len, c->r->cfg.set);
		buf_fmt(&c->t.line, "[%d]:%d", p->pid, o[i].fd);
	}
	table_end_cell(&c->t);
}

/* xterm[9],java[2211]: at the other ends of its UNIX sockets. */
static void cell_peers(struct table_ctx *c, const struct group *g)
{
	size_t n;
	const struct peer_pair *pair = report_peers(c->r, g, &n);

	for (size_t i = 0; i < n; i++) {
		const struct proc *p = &c->s->proc[pair[i].peer];
		struct str comm = strpool_get(c->s->str, p->comm);

		if (i > 0)
			buf_char(&c->t.line, ',');
		table_piece_name(&c->t, comm.s, comm.len, c->r->cfg.set);
		buf_fmt(&c->t.line, "[%d]", p->pid);
	}
	table_end_cell(&c->t);
}

/* CLOSE_WAIT=1187,LISTEN=1 */
static void cell_states(struct table_ctx *c, const struct group *g)
{
	const char *comma = "";

	for (unsigned st = 1; st < ST_COUNT; st++) {
		if (g->state[st] == 0)
			continue;
		buf_fmt(&c->t.line, "%s%s=%u", comma, state_name(st), g->state[st]);
		comma = ",";
	}
	table_end_cell(&c->t);
}

static void cell_place(struct table_ctx *c, const struct group *g, enum column col)
{
	char buf[FIELD_TEXT_SIZE];

	cell_clean(c, group_name(c->v, g, col, c->r->cfg.set, buf));
}

/* In bytes a second; of a first sample nothing is known. */
static void cell_rate(struct table_ctx *c, bool known, uint64_t n)
{
	if (known)
		table_number(&c->t, snap_per_s(c->s, n));
	else
		table_word(&c->t, "-");
}

/* With names, of what has one. */
static void cell_key(struct table_ctx *c, const struct group *g)
{
	const struct namer *n = c->r->cfg.namer;
	const struct addr *a = n != NULL ? report_single(c->v, g) : NULL;
	char buf[FIELD_TEXT_SIZE];
	struct str host;

	if (a != NULL && view_query(c->v)->by == BY_LISTENER) {
		cell_clean(c, namer_listener(n, c->s, a, g->key.end.port, c->r->cfg.set, buf));
		return;
	}
	host = a != NULL ? namer_host(n, a) : (struct str){ "", 0 };
	if (host.len > 0)
		cell_str(c, host);
	else
		cell_clean(c, group_text(c->v, g, c->r->cfg.set, buf));
}

static void cell_column(struct table_ctx *c, const struct group *g, enum column col)
{
	struct str none = { "", 0 };
	char number[FIELD_TEXT_SIZE], buf[FIELD_TEXT_SIZE];
	enum by by = view_query(c->v)->by;
	bool owned = g->why == WHY_OWNED;
	const struct proc *p = owned && by == BY_PROCESS ? &c->s->proc[g->key.proc] : NULL;

	if (col == COL_NETNS || col == COL_INODE) {
		cell_clean(c, group_name(c->v, g, col, c->r->cfg.set, buf));
	} else if (col == COL_KEY) {
		cell_key(c, g);
	} else if (col == COL_COMM) {
		cell_str(c, owned ? strpool_get(c->s->str, p ? p->comm : g->key.comm) : none);
	} else if (col == COL_USER) {
		cell_str(c, owned ? report_user(c->s, p ? p->uid : g->key.uid, number) : none);
	} else if (column_is_place(col)) {
		cell_place(c, g, col);
	} else if (column_is_rate(col)) {
		cell_rate(c, c->s->rated, group_number(g, col));
	} else if (col == COL_OWNER) {
		table_word(&c->t, owned ? "-" : why_name(g->why));
	} else if ((col == COL_PID && !owned) ||
		   (col == COL_PROCESSES && !report_has_owners(c->s))) {
		table_word(&c->t, "-");
	} else {
		table_number(&c->t, group_number(g, col));
	}
}

/* ---- tables of groups ------------------------------------------------ */

/* The columns of a grouping, as the keys of the JSON rows; COL_COUNT ends them. */
#define SUMS  COL_SOCKETS, COL_UDP, COL_SHARED, COL_RECV_Q, COL_SEND_Q
#define RATES COL_IN_RATE, COL_OUT_RATE
static const unsigned char columns[BY_COUNT][16] = {
	[BY_PROCESS] = { COL_PID, COL_COMM, COL_USER, COL_OWNER, COL_CONTAINER, COL_UNIT, SUMS,
			 RATES, COL_NETNS, COL_COUNT },
	[BY_PROGRAM] = { COL_COMM, COL_OWNER, COL_PROCESSES, SUMS, RATES, COL_COUNT },
	[BY_USER] = { COL_USER, COL_OWNER, COL_PROCESSES, SUMS, RATES, COL_COUNT },
	[BY_REMOTE] = { COL_KEY, COL_ADDRESSES, COL_SOCKETS, COL_UDP, COL_PROCESSES, RATES,
			COL_COUNT },
	[BY_LISTENER] = { COL_KEY, COL_LISTENERS, COL_ACCEPT_QUEUE, COL_ACCEPT_MAX, COL_SOCKETS,
			  RATES, COL_NETNS, COL_COUNT },
	[BY_CONTAINER] = { COL_CONTAINER, COL_RUNTIME, COL_POD, COL_OWNER, COL_PROCESSES, SUMS,
			   RATES, COL_COUNT },
	[BY_UNIT] = { COL_UNIT, COL_OWNER, COL_PROCESSES, SUMS, RATES, COL_COUNT },
	[BY_NETNS] = { COL_KEY, COL_INODE, COL_SOCKETS, COL_UDP, COL_PROCESSES, RATES, COL_COUNT },
};

/* Heads are the keys of the JSON rows in capitals. */
static void head_word(struct table_ctx *c, const char *name)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (size_t i = 0; name[i] != '\0'; i++)
		buf_add(&c->t.line,
			name[i] >= 'a' && name[i] <= 'z' ? &capitals[name[i] - 'a'] : &name[i], 1);
	table_end_cell(&c->t);
}

/* Where rows are is said where it was asked for. As in JSON: how many addresses are in a prefix is of interest only where there are prefixes. */
static bool has_column(const struct table_ctx *c, enum column col)
{
	const struct query *q = view_query(c->v);

	if (column_is_place(col))
		return c->r->cfg.places;
	if (col == COL_NETNS)
		return c->s->in_netns != NULL;
	if (column_is_rate(col))
		return c->r->cfg.rates;
	return col != COL_ADDRESSES || q->prefix4 < 32 || q->prefix6 < 128;
}

static void group_head(struct table_ctx *c)
{
	enum by by = view_query(c->v)->by;
	const char *key = by == BY_REMOTE ? "remote" : by == BY_NETNS ? "netns" : "local";

	for (unsigned i = 0; columns[by][i] != COL_COUNT; i++) {
		enum column col = (enum column)columns[by][i];

		if (has_column(c, col))
			head_word(c, col == COL_KEY ? key : column_info(col)->name);
	}
	if (by == BY_LISTENER)
		head_word(c, "owners");
	head_word(c, "states");
	if (by == BY_PROCESS && report_has_peers(c->r))
		head_word(c, "peer_processes");
}

static void group_line(struct table_ctx *c, uint32_t row)
{
	const struct group *g = report_group(c->v, row);
	enum by by = view_query(c->v)->by;

	for (unsigned i = 0; columns[by][i] != COL_COUNT; i++)
		if (has_column(c, (enum column)columns[by][i]))
			cell_column(c, g, (enum column)columns[by][i]);
	if (by == BY_LISTENER) {
		size_t n;
		struct owner *o = report_listener_owners(c->v, g, &n);

		cell_owners(c, o, n);
		free(o);
	}
	cell_states(c, g);
	if (by == BY_PROCESS && report_has_peers(c->r))
		cell_peers(c, g);
}

/* ---- the table of sockets -------------------------------------------- */

static const unsigned char fields[] = { F_PROTO, F_STATE, F_RECV_Q, F_SEND_Q, F_LOCAL, F_REMOTE };
static const unsigned char others[] = { F_TYPE };
static const unsigned char extended[] = { F_UID, F_USER, F_INODE, F_COOKIE };
static const unsigned char rates[] = { F_IN_RATE, F_OUT_RATE };
static const unsigned char timers[] = { F_TIMER, F_RETRANS };
static const unsigned char places[] = { F_CONTAINER, F_UNIT };

static bool is_known(const struct snap *s, uint32_t sock, enum field_id f)
{
	if (f == F_IN_RATE || f == F_OUT_RATE)
		return snap_rated(s, sock);
	return f != F_UID || s->sock[sock].uid != UID_UNKNOWN;
}

static void cell_field(struct table_ctx *c, uint32_t sock, enum field_id f)
{
	char buf[FIELD_TEXT_SIZE];

	if (f == F_USER)
		cell_str(c, report_user(c->s, c->s->sock[sock].uid, buf));
	else if (field_table[f].type == V_UINT && is_known(c->s, sock, f))
		table_number(&c->t, field_number(c->s, sock, f));
	else if (f == F_LOCAL || f == F_REMOTE)
		cell_clean(c, namer_end(c->r->cfg.namer, c->s, sock, f, c->r->cfg.set, buf));
	else
		cell_clean(c, field_text(c->s, sock, f, c->r->cfg.set, buf));
}

/* Whether there can be rows of what has no internet addresses, but a type. */
static bool selects_others(const struct report *r)
{
	return (r->cfg.query.select.protos & ~PROTOS_INET) != 0;
}

/* Calls once for each field that the options ask for, in their order. */
static void each_field(struct table_ctx *c, uint32_t sock,
		       void (*put)(struct table_ctx *c, uint32_t sock, enum field_id f))
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		put(c, sock, (enum field_id)fields[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others) && selects_others(c->r); i++)
		put(c, sock, (enum field_id)others[i]);
	for (size_t i = 0;
	     i < ARRAY_SIZE(extended) && (c->r->cfg.details & DETAIL_PART_SOCKET) != 0; i++)
		put(c, sock, (enum field_id)extended[i]);
	for (size_t i = 0; i < ARRAY_SIZE(rates) && c->r->cfg.rates; i++)
		put(c, sock, (enum field_id)rates[i]);
	for (size_t i = 0; i < ARRAY_SIZE(timers) && c->r->cfg.timers; i++)
		put(c, sock, (enum field_id)timers[i]);
	for (size_t i = 0; i < ARRAY_SIZE(places) && c->r->cfg.places; i++)
		put(c, sock, (enum field_id)places[i]);
	if (c->s->in_netns != NULL)
		put(c, sock, F_NETNS);
}

static void head_field(struct table_ctx *c, uint32_t sock, enum field_id f)
{
	(void)sock;
	head_word(c, field_table[f].name);
}

static bool has_details(const struct table_ctx *c)
{
	return c->r->cfg.timers || c->r->cfg.details != 0;
}

static void socket_head(struct table_ctx *c)
{
	each_field(c, 0, head_field);
	head_word(c, "owner");
	head_word(c, "owners");
	if (has_details(c))
		head_word(c, "details");
}

static void socket_line(struct table_ctx *c, uint32_t row)
{
	uint32_t sock = view_sock(c->v, row);
	const struct sock_ext *x = &c->s->ext[sock];

	each_field(c, sock, cell_field);
	table_word(&c->t, x->n_owners > 0 ? "-" : why_name(snap_why(c->s, sock)));
	cell_owners(c, c->s->owner + (x->n_owners > 0 ? x->owner : 0), x->n_owners);
	if (has_details(c))
		cell_details(&c->t, &c->r->cfg, c->s, sock);
}

/* ---- reports --------------------------------------------------------- */

static void make_line(struct table_ctx *c, uint32_t row)
{
	table_begin_line(&c->t);
	if (view_query(c->v)->by == BY_SOCKET)
		socket_line(c, row);
	else
		group_line(c, row);
}

static void make_head(struct table_ctx *c)
{
	table_begin_line(&c->t);
	if (view_query(c->v)->by == BY_SOCKET)
		socket_head(c);
	else
		group_head(c);
}

static void put_table(struct report *r, const struct view *v)
{
	struct table_ctx c = { .r = r, .v = v, .s = view_snap(v) };
	uint32_t rows = report_rows(r, v);

	for (uint32_t i = 0; i < rows; i++) {
		make_line(&c, i);
		table_measure(&c.t);
	}
	if (r->cfg.head) {
		make_head(&c);
		table_measure(&c.t);
		table_print(&c.t, &r->sink.text);
	}
	for (uint32_t i = 0; i < rows && sink_row(&r->sink); i++) {
		make_line(&c, i);
		table_print(&c.t, &r->sink.text);
	}
	table_free(&c.t);
}

static void put_count(struct report *r, const char *name, bool known, uint32_t n)
{
	if (known)
		buf_fmt(&r->sink.text, "%s %u\n", name, n);
	else
		buf_fmt(&r->sink.text, "%s -\n", name);
}

static void put_state(struct report *r, const struct snap *s, unsigned state, uint32_t n)
{
	put_count(r, state_name(state), state != ST_CLOSE || !report_close_unknown(r, s), n);
}

static void put_states(struct report *r, const struct snap *s)
{
	uint32_t rows = report_rows(r, r->view);

	for (uint32_t i = 0; i < rows; i++) {
		const struct group *g = report_group(r->view, i);

		put_state(r, s, g->key.state, g->sockets);
	}
}

static void put_totals(struct report *r, const struct snap *s)
{
	const struct totals *t = view_totals(r->view);

	put_count(r, "total", !report_total_unknown(r, s), t->total);
	put_count(r, "matched", true, t->matched);
	for (unsigned p = 0; p < PROTO_COUNT; p++)
		if (report_has_proto(r, p))
			put_count(r, proto_name(p), true, t->proto[p]);
	for (unsigned st = 1; st < ST_COUNT; st++)
		put_state(r, s, st, t->state[st]);
	put_count(r, "extra_holds", report_has_owners(s), t->extra_holds);
	put_count(r, "without_remote", true, t->without_remote);
}

/* Reasons are ASCII of our own making, or of the program's tables. */
static void put_problems(struct report *r)
{
	for (size_t i = 0; i < r->n_problems; i++)
		buf_fmt(&r->sink.text, "# %s: %s\n", r->problem[i].source, r->problem[i].reason);
}

/* A line that no table has: what awk reads is as it was. */
static void put_findings(struct report *r)
{
	for (unsigned i = 0; i < r->findings.n; i++) {
		const struct finding *x = &r->findings.item[i];
		char buf[TEXT_ROOM(sizeof(x->text))];
		struct clean text =
			text_clean(x->text, strlen(x->text), r->cfg.set, buf, sizeof(buf));

		buf_fmt(&r->sink.text, "# finding %s %s: %s\n", finding_table[x->kind].name,
			severity_name(x->severity), text.s);
	}
}

void report_text(struct report *r, const struct snap *s)
{
	if (r->again)
		buf_char(&r->sink.text, '\n');
	if (r->cfg.overview || r->cfg.summary) {
		put_totals(r, s);
		put_problems(r);
		put_findings(r);
	} else {
		put_problems(r);
	}
	if (r->cfg.overview) {
		put_table(r, r->view);
		put_table(r, r->remotes);
	} else if (!r->cfg.summary && r->cfg.query.by == BY_STATE) {
		put_states(r, s);
	} else if (!r->cfg.summary) {
		put_table(r, r->view);
	}
}
