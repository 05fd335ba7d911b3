/* SPDX-License-Identifier: MIT */
/* The action table: everything that a key can be bound to, with the words that tell of it. */
#ifndef SOCKEYE_UI_ACTION_H
#define SOCKEYE_UI_ACTION_H

#include <stdint.h>

enum action {
	ACT_NONE,
#define ACTION(id, name, section, label, help) ACT_##id,
#include "sockeye/ui/actions.def"
	ACT_COUNT
};

enum action_section {
	SECTION_MOVE,
	SECTION_NARROW,
	SECTION_LOOK,
	SECTION_TIME,
	SECTION_PROGRAM,
	SECTION_ASKED, /* in a prompt or a choice only */
	SECTION_COUNT
};

struct action_info {
	const char *name;  /* for settings and the manual */
	const char *label; /* one word for the footer */
	const char *help;  /* one line */
	uint8_t section;   /* enum action_section */
};

extern const struct action_info action_table[ACT_COUNT]; /* ACT_NONE has empty texts */

const char *section_title(enum action_section s); /* "Move" */

#endif
