/* SPDX-License-Identifier: MIT */
#include "sockeye/model/namer.h"

#include <stdio.h>
#include <string.h>

#include "sockeye/base/fmt.h"

#define HOST_MAX    253 /* RFC 1035 */
#define SERVICE_MAX 32

struct str namer_host(const struct namer *n, const struct addr *a)
{
	return n != NULL && a != NULL && !addr_is_any(a) ? n->ops->host(n->priv, a)
							 : (struct str){ "", 0 };
}

struct str namer_service(const struct namer *n, unsigned proto, uint16_t port)
{
	return n != NULL && port != 0 ? n->ops->service(n->priv, proto, port)
				      : (struct str){ "", 0 };
}

void namer_ask(const struct namer *n, const struct addr *a)
{
	if (n != NULL && a != NULL && !addr_is_any(a))
		n->ops->ask(n->priv, a);
}

void namer_ask_row(const struct namer *n, const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	if (!sock_is_inet(k))
		return;
	namer_ask(n, &k->local);
	namer_ask(n, &k->remote);
}

/* What is left to be said of an end after its address: the port, or what it is called. */
static size_t port_text(const struct namer *n, unsigned proto, uint16_t port, char *buf,
			size_t size)
{
	struct str name = namer_service(n, proto, port);

	if (name.len > 0 && name.len < size) {
		memcpy(buf, name.s, name.len + 1);
		return name.len;
	}
	return port == 0 ? (size_t)snprintf(buf, size, "*")
			 : (size_t)snprintf(buf, size, "%u", port);
}

/* plain keeps its address where that has no name, and with it brackets and interface. */
struct clean namer_told(const struct namer *n, struct str plain, unsigned proto,
			const struct addr *a, uint16_t port, enum text_set set, char *buf)
{
	struct str host = namer_host(n, a);
	char text[FIELD_TEXT_SIZE], service[SERVICE_MAX + 1];
	size_t len = 0;

	while (plain.len > 0 && plain.s[plain.len - 1] != ':')
		plain.len--;
	if (host.len == 0 && plain.len > 0)
		host = (struct str){ plain.s, plain.len - 1 };
	port_text(n, proto, port, service, sizeof(service));
	len = (size_t)snprintf(text, sizeof(text), "%.*s:%s", (int)host.len, host.s, service);
	return text_clean(text, len < sizeof(text) ? len : sizeof(text) - 1, set, buf,
			  FIELD_TEXT_SIZE);
}

struct clean namer_end(const struct namer *n, const struct snap *s, uint32_t row, enum field_id f,
		       enum text_set set, char *buf)
{
	const struct sock *k = &s->sock[row];
	char plain_buf[FIELD_TEXT_SIZE];
	struct clean plain = field_text(s, row, f, set, plain_buf);
	bool local = f == F_LOCAL;

	if (n == NULL || !sock_is_inet(k) || (!local && !sock_has_remote(k))) {
		/* In the buffer that was given. */
		memcpy(buf, plain.s, plain.len + 1);
		plain.s = buf;
		return plain;
	}
	return namer_told(n, (struct str){ plain.s, plain.len }, k->proto,
			  local ? &k->local : &k->remote, local ? k->lport : k->rport, set, buf);
}

struct clean namer_listener(const struct namer *n, const struct snap *s, const struct addr *a,
			    uint16_t port, enum text_set set, char *buf)
{
	char plain[FIELD_TEXT_SIZE];
	size_t len = end_text(plain, sizeof(plain), s, a, port, 0, 0, set);

	return namer_told(n, (struct str){ plain, len }, PROTO_TCP, a, port, set, buf);
}

/* ---- what a name may be ------------------------------------------------ */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(const char *s, size_t len, size_t max, const char *marks)
{
	bool letter = false;

	if (len == 0 || len > max)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (is_letter(s[i]))
			letter = true;
		else if ((s[i] < '0' || s[i] > '9') &&
			 (s[i] == '\0' || strchr(marks, s[i]) == NULL))
			return false;
	}
	return letter;
}

bool namer_is_host(const char *s, size_t len)
{
	/* A name that begins with a mark is some other thing, an option of a command for one. */
	return is_name(s, len, HOST_MAX, "-_.") && s[0] != '-' && s[0] != '.';
}

bool namer_is_service(const char *s, size_t len)
{
	return is_name(s, len, SERVICE_MAX, "-_+") && s[0] != '-';
}
