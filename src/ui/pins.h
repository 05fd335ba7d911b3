/* SPDX-License-Identifier: MIT */
/* The pinned rows of one pane: items, what they are called, and the expressions that select them.
 */
#ifndef SOCKEYE_UI_PINS_H
#define SOCKEYE_UI_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/text.h"

/* More rows of one pane than this are not held at once: the expression is to be read by a person.
 */
#define PINS_MAX 16

struct pin {
	uint64_t id;    /* of the row */
	uint64_t order; /* when it was pinned, against the pins of other panes */
	bool negated;   /* all but this row */
	char *expr;     /* of the row; owned, like label */
	char *label;    /* clean */
	size_t label_len;
};

/* All zero is empty. Pins stand in the order in which they were made. */
struct pins {
	struct pin pin[PINS_MAX];
	size_t n;
};

#define PIN_NONE SIZE_MAX

size_t pins_find(const struct pins *p, uint64_t id); /* index, or PIN_NONE */
/* -ENOSPC when there are PINS_MAX. expr and label are copied. */
int pins_add(struct pins *p, const struct pin *pin, const char *expr, struct clean label);
void pins_remove(struct pins *p, size_t index);
void pins_clear(struct pins *p);

/* Whether sockets of this row, and of no other one, pass. */
bool pins_pass(const struct pins *p, uint64_t id);

/* Appends the expression that any of them selects, and none of the nots; nothing without pins. */
void pins_print(const struct pins *p, struct buf *out);

#endif
