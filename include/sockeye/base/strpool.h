/* SPDX-License-Identifier: MIT */
/*
 * Interned strings: equal bytes have equal ids, so groups compare numbers.
 *
 * Strings carry their length and are the bytes as the kernel gave them, with any byte in them: the
 * filter compares those, and whatever shows them goes through text_clean() first.
 */
#ifndef SOCKEYE_BASE_STRPOOL_H
#define SOCKEYE_BASE_STRPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "sockeye/base/index.h"
#include "sockeye/base/mem.h"

struct str {
	const char *s; /* followed by a NUL that is not counted */
	size_t len;
};

struct strpool {
	struct arena bytes;
	struct index ix;
};

#define STR_NONE 0u /* the empty string */

void strpool_init(struct strpool *p);
void strpool_free(struct strpool *p);
void strpool_reset(struct strpool *p); /* forgets all strings, keeps the memory */

/*
 * The id of these bytes, added if they are new. Without memory: STR_NONE. They must not be a part
 * of a string of this pool, which moves when it grows.
 */
uint32_t strpool_add(struct strpool *p, const void *bytes, size_t len);
/* Borrowed; valid until the next strpool_add(), or for good once the pool is frozen. */
struct str strpool_get(const struct strpool *p, uint32_t id);

#endif
