/* SPDX-License-Identifier: MIT */
/* States, protocols, families and reasons <-> text: the words people know, and every spelling of them. */
#ifndef SOCKEYE_MODEL_NAMES_H
#define SOCKEYE_MODEL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "sockeye/model/sock.h"

/* Equal but for case (ASCII only: a Turkish locale must not matter) and with - and _ alike. */
bool name_equal(const char *s, size_t len, const char *name);

/* As netstat and the kernel write them: "ESTABLISHED", "SYN_SENT", ... "?" for no state. */
const char *state_name(unsigned state);
/* At most 10 columns: "ESTAB" for ESTABLISHED, else the name. */
const char *state_short(unsigned state);
/* ss's filter word: "established", "syn-sent", "closed", "listening", ... */
const char *state_word(unsigned state);
/* One line for help and completion: "the peer closed, the program has not yet". */
const char *state_help(unsigned state);
/*
 * Any spelling: netstat's, the kernel's, ss's, its aliases, listen, any case (ASCII only, whatever
 * the locale), - and _ alike. Returns the state, or 0.
 */
unsigned state_by_name(const char *s, size_t len);

/* The order in which a person reads the states: the life of a connection, then CLOSE, LISTEN. */
extern const unsigned char state_life[ST_COUNT - 1];

const char *proto_name(unsigned proto);  /* "tcp" */
const char *proto_title(unsigned proto); /* "TCP", at most 10 columns */
/* ST_BIT() of the states that its sockets can be in. */
unsigned proto_states(unsigned proto);
int proto_by_name(const char *s, size_t len); /* any case; -1 */
const char *family_name(unsigned family);     /* "inet", "inet6", "unix", "link", ... */
const char *type_name(unsigned type);         /* of SOCK_STREAM: "stream" */

const char *timer_name(unsigned timer); /* idiag_timer, in ss's words; "-" for none */

const char *why_name(unsigned why);         /* as in JSON: "time-wait", "not-accepted", ... */
const char *why_title(unsigned why);        /* as on the screen: "[not accepted yet]" */
const char *why_help(unsigned why);         /* one line */
int why_by_name(const char *s, size_t len); /* -1 */

#endif
