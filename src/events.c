/* SPDX-License-Identifier: MIT */
#include "events.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "sockeye/collect/clock.h"
#include "sockeye/collect/collector.h"
#include "sockeye/collect/ended.h"

struct events {
	struct collector *collector;
	struct ended_feed *feed;
	struct ended_report *report;
	struct ended_list list;
	bool sampled; /* nothing is written before the first sample */
	int fd;
	const struct namer *namer; /* NULL: no names */
};

/* 0, or an exit status. */
static int take_sample(struct events *v, struct err *e)
{
	const struct snap *s = collector_take(v->collector);
	int rc = s != NULL ? ended_report_sample(v->report, s) : 0;

	snap_unref(s);
	v->sampled |= s != NULL && rc == 0;
	if (v->sampled)
		return 0;
	if (rc != 0)
		err_set(e, rc, "not enough memory for a sample");
	else if (!collector_failed(v->collector, e))
		return 0;
	return EVENTS_NO_SOURCE;
}

static int take_ended(struct events *v, struct err *e)
{
	int rc = ended_take(v->feed, &v->list);

	if (rc != 0) {
		err_set(e, rc, "the kernel tells no more of sockets that end: %s", strerror(-rc));
		return EVENTS_NO_SOURCE;
	}
	rc = ended_report_write(v->report, &v->list,
				clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC), e);
	return rc != 0 ? EVENTS_FAILED : 0;
}

/* As a write would find out, which may not come for long. */
static int reader_left(struct err *e)
{
	raise(SIGPIPE);
	err_set(e, -EPIPE, "cannot write: %s", strerror(EPIPE));
	return EVENTS_FAILED;
}

/* Waits for what comes next. 0, or an exit status. */
static int turn(struct events *v, struct err *e)
{
	struct pollfd fds[] = {
		{ .fd = collector_fd(v->collector), .events = POLLIN },
		{ .fd = v->sampled ? ended_fd(v->feed) : -1, .events = POLLIN },
		{ .fd = v->fd },
		{ .fd = v->namer != NULL ? v->namer->ops->fd(v->namer->priv) : -1,
		  .events = POLLIN },
	};
	int status = 0;

	if (poll(fds, ARRAY_SIZE(fds), -1) < 0) {
		if (errno == EINTR)
			return 0;
		err_set(e, -errno, "cannot wait: %s", strerror(errno));
		return EVENTS_FAILED;
	}
	if (fds[2].revents & POLLERR)
		return reader_left(e);
	if (v->namer != NULL && fds[3].revents != 0)
		v->namer->ops->step(v->namer->priv);
	/* Before the sample: what has ended is known by those before it, if by any. */
	if (fds[1].revents != 0)
		status = take_ended(v, e);
	if (status == 0 && fds[0].revents != 0)
		status = take_sample(v, e);
	return status;
}

static int start(struct events *v, const struct events_cfg *cfg, struct err *e)
{
	struct want want = cfg->want;

	want.births = true;
	/* First, so that what ends during the first sample is told of. */
	if (ended_open(&v->feed, want.protos, e) != 0 ||
	    collector_start(&v->collector, cfg->source, cfg->interval_ms, &want, e) != 0)
		return EVENTS_NO_SOURCE;
	v->report = ended_report_new(&cfg->report);
	if (cfg->ready != NULL)
		cfg->ready(cfg->ready_ctx);
	return 0;
}

int events_run(const struct events_cfg *cfg, bool *lost, struct err *e)
{
	struct events v = { .fd = cfg->report.fd, .namer = cfg->report.namer };
	int status = start(&v, cfg, e);

	while (status == 0 && !ended_report_done(v.report))
		status = turn(&v, e);
	*lost = v.report != NULL && ended_report_lost(v.report);
	ended_report_free(v.report);
	ended_close(v.feed);
	ended_list_free(&v.list);
	collector_stop(v.collector);
	return status;
}
