/* SPDX-License-Identifier: MIT */
/* The settings as a file. */
#include "own_file.h"
#include "sockeye/settings.h"

#define FILE_NAME "sockeye.conf"

/* NOLINTNEXTLINE(misc-redundant-expression): the same in two places is what is asserted */
_Static_assert(SETTINGS_MAX == OWN_FILE_MAX, "what the header promises");

bool settings_dir(struct buf *out, const char **why)
{
	return own_dir("XDG_CONFIG_HOME", ".config", out, why);
}

int settings_load(struct settings *s, const char *dir, struct err *e)
{
	struct buf text = { .s = NULL };
	int rc = own_read(dir, FILE_NAME, &text, e);

	if (rc == 0 && text.len > 0)
		rc = settings_parse(s, text.s, text.len, e);
	buf_free(&text);
	return rc;
}

/* The configuration directory itself may be missing, the one around it not. */
int settings_save(const struct settings *s, const char *dir, struct err *e)
{
	struct buf text = { .s = NULL };
	int rc;

	settings_print(s, &text);
	rc = own_save(dir, 1, FILE_NAME, &text, e);
	buf_free(&text);
	return rc;
}
