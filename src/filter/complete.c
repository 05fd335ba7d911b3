/* SPDX-License-Identifier: MIT */
#include "sockeye/filter/complete.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/names.h"

#include "check.h"
#include "tally.h"

/* What a grammar expects at some point. */
enum slot {
	PLACE_CONDITION, /* a field, not, ( */
	PLACE_JOIN,      /* and, or, ), the next condition */
	PLACE_OPERATOR,  /* an operator, or the operand of "=" */
	PLACE_OPERAND,
	PLACE_NOWHERE, /* behind what is no filter, or a pattern */
};

struct spot {
	enum slot place;
	enum subject_id subject; /* PLACE_OPERATOR, PLACE_OPERAND */
	unsigned depth;          /* of open parentheses */
	size_t word, from;       /* where the word at the cursor begins, and its last part */
	bool quoted;
	struct buf typed; /* of that word, without quotes and backslashes */
};

struct completer {
	struct tally tally;
	struct completion found;
	struct buf store;                              /* the texts, each with its NUL */
	size_t text[COMPLETE_MAX], help[COMPLETE_MAX]; /* where in it */
};

struct completer *complete_new(void)
{
	struct completer *c = xcalloc(1, sizeof(*c));

	tally_init(&c->tally);
	return c;
}

void complete_free(struct completer *c)
{
	if (c == NULL)
		return;
	tally_free(&c->tally);
	buf_free(&c->store);
	free(c);
}

const char *complete_field(unsigned i, const char **help)
{
	if (i >= SUBJ_COUNT)
		return NULL;
	*help = subject_table[i].help;
	return subject_table[i].name;
}

/* ---- where the cursor is --------------------------------------------- */

static void after_word(struct spot *p, const struct token *t)
{
	int subject;

	if (p->place == PLACE_OPERATOR || p->place == PLACE_OPERAND) {
		p->place = PLACE_JOIN;
		return;
	}
	subject = subject_by_name(t);
	p->place = PLACE_NOWHERE;
	if (subject < 0)
		return;
	p->subject = (enum subject_id)subject;
	p->place = subject_table[subject].operand == OPERAND_NONE ? PLACE_JOIN : PLACE_OPERATOR;
}

static void after_token(struct spot *p, const struct token *t)
{
	if (p->place == PLACE_OPERATOR && token_operator(t) != TOK_END) {
		p->place = token_operator(t) >= TOK_LIKE ? PLACE_NOWHERE : PLACE_OPERAND;
		return;
	}
	switch (t->kind) {
	case TOK_END:
		break;
	case TOK_WORD:
		after_word(p, t);
		break;
	case TOK_OPEN:
		p->depth++;
		p->place = PLACE_CONDITION;
		break;
	case TOK_CLOSE:
		p->depth -= p->depth > 0;
		p->place = PLACE_JOIN;
		break;
	case TOK_AND:
	case TOK_OR:
	case TOK_NOT:
		p->place = PLACE_CONDITION;
		break;
	case TOK_EQ:
	case TOK_NE:
	case TOK_GE:
	case TOK_LE:
	case TOK_GT:
	case TOK_LT:
	case TOK_LIKE:
	case TOK_UNLIKE:
		p->place = PLACE_NOWHERE;
		break;
	}
}

/* A word that may lack the end of its quotes. */
static void resolve(struct spot *p, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"') {
			p->quoted = true;
			continue;
		}
		if (s[i] == '\\' && i + 1 < len)
			i++;
		buf_char(&p->typed, s[i]);
	}
}

static bool takes_list(const struct spot *p)
{
	enum operand kind = subject_table[p->subject].operand;

	return (p->place == PLACE_OPERAND || p->place == PLACE_OPERATOR) && !p->quoted &&
	       (kind == OPERAND_SET || kind == OPERAND_NUMBER);
}

/* Of a list only its last part is being typed. */
static void take_last_part(struct spot *p, const char *text, size_t at)
{
	const char *comma = memrchr(text + p->from, ',', at - p->from);

	if (comma == NULL || !takes_list(p))
		return;
	p->from = (size_t)(comma - text) + 1;
	buf_reset(&p->typed);
	resolve(p, text + p->from, at - p->from);
}

static void find_spot(struct spot *p, const char *text, size_t at)
{
	struct lexer lex = { .text = text, .len = at };
	struct token t;

	*p = (struct spot){ .place = PLACE_CONDITION, .word = at, .from = at };
	buf_str(&p->typed, "");
	for (;;) {
		int rc = lex_next(&lex, &t, NULL);
		bool word = rc != 0 || t.kind == TOK_WORD ||
			    (t.kind >= TOK_AND && t.kind <= TOK_NOT && lex_is_keyword(t.s, t.len));

		if (rc == 0 && t.kind == TOK_END)
			break;
		/* It ends where the cursor is, or has no end yet. */
		if (word && (rc != 0 || t.pos + t.raw_len == at)) {
			p->word = p->from = t.pos;
			resolve(p, text + t.pos, at - t.pos);
			take_last_part(p, text, at);
			break;
		}
		after_token(p, &t);
	}
	buf_free(&lex.word);
}

/* ---- candidates ------------------------------------------------------ */

/* Equal but for case (ASCII), and with - and _ alike, as far as it is typed. */
static bool begins(const char *s, size_t len, const struct buf *typed)
{
	char start[64];

	if (typed->len > len)
		return false;
	if (typed->len >= sizeof(start))
		return memcmp(s, typed->s, typed->len) == 0;
	memcpy(start, s, typed->len);
	start[typed->len] = '\0';
	return name_equal(typed->s, typed->len, start);
}

static void add(struct completer *c, const char *text, size_t len, const char *help, uint32_t count)
{
	struct completion *f = &c->found;

	if (f->n == COMPLETE_MAX)
		return;
	/* Two rows that listen on the same end are one, and so are two numbers of a user. */
	for (size_t i = 0; i < f->n; i++)
		if (strlen(c->store.s + c->text[i]) == len &&
		    memcmp(c->store.s + c->text[i], text, len) == 0) {
			f->of[i].count += count;
			return;
		}
	c->text[f->n] = c->store.len;
	buf_add(&c->store, text, len);
	buf_char(&c->store, '\0');
	c->help[f->n] = c->store.len;
	buf_str(&c->store, help);
	buf_char(&c->store, '\0');
	f->of[f->n++].count = count;
}

static void add_word(struct completer *c, const struct spot *p, const char *word, const char *help)
{
	if (begins(word, strlen(word), &p->typed))
		add(c, word, strlen(word), help, COMPLETE_UNCOUNTED);
}

static void add_fields(struct completer *c, const struct spot *p)
{
	const char *name, *help;

	for (unsigned i = 0; (name = complete_field(i, &help)) != NULL; i++)
		add_word(c, p, name, help);
}

static void add_joins(struct completer *c, const struct spot *p)
{
	add_word(c, p, "and", "both hold");
	add_word(c, p, "or", "one of them holds");
	if (p->depth > 0 && p->typed.len == 0)
		add_word(c, p, ")", "the end of the parenthesis");
}

static void add_operators(struct completer *c, const struct spot *p)
{
	static const struct {
		const char *text, *help;
		uint8_t operands; /* bits by enum operand */
	} operators[] = {
#define OF(kind) (1u << OPERAND_##kind)
		{ "=", "equal", OF(SET) | OF(HOST) | OF(NUMBER) | OF(NAME) | OF(MARK) },
		{ "!=", "not equal", OF(SET) | OF(HOST) | OF(NUMBER) | OF(NAME) | OF(MARK) },
		{ ">", "more than", OF(NUMBER) },
		{ ">=", "at least", OF(NUMBER) },
		{ "<", "less than", OF(NUMBER) },
		{ "<=", "at most", OF(NUMBER) },
		{ "~", "has a match of the regular expression", OF(NAME) },
		{ "!~", "has none", OF(NAME) },
#undef OF
	};
	unsigned kind = 1u << subject_table[p->subject].operand;

	if (p->typed.len > 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if ((operators[i].operands & kind) != 0)
			add_word(c, p, operators[i].text, operators[i].help);
}

/* ---- values ---------------------------------------------------------- */

/* Numbers that are often asked for, where no machine has a list of its own. */
static void add_examples(struct completer *c, const struct spot *p)
{
	static const char *const times[] = { "10s", "1m", "10m", "1h", "1d", NULL };
	static const char *const bytes[] = { "0", "1k", "64k", "1m", NULL };
	enum unit unit = subject_table[p->subject].unit;
	const char *const *list = unit == UNIT_TIME ? times : unit == UNIT_BYTES ? bytes : NULL;

	for (; list != NULL && *list != NULL; list++)
		add_word(c, p, *list, "");
}

static const char *word_help(enum subject_id subject, unsigned i)
{
	if ((subject == SUBJ_STATE || subject == SUBJ_EXCLUDE) && i + 1 < ST_COUNT)
		return state_help(i + 1);
	if (subject == SUBJ_OWNER && i + 1 < WHY_COUNT)
		return why_help(i + 1);
	return "";
}

/* A name as it is typed in a filter. False: it does not begin as what is typed. */
static bool print_name(const struct spot *p, const struct snap *s, uint32_t id, struct buf *out)
{
	struct str raw = strpool_get(s->str, id);
	struct name n = { .kind = NAME_EXACT, .len = raw.len };

	if (id == STR_NONE || memchr(raw.s, '\0', raw.len) != NULL ||
	    !begins(raw.s, raw.len, &p->typed))
		return false;
	n.text = xmemdup(raw.s, raw.len);
	name_print(&n, out);
	free(n.text);
	return true;
}

/* In brackets, unless it is IPv4; the bracket need not have been typed. */
static bool print_address(const struct spot *p, const struct addr *a, struct buf *out)
{
	char text[ADDR_TEXT_SIZE];
	bool v4 = addr_is_v4(a);

	addr_text(text, a);
	buf_fmt(out, v4 ? "%s" : "[%s]", text);
	return begins(out->s, out->len, &p->typed) || begins(text, strlen(text), &p->typed);
}

static bool print_number(const struct spot *p, uint64_t n, struct buf *out)
{
	bool port = subject_table[p->subject].unit == UNIT_PORT;
	bool colon = port && (p->typed.len == 0 || p->typed.s[0] == ':');

	buf_fmt(out, "%s%" PRIu64, colon ? ":" : "", n);
	return begins(out->s, out->len, &p->typed);
}

static bool print_listener(const struct spot *p, const struct snap *s, uint64_t row,
			   struct buf *out)
{
	const struct sock *k = &s->sock[row];

	print_address(p, &k->local, out);
	buf_fmt(out, ":%u", k->lport);
	return begins(out->s, out->len, &p->typed);
}

/* One without a name is known by its number. */
static bool print_netns(const struct spot *p, const struct netns *n, const struct snap *s,
			struct buf *out)
{
	return n->name != STR_NONE ? print_name(p, s, n->name, out) : print_number(p, n->ino, out);
}

static bool print_item(const struct spot *p, const struct snap *s, const struct tally_item *item,
		       struct buf *out)
{
	const struct subject *subject = &subject_table[p->subject];
	uint32_t id = (uint32_t)item->lo;
	uint64_t hi = htobe64(item->hi), lo = htobe64(item->lo);
	struct addr a;

	if (p->subject == SUBJ_LISTENER)
		return print_listener(p, s, item->lo, out);
	if (p->subject == SUBJ_USER)
		return print_name(p, s, snap_user_name(s, id), out);
	if (p->subject == SUBJ_DEV)
		return print_name(p, s, snap_if_name(s, (uint32_t)item->hi, id), out);
	if (p->subject == SUBJ_NETNS)
		return print_netns(p, &s->netns[id], s, out);
	switch (subject->operand) {
	case OPERAND_SET:
		buf_str(out, subject->words->word(id));
		return begins(out->s, out->len, &p->typed);
	case OPERAND_HOST:
		memcpy(a.b, &hi, 8);
		memcpy(a.b + 8, &lo, 8);
		return print_address(p, &a, out);
	case OPERAND_NUMBER:
		return print_number(p, item->lo, out);
	case OPERAND_NAME:
		return print_name(p, s, id, out);
	case OPERAND_MARK:
		number_print(item->lo, UNIT_HEX, out);
		return begins(out->s, out->len, &p->typed);
	case OPERAND_NONE:
		break;
	}
	return false;
}

/* The name that goes with a number. */
static const char *number_help(const struct spot *p, const struct snap *s, uint64_t n)
{
	uint32_t id = STR_NONE, proc;

	if (p->subject == SUBJ_UID)
		id = snap_user_name(s, (uint32_t)n);
	proc = p->subject == SUBJ_PID ? snap_find_proc(s, (int32_t)n) : IDX_NONE;
	if (proc != IDX_NONE)
		id = s->proc[proc].comm;
	return strpool_get(s->str, id).s;
}

static void add_values(struct completer *c, const struct spot *p, const struct snap *s)
{
	const struct tally_item *item;
	const struct vocabulary *words = subject_table[p->subject].words;
	const char *word;

	add_examples(c, p);
	if (s == NULL) {
		for (unsigned i = 0; words != NULL && (word = words->word(i)) != NULL; i++)
			add_word(c, p, word, word_help(p->subject, i));
		return;
	}
	tally_make(&c->tally, p->subject, s);
	item = tally_items(&c->tally);
	for (uint32_t i = 0; i < c->tally.n && c->found.n < COMPLETE_MAX; i++) {
		struct buf text = { 0 };

		if (print_item(p, s, &item[i], &text))
			add(c, text.s, text.len,
			    words != NULL ? word_help(p->subject, (unsigned)item[i].lo)
					  : number_help(p, s, item[i].lo),
			    item[i].count);
		buf_free(&text);
	}
}

/* A state where a condition should stand: what was meant is known. */
static void add_states(struct completer *c, const struct spot *p)
{
	for (unsigned i = 0; i + 1 < ST_COUNT && p->typed.len > 0; i++) {
		const char *word = state_word(i + 1);
		char text[64];
		size_t len = strlen(word);

		if (!begins(word, len, &p->typed) || len + sizeof("state ") > sizeof(text))
			continue;
		len = (size_t)snprintf(text, sizeof(text), "state %s", word);
		add(c, text, len, state_help(i + 1), COMPLETE_UNCOUNTED);
	}
}

const struct completion *complete_find(struct completer *c, const char *text, size_t at,
				       const struct snap *s)
{
	struct completion *f = &c->found;
	struct spot p;

	find_spot(&p, text, at);
	buf_reset(&c->store);
	f->word = p.word;
	f->from = p.from;
	f->n = 0;
	f->details = p.place == PLACE_OPERATOR || p.place == PLACE_OPERAND
			     ? subject_table[p.subject].details
			     : 0;
	switch (p.place) {
	case PLACE_CONDITION:
		add_fields(c, &p);
		add_word(c, &p, "not", "the opposite");
		add_states(c, &p);
		break;
	case PLACE_JOIN:
		add_joins(c, &p);
		if (p.typed.len > 0)
			add_fields(c, &p);
		break;
	case PLACE_OPERATOR:
		if (!subject_table[p.subject].bare)
			add_operators(c, &p);
		if (subject_table[p.subject].bare || p.typed.len > 0)
			add_values(c, &p, s);
		break;
	case PLACE_OPERAND:
		add_values(c, &p, s);
		break;
	case PLACE_NOWHERE:
		break;
	}
	for (size_t i = 0; i < f->n; i++) {
		f->of[i].text = c->store.s + c->text[i];
		f->of[i].help = c->store.s + c->help[i];
	}
	buf_free(&p.typed);
	return f;
}
