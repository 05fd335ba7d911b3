/* SPDX-License-Identifier: MIT */
#include "typed.h"

#include <errno.h>
#include <string.h>

#include "own_file.h"

#define FILE_NAME "filters"
/* Both parts of .local/state may be missing. */
#define MISSING 2

static int find_dir(struct buf *dir, struct err *e)
{
	const char *why;

	if (own_dir("XDG_STATE_HOME", ".local/state", dir, &why))
		return 0;
	return err_set(e, -ENOENT, "%s", why);
}

static bool is_line(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return false;
	return len > 0;
}

/* Of more than there is room for the newest, which stand last. */
static void take_lines(struct typed *t)
{
	for (char *line = t->file.s, *end; line != NULL && *line != '\0'; line = end) {
		end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		if (!is_line(line, strlen(line)))
			continue;
		if (t->n == TYPED_MAX)
			memmove(&t->text[0], &t->text[1], --t->n * sizeof(t->text[0]));
		t->text[t->n++] = line;
	}
}

int typed_load(struct typed *t, struct err *e)
{
	struct buf dir = { .s = NULL };
	int rc = 0;

	*t = (struct typed){ .n = 0 };
	if (find_dir(&dir, e) == 0)
		rc = own_read(dir.s, FILE_NAME, &t->file, e);
	if (rc == 0)
		take_lines(t);
	buf_free(&dir);
	return rc;
}

void typed_free(struct typed *t)
{
	buf_free(&t->file);
	t->n = 0;
}

int typed_save(const char *const *text, size_t n, struct err *e)
{
	struct buf dir = { .s = NULL }, file = { .s = NULL };
	int rc = find_dir(&dir, e);

	buf_str(&file, "");
	for (size_t i = 0; i < n; i++)
		if (is_line(text[i], strlen(text[i])))
			buf_fmt(&file, "%s\n", text[i]);
	if (rc == 0)
		rc = own_save(dir.s, MISSING, FILE_NAME, &file, e);
	buf_free(&file);
	buf_free(&dir);
	return rc;
}
