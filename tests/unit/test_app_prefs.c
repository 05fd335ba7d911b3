/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "drive.h"
#include "sockeye/base/mem.h"

#define FIRST                                                                  \
	"sample 1795167064123\n"                                               \
	"sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:41000 ino 100 times 4\n"  \
	"sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.9:5000 ino 130 times 9\n" \
	"proc 2211 java uid 998\n"                                             \
	"hold 2211 10 100 times 4\n"                                           \
	"proc 901 nginx uid 33\n"                                              \
	"hold 901 5 130 times 9\n"

/* As drive_open(), with these preferences and this notice. */
static void start(struct drive *d, const struct app_prefs *prefs, const char *notice)
{
	const struct app_cfg cfg = {
		.select = { .protos = 1u << PROTO_TCP | 1u << PROTO_UDP, .v4 = true, .v6 = true },
		.host = "web-07",
		.prefs = *prefs,
		.notice = notice,
		.set = TEXT_UTF8,
		.utc = true,
	};

	drive_open(d, 80, 24, TEXT_UTF8, "");
	app_free(d->app);
	d->app = app_new(&cfg);
	drive_resize(d, 80, 24);
	drive_sample(d, FIRST);
}

static struct app_sort sort_of(enum pref_list list, const char *name, bool ascending)
{
	int column = app_sort_by_name(list, name, strlen(name));

	assert_true(column >= 0);
	return (struct app_sort){ .given = true,
				  .column = (uint8_t)column,
				  .ascending = ascending };
}

static void assert_sort(const struct app_sort *a, const struct app_sort *b)
{
	assert_true(a->given);
	assert_int_equal(a->column, b->column);
	assert_int_equal(a->ascending, b->ascending);
}

/* "java" stands before "nginx" on the screen. */
static bool java_first(struct drive *d)
{
	const char *screen = drive_screen(d);
	const char *java = strstr(screen, "java[2211]"), *nginx = strstr(screen, "nginx[901]");

	assert_non_null(java);
	assert_non_null(nginx);
	return java < nginx;
}

static void test_app_prefs_are_where_it_starts(void **state)
{
	struct app_prefs prefs = { .interval_ms = 5000 }, now;
	struct drive d;

	(void)state;
	prefs.sort[LIST_PROCESSES] = sort_of(LIST_PROCESSES, "close-wait", false);
	prefs.sort[LIST_REMOTES] = sort_of(LIST_REMOTES, "remote", true);
	prefs.sort[LIST_LISTENERS] = sort_of(LIST_LISTENERS, "accept_queue", true);
	prefs.sort[LIST_NAMESPACES] = sort_of(LIST_NAMESPACES, "netns", true);
	prefs.sort[LIST_SOCKETS] = sort_of(LIST_SOCKETS, "cookie", false);
	start(&d, &prefs, NULL);
	assert_true(java_first(&d));
	assert_non_null(strstr(drive_screen(&d), "every 5s"));
	app_get_prefs(d.app, &now);
	assert_int_equal(now.interval_ms, 5000);
	for (unsigned i = 0; i < LIST_COUNT; i++)
		assert_sort(&now.sort[i], &prefs.sort[i]);
	drive_close(&d);
}

static void test_app_prefs_follow_the_keys(void **state)
{
	struct app_prefs prefs = { .interval_ms = 2000 }, now;
	struct app_sort wanted;
	struct drive d;

	(void)state;
	start(&d, &prefs, NULL);
	assert_false(java_first(&d));
	app_get_prefs(d.app, &now);
	wanted = sort_of(LIST_PROCESSES, "sockets", false);
	assert_sort(&now.sort[LIST_PROCESSES], &wanted);
	drive_keys(&d, "S i Enter s");
	app_get_prefs(d.app, &now);
	assert_int_equal(now.interval_ms, 5000);
	wanted.ascending = true;
	assert_sort(&now.sort[LIST_PROCESSES], &wanted);
	wanted = sort_of(LIST_SOCKETS, "remote", true);
	assert_sort(&now.sort[LIST_SOCKETS], &wanted);
	drive_close(&d);
}

static void test_app_prefs_column_that_is_not_there_changes_nothing(void **state)
{
	struct app_prefs prefs = { .interval_ms = 2000 }, now;
	struct app_sort wanted = sort_of(LIST_PROCESSES, "sockets", false);
	struct drive d;

	(void)state;
	prefs.sort[LIST_PROCESSES] =
		(struct app_sort){ .given = true, .column = COL_STATE + ST_CLOSING };
	start(&d, &prefs, NULL);
	app_get_prefs(d.app, &now);
	assert_sort(&now.sort[LIST_PROCESSES], &wanted);
	drive_close(&d);
}

static void test_app_prefs_names_are_those_of_the_list(void **state)
{
	static const struct {
		enum pref_list list;
		const char *name, *shown; /* NULL: has no such column */
	} cases[] = {
		{ LIST_PROCESSES, "sockets", "sockets" },
		{ LIST_PROCESSES, "close-wait", "CLOSE_WAIT" },
		{ LIST_PROCESSES, "key", "key" },
		{ LIST_PROCESSES, "processes", "processes" },
		{ LIST_PROCESSES, "trend", NULL },
		{ LIST_PROCESSES, "closing", "CLOSING" },
		{ LIST_PROCESSES, "remote", NULL },
		{ LIST_PROCESSES, "", NULL },
		{ LIST_REMOTES, "remote", "key" },
		{ LIST_REMOTES, "SYN_RECV", "SYN_RECV" },
		{ LIST_REMOTES, "peers", NULL },
		{ LIST_LISTENERS, "local", "key" },
		{ LIST_LISTENERS, "accept_queue", "accept_queue" },
		{ LIST_LISTENERS, "owner", NULL },
		{ LIST_SOCKETS, "cookie", "cookie" },
		{ LIST_SOCKETS, "owner", "process" },
		{ LIST_SOCKETS, "sockets", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int id = app_sort_by_name(cases[i].list, cases[i].name, strlen(cases[i].name));

		assert_int_equal(id >= 0, cases[i].shown != NULL);
		if (id >= 0)
			assert_string_equal(app_column_name(cases[i].list, (uint8_t)id),
					    cases[i].shown);
	}
}

/* ---- columns and grouping ---- */

static struct app_columns columns_of(enum pref_list list, const char *names)
{
	struct app_columns c = { .n = 0 };
	struct err e;

	assert_int_equal(app_add_columns(&c, list, names, &e), 0);
	return c;
}

static void assert_columns(const struct app_columns *a, enum pref_list list, const char *names)
{
	struct app_columns b = { .n = 0 };

	if (names[0] != '\0')
		b = columns_of(list, names);
	assert_int_equal(a->n, b.n);
	assert_memory_equal(a->id, b.id, b.n);
}

static bool shows(struct drive *d, const char *text)
{
	return strstr(drive_screen(d), text) != NULL;
}

static void test_app_prefs_name_columns(void **state)
{
	static const struct {
		enum pref_list list;
		const char *names, *msg; /* NULL: taken */
	} cases[] = {
		{ LIST_SOCKETS, "local,recvq , state\t,\tpeer", NULL },
		{ LIST_PROCESSES, "key,CLOSE_WAIT,trend,listens", NULL },
		{ LIST_PROCESSES, "user,processes", NULL }, /* of two groupings */
		{ LIST_REMOTES, "ports", NULL },
		{ LIST_LISTENERS, "owner,accept_queue", NULL },
		{ LIST_SOCKETS, "state,nonsense", "not a column of this list" },
		{ LIST_SOCKETS, "state,sockets", "not a column of this list" },
		{ LIST_REMOTES, "key,pid", "not a column of this list" },
		{ LIST_PROCESSES, "ports", "not a column of this list" },
		{ LIST_SOCKETS, "", "not a column of this list" },
		{ LIST_SOCKETS, "state,", "not a column of this list" },
		{ LIST_SOCKETS, ",state", "not a column of this list" },
		{ LIST_SOCKETS, "state local", "not a column of this list" },
		{ LIST_SOCKETS, "state,local,local", "a column is there twice" },
		{ LIST_SOCKETS, "peer,state,remote", "a column is there twice" },
		{ LIST_SOCKETS, "cookie", "a column is there twice" },
		{ LIST_PROCESSES, "oldest", "a column is there twice" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		bool processes = cases[i].list == LIST_PROCESSES;
		struct app_columns c = { .n = 0 };
		struct err e;
		int rc;

		if (cases[i].list == LIST_SOCKETS || processes)
			c = columns_of(cases[i].list, processes ? "oldest" : "cookie");
		rc = app_add_columns(&c, cases[i].list, cases[i].names, &e);
		assert_int_equal(rc, cases[i].msg != NULL ? -EINVAL : 0);
		if (rc == 0)
			continue;
		assert_string_equal(e.msg, cases[i].msg);
		assert_true(c.n <= 1); /* nothing is half taken */
	}
}

static void test_app_prefs_columns_are_shown(void **state)
{
	struct app_prefs prefs = { .interval_ms = 2000 }, now;
	struct drive d;

	(void)state;
	prefs.columns[LIST_SOCKETS] = columns_of(LIST_SOCKETS, "local,recv_q,state");
	prefs.columns[LIST_PROCESSES] = columns_of(LIST_PROCESSES, "recv_q,CLOSE_WAIT,sockets");
	prefs.sort[LIST_PROCESSES] = sort_of(LIST_PROCESSES, "recv_q", true);
	start(&d, &prefs, NULL);
	assert_true(shows(&d, " Process                  Recv-Q\xe2\x96\xb2 ClWait  Socks"));
	drive_keys(&d, "Enter");
	assert_true(shows(&d, " State\xe2\x96\xb2 ") && shows(&d, " Local "));
	assert_false(shows(&d, "Peer"));
	app_get_prefs(d.app, &now);
	/* What names the rows is there in any case, and first. */
	assert_columns(&now.columns[LIST_SOCKETS], LIST_SOCKETS, "state,local,recv_q");
	assert_columns(&now.columns[LIST_PROCESSES], LIST_PROCESSES,
		       "key,recv_q,CLOSE_WAIT,sockets");
	assert_columns(&now.columns[LIST_REMOTES], LIST_REMOTES, "");
	assert_columns(&now.columns[LIST_LISTENERS], LIST_LISTENERS, "");
	assert_sort(&now.sort[LIST_PROCESSES], &prefs.sort[LIST_PROCESSES]);
	drive_close(&d);
}

/* Bytes a second keep the place that the user gave them, and are kept like other columns. */
static void test_app_prefs_bytes_a_second_are_columns(void **state)
{
	struct app_prefs prefs = { .interval_ms = 2000 }, now, later;
	struct drive d;

	(void)state;
	prefs.columns[LIST_SOCKETS] = columns_of(LIST_SOCKETS, "state,out_rate,local");
	start(&d, &prefs, NULL);
	drive_keys(&d, "Enter");
	assert_true(shows(&d, " Out/s Local"));
	drive_keys(&d, "B");
	assert_false(shows(&d, "Out/s"));
	drive_keys(&d, "B");
	assert_true(shows(&d, " In/s  Out/s Local"));
	app_get_prefs(d.app, &now);
	assert_columns(&now.columns[LIST_SOCKETS], LIST_SOCKETS, "state,in_rate,out_rate,local");
	drive_close(&d);
	/* What was kept is shown again, and is no choice beyond that: another grouping has its own. */
	start(&d, &now, NULL);
	assert_true(shows(&d, " In/s  Out/s  Estab"));
	app_get_prefs(d.app, &later);
	assert_memory_equal(&later.columns, &now.columns, sizeof(now.columns));
	drive_keys(&d, "u");
	assert_true(shows(&d, " In/s  Out/s  Procs"));
	drive_keys(&d, "B");
	app_get_prefs(d.app, &later);
	assert_columns(&later.columns[LIST_PROCESSES], LIST_PROCESSES, "");
	assert_columns(&later.columns[LIST_SOCKETS], LIST_SOCKETS, "state,local");
	drive_close(&d);
}

/* Also with every column that any grouping has. */
static void test_app_prefs_columns_of_all_groupings_fit(void **state)
{
	struct app_prefs prefs = { .interval_ms = 2000 }, now;
	struct app_columns *c = &prefs.columns[LIST_PROCESSES];
	struct drive d;
	struct err e;

	(void)state;
	for (unsigned id = COL_COUNT; id-- > 0;)
		app_add_columns(c, LIST_PROCESSES, column_info((enum column)id)->name, &e);
	assert_true(c->n > 17);
	start(&d, &prefs, NULL);
	for (unsigned i = 0; i < 3; i++) {
		app_get_prefs(d.app, &now);
		assert_int_equal(now.columns[LIST_PROCESSES].n, c->n);
		assert_true(shows(&d, " Closng Listen LstAck ClWait "));
		drive_keys(&d, "u");
	}
	drive_close(&d);
}

static void test_app_prefs_grouping_is_where_it_starts(void **state)
{
	static const struct {
		enum by by;
		const char *head;
	} cases[] = {
		{ BY_STATE, " Process " }, /* not given */
		{ BY_PROCESS, " Process " },
		{ BY_PROGRAM, " Program " },
		{ BY_USER, " User " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct app_prefs prefs = { .interval_ms = 2000, .group = { cases[i].by } }, now;
		bool crowd = cases[i].by == BY_PROGRAM || cases[i].by == BY_USER;
		struct app_sort usual = sort_of(LIST_PROCESSES, "sockets", false);
		struct drive d;

		/* Its order is taken where there is such a column, whatever the grouping. */
		prefs.sort[LIST_PROCESSES] = sort_of(LIST_PROCESSES, "processes", true);
		start(&d, &prefs, NULL);
		assert_true(shows(&d, cases[i].head));
		assert_int_equal(app_can_group(LIST_PROCESSES, cases[i].by), i > 0);
		app_get_prefs(d.app, &now);
		assert_int_equal(now.group[LIST_PROCESSES], i > 0 ? cases[i].by : BY_PROCESS);
		assert_sort(&now.sort[LIST_PROCESSES],
			    crowd ? &prefs.sort[LIST_PROCESSES] : &usual);
		drive_keys(&d, "u");
		app_get_prefs(d.app, &now);
		assert_int_not_equal(now.group[LIST_PROCESSES], cases[i].by);
		drive_close(&d);
	}
}

/* Of namespaces and of containers, which have the list in turn. */
static void test_app_prefs_keep_the_list_of_namespaces(void **state)
{
	struct app_prefs prefs = { .interval_ms = 2000 }, now;
	struct drive d;
	struct err e;

	(void)state;
	start(&d, &prefs, NULL);
	drive_sample(&d, FIRST "proc 1 init cgroup /init.scope\n");
	drive_keys(&d, "C");
	assert_true(shows(&d, " Namespace "));
	drive_keys(&d, "c j Space Enter s C");
	app_get_prefs(d.app, &now);
	assert_int_equal(now.group[LIST_NAMESPACES], BY_CONTAINER);
	assert_true(now.columns[LIST_NAMESPACES].n > 2);
	assert_int_equal(now.columns[LIST_NAMESPACES].id[0], COL_KEY);
	assert_int_equal(now.columns[LIST_NAMESPACES].id[1], COL_SOCKETS);
	assert_int_equal(now.sort[LIST_NAMESPACES].column, COL_DELTA);
	drive_close(&d);

	prefs.group[LIST_NAMESPACES] = BY_CONTAINER;
	assert_int_equal(app_add_columns(&prefs.columns[LIST_NAMESPACES], LIST_NAMESPACES,
					 "key,runtime,listen,inode", &e),
			 0);
	prefs.sort[LIST_NAMESPACES] = sort_of(LIST_NAMESPACES, "listen", true);
	start(&d, &prefs, NULL);
	drive_sample(&d, FIRST "proc 1 init cgroup /init.scope\n");
	drive_keys(&d, "C");
	assert_true(shows(&d, " Container "));
	assert_true(shows(&d, " Runtime    Listen\xe2\x96\xb2"));
	assert_false(shows(&d, " Procs "));
	drive_keys(&d, "u");
	assert_true(shows(&d, " Inode"));
	assert_true(shows(&d, " Listen\xe2\x96\xb2"));
	drive_close(&d);
}

static void test_app_asks_once_to_save(void **state)
{
	const struct app_prefs prefs = { .interval_ms = 2000 };
	struct drive d;

	(void)state;
	start(&d, &prefs, NULL);
	assert_false(app_wants_save(d.app));
	drive_keys(&d, "W");
	assert_true(app_wants_save(d.app));
	assert_false(app_wants_save(d.app));
	app_tell(d.app, "settings \033[31msaved");
	assert_non_null(strstr(drive_screen(&d), "settings \\e[31msaved"));
	drive_wait(&d, 5000);
	assert_null(strstr(drive_screen(&d), "saved"));
	drive_close(&d);
}

static void test_app_notice_stays_until_the_first_key(void **state)
{
	const struct app_prefs prefs = { .interval_ms = 2000 };
	struct drive d;

	(void)state;
	start(&d, &prefs, "settings, line 3: no setting \"a\nb\"");
	drive_wait(&d, 60000);
	assert_non_null(strstr(drive_screen(&d), "settings, line 3: no setting \"a\\nb\""));
	drive_keys(&d, "Down");
	assert_null(strstr(drive_screen(&d), "settings"));
	drive_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_app_prefs_are_where_it_starts),
		cmocka_unit_test(test_app_prefs_follow_the_keys),
		cmocka_unit_test(test_app_prefs_column_that_is_not_there_changes_nothing),
		cmocka_unit_test(test_app_prefs_names_are_those_of_the_list),
		cmocka_unit_test(test_app_prefs_name_columns),
		cmocka_unit_test(test_app_prefs_columns_are_shown),
		cmocka_unit_test(test_app_prefs_bytes_a_second_are_columns),
		cmocka_unit_test(test_app_prefs_columns_of_all_groupings_fit),
		cmocka_unit_test(test_app_prefs_grouping_is_where_it_starts),
		cmocka_unit_test(test_app_prefs_keep_the_list_of_namespaces),
		cmocka_unit_test(test_app_asks_once_to_save),
		cmocka_unit_test(test_app_notice_stays_until_the_first_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
