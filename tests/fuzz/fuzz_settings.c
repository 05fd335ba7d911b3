/* SPDX-License-Identifier: MIT */
/* The text of a settings file: reading it, and that what is written is read as the same. */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "sockeye/settings.h"

static size_t count_lines(const uint8_t *data, size_t size)
{
	size_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings s = { .ascii = false }, again = { .ascii = false };
	struct buf text = { .s = NULL }, copy = { .s = NULL };
	struct err e;
	int rc = settings_parse(&s, (const char *)data, size, &e);

	REQUIRE(rc == 0 || rc == -EINVAL);
	REQUIRE(rc == e.code && memchr(e.msg, '\0', sizeof(e.msg)) != NULL);
	REQUIRE(rc == 0 || (e.pos >= 1 && e.pos <= count_lines(data, size)));
	settings_print(&s, &text);
	REQUIRE(settings_parse(&again, text.s, text.len, &e) == 0);
	settings_print(&again, &copy);
	REQUIRE(text.len == copy.len && memcmp(text.s, copy.s, text.len) == 0);
	buf_free(&text);
	buf_free(&copy);
	return 0;
}
