/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include "fakenl.h"
#include "sockeye/collect/nl.h"

#define TYPE 18

/* Rows are single numbers here: what a family puts into them is not nl's business. */
struct seen {
	uint32_t row[16];
	size_t n;
	int answer; /* of take_row() */
};

static int take_row(void *ctx, const void *payload, size_t len)
{
	struct seen *seen = ctx;

	if (len < sizeof(seen->row[0]))
		return -EBADMSG;
	assert_true(seen->n < 16);
	memcpy(&seen->row[seen->n++], payload, sizeof(seen->row[0]));
	return seen->answer;
}

struct fixture {
	struct fakenl k;
	struct seen seen;
	struct nl_stats st;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fakenl_open(&f->k);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fakenl_close(&f->k);
	free(f);
	return 0;
}

static void add_row(struct fixture *f, uint32_t value)
{
	fakenl_add(&f->k, TYPE, &value, sizeof(value));
}

static int dump(struct fixture *f, int cancel_fd)
{
	static const char body[8] = "request";
	struct nl_request rq = {
		.type = TYPE,
		.body = body,
		.len = sizeof(body),
		.row = take_row,
		.ctx = &f->seen,
	};

	f->st = (struct nl_stats){ 0 };
	f->seen.n = 0;
	return nl_dump(f->k.nl, &rq, cancel_fd, &f->st);
}

/* The rows that came are 1, 2, ... n, and the kernel ended the dump. */
static void assert_rows(const struct fixture *f, size_t n)
{
	assert_int_equal(f->seen.n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(f->seen.row[i], i + 1);
	assert_true(f->st.finished);
	assert_int_equal(f->st.rows, n);
}

static void assert_flawless(const struct fixture *f)
{
	assert_int_equal(f->st.dropped, 0);
	assert_false(f->st.truncated);
	assert_false(f->st.interrupted);
}

static void test_nl_hands_rows_over_in_order(void **state)
{
	struct fixture *f = *state;
	_Alignas(8) unsigned char sent[64];
	const struct nlmsghdr *h = (const void *)sent;

	add_row(f, 1);
	add_row(f, 2);
	fakenl_send(&f->k);
	add_row(f, 3);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, -1), 0);
	assert_rows(f, 3);
	assert_flawless(f);

	assert_int_equal(fakenl_request(&f->k, sent, sizeof(sent)), NLMSG_HDRLEN + 8);
	assert_int_equal(h->nlmsg_len, NLMSG_HDRLEN + 8);
	assert_int_equal(h->nlmsg_type, TYPE);
	assert_int_equal(h->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_equal(h->nlmsg_seq, 1);
	assert_memory_equal(sent + NLMSG_HDRLEN, "request", 8);
}

static void test_nl_numbers_dumps(void **state)
{
	struct fixture *f = *state;

	for (uint32_t seq = 1; seq <= 3; seq++) {
		f->k.seq = seq;
		add_row(f, 1);
		fakenl_done(&f->k, 0);
		assert_int_equal(dump(f, -1), 0);
		assert_rows(f, 1);
	}
}

static void test_nl_reads_the_error_in_done(void **state)
{
	struct fixture *f = *state;

	fakenl_done(&f->k, -ENOENT);
	assert_int_equal(dump(f, -1), -ENOENT);
	assert_rows(f, 0);
	assert_flawless(f);
}

static void test_nl_reads_the_error_message(void **state)
{
	struct fixture *f = *state;

	fakenl_add_code(&f->k, NLMSG_ERROR, -EINVAL);
	fakenl_send(&f->k);
	assert_int_equal(dump(f, -1), -EINVAL);
	assert_rows(f, 0);
	assert_flawless(f);
}

static void test_nl_passes_over_an_acknowledgement(void **state)
{
	struct fixture *f = *state;

	fakenl_add_code(&f->k, NLMSG_ERROR, 0);
	add_row(f, 1);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, -1), 0);
	assert_rows(f, 1);
	assert_flawless(f);
}

static void test_nl_takes_no_number_for_an_errno_that_is_none(void **state)
{
	static const int codes[] = { INT32_MIN, -4096 };
	struct fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		f->k.seq = (uint32_t)i + 1;
		fakenl_done(&f->k, codes[i]);
		assert_int_equal(dump(f, -1), -EBADMSG);
	}
	f->k.seq++;
	fakenl_done(&f->k, 5);
	assert_int_equal(dump(f, -1), 0);
}

static void test_nl_counts_a_short_end(void **state)
{
	struct fixture *f = *state;

	add_row(f, 1);
	fakenl_add(&f->k, NLMSG_DONE, "abc", 3);
	fakenl_send(&f->k);
	assert_int_equal(dump(f, -1), 0);
	assert_rows(f, 1);
	assert_int_equal(f->st.dropped, 1);

	f->k.seq = 2;
	fakenl_add(&f->k, NLMSG_ERROR, NULL, 0);
	fakenl_send(&f->k);
	assert_int_equal(dump(f, -1), -EBADMSG);
	assert_true(f->st.finished);
	assert_int_equal(f->st.dropped, 1);
}

static void test_nl_passes_over_messages_of_others(void **state)
{
	struct fixture *f = *state;
	uint32_t value = 99;

	f->k.seq = 0;
	add_row(f, 99);
	fakenl_add_code(&f->k, NLMSG_DONE, -EPERM);
	f->k.seq = 1;
	fakenl_add(&f->k, TYPE, &value, sizeof(value))->nlmsg_pid = FAKENL_PORT + 1;
	add_row(f, 1);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, -1), 0);
	assert_rows(f, 1);
	assert_flawless(f);
}

static void test_nl_drops_rows_that_do_not_hold_together(void **state)
{
	struct fixture *f = *state;
	uint32_t value = 99;

	fakenl_add(&f->k, TYPE, "ab", 2);
	add_row(f, 1);
	fakenl_add(&f->k, TYPE + 1, &value, sizeof(value));
	add_row(f, 2);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, -1), 0);
	assert_rows(f, 2);
	assert_int_equal(f->st.dropped, 2);
}

/* Behind a message of a wrong length nothing of its datagram can be found any more. */
static void test_nl_drops_the_rest_of_a_datagram_after_a_wrong_length(void **state)
{
	static const uint32_t wrong[] = { 0,         1,          NLMSG_HDRLEN - 1, 1000,
					  INT32_MAX, 0x80000000, UINT32_MAX };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint32_t value = 99;

		f->k.seq = (uint32_t)i + 1;
		add_row(f, 1);
		fakenl_add(&f->k, TYPE, &value, sizeof(value))->nlmsg_len = wrong[i];
		add_row(f, 99);
		fakenl_send(&f->k);
		add_row(f, 2);
		fakenl_done(&f->k, 0);
		assert_int_equal(dump(f, -1), 0);
		assert_rows(f, 2);
		assert_int_equal(f->st.dropped, 1);
	}
}

static void test_nl_drops_bytes_behind_the_last_message(void **state)
{
	struct fixture *f = *state;

	add_row(f, 1);
	memset(f->k.buf + f->k.len, 0xff, 7);
	f->k.len += 7;
	fakenl_send(&f->k);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, -1), 0);
	assert_rows(f, 1);
	assert_int_equal(f->st.dropped, 1);
}

static void test_nl_says_that_a_datagram_was_cut(void **state)
{
	struct fixture *f = *state;
	static const char filler[NL_BUFFER_SIZE];

	add_row(f, 1);
	fakenl_add(&f->k, NLMSG_NOOP, filler, sizeof(filler));
	fakenl_send(&f->k);
	add_row(f, 2);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, -1), 0);
	assert_rows(f, 2);
	assert_true(f->st.truncated);
}

static void test_nl_says_that_the_kernel_lost_messages(void **state)
{
	struct fixture *f = *state;

	fakenl_add(&f->k, NLMSG_NOOP, NULL, 0);
	fakenl_add(&f->k, NLMSG_OVERRUN, NULL, 0);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, -1), 0);
	assert_rows(f, 0);
	assert_true(f->st.truncated);
	assert_int_equal(f->st.dropped, 0);
}

static void test_nl_says_that_the_dump_was_interrupted(void **state)
{
	struct fixture *f = *state;

	add_row(f, 1);
	f->k.flags |= NLM_F_DUMP_INTR;
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, -1), 0);
	assert_rows(f, 1);
	assert_true(f->st.interrupted);
}

static void test_nl_ends_with_the_error_of_the_row(void **state)
{
	struct fixture *f = *state;

	add_row(f, 1);
	add_row(f, 2);
	fakenl_done(&f->k, 0);
	f->seen.answer = -ENOMEM;
	assert_int_equal(dump(f, -1), -ENOMEM);
	assert_int_equal(f->seen.n, 1);
	assert_false(f->st.finished);
}

static void test_nl_gives_up_when_cancelled(void **state)
{
	struct fixture *f = *state;
	int cancel_fd = eventfd(1, EFD_CLOEXEC);

	add_row(f, 1);
	fakenl_send(&f->k);
	assert_int_equal(dump(f, cancel_fd), -ECANCELED);
	assert_false(f->st.finished);
	close(cancel_fd);
}

/* The kernel refuses a dump while another one is under way on the same socket. */
static void test_nl_reads_away_what_was_abandoned(void **state)
{
	struct fixture *f = *state;
	int cancel_fd = eventfd(1, EFD_CLOEXEC);

	add_row(f, 98);
	fakenl_send(&f->k);
	add_row(f, 99);
	fakenl_done(&f->k, -EPERM);
	assert_int_equal(dump(f, cancel_fd), -ECANCELED);

	f->k.seq = 2;
	add_row(f, 1);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, -1), 0);
	assert_rows(f, 1);
	assert_flawless(f);
	close(cancel_fd);
}

static void test_nl_does_not_wait_for_ever(void **state)
{
	struct fixture *f = *state;
	struct timespec begin, end;

	add_row(f, 1);
	f->k.seq = 7;
	add_row(f, 99);
	fakenl_send(&f->k);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_int_equal(dump(f, -1), -ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true((end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000 >=
		    NL_SILENCE_MS - 1);
	assert_int_equal(f->seen.n, 1);
	assert_false(f->st.finished);
}

static void test_nl_says_that_the_socket_broke(void **state)
{
	struct fixture *f = *state;

	add_row(f, 1);
	fakenl_send(&f->k);
	close(f->k.fd);
	f->k.fd = -1;
	assert_int_equal(dump(f, -1), -EPIPE);
	assert_int_equal(f->seen.n, 0);
}

static sem_t interrupted;

static void on_alarm(int sig)
{
	(void)sig;
	sem_post(&interrupted);
}

/* Answers once the dump has been interrupted a few times. */
static void *late_kernel(void *arg)
{
	struct fixture *f = arg;

	for (int i = 0; i < 3; i++)
		while (sem_wait(&interrupted) != 0)
			;
	add_row(f, 1);
	fakenl_done(&f->k, 0);
	return NULL;
}

static void test_nl_goes_on_after_a_signal(void **state)
{
	struct fixture *f = *state;
	struct sigaction on = { .sa_handler = on_alarm }, old;
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } }, never = { { 0, 0 }, { 0, 0 } };
	sigset_t alarm_only;
	pthread_t kernel;

	sem_init(&interrupted, 0, 0);
	sigaction(SIGALRM, &on, &old);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
	assert_int_equal(pthread_create(&kernel, NULL, late_kernel, f), 0);
	pthread_sigmask(SIG_UNBLOCK, &alarm_only, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	assert_int_equal(dump(f, -1), 0);
	setitimer(ITIMER_REAL, &never, NULL);
	pthread_join(kernel, NULL);
	assert_rows(f, 1);
	assert_flawless(f);
	sigaction(SIGALRM, &old, NULL);
	sem_destroy(&interrupted);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_nl_hands_rows_over_in_order),
		WITH_FIXTURE(test_nl_numbers_dumps),
		WITH_FIXTURE(test_nl_reads_the_error_in_done),
		WITH_FIXTURE(test_nl_reads_the_error_message),
		WITH_FIXTURE(test_nl_passes_over_an_acknowledgement),
		WITH_FIXTURE(test_nl_takes_no_number_for_an_errno_that_is_none),
		WITH_FIXTURE(test_nl_counts_a_short_end),
		WITH_FIXTURE(test_nl_passes_over_messages_of_others),
		WITH_FIXTURE(test_nl_drops_rows_that_do_not_hold_together),
		WITH_FIXTURE(test_nl_drops_the_rest_of_a_datagram_after_a_wrong_length),
		WITH_FIXTURE(test_nl_drops_bytes_behind_the_last_message),
		WITH_FIXTURE(test_nl_says_that_a_datagram_was_cut),
		WITH_FIXTURE(test_nl_says_that_the_kernel_lost_messages),
		WITH_FIXTURE(test_nl_says_that_the_dump_was_interrupted),
		WITH_FIXTURE(test_nl_ends_with_the_error_of_the_row),
		WITH_FIXTURE(test_nl_gives_up_when_cancelled),
		WITH_FIXTURE(test_nl_reads_away_what_was_abandoned),
		WITH_FIXTURE(test_nl_does_not_wait_for_ever),
		WITH_FIXTURE(test_nl_says_that_the_socket_broke),
		WITH_FIXTURE(test_nl_goes_on_after_a_signal),
	};

	return cmocka_run_group_tests_name("nl", tests, NULL, NULL);
}
