/* SPDX-License-Identifier: MIT */
#include "sockeye/screen/theme.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "sockeye/base/mem.h"

#define COLOR_MAX 255

#define B STYLE_BOLD
#define U STYLE_UNDERLINE
#define R STYLE_REVERSE

enum {
	DEF = STYLE_DEFAULT,
	RED = 1,
	MAGENTA = 5,
	/*
	 * Of the 256: each has a contrast of at least 3.8 (WCAG) on black and on white, so nobody
	 * has to guess the background. Yellow, cyan, white and plain blue vanish on one of the two.
	 */
	TEAL = 31,
	VIOLET = 98,
	ORANGE = 166,
	SCARLET = 196,
	GREY = 243,
};

// clang-format off
static const struct style styles[ROLE_COUNT][THEME_COUNT] = {
	/*                     mono            8 colours         256 */
	[ROLE_TEXT]        = { { 0,     DEF }, { 0, DEF },       { 0, DEF } },
	[ROLE_DIM]         = { { 0,     DEF }, { 0, DEF },       { 0, GREY } },
	[ROLE_LABEL]       = { { U,     DEF }, { U, DEF },       { U, DEF } },
	[ROLE_FOCUS]       = { { R,     DEF }, { R, DEF },       { R, DEF } },
	[ROLE_CURSOR]      = { { R,     DEF }, { R, DEF },       { R, DEF } },
	[ROLE_CURSOR_OFF]  = { { B,     DEF }, { B, DEF },       { B, DEF } },
	[ROLE_PIN]         = { { B | U, DEF }, { B, MAGENTA },   { B, VIOLET } },
	[ROLE_NEW]         = { { B,     DEF }, { B, DEF },       { B, TEAL } },
	[ROLE_WARN]        = { { B,     DEF }, { 0, MAGENTA },   { B, ORANGE } },
	[ROLE_CRIT]        = { { B | R, DEF }, { B, RED },       { B, SCARLET } },
	[ROLE_KEY]         = { { B,     DEF }, { B, DEF },       { B, TEAL } },
	[ROLE_PAST]        = { { R,     DEF }, { R, MAGENTA },   { R, VIOLET } },
	[ROLE_DANGER]      = { { B,     DEF }, { B, RED },       { B, SCARLET } },
	[ROLE_UNKNOWN]     = { { 0,     DEF }, { 0, DEF },       { 0, GREY } },
};
// clang-format on

enum theme theme_choose(int colors, bool mono)
{
	if (mono || colors < 8)
		return THEME_MONO;
	return colors == 256 ? THEME_256 : THEME_8;
}

struct style theme_style(enum theme theme, enum role role)
{
	assert((unsigned)theme < THEME_COUNT && (unsigned)role < ROLE_COUNT);
	return styles[role][theme];
}

int theme_palette(int colors, bool mono)
{
	if (mono || colors < 8)
		return 0;
	return colors <= COLOR_MAX + 1 ? colors : 8;
}

/* ---- looks of one's own ----------------------------------------------- */

// clang-format off
static const char *const role_names[ROLE_COUNT] = {
	[ROLE_TEXT] = "text",     [ROLE_DIM] = "dim",       [ROLE_LABEL] = "label",
	[ROLE_FOCUS] = "focus",   [ROLE_CURSOR] = "cursor", [ROLE_CURSOR_OFF] = "cursor-off",
	[ROLE_PIN] = "pin",       [ROLE_NEW] = "new",       [ROLE_WARN] = "warn",
	[ROLE_CRIT] = "crit",     [ROLE_KEY] = "key",       [ROLE_PAST] = "past",
	[ROLE_DANGER] = "danger", [ROLE_UNKNOWN] = "unknown",
};

static const struct {
	const char *name;
	enum style_attr attr;
} attributes[] = {
	{ "bold", STYLE_BOLD }, { "underline", STYLE_UNDERLINE }, { "reverse", STYLE_REVERSE },
};
// clang-format on

const char *role_name(enum role role)
{
	assert((unsigned)role < ROLE_COUNT);
	return role_names[role];
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

/* -1 for what is no number of a colour. */
static int parse_color(const char *s, size_t len)
{
	int n = 0;

	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = n * 10 + (s[i] - '0');
		if (n > COLOR_MAX)
			return -1;
	}
	return n;
}

static bool add_word(struct style *style, const char *s, size_t len)
{
	int color = parse_color(s, len);

	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		if (is_word(s, len, attributes[i].name)) {
			style->attrs |= (uint8_t)attributes[i].attr;
			return true;
		}
	}
	if (color < 0 && !is_word(s, len, "default"))
		return false;
	style->fg = (int16_t)(color < 0 ? STYLE_DEFAULT : color);
	return true;
}

/* Words with a comma between two of them. */
static bool parse_style(const char *s, size_t len, struct style *style)
{
	*style = (struct style){ .fg = STYLE_DEFAULT };
	for (;;) {
		const char *comma = memchr(s, ',', len);
		size_t n = comma != NULL ? (size_t)(comma - s) : len;

		if (!add_word(style, s, n))
			return false;
		if (comma == NULL)
			return true;
		s += n + 1;
		len -= n + 1;
	}
}

/* Returns what is wrong with the entry, or NULL. */
static const char *add_entry(struct theme_own *own, const char *s, size_t len)
{
	const char *equals = memchr(s, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - s) : len;
	struct style style;
	unsigned r = 0;

	while (r < ROLE_COUNT && !is_word(s, name_len, role_names[r]))
		r++;
	if (r == ROLE_COUNT)
		return "no such role";
	if (equals == NULL || !parse_style(equals + 1, len - name_len - 1, &style))
		return "a look is a colour from 0 to 255 or default, bold, underline, reverse";
	own->given[r] = true;
	own->style[r] = style;
	return NULL;
}

int theme_own_add(struct theme_own *own, const char *text, struct err *e)
{
	int rc = 0;

	for (const char *s = text; *s != '\0';) {
		size_t len = strcspn(s, ":");
		const char *wrong = len > 0 ? add_entry(own, s, len) : NULL;

		if (wrong != NULL && rc == 0)
			rc = err_at(e, -EINVAL, (size_t)(s - text), "%s", wrong);
		s += len + (s[len] == ':');
	}
	return rc;
}

void theme_own_print(const struct theme_own *own, enum role role, struct buf *out)
{
	const struct style *style = &own->style[role];
	char before = '=';

	if (!own->given[role])
		return;
	buf_str(out, role_names[role]);
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		if (style->attrs & attributes[i].attr) {
			buf_fmt(out, "%c%s", before, attributes[i].name);
			before = ',';
		}
	}
	if (style->fg != STYLE_DEFAULT)
		buf_fmt(out, "%c%d", before, style->fg);
	else if (style->attrs == 0)
		buf_str(out, "=default");
}

struct style theme_own_style(const struct theme_own *own, enum theme theme, enum role role,
			     int palette)
{
	if (own == NULL || !own->given[role] || own->style[role].fg >= palette)
		return theme_style(theme, role);
	return own->style[role];
}
