/* SPDX-License-Identifier: MIT */
/*
 * The prompt of the filter. It begins with filter and pins as one expression. While what stands in
 * it is another one and can be understood, the lists follow it; when it is taken it becomes the
 * filter, and there are no pins any more. Text that was not changed leaves both as they are.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app_acts.h"
#include "app_state.h"
#include "bar.h"
#include "sockeye/base/fmt.h"

/* The lists follow when no key has come for so long. */
#define CALM_MS 150
/* From here on there is a line between the lists and the prompt. */
#define RULE_MIN_H     12
#define CANDIDATES_MAX 8
#define NAME_MAX_CELLS 48

static struct clean own(const char *s)
{
	return text_own(s, strlen(s));
}

static void set_text(struct buf *b, const char *text)
{
	buf_reset(b);
	buf_str(b, text);
}

/* ---- what stands in the line ----------------------------------------- */

static void look_for_candidates(struct app *a)
{
	a->ask.found = complete_find(a->ask.completer, a->prompt.text, a->prompt.at, a->shown);
	a->ask.pick = PICK_NONE;
}

/* It will stand in parentheses, which makes it a little longer and deeper. */
static bool fits(const char *expr, struct err *e)
{
	struct buf whole = { 0 };
	struct filter *f;

	buf_fmt(&whole, "(%s)", expr);
	f = expr[0] != '\0' ? filter_parse(whole.s, whole.len, e) : NULL;
	buf_free(&whole);
	filter_free(f);
	if (f == NULL && expr[0] != '\0')
		e->pos = ERR_NO_POS;
	return f != NULL || expr[0] == '\0';
}

static void check_text(struct app *a)
{
	struct ask *ask = &a->ask;
	struct filter *f = filter_parse(a->prompt.text, a->prompt.len, &ask->err);
	struct buf canonical = { 0 };

	if (f == NULL)
		return;
	ask->err.code = 0;
	buf_str(&canonical, "");
	filter_print(f, &canonical);
	if (a->marks_untold != NULL && (filter_details(f) & DETAIL_MARK) != 0)
		err_set(&ask->err, -EPERM, "%s", a->marks_untold);
	filter_free(f);
	if (ask->err.code == 0 && fits(canonical.s, &ask->err))
		set_text(&ask->canonical, canonical.s);
	buf_free(&canonical);
}

static bool is_changed(const struct app *a)
{
	return strcmp(a->prompt.text, a->ask.opened.s) != 0 &&
	       strcmp(a->ask.canonical.s, a->ask.opened.s) != 0;
}

static void text_changed(struct app *a)
{
	check_text(a);
	a->ask.due_ms = a->ask.err.code < 0 ? INT64_MAX : a->now_ms + CALM_MS;
}

/* Tells whether that can be shown. */
static bool try_text(struct app *a, bool trying)
{
	struct err e;

	a->ask.due_ms = INT64_MAX;
	a->trying = trying;
	if (trying)
		set_text(&a->trial, a->ask.canonical.s);
	if (app_refilter(a, &e) == 0)
		return true;
	app_tell(a, e.msg);
	return false;
}

void app_filter_follow(struct app *a)
{
	try_text(a, is_changed(a));
}

void app_filter_recount(struct app *a)
{
	/* What Tab goes through stays as it is. */
	if (a->ask.pick != PICK_NONE)
		return;
	look_for_candidates(a);
	app_layout(a);
}

/* ---- keys ------------------------------------------------------------ */

void app_act_filter(struct app *a)
{
	struct ask *ask = &a->ask;

	buf_reset(&ask->opened);
	app_print_filter(a, &ask->opened);
	if (ask->opened.len >= PROMPT_SIZE) {
		app_say(a, "this filter is too long to be edited; x clears it");
		return;
	}
	a->asked = ASKED_FILTER;
	prompt_open(&a->prompt, "Filter", &ask->history, ask->opened.s);
	set_text(&ask->canonical, ask->opened.s);
	ask->err.code = 0;
	look_for_candidates(a);
	app_layout(a);
}

static void close_prompt(struct app *a)
{
	a->asked = ASKED_NOTHING;
	a->ask.found = NULL;
	try_text(a, false);
	app_layout(a);
}

/* A filter that is about other sockets than those that are shown brings them. */
static void take_filter(struct app *a)
{
	struct filter *f = filter_parse(a->prompt.text, a->prompt.len, NULL);

	app_set_filter(a, a->prompt.text);
	if (f != NULL)
		app_families_for(a, filter_protos(f));
	filter_free(f);
}

static void accept(struct app *a)
{
	struct ask *ask = &a->ask;

	if (ask->err.code < 0) {
		app_tell(a, ask->err.msg);
		return;
	}
	prompt_history_add(&ask->history, a->prompt.text);
	if (is_changed(a))
		take_filter(a);
	close_prompt(a);
}

/* Puts the next candidate in, or the one before; one that is alone is finished with a blank. */
static void complete(struct app *a, int step)
{
	struct ask *ask = &a->ask;
	size_t n = ask->found->n;

	if (n == 0) {
		app_say(a, "nothing begins like this");
		return;
	}
	if (ask->pick == PICK_NONE)
		ask->pick = step > 0 ? 0 : n - 1;
	else
		ask->pick = (ask->pick + (step > 0 ? 1 : n - 1)) % n;
	if (!prompt_replace(&a->prompt, ask->found->from, ask->found->of[ask->pick].text)) {
		app_say(a, "there is no room for it");
		return;
	}
	if (n == 1) {
		prompt_replace(&a->prompt, a->prompt.at, " ");
		look_for_candidates(a);
	}
	text_changed(a);
	app_layout(a);
}

bool app_filter_key(struct app *a, struct key k)
{
	enum action act = keymap_find(CTX_FILTER, k);

	if (act == ACT_APPLY) {
		accept(a);
		return true;
	}
	if (act == ACT_COMPLETE || act == ACT_COMPLETE_BACK) {
		complete(a, act == ACT_COMPLETE ? 1 : -1);
		return true;
	}
	switch (prompt_key(&a->prompt, k)) {
	case PROMPT_REFUSED:
		return false;
	case PROMPT_MOVED:
		look_for_candidates(a);
		break;
	case PROMPT_CHANGED:
		text_changed(a);
		look_for_candidates(a);
		break;
	case PROMPT_ACCEPTED: /* that is another key here */
		break;
	case PROMPT_CANCELLED:
		close_prompt(a);
		return true;
	}
	app_layout(a);
	return true;
}

/* ---- how it is divided ----------------------------------------------- */

struct parts {
	int rule, candidates, errors; /* lines: above all, above the text, beneath it */
};

static size_t count_candidates(const struct app *a)
{
	return a->ask.found != NULL ? a->ask.found->n : 0;
}

/* A word that is still being typed is no mistake as long as something begins like it. */
static bool shows_error(const struct app *a)
{
	const struct err *e = &a->ask.err;

	return e->code < 0 &&
	       (count_candidates(a) == 0 || e->pos == ERR_NO_POS || e->pos < a->ask.found->word);
}

/* The cells of the word that the error is about. */
static int mark_width(const struct app *a)
{
	const char *word = a->prompt.text + a->ask.err.pos;
	char buf[TEXT_ROOM(PROMPT_SIZE)];
	size_t len = strcspn(word, " ()");
	uint32_t cells;

	cells = text_clean(word, len, a->set, buf, sizeof(buf)).cells;
	return cells > 0 ? (int)cells : 1;
}

/* "^^^^" under the word, and the message beside it where there is room. */
struct mark {
	int x, w;    /* x -1: no place of the text is meant, or it is not to be seen */
	int message; /* where "! " and the message begin; -1: on a line of their own */
};

static struct mark place_mark(const struct app *a)
{
	const struct rect line = { 0, 0, a->w, 1 };
	const struct err *e = &a->ask.err;
	char buf[TEXT_ROOM(sizeof(e->msg))];
	int need = 2 + (int)text_clean(e->msg, strlen(e->msg), a->set, buf, sizeof(buf)).cells;
	struct mark m = { .x = -1, .message = 0 };

	if (e->pos != ERR_NO_POS)
		m.x = prompt_column(&a->prompt, line, TEXT_LIT(""), e->pos, a->set);
	if (m.x < 0)
		return m;
	m.w = mark_width(a);
	if (m.x + m.w > a->w)
		m.w = a->w - m.x;
	m.message = m.x + m.w + 1;
	if (m.message + need > a->w)
		m.message = m.x - 1 >= need ? m.x - 1 - need : -1;
	return m;
}

static struct parts divide(const struct app *a)
{
	struct parts p = { .rule = a->h >= RULE_MIN_H };
	int n = (int)count_candidates(a), most = p.rule ? (a->h - 9) / 5 : 2;

	if (a->layout.form == FORM_TINY)
		return (struct parts){ .rule = 0 };
	if (shows_error(a)) {
		p.errors = 1 + (place_mark(a).message < 0) + p.rule;
		return p;
	}
	most = most < 2 ? 2 : most > CANDIDATES_MAX ? CANDIDATES_MAX : most;
	p.candidates = n < most ? n : most;
	return p;
}

int app_filter_rows(const struct app *a)
{
	struct parts p = divide(a);

	return p.rule + p.candidates + 1 + p.errors;
}

/* ---- drawing --------------------------------------------------------- */

static void draw_rule(const struct app *a, struct canvas *c, struct rect line)
{
	canvas_fill(c, line, ROLE_TEXT, a->set == TEXT_ASCII ? '-' : 0x2500);
	if (count_candidates(a) > 0 && !shows_error(a))
		canvas_put(c, line, line.x + 2, line.y, ROLE_TEXT, TEXT_LIT(" Tab completes "));
}

/* "  close-wait   the peer closed, the program has not yet               1,204 now" */
static void draw_candidate(const struct app *a, struct canvas *c, struct rect line, size_t index,
			   uint32_t name_w)
{
	const struct candidate *cand = &a->ask.found->of[index];
	char text[TEXT_ROOM(PROMPT_SIZE)], help[TEXT_ROOM(PROMPT_SIZE)],
		cut[TEXT_ROOM(PROMPT_SIZE)];
	char now[FMT_SIZE + 8], n[FMT_SIZE];
	bool picked = index == a->ask.pick;
	enum role role = picked ? ROLE_CURSOR_OFF : ROLE_TEXT;
	struct clean name = text_clean(cand->text, strlen(cand->text), a->set, text, sizeof(text));
	struct bar b = { .n = 0 };

	name = text_cut(name, name_w, a->set, cut, sizeof(cut));
	bar_add(&b,
		(struct piece){ .text = picked ? TEXT_LIT("> ") : TEXT_LIT("  "), .role = role });
	bar_add(&b, (struct piece){ .text = name, .role = role });
	bar_add(&b, (struct piece){ .text = text_clean(cand->help, strlen(cand->help), a->set, help,
						       sizeof(help)),
				    .role = ROLE_DIM,
				    .gap = (uint8_t)(3 + name_w - name.cells),
				    .least = 1,
				    .drop = 1 });
	if (cand->count != COMPLETE_UNCOUNTED) {
		fmt_group(n, cand->count);
		snprintf(now, sizeof(now), "%s now", n);
		bar_add(&b, (struct piece){ .text = own(now), .gap = 2, .drop = 2, .right = true });
	}
	bar_draw(&b, c, line, a->set);
}

/* Those around the one that Tab has put in. */
static void draw_candidates(const struct app *a, struct canvas *c, struct rect area)
{
	const struct ask *ask = &a->ask;
	size_t rows = (size_t)area.h, top = 0;
	uint32_t name_w = 0;

	if (ask->pick != PICK_NONE && ask->pick >= rows)
		top = ask->pick - rows + 1;
	for (size_t i = top; i < top + rows; i++) {
		char text[TEXT_ROOM(PROMPT_SIZE)];
		struct clean name =
			text_clean(ask->found->of[i].text, strlen(ask->found->of[i].text), a->set,
				   text, sizeof(text));

		name_w = name.cells > name_w ? name.cells : name_w;
	}
	if (name_w > (uint32_t)area.w / 2)
		name_w = (uint32_t)area.w / 2;
	if (name_w > NAME_MAX_CELLS)
		name_w = NAME_MAX_CELLS;
	for (size_t i = 0; i < rows; i++) {
		struct rect line = { area.x, area.y + (int)i, area.w, 1 };

		draw_candidate(a, c, line, top + i, name_w);
	}
}

/* Returns the row of the message. What was meant stands at the end of it, so that stays. */
static int draw_mark(const struct app *a, struct canvas *c, struct rect line)
{
	const struct err *e = &a->ask.err;
	char buf[TEXT_ROOM(sizeof(e->msg))], cut[TEXT_ROOM(sizeof(e->msg)) + 4];
	struct clean msg = text_clean(e->msg, strlen(e->msg), a->set, buf, sizeof(buf));
	struct mark m = place_mark(a);
	int x = m.message >= 0 ? m.message : 0;

	if (m.x >= 0)
		canvas_fill(c, (struct rect){ m.x, line.y, m.w, 1 }, ROLE_TEXT, '^');
	line.y += m.message < 0;
	canvas_put(c, line, x, line.y, ROLE_WARN, TEXT_LIT("! "));
	if (line.w > x + 2)
		msg = text_cut_middle(msg, (uint32_t)(line.w - x - 2), a->set, cut, sizeof(cut));
	canvas_put(c, line, x + 2, line.y, ROLE_TEXT, msg);
	return line.y;
}

static void draw_error(const struct app *a, struct canvas *c, struct rect line, int lines)
{
	struct bar b = { .n = 0 };
	int end = line.y + lines;

	line.y = draw_mark(a, c, line) + 1;
	if (line.y >= end)
		return;
	bar_add(&b, (struct piece){ .text = TEXT_LIT("The list still shows the old filter:") });
	if (a->whole.len > 0)
		bar_add(&b, (struct piece){ .text = text_own(a->whole.s, a->whole.len),
					    .role = ROLE_PIN,
					    .gap = 1,
					    .least = 1 });
	else
		bar_add(&b, (struct piece){ .text = TEXT_LIT("none"), .gap = 1 });
	bar_draw(&b, c, line, a->set);
}

void app_filter_draw(const struct app *a, struct canvas *c)
{
	struct parts p = divide(a);
	struct rect area = a->layout.prompt, line = { area.x, area.y, area.w, 1 };
	char text[FMT_SIZE + 8], n[FMT_SIZE];
	struct clean note = TEXT_LIT("");

	if (area.h < p.rule + p.candidates + 1 + p.errors)
		p = (struct parts){ .rule = 0 };
	if (a->shown != NULL && !app_suits(a, a->shown)) {
		note = TEXT_LIT("waiting");
	} else if (a->shown != NULL && !shows_error(a)) {
		fmt_group(n, app_matched(a));
		snprintf(text, sizeof(text), "%s match", n);
		note = own(text);
	}
	if (p.rule)
		draw_rule(a, c, line);
	line.y += p.rule;
	draw_candidates(a, c, (struct rect){ line.x, line.y, line.w, p.candidates });
	line.y += p.candidates;
	prompt_draw(&a->prompt, c, line, note, ROLE_TEXT, a->set);
	line.y++;
	if (p.errors > 0)
		draw_error(a, c, line, p.errors);
}
