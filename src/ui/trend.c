/* SPDX-License-Identifier: MIT */
#include "trend.h"

#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"

#define NO_STEP (-1)

struct series {
	uint64_t id;
	int64_t seen; /* the last step in which it was among the rows that are looked at */
	uint32_t cell[TREND_CELLS];
};

struct trend {
	int64_t step;    /* of the newest cell; NO_STEP: there is none */
	int64_t last_ns; /* of the newest result, also within the step */
	unsigned n;
	bool whole[TREND_CELLS]; /* every row was looked at: who was not there had no sockets */
	struct series item[TREND_ITEMS];
};

struct trend *trend_new(void)
{
	struct trend *t = xcalloc(1, sizeof(*t));

	trend_clear(t);
	return t;
}

void trend_free(struct trend *t)
{
	free(t);
}

void trend_clear(struct trend *t)
{
	t->n = 0;
	t->step = NO_STEP;
	memset(t->whole, 0, sizeof(t->whole));
}

/* The place of a row, or the number of those that are known. */
static unsigned find(const struct trend *t, uint64_t id)
{
	unsigned i = 0;

	while (i < t->n && t->item[i].id != id)
		i++;
	return i;
}

const uint32_t *trend_cells(const struct trend *t, uint64_t id)
{
	unsigned i = find(t, id);

	return i < t->n ? t->item[i].cell : NULL;
}

/* ---- a step ---------------------------------------------------------- */

static uint32_t shifted(const uint32_t *cell, unsigned i, int64_t by, uint32_t last)
{
	int64_t from = (int64_t)i + by;

	return from < TREND_CELLS ? cell[from] : last;
}

/* Makes room for by new cells. Those in a gap keep the value before, or are not known. */
static void shift(struct trend *t, int64_t by, bool held)
{
	bool whole = held && t->whole[TREND_CELLS - 1];

	for (unsigned k = 0; k < t->n; k++) {
		uint32_t *cell = t->item[k].cell;
		uint32_t last = held ? cell[TREND_CELLS - 1] : TREND_UNKNOWN;

		for (unsigned i = 0; i < TREND_CELLS; i++)
			cell[i] = shifted(cell, i, by, last);
	}
	for (int64_t i = 0; i < TREND_CELLS; i++)
		t->whole[i] = i + by < TREND_CELLS ? t->whole[i + by] : whole;
}

static bool is_empty(const struct series *s)
{
	for (unsigned i = 0; i < TREND_CELLS; i++)
		if (s->cell[i] != 0 && s->cell[i] != TREND_UNKNOWN)
			return false;
	return true;
}

/* What has no sockets any more, or none that were seen, is forgotten once that is all there is. */
static void forget_empty(struct trend *t)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < t->n; i++)
		if (!is_empty(&t->item[i]))
			t->item[kept++] = t->item[i];
	t->n = kept;
}

/* The place of one more row, if need be that of the one which was not seen for longest; or NULL. */
static struct series *make_place(struct trend *t)
{
	struct series *oldest = &t->item[0];

	if (t->n < TREND_ITEMS)
		return &t->item[t->n++];
	for (unsigned i = 1; i < t->n; i++)
		if (t->item[i].seen < oldest->seen)
			oldest = &t->item[i];
	return oldest->seen < t->step ? oldest : NULL;
}

/*
 * Rows that come up were not there in the steps just before, as far as all rows are known of them.
 * Not so one that was part of another row, or that others were.
 */
static struct series *add(struct trend *t, uint64_t id, bool known)
{
	struct series *s = make_place(t);

	if (s == NULL)
		return NULL;
	s->id = id;
	for (unsigned i = TREND_CELLS - 1; i-- > 0;) {
		known = known && t->whole[i];
		s->cell[i] = known ? 0 : TREND_UNKNOWN;
	}
	return s;
}

/* False when there was no room for all of them. */
static bool look_at(struct trend *t, const struct view *v, uint32_t first, uint32_t n)
{
	uint32_t rows = view_rows(v);

	for (uint32_t row = first; row < rows && row - first < n; row++) {
		const struct group *g = view_group(v, row);
		unsigned i = find(t, g->id);
		struct series *s =
			i < t->n ? &t->item[i] : add(t, g->id, g->fresh || !view_query(v)->rollup);

		if (s == NULL)
			return false;
		s->seen = t->step;
		s->cell[TREND_CELLS - 1] = g->sockets;
	}
	return true;
}

/* Those of before that are further down, or gone. */
static void look_up(struct trend *t, const struct view *v)
{
	for (unsigned i = 0; i < t->n; i++) {
		const struct group *g = view_find_group(v, t->item[i].id);

		t->item[i].cell[TREND_CELLS - 1] = g != NULL ? g->sockets : 0;
	}
}

bool trend_due(const struct trend *t, int64_t mono_ns)
{
	return t->step == NO_STEP || mono_ns / TREND_STEP_NS > t->step;
}

void trend_sample(struct trend *t, const struct view *v, uint32_t first, int64_t hold_ns)
{
	int64_t now_ns = view_snap(v)->mono_ns, step = now_ns / TREND_STEP_NS;
	bool held = t->step != NO_STEP && now_ns - t->last_ns <= 2 * hold_ns;
	int64_t by = t->step != NO_STEP ? step - t->step : 1;

	if (by <= 0) {
		t->last_ns = now_ns > t->last_ns ? now_ns : t->last_ns;
		return;
	}
	shift(t, by < TREND_CELLS ? by : TREND_CELLS, held);
	t->step = step;
	t->last_ns = now_ns;
	look_up(t, v);
	forget_empty(t);
	t->whole[TREND_CELLS - 1] = look_at(t, v, 0, TREND_ROWS) && view_rows(v) <= TREND_ROWS;
	look_at(t, v, first, TREND_NEAR);
}

/* ---- how it looks ---------------------------------------------------- */

#define SPARK_LEVELS 8

static const char *const spark_utf8[SPARK_LEVELS] = {
	"\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84",
	"\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88",
};
/* Blank means not known, so nothing that was counted is blank. */
static const char *const spark_ascii[SPARK_LEVELS] = { ".", ".", ":", "-", "=", "+", "*", "#" };

/* Rounded up: one socket of many is more than none. */
static unsigned level(uint32_t value, uint32_t most)
{
	uint64_t top = SPARK_LEVELS - 1;

	return most > 0 ? (unsigned)((value * top + most - 1) / most) : 0;
}

struct clean spark_text(const uint32_t *cells, enum text_set set, char *buf)
{
	const char *const *chars = set == TEXT_ASCII ? spark_ascii : spark_utf8;
	uint32_t most = 0;
	size_t len = 0;

	if (cells == NULL)
		return TEXT_LIT("");
	for (unsigned i = 0; i < TREND_CELLS; i++)
		if (cells[i] != TREND_UNKNOWN && cells[i] > most)
			most = cells[i];
	for (unsigned i = 0; i < TREND_CELLS; i++) {
		const char *c = cells[i] != TREND_UNKNOWN ? chars[level(cells[i], most)] : " ";
		size_t n = strlen(c);

		memcpy(buf + len, c, n + 1);
		len += n;
	}
	return text_own(buf, len);
}
