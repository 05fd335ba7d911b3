/* SPDX-License-Identifier: MIT */
#include "sockeye/output/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report_parts.h"
#include "sockeye/base/fmt.h"

/* So long a run waits for names, in all: what comes later is in the next report. */
#define PATIENCE_NS (2 * INT64_C(1000000000))

/* ---- what both faces ask --------------------------------------------- */

uint32_t report_rows_total(const struct view *v)
{
	return view_query(v)->by == BY_STATE ? ST_COUNT - 1 : view_rows(v);
}

uint32_t report_rows(const struct report *r, const struct view *v)
{
	uint32_t total = report_rows_total(v);

	return total < r->cfg.top ? total : r->cfg.top;
}

/* The order may have brought the rows of other protocols anywhere. */
const struct group *report_group(const struct view *v, uint32_t row)
{
	if (view_query(v)->by != BY_STATE)
		return view_group(v, row);
	for (uint32_t i = 0;; i++)
		if (view_group(v, i)->key.state != 0 && row-- == 0)
			return view_group(v, i);
}

bool report_close_unknown(const struct report *r, const struct snap *s)
{
	const struct select *sel = &r->cfg.query.select;

	return !s->close_known && sel->protos >> PROTO_TCP & 1 && !sel->listening;
}

/* What a selection leaves out is not counted anyway, so without a filter nothing is missing. */
bool report_total_unknown(const struct report *r, const struct snap *s)
{
	const struct filter *f = r->cfg.query.filter;

	return s->thinned && f != NULL && !filter_is_all(f);
}

bool report_has_proto(const struct report *r, unsigned proto)
{
	return proto <= PROTO_UDP || (r->cfg.query.select.protos >> proto & 1) != 0;
}

bool report_has_owners(const struct snap *s)
{
	return s->source[SRC_OWNERS].status != SOURCE_NOT_ASKED;
}

bool report_has_peers(const struct report *r)
{
	return (r->cfg.query.select.protos & PROTO_BIT(PROTO_UNIX)) != 0;
}

const struct peer_pair *report_peers(const struct report *r, const struct group *g, size_t *n)
{
	*n = 0;
	return g->why == WHY_OWNED ? peers_of(&r->peers, g->key.proc, n) : NULL;
}

struct str report_user(const struct snap *s, uint32_t uid, char number[FIELD_TEXT_SIZE])
{
	uint32_t name = snap_user_name(s, uid);

	if (uid == UID_UNKNOWN)
		return (struct str){ "?", 1 };
	if (name != STR_NONE)
		return strpool_get(s->str, name);
	return (struct str){ number, fmt_plain(number, uid) };
}

static int cmp_owner(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->proc != y->proc)
		return x->proc < y->proc ? -1 : 1;
	return (x->fd > y->fd) - (x->fd < y->fd);
}

struct owner *report_listener_owners(const struct view *v, const struct group *g, size_t *n)
{
	const struct snap *s = view_snap(v);
	struct owner *all = NULL;

	*n = 0;
	for (uint32_t row = g->first; row != IDX_NONE; row = view_next_listener(v, row)) {
		const struct sock_ext *x = &s->ext[row];

		if (x->n_owners == 0)
			continue;
		all = xreallocarray(all, *n + x->n_owners, sizeof(*all));
		memcpy(all + *n, s->owner + x->owner, x->n_owners * sizeof(*all));
		*n += x->n_owners;
	}
	if (*n > 1)
		qsort(all, *n, sizeof(*all), cmp_owner);
	return all;
}

/* ---- what is wrong with the data ------------------------------------- */

static void add_problem(struct report *r, const char *source, const char *reason)
{
	r->problem = xreallocarray(r->problem, r->n_problems + 1, sizeof(*r->problem));
	r->problem[r->n_problems++] = (struct problem){ source, reason };
}

static bool shows_owners(const struct report_cfg *cfg)
{
	return cfg->overview || (!cfg->summary && cfg->query.by != BY_STATE);
}

static bool filters_owners(const struct report *r)
{
	return r->cfg.query.filter != NULL && filter_needs_owners(r->cfg.query.filter);
}

/* A filter that asks for processes may have lost the very sockets whose process is not known. */
static bool any_not_permitted(const struct report *r, const struct snap *s)
{
	if (!filters_owners(r))
		return view_totals(r->view)->why[WHY_NOT_PERMITTED] > 0;
	for (uint32_t row = 0; row < s->n_sock; row++)
		if (snap_why(s, row) == WHY_NOT_PERMITTED)
			return true;
	return false;
}

static bool is_needed(const struct report *r, enum source_id id)
{
	const struct query *q = &r->cfg.query;

	if (id == SRC_OWNERS)
		return shows_owners(&r->cfg) || filters_owners(r);
	if (id == SRC_CGROUPS)
		return r->cfg.places;
	if (id == SRC_NETNS)
		return r->cfg.netns;
	return id < (enum source_id)PROTO_COUNT && (q->select.protos >> id & 1) != 0;
}

static bool is_problem(const struct report *r, const struct snap *s, enum source_id id)
{
	switch (s->source[id].status) {
	case SOURCE_OK:
		return false;
	case SOURCE_PARTIAL:
		return id != SRC_OWNERS || any_not_permitted(r, s);
	case SOURCE_NOT_ASKED:
	case SOURCE_ABSENT:
		break;
	}
	return true;
}

static void find_problems(struct report *r, const struct snap *s)
{
	r->n_problems = 0;
	for (enum source_id id = SRC_TCP; id < SRC_COUNT; id++) {
		const char *reason = s->source[id].reason;

		if (is_needed(r, id) && is_problem(r, s, id))
			add_problem(r, source_name(id), *reason != '\0' ? reason : "not asked");
	}
	for (size_t i = 0; i < r->n_missing; i++)
		add_problem(r, r->missing[i].source, r->missing[i].reason);
}

/* ---- life ------------------------------------------------------------ */

struct report *report_new(const struct report_cfg *cfg)
{
	struct report *r = xcalloc(1, sizeof(*r));

	r->cfg = *cfg;
	r->patience_ns = PATIENCE_NS;
	if (r->cfg.overview)
		r->cfg.query.by = BY_PROCESS;
	else if (r->cfg.summary)
		r->cfg.query.by = BY_STATE;
	r->view = view_new();
	r->history = history_new();
	if (r->cfg.overview)
		r->remotes = view_new();
	if (gethostname(r->host, sizeof(r->host) - 1) != 0)
		r->host[0] = '\0';
	return r;
}

void report_free(struct report *r)
{
	if (r == NULL)
		return;
	view_free(r->view);
	view_free(r->remotes);
	history_free(r->history);
	peers_free(&r->peers);
	free(r->problem);
	buf_free(&r->sink.text);
	free(r);
}

void report_set_missing(struct report *r, const struct missing *missing, size_t n)
{
	r->missing = missing;
	r->n_missing = n;
}

static bool make_view(const struct report *r, struct view *v, const struct snap *s, enum by by)
{
	struct query q = r->cfg.query;

	q.by = by;
	q.distinct = by == BY_PROGRAM || by == BY_USER || by == BY_REMOTE || by == BY_NETNS ||
		     by_is_place(by);
	if (by != BY_SOCKET && q.sort != SORT_NATURAL && !column_of(by, (enum column)q.sort))
		q.sort = SORT_NATURAL;
	view_set(v, s, &q);
	view_finish(v);
	return !view_failed(v);
}

int report_write(struct report *r, const struct snap *s, int fd, bool *complete, struct err *e)
{
	int rc;

	if (!make_view(r, r->view, s, r->cfg.query.by) ||
	    (r->cfg.overview && !make_view(r, r->remotes, s, BY_REMOTE)))
		return err_set(e, -ENOMEM, "not enough memory for a report");
	if (r->cfg.query.by == BY_PROCESS)
		peers_make(&r->peers, s, &r->cfg.query);
	find_problems(r, s);
	history_add(r->history, s);
	findings_make(&r->findings, s, r->history);
	*complete = r->n_problems == 0;
	report_ask_names(r);
	r->sink.fd = fd;
	r->sink.rc = 0;
	if (r->cfg.json)
		report_json(r, s);
	else
		report_text(r, s);
	r->again = true;
	rc = sink_flush(&r->sink);
	return rc < 0 ? err_set(e, rc, "cannot write: %s", strerror(-rc)) : 0;
}
