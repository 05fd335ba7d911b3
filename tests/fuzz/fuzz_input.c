/* SPDX-License-Identifier: MIT */
/*
 * Bytes from a terminal in pieces: before each a byte that says how long the piece is (low half)
 * and how much time passes before it (high half, in 50 ms).
 */
#include "fuzz.h"

#include <string.h>

#include "sockeye/screen/input.h"

#define LATER_MS 100000

static bool is_key(struct key k)
{
	uint32_t code = k.code;

	return (code > 0 && code < KEYC_BASE) || (code > KEYC_BASE && code <= KEYC_UNKNOWN) ||
	       (key_is_mouse(k) && key_mouse(k).did <= MOUSE_WHEEL_DOWN);
}

/* Takes all keys that are there; returns how many. */
static size_t drain(struct input *in, int64_t now_ms)
{
	struct key k;
	size_t n = 0;

	while (input_next(in, now_ms, &k)) {
		REQUIRE(is_key(k));
		n++;
	}
	return n;
}

static void feed(struct input *in, const uint8_t *bytes, size_t len, int64_t now_ms)
{
	size_t room;
	unsigned char *to = input_room(in, &room);

	REQUIRE(room >= len);
	memcpy(to, bytes, len);
	input_fed(in, len, now_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { 0 };
	struct key k;
	int64_t now_ms = 0;
	size_t keys = 0;

	input_bind(&in, "\033[[A", KEYC_F1);
	input_bind(&in, "\001x", KEYC_HOME);
	for (size_t at = 0; at < size;) {
		const uint8_t control = data[at++];
		size_t len = control & 15;

		if (len > size - at)
			len = size - at;
		now_ms += (control >> 4) * 50;
		keys += drain(&in, now_ms);
		feed(&in, data + at, len, now_ms);
		keys += drain(&in, now_ms);
		at += len;
	}
	/* However it ended: silence decides it, and then a key is a key. */
	while (input_wait_ms(&in, now_ms) >= 0) {
		now_ms += LATER_MS;
		keys += drain(&in, now_ms);
	}
	REQUIRE(keys <= size);
	feed(&in, (const uint8_t *)"q", 1, now_ms);
	REQUIRE(input_next(&in, now_ms, &k) && k.code == 'q');
	return 0;
}
