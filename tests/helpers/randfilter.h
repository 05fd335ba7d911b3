/* SPDX-License-Identifier: MIT */
/* Random filters, as text: what the kernel can decide of them is in some none, in some all. */
#ifndef SOCKEYE_TESTS_RANDFILTER_H
#define SOCKEYE_TESTS_RANDFILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "sockeye/base/buf.h"

/* The next number after *state, which starts as the seed; below n. */
unsigned randfilter_pick(uint64_t *state, unsigned n);

/* A port: one of those that the tests make sockets with, a limit, or any. */
uint16_t randfilter_port(uint64_t *state);

/* An address that is written in one of the forms of the language, without a prefix. */
const char *randfilter_addr(uint64_t *state);

/* Appends an expression. plain: with nothing in it but addresses and ports. */
void randfilter_text(uint64_t *state, bool plain, struct buf *out);

#endif
