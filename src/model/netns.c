/* SPDX-License-Identifier: MIT */
/* The network namespaces of a snapshot, and the interfaces, whose numbers mean something in one only. */
#include "snap_builder.h"

/* ---- reading --------------------------------------------------------- */

uint32_t snap_find_netns(const struct snap *s, uint64_t ino)
{
	for (uint32_t i = 0; i < s->n_netns; i++)
		if (s->netns[i].ino == ino)
			return i;
	return IDX_NONE;
}

static bool is_before(const struct ifname *n, uint32_t netns, uint32_t ifindex)
{
	return n->netns != netns ? n->netns < netns : n->ifindex < ifindex;
}

uint32_t snap_find_if(const struct snap *s, uint32_t netns, uint32_t ifindex)
{
	uint32_t lo = 0, hi = s->n_ifname;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (is_before(&s->ifname[mid], netns, ifindex))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n_ifname && s->ifname[lo].netns == netns && s->ifname[lo].ifindex == ifindex
		       ? lo
		       : IDX_NONE;
}

uint32_t snap_if_name(const struct snap *s, uint32_t netns, uint32_t ifindex)
{
	uint32_t row = snap_find_if(s, netns, ifindex);

	return row == IDX_NONE ? STR_NONE : s->ifname[row].name;
}

/* ---- building -------------------------------------------------------- */

static struct netns *netns_at(const struct snap_builder *b, uint32_t row)
{
	return (struct netns *)(void *)b->netns.base + row;
}

uint32_t snap_enter_netns(struct snap_builder *b, const struct netns *n)
{
	struct netns *at = arena_push(&b->netns, sizeof(*at));

	if (at == NULL)
		return IDX_NONE;
	*at = *n;
	if (at->port_first == 0 && at->port_last == 0) {
		at->port_first = LOCAL_PORT_FIRST;
		at->port_last = LOCAL_PORT_LAST;
	}
	b->here = b->snap.n_netns++;
	return b->here;
}

void snap_name_netns(struct snap_builder *b, uint32_t netns, uint32_t name)
{
	netns_at(b, netns)->name = name;
}

const struct netns *snap_netnses(const struct snap_builder *b, uint32_t *n)
{
	*n = b->snap.n_netns;
	return netns_at(b, 0);
}

uint32_t snap_row_netns(const struct snap_builder *b, uint32_t row)
{
	return (b->sides >> SIDE_NETNS & 1) != 0 ? builder_in_netns(b)[row] : IDX_NONE;
}

uint64_t snap_row_kernel_cookie(const struct snap_builder *b, uint32_t row)
{
	uint32_t n, netns = snap_row_netns(b, row);

	return snap_rows(b, &n)[row].cookie ^ (netns != IDX_NONE ? netns_at(b, netns)->salt : 0);
}

/* Those that we make of addresses may be alike in any two namespaces. */
uint64_t builder_salt(const struct snap_builder *b, bool of_kernel)
{
	const struct netns *n;

	if (b->here == IDX_NONE)
		return 0;
	n = netns_at(b, b->here);
	if (of_kernel || n->own)
		return n->salt;
	return netns_salt(n->ino);
}

uint32_t builder_netns_of(const struct snap_builder *b, uint32_t prev_row)
{
	uint64_t ino = snap_netns_ino(b->prev, prev_row);

	if (b->here != IDX_NONE && netns_at(b, b->here)->ino == ino)
		return b->here;
	for (uint32_t i = 0; i < b->snap.n_netns; i++)
		if (netns_at(b, i)->ino == ino)
			return i;
	return IDX_NONE;
}

void builder_set_ports(struct snap_builder *b, uint16_t first, uint16_t last)
{
	netns_at(b, b->here)->port_first = first;
	netns_at(b, b->here)->port_last = last;
}
