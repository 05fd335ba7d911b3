/* SPDX-License-Identifier: MIT */
/*
 * Curses only draws: it compares screens and knows what the terminal understands. Keys are read
 * and decoded here (input.h), as curses would wait for the rest of a sequence, and would hand on
 * the letters of one that it does not know. Its signal handlers are kept out.
 */
#include "sockeye/screen/term.h"

/* Curses has a function of that name as well. */
#define key_name curses_key_name
#include <curses.h>
#undef key_name

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "outlet.h"
#include "rescue.h"
#include "sockeye/base/mem.h"
#include "sockeye/screen/input.h"
#include "terminfo.h"

#define DEFAULT_W 80
#define DEFAULT_H 24

/*
 * xterm's private modes. 1000 and 1006: buttons of the mouse are reported, in decimal digits. 2004:
 * pasted text is bracketed. 2026: a frame appears at once.
 */
#define MOUSE_ON       "\033[?1000h\033[?1006h"
#define MOUSE_OFF      "\033[?1006l\033[?1000l"
#define PASTE_ON       "\033[?2004h"
#define PASTE_OFF      "\033[?2004l"
#define SYNC_BEGIN     "\033[?2026h"
#define SYNC_END       "\033[?2026l"
#define SYNC_ASK       "\033[?2026$p"
#define SYNC_ANSWER_MS 200    /* an answer takes no longer but on the slowest links */
#define CANCEL         "\030" /* CAN ends a sequence that was cut off */

struct term {
	SCREEN *screen;
	struct outlet out;
	struct termios modes; /* ours */
	struct buf enter;     /* what is sent with them; the first time newterm() does */
	enum text_set set;
	bool xterm; /* understands what xterm does */
	bool mouse; /* is wanted */
	bool gone, redraw;
	bool entered; /* the screen is ours */
	int w, h;
	int64_t asked_ms; /* about mode 2026 */
	struct input in;
	struct canvas shown; /* what curses was given last */
	attr_t attrs[ROLE_COUNT];
	short pair[ROLE_COUNT];
	cchar_t row[CANVAS_MAX_W];
};

// clang-format off
static const struct {
	const char *cap;
	uint32_t code;
} bindings[] = {
	{ "kcuu1", KEYC_UP },       { "kcud1", KEYC_DOWN },     { "kcub1", KEYC_LEFT },
	{ "kcuf1", KEYC_RIGHT },    { "kpp", KEYC_PGUP },       { "knp", KEYC_PGDN },
	{ "khome", KEYC_HOME },     { "kend", KEYC_END },       { "kich1", KEYC_INSERT },
	{ "kdch1", KEYC_DELETE },   { "kbs", KEYC_BACKSPACE },  { "kcbt", KEYC_BACKTAB },
	{ "kent", KEYC_ENTER },     { "kf1", KEYC_F1 },         { "kf2", KEYC_F1 + 1 },
	{ "kf3", KEYC_F1 + 2 },     { "kf4", KEYC_F1 + 3 },     { "kf5", KEYC_F1 + 4 },
	{ "kf6", KEYC_F1 + 5 },     { "kf7", KEYC_F1 + 6 },     { "kf8", KEYC_F1 + 7 },
	{ "kf9", KEYC_F1 + 8 },     { "kf10", KEYC_F1 + 9 },    { "kf11", KEYC_F1 + 10 },
	{ "kf12", KEYC_F12 },
};
// clang-format on

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- what the terminal is --------------------------------------------- */

static const char *type_name(const struct term_cfg *cfg)
{
	const char *name = cfg->name ? cfg->name : getenv("TERM");

	return name ? name : "";
}

/* A string of the terminal's description, or NULL; tigetstr() has -1 for what is no string. */
static const char *capability(const char *name)
{
	const char *s = tigetstr(name);

	return (intptr_t)s == -1 ? NULL : s;
}

static bool begins(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool is_xterm(const char *type)
{
	return tigetflag("XT") > 0 || begins(type, "xterm") || begins(type, "tmux") ||
	       begins(type, "screen");
}

static enum text_set choose_set(const struct term_cfg *cfg)
{
	const char *type = type_name(cfg);

	if (cfg->ascii || begins(type, "linux") || begins(type, "vt") ||
	    strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return TEXT_ASCII;
	return TEXT_UTF8;
}

static bool want_mono(enum term_color color)
{
	const char *no = getenv("NO_COLOR");

	return color == COLOR_NEVER || (color == COLOR_AUTO && no && *no);
}

int term_usable(const struct term_cfg *cfg, struct err *e)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(e, -ENOTTY, "standard input and output are not both a terminal");
	return terminfo_check(type_name(cfg), e);
}

/* ---- in and out ------------------------------------------------------- */

/* Adds a capability without its padding ("$<5>"): terminals have been faster for a long time. */
static void add_capability(struct buf *b, const char *name)
{
	const char *s = capability(name);

	while (s && *s) {
		const char *pad = strstr(s, "$<");
		const char *end = pad ? strchr(pad, '>') : NULL;

		if (!end) {
			buf_str(b, s);
			return;
		}
		buf_add(b, s, (size_t)(pad - s));
		s = end + 1;
	}
}

static void make_enter(struct term *t)
{
	static const char *const caps[] = { "smcup", "smkx", "rmir", "smam" };

	for (size_t i = 0; i < ARRAY_SIZE(caps); i++)
		add_capability(&t->enter, caps[i]);
	buf_str(&t->enter, t->xterm ? PASTE_ON : "");
}

static int prepare_leave(const struct term *t, struct err *e)
{
	static const char *const caps[] = { "rmkx", "sgr0", "op" };
	struct buf leave = { 0 };
	int code;

	buf_str(&leave, t->xterm ? CANCEL SYNC_END PASTE_OFF MOUSE_OFF : CANCEL);
	for (size_t i = 0; i < ARRAY_SIZE(caps); i++)
		add_capability(&leave, caps[i]);
	/* Without a screen of our own nothing of it stays either. */
	add_capability(&leave, capability("rmcup") ? "rmcup" : "clear");
	/* Some restore with the screen how the cursor was, which need not be how it was with us. */
	add_capability(&leave, "cnorm");
	code = rescue_set_leave(leave.s, leave.len, e);
	buf_free(&leave);
	return code;
}

static void not_taken(int no)
{
	(void)no;
}

/*
 * newterm() takes INT, TERM, TSTP and WINCH where the action is the default, and later ignores TSTP
 * for moments, which would lose one. It leaves alone what seems to be somebody else's.
 */
static SCREEN *make_screen(const char *type, FILE *out)
{
	static const int wanted[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	struct sigaction old[ARRAY_SIZE(wanted)];
	const struct sigaction ours = { .sa_handler = not_taken };

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		sigaction(wanted[i], &ours, &old[i]);
	/* The size comes from the kernel: LINES and COLUMNS may be of another time. */
	use_env(FALSE);
	use_tioctl(TRUE);

	SCREEN *s = newterm(type, out, stdin);

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		sigaction(wanted[i], &old[i], NULL);
	return s;
}

static void set_roles(struct term *t, const struct term_cfg *cfg)
{
	const bool mono = want_mono(cfg->color) || !has_colors() || start_color() != OK ||
			  use_default_colors() != OK;
	const enum theme theme = theme_choose(COLORS, mono);
	const int palette = theme_palette(COLORS, mono);

	for (int r = 0; r < ROLE_COUNT; r++) {
		const struct style s = theme_own_style(cfg->own, theme, (enum role)r, palette);

		t->attrs[r] = (s.attrs & STYLE_BOLD ? WA_BOLD : 0) |
			      (s.attrs & STYLE_UNDERLINE ? WA_UNDERLINE : 0) |
			      (s.attrs & STYLE_REVERSE ? WA_REVERSE : 0);
		t->pair[r] = 0;
		if (s.fg != STYLE_DEFAULT && init_pair((short)(r + 1), s.fg, -1) == OK)
			t->pair[r] = (short)(r + 1);
	}
}

/* Those of cbreak(), noecho() and nonl(), which curses cannot set: it does not see the terminal. */
static struct termios drawing_modes(const struct termios *found)
{
	struct termios m = *found;

	m.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR);
	m.c_oflag &= ~(tcflag_t)(ONLCR | TABDLY);
	m.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL);
	m.c_lflag |= ISIG;
	m.c_cc[VMIN] = 1;
	m.c_cc[VTIME] = 0;
	return m;
}

static void take_terminal(struct term *t)
{
	rescue_arm();
	tcsetattr(STDOUT_FILENO, TCSANOW, &t->modes);
	t->entered = true;
	t->redraw = true;
}

static void leave(struct term *t)
{
	/* What waits is a part of a frame: leaving begins by ending what was cut off. */
	outlet_drop(&t->out);
	if (t->entered)
		rescue_leave();
	t->entered = false;
}

static void bind_keys(struct term *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(bindings); i++) {
		const char *seq = capability(bindings[i].cap);

		if (seq)
			input_bind(&t->in, seq, bindings[i].code);
	}
}

static void free_term(struct term *t)
{
	if (t->screen)
		delscreen(t->screen);
	outlet_close(&t->out);
	buf_free(&t->enter);
	canvas_free(&t->shown);
	free(t);
}

int term_open(struct term **out, const struct term_cfg *cfg, struct err *e)
{
	struct termios found;
	struct term *t;
	int code = term_usable(cfg, e);

	if (code < 0)
		return code;
	t = xcalloc(1, sizeof(*t));
	canvas_init(&t->shown);
	/* In the background this stops us: the modes that a shell has set are not to be found. */
	if (tcflow(STDOUT_FILENO, TCOON) < 0 || tcgetattr(STDOUT_FILENO, &found) < 0) {
		code = err_set(e, -errno, "terminal: %s", strerror(errno));
		goto out_free;
	}
	code = rescue_open(&found, e);
	if (code < 0)
		goto out_free;
	/* From here on: newterm() changes the modes, and what follows it may fail. */
	rescue_arm();
	die_hook = term_emergency;
	code = outlet_open(&t->out, rescue_out());
	if (code < 0) {
		err_set(e, code, "terminal: %s", strerror(-code));
		goto out_leave;
	}
	t->screen = make_screen(type_name(cfg), t->out.file);
	if (!t->screen) {
		code = err_set(e, -ENOTSUP, "terminal type \"%s\" cannot be used", type_name(cfg));
		goto out_leave;
	}
	t->set = choose_set(cfg);
	t->xterm = is_xterm(type_name(cfg));
	make_enter(t);
	cbreak();
	noecho();
	nonl();
	typeahead(-1);
	t->modes = drawing_modes(&found);
	set_roles(t, cfg);
	bind_keys(t);
	term_resized(t);
	/* Only now, as a screen that was not entered is not to be left. */
	code = prepare_leave(t, e);
	if (code < 0)
		goto out_leave;
	take_terminal(t);
	keypad(stdscr, TRUE); /* and sends what newterm() has prepared */
	if (t->xterm) {
		outlet_put(&t->out, PASTE_ON SYNC_ASK);
		t->asked_ms = now_ms();
	}
	outlet_flush(&t->out);
	*out = t;
	return 0;
out_leave:
	rescue_leave();
	die_hook = NULL;
	rescue_close();
out_free:
	free_term(t);
	return code;
}

static void read_input(struct term *t, int wait_ms)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	size_t room;
	unsigned char *to = input_room(&t->in, &room);

	if (t->gone || poll(&p, 1, wait_ms) <= 0)
		return;
	if (!(p.revents & POLLIN)) {
		t->gone = true;
		return;
	}

	ssize_t n = read(STDIN_FILENO, to, room);

	if (n > 0)
		input_fed(&t->in, (size_t)n, now_ms());
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		t->gone = true;
}

/* An answer that comes after we are gone would be typed at the shell. */
static void await_answer(struct term *t)
{
	struct key k;

	while (t->xterm && !t->in.answered_sync && !t->gone) {
		int64_t left = t->asked_ms + SYNC_ANSWER_MS - now_ms();

		if (left <= 0)
			return;
		read_input(t, (int)left);
		while (input_next(&t->in, now_ms(), &k))
			;
	}
}

void term_close(struct term *t)
{
	if (!t)
		return;
	if (t->entered && term_foreground(t) && term_writable(t))
		await_answer(t);
	leave(t);
	die_hook = NULL;
	rescue_close();
	free_term(t);
}

void term_suspend(struct term *t)
{
	sigset_t tstp, old;

	leave(t);
	sigemptyset(&tstp);
	sigaddset(&tstp, SIGTSTP);
	raise(SIGTSTP); /* to this thread: the one that waits for signals would take it again */
	pthread_sigmask(SIG_UNBLOCK, &tstp, &old); /* here we stop */
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

bool term_foreground(const struct term *t)
{
	pid_t owner = tcgetpgrp(STDOUT_FILENO);

	(void)t;
	/* No job control on this terminal, or it is gone: then reading tells. */
	return owner < 0 || owner == getpgrp();
}

void term_restore(struct term *t)
{
	/* Stopped without notice: a screen entered twice forgets where the cursor was before. */
	leave(t);
	take_terminal(t);
	outlet_put(&t->out, t->enter.s);
	if (t->mouse)
		outlet_put(&t->out, MOUSE_ON);
	curs_set(1); /* as leaving made it: curses sends only what it believes to change */
	term_resized(t);
}

bool term_mouse(struct term *t, bool on)
{
	if (!t->xterm)
		return false;
	t->mouse = on;
	if (t->entered)
		outlet_put(&t->out, on ? MOUSE_ON : MOUSE_OFF);
	return true;
}

/* ---- looking at it ---------------------------------------------------- */

enum text_set term_set(const struct term *t)
{
	return t->set;
}

void term_size(const struct term *t, int *w, int *h)
{
	*w = t->w;
	*h = t->h;
}

static int clamp(int n, int standard, int max)
{
	if (n <= 0)
		return standard;
	return n < max ? n : max;
}

bool term_resized(struct term *t)
{
	struct winsize ws = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0 && t->w > 0)
		return false;

	const int w = clamp(ws.ws_col, DEFAULT_W, CANVAS_MAX_W);
	const int h = clamp(ws.ws_row, DEFAULT_H, CANVAS_MAX_H);

	if (w == t->w && h == t->h)
		return false;
	t->w = w;
	t->h = h;
	resizeterm(h, w);
	t->redraw = true; /* terminals differ in what they keep */
	return true;
}

bool term_writable(struct term *t)
{
	struct pollfd p = { .fd = t->out.tty, .events = POLLOUT };

	return !t->gone && outlet_flush(&t->out) && poll(&p, 1, 0) > 0 &&
	       (p.revents & (POLLOUT | POLLERR | POLLHUP)) == POLLOUT;
}

/* ---- keys ------------------------------------------------------------- */

bool term_key(struct term *t, struct key *k)
{
	if (input_next(&t->in, now_ms(), k))
		return true;
	read_input(t, 0);
	return input_next(&t->in, now_ms(), k);
}

bool term_gone(const struct term *t)
{
	return t->gone;
}

int term_escape_ms(const struct term *t)
{
	return input_wait_ms(&t->in, now_ms());
}

/* ---- frames ----------------------------------------------------------- */

/* Whether curses can place it: it goes by the width that the C library gives a character. */
static bool can_show(const struct term *t, const struct cell *c)
{
	if (t->set == TEXT_ASCII)
		return c->ch < 0x80 && c->mark[0] == 0;
	return c->ch < 0x80 || wcwidth((wchar_t)c->ch) == c->width;
}

/* Turns cells into what curses takes. Returns how many. */
static int make_row(struct term *t, const struct cell *cell, int w)
{
	int n = 0;

	for (int x = 0; x < w; x++) {
		const struct cell *c = &cell[x];
		const attr_t attrs = t->attrs[c->role];
		const short pair = t->pair[c->role];
		const wchar_t text[] = { (wchar_t)c->ch, (wchar_t)c->mark[0], (wchar_t)c->mark[1],
					 0 };

		if (c->width == 0)
			continue;
		if (can_show(t, c)) {
			setcchar(&t->row[n++], text, attrs, pair, NULL);
			continue;
		}
		for (int i = 0; i < c->width; i++)
			setcchar(&t->row[n++], L"?", attrs, pair, NULL);
	}
	return n;
}

/* Not memcmp(): a cell has padding. */
static bool same_row(const struct cell *a, const struct cell *b, int w)
{
	for (int x = 0; x < w; x++)
		if (a[x].ch != b[x].ch || a[x].role != b[x].role || a[x].width != b[x].width ||
		    a[x].mark[0] != b[x].mark[0] || a[x].mark[1] != b[x].mark[1])
			return false;
	return true;
}

/* Gives curses the rows that changed. False when none did. */
static bool stage_rows(struct term *t, const struct canvas *c)
{
	const bool all = t->redraw || t->shown.w != c->w || t->shown.h != c->h;
	const int w = c->w < t->w ? c->w : t->w;
	const int h = c->h < t->h ? c->h : t->h;
	bool changed = all;

	if (all)
		canvas_resize(&t->shown, c->w, c->h);
	for (int y = 0; y < h; y++) {
		const struct cell *now = canvas_at(c, 0, y);
		struct cell *then = &t->shown.cell[(size_t)y * (size_t)c->w];

		if (!all && same_row(now, then, c->w))
			continue;
		mvadd_wchnstr(y, 0, t->row, make_row(t, now, w));
		memcpy(then, now, (size_t)c->w * sizeof(*now));
		changed = true;
	}
	return changed;
}

static bool stage_cursor(struct term *t, const struct canvas *c)
{
	const bool visible =
		c->cursor_x >= 0 && c->cursor_y >= 0 && c->cursor_x < t->w && c->cursor_y < t->h;
	const bool changed = c->cursor_x != t->shown.cursor_x || c->cursor_y != t->shown.cursor_y;

	t->shown.cursor_x = c->cursor_x;
	t->shown.cursor_y = c->cursor_y;
	if (visible)
		move(c->cursor_y, c->cursor_x);
	curs_set(visible);
	return changed;
}

void term_draw(struct term *t, const struct canvas *c)
{
	const bool rows = stage_rows(t, c);
	const bool cursor = stage_cursor(t, c);
	const bool sync = t->in.answered_sync && (t->in.sync == 1 || t->in.sync == 2);

	if (!rows && !cursor)
		return;
	if (t->redraw)
		clearok(curscr, TRUE);
	t->redraw = false;
	if (sync)
		outlet_put(&t->out, SYNC_BEGIN);
	wnoutrefresh(stdscr);
	doupdate();
	if (sync)
		outlet_put(&t->out, SYNC_END);
	outlet_flush(&t->out);
}

void term_redraw(struct term *t)
{
	t->redraw = true;
}
