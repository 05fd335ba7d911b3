/* SPDX-License-Identifier: MIT */
/*
 * The terminal: the only thing that knows curses. Opened once, by the interface thread, which is the
 * only one that may call these, but for term_emergency().
 *
 * The promise: on every way out, also a crash, modes, alternate screen, cursor and colours are as
 * they were found.
 */
#ifndef SOCKEYE_SCREEN_TERM_H
#define SOCKEYE_SCREEN_TERM_H

#include <stdbool.h>

#include "sockeye/base/err.h"
#include "sockeye/screen/canvas.h"
#include "sockeye/screen/key.h"
#include "sockeye/screen/theme.h"

enum term_color {
	COLOR_AUTO,   /* as the terminal can, unless NO_COLOR is set and not empty */
	COLOR_ALWAYS, /* as the terminal can */
	COLOR_NEVER,
};

struct term_cfg {
	const char *name; /* terminal type, NULL for $TERM */
	enum term_color color;
	bool ascii;                  /* no characters beyond ASCII, whatever the locale */
	const struct theme_own *own; /* the user's colours, or NULL; borrowed by term_open() */
};

struct term;

/*
 * Whether a screen can be had at all: stdin and stdout are terminals, the type is known, can move
 * the cursor and clear. Changes nothing. 0, or -ENOTTY, or -ENOTSUP with the reason.
 */
int term_usable(const struct term_cfg *cfg, struct err *e);

/*
 * Opens the terminal anew, in time: one of another user, after sudo, takes rights that may have been
 * given up when term_open() comes. Sets die_hook, for threads that are there before. May be left out.
 */
void term_prepare(void);

/*
 * Enters the alternate screen. Sets die_hook and the handlers for SEGV, BUS, ABRT, FPE, ILL and SYS.
 * Started in the background, it is stopped as any job is that wants the terminal. The locale's
 * LC_CTYPE must have been set.
 */
int term_open(struct term **out, const struct term_cfg *cfg, struct err *e);
void term_close(struct term *t); /* leaves as found and frees; NULL is fine */

/*
 * Signal-safe, from any thread, for a process that is about to end: the modes and the screen as
 * found, also with output stopped by ^S. What is drawn after that goes nowhere. Does nothing while
 * the screen is not ours.
 */
void term_emergency(void);

enum text_set term_set(const struct term *t); /* what characters it can show */
void term_size(const struct term *t, int *w, int *h);
bool term_resized(struct term *t); /* asks the kernel; true when the size has changed */

/*
 * The next key that is there; false when there is none. Drain after every wake: what was read ahead
 * is not seen by poll(). Pasted text and answers of the terminal are not keys.
 */
bool term_key(struct term *t, struct key *k);
bool term_gone(const struct term *t);     /* end of input or an error: the terminal is no more */
int term_escape_ms(const struct term *t); /* how long a lone ESC is still open, -1 none */

/*
 * Whether a frame can be drawn now: the terminal is not stopped by ^S, and has taken the last one.
 * Sends what it has not taken yet.
 */
bool term_writable(struct term *t);
/*
 * Whether the mouse comes as keys; then the terminal's own copy and paste needs the shift key. At first
 * it does not. False: this terminal cannot.
 */
bool term_mouse(struct term *t, bool on);
/*
 * Shows the canvas; sends only cells that differ from what is there, and nothing when none does. Never
 * waits: what the terminal does not take at once is sent by term_writable().
 */
void term_draw(struct term *t, const struct canvas *c);
void term_redraw(struct term *t); /* the next frame is sent whole */

/*
 * Leaves the screen, stops the process as ^Z does, and returns when it is continued, which may be
 * in the background: the screen is entered again by term_restore().
 */
void term_suspend(struct term *t);
/* We own the terminal. While we do not, neither read nor draw: the shell would suffer. */
bool term_foreground(const struct term *t);
void term_restore(struct term *t); /* modes again after the background; redraws */

#endif
