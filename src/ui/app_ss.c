/* SPDX-License-Identifier: MIT */
/* The page with the filter as a command of ss, with nothing else on its lines, to be selected. */
#include <errno.h>
#include <string.h>

#include "app_acts.h"
#include "app_state.h"
#include "sockeye/model/names.h"

#define HEAD_H 1
#define FOOT_H 1

/* What -t, -u, -4, -6 and -l choose, in the filter's words. */
static int print_select(const struct select *s, struct buf *out, struct err *e)
{
	if (!s->v4 || !s->v6)
		return err_set(e, -EOPNOTSUPP, "ss means something else by -4 and -6");
	for (unsigned p = 0; p < PROTO_COUNT; p++)
		if (s->types[p] != 0)
			return err_set(e, -EOPNOTSUPP, "only some types of %s sockets are chosen",
				       proto_name(p));
	if (s->listening)
		buf_str(out, " and (state listening or (proto != tcp,mptcp and state closed))");
	return 0;
}

static int print_command(const struct app *a, struct buf *out, struct err *e)
{
	struct buf expr = { 0 }, shown = { 0 };
	struct filter *f = NULL;
	int rc;

	app_print_filter(a, &shown);
	buf_fmt(&expr, "(%s)", shown.len > 0 ? shown.s : "state all");
	rc = print_select(&a->select, &expr, e);
	if (rc == 0) {
		f = filter_parse(expr.s, expr.len, e);
		rc = f != NULL ? filter_print_ss(f, a->select.protos, out, e) : e->code;
	}
	if (rc == 0 && out->len > TEXT_MAX)
		rc = err_set(e, -E2BIG, "the command is longer than %d bytes", TEXT_MAX);
	filter_free(f);
	buf_free(&expr);
	buf_free(&shown);
	return rc;
}

void app_act_ss(struct app *a)
{
	struct buf command = { 0 };
	char text[TEXT_ROOM(TEXT_MAX)];
	struct err e;

	a->has_ss = print_command(a, &command, &e) == 0;
	if (!a->has_ss) {
		buf_reset(&command);
		buf_str(&command, e.msg);
	}
	buf_reset(&a->ss);
	buf_str(&a->ss, text_clean(command.s, command.len, TEXT_ASCII, text, sizeof(text)).s);
	buf_free(&command);
	a->on_ss = true;
}

void app_ss_key(struct app *a, struct key k)
{
	enum action act = keymap_find(CTX_HELP, k);

	if (act == ACT_REDRAW)
		a->redraw = true;
	else if (act == ACT_SUSPEND)
		a->suspend = true;
	else
		a->on_ss = false;
}

void app_ss_draw(const struct app *a, struct canvas *c)
{
	struct rect line = { 0, 0, c->w, HEAD_H };
	size_t width = (size_t)c->w;

	canvas_put(c, line, 1, 0, ROLE_TEXT,
		   a->has_ss ? TEXT_LIT("sockeye  the filter as a command of ss")
			     : TEXT_LIT("sockeye  ss cannot say this:"));
	line.y = c->h > HEAD_H + FOOT_H + 2 ? HEAD_H + 1 : HEAD_H;
	for (size_t at = 0; at < a->ss.len && line.y < c->h - FOOT_H; at += width, line.y++) {
		size_t len = a->ss.len - at < width ? a->ss.len - at : width;

		canvas_put(c, line, 0, line.y, ROLE_TEXT, text_own(a->ss.s + at, len));
	}
	if (c->h > HEAD_H + FOOT_H) {
		line.y = c->h - FOOT_H;
		canvas_put(c, line, 0, line.y, ROLE_KEY, TEXT_LIT("any other key closes"));
	}
}
