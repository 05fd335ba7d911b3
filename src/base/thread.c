/* SPDX-License-Identifier: MIT */
#include "sockeye/base/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "sockeye/base/mem.h"

#define FAULT_STACK 32768

static const int faults[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS };

struct start {
	void *(*run)(void *arg);
	void *arg;
	void *stack;
};

static void *begin(void *p)
{
	struct start s = *(struct start *)p;
	stack_t old;
	void *result;

	free(p);
	sigaltstack(&(stack_t){ .ss_sp = s.stack, .ss_size = FAULT_STACK }, &old);
	result = s.run(s.arg);
	sigaltstack(&old, NULL);
	free(s.stack);
	return result;
}

int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg)
{
	struct start *s = malloc(sizeof(*s));
	void *stack = malloc(FAULT_STACK);
	sigset_t mask, old;
	int rc = ENOMEM;

	if (s != NULL && stack != NULL) {
		*s = (struct start){ .run = run, .arg = arg, .stack = stack };
		sigfillset(&mask);
		for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
			sigdelset(&mask, faults[i]);
		pthread_sigmask(SIG_SETMASK, &mask, &old);
		rc = pthread_create(thread, NULL, begin, s);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
	if (rc != 0) {
		free(stack);
		free(s);
	}
	return -rc;
}
