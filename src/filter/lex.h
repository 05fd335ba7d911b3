/* SPDX-License-Identifier: MIT */
/* The words and symbols of a filter. Symbols need no blanks around them. */
#ifndef SOCKEYE_SRC_FILTER_LEX_H
#define SOCKEYE_SRC_FILTER_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/err.h"

enum token_kind {
	TOK_END,
	TOK_WORD,
	TOK_OPEN,
	TOK_CLOSE,
	TOK_AND,
	TOK_OR,
	TOK_NOT,
	TOK_EQ,
	TOK_NE,
	TOK_GE,
	TOK_LE,
	TOK_GT,
	TOK_LT,
	TOK_LIKE,
	TOK_UNLIKE,
};

struct token {
	enum token_kind kind;
	bool quoted;     /* a word with a part in quotes: never a keyword, never a number */
	size_t pos;      /* of its first byte in the text */
	const char *raw; /* as it stands in the text */
	size_t raw_len;
	const char *s; /* a word with its quotes and backslashes resolved; valid until the next */
	size_t len;
};

struct lexer {
	const char *text; /* borrowed */
	size_t len, at;
	struct buf word; /* a word that is not in the text as it is */
};

/* 0, or -EINVAL with the position for an open quote, a last backslash or a NUL. */
int lex_next(struct lexer *l, struct token *t, struct err *e);

/*
 * The operand of ~: a quoted string, or everything to the next blank or to a closing parenthesis
 * that the pattern has not opened. Backslashes outside of quotes belong to the pattern.
 */
int lex_pattern(struct lexer *l, struct token *t, struct err *e);

/*
 * The word as a glob, in which a backslash stands before each character that quotes or a backslash
 * have made literal and that a glob would read otherwise. True if anything is left to match by.
 */
bool token_glob(const struct token *t, struct buf *out);

/* A word in any case, - and _ alike, and no part of it in quotes. */
bool token_is(const struct token *t, const char *word);

/* Whether s is made of nothing but these characters. */
bool all_of(const char *s, size_t len, const char *these);

/* The raw text, cut to what fits into a message; followed by a NUL. */
#define QUOTE_SIZE 44
const char *token_quote(const struct token *t, char buf[QUOTE_SIZE]);
const char *quote_text(const char *s, size_t len, char buf[QUOTE_SIZE]);

/* Whether a word that contains c must be written with quotes or a backslash. */
bool lex_is_special(char c);
/* and, or, not: no operand without quotes. */
bool lex_is_keyword(const char *s, size_t len);
/* TOK_EQ to TOK_UNLIKE for a symbol or a word that compares (=, eq, ...), else TOK_END. */
enum token_kind token_operator(const struct token *t);

#endif
