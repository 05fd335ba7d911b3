/* SPDX-License-Identifier: MIT */
/* Apart from term_curses.c, because <term.h> has a struct term of its own. */
#include "terminfo.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <term.h>
#include <unistd.h>

static bool has_string(const char *cap)
{
	const char *s = tigetstr(cap);

	return s && (intptr_t)s != -1;
}

int terminfo_check(const char *type, struct err *e)
{
	int known = 0, code = 0;

	if (!*type)
		return err_set(e, -ENOTSUP, "no terminal type: TERM is not set");
	/* Without a place for the verdict setupterm() would end the process. */
	if (setupterm(type, STDOUT_FILENO, &known) != 0)
		return err_set(e, -ENOTSUP, "terminal type \"%s\" is not known", type);
	if (!has_string("cup") || !has_string("clear"))
		code = err_set(e, -ENOTSUP, "terminal type \"%s\" cannot move the cursor", type);
	del_curterm(cur_term);
	return code;
}
