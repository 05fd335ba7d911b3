/* SPDX-License-Identifier: MIT */
/* The JSON face of a report: one object a sample, with the keys that the manual promises. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_pieces.h"
#include "report_parts.h"
#include "sockeye/model/names.h"
#include "sockeye/output/json.h"

#define SCHEMA    1
#define NS_PER_MS INT64_C(1000000)

/* ---- pieces ---------------------------------------------------------- */

static void put_str(struct json *j, const char *key, struct str s)
{
	json_str(j, key, s.s, s.len);
}

void report_put_owners(struct json *j, const struct snap *s, const struct owner *o, size_t n)
{
	json_open(j, "owners", '[');
	for (size_t i = 0; i < n; i++) {
		const struct proc *p = &s->proc[o[i].proc];

		json_open(j, NULL, '{');
		json_int(j, "pid", p->pid);
		put_str(j, "comm", strpool_get(s->str, p->comm));
		json_int(j, "fd", o[i].fd);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_name(struct json *j, const char *key, const struct snap *s, uint32_t name)
{
	if (name != STR_NONE)
		put_str(j, key, strpool_get(s->str, name));
	else
		json_null(j, key);
}

/* Names as the kernel has them: systemctl takes a unit with its escapes. */
static void put_place(const struct report *r, struct json *j, const struct snap *s,
		      const struct place *p)
{
	if (!r->cfg.places)
		return;
	put_name(j, "container", s, p != NULL ? p->container : STR_NONE);
	put_name(j, "unit", s, p != NULL ? p->unit : STR_NONE);
}

/* The states that a row has. */
static void put_states(struct json *j, const struct group *g)
{
	json_open(j, "states", '{');
	for (unsigned st = 1; st < ST_COUNT; st++)
		if (g->state[st] > 0)
			json_uint(j, state_name(st), g->state[st]);
	json_close(j, '}');
}

static void put_reason(struct json *j, const char *key, enum why why)
{
	if (why == WHY_OWNED)
		json_null(j, key);
	else
		json_word(j, key, why_name(why));
}

/* ---- rows ------------------------------------------------------------ */

/* null for IDX_NONE; the name is null where there is none. */
static void put_netns(struct json *j, const struct snap *s, uint32_t netns)
{
	const struct netns *n = netns != IDX_NONE ? &s->netns[netns] : NULL;

	if (n == NULL) {
		json_null(j, "netns");
		return;
	}
	json_open(j, "netns", '{');
	json_uint(j, "inode", n->ino);
	if (n->name != STR_NONE)
		put_str(j, "name", strpool_get(s->str, n->name));
	else
		json_null(j, "name");
	json_close(j, '}');
}

/* Where all sockets of a row are: null, if they are in several namespaces. */
static void put_group_netns(struct json *j, const struct snap *s, const struct group *g)
{
	if (s->in_netns != NULL)
		put_netns(j, s, g->netns);
}

static void put_sums(struct json *j, const struct group *g)
{
	json_uint(j, "sockets", g->sockets);
	json_uint(j, "udp", g->udp);
	json_uint(j, "shared", g->shared);
	json_uint(j, "recv_q", g->recv_q);
	json_uint(j, "send_q", g->send_q);
}

static void state_row(const struct report *r, const struct view *v, const struct group *g,
		      struct json *j)
{
	json_word(j, "state", state_name(g->key.state));
	if (g->key.state == ST_CLOSE && report_close_unknown(r, view_snap(v)))
		json_null(j, "sockets");
	else
		json_uint(j, "sockets", g->sockets);
}

/* Who holds the other ends of its UNIX sockets. */
static void put_peers(const struct report *r, const struct snap *s, const struct group *g,
		      struct json *j)
{
	size_t n;
	const struct peer_pair *pair = report_peers(r, g, &n);

	json_open(j, "peer_processes", '[');
	for (size_t i = 0; i < n; i++) {
		const struct proc *p = &s->proc[pair[i].peer];

		json_open(j, NULL, '{');
		json_int(j, "pid", p->pid);
		put_str(j, "comm", strpool_get(s->str, p->comm));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void process_row(const struct report *r, const struct view *v, const struct group *g,
			struct json *j)
{
	const struct snap *s = view_snap(v);
	char number[FIELD_TEXT_SIZE];

	if (g->why == WHY_OWNED) {
		const struct proc *p = &s->proc[g->key.proc];

		json_int(j, "pid", p->pid);
		put_str(j, "comm", strpool_get(s->str, p->comm));
		put_str(j, "user", report_user(s, p->uid, number));
	} else {
		json_null(j, "pid");
		json_null(j, "comm");
		json_null(j, "user");
	}
	put_reason(j, "owner", g->why);
	put_place(r, j, s, group_place(s, BY_PROCESS, g));
	put_sums(j, g);
	put_states(j, g);
	if (report_has_peers(r))
		put_peers(r, s, g, j);
	put_group_netns(j, s, g);
}

static void put_many(struct json *j, const struct group *g)
{
	put_reason(j, "owner", g->why);
	json_uint(j, "processes", g->processes);
	put_sums(j, g);
	put_states(j, g);
}

static void program_row(const struct report *r, const struct view *v, const struct group *g,
			struct json *j)
{
	(void)r;
	if (g->why == WHY_OWNED)
		put_str(j, "comm", strpool_get(view_snap(v)->str, g->key.comm));
	else
		json_null(j, "comm");
	put_many(j, g);
}

static void user_row(const struct report *r, const struct view *v, const struct group *g,
		     struct json *j)
{
	char number[FIELD_TEXT_SIZE];

	(void)r;
	if (g->why == WHY_OWNED)
		put_str(j, "user", report_user(view_snap(v), g->key.uid, number));
	else
		json_null(j, "user");
	put_many(j, g);
}

static void container_row(const struct report *r, const struct view *v, const struct group *g,
			  struct json *j)
{
	const struct snap *s = view_snap(v);
	const struct place *p = group_place(s, BY_CONTAINER, g);
	bool any = p != NULL && p->container != STR_NONE;

	(void)r;
	put_name(j, "container", s, any ? p->container : STR_NONE);
	if (any && p->runtime != RUNTIME_NONE)
		json_word(j, "runtime", runtime_name(p->runtime));
	else
		json_null(j, "runtime");
	put_name(j, "pod", s, any ? p->pod : STR_NONE);
	put_many(j, g);
}

static void unit_row(const struct report *r, const struct view *v, const struct group *g,
		     struct json *j)
{
	const struct snap *s = view_snap(v);
	const struct place *p = group_place(s, BY_UNIT, g);

	(void)r;
	put_name(j, "unit", s, p != NULL ? p->unit : STR_NONE);
	put_many(j, g);
}

static void put_host(const struct report *r, struct json *j, const struct addr *a)
{
	struct str name = a != NULL ? namer_host(r->cfg.namer, a) : (struct str){ "", 0 };

	if (name.len > 0)
		put_str(j, "host", name);
	else
		json_null(j, "host");
}

/* The key is text that group_text() has cleaned: an interface in it may be foreign. */
static void remote_row(const struct report *r, const struct view *v, const struct group *g,
		       struct json *j)
{
	char buf[FIELD_TEXT_SIZE];
	struct clean text = group_text(v, g, TEXT_UTF8, buf);
	bool v4 = addr_is_v4(&g->key.end.addr);

	json_str(j, "remote", text.s, text.len);
	if (r->cfg.namer != NULL)
		put_host(r, j, report_single(v, g));
	if (g->key.end.bits < (v4 ? 32 : 128))
		json_uint(j, "addresses", g->addresses);
	json_uint(j, "sockets", g->sockets);
	json_uint(j, "udp", g->udp);
	if (report_has_owners(view_snap(v)))
		json_uint(j, "processes", g->processes);
	else
		json_null(j, "processes");
	put_states(j, g);
}

static void listener_row(const struct report *r, const struct view *v, const struct group *g,
			 struct json *j)
{
	size_t n;
	struct owner *owners = report_listener_owners(v, g, &n);

	report_put_addr(j, "local", &g->key.end.addr, g->key.end.port, r->cfg.namer, PROTO_TCP);
	json_uint(j, "listeners", g->listeners);
	json_uint(j, "accept_queue", g->accept_queue);
	json_uint(j, "accept_max", g->accept_max);
	json_uint(j, "drops", g->drops);
	json_uint(j, "sockets", g->sockets);
	report_put_owners(j, view_snap(v), owners, n);
	put_states(j, g);
	put_group_netns(j, view_snap(v), g);
	free(owners);
}

static void netns_row(const struct report *r, const struct view *v, const struct group *g,
		      struct json *j)
{
	(void)r;
	put_netns(j, view_snap(v), g->key.netns);
	json_uint(j, "sockets", g->sockets);
	json_uint(j, "udp", g->udp);
	if (report_has_owners(view_snap(v)))
		json_uint(j, "processes", g->processes);
	else
		json_null(j, "processes");
	put_states(j, g);
}

static void put_rate(struct json *j, const char *key, const struct snap *s, bool known, uint64_t n)
{
	if (known)
		json_uint(j, key, snap_per_s(s, n));
	else
		json_null(j, key);
}

static void socket_row(const struct report *r, const struct snap *s, uint32_t row, struct json *j)
{
	const struct sock *k = &s->sock[row];
	const struct sock_ext *x = &s->ext[row];

	json_open(j, NULL, '{');
	json_word(j, "proto", proto_name(k->proto));
	if (sock_is_inet(k))
		json_word(j, "family", family_name(k->family));
	else
		json_word(j, "type", type_name(k->type));
	json_word(j, "state", state_name(k->state));
	report_put_ends(r, j, s, row);
	if (k->proto == PROTO_UNIX)
		report_put_peer(j, s, row);
	json_uint(j, "recv_q", k->rxq);
	json_uint(j, "send_q", k->txq);
	if (k->uid == UID_UNKNOWN)
		json_null(j, "uid");
	else
		json_uint(j, "uid", k->uid);
	json_uint(j, "inode", k->ino);
	json_cookie(j, snap_kernel_cookie(s, row), (k->flags & SOCK_NO_COOKIE) == 0);
	report_put_owners(j, s, s->owner + (x->n_owners > 0 ? x->owner : 0), x->n_owners);
	put_reason(j, "owner", snap_why(s, row));
	put_place(r, j, s, snap_place(s, row));
	if (x->ifindex != 0)
		report_put_if(j, s, row);
	if (s->in_netns != NULL)
		put_netns(j, s, snap_netns(s, row));
	if (r->cfg.rates) {
		bool known = snap_rated(s, row);

		put_rate(j, "in_rate", s, known, known ? s->tcp[row].in : 0);
		put_rate(j, "out_rate", s, known, known ? s->tcp[row].out : 0);
	}
	put_details(j, &r->cfg, s, row);
	json_close(j, '}');
}

static void put_rates(const struct snap *s, const struct group *g, struct json *j)
{
	put_rate(j, "in_rate", s, s->rated, g->in);
	put_rate(j, "out_rate", s, s->rated, g->out);
}

static void (*const group_rows[BY_COUNT])(const struct report *r, const struct view *v,
					  const struct group *g, struct json *j) = {
	[BY_STATE] = state_row,         [BY_PROCESS] = process_row, [BY_PROGRAM] = program_row,
	[BY_USER] = user_row,           [BY_REMOTE] = remote_row,   [BY_LISTENER] = listener_row,
	[BY_CONTAINER] = container_row, [BY_UNIT] = unit_row,       [BY_NETNS] = netns_row,
};

static void put_rows(struct report *r, const struct view *v, const char *key, struct json *j)
{
	uint32_t rows = report_rows(r, v);
	enum by by = view_query(v)->by;

	json_open(j, key, '[');
	for (uint32_t i = 0; i < rows && sink_row(&r->sink); i++) {
		if (by == BY_SOCKET) {
			socket_row(r, view_snap(v), view_sock(v, i), j);
			continue;
		}
		json_open(j, NULL, '{');
		group_rows[by](r, v, report_group(v, i), j);
		if (r->again)
			json_uint(j, "new", report_group(v, i)->born);
		if (r->cfg.rates && by != BY_STATE)
			put_rates(view_snap(v), report_group(v, i), j);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* ---- the object ------------------------------------------------------ */

static void put_problems(const struct report *r, struct json *j)
{
	json_bool(j, "complete", r->n_problems == 0);
	json_open(j, "problems", '[');
	for (size_t i = 0; i < r->n_problems; i++) {
		json_open(j, NULL, '{');
		json_word(j, "source", r->problem[i].source);
		json_word(j, "reason", r->problem[i].reason);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* Texts hold names of processes, as the kernel has them. */
static void put_evidence(struct json *j, const struct evidence *e)
{
	switch (e->type) {
	case EVIDENCE_UINT:
		json_uint(j, e->key, e->u);
		break;
	case EVIDENCE_REAL:
		json_real(j, e->key, e->r);
		break;
	case EVIDENCE_TEXT:
		json_str(j, e->key, e->text, strlen(e->text));
		break;
	}
}

static void put_findings(const struct report *r, struct json *j)
{
	json_open(j, "findings", '[');
	for (unsigned i = 0; i < r->findings.n; i++) {
		const struct finding *x = &r->findings.item[i];

		json_open(j, NULL, '{');
		json_word(j, "kind", finding_table[x->kind].name);
		json_word(j, "severity", severity_name(x->severity));
		json_str(j, "text", x->text, strlen(x->text));
		json_word(j, "filter", x->expr);
		json_open(j, "evidence", '{');
		for (unsigned k = 0; k < x->n_evidence; k++)
			put_evidence(j, &x->evidence[k]);
		json_close(j, '}');
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_totals(const struct report *r, const struct snap *s, struct json *j)
{
	const struct totals *t = view_totals(r->view);

	if (report_total_unknown(r, s))
		json_null(j, "total");
	else
		json_uint(j, "total", t->total);
	json_uint(j, "matched", t->matched);
	json_open(j, "protocols", '{');
	for (unsigned p = 0; p < PROTO_COUNT; p++)
		if (report_has_proto(r, p))
			json_uint(j, proto_name(p), t->proto[p]);
	json_close(j, '}');
	json_open(j, "states", '{');
	for (unsigned st = 1; st < ST_COUNT; st++)
		if (st == ST_CLOSE && report_close_unknown(r, s))
			json_null(j, state_name(st));
		else
			json_uint(j, state_name(st), t->state[st]);
	json_close(j, '}');
}

/* What is new against the sample before, and of that, what is gone again. */
static void put_new(const struct report *r, const struct snap *s, struct json *j)
{
	const struct totals *t = view_totals(r->view);

	if (!r->again)
		return;
	json_int(j, "interval_ms", (s->mono_ns - s->prev_mono_ns) / NS_PER_MS);
	json_uint(j, "new", t->born);
	if (s->brief_known)
		json_uint(j, "brief", t->brief);
	else
		json_null(j, "brief");
}

static void put_extra_holds(const struct report *r, const struct snap *s, struct json *j)
{
	if (report_has_owners(s))
		json_uint(j, "extra_holds", view_totals(r->view)->extra_holds);
	else
		json_null(j, "extra_holds");
}

static void put_body(struct report *r, const struct snap *s, struct json *j)
{
	enum by by = r->cfg.query.by;
	bool rows = !r->cfg.overview && !r->cfg.summary;

	if (rows) {
		json_word(j, "by", by_name(by));
		json_uint(j, "rows_total", report_rows_total(r->view));
	}
	put_extra_holds(r, s, j);
	if (!rows || by == BY_REMOTE)
		json_uint(j, "without_remote", view_totals(r->view)->without_remote);
	if (rows)
		put_rows(r, r->view, "rows", j);
	if (r->cfg.overview) {
		put_rows(r, r->view, "processes", j);
		put_rows(r, r->remotes, "remotes", j);
	}
}

void report_json(struct report *r, const struct snap *s)
{
	struct json j = { .out = &r->sink.text };

	json_open(&j, NULL, '{');
	json_uint(&j, "schema", SCHEMA);
	json_uint(&j, "seq", s->seq);
	json_time(&j, "time", s->wall_ns);
	json_word(&j, "host", r->host);
	put_problems(r, &j);
	json_word(&j, "filter", r->cfg.filter_text);
	put_totals(r, s, &j);
	put_new(r, s, &j);
	put_findings(r, &j);
	put_body(r, s, &j);
	json_close(&j, '}');
	buf_char(&r->sink.text, '\n');
}
