/* SPDX-License-Identifier: MIT */
/* What the user has settled for every run: settings, typed filters, colours, and what is wrong with them. */
#ifndef SOCKEYE_SRC_CONF_H
#define SOCKEYE_SRC_CONF_H

#include "sockeye/settings.h"
#include "typed.h"

struct conf {
	struct settings settings;
	struct buf dir; /* empty: there is none, for this reason: */
	const char *no_dir;
	struct err trouble; /* code 0: none; names the file */
	bool bad;           /* trouble is a wrong line */
	struct typed typed;
	struct buf notice; /* the same for the status row, where there is less room */
};

/* The file of settings, if there is one. Always to be freed. */
void conf_read(struct conf *conf);
void conf_free(struct conf *conf); /* what it holds, not conf */

/* Colours of the environment, which go before those of the file, to own. */
void conf_add_colors(struct conf *conf, struct theme_own *own);
/* For the interface: the filters that were typed in runs before. */
void conf_read_typed(struct conf *conf);

/* Replaces the files by prefs. ctx is the struct conf; *said is for the user, with code 0 too. */
void conf_save(void *ctx, const struct app_prefs *prefs, struct err *said);

#endif
