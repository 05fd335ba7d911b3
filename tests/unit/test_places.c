/* SPDX-License-Identifier: MIT */
/* Where sockets and processes are: out of a /proc and a tree of control groups of our own making. */
#include "test.h"

#include <errno.h>
#include <ftw.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockeye/collect/inet_diag.h"
#include "sockeye/collect/places.h"

#define ID    "3f4e5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081"
#define SHORT "3f4e5a6b7c8d"

struct fixture {
	char top[64], proc[80], groups[80];
	struct places *places;
	struct snap_pool *pool;
	const struct snap *snap;
	struct snap_builder *b;
	uint64_t cookie;
};

static void make_dir(const struct fixture *f, const char *below, uint64_t *ino)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", f->top, below);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(stat(path, &st), 0);
	if (ino != NULL)
		*ino = st.st_ino;
}

static void write_group(const struct fixture *f, int pid, const char *text)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "proc/%d", pid);
	make_dir(f, path, NULL);
	snprintf(path, sizeof(path), "%s/%d/cgroup", f->proc, pid);
	out = fopen(path, "we");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	snprintf(f->top, sizeof(f->top), "%.40s/places.XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->top));
	snprintf(f->proc, sizeof(f->proc), "%s/proc", f->top);
	snprintf(f->groups, sizeof(f->groups), "%s/groups", f->top);
	make_dir(f, "proc", NULL);
	make_dir(f, "groups", NULL);
	f->places = places_new(f->proc, f->groups);
	f->pool = snap_pool_new();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	snap_abandon(f->b);
	snap_unref(f->snap);
	snap_pool_free(f->pool);
	places_free(f->places);
	nftw(f->top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static void begin(struct fixture *f)
{
	snap_unref(f->snap);
	f->snap = NULL;
	f->b = snap_build(f->pool, NULL);
	places_begin(f->places, f->b);
	f->cookie = 0;
}

/* Its row; ino: of what may be held. */
static void add_sock(struct fixture *f, uint64_t group)
{
	const struct sock s = {
		.family = AF_INET, .state = ST_ESTABLISHED, .ino = 1, .cookie = ++f->cookie
	};
	const struct sock_ext x = { .ifindex = 0 };
	uint32_t *at;

	assert_int_equal(snap_add(f->b, &s, &x), 0);
	at = snap_beside(f->b, SIDE_PLACE);
	assert_non_null(at);
	*at = group != 0 ? places_of_group(f->places, f->b, group) : 0;
}

static uint32_t add_proc(struct fixture *f, int pid)
{
	const struct proc p = { .pid = pid, .start = (uint64_t)pid };

	return snap_add_proc(f->b, &p);
}

static void seal(struct fixture *f)
{
	assert_int_equal(places_update(f->places, f->b, -1), 0);
	f->snap = snap_seal(f->b);
	f->b = NULL;
	assert_non_null(f->snap);
}

static void check_place(const struct fixture *f, const struct place *p, const char *container,
			const char *unit)
{
	assert_string_equal(strpool_get(f->snap->str, p->container).s, container);
	assert_string_equal(strpool_get(f->snap->str, p->unit).s, unit);
}

static void test_places_by_group_and_by_process(void **state)
{
	struct fixture *f = *state;
	uint64_t docker, unit;

	make_dir(f, "groups/docker", NULL);
	make_dir(f, "groups/docker/" ID, &docker);
	make_dir(f, "groups/system.slice", NULL);
	make_dir(f, "groups/system.slice/nginx.service", &unit);
	write_group(f, 7, "0::/system.slice/ssh.service\n");
	write_group(f, 8, "1:name=systemd:/docker/" ID "\n0::/\n");
	write_group(f, 9, "0::/init.scope\n");
	begin(f);
	add_sock(f, docker);
	add_sock(f, unit);
	add_sock(f, 12345678); /* a group that is not there */
	add_sock(f, 0);
	add_sock(f, unit);
	add_sock(f, unit);
	assert_int_equal(add_proc(f, 7), 0);
	assert_int_equal(add_proc(f, 8), 1);
	assert_int_equal(add_proc(f, 9), 2);
	assert_int_equal(add_proc(f, 10), 3); /* has ended */
	snap_add_owner(f->b, 2, 0, 3);
	snap_add_owner(f->b, 4, 2, 3);
	snap_add_owner(f->b, 5, 1, 3);
	seal(f);
	assert_true(f->snap->placed);
	check_place(f, snap_place(f->snap, 0), SHORT, "");
	check_place(f, snap_place(f->snap, 1), "", "nginx.service");
	check_place(f, snap_place(f->snap, 2), "", "ssh.service");
	check_place(f, snap_place(f->snap, 3), "", "");
	assert_int_equal(f->snap->in_place[3], 0);
	/* A manager holds it for whom it was made. */
	check_place(f, snap_place(f->snap, 4), "", "nginx.service");
	/* A container goes before the unit that it was made in. */
	check_place(f, snap_place(f->snap, 5), SHORT, "");
	check_place(f, snap_proc_place(f->snap, 2), "", "init.scope");
	/* That nothing is known of one who holds something is known. */
	assert_int_not_equal(f->snap->proc[3].place, 0);
	assert_int_equal(f->snap->source[SRC_CGROUPS].status, SOURCE_OK);
}

/* Processes are kept by identity; what has gone makes room. */
static void test_places_of_processes_are_kept(void **state)
{
	struct fixture *f = *state;
	char path[128];

	write_group(f, 7, "0::/a.service\n");
	write_group(f, 9, "0::/b.service\n");
	for (int round = 0; round < 3; round++) {
		begin(f);
		add_sock(f, 0);
		add_proc(f, 7);
		if (round != 1)
			add_proc(f, 9);
		seal(f);
		check_place(f, snap_proc_place(f->snap, 0), "", "a.service");
		/* It is not read again so soon. */
		snprintf(path, sizeof(path), "%s/7/cgroup", f->proc);
		unlink(path);
	}
	check_place(f, snap_proc_place(f->snap, 1), "", "b.service");
}

static void test_places_that_cannot_be_read(void **state)
{
	struct fixture *f = *state;
	char path[128];

	begin(f);
	add_proc(f, 7);
	seal(f);
	assert_int_equal(f->snap->source[SRC_CGROUPS].status, SOURCE_ABSENT);
	/* A folder in the place of the file can be opened, and not read. */
	snprintf(path, sizeof(path), "proc/%d", 8);
	make_dir(f, path, NULL);
	make_dir(f, "proc/8/cgroup", NULL);
	write_group(f, 9, "nonsense");
	begin(f);
	add_proc(f, 8);
	add_proc(f, 9);
	seal(f);
	assert_int_equal(f->snap->source[SRC_CGROUPS].status, SOURCE_PARTIAL);
	assert_string_equal(f->snap->source[SRC_CGROUPS].reason,
			    "control groups of 1 processes could not be read");
	check_place(f, snap_proc_place(f->snap, 1), "", "");
}

static void test_places_end_when_cancelled(void **state)
{
	struct fixture *f = *state;
	int cancel = eventfd(1, EFD_CLOEXEC);

	begin(f);
	add_proc(f, 7);
	assert_int_equal(places_update(f->places, f->b, cancel), -ECANCELED);
	close(cancel);
}

/* The number of the group in a message, whatever its lengths say. */
static void test_group_of_a_message(void **state)
{
	struct {
		struct inet_diag_msg head;
		struct nlattr other;
		uint32_t mark;
		struct nlattr group;
		uint8_t id[8];
	} m = { .other = { .nla_len = 8, .nla_type = INET_DIAG_MARK },
		.group = { .nla_len = 12, .nla_type = INET_DIAG_CGROUP_ID } };
	const uint64_t id = 0x123456789abULL;

	(void)state;
	memcpy(m.id, &id, sizeof(id));
	assert_true(inet_diag_group(&m, sizeof(m)) == id);
	for (size_t len = 0; len < sizeof(m); len++)
		assert_true(inet_diag_group(&m, len) == 0);
	m.group.nla_len = 8;
	assert_true(inet_diag_group(&m, sizeof(m)) == 0);
	m.group.nla_len = 200;
	assert_true(inet_diag_group(&m, sizeof(m)) == 0);
	m.other.nla_len = 0;
	assert_true(inet_diag_group(&m, sizeof(m)) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_places_by_group_and_by_process, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_places_of_processes_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_places_that_cannot_be_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_places_end_when_cancelled, setup, teardown),
		cmocka_unit_test(test_group_of_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
