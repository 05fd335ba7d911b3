/* SPDX-License-Identifier: MIT */
/*
 * The snapshot: every socket of one instant, frozen. It is the only thing that crosses from the
 * collector to whoever shows it.
 *
 * A builder is filled by one thread; snap_seal() freezes it; from then on any number of threads may
 * read it, and the last snap_unref() gives its memory back to the pool for the next one.
 */
#ifndef SOCKEYE_MODEL_SNAP_H
#define SOCKEYE_MODEL_SNAP_H

#include <stddef.h>
#include <stdint.h>

#include "sockeye/base/err.h"
#include "sockeye/base/strpool.h"
#include "sockeye/model/counters.h"
#include "sockeye/model/detail.h"
#include "sockeye/model/place.h"
#include "sockeye/model/sock.h"
#include "sockeye/model/sysctls.h"

struct owner {
	uint32_t proc; /* row in snap.proc */
	int32_t fd;
};

struct proc {
	int32_t pid;
	uint32_t uid;      /* effective, of the process (not of the socket) */
	uint32_t comm;     /* string id */
	uint32_t sockets;  /* sockets of this snapshot that it holds, each once */
	uint64_t start;    /* clock ticks after boot: with pid, the identity of the process */
	int32_t ppid;      /* 0: not known */
	uint32_t fds;      /* open descriptors of all kinds (Linux >= 6.2); 0: not known */
	uint32_t fd_limit; /* soft RLIMIT_NOFILE, UINT32_MAX for unlimited; 0: not known */
	uint32_t place;    /* row of snap.place */
};

/* Where processes and sockets are: one row for each control group. Parts are string ids. */
struct place {
	uint32_t path; /* of the control group, as the kernel gives it */
	uint32_t container, pod, unit;
	uint8_t runtime; /* enum runtime */
	uint8_t tells;   /* how much it says; of several, a socket is in the one that says most */
};

struct user {
	uint32_t uid, name; /* name: string id, or STR_NONE when there is none */
};

struct ifname {
	uint32_t netns; /* row of snap.netns; IDX_NONE where there is none */
	uint32_t ifindex, name;
};

struct cgroup {
	uint64_t id;   /* INET_DIAG_CGROUP_ID */
	uint32_t path; /* string id: below the root of cgroup2, raw; STR_NONE: not found */
};

/* A network namespace that was looked into. */
struct netns {
	uint64_t ino;  /* of its file, as in /proc/PID/ns/net: what it is known by */
	uint32_t name; /* string id: of ip netns, or its container's; STR_NONE */
	int32_t pid;   /* one of the processes in it; 0: none is known */
	uint64_t salt; /* the cookies of its rows are the kernel's, and this by exclusive or */
	uint16_t port_first, port_last; /* ip_local_port_range */
	bool own;                       /* we are in it ourselves */
};

/* The kernel's default of ip_local_port_range. */
#define LOCAL_PORT_FIRST 32768
#define LOCAL_PORT_LAST  60999

/* A number for struct netns.salt, which is another for each namespace. */
static inline uint64_t netns_salt(uint64_t ino)
{
	return (ino + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

/* Where rows or facts come from, and how well that went. Every source that was asked has one. */
enum source_id {
	SRC_TCP, /* as enum proto */
	SRC_UDP,
	SRC_UDPLITE,
	SRC_RAW,
	SRC_MPTCP,
	SRC_SCTP,
	SRC_UNIX,
	SRC_PACKET,
	SRC_NETLINK,
	SRC_VSOCK,
	SRC_XDP,
	SRC_OWNERS,
	SRC_COUNTERS,
	SRC_CGROUPS,
	SRC_NETNS, /* that there are no others, or what keeps us from them */
	SRC_ENDED, /* what came and went: snap.n_brief */
	SRC_COUNT
};

/* Where the sockets of a protocol come from. */
static inline enum source_id source_of(enum proto p)
{
	return (enum source_id)p;
}

enum source_status {
	SOURCE_NOT_ASKED,
	SOURCE_OK,
	SOURCE_PARTIAL, /* something is missing: see reason */
	SOURCE_ABSENT,  /* nothing came: see reason */
};

struct source_state {
	enum source_status status;
	char reason[120]; /* for people; ASCII made by us; empty when SOURCE_OK */
};

/* When a socket began: between two samples, by CLOCK_MONOTONIC. */
struct birth {
	int64_t first_ns;  /* the end of the dump that told of it first */
	int64_t before_ns; /* the begin of the one before that, which did not; 0: there was none */
};

struct snap_cost { /* own cost of this sample, nanoseconds */
	int64_t dump_ns, owners_ns, total_ns, cpu_ns;
	uint64_t readlinks, getdents; /* work of the owner map */
};

struct snap {
	uint64_t seq;             /* 1, 2, ... of this run */
	int64_t wall_ns, mono_ns; /* when the dump began: CLOCK_REALTIME, CLOCK_MONOTONIC */
	int64_t prev_mono_ns; /* of the snapshot before, 0 for the first: the time that deltas are over */
	uint32_t n_sock, n_owner, n_proc, n_user, n_ifname, n_netns;
	const struct sock *sock;
	const struct sock_ext *ext;  /* the same rows */
	const struct owner *owner;   /* runs per socket, by pid and fd */
	const struct proc *proc;     /* by pid; those that hold one of these sockets */
	const struct user *user;     /* by uid; every uid of sock and proc */
	const struct ifname *ifname; /* by netns and ifindex */
	const struct strpool *str;
	struct counters counters;
	struct sysctls sysctls;
	const struct detail *detail; /* of the socket that was asked for, or NULL */
	const struct tcp_stat *tcp;  /* the same rows as sock, where want.tcp_stat; or NULL */
	/*
	 * Where want.places, else 0 and NULL: row 0 of place is that of what is not known. in_place: the
	 * same rows as sock; of those who hold a socket and the group that it was made in, the place that
	 * says most, else that of the listener it came through.
	 */
	uint32_t n_place;
	const struct place *place;
	const uint32_t *in_place;
	const uint32_t
		*detail_at; /* the same rows, where want.details: snap_row_detail(); or NULL */
	const unsigned char *details;
	const struct cgroup *cgroup; /* by id; those of details */
	uint32_t n_cgroup;
	/* tcp[].out and .in are what went since the snapshot before; where false they are 0. Of a row that
	 * was not there then all counts, but only where it is known that it was born since. */
	bool rated;
	/* Where want.netns, else 0 and NULL: ours first where it is there, then by inode. */
	const struct netns *netns;
	const uint32_t *in_netns;  /* the same rows as sock: a row of netns each */
	const struct birth *birth; /* the same rows as sock, where want.births; or NULL */
	/*
	 * So many rows behind the n_sock of sock and ext are of sockets that came and went between the
	 * sample before and this one (SOCK_BRIEF), where want.brief. No cookie finds them. Their owners
	 * are those of the listener that they came through.
	 */
	uint32_t n_brief;
	uint64_t brief_lost; /* so many, or more, may have been besides: nobody could note them */
	bool brief_known;    /* of every protocol in it that has connections, all could be told */
	struct source_state source[SRC_COUNT];
	char owners_how
		[80]; /* by which way owners are found, and why by no better; ASCII made by us */
	struct snap_cost cost;
	uint16_t port_first,
		port_last; /* ip_local_port_range: ports that the kernel gives out itself, in the
			      first of netns */
	uint16_t whole[PROTO_COUNT]; /* ST_BIT() of the states of which every socket is in it */
	uint16_t protos;             /* PROTO_BIT() of those that it has rows of */
	uint32_t choice;             /* struct thin.choice of what was asked for; 0: all */
	bool thinned; /* what nobody looks at may be missing (struct thin): rows do not add up to totals */
	bool placed;       /* want.places: where things are was asked for */
	bool detailed;     /* want.details: what else there is to each socket was asked for */
	bool since_untold; /* a CLOSE_WAIT is older than this run has seen it: how old, nobody said */
	bool close_known; /* TCP sockets in CLOSE are in it: asked for, and the kernel (>= 6.8) reports them */
};

/* ---- reading --------------------------------------------------------- */

const struct snap *snap_ref(const struct snap *s);
void snap_unref(const struct snap *s); /* takes one reference; NULL is fine; any thread */

const char *source_name(enum source_id id); /* "tcp", "unix", "owners", ... */

/* Why the socket has no process; WHY_OWNED when it has one. */
static inline enum why snap_why(const struct snap *s, uint32_t row)
{
	return s->ext[row].n_owners ? WHY_OWNED : (enum why)s->ext[row].owner;
}

/* Row of the listening socket that a connection came through, or IDX_NONE. */
static inline uint32_t snap_listener(const struct snap *s, uint32_t row)
{
	return s->sock[row].proto == PROTO_TCP ? s->ext[row].listener : IDX_NONE;
}

/* Row of the socket at the other end of a UNIX socket, or IDX_NONE. */
static inline uint32_t snap_peer(const struct snap *s, uint32_t row)
{
	return s->sock[row].proto == PROTO_UNIX ? s->ext[row].peer : IDX_NONE;
}

/* The row of the socket with this cookie, or IDX_NONE. */
uint32_t snap_find(const struct snap *s, uint64_t cookie);
/* The row in s->proc, or IDX_NONE. */
uint32_t snap_find_proc(const struct snap *s, int32_t pid);
/* The user's name, or STR_NONE. */
uint32_t snap_user_name(const struct snap *s, uint32_t uid);
/* The interface's row in s->ifname, or IDX_NONE; its name, or STR_NONE. netns as snap_netns(). */
uint32_t snap_find_if(const struct snap *s, uint32_t netns, uint32_t ifindex);
uint32_t snap_if_name(const struct snap *s, uint32_t netns, uint32_t ifindex);
/* Whether it is known how many bytes went through the socket since the snapshot before. */
bool snap_rated(const struct snap *s, uint32_t row);
/* A number that is over the time since the snapshot before, as one a second; 0 without one. */
uint64_t snap_per_s(const struct snap *s, uint64_t n);
/* Row in s->user, or IDX_NONE. */
uint32_t snap_find_user(const struct snap *s, uint32_t uid);
/* Where a socket is; never NULL: row 0, or an empty one, is of what is not known or nobody asked. */
const struct place *snap_place(const struct snap *s, uint32_t row);
const struct place *snap_proc_place(const struct snap *s, uint32_t proc);
/*
 * What the kernel told of a row where that was asked for (want.details): cookie, error and holders
 * stay empty. False when it told nothing, as of TIME_WAIT.
 */
bool snap_row_detail(const struct snap *s, uint32_t row, struct detail *d);
/* The path of a control group of details, or STR_NONE. */
uint32_t snap_cgroup_path(const struct snap *s, uint64_t id);
/* Of details, the row in s->cgroup of the group that the socket was made in; IDX_NONE: not told. */
uint32_t snap_row_cgroup(const struct snap *s, uint32_t row);
/* The same of SO_MARK; false where it was not told. */
bool snap_row_mark(const struct snap *s, uint32_t row, uint32_t *mark);

/* Row in s->netns of the namespace that a socket is in; IDX_NONE where nobody asked. */
static inline uint32_t snap_netns(const struct snap *s, uint32_t row)
{
	return s->in_netns != NULL ? s->in_netns[row] : IDX_NONE;
}

/* What the namespace is known by; 0 where nobody asked. */
static inline uint64_t snap_netns_ino(const struct snap *s, uint32_t row)
{
	return s->in_netns != NULL ? s->netns[s->in_netns[row]].ino : 0;
}

/* The number that the kernel knows the socket by. */
static inline uint64_t snap_kernel_cookie(const struct snap *s, uint32_t row)
{
	return s->sock[row].cookie ^ (s->in_netns != NULL ? s->netns[s->in_netns[row]].salt : 0);
}

/* Whether the local port may be one that the kernel has given out. */
static inline bool snap_port_is_local(const struct snap *s, uint32_t row)
{
	uint16_t port = s->sock[row].lport;

	if (s->in_netns == NULL)
		return port >= s->port_first && port <= s->port_last;
	return port >= s->netns[s->in_netns[row]].port_first &&
	       port <= s->netns[s->in_netns[row]].port_last;
}

/* Row in s->netns, or IDX_NONE. */
uint32_t snap_find_netns(const struct snap *s, uint64_t ino);

/* ---- building: one thread -------------------------------------------- */

struct snap_pool; /* recycles the memory of dead snapshots; outlives them all */
struct snap_builder;

struct snap_pool *snap_pool_new(void);
void snap_pool_free(struct snap_pool *p); /* after the last snap_unref() */

/* prev, which may be NULL, is borrowed until snap_seal(). */
struct snap_builder *snap_build(struct snap_pool *p, const struct snap *prev);
void snap_abandon(struct snap_builder *b); /* takes b */
const struct snap *snap_prev(const struct snap_builder *b);
/* From this many rows on, snap_add() refuses. Until it is called there is no such number. */
void snap_limit(struct snap_builder *b, uint32_t rows);

/* That so many rows are likely to come: room for them is made at once. */
void snap_expect(struct snap_builder *b, uint32_t rows);
/* That a row with this cookie is going to be added soon, some sixteen rows from now. */
void snap_announce(const struct snap_builder *b, uint64_t cookie);

/*
 * Adds a socket unless its cookie is there already (a dump under churn repeats rows). The owner and
 * listener fields of x are filled by snap_seal(), since_s where it is 0. 0 for added, 1 for a double, -ENOMEM,
 * -EFBIG for one row more than snap_limit() allows.
 */
int snap_add(struct snap_builder *b, const struct sock *s, const struct sock_ext *x);

/* Arrays beside the rows, which a snapshot has only where somebody asks for what is in them. */
enum snap_side {
	SIDE_TCP,    /* struct tcp_stat: snap.tcp */
	SIDE_PLACE,  /* uint32_t, a row of snap.place: the group that the socket was made in */
	SIDE_DETAIL, /* uint32_t: snap.detail_at */
	SIDE_NETNS,  /* uint32_t: snap.in_netns; filled by snap_add() */
	SIDE_BIRTH,  /* struct birth: snap.birth, which snap_seal() fills */
	SIDE_COUNT
};

/* Before the first row: each row gets an entry of zeros in this array. */
void snap_with(struct snap_builder *b, enum snap_side side);
/* The entry of the row that was added last, until the next one is; NULL where there is no array. */
void *snap_beside(struct snap_builder *b, enum snap_side side);
/* The same of any row so far. */
void *snap_beside_row(struct snap_builder *b, enum snap_side side, uint32_t row);

/*
 * Gives the row that was added last what detail_pack() made; cgroup is its control group, or 0.
 * Nothing where there is no SIDE_DETAIL. 0 or -ENOMEM.
 */
int snap_put_detail(struct snap_builder *b, const unsigned char *packed, size_t len,
		    uint64_t cgroup);
/* The control groups of the details so far, each once, for their paths to be filled in. */
struct cgroup *snap_list_cgroups(struct snap_builder *b, uint32_t *n);

/*
 * With SIDE_NETNS, before the first row: adds a namespace. What is told of sockets, interfaces and
 * ports from then on is of it; those of the namespaces before are complete. n->ino is of none of
 * them. Its row, or IDX_NONE without memory. Names may come later.
 */
uint32_t snap_enter_netns(struct snap_builder *b, const struct netns *n);
void snap_name_netns(struct snap_builder *b, uint32_t netns, uint32_t name);
/* Those so far. Borrowed, valid until the next snap_enter_netns(). */
const struct netns *snap_netnses(const struct snap_builder *b, uint32_t *n);
/* Row of the namespace that a row so far is in; IDX_NONE where nobody asked. */
uint32_t snap_row_netns(const struct snap_builder *b, uint32_t row);
/* As snap_kernel_cookie(). */
uint64_t snap_row_kernel_cookie(const struct snap_builder *b, uint32_t row);

/*
 * Copies the TCP rows of the previous snapshot that are in this state, and in this namespace, and
 * whose cookie is not there yet: for states that are not asked for in each sample. 0 or -ENOMEM.
 */
int snap_carry(struct snap_builder *b, unsigned state);

/*
 * Takes over one row of the previous snapshot that a dump seems to have left out: TCP, ESTABLISHED,
 * with that inode, told of in the two samples before, and not there yet. Its row, or IDX_NONE.
 */
uint32_t snap_keep(struct snap_builder *b, uint32_t prev_row, uint32_t ino);

/*
 * Behind the last snap_add(): a socket that came and went between the sample before and this one. Its
 * owners and its listener are found by snap_seal(). 0 or -ENOMEM.
 */
int snap_add_brief(struct snap_builder *b, const struct sock *s, uint32_t ifindex);
/* Whether they could be told, and how many more may have been. */
void snap_set_brief(struct snap_builder *b, bool known, uint64_t lost);

/* The rows so far. Borrowed, valid until the next snap_add(). */
const struct sock *snap_rows(const struct snap_builder *b, uint32_t *n);

/* How many TCP rows are in this state so far. */
uint32_t snap_count(const struct snap_builder *b, enum tcp_state st);
/* What the kernel says of the row with this cookie of its own, if there is one, and it is in CLOSE_WAIT. */
void snap_set_since(struct snap_builder *b, uint64_t cookie, uint32_t since_s);
/* The same of one in LISTEN. */
void snap_set_drops(struct snap_builder *b, uint64_t cookie, uint32_t drops);

/* The row so far with this cookie, or IDX_NONE. */
uint32_t snap_row(const struct snap_builder *b, uint64_t cookie);
/* Who holds the row so far: fills at most max of out[], in the order they were added. How many. */
uint32_t snap_holders(const struct snap_builder *b, uint32_t row, struct owner *out, uint32_t max);

/* The processes so far. Borrowed, valid until the next snap_add_proc(). */
const struct proc *snap_procs(const struct snap_builder *b, uint32_t *n);

/* Adds a process; pids must ascend. Returns its row, or IDX_NONE without memory. */
uint32_t snap_add_proc(struct snap_builder *b, const struct proc *p);
/* Process row proc holds socket row by descriptor fd. Per process, fds ascend. 0 or -ENOMEM. */
int snap_add_owner(struct snap_builder *b, uint32_t row, uint32_t proc, int32_t fd);
/* Memory that the builder needs for holders, to use for something else until there are any. */
struct arena *snap_spare(struct snap_builder *b);

/*
 * Adds a place, with SIDE_PLACE; path is raw, len 0 where it is not known. Its row, which is never
 * 0, or 0 without memory.
 */
uint32_t snap_add_place(struct snap_builder *b, const struct place_text *t, struct str path);
/* Where a process is. */
void snap_set_proc_place(struct snap_builder *b, uint32_t proc, uint32_t place);

uint32_t snap_add_str(struct snap_builder *b, const void *bytes, size_t len);
/* Borrowed, valid until the next snap_add_str(). */
struct str snap_str(const struct snap_builder *b, uint32_t id);
void snap_add_user(struct snap_builder *b, uint32_t uid, uint32_t name);
void snap_add_ifname(struct snap_builder *b, uint32_t ifindex, uint32_t name);

struct counters *snap_counters(struct snap_builder *b);
struct sysctls *snap_sysctls(struct snap_builder *b);
/* An empty detail, which the snapshot has from then on. */
struct detail *snap_detail(struct snap_builder *b);
struct snap_cost *snap_cost(struct snap_builder *b);
void snap_set_times(struct snap_builder *b, int64_t wall_ns, int64_t mono_ns);
/* Until it is called: LOCAL_PORT_FIRST to LOCAL_PORT_LAST. */
void snap_set_local_ports(struct snap_builder *b, uint16_t first, uint16_t last);
void snap_set_close(struct snap_builder *b, bool known);
/* Rows that were not in the snapshot before may be older: they have come into what is asked for. */
void snap_set_births_unknown(struct snap_builder *b);
/* Of these states (ST_BIT()) of the protocol every socket is there; of the others some may be missing. */
void snap_set_thinned(struct snap_builder *b, enum proto proto, unsigned whole);
void snap_set_choice(struct snap_builder *b, uint32_t choice);
void snap_set_owners_how(struct snap_builder *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The first problem of a source stays. The reason is formatted and cleaned to ASCII. */
void snap_source_ok(struct snap_builder *b, enum source_id id);
enum source_status snap_status(const struct snap_builder *b, enum source_id id);
void snap_source_fail(struct snap_builder *b, enum source_id id, enum source_status st,
		      const char *fmt, ...) PRINTF_LIKE(4, 5);

/*
 * What is true of sockets with an inode that no process was found for: WHY_NOT_PERMITTED,
 * WHY_OTHER_PIDNS or WHY_NO_PROCESS. Default WHY_NO_PROCESS.
 */
void snap_set_unfound(struct snap_builder *b, enum why why);

/*
 * Freezes the builder and takes it: joins owners, finds each connection's listener, says why sockets
 * have no owner and to whom one was left, carries since_s over from prev by cookie where it is not told to be earlier, sorts users and interfaces.
 * Returns a snapshot with one reference, or NULL without memory.
 */
const struct snap *snap_seal(struct snap_builder *b);

#endif
