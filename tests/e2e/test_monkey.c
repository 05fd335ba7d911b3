/* SPDX-License-Identifier: MIT */
/*
 * Somebody who knows nothing leans on the keyboard: keys, halves of sequences, bytes that are no
 * characters and windows of any size. The program shows frames all the way through and ends only
 * when asked to. SOCKEYE_LONG=1 is ten times as patient.
 */
#include <signal.h>
#include <string.h>

#include "program.h"
#include "sockeye/base/mem.h"

#define KEYS      1000
#define KEYS_LONG 10000
/* No directory can be made in it: what it saves comes to nothing. */
#define NOTHING_SAVED "XDG_CONFIG_HOME=/dev/null"
#define BATCH         20 /* keys between two looks at it */

struct monkey {
	uint64_t seed;
	struct vt *v;
	unsigned keys, restarts;
	char recent[BATCH][32]; /* what a failure was preceded by */
};

// clang-format off
/*
 * As vt_keys() takes them. Not Ctrl-L, which clears the screen as a new size does; nor Ctrl-C and
 * Ctrl-\, which end the program.
 */
static const char *const named[] = {
	"<Up>", "<Down>", "<Left>", "<Right>", "<PgUp>", "<PgDn>", "<Home>", "<End>", "<Tab>",
	"<S-Tab>", "<Enter>", "<Esc>", "<BS>", "<Del>", "<Ins>", "<Space>", "<C-u>",
	"<C-w>", "<C-a>", "<C-e>", "<C-k>", "<M-x>", "<C-Left>", "<F1>", "<F5>", "<F12>",
};

/* Cut off, overlong, beyond Unicode, and answers that nobody asked for. */
static const char *const broken[] = {
	"\xff", "\xc3", "\xe2\x82", "\xc0\xaf", "\xf4\x90\x80\x80", "\xed\xa0\x80", "\x80\x80",
	"\033[", "\033O", "\033[1;", "\033[?2026;1$", "\033[200~q\033[A", "\033[201~", "\033]0;q",
	"\033P+q", "\033[999999999999A", "\033[<0;5;5M", "\033[M !!", "\033[I", "\033\033\033[B",
	"\xf0\x9f\x92\xa9", "e\xcc\x81", "\xe2\x80\xae",
};

/* Sent in two pieces that arrive apart. */
static const char *const split[] = {
	"\033[B", "\033[A", "\033OP", "\033[6~", "\033[1;5C", "\xe2\x82\xac", "\033[200~x\033[201~",
};
// clang-format on

static unsigned roll(struct monkey *m, size_t sides)
{
	return (unsigned)(test_random(&m->seed) % sides);
}

static void note(struct monkey *m, const char *what)
{
	char *to = m->recent[m->keys % BATCH];
	size_t n = 0;

	for (const char *s = what; *s && n + 5 < sizeof(m->recent[0]); s++) {
		if (*s > ' ' && *s <= '~')
			to[n++] = *s;
		else
			n += (size_t)snprintf(to + n, 5, "\\x%02x", (unsigned char)*s);
	}
	to[n] = '\0';
}

static void press(struct monkey *m, const char *keys)
{
	note(m, keys);
	vt_keys(m->v, keys);
}

static void send_split(struct monkey *m)
{
	const char *s = split[roll(m, ARRAY_SIZE(split))];
	const size_t at = 1 + roll(m, strlen(s) - 1);

	note(m, s);
	vt_write(m->v, s, at);
	vt_pump(m->v, (int)roll(m, 12));
	vt_write(m->v, s + at, strlen(s) - at);
}

static void do_something(struct monkey *m)
{
	const unsigned dice = roll(m, 1000);
	char letter[] = "?";

	if (dice < 480) {
		press(m, named[roll(m, ARRAY_SIZE(named))]);
	} else if (dice < 880) {
		letter[0] = (char)(' ' + roll(m, '~' - ' ' + 1));
		/* "<" would begin a name; quitting is rare enough to get somewhere in between. */
		press(m, letter[0] == '<' ? "<lt>" : letter[0] == 'q' && roll(m, 4) ? "j" : letter);
	} else if (dice < 940) {
		const char *s = broken[roll(m, ARRAY_SIZE(broken))];

		note(m, s);
		vt_write(m->v, s, strlen(s));
	} else if (dice < 980) {
		send_split(m);
	} else if (dice < 999) {
		vt_paste(m->v, "q\rpid = 1\n");
		note(m, "paste");
	} else {
		press(m, "<C-z>"); /* without a shell nothing stops it, and it comes back */
	}
	m->keys++;
}

static _Noreturn void give_up(const struct monkey *m, const char *why)
{
	vt_dump_text(m->v, stderr);
	for (unsigned i = 0; i < BATCH; i++)
		fprintf(stderr, "%s ", m->recent[(m->keys + i) % BATCH]);
	fprintf(stderr, "\n%s after %u keys\n", why, m->keys);
	abort();
}

static void start(struct monkey *m)
{
	static const char *const args[] = { "-d", "0.1", NULL };
	static const char *const fixtures[] = { "web.fake", "growing.fake", "hostile.fake" };
	const char *fixture = fixtures[roll(m, ARRAY_SIZE(fixtures))];

	m->v = program_start((struct vt_cfg){ 0 }, fixture, NOTHING_SAVED, args);
	if (!vt_wait_text(m->v, "CLOSE_WAIT", LIMIT_MS) || !vt_wait_frames(m->v, 1, LIMIT_MS))
		give_up(m, "no first screen");
}

static bool cleared_or_over(struct vt *v, const void *clears)
{
	return vt_seqs(v)->clear > *(const unsigned long *)clears || vt_wait_exit(v, 0, NULL);
}

/* For a new size the screen is cleared: no key waits any more then. It ends only with q, and well.
 */
static void check_life(struct monkey *m)
{
	const unsigned long clears = vt_seqs(m->v)->clear;
	int rows = 1 + (int)roll(m, 60), cols = 1 + (int)roll(m, 200);

	if (rows == vt_rows(m->v))
		rows++;
	vt_resize(m->v, rows, cols);
	if (!vt_wait(m->v, cleared_or_over, &clears, LIMIT_MS))
		give_up(m, "no frame for a new size");
	if (!vt_wait_exit(m->v, 0, NULL))
		return;
	if (tty_exit_status(m->v) != 0)
		give_up(m, "it died");
	tty_assert_as_found(m->v);
	vt_free(m->v);
	m->restarts++;
	start(m);
}

static void test_monkey_never_kills_it(void **state)
{
	const char *is_long = getenv("SOCKEYE_LONG");
	const unsigned keys = is_long && strcmp(is_long, "1") == 0 ? KEYS_LONG : KEYS;
	struct monkey m = { .seed = test_seed() };

	(void)state;
	start(&m);
	while (m.keys < keys) {
		do_something(&m);
		if (m.keys % BATCH == 0)
			check_life(&m);
	}
	printf("%u keys, quit %u times\n", m.keys, m.restarts);
	vt_signal(m.v, SIGTERM);
	assert_int_equal(tty_exit_status(m.v), 128 + SIGTERM);
	tty_assert_as_found(m.v);
	vt_free(m.v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_monkey_never_kills_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
