/* SPDX-License-Identifier: MIT */
/*
 * Names for addresses and ports, for showing only. Looking one up asks nobody and changes nothing, so
 * rows can be sorted, searched and counted as often as one likes; what is on the screen is asked for
 * by itself. One thread.
 */
#ifndef SOCKEYE_MODEL_NAMER_H
#define SOCKEYE_MODEL_NAMER_H

#include <stdbool.h>

#include "sockeye/model/field.h"

struct namer_ops {
	/* The name that is known of the address, raw; len 0: none is. Borrowed until the next step(). */
	struct str (*host)(void *priv, const struct addr *a);
	struct str (*service)(void *priv, unsigned proto, uint16_t port);
	/* Whoever knows is asked, unless the answer is there or under way, or too many are. */
	void (*ask)(void *priv, const struct addr *a);
	/* Becomes readable when step() has something to do; -1: never. May be another after ask(). */
	int (*fd)(void *priv);
	/* Takes what has come; never waits. True when there are new names. */
	bool (*step)(void *priv);
	bool (*waiting)(void *priv); /* something was asked and not answered */
	void (*close)(void *priv);   /* takes priv */
};

struct namer {
	const struct namer_ops *ops;
	void *priv;
};

/* All of these take NULL for a namer that knows nothing, and for an address that is none. */
struct str namer_host(const struct namer *n, const struct addr *a);
struct str namer_service(const struct namer *n, unsigned proto, uint16_t port);
void namer_ask(const struct namer *n, const struct addr *a);
/* Asks for both addresses of a row. */
void namer_ask_row(const struct namer *n, const struct snap *s, uint32_t row);

/* F_LOCAL or F_REMOTE as field_text(), with names for what has one: "web-07.example:https". */
struct clean namer_end(const struct namer *n, const struct snap *s, uint32_t row, enum field_id f,
		       enum text_set set, char *buf);
/* The same of an end that has no row, of which plain is the text without names. */
struct clean namer_told(const struct namer *n, struct str plain, unsigned proto,
			const struct addr *a, uint16_t port, enum text_set set, char *buf);
/* The same of an address and a TCP port without a socket. */
struct clean namer_listener(const struct namer *n, const struct snap *s, const struct addr *a,
			    uint16_t port, enum text_set set, char *buf);

/*
 * Whether this may be a host's name: letters, digits, - _ and dots, of which one is a letter, so that it
 * is taken neither for an address nor for anything else than a name.
 */
bool namer_is_host(const char *s, size_t len);
/* The same of a service, which + may be in, but no dot. */
bool namer_is_service(const char *s, size_t len);

#endif
