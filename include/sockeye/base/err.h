/* SPDX-License-Identifier: MIT */
/*
 * Errors with a text for the user, and the one way to die.
 *
 * A function that can fail returns 0 or a negative errno and, where a user will read it, fills a
 * struct err. The text is made once, where the cause is known: lower case, no full stop, and it
 * names the thing. Only main() turns it into an exit status.
 */
#ifndef SOCKEYE_BASE_ERR_H
#define SOCKEYE_BASE_ERR_H

#include <stddef.h>
#include <stdint.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#define ERR_NO_POS SIZE_MAX

struct err {
	int code;      /* negative errno, 0 when nothing went wrong */
	size_t pos;    /* byte in the user's text that the error is about, or ERR_NO_POS */
	char msg[256]; /* may hold foreign bytes: pass it through text_clean() before it is shown */
};

/* Fills *e (which may be NULL) with no position and returns code. */
int err_set(struct err *e, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same with the byte offset of what is wrong in the text that the user gave. */
int err_at(struct err *e, int code, size_t pos, const char *fmt, ...) PRINTF_LIKE(4, 5);

/*
 * Called once by die() before it prints: the screen sets it so that the bottom layer can restore
 * the terminal without knowing it. NULL when there is nothing to restore.
 */
extern void (*die_hook)(void);

/* Prints "sockeye: ..." on stderr and ends the process with status 1. For lack of memory only. */
_Noreturn void die(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
