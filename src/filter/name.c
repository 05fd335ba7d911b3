/* SPDX-License-Identifier: MIT */
/* Names: exact, as a glob, or as an extended regular expression. All of them compare bytes. */
#include <errno.h>
#include <locale.h>
#include <string.h>

#include "sockeye/base/mem.h"

#include "check.h"

#define NAME_MAX_LEN 256  /* bytes of a name or a pattern */
#define NAMES_MAX    256  /* in one filter: each is compared with every process, once a snapshot */
#define REPEAT_MAX   16   /* x{16}: as long as the name of a process */
#define REGEX_MAX    1024 /* bytes of them in one filter: the worst take 10 ms for 256 to compile */

/* ---- globs ----------------------------------------------------------- */

/*
 * The bracket expression at p, after its [. Returns what is behind its ], with *hit; NULL when it
 * has none, and then the [ stands for itself.
 */
static const char *match_bracket(const char *p, const char *end, unsigned char c, bool *hit)
{
	bool negated = p < end && (*p == '!' || *p == '^'), found = false;
	const char *first = p += negated;

	for (;;) {
		unsigned char lo, hi;

		if (p < end && *p == ']' && p > first)
			break;
		if (p < end && *p == '\\')
			p++;
		if (p >= end)
			return NULL;
		lo = hi = (unsigned char)*p++;
		if (end - p >= 2 && p[0] == '-' && p[1] != ']') {
			p++;
			if (*p == '\\' && ++p == end)
				return NULL;
			hi = (unsigned char)*p++;
		}
		found = found || (lo <= c && c <= hi);
	}
	*hit = found != negated;
	return p + 1;
}

/* A letter of the other case (ASCII); another character as it is. */
static char other_case(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? (char)(c ^ 0x20) : c;
}

/* One character of the pattern against c. Returns what is behind it, NULL for a mismatch. */
static const char *match_one(const char *p, const char *end, char c, bool fold)
{
	if (*p == '?')
		return p + 1;
	if (*p == '[') {
		bool hit;
		const char *behind = match_bracket(p + 1, end, (unsigned char)c, &hit);

		if (behind != NULL && !hit && fold)
			match_bracket(p + 1, end, (unsigned char)other_case(c), &hit);
		if (behind != NULL)
			return hit ? behind : NULL;
	} else if (*p == '\\' && p + 1 < end) {
		p++;
	}
	return *p == c || (fold && *p == other_case(c)) ? p + 1 : NULL;
}

/* The last star takes back one character at a time: no more than strlen(p) * len steps. */
static bool glob_matches(const char *p, size_t p_len, const char *s, size_t len, bool fold)
{
	const char *end = p + p_len, *s_end = s + len;
	const char *star = NULL, *again = NULL;

	while (s < s_end || p < end) {
		const char *next = NULL;

		if (p < end && *p == '*') {
			star = ++p;
			again = s;
			continue;
		}
		if (p < end && s < s_end)
			next = match_one(p, end, *s, fold);
		if (next != NULL) {
			p = next;
			s++;
		} else if (star != NULL && again < s_end) {
			p = star;
			s = ++again;
		} else {
			return false;
		}
	}
	return true;
}

/* ---- regular expressions --------------------------------------------- */

/*
 * The user's locale decides neither what a character is nor what language errors are in; but for want of
 * another one it stays.
 */
static locale_t enter_c_locale(locale_t *c)
{
	*c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	return uselocale(*c);
}

static void leave_c_locale(locale_t c, locale_t old)
{
	uselocale(old);
	if (c != (locale_t)0)
		freelocale(c);
}

/* Behind the bracket expression that begins at s[at]. */
static size_t skip_bracket(const char *s, size_t len, size_t at)
{
	at++;
	if (at < len && s[at] == '^')
		at++;
	if (at < len && s[at] == ']')
		at++;
	while (at < len && s[at] != ']') {
		char kind = '\0';

		if (s[at] == '[' && at + 1 < len)
			kind = s[at + 1];
		if (kind == ':' || kind == '.' || kind == '=') {
			for (at += 2; at + 1 < len && (s[at] != kind || s[at + 1] != ']'); at++)
				;
			at++;
		}
		at++;
	}
	return at < len ? at + 1 : len;
}

/* Behind the {} that begins at s[at]; *largest is the largest number in it. */
static size_t skip_bounds(const char *s, size_t len, size_t at, unsigned *largest)
{
	unsigned n = 0;

	*largest = 0;
	for (at++; at < len && s[at] != '}'; at++) {
		if (s[at] < '0' || s[at] > '9')
			n = 0;
		else if (n <= REPEAT_MAX)
			n = n * 10 + (unsigned)(s[at] - '0');
		if (n > *largest)
			*largest = n;
	}
	return at < len ? at + 1 : len;
}

/*
 * What a regular expression may not hold, or NULL: back references, which are searched for in
 * exponential time, and repeats of repeats, which grow in memory with every level.
 */
static const char *regex_fault(const char *s, size_t len)
{
	bool repeats[NAME_MAX_LEN + 1] = { false }; /* by level: a repeat is within */
	bool after = false;                         /* what stands before holds a repeat */
	unsigned level = 0, bound;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '*' || c == '+' || c == '{') {
			if (after)
				return "a repeat of a repeat is not taken";
			after = repeats[level] = true;
			if (c != '{')
				continue;
			i = skip_bounds(s, len, i, &bound) - 1;
			if (bound > REPEAT_MAX)
				return "more than 16 repeats are not taken";
		} else if (c == ')' && level > 0) {
			after = repeats[level--];
			repeats[level] = repeats[level] || after;
		} else if (c != '?') {
			after = false;
			if (c == '(')
				repeats[++level] = false;
			else if (c == '[')
				i = skip_bracket(s, len, i) - 1;
			else if (c == '\\' && ++i < len && s[i] >= '1' && s[i] <= '9')
				return "a back reference is not taken";
		}
	}
	return NULL;
}

static int compile_regex(struct name *n, const struct token *operand, struct err *e)
{
	const char *fault = regex_fault(n->text, n->len);
	char text[128];
	locale_t c, old;
	int rc;

	if (fault != NULL)
		return err_at(e, -EINVAL, operand->pos, "%s in a regular expression", fault);
	old = enter_c_locale(&c);
	rc = regcomp(&n->regex, n->text, REG_EXTENDED | REG_NOSUB);
	if (rc != 0)
		regerror(rc, &n->regex, text, sizeof(text));
	leave_c_locale(c, old);
	if (rc != 0)
		return err_at(e, -EINVAL, operand->pos, "not a regular expression: %s", text);
	n->kind = NAME_REGEX;
	return 0;
}

static bool regex_matches(const regex_t *regex, const char *s)
{
	locale_t c, old;
	int rc;

	old = enter_c_locale(&c);
	rc = regexec(regex, s, 0, NULL, 0);
	leave_c_locale(c, old);
	return rc == 0;
}

/* ---- both ------------------------------------------------------------ */

int name_read(struct tree *t, const struct token *operand, struct cond *c, struct err *e)
{
	bool regex = c->cmp == CMP_LIKE || c->cmp == CMP_UNLIKE;
	struct buf glob = { 0 };
	struct name *n;

	if (operand->len > NAME_MAX_LEN)
		return err_at(e, -EINVAL, operand->pos, "longer than %d bytes", NAME_MAX_LEN);
	if (t->n_name == NAMES_MAX)
		return err_at(e, -EINVAL, operand->pos, "more than %d names in one filter",
			      NAMES_MAX);
	c->arg = t->n_name;
	if (regex && (t->regex_bytes += (uint32_t)operand->len) > REGEX_MAX)
		return err_at(e, -EINVAL, operand->pos,
			      "more than %d bytes of regular expressions in one filter", REGEX_MAX);
	n = tree_add_name(t);
	n->len = operand->len;
	if (!regex && token_glob(operand, &glob)) {
		n->kind = NAME_GLOB;
		n->len = glob.len;
		n->text = xmemdup(glob.s, glob.len);
	} else {
		n->text = xmemdup(operand->s, operand->len);
	}
	buf_free(&glob);
	return regex ? compile_regex(n, operand, e) : 0;
}

static bool folds_to(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i] && a[i] != other_case(b[i]))
			return false;
	return true;
}

bool name_matches(const struct name *n, const char *s, size_t len)
{
	switch (n->kind) {
	case NAME_EXACT:
		return n->len == len &&
		       (memcmp(n->text, s, len) == 0 || (n->fold && folds_to(n->text, s, len)));
	case NAME_GLOB:
		return glob_matches(n->text, n->len, s, len, n->fold);
	case NAME_REGEX:
		return regex_matches(&n->regex, s);
	}
	return false;
}

static void print_quoted(const struct name *n, struct buf *out)
{
	buf_char(out, '"');
	for (size_t i = 0; i < n->len; i++) {
		if (n->text[i] == '"' || n->text[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, n->text[i]);
	}
	buf_char(out, '"');
}

static void print_glob(const struct name *n, struct buf *out)
{
	for (size_t i = 0; i < n->len; i++) {
		if (n->text[i] == '\\' && i + 1 < n->len)
			buf_char(out, n->text[i++]);
		else if (n->text[i] != '!' && lex_is_special(n->text[i]))
			buf_char(out, '\\');
		buf_char(out, n->text[i]);
	}
}

/* Whether an exact name can stand without quotes and be neither a keyword, a glob nor a number. */
static bool is_plain(const struct name *n)
{
	bool letter = false;

	for (size_t i = 0; i < n->len; i++) {
		char c = n->text[i];

		letter = letter || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (strchr("*?[,:", c) != NULL || lex_is_special(c) || (signed char)c <= ' ')
			return false;
	}
	return letter && !lex_is_keyword(n->text, n->len);
}

void name_print(const struct name *n, struct buf *out)
{
	if (n->kind == NAME_GLOB)
		print_glob(n, out);
	else if (n->kind == NAME_EXACT && is_plain(n))
		buf_add(out, n->text, n->len);
	else
		print_quoted(n, out);
}
