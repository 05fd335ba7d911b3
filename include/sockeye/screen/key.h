/* SPDX-License-Identifier: MIT */
/* Keys as events, and their names both ways. */
#ifndef SOCKEYE_SCREEN_KEY_H
#define SOCKEYE_SCREEN_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A character is itself (Unicode); Ctrl-A..Ctrl-Z are 1..26; the rest are above Unicode. */
enum key_code {
	KEYC_TAB = 9,
	KEYC_ENTER = 13,
	KEYC_ESC = 27,
	KEYC_SPACE = 32,
	KEYC_BASE = 0x110000,
	KEYC_UP,
	KEYC_DOWN,
	KEYC_LEFT,
	KEYC_RIGHT,
	KEYC_PGUP,
	KEYC_PGDN,
	KEYC_HOME,
	KEYC_END,
	KEYC_BACKSPACE,
	KEYC_DELETE,
	KEYC_INSERT,
	KEYC_BACKTAB,
	KEYC_F1, /* .. KEYC_F1 + 11 */
	KEYC_F12 = KEYC_F1 + 11,
	KEYC_UNKNOWN, /* a sequence that we do not know */
};

#define KEYC_CTRL(letter) ((uint32_t)(letter)&0x1f)

struct key {
	uint32_t code;
};

/* The mouse comes as a key whose code says all: what it did, and in which cell of the screen. */
enum mouse_did {
	MOUSE_PRESS, /* the first button */
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN,
};

struct mouse {
	enum mouse_did did;
	int x, y; /* from 0; x below 1024, y below 512 */
};

#define KEYC_MOUSE UINT32_C(0x80000000) /* and MOUSE_*, y and x beneath */

static inline struct key key_of_mouse(struct mouse m)
{
	return (struct key){ KEYC_MOUSE | (uint32_t)m.did << 19 | ((uint32_t)m.y & 0x1ff) << 10 |
			     ((uint32_t)m.x & 0x3ff) };
}

static inline bool key_is_mouse(struct key k)
{
	return (k.code & KEYC_MOUSE) != 0;
}

static inline struct mouse key_mouse(struct key k)
{
	return (struct mouse){
		.did = (enum mouse_did)(k.code >> 19 & 3),
		.x = (int)(k.code & 0x3ff),
		.y = (int)(k.code >> 10 & 0x1ff),
	};
}

#define KEY_NAME_SIZE 16

/* "q", "Space", "Enter", "C-l", "F1", "PgDn". Returns the length. */
size_t key_name(struct key k, char buf[KEY_NAME_SIZE]);
bool key_parse(const char *name, struct key *k);

#endif
