/* SPDX-License-Identifier: MIT */
/*
 * Memory: small pieces that are never missing, and arenas for what grows with the machine.
 *
 * The xmalloc family ends the process when there is no memory; it is for small things. An arena
 * is one growing array in a mapping of its own; it can be emptied and used again without giving
 * its pages back, because the first touch of a page costs more than filling it.
 */
#ifndef SOCKEYE_BASE_MEM_H
#define SOCKEYE_BASE_MEM_H

#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xreallocarray(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
/* Copies len bytes and adds a NUL. */
char *xmemdup(const void *bytes, size_t len) __attribute__((malloc, returns_nonnull));

/* All zero is an empty arena. One thread at a time. */
struct arena {
	unsigned char *base; /* moves when the arena grows: hold offsets, not pointers */
	size_t used, size;   /* bytes */
	size_t touched;      /* so far pages are there, or come one by one */
};

/* Makes room for at least size bytes in all. 0, or -ENOMEM with the arena as it was. */
int arena_reserve(struct arena *a, size_t size);
/*
 * Appends bytes that the caller fills, zero only where the pages are new; 8-aligned if all pushes
 * are multiples of 8. NULL: no memory.
 */
void *arena_push(struct arena *a, size_t bytes);
/*
 * Forgets the contents and keeps the pages. When less than a quarter was used it gives back half,
 * so after one great load the memory goes within a few resets, and no single small one costs it.
 */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#endif
