/* SPDX-License-Identifier: MIT */
/*
 * The whole interface but for the terminal: keys, the mouse, sizes, time and samples in any order, as
 * the bytes say, which also say when work is done and when somebody looks: then all that is on the
 * screen can be shown. In the end all work comes to its end.
 */
#include "fuzz.h"

#include <stdarg.h>
#include <string.h>

#include "drive.h"
#include "sockeye/base/mem.h"

#define STEPS_MAX 50    /* of one input: the rest would only be slow */
#define WORK_MAX  10000 /* slices until all views are made */

/* Of the byte that says what happens: looking is what takes the time. */
#define LOOK_BEFORE 0x80
#define WORK_LATER  0x40
#define LOOK_AFTER  0x20

struct bytes {
	const uint8_t *at, *end;
};

static unsigned take(struct bytes *b)
{
	return b->at < b->end ? *b->at++ : 0;
}

static unsigned pick(struct bytes *b, size_t n)
{
	return take(b) % (unsigned)n;
}

/* ---- samples --------------------------------------------------------------- */

/* A name of up to 15 bytes, each of them escaped. */
static void add_name(struct buf *f, struct bytes *b)
{
	unsigned len = pick(b, 16);

	buf_char(f, '"');
	for (unsigned i = 0; i < len; i++)
		buf_fmt(f, "\\x%02x", take(b));
	buf_char(f, '"');
}

/* n: which of the sample; no two may have the same ends, inodes or cookies. */
static void add_socket(struct buf *f, struct bytes *b, unsigned n)
{
	static const char *const states[] = { "established", "syn-sent",  "syn-recv", "fin-wait-1",
					      "fin-wait-2",  "time-wait", "closed",   "close-wait",
					      "last-ack",    "listening", "closing" };
	static const char *const ends[] = { "10.4.0.7", "10.4.1.17", "[2001:db8::5]", "[::1]",
					    "127.0.0.1" };
	unsigned local = pick(b, ARRAY_SIZE(ends)), state = pick(b, ARRAY_SIZE(states));
	unsigned remote = local == 2 || local == 3 ? 2 + pick(b, 2) : pick(b, 2);
	bool udp = pick(b, 8) == 0;

	buf_fmt(f, "sock %s %s %s:%u ", udp ? "udp" : "tcp", udp ? "closed" : states[state],
		ends[local], 1 + take(b));
	if (udp || strcmp(states[state], "listening") == 0)
		buf_str(f, "-");
	else
		buf_fmt(f, "%s:%u", ends[remote], 1 + n * 250 + pick(b, 200));
	buf_fmt(f, " cookie %u ino %u rq %u sq %u uid %u times %u", n * 50 + 1,
		n * 100 + pick(b, 60), take(b) * 1000, take(b), pick(b, 4), 1 + pick(b, 40));
	if (pick(b, 6) == 0)
		buf_fmt(f, " if %u", pick(b, 3));
	buf_char(f, '\n');
}

static void sample(struct drive *d, struct bytes *b)
{
	static const char *const sources[] = { "", "source owners partial because\n",
					       "source tcp absent why\n", "no-close\n",
					       "unfound not-permitted\n" };
	struct buf f = { .s = NULL };
	unsigned n;

	buf_str(&f, sources[pick(b, ARRAY_SIZE(sources))]);
	for (n = pick(b, 4); n > 0; n--) {
		buf_fmt(&f, "user %u ", n);
		add_name(&f, b);
		buf_fmt(&f, "\nifname %u ", n);
		add_name(&f, b);
		buf_char(&f, '\n');
	}
	for (n = pick(b, 5); n > 0; n--) {
		buf_fmt(&f, "proc %u ", n);
		add_name(&f, b);
		buf_fmt(&f, " uid %u\nhold %u 3 %u times %u\n", pick(b, 4), n, 1 + take(b) * 50,
			1 + pick(b, 60));
	}
	for (n = pick(b, 12); n > 0; n--)
		add_socket(&f, b, n);
	buf_fmt(&f, "counter ListenDrops %u\n", take(b));
	drive_sample_only(d, f.s);
	buf_free(&f);
}

/* ---- what a person does ------------------------------------------------------ */

static void press(struct drive *d, struct bytes *b)
{
	static const uint32_t named[] = { KEYC_UP,    KEYC_DOWN,   KEYC_LEFT, KEYC_RIGHT,
					  KEYC_PGUP,  KEYC_PGDN,   KEYC_HOME, KEYC_END,
					  KEYC_ENTER, KEYC_ESC,    KEYC_TAB,  KEYC_BACKTAB,
					  KEYC_SPACE, KEYC_DELETE, KEYC_F1,   KEYC_BACKSPACE };
	unsigned dice = take(b), which = take(b);
	struct key k = { named[which % ARRAY_SIZE(named)] };

	if (dice < 100)
		k.code = ' ' + which % ('~' - ' ' + 1);
	else if (dice < 110)
		k.code = 1 + which % 26;
	else if (dice < 120)
		k.code = which * 4007 % 0x110000;
	else if (dice < 140)
		k = key_of_mouse((struct mouse){ (enum mouse_did)(dice % 3), (int)which,
						 (int)(take(b) % 60) });
	app_key(d->app, k, d->now_ms);
}

static void do_something(struct drive *d, struct bytes *b, unsigned dice)
{
	if (dice < 20)
		press(d, b);
	else if (dice < 24)
		sample(d, b);
	else if (dice < 26)
		drive_wait(d, (int64_t)take(b) * 100);
	else if (dice < 28)
		drive_resize(d, 1 + (int)pick(b, 130), 1 + (int)pick(b, 45));
	else if (dice < 29)
		app_trouble(d->app,
			    &(struct err){ .code = -5, .pos = ERR_NO_POS, .msg = "\033[0m" });
	else if (dice < 30)
		app_trouble(d->app, NULL);
}

/* ---- what must hold ------------------------------------------------------------ */

static void check_cell(const struct canvas *c, int x, int y)
{
	const struct cell *cell = canvas_at(c, x, y);

	REQUIRE(cell->role < ROLE_COUNT);
	if (cell->width == 0) {
		REQUIRE(x > 0 && canvas_at(c, x - 1, y)->width == 2);
		return;
	}
	REQUIRE(cell->ch >= ' ' && text_width(cell->ch) == cell->width);
	REQUIRE(cell->width == 1 || (x + 1 < c->w && canvas_at(c, x + 1, y)->width == 0));
	for (size_t i = 0; i < ARRAY_SIZE(cell->mark); i++)
		REQUIRE(cell->mark[i] == 0 || text_width(cell->mark[i]) == 0);
}

static void check_screen(struct drive *d)
{
	const struct canvas *c = &d->canvas;

	app_draw(d->app, &d->canvas);
	for (int y = 0; y < c->h; y++)
		for (int x = 0; x < c->w; x++)
			check_cell(c, x, y);
	REQUIRE(c->cursor_x < c->w && c->cursor_y < c->h);
}

/* What the loop would ask: it may be asked at any time. */
static void serve(struct drive *d)
{
	unsigned interval_ms = 0, pulse_ms;
	struct app_prefs prefs;
	struct want want;
	bool mouse;

	app_wants_mouse(d->app, &mouse);
	app_wants_redraw(d->app);
	app_wants_suspend(d->app);
	if (app_wants_sample(d->app, &interval_ms, &pulse_ms, &want))
		REQUIRE(interval_ms > 0);
	if (app_wants_save(d->app)) {
		app_get_prefs(d->app, &prefs);
		app_tell(d->app, "saved");
	}
}

static void work(struct drive *d)
{
	for (int n = 0; app_busy(d->app); n++) {
		REQUIRE(n < WORK_MAX);
		app_work(d->app);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data, data + size };
	struct drive d;

	drive_open(&d, 20 + (int)pick(&b, 100), 5 + (int)pick(&b, 35),
		   take(&b) % 2 ? TEXT_UTF8 : TEXT_ASCII, "");
	for (int i = 0; i < STEPS_MAX && b.at < b.end && !app_done(d.app); i++) {
		unsigned dice = take(&b);

		do_something(&d, &b, dice % 32);
		serve(&d);
		if (dice & LOOK_BEFORE)
			check_screen(&d);
		if (!(dice & WORK_LATER))
			work(&d);
		if (dice & LOOK_AFTER)
			check_screen(&d);
	}
	work(&d);
	check_screen(&d);
	drive_close(&d);
	return 0;
}
