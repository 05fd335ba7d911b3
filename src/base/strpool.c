/* SPDX-License-Identifier: MIT */
#include "sockeye/base/strpool.h"

#include <string.h>

#include "sockeye/base/err.h"

/*
 * An entry is its length in four bytes, the bytes, a NUL, and padding to a multiple of four. Its id
 * is where it begins, in units of four bytes, so ids reach 16 GiB. The entry of the empty string
 * stands first: its id is STR_NONE.
 */
#define UNIT 4u

static uint64_t hash_bytes(const struct index *ix, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	uint64_t h = len, word;

	for (; len > sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = index_hash2(ix, h, word);
	}
	word = 0;
	if (len)
		memcpy(&word, p, len);
	return index_hash2(ix, h, word);
}

static uint64_t hash_entry(const struct index *ix, const void *ctx, uint32_t id)
{
	struct str s = strpool_get(ctx, id);

	return hash_bytes(ix, s.s, s.len);
}

/* Writes a new entry; false when there is no memory, or no id left for it. */
static bool append(struct strpool *p, const void *bytes, uint32_t len, uint32_t *id)
{
	size_t at = p->bytes.used / UNIT, size = sizeof(len) + len + 1;
	unsigned char *to;

	if (at >= IDX_NONE)
		return false;
	size = (size + UNIT - 1) / UNIT * UNIT;
	to = arena_push(&p->bytes, size);
	if (!to)
		return false;
	memset(to + size - UNIT, 0, UNIT);
	memcpy(to, &len, sizeof(len));
	if (len)
		memcpy(to + sizeof(len), bytes, len);
	*id = (uint32_t)at;
	return true;
}

static void add_empty(struct strpool *p)
{
	uint32_t id;

	if (!append(p, "", 0, &id))
		die("out of memory");
}

void strpool_init(struct strpool *p)
{
	p->bytes = (struct arena){ 0 };
	index_init(&p->ix);
	add_empty(p);
}

void strpool_free(struct strpool *p)
{
	arena_free(&p->bytes);
	index_free(&p->ix);
}

void strpool_reset(struct strpool *p)
{
	arena_reset(&p->bytes);
	/* As many as last time; without memory for that it grows as it must. */
	(void)index_reset(&p->ix, p->ix.used);
	add_empty(p);
}

uint32_t strpool_add(struct strpool *p, const void *bytes, size_t len)
{
	uint64_t hash = hash_bytes(&p->ix, bytes, len);
	uint32_t at, id;

	if (!len || len > UINT32_MAX)
		return STR_NONE;
	if (index_grow(&p->ix, hash_entry, p) < 0)
		return STR_NONE;
	for (at = index_first(&p->ix, hash); index_row(&p->ix, at) != IDX_NONE;
	     at = index_next(&p->ix, at)) {
		struct str s = strpool_get(p, index_row(&p->ix, at));

		if (s.len == len && !memcmp(s.s, bytes, len))
			return index_row(&p->ix, at);
	}
	if (!append(p, bytes, (uint32_t)len, &id))
		return STR_NONE;
	index_put(&p->ix, at, id);
	return id;
}

struct str strpool_get(const struct strpool *p, uint32_t id)
{
	const unsigned char *entry = p->bytes.base + (size_t)id * UNIT;
	uint32_t len;

	memcpy(&len, entry, sizeof(len));
	return (struct str){ (const char *)entry + sizeof(len), len };
}
