/* SPDX-License-Identifier: MIT */
#include "json_pieces.h"

#include <stdio.h>
#include <time.h>

#define NS_PER_MS INT64_C(1000000)

size_t time_text(char text[TIME_TEXT_SIZE], int64_t wall_ns)
{
	int64_t ms = wall_ns / NS_PER_MS - (wall_ns % NS_PER_MS < 0);
	time_t s = (time_t)(ms / 1000 - (ms % 1000 < 0));
	struct tm tm;
	size_t len;

	if (gmtime_r(&s, &tm) == NULL)
		return 0;
	len = strftime(text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	return len + (size_t)snprintf(text + len, TIME_TEXT_SIZE - len, ".%03dZ",
				      (int)(ms - (int64_t)s * 1000));
}

void json_time(struct json *j, const char *key, int64_t wall_ns)
{
	char text[TIME_TEXT_SIZE];
	size_t len = time_text(text, wall_ns);

	if (len > 0)
		json_str(j, key, text, len);
	else
		json_null(j, key);
}

void json_cookie(struct json *j, uint64_t cookie, bool known)
{
	char text[32];

	if (!known) {
		json_null(j, "cookie");
		return;
	}
	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)cookie);
	json_word(j, "cookie", text);
}
