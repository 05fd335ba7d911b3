/* SPDX-License-Identifier: MIT */
/* What objects of all kinds of reports are made of. */
#ifndef SOCKEYE_SRC_OUTPUT_JSON_PIECES_H
#define SOCKEYE_SRC_OUTPUT_JSON_PIECES_H

#include "sockeye/output/json.h"

#define TIME_TEXT_SIZE 64

/* RFC 3339 in UTC, with milliseconds: its length, 0 for a time that is none. */
size_t time_text(char text[TIME_TEXT_SIZE], int64_t wall_ns);

void json_time(struct json *j, const char *key, int64_t wall_ns);
void json_cookie(struct json *j, uint64_t cookie, bool known);

#endif
