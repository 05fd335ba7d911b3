/* SPDX-License-Identifier: MIT */
#include "sockeye/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "options_select.h"

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
			"a grouping (state, process, program, user, remote, listener, container, unit, netns, socket)");
	o->by = (enum by)by;
	o->has_by = true;
	return 0;
}

/* Options with a value. */
static int apply_value(struct options *o, struct chosen *c, const char **sort, enum option_id id,
		       const char *value, struct err *e)
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
		*sort = value;
		return 0;
	case OPT_FAMILY:
		if (!chosen_add_family(c, value))
			return bad_value(e, id, value,
					 "a family (inet, inet6, unix, link, netlink, vsock, xdp)");
		return 0;
	case OPT_QUERY:
		if (!chosen_add_tables(c, value))
			return bad_value(e, id, value,
					 "a list of tables (all, inet, tcp, udp, unix, ...)");
		return 0;
	case OPT_NETNS:
		o->netns = value;
		return 0;
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

static void apply_switch(struct options *o, struct chosen *c, enum option_id id)
{
	static const unsigned protos[OPT_COUNT_] = {
		[OPT_TCP] = PROTO_BIT(PROTO_TCP),       [OPT_UDP] = PROTO_BIT(PROTO_UDP),
		[OPT_RAW] = PROTO_BIT(PROTO_RAW),       [OPT_UNIX] = PROTO_BIT(PROTO_UNIX),
		[OPT_PACKET] = PROTO_BIT(PROTO_PACKET), [OPT_MPTCP] = PROTO_BIT(PROTO_MPTCP),
		[OPT_SCTP] = PROTO_BIT(PROTO_SCTP),     [OPT_VSOCK] = PROTO_BIT(PROTO_VSOCK),
		[OPT_XDP] = PROTO_BIT(PROTO_XDP),
	};
	bool *const flag[OPT_COUNT_] = {
		[OPT_BATCH] = &o->batch,
		[OPT_JSON] = &o->json,
		[OPT_EVENTS] = &o->events,
		[OPT_STRICT] = &o->strict,
		[OPT_SUMMARY] = &o->summary,
		[OPT_IPV4] = &c->v4,
		[OPT_IPV6] = &c->v6,
		[OPT_LISTENING] = &o->select.listening,
		[OPT_RESOLVE] = &o->resolve,
		[OPT_EXTENDED] = &o->extended,
		[OPT_MEMORY] = &o->memory,
		[OPT_INFO] = &o->info,
		[OPT_NUMERIC] = &o->numeric,
		[OPT_RATES] = &o->rates,
		[OPT_TIMERS] = &o->timers,
		[OPT_NO_HEADER] = &o->no_header,
		[OPT_READ_ONLY] = &o->read_only,
		[OPT_ALL_NETNS] = &o->all_netns,
		[OPT_NO_SANDBOX] = &o->no_sandbox,
		[OPT_ASCII] = &o->ascii,
		[OPT_HELP] = &o->help,
		[OPT_VERSION] = &o->version,
	};

	if (flag[id] != NULL)
		*flag[id] = true;
	else if (protos[id] != 0)
		chosen_add_protos(c, protos[id]);
}

/* What is sorted by is shown. */
static bool by_bytes(bool sockets, int key)
{
	return sockets ? key == F_IN_RATE || key == F_OUT_RATE : column_is_rate((enum column)key);
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
	o->rates |= by_bytes(o->has_by && o->by == BY_SOCKET, key);
	o->ascending = ascending;
	return 0;
}

/* What comes one by one has no groups, no order and no totals. */
static int check_events(const struct options *o, const char *sort, struct err *e)
{
	if (o->events && (o->has_by || o->summary || sort != NULL || o->top != UINT32_MAX))
		return err_set(e, -EINVAL,
			       "option --events goes without --by, --sort, --top and --summary");
	return 0;
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
	struct chosen choice = { .any = false };
	const char *sort = NULL;
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
			rc = apply_value(o, &choice, &sort, (enum option_id)id, optarg, e);
		else
			apply_switch(o, &choice, (enum option_id)id);
	}
	if (rc == 0 && o->all_netns && o->netns != NULL)
		rc = err_set(e, -EINVAL, "option --all-netns does not go with -N");
	if (rc == 0)
		rc = check_events(o, sort, e);
	if (rc == 0)
		rc = set_sort(o, sort, e);
	if (rc != 0)
		return rc;
	chosen_finish(&choice, o);
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
