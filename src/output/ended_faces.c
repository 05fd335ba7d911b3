/* SPDX-License-Identifier: MIT */
/* An ended socket as a line of text and as an object of JSON. */
#include <stdio.h>
#include <string.h>

#include "ended_parts.h"
#include "report_parts.h"
#include "sockeye/base/fmt.h"
#include "sockeye/model/field.h"
#include "sockeye/model/names.h"

/* ---- both ------------------------------------------------------------------ */

/* Who held it, and whether that is known of it or only of the listener that it came through. */
static const struct owner *holders(const struct known *k, size_t *n, bool *by_listener)
{
	uint32_t row = k->row;

	*by_listener = row == IDX_NONE || k->snap->ext[row].n_owners == 0;
	if (*by_listener)
		row = k->listener;
	*n = row != IDX_NONE ? k->snap->ext[row].n_owners : 0;
	return k->snap->owner + (*n > 0 ? k->snap->ext[row].owner : 0);
}

static bool is_tcp(const struct known *k)
{
	return k->x->proto == PROTO_TCP;
}

/* ---- text --------------------------------------------------------------------- */

// clang-format off
static const struct {
	const char *head;
	uint8_t width; /* to begin with */
	bool right;
} columns[] = {
	{ "TIME", 24, false },
	{ "PROTO", 5, false },
	{ "LOCAL", 21, false },
	{ "REMOTE", 21, false },
	{ "BYTES_SENT", 10, true },
	{ "BYTES_RECEIVED", 14, true },
	{ "DURATION", 8, true },
	{ "COOKIE", 8, false },
	{ "OWNER", 5, false },
	{ "OWNERS", 6, false },
};
// clang-format on

void ended_text_head(struct table *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		t->width[i] = columns[i].width;
		t->right[i] = columns[i].right;
		table_word(t, columns[i].head);
	}
}

static void cell_end(struct table *t, const struct known *k, const struct addr *a, uint16_t port,
		     enum text_set set)
{
	char text[FIELD_TEXT_SIZE], named[FIELD_TEXT_SIZE];
	uint32_t ifindex = addr_is_link_local(a) ? k->x->ifindex : 0;
	size_t len = end_text(text, sizeof(text), k->snap, a, port, IDX_NONE, ifindex, set);

	if (k->namer == NULL)
		table_piece(t, text_own(text, len));
	else
		table_piece(t, namer_told(k->namer, (struct str){ text, len }, k->x->proto, a, port,
					  set, named));
	table_end_cell(t);
}

static void cell_number(struct table *t, bool known, uint64_t n)
{
	if (known)
		table_number(t, n);
	else
		table_word(t, "-");
}

/* 1.204s; between two samples 2.1s-4.1s, at most <1.9s, at least >35.0s. */
static void cell_duration(struct table *t, const struct known *k)
{
	const double min = (double)k->min_ms / 1000, max = (double)k->max_ms / 1000;

	if (k->exact)
		buf_fmt(&t->line, "%.3fs", min);
	else if (k->max_ms < 0 && k->min_ms > 0)
		buf_fmt(&t->line, ">%.1fs", min);
	else if (k->max_ms >= 0 && k->row != IDX_NONE)
		buf_fmt(&t->line, "%.1fs-%.1fs", min, max);
	else if (k->max_ms >= 0)
		buf_fmt(&t->line, "<%.1fs", max);
	table_end_cell(t);
}

/* java[2211]:418,nginx[901]:6; in parentheses those of the listener that it came through. */
static void cell_owners(struct table *t, const struct known *k, enum text_set set)
{
	bool by_listener;
	size_t n;
	const struct owner *o = holders(k, &n, &by_listener);

	for (size_t i = 0; i < n; i++) {
		const struct proc *p = &k->snap->proc[o[i].proc];
		struct str comm = strpool_get(k->snap->str, p->comm);

		buf_str(&t->line, i > 0 ? "," : by_listener ? "(" : "");
		table_piece_name(t, comm.s, comm.len, set);
		buf_fmt(&t->line, "[%d]:%d", p->pid, o[i].fd);
	}
	if (n > 0 && by_listener)
		buf_char(&t->line, ')');
	table_end_cell(t);
}

static const char *reason(const struct known *k)
{
	if (k->row == IDX_NONE)
		return "not-seen";
	return k->snap->ext[k->row].n_owners > 0 ? NULL : why_name(snap_why(k->snap, k->row));
}

void ended_text(struct table *t, const struct known *k, enum text_set set)
{
	const struct ended *x = k->x;
	char text[TIME_TEXT_SIZE];
	const char *why = reason(k);

	buf_add(&t->line, text, time_text(text, k->wall_ns));
	table_end_cell(t);
	table_word(t, proto_name(x->proto));
	cell_end(t, k, &k->ends.local, k->ends.lport, set);
	if (sock_has_remote(&k->ends))
		cell_end(t, k, &k->ends.remote, k->ends.rport, set);
	else
		table_word(t, "-");
	cell_number(t, is_tcp(k) && x->flags & ENDED_SENT, x->sent);
	cell_number(t, is_tcp(k) && x->flags & ENDED_RECEIVED, x->received);
	cell_duration(t, k);
	buf_fmt(&t->line, "0x%llx", (unsigned long long)x->cookie);
	table_end_cell(t);
	table_word(t, why != NULL ? why : "-");
	cell_owners(t, k, set);
}

/* ---- JSON ------------------------------------------------------------------------ */

static void member_uint(struct json *j, const char *key, bool known, uint64_t n)
{
	if (known)
		json_uint(j, key, n);
	else
		json_null(j, key);
}

static void member_bytes(struct json *j, const struct known *k)
{
	const struct ended *x = k->x;

	if (!is_tcp(k))
		return;
	member_uint(j, "bytes_sent", x->flags & ENDED_SENT, x->sent);
	member_uint(j, "bytes_retrans", x->flags & ENDED_SENT, x->retrans);
	member_uint(j, "bytes_received", x->flags & ENDED_RECEIVED, x->received);
}

/* Of one that samples saw begin, to within half of the time between two of them. */
static void member_duration(struct json *j, const struct known *k)
{
	bool seen = k->row != IDX_NONE && k->max_ms >= 0;

	member_uint(j, "duration_ms", k->exact || seen,
		    (uint64_t)(k->min_ms + (k->max_ms - k->min_ms) / 2));
	json_int(j, "duration_min_ms", k->min_ms);
	member_uint(j, "duration_max_ms", k->max_ms >= 0, (uint64_t)k->max_ms);
}

/* What the last sample that had it told of it. */
static void member_row(struct json *j, const struct known *k)
{
	const struct sock *s = k->row != IDX_NONE ? &k->snap->sock[k->row] : NULL;

	if (s != NULL)
		json_word(j, "state", state_name(s->state));
	else
		json_null(j, "state");
	member_uint(j, "uid", s != NULL && s->ino != 0, s != NULL ? s->uid : 0);
	member_uint(j, "inode", s != NULL && s->ino != 0, s != NULL ? s->ino : 0);
}

static void member_owners(struct json *j, const struct known *k)
{
	const char *why = reason(k);
	bool by_listener;
	size_t n;
	const struct owner *o = holders(k, &n, &by_listener);

	report_put_owners(j, k->snap, o, by_listener ? 0 : n);
	if (why != NULL)
		json_word(j, "owner", why);
	else
		json_null(j, "owner");
	if (k->listener == IDX_NONE) {
		json_null(j, "listener");
		return;
	}
	json_open(j, "listener", '{');
	report_put_addr(j, "local", &k->snap->sock[k->listener].local,
			k->snap->sock[k->listener].lport, k->namer, PROTO_TCP);
	o = k->snap->owner +
	    (k->snap->ext[k->listener].n_owners > 0 ? k->snap->ext[k->listener].owner : 0);
	report_put_owners(j, k->snap, o, k->snap->ext[k->listener].n_owners);
	json_close(j, '}');
}

static void member_if(struct json *j, const struct known *k)
{
	struct str name = strpool_get(k->snap->str, snap_if_name(k->snap, IDX_NONE, k->x->ifindex));
	char number[FMT_SIZE];

	if (name.len == 0)
		name = (struct str){ number, fmt_plain(number, k->x->ifindex) };
	json_str(j, "if", name.s, name.len);
}

void ended_json(struct json *j, const struct known *k)
{
	json_word(j, "proto", proto_name(k->x->proto));
	json_word(j, "family", family_name(k->x->family));
	report_put_addr(j, "local", &k->ends.local, k->ends.lport, k->namer, k->x->proto);
	if (sock_has_remote(&k->ends))
		report_put_addr(j, "remote", &k->ends.remote, k->ends.rport, k->namer, k->x->proto);
	else
		json_null(j, "remote");
	json_cookie(j, k->x->cookie, true);
	member_bytes(j, k);
	member_duration(j, k);
	member_row(j, k);
	member_owners(j, k);
	if (k->x->ifindex != 0)
		member_if(j, k);
}
