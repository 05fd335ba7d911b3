/* SPDX-License-Identifier: MIT */
#include "story.h"

#include <string.h>

#include "test.h"

void story_open(struct story *t)
{
	*t = (struct story){ .pool = snap_pool_new(),
			     .history = history_new(),
			     .ms = INT64_C(1795167060000) };
}

void story_close(struct story *t)
{
	snap_unref(t->snap);
	history_free(t->history);
	snap_pool_free(t->pool);
}

void story_tell(struct story *t, double after_s, const char *fixture)
{
	const struct snap *before = t->snap;
	struct buf text = { .s = NULL };

	t->ms += (int64_t)(after_s * 1000);
	buf_fmt(&text, "sample %lld\n", (long long)t->ms);
	buf_str(&text, fixture);
	t->snap = fake_snap(text.s, t->pool, before);
	snap_unref(before);
	buf_free(&text);
	history_add(t->history, t->snap);
	findings_make(&t->found, t->snap, t->history);
}

void story_repeat(struct story *t, unsigned n, double every_s, const char *fixture)
{
	for (unsigned i = 0; i < n; i++)
		story_tell(t, every_s, fixture);
}

const struct finding *story_only(const struct story *t, enum finding_kind kind)
{
	for (unsigned i = 0; i < t->found.n; i++)
		if (t->found.n > 1 || t->found.item[i].kind != kind)
			print_message("found: %s\n", t->found.item[i].text);
	assert_int_equal(t->found.n, 1);
	assert_int_equal(t->found.item[0].kind, kind);
	return &t->found.item[0];
}

static const struct evidence *evidence_of(const struct finding *x, const char *key)
{
	unsigned i = 0;

	while (i < x->n_evidence && strcmp(x->evidence[i].key, key) != 0)
		i++;
	if (i == x->n_evidence)
		fail_msg("no evidence %s in: %s", key, x->text);
	return &x->evidence[i];
}

double story_number(const struct finding *x, const char *key)
{
	const struct evidence *e = evidence_of(x, key);

	assert_int_not_equal(e->type, EVIDENCE_TEXT);
	return e->type == EVIDENCE_UINT ? (double)e->u : e->r;
}

const char *story_text(const struct finding *x, const char *key)
{
	const struct evidence *e = evidence_of(x, key);

	assert_int_equal(e->type, EVIDENCE_TEXT);
	return e->text;
}
