/* SPDX-License-Identifier: MIT */
/*
 * One line that is typed: editing, sideways scrolling, and what was typed before. What the text
 * means is the caller's affair. What is typed is UTF-8 without control characters; a text that is
 * put in may hold any byte but NUL. Either may not be shown as it is, which the drawing sees to.
 */
#ifndef SOCKEYE_SRC_UI_PROMPT_H
#define SOCKEYE_SRC_UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "sockeye/screen/canvas.h"
#include "sockeye/screen/key.h"

#define PROMPT_SIZE    1024 /* bytes with the NUL; what is typed beyond that is refused */
#define PROMPT_HISTORY 50

/* What was typed at one kind of prompt, the newest last. All zero is empty. */
struct prompt_history {
	char *text[PROMPT_HISTORY];
	size_t n;
};

void prompt_history_free(struct prompt_history *h);
/* A text that is there already becomes the newest; an empty one is left out. */
void prompt_history_add(struct prompt_history *h, const char *text);

struct prompt {
	const char *label; /* "Find": borrowed, of this program */
	char text[PROMPT_SIZE];
	size_t len, at;                       /* bytes; the cursor stands before text[at] */
	const struct prompt_history *history; /* borrowed */
	size_t recall;                        /* which of it is shown; history->n: the draft */
	char draft[PROMPT_SIZE];
};

enum prompt_did {
	PROMPT_REFUSED, /* the key has no meaning here, or there is no room */
	PROMPT_MOVED,
	PROMPT_CHANGED, /* the text is another one */
	PROMPT_ACCEPTED,
	PROMPT_CANCELLED,
};

/* Begins with this text, which is cut to what fits. */
void prompt_open(struct prompt *p, const char *label, const struct prompt_history *history,
		 const char *text);
/* Keys mean what CTX_PROMPT says; other characters are text. */
enum prompt_did prompt_key(struct prompt *p, struct key k);
/* Puts text in the place of what stands between from and the cursor. False: there is no room. */
bool prompt_replace(struct prompt *p, size_t from, const char *text);
/*
 * "Find: text" with the terminal's cursor in it, scrolled so that this is seen, and at the right
 * end a note where there is room.
 */
void prompt_draw(const struct prompt *p, struct canvas *c, struct rect line, struct clean note,
		 enum role note_role, enum text_set set);
/* The column in which text[at] is drawn by that, or -1 where that is not to be seen. */
int prompt_column(const struct prompt *p, struct rect line, struct clean note, size_t at,
		  enum text_set set);

#endif
