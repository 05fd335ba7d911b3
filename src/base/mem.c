/* SPDX-License-Identifier: MIT */
#include "sockeye/base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sockeye/base/err.h"

static void *must_have(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

/* malloc(0) may answer NULL, which would look like a lack of memory. */
static size_t at_least_one(size_t size)
{
	return size ? size : 1;
}

void *xmalloc(size_t size)
{
	return must_have(malloc(at_least_one(size)));
}

static size_t array_size(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		die("out of memory");
	return at_least_one(bytes);
}

void *xcalloc(size_t count, size_t size)
{
	return must_have(calloc(array_size(count, size), 1));
}

void *xreallocarray(void *old, size_t count, size_t size)
{
	return must_have(realloc(old, array_size(count, size)));
}

char *xstrdup(const char *s)
{
	return xmemdup(s, strlen(s));
}

char *xmemdup(const void *bytes, size_t len)
{
	size_t size;
	char *copy;

	if (__builtin_add_overflow(len, 1, &size))
		die("out of memory");
	copy = xmalloc(size);
	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

#define ARENA_FIRST (64u << 10)
/* So much is touched at once: a power of two. */
#define ARENA_AHEAD (64u << 10)
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* glibc before 2.35 has no name for it */
#endif
/* Pages are given back when less than this part of them was used. */
#define ARENA_LITTLE 4

static int arena_map(struct arena *a, size_t size)
{
	void *base;

	if (a->base)
		base = mremap(a->base, a->size, size, MREMAP_MAYMOVE);
	else
		base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return -ENOMEM;
	/* Many an arena needs a page or two and no more. */
	if (a->base == NULL)
		a->touched = ARENA_FIRST;
	else if (a->touched > size)
		a->touched = size;
	a->base = base;
	a->size = size;
	return 0;
}

/* A page costs two thirds when it comes with others; before Linux 5.14 they come one by one. */
static void touch_ahead(struct arena *a, size_t used)
{
	size_t from = a->touched & ~(size_t)(ARENA_AHEAD - 1);
	size_t end = (used + ARENA_AHEAD - 1) & ~(size_t)(ARENA_AHEAD - 1);

	a->touched = end < a->size ? end : a->size;
	(void)madvise(a->base + from, a->touched - from, MADV_POPULATE_WRITE);
}

int arena_reserve(struct arena *a, size_t size)
{
	/* Doubling keeps the moves few; the kernel moves page tables, not bytes. */
	size_t grown = a->size ? a->size : ARENA_FIRST;

	if (size <= a->size)
		return 0;
	while (grown < size)
		if (__builtin_mul_overflow(grown, 2, &grown))
			return -ENOMEM;
	/* Near a limit of memory the doubled size may be too much where the asked one is not. */
	return arena_map(a, grown) && arena_map(a, size) ? -ENOMEM : 0;
}

void *arena_push(struct arena *a, size_t bytes)
{
	size_t used;
	void *p;

	/* Nothing pushed on an empty arena is a place too: NULL says that there is no memory. */
	if (__builtin_add_overflow(a->used, bytes, &used) ||
	    arena_reserve(a, used > 0 ? used : 1) < 0)
		return NULL;
	if (used > a->touched)
		touch_ahead(a, used);
	p = a->base + a->used;
	a->used = used;
	return p;
}

void arena_reset(struct arena *a)
{
	if (a->size > ARENA_FIRST && a->used < a->size / ARENA_LITTLE)
		/* A mapping that cannot be made smaller stays as it is, and is good for use. */
		(void)arena_map(a, a->size / 2);
	a->used = 0;
}

void arena_free(struct arena *a)
{
	if (a->base)
		munmap(a->base, a->size);
	*a = (struct arena){ 0 };
}
