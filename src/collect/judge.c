/* SPDX-License-Identifier: MIT */
#include "judge.h"

#include <errno.h>
#include <string.h>

#include "sockeye/base/mem.h"

uint64_t judge_counted(struct snap_builder *b)
{
	static const enum counter_id inuse[] = { CTR_TCP_INUSE, CTR_TCP6_INUSE, CTR_TCP_TW };
	const struct counters *c = snap_counters(b);
	uint64_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(inuse); i++)
		n += c->known[inuse[i]] ? c->value[inuse[i]] : 0;
	return n;
}

bool judge_refused(int rc, const struct nl_stats *st)
{
	return rc < 0 && st->finished && st->rows == 0;
}

/* Only as many rows came as are wanted at most; how many there are the counters know, of the usual ones. */
static void tell_limit(struct snap_builder *b, enum source_id id)
{
	uint64_t all = id <= SRC_UDP ? judge_counted(b) : 0;
	uint32_t n;

	snap_rows(b, &n);
	if (all > n)
		snap_source_fail(b, id, SOURCE_PARTIAL,
				 "only the first %u of some %llu sockets (--max-sockets)",
				 (unsigned)n, (unsigned long long)all);
	else
		snap_source_fail(b, id, SOURCE_PARTIAL, "only the first %u sockets (--max-sockets)",
				 (unsigned)n);
}

void judge_dump(struct snap_builder *b, enum source_id id, int rc, const struct nl_stats *st)
{
	const enum source_status partial = SOURCE_PARTIAL;

	if (rc == -ETIMEDOUT)
		snap_source_fail(b, id, partial, "the kernel fell silent in the middle of a dump");
	else if (rc == -EFBIG)
		tell_limit(b, id);
	else if (rc != 0)
		snap_source_fail(b, id, partial, "the dump broke off: %s", strerror(-rc));
	else if (st->truncated)
		snap_source_fail(b, id, partial, "a message was cut off: sockets are missing");
	else if (st->dropped > 0)
		snap_source_fail(b, id, partial, "%u of the kernel's messages not understood",
				 (unsigned)st->dropped);
	else if (st->interrupted)
		snap_source_fail(b, id, partial, "the tables changed during each of the dumps");
	else
		snap_source_ok(b, id);
}
