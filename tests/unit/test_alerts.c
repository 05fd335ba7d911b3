/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "alerts.h"
#include "sockeye/base/mem.h"

static struct finding finding(enum finding_kind kind, enum severity severity, double weight,
			      const char *text)
{
	struct finding f = { .kind = kind, .severity = severity, .weight = weight };

	snprintf(f.text, sizeof(f.text), "%s", text);
	return f;
}

static void add(struct findings *f, struct finding x)
{
	f->item[f->n++] = x;
}

/* The line as it is drawn, and how wide it says that it is. */
static void check_line(const struct findings *f, int w, const char *wanted)
{
	struct alerts a = { .found = { .n = 0 } };
	struct buf text = { 0 };
	struct canvas c;
	int used;

	alerts_take(&a, f);
	canvas_init(&c);
	canvas_resize(&c, w, 1);
	used = alerts_draw(&a, &c, (struct rect){ 0, 0, w, 1 }, TEXT_ASCII);
	canvas_text(&c, &text);
	text.s[text.len - 1] = '\0';
	assert_string_equal(text.s, wanted);
	assert_int_equal(used, strlen(wanted));
	buf_free(&text);
	canvas_free(&c);
}

static void three(struct findings *f)
{
	f->n = 0;
	add(f, finding(FINDING_CLOSE_WAIT_LEAK, SEVERITY_CRIT, 9,
		       "CLOSE_WAIT 1,204, growing 19/s: 98% java[2211]"));
	add(f, finding(FINDING_HALF_OPEN_FLOOD, SEVERITY_WARN, 8, "SYN_RECV 512, 12x usual"));
	add(f, finding(FINDING_ORPHANS, SEVERITY_WARN, 7, "orphans 80% of tcp_max_orphans"));
	add(f, finding(FINDING_CONNTRACK, SEVERITY_WARN, 6, "conntrack table 95%"));
}

static void test_alerts_show_what_fits_whole(void **state)
{
	struct findings f;

	(void)state;
	three(&f);
	f.n = 2;
	check_line(&f, 80,
		   "! CLOSE_WAIT 1,204, growing 19/s: 98% java[2211]   ! SYN_RECV 512, 12x usual");
	three(&f);
	check_line(&f, 160,
		   "! CLOSE_WAIT 1,204, growing 19/s: 98% java[2211]   ! SYN_RECV 512, 12x usual   "
		   "! orphans 80% of tcp_max_orphans   (1 more)");
	check_line(&f, 80,
		   "! CLOSE_WAIT 1,204, growing 19/s: 98% java[2211]   ! SYN_RECV 512   (2 more)");
	check_line(&f, 64, "! CLOSE_WAIT 1,204, growing 19/s: 98% java[2211]   (3 more)");
}

/* Half a number is another number: at every width what is there is a beginning in whole words. */
static void test_alerts_cut_no_number(void **state)
{
	static const char text[] = "! CLOSE_WAIT 1,204, growing 19/s: 98% java[2211]";
	struct findings f;

	(void)state;
	three(&f);
	for (int w = 20; w < 64; w++) {
		struct alerts a = { .found = { .n = 0 } };
		struct buf line = { 0 };
		struct canvas c;
		size_t len;

		alerts_take(&a, &f);
		canvas_init(&c);
		canvas_resize(&c, w, 1);
		assert_in_range(alerts_draw(&a, &c, (struct rect){ 0, 0, w, 1 }, TEXT_ASCII), 1, w);
		canvas_text(&c, &line);
		len = strcspn(line.s, "~(\n");
		while (len > 0 && line.s[len - 1] == ' ')
			len--;
		assert_memory_equal(line.s, text, len);
		assert_true(text[len] == '\0' || strchr(" ,:", text[len]) != NULL);
		buf_free(&line);
		canvas_free(&c);
	}
}

static void test_alerts_escape_foreign_text(void **state)
{
	struct findings f = { .n = 0 };

	(void)state;
	add(&f, finding(FINDING_SLOW_READER, SEVERITY_WARN, 1, "data unread: x\x1b[31m\xff[7]"));
	check_line(&f, 80, "! data unread: x\\e[31m\\xff[7]");
}

static void check_order(const struct alerts *a, const char *wanted)
{
	char got[FINDINGS_MAX + 1] = "";

	for (unsigned i = 0; i < a->found.n; i++)
		got[i] = a->found.item[i].text[0];
	assert_string_equal(got, wanted);
}

/* A B by turns the worse by a little: the order stays; by much: it turns. */
static void test_alerts_do_not_dance(void **state)
{
	struct alerts a = { .found = { .n = 0 } };
	struct findings f = { .n = 0 };

	(void)state;
	add(&f, finding(FINDING_ORPHANS, SEVERITY_WARN, 10, "A"));
	add(&f, finding(FINDING_CONNTRACK, SEVERITY_WARN, 9, "B"));
	alerts_take(&a, &f);
	check_order(&a, "AB");
	f.n = 0;
	add(&f, finding(FINDING_CONNTRACK, SEVERITY_WARN, 11, "B"));
	add(&f, finding(FINDING_ORPHANS, SEVERITY_WARN, 10, "A"));
	alerts_take(&a, &f);
	check_order(&a, "AB");
	f.item[0].weight = 20;
	alerts_take(&a, &f);
	check_order(&a, "BA");
	f.item[1].severity = SEVERITY_CRIT;
	alerts_take(&a, &f);
	check_order(&a, "AB");
	/* What is over goes, what is new comes where it belongs. */
	f.n = 0;
	add(&f, finding(FINDING_TIMEWAIT_LIMIT, SEVERITY_WARN, 50, "C"));
	add(&f, finding(FINDING_CONNTRACK, SEVERITY_WARN, 20, "B"));
	alerts_take(&a, &f);
	check_order(&a, "CB");
}

static void test_alerts_mark_whom_they_are_about(void **state)
{
	struct alerts a = { .found = { .n = 0 } };
	struct findings f = { .n = 0 };
	struct addr in, out;

	(void)state;
	add(&f, finding(FINDING_CLOSE_WAIT_LEAK, SEVERITY_WARN, 2, "leak"));
	f.item[0].pid = 2211;
	add(&f, finding(FINDING_HALF_OPEN_FLOOD, SEVERITY_CRIT, 1, "flood"));
	f.item[1].evidence[0] = (struct evidence){ .key = "prefix",
						   .type = EVIDENCE_TEXT,
						   .text = "203.0.113.0/24" };
	f.item[1].n_evidence = 1;
	alerts_take(&a, &f);
	assert_int_equal(alerts_of_state(&a, ST_CLOSE_WAIT), MARK_WARN);
	assert_int_equal(alerts_of_state(&a, ST_SYN_RECV), MARK_CRIT);
	assert_int_equal(alerts_of_state(&a, ST_ESTABLISHED), 0);
	assert_int_equal(alerts_of_state(&a, 0), 0);
	assert_int_equal(alerts_of_process(&a, 2211), MARK_WARN);
	assert_int_equal(alerts_of_process(&a, 0), 0);
	assert_true(addr_parse("203.0.113.77", 12, &in));
	assert_true(addr_parse("203.0.114.77", 12, &out));
	assert_int_equal(alerts_of_remote(&a, &in, 32), MARK_CRIT);
	assert_int_equal(alerts_of_remote(&a, &in, 16), 0);
	assert_int_equal(alerts_of_remote(&a, &out, 32), 0);
	assert_int_equal(alerts_of_process(NULL, 2211), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alerts_show_what_fits_whole),
		cmocka_unit_test(test_alerts_cut_no_number),
		cmocka_unit_test(test_alerts_escape_foreign_text),
		cmocka_unit_test(test_alerts_do_not_dance),
		cmocka_unit_test(test_alerts_mark_whom_they_are_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
