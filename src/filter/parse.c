/* SPDX-License-Identifier: MIT */
/*
 *	filter    = [ { states } expr ]
 *	expr      = and-expr { OR and-expr }
 *	and-expr  = not-expr { [ AND ] not-expr }
 *	not-expr  = { NOT } ( "(" expr ")" | condition )
 *
 * by operator precedence, with the joins that are still open on a stack of fixed size. State words
 * that follow each other are one condition; at the very front, with no AND or OR behind them, they
 * hold for the whole of the rest, because that is where ss has its states.
 */
#include "parse.h"

#include <assert.h>
#include <errno.h>

#include "check.h"

/* What waits on the stack, by how tightly it binds; JOIN_FRONT lies at the bottom. */
enum join {
	JOIN_OPEN,
	JOIN_FRONT,
	JOIN_OR,
	JOIN_AND,
	JOIN_NOT,
};

struct parser {
	struct lexer lex;
	struct token tok; /* the one that is looked at */
	struct tree *tree;
	struct err *err;
	uint8_t stack[FILTER_STACK];        /* enum join */
	size_t paren[FILTER_DEPTH_MAX + 1]; /* positions of the open parentheses */
	bool seen_or[FILTER_DEPTH_MAX + 1]; /* by level */
	unsigned n_stack, depth;
};

static const char remark_mix[] =
	"\"and\" binds closer than \"or\" here, while ss goes from left to right; "
	"with parentheses both agree";

static int advance(struct parser *p)
{
	return lex_next(&p->lex, &p->tok, p->err);
}

static void push(struct parser *p, enum join join)
{
	assert(p->n_stack < FILTER_STACK);
	p->stack[p->n_stack++] = (uint8_t)join;
}

static bool on_top(const struct parser *p, enum join join)
{
	return p->n_stack > 0 && p->stack[p->n_stack - 1] == join;
}

/* Finishes what binds as tightly as join, or more. */
static void reduce(struct parser *p, enum join join)
{
	static const enum node_kind kinds[] = {
		[JOIN_FRONT] = NODE_AND,
		[JOIN_OR] = NODE_OR,
		[JOIN_AND] = NODE_AND,
		[JOIN_NOT] = NODE_NOT,
	};

	while (p->n_stack > 0 && p->stack[p->n_stack - 1] >= join)
		tree_join(p->tree, kinds[p->stack[--p->n_stack]]);
}

/* Behind the word after, if that is not NULL. */
static int expected(struct parser *p, const char *what, const char *after)
{
	bool end = p->tok.kind == TOK_END;
	char q[QUOTE_SIZE];

	token_quote(&p->tok, q);
	return err_at(p->err, -EINVAL, p->tok.pos, "expected %s%s%s%s%s%s%s", what,
		      after != NULL ? " after \"" : "", after != NULL ? after : "",
		      after != NULL ? "\"" : "", end ? "" : ", not \"", end ? "" : q,
		      end ? "" : "\"");
}

/* ---- conditions ------------------------------------------------------ */

/* An operator, if there is one; "=" if not. Leaves the parser at the operand. */
static int read_operator(struct parser *p, struct cond *c)
{
	static const enum cmp cmps[] = {
		[TOK_EQ] = CMP_EQ,     [TOK_NE] = CMP_NE,         [TOK_GE] = CMP_GE,
		[TOK_LE] = CMP_LE,     [TOK_GT] = CMP_GT,         [TOK_LT] = CMP_LT,
		[TOK_LIKE] = CMP_LIKE, [TOK_UNLIKE] = CMP_UNLIKE,
	};
	enum token_kind op = token_operator(&p->tok);
	int rc;

	c->cmp = CMP_EQ;
	if (op == TOK_END)
		return 0;
	c->cmp = (uint8_t)cmps[op];
	rc = check_operator((enum subject_id)c->subject, &p->tok, cmps[op], p->err);
	if (rc != 0)
		return rc;
	if (c->cmp >= CMP_LIKE)
		return lex_pattern(&p->lex, &p->tok, p->err);
	return advance(p);
}

static int need_operand(struct parser *p, const struct cond *c)
{
	const struct subject *s = &subject_table[c->subject];

	if (p->tok.kind == TOK_WORD)
		return 0;
	return expected(p, c->cmp >= CMP_LIKE ? "a regular expression" : s->wants, s->name);
}

/* "state a state b exclude c": each adds to or takes from the ones before. */
static int parse_states(struct parser *p, struct cond *c)
{
	int subject = subject_by_name(&p->tok);
	bool first = true;

	c->operand = OPERAND_SET;
	do {
		uint32_t mask;
		bool adds;
		int rc;

		c->subject = (uint8_t)subject;
		rc = advance(p);
		if (rc == 0)
			rc = read_operator(p, c);
		if (rc == 0)
			rc = need_operand(p, c);
		if (rc != 0)
			return rc;
		mask = set_read(SUBJ_STATE, &p->tok, p->err);
		if (mask == 0)
			return -EINVAL;
		adds = subject == SUBJ_STATE && c->cmp == CMP_EQ;
		if (first)
			c->arg = adds ? 0 : PAIRS_OF(ST_ALL);
		c->arg = adds ? c->arg | mask : c->arg & ~mask;
		first = false;
		rc = advance(p);
		if (rc != 0)
			return rc;
		subject = p->tok.kind == TOK_WORD ? subject_by_name(&p->tok) : -1;
	} while (subject == SUBJ_STATE || subject == SUBJ_EXCLUDE);
	c->subject = SUBJ_STATE;
	c->cmp = CMP_EQ;
	return 0;
}

static int parse_other(struct parser *p, struct cond *c)
{
	const struct subject *s = &subject_table[c->subject];
	int rc = 0;

	c->operand = (uint8_t)s->operand;
	rc = advance(p);
	if (rc != 0 || s->operand == OPERAND_NONE)
		return rc;
	rc = read_operator(p, c);
	if (rc == 0)
		rc = need_operand(p, c);
	if (rc == 0)
		rc = check_operand(p->tree, &p->tok, c, p->err);
	return rc != 0 ? rc : advance(p);
}

static int parse_condition(struct parser *p)
{
	int subject = subject_by_name(&p->tok), rc;
	struct cond c = { .subject = (uint8_t)subject };

	if (subject < 0)
		return subject_unknown(&p->tok, p->err);
	if (p->tree->n_cond == FILTER_CONDS_MAX)
		return err_at(p->err, -E2BIG, p->tok.pos, "more than %d conditions",
			      FILTER_CONDS_MAX);
	if (subject == SUBJ_STATE || subject == SUBJ_EXCLUDE)
		rc = parse_states(p, &c);
	else
		rc = parse_other(p, &c);
	if (rc == 0)
		tree_add_cond(p->tree, &c);
	return rc;
}

/* ---- expressions ----------------------------------------------------- */

static int open_paren(struct parser *p)
{
	if (p->depth == FILTER_DEPTH_MAX)
		return err_at(p->err, -EINVAL, p->tok.pos,
			      "more than %d parentheses within each other", FILTER_DEPTH_MAX);
	p->paren[p->depth++] = p->tok.pos;
	p->seen_or[p->depth] = false;
	push(p, JOIN_OPEN);
	return advance(p);
}

static int close_paren(struct parser *p)
{
	reduce(p, JOIN_OR);
	if (!on_top(p, JOIN_OPEN))
		return err_at(p->err, -EINVAL, p->tok.pos, "\")\" without a \"(\"");
	p->n_stack--;
	p->depth--;
	return advance(p);
}

/* Up to and with the next condition. */
static int parse_term(struct parser *p, const char *behind)
{
	int rc = 0;

	while (rc == 0) {
		if (p->tok.kind == TOK_NOT) {
			if (on_top(p, JOIN_NOT))
				p->n_stack--;
			else
				push(p, JOIN_NOT);
			rc = advance(p);
			behind = "not";
		} else if (p->tok.kind == TOK_OPEN) {
			rc = open_paren(p);
			behind = "(";
		} else if (p->tok.kind == TOK_WORD) {
			return parse_condition(p);
		} else {
			return expected(p, "a condition", behind);
		}
	}
	return rc;
}

/* Whether states at the very front hold for all that follows. */
static bool begins_expression(const struct parser *p)
{
	return p->tok.kind == TOK_WORD || p->tok.kind == TOK_OPEN || p->tok.kind == TOK_NOT;
}

/* What stands between two conditions, or ends them. *behind is for messages about what follows. */
static int parse_join(struct parser *p, const char **behind)
{
	enum token_kind kind = p->tok.kind;

	if (kind >= TOK_EQ)
		return expected(p, "\"and\", \"or\" or the next condition", NULL);
	if (kind == TOK_OR) {
		reduce(p, JOIN_OR);
		push(p, JOIN_OR);
		p->seen_or[p->depth] = true;
		*behind = "or";
		return advance(p);
	}
	reduce(p, JOIN_AND);
	push(p, JOIN_AND);
	if (p->seen_or[p->depth])
		p->tree->remark = remark_mix;
	*behind = "and";
	return kind == TOK_AND ? advance(p) : 0;
}

static int parse_all(struct parser *p)
{
	const char *behind = NULL;
	bool states, front = true;
	int rc = advance(p);

	if (rc != 0 || p->tok.kind == TOK_END)
		return rc;
	states = p->tok.kind == TOK_WORD && (subject_by_name(&p->tok) == SUBJ_STATE ||
					     subject_by_name(&p->tok) == SUBJ_EXCLUDE);
	for (;;) {
		rc = parse_term(p, behind);
		while (rc == 0 && p->tok.kind == TOK_CLOSE)
			rc = close_paren(p);
		if (rc != 0 || p->tok.kind == TOK_END)
			break;
		if (front && states && begins_expression(p)) {
			/* The parenthesis that ss would not need, but the printed text will. */
			p->depth++;
			push(p, JOIN_FRONT);
		} else {
			rc = parse_join(p, &behind);
		}
		front = false;
		if (rc != 0)
			break;
	}
	if (rc != 0)
		return rc;
	reduce(p, JOIN_OR);
	if (on_top(p, JOIN_OPEN))
		return err_at(p->err, -EINVAL, p->paren[p->depth - 1], "this \"(\" is not closed");
	reduce(p, JOIN_FRONT);
	return 0;
}

int parse_filter(const char *text, size_t len, struct tree *t, struct err *e)
{
	struct parser p = { .lex = { .text = text, .len = len }, .tree = t, .err = e };
	int rc;

	if (len > FILTER_TEXT_MAX)
		return err_at(e, -E2BIG, FILTER_TEXT_MAX, "a filter of more than 4 MiB");
	rc = parse_all(&p);
	buf_free(&p.lex.word);
	return rc;
}
