/* SPDX-License-Identifier: MIT */
#include "sockeye/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"

#define BUF_FIRST 64

/* Makes room for extra bytes and a NUL; returns where they begin. */
static char *buf_room(struct buf *b, size_t extra)
{
	size_t size = b->size ? b->size : BUF_FIRST, need;

	if (__builtin_add_overflow(b->len, extra, &need) || __builtin_add_overflow(need, 1, &need))
		die("out of memory");
	while (size < need)
		if (__builtin_mul_overflow(size, 2, &size))
			die("out of memory");
	if (size != b->size) {
		b->s = xreallocarray(b->s, size, 1);
		b->size = size;
	}
	return b->s + b->len;
}

static void buf_end(struct buf *b, size_t added)
{
	b->len += added;
	b->s[b->len] = '\0';
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
	char *to = buf_room(b, len);

	if (len)
		memcpy(to, bytes, len);
	buf_end(b, len);
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_fill(struct buf *b, char c, size_t count)
{
	memset(buf_room(b, count), c, count);
	buf_end(b, count);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	size_t room = BUF_FIRST;
	va_list ap;
	int len;

	for (;;) {
		char *to = buf_room(b, room);

		va_start(ap, fmt);
		len = vsnprintf(to, room + 1, fmt, ap);
		va_end(ap);
		if (len < 0)
			die("cannot format text");
		if ((size_t)len <= room)
			break;
		room = (size_t)len;
	}
	buf_end(b, (size_t)len);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->s)
		b->s[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->s);
	*b = (struct buf){ 0 };
}
