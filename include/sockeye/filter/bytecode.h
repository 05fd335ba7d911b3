/* SPDX-License-Identifier: MIT */
/*
 * The programs that inet_diag runs on each socket before it tells of it (INET_DIAG_REQ_BYTECODE,
 * linux/inet_diag.h): what filter_compile() makes, held to the kernel's own rules, and run here.
 *
 * Instructions are 4-aligned, in the byte order of the machine but for addresses. Each goes on
 * behind itself when it holds and jumps forward when it does not; a program that comes to its very
 * end lets the socket pass, one that jumps over it does not.
 */
#ifndef SOCKEYE_FILTER_BYTECODE_H
#define SOCKEYE_FILTER_BYTECODE_H

#include <stddef.h>
#include <stdint.h>

#include "sockeye/model/sock.h"

/* The attribute that carries a program counts its bytes in 16 bits, its own four included. */
#define BYTECODE_MAX 65528

/* The bytes of an instruction with its operand, addr bytes of address in it; 0: no such code. */
size_t bytecode_op_size(uint8_t code, size_t addr);

/* 0, or -EINVAL where the kernel would not take the program either. */
int bytecode_audit(const void *code, size_t len);

/*
 * Whether a program that passes the audit lets the socket pass: 1, 0, or -EOPNOTSUPP when it asks
 * for what struct sock does not know (device, mark, control group, how it was bound).
 */
int bytecode_run(const void *code, size_t len, const struct sock *s);

#endif
