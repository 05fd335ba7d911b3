/* SPDX-License-Identifier: MIT */
/*
 * The first scan, made in a thread of its own while the sockets are dumped, as a sample before the
 * first. The map is the thread's until it has ended.
 */
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "owners_map.h"
#include "sockeye/base/mem.h"
#include "sockeye/base/thread.h"
#include "sockeye/collect/clock.h"

struct owners_early {
	pthread_t thread;
	struct owners *o;
	int cancel_fd;
	int64_t cpu_ns;
};

static void scan(struct owners *o, int cancel_fd)
{
	o->sample++;
	o->early_scanned = owners_scan(o, cancel_fd) == 0;
	if (o->early_scanned)
		return;
	/* Half a map is none: the first sample begins from nothing. */
	for (uint32_t i = 0; i < o->n; i++)
		fdtable_free(o->table[i]);
	o->n = 0;
	o->sample = 0;
}

static void *run(void *arg)
{
	struct owners_early *e = arg;
	struct owners *o = e->o;

	prctl(PR_SET_NAME, "sockeye-owners");
	o->bpf = owners_bpf_open(&o->no_bpf);
	if (o->bpf != NULL)
		scan(o, e->cancel_fd);
	e->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

void owners_early_start(struct owners *o, int cancel_fd)
{
	struct owners_early *e = xcalloc(1, sizeof(*e));

	e->o = o;
	e->cancel_fd = cancel_fd;
	o->early = e;
	if (thread_start(&e->thread, run, e) == 0)
		return;
	o->early = NULL;
	free(e);
}

int64_t owners_early_end(struct owners *o)
{
	struct owners_early *e = o->early;
	int64_t cpu_ns;

	if (e == NULL)
		return 0;
	pthread_join(e->thread, NULL);
	o->early = NULL;
	cpu_ns = e->cpu_ns;
	free(e);
	return cpu_ns;
}
