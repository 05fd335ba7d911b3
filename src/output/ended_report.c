/* SPDX-License-Identifier: MIT */
#include "sockeye/output/ended_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ended_parts.h"
#include "sink.h"
#include "sockeye/model/listeners.h"

#define SCHEMA    1
#define NS_PER_MS INT64_C(1000000)

struct ended_report {
	struct ended_report_cfg cfg;
	char host[256];                /* foreign bytes */
	const struct snap *now, *prev; /* samples; NULL: not taken yet */
	struct listeners *listeners;   /* of now */
	const struct snap *bound;      /* that the filter is bound to; compared, never followed */
	uint64_t seq;                  /* lines and objects so far */
	uint32_t written;              /* sockets so far */
	bool lost, head_written;
	struct table table;
	struct sink sink;
};

/* ---- what is known of it --------------------------------------------------- */

/*
 * In the newest sample it may be without its process already, as the kernel finishes what the process
 * closed; then the sample before is better.
 */
static void find_row(const struct ended_report *r, struct known *k)
{
	uint32_t now = snap_find(r->now, k->x->cookie);
	uint32_t prev = r->prev != NULL ? snap_find(r->prev, k->x->cookie) : IDX_NONE;
	bool held = now != IDX_NONE && r->now->sock[now].ino != 0;

	k->snap = held || prev == IDX_NONE ? r->now : r->prev;
	k->row = held || prev == IDX_NONE ? now : prev;
}

/* The ends of a connection that failed are forgotten; and in 0 a state that it does not tell. */
static struct sock sock_of(const struct ended *x)
{
	return (struct sock){
		.local = x->local,
		.remote = x->remote,
		.cookie = x->cookie,
		.lport = x->lport,
		.rport = x->rport,
		.family = x->family,
		.proto = x->proto,
		.state = x->state,
	};
}

static void find_ends(const struct ended_report *r, struct known *k)
{
	k->ends = sock_of(k->x);
	if (k->row == IDX_NONE) {
		if (k->ends.proto == PROTO_TCP && sock_has_remote(&k->ends))
			k->listener = listeners_find(r->listeners, &k->ends, 0, k->x->ifindex);
		return;
	}
	k->listener = k->snap->ext[k->row].listener;
	if (k->ends.rport == 0 && k->snap->sock[k->row].rport != 0) {
		k->ends.local = k->snap->sock[k->row].local;
		k->ends.remote = k->snap->sock[k->row].remote;
		k->ends.rport = k->snap->sock[k->row].rport;
	}
}

static bool is_whole(const struct snap *s, const struct ended *x)
{
	return s->source[source_of((enum proto)x->proto)].status == SOURCE_OK;
}

/* The newest of the samples that were begun before it ended, and so would have told of it. */
static const struct snap *sample_before(const struct ended_report *r, const struct ended *x)
{
	if (r->now->mono_ns < x->mono_ns)
		return r->now;
	return r->prev != NULL && r->prev->mono_ns < x->mono_ns ? r->prev : NULL;
}

static void find_age(const struct ended_report *r, struct known *k)
{
	const struct ended *x = k->x;
	const struct snap *s;

	k->min_ms = x->least_ms;
	k->max_ms = -1;
	k->exact = (x->flags & ENDED_AGE) != 0;
	if (k->exact) {
		k->max_ms = k->min_ms;
	} else if (k->row != IDX_NONE) {
		const struct birth *b = &k->snap->birth[k->row];
		int64_t least_ms = (x->mono_ns - b->first_ns) / NS_PER_MS;

		k->min_ms = least_ms > k->min_ms ? least_ms : k->min_ms;
		if (b->before_ns != 0)
			k->max_ms = (x->mono_ns - b->before_ns) / NS_PER_MS;
	} else {
		s = sample_before(r, x);
		if (s != NULL && is_whole(s, x))
			k->max_ms = (x->mono_ns - s->mono_ns) / NS_PER_MS;
	}
	if (k->max_ms >= 0 && k->max_ms < k->min_ms)
		k->max_ms = k->min_ms;
}

static struct known know(const struct ended_report *r, const struct ended *x)
{
	struct known k = { .x = x, .namer = r->cfg.namer, .listener = IDX_NONE };

	find_row(r, &k);
	find_ends(r, &k);
	find_age(r, &k);
	return k;
}

/* ---- choosing ---------------------------------------------------------------- */

static void bind_filter(struct ended_report *r, const struct snap *s)
{
	if (r->bound == s)
		return;
	filter_bind(r->cfg.filter, s);
	r->bound = s;
}

static bool passes(struct ended_report *r, const struct known *k)
{
	const struct sock *s = k->row != IDX_NONE ? &k->snap->sock[k->row] : &k->ends;
	struct sock_ext x = { .ifindex = k->x->ifindex, .listener = k->listener };

	if (!select_has(&r->cfg.select, s))
		return false;
	if (r->cfg.filter == NULL || filter_is_all(r->cfg.filter))
		return true;
	bind_filter(r, k->snap);
	if (k->row != IDX_NONE)
		return filter_match(r->cfg.filter, k->snap, k->row);
	if (k->listener != IDX_NONE) {
		x.owner = k->snap->ext[k->listener].owner;
		x.n_owners = k->snap->ext[k->listener].n_owners;
	}
	return filter_match_told(r->cfg.filter, k->snap, s, &x);
}

/* ---- writing ------------------------------------------------------------------- */

static void begin_object(struct ended_report *r, struct json *j, int64_t wall_ns, const char *event)
{
	*j = (struct json){ .out = &r->sink.text };
	json_open(j, NULL, '{');
	json_uint(j, "schema", SCHEMA);
	json_uint(j, "seq", r->seq);
	json_time(j, "time", wall_ns);
	json_word(j, "host", r->host);
	json_word(j, "event", event);
}

static void end_object(struct ended_report *r, struct json *j)
{
	json_close(j, '}');
	buf_char(&r->sink.text, '\n');
}

static void put_line(struct ended_report *r)
{
	table_measure(&r->table);
	table_print(&r->table, &r->sink.text);
}

static void put_head(struct ended_report *r)
{
	r->head_written = true;
	if (r->cfg.json || !r->cfg.head)
		return;
	table_begin_line(&r->table);
	ended_text_head(&r->table);
	put_line(r);
}

/* A name that is not there yet is for the next line with that address: this one does not wait. */
static void put_ended(struct ended_report *r, const struct known *k)
{
	struct json j;

	namer_ask(k->namer, &k->ends.local);
	namer_ask(k->namer, &k->ends.remote);
	if (r->cfg.json) {
		begin_object(r, &j, k->wall_ns, "ended");
		ended_json(&j, k);
		end_object(r, &j);
	} else {
		table_begin_line(&r->table);
		ended_text(&r->table, k, r->cfg.set);
		put_line(r);
	}
}

static void put_lost(struct ended_report *r, const struct ended_list *l, int64_t wall_ns)
{
	const char *more = l->lost_more ? "more than " : "";
	char text[TIME_TEXT_SIZE];
	struct json j;

	r->lost = true;
	r->seq++;
	if (r->cfg.json) {
		begin_object(r, &j, wall_ns, "lost");
		json_uint(&j, "count", l->lost);
		json_bool(&j, "more", l->lost_more);
		end_object(r, &j);
		return;
	}
	buf_fmt(&r->sink.text,
		"# ended: %s%llu lost before %.*s: they came faster than they were read\n", more,
		(unsigned long long)l->lost, (int)time_text(text, wall_ns), text);
}

int ended_report_write(struct ended_report *r, const struct ended_list *l, int64_t wall_ns,
		       struct err *e)
{
	int64_t now_ns = 0;
	int rc;

	for (uint32_t i = 0; i < l->n && !ended_report_done(r) && sink_row(&r->sink); i++) {
		struct known k = know(r, ended_at(l, i));

		now_ns = k.x->mono_ns;
		if (!passes(r, &k))
			continue;
		k.wall_ns = k.x->mono_ns + wall_ns;
		r->seq++;
		r->written++;
		put_ended(r, &k);
	}
	if (ended_list_lost(l) && !ended_report_done(r))
		put_lost(r, l, now_ns + wall_ns);
	rc = sink_flush(&r->sink);
	return rc < 0 ? err_set(e, rc, "cannot write: %s", strerror(-rc)) : 0;
}

/* ---- life ------------------------------------------------------------------------ */

struct ended_report *ended_report_new(const struct ended_report_cfg *cfg)
{
	struct ended_report *r = xcalloc(1, sizeof(*r));

	r->cfg = *cfg;
	r->sink.fd = cfg->fd;
	if (gethostname(r->host, sizeof(r->host) - 1) != 0)
		r->host[0] = '\0';
	return r;
}

void ended_report_free(struct ended_report *r)
{
	if (r == NULL)
		return;
	listeners_free(r->listeners);
	snap_unref(r->now);
	snap_unref(r->prev);
	table_free(&r->table);
	buf_free(&r->sink.text);
	free(r);
}

int ended_report_sample(struct ended_report *r, const struct snap *s)
{
	struct listeners *l = listeners_new(s->sock, s->ext, s->in_netns, s->n_sock);

	if (l == NULL)
		return -ENOMEM;
	listeners_free(r->listeners);
	r->listeners = l;
	snap_unref(r->prev);
	r->prev = r->now;
	r->now = snap_ref(s);
	/* The memory of one that is gone may be that of the next. */
	r->bound = NULL;
	if (!r->head_written)
		put_head(r);
	return 0;
}

bool ended_report_done(const struct ended_report *r)
{
	return r->cfg.limit != 0 && r->written == r->cfg.limit;
}

bool ended_report_lost(const struct ended_report *r)
{
	return r->lost;
}
