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

int pins_add(struct pins *p, uint64_t id, uint64_t order, const char *expr, struct clean label)
{
	if (p->n == PINS_MAX)
		return -ENOSPC;
	p->pin[p->n++] = (struct pin){
		.id = id,
		.order = order,
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

void pins_print(const struct pins *p, struct buf *out)
{
	for (size_t i = 0; i < p->n; i++) {
		if (i > 0)
			buf_str(out, " or ");
		buf_fmt(out, "(%s)", p->pin[i].expr);
	}
}
