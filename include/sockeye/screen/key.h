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
	KEYC_F1,	/* .. KEYC_F1 + 11 */
	KEYC_F12 = KEYC_F1 + 11,
	KEYC_UNKNOWN,	/* a sequence that we do not know */
};

#define KEYC_CTRL(letter) ((uint32_t)(letter) & 0x1f)

struct key {
	uint32_t code;
};

#define KEY_NAME_SIZE 16

/* "q", "Space", "Enter", "C-l", "F1", "PgDn". Returns the length. */
size_t key_name(struct key k, char buf[KEY_NAME_SIZE]);
bool key_parse(const char *name, struct key *k);

#endif
