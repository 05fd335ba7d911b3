/* SPDX-License-Identifier: MIT */
/* The source that the tests of everything above the model stand on. */
#include "test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"

#define NS_PER_S INT64_C(1000000000)

static const struct want everything = { .protos = 3, .close = true, .owners = true };

struct bench {
	struct snap_pool *pool;
	const struct snap *snap;
	void *priv;
	char path[64];
};

static struct bench setup(const char *text)
{
	struct bench b = { .pool = snap_pool_new(), .path = "fake-XXXXXX" };
	int fd = mkstemp(b.path);
	struct err e;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	setenv(FAKE_ENV, b.path, 1);
	assert_int_equal(fake_source.open(&b.priv, &e), 0);
	return b;
}

static void teardown(struct bench *b)
{
	fake_source.close(b->priv);
	snap_unref(b->snap);
	snap_pool_free(b->pool);
	unlink(b->path);
}

static int collect(struct bench *b, const struct want *w, struct err *e)
{
	struct snap_builder *builder = snap_build(b->pool, b->snap);
	int rc = fake_source.collect(b->priv, builder, w, -1, e);
	const struct snap *s;

	if (rc < 0) {
		snap_abandon(builder);
		return rc;
	}
	s = snap_seal(builder);
	snap_unref(b->snap);
	b->snap = s;
	return 0;
}

static const char two[] = "user 5 u\n"
			  "sample 1000\n"
			  "sock tcp LISTEN 10.0.0.1:80 - ino 1 uid 5\n"
			  "sample 2500\n"
			  "sock tcp LISTEN 10.0.0.1:80 - ino 1 uid 5\n"
			  "sock tcp CLOSE 10.0.0.1:81 - ino 2\n"
			  "sock udp CLOSE 10.0.0.1:53 - ino 3\n"
			  "proc 7 a\nhold 7 3 1\n";

static void test_fake_repeats_the_last_sample_and_time_goes_on(void **state)
{
	struct bench b = setup(two);
	struct err e;
	int64_t first;

	(void)state;
	assert_int_equal(collect(&b, &everything, &e), 0);
	assert_int_equal(b.snap->n_sock, 1);
	assert_int_equal(b.snap->wall_ns, NS_PER_S);
	assert_int_equal(b.snap->user[0].uid, 5);
	first = b.snap->mono_ns;
	assert_int_equal(collect(&b, &everything, &e), 0);
	assert_int_equal(b.snap->n_sock, 3);
	assert_int_equal(b.snap->mono_ns - first, NS_PER_S * 3 / 2);
	assert_int_equal(collect(&b, &everything, &e), 0);
	assert_int_equal(b.snap->n_sock, 3);
	assert_int_equal(b.snap->seq, 3);
	assert_int_equal(b.snap->mono_ns - b.snap->prev_mono_ns, 2 * NS_PER_S);
	teardown(&b);
}

static void test_fake_gives_only_what_is_wanted(void **state)
{
	const struct want little = { .protos = 1u << PROTO_TCP };
	struct bench b = setup(two);
	struct err e;

	(void)state;
	collect(&b, &little, &e);
	assert_int_equal(collect(&b, &little, &e), 0);
	assert_int_equal(b.snap->n_sock, 1);
	assert_int_equal(b.snap->n_proc, 0);
	assert_false(b.snap->close_known);
	assert_int_equal(b.snap->source[SRC_TCP].status, SOURCE_OK);
	assert_int_equal(b.snap->source[SRC_UDP].status, SOURCE_NOT_ASKED);
	assert_int_equal(b.snap->source[SRC_OWNERS].status, SOURCE_NOT_ASKED);
	teardown(&b);
}

static void test_fake_fails_where_the_fixture_says_so(void **state)
{
	struct bench b = setup("sample 1000\nfail \"out of luck\"\nsample 2000\n");
	struct err e;

	(void)state;
	assert_int_equal(collect(&b, &everything, &e), -EIO);
	assert_string_equal(e.msg, "out of luck");
	assert_int_equal(collect(&b, &everything, &e), 0);
	teardown(&b);
}

static void test_fake_names_the_line_that_is_wrong(void **state)
{
	static const char *const texts[] = { "sample 1\nsock tcp NOWHERE 1.2.3.4:5 -\n",
					     "sample 1\nsock tcp LISTEN 1.2.3.4 -\n",
					     "sample 1\nproc x y\n", "sample 1\nbogus\n" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct bench b = setup(texts[i]);

		assert_int_equal(collect(&b, &everything, &e), -EINVAL);
		assert_memory_equal(e.msg, "line 2: ", 8);
		teardown(&b);
	}
}

static void test_fake_reads_names_with_any_byte(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	const struct snap *s = fake_snap("sock tcp LISTEN 1.2.3.4:5 - ino 1\n"
					 "proc 7 \"a b\\n\\e\\x00\\xff\\\"\\\\#\"\nhold 7 3 1\n",
					 pool, NULL);
	struct str comm = strpool_get(s->str, s->proc[0].comm);

	(void)state;
	assert_int_equal(comm.len, 10);
	assert_memory_equal(comm.s, "a b\n\x1b\0\xff\"\\#", 10);
	snap_unref(s);
	snap_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fake_repeats_the_last_sample_and_time_goes_on),
		cmocka_unit_test(test_fake_gives_only_what_is_wanted),
		cmocka_unit_test(test_fake_fails_where_the_fixture_says_so),
		cmocka_unit_test(test_fake_names_the_line_that_is_wrong),
		cmocka_unit_test(test_fake_reads_names_with_any_byte),
	};

	return cmocka_run_group_tests_name("fake", tests, NULL, NULL);
}
