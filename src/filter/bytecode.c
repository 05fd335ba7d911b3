/* SPDX-License-Identifier: MIT */
#include "sockeye/filter/bytecode.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"

#define OP_SIZE   sizeof(struct inet_diag_bc_op)
#define HOST_SIZE sizeof(struct inet_diag_hostcond)

/*
 * Bytes of each instruction without an address. A port is the "no" of a second instruction; mark
 * and control group are two words.
 */
static const uint8_t op_sizes[] = {
	[INET_DIAG_BC_NOP] = OP_SIZE,
	[INET_DIAG_BC_JMP] = OP_SIZE,
	[INET_DIAG_BC_S_GE] = 2 * OP_SIZE,
	[INET_DIAG_BC_S_LE] = 2 * OP_SIZE,
	[INET_DIAG_BC_D_GE] = 2 * OP_SIZE,
	[INET_DIAG_BC_D_LE] = 2 * OP_SIZE,
	[INET_DIAG_BC_AUTO] = OP_SIZE,
	[INET_DIAG_BC_S_COND] = OP_SIZE + HOST_SIZE,
	[INET_DIAG_BC_D_COND] = OP_SIZE + HOST_SIZE,
	[INET_DIAG_BC_DEV_COND] = OP_SIZE + 4,
	[INET_DIAG_BC_MARK_COND] = OP_SIZE + 8,
	[INET_DIAG_BC_S_EQ] = 2 * OP_SIZE,
	[INET_DIAG_BC_D_EQ] = 2 * OP_SIZE,
	[INET_DIAG_BC_CGROUP_COND] = OP_SIZE + 8,
};

size_t bytecode_op_size(uint8_t code, size_t addr)
{
	return code < ARRAY_SIZE(op_sizes) ? op_sizes[code] + addr : 0;
}

static struct inet_diag_bc_op op_at(const uint8_t *code, size_t at)
{
	struct inet_diag_bc_op op;

	memcpy(&op, code + at, sizeof(op));
	return op;
}

static bool is_host(uint8_t code)
{
	return code == INET_DIAG_BC_S_COND || code == INET_DIAG_BC_D_COND;
}

/* ---- audit ----------------------------------------------------------- */

/* The bytes of an address of the family; -1 for one that there is not. */
static int addr_size(uint8_t family)
{
	switch (family) {
	case AF_UNSPEC:
		return 0;
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	default:
		return -1;
	}
}

/* The bytes that the instruction at the start of code must have; 0 when it is none. */
static size_t needed(const uint8_t *code, size_t left)
{
	struct inet_diag_hostcond host;
	size_t size = bytecode_op_size(code[0], 0);
	int addr;

	if (!is_host(code[0]))
		return size <= left ? size : 0;
	if (size > left)
		return 0;
	memcpy(&host, code + OP_SIZE, sizeof(host));
	addr = addr_size(host.family);
	if (addr < 0 || host.prefix_len > 8 * addr)
		return 0;
	size += (size_t)addr;
	return size <= left ? size : 0;
}

/* Whether a jump of so many bytes stays in the program or goes just over its end. */
static bool is_jump(size_t jump, size_t size, size_t left)
{
	return jump >= size && jump % 4 == 0 && jump <= left + 4;
}

/*
 * In one pass, as all jumps go forward: the places that are jumped to are marked before they are
 * reached, and each must turn out to be the start of an instruction.
 */
int bytecode_audit(const void *code, size_t len)
{
	const uint8_t *bytes = code;
	uint8_t wanted[(BYTECODE_MAX / 4 + 2) / 8 + 1] = { 0 };
	size_t next = 0;

	if (len < OP_SIZE || len > BYTECODE_MAX || len % 4 != 0)
		return -EINVAL;
	for (size_t at = 0; at < len; at += 4) {
		struct inet_diag_bc_op op;
		size_t size, left = len - at;

		if (at < next) {
			if ((wanted[at / 32] >> at / 4 % 8 & 1) != 0)
				return -EINVAL;
			continue;
		}
		size = needed(bytes + at, left);
		op = op_at(bytes, at);
		if (size == 0 || !is_jump(op.yes, size, left) || op.yes > left)
			return -EINVAL;
		next = at + op.yes;
		if (op.code == INET_DIAG_BC_NOP)
			continue;
		if (!is_jump(op.no, size, left))
			return -EINVAL;
		wanted[(at + op.no) / 32] |= (uint8_t)(1u << (at + op.no) / 4 % 8);
	}
	return 0;
}

/* ---- running --------------------------------------------------------- */

/* As in the kernel, where IPv4 in an IPv6 socket is the only address of another family that fits.
 */
static bool host_holds(const uint8_t *operand, const struct sock *s, bool source)
{
	const struct addr *a = source ? &s->local : &s->remote;
	const uint8_t *want = operand + HOST_SIZE, *have;
	struct inet_diag_hostcond host;
	unsigned whole, rest;

	memcpy(&host, operand, sizeof(host));
	/* Ours are all of 16 bytes, IPv4 in the last four. */
	have = host.family == AF_INET ? a->b + 12 : a->b;
	whole = host.prefix_len / 8;
	rest = host.prefix_len % 8;
	if (host.port != -1 && host.port != (source ? s->lport : s->rport))
		return false;
	if (host.family == AF_UNSPEC)
		return true;
	if (host.family != s->family && !(host.family == AF_INET && addr_is_v4(a)))
		return false;
	if (memcmp(have, want, whole) != 0)
		return false;
	return rest == 0 || (have[whole] ^ want[whole]) >> (8 - rest) == 0;
}

/* One instruction: 1, 0 or -EOPNOTSUPP. */
static int holds(const uint8_t *code, size_t at, const struct sock *s)
{
	const uint8_t *operand = code + at + OP_SIZE;

	switch (code[at]) {
	case INET_DIAG_BC_NOP:
		return 1;
	case INET_DIAG_BC_JMP:
		return 0;
	case INET_DIAG_BC_S_GE:
		return s->lport >= op_at(operand, 0).no;
	case INET_DIAG_BC_S_LE:
		return s->lport <= op_at(operand, 0).no;
	case INET_DIAG_BC_S_EQ:
		return s->lport == op_at(operand, 0).no;
	case INET_DIAG_BC_D_GE:
		return s->rport >= op_at(operand, 0).no;
	case INET_DIAG_BC_D_LE:
		return s->rport <= op_at(operand, 0).no;
	case INET_DIAG_BC_D_EQ:
		return s->rport == op_at(operand, 0).no;
	case INET_DIAG_BC_S_COND:
		return host_holds(operand, s, true);
	case INET_DIAG_BC_D_COND:
		return host_holds(operand, s, false);
	default:
		return -EOPNOTSUPP;
	}
}

int bytecode_run(const void *code, size_t len, const struct sock *s)
{
	const uint8_t *bytes = code;
	size_t at = 0;

	while (at < len) {
		struct inet_diag_bc_op op = op_at(bytes, at);
		int held = holds(bytes, at, s);

		if (held < 0)
			return held;
		at += held > 0 ? op.yes : op.no;
	}
	return at == len;
}
