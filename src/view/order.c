/* SPDX-License-Identifier: MIT */
#include "order.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

/* What 64 bits of a group's sort key are made of. */
enum word {
	W_NUMBER, /* part: enum column */
	W_WHY,    /* rows of sockets without a process after the others */
	W_STATE,  /* by number, the row of UDP last */
	W_PID,
	W_UID,
	W_COMM, /* part: which eight bytes */
	W_USER,
	W_CONTAINER,
	W_UNIT,
	W_RUNTIME,
	W_POD,
	W_FAMILY, /* IPv4 before IPv6 */
	W_ADDR,   /* part: which half */
	W_LINK,   /* interface */
	W_PORT,
	W_NETNS_NAME,
	W_NETNS, /* inode */
};

/* Names are compared by so many bytes: the kernel's are 15, the longest user names 32. */
#define NAME_WORDS 4

/* Small enough for what the rows are made of to stay in the first cache. */
#define CHUNK 128

/* The words of a column of names; 0 for any other column. */
static const uint8_t name_words[COL_COUNT] = {
	[COL_COMM] = W_COMM, [COL_USER] = W_USER,       [COL_CONTAINER] = W_CONTAINER,
	[COL_UNIT] = W_UNIT, [COL_RUNTIME] = W_RUNTIME, [COL_POD] = W_POD,
};

/* ---- the plan -------------------------------------------------------- */

/* Takes words in the order of reading; order_begin() turns them round. */
static void plan(struct order *o, uint8_t what, uint8_t part, bool down)
{
	assert(o->words < ORDER_WORDS);
	o->word[o->words++] = (struct order_word){ what, part, down, UINT64_MAX, 0 };
}

static void plan_name(struct order *o, enum word name, bool down)
{
	for (uint8_t i = 0; i < NAME_WORDS; i++)
		plan(o, name, i, down);
}

static void plan_addr(struct order *o, enum word last, bool down)
{
	plan(o, W_FAMILY, 0, down);
	plan(o, W_ADDR, 0, down);
	plan(o, W_ADDR, 1, down);
	plan(o, (uint8_t)last, 0, down);
}

static void plan_key(struct order *o, enum by by, bool down)
{
	switch (by) {
	case BY_STATE:
		plan(o, W_STATE, 0, down);
		break;
	case BY_PROCESS:
		plan(o, W_WHY, 0, false);
		plan(o, W_PID, 0, down);
		break;
	case BY_PROGRAM:
		plan(o, W_WHY, 0, false);
		plan_name(o, W_COMM, down);
		break;
	case BY_USER:
		plan(o, W_WHY, 0, false);
		plan_name(o, W_USER, down);
		plan(o, W_UID, 0, down);
		break;
	case BY_CONTAINER:
	case BY_UNIT:
		plan(o, W_WHY, 0, false);
		plan_name(o, by == BY_UNIT ? W_UNIT : W_CONTAINER, down);
		break;
	case BY_REMOTE:
		plan_addr(o, W_LINK, down);
		break;
	case BY_LISTENER:
		plan_addr(o, W_PORT, down);
		plan(o, W_NETNS, 0, down);
		break;
	case BY_NETNS:
		plan_name(o, W_NETNS_NAME, down);
		plan(o, W_NETNS, 0, down);
		break;
	case BY_SOCKET:
	case BY_COUNT:
		break;
	}
}

static void plan_groups(struct order *o, const struct query *q)
{
	uint8_t by_default = q->by == BY_STATE ? COL_KEY : COL_SOCKETS;
	uint8_t c = q->sort == SORT_NATURAL ? by_default : q->sort;
	bool down = q->sort == SORT_NATURAL ? q->by != BY_STATE : !q->ascending;

	if (c == COL_KEY) {
		plan_key(o, q->by, down);
		return;
	}
	if (name_words[c] != 0) {
		plan(o, W_WHY, 0, false);
		plan_name(o, (enum word)name_words[c], down);
	} else if (c == COL_PID) {
		plan(o, W_WHY, 0, false);
		plan(o, W_PID, 0, down);
	} else {
		plan(o, W_NUMBER, c, down);
	}
	plan_key(o, q->by, false);
}

static void plan_field(struct order *o, uint8_t f, bool down)
{
	enum vtype type = field_table[f].type;
	uint8_t parts = type == V_STR || type == V_END ? FIELD_KEYS : 1;

	for (uint8_t i = 0; i < parts; i++)
		plan(o, f, i, down);
}

static void plan_sockets(struct order *o, const struct query *q)
{
	if (q->sort != SORT_NATURAL)
		plan_field(o, q->sort, !q->ascending);
	plan_field(o, F_STATE, false);
	plan_field(o, F_LOCAL, false);
	plan_field(o, F_REMOTE, false);
}

static void turn_round(struct order *o)
{
	for (unsigned i = 0, j = o->words - 1; i < j; i++, j--) {
		struct order_word w = o->word[i];

		o->word[i] = o->word[j];
		o->word[j] = w;
	}
}

/* ---- keys ------------------------------------------------------------ */

static uint64_t big_endian_word(const void *bytes)
{
	uint64_t w;

	memcpy(&w, bytes, sizeof(w));
	return be64toh(w);
}

static uint64_t name_word(const struct snap *s, uint32_t name, unsigned part)
{
	struct str str = strpool_get(s->str, name);
	size_t from = part * sizeof(uint64_t);
	uint8_t bytes[sizeof(uint64_t)] = { 0 };

	if (from < str.len)
		memcpy(bytes, str.s + from,
		       str.len - from < sizeof(bytes) ? str.len - from : sizeof(bytes));
	return big_endian_word(bytes);
}

static uint32_t comm_of(const struct result *r, const struct group *g)
{
	return r->query.by == BY_PROCESS ? r->snap->proc[g->key.proc].comm : g->key.comm;
}

static uint32_t uid_of(const struct result *r, const struct group *g)
{
	return r->query.by == BY_PROCESS ? r->snap->proc[g->key.proc].uid : g->key.uid;
}

/* The name that a row's place gives to the word. */
static uint32_t place_name(const struct result *r, const struct group *g, enum word w)
{
	const struct place *p = group_place(r->snap, r->query.by, g);

	if (p == NULL)
		return STR_NONE;
	return w == W_CONTAINER ? p->container : w == W_UNIT ? p->unit : p->pod;
}

static uint64_t runtime_word(const struct result *r, const struct group *g)
{
	const struct place *p = group_place(r->snap, r->query.by, g);

	return p != NULL ? p->runtime : 0;
}

/* Those without a name behind those with one. */
static uint64_t netns_name_word(const struct snap *s, uint32_t netns, unsigned part)
{
	if (netns == IDX_NONE || s->netns[netns].name == STR_NONE)
		return UINT64_MAX;
	return name_word(s, s->netns[netns].name, part);
}

static uint32_t netns_of(const struct result *r, const struct group *g)
{
	return r->query.by == BY_NETNS ? g->key.netns : g->key.end.netns;
}

static uint64_t number_word(const struct group *g, enum column c)
{
	uint64_t n = group_number(g, c);

	/* Negative numbers before positive ones. */
	return c == COL_DELTA ? n ^ UINT64_C(1) << 63 : n;
}

static uint64_t group_word(const struct result *r, const struct group *g,
			   const struct order_word *w)
{
	bool named = g->why == WHY_OWNED;

	switch ((enum word)w->what) {
	case W_NUMBER:
		return number_word(g, (enum column)w->part);
	case W_WHY:
		return g->why;
	case W_STATE:
		return g->key.state != 0 ? g->key.state : ST_COUNT + g->key.proto;
	case W_PID:
		return named ? (uint64_t)g->key.pid : 0;
	case W_UID:
		return named ? uid_of(r, g) : 0;
	case W_COMM:
		return named ? name_word(r->snap, comm_of(r, g), w->part) : 0;
	case W_USER:
		return named ? name_word(r->snap, snap_user_name(r->snap, uid_of(r, g)), w->part)
			     : 0;
	case W_CONTAINER:
	case W_UNIT:
	case W_POD:
		return name_word(r->snap, place_name(r, g, (enum word)w->what), w->part);
	case W_RUNTIME:
		return w->part == 0 ? runtime_word(r, g) : 0;
	case W_FAMILY:
		return !addr_is_v4(&g->key.end.addr);
	case W_ADDR:
		return big_endian_word(g->key.end.addr.b + w->part * sizeof(uint64_t));
	case W_LINK:
		return g->key.end.ifindex;
	case W_PORT:
		return g->key.end.port;
	case W_NETNS_NAME:
		return netns_name_word(r->snap, g->key.netns, w->part);
	case W_NETNS:
		return netns_of(r, g) != IDX_NONE ? r->snap->netns[netns_of(r, g)].ino : 0;
	}
	return 0;
}

/* Asks for what a chunk of rows is made of: after a first sort they lie anywhere. */
static void prefetch(const struct result *r, const struct sort_item *item, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (r->query.by == BY_SOCKET) {
			__builtin_prefetch(&r->snap->sock[item[i].row]);
		} else {
			__builtin_prefetch(&result_groups(r)[item[i].row].key);
			__builtin_prefetch(&result_groups(r)[item[i].row].sockets);
		}
	}
}

/* A word of at most CHUNK rows. */
static void take_words(const struct result *r, const struct order_word *w,
		       const struct sort_item *item, uint32_t n, uint64_t *out)
{
	const struct group *g = result_groups(r);

	for (uint32_t i = 0; i < n; i++) {
		uint64_t key[FIELD_KEYS] = { 0 };

		if (r->query.by != BY_SOCKET) {
			out[i] = group_word(r, &g[item[i].row], w);
			continue;
		}
		field_keys(r->snap, item[i].row, (enum field_id)w->what, key);
		out[i] = key[w->part];
	}
}

/* ---- stages: a chunk of rows each ------------------------------------ */

static void survey(struct order *o, const struct result *r, uint32_t from, uint32_t n)
{
	const struct sort_item *item = o->sort.item + from;
	uint64_t value[CHUNK];

	for (struct order_word *w = o->word; w < o->word + o->words; w++) {
		take_words(r, w, item, n, value);
		for (uint32_t i = 0; i < n; i++) {
			w->min = value[i] < w->min ? value[i] : w->min;
			w->max = value[i] > w->max ? value[i] : w->max;
		}
	}
}

/* How many bits tell its values apart. */
static unsigned width(const struct order_word *w)
{
	return w->max > w->min ? 64 - (unsigned)__builtin_clzll(w->max - w->min) : 0;
}

static void gather(struct order *o, const struct result *r, uint32_t from, uint32_t n)
{
	struct sort_item *item = o->sort.item + from;
	uint64_t value[CHUNK];
	unsigned shift = 0;

	prefetch(r, item, n);
	for (uint32_t i = 0; i < n; i++)
		item[i].key = 0;
	for (const struct order_word *w = o->word + o->at; w < o->word + o->end; w++) {
		if (width(w) == 0)
			continue;
		take_words(r, w, item, n, value);
		for (uint32_t i = 0; i < n; i++)
			item[i].key |= (w->down ? w->max - value[i] : value[i] - w->min) << shift;
		shift += width(w);
	}
}

/* The words from there on that fit into one key. */
static void next_key(struct order *o, unsigned at)
{
	unsigned bits = 0;

	o->at = o->end = at;
	while (o->end < o->words && bits + width(&o->word[o->end]) <= 64)
		bits += width(&o->word[o->end++]);
	o->next = 0;
	o->stage = bits > 0 ? ORDER_GATHERS : ORDER_DONE;
}

static uint64_t key_bits(const struct order *o)
{
	unsigned bits = 0;

	for (unsigned i = o->at; i < o->end; i++)
		bits += width(&o->word[i]);
	return bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
}

/* ---- sorting --------------------------------------------------------- */

void order_free(struct order *o)
{
	arena_free(&o->item);
	arena_free(&o->spare);
}

void order_begin(struct order *o, const struct query *q)
{
	arena_reset(&o->item);
	arena_reset(&o->spare);
	o->words = 0;
	if (q->by == BY_SOCKET)
		plan_sockets(o, q);
	else
		plan_groups(o, q);
	turn_round(o);
}

int order_add(struct order *o, uint32_t row)
{
	struct sort_item *it = arena_push(&o->item, sizeof(*it));

	if (it == NULL)
		return -ENOMEM;
	*it = (struct sort_item){ .row = row };
	return 0;
}

int order_seal(struct order *o)
{
	if (o->item.used > 0 && arena_push(&o->spare, o->item.used) == NULL)
		return -ENOMEM;
	sort_begin(&o->sort, (void *)o->item.base, (void *)o->spare.base,
		   (uint32_t)(o->item.used / sizeof(struct sort_item)), 0);
	o->next = 0;
	o->stage = ORDER_SURVEYS;
	return 0;
}

/* True at the end of a stage that goes over all rows once. */
static bool go_over(struct order *o, const struct result *r, uint32_t *budget)
{
	while (o->next<o->sort.n && * budget> 0) {
		uint32_t left = o->sort.n - o->next, n = left < CHUNK ? left : CHUNK;

		if (o->stage == ORDER_SURVEYS)
			survey(o, r, o->next, n);
		else
			gather(o, r, o->next, n);
		o->next += n;
		*budget -= n < *budget ? n : *budget;
	}
	return o->next == o->sort.n;
}

bool order_step(struct order *o, const struct result *r, uint32_t *budget)
{
	while (o->stage != ORDER_DONE && *budget > 0) {
		switch (o->stage) {
		case ORDER_SURVEYS:
			if (go_over(o, r, budget))
				next_key(o, 0);
			break;
		case ORDER_GATHERS:
			if (!go_over(o, r, budget))
				break;
			sort_begin(&o->sort, o->sort.item, o->sort.spare, o->sort.n, key_bits(o));
			o->stage = ORDER_SORTS;
			break;
		case ORDER_SORTS:
			if (sort_step(&o->sort, budget))
				next_key(o, o->end);
			break;
		case ORDER_DONE:
			break;
		}
	}
	return o->stage == ORDER_DONE;
}

const struct sort_item *order_items(const struct order *o, uint32_t *n)
{
	*n = o->sort.n;
	return o->sort.item;
}
