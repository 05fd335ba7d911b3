/* SPDX-License-Identifier: MIT */
/*
 * A filter as a command of ss, as the key Y shows it: ss-command FILTER. Ends with 1 and says on
 * stderr what ss cannot, with 2 where it is no filter.
 */
#include <stdio.h>
#include <string.h>

#include "sockeye/filter/filter.h"

int main(int argc, char **argv)
{
	const char *text = argc > 1 ? argv[1] : "";
	struct buf out = { 0 };
	struct err e;
	struct filter *f = filter_parse(text, strlen(text), &e);
	int status = f == NULL ? 2
			       : filter_print_ss(f, PROTO_BIT(PROTO_TCP) | PROTO_BIT(PROTO_UDP),
						 &out, &e) != 0;

	if (status == 0)
		puts(out.s);
	else
		fprintf(stderr, "%s\n", e.msg);
	filter_free(f);
	buf_free(&out);
	return status;
}
