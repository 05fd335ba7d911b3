/* SPDX-License-Identifier: MIT */
#include "sockeye/model/ends.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/field.h"
#include "sockeye/model/names.h"

struct number_name {
	uint16_t number;
	const char *name;
};

// clang-format off
/* What packet sockets are bound to (linux/if_ether.h), as ss and tcpdump call it. */
static const struct number_name ethers[] = {
	{ ETHER_NONE, "none" },  { ETHER_ALL, "all" },    { 0x0004, "802_2" },    { 0x000c, "can" },
	{ 0x0800, "ip" },        { 0x0806, "arp" },       { 0x22f3, "trill" },    { 0x6558, "teb" },
	{ 0x8035, "rarp" },      { 0x8100, "802.1Q" },    { 0x86dd, "ipv6" },     { 0x8847, "mpls_uc" },
	{ 0x8848, "mpls_mc" },   { 0x8863, "ppp_disc" },  { 0x8864, "ppp_ses" },  { 0x888e, "eapol" },
	{ 0x8892, "profinet" },  { 0x88a2, "aoe" },       { 0x88a4, "ethercat" }, { 0x88a8, "802.1ad" },
	{ 0x88cc, "lldp" },      { 0x88e5, "macsec" },    { 0x88f7, "ptp" },      { 0x8906, "fcoe" },
};

/* linux/netlink.h, in the words of ss. */
static const struct number_name netlinks[] = {
	{ 0, "rtnl" },      { 1, "unused" },      { 2, "usersock" },   { 3, "fw" },
	{ 4, "tcpdiag" },   { 5, "nflog" },       { 6, "xfrm" },       { 7, "selinux" },
	{ 8, "iscsi" },     { 9, "audit" },       { 10, "fiblookup" }, { 11, "connector" },
	{ 12, "nft" },      { 13, "ip6fw" },      { 14, "dec-rt" },    { 15, "uevent" },
	{ 16, "genl" },     { 18, "scsi-trans" }, { 19, "ecryptfs" },  { 20, "rdma" },
	{ 21, "crypto" },   { 22, "smc" },
};
// clang-format on

static const char *name_of(const struct number_name *t, size_t n, unsigned number)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].number == number)
			return t[i].name;
	return NULL;
}

const char *ends_ether_name(unsigned protocol, char buf[ENDS_WORD])
{
	const char *name = name_of(ethers, ARRAY_SIZE(ethers), protocol);

	if (name != NULL)
		return name;
	snprintf(buf, ENDS_WORD, "0x%04x", protocol & 0xffffu);
	return buf;
}

const char *ends_netlink_name(unsigned protocol, char buf[ENDS_WORD])
{
	const char *name = name_of(netlinks, ARRAY_SIZE(netlinks), protocol);

	if (name != NULL)
		return name;
	snprintf(buf, ENDS_WORD, "%u", protocol & 0xffu);
	return buf;
}

/* Up to max; -1 for anything else. */
static int parse_number(const char *s, size_t len, unsigned max)
{
	bool hex = len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	unsigned n = 0;

	if (len == 0)
		return -1;
	for (size_t i = hex ? 2 : 0; i < len && n <= max; i++) {
		static const char digits[] = "0123456789abcdef";
		char c = s[i] >= 'A' && s[i] <= 'F' ? (char)(s[i] - 'A' + 'a') : s[i];
		const char *at = c != '\0' ? strchr(digits, c) : NULL;

		if (at == NULL || (!hex && at - digits > 9))
			return -1;
		n = n * (hex ? 16 : 10) + (unsigned)(at - digits);
	}
	return n <= max ? (int)n : -1;
}

static int by_name(const struct number_name *t, size_t n, const char *s, size_t len, unsigned max)
{
	for (size_t i = 0; i < n; i++)
		if (name_equal(s, len, t[i].name))
			return t[i].number;
	return parse_number(s, len, max);
}

int ends_ether_by_name(const char *s, size_t len)
{
	return by_name(ethers, ARRAY_SIZE(ethers), s, len, UINT16_MAX);
}

int ends_netlink_by_name(const char *s, size_t len)
{
	return by_name(netlinks, ARRAY_SIZE(netlinks), s, len, UINT8_MAX);
}

struct str ends_unix_name(const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	return strpool_get(s->str, k->proto == PROTO_UNIX ? k->un.name : STR_NONE);
}

/* ---- text ------------------------------------------------------------ */

static struct clean unix_name(struct str name, uint32_t ino, enum text_set set, char *buf)
{
	if (name.len > 0)
		return text_clean(name.s, name.len, set, buf, FIELD_TEXT_SIZE);
	return text_own(buf, (size_t)snprintf(buf, FIELD_TEXT_SIZE, "*:%u", ino));
}

static struct clean unix_text(const struct snap *s, uint32_t row, bool remote, enum text_set set,
			      char *buf)
{
	const struct sock *k = &s->sock[row];
	uint32_t peer = snap_peer(s, row), ino = k->un.peer_ino;

	if (!remote)
		return unix_name(ends_unix_name(s, row), k->ino, set, buf);
	if (ino == INO_NONE)
		return TEXT_LIT("-");
	return unix_name(peer != IDX_NONE ? ends_unix_name(s, peer) : (struct str){ "", 0 },
			 ino == INO_PENDING ? 0 : ino, set, buf);
}

/* "*" for none. */
static const char *if_text(const struct snap *s, uint32_t row, enum text_set set,
			   char buf[FIELD_TEXT_SIZE / 2])
{
	uint32_t ifindex = s->ext[row].ifindex;
	struct str raw = strpool_get(s->str, snap_if_name(s, snap_netns(s, row), ifindex));

	if (ifindex == 0)
		return "*";
	if (raw.len > 0)
		return text_clean(raw.s, raw.len, set, buf, FIELD_TEXT_SIZE / 2).s;
	snprintf(buf, FIELD_TEXT_SIZE / 2, "%u", ifindex);
	return buf;
}

static size_t netlink_text(const struct sock *k, bool remote, char *buf)
{
	uint32_t portid = remote ? k->netlink.dst_portid : k->netlink.portid;
	char word[ENDS_WORD];
	const char *name = ends_netlink_name(k->netlink.protocol, word);

	if (portid == PORTID_KERNEL)
		return (size_t)snprintf(buf, FIELD_TEXT_SIZE, "%s:kernel", name);
	return (size_t)snprintf(buf, FIELD_TEXT_SIZE, "%s:%u", name, portid);
}

static size_t vsock_text(const struct sock *k, bool remote, char *buf)
{
	uint32_t cid = remote ? k->vsock.dst_cid : k->vsock.cid;
	uint32_t port = remote ? k->vsock.dst_port : k->vsock.port;
	char c[ENDS_WORD] = "*", p[ENDS_WORD] = "*";

	if (cid != VSOCK_ANY)
		snprintf(c, sizeof(c), "%u", cid);
	if (port != VSOCK_ANY)
		snprintf(p, sizeof(p), "%u", port);
	return (size_t)snprintf(buf, FIELD_TEXT_SIZE, "%s:%s", c, p);
}

bool ends_has_remote(const struct sock *k)
{
	if (k->proto == PROTO_NETLINK)
		return k->state == ST_ESTABLISHED;
	return k->proto == PROTO_VSOCK &&
	       (k->vsock.dst_cid != VSOCK_ANY || k->vsock.dst_port != VSOCK_ANY);
}

struct clean ends_text(const struct snap *s, uint32_t row, bool remote, enum text_set set,
		       char *buf)
{
	const struct sock *k = &s->sock[row];
	char word[ENDS_WORD], ifname[FIELD_TEXT_SIZE / 2];
	size_t len;

	assert(!sock_is_inet(k));
	if (k->proto == PROTO_UNIX)
		return unix_text(s, row, remote, set, buf);
	if (remote && !ends_has_remote(k))
		return TEXT_LIT("-");
	if (k->proto == PROTO_NETLINK)
		len = netlink_text(k, remote, buf);
	else if (k->proto == PROTO_VSOCK)
		len = vsock_text(k, remote, buf);
	else if (k->proto == PROTO_PACKET)
		len = (size_t)snprintf(buf, FIELD_TEXT_SIZE, "%s:%s",
				       ends_ether_name(k->packet.protocol, word),
				       if_text(s, row, set, ifname));
	else
		len = (size_t)snprintf(buf, FIELD_TEXT_SIZE, "%s:q%u", if_text(s, row, set, ifname),
				       k->xdp.queue);
	return (struct clean){ buf, (uint32_t)len, (uint32_t)len };
}

/* ---- order ----------------------------------------------------------- */

/* Behind all internet addresses, whose first key is 0 or 1. */
unsigned ends_keys(const struct snap *s, uint32_t row, bool remote, uint64_t key[ENDS_KEYS])
{
	const struct sock *k = &s->sock[row];
	uint32_t at = row;

	key[0] = k->proto;
	key[1] = key[2] = key[3] = 0;
	if (k->proto == PROTO_UNIX) {
		key[3] = remote ? k->un.peer_ino : k->ino;
		if (remote)
			at = snap_peer(s, row);
		if (at != IDX_NONE)
			field_string_keys(ends_unix_name(s, at), &key[1]);
	} else if (k->proto == PROTO_NETLINK) {
		key[1] = k->netlink.protocol;
		key[2] = remote ? k->netlink.dst_portid : k->netlink.portid;
	} else if (k->proto == PROTO_VSOCK) {
		key[1] = remote ? k->vsock.dst_cid : k->vsock.cid;
		key[2] = remote ? k->vsock.dst_port : k->vsock.port;
	} else if (!remote) {
		key[1] = s->ext[row].ifindex;
		key[2] = k->proto == PROTO_PACKET ? k->packet.protocol : k->xdp.queue;
	}
	return 4;
}
