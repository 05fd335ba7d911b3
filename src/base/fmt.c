/* SPDX-License-Identifier: MIT */
#include "sockeye/base/fmt.h"

#include <string.h>

#include "sockeye/base/mem.h"

#define MINUTE 60ull
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* Beyond this an age is not an age but a broken clock: ">273y" stands for it. */
#define AGE_MAX_DAYS 99999

/* Digits of n with at least so many of them. */
static size_t put_number(char *buf, uint64_t n, size_t least)
{
	char digit[FMT_SIZE];
	size_t len = 0;

	do {
		digit[len++] = (char)('0' + n % 10);
		n /= 10;
	} while (n || len < least);
	for (size_t i = 0; i < len; i++)
		buf[i] = digit[len - 1 - i];
	return len;
}

static size_t put_unit(char *buf, size_t len, char unit)
{
	buf[len] = unit;
	buf[len + 1] = '\0';
	return len + 1;
}

size_t fmt_plain(char *buf, uint64_t n)
{
	size_t len = put_number(buf, n, 1);

	buf[len] = '\0';
	return len;
}

size_t fmt_group(char *buf, uint64_t n)
{
	char plain[FMT_SIZE];
	size_t digits = fmt_plain(plain, n), len = 0;

	for (size_t i = 0; i < digits; i++) {
		if (i && (digits - i) % 3 == 0)
			buf[len++] = ',';
		buf[len++] = plain[i];
	}
	buf[len] = '\0';
	return len;
}

/* n / unit to the nearest, a half going up; no overflow. */
static uint64_t div_round(uint64_t n, uint64_t unit)
{
	return n / unit + (n % unit >= unit - unit / 2);
}

/*
 * From 10,000 on: whole thousands, else three digits: 12k, 124k, 1.24M, 12.4M, 124M, 1.24G. What
 * rounds up to a thousand of one unit is written in the next, so it never takes a column more.
 */
static size_t put_short(char *buf, uint64_t n)
{
	static const char unit_name[] = "MGTPE";
	uint64_t unit = 1000000, scale = 100, value;
	size_t decimals = 2, i = 0, len;

	if (div_round(n, 1000) < 1000)
		return put_unit(buf, put_number(buf, div_round(n, 1000), 1), 'k');
	/* 64 bits end at 18.4E. */
	while (div_round(n, unit) >= 1000) {
		unit *= 1000;
		i++;
	}
	while (decimals && div_round(n, unit / scale) >= 1000) {
		scale /= 10;
		decimals--;
	}
	value = div_round(n, unit / scale);
	len = put_number(buf, value / scale, 1);
	if (decimals) {
		buf[len++] = '.';
		len += put_number(buf + len, value % scale, decimals);
	}
	return put_unit(buf, len, unit_name[i]);
}

size_t fmt_count(char *buf, uint64_t n)
{
	return n < 100000 ? fmt_group(buf, n) : put_short(buf, n);
}

size_t fmt_delta(char *buf, int64_t n)
{
	/* Not -n: the least number has no opposite. */
	uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	buf[0] = '\0';
	if (!n)
		return 0;
	buf[0] = n < 0 ? '-' : '+';
	return 1 + (size < 10000 ? fmt_group(buf + 1, size) : put_short(buf + 1, size));
}

size_t fmt_bytes(char *buf, uint64_t n)
{
	static const char unit_name[] = "kMGTPE";
	uint64_t unit = 1024, tenths;
	size_t i = 0, len;

	if (n < unit)
		return fmt_plain(buf, n);
	while (i + 1 < ARRAY_SIZE(unit_name) - 1 && div_round(n, unit) >= 1024) {
		unit *= 1024;
		i++;
	}
	tenths = n / unit * 10 + div_round(n % unit * 10, unit);
	if (tenths >= 100)
		return put_unit(buf, put_number(buf, div_round(n, unit), 1), unit_name[i]);
	len = put_number(buf, tenths / 10, 1);
	buf[len++] = '.';
	len += put_number(buf + len, tenths % 10, 1);
	return put_unit(buf, len, unit_name[i]);
}

/* "14m02s": the greater unit, then the smaller with two digits. */
static size_t put_pair(char *buf, uint64_t great, char great_unit, uint64_t small, char small_unit)
{
	size_t len = put_unit(buf, put_number(buf, great, 1), great_unit);

	return put_unit(buf, len + put_number(buf + len, small, 2), small_unit);
}

size_t fmt_age(char *buf, uint64_t seconds)
{
	if (seconds < MINUTE)
		return put_unit(buf, put_number(buf, seconds, 1), 's');
	if (seconds < HOUR)
		return put_pair(buf, seconds / MINUTE, 'm', seconds % MINUTE, 's');
	if (seconds < DAY)
		return put_pair(buf, seconds / HOUR, 'h', seconds % HOUR / MINUTE, 'm');
	if (seconds < 10 * DAY)
		return put_pair(buf, seconds / DAY, 'd', seconds % DAY / HOUR, 'h');
	if (seconds / DAY <= AGE_MAX_DAYS)
		return put_unit(buf, put_number(buf, seconds / DAY, 1), 'd');
	memcpy(buf, ">273y", sizeof(">273y"));
	return sizeof(">273y") - 1;
}

size_t fmt_interval(char *buf, unsigned ms)
{
	size_t len = put_number(buf, ms / 1000, 1);

	if (ms % 1000) {
		buf[len++] = '.';
		len += put_number(buf + len, ms % 1000, 3);
		while (buf[len - 1] == '0')
			len--;
	}
	return put_unit(buf, len, 's');
}
