/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sockeye/view/view.h"

static int sort_named(enum by by, const char *name)
{
	return sort_by_name(by, name, strlen(name));
}

static void test_columns_sort_names_are_the_keys_of_the_rows(void **state)
{
	(void)state;
	assert_int_equal(sort_named(BY_PROCESS, "pid"), COL_PID);
	assert_int_equal(sort_named(BY_PROCESS, "Recv-Q"), COL_RECV_Q);
	assert_int_equal(sort_named(BY_PROCESS, "close-wait"), COL_STATE + ST_CLOSE_WAIT);
	assert_int_equal(sort_named(BY_PROCESS, "CLOSE_WAIT"), COL_STATE + ST_CLOSE_WAIT);
	assert_int_equal(sort_named(BY_PROCESS, "addresses"), -1);
	assert_int_equal(sort_named(BY_PROGRAM, "comm"), COL_COMM);
	assert_int_equal(sort_named(BY_USER, "user"), COL_USER);
	assert_int_equal(sort_named(BY_REMOTE, "remote"), COL_KEY);
	assert_int_equal(sort_named(BY_STATE, "state"), COL_KEY);
	assert_int_equal(sort_named(BY_STATE, "listen"), -1);
	assert_int_equal(sort_named(BY_LISTENER, "accept_queue"), COL_ACCEPT_QUEUE);
	assert_int_equal(sort_named(BY_SOCKET, "recv_q"), F_RECV_Q);
	assert_int_equal(sort_named(BY_SOCKET, "owners"), F_PROCESS);
	assert_int_equal(sort_named(BY_SOCKET, "sockets"), -1);
	assert_int_equal(sort_named(BY_PROCESS, ""), -1);
}

static void test_columns_names_come_back(void **state)
{
	(void)state;
	for (int by = 0; by < BY_COUNT; by++)
		assert_int_equal(by_by_name(by_name((enum by)by), strlen(by_name((enum by)by))),
				 by);
	assert_int_equal(by_by_name("service", 7), -1);
	for (int c = 0; c < COL_STATE; c++)
		assert_int_equal(column_by_name(column_info((enum column)c)->name,
						strlen(column_info((enum column)c)->name)),
				 c);
}

/* Every figure that a grouping has is one that its groups can be asked for. */
static void test_columns_give_their_figures(void **state)
{
	const struct group g = { .key = { .proc = 1, .pid = 22 },
				 .sockets = 1,
				 .udp = 2,
				 .shared = 3,
				 .recv_q = UINT64_MAX,
				 .send_q = 5,
				 .processes = 6,
				 .peers = 7,
				 .addresses = 8,
				 .listeners = 9,
				 .accept_queue = 10,
				 .accept_max = 11,
				 .delta = -12,
				 .state = { [ST_LISTEN] = 13 } };

	(void)state;
	assert_int_equal(group_number(&g, COL_SOCKETS), 1);
	assert_int_equal(group_number(&g, COL_UDP), 2);
	assert_int_equal(group_number(&g, COL_SHARED), 3);
	assert_true(group_number(&g, COL_RECV_Q) == UINT64_MAX);
	assert_int_equal(group_number(&g, COL_SEND_Q), 5);
	assert_int_equal(group_number(&g, COL_PROCESSES), 6);
	assert_int_equal(group_number(&g, COL_PEERS), 7);
	assert_int_equal(group_number(&g, COL_ADDRESSES), 8);
	assert_int_equal(group_number(&g, COL_LISTENERS), 9);
	assert_int_equal(group_number(&g, COL_ACCEPT_QUEUE), 10);
	assert_int_equal(group_number(&g, COL_ACCEPT_MAX), 11);
	assert_true((int64_t)group_number(&g, COL_DELTA) == -12);
	assert_int_equal(group_number(&g, COL_PID), 22);
	assert_int_equal(group_number(&g, (enum column)(COL_STATE + ST_LISTEN)), 13);
	assert_int_equal(group_number(&g, (enum column)(COL_STATE + ST_CLOSING)), 0);
	assert_int_equal(group_number(&g, COL_KEY), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_sort_names_are_the_keys_of_the_rows),
		cmocka_unit_test(test_columns_names_come_back),
		cmocka_unit_test(test_columns_give_their_figures),
	};

	return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
