/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target is one file that defines LLVMFuzzerTestOneInput(). With --enable-fuzzing libFuzzer
 * calls it; otherwise replay_main.c does, with the files of its corpus, under make check.
 */
#ifndef SOCKEYE_TESTS_FUZZ_H
#define SOCKEYE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts, so that the fuzzer keeps the input, when what must always hold does not. */
#define REQUIRE(holds)                                                              \
	do {                                                                        \
		if (!(holds)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds); \
			abort();                                                    \
		}                                                                   \
	} while (0)

#endif
