/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/detail.h"
#include "sockeye/model/names.h"

/* ---- closed sets of words -------------------------------------------- */

/* ss's groups. bound-inactive is its name for a TCP socket in CLOSE; UDP has CLOSE as well. */
static const struct {
	const char *word;
	uint32_t pairs;
} state_groups[] = {
	{ "all", PAIRS_OF(ST_ALL) },
	{ "connected", PAIRS_OF(ST_ALL & ~(ST_BIT(ST_LISTEN) | ST_BIT(ST_CLOSE))) },
	{ "synchronized",
	  PAIRS_OF(ST_ALL & ~(ST_BIT(ST_LISTEN) | ST_BIT(ST_CLOSE) | ST_BIT(ST_SYN_SENT))) },
	{ "bucket", PAIRS_OF(ST_BIT(ST_SYN_RECV) | ST_BIT(ST_TIME_WAIT)) },
	{ "big", PAIRS_OF(ST_ALL & ~(ST_BIT(ST_SYN_RECV) | ST_BIT(ST_TIME_WAIT))) },
	{ "bound-inactive", PAIRS_OF(ST_BIT(ST_CLOSE)) & PAIRS_TCP },
};

static uint32_t state_mask(const char *s, size_t len)
{
	unsigned state;

	for (size_t i = 0; i < ARRAY_SIZE(state_groups); i++)
		if (name_equal(s, len, state_groups[i].word))
			return state_groups[i].pairs;
	state = state_by_name(s, len);
	return state != 0 ? PAIRS_OF(ST_BIT(state)) : 0;
}

static const char *state_nth(unsigned i)
{
	if (i < ST_COUNT - 1)
		return state_word(i + 1);
	i -= ST_COUNT - 1;
	return i < ARRAY_SIZE(state_groups) ? state_groups[i].word : NULL;
}

static uint32_t proto_mask(const char *s, size_t len)
{
	int proto = proto_by_name(s, len);

	return proto >= 0 ? 1u << proto : 0;
}

static const char *proto_nth(unsigned i)
{
	return i < PROTO_COUNT ? proto_name(i) : NULL;
}

static const char *family_nth(unsigned i)
{
	static const uint8_t families[] = { AF_INET,    AF_INET6, AF_UNIX, AF_PACKET,
					    AF_NETLINK, AF_VSOCK, AF_XDP };

	return i < ARRAY_SIZE(families) ? family_name(families[i]) : NULL;
}

static const uint8_t types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET };

static const char *type_nth(unsigned i)
{
	return i < ARRAY_SIZE(types) ? type_name(types[i]) : NULL;
}

static uint32_t type_mask(const char *s, size_t len)
{
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		if (name_equal(s, len, type_name(types[i])))
			return 1u << types[i];
	return 0;
}

static uint32_t family_mask(const char *s, size_t len)
{
	for (unsigned i = 0; family_nth(i) != NULL; i++)
		if (name_equal(s, len, family_nth(i)))
			return 1u << i;
	return 0;
}

/* Bits by enum why; "none" is every reason. */
static uint32_t owner_mask(const char *s, size_t len)
{
	int why = why_by_name(s, len);

	if (name_equal(s, len, "none"))
		return (1u << WHY_COUNT) - 1 - (1u << WHY_OWNED);
	return why > WHY_OWNED ? 1u << why : 0;
}

static const char *owner_nth(unsigned i)
{
	return i + 1 < WHY_COUNT ? why_name(i + 1) : i + 1 == WHY_COUNT ? "none" : NULL;
}

static const struct vocabulary states = { state_mask, state_nth };
static const struct vocabulary protos = { proto_mask, proto_nth };
static const struct vocabulary families = { family_mask, family_nth };
static const struct vocabulary sock_types = { type_mask, type_nth };
static const struct vocabulary reasons = { owner_mask, owner_nth };

/* ---- subjects -------------------------------------------------------- */

#define SET(words_, wants_) .operand = OPERAND_SET, .words = &(words_), .wants = (wants_)
#define HOST                .operand = OPERAND_HOST, .wants = "an address or :PORT"
#define PORT                .operand = OPERAND_NUMBER, .unit = UNIT_PORT, .max = 65535, .wants = "a port"
#define NUMBER(unit_, max_) \
	.operand = OPERAND_NUMBER, .unit = (unit_), .max = (max_), .wants = "a number"
#define NAME(wants_) .operand = OPERAND_NAME, .max = UINT32_MAX, .wants = (wants_)

// clang-format off
const struct subject subject_table[SUBJ_COUNT] = {
	[SUBJ_STATE]     = { "state", SET(states, "a state"), .bare = true, .help = "its state" },
	[SUBJ_EXCLUDE]   = { "exclude", { "excl" }, SET(states, "a state"), .bare = true, .help = "any state but this" },
	[SUBJ_SRC]       = { "src", { "local" }, HOST, .bare = true, .help = "local address, prefix, :port" },
	[SUBJ_DST]       = { "dst", { "remote", "peer" }, HOST, .bare = true, .help = "remote address, prefix, :port" },
	[SUBJ_LISTENER]  = { "listener", HOST, .help = "end that the connection came in by" },
	[SUBJ_SPORT]     = { "sport", PORT, .help = "local port" },
	[SUBJ_DPORT]     = { "dport", PORT, .help = "remote port" },
	[SUBJ_AUTOBOUND] = { .name = "autobound", .operand = OPERAND_NONE, .help = "local port that the kernel chose" },
	[SUBJ_DEV]       = { "dev", { "if" }, NAME("an interface"), .help = "interface that it is bound to" },
	[SUBJ_COMM]      = { "comm", { "process", "program" }, NAME("the name of a program"), .owners = true, .help = "name of a process that holds it" },
	[SUBJ_USER]      = { "user", NAME("a user"), .help = "user that it belongs to" },
	[SUBJ_OWNER]     = { "owner", SET(reasons, "a reason"), .owners = true, .help = "why no process holds it" },
	[SUBJ_PID]       = { "pid", NUMBER(UNIT_NONE, INT_MAX), .owners = true, .help = "process that holds it" },
	[SUBJ_FD]        = { "fd", NUMBER(UNIT_NONE, INT_MAX), .owners = true, .help = "descriptor that it is held by" },
	[SUBJ_UID]       = { "uid", NUMBER(UNIT_NONE, UINT32_MAX), .help = "user by number" },
	[SUBJ_INODE]     = { "inode", { "ino" }, NUMBER(UNIT_NONE, UINT32_MAX), .help = "as in /proc/PID/fd; 0: none" },
	[SUBJ_COOKIE]    = { "cookie", NUMBER(UNIT_HEX, UINT64_MAX), .help = "the kernel's identity of it" },
	[SUBJ_RECV_Q]    = { "recv_q", { "recvq" }, NUMBER(UNIT_BYTES, UINT64_MAX), .help = "bytes that the program has not read" },
	[SUBJ_SEND_Q]    = { "send_q", { "sendq" }, NUMBER(UNIT_BYTES, UINT64_MAX), .help = "bytes not acknowledged yet" },
	[SUBJ_AGE]       = { "age", .operand = OPERAND_NUMBER, .unit = UNIT_TIME, .max = UINT64_MAX, .wants = "a time", .help = "time in its state" },
	[SUBJ_RETRANS]   = { "retrans", NUMBER(UNIT_NONE, UINT8_MAX), .help = "retransmits of the segment in flight" },
	[SUBJ_PROTO]     = { "proto", SET(protos, "a protocol"), .help = "tcp, udp, unix, ..." },
	[SUBJ_FAMILY]    = { "family", SET(families, "a family"), .help = "inet, inet6, unix, ..." },
	[SUBJ_TYPE]      = { "type", SET(sock_types, "a type"), .help = "stream, dgram, seqpacket, raw: not of inet" },
	[SUBJ_CONTAINER] = { "container", NAME("a container"), .owners = true, .places = true, .help = "container, by id or name" },
	[SUBJ_UNIT]      = { "unit", NAME("a unit"), .owners = true, .places = true, .help = "unit of systemd" },
	[SUBJ_FWMARK]    = { "fwmark", { "mark" }, .operand = OPERAND_MARK, .details = DETAIL_MARK, .wants = "a mark", .help = "its mark (SO_MARK), or a part of it: NUMBER/MASK" },
	[SUBJ_CGROUP]    = { "cgroup", NAME("the path of a control group"), .details = DETAIL_CGROUP, .help = "control group that it was made in" },
	[SUBJ_NETNS]     = { "netns", NAME("a network namespace"), .help = "network namespace, by name or inode" },
};
// clang-format on

static bool subject_is(const struct subject *s, const struct token *t)
{
	if (token_is(t, s->name))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(s->alias) && s->alias[i] != NULL; i++)
		if (token_is(t, s->alias[i]))
			return true;
	return false;
}

int subject_by_name(const struct token *t)
{
	for (int i = 0; i < SUBJ_COUNT; i++)
		if (subject_is(&subject_table[i], t))
			return i;
	return -1;
}

static const char *subject_nth(unsigned i)
{
	return i < SUBJ_COUNT ? subject_table[i].name : NULL;
}

int subject_unknown(const struct token *t, struct err *e)
{
	static const enum subject_id sets[] = { SUBJ_STATE, SUBJ_PROTO, SUBJ_FAMILY, SUBJ_OWNER };
	const char *near = suggest(t->s, t->len, subject_nth);
	char q[QUOTE_SIZE];

	token_quote(t, q);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		const struct subject *s = &subject_table[sets[i]];

		if (s->words->mask(t->s, t->len) != 0)
			return err_at(e, -EINVAL, t->pos,
				      "not a field: \"%s\"; did you mean \"%s %s%s\"?", q, s->name,
				      s->bare ? "" : "= ", q);
	}
	if (t->len > 0 && (t->s[0] == ':' || all_of(t->s, t->len, "0123456789.:/[]")))
		return err_at(e, -EINVAL, t->pos,
			      "not a field: \"%s\"; \"src\" or \"dst\" come before an address", q);
	if (near != NULL)
		return err_at(e, -EINVAL, t->pos, "not a field: \"%s\"; did you mean \"%s\"?", q,
			      near);
	return err_at(e, -EINVAL, t->pos, "not a field: \"%s\"", q);
}

int check_operator(enum subject_id id, const struct token *op, enum cmp cmp, struct err *e)
{
	const struct subject *s = &subject_table[id];
	const char *takes = NULL;
	char q[QUOTE_SIZE];

	switch (s->operand) {
	case OPERAND_NONE:
		break;
	case OPERAND_SET:
	case OPERAND_HOST:
	case OPERAND_MARK:
		if (id == SUBJ_EXCLUDE && cmp != CMP_EQ)
			takes = "no operator";
		else if (cmp > CMP_NE)
			takes = "= and !=";
		break;
	case OPERAND_NUMBER:
		if (cmp >= CMP_LIKE)
			takes = "= != < <= > >=";
		break;
	case OPERAND_NAME:
		if (cmp >= CMP_GT && cmp < CMP_LIKE)
			takes = "= != ~ !~";
		break;
	}
	if (takes == NULL)
		return 0;
	return err_at(e, -EINVAL, op->pos, "\"%s\" takes %s, not \"%s\"", s->name, takes,
		      token_quote(op, q));
}

uint32_t set_read(enum subject_id id, const struct token *operand, struct err *e)
{
	const struct subject *s = &subject_table[id];
	uint32_t all = 0;
	size_t begin = 0;
	char q[QUOTE_SIZE];

	for (size_t i = 0; i <= operand->len; i++) {
		const char *word = operand->s + begin, *near;
		uint32_t mask;

		if (i < operand->len && operand->s[i] != ',')
			continue;
		mask = s->words->mask(word, i - begin);
		if (mask == 0) {
			near = suggest(word, i - begin, s->words->word);
			err_at(e, -EINVAL, operand->pos, "not %s: \"%s\"%s%s%s", s->wants,
			       quote_text(word, i - begin, q), near ? "; did you mean \"" : "",
			       near ? near : "", near ? "\"?" : "");
			return 0;
		}
		all |= mask;
		begin = i + 1;
	}
	return all;
}

/* A user, an interface or a namespace may be given by its number; in quotes it is a name. */
static bool is_number(const struct token *t)
{
	return !t->quoted && t->len > 0 && t->raw_len == t->len &&
	       all_of(t->s, t->len, "0123456789");
}

static bool takes_number(enum subject_id id)
{
	return id == SUBJ_USER || id == SUBJ_DEV || id == SUBJ_NETNS;
}

int check_operand(struct tree *t, const struct token *operand, struct cond *c, struct err *e)
{
	enum subject_id id = (enum subject_id)c->subject;
	const struct subject *s = &subject_table[id];
	enum operand kind = s->operand;

	if (kind == OPERAND_NAME && takes_number(id) && c->cmp <= CMP_NE && is_number(operand))
		kind = OPERAND_NUMBER;
	c->operand = (uint8_t)kind;
	switch (kind) {
	case OPERAND_SET:
		c->arg = set_read(id, operand, e);
		return c->arg != 0 ? 0 : -EINVAL;
	case OPERAND_HOST:
		return host_read(t, operand, c, e);
	case OPERAND_NUMBER:
		return numbers_read(t, operand, operand->s, operand->len, s->unit, s->max, c, e);
	case OPERAND_NAME:
		return name_read(t, operand, c, e);
	case OPERAND_MARK:
		return mark_read(t, operand, c, e);
	case OPERAND_NONE:
		break;
	}
	return 0;
}
