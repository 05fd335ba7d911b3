/* SPDX-License-Identifier: MIT */
#include "sockeye/insight/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "sockeye/base/fmt.h"

const struct finding_info finding_table[FINDING_COUNT] = {
#define FINDING(id, name, help) [FINDING_##id] = { name, help },
#include "sockeye/insight/findings.def"
};

static void (*const checks[FINDING_COUNT])(struct find *f) = {
	[FINDING_CLOSE_WAIT_LEAK] = find_close_wait_leak,
	[FINDING_HALF_OPEN_FLOOD] = find_half_open_flood,
	[FINDING_CONNECTION_FLOOD] = find_connection_flood,
	[FINDING_ACCEPT_QUEUE] = find_accept_queue,
	[FINDING_EPHEMERAL_PORTS] = find_ephemeral_ports,
	[FINDING_TIMEWAIT_LIMIT] = find_timewait_limit,
	[FINDING_ORPHANS] = find_orphans,
	[FINDING_CONNTRACK] = find_conntrack,
	[FINDING_DESCRIPTORS] = find_descriptors,
	[FINDING_SLOW_READER] = find_slow_reader,
};

const char *severity_name(enum severity s)
{
	return s == SEVERITY_CRIT ? "crit" : "warn";
}

bool find_whole(const struct snap *s, enum tcp_state st)
{
	enum source_status status = s->source[SRC_TCP].status;

	/* What is partial has fewer rows, but those that it has are so. */
	return (status == SOURCE_OK || status == SOURCE_PARTIAL) &&
	       (s->whole[PROTO_TCP] >> st & 1) != 0;
}

double find_size(double n)
{
	unsigned halved = 0;

	while (n >= 2) {
		n /= 2;
		halved++;
	}
	return halved;
}

/* ---- putting one together -------------------------------------------- */

struct finding *find_new(struct find *f, enum finding_kind kind, enum severity severity,
			 double weight)
{
	struct finding *x;

	if (f->out->n == FINDINGS_MAX)
		return NULL;
	x = &f->out->item[f->out->n++];
	x->kind = kind;
	x->severity = severity;
	x->weight = weight;
	x->text[0] = x->expr[0] = '\0';
	x->n_evidence = 0;
	x->pid = 0;
	return x;
}

static void append(char *buf, size_t size, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

static void append(char *buf, size_t size, const char *fmt, va_list ap)
{
	size_t len = strnlen(buf, size - 1);

	vsnprintf(buf + len, size - len, fmt, ap);
}

void find_text(struct finding *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	append(x->text, sizeof(x->text), fmt, ap);
	va_end(ap);
}

void find_expr(struct finding *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	append(x->expr, sizeof(x->expr), fmt, ap);
	va_end(ap);
}

static struct evidence *add_evidence(struct finding *x, const char *key, enum evidence_type type)
{
	struct evidence *e = &x->evidence[x->n_evidence];

	/* The last place is used again: which keys there are is ours to know. */
	x->n_evidence += x->n_evidence < EVIDENCE_MAX - 1;
	e->key = key;
	e->type = type;
	return e;
}

void find_uint(struct finding *x, const char *key, uint64_t n)
{
	add_evidence(x, key, EVIDENCE_UINT)->u = n;
}

void find_real(struct finding *x, const char *key, double n)
{
	add_evidence(x, key, EVIDENCE_REAL)->r = n;
}

void find_word(struct finding *x, const char *key, const char *text)
{
	struct evidence *e = add_evidence(x, key, EVIDENCE_TEXT);

	snprintf(e->text, sizeof(e->text), "%s", text);
}

void find_proc(struct finding *x, const struct snap *s, const struct proc *p)
{
	find_uint(x, "process", (uint64_t)p->pid);
	find_word(x, "comm", strpool_get(s->str, p->comm).s);
	x->pid = p->pid;
}

void find_netns(struct finding *x, const struct snap *s, uint64_t ino)
{
	uint32_t row = ino != 0 ? snap_find_netns(s, ino) : IDX_NONE;
	const char *name;

	if (row == IDX_NONE)
		return;
	find_expr(x, " and netns = %llu", (unsigned long long)ino);
	if (s->netns[row].own)
		return;
	name = strpool_get(s->str, s->netns[row].name).s;
	if (s->netns[row].name != STR_NONE)
		find_text(x, " in netns %s", name);
	else
		find_text(x, " in netns %llu", (unsigned long long)ino);
	find_uint(x, "netns", ino);
}

/* ---- texts ----------------------------------------------------------- */

const char *text_count(char *buf, uint64_t n)
{
	fmt_group(buf, n);
	return buf;
}

const char *text_number(char *buf, double n)
{
	if (n >= 1.95)
		fmt_group(buf, (uint64_t)(n + 0.5));
	else
		snprintf(buf, FIND_TEXT, "%.*f", n >= 0.095 ? 1 : 2, n);
	return buf;
}

const char *text_rate(char *buf, double per_s)
{
	char n[FIND_TEXT];

	snprintf(buf, FIND_TEXT, "%.32s/s", text_number(n, per_s));
	return buf;
}

const char *text_age(char *buf, double seconds)
{
	static const struct {
		double over, unit;
		const char *name;
	} steps[] = { { 172800, 86400, "days" }, { 7200, 3600, "h" }, { 120, 60, "min" } };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if (seconds < steps[i].over)
			continue;
		snprintf(buf, FIND_TEXT, "%.0f %s", seconds / steps[i].unit, steps[i].name);
		return buf;
	}
	snprintf(buf, FIND_TEXT, "%.0f s", seconds);
	return buf;
}

const char *text_net(char *buf, const struct addr *a, unsigned bits)
{
	char addr[ADDR_TEXT_SIZE];

	addr_text(addr, a);
	if (bits == (addr_is_v4(a) ? 32 : 128))
		snprintf(buf, FIND_TEXT, "%s", addr);
	else
		snprintf(buf, FIND_TEXT, "%s/%u", addr, bits);
	return buf;
}

const char *text_remote(char *buf, const struct addr *a, uint16_t port)
{
	char addr[ADDR_TEXT_SIZE];

	addr_text(addr, a);
	snprintf(buf, FIND_TEXT, addr_is_v4(a) ? "%s:%u" : "[%s]:%u", addr, port);
	return buf;
}

const char *text_local(char *buf, const struct addr *a, uint16_t port)
{
	if (!addr_any(a))
		return text_remote(buf, a, port);
	snprintf(buf, FIND_TEXT, ":%u", port);
	return buf;
}

/* ---- all of them ----------------------------------------------------- */

static int cmp_finding(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

void findings_make(struct findings *out, const struct snap *s, const struct history *h)
{
	struct find f = { .out = out, .s = s, .h = h, .now = history_point(h, 0) };

	out->n = 0;
	if (f.now == NULL)
		return;
	for (unsigned k = 0; k < FINDING_COUNT; k++)
		checks[k](&f);
	if (out->n > 1)
		qsort(out->item, out->n, sizeof(out->item[0]), cmp_finding);
}
