/* SPDX-License-Identifier: MIT */
/* Reading a line of /proc/net, which may hold any bytes, from left to right. */
#ifndef SOCKEYE_SRC_COLLECT_CURSOR_H
#define SOCKEYE_SRC_COLLECT_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

struct cursor {
	const char *at, *end;
};

void skip_blanks(struct cursor *c);
/* Blanks, and what stands behind them up to the next one; false where nothing does. */
bool skip_word(struct cursor *c);
/* One to width digits, at most 16. */
bool read_hex(struct cursor *c, int width, uint64_t *value);
/* The same of 32 bits: width is at most 8. */
bool read_hex32(struct cursor *c, int width, uint32_t *value);
/* Blanks, and decimal digits: the inode is a long to the kernel, but its number has 32 bits. */
bool read_dec(struct cursor *c, uint32_t *value);
bool read_char(struct cursor *c, char want);

#endif
