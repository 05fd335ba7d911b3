/* SPDX-License-Identifier: MIT */
/* Groups of containers and of units. */
#include "group.h"

/* Without places all is in none, as far as somebody holds it. */
int grouper_begin_places(struct grouper *gr)
{
	uint32_t n = gr->r->snap->n_place;

	return grouper_begin_map(gr, n > 0 ? n : 1);
}

static uint32_t place_group(struct grouper *gr, uint32_t row)
{
	const struct snap *s = gr->r->snap;
	uint32_t at = s->n_place > 0 ? s->in_place[row] : 0;
	const struct place *p = snap_place(s, row);
	union group_key key = { .in = { .place = at } };
	uint32_t *group = &grouper_map(gr)[at];

	key.in.name = gr->r->query.by == BY_UNIT ? p->unit : p->container;
	if (*group == IDX_NONE)
		*group = grouper_named(gr, &key);
	return *group;
}

/* Where a socket is may be known of one that nobody holds; else the reason is its row. */
int grouper_add_places(struct grouper *gr, const struct hit *hit, uint32_t n)
{
	const struct snap *s = gr->r->snap;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		uint32_t row = hit[i].row;
		bool nowhere = s->n_place == 0 || s->in_place[row] == 0;

		rc = grouper_tally(gr,
				   nowhere && s->ext[row].n_owners == 0
					   ? grouper_why(gr, s->ext[row].owner)
					   : place_group(gr, row),
				   hit[i]);
	}
	return rc;
}
