/* SPDX-License-Identifier: MIT */
#include "sockeye/ui/loop.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sockeye/collect/collector.h"
#include "sockeye/screen/signals.h"

#define RESIZE_CALM_MS 40  /* a new size is taken when it has stood for so long, */
#define RESIZE_MAX_MS  200 /* or at last so long after the first change */
/* The shell that gives us the terminal back need not send SIGCONT: then only looking tells. */
#define BACKGROUND_MS 500
#define NEVER         INT64_MAX

enum loop_fd { FD_INPUT, FD_OUTPUT, FD_SIGNALS, FD_COLLECTOR, FD_NAMES, FD_COUNT };

struct loop {
	const struct loop_cfg *cfg;
	struct signals *signals;
	struct collector *collector;
	struct term *term;
	struct app *app;
	struct canvas canvas;
	uint32_t samples_left;
	bool foreground;
	bool dirty;  /* the screen is older than the app */
	bool urgent; /* show it even though views are still being made */
	bool unsent; /* a frame waits for the terminal to take it */
	bool samples_done;
	int64_t resume_ms;                      /* the terminal is not looked at before */
	int64_t resize_first_ms, resize_due_ms; /* NEVER: no change of size is pending */
	int status;                             /* exit status, -1 while running */
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t now_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ---- waiting ---------------------------------------------------------- */

static int timeout_ms(const struct loop *l)
{
	int64_t now = now_ms();
	int64_t due = earlier(app_wake_ms(l->app), l->resize_due_ms);
	int escape_ms = term_escape_ms(l->term);

	if (app_busy(l->app))
		return 0;
	if (escape_ms >= 0)
		due = earlier(due, now + escape_ms);
	if (!l->foreground)
		due = earlier(due, now + BACKGROUND_MS);
	if (due == NEVER)
		return -1;
	if (due <= now)
		return 0;
	return due - now < INT_MAX ? (int)(due - now) : INT_MAX;
}

/* Only waits: what came is found by asking each, as the terminal may have been read ahead. */
static void wait_events(struct loop *l)
{
	const struct namer *n = l->cfg->app.namer;
	struct pollfd fd[FD_COUNT] = {
		[FD_INPUT] = { .fd = l->foreground ? STDIN_FILENO : -1, .events = POLLIN },
		[FD_OUTPUT] = { .fd = l->foreground && l->unsent ? STDOUT_FILENO : -1,
				.events = POLLOUT },
		[FD_SIGNALS] = { .fd = signals_fd(l->signals), .events = POLLIN },
		[FD_COLLECTOR] = { .fd = collector_fd(l->collector), .events = POLLIN },
		[FD_NAMES] = { .fd = n != NULL ? n->ops->fd(n->priv) : -1, .events = POLLIN },
	};

	if (poll(fd, FD_COUNT, timeout_ms(l)) > 0 && (fd[FD_OUTPUT].revents & ~POLLOUT))
		l->status = 128 + SIGHUP;
}

/* ---- what may have happened ------------------------------------------- */

static void note_resize(struct loop *l)
{
	int64_t now = now_ms();

	if (l->resize_due_ms == NEVER)
		l->resize_first_ms = now;
	l->resize_due_ms = earlier(now + RESIZE_CALM_MS, l->resize_first_ms + RESIZE_MAX_MS);
}

static void take_size(struct loop *l)
{
	int w, h;

	l->resize_due_ms = NEVER;
	term_resized(l->term);
	term_size(l->term, &w, &h);
	canvas_resize(&l->canvas, w, h);
	app_resize(l->app, w, h);
	l->urgent = true;
}

static void suspend(struct loop *l)
{
	term_suspend(l->term);
	l->foreground = false;
	/* SIGCONT is about to come, unless the kernel did not stop us: no shell could undo it. */
	l->resume_ms = now_ms() + BACKGROUND_MS;
}

/* Whether or not we saw that we were stopped, somebody else may have used the terminal. */
static void resume(struct loop *l)
{
	l->foreground = false;
	l->resume_ms = 0;
	collector_now(l->collector); /* what we have is as old as the stop was long */
}

static void take_signals(struct loop *l)
{
	int no;

	while ((no = signals_next(l->signals)) != 0) {
		if (signal_ends(no)) {
			l->status = 128 + no;
			return;
		}
		if (no == SIGTSTP)
			suspend(l);
		else if (no == SIGWINCH)
			note_resize(l);
		else if (no == SIGCONT)
			resume(l);
	}
}

static void check_foreground(struct loop *l)
{
	bool foreground = now_ms() >= l->resume_ms && term_foreground(l->term);

	if (foreground && !l->foreground) {
		term_restore(l->term);
		take_size(l);
	}
	l->foreground = foreground;
}

static void save_prefs(struct loop *l)
{
	struct app_prefs prefs;
	struct err said;

	app_get_prefs(l->app, &prefs);
	l->cfg->save(l->cfg->save_ctx, &prefs, &said);
	app_tell(l->app, said.msg);
	l->urgent = true;
}

static void take_keys(struct loop *l)
{
	struct key k;

	if (!l->foreground)
		return;
	while (!app_done(l->app) && term_key(l->term, &k)) {
		app_key(l->app, k, now_ms());
		l->urgent = true;
		/* At once: the next key may quit. */
		if (app_wants_save(l->app))
			save_prefs(l);
	}
	if (app_done(l->app))
		l->status = 0;
	else if (term_gone(l->term))
		l->status = 128 + SIGHUP;
}

/* Pages that are in memory, or 0 where the file is not to be had (proc(5), statm). */
static uint64_t resident_pages(void)
{
	char text[128];
	char *end;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	/* The second number; the first is the size of the address space. */
	text[n] = '\0';
	strtoull(text, &end, 10);
	return strtoull(end, NULL, 10);
}

static void note_self(struct loop *l)
{
	long page = sysconf(_SC_PAGESIZE);
	struct app_self self = { .mono_ns = clock_ns(CLOCK_MONOTONIC),
				 .cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID),
				 .rss_bytes = page > 0 ? resident_pages() * (uint64_t)page : 0 };

	app_self(l->app, &self);
}

static void take_sample(struct loop *l)
{
	const struct snap *s = collector_take(l->collector);
	struct pulse p;
	struct err e;

	if (collector_pulse(l->collector, &p)) {
		app_pulse(l->app, &p);
		l->dirty = true;
	}
	if (s) {
		app_trouble(l->app, NULL);
		note_self(l);
		app_snap(l->app, s);
		snap_unref(s);
		l->dirty = true;
		if (l->samples_left > 0 && --l->samples_left == 0)
			l->samples_done = true;
	} else if (collector_failed(l->collector, &e)) {
		app_trouble(l->app, &e);
		l->dirty = true;
	}
}

static void take_names(struct loop *l)
{
	const struct namer *n = l->cfg->app.namer;

	if (n != NULL && n->ops->step(n->priv))
		l->dirty = true;
}

/* What the app asks of the world. */
static void serve_app(struct loop *l)
{
	unsigned interval_ms, pulse_ms;
	struct want want;
	bool mouse;

	if (app_wants_mouse(l->app, &mouse) && !term_mouse(l->term, mouse) && mouse)
		app_tell(l->app, "this terminal is not known to have a mouse");
	if (app_wants_sample(l->app, &interval_ms, &pulse_ms, &want)) {
		collector_want(l->collector, interval_ms, &want);
		collector_pulse_every(l->collector, pulse_ms);
	}
	if (app_wants_now(l->app))
		collector_now(l->collector);
	if (app_wants_redraw(l->app)) {
		term_redraw(l->term);
		l->urgent = true;
	}
	if (app_wants_suspend(l->app))
		suspend(l);
}

/* ---- what follows ----------------------------------------------------- */

static void show(struct loop *l)
{
	if (!l->foreground || !(l->urgent || (l->dirty && !app_busy(l->app)) || l->unsent))
		return;
	/* A terminal that is stopped or does not read must not hold us: the next frame will do. */
	l->unsent = !term_writable(l->term);
	if (l->unsent)
		return;
	app_draw(l->app, &l->canvas);
	app_ask_names(l->app);
	term_draw(l->term, &l->canvas);
	l->unsent = !term_writable(l->term);
	l->urgent = false;
	if (!app_busy(l->app))
		l->dirty = false;
}

static void turn(struct loop *l)
{
	wait_events(l);
	if (l->status < 0)
		take_signals(l);
	if (l->status >= 0)
		return;
	check_foreground(l);
	take_keys(l);
	if (l->status >= 0)
		return;
	take_sample(l);
	take_names(l);
	if (now_ms() >= l->resize_due_ms)
		take_size(l);
	if (now_ms() >= app_wake_ms(l->app)) {
		app_tick(l->app, now_ms());
		l->dirty = true;
	}
	serve_app(l);
	if (app_busy(l->app)) {
		app_work(l->app);
		l->dirty = true;
	}
	show(l);
	if (l->samples_done && !app_busy(l->app))
		l->status = 0;
}

static int start(struct loop *l, struct err *e)
{
	const struct loop_cfg *cfg = l->cfg;
	struct app_cfg app = cfg->app;
	const struct want want = { .protos = app.select.protos,
				   .close = true,
				   .owners = true,
				   .brief = true,
				   .netns = app.netns,
				   .netns_ino = app.netns_ino,
				   .max_sockets = app.max_sockets };

	/* First of all, as the mask is inherited by the threads that are made from here on. */
	if (signals_start(&l->signals, e) < 0)
		return LOOP_FAILED;
	if (collector_start(&l->collector, cfg->source, app.prefs.interval_ms, &want, e) < 0)
		return LOOP_NO_SOURCE;
	if (term_open(&l->term, &cfg->term, e) < 0)
		return LOOP_FAILED;
	if (cfg->ready)
		cfg->ready(cfg->ready_ctx);
	app.set = term_set(l->term);
	l->app = app_new(&app);
	take_size(l);
	return -1;
}

int loop_run(const struct loop_cfg *cfg, struct err *e)
{
	struct loop l = {
		.cfg = cfg, .samples_left = cfg->samples, .foreground = true, .resize_due_ms = NEVER
	};

	canvas_init(&l.canvas);
	l.status = start(&l, e);
	if (l.status < 0)
		show(&l);
	while (l.status < 0)
		turn(&l);
	/* The terminal first: nothing that is slow or goes wrong after that touches it. */
	term_close(l.term);
	canvas_free(&l.canvas);
	app_free(l.app);
	collector_stop(l.collector);
	signals_stop(l.signals);
	return l.status;
}
