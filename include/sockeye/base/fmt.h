/* SPDX-License-Identifier: MIT */
/*
 * Numbers as people read them on the screen. Never the locale's: machines and people compare
 * screens. Every function writes a NUL-terminated ASCII text into buf (FMT_SIZE is enough for all)
 * and returns its length.
 */
#ifndef SOCKEYE_BASE_FMT_H
#define SOCKEYE_BASE_FMT_H

#include <stddef.h>
#include <stdint.h>

#define FMT_SIZE 32

size_t fmt_plain(char *buf, uint64_t n); /* 13347 */
size_t fmt_group(char *buf, uint64_t n); /* 13,347 at any size */

/* 99,999 then 100k, 1.24M, 12.4M, 124M, 1.24G: at most 6 columns. To the nearest. */
size_t fmt_count(char *buf, uint64_t n);
/* +190, -12, nothing for 0; +9,999 then +10k: at most 6 columns. To the nearest. */
size_t fmt_delta(char *buf, int64_t n);
/* 0, 950, 4.1k, 38k, 2.1M: powers of 1024, at most 5 columns. To the nearest. */
size_t fmt_bytes(char *buf, uint64_t n);
/*
 * 12s, 14m02s, 3h10m, 2d05h, 11d: at most 6 columns. Whole units that have passed. Beyond 99999d,
 * where no clock is right, ">273y".
 */
size_t fmt_age(char *buf, uint64_t seconds);
size_t fmt_interval(char *buf, unsigned ms); /* 2s, 0.5s, 1.25s */

#endif
