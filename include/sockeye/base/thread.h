/* SPDX-License-Identifier: MIT */
/*
 * How every thread of ours is started. It takes no signal but those of its own faults, so that the
 * others come to the thread that was there first; and its faults find a stack to be handled on, even
 * when they are that its own is used up.
 */
#ifndef SOCKEYE_BASE_THREAD_H
#define SOCKEYE_BASE_THREAD_H

#include <pthread.h>

/* 0, or -errno when there can be no thread. Joined or detached as any other. */
int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg);

#endif
