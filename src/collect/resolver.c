/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/resolver.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/base/thread.h"

/* One question on its way from the list of those asked to the list of answers. */
struct job {
	struct job *next;
	struct resolved r;
};

struct list {
	struct job *first, *last;
};

struct resolver {
	pthread_t thread;
	pthread_mutex_t lock; /* over all below */
	pthread_cond_t asked_more;
	struct list asked, answers;
	bool looking; /* the thread is in lookup() */
	bool quit;
	int fd;
	size_t (*lookup)(uint32_t id, char *name, size_t size);
};

static void list_put(struct list *l, struct job *j)
{
	j->next = NULL;
	if (l->first == NULL)
		l->first = j;
	else
		l->last->next = j;
	l->last = j;
}

static struct job *list_take(struct list *l)
{
	struct job *j = l->first;

	if (j != NULL)
		l->first = j->next;
	return j;
}

static void list_free(struct list *l)
{
	struct job *j;

	while ((j = list_take(l)) != NULL) {
		free(j->r.name);
		free(j);
	}
}

static void destroy(struct resolver *r)
{
	list_free(&r->asked);
	list_free(&r->answers);
	pthread_cond_destroy(&r->asked_more);
	pthread_mutex_destroy(&r->lock);
	close(r->fd);
	free(r);
}

static void *resolve(void *arg)
{
	struct resolver *r = arg;
	char name[RESOLVER_ANSWER];

	pthread_mutex_lock(&r->lock);
	while (!r->quit) {
		struct job *j = list_take(&r->asked);

		if (j == NULL) {
			pthread_cond_wait(&r->asked_more, &r->lock);
			continue;
		}
		r->looking = true;
		pthread_mutex_unlock(&r->lock);
		j->r.len = r->lookup(j->r.id, name, sizeof(name));
		j->r.name = xmemdup(name, j->r.len);
		pthread_mutex_lock(&r->lock);
		r->looking = false;
		list_put(&r->answers, j);
		if (r->quit) { /* resolver_free() saw us looking and left the rest to us */
			pthread_mutex_unlock(&r->lock);
			destroy(r);
			return NULL;
		}
		eventfd_write(r->fd, 1);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

struct resolver *resolver_new(size_t (*lookup)(uint32_t id, char *name, size_t size))
{
	struct resolver *r = xcalloc(1, sizeof(*r));

	r->lookup = lookup;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->asked_more, NULL);
	r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->fd < 0 || thread_start(&r->thread, resolve, r) != 0) {
		destroy(r);
		return NULL;
	}
	return r;
}

void resolver_free(struct resolver *r)
{
	pthread_t thread;
	bool looking;

	if (r == NULL)
		return;
	pthread_mutex_lock(&r->lock);
	r->quit = true;
	looking = r->looking;
	thread = r->thread;
	pthread_cond_signal(&r->asked_more);
	pthread_mutex_unlock(&r->lock);
	if (looking) {
		pthread_detach(thread);
	} else {
		pthread_join(thread, NULL);
		destroy(r);
	}
}

int resolver_fd(const struct resolver *r)
{
	return r->fd;
}

void resolver_ask(struct resolver *r, uint32_t id)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->r.id = id;
	pthread_mutex_lock(&r->lock);
	list_put(&r->asked, j);
	pthread_cond_signal(&r->asked_more);
	pthread_mutex_unlock(&r->lock);
}

bool resolver_take(struct resolver *r, struct resolved *out)
{
	struct job *j;
	eventfd_t n;

	pthread_mutex_lock(&r->lock);
	j = list_take(&r->answers);
	if (j == NULL)
		(void)eventfd_read(r->fd, &n);
	pthread_mutex_unlock(&r->lock);
	if (j == NULL)
		return false;
	*out = j->r;
	free(j);
	return true;
}
