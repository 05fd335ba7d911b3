/* SPDX-License-Identifier: MIT */
/* The same screens on terminals of six kinds: equal text, and only what each of them understands.
 */
#include <string.h>

#include "program.h"
#include "sockeye/base/mem.h"
#include "terminfo.h"

#define ROWS     24
#define ROW_SIZE 512 /* 80 cells of at most 6 bytes */
/* An interval so long that nothing on the screen changes but by keys. */
#define ONE_SAMPLE "3600"

/* Walked in that order; the keys lead there from the one before. */
static const struct {
	const char *keys, *text; /* the text stands on this screen and on no other one */
} screens[] = {
	{ "", "203.0.113.9" },
	{ "<Space>", "pid = 901" },
	{ "<Enter>", "row 1 of 61" },
	{ "?", "sockeye help" },
};

struct picture {
	char row[ROWS][ROW_SIZE];
};

struct pictures {
	struct picture of[ARRAY_SIZE(screens)];
	bool taken;
};

// clang-format off
static const struct terminal {
	const char *type, *locale;
	bool ascii, color, alt_screen;
} terminals[] = {
	/* type              locale            ascii  color  alt_screen */
	{ "xterm-256color",  "LANG=C.UTF-8",   false, true,  true },
	{ "xterm",           "LANG=C.UTF-8",   false, true,  true },
	{ "screen",          "LANG=C.UTF-8",   false, true,  true },
	{ "tmux-256color",   "LANG=C.UTF-8",   false, true,  true },
	{ "linux",           "LANG=C.UTF-8",   true,  true,  false },
	{ "vt100",           "LANG=C.UTF-8",   true,  false, false },
	{ "xterm-256color",  "LANG=C",         true,  true,  true },
};

static const struct color_case {
	const char *type, *option, *env;
	bool color;
} color_cases[] = {
	{ "xterm-256color", "--color=auto",   "NO_COLOR",   true },
	{ "xterm-256color", "--color=auto",   "NO_COLOR=1", false },
	{ "xterm-256color", "--color=auto",   "NO_COLOR=",  true }, /* no-color.org: empty is not set */
	{ "xterm-256color", "--color=always", "NO_COLOR=1", true },
	{ "xterm-256color", "--color=never",  "NO_COLOR",   false },
	{ "linux",          "--color=never",  "NO_COLOR",   false },
	{ "vt100",          "--color=always", "NO_COLOR",   false },
};
// clang-format on

static bool known(const char *type)
{
	struct err e;

	if (terminfo_check(type, &e) == 0)
		return true;
	printf("%s: not tested: %s\n", type, e.msg);
	return false;
}

static struct vt *start(const char *type, const char *interval, const char *option, const char *env)
{
	const char *const args[] = { "-d", interval, option, NULL };

	return program_start((struct vt_cfg){ .type = type }, "web.fake", env, args);
}

static void take(const struct vt *v, struct picture *p)
{
	for (int r = 0; r < ROWS; r++)
		vt_row_text(v, r, p->row[r], sizeof(p->row[r]));
}

static bool is_picture(struct vt *v, const void *ctx)
{
	const struct picture *p = ctx;
	struct picture now;

	take(v, &now);
	for (int r = 0; r < ROWS; r++)
		if (strcmp(now.row[r], p->row[r]) != 0)
			return false;
	return true;
}

static void assert_picture(struct vt *v, const struct picture *p, const char *type)
{
	if (vt_wait(v, is_picture, p, LIMIT_MS))
		return;
	vt_dump_text(v, stderr);
	for (int r = 0; r < ROWS; r++)
		fprintf(stderr, "wanted: %s\n", p->row[r]);
	fail_msg("%s shows something else than the first terminal of its characters", type);
}

static void assert_ascii(const struct picture *p)
{
	for (int r = 0; r < ROWS; r++)
		for (const char *s = p->row[r]; *s; s++)
			assert_in_range(*s, ' ', '~');
}

/* The first terminal of a set of characters makes the pictures that the others are held to. */
static void walk(struct vt *v, const struct terminal *t, struct pictures *want)
{
	for (size_t i = 0; i < ARRAY_SIZE(screens); i++) {
		vt_keys(v, screens[i].keys);
		if (!vt_wait_text(v, screens[i].text, LIMIT_MS)) {
			vt_dump_text(v, stderr);
			fail_msg("%s: no \"%s\"", t->type, screens[i].text);
		}
		if (want->taken) {
			assert_picture(v, &want->of[i], t->type);
			continue;
		}
		vt_pump(v, 200); /* the rest of a frame that no mark ends */
		take(v, &want->of[i]);
		if (t->ascii)
			assert_ascii(&want->of[i]);
	}
	want->taken = true;
}

static void test_terms_show_the_same(void **state)
{
	static struct pictures want[2];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(terminals); i++) {
		const struct terminal *t = &terminals[i];
		const struct seqs_count *n;
		struct vt *v;

		if (!known(t->type))
			continue;
		v = start(t->type, ONE_SAMPLE, "--color=auto", t->locale);
		walk(v, t, &want[t->ascii]);
		n = vt_seqs(v);
		assert_int_equal(n->colour > 0, t->color);
		assert_int_equal(n->alt_screen > 0, t->alt_screen);
		assert_int_equal(n->mouse, 0);
		assert_int_equal(n->osc + n->dcs + n->c1, 0);
		vt_keys(v, "<Esc><Esc><Esc><Esc>");
		assert_true(vt_wait_gone(v, screens[3].text, LIMIT_MS));
		assert_true(vt_wait_gone(v, screens[2].text, LIMIT_MS));
		program_quit(v);
	}
}

static void test_terms_colour_as_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(color_cases); i++) {
		const struct color_case *c = &color_cases[i];
		struct vt *v;

		if (!known(c->type))
			continue;
		v = start(c->type, "0.2", c->option, c->env);
		program_wait_first_screen(v);
		vt_keys(v, "<Space>"); /* a pin has a colour where there are any */
		assert_true(vt_wait_text(v, "pid = 2211", LIMIT_MS));
		if ((vt_seqs(v)->colour > 0) != c->color)
			fail_msg("%s %s %s: %lu colours", c->type, c->option, c->env,
				 vt_seqs(v)->colour);
		program_quit(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terms_show_the_same),
		cmocka_unit_test(test_terms_colour_as_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
