/* SPDX-License-Identifier: MIT */
/* cmocka with what it needs included before it, and random numbers that can be had again. */
#ifndef SOCKEYE_TESTS_TEST_H
#define SOCKEYE_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Built with a sanitizer, which needs memory and threads of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* How many times longer than elsewhere things may take on this machine: SOCKEYE_SLOW, else 1. */
static inline int test_slow(void)
{
	const char *given = getenv("SOCKEYE_SLOW");
	int times = given ? atoi(given) : 1;

	return times > 1 ? times : 1;
}

/* The seed of a property test: SOCKEYE_TEST_SEED, else the clock; printed, to repeat a failure. */
static inline uint64_t test_seed(void)
{
	const char *given = getenv("SOCKEYE_TEST_SEED");
	struct timespec now;
	uint64_t seed;

	clock_gettime(CLOCK_REALTIME, &now);
	seed = given ? strtoull(given, NULL, 0)
		     : (uint64_t)now.tv_sec ^ (uint64_t)now.tv_nsec << 20;
	printf("SOCKEYE_TEST_SEED=%#llx\n", (unsigned long long)seed);
	return seed;
}

/* The next number after *state, which starts as the seed (splitmix64). */
static inline uint64_t test_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

#endif
