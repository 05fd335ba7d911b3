/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/mem.h"
#include "sockeye/collect/netfile.h"

/* netstat, snmp: a line of names and one of values. sockstat: names and values in turn. */
enum layout { NAMES_THEN_VALUES, NAME_VALUE };

struct counter_file {
	const char *name;
	enum layout layout;
	bool needed; /* there on every kernel with /proc/net; the others come with IPv6 */
};

static const struct counter_file files[] = {
	{ "netstat", NAMES_THEN_VALUES, true },
	{ "snmp", NAMES_THEN_VALUES, true },
	{ "sockstat", NAME_VALUE, true },
	{ "sockstat6", NAME_VALUE, false },
};

#define SOCKET_FILES 2 /* from here on */

struct word {
	const char *s;
	size_t len;
};

/* Cuts the next word off the text; false when there is none. */
static bool next_word(struct word *text, struct word *w)
{
	const char *end = text->s + text->len;

	while (text->s < end && *text->s == ' ')
		text->s++;
	w->s = text->s;
	while (text->s < end && *text->s != ' ')
		text->s++;
	w->len = (size_t)(text->s - w->s);
	text->len = (size_t)(end - text->s);
	return w->len > 0;
}

static bool word_is(struct word w, const char *s)
{
	return strlen(s) == w.len && memcmp(w.s, s, w.len) == 0;
}

static bool word_number(struct word w, uint64_t *value)
{
	uint64_t v = 0;

	for (size_t i = 0; i < w.len; i++) {
		unsigned digit = (unsigned char)w.s[i] - (unsigned)'0';

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return w.len > 0;
}

static void put_value(struct counters *c, const char *file, struct word prefix, struct word key,
		      struct word text)
{
	uint64_t value;

	for (size_t i = 0; i < CTR_COUNT; i++) {
		const struct counter_info *info = &counter_table[i];

		if (!word_is(key, info->key) || !word_is(prefix, info->prefix) ||
		    strcmp(file, info->file) != 0)
			continue;
		if (word_number(text, &value)) {
			c->value[i] = value;
			c->known[i] = true;
		}
		return;
	}
}

static bool same_word(struct word a, struct word b)
{
	return a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
}

/* Surplus names or values are passed over. */
static void put_columns(struct counters *c, const char *file, struct word prefix, struct word names,
			struct word values)
{
	struct word key, value;

	while (next_word(&names, &key) && next_word(&values, &value))
		put_value(c, file, prefix, key, value);
}

static void put_pairs(struct counters *c, const char *file, struct word prefix, struct word text)
{
	struct word key, value;

	while (next_word(&text, &key) && next_word(&text, &value))
		put_value(c, file, prefix, key, value);
}

static int read_lines(struct netfile *in, const struct counter_file *f, struct counters *c)
{
	struct buf kept = { 0 }; /* a line of names until its values come */
	struct word line;
	int rc;

	while ((rc = netfile_line(in, &line.s, &line.len)) != 0) {
		struct word rest = line, names = { kept.s, kept.len };
		struct word prefix, names_prefix;

		if (rc < 0 && rc != -EMSGSIZE)
			break;
		if (rc < 0 || !next_word(&rest, &prefix))
			continue;
		if (f->layout == NAME_VALUE) {
			put_pairs(c, f->name, prefix, rest);
		} else if (names.len > 0 && next_word(&names, &names_prefix) &&
			   same_word(prefix, names_prefix)) {
			put_columns(c, f->name, prefix, names, rest);
			buf_reset(&kept);
		} else {
			buf_reset(&kept);
			buf_add(&kept, line.s, line.len);
		}
	}
	buf_free(&kept);
	return rc;
}

/* What was read of the files. */
struct result {
	size_t came;         /* files */
	const char *missing; /* the first that should be there and is not, or NULL */
	int why;
};

static struct result read_files(struct counters *c, const char *root, size_t from)
{
	struct result r = { 0 };

	for (size_t i = from; i < ARRAY_SIZE(files); i++) {
		struct netfile in;
		int rc = netfile_open(&in, root, files[i].name);

		if (rc == 0) {
			rc = read_lines(&in, &files[i], c);
			netfile_close(&in);
		}
		r.came += rc == 0;
		if (r.missing == NULL && rc != 0 && (files[i].needed || rc != -ENOENT)) {
			r.missing = files[i].name;
			r.why = rc;
		}
	}
	return r;
}

void counters_fill(struct counters *c, const char *root)
{
	(void)read_files(c, root, 0);
}

void counters_fill_sockets(struct counters *c, const char *root)
{
	(void)read_files(c, root, SOCKET_FILES);
}

void counters_read(struct snap_builder *b, const char *root)
{
	struct result r = read_files(snap_counters(b), root, 0);

	if (r.missing == NULL)
		snap_source_ok(b, SRC_COUNTERS);
	else
		snap_source_fail(b, SRC_COUNTERS, r.came > 0 ? SOURCE_PARTIAL : SOURCE_ABSENT,
				 "cannot read /proc/net/%s: %s", r.missing, strerror(-r.why));
}

void local_ports_read(struct snap_builder *b, const char *root)
{
	char path[PATH_MAX], text[64];
	struct word line, first, last;
	uint64_t from, to;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/sys/net/ipv4/ip_local_port_range",
		 root != NULL ? root : "/proc");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	line = (struct word){ text, len > 0 ? (size_t)len : 0 };
	for (size_t i = 0; i < line.len; i++)
		if (text[i] == '\t' || text[i] == '\n')
			text[i] = ' ';
	if (next_word(&line, &first) && word_number(first, &from) && next_word(&line, &last) &&
	    word_number(last, &to) && from <= to && to <= UINT16_MAX)
		snap_set_local_ports(b, (uint16_t)from, (uint16_t)to);
}
