/* SPDX-License-Identifier: MIT */
#include "sockeye/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void (*die_hook)(void);

static int err_vset(struct err *e, int code, size_t pos, const char *fmt, va_list ap)
	__attribute__((format(printf, 4, 0)));

static int err_vset(struct err *e, int code, size_t pos, const char *fmt, va_list ap)
{
	if (!e)
		return code;
	e->code = code;
	e->pos = pos;
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	return code;
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, code, ERR_NO_POS, fmt, ap);
	va_end(ap);
	return code;
}

int err_at(struct err *e, int code, size_t pos, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, code, pos, fmt, ap);
	va_end(ap);
	return code;
}

void die(const char *fmt, ...)
{
	void (*hook)(void) = die_hook;
	va_list ap;

	die_hook = NULL;
	if (hook)
		hook();
	fputs("sockeye: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}
