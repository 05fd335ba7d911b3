/* SPDX-License-Identifier: MIT */
/*
 * The way of bytes to the terminal: curses writes into memory, and from there they go as far as the
 * terminal takes them. Whoever draws is never held by a terminal that is stopped (^S) or that nobody
 * reads; at most one frame waits here, as long as none is drawn before the last one is out.
 */
#ifndef SOCKEYE_SCREEN_OUTLET_H
#define SOCKEYE_SCREEN_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sockeye/base/buf.h"

struct outlet {
	FILE *file; /* what curses writes to: memory, so that it never waits */
	int tty;    /* borrowed; non-blocking where it can be */
	struct buf waiting;
	size_t sent; /* of waiting */
};

/* -errno without memory. */
int outlet_open(struct outlet *o, int tty);
void outlet_close(struct outlet *o);

/* Behind all that is there already; what curses wrote comes before it. */
void outlet_put(struct outlet *o, const char *s);

/* Sends what the terminal takes now. True when all is out, or the terminal is broken. */
bool outlet_flush(struct outlet *o);

/* Forgets what waits: the screen is about to be left. */
void outlet_drop(struct outlet *o);

#endif
