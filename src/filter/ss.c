/* SPDX-License-Identifier: MIT */
/*
 * What ss can say of a filter, and what not. It has states in front only, for TCP and UDP alike;
 * "and" and "or" from left to right, which parentheses settle; a blank around each symbol; one
 * number to compare with, no list, no range; and no field beyond addresses, ports, interfaces, marks and
 * control groups.
 */
#include "ss.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/names.h"

#include "check.h"

#define PORT_LAST 65535
/* More state words than this, and it is shorter to say which are left out. */
#define STATES_MAX 5
/*
 * ss looks again at what the kernel has let pass, and compares addresses without regard to their
 * families: so few bits of one are in many of the other.
 */
#define BITS_LEAST 16

static int no(struct err *e, const char *what)
{
	return err_set(e, -EOPNOTSUPP, "%s", what);
}

/* ---- what there is no word for --------------------------------------- */

static bool is_states(const struct cond *c)
{
	return c->subject == SUBJ_STATE || c->subject == SUBJ_EXCLUDE || c->subject == SUBJ_PROTO;
}

static bool is_vague(const struct host *h)
{
	unsigned bits = h->v4 ? h->bits - 96u : h->bits;
	bool zero = true;

	if (!h->v4 && !h->v6)
		return false;
	for (unsigned i = h->v4 ? 12 : 0; i < (h->v4 ? 16u : 4u); i++)
		zero = zero && h->addr.b[i] == 0;
	return zero || bits < BITS_LEAST;
}

/* ss looks for the name of a UNIX socket only, not of the one at the other end. */
static int check_end(const struct tree *t, const struct cond *c, const struct host *h,
		     struct err *e)
{
	const struct name *n = h->named ? t->name[h->name] : NULL;

	if (h->only == AF_UNIX && c->subject == SUBJ_DST && n != NULL)
		return no(e, "ss knows no name of the other end of a UNIX socket");
	if (h->only == AF_PACKET && n != NULL && n->kind != NAME_EXACT)
		return no(e, "ss knows dev only by its whole name");
	for (size_t i = 0; n != NULL && i < n->len; i++)
		if (strchr("\\\"'() \t", n->text[i]) != NULL ||
		    (n->kind == NAME_EXACT && strchr("*?[", n->text[i]) != NULL))
			return no(e, "the name has characters that ss would read as others");
	return 0;
}

static int check_host(const struct tree *t, const struct cond *c, bool inverted, struct err *e)
{
	const struct host *h = &t->host[c->arg];

	if (host_is_other(h))
		return check_end(t, c, h, e);
	if (h->only != 0)
		return err_set(e, -EOPNOTSUPP, "ss takes %s: for the whole of a filter",
			       family_name(h->only));
	if (inverted && is_vague(h))
		return no(e, "ss mixes up IPv4 and IPv6 in \"not\" and an address of few bits");
	return 0;
}

static int check_device(const struct tree *t, const struct cond *c, struct err *e)
{
	if (c->operand == OPERAND_NUMBER)
		return t->range[c->first].lo != 0 ? 0 : no(e, "ss knows no dev 0");
	if (t->name[c->arg]->kind != NAME_EXACT || t->name[c->arg]->len == 0)
		return no(e, "ss knows dev only by its whole name");
	return 0;
}

/* By its directory. Of a mount elsewhere ss is given nothing to go by. */
static int check_group(const struct tree *t, const struct cond *c, struct err *e)
{
	const struct name *n = t->name[c->arg];

	if (n->kind != NAME_EXACT || n->len == 0 || n->text[0] != '/')
		return no(e, "ss knows cgroup only by its whole path");
	for (size_t i = 0; i < n->len; i++)
		if (strchr("\\\"'() \t", n->text[i]) != NULL)
			return no(e, "the name has characters that ss would read as others");
	return 0;
}

/* inverted: under an odd number of nots, or compared at all by ss alone, as with "dev". */
static int check_cond(const struct tree *t, const struct cond *c, bool inverted, struct err *e)
{
	switch ((enum subject_id)c->subject) {
	case SUBJ_SRC:
	case SUBJ_DST:
		return check_host(t, c, inverted != (c->cmp == CMP_NE), e);
	case SUBJ_SPORT:
	case SUBJ_DPORT:
		return 0;
	case SUBJ_DEV:
		return check_device(t, c, e);
	case SUBJ_CGROUP:
		return check_group(t, c, e);
	case SUBJ_FWMARK:
		return 0;
	case SUBJ_STATE:
	case SUBJ_EXCLUDE:
	case SUBJ_PROTO:
		return err_set(e, -EOPNOTSUPP, "ss takes %s only for the whole of a filter",
			       subject_table[c->subject].name);
	case SUBJ_AUTOBOUND:
		return no(e, "ss means something else by autobound");
	case SUBJ_LISTENER:
	case SUBJ_COMM:
	case SUBJ_USER:
	case SUBJ_OWNER:
	case SUBJ_PID:
	case SUBJ_FD:
	case SUBJ_UID:
	case SUBJ_INODE:
	case SUBJ_COOKIE:
	case SUBJ_RECV_Q:
	case SUBJ_SEND_Q:
	case SUBJ_AGE:
	case SUBJ_RETRANS:
	case SUBJ_FAMILY:
	case SUBJ_TYPE:
	case SUBJ_CONTAINER:
	case SUBJ_UNIT:
	case SUBJ_NETNS:
	case SUBJ_COUNT:
		break;
	}
	return err_set(e, -EOPNOTSUPP, "ss knows no %s", subject_table[c->subject].name);
}

/* ---- one condition --------------------------------------------------- */

static void print_word(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\' || s[i] == ' ' || s[i] == '\t')
			buf_char(out, '\\');
		buf_char(out, s[i]);
	}
}

static void print_host(const struct host *h, struct buf *out)
{
	char text[ADDR_TEXT_SIZE];

	addr_text(text, &h->addr);
	if (h->v4) {
		buf_str(out, text);
		if (h->bits < 128)
			buf_fmt(out, "/%d", h->bits - 96);
	} else if (h->v6) {
		buf_fmt(out, "[%s%s", addr_is_v4(&h->addr) ? "::ffff:" : "", text);
		if (h->bits < 128)
			buf_fmt(out, "/%d", h->bits);
		buf_char(out, ']');
	} else {
		buf_char(out, '*');
	}
}

static bool is_any_port(const struct range *r)
{
	return r->lo == 0 && r->hi == PORT_LAST;
}

/* Without quotes, which ss does not know. */
static void print_other(const struct tree *t, const struct host *h, struct buf *out)
{
	struct host bare = *h;

	if (!h->named) {
		end_print(t, h, out);
		return;
	}
	bare.named = false;
	bare.second.any = true;
	end_print(t, &bare, out);
	out->len--; /* the star in the place of the name */
	buf_add(out, t->name[h->name]->text, t->name[h->name]->len);
}

/* "sport >= :1000 and sport <= :2000" */
static void print_range(const char *port, const struct range *r, struct buf *out)
{
	if (r->lo == r->hi)
		buf_fmt(out, "%s = :%" PRIu64, port, r->lo);
	else
		buf_fmt(out, "( %s >= :%" PRIu64 " and %s <= :%" PRIu64 " )", port, r->lo, port,
			r->hi);
}

/* An address with one of several ports: each of them with the address. */
static void print_end(const struct tree *t, const struct cond *c, struct buf *out)
{
	const char *name = c->subject == SUBJ_SRC ? "src" : "dst";
	const char *port = c->subject == SUBJ_SRC ? "sport" : "dport";
	const struct host *h = &t->host[c->arg];

	for (uint32_t i = 0; i < c->count || i == 0; i++) {
		const struct range *r = c->count > 0 ? &t->range[c->first + i] : NULL;
		bool span = r != NULL && r->lo != r->hi && !is_any_port(r);

		buf_fmt(out, "%s%s%s ", i > 0 ? " or " : "", span ? "( " : "", name);
		if (host_is_other(h))
			print_other(t, h, out);
		else
			print_host(h, out);
		if (r != NULL && r->lo == r->hi)
			buf_fmt(out, ":%" PRIu64, r->lo);
		if (!span)
			continue;
		buf_str(out, " and ");
		print_range(port, r, out);
		buf_str(out, " )");
	}
}

static void print_port(const struct tree *t, const struct cond *c, struct buf *out)
{
	static const char *const ops[] = {
		[CMP_GT] = ">", [CMP_GE] = ">=", [CMP_LT] = "<", [CMP_LE] = "<="
	};
	const char *name = c->subject == SUBJ_SPORT ? "sport" : "dport";

	if (c->cmp != CMP_EQ && c->cmp != CMP_NE) {
		buf_fmt(out, "%s %s :%" PRIu64, name, ops[c->cmp], t->range[c->first].lo);
		return;
	}
	for (uint32_t i = 0; i < c->count; i++) {
		const struct range *r = &t->range[c->first + i];

		buf_str(out, i > 0 ? " or " : "");
		if (is_any_port(r))
			buf_str(out, "src *");
		else
			print_range(name, r, out);
	}
}

static void print_device(const struct tree *t, const struct cond *c, struct buf *out)
{
	buf_str(out, "dev = ");
	if (c->operand == OPERAND_NUMBER)
		buf_fmt(out, "%" PRIu64, t->range[c->first].lo);
	else
		print_word(out, t->name[c->arg]->text, t->name[c->arg]->len);
}

static void print_group(const struct tree *t, const struct cond *c, struct buf *out)
{
	static const char mount[] = "/sys/fs/cgroup";
	const char *path = t->name[c->arg]->text;

	buf_fmt(out, "cgroup = %s", strncmp(path, mount, strlen(mount)) != 0 ? mount : "");
	print_word(out, path, t->name[c->arg]->len);
}

static void print_mark(const struct range *r, struct buf *out)
{
	buf_str(out, "fwmark = ");
	mark_print(r, out);
}

static void print_cond(const struct tree *t, const struct cond *c, struct buf *out)
{
	bool negated = c->cmp == CMP_NE, many = c->operand != OPERAND_NAME && c->count > 1;

	buf_str(out, negated ? "not " : "");
	buf_str(out, many ? "( " : "");
	if (c->subject == SUBJ_SRC || c->subject == SUBJ_DST)
		print_end(t, c, out);
	else if (c->subject == SUBJ_DEV)
		print_device(t, c, out);
	else if (c->subject == SUBJ_CGROUP)
		print_group(t, c, out);
	else if (c->subject == SUBJ_FWMARK)
		print_mark(&t->range[c->first], out);
	else
		print_port(t, c, out);
	buf_str(out, many ? " )" : "");
}

/* ---- states, which hold for all -------------------------------------- */

/* What is to be done with a node: its parts, or a text. */
struct item {
	const char *text; /* or NULL, then node */
	uint32_t node;
	uint8_t parent; /* enum node_kind */
	bool inverted;
};

struct printer {
	const struct tree *tree;
	struct item *stack; /* what comes first lies on top */
	size_t n, size;
	uint16_t states[PROTO_COUNT]; /* that can pass: ST_BIT() */
	bool alone;                   /* ss cannot leave anything to the kernel */
};

static void later(struct printer *p, struct item it)
{
	if (p->n == p->size) {
		p->size = p->size != 0 ? 2 * p->size : 64;
		p->stack = xreallocarray(p->stack, p->size, sizeof(*p->stack));
	}
	p->stack[p->n++] = it;
}

/* Whether all that the node joins is about states and protocols, or none of it. */
static void look(const struct tree *t, uint32_t at, bool *all, bool *none)
{
	*all = *none = true;
	for (uint32_t i = t->node[at].begin; i <= at; i++)
		if (t->node[i].kind == NODE_COND) {
			bool states = is_states(&t->cond[t->node[i].cond]);

			*all = *all && states;
			*none = *none && !states;
		}
}

/* The states of one protocol that pass what the node joins, which is all about them. */
static unsigned passing_states(const struct tree *t, uint32_t at, unsigned proto)
{
	unsigned stack[FILTER_STACK + 1] = { 0 }, n = 0;

	for (uint32_t i = t->node[at].begin; i <= at; i++) {
		const struct cond *c = &t->cond[t->node[i].cond];
		unsigned states;

		switch ((enum node_kind)t->node[i].kind) {
		case NODE_COND:
			if (c->subject == SUBJ_PROTO)
				states = (c->arg >> proto & 1) != 0 ? ST_ALL : 0;
			else
				states = proto == PROTO_TCP ? c->arg : c->arg >> 16;
			assert(n < ARRAY_SIZE(stack));
			stack[n++] = c->cmp == CMP_NE ? ~states : states;
			break;
		case NODE_NOT:
			assert(n > 0);
			stack[n - 1] = ~stack[n - 1];
			break;
		case NODE_AND:
			assert(n > 1);
			n--;
			stack[n - 1] &= stack[n];
			break;
		case NODE_OR:
			assert(n > 1);
			n--;
			stack[n - 1] |= stack[n];
			break;
		}
	}
	return stack[0] & ST_ALL;
}

/*
 * Takes the states out of what "and" joins on the top, and leaves the rest on the stack, with the
 * words between.
 */
static void take_states(struct printer *p, unsigned protos)
{
	struct item *rest = NULL;
	uint32_t n = 0, size = 0;

	for (unsigned proto = 0; proto < PROTO_COUNT; proto++)
		p->states[proto] = (uint16_t)((protos >> proto & 1) != 0 ? proto_states(proto) : 0);
	if (p->tree->n_node > 0)
		later(p, (struct item){ .node = p->tree->n_node - 1 });
	while (p->n > 0) {
		struct item it = p->stack[--p->n];
		const struct node *node = &p->tree->node[it.node];
		bool all, none;

		look(p->tree, it.node, &all, &none);
		if (all) {
			for (unsigned proto = 0; proto < PROTO_COUNT; proto++)
				p->states[proto] &=
					(uint16_t)passing_states(p->tree, it.node, proto);
		} else if (node->kind == NODE_AND && !none) {
			later(p, (struct item){ .node = tree_left(p->tree, it.node) });
			later(p, (struct item){ .node = tree_right(it.node) });
		} else {
			if (n == size) {
				size = size != 0 ? 2 * size : 16;
				rest = xreallocarray(rest, size, sizeof(*rest));
			}
			rest[n++] = it;
		}
	}
	/* Both times what lies on top comes first, so here the last is the first. */
	for (uint32_t i = 0; i < n; i++) {
		rest[i].parent = n > 1 ? NODE_AND : NODE_COND;
		if (i > 0)
			later(p, (struct item){ .text = " and " });
		later(p, rest[i]);
	}
	free(rest);
}

static void print_state_words(const char *verb, unsigned states, struct buf *out)
{
	for (unsigned st = 1; st < ST_COUNT; st++)
		if ((states & ST_BIT(st)) != 0)
			buf_fmt(out, " %s %s", verb, state_word(st));
}

/*
 * ss takes one set of states for all protocols. TCP sockets in CLOSE are another state to it, which
 * it knows since 6.8: before, that word finds those of the others alone.
 */
static int check_states(const uint16_t of[PROTO_COUNT], unsigned states, struct err *e)
{
	for (unsigned proto = 0; proto < PROTO_COUNT; proto++) {
		unsigned meant = states & proto_states(proto), differ = of[proto] ^ meant;

		if (proto == PROTO_TCP && states != ST_ALL)
			differ &= ~ST_BIT(ST_CLOSE);
		if (of[proto] != 0 && differ != 0)
			return no(e, "ss takes the same states for all protocols");
	}
	return 0;
}

/* TCP and UDP by their letters, the others with them in a list. */
static void print_tables(const uint16_t of[PROTO_COUNT], struct buf *out)
{
	bool others = false;
	const char *comma = " -A ";

	for (unsigned proto = PROTO_UDP + 1; proto < PROTO_COUNT; proto++)
		others = others || of[proto] != 0;
	if (!others) {
		buf_fmt(out, "ss -%s%san", of[PROTO_TCP] != 0 ? "t" : "",
			of[PROTO_UDP] != 0 ? "u" : "");
		return;
	}
	buf_str(out, "ss -an");
	for (unsigned proto = 0; proto < PROTO_COUNT; proto++)
		if (of[proto] != 0) {
			buf_fmt(out, "%s%s", comma, proto_name(proto));
			comma = ",";
		}
}

static int print_states(const uint16_t of[PROTO_COUNT], struct buf *out, struct err *e)
{
	unsigned states = 0, possible = 0, others = 0;
	int rc;

	for (unsigned proto = 0; proto < PROTO_COUNT; proto++) {
		states |= of[proto];
		possible |= of[proto] != 0 ? proto_states(proto) : 0;
		others |= proto != PROTO_TCP ? of[proto] : 0;
	}
	if (states == 0)
		return no(e, "no socket can be like this");
	if (of[PROTO_UDPLITE] != 0)
		return no(e, "ss knows no udplite");
	rc = check_states(of, states, e);
	if (rc != 0)
		return rc;
	print_tables(of, out);
	if (states == possible)
		return 0;
	if (others == 0 && of[PROTO_TCP] == ST_BIT(ST_CLOSE))
		buf_str(out, " state bound-inactive");
	else if (__builtin_popcount(states) <= STATES_MAX)
		print_state_words("state", states, out);
	else
		print_state_words("exclude", ST_ALL & ~states, out);
	return 0;
}

/* ---- the expression -------------------------------------------------- */

static int print_node(struct printer *p, const struct item *it, struct buf *out, struct err *e)
{
	const struct node *node = &p->tree->node[it->node];
	enum node_kind kind = (enum node_kind)node->kind;
	struct item part = { .parent = (uint8_t)kind, .inverted = it->inverted };
	int rc;

	if (kind == NODE_COND) {
		rc = check_cond(p->tree, &p->tree->cond[node->cond], it->inverted || p->alone, e);
		if (rc == 0)
			print_cond(p->tree, &p->tree->cond[node->cond], out);
		return rc;
	}
	if (kind >= NODE_AND && it->parent != NODE_COND && it->parent != (uint8_t)kind) {
		buf_str(out, "( ");
		later(p, (struct item){ .text = " )" });
	}
	part.node = tree_right(it->node);
	if (kind == NODE_NOT) {
		part.inverted = !it->inverted;
		buf_str(out, "not ");
		later(p, part);
		return 0;
	}
	later(p, part);
	later(p, (struct item){ .text = kind == NODE_AND ? " and " : " or " });
	part.node = tree_left(p->tree, it->node);
	later(p, part);
	return 0;
}

/* In quotes for a shell. */
static void print_quoted(const struct buf *expr, struct buf *out)
{
	buf_str(out, " '");
	for (size_t i = 0; i < expr->len; i++)
		buf_fmt(out, expr->s[i] == '\'' ? "'\\''" : "%c", expr->s[i]);
	buf_char(out, '\'');
}

/* ss takes the family of an end for that of all sockets. */
static int check_families(const struct tree *t, const uint16_t of[PROTO_COUNT], struct err *e)
{
	unsigned protos = 0;

	for (unsigned proto = 0; proto < PROTO_COUNT; proto++)
		protos |= of[proto] != 0 ? PROTO_BIT(proto) : 0;
	for (uint32_t i = 0; i < t->n_host; i++)
		if (host_is_other(&t->host[i]) && host_protos(&t->host[i]) != protos)
			return err_set(e, -EOPNOTSUPP, "ss takes %s: for the whole of a filter",
				       family_name(t->host[i].only));
	return 0;
}

int ss_print(const struct tree *t, unsigned protos, struct buf *out, struct err *e)
{
	struct printer p = { .tree = t };
	struct buf expr = { 0 };
	size_t begin = out->len;
	int rc;

	take_states(&p, protos);
	for (uint32_t i = 0; i < t->n_cond; i++)
		p.alone = p.alone || t->cond[i].subject == SUBJ_DEV;
	rc = check_families(t, p.states, e);
	if (rc == 0)
		rc = print_states(p.states, out, e);
	while (rc == 0 && p.n > 0) {
		struct item it = p.stack[--p.n];

		if (it.text != NULL)
			buf_str(&expr, it.text);
		else
			rc = print_node(&p, &it, &expr, e);
	}
	if (rc == 0 && expr.len > 0)
		print_quoted(&expr, out);
	if (rc != 0) {
		out->len = begin;
		buf_add(out, "", 0);
	}
	free(p.stack);
	buf_free(&expr);
	return rc;
}
