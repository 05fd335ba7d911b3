/* SPDX-License-Identifier: MIT */
/*
 * The one door between text from outside and a terminal, a report or a message.
 *
 * Process names, user names, interface names and paths are chosen by whoever runs on the machine.
 * They stay raw in the model. Whatever shows text takes a struct clean, and for foreign bytes only
 * text_clean() makes one, so the compiler finds the place that forgot.
 *
 * The rule: strict UTF-8; bad bytes, C0, DEL, C1, bidi controls, zero-width, tags, variation
 * selectors, blanks and separators other than the space, private use, unassigned and strong
 * right-to-left characters become visible escapes (\n \t \e \xHH \u{202e}), and so does what a
 * terminal joins with its neighbours to another width (regional indicators, skin tones). At most
 * two combining marks stand on a base, none at the start and none on an escape. Escapes are plain
 * ASCII, so the width of the result is always known. A backslash is left as it is, so ASCII that
 * was cleaned stays the same when it is cleaned again; who must tell an escape from a name that
 * spells one reads the raw bytes.
 */
#ifndef SOCKEYE_BASE_TEXT_H
#define SOCKEYE_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

enum text_set {
	TEXT_UTF8,  /* printable characters pass */
	TEXT_ASCII, /* every character beyond ASCII is escaped as well */
};

struct clean {
	const char *s;       /* printable, NUL-terminated */
	uint32_t len, cells; /* bytes; columns on a terminal */
};

/* More bytes of one foreign string than this are not looked at; the result ends in "..." then. */
#define TEXT_MAX 4096

/* Room that text_clean() never exceeds for len bytes: "\xHH" for each, "..." and the NUL. */
#define TEXT_ROOM(len) ((len)*4 + 4)

/*
 * Cleans len bytes into buf. What does not fit in size is left out at a character boundary and the
 * result ends in "...", or in as many dots as fit. The result points into buf; without room for a
 * NUL (size 0) it is "".
 */
struct clean text_clean(const void *bytes, size_t len, enum text_set set, char *buf, size_t size);

/*
 * Vouches for text that this program made itself (formatted numbers, names from its tables): it
 * must be valid UTF-8 without control characters, which is checked by assert.
 */
struct clean text_own(const char *s, size_t len);
#define TEXT_LIT(literal) text_own("" literal, sizeof(literal) - 1)

/*
 * Shortens to at most cells columns. A cut text ends in the ellipsis (one column: U+2026, or ~ in
 * ASCII); a wide character is never halved, so the result may be a column short, and a mark is
 * never parted from its base. With middle the cut is in the middle and both ends stay. Returns t
 * itself when it fits, else text in buf; t.len + 4 bytes are always enough, with less more is cut.
 */
struct clean text_cut(struct clean t, uint32_t cells, enum text_set set, char *buf, size_t size);
struct clean text_cut_middle(struct clean t, uint32_t cells, enum text_set set, char *buf,
			     size_t size);

/*
 * Decodes one character strictly (no overlong forms, no surrogates, nothing above U+10FFFF).
 * Returns its length 1..4, or 0 when the bytes at s are not valid UTF-8.
 */
size_t text_decode(const void *s, size_t len, uint32_t *ch);
/* Returns the bytes written, or 0 for what is no character: a surrogate, or above U+10FFFF. */
size_t text_encode(uint32_t ch, char out[4]);

/* Columns of a character on a terminal: 0, 1 or 2; -1 when it must not be shown as it is. */
int text_width(uint32_t ch);

#endif
