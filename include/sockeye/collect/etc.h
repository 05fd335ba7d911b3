/* SPDX-License-Identifier: MIT */
/* The names in /etc/services and /etc/hosts, read once. Lines that are not understood are left out. */
#ifndef SOCKEYE_COLLECT_ETC_H
#define SOCKEYE_COLLECT_ETC_H

#include "sockeye/base/strpool.h"
#include "sockeye/model/sock.h"

struct etc;

/* dir is where both files are, NULL for /etc. */
struct etc *etc_read(const char *dir);
void etc_free(struct etc *e);

/* The same from text, which may hold any bytes. */
struct etc *etc_parse(const char *services, size_t services_len, const char *hosts,
		      size_t hosts_len);

/* len 0: there is none. */
struct str etc_service(const struct etc *e, enum proto proto, uint16_t port);
struct str etc_host(const struct etc *e, const struct addr *a);

#endif
