/* SPDX-License-Identifier: MIT */
#include "visitor.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/base/thread.h"
#include "sockeye/collect/clock.h"

enum stage { IDLE, ASKED, DONE, QUIT };

struct visitor {
	int home; /* our own namespace, to come back to; -1: there is no thread */
	pthread_t thread;
	clockid_t cpu_clock;

	pthread_mutex_t lock; /* over stage; what stands below is the thread's while ASKED */
	pthread_cond_t changed;
	enum stage stage;
	bool lost; /* the way back failed, and the thread has ended */
	int (*work)(void *ctx);
	void *ctx;
	int result;
};

struct visitor *visitor_new(void)
{
	struct visitor *v = xcalloc(1, sizeof(*v));

	v->home = -1;
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->changed, NULL);
	return v;
}

/* ---- the thread ------------------------------------------------------- */

int visitor_enter(const char *path, uint64_t ino)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc;
	struct stat st;

	if (fd < 0)
		return -errno;
	rc = fstat(fd, &st) == 0 ? 0 : -errno;
	if (rc == 0 && st.st_ino != ino)
		rc = -ESTALE;
	if (rc == 0 && setns(fd, CLONE_NEWNET) != 0)
		rc = -errno;
	close(fd);
	return rc;
}

int visitor_leave(struct visitor *v)
{
	if (setns(v->home, CLONE_NEWNET) == 0)
		return 0;
	v->lost = true;
	return -errno;
}

static void *run(void *arg)
{
	struct visitor *v = arg;

	prctl(PR_SET_NAME, "sockeye-netns");
	pthread_mutex_lock(&v->lock);
	while (v->stage != QUIT && !v->lost) {
		if (v->stage == ASKED) {
			pthread_mutex_unlock(&v->lock);
			v->result = v->work(v->ctx);
			pthread_mutex_lock(&v->lock);
			v->stage = DONE;
			pthread_cond_signal(&v->changed);
		} else {
			pthread_cond_wait(&v->changed, &v->lock);
		}
	}
	pthread_mutex_unlock(&v->lock);
	return NULL;
}

/* ---- who asks --------------------------------------------------------- */

static void set_stage(struct visitor *v, enum stage stage)
{
	pthread_mutex_lock(&v->lock);
	v->stage = stage;
	pthread_cond_signal(&v->changed);
	pthread_mutex_unlock(&v->lock);
}

static int begin(struct visitor *v)
{
	static const char *const self[] = { "/proc/thread-self/ns/net", "/proc/self/ns/net" };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(self) && v->home < 0; i++) {
		v->home = open(self[i], O_RDONLY | O_CLOEXEC);
		rc = v->home < 0 ? -errno : 0;
	}
	if (rc != 0)
		return rc;
	v->stage = IDLE;
	v->lost = false;
	rc = thread_start(&v->thread, run, v);
	if (rc != 0) {
		close(v->home);
		v->home = -1;
		return rc;
	}
	if (pthread_getcpuclockid(v->thread, &v->cpu_clock) != 0)
		v->cpu_clock = CLOCK_THREAD_CPUTIME_ID;
	return 0;
}

static void end(struct visitor *v)
{
	if (v->home < 0)
		return;
	set_stage(v, QUIT);
	pthread_join(v->thread, NULL);
	close(v->home);
	v->home = -1;
}

void visitor_free(struct visitor *v)
{
	if (v == NULL)
		return;
	end(v);
	pthread_cond_destroy(&v->changed);
	pthread_mutex_destroy(&v->lock);
	free(v);
}

int visitor_run(struct visitor *v, int (*work)(void *ctx), void *ctx, int *result)
{
	bool lost;
	int rc = v->home < 0 ? begin(v) : 0;

	if (rc != 0)
		return rc;
	v->work = work;
	v->ctx = ctx;
	set_stage(v, ASKED);
	pthread_mutex_lock(&v->lock);
	while (v->stage != DONE)
		pthread_cond_wait(&v->changed, &v->lock);
	v->stage = IDLE;
	*result = v->result;
	lost = v->lost;
	pthread_mutex_unlock(&v->lock);
	if (lost) /* with the thread its hold on the namespace ends */
		end(v);
	return 0;
}

int64_t visitor_cpu_ns(const struct visitor *v)
{
	return v->home >= 0 ? clock_ns(v->cpu_clock) : 0;
}
