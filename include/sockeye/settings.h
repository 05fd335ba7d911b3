/* SPDX-License-Identifier: MIT */
/*
 * The settings file, $XDG_CONFIG_HOME/sockeye/sockeye.conf: what holds for every run of this user.
 * It is read at the start and written only when the user asks for that.
 *
 * The environment may be another user's (sudo) and the file anybody's, so it counts only if nobody
 * but root and the effective user can have written it, and no message repeats a value of it.
 */
#ifndef SOCKEYE_SETTINGS_H
#define SOCKEYE_SETTINGS_H

#include "sockeye/options.h"
#include "sockeye/screen/theme.h"
#include "sockeye/ui/app.h"

/* All zero: nothing is set. */
struct settings {
	struct app_prefs prefs; /* interval_ms 0: not set */
	struct theme_own colors;
	bool ascii;
};

#define SETTINGS_FILE     "sockeye/sockeye.conf"
#define SETTINGS_MAX      (1 << 20) /* bytes of a file */
#define SETTINGS_LINE_MAX 190       /* bytes of a line that inih takes everywhere */

/*
 * Takes the text of a file. A line that is wrong is left out and the others are taken; -EINVAL
 * then, with the first of them in e and the number of its line, from 1, in e->pos.
 */
int settings_parse(struct settings *s, const char *text, size_t len, struct err *e);
/* Appends a file that settings_parse() takes for the same. */
void settings_print(const struct settings *s, struct buf *out);

/* What the command line leaves open. */
void settings_apply(const struct settings *s, struct options *o);

/*
 * Appends the directory that SETTINGS_FILE is looked for in. False when the environment names none;
 * then *why, a constant, says what is missing. The environment of a setuid program names none.
 */
bool settings_dir(struct buf *out, const char **why);
/*
 * Reads the file below that directory, if there is one. -EINVAL as settings_parse(); any other
 * error: the file does not count, e says why and its pos is ERR_NO_POS.
 */
int settings_load(struct settings *s, const char *dir, struct err *e);
/*
 * Replaces the file as a whole, or leaves it as it was and fills e. Makes the directories that are
 * missing, but not in those of another user, and replaces no file that settings_load() refuses.
 */
int settings_save(const struct settings *s, const char *dir, struct err *e);

#endif
