/* SPDX-License-Identifier: MIT */
/* A strict reader of JSON (RFC 8259) that only says whether it is JSON, for tests of what writes it. */
#ifndef SOCKEYE_TESTS_JSON_CHECK_H
#define SOCKEYE_TESTS_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * One value and nothing else, in valid UTF-8, and no control character (C0, DEL, C1) in it as it is,
 * not even a line break between tokens: a report is one line.
 */
bool json_is_valid(const char *s, size_t len);

#endif
