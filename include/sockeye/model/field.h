/* SPDX-License-Identifier: MIT */
/* The field table: one place that knows what can be said of a socket, and how to say it. */
#ifndef SOCKEYE_MODEL_FIELD_H
#define SOCKEYE_MODEL_FIELD_H

#include <stdbool.h>

#include "sockeye/base/text.h"
#include "sockeye/model/snap.h"

enum vtype {
	V_UINT,
	V_HEX,
	V_AGE,  /* seconds */
	V_NAME, /* a word of ours */
	V_STR,  /* foreign text */
	V_END,  /* address and port */
};

enum field_id {
#define FIELD(id, name, alias, title, type, width, right, help) F_##id,
#include "sockeye/model/fields.def"
	F_COUNT
};

struct field {
	const char *name, *alias, *title, *help;
	enum vtype type;
	unsigned char width; /* columns that show most values whole */
	bool right;          /* aligned to the right */
};

extern const struct field field_table[F_COUNT];

int field_by_name(const char *s, size_t len); /* name or alias, any case, - and _ alike; -1 */

#define FIELD_TEXT_SIZE 512

/*
 * The text of one field of one row, "-" where there is nothing, in buf of FIELD_TEXT_SIZE bytes.
 * Numbers are plain digits: for reports; a screen formats numbers from field_number().
 */
struct clean field_text(const struct snap *s, uint32_t row, enum field_id f, enum text_set set,
			char *buf);
/* The number behind V_UINT, V_HEX and V_AGE. */
uint64_t field_number(const struct snap *s, uint32_t row, enum field_id f);

/*
 * Keys that sort rows by this field when compared as numbers, most significant first.
 * Returns how many (1 to FIELD_KEYS). Strings sort by their first 16 bytes.
 */
#define FIELD_KEYS 4
unsigned field_keys(const struct snap *s, uint32_t row, enum field_id f, uint64_t key[FIELD_KEYS]);

/* The two keys of a string, of its first 16 bytes; returns 2. */
unsigned field_string_keys(struct str s, uint64_t key[2]);
/*
 * "10.4.0.7:8080", "[2001:db8::5]:443", "*:80" for a dual-stack wildcard, "fe80::1%eth0" with its
 * interface. ifname may be STR_NONE. Foreign interface names are cleaned.
 */
size_t end_text(char *buf, size_t size, const struct snap *s, const struct addr *a, uint16_t port,
		uint32_t netns, uint32_t ifindex, enum text_set set);
/* The name of a row of s->netns, or its inode; "-" for IDX_NONE. In buf of FIELD_TEXT_SIZE. */
struct clean netns_text(const struct snap *s, uint32_t netns, enum text_set set, char *buf);
/* The name of a container, a pod or a unit, "-" for STR_NONE; in buf of FIELD_TEXT_SIZE. */
struct clean place_name_text(const struct snap *s, uint32_t name, enum text_set set, char *buf);
/* "java[2211]", in buf of FIELD_TEXT_SIZE. */
struct clean proc_text(const struct snap *s, uint32_t proc, enum text_set set, char *buf);

#endif
