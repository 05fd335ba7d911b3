/* SPDX-License-Identifier: MIT */
/* Details of each row, in an arena, and the control groups that they name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snap_builder.h"

/* Where details are is counted in so many bytes, plus one: 0 is a row without. */
#define UNIT 4

/* ---- building -------------------------------------------------------- */

static uint64_t hash_cgroup(const struct index *ix, const void *ctx, uint32_t i)
{
	const struct cgroup *cgroup = ctx;

	return index_hash(ix, cgroup[i].id);
}

static int note_cgroup(struct snap_builder *b, uint64_t id)
{
	const struct cgroup *cgroup = (const void *)b->cgroup.base;
	struct index *ix = &b->cgroups;
	struct cgroup *new;
	uint32_t at, i;

	if (index_full(ix) && index_grow(ix, hash_cgroup, cgroup) != 0)
		return -ENOMEM;
	for (at = index_first(ix, index_hash(ix, id)); (i = index_row(ix, at)) != IDX_NONE;
	     at = index_next(ix, at))
		if (cgroup[i].id == id)
			return 0;
	new = arena_push(&b->cgroup, sizeof(*new));
	if (new == NULL)
		return -ENOMEM;
	*new = (struct cgroup){ .id = id, .path = STR_NONE };
	index_put(ix, at, b->snap.n_cgroup++);
	return 0;
}

int snap_put_detail(struct snap_builder *b, const unsigned char *packed, size_t len,
		    uint64_t cgroup)
{
	uint32_t *at = snap_beside(b, SIDE_DETAIL);
	size_t unit = b->details.used / UNIT + 1;
	unsigned char *to;

	if (at == NULL)
		return 0;
	to = unit <= UINT32_MAX ? arena_push(&b->details, len) : NULL;
	if (to == NULL || (cgroup != 0 && note_cgroup(b, cgroup) != 0))
		return -ENOMEM;
	memcpy(to, packed, len);
	*at = (uint32_t)unit;
	return 0;
}

struct cgroup *snap_list_cgroups(struct snap_builder *b, uint32_t *n)
{
	*n = b->snap.n_cgroup;
	return (void *)b->cgroup.base;
}

static int by_id(const void *a, const void *b)
{
	const struct cgroup *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

void builder_seal_details(struct snap_builder *b)
{
	struct snap *s = &b->snap;

	if ((b->sides >> SIDE_DETAIL & 1) == 0)
		return;
	if (s->n_cgroup > 1)
		qsort(b->cgroup.base, s->n_cgroup, sizeof(struct cgroup), by_id);
	s->detailed = true;
	s->detail_at = (const void *)b->side[SIDE_DETAIL].base;
	s->details = b->details.base;
	s->cgroup = (const void *)b->cgroup.base;
}

/* ---- reading --------------------------------------------------------- */

/* NULL: there is nothing of this row. */
static const unsigned char *packed_of(const struct snap *s, uint32_t row)
{
	if (s->detail_at == NULL || s->detail_at[row] == 0)
		return NULL;
	return s->details + (size_t)(s->detail_at[row] - 1) * UNIT;
}

static uint32_t find_group(const struct snap *s, uint64_t id)
{
	const struct cgroup key = { .id = id };
	const struct cgroup *found;

	if (s->n_cgroup == 0)
		return IDX_NONE;
	found = bsearch(&key, s->cgroup, s->n_cgroup, sizeof(key), by_id);
	return found != NULL ? (uint32_t)(found - s->cgroup) : IDX_NONE;
}

bool snap_row_detail(const struct snap *s, uint32_t row, struct detail *d)
{
	const unsigned char *packed = packed_of(s, row);

	if (packed == NULL)
		return false;
	detail_unpack(packed, d);
	return true;
}

uint32_t snap_cgroup_path(const struct snap *s, uint64_t id)
{
	uint32_t at = find_group(s, id);

	return at != IDX_NONE ? s->cgroup[at].path : STR_NONE;
}

uint32_t snap_row_cgroup(const struct snap *s, uint32_t row)
{
	const unsigned char *packed = packed_of(s, row);
	uint64_t id;

	return packed != NULL && detail_packed_cgroup(packed, &id) ? find_group(s, id) : IDX_NONE;
}

bool snap_row_mark(const struct snap *s, uint32_t row, uint32_t *mark)
{
	const unsigned char *packed = packed_of(s, row);

	return packed != NULL && detail_packed_mark(packed, mark);
}
