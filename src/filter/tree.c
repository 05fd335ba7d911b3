/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <stdlib.h>

#include "sockeye/base/mem.h"

/* Room for one more element in an array that is n of size long. */
static void *grow(void *array, uint32_t n, uint32_t *size, size_t each)
{
	if (n < *size)
		return array;
	*size = *size != 0 ? *size * 2 : 8;
	return xreallocarray(array, *size, each);
}

void tree_free(struct tree *t)
{
	for (uint32_t i = 0; i < t->n_name; i++) {
		struct name *n = t->name[i];

		if (n->kind == NAME_REGEX)
			regfree(&n->regex);
		free(n->text);
		free(n);
	}
	free(t->node);
	free(t->cond);
	free(t->range);
	free(t->host);
	free(t->name);
	*t = (struct tree){ 0 };
}

uint32_t tree_add_range(struct tree *t, uint64_t lo, uint64_t hi)
{
	t->range = grow(t->range, t->n_range, &t->size_range, sizeof(*t->range));
	t->range[t->n_range] = (struct range){ .lo = lo, .hi = hi };
	return t->n_range++;
}

uint32_t tree_add_host(struct tree *t, const struct host *h)
{
	t->host = grow(t->host, t->n_host, &t->size_host, sizeof(*t->host));
	t->host[t->n_host] = *h;
	return t->n_host++;
}

struct name *tree_add_name(struct tree *t)
{
	t->name = grow(t->name, t->n_name, &t->size_name, sizeof(struct name *));
	t->name[t->n_name] = xcalloc(1, sizeof(struct name));
	return t->name[t->n_name++];
}

static struct node *add_node(struct tree *t, enum node_kind kind)
{
	struct node *n;

	t->node = grow(t->node, t->n_node, &t->size_node, sizeof(*t->node));
	n = &t->node[t->n_node];
	*n = (struct node){ .kind = (uint8_t)kind };
	t->n_node++;
	return n;
}

/* The pairs of protocol and state that a condition lets pass; the others fail. */
static uint32_t exact_pairs(const struct cond *c)
{
	uint32_t pairs = c->arg;

	if (c->subject == SUBJ_PROTO)
		pairs = ((c->arg & 1u << PROTO_TCP) != 0 ? PAIRS_TCP : 0) |
			((c->arg & 1u << PROTO_UDP) != 0 ? PAIRS_REST : 0);
	return c->cmp == CMP_NE ? ~pairs : pairs;
}

void tree_add_cond(struct tree *t, const struct cond *c)
{
	struct node *n = add_node(t, NODE_COND);
	bool exact = c->subject == SUBJ_STATE || c->subject == SUBJ_PROTO;

	n->begin = t->n_node - 1;
	n->cond = t->n_cond;
	n->yes = exact ? exact_pairs(c) : PAIRS_ALL;
	n->no = exact ? ~n->yes : PAIRS_ALL;
	t->cond = grow(t->cond, t->n_cond, &t->size_cond, sizeof(*t->cond));
	t->cond[t->n_cond++] = *c;
}

/* One more where the child must stand in parentheses. */
static uint8_t child_depth(const struct node *child, enum node_kind parent)
{
	bool wrapped = child->kind >= NODE_AND && child->kind != parent;

	return (uint8_t)(child->depth + (wrapped && child->depth < UINT8_MAX ? 1 : 0));
}

void tree_join(struct tree *t, enum node_kind kind)
{
	const struct node *left, *right;
	struct node *n;
	uint8_t depth;

	if (kind == NODE_NOT && t->node[t->n_node - 1].kind == NODE_NOT) {
		t->n_node--;
		return;
	}
	n = add_node(t, kind);
	right = n - 1;
	n->depth = child_depth(right, kind);
	if (kind == NODE_NOT) {
		n->begin = right->begin;
		n->cond = right->cond;
		n->yes = right->no;
		n->no = right->yes;
		return;
	}
	left = &t->node[right->begin - 1];
	depth = child_depth(left, kind);
	n->depth = depth > n->depth ? depth : n->depth;
	n->begin = left->begin;
	n->cond = left->cond;
	n->yes = kind == NODE_AND ? left->yes & right->yes : left->yes | right->yes;
	n->no = kind == NODE_AND ? left->no | right->no : left->no & right->no;
}

static int cmp_range(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

uint32_t tree_merge_ranges(struct tree *t, uint32_t first)
{
	struct range *r = t->range + first;
	uint32_t n = t->n_range - first, kept = 0;

	if (n == 0)
		return 0;
	qsort(r, n, sizeof(*r), cmp_range);
	for (uint32_t i = 1; i < n; i++) {
		if (r[kept].hi == UINT64_MAX || r[i].lo <= r[kept].hi + 1) {
			if (r[i].hi > r[kept].hi)
				r[kept].hi = r[i].hi;
		} else {
			r[++kept] = r[i];
		}
	}
	t->n_range = first + kept + 1;
	return kept + 1;
}
