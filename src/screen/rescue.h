/* SPDX-License-Identifier: MIT */
/*
 * Leaving the terminal as found: the one way for a normal end, for ^Z, and for when nothing else
 * works any more: in a crash, or while the interface is stuck in a write. What is needed is
 * prepared beforehand; term_emergency() (term.h) may be called from signal handlers and from any
 * thread.
 */
#ifndef SOCKEYE_SCREEN_RESCUE_H
#define SOCKEYE_SCREEN_RESCUE_H

#include <stddef.h>
#include <termios.h>

#include "sockeye/base/err.h"

#define RESCUE_LEAVE_MAX 256

/*
 * Notes the modes that the terminal on stdout has to get back. From now on a crash (SEGV, BUS, ABRT,
 * FPE, ILL, SYS) of the process leaves the terminal first, if it is armed. The handlers run on a stack
 * of their own in the calling thread.
 */
int rescue_open(const struct termios *found, struct err *e);
void rescue_close(void);

/* Where to draw: the terminal, until term_emergency() leads it to nowhere. Until rescue_close(). */
int rescue_out(void);

/* The bytes that leave the screen, at most RESCUE_LEAVE_MAX; none before. */
int rescue_set_leave(const char *leave, size_t len, struct err *e);

void rescue_arm(void); /* the screen is ours: there is something to leave */

/*
 * Leaves. Never blocks for long: what a stopped terminal (^S, no reader) has not taken yet is
 * discarded. In the background only the screen is left; the modes are those of the shell then.
 */
void rescue_leave(void);

#endif
