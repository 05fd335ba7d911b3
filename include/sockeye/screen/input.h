/* SPDX-License-Identifier: MIT */
/*
 * Bytes from a terminal -> keys. Knows no terminal and no clock, so that every sequence, also the
 * hostile and the torn one, is tested as bytes.
 *
 * Sequences come from the terminal's description (input_bind) and from what all of them that follow
 * ECMA-48 send. What is not known is one KEYC_UNKNOWN, never the letters it is made of. Text
 * that is pasted (bracketed paste) is swallowed: it must not act as keys. Answers of the terminal are
 * noted, not handed on.
 */
#ifndef SOCKEYE_SCREEN_INPUT_H
#define SOCKEYE_SCREEN_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sockeye/screen/key.h"

#define INPUT_SIZE     4096 /* bytes that may wait */
#define INPUT_ESC_MS   100  /* a lone ESC is the key after that long, not the start of a sequence */
#define INPUT_TORN_MS  1000 /* the rest of a sequence that was begun is waited for that long */
#define INPUT_PASTE_MS 5000 /* a paste whose end does not come is over after that long of silence */

#define INPUT_BINDINGS 32
#define INPUT_SEQ_MAX  16

struct input_binding {
	char seq[INPUT_SEQ_MAX];
	uint8_t len;
	uint32_t code;
};

/* All zero is valid: no bindings, nothing waits. */
struct input {
	unsigned char buf[INPUT_SIZE];
	size_t start, end; /* what waits */
	int64_t fed_ms;    /* when bytes came last */
	int patience_ms;   /* how long the rest of what waits may take */
	bool pasting;
	bool answered_sync; /* the terminal has told about mode 2026 */
	int sync;           /* DECRPM value of mode 2026: 1 set, 2 reset, else not usable */
	struct input_binding bind[INPUT_BINDINGS];
	size_t n_bind;
};

/* A sequence of this terminal. Too long, empty, or one printable character: not taken. */
void input_bind(struct input *in, const char *seq, uint32_t code);

/* Room for the next bytes: read into it, then input_fed() with how many came, and when. */
unsigned char *input_room(struct input *in, size_t *len);
void input_fed(struct input *in, size_t len, int64_t now_ms);

/* The next key; false when there is none yet. */
bool input_next(struct input *in, int64_t now_ms, struct key *k);

/* Milliseconds until input_next() would decide on what waits, or -1. */
int input_wait_ms(const struct input *in, int64_t now_ms);

#endif
