/* SPDX-License-Identifier: MIT */
/* A growing byte buffer for text that is made piece by piece. Never fails: xmalloc underneath. */
#ifndef SOCKEYE_BASE_BUF_H
#define SOCKEYE_BASE_BUF_H

#include <stddef.h>

#include "sockeye/base/err.h"

/* All zero is an empty buffer. s is NUL-terminated once something was added. */
struct buf {
	char *s;
	size_t len, size;
};

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_fill(struct buf *b, char c, size_t count);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_reset(struct buf *b); /* empty, keeps the memory */
void buf_free(struct buf *b);

#endif
