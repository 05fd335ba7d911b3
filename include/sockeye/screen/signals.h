/* SPDX-License-Identifier: MIT */
/*
 * Signals as events. One thread waits for them and writes each into a pipe that the loop polls, so
 * that a signal is seen even while the loop is stuck in a write to a stopped terminal. If the loop has
 * not called signals_stop() half a second after a signal that ends the process, that thread restores
 * the terminal and ends the process with 128+n itself.
 */
#ifndef SOCKEYE_SCREEN_SIGNALS_H
#define SOCKEYE_SCREEN_SIGNALS_H

#include <stdbool.h>

#include "sockeye/base/err.h"

#define SIGNALS_GRACE_MS 500

struct signals;

/*
 * Takes TERM INT HUP QUIT ALRM USR1 USR2, which end the process, and WINCH TSTP CONT: blocks them in
 * the calling thread, so call it before any other thread starts. Those that were ignored when the
 * process began stay so. Ignores PIPE.
 */
int signals_start(struct signals **out, struct err *e);
int signals_fd(const struct signals *s);
int signals_next(struct signals *s); /* the next signal number, 0 when there is none */
bool signal_ends(int no);            /* one of those that end the process */
/*
 * Ends the thread and puts mask and PIPE back. The last thing to do: until then a stuck shutdown is
 * cut short. NULL is fine.
 */
void signals_stop(struct signals *s);

#endif
