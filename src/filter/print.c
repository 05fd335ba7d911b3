/* SPDX-License-Identifier: MIT */
/*
 * The canonical text. Every mix of and/or is put in parentheses, so that ss reads it alike; only
 * where that would nest deeper than a filter may are those left out that precedence makes good.
 */
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/names.h"

#include "check.h"

static const char *const cmp_text[] = {
	[CMP_EQ] = "=", [CMP_NE] = "!=", [CMP_GT] = ">",   [CMP_GE] = ">=",
	[CMP_LT] = "<", [CMP_LE] = "<=", [CMP_LIKE] = "~", [CMP_UNLIKE] = "!~",
};

#define TCP_CLOSE  (PAIRS_OF(ST_BIT(ST_CLOSE)) & PAIRS_TCP)
#define REST_CLOSE (PAIRS_OF(ST_BIT(ST_CLOSE)) & PAIRS_REST)

static void print_state_list(const char *verb, unsigned states, struct buf *out)
{
	const char *gap = "";

	for (unsigned st = 1; st < ST_COUNT; st++)
		if ((states & ST_BIT(st)) != 0) {
			buf_fmt(out, "%s%s %s", gap, verb, state_word(st));
			gap = " ";
		}
}

/* Only CLOSE can differ between the protocols: bound-inactive is its TCP half. */
static void print_states(uint32_t pairs, struct buf *out)
{
	const struct vocabulary *words = subject_table[SUBJ_STATE].words;
	unsigned states = pairs >> 16;
	const char *word;

	for (unsigned i = ST_COUNT - 1; (word = words->word(i)) != NULL; i++)
		if (words->mask(word, strlen(word)) == pairs) {
			buf_fmt(out, "state %s", word);
			return;
		}
	if (states == 0)
		buf_str(out, "exclude all");
	else if (states == ST_ALL)
		buf_str(out, "state all");
	else if (__builtin_popcount(states) <= 5)
		print_state_list("state", states, out);
	else
		print_state_list("exclude", ST_ALL & ~states, out);
	if ((pairs & TCP_CLOSE) != 0 && (pairs & REST_CLOSE) == 0)
		buf_str(out, " state bound-inactive");
	if ((pairs & TCP_CLOSE) == 0 && (pairs & REST_CLOSE) != 0)
		buf_str(out, " exclude bound-inactive");
}

static void print_set(const struct cond *c, struct buf *out)
{
	const struct vocabulary *words = subject_table[c->subject].words;
	const char *word, *comma = "";

	/* A word for the whole set, which comes last, before a list. */
	for (unsigned i = 0; (word = words->word(i)) != NULL; i++)
		if (words->mask(word, strlen(word)) == c->arg) {
			buf_str(out, word);
			return;
		}
	for (unsigned i = 0; (word = words->word(i)) != NULL; i++)
		if ((words->mask(word, strlen(word)) & ~c->arg) == 0) {
			buf_fmt(out, "%s%s", comma, word);
			comma = ",";
		}
}

static void print_numbers(const struct tree *t, const struct cond *c, enum unit unit,
			  struct buf *out)
{
	for (uint32_t i = 0; i < c->count; i++) {
		const struct range *r = &t->range[c->first + i];

		if (i > 0)
			buf_char(out, ',');
		if (unit == UNIT_PORT && r->lo == 0 && r->hi == 65535)
			buf_char(out, '*');
		else
			range_print(r, unit, out);
	}
}

static void print_host(const struct tree *t, const struct cond *c, struct buf *out)
{
	const struct host *h = &t->host[c->arg];
	char text[ADDR_TEXT_SIZE];

	if (host_is_other(h)) {
		end_print(t, h, out);
		return;
	}
	if (h->only != 0)
		buf_fmt(out, "%s:", family_name(h->only));
	if (h->v4) {
		addr_text(text, &h->addr);
		buf_str(out, text);
		if (h->bits < 128)
			buf_fmt(out, "/%d", h->bits - 96);
	} else if (h->v6) {
		addr_text(text, &h->addr);
		buf_fmt(out, "[%s%s", addr_is_v4(&h->addr) ? "::ffff:" : "", text);
		if (h->bits < 128)
			buf_fmt(out, "/%d", h->bits);
		buf_char(out, ']');
	} else if (c->count == 0) {
		buf_char(out, '*');
	}
	if (c->count > 0) {
		buf_char(out, ':');
		print_numbers(t, c, UNIT_PORT, out);
	}
}

static void print_cond(const struct tree *t, const struct cond *c, struct buf *out)
{
	const struct subject *s = &subject_table[c->subject];

	if (c->subject == SUBJ_STATE) {
		print_states(c->arg, out);
		return;
	}
	buf_str(out, s->name);
	if (c->operand == OPERAND_NONE)
		return;
	if (!s->bare || c->cmp != CMP_EQ)
		buf_fmt(out, " %s", cmp_text[c->cmp]);
	buf_char(out, ' ');
	switch ((enum operand)c->operand) {
	case OPERAND_SET:
		print_set(c, out);
		break;
	case OPERAND_HOST:
		print_host(t, c, out);
		break;
	case OPERAND_NUMBER:
		if (s->unit == UNIT_PORT)
			buf_char(out, ':');
		print_numbers(t, c, s->unit, out);
		break;
	case OPERAND_NAME:
		name_print(t->name[c->arg], out);
		break;
	case OPERAND_MARK:
		mark_print(&t->range[c->first], out);
		break;
	case OPERAND_NONE:
		break;
	}
}

/* What is still to be printed: a node, or a text before or between nodes. */
struct item {
	const char *text; /* or NULL, then node */
	uint32_t node;
	uint8_t parent; /* enum node_kind that it stands under; NODE_COND for none */
};

struct printer {
	const struct tree *tree;
	struct item *stack; /* what comes first lies on top */
	size_t n, size;
	bool tidy;
};

static void later(struct printer *p, const char *text, uint32_t node, enum node_kind parent)
{
	if (p->n == p->size) {
		p->size = p->size != 0 ? 2 * p->size : 64;
		p->stack = xreallocarray(p->stack, p->size, sizeof(*p->stack));
	}
	p->stack[p->n++] = (struct item){ .text = text, .node = node, .parent = (uint8_t)parent };
}

static bool needs_paren(const struct printer *p, enum node_kind kind, enum node_kind parent)
{
	if (kind < NODE_AND || parent == NODE_COND || kind == parent)
		return false;
	return p->tidy || parent == NODE_NOT || kind == NODE_OR;
}

static void print_node(struct printer *p, const struct item *it, struct buf *out)
{
	const struct node *node = &p->tree->node[it->node];
	enum node_kind kind = (enum node_kind)node->kind;
	bool paren = needs_paren(p, kind, (enum node_kind)it->parent);

	if (kind == NODE_COND) {
		print_cond(p->tree, &p->tree->cond[node->cond], out);
		return;
	}
	if (paren) {
		buf_char(out, '(');
		later(p, ")", 0, NODE_COND);
	}
	later(p, NULL, tree_right(it->node), kind);
	if (kind == NODE_NOT) {
		buf_str(out, "not ");
		return;
	}
	later(p, kind == NODE_AND ? " and " : " or ", 0, NODE_COND);
	later(p, NULL, tree_left(p->tree, it->node), kind);
}

void tree_print(const struct tree *t, struct buf *out)
{
	struct printer p = { .tree = t };

	if (t->n_node == 0)
		return;
	p.tidy = t->node[t->n_node - 1].depth <= FILTER_DEPTH_MAX;
	later(&p, NULL, t->n_node - 1, NODE_COND);
	while (p.n > 0) {
		struct item it = p.stack[--p.n];

		if (it.text != NULL)
			buf_str(out, it.text);
		else
			print_node(&p, &it, out);
	}
	free(p.stack);
}
