/* SPDX-License-Identifier: MIT */
#include "conf.h"

#include <errno.h>
#include <stdlib.h>

void conf_read(struct conf *conf)
{
	struct err e;

	*conf = (struct conf){ .bad = false };
	if (!settings_dir(&conf->dir, &conf->no_dir) ||
	    settings_load(&conf->settings, conf->dir.s, &e) == 0)
		return;
	conf->bad = e.pos != ERR_NO_POS;
	if (conf->bad) {
		err_set(&conf->trouble, e.code, "%.120s/" SETTINGS_FILE ":%zu: %s", conf->dir.s,
			e.pos, e.msg);
		buf_fmt(&conf->notice, "settings, line %zu: %s", e.pos, e.msg);
	} else {
		err_set(&conf->trouble, e.code, "%.120s/" SETTINGS_FILE ": ignored: %s",
			conf->dir.s, e.msg);
		buf_fmt(&conf->notice, "settings ignored: %s", e.msg);
	}
}

void conf_free(struct conf *conf)
{
	buf_free(&conf->dir);
	buf_free(&conf->notice);
	typed_free(&conf->typed);
}

void conf_add_colors(struct conf *conf, struct theme_own *own)
{
	const char *text = secure_getenv("SOCKEYE_COLORS");
	struct err e;

	if (text == NULL || theme_own_add(own, text, &e) == 0 || conf->notice.len > 0)
		return;
	buf_fmt(&conf->notice, "SOCKEYE_COLORS, column %zu: %s", e.pos + 1, e.msg);
}

void conf_read_typed(struct conf *conf)
{
	struct err e;

	if (typed_load(&conf->typed, &e) != 0 && conf->notice.len == 0)
		buf_fmt(&conf->notice, "typed filters ignored: %s", e.msg);
	conf->settings.prefs.filters = conf->typed.text;
	conf->settings.prefs.n_filters = conf->typed.n;
}

void conf_save(void *ctx, const struct app_prefs *prefs, struct err *said)
{
	const struct conf *conf = ctx;
	struct settings now = conf->settings;
	struct err e;

	now.prefs = *prefs;
	if (conf->dir.len == 0)
		err_set(said, -ENOENT, "settings not saved: %s", conf->no_dir);
	else if (conf->trouble.code != 0 && !conf->bad)
		err_set(said, conf->trouble.code, "settings not saved: the file was not read");
	else if (settings_save(&now, conf->dir.s, &e) != 0)
		err_set(said, e.code, "settings not saved: %s", e.msg);
	else if (prefs->n_filters > 0 && typed_save(prefs->filters, prefs->n_filters, &e) != 0)
		err_set(said, e.code, "settings saved, typed filters not: %s", e.msg);
	else
		err_set(said, 0, "settings saved in %.160s/" SETTINGS_FILE, conf->dir.s);
}
