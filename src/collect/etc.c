/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/etc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/namer.h"

/* Of a longer file the rest is not read: lists of hosts to be blocked have a hundred thousand lines. */
#define FILE_MAX (4u << 20)

/* The protocols that a service may be of, and those that use its ports. */
static const struct {
	const char *name;
	unsigned protos;
} kinds[] = {
	{ "tcp", PROTO_BIT(PROTO_TCP) | PROTO_BIT(PROTO_MPTCP) },
	{ "udp", PROTO_BIT(PROTO_UDP) | PROTO_BIT(PROTO_UDPLITE) },
	{ "sctp", PROTO_BIT(PROTO_SCTP) },
};

struct service {
	uint32_t order; /* of equal ones the first counts */
	uint16_t port;
	uint8_t kind;
	uint32_t name;
};

struct host {
	struct addr addr;
	uint32_t order, name;
};

struct etc {
	struct strpool str;
	struct arena service, host;
	uint32_t n_service, n_host;
};

static struct service *services(const struct etc *e)
{
	return (void *)e->service.base;
}

static struct host *hosts(const struct etc *e)
{
	return (void *)e->host.base;
}

/* ---- lines ------------------------------------------------------------ */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line before end, or a comment; len 0: there is none. */
static struct str next_word(const char **at, const char *end)
{
	struct str w;

	while (*at < end && is_blank(**at))
		++*at;
	w.s = *at;
	while (*at < end && !is_blank(**at) && **at != '#')
		++*at;
	w.len = (size_t)(*at - w.s);
	return w;
}

/* "80/tcp" */
static bool parse_port(struct str w, uint16_t *port, uint8_t *kind)
{
	unsigned n = 0;
	size_t i = 0;

	for (; i < w.len && w.s[i] >= '0' && w.s[i] <= '9'; i++) {
		n = n * 10 + (unsigned)(w.s[i] - '0');
		if (n > UINT16_MAX)
			return false;
	}
	if (i == 0 || n == 0 || i == w.len || w.s[i++] != '/')
		return false;
	*port = (uint16_t)n;
	for (*kind = 0; *kind < ARRAY_SIZE(kinds); ++*kind)
		if (strlen(kinds[*kind].name) == w.len - i &&
		    memcmp(kinds[*kind].name, w.s + i, w.len - i) == 0)
			return true;
	return false;
}

static void add_service(struct etc *e, const char *line, const char *end)
{
	struct str name = next_word(&line, end), port = next_word(&line, end);
	struct service s = { .order = e->n_service }, *to;

	if (!namer_is_service(name.s, name.len) || !parse_port(port, &s.port, &s.kind))
		return;
	s.name = strpool_add(&e->str, name.s, name.len);
	to = s.name != STR_NONE ? arena_push(&e->service, sizeof(s)) : NULL;
	if (to == NULL)
		return;
	*to = s;
	e->n_service++;
}

static void add_host(struct etc *e, const char *line, const char *end)
{
	struct str addr = next_word(&line, end), name = next_word(&line, end);
	struct host h = { .order = e->n_host }, *to;

	if (!addr_parse(addr.s, addr.len, &h.addr) || !namer_is_host(name.s, name.len))
		return;
	/* 0.0.0.0 stands there for a host that is not to be reached. */
	if (addr_is_any(&h.addr))
		return;
	h.name = strpool_add(&e->str, name.s, name.len);
	to = h.name != STR_NONE ? arena_push(&e->host, sizeof(h)) : NULL;
	if (to == NULL)
		return;
	*to = h;
	e->n_host++;
}

static void each_line(struct etc *e, const char *text, size_t len,
		      void (*add)(struct etc *e, const char *line, const char *end))
{
	const char *end = text + len;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (stop == NULL)
			stop = end;
		add(e, text, stop);
		text = stop + 1;
	}
}

/* ---- tables ----------------------------------------------------------- */

static int cmp_port(const struct service *x, const struct service *y)
{
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

static int cmp_service(const void *a, const void *b)
{
	const struct service *x = a, *y = b;
	int c = cmp_port(x, y);

	return c != 0 ? c : (x->order > y->order) - (x->order < y->order);
}

static int cmp_host(const void *a, const void *b)
{
	const struct host *x = a, *y = b;
	int c = memcmp(x->addr.b, y->addr.b, sizeof(x->addr.b));

	return c != 0 ? c : (x->order > y->order) - (x->order < y->order);
}

struct etc *etc_parse(const char *services_text, size_t services_len, const char *hosts_text,
		      size_t hosts_len)
{
	struct etc *e = xcalloc(1, sizeof(*e));

	strpool_init(&e->str);
	each_line(e, services_text, services_len, add_service);
	each_line(e, hosts_text, hosts_len, add_host);
	if (e->n_service > 1)
		qsort(services(e), e->n_service, sizeof(struct service), cmp_service);
	if (e->n_host > 1)
		qsort(hosts(e), e->n_host, sizeof(struct host), cmp_host);
	return e;
}

void etc_free(struct etc *e)
{
	if (e == NULL)
		return;
	arena_free(&e->service);
	arena_free(&e->host);
	strpool_free(&e->str);
	free(e);
}

struct str etc_service(const struct etc *e, enum proto proto, uint16_t port)
{
	struct service key = { .port = port };
	uint32_t lo = 0, hi = e->n_service;

	while (key.kind < ARRAY_SIZE(kinds) && (kinds[key.kind].protos & PROTO_BIT(proto)) == 0)
		key.kind++;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (cmp_port(&services(e)[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == e->n_service || cmp_port(&services(e)[lo], &key) != 0)
		return (struct str){ "", 0 };
	return strpool_get(&e->str, services(e)[lo].name);
}

struct str etc_host(const struct etc *e, const struct addr *a)
{
	uint32_t lo = 0, hi = e->n_host;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (memcmp(hosts(e)[mid].addr.b, a->b, sizeof(a->b)) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == e->n_host || !addr_equal(&hosts(e)[lo].addr, a))
		return (struct str){ "", 0 };
	return strpool_get(&e->str, hosts(e)[lo].name);
}

/* ---- files ------------------------------------------------------------ */

static char *read_file(const char *dir, const char *name, size_t *len)
{
	char path[256], *text = NULL;
	size_t room = 0;
	ssize_t n = 1;
	int fd;

	*len = 0;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return NULL;
	/* Not to wait for whoever has put a pipe there. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	while (fd >= 0 && n > 0 && *len < FILE_MAX) {
		if (*len == room) {
			room = room > 0 ? room * 2 : 16384;
			text = xreallocarray(text, room, 1);
		}
		n = read(fd, text + *len, room - *len);
		*len += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	return text;
}

struct etc *etc_read(const char *dir)
{
	const char *from = dir != NULL ? dir : "/etc";
	size_t services_len, hosts_len;
	char *services_text = read_file(from, "services", &services_len);
	char *hosts_text = read_file(from, "hosts", &hosts_len);
	struct etc *e = etc_parse(services_text, services_len, hosts_text, hosts_len);

	free(services_text);
	free(hosts_text);
	return e;
}
