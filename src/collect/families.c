/* SPDX-License-Identifier: MIT */
#include "families.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"
#include "sockeye/collect/devices.h"
#include "sockeye/collect/inet_diag.h"
#include "sockeye/collect/netfile.h"
#include "sockeye/collect/procnet.h"
#include "sockeye/collect/protocols.h"

#include "family.h"
#include "judge.h"

/*
 * A family that was refused is asked for again only now and then: the kernel tries to load a module
 * each time, and one may be there later.
 */
#define ASK_AGAIN_NS (60 * NS_PER_SEC)

/* Lines between two looks at cancel_fd. */
#define CANCEL_LINES 1024

// clang-format off
const struct family family_table[N_FAMILIES] = {
	{ .proto = PROTO_UDPLITE, .registered = "UDP-Lite" },
	{ .proto = PROTO_RAW, .registered = "RAW" },
	{ .proto = PROTO_MPTCP, .registered = "MPTCP" },
	{ .proto = PROTO_SCTP, .registered = "SCTP" },
	{ PROTO_UNIX, "UNIX", false, unix_diag_request, unix_diag_decode, "unix", procnet_unix, "no peers, queues, users; names make lines" },
	{ PROTO_PACKET, "PACKET", false, packet_diag_request, packet_diag_decode, "packet", procnet_packet, "without send queues" },
	{ PROTO_NETLINK, "NETLINK", false, netlink_diag_request, netlink_diag_decode, "netlink", procnet_netlink, "without types" },
	{ PROTO_VSOCK, "AF_VSOCK", false, vsock_diag_request, vsock_diag_decode, NULL, NULL, NULL },
	{ PROTO_XDP, "XDP", true, xdp_diag_request, xdp_diag_decode, NULL, NULL, NULL },
};
// clang-format on

/* Where rows go, and how they are made. */
struct sink {
	const struct family *family;
	struct snap_builder *b;
	struct devices *devices;
	unsigned details; /* enum detail_part, of inet protocols */
};

static int put_row(const struct sink *to, struct family_row *r)
{
	int rc;

	if (r->name_len > 0)
		r->sock.un.name = snap_add_str(to->b, r->name, r->name_len);
	devices_add(to->devices, r->ext.ifindex);
	rc = snap_add(to->b, &r->sock, &r->ext);
	return rc < 0 ? rc : 0;
}

/* ---- sock_diag ------------------------------------------------------- */

static int take_message(void *ctx, const void *payload, size_t len)
{
	const struct sink *to = ctx;
	struct family_row r;
	int rc = to->family->decode(payload, len, &r);

	return rc == 0 ? put_row(to, &r) : rc < 0 ? rc : 0;
}

/* AF_INET, then AF_INET6, which a kernel may lack. */
static int dump_inet(struct nl *nl, struct sink *to, int cancel_fd, struct nl_stats *st)
{
	struct inet_query q = { .proto = to->family->proto,
				.family = AF_INET,
				.devices = to->devices,
				.details = to->details };
	int rc = inet_diag_dump(nl, &q, to->b, cancel_fd, st);

	if (rc != 0)
		return rc;
	q.family = AF_INET6;
	rc = inet_diag_dump(nl, &q, to->b, cancel_fd, st);
	return rc == -ENOENT ? 0 : rc;
}

static int dump(struct nl *nl, struct sink *to, int cancel_fd, struct nl_stats *st)
{
	/* What the kernel reads is made of words. */
	_Alignas(uint32_t) uint8_t body[FAMILY_REQUEST_SIZE];
	struct nl_request rq = {
		.type = SOCK_DIAG_BY_FAMILY,
		.body = body,
		.row = take_message,
		.ctx = to,
	};

	if (to->family->request == NULL)
		return dump_inet(nl, to, cancel_fd, st);
	rq.len = to->family->request(body);
	return nl_dump(nl, &rq, cancel_fd, st);
}

/* ---- /proc/net ------------------------------------------------------- */

static bool is_cancelled(int cancel_fd)
{
	struct pollfd p = { .fd = cancel_fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static int read_file(const struct sink *to, const char *root, int cancel_fd, uint32_t *bad)
{
	struct netfile f;
	const char *line;
	size_t len;
	int rc = netfile_open(&f, root, to->family->file);

	if (rc != 0)
		return rc;
	for (uint32_t n = 0; (rc = netfile_line(&f, &line, &len)) != 0; n++) {
		struct family_row r;

		if (rc < 0 && rc != -EMSGSIZE)
			break;
		if (n % CANCEL_LINES == 0 && is_cancelled(cancel_fd)) {
			rc = -ECANCELED;
			break;
		}
		if (rc > 0 && to->family->parse(line, len, &r) == 0) {
			rc = put_row(to, &r);
			if (rc < 0)
				break;
		} else if (n > 0) { /* the first line is the head */
			++*bad;
		}
	}
	netfile_close(&f);
	return rc;
}

/* Whether there are files as those of UDP. */
static bool has_inet_files(enum proto proto)
{
	return proto == PROTO_UDPLITE || proto == PROTO_RAW;
}

static int read_files(const struct sink *to, const char *root, int cancel_fd, uint32_t *bad)
{
	enum proto proto = to->family->proto;
	int rc;

	if (to->family->file != NULL)
		return read_file(to, root, cancel_fd, bad);
	if (!has_inet_files(proto))
		return -ENOENT;
	rc = procnet_read(to->b, root, proto, AF_INET, cancel_fd, bad);
	if (rc != 0)
		return rc;
	rc = procnet_read(to->b, root, proto, AF_INET6, cancel_fd, bad);
	return rc == -ENOENT ? 0 : rc;
}

/* ---- one family ------------------------------------------------------ */

/* Where there are none, nothing is left to be told: of what the kernel has not, or counts none of. */
static void tell_absent(const struct sink *to, const char *root, int no_diag, int no_file)
{
	enum source_id id = source_of(to->family->proto);
	bool untold = no_diag == -ENOENT || no_diag == -EPROTONOSUPPORT;
	uint64_t sockets = 0;
	int registered = protocols_has(root, to->family->registered, &sockets);

	if (registered == 0 || (registered > 0 && to->family->counted && sockets == 0))
		snap_source_ok(to->b, id);
	else if (untold && no_file == -ENOENT)
		snap_source_fail(to->b, id, SOURCE_ABSENT,
				 "this kernel does not tell of such sockets%s",
				 registered > 0 ? "" : ", or has none");
	else
		snap_source_fail(to->b, id, SOURCE_ABSENT, "no sock_diag (%s), no /proc/net (%s)",
				 strerror(-no_diag), strerror(-no_file));
}

/*
 * no_diag: what sock_diag said. A kernel without it for raw sockets is common, and its files tell all
 * that a row has. 0, -ECANCELED or -ENOMEM.
 */
static int fall_back(const struct sink *to, const char *root, int no_diag, int cancel_fd)
{
	enum source_id id = source_of(to->family->proto);
	const char *lacks = to->family->lacks;
	uint32_t bad = 0;
	int rc = read_files(to, root, cancel_fd, &bad);

	if (rc == -ECANCELED || rc == -ENOMEM)
		return rc;
	if (rc == -EFBIG)
		snap_source_fail(to->b, id, SOURCE_PARTIAL, "not all sockets (--max-sockets)");
	else if (rc != 0)
		tell_absent(to, root, no_diag, rc);
	else if (bad > 0)
		snap_source_fail(to->b, id, SOURCE_PARTIAL,
				 "read from /proc/net, %u of its lines not understood",
				 (unsigned)bad);
	else if (lacks == NULL && no_diag == -ENOENT)
		snap_source_ok(to->b, id);
	else
		snap_source_fail(to->b, id, SOURCE_PARTIAL,
				 "no sock_diag (%s): read from /proc/net%s%s", strerror(-no_diag),
				 lacks != NULL ? ", " : "", lacks != NULL ? lacks : "");
	return 0;
}

static int ask_kernel(struct families *f, struct nl *nl, struct sink *to, int cancel_fd,
		      struct nl_stats *st)
{
	enum proto proto = to->family->proto;
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	int rc;

	if (now_ns < f->refused[proto].until_ns)
		return f->refused[proto].why;
	rc = dump(nl, to, cancel_fd, st);
	/* Ended by us, in the middle. */
	if (rc == -EFBIG || rc == -EPROTONOSUPPORT)
		nl_abandon(nl);
	if (judge_refused(rc, st) || rc == -EPROTONOSUPPORT ||
	    (rc == -ETIMEDOUT && st->rows == 0)) {
		f->refused[proto].until_ns = now_ns + ASK_AGAIN_NS;
		f->refused[proto].why = rc;
	}
	return rc;
}

static int update(struct families *f, struct nl *nl, int nl_error, const char *root,
		  struct sink *to, int cancel_fd)
{
	struct nl_stats st = { 0 };
	int rc = nl != NULL ? ask_kernel(f, nl, to, cancel_fd, &st) : nl_error;

	if (rc == -ECANCELED || rc == -ENOMEM)
		return rc;
	if (rc == -EPROTONOSUPPORT || (rc != 0 && rc != -EFBIG && st.rows == 0))
		return fall_back(to, root, rc, cancel_fd);
	judge_dump(to->b, source_of(to->family->proto), rc, &st);
	return 0;
}

int families_update(struct families *f, struct nl *nl, int nl_error, const char *root,
		    struct devices *d, struct snap_builder *b, const struct want *w, int cancel_fd)
{
	for (size_t i = 0; i < N_FAMILIES; i++) {
		struct sink to = {
			.family = &family_table[i], .b = b, .devices = d, .details = w->details
		};
		enum proto proto = to.family->proto;
		int rc = 0;

		if ((w->protos >> proto & 1) == 0)
			continue;
		if (w->thin != NULL && w->thin->states[proto] == 0) {
			snap_set_thinned(b, proto, 0);
			snap_source_ok(b, source_of(proto));
		} else {
			rc = update(f, nl, nl_error, root, &to, cancel_fd);
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}
