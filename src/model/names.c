/* SPDX-License-Identifier: MIT */
#include "sockeye/model/names.h"

#include <sys/socket.h>

#include "sockeye/base/mem.h"

struct state_info {
	const char *name, *brief, *word, *help;
};

// clang-format off
static const struct state_info states[ST_COUNT] = {
	[ST_ESTABLISHED] = { "ESTABLISHED", "ESTAB", "established", "connected, both sides may send" },
	[ST_SYN_SENT]    = { "SYN_SENT", "SYN_SENT", "syn-sent", "we have asked for a connection, no answer yet" },
	[ST_SYN_RECV]    = { "SYN_RECV", "SYN_RECV", "syn-recv", "half-open: a peer has asked, its last ACK has not come" },
	[ST_FIN_WAIT1]   = { "FIN_WAIT1", "FIN_WAIT1", "fin-wait-1", "we have closed, the peer has not acknowledged it" },
	[ST_FIN_WAIT2]   = { "FIN_WAIT2", "FIN_WAIT2", "fin-wait-2", "we have closed, the peer knows and has not closed" },
	[ST_TIME_WAIT]   = { "TIME_WAIT", "TIME_WAIT", "time-wait", "both have closed, the kernel waits for stray packets" },
	[ST_CLOSE]       = { "CLOSE", "CLOSE", "closed", "bound, not connected" },
	[ST_CLOSE_WAIT]  = { "CLOSE_WAIT", "CLOSE_WAIT", "close-wait", "the peer has closed, the program has not yet" },
	[ST_LAST_ACK]    = { "LAST_ACK", "LAST_ACK", "last-ack", "both have closed, the last acknowledgement is due" },
	[ST_LISTEN]      = { "LISTEN", "LISTEN", "listening", "waits for connections" },
	[ST_CLOSING]     = { "CLOSING", "CLOSING", "closing", "both sides have closed at the same time" },
};

static const struct {
	const char *name;
	unsigned state;
} state_aliases[] = {
	{ "estab", ST_ESTABLISHED },
	{ "syn-rcv", ST_SYN_RECV },
	{ "fin-wait1", ST_FIN_WAIT1 },
	{ "fin-wait2", ST_FIN_WAIT2 },
	{ "close", ST_CLOSE },
	{ "unconnected", ST_CLOSE },
	{ "unconn", ST_CLOSE },
	{ "bound-inactive", ST_CLOSE },
	{ "listen", ST_LISTEN },
};

const unsigned char state_life[ST_COUNT - 1] = {
	ST_ESTABLISHED, ST_SYN_SENT, ST_SYN_RECV, ST_FIN_WAIT1, ST_FIN_WAIT2, ST_TIME_WAIT,
	ST_CLOSE_WAIT, ST_LAST_ACK, ST_CLOSING, ST_CLOSE, ST_LISTEN,
};

static const struct {
	const char *name, *title, *help;
} whys[WHY_COUNT] = {
	[WHY_OWNED]         = { "owned", "", "a process holds it" },
	[WHY_TIME_WAIT]     = { "time-wait", "[time-wait]", "closed by both sides, kept by the kernel for a minute" },
	[WHY_HALF_OPEN]     = { "half-open", "[half-open]", "the handshake is not finished: there is no socket yet" },
	[WHY_NOT_ACCEPTED]  = { "not-accepted", "[not accepted yet]", "waits in a listener's queue for accept()" },
	[WHY_ORPHAN]        = { "orphan", "[orphan]", "closed by its process, the kernel finishes the connection" },
	[WHY_NOT_PERMITTED] = { "not-permitted", "[not permitted]", "some processes could not be looked into" },
	[WHY_OTHER_PIDNS]   = { "other-pidns", "[other pid namespace]", "held outside of this pid namespace" },
	[WHY_NO_PROCESS]    = { "no-process", "[no process found]", "in flight between processes, or the kernel's own" },
};

static const char *const protos[PROTO_COUNT] = {
	[PROTO_TCP]     = "tcp",
	[PROTO_UDP]     = "udp",
	[PROTO_UDPLITE] = "udplite",
	[PROTO_RAW]     = "raw",
	[PROTO_MPTCP]   = "mptcp",
	[PROTO_SCTP]    = "sctp",
	[PROTO_UNIX]    = "unix",
	[PROTO_PACKET]  = "packet",
	[PROTO_NETLINK] = "netlink",
	[PROTO_VSOCK]   = "vsock",
	[PROTO_XDP]     = "xdp",
};

/* As -f of ss has them. */
static const struct {
	uint8_t family;
	const char *name;
} families[] = {
	{ AF_INET, "inet" },       { AF_INET6, "inet6" }, { AF_UNIX, "unix" }, { AF_PACKET, "link" },
	{ AF_NETLINK, "netlink" }, { AF_VSOCK, "vsock" }, { AF_XDP, "xdp" },
};

static const struct {
	uint16_t type;
	const char *name;
} types[] = {
	{ SOCK_STREAM, "stream" }, { SOCK_DGRAM, "dgram" }, { SOCK_SEQPACKET, "seqpacket" },
	{ SOCK_RAW, "raw" },       { SOCK_RDM, "rdm" },     { SOCK_PACKET, "packet" },
};
// clang-format on

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '_' ? '-' : c;
}

bool name_equal(const char *s, size_t len, const char *name)
{
	size_t i = 0;

	while (i < len && name[i] != '\0' && fold(s[i]) == fold(name[i]))
		i++;
	return i == len && name[i] == '\0';
}

const char *state_name(unsigned state)
{
	return state > 0 && state < ST_COUNT ? states[state].name : "?";
}

const char *state_short(unsigned state)
{
	return state > 0 && state < ST_COUNT ? states[state].brief : "?";
}

const char *state_word(unsigned state)
{
	return state > 0 && state < ST_COUNT ? states[state].word : "?";
}

const char *state_help(unsigned state)
{
	return state > 0 && state < ST_COUNT ? states[state].help : "?";
}

unsigned state_by_name(const char *s, size_t len)
{
	for (unsigned st = 1; st < ST_COUNT; st++)
		if (name_equal(s, len, states[st].name) || name_equal(s, len, states[st].word))
			return st;
	for (size_t i = 0; i < ARRAY_SIZE(state_aliases); i++)
		if (name_equal(s, len, state_aliases[i].name))
			return state_aliases[i].state;
	return 0;
}

const char *proto_name(unsigned proto)
{
	return proto < PROTO_COUNT ? protos[proto] : "?";
}

unsigned proto_states(unsigned proto)
{
	switch ((enum proto)proto) {
	case PROTO_TCP:
	case PROTO_MPTCP:
		return ST_ALL;
	case PROTO_SCTP:
		return ST_ALL & ~(ST_BIT(ST_SYN_RECV) | ST_BIT(ST_TIME_WAIT) | ST_BIT(ST_CLOSING));
	case PROTO_UNIX:
	case PROTO_VSOCK:
		return ST_BIT(ST_ESTABLISHED) | ST_BIT(ST_SYN_SENT) | ST_BIT(ST_CLOSE) |
		       ST_BIT(ST_CLOSING) | ST_BIT(ST_LISTEN);
	case PROTO_UDP:
	case PROTO_UDPLITE:
	case PROTO_RAW:
	case PROTO_PACKET:
	case PROTO_NETLINK:
	case PROTO_XDP:
	case PROTO_COUNT:
		break;
	}
	return ST_BIT(ST_ESTABLISHED) | ST_BIT(ST_CLOSE);
}

const char *proto_title(unsigned proto)
{
	static const char *const titles[PROTO_COUNT] = {
		[PROTO_TCP] = "TCP",     [PROTO_UDP] = "UDP",       [PROTO_UDPLITE] = "UDP-Lite",
		[PROTO_RAW] = "raw",     [PROTO_MPTCP] = "MPTCP",   [PROTO_SCTP] = "SCTP",
		[PROTO_UNIX] = "UNIX",   [PROTO_PACKET] = "packet", [PROTO_NETLINK] = "netlink",
		[PROTO_VSOCK] = "vsock", [PROTO_XDP] = "XDP",
	};

	return proto < PROTO_COUNT ? titles[proto] : "?";
}

int proto_by_name(const char *s, size_t len)
{
	for (unsigned p = 0; p < PROTO_COUNT; p++)
		if (name_equal(s, len, protos[p]))
			return (int)p;
	return -1;
}

const char *family_name(unsigned family)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i].family == family)
			return families[i].name;
	return "?";
}

const char *type_name(unsigned type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return types[i].name;
	return "?";
}

const char *timer_name(unsigned timer)
{
	/* 5 came with Linux 7.1. */
	static const char *const names[] = {
		"-", "on", "keepalive", "timewait", "persist", "delack"
	};

	return timer < ARRAY_SIZE(names) ? names[timer] : "?";
}

const char *why_name(unsigned why)
{
	return why < WHY_COUNT ? whys[why].name : "?";
}

const char *why_title(unsigned why)
{
	return why < WHY_COUNT ? whys[why].title : "?";
}

const char *why_help(unsigned why)
{
	return why < WHY_COUNT ? whys[why].help : "?";
}

int why_by_name(const char *s, size_t len)
{
	for (unsigned w = WHY_OWNED + 1; w < WHY_COUNT; w++)
		if (name_equal(s, len, whys[w].name))
			return (int)w;
	return -1;
}
