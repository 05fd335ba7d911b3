/* SPDX-License-Identifier: MIT */
/* Where groups listen: see view_ends(). */
#include <errno.h>

#include "group.h"

int grouper_look_ends(struct grouper *gr, uint32_t from, uint32_t to)
{
	const struct sock *sock = gr->r->snap->sock;

	for (uint32_t row = from; gr->r->query.ends && row < to; row++) {
		uint32_t *at;

		if (!sock_listens(&sock[row]))
			continue;
		at = arena_push(&gr->listen, sizeof(*at));
		if (at == NULL)
			return -ENOMEM;
		*at = row;
	}
	return 0;
}

/* Equal as far as a person needs to know; ports alone when only they are asked for. */
static bool same_end(const struct sock *a, const struct sock *b, bool port_only)
{
	if (a->lport != b->lport)
		return false;
	return port_only || addr_equal(&a->local, &b->local) ||
	       (addr_is_any(&a->local) && addr_is_any(&b->local));
}

/* Most hits first, then by port, so that the same ends stand in the same order. */
static void settle_end(const struct sock *sock, struct group_ends *e, unsigned i)
{
	for (; i > 0; i--) {
		uint32_t row = e->row[i], hits = e->hits[i];

		if (hits < e->hits[i - 1] ||
		    (hits == e->hits[i - 1] && sock[row].lport >= sock[e->row[i - 1]].lport))
			return;
		e->row[i] = e->row[i - 1];
		e->hits[i] = e->hits[i - 1];
		e->row[i - 1] = row;
		e->hits[i - 1] = hits;
	}
}

/*
 * Of more ends than there is room for, those that are hit often stay: each that finds no room takes
 * its hits off the last one, and its place when that has none left.
 */
static void note_hits(struct grouper *gr, uint32_t group, uint32_t row, uint32_t hits)
{
	struct group_ends *e = &result_ends(gr->r)[group];
	const struct sock *sock = gr->r->snap->sock;
	unsigned i = 0;

	while (i < e->n && !same_end(&sock[e->row[i]], &sock[row], true))
		i++;
	if (i == GROUP_ENDS) {
		e->more = true;
		if (e->hits[--i] > hits) {
			e->hits[i] -= hits;
			return;
		}
		hits -= e->hits[i] - 1;
		e->hits[i] = 0;
		e->row[i] = row;
	} else if (i == e->n) {
		e->row[e->n++] = row;
	}
	e->hits[i] += hits;
	settle_end(sock, e, i);
}

void grouper_note_port(struct grouper *gr, uint32_t group, uint32_t row)
{
	uint32_t listener = snap_listener(gr->r->snap, row);

	if (listener != IDX_NONE)
		note_hits(gr, group, listener, 1);
}

void grouper_add_ends(struct grouper *gr, uint32_t group, uint32_t from)
{
	struct group_ends e = result_ends(gr->r)[from];

	for (unsigned i = 0; i < e.n; i++)
		note_hits(gr, group, e.row[i], e.hits[i]);
	result_ends(gr->r)[group].more |= e.more;
}

/* Of more ends than there is room for, the lowest ports stay. */
static void note_listen(struct grouper *gr, uint32_t group, uint32_t row)
{
	struct group_ends *e = &result_ends(gr->r)[group];
	const struct sock *sock = gr->r->snap->sock;
	unsigned i;

	for (i = 0; i < e->n; i++)
		if (same_end(&sock[e->row[i]], &sock[row], false))
			return;
	if (i == GROUP_ENDS) {
		e->more = true;
		if (sock[row].lport >= sock[e->row[--i]].lport)
			return;
	} else {
		e->n++;
	}
	e->row[i] = row;
	settle_end(sock, e, i);
}

/* The map is of processes, of users, or of places. Groups that nothing has come to are not there. */
static uint32_t note_holders(struct grouper *gr, uint32_t row)
{
	const struct snap *s = gr->r->snap;
	const struct sock_ext *x = &s->ext[row];
	const struct owner *o = s->owner + x->owner;

	if (gr->r->query.by == BY_USER) {
		uint32_t user = snap_find_user(s, s->sock[row].uid);

		if (user != IDX_NONE && grouper_map(gr)[user] != IDX_NONE)
			note_listen(gr, grouper_map(gr)[user], row);
		return 1;
	}
	if (by_is_place(gr->r->query.by)) {
		uint32_t at = s->n_place > 0 ? s->in_place[row] : 0;

		if (grouper_map(gr)[at] != IDX_NONE)
			note_listen(gr, grouper_map(gr)[at], row);
		return 1;
	}
	for (uint32_t i = 0; i < x->n_owners; i++)
		if (grouper_map(gr)[o[i].proc] != IDX_NONE)
			note_listen(gr, grouper_map(gr)[o[i].proc], row);
	return x->n_owners + 1;
}

bool grouper_ends(struct grouper *gr, uint32_t *budget)
{
	const uint32_t *row = (const void *)gr->listen.base;
	uint32_t n = (uint32_t)(gr->listen.used / sizeof(*row));

	while (*budget > 0 && gr->next_listen < n) {
		uint32_t work = note_holders(gr, row[gr->next_listen++]);

		*budget -= work < *budget ? work : *budget;
	}
	return gr->next_listen == n;
}
