/* SPDX-License-Identifier: MIT */
/* What can be said of groups: names, which grouping has what, figures. */
#include "sockeye/model/names.h"
#include "sockeye/view/view.h"

#define BY(b)      (1u << BY_##b)
#define BY_GROUPS  ((1u << BY_COUNT) - 1u - BY(SOCKET))
#define BY_PLACE   (BY(CONTAINER) | BY(UNIT))
#define BY_OWNER   (BY(PROCESS) | BY(PROGRAM) | BY(USER) | BY_PLACE)
#define BY_BREAKUP (BY_GROUPS & ~BY(STATE)) /* whose groups hold sockets of many states */

static const char *const by_names[BY_COUNT] = {
	[BY_STATE] = "state",         [BY_PROCESS] = "process", [BY_PROGRAM] = "program",
	[BY_USER] = "user",           [BY_REMOTE] = "remote",   [BY_LISTENER] = "listener",
	[BY_CONTAINER] = "container", [BY_UNIT] = "unit",       [BY_NETNS] = "netns",
	[BY_SOCKET] = "socket",
};

static const struct column_info infos[COL_STATE] = {
#define COLUMN(id, name_, title_, width_, right_, help_) \
	[COL_##id] = { .name = (name_),                  \
		       .title = (title_),                \
		       .help = (help_),                  \
		       .width = (width_),                \
		       .right = (right_) },
#include "sockeye/view/columns.def"
};

/* The groupings whose rows have the column. */
static const uint16_t groupings[COL_STATE] = {
	[COL_KEY] = BY_GROUPS,
	[COL_SOCKETS] = BY_GROUPS,
	[COL_DELTA] = BY_GROUPS,
	[COL_IN_RATE] = BY_BREAKUP,
	[COL_OUT_RATE] = BY_BREAKUP,
	[COL_UDP] = BY_OWNER | BY(REMOTE) | BY(NETNS),
	[COL_SHARED] = BY_GROUPS,
	[COL_RECV_Q] = BY_GROUPS,
	[COL_SEND_Q] = BY_GROUPS,
	[COL_PROCESSES] = BY_GROUPS & ~BY(PROCESS),
	[COL_PEERS] = BY_GROUPS & ~BY(REMOTE),
	[COL_ADDRESSES] = BY(REMOTE),
	[COL_PID] = BY(PROCESS),
	[COL_COMM] = BY(PROCESS) | BY(PROGRAM),
	[COL_USER] = BY(PROCESS) | BY(USER),
	[COL_OWNER] = BY_OWNER,
	[COL_NEW] = BY_GROUPS,
	[COL_OLDEST] = BY_GROUPS,
	[COL_SEEN] = BY_GROUPS,
	[COL_HALF_SHARE] = BY_BREAKUP,
	[COL_IDLE] = BY_BREAKUP,
	[COL_NETNS] = BY_GROUPS & ~BY(STATE),
	[COL_INODE] = BY(NETNS),
	[COL_LISTENERS] = BY(LISTENER),
	[COL_ACCEPT_QUEUE] = BY(LISTENER),
	[COL_ACCEPT_MAX] = BY(LISTENER),
	[COL_DROPS] = BY(LISTENER),
	[COL_DROP_RATE] = BY(LISTENER),
	[COL_CONTAINER] = BY(PROCESS) | BY(CONTAINER) | BY(NETNS),
	[COL_UNIT] = BY(PROCESS) | BY(UNIT),
	[COL_RUNTIME] = BY(CONTAINER),
	[COL_POD] = BY(CONTAINER),
	[COL_LISTENS] = BY_OWNER,
	[COL_PORTS] = BY(REMOTE),
	[COL_TREND] = BY_GROUPS,
};

/* Keys of the JSON rows that have another name here. */
static const struct {
	const char *name;
	unsigned char by, means;
} aliases[] = {
	{ "state", BY_STATE, COL_KEY },    { "remote", BY_REMOTE, COL_KEY },
	{ "local", BY_LISTENER, COL_KEY }, { "owners", BY_SOCKET, F_PROCESS },
	{ "owner", BY_SOCKET, F_PROCESS }, { "netns", BY_NETNS, COL_KEY },
};

const char *by_name(enum by by)
{
	return by_names[by];
}

int by_by_name(const char *s, size_t len)
{
	for (int by = 0; by < BY_COUNT; by++)
		if (name_equal(s, len, by_names[by]))
			return by;
	return -1;
}

#define STATE_INFO(st, title_)                             \
	[ST_##st] = { .name = #st,                         \
		      .title = (title_),                   \
		      .help = "TCP sockets in this state", \
		      .width = 6,                          \
		      .right = true }

static const struct column_info state_infos[ST_COUNT] = {
	[0] = { .name = "?",
		.title = "?",
		.help = "TCP sockets in a state without a name",
		.width = 6,
		.right = true },
	STATE_INFO(ESTABLISHED, "Estab"),
	STATE_INFO(SYN_SENT, "SynSnt"),
	STATE_INFO(SYN_RECV, "SynRcv"),
	STATE_INFO(FIN_WAIT1, "FinWt1"),
	STATE_INFO(FIN_WAIT2, "FinWt2"),
	STATE_INFO(TIME_WAIT, "TimWt"),
	STATE_INFO(CLOSE, "Close"),
	STATE_INFO(CLOSE_WAIT, "ClWait"),
	STATE_INFO(LAST_ACK, "LstAck"),
	STATE_INFO(LISTEN, "Listen"),
	STATE_INFO(CLOSING, "Closng"),
};

const struct column_info *column_info(enum column c)
{
	return c < COL_STATE ? &infos[c] : &state_infos[c - COL_STATE];
}

int column_by_name(const char *s, size_t len)
{
	unsigned state;

	for (int c = 0; c < COL_STATE; c++)
		if (name_equal(s, len, infos[c].name))
			return c;
	state = state_by_name(s, len);
	return state != 0 ? COL_STATE + (int)state : -1;
}

bool column_of(enum by by, enum column c)
{
	unsigned in = c < COL_STATE ? groupings[c] : BY_BREAKUP;

	return in >> by & 1;
}

bool by_is_place(enum by by)
{
	return BY_PLACE >> by & 1;
}

bool column_is_place(enum column c)
{
	return c == COL_CONTAINER || c == COL_UNIT || c == COL_RUNTIME || c == COL_POD;
}

bool column_is_distinct(enum column c)
{
	return c == COL_PROCESSES || c == COL_PEERS || c == COL_ADDRESSES;
}

bool column_is_ends(enum column c)
{
	return c == COL_LISTENS || c == COL_PORTS;
}

bool column_is_rate(enum column c)
{
	return c == COL_IN_RATE || c == COL_OUT_RATE;
}

bool column_sorts(enum column c)
{
	return !column_is_ends(c) && c != COL_TREND && c != COL_IDLE && c != COL_NETNS &&
	       c != COL_INODE;
}

int sort_by_name(enum by by, const char *s, size_t len)
{
	int c;

	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (aliases[i].by == by && name_equal(s, len, aliases[i].name))
			return aliases[i].means;
	if (by == BY_SOCKET)
		return field_by_name(s, len);
	c = column_by_name(s, len);
	return c >= 0 && column_of(by, (enum column)c) && column_sorts((enum column)c) ? c : -1;
}

static uint64_t percent(uint64_t part, uint64_t whole)
{
	return whole > 0 ? part * 100 / whole : 0;
}

uint64_t group_number(const struct group *g, enum column c)
{
	switch (c) {
	case COL_SOCKETS:
		return g->sockets;
	case COL_DELTA:
		return (uint64_t)g->delta;
	case COL_IN_RATE:
		return g->in;
	case COL_OUT_RATE:
		return g->out;
	case COL_UDP:
		return g->udp;
	case COL_SHARED:
		return g->shared;
	case COL_RECV_Q:
		return g->recv_q;
	case COL_SEND_Q:
		return g->send_q;
	case COL_PROCESSES:
		return g->processes;
	case COL_PEERS:
		return g->peers;
	case COL_ADDRESSES:
		return g->addresses;
	case COL_PID:
		return g->why == WHY_OWNED ? (uint64_t)g->key.pid : 0;
	case COL_OWNER:
		return g->why;
	case COL_NEW:
		return g->born;
	case COL_OLDEST:
		return g->oldest_s;
	case COL_SEEN:
		/* Those that came first are on top, as the largest age. */
		return UINT32_MAX - g->seen_s;
	case COL_HALF_SHARE:
		return percent(g->state[ST_SYN_RECV], g->sockets);
	case COL_IDLE:
		return percent(g->idle, g->timed);
	case COL_DROPS:
		return g->drops;
	case COL_DROP_RATE:
		return g->dropped;
	case COL_LISTENERS:
		return g->listeners;
	case COL_ACCEPT_QUEUE:
		return g->accept_queue;
	case COL_ACCEPT_MAX:
		return g->accept_max;
	case COL_KEY:
	case COL_COMM:
	case COL_USER:
	case COL_CONTAINER:
	case COL_UNIT:
	case COL_RUNTIME:
	case COL_POD:
	case COL_LISTENS:
	case COL_PORTS:
	case COL_NETNS:
	case COL_INODE:
	case COL_TREND:
		return 0;
	case COL_STATE:
	case COL_COUNT:
		break;
	}
	return c < COL_COUNT ? g->state[c - COL_STATE] : 0;
}
