/* SPDX-License-Identifier: MIT */
#include "sockeye/screen/key.h"

#include <stdio.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/base/text.h"

#define F_KEYS 12

/* Keys that have a word. Ctrl-I, Ctrl-M and Ctrl-[ are Tab, Enter and Esc to every terminal. */
static const struct {
	uint32_t code;
	const char *name;
} words[] = {
	{ KEYC_TAB, "Tab" },        { KEYC_ENTER, "Enter" },     { KEYC_ESC, "Esc" },
	{ KEYC_SPACE, "Space" },    { KEYC_UP, "Up" },           { KEYC_DOWN, "Down" },
	{ KEYC_LEFT, "Left" },      { KEYC_RIGHT, "Right" },     { KEYC_PGUP, "PgUp" },
	{ KEYC_PGDN, "PgDn" },      { KEYC_HOME, "Home" },       { KEYC_END, "End" },
	{ KEYC_BACKSPACE, "BkSp" }, { KEYC_DELETE, "Del" },      { KEYC_INSERT, "Ins" },
	{ KEYC_BACKTAB, "S-Tab" },  { KEYC_UNKNOWN, "Unknown" },
};

static size_t put_name(char buf[KEY_NAME_SIZE], const char *prefix, uint32_t number)
{
	int len = snprintf(buf, KEY_NAME_SIZE, "%s%u", prefix, (unsigned)number);

	return len > 0 ? (size_t)len : 0;
}

size_t key_name(struct key k, char buf[KEY_NAME_SIZE])
{
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i].code != k.code)
			continue;
		len = strlen(words[i].name);
		memcpy(buf, words[i].name, len + 1);
		return len;
	}
	if (k.code >= KEYC_F1 && k.code <= KEYC_F12)
		return put_name(buf, "F", k.code - KEYC_F1 + 1);
	if (k.code >= 1 && k.code <= 26) {
		memcpy(buf, "C-", 2);
		buf[2] = (char)('a' + k.code - 1);
		buf[3] = '\0';
		return 3;
	}
	if (key_is_mouse(k)) {
		memcpy(buf, "Mouse", sizeof("Mouse"));
		return sizeof("Mouse") - 1;
	}
	/* A character that must not be shown as it is goes by its number. */
	if (k.code >= KEYC_BASE || text_width(k.code) < 1) {
		int n = snprintf(buf, KEY_NAME_SIZE, "U+%04X", (unsigned)k.code);

		return n > 0 ? (size_t)n : 0;
	}
	len = text_encode(k.code, buf);
	buf[len] = '\0';
	return len;
}

static bool parse_hex(const char *s, uint32_t *n)
{
	*n = 0;
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		const char *digits = "0123456789ABCDEF", *at = strchr(digits, *s);

		if (at == NULL || *n >= KEYC_BASE)
			return false;
		*n = *n << 4 | (uint32_t)(at - digits);
	}
	return *n < KEYC_BASE;
}

static bool parse_f(const char *s, uint32_t *code)
{
	uint32_t n = 0;

	if (*s < '1' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9' && n <= F_KEYS; s++)
		n = n * 10 + (uint32_t)(*s - '0');
	if (*s != '\0' || n > F_KEYS)
		return false;
	*code = KEYC_F1 + n - 1;
	return true;
}

bool key_parse(const char *name, struct key *k)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].name, name) == 0) {
			k->code = words[i].code;
			return true;
		}
	if (len == 3 && memcmp(name, "C-", 2) == 0 && name[2] >= 'a' && name[2] <= 'z') {
		k->code = KEYC_CTRL(name[2]);
		return true;
	}
	if (len > 1 && name[0] == 'F')
		return parse_f(name + 1, &k->code);
	if (len > 2 && memcmp(name, "U+", 2) == 0)
		return parse_hex(name + 2, &k->code);
	return len > 0 && text_decode(name, len, &k->code) == len && text_width(k->code) >= 1;
}
