/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <assert.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../fuzz/fuzz.h"
#include "sockeye/base/mem.h"
#include "sockeye/base/text.h"

/* U+00E9, without a NUL. */
static const char e_acute[] = { '\xc3', '\xa9' };

struct clean_case {
	const char *what, *bytes, *text;
	uint32_t cells;
};

/* With a buffer of exactly the promised size, so that a sanitizer sees any byte beyond. */
static void check_case(const char *what, const char *bytes, size_t len, enum text_set set,
		       const char *text, uint32_t cells)
{
	char *buf = malloc(TEXT_ROOM(len));
	struct clean t = text_clean(bytes, len, set, buf, TEXT_ROOM(len));

	if (strcmp(t.s, text) != 0 || t.len != strlen(text) || t.cells != cells)
		fail_msg("%s: \"%s\" of %u bytes, %u columns", what, t.s, t.len, t.cells);
	assert_ptr_equal(t.s, buf);
	free(buf);
}

static void assert_clean(const char *bytes, size_t len, enum text_set set, const char *text,
			 uint32_t cells)
{
	check_case(text, bytes, len, set, text, cells);
}

static void check_table(const struct clean_case *table, size_t count, enum text_set set)
{
	for (size_t i = 0; i < count; i++)
		check_case(table[i].what, table[i].bytes, strlen(table[i].bytes), set,
			   table[i].text, table[i].cells);
}

static void test_text_each_single_byte(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		char c = (char)byte, text[8];

		if (byte >= ' ' && byte <= '~')
			snprintf(text, sizeof(text), "%c", c);
		else if (byte == '\n' || byte == '\t' || byte == 0x1b)
			snprintf(text, sizeof(text), "\\%c",
				 byte == '\n'   ? 'n'
				 : byte == '\t' ? 't'
						: 'e');
		else
			snprintf(text, sizeof(text), "\\x%02x", byte);
		assert_clean(&c, 1, TEXT_UTF8, text, (uint32_t)strlen(text));
		assert_clean(&c, 1, TEXT_ASCII, text, (uint32_t)strlen(text));
	}
}

static void test_text_shows_what_is_printable(void **state)
{
	static const struct clean_case table[] = {
		{ "nothing", "", "", 0 },
		{ "a name", "kworker/0:1-events", "kworker/0:1-events", 18 },
		{ "blanks at both ends", " a b ", " a b ", 5 },
		{ "a backslash", "a\\nb\\", "a\\nb\\", 5 },
		{ "Latin", "caf\xc3\xa9", "caf\xc3\xa9", 4 },
		{ "Greek and Cyrillic", "\xce\xb1\xd0\x96", "\xce\xb1\xd0\x96", 2 },
		{ "ambiguous width", "\xc2\xa7\xe2\x94\x82\xe2\x80\xa6",
		  "\xc2\xa7\xe2\x94\x82\xe2\x80\xa6", 3 },
		{ "Chinese", "\xe6\xb8\xac\xe8\xa9\xa6", "\xe6\xb8\xac\xe8\xa9\xa6", 4 },
		{ "Hangul", "\xed\x95\x9c", "\xed\x95\x9c", 2 },
		{ "Hangul in parts", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
		  "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2 },
		{ "full width", "\xef\xbc\xa1", "\xef\xbc\xa1", 2 },
		{ "half width", "\xef\xbd\xb1", "\xef\xbd\xb1", 1 },
		{ "emoji", "\xf0\x9f\x90\x9f", "\xf0\x9f\x90\x9f", 2 },
		{ "beyond the first plane", "\xf0\xa0\x80\x80", "\xf0\xa0\x80\x80", 2 },
		{ "one mark", "e\xcc\x81x", "e\xcc\x81x", 2 },
		{ "two marks", "e\xcc\x81\xcc\xa3x", "e\xcc\x81\xcc\xa3x", 2 },
	};

	(void)state;
	check_table(table, ARRAY_SIZE(table), TEXT_UTF8);
}

static void test_text_escapes_what_is_not(void **state)
{
	static const struct clean_case table[] = {
		{ "terminal control", "\x1b[2J\x07", "\\e[2J\\x07", 9 },
		{ "C1 as UTF-8",
		  "\xc2\x9b"
		  "31m",
		  "\\u{9b}31m", 9 },
		{ "C1 raw",
		  "\x9b"
		  "31m",
		  "\\x9b31m", 7 },
		{ "next line", "\xc2\x85", "\\u{85}", 6 },
		{ "no-break space",
		  "a\xc2\xa0"
		  "b",
		  "a\\u{a0}b", 8 },
		{ "ideographic space", "\xe3\x80\x80", "\\u{3000}", 8 },
		{ "Braille blank", "\xe2\xa0\x80", "\\u{2800}", 8 },
		{ "soft hyphen", "\xc2\xad", "\\u{ad}", 6 },
		{ "line separator", "\xe2\x80\xa8", "\\u{2028}", 8 },
		{ "paragraph separator", "\xe2\x80\xa9", "\\u{2029}", 8 },
		{ "left-to-right mark", "\xe2\x80\x8e", "\\u{200e}", 8 },
		{ "right-to-left mark", "\xe2\x80\x8f", "\\u{200f}", 8 },
		{ "Arabic letter mark", "\xd8\x9c", "\\u{61c}", 7 },
		{ "embedding", "\xe2\x80\xaa", "\\u{202a}", 8 },
		{ "override", "\xe2\x80\xae", "\\u{202e}", 8 },
		{ "isolate", "\xe2\x81\xa6", "\\u{2066}", 8 },
		{ "end of isolate", "\xe2\x81\xa9", "\\u{2069}", 8 },
		{ "zero width space", "\xe2\x80\x8b", "\\u{200b}", 8 },
		{ "joiner", "\xe2\x80\x8d", "\\u{200d}", 8 },
		{ "word joiner", "\xe2\x81\xa0", "\\u{2060}", 8 },
		{ "byte order mark", "\xef\xbb\xbf", "\\u{feff}", 8 },
		{ "grapheme joiner", "a\xcd\x8f", "a\\u{34f}", 8 },
		{ "Hangul filler", "\xe3\x85\xa4", "\\u{3164}", 8 },
		{ "variation selector", "a\xef\xb8\x8f", "a\\u{fe0f}", 9 },
		{ "variation selector 17", "\xf3\xa0\x84\x80", "\\u{e0100}", 9 },
		{ "language tag", "\xf3\xa0\x80\x81", "\\u{e0001}", 9 },
		{ "tag letter", "\xf3\xa0\x81\xa1", "\\u{e0061}", 9 },
		{ "private use", "\xee\x80\x80", "\\u{e000}", 8 },
		{ "private use, last", "\xf4\x8f\xbf\xbd", "\\u{10fffd}", 10 },
		{ "no character", "\xef\xbf\xbf", "\\u{ffff}", 8 },
		{ "unassigned", "\xcd\xb8", "\\u{378}", 7 },
		{ "Hebrew", "\xd7\x90", "\\u{5d0}", 7 },
		{ "Hebrew point", "a\xd6\xb4", "a\\u{5b4}", 8 },
		{ "Arabic", "\xd8\xa7", "\\u{627}", 7 },
		{ "Arabic digit", "\xd9\xa1", "\\u{661}", 7 },
		{ "Syriac", "\xdc\x90", "\\u{710}", 7 },
		{ "Thaana", "\xde\x80", "\\u{780}", 7 },
		{ "NKo", "\xdf\x8a", "\\u{7ca}", 7 },
		{ "Hebrew presentation", "\xef\xac\x9d", "\\u{fb1d}", 8 },
		{ "Arabic presentation", "\xef\xb7\xba", "\\u{fdfa}", 8 },
		{ "Arabic presentation B", "\xef\xba\x8d", "\\u{fe8d}", 8 },
		{ "Cypriot", "\xf0\x90\xa0\x80", "\\u{10800}", 9 },
		{ "Adlam", "\xf0\x9e\xa4\x80", "\\u{1e900}", 9 },
		{ "Arabic mathematics", "\xf0\x9e\xb8\x80", "\\u{1ee00}", 9 },
		{ "a flag", "\xf0\x9f\x87\xa9", "\\u{1f1e9}", 9 },
		{ "skin tone", "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xf0\x9f\x91\x8d\\u{1f3fd}",
		  11 },
		{ "joined emoji", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
		  "\xf0\x9f\x91\xa9\\u{200d}\xf0\x9f\x92\xbb", 12 },
		{ "mark at the start",
		  "\xcc\x81"
		  "a",
		  "\\u{301}a", 8 },
		{ "mark on an escape", "\n\xcc\x81", "\\n\\u{301}", 9 },
		{ "third mark", "e\xcc\x81\xcc\xa3\xcc\x82\xcc\x83x",
		  "e\xcc\x81\xcc\xa3\\u{302}\\u{303}x", 16 },
	};

	(void)state;
	check_table(table, ARRAY_SIZE(table), TEXT_UTF8);
}

static void test_text_refuses_bad_utf8(void **state)
{
	static const struct clean_case table[] = {
		{ "overlong slash", "\xc0\xaf", "\\xc0\\xaf", 8 },
		{ "overlong NUL", "\xc0\x80", "\\xc0\\x80", 8 },
		{ "overlong, last of two", "\xc1\xbf", "\\xc1\\xbf", 8 },
		{ "overlong in three", "\xe0\x80\xaf", "\\xe0\\x80\\xaf", 12 },
		{ "overlong in three, last", "\xe0\x9f\xbf", "\\xe0\\x9f\\xbf", 12 },
		{ "overlong in four", "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf", 16 },
		{ "overlong in four, last", "\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf", 16 },
		{ "first surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80", 12 },
		{ "last surrogate", "\xed\xbf\xbf", "\\xed\\xbf\\xbf", 12 },
		{ "a pair of them", "\xed\xa0\xbd\xed\xb0\x9f", "\\xed\\xa0\\xbd\\xed\\xb0\\x9f",
		  24 },
		{ "above the last plane", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 16 },
		{ "five bytes", "\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80", 20 },
		{ "never in UTF-8", "\xfe\xff", "\\xfe\\xff", 8 },
		{ "continuation alone", "\x80z\xbf", "\\x80z\\xbf", 9 },
		{ "start before a start", "\xc3\xc3\xa9", "\\xc3\xc3\xa9", 5 },
		{ "good after bad", "\xe2\x82\xc3\xa9", "\\xe2\\x82\xc3\xa9", 9 },
	};

	(void)state;
	check_table(table, ARRAY_SIZE(table), TEXT_UTF8);
}

/* Each beginning of a character: at the end of the text, before a letter, before another. */
static void test_text_truncated_at_each_position(void **state)
{
	static const char *const whole[] = { "\xc3\xa9", "\xe6\xb8\xac", "\xf0\x9f\x90\x9f" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		for (size_t len = 1; len < strlen(whole[i]); len++) {
			char bytes[16] = "", text[64] = "";
			uint32_t ch;

			memcpy(bytes, whole[i], len);
			for (size_t k = 0; k < len; k++)
				snprintf(text + k * 4, 5, "\\x%02x", (unsigned char)whole[i][k]);
			assert_clean(bytes, len, TEXT_UTF8, text, (uint32_t)len * 4);
			assert_int_equal(text_decode(bytes, len, &ch), 0);
			/* The bytes after the end are there, and must not be looked at. */
			assert_int_equal(text_decode(whole[i], len, &ch), 0);
			bytes[len] = 'a';
			text[len * 4] = 'a';
			assert_clean(bytes, len + 1, TEXT_UTF8, text, (uint32_t)len * 4 + 1);
			memcpy(bytes + len, e_acute, sizeof(e_acute));
			memcpy(text + len * 4, e_acute, sizeof(e_acute));
			assert_clean(bytes, len + 2, TEXT_UTF8, text, (uint32_t)len * 4 + 1);
		}
	}
}

static void test_text_nul_inside(void **state)
{
	(void)state;
	assert_clean("a\0b", 3, TEXT_UTF8, "a\\x00b", 6);
	assert_clean("\0", 1, TEXT_ASCII, "\\x00", 4);
}

static void test_text_ascii_escapes_all_else(void **state)
{
	static const struct clean_case table[] = {
		{ "letters", "plain ~", "plain ~", 7 },
		{ "Latin", "caf\xc3\xa9", "caf\\u{e9}", 9 },
		{ "wide", "\xe6\xb8\xac", "\\u{6e2c}", 8 },
		{ "emoji", "\xf0\x9f\x90\x9f", "\\u{1f41f}", 9 },
		{ "mark", "e\xcc\x81", "e\\u{301}", 8 },
		{ "bad byte", "\xff", "\\xff", 4 },
		{ "control", "\x1b\x7f", "\\e\\x7f", 6 },
	};

	(void)state;
	check_table(table, ARRAY_SIZE(table), TEXT_ASCII);
}

static void test_text_round_trip_of_all_characters(void **state)
{
	(void)state;
	for (uint32_t ch = 0; ch < 0x110100; ch++) {
		bool valid = ch < 0xd800 || (ch > 0xdfff && ch < 0x110000);
		char bytes[4];
		size_t len = text_encode(ch, bytes);
		uint32_t back = ~ch;

		assert_true(valid == !!len);
		assert_true(text_decode(bytes, len, &back) == len);
		assert_true(!valid || back == ch);
	}
}

static void test_text_width_of_samples(void **state)
{
	static const struct {
		uint32_t first, last;
		int width;
	} table[] = {
		{ 0x0, 0x1f, -1 },          { 0x20, 0x7e, 1 },
		{ 0x7f, 0xa0, -1 },         { 0xa1, 0xac, 1 },
		{ 0xae, 0x2ff, 1 },         { 0x300, 0x34e, 0 },
		{ 0x590, 0x8ff, -1 },       { 0xe31, 0xe31, 0 },
		{ 0x1100, 0x115e, 2 },      { 0x115f, 0x1160, -1 },
		{ 0x1161, 0x11ff, 0 },      { 0x2000, 0x200f, -1 },
		{ 0x2010, 0x2027, 1 },      { 0x20d0, 0x20f0, 0 },
		{ 0x2500, 0x259f, 1 },      { 0x2e80, 0x2e99, 2 },
		{ 0x3041, 0x3096, 2 },      { 0x3099, 0x309a, 0 },
		{ 0x4e00, 0x9fff, 2 },      { 0xac00, 0xd7a3, 2 },
		{ 0xd7a4, 0xf8ff, -1 },     { 0xfb1d, 0xfe0f, -1 },
		{ 0xfe20, 0xfe2f, 0 },      { 0xff01, 0xff60, 2 },
		{ 0xff61, 0xff9f, 1 },      { 0x10800, 0x10fff, -1 },
		{ 0x1e800, 0x1efff, -1 },   { 0x1f1e6, 0x1f1ff, -1 },
		{ 0x1f600, 0x1f64f, 2 },    { 0x20000, 0x2a6df, 2 },
		{ 0x31350, 0x323af, 2 },    { 0xe0000, 0x10ffff, -1 },
		{ 0x110000, 0x110010, -1 }, { UINT32_MAX, UINT32_MAX, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		for (uint64_t ch = table[i].first; ch <= table[i].last; ch++)
			assert_int_equal(text_width((uint32_t)ch), table[i].width);
	}
}

/* A range lost or out of order changes one of these: so many characters has Unicode 15.0. */
static void test_text_width_sums(void **state)
{
	unsigned count[4] = { 0 };

	(void)state;
	for (uint32_t ch = 0; ch < 0x110000; ch++)
		count[text_width(ch) + 1]++;
	assert_int_equal(count[0], 968919);
	assert_int_equal(count[1], 1603);
	assert_int_equal(count[2], 22195);
	assert_int_equal(count[3], 121395);
}

static void test_text_any_small_buffer(void **state)
{
	static const char *const texts[] = {
		"",
		"a",
		"abc",
		"abcd",
		"\x1b[2J",
		"\xe6\xb8\xac\xe8\xa9\xa6",
		"e\xcc\x81\xcc\xa3x\xcc\x81",
		"\xff\xff\xff",
		"\xf3\xa0\x80\x81zz",
		"name-of-many-letters",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		size_t len = strlen(texts[i]);
		char whole[128];
		struct clean full = text_clean(texts[i], len, TEXT_UTF8, whole, sizeof(whole));

		for (size_t size = 0; size < 64; size++) {
			char *buf = size ? malloc(size) : NULL;
			struct clean t = text_clean(texts[i], len, TEXT_UTF8, buf, size);
			size_t dots = size > 3 ? 3 : size ? size - 1 : 0;

			assert_int_equal(strlen(t.s), t.len);
			assert_true(t.len < size || !size);
			if (size > full.len) {
				assert_string_equal(t.s, full.s);
				assert_int_equal(t.cells, full.cells);
			} else {
				assert_true(t.len >= dots);
				assert_memory_equal(t.s + t.len - dots, "...", dots);
				assert_memory_equal(t.s, full.s, t.len - dots);
			}
			free(buf);
		}
	}
}

static void test_text_cut_off_at_a_character(void **state)
{
	char buf[9];
	struct clean t;

	(void)state;
	t = text_clean("abcdefgh", 8, TEXT_UTF8, buf, sizeof(buf));
	assert_string_equal(t.s, "abcdefgh");
	t = text_clean("abcdefghi", 9, TEXT_UTF8, buf, sizeof(buf));
	assert_string_equal(t.s, "abcde...");
	assert_int_equal(t.cells, 8);
	t = text_clean("abc\x01xyz", 7, TEXT_UTF8, buf, sizeof(buf));
	assert_string_equal(t.s, "abc...");
	t = text_clean("ab\xe6\xb8\xac\xe8\xa9\xa6z", 9, TEXT_UTF8, buf, sizeof(buf));
	assert_string_equal(t.s, "ab\xe6\xb8\xac...");
	assert_int_equal(t.cells, 7);
	/* The mark would fit, the dots behind it would not. */
	t = text_clean("abcde\xcc\x81xyz", 10, TEXT_UTF8, buf, sizeof(buf));
	assert_string_equal(t.s, "abcd...");
}

static void test_text_limit_of_what_is_looked_at(void **state)
{
	size_t size = TEXT_ROOM(3 * TEXT_MAX);
	char *bytes = malloc(TEXT_MAX + 8), *buf = malloc(size);
	struct clean t;

	(void)state;
	memset(bytes, 'a', TEXT_MAX + 8);
	t = text_clean(bytes, TEXT_MAX, TEXT_UTF8, buf, size);
	assert_int_equal(t.len, TEXT_MAX);
	t = text_clean(bytes, TEXT_MAX + 1, TEXT_UTF8, buf, size);
	assert_int_equal(t.len, TEXT_MAX + 3);
	assert_int_equal(t.cells, TEXT_MAX + 3);
	assert_string_equal(t.s + TEXT_MAX - 1, "a...");
	/* A character over the limit is taken whole. */
	memcpy(bytes + TEXT_MAX - 1, e_acute, sizeof(e_acute));
	t = text_clean(bytes, TEXT_MAX + 1, TEXT_UTF8, buf, size);
	assert_string_equal(t.s + TEXT_MAX - 2, "a\xc3\xa9");
	memset(bytes, '\xff', TEXT_MAX + 8);
	t = text_clean(bytes, TEXT_MAX, TEXT_UTF8, buf, TEXT_ROOM(TEXT_MAX));
	assert_int_equal(t.len, 4 * TEXT_MAX);
	t = text_clean(bytes, TEXT_MAX + 8, TEXT_UTF8, buf, size);
	assert_string_equal(t.s + (size_t)4 * TEXT_MAX - 4, "\\xff...");
	free(bytes);
	free(buf);
}

static void test_text_knows_no_locale(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_ALL, "C"));
	assert_clean("\xc3\xa9\xe6\xb8\xac", 5, TEXT_UTF8, "\xc3\xa9\xe6\xb8\xac", 3);
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return;
	assert_clean("\xc3\xa9\xe6\xb8\xac", 5, TEXT_UTF8, "\xc3\xa9\xe6\xb8\xac", 3);
	setlocale(LC_ALL, "C");
}

static void test_text_own_counts(void **state)
{
	struct clean t = TEXT_LIT("caf\xc3\xa9 \xe6\xb8\xac");

	(void)state;
	assert_int_equal(t.len, 9);
	assert_int_equal(t.cells, 7);
	assert_int_equal(TEXT_LIT("").len, 0);
}

#ifndef NDEBUG
static void assert_own_aborts(const char *text)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		signal(SIGABRT, SIG_DFL);
		fclose(stderr);
		text_own(text, strlen(text));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}
#endif

static void test_text_own_vouches_for_nothing_bad(void **state)
{
	(void)state;
#ifdef NDEBUG
	skip();
#else
	assert_own_aborts("a\x1b[m");
	assert_own_aborts("\xff");
	assert_own_aborts("\xe2\x80\xae");
#endif
}

struct cut_case {
	const char *text;
	uint32_t cells;
	const char *end, *middle;
	uint32_t end_cells, middle_cells;
};

static void check_cuts(const struct cut_case *table, size_t count, enum text_set set)
{
	for (size_t i = 0; i < count; i++) {
		struct clean t = text_own(table[i].text, strlen(table[i].text)), cut;
		char *buf = malloc(t.len + 4);

		cut = text_cut(t, table[i].cells, set, buf, t.len + 4);
		assert_string_equal(cut.s, table[i].end);
		assert_int_equal(cut.len, strlen(cut.s));
		assert_int_equal(cut.cells, table[i].end_cells);
		cut = text_cut_middle(t, table[i].cells, set, buf, t.len + 4);
		assert_string_equal(cut.s, table[i].middle);
		assert_int_equal(cut.len, strlen(cut.s));
		assert_int_equal(cut.cells, table[i].middle_cells);
		if (t.cells <= table[i].cells)
			assert_ptr_equal(cut.s, t.s);
		free(buf);
	}
}

#define DOTS   "\xe2\x80\xa6"
#define WIDE   "\xe6\xb8\xac"
#define MARKED "e\xcc\x81"

static void test_text_cut_at_the_end_and_in_the_middle(void **state)
{
	static const struct cut_case table[] = {
		{ "", 0, "", "", 0, 0 },
		{ "abc", 3, "abc", "abc", 3, 3 },
		{ "abcd", 3, "ab" DOTS, "a" DOTS "d", 3, 3 },
		{ "abcdefgh", 6, "abcde" DOTS, "abc" DOTS "gh", 6, 6 },
		{ "abcdefgh", 1, DOTS, DOTS, 1, 1 },
		{ "abcdefgh", 2, "a" DOTS, "a" DOTS, 2, 2 },
		{ "abcdefgh", 0, "", "", 0, 0 },
		{ WIDE WIDE WIDE, 6, WIDE WIDE WIDE, WIDE WIDE WIDE, 6, 6 },
		{ WIDE WIDE WIDE, 5, WIDE WIDE DOTS, WIDE DOTS WIDE, 5, 5 },
		/* Half of one would fit: a column stays free. */
		{ WIDE WIDE WIDE, 4, WIDE DOTS, WIDE DOTS, 3, 3 },
		{ WIDE WIDE WIDE, 2, DOTS, DOTS, 1, 1 },
		/* What the head cannot use, the tail may. */
		{ "a" WIDE "bcdef", 5, "a" WIDE "b" DOTS, "a" DOTS "def", 5, 5 },
		{ MARKED MARKED MARKED, 2, MARKED DOTS, MARKED DOTS, 2, 2 },
		{ MARKED MARKED MARKED MARKED, 3, MARKED MARKED DOTS, MARKED DOTS MARKED, 3, 3 },
	};

	(void)state;
	check_cuts(table, ARRAY_SIZE(table), TEXT_UTF8);
}

static void test_text_cut_in_ascii(void **state)
{
	static const struct cut_case table[] = {
		{ "abcd", 3, "ab~", "a~d", 3, 3 },
		{ "abcdefgh", 1, "~", "~", 1, 1 },
		{ "/run/user/1000/bus", 9, "/run/use~", "/run~/bus", 9, 9 },
	};

	(void)state;
	check_cuts(table, ARRAY_SIZE(table), TEXT_ASCII);
}

static void test_text_cut_in_a_small_buffer(void **state)
{
	struct clean t = TEXT_LIT("abc" WIDE MARKED "defghijk");

	(void)state;
	for (size_t size = 0; size < 24; size++) {
		for (uint32_t cells = 0; cells < t.cells; cells++) {
			char *buf = size ? malloc(size) : NULL;
			struct clean cut = text_cut(t, cells, TEXT_UTF8, buf, size);

			assert_true(cut.len < size || !cut.len);
			assert_int_equal(strlen(cut.s), cut.len);
			assert_int_equal(text_own(cut.s, cut.len).cells, cut.cells);
			cut = text_cut_middle(t, cells, TEXT_UTF8, buf, size);
			assert_true(cut.len < size || !cut.len);
			assert_int_equal(strlen(cut.s), cut.len);
			assert_int_equal(text_own(cut.s, cut.len).cells, cut.cells);
			free(buf);
		}
	}
}

/* Pieces that meet badly, and plain bytes between them. */
static size_t random_bytes(uint64_t *random, uint8_t *bytes, size_t max)
{
	static const char *const piece[] = {
		WIDE,           MARKED,     "\xcc\x81",         DOTS,
		"\x1b[",        "~",        "\xf0\x9f\x90\x9f", "\xe2\x80\xae",
		"\xed\xa0\x80", "\xc0\x80", "\xf0\x9f",         "name",
		"\\",           "\n",
	};
	size_t len = 0, want = test_random(random) % max;

	while (len < want) {
		uint64_t n = test_random(random);
		const char *s = piece[(n >> 8) % ARRAY_SIZE(piece)];

		if (n % 2)
			bytes[len++] = (uint8_t)(n >> 16);
		else
			while (*s && len < max)
				bytes[len++] = (uint8_t)*s++;
	}
	return len;
}

/* The properties themselves are those of the fuzz target. */
static void test_text_properties_of_random_bytes(void **state)
{
	uint64_t random = test_seed();

	(void)state;
	for (int i = 0; i < 30000; i++) {
		size_t max = i % 100 ? 80 : 6000, len;
		uint8_t *bytes = malloc(max), *exact;

		len = random_bytes(&random, bytes, max);
		exact = malloc(len ? len : 1);
		memcpy(exact, bytes, len);
		LLVMFuzzerTestOneInput(exact, len);
		free(exact);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_each_single_byte),
		cmocka_unit_test(test_text_shows_what_is_printable),
		cmocka_unit_test(test_text_escapes_what_is_not),
		cmocka_unit_test(test_text_refuses_bad_utf8),
		cmocka_unit_test(test_text_truncated_at_each_position),
		cmocka_unit_test(test_text_nul_inside),
		cmocka_unit_test(test_text_ascii_escapes_all_else),
		cmocka_unit_test(test_text_round_trip_of_all_characters),
		cmocka_unit_test(test_text_width_of_samples),
		cmocka_unit_test(test_text_width_sums),
		cmocka_unit_test(test_text_any_small_buffer),
		cmocka_unit_test(test_text_cut_off_at_a_character),
		cmocka_unit_test(test_text_limit_of_what_is_looked_at),
		cmocka_unit_test(test_text_knows_no_locale),
		cmocka_unit_test(test_text_own_counts),
		cmocka_unit_test(test_text_own_vouches_for_nothing_bad),
		cmocka_unit_test(test_text_cut_at_the_end_and_in_the_middle),
		cmocka_unit_test(test_text_cut_in_ascii),
		cmocka_unit_test(test_text_cut_in_a_small_buffer),
		cmocka_unit_test(test_text_properties_of_random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
