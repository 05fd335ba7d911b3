/* SPDX-License-Identifier: MIT */
#include "rates.h"

#include <stdio.h>
#include <string.h>

#include "sockeye/base/fmt.h"

#define NS_PER_S     1000000000.0
#define RATE_SIZE    (FMT_SIZE + 4)
#define TITLE_INDENT 1

/* What is lost when these rise was meant for somebody. */
static const bool tells_of_drops[CTR_COUNT] = {
	[CTR_LISTEN_DROPS] = true, [CTR_LISTEN_OVERFLOWS] = true,  [CTR_REQQ_DROP] = true,
	[CTR_TW_OVERFLOW] = true,  [CTR_ABORT_MEMORY] = true,      [CTR_BACKLOG_DROP] = true,
	[CTR_PRUNED] = true,       [CTR_UDP_RCVBUF_ERRORS] = true,
};

void rates_make(struct rates *r, const struct pulse *before, const struct pulse *now)
{
	bool first = before->mono_ns == 0;
	double seconds = first ? 0 : (double)(now->mono_ns - before->mono_ns) / NS_PER_S;

	memset(r, 0, sizeof(*r));
	for (unsigned i = 0; i < CTR_COUNT; i++) {
		const struct counters *a = &before->counters, *b = &now->counters;
		uint64_t rise;

		r->shown[i] = b->known[i] && counter_table[i].title[0] != '\0';
		if (seconds <= 0 || !a->known[i] || !b->known[i] || counter_table[i].gauge ||
		    b->value[i] < a->value[i])
			continue;
		rise = b->value[i] - a->value[i];
		r->known[i] = true;
		r->tenths[i] = (uint64_t)((double)rise * 10 / seconds + 0.5);
		if (rise > 0 && r->tenths[i] == 0)
			r->tenths[i] = 1;
	}
}

static bool is_alarm(const struct rates *r, unsigned i)
{
	return tells_of_drops[i] && r->tenths[i] > 0;
}

/* 0 for what must be seen, 1 for what rises, 2 for what stands still. */
static unsigned rank_of(const struct rates *r, unsigned i)
{
	if (is_alarm(r, i))
		return 0;
	return r->tenths[i] > 0 ? 1 : 2;
}

/* Marks which counters get one of the rows. */
static void choose(const struct rates *r, int rows, bool chosen[CTR_COUNT])
{
	memset(chosen, 0, CTR_COUNT * sizeof(chosen[0]));
	for (unsigned rank = 0; rank <= 2; rank++)
		for (unsigned i = 0; i < CTR_COUNT && rows > 0; i++)
			if (r->shown[i] && rank_of(r, i) == rank) {
				chosen[i] = true;
				rows--;
			}
}

/* "+41", "+0.5": below ten a second, tenths tell; nothing for a counter that stands still. */
static struct clean rate_text(uint64_t tenths, char buf[RATE_SIZE])
{
	char number[FMT_SIZE];

	if (tenths == 0)
		return TEXT_LIT("");
	if (tenths < 100 && tenths % 10 != 0) {
		snprintf(buf, RATE_SIZE, "+%u.%u", (unsigned)(tenths / 10),
			 (unsigned)(tenths % 10));
	} else {
		fmt_count(number, (tenths + 5) / 10);
		snprintf(buf, RATE_SIZE, "+%s", number);
	}
	return text_own(buf, strlen(buf));
}

static void draw_rate(const struct rates *r, unsigned i, struct canvas *c, struct rect line)
{
	char buf[RATE_SIZE];
	struct clean text = rate_text(r->tenths[i], buf);
	bool alarm = is_alarm(r, i);
	enum role role = alarm ? ROLE_WARN : ROLE_TEXT;
	int x = line.x + line.w - (int)text.cells - 1;

	canvas_put(c, line, line.x + TITLE_INDENT, line.y, role,
		   text_own(counter_table[i].title, strlen(counter_table[i].title)));
	canvas_put(c, line, x, line.y, role, text);
	if (alarm)
		canvas_put(c, line, x - 1, line.y, role, TEXT_LIT("!"));
}

void rates_draw(const struct rates *r, struct canvas *c, struct rect area)
{
	struct rect line = { area.x, area.y, area.w, 1 };
	bool chosen[CTR_COUNT];

	if (area.h < 2)
		return;
	canvas_put(c, line, line.x, line.y, ROLE_LABEL, TEXT_LIT("Kernel counters"));
	canvas_put(c, line, line.x + line.w - 3, line.y, ROLE_LABEL, TEXT_LIT("/s"));
	canvas_paint(c, line, ROLE_LABEL);
	choose(r, area.h - 1, chosen);
	for (unsigned i = 0; i < CTR_COUNT; i++)
		if (chosen[i]) {
			line.y++;
			draw_rate(r, i, c, line);
		}
}
