/* SPDX-License-Identifier: MIT */
/*
 * The first scan, made in a thread of its own while the sockets are dumped: it loads the program and
 * keeps what it tells of, and the map takes that as if it were of a sample before.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "owners_map.h"
#include "sockeye/base/mem.h"
#include "sockeye/base/thread.h"
#include "sockeye/collect/clock.h"

struct owners_early {
	pthread_t thread;
	int cancel_fd;
	/* what the thread leaves */
	struct owners_bpf *bpf;
	const char *no_bpf;
	struct arena records; /* struct fd_record */
	int rc;
	int64_t cpu_ns;
};

static int keep_records(void *ctx, const struct fd_record *r, uint32_t n)
{
	struct fd_record *to = arena_push(ctx, n * sizeof(*r));

	if (to == NULL)
		return -ENOMEM;
	memcpy(to, r, n * sizeof(*r));
	return 0;
}

static void *run(void *arg)
{
	struct owners_early *e = arg;

	prctl(PR_SET_NAME, "sockeye-owners");
	e->bpf = owners_bpf_open(&e->no_bpf);
	e->rc = e->bpf == NULL
			? -EOPNOTSUPP
			: owners_bpf_read(e->bpf, 0, keep_records, &e->records, e->cancel_fd);
	e->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

struct owners_early *owners_early_start(int cancel_fd)
{
	struct owners_early *e = xcalloc(1, sizeof(*e));

	e->cancel_fd = cancel_fd;
	if (thread_start(&e->thread, run, e) == 0)
		return e;
	free(e);
	return NULL;
}

/* Waits for the thread and takes over the program. */
static struct owners_early *finish(struct owners *o)
{
	struct owners_early *e = o->early;

	pthread_join(e->thread, NULL);
	o->early = NULL;
	o->bpf = e->bpf;
	o->no_bpf = e->no_bpf;
	return e;
}

static void early_free(struct owners_early *e)
{
	arena_free(&e->records);
	free(e);
}

int64_t owners_early_take(struct owners *o)
{
	struct owners_early *e = finish(o);
	int64_t cpu_ns = e->cpu_ns;

	if (e->rc == 0) {
		o->sample++;
		o->early_taken = true;
		owners_scan_take(o, (const void *)e->records.base,
				 (uint32_t)(e->records.used / sizeof(struct fd_record)));
	}
	early_free(e);
	return cpu_ns;
}

void owners_early_drop(struct owners *o)
{
	if (o->early != NULL)
		early_free(finish(o));
}
