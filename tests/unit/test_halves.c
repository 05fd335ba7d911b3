/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>

#include "halves.h"

#define ROWS 20000

/* 0 to 9, evenly, in no order. */
static unsigned digit(unsigned i)
{
	return (i * 2654435761u >> 16) % 10;
}

static struct sock *rows_of(enum proto proto)
{
	struct sock *rows = calloc(ROWS, sizeof(*rows));

	assert_non_null(rows);
	for (unsigned i = 0; i < ROWS; i++)
		rows[i].proto = (uint8_t)proto;
	return rows;
}

static uint32_t count_upto(const struct sock *rows, const struct pivot *p)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < ROWS; i++)
		n += (p->remote ? rows[i].rport : rows[i].lport) <= p->port;
	return n;
}

static void assert_halves(const struct sock *rows, bool remote)
{
	struct pivot p;
	uint32_t first;

	assert_true(halves_pivot(rows, ROWS, &p));
	assert_int_equal(p.remote, remote);
	first = count_upto(rows, &p);
	assert_in_range(first, ROWS * 45 / 100, ROWS * 55 / 100);
}

static void test_halves_pivot_of_a_client(void **state)
{
	struct sock *rows = rows_of(PROTO_TCP);

	(void)state;
	for (unsigned i = 0; i < ROWS; i++) {
		rows[i].lport = (uint16_t)(32768 + i * 7919 % 28000);
		rows[i].rport = 443;
	}
	assert_halves(rows, false);
	free(rows);
}

static void test_halves_pivot_of_a_server(void **state)
{
	struct sock *rows = rows_of(PROTO_TCP);

	(void)state;
	for (unsigned i = 0; i < ROWS; i++) {
		rows[i].lport = 443;
		rows[i].rport = (uint16_t)(1024 + i * 7919 % 64000);
	}
	assert_halves(rows, true);
	free(rows);
}

/* The median's own port is a third of all: it goes to the side where it does less harm. */
static void test_halves_pivot_beside_a_crowd(void **state)
{
	struct sock *rows = rows_of(PROTO_TCP);
	struct pivot p;
	uint32_t first;

	(void)state;
	for (unsigned i = 0; i < ROWS; i++)
		rows[i].lport = digit(i) < 4 ? 100 : digit(i) < 7 ? 200 : 300;
	assert_true(halves_pivot(rows, ROWS, &p));
	first = count_upto(rows, &p);
	assert_in_range(first, ROWS * 38 / 100, ROWS * 42 / 100);
	for (unsigned i = 0; i < ROWS; i++)
		rows[i].lport = digit(i) < 3 ? 100 : digit(i) < 6 ? 200 : 300;
	assert_true(halves_pivot(rows, ROWS, &p));
	first = count_upto(rows, &p);
	assert_in_range(first, ROWS * 58 / 100, ROWS * 62 / 100);
	free(rows);
}

static void test_halves_without_a_pivot(void **state)
{
	struct sock *rows = rows_of(PROTO_TCP);
	struct pivot p;

	(void)state;
	assert_false(halves_pivot(rows, 0, &p));
	for (unsigned i = 0; i < ROWS; i++) {
		rows[i].lport = digit(i) == 0 ? (uint16_t)i : 443;
		rows[i].rport = 50000;
	}
	assert_false(halves_pivot(rows, ROWS, &p));
	free(rows);
	/* The ports of UDP say nothing of TCP. */
	rows = rows_of(PROTO_UDP);
	for (unsigned i = 0; i < ROWS; i++)
		rows[i].lport = (uint16_t)i;
	assert_false(halves_pivot(rows, ROWS, &p));
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_halves_pivot_of_a_client),
		cmocka_unit_test(test_halves_pivot_of_a_server),
		cmocka_unit_test(test_halves_pivot_beside_a_crowd),
		cmocka_unit_test(test_halves_without_a_pivot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
