/* SPDX-License-Identifier: MIT */
#include "lex.h"

#include <errno.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/names.h"

/* The longer ones first. */
static const struct {
	char text[3];
	enum token_kind kind;
} symbols[] = {
	{ "==", TOK_EQ },  { "!=", TOK_NE },  { ">=", TOK_GE },     { "<=", TOK_LE },
	{ "&&", TOK_AND }, { "||", TOK_OR },  { "!~", TOK_UNLIKE }, { "=", TOK_EQ },
	{ ">", TOK_GT },   { "<", TOK_LT },   { "&", TOK_AND },     { "|", TOK_OR },
	{ "!", TOK_NOT },  { "~", TOK_LIKE }, { "(", TOK_OPEN },    { ")", TOK_CLOSE },
};

static const struct {
	const char *word;
	enum token_kind kind;
} keywords[] = {
	{ "and", TOK_AND },
	{ "or", TOK_OR },
	{ "not", TOK_NOT },
};

/* Only where an operator can stand: "comm = lt" is a program. */
static const struct {
	const char *word;
	enum token_kind kind;
} operators[] = {
	{ "eq", TOK_EQ }, { "ne", TOK_NE },  { "neq", TOK_NE }, { "ge", TOK_GE }, { "geq", TOK_GE },
	{ "le", TOK_LE }, { "leq", TOK_LE }, { "gt", TOK_GT },  { "lt", TOK_LT },
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool lex_is_special(char c)
{
	return is_blank(c) || c == '\0' || strchr("()=<>&|~!\"\\", c) != NULL;
}

/* Whether a word ends before text[at]. The ! of [!a]* is not the operator. */
static bool ends_word(const struct lexer *l, size_t at)
{
	char c = l->text[at];

	if (c == '!')
		return at == l->at || l->text[at - 1] != '[';
	return is_blank(c) || (c != '\0' && strchr("()=<>&|~", c) != NULL);
}

/* A line whose first character is # is a remark, as in the files that ss -F reads. */
static void skip_blanks(struct lexer *l)
{
	bool first = l->at == 0;

	for (; l->at < l->len; l->at++) {
		char c = l->text[l->at];

		if (c == '#' && first) {
			const char *end = memchr(l->text + l->at, '\n', l->len - l->at);

			if (end == NULL)
				l->at = l->len - 1;
			else
				l->at = (size_t)(end - l->text);
		} else if (!is_blank(c)) {
			break;
		} else {
			first = c == '\n' || first;
		}
	}
}

/* The symbol that s begins with, as an index in symbols[]; -1. */
static int find_symbol(const char *s, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		size_t n = symbols[i].text[1] != '\0' ? 2 : 1;

		if (n <= len && memcmp(s, symbols[i].text, n) == 0)
			return (int)i;
	}
	return -1;
}

/*
 * A symbol behind backslashes that is a word of its own, as in "\( sport = :80 \)": people write
 * those for the shell, and ss takes them inside of quotes too. Returns its raw length, or 0.
 */
static size_t escaped_symbol(const struct lexer *l, int *symbol)
{
	char plain[2];
	size_t n = 0, at = l->at;

	while (at < l->len && !is_blank(l->text[at])) {
		if (l->text[at] == '\\')
			at++;
		if (n == sizeof(plain) || at == l->len)
			return 0;
		plain[n++] = l->text[at++];
	}
	*symbol = find_symbol(plain, n);
	if (*symbol < 0 || (symbols[*symbol].text[1] != '\0') != (n == 2))
		return 0;
	return at - l->at;
}

/* Characters of a word, its quotes and backslashes resolved. */
struct cursor {
	const char *s;
	size_t len, at;
	bool quoted;
};

static bool cursor_next(struct cursor *c, char *ch, bool *literal)
{
	while (c->at < c->len) {
		char x = c->s[c->at++];

		if (x == '"') {
			c->quoted = !c->quoted;
			continue;
		}
		*ch = x;
		*literal = c->quoted;
		if (x == '\\' && c->at < c->len &&
		    (!c->quoted || c->s[c->at] == '"' || c->s[c->at] == '\\')) {
			*ch = c->s[c->at++];
			*literal = true;
		}
		return true;
	}
	return false;
}

static void resolve_word(struct lexer *l, struct token *t)
{
	struct cursor c = { .s = t->raw, .len = t->raw_len };
	bool literal;
	char ch;

	buf_reset(&l->word);
	while (cursor_next(&c, &ch, &literal))
		buf_char(&l->word, ch);
	t->s = l->word.len > 0 ? l->word.s : "";
	t->len = l->word.len;
}

/* From the quote at text[at] to behind its end; 0 when it has none. */
static size_t skip_quoted(const struct lexer *l, size_t at)
{
	for (at++; at < l->len; at++) {
		if (l->text[at] == '"')
			return at + 1;
		if (l->text[at] == '\\')
			at++;
	}
	return 0;
}

static int bad_nul(size_t pos, struct err *e)
{
	return err_at(e, -EINVAL, pos, "a byte of zero is no part of a filter");
}

static int lex_word(struct lexer *l, struct token *t, struct err *e)
{
	bool verbatim = true;
	size_t at = l->at;

	while (at < l->len && !ends_word(l, at)) {
		char c = l->text[at];

		if (c == '"') {
			size_t end = skip_quoted(l, at);

			if (end == 0)
				return err_at(e, -EINVAL, at, "this quote is not closed");
			t->quoted = true;
			verbatim = false;
			at = end;
			continue;
		}
		if (c == '\\') {
			verbatim = false;
			if (++at == l->len)
				return err_at(e, -EINVAL, at - 1,
					      "expected a character after \"\\\"");
		}
		at++;
	}
	t->kind = TOK_WORD;
	t->raw_len = t->len = at - l->at;
	t->s = t->raw;
	if (memchr(t->raw, '\0', t->raw_len) != NULL)
		return bad_nul(t->pos, e);
	l->at = at;
	if (!verbatim)
		resolve_word(l, t);
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (token_is(t, keywords[i].word))
			t->kind = keywords[i].kind;
	return 0;
}

static void begin_token(struct lexer *l, struct token *t)
{
	skip_blanks(l);
	*t = (struct token){ .kind = TOK_END, .pos = l->at, .raw = l->text + l->at, .s = "" };
}

int lex_next(struct lexer *l, struct token *t, struct err *e)
{
	int symbol = -1;

	begin_token(l, t);
	if (l->at == l->len)
		return 0;
	if (l->text[l->at] == '\\')
		t->raw_len = escaped_symbol(l, &symbol);
	else if ((symbol = find_symbol(t->raw, l->len - l->at)) >= 0)
		t->raw_len = symbols[symbol].text[1] != '\0' ? 2 : 1;
	if (t->raw_len == 0)
		return lex_word(l, t, e);
	t->kind = symbols[symbol].kind;
	l->at += t->raw_len;
	return 0;
}

int lex_pattern(struct lexer *l, struct token *t, struct err *e)
{
	size_t at, open = 0;

	begin_token(l, t);
	if (l->at == l->len)
		return 0;
	t->kind = TOK_WORD;
	if (l->text[l->at] == '"') {
		at = skip_quoted(l, l->at);
		if (at == 0)
			return err_at(e, -EINVAL, l->at, "this quote is not closed");
		t->raw_len = at - l->at;
		t->quoted = true;
		resolve_word(l, t);
	} else {
		for (at = l->at; at < l->len && !is_blank(l->text[at]); at++) {
			if (l->text[at] == '\\' && at + 1 < l->len)
				at++;
			else if (l->text[at] == '(')
				open++;
			else if (l->text[at] == ')' && open-- == 0)
				break;
		}
		if (at == l->at)
			return lex_next(l, t, e);
		t->s = t->raw;
		t->raw_len = t->len = at - l->at;
	}
	if (memchr(t->raw, '\0', t->raw_len) != NULL)
		return bad_nul(t->pos, e);
	l->at = at;
	return 0;
}

bool token_glob(const struct token *t, struct buf *out)
{
	struct cursor c = { .s = t->raw, .len = t->raw_len };
	bool literal, any = false;
	char ch;

	while (cursor_next(&c, &ch, &literal)) {
		bool special = strchr("*?[]\\-^!", ch) != NULL;

		if (special && literal)
			buf_char(out, '\\');
		any = any || (!literal && (ch == '*' || ch == '?' || ch == '['));
		buf_char(out, ch);
	}
	return any;
}

bool token_is(const struct token *t, const char *word)
{
	/* Most words differ in their first letter already, whatever its case. */
	return t->len > 0 && ((t->s[0] ^ word[0]) & ~0x20) == 0 && !t->quoted &&
	       name_equal(t->s, t->len, word);
}

enum token_kind token_operator(const struct token *t)
{
	if (t->kind >= TOK_EQ)
		return t->kind;
	for (size_t i = 0; t->kind == TOK_WORD && i < ARRAY_SIZE(operators); i++)
		if (token_is(t, operators[i].word))
			return operators[i].kind;
	return TOK_END;
}

bool lex_is_keyword(const char *s, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (name_equal(s, len, keywords[i].word))
			return true;
	return false;
}

bool all_of(const char *s, size_t len, const char *these)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] == '\0' || strchr(these, s[i]) == NULL)
			return false;
	return true;
}

const char *quote_text(const char *s, size_t len, char buf[QUOTE_SIZE])
{
	size_t n = len;

	if (n > QUOTE_SIZE - 1) {
		n = QUOTE_SIZE - 4;
		while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(buf, s, n);
	memcpy(buf + n, n < len ? "..." : "", n < len ? 4 : 1);
	return buf;
}

const char *token_quote(const struct token *t, char buf[QUOTE_SIZE])
{
	return quote_text(t->raw, t->raw_len, buf);
}
