/* SPDX-License-Identifier: MIT */
#include "pins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"

size_t pins_find(const struct pins *p, uint64_t id)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->pin[i].id == id)
			return i;
	return PIN_NONE;
}

int pins_add(struct pins *p, const struct pin *pin, const char *expr, struct clean label)
{
	if (p->n == PINS_MAX)
		return -ENOSPC;
	p->pin[p->n++] = (struct pin){
		.id = pin->id,
		.order = pin->order,
		.negated = pin->negated,
		.expr = xstrdup(expr),
		.label = xmemdup(label.s, label.len),
		.label_len = label.len,
	};
	return 0;
}

static void release(struct pin *pin)
{
	free(pin->expr);
	free(pin->label);
}

void pins_remove(struct pins *p, size_t index)
{
	release(&p->pin[index]);
	p->n--;
	memmove(&p->pin[index], &p->pin[index + 1], (p->n - index) * sizeof(p->pin[0]));
}

void pins_clear(struct pins *p)
{
	while (p->n > 0)
		release(&p->pin[--p->n]);
}

bool pins_pass(const struct pins *p, uint64_t id)
{
	size_t pinned = pins_find(p, id);
	bool any = false;

	for (size_t i = 0; i < p->n; i++)
		any = any || !p->pin[i].negated;
	return pinned != PIN_NONE ? !p->pin[pinned].negated : !any;
}

void pins_print(const struct pins *p, struct buf *out)
{
	const char *join = "(", *gap = "";

	for (size_t i = 0; i < p->n; i++)
		if (!p->pin[i].negated) {
			buf_fmt(out, "%s(%s)", join, p->pin[i].expr);
			join = " or ";
			gap = ") and ";
		}
	for (size_t i = 0; i < p->n; i++)
		if (p->pin[i].negated) {
			buf_fmt(out, "%snot (%s)", gap, p->pin[i].expr);
			gap = " and ";
		}
	if (gap[0] == ')')
		buf_char(out, ')');
}
