/* SPDX-License-Identifier: MIT */
/*
 * Sockets that a dump leaves out. Between two messages the kernel remembers the place in a chain of
 * its table by number, so when one before it goes, another is passed over. That takes chains: with
 * one of a few sockets it is not seen in millions of rows, with one of forty several times in as many
 * dumps. There a socket that was in the snapshot before, and whose descriptor is still the same
 * socket, is kept for one sample.
 */
#include <stdlib.h>

#include "owners_map.h"

static int by_ino(const void *a, const void *b)
{
	const struct lost *x = a, *y = b;

	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* The descriptor was read again since, so that the socket is there is no guess. */
static void keep_of_table(struct snap_builder *b, struct fdtable *t, const struct lost *lost,
			  size_t n)
{
	for (uint32_t i = 0; i < t->n && !t->gone; i++) {
		struct slot *s = &t->slot[i];
		const struct lost key = { .ino = s->ino }, *l;
		uint32_t row;

		if (slot_is_live(s))
			continue;
		l = bsearch(&key, lost, n, sizeof(*lost), by_ino);
		row = l != NULL ? snap_keep(b, l->row, l->ino) : IDX_NONE;
		if (row != IDX_NONE)
			s->row = row;
	}
}

void owners_keep_rows(struct owners *o, struct snap_builder *b)
{
	struct lost *lost = (void *)o->lost.base;
	size_t n = o->lost.used / sizeof(*lost);

	if (n == 0 || o->twins)
		return;
	qsort(lost, n, sizeof(*lost), by_ino);
	for (uint32_t i = 0; i < o->n; i++)
		keep_of_table(b, o->table[i], lost, n);
	o->rows = snap_rows(b, &o->n_rows);
}
