/* SPDX-License-Identifier: MIT */
#include "vt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "sockeye/base/mem.h"

#define ROW_SIZE 16384 /* text of one row: 1000 columns of 6 characters at most fit with ease */
#define STEP_MS  10    /* between two looks at a process: it cannot be polled for */
#define ROWS_MAX 1000  /* of what is looked at: a terminal may say that it is larger */
#define COLS_MAX 4000

struct vt {
	int fd;    /* the master; -1 after vt_hangup() */
	int other; /* the other side, held open: else reading fails while no program has it */
	pid_t pid;
	int rows, cols, status;
	bool reaped, stopped, alt_screen, cursor_visible, no_sync;
	VTerm *vterm;
	VTermScreen *screen;
	struct seqs *seqs;
	FILE *log;
	unsigned long long bytes;
	struct termios found;
};

#define STATUS_SKIP   77
#define STATUS_BROKEN 99

_Noreturn static void end_test(int status, const char *what)
{
	fprintf(stderr, "vt: %s: %s\n", what, strerror(errno));
	exit(status);
}

int64_t vt_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the terminal's side ----------------------------------------------- */

void vt_write(struct vt *v, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0 && v->fd >= 0) {
		ssize_t n = write(v->fd, p, len);

		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = v->fd, .events = POLLOUT }, 1, STEP_MS);
		} else if (errno != EINTR) {
			return;
		}
	}
}

/* Keys, and answers to what the program asks. libvterm 0.1.4 does not know mode 2026. */
static void on_output(const char *bytes, size_t len, void *user)
{
	static const char unknown[] = "\033[?2026;0$y", reset[] = "\033[?2026;2$y";
	struct vt *v = user;

	if (!v->no_sync && len == sizeof(unknown) - 1 && memcmp(bytes, unknown, len) == 0)
		bytes = reset;
	vt_write(v, bytes, len);
}

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
	struct vt *v = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		v->alt_screen = value->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		v->cursor_visible = value->boolean;
	return 1;
}

static const VTermScreenCallbacks screen_callbacks = { .settermprop = on_property };

static int least(int a, int b)
{
	return a < b ? a : b;
}

static void make_terminal(struct vt *v)
{
	v->vterm = vterm_new(v->rows, v->cols);
	vterm_set_utf8(v->vterm, 1);
	vterm_output_set_callback(v->vterm, on_output, v);
	v->screen = vterm_obtain_screen(v->vterm);
	vterm_screen_enable_altscreen(v->screen, 1);
	vterm_screen_set_callbacks(v->screen, &screen_callbacks, v);
	vterm_screen_reset(v->screen, 1);
	v->seqs = seqs_new();
}

/* ---- the program's side ------------------------------------------------ */

/* Empties the environment but for what the program cannot do without. */
static void clean_environment(const struct vt_cfg *cfg)
{
	static const char *const kept[] = { "PATH",         "HOME",         "ASAN_OPTIONS",
					    "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS" };
	char *value[ARRAY_SIZE(kept)];

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		const char *now = getenv(kept[i]);

		value[i] = now ? xstrdup(now) : NULL;
	}
	clearenv();
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (value[i])
			setenv(kept[i], value[i], 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("XDG_CONFIG_HOME", "/dev/null/none", 1); /* nobody's settings count */
	setenv("XDG_STATE_HOME", "/dev/null/none", 1);
	setenv("TERM", cfg->type ? cfg->type : "xterm-256color", 1);
	for (const char *const *e = cfg->env; e && *e; e++) {
		char *name = xstrdup(*e);
		char *equals = strchr(name, '=');

		if (equals) {
			*equals = '\0';
			setenv(name, equals + 1, 1);
		} else {
			unsetenv(name);
		}
	}
}

_Noreturn static void run_child(const struct vt_cfg *cfg, const char *tty, char *const argv[])
{
	sigset_t none;
	int fd;

	setsid();
	fd = open(tty, O_RDWR); /* the first terminal of a session controls it */
	for (int i = 0; i <= 2; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
	clean_environment(cfg);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, cfg->ignore_hup ? SIG_IGN : SIG_DFL);
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static struct winsize size_of(int rows, int cols)
{
	return (struct winsize){ .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
}

static void open_pty(struct vt *v, const struct winsize *ws, char *tty, size_t size)
{

	v->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (v->fd < 0 || grantpt(v->fd) < 0 || unlockpt(v->fd) < 0 ||
	    ptsname_r(v->fd, tty, size) != 0)
		end_test(STATUS_SKIP, "no pseudo-terminal");
	v->other = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (v->other < 0 || ioctl(v->fd, TIOCSWINSZ, ws) < 0 || tcgetattr(v->other, &v->found) < 0)
		end_test(STATUS_BROKEN, tty);
	fcntl(v->fd, F_SETFL, fcntl(v->fd, F_GETFL) | O_NONBLOCK);
}

struct vt *vt_open(const struct vt_cfg *cfg, char *const argv[])
{
	struct vt *v = xcalloc(1, sizeof(*v));
	const struct winsize ws = size_of(cfg->rows ? cfg->rows : 24, cfg->cols ? cfg->cols : 80);
	char tty[64];

	v->rows = least(ws.ws_row, ROWS_MAX);
	v->cols = least(ws.ws_col, COLS_MAX);
	v->no_sync = cfg->no_sync;
	v->cursor_visible = true;
	make_terminal(v);
	if (cfg->log) {
		v->log = fopen(cfg->log, "we");
		if (!v->log)
			end_test(STATUS_BROKEN, cfg->log);
	}
	open_pty(v, &ws, tty, sizeof(tty));
	v->pid = fork();
	if (v->pid < 0)
		end_test(STATUS_BROKEN, "fork");
	if (v->pid == 0)
		run_child(cfg, tty, argv);
	return v;
}

static void look_at_process(struct vt *v)
{
	int status;

	if (v->reaped || waitpid(v->pid, &status, WNOHANG | WUNTRACED | WCONTINUED) != v->pid)
		return;
	v->stopped = WIFSTOPPED(status);
	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		v->reaped = true;
		v->status = status;
	}
}

void vt_free(struct vt *v)
{
	if (!v)
		return;
	if (!v->reaped) {
		kill(v->pid, SIGKILL);
		waitpid(v->pid, NULL, 0);
	}
	vt_hangup(v);
	if (v->log)
		fclose(v->log);
	seqs_free(v->seqs);
	vterm_free(v->vterm);
	free(v);
}

/* ---- waiting ----------------------------------------------------------- */

static void take_output(struct vt *v)
{
	char buf[65536];
	ssize_t n = read(v->fd, buf, sizeof(buf));

	if (n <= 0)
		return;
	v->bytes += (unsigned long long)n;
	if (v->log)
		fwrite(buf, 1, (size_t)n, v->log);
	seqs_feed(v->seqs, buf, (size_t)n);
	vterm_input_write(v->vterm, buf, (size_t)n);
	vterm_screen_flush_damage(v->screen);
}

/* Waits at most ms for output and takes it. */
static void step(struct vt *v, int64_t ms)
{
	struct pollfd p = { .fd = v->fd, .events = POLLIN };

	if (ms > STEP_MS)
		ms = STEP_MS;
	if (poll(&p, 1, ms > 0 ? (int)ms : 0) > 0)
		take_output(v);
	look_at_process(v);
}

bool vt_wait(struct vt *v, bool (*done)(struct vt *v, const void *ctx), const void *ctx,
	     int limit_ms)
{
	const int64_t end = vt_now_ms() + limit_ms;

	while (!done(v, ctx)) {
		int64_t left = end - vt_now_ms();

		if (left <= 0)
			return false;
		step(v, left);
	}
	return true;
}

static bool never(struct vt *v, const void *ctx)
{
	(void)v;
	(void)ctx;
	return false;
}

void vt_pump(struct vt *v, int ms)
{
	vt_wait(v, never, NULL, ms);
}

static bool has_text(struct vt *v, const void *text)
{
	return vt_has(v, text);
}

static bool lacks_text(struct vt *v, const void *text)
{
	return !vt_has(v, text);
}

static bool has_frames(struct vt *v, const void *count)
{
	return vt_seqs(v)->frame_end >= *(const unsigned long *)count;
}

static bool has_screen(struct vt *v, const void *on)
{
	return v->alt_screen == *(const bool *)on;
}

static bool is_stopped(struct vt *v, const void *ctx)
{
	(void)ctx;
	return v->stopped;
}

/* What was sent before the end is to be seen as well. */
static bool is_over(struct vt *v, const void *ctx)
{
	(void)ctx;
	return v->reaped &&
	       (v->fd < 0 || poll(&(struct pollfd){ .fd = v->fd, .events = POLLIN }, 1, 0) == 0);
}

bool vt_wait_text(struct vt *v, const char *text, int limit_ms)
{
	return vt_wait(v, has_text, text, limit_ms);
}

bool vt_wait_gone(struct vt *v, const char *text, int limit_ms)
{
	return vt_wait(v, lacks_text, text, limit_ms);
}

bool vt_wait_frames(struct vt *v, unsigned long more, int limit_ms)
{
	const unsigned long count = vt_seqs(v)->frame_end + more;

	return vt_wait(v, has_frames, &count, limit_ms);
}

bool vt_wait_alt_screen(struct vt *v, bool on, int limit_ms)
{
	return vt_wait(v, has_screen, &on, limit_ms);
}

bool vt_wait_exit(struct vt *v, int limit_ms, int *status)
{
	const bool over = vt_wait(v, is_over, NULL, limit_ms);

	if (over && status)
		*status = v->status;
	return over;
}

bool vt_wait_stop(struct vt *v, int limit_ms)
{
	return vt_wait(v, is_stopped, NULL, limit_ms);
}

bool vt_wait_full(const struct vt *v, int limit_ms)
{
	const int64_t end = vt_now_ms() + limit_ms;

	/* While a write is under way it looks full for a moment. */
	for (int looks = 0; looks < 3; looks++) {
		if (looks > 0)
			poll(NULL, 0, STEP_MS);
		if (poll(&(struct pollfd){ .fd = v->other, .events = POLLOUT }, 1, 0) > 0)
			looks = -1;
		if (vt_now_ms() >= end)
			return false;
	}
	return true;
}

/* ---- what a person does ------------------------------------------------ */

// clang-format off
static const struct {
	const char *name;
	VTermKey key;
} named_keys[] = {
	{ "Enter", VTERM_KEY_ENTER }, { "Tab", VTERM_KEY_TAB },     { "BS", VTERM_KEY_BACKSPACE },
	{ "Esc", VTERM_KEY_ESCAPE },  { "Up", VTERM_KEY_UP },       { "Down", VTERM_KEY_DOWN },
	{ "Left", VTERM_KEY_LEFT },   { "Right", VTERM_KEY_RIGHT }, { "Ins", VTERM_KEY_INS },
	{ "Del", VTERM_KEY_DEL },     { "Home", VTERM_KEY_HOME },   { "End", VTERM_KEY_END },
	{ "PgUp", VTERM_KEY_PAGEUP }, { "PgDn", VTERM_KEY_PAGEDOWN },
};

static const struct {
	char letter;
	VTermModifier mod;
} modifiers[] = {
	{ 'C', VTERM_MOD_CTRL }, { 'M', VTERM_MOD_ALT }, { 'S', VTERM_MOD_SHIFT },
};
// clang-format on

/* The modifiers before a name, and how many bytes they take. */
static VTermModifier key_modifiers(const char *name, size_t *len)
{
	VTermModifier mod = VTERM_MOD_NONE;

	for (*len = 0; name[*len] && name[*len + 1] == '-' && name[*len + 2]; *len += 2)
		for (size_t i = 0; i < ARRAY_SIZE(modifiers); i++)
			if (modifiers[i].letter == name[*len])
				mod |= modifiers[i].mod;
	return mod;
}

static void press(struct vt *v, const char *name)
{
	size_t skip;
	const VTermModifier mod = key_modifiers(name, &skip);

	name += skip;
	for (size_t i = 0; i < ARRAY_SIZE(named_keys); i++)
		if (strcmp(name, named_keys[i].name) == 0) {
			vterm_keyboard_key(v->vterm, named_keys[i].key, mod);
			return;
		}
	if (name[0] == 'F' && name[1]) {
		vterm_keyboard_key(v->vterm,
				   (VTermKey)VTERM_KEY_FUNCTION(strtol(name + 1, NULL, 10)), mod);
		return;
	}
	const char c = strcmp(name, "lt") == 0 ? '<' : strcmp(name, "Space") == 0 ? ' ' : name[0];

	vterm_keyboard_unichar(v->vterm, (uint32_t)c, mod);
}

void vt_keys(struct vt *v, const char *spec)
{
	char name[32];

	while (*spec) {
		const char *end = *spec == '<' ? strchr(spec, '>') : NULL;

		if (end && (size_t)(end - spec) <= sizeof(name)) {
			memcpy(name, spec + 1, (size_t)(end - spec) - 1);
			name[end - spec - 1] = '\0';
			press(v, name);
			spec = end + 1;
		} else {
			vt_write(v, spec++, 1);
		}
	}
}

void vt_paste(struct vt *v, const char *text)
{
	vterm_keyboard_start_paste(v->vterm);
	vt_write(v, text, strlen(text));
	vterm_keyboard_end_paste(v->vterm);
}

void vt_resize(struct vt *v, int rows, int cols)
{
	const struct winsize ws = size_of(rows, cols);

	v->rows = rows ? least(rows, ROWS_MAX) : v->rows;
	v->cols = cols ? least(cols, COLS_MAX) : v->cols;
	vterm_set_size(v->vterm, v->rows, v->cols);
	if (v->fd >= 0)
		ioctl(v->fd, TIOCSWINSZ, &ws); /* the kernel sends SIGWINCH */
}

void vt_signal(struct vt *v, int sig)
{
	if (!v->reaped)
		kill(v->pid, sig);
}

void vt_hangup(struct vt *v)
{
	if (v->fd < 0)
		return;
	close(v->other);
	close(v->fd);
	v->fd = -1;
}

/* ---- looking ----------------------------------------------------------- */

pid_t vt_pid(const struct vt *v)
{
	return v->pid;
}

pid_t vt_foreground(const struct vt *v)
{
	return tcgetpgrp(v->fd);
}

int vt_rows(const struct vt *v)
{
	return v->rows;
}

int vt_cols(const struct vt *v)
{
	return v->cols;
}

void vt_cursor(const struct vt *v, int *row, int *col, bool *visible)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(v->vterm), &pos);
	*row = pos.row;
	*col = pos.col;
	*visible = v->cursor_visible;
}

bool vt_alt_screen(const struct vt *v)
{
	return v->alt_screen;
}

bool vt_modes_restored(const struct vt *v)
{
	struct termios now;

	if (v->fd < 0 || tcgetattr(v->other, &now) < 0)
		return false;
	return now.c_iflag == v->found.c_iflag && now.c_oflag == v->found.c_oflag &&
	       now.c_cflag == v->found.c_cflag && now.c_lflag == v->found.c_lflag &&
	       memcmp(now.c_cc, v->found.c_cc, sizeof(now.c_cc)) == 0;
}

bool vt_cell(const struct vt *v, int row, int col, VTermScreenCell *cell)
{
	const VTermPos pos = { .row = row, .col = col };

	return row >= 0 && col >= 0 && row < v->rows && col < v->cols &&
	       vterm_screen_get_cell(v->screen, pos, cell);
}

size_t vt_row_text(const struct vt *v, int row, char *buf, size_t size)
{
	size_t len = 0, keep = 0;
	VTermScreenCell cell;

	for (int col = 0; col < v->cols && vt_cell(v, row, col, &cell);
	     col += cell.width > 1 ? 2 : 1) {
		char text[32];
		const size_t n = vt_cell_text(&cell, text);

		if (len + n >= size)
			break;
		memcpy(buf + len, text, n);
		len += n;
		if (n != 1 || text[0] != ' ')
			keep = len;
	}
	buf[keep] = '\0';
	return keep;
}

bool vt_find(const struct vt *v, const char *text, int *row, int *col)
{
	char line[ROW_SIZE];

	for (int r = 0; r < v->rows; r++) {
		const char *at;

		vt_row_text(v, r, line, sizeof(line));
		at = strstr(line, text);
		if (!at)
			continue;
		*row = r;
		*col = (int)(at - line);
		return true;
	}
	return false;
}

bool vt_has(const struct vt *v, const char *text)
{
	int row, col;

	return vt_find(v, text, &row, &col);
}

const struct seqs_count *vt_seqs(const struct vt *v)
{
	return seqs_counts(v->seqs);
}

unsigned long long vt_bytes(const struct vt *v)
{
	return v->bytes;
}
