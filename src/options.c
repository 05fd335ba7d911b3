/* SPDX-License-Identifier: MIT */
#include "sockeye/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/model/names.h"

#define DELAY_MS_DEFAULT 2000
#define DELAY_MS_MIN     100
/* A tenth of a core is what a tool may take of a machine in trouble. */
#define MAX_PERCENT_DEFAULT 10
#define DELAY_MS_MAX        3600000

enum option_id {
#define OPTION(id, short_, long_, arg, help) OPT_##id,
#include "sockeye/options.def"
	OPT_COUNT_
};

struct option_info {
	const char *name, *arg, *help;
	char letter;
};

static const struct option_info table[OPT_COUNT_] = {
#define OPTION(id, short_, long_, arg_, help_) \
	[OPT_##id] = { .letter = (short_), .name = (long_), .arg = (arg_), .help = (help_) },
#include "sockeye/options.def"
};

/* The tables that -A and -f can name. A row of both inet protocols has two bits. */
struct selectable {
	const char *name;
	unsigned protos;
	enum absent absent; /* when protos is 0 */
};

#define TCP_BIT (1u << PROTO_TCP)
#define UDP_BIT (1u << PROTO_UDP)

// clang-format off
static const struct selectable tables[] = {
	{ "tcp", TCP_BIT, 0 },
	{ "udp", UDP_BIT, 0 },
	{ "raw", 0, ABSENT_RAW },
	{ "unix", 0, ABSENT_UNIX },
	{ "unix_stream", 0, ABSENT_UNIX }, { "u_str", 0, ABSENT_UNIX },
	{ "unix_dgram", 0, ABSENT_UNIX }, { "u_dgr", 0, ABSENT_UNIX },
	{ "unix_seqpacket", 0, ABSENT_UNIX }, { "u_seq", 0, ABSENT_UNIX },
	{ "packet", 0, ABSENT_PACKET },
	{ "packet_raw", 0, ABSENT_PACKET }, { "p_raw", 0, ABSENT_PACKET },
	{ "packet_dgram", 0, ABSENT_PACKET }, { "p_dgr", 0, ABSENT_PACKET },
	{ "netlink", 0, ABSENT_NETLINK },
	{ "mptcp", 0, ABSENT_MPTCP },
	{ "sctp", 0, ABSENT_SCTP },
	{ "dccp", 0, ABSENT_DCCP },
	{ "vsock", 0, ABSENT_VSOCK },
	{ "vsock_stream", 0, ABSENT_VSOCK }, { "v_str", 0, ABSENT_VSOCK },
	{ "vsock_dgram", 0, ABSENT_VSOCK }, { "v_dgr", 0, ABSENT_VSOCK },
	{ "xdp", 0, ABSENT_XDP },
	{ "tipc", 0, ABSENT_TIPC },
};

static const char *const absent_names[ABSENT_COUNT] = {
	[ABSENT_RAW] = "raw", [ABSENT_UNIX] = "unix", [ABSENT_PACKET] = "packet",
	[ABSENT_NETLINK] = "netlink", [ABSENT_MPTCP] = "mptcp", [ABSENT_SCTP] = "sctp",
	[ABSENT_DCCP] = "dccp", [ABSENT_VSOCK] = "vsock", [ABSENT_XDP] = "xdp",
	[ABSENT_TIPC] = "tipc",
};
// clang-format on

/* Families of -f that are one table; inet and inet6 are handled apart. */
static const struct {
	const char *name;
	enum absent absent;
} families[] = {
	{ "unix", ABSENT_UNIX },   { "link", ABSENT_PACKET }, { "netlink", ABSENT_NETLINK },
	{ "vsock", ABSENT_VSOCK }, { "xdp", ABSENT_XDP },     { "tipc", ABSENT_TIPC },
};

const char *options_absent_name(enum absent a)
{
	return absent_names[a];
}

/* What has been chosen so far; nothing chosen means the default. */
struct choice {
	unsigned protos;
	bool v4, v6, any; /* any: some table was chosen */
	const char *sort;
};

/* ---- values ---------------------------------------------------------- */

/* A whole number within bounds and nothing behind it. */
static int parse_uint(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (*text == '\0')
		return -EINVAL;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || n > max)
			return -EINVAL;
		n = n * 10 + (uint64_t)(*p - '0');
	}
	*out = n;
	return n >= min && n <= max ? 0 : -EINVAL;
}

int options_parse_delay(const char *text, unsigned *ms)
{
	const char *dot = strchr(text, '.');
	uint64_t whole = 0, part = 0, unit = 100;
	char head[16];
	size_t len = dot != NULL ? (size_t)(dot - text) : strlen(text);

	if (len >= sizeof(head) || (len == 0 && (dot == NULL || dot[1] == '\0')))
		return -EINVAL;
	memcpy(head, text, len);
	head[len] = '\0';
	if (len > 0 && parse_uint(head, 0, DELAY_MS_MAX, &whole) != 0)
		return -EINVAL;
	for (const char *p = dot != NULL ? dot + 1 : ""; *p != '\0'; p++, unit /= 10) {
		if (*p < '0' || *p > '9')
			return -EINVAL;
		part += (uint64_t)(*p - '0') * unit;
	}
	whole = whole * 1000 + part;
	if (whole < DELAY_MS_MIN || whole > DELAY_MS_MAX)
		return -EINVAL;
	*ms = (unsigned)whole;
	return 0;
}

static int bad_value(struct err *e, enum option_id id, const char *value, const char *expected)
{
	return err_set(e, -EINVAL, "option --%s: \"%.80s\" is not %s", table[id].name, value,
		       expected);
}

static int set_uint(struct err *e, enum option_id id, const char *value, uint64_t min, uint64_t max,
		    const char *expected, uint64_t *out)
{
	return parse_uint(value, min, max, out) == 0 ? 0 : bad_value(e, id, value, expected);
}

/* ---- choosing sockets ------------------------------------------------ */

static void choose_absent(struct options *o, struct choice *c, enum absent a)
{
	o->absent[a] = true;
	c->any = true;
}

static void choose_protos(struct choice *c, unsigned protos)
{
	c->protos |= protos;
	c->any = true;
}

static int choose_family(struct options *o, struct choice *c, const char *name, struct err *e)
{
	if (strcmp(name, "inet") == 0) {
		c->v4 = true;
		return 0;
	}
	if (strcmp(name, "inet6") == 0) {
		c->v6 = true;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (strcmp(name, families[i].name) == 0) {
			choose_absent(o, c, families[i].absent);
			return 0;
		}
	}
	return bad_value(e, OPT_FAMILY, name, "a family (inet, inet6, unix, link)");
}

static void apply_table(struct options *o, struct choice *c, const struct selectable *t, bool on)
{
	c->any = true;
	if (t->protos == 0)
		o->absent[t->absent] = on;
	else if (on)
		c->protos |= t->protos;
	else
		c->protos &= ~t->protos;
}

/* One word of -A: a table, inet or all, with ! before it to take it out again. As ss, all lacks
 * tipc. */
static bool apply_word(struct options *o, struct choice *c, const char *word, size_t len)
{
	bool on = len == 0 || *word != '!', all, found = false;

	if (!on) {
		word++;
		len--;
	}
	all = name_equal(word, len, "all");
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		const struct selectable *t = &tables[i];
		bool inet = t->protos != 0 || t->absent == ABSENT_RAW;

		if ((all && !(t->protos == 0 && t->absent == ABSENT_TIPC)) ||
		    (inet && name_equal(word, len, "inet")) || name_equal(word, len, t->name)) {
			apply_table(o, c, t, on);
			found = true;
		}
	}
	return found;
}

static int choose_tables(struct options *o, struct choice *c, const char *list, struct err *e)
{
	for (const char *word = list;; word++) {
		size_t len = strcspn(word, ",");

		if (!apply_word(o, c, word, len))
			return bad_value(e, OPT_QUERY, list,
					 "a list of tables (all, inet, tcp, udp, ...)");
		word += len;
		if (*word == '\0')
			return 0;
	}
}

/* ---- options --------------------------------------------------------- */

static int set_color(struct options *o, const char *value, struct err *e)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};

	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(value, words[i]) == 0) {
			o->color = (enum term_color)i;
			return 0;
		}
	}
	return bad_value(e, OPT_COLOR, value, "auto, always or never");
}

static int set_by(struct options *o, const char *value, struct err *e)
{
	int by = by_by_name(value, strlen(value));

	if (by < 0)
		return bad_value(
			e, OPT_BY, value,
			"a grouping (state, process, program, user, remote, listener, container, unit, socket)");
	o->by = (enum by)by;
	o->has_by = true;
	return 0;
}

/* Options with a value. */
static int apply_value(struct options *o, struct choice *c, enum option_id id, const char *value,
		       struct err *e)
{
	uint64_t n = 0;
	int rc;

	switch ((unsigned)id) {
	case OPT_COUNT:
		o->has_count = true;
		rc = set_uint(e, id, value, 0, UINT32_MAX, "a number of samples", &n);
		o->count = (uint32_t)n;
		return rc;
	case OPT_DELAY:
		o->has_interval = true;
		if (options_parse_delay(value, &o->interval_ms) != 0)
			return bad_value(e, id, value, "a number of seconds from 0.1 to 3600");
		return 0;
	case OPT_MAX_CPU:
		rc = set_uint(e, id, value, 1, 100, "a percentage from 1 to 100", &n);
		o->max_percent = (unsigned)n;
		return rc;
	case OPT_MAX_SOCKETS:
		rc = set_uint(e, id, value, 1, UINT32_MAX - 1, "a number of sockets", &n);
		o->max_sockets = (uint32_t)n;
		return rc;
	case OPT_BY:
		return set_by(o, value, e);
	case OPT_PREFIX4:
		rc = set_uint(e, id, value, 0, 32, "a prefix length from 0 to 32", &n);
		o->prefix4 = (uint8_t)n;
		return rc;
	case OPT_PREFIX6:
		rc = set_uint(e, id, value, 0, 128, "a prefix length from 0 to 128", &n);
		o->prefix6 = (uint8_t)n;
		return rc;
	case OPT_TOP:
		rc = set_uint(e, id, value, 1, UINT32_MAX - 1, "a number of rows", &n);
		o->top = (uint32_t)n;
		return rc;
	case OPT_SORT:
		c->sort = value;
		return 0;
	case OPT_FAMILY:
		return choose_family(o, c, value, e);
	case OPT_QUERY:
		return choose_tables(o, c, value, e);
	case OPT_FILTER_FILE:
		o->filter_file = value;
		return 0;
	case OPT_COLOR:
		return set_color(o, value, e);
	case OPT_TERM:
		o->term = value;
		return 0;
	}
	return 0;
}

static void apply_switch(struct options *o, struct choice *c, enum option_id id)
{
	bool *const flag[OPT_COUNT_] = {
		[OPT_BATCH] = &o->batch,
		[OPT_JSON] = &o->json,
		[OPT_STRICT] = &o->strict,
		[OPT_SUMMARY] = &o->summary,
		[OPT_IPV4] = &c->v4,
		[OPT_IPV6] = &c->v6,
		[OPT_LISTENING] = &o->select.listening,
		[OPT_EXTENDED] = &o->extended,
		[OPT_MEMORY] = &o->memory,
		[OPT_INFO] = &o->info,
		[OPT_NUMERIC] = &o->numeric,
		[OPT_TIMERS] = &o->timers,
		[OPT_NO_HEADER] = &o->no_header,
		[OPT_READ_ONLY] = &o->read_only,
		[OPT_NO_SANDBOX] = &o->no_sandbox,
		[OPT_ASCII] = &o->ascii,
		[OPT_HELP] = &o->help,
		[OPT_VERSION] = &o->version,
	};

	if (flag[id] != NULL)
		*flag[id] = true;
	else if (id == OPT_TCP)
		choose_protos(c, TCP_BIT);
	else if (id == OPT_UDP)
		choose_protos(c, UDP_BIT);
	else if (id == OPT_RAW)
		choose_absent(o, c, ABSENT_RAW);
	else if (id == OPT_UNIX)
		choose_absent(o, c, ABSENT_UNIX);
	else if (id == OPT_PACKET)
		choose_absent(o, c, ABSENT_PACKET);
}

/* The column of the grouping, or of both groupings of the overview. */
static int set_sort(struct options *o, const char *value, struct err *e)
{
	const char *name = value;
	bool ascending;
	int key;

	if (value == NULL)
		return 0;
	ascending = *value == '-';
	name += ascending;
	if (o->has_by) {
		key = sort_by_name(o->by, name, strlen(name));
	} else {
		key = sort_by_name(BY_PROCESS, name, strlen(name));
		if (key != sort_by_name(BY_REMOTE, name, strlen(name)))
			key = -1;
	}
	if (key < 0)
		return bad_value(e, OPT_SORT, value, "a column of this report or a state");
	o->sort = (uint8_t)key;
	o->ascending = ascending;
	return 0;
}

static void set_select(struct options *o, const struct choice *c)
{
	o->select.protos = c->any ? c->protos : TCP_BIT | UDP_BIT;
	o->select.v4 = c->v4 || !c->v6;
	o->select.v6 = c->v6 || !c->v4;
}

/* ---- getopt ---------------------------------------------------------- */

#define LONG_BASE 256 /* values of options without a letter */

static void make_getopt(char *letters, struct option *longs)
{
	*letters++ = ':';
	for (unsigned i = 0; i < OPT_COUNT_; i++) {
		if (table[i].letter != 0) {
			*letters++ = table[i].letter;
			if (table[i].arg != NULL)
				*letters++ = ':';
		}
		longs[i] = (struct option){
			.name = table[i].name,
			.has_arg = table[i].arg != NULL ? required_argument : no_argument,
			.val = LONG_BASE + (int)i,
		};
	}
	*letters = '\0';
	longs[OPT_COUNT_] = (struct option){ .name = NULL };
}

static int option_of(int c)
{
	if (c >= LONG_BASE)
		return c - LONG_BASE;
	for (int i = 0; i < OPT_COUNT_; i++)
		if (table[i].letter != 0 && table[i].letter == c)
			return i;
	return -1;
}

static int bad_option(struct err *e, int c, char **argv)
{
	const char *word = argv[optind - 1];

	if (c == ':')
		return err_set(e, -EINVAL, "option %.80s needs a value", word);
	if (optopt >= LONG_BASE)
		return err_set(e, -EINVAL, "option --%s takes no value",
			       table[optopt - LONG_BASE].name);
	if (optopt != 0)
		return err_set(e, -EINVAL, "no option -%c: see sockeye --help", optopt);
	return err_set(e, -EINVAL, "no option %.80s: see sockeye --help", word);
}

int options_parse(struct options *o, int argc, char **argv, struct err *e)
{
	char letters[2 * OPT_COUNT_ + 2];
	struct option longs[OPT_COUNT_ + 1];
	struct choice choice = { .sort = NULL };
	int c, rc = 0;

	*o = (struct options){
		.interval_ms = DELAY_MS_DEFAULT,
		.max_percent = MAX_PERCENT_DEFAULT,
		.prefix4 = 32,
		.prefix6 = 128,
		.sort = SORT_NATURAL,
		.top = UINT32_MAX,
	};
	make_getopt(letters, longs);
	opterr = 0;
	optind = 0;
	while (rc == 0 && (c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		int id = c == '?' || c == ':' ? -1 : option_of(c);

		if (id < 0)
			rc = bad_option(e, c, argv);
		else if (table[id].arg != NULL)
			rc = apply_value(o, &choice, (enum option_id)id, optarg, e);
		else
			apply_switch(o, &choice, (enum option_id)id);
	}
	if (rc == 0)
		rc = set_sort(o, choice.sort, e);
	if (rc != 0)
		return rc;
	set_select(o, &choice);
	for (int i = optind; i < argc; i++) {
		if (o->filter.len > 0)
			buf_char(&o->filter, ' ');
		buf_str(&o->filter, argv[i]);
	}
	return 0;
}

void options_free(struct options *o)
{
	buf_free(&o->filter);
}

#define HELP_COLUMN 24

void options_help(struct buf *out)
{
	buf_str(out,
		"Usage: sockeye [OPTION]... [FILTER]\n"
		"Shows which process holds which sockets in which state, live or as a report.\n\n");
	for (unsigned i = 0; i < OPT_COUNT_; i++) {
		size_t start = out->len;

		if (table[i].letter != 0)
			buf_fmt(out, "  -%c, ", table[i].letter);
		else
			buf_str(out, "      ");
		buf_fmt(out, "--%s", table[i].name);
		if (table[i].arg != NULL)
			buf_fmt(out, " %s", table[i].arg);
		buf_fill(out, ' ',
			 out->len - start < HELP_COLUMN ? start + HELP_COLUMN - out->len : 1);
		buf_fmt(out, " %s\n", table[i].help);
	}
	buf_str(out, "\nFILTER is ss's language, for example: state close-wait dport = :443\n"
		     "See sockeye(8) and sockeye-filter(7).\n");
}
