/* SPDX-License-Identifier: MIT */
/* The interface's loop: the only place that waits. */
#ifndef SOCKEYE_UI_LOOP_H
#define SOCKEYE_UI_LOOP_H

#include "sockeye/model/source.h"
#include "sockeye/screen/term.h"
#include "sockeye/ui/app.h"

struct loop_cfg {
	const struct source_ops *source;
	struct app_cfg app; /* set is chosen by the loop: what the terminal can show */
	struct term_cfg term;
	/* Called when everything is open, before the first picture; or NULL. */
	void (*ready)(void *ctx);
	void *ready_ctx;
	uint32_t samples; /* end after so many; 0: until the user quits */
	/*
	 * Keeps the preferences for the next time, while the interface waits. Fills *said with what
	 * the user is to be told, also when all went well.
	 */
	void (*save)(void *ctx, const struct app_prefs *prefs, struct err *said);
	void *save_ctx;
};

#define LOOP_FAILED    1 /* exit status: the terminal could not be had */
#define LOOP_NO_SOURCE 3 /* exit status: no source of sockets at all */

/*
 * Runs the interface to its end, in the calling thread, which must be the only one. Returns the exit
 * status: 0; 128+n when signal n ended it (HUP also when the terminal is gone); LOOP_FAILED or
 * LOOP_NO_SOURCE, with the reason in *e, before anything was shown.
 */
int loop_run(const struct loop_cfg *cfg, struct err *e);

#endif
