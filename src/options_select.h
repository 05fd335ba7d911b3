/* SPDX-License-Identifier: MIT */
/* Which sockets the command line chooses: the tables and families of ss. */
#ifndef SOCKEYE_SRC_OPTIONS_SELECT_H
#define SOCKEYE_SRC_OPTIONS_SELECT_H

#include "sockeye/options.h"

/* What has been chosen so far; nothing chosen means the default. */
struct chosen {
	uint16_t types[PROTO_COUNT]; /* bits by SOCK_STREAM, ...; 0: not the protocol */
	bool absent[ABSENT_COUNT];
	bool v4, v6;
	bool any; /* some table was chosen, or taken out */
};

void chosen_add_protos(struct chosen *c, unsigned protos);
/* The word of -f, and the list of -A; false: there is no such family, or table. */
bool chosen_add_family(struct chosen *c, const char *name);
bool chosen_add_tables(struct chosen *c, const char *list);
void chosen_finish(const struct chosen *c, struct options *o);

#endif
