/* SPDX-License-Identifier: MIT */
/* A socket pair whose far end plays the kernel: it answers what a test has written down. */
#ifndef SOCKEYE_TESTS_FAKENL_H
#define SOCKEYE_TESTS_FAKENL_H

#include <stddef.h>
#include <stdint.h>

#include "sockeye/collect/nl.h"

#define FAKENL_PORT 4711
#define FAKENL_SIZE (2 * NL_BUFFER_SIZE)

struct fakenl {
	struct nl *nl;  /* what the tested code uses; has FAKENL_PORT */
	int fd;         /* the far end */
	uint32_t seq;   /* of the messages that are added from now on; the first dump has 1 */
	uint16_t flags; /* of the same */
	size_t len;     /* of the datagram that is being made */
	_Alignas(8) unsigned char buf[FAKENL_SIZE];
};

void fakenl_open(struct fakenl *k);
/* Closes both ends, and nl unless it was given away (NULL). */
void fakenl_close(struct fakenl *k);

/* Adds a message to the datagram; returns its header's place, to be spoilt by a test. */
struct nlmsghdr *fakenl_add(struct fakenl *k, uint16_t type, const void *payload, size_t len);
void fakenl_add_code(struct fakenl *k, uint16_t type, int code); /* NLMSG_DONE, NLMSG_ERROR */
void fakenl_send(struct fakenl *k); /* the datagram, and begins another */
/* fakenl_add_code(NLMSG_DONE) and fakenl_send(). */
void fakenl_done(struct fakenl *k, int code);
/* Sends the messages of a recording (tests/fixtures/nl/NAME.bin) as if they were just asked for. */
void fakenl_replay(struct fakenl *k, const char *name);
/* The next request that came, without waiting; its length. */
size_t fakenl_request(struct fakenl *k, void *buf, size_t size);

#endif
