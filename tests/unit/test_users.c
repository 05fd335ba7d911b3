/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <pwd.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sockeye/collect/users.h"

/* ---- the user database of these tests -------------------------------- */

#define BLOCKING_UID 666

static atomic_uint lookups;
static sem_t entered, leave, left; /* of the lookup of BLOCKING_UID */

/* Even numbers have names; the one of BLOCKING_UID comes when the test lets it. */
static size_t lookup(uint32_t uid, char *name, size_t size)
{
	atomic_fetch_add(&lookups, 1);
	if (uid == BLOCKING_UID) {
		sem_post(&entered);
		while (sem_wait(&leave) != 0)
			;
		sem_post(&left);
	}
	return uid % 2 == 0 ? (size_t)snprintf(name, size, "u%u", (unsigned)uid) : 0;
}

static void let_lookup_return(void)
{
	sem_post(&leave);
	while (sem_wait(&left) != 0)
		;
}

struct fixture {
	struct users *users;
	struct snap_pool *pool;
	const struct snap *snap;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	atomic_store(&lookups, 0);
	sem_init(&entered, 0, 0);
	sem_init(&leave, 0, 0);
	sem_init(&left, 0, 0);
	f->users = users_new(lookup);
	f->pool = snap_pool_new();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	users_free(f->users);
	snap_unref(f->snap);
	snap_pool_free(f->pool);
	free(f);
	return 0;
}

/* A sample with sockets of these users and one process of user 8. */
static int update(struct fixture *f, const uint32_t *uid, size_t n, int cancel_fd)
{
	struct snap_builder *b = snap_build(f->pool, NULL);
	const struct sock_ext x = { 0 };
	const struct proc p = { .pid = 1, .uid = 8 };
	int rc;

	for (size_t i = 0; i < n; i++) {
		const struct sock s = { .cookie = i + 1, .uid = uid[i], .state = ST_ESTABLISHED };

		assert_int_equal(snap_add(b, &s, &x), 0);
	}
	assert_int_equal(snap_add_proc(b, &p), 0);
	rc = users_update(f->users, b, cancel_fd);
	snap_unref(f->snap);
	f->snap = NULL;
	if (rc != 0) {
		snap_abandon(b);
		return rc;
	}
	f->snap = snap_seal(b);
	assert_non_null(f->snap);
	return 0;
}

static void assert_name(const struct fixture *f, uint32_t uid, const char *name)
{
	assert_string_equal(strpool_get(f->snap->str, snap_user_name(f->snap, uid)).s, name);
}

static void test_users_names_those_of_sockets_and_processes(void **state)
{
	static const uint32_t uids[] = { 0, 1000, 0, 1001, 1000 };
	struct fixture *f = *state;

	assert_int_equal(update(f, uids, 5, -1), 0);
	assert_int_equal(f->snap->n_user, 4);
	assert_name(f, 0, "u0");
	assert_name(f, 1000, "u1000");
	assert_name(f, 8, "u8");
	assert_int_equal(snap_user_name(f->snap, 1001), STR_NONE);
}

static void test_users_asks_once_whether_there_is_a_name_or_not(void **state)
{
	static const uint32_t uids[] = { 1000, 1001, UINT32_MAX };
	struct fixture *f = *state;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(update(f, uids, 3, -1), 0);
		assert_name(f, 1000, "u1000");
	}
	assert_int_equal(atomic_load(&lookups), 4);
}

static void test_users_tells_only_of_those_in_the_sample(void **state)
{
	static const uint32_t first[] = { 1000, 1002 }, second[] = { 1002 };
	struct fixture *f = *state;

	assert_int_equal(update(f, first, 2, -1), 0);
	assert_int_equal(update(f, second, 1, -1), 0);
	assert_int_equal(f->snap->n_user, 2);
	assert_int_equal(snap_user_name(f->snap, 1000), STR_NONE);
	assert_name(f, 1002, "u1002");
}

static void test_users_knows_thousands(void **state)
{
	struct fixture *f = *state;
	uint32_t uids[3000];

	for (uint32_t i = 0; i < 3000; i++)
		uids[i] = 10000 + i * 2;
	assert_int_equal(update(f, uids, 3000, -1), 0);
	assert_int_equal(f->snap->n_user, 3001);
	for (uint32_t i = 0; i < 3000; i++)
		assert_int_not_equal(snap_user_name(f->snap, uids[i]), STR_NONE);
}

static void test_users_goes_on_with_numbers_when_names_take_too_long(void **state)
{
	static const uint32_t uids[] = { 1000, BLOCKING_UID, 1002 };
	struct fixture *f = *state;
	bool named = false;

	for (int i = 0; i < 3; i++) { /* only the first of them waits */
		assert_int_equal(update(f, uids, 3, -1), 0);
		assert_name(f, 1000, "u1000");
		assert_int_equal(snap_user_name(f->snap, BLOCKING_UID), STR_NONE);
	}
	let_lookup_return();
	while (!named) {
		assert_int_equal(update(f, uids, 3, -1), 0);
		named = snap_user_name(f->snap, BLOCKING_UID) != STR_NONE;
	}
	assert_name(f, BLOCKING_UID, "u666");
	assert_name(f, 1002, "u1002");
	assert_int_equal(atomic_load(&lookups), 4);
}

static void *cancel_when_blocked(void *arg)
{
	while (sem_wait(&entered) != 0)
		;
	eventfd_write(*(int *)arg, 1);
	return NULL;
}

static void test_users_gives_up_when_cancelled(void **state)
{
	static const uint32_t uids[] = { BLOCKING_UID };
	struct fixture *f = *state;
	int cancel_fd = eventfd(0, EFD_CLOEXEC);
	pthread_t canceller;

	assert_int_equal(pthread_create(&canceller, NULL, cancel_when_blocked, &cancel_fd), 0);
	assert_int_equal(update(f, uids, 1, cancel_fd), -ECANCELED);
	pthread_join(canceller, NULL);
	let_lookup_return();
	close(cancel_fd);
}

/* The database may never answer; users_free() has to return all the same. */
static void test_users_is_freed_while_a_lookup_blocks(void **state)
{
	static const uint32_t uids[] = { BLOCKING_UID };
	struct fixture *f = *state;

	assert_int_equal(update(f, uids, 1, -1), 0);
	users_free(f->users);
	f->users = NULL;
	let_lookup_return();
}

static void test_users_asks_the_system(void **state)
{
	const uint32_t uids[] = { 0 };
	struct fixture *f = *state;
	const struct passwd *root = getpwuid(0);

	if (root == NULL)
		skip();
	users_free(f->users);
	f->users = users_new(NULL);
	assert_int_equal(update(f, uids, 1, -1), 0);
	assert_name(f, 0, root->pw_name);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_users_names_those_of_sockets_and_processes),
		WITH_FIXTURE(test_users_asks_once_whether_there_is_a_name_or_not),
		WITH_FIXTURE(test_users_tells_only_of_those_in_the_sample),
		WITH_FIXTURE(test_users_knows_thousands),
		WITH_FIXTURE(test_users_goes_on_with_numbers_when_names_take_too_long),
		WITH_FIXTURE(test_users_gives_up_when_cancelled),
		WITH_FIXTURE(test_users_is_freed_while_a_lookup_blocks),
		WITH_FIXTURE(test_users_asks_the_system),
	};

	return cmocka_run_group_tests_name("users", tests, NULL, NULL);
}
