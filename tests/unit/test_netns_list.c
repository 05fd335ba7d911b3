/* SPDX-License-Identifier: MIT */
/* Which network namespaces there are, from a proc file system that we make up. */
#include "test.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns_list.h"
#include "sockeye/base/err.h"

struct bench {
	char root[64];
	struct procfs proc;
	struct netns_list list;
};

static void sh(const char *fmt, ...) PRINTF_LIKE(1, 2);

static void sh(const char *fmt, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	assert_int_equal(system(command), 0);
}

static void add_process(const struct bench *b, const char *who, const char *link)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", b->root, who);
	assert_true(mkdir(path, 0755) == 0 || access(path, F_OK) == 0);
	snprintf(path, sizeof(path), "%s/%s/ns", b->root, who);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/%s/ns/net", b->root, who);
	assert_int_equal(symlink(link, path), 0);
}

static void setup(struct bench *b)
{
	*b = (struct bench){ .root = "netns_list.XXXXXX" };
	assert_non_null(mkdtemp(b->root));
	sh("mkdir %s/self && touch %s/self/stat", b->root, b->root);
	add_process(b, "thread-self", "net:[10]");
}

static void read_list(struct bench *b, bool own_only)
{
	assert_int_equal(procfs_open(&b->proc, b->root), 0);
	assert_int_equal(netns_list_read(&b->list, &b->proc, b->root, own_only), 0);
}

static void teardown(struct bench *b)
{
	netns_list_free(&b->list);
	procfs_close(&b->proc);
	sh("rm -r %s", b->root);
}

/* What is not there is no fault; what could not be looked at is one. */
static void test_netns_list_tells_what_it_could_not_look_at(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	sh("mkdir %s/netns && ln -s nowhere %s/netns/gone", b.root, b.root);
	read_list(&b, false);
	assert_int_equal(b.list.error, 0);
	procfs_close(&b.proc);
	sh("ln -s loop %s/netns/loop", b.root);
	read_list(&b, false);
	assert_int_equal(b.list.error, -ELOOP);
	procfs_close(&b.proc);
	sh("rm -r %s/netns && ln -s netns %s/netns", b.root, b.root);
	read_list(&b, false);
	assert_int_equal(b.list.error, -ELOOP);
	procfs_close(&b.proc);
	sh("rm %s/netns", b.root);
	read_list(&b, false);
	assert_int_equal(b.list.error, 0);
	teardown(&b);
}

static void test_netns_list_is_of_all_processes(void **state)
{
	const struct netns_entry *e;
	struct bench b;

	(void)state;
	setup(&b);
	add_process(&b, "5", "net:[30]");
	add_process(&b, "6", "net:[10]");
	add_process(&b, "7", "net:[30]");
	add_process(&b, "8", "net:[30]");
	read_list(&b, false);
	assert_int_equal(b.list.own, 10);
	assert_int_equal(b.list.n, 2);
	assert_int_equal(b.list.at[0].ino, 10);
	e = netns_list_find(&b.list, 30);
	assert_non_null(e);
	/* Two of them, in whatever order the directory has. */
	assert_true(e->pid[0] >= 5 && e->pid[0] <= 8 && e->pid[1] >= 5 && e->pid[1] <= 8);
	assert_int_not_equal(e->pid[0], e->pid[1]);
	assert_null(e->name);
	assert_false(e->host); /* which pid namespace we are in is not known */
	assert_null(netns_list_find(&b.list, 31));
	teardown(&b);
}

static void test_netns_list_passes_over_what_is_no_namespace(void **state)
{
	static const char *const links[] = {
		"net:[]",
		"net:[12",
		"net:12]",
		"net:[-1]",
		"net:[1x]",
		"mnt:[12]",
		"/dev/null",
		"net:[ 1]",
		"x",
		"net:[0x1]",
		"net:[99999999999999999999999]",
	};
	struct bench b;
	char who[16];

	(void)state;
	setup(&b);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		snprintf(who, sizeof(who), "%zu", i + 10);
		add_process(&b, who, links[i]);
	}
	read_list(&b, false);
	assert_int_equal(b.list.n, 0);
	assert_int_equal(b.list.unreadable, 0);
	teardown(&b);
}

static void test_netns_list_is_bounded(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	for (unsigned i = 100; i < 110 + NETNS_MOST; i++) {
		char who[16], link[32];

		snprintf(who, sizeof(who), "%u", i);
		snprintf(link, sizeof(link), "net:[%u]", i);
		add_process(&b, who, link);
	}
	add_process(&b, "99999", "net:[10]");
	read_list(&b, false);
	/* Ours is there whatever else is. */
	assert_true(b.list.n == NETNS_MOST || b.list.n == NETNS_MOST + 1);
	assert_int_equal(b.list.n + b.list.left_out, NETNS_MOST + 11);
	assert_non_null(netns_list_find(&b.list, 10));
	teardown(&b);
}

static void test_netns_list_of_our_own_alone(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	add_process(&b, "5", "net:[30]");
	read_list(&b, true);
	assert_int_equal(b.list.n, 1);
	assert_int_equal(b.list.at[0].ino, 10);
	teardown(&b);
}

/* A file where a mount might be is none. */
static void test_netns_list_takes_no_plain_file_for_a_mount(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	sh("mkdir %s/netns %s/docker %s/docker/netns && touch %s/netns/blue %s/docker/netns/1",
	   b.root, b.root, b.root, b.root, b.root);
	sh("mkfifo %s/netns/pipe && ln -s /nowhere %s/netns/link", b.root, b.root);
	read_list(&b, false);
	assert_int_equal(b.list.n, 0);
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_netns_list_is_of_all_processes),
		cmocka_unit_test(test_netns_list_tells_what_it_could_not_look_at),
		cmocka_unit_test(test_netns_list_passes_over_what_is_no_namespace),
		cmocka_unit_test(test_netns_list_is_bounded),
		cmocka_unit_test(test_netns_list_of_our_own_alone),
		cmocka_unit_test(test_netns_list_takes_no_plain_file_for_a_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
