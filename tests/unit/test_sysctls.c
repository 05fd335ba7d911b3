/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <ftw.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "sockeye/collect/clock.h"
#include "sockeye/collect/sysctls.h"

struct fixture {
	char root[32]; /* stands for /proc */
	struct snap_pool *pool;
	const struct snap *snap;
	struct sysctls_kept kept;
};

static void make_dir(const struct fixture *f, const char *inner)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s", f->root, inner);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void put(const struct fixture *f, const char *inner, const char *text)
{
	char path[96];
	FILE *out;

	snprintf(path, sizeof(path), "%s/sys/net/%s", f->root, inner);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->root, "sysctls.XXXXXX");
	assert_non_null(mkdtemp(f->root));
	make_dir(f, "sys");
	make_dir(f, "sys/net");
	make_dir(f, "sys/net/ipv4");
	make_dir(f, "sys/net/netfilter");
	f->pool = snap_pool_new();
	*state = f;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	snap_unref(f->snap);
	snap_pool_free(f->pool);
	assert_int_equal(nftw(f->root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(f);
	return 0;
}

static const struct sysctls *read_at(struct fixture *f, const char *root, int64_t now_ns)
{
	struct snap_builder *b = snap_build(f->pool, NULL);

	sysctls_read(&f->kept, b, root, now_ns);
	snap_unref(f->snap);
	f->snap = snap_seal(b);
	assert_non_null(f->snap);
	return &f->snap->sysctls;
}

static void test_sysctls_reads_numbers_by_their_place(void **state)
{
	struct fixture *f = *state;
	const struct sysctls *s;

	put(f, "ipv4/tcp_fin_timeout", "60\n");
	put(f, "ipv4/ip_local_port_range", "32768\t60999\n");
	put(f, "ipv4/tcp_mem", "189093\t252126\t9223372036854775807\n");
	s = read_at(f, f->root, 1);
	assert_true(s->known[SYS_FIN_TIMEOUT]);
	assert_true(s->value[SYS_FIN_TIMEOUT] == 60);
	assert_true(s->value[SYS_PORT_FIRST] == 32768);
	assert_true(s->value[SYS_PORT_LAST] == 60999);
	assert_true(s->value[SYS_TCP_MEM_LOW] == 189093);
	assert_true(s->value[SYS_TCP_MEM_PRESSURE] == 252126);
	assert_true(s->known[SYS_TCP_MEM_MAX]);
	assert_true(s->value[SYS_TCP_MEM_MAX] == INT64_MAX);
}

static void test_sysctls_does_not_know_what_is_not_there(void **state)
{
	struct fixture *f = *state;
	const struct sysctls *s;

	put(f, "ipv4/tcp_fin_timeout", "");
	put(f, "ipv4/tcp_tw_reuse", "maybe\n");
	put(f, "ipv4/ip_local_port_range", "1024\n");
	put(f, "ipv4/tcp_syncookies", "9223372036854775808\n");
	s = read_at(f, f->root, 1);
	for (unsigned id = 0; id < SYS_COUNT; id++)
		assert_int_equal(s->known[id], id == SYS_PORT_FIRST);
}

static void test_sysctls_rest_for_a_while_but_for_what_counts(void **state)
{
	struct fixture *f = *state;
	const struct sysctls *s;

	put(f, "ipv4/tcp_fin_timeout", "60\n");
	put(f, "netfilter/nf_conntrack_count", "5\n");
	read_at(f, f->root, 1);
	put(f, "ipv4/tcp_fin_timeout", "30\n");
	put(f, "netfilter/nf_conntrack_count", "6\n");
	s = read_at(f, f->root, SYSCTLS_PERIOD_S * NS_PER_SEC);
	assert_true(s->value[SYS_FIN_TIMEOUT] == 60);
	assert_true(s->value[SYS_CONNTRACK_COUNT] == 6);
	s = read_at(f, f->root, SYSCTLS_PERIOD_S * NS_PER_SEC + 1);
	assert_true(s->value[SYS_FIN_TIMEOUT] == 30);
}

static void test_sysctls_reads_those_of_the_kernel(void **state)
{
	struct fixture *f = *state;
	const struct sysctls *s;
	FILE *in = fopen("/proc/sys/net/ipv4/tcp_fin_timeout", "r");
	long want;

	if (in == NULL)
		skip();
	assert_int_equal(fscanf(in, "%ld", &want), 1);
	fclose(in);
	s = read_at(f, NULL, 1);
	assert_true(s->known[SYS_FIN_TIMEOUT]);
	assert_true(s->value[SYS_FIN_TIMEOUT] == want);
	assert_true(s->known[SYS_TCP_MEM_MAX]);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_sysctls_reads_numbers_by_their_place),
		WITH_FIXTURE(test_sysctls_does_not_know_what_is_not_there),
		WITH_FIXTURE(test_sysctls_rest_for_a_while_but_for_what_counts),
		WITH_FIXTURE(test_sysctls_reads_those_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
