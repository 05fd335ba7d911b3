/* SPDX-License-Identifier: MIT */
/*
 * The live namer: /etc/services, /etc/hosts, and DNS, which is asked without waiting and never before
 * somebody asks. What is kept, what is under way and how long it takes are bounded; an address without
 * a name, or whose name could not be shown, is not asked for again for a while. One thread.
 */
#ifndef SOCKEYE_COLLECT_HOSTS_H
#define SOCKEYE_COLLECT_HOSTS_H

#include "sockeye/model/namer.h"

/* Questions under way, and addresses that are kept. */
#define HOSTS_ASKED 32
#define HOSTS_KEPT  4096

struct hosts_cfg {
	const char *dir;     /* of services and hosts; NULL: /etc */
	const char *servers; /* "127.0.0.1:5353,..."; NULL: those of /etc/resolv.conf */
	int timeout_ms;      /* of the first try of two; 0: one and a half seconds */
};

/* Reads no file and opens no socket until it is used. */
struct namer hosts_new(const struct hosts_cfg *cfg);
void hosts_free(struct namer *n);

/* Why no server can be asked; a constant, NULL when nothing stands against it. */
const char *hosts_missing(void);

#endif
