/* SPDX-License-Identifier: MIT */
/* The owner map against the real /proc: sockets and processes of our own, one change at a time. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sockeye/collect/owners.h"
#include "test.h"

#define SAMPLES_TO_FOLLOW 2 /* a change may be seen in the next sample but one */

struct fixture {
	struct owners *o;
	struct snap_pool *pool;
	const struct snap *snap;
	uint64_t walk; /* descriptors looked at by the first sample, which reads all */
};

static uint32_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (uint32_t)st.st_ino;
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	return fd;
}

/* A sample in which the kernel reports sockets with these inodes and no others. */
static void sample(struct fixture *f, const uint32_t *ino, size_t n)
{
	struct snap_builder *b = snap_build(f->pool, f->snap);
	struct sock_ext x = { .ifindex = 0 };
	const struct snap *s;

	for (size_t i = 0; i < n; i++) {
		struct sock row = { .cookie = ino[i],
				    .ino = ino[i],
				    .uid = geteuid(),
				    .family = AF_INET,
				    .proto = PROTO_TCP,
				    .state = ST_ESTABLISHED };

		snap_add(b, &row, &x);
	}
	assert_int_equal(owners_update(f->o, b, -1), 0);
	s = snap_seal(b);
	assert_non_null(s);
	snap_unref(f->snap);
	f->snap = s;
	if (f->walk == 0)
		f->walk = s->cost.getdents;
}

/* In steady state only what changes is read; but others on this machine change, too, at times a lot. */
static bool reads_little(struct fixture *f, const uint32_t *ino, size_t n)
{
	for (int i = 0; i < 20; i++) {
		sample(f, ino, n);
		if (f->snap->cost.getdents < f->walk / 2)
			return true;
	}
	return false;
}

static uint32_t row_of(const struct fixture *f, uint32_t ino)
{
	uint32_t row = snap_find(f->snap, ino);

	assert_int_not_equal(row, IDX_NONE);
	return row;
}

/* Whether the process holds the socket by this descriptor, and by how many descriptors it is held.
 */
static bool held_by(const struct fixture *f, uint32_t ino, pid_t pid, int fd)
{
	const struct sock_ext *x = &f->snap->ext[row_of(f, ino)];

	for (uint32_t i = 0; i < x->n_owners; i++) {
		const struct owner *o = &f->snap->owner[x->owner + i];

		if (f->snap->proc[o->proc].pid == pid && o->fd == fd)
			return true;
	}
	return false;
}

static unsigned holds(const struct fixture *f, uint32_t ino)
{
	return f->snap->ext[row_of(f, ino)].n_owners;
}

/* ---- a child that does what it is told ------------------------------- */

struct child {
	pid_t pid;
	int ask, answer; /* our ends: a datagram socket pair for orders, a pipe for inodes */
};

enum order {
	ORDER_CLOSE,   /* the descriptor in arg */
	ORDER_OPEN,    /* a new socket; answers its descriptor and inode */
	ORDER_RECEIVE, /* a descriptor over SCM_RIGHTS; answers likewise */
};

struct message {
	int order, arg;
};

struct reply {
	int fd;
	uint32_t ino;
};

static void send_fd(int over, struct message m, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = &m, .iov_len = sizeof(m) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	if (sendmsg(over, &msg, 0) != sizeof(m))
		abort();
}

static struct message receive(int over, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct message m = { 0, 0 };
	struct iovec iov = { .iov_base = &m, .iov_len = sizeof(m) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };

	*fd = -1;
	if (recvmsg(over, &msg, 0) != sizeof(m))
		_exit(0);
	if (CMSG_FIRSTHDR(&msg) != NULL)
		memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(*fd));
	return m;
}

static void child_main(int orders, int answers)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		struct reply r = { .fd = -1 };
		struct message m = receive(orders, &r.fd);
		struct stat st;

		if (m.order == ORDER_CLOSE)
			close(m.arg);
		if (m.order == ORDER_OPEN)
			r.fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (r.fd >= 0 && fstat(r.fd, &st) == 0)
			r.ino = (uint32_t)st.st_ino;
		if (write(answers, &r, sizeof(r)) != sizeof(r))
			_exit(1);
	}
}

static struct child start_child(void)
{
	struct child c;
	int pair[2], answers[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(pipe(answers), 0);
	c.pid = fork();
	assert_true(c.pid >= 0);
	if (c.pid == 0) {
		close(pair[0]);
		close(answers[0]);
		child_main(pair[1], answers[1]);
	}
	close(pair[1]);
	close(answers[1]);
	c.ask = pair[0];
	c.answer = answers[0];
	return c;
}

static struct reply tell(const struct child *c, enum order order, int arg, int fd)
{
	struct reply r;

	send_fd(c->ask, (struct message){ (int)order, arg }, fd);
	assert_int_equal(read(c->answer, &r, sizeof(r)), sizeof(r));
	return r;
}

static void end_child(struct child *c)
{
	close(c->ask);
	close(c->answer);
	kill(c->pid, SIGKILL);
	assert_int_equal(waitpid(c->pid, NULL, 0), c->pid);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->o = owners_new(NULL);
	f->pool = snap_pool_new();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	snap_unref(f->snap);
	snap_pool_free(f->pool);
	owners_free(f->o);
	free(f);
	return 0;
}

/* ---- tests ----------------------------------------------------------- */

static void test_owners_first_sample_finds_all(void **state)
{
	struct fixture *f = *state;
	int a = open_socket(), b = dup(a), c = open_socket();
	uint32_t ino[] = { inode_of(a), inode_of(c) };

	sample(f, ino, 2);
	assert_int_equal(holds(f, ino[0]), 2);
	assert_true(held_by(f, ino[0], getpid(), a));
	assert_true(held_by(f, ino[0], getpid(), b));
	assert_true(held_by(f, ino[1], getpid(), c));
	assert_int_equal(f->snap->n_proc, 1);
	assert_int_equal(f->snap->proc[0].sockets, 2);
	assert_int_equal(f->snap->proc[0].uid, geteuid());
	assert_true(f->snap->proc[0].start > 0);
	close(a);
	close(b);
	close(c);
}

static void test_owners_reads_nothing_until_there_is_a_socket_to_find(void **state)
{
	struct fixture *f = *state;
	int a = open_socket();
	uint32_t none = 0, ino = inode_of(a);

	for (int i = 0; i < 2; i++) {
		sample(f, &none, 1);
		assert_int_equal(f->snap->cost.readlinks + f->snap->cost.getdents, 0);
		assert_int_equal(f->snap->source[SRC_OWNERS].status, SOURCE_OK);
	}
	sample(f, &ino, 1);
	assert_true(held_by(f, ino, getpid(), a));
	close(a);
}

/* As a dump of one state does: sockets that are not told of still have their descriptors. */
static void test_owners_follow_a_choice_of_sockets(void **state)
{
	struct fixture *f = *state;
	int fd[] = { open_socket(), open_socket(), open_socket() };
	uint32_t ino[] = { inode_of(fd[0]), inode_of(fd[1]), inode_of(fd[2]) };

	for (size_t i = 0; i < 9; i++) {
		sample(f, &ino[i % 3], 1);
		assert_true(held_by(f, ino[i % 3], getpid(), fd[i % 3]));
		sample(f, ino, i % 4);
		for (size_t k = 0; k < i % 4; k++)
			assert_int_equal(holds(f, ino[k]), 1);
	}
	for (size_t i = 0; i < 3; i++)
		close(fd[i]);
}

static void test_owners_reused_number_is_seen_at_once(void **state)
{
	struct fixture *f = *state;
	int a = open_socket();
	uint32_t old = inode_of(a), now;

	sample(f, &old, 1);
	close(a);
	assert_int_equal(open_socket(), a);
	now = inode_of(a);
	sample(f, &now, 1);
	assert_int_equal(holds(f, now), 1);
	assert_true(held_by(f, now, getpid(), a));
	close(a);
}

static void test_owners_new_numbers_are_seen_at_once(void **state)
{
	struct fixture *f = *state;
	uint32_t ino[41];
	int fd[41];

	fd[0] = open_socket();
	ino[0] = inode_of(fd[0]);
	sample(f, ino, 1);
	for (int i = 1; i < 41; i++) {
		fd[i] = open_socket();
		ino[i] = inode_of(fd[i]);
	}
	sample(f, ino, 41);
	for (int i = 0; i < 41; i++)
		assert_true(held_by(f, ino[i], getpid(), fd[i]));
	assert_true(reads_little(f, ino, 41));
	for (int i = 0; i < 41; i++)
		close(fd[i]);
}

static void test_owners_fork_adds_a_holder_and_exit_takes_it(void **state)
{
	struct fixture *f = *state;
	int a = open_socket();
	uint32_t ino = inode_of(a);
	struct child c;

	sample(f, &ino, 1);
	c = start_child();
	sample(f, &ino, 1);
	assert_int_equal(holds(f, ino), 2);
	assert_true(held_by(f, ino, c.pid, a));
	end_child(&c);
	sample(f, &ino, 1);
	assert_int_equal(holds(f, ino), 1);
	close(a);
}

/* The parent keeps the socket, so it stays in the dump while the child's number means another. */
static void test_owners_child_reuses_number_of_a_shared_socket(void **state)
{
	struct fixture *f = *state;
	int a = open_socket();
	uint32_t ino[2] = { inode_of(a), 0 };
	struct child c = start_child();
	struct reply r;

	sample(f, ino, 1);
	assert_int_equal(holds(f, ino[0]), 2);
	tell(&c, ORDER_CLOSE, a, -1);
	r = tell(&c, ORDER_OPEN, 0, -1);
	assert_int_equal(r.fd, a);
	ino[1] = r.ino;
	for (int i = 0; i < SAMPLES_TO_FOLLOW; i++)
		sample(f, ino, 2);
	assert_int_equal(holds(f, ino[0]), 1);
	assert_true(held_by(f, ino[0], getpid(), a));
	assert_int_equal(holds(f, ino[1]), 1);
	assert_true(held_by(f, ino[1], c.pid, a));
	end_child(&c);
	close(a);
}

static void test_owners_follow_a_handover(void **state)
{
	struct fixture *f = *state;
	struct child c = start_child();
	int a = open_socket();
	uint32_t ino = inode_of(a);
	struct reply r;

	sample(f, &ino, 1);
	assert_true(held_by(f, ino, getpid(), a));
	r = tell(&c, ORDER_RECEIVE, 0, a);
	close(a);
	assert_int_equal(r.ino, ino);
	for (int i = 0; i < SAMPLES_TO_FOLLOW; i++)
		sample(f, &ino, 1);
	assert_int_equal(holds(f, ino), 1);
	assert_true(held_by(f, ino, c.pid, r.fd));
	end_child(&c);
}

struct family {
	pid_t child;
	uint32_t ino;
};

/* Has no socket at all until it is told to go; then it opens one, and a child gets it as well. */
static void open_and_fork(int go, int said)
{
	struct family f;
	struct stat st;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(go, &byte, 1) != 1 || fstat(socket(AF_INET, SOCK_DGRAM, 0), &st) != 0)
		_exit(1);
	f.ino = (uint32_t)st.st_ino;
	f.child = fork();
	if (f.child == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	else if (write(said, &f, sizeof(f)) != sizeof(f))
		_exit(1);
	for (;;)
		pause();
}

/* What it opened is known of its child already when its own turn comes. */
static void test_owners_follow_first_sockets_that_a_child_has_too(void **state)
{
	struct fixture *f = *state;
	int own = open_socket(), go[2], said[2];
	uint32_t ino[2] = { inode_of(own) };
	struct family family;
	pid_t pid;

	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(said), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(own);
		open_and_fork(go[0], said[1]);
	}
	sample(f, ino, 1);
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(read(said[0], &family, sizeof(family)), sizeof(family));
	ino[1] = family.ino;
	sample(f, ino, 2);
	assert_int_equal(holds(f, family.ino), 2);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(own);
	for (int i = 0; i < 2; i++) {
		close(go[i]);
		close(said[i]);
	}
}

/* In the queue of a socket nobody holds it; nothing is guessed, and the search ends. */
static void test_owners_in_flight_has_none(void **state)
{
	struct fixture *f = *state;
	int a = open_socket(), pair[2];
	uint32_t ino = inode_of(a);

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
	send_fd(pair[0], (struct message){ 0, 0 }, a);
	close(a);
	for (int i = 0; i < 8; i++)
		sample(f, &ino, 1);
	assert_int_equal(holds(f, ino), 0);
	assert_int_not_equal(snap_why(f->snap, row_of(f, ino)), WHY_OWNED);
	if (f->snap->source[SRC_OWNERS].status == SOURCE_OK)
		assert_int_equal(snap_why(f->snap, row_of(f, ino)), WHY_NO_PROCESS);
	assert_true(reads_little(f, &ino, 1));
	close(pair[0]);
	close(pair[1]);
}

/* So many that the slots which are read again in turn do not come to the child's for a while. */
#define MANY 1500

/* Who has ended holds nothing, although its number stays until somebody asks for its status. */
static void test_owners_zombie_holds_nothing(void **state)
{
	struct fixture *f = *state;
	struct rlimit found, limit;
	int a = open_socket(), more[MANY];
	uint32_t ino = inode_of(a);
	struct child c;
	siginfo_t info;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &found), 0);
	limit = (struct rlimit){ 2 * MANY, found.rlim_max };
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		skip();
	c = start_child();
	for (int i = 0; i < MANY; i++)
		more[i] = open_socket();
	sample(f, &ino, 1);
	assert_int_equal(holds(f, ino), 2);
	kill(c.pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)c.pid, &info, WEXITED | WNOWAIT), 0);
	for (int i = 0; i < SAMPLES_TO_FOLLOW; i++)
		sample(f, &ino, 1);
	assert_int_equal(holds(f, ino), 1);
	assert_true(held_by(f, ino, getpid(), a));
	end_child(&c);
	for (int i = 0; i < MANY; i++)
		close(more[i]);
	close(a);
	setrlimit(RLIMIT_NOFILE, &found);
}

struct private_table {
	pthread_barrier_t opened, done;
	int fd;
	uint32_t ino;
	bool refused;
};

static void *private_main(void *arg)
{
	struct private_table *p = arg;
	struct stat st;

	p->refused = unshare(CLONE_FILES) != 0;
	p->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fstat(p->fd, &st) == 0)
		p->ino = (uint32_t)st.st_ino;
	pthread_barrier_wait(&p->opened);
	pthread_barrier_wait(&p->done);
	close(p->fd);
	return NULL;
}

static void test_owners_thread_with_its_own_table(void **state)
{
	struct fixture *f = *state;
	struct private_table p = { .fd = -1 };
	pthread_t thread;

	pthread_barrier_init(&p.opened, NULL, 2);
	pthread_barrier_init(&p.done, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, private_main, &p), 0);
	pthread_barrier_wait(&p.opened);
	sample(f, &p.ino, 1);
	assert_true(p.refused || held_by(f, p.ino, getpid(), p.fd));
	/* It stays known, and goes when the thread does. */
	sample(f, &p.ino, 1);
	assert_true(p.refused || held_by(f, p.ino, getpid(), p.fd));
	pthread_barrier_wait(&p.done);
	pthread_join(thread, NULL);
	for (int i = 0; i < SAMPLES_TO_FOLLOW; i++)
		sample(f, &p.ino, 1);
	assert_int_equal(holds(f, p.ino), 0);
	pthread_barrier_destroy(&p.opened);
	pthread_barrier_destroy(&p.done);
}

static void test_owners_name_with_parentheses(void **state)
{
	struct fixture *f = *state;
	int a = open_socket();
	uint32_t ino = inode_of(a);
	char before[16];
	struct str comm;

	prctl(PR_GET_NAME, before);
	prctl(PR_SET_NAME, "a) (b\n1");
	sample(f, &ino, 1);
	comm = strpool_get(f->snap->str, f->snap->proc[0].comm);
	assert_int_equal(comm.len, 7);
	assert_memory_equal(comm.s, "a) (b\n1", 7);
	prctl(PR_SET_NAME, before);
	close(a);
}

/* MPTCP subflows share the inode of their MPTCP socket: both rows have the holder. */
static uint32_t own_fds(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/self/fd", &st), 0);
	return (uint32_t)st.st_size; /* 0 before Linux 6.2 */
}

static void test_owners_tell_parent_descriptors_and_limit(void **state)
{
	struct fixture *f = *state;
	struct child c = start_child();
	struct reply r = tell(&c, ORDER_OPEN, 0, -1);
	uint32_t inos[2], before = own_fds();
	int s = open_socket();
	const struct proc *p;
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	inos[0] = inode_of(s);
	inos[1] = r.ino;
	for (int i = 0; i < SAMPLES_TO_FOLLOW; i++)
		sample(f, inos, 2);
	p = &f->snap->proc[snap_find_proc(f->snap, getpid())];
	assert_int_equal(p->ppid, getppid());
	assert_int_equal(p->fds, before > 0 ? before + 1 : 0);
	assert_int_equal(p->fd_limit, limit.rlim_cur < UINT32_MAX ? limit.rlim_cur : UINT32_MAX);
	p = &f->snap->proc[snap_find_proc(f->snap, c.pid)];
	assert_int_equal(p->ppid, getpid());
	end_child(&c);
	close(s);
}

static void test_owners_rows_that_share_an_inode(void **state)
{
	struct fixture *f = *state;
	struct snap_builder *b = snap_build(f->pool, NULL);
	struct sock_ext x = { .ifindex = 0 };
	int a = open_socket();

	for (uint64_t cookie = 1; cookie <= 3; cookie++) {
		struct sock row = { .cookie = cookie, .ino = inode_of(a), .proto = PROTO_TCP };

		assert_int_equal(snap_add(b, &row, &x), 0);
	}
	assert_int_equal(owners_update(f->o, b, -1), 0);
	f->snap = snap_seal(b);
	for (uint32_t row = 0; row < 3; row++)
		assert_int_equal(f->snap->ext[row].n_owners, 1);
	assert_int_equal(f->snap->proc[0].sockets, 3);
	close(a);
}

static void test_owners_cancel_ends_the_walk(void **state)
{
	struct fixture *f = *state;
	struct snap_builder *b = snap_build(f->pool, NULL);
	const struct sock row = { .cookie = 1, .ino = 1 };
	const struct sock_ext x = { .ifindex = 0 };
	int pair[2];

	assert_int_equal(snap_add(b, &row, &x), 0);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(write(pair[1], "x", 1), 1);
	assert_int_equal(owners_update(f->o, b, pair[0]), -ECANCELED);
	snap_abandon(b);
	close(pair[0]);
	close(pair[1]);
}

static void test_owners_without_proc_says_so(void **state)
{
	struct fixture *f = *state;
	uint32_t ino = 1;

	owners_free(f->o);
	f->o = owners_new("/nonexistent");
	sample(f, &ino, 1);
	assert_int_equal(f->snap->source[SRC_OWNERS].status, SOURCE_ABSENT);
	assert_int_equal(snap_why(f->snap, 0), WHY_NOT_PERMITTED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_owners_first_sample_finds_all),
		TEST(test_owners_reads_nothing_until_there_is_a_socket_to_find),
		TEST(test_owners_follow_a_choice_of_sockets),
		TEST(test_owners_reused_number_is_seen_at_once),
		TEST(test_owners_new_numbers_are_seen_at_once),
		TEST(test_owners_fork_adds_a_holder_and_exit_takes_it),
		TEST(test_owners_child_reuses_number_of_a_shared_socket),
		TEST(test_owners_follow_a_handover),
		TEST(test_owners_follow_first_sockets_that_a_child_has_too),
		TEST(test_owners_in_flight_has_none),
		TEST(test_owners_zombie_holds_nothing),
		TEST(test_owners_thread_with_its_own_table),
		TEST(test_owners_name_with_parentheses),
		TEST(test_owners_tell_parent_descriptors_and_limit),
		TEST(test_owners_rows_that_share_an_inode),
		TEST(test_owners_cancel_ends_the_walk),
		TEST(test_owners_without_proc_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
