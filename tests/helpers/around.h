/* SPDX-License-Identifier: MIT */
/* What goes on around a program that looks at sockets, each by a process that ends with this one. */
#ifndef SOCKEYE_TESTS_AROUND_H
#define SOCKEYE_TESTS_AROUND_H

#include <sys/types.h>

/* Both return -1 where that cannot be had. */
pid_t around_traffic(void);     /* connections come and go on 127.0.0.1, of TCP and of UDP */
pid_t around_name_server(void); /* on 127.0.0.1: every address has the name AROUND_NAME */
/* Ends it; -1 is fine. */
void around_end(pid_t pid);

#define AROUND_NAME "a.example"

#endif
