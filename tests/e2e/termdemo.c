/* SPDX-License-Identifier: MIT */
/*
 * The terminal layer alone, for tests: shows the size, the names of the last keys and a sample of
 * each role. Ways to die that cannot be sent from outside are keys: o overflows the stack, t that of
 * another thread, ! fails an assertion, f writes frames until it is told to stop, x stops reading
 * signals and sleeps. q quits.
 */
#include <assert.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/base/thread.h"
#include "sockeye/screen/signals.h"
#include "sockeye/screen/term.h"

#define KEYS_SHOWN 256
#define TICK_MS    20

struct demo {
	struct signals *signals;
	struct term *term;
	struct canvas canvas;
	char keys[KEYS_SHOWN];
	size_t keys_len;
	unsigned frames;
	bool flood, done;
	int status;
};

static void put_line(struct demo *d, int y, enum role role, const char *text)
{
	const struct rect all = { 0, 0, d->canvas.w, d->canvas.h };

	canvas_put(&d->canvas, all, 0, y, role, text_own(text, strlen(text)));
}

static void draw(struct demo *d)
{
	char line[KEYS_SHOWN + 32];
	int w, h;

	term_size(d->term, &w, &h);
	canvas_resize(&d->canvas, w, h);
	snprintf(line, sizeof(line), "size %dx%d %s", w, h,
		 term_set(d->term) == TEXT_UTF8 ? "utf8" : "ascii");
	put_line(d, 0, ROLE_TEXT, line);
	snprintf(line, sizeof(line), "keys %s", d->keys);
	put_line(d, 1, ROLE_TEXT, line);
	for (int r = 0; r < ROLE_COUNT; r++) {
		snprintf(line, sizeof(line), "role %d", r);
		put_line(d, 2 + r, (enum role)r, line);
	}
	put_line(d, 2 + ROLE_COUNT, ROLE_TEXT, "wide \u65e5\u672c e\u0301 line \u2502");
	if (d->flood) {
		snprintf(line, sizeof(line), "frame %u", d->frames++);
		for (int y = 3 + ROLE_COUNT; y < h; y++)
			put_line(d, y, ROLE_TEXT, line);
	}
	if (term_writable(d->term))
		term_draw(d->term, &d->canvas);
}

/* Deeper than any stack. Volatile, so that no call is optimised away. */
static int overflow(volatile int *depth)
{
	volatile int frame[1024] = { *depth + 1 };

	return *depth < 0 ? 0 : overflow(frame) + frame[0];
}

static void *overflow_there(void *depth)
{
	overflow(depth);
	return NULL;
}

static void take_key(struct demo *d, struct key k)
{
	volatile int zero = 0;
	char name[KEY_NAME_SIZE];
	pthread_t thread;

	if (k.code == 'q')
		d->done = true;
	else if (k.code == 'o')
		d->status = overflow(&zero);
	else if (k.code == 't' &&
		 thread_start(&thread, overflow_there, (void *)(uintptr_t)&zero) == 0)
		pthread_join(thread, NULL);
	else if (k.code == '!')
		assert(zero > 0);
	else if (k.code == 'f')
		d->flood = !d->flood;
	else if (k.code == 'x')
		for (;;)
			pause();
	key_name(k, name);
	if (d->keys_len + strlen(name) + 2 > sizeof(d->keys))
		d->keys_len = 0;
	d->keys_len +=
		(size_t)snprintf(d->keys + d->keys_len, sizeof(d->keys) - d->keys_len, "%s ", name);
}

static void take_signals(struct demo *d)
{
	int no;

	while ((no = signals_next(d->signals)) != 0) {
		if (signal_ends(no)) {
			d->status = 128 + no;
			d->done = true;
		} else if (no == SIGTSTP) {
			term_suspend(d->term);
		} else if (no == SIGCONT) {
			term_restore(d->term);
		} else if (no == SIGWINCH) {
			term_resized(d->term);
		}
	}
}

static void turn(struct demo *d)
{
	struct pollfd fd[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signals_fd(d->signals), .events = POLLIN },
	};
	struct key k;

	poll(fd, ARRAY_SIZE(fd), d->flood ? TICK_MS : term_escape_ms(d->term));
	take_signals(d);
	while (!d->done && term_key(d->term, &k))
		take_key(d, k);
	if (term_gone(d->term)) {
		d->status = 128 + SIGHUP;
		d->done = true;
	}
	if (!d->done)
		draw(d);
}

static bool has_word(int argc, char **argv, const char *word)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	const struct term_cfg cfg = {
		.color = has_word(argc, argv, "never")    ? COLOR_NEVER
			 : has_word(argc, argv, "always") ? COLOR_ALWAYS
							  : COLOR_AUTO,
		.ascii = has_word(argc, argv, "ascii"),
	};
	struct demo d = { 0 };
	struct err e;

	setlocale(LC_CTYPE, "");
	canvas_init(&d.canvas);
	if (signals_start(&d.signals, &e) < 0 || term_open(&d.term, &cfg, &e) < 0) {
		fprintf(stderr, "termdemo: %s\n", e.msg);
		d.status = 1;
	} else {
		draw(&d);
		while (!d.done)
			turn(&d);
	}
	term_close(d.term);
	canvas_free(&d.canvas);
	signals_stop(d.signals);
	return d.status;
}
