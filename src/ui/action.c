/* SPDX-License-Identifier: MIT */
#include "sockeye/ui/action.h"

const struct action_info action_table[ACT_COUNT] = {
	[ACT_NONE] = { .name = "", .label = "", .help = "" },
#define ACTION(id, name_, section_, label_, help_)                                                 \
	[ACT_##id] = {                                                                             \
		.name = (name_), .label = (label_), .help = (help_), .section = SECTION_##section_ \
	},
#include "sockeye/ui/actions.def"
};

const char *section_title(enum action_section s)
{
	static const char *const title[SECTION_COUNT] = {
		[SECTION_MOVE] = "Move",       [SECTION_NARROW] = "Narrow",
		[SECTION_LOOK] = "Look",       [SECTION_TIME] = "Time",
		[SECTION_PROGRAM] = "Program", [SECTION_ASKED] = "In a prompt or a choice",
	};

	return title[s];
}
