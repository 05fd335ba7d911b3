/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/devices.h"

#include <net/if.h>
#include <string.h>

void devices_add(struct devices *d, uint32_t ifindex)
{
	if (ifindex == 0 || (d->n > 0 && d->ifindex[d->last] == ifindex))
		return;
	for (uint32_t i = 0; i < d->n; i++) {
		if (d->ifindex[i] == ifindex) {
			d->last = i;
			return;
		}
	}
	if (d->n < DEVICES_MAX) {
		d->last = d->n;
		d->ifindex[d->n++] = ifindex;
	}
}

void devices_name(const struct devices *d, struct snap_builder *b)
{
	char name[IF_NAMESIZE];

	for (uint32_t i = 0; i < d->n; i++)
		if (if_indextoname(d->ifindex[i], name) != NULL)
			snap_add_ifname(b, d->ifindex[i], snap_add_str(b, name, strlen(name)));
}
