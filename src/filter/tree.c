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

unsigned host_protos(const struct host *h)
{
	static const struct {
		uint8_t family;
		enum proto proto;
	} of[] = {
		{ AF_UNIX, PROTO_UNIX },
		{ AF_PACKET, PROTO_PACKET },
		{ AF_NETLINK, PROTO_NETLINK },
		{ AF_VSOCK, PROTO_VSOCK },
	};

	for (size_t i = 0; i < ARRAY_SIZE(of); i++)
		if (of[i].family == h->only)
			return PROTO_BIT(of[i].proto);
	return PROTOS_INET;
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

/* The pairs that sockets of these protocols can be. */
static uint32_t pairs_of_protos(uint32_t protos)
{
	return ((protos & PROTO_BIT(PROTO_TCP)) != 0 ? PAIRS_TCP : 0) |
	       ((protos & ~PROTO_BIT(PROTO_TCP)) != 0 ? PAIRS_REST : 0);
}

static void exchange(struct node *n)
{
	uint32_t pairs = n->yes;
	uint16_t protos = n->protos_yes;

	n->yes = n->no;
	n->no = pairs;
	n->protos_yes = n->protos_no;
	n->protos_no = protos;
}

/* Those of which some sockets are of these families, a set of family_bit(). */
static unsigned protos_of_families(uint32_t families)
{
	return ((families & 3) != 0 ? PROTOS_INET : 0) |
	       ((families >> 2 << PROTO_UNIX) & PROTOS_ALL & ~PROTOS_INET);
}

/* Whether only sockets with internet addresses can pass it. */
static bool is_of_inet(const struct cond *c)
{
	return c->operand == OPERAND_HOST || c->subject == SUBJ_SPORT || c->subject == SUBJ_DPORT ||
	       c->subject == SUBJ_AUTOBOUND;
}

/* What may pass a condition, and what may fail it. */
static void bound_cond(const struct tree *t, struct node *n, const struct cond *c)
{
	n->yes = n->no = PAIRS_ALL;
	n->protos_yes = n->protos_no = PROTOS_ALL;
	if (c->subject == SUBJ_STATE) {
		n->yes = c->arg;
		n->no = ~c->arg;
	} else if (c->subject == SUBJ_PROTO) {
		n->protos_yes = (uint16_t)c->arg;
		n->protos_no = (uint16_t)(PROTOS_ALL & ~c->arg);
		n->yes = pairs_of_protos(n->protos_yes);
		n->no = pairs_of_protos(n->protos_no);
	}
	if (c->subject == SUBJ_TYPE)
		n->protos_yes = PROTOS_ALL & ~PROTOS_INET;
	if (c->subject == SUBJ_FAMILY) {
		n->protos_yes = (uint16_t)protos_of_families(c->arg);
		n->protos_no = (uint16_t)protos_of_families(~c->arg);
	}
	if (is_of_inet(c))
		n->protos_yes = PROTOS_INET;
	if (c->operand == OPERAND_HOST)
		n->protos_yes = (uint16_t)host_protos(&t->host[c->arg]);
	if (c->cmp == CMP_NE)
		exchange(n);
}

void tree_add_cond(struct tree *t, const struct cond *c)
{
	struct node *n = add_node(t, NODE_COND);

	n->begin = t->n_node - 1;
	n->cond = t->n_cond;
	bound_cond(t, n, c);
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
		n->yes = right->yes;
		n->no = right->no;
		n->protos_yes = right->protos_yes;
		n->protos_no = right->protos_no;
		exchange(n);
		return;
	}
	left = &t->node[right->begin - 1];
	depth = child_depth(left, kind);
	n->depth = depth > n->depth ? depth : n->depth;
	n->begin = left->begin;
	n->cond = left->cond;
	if (kind == NODE_AND) {
		n->yes = left->yes & right->yes;
		n->no = left->no | right->no;
		n->protos_yes = left->protos_yes & right->protos_yes;
		n->protos_no = left->protos_no | right->protos_no;
	} else {
		n->yes = left->yes | right->yes;
		n->no = left->no & right->no;
		n->protos_yes = left->protos_yes | right->protos_yes;
		n->protos_no = left->protos_no & right->protos_no;
	}
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
