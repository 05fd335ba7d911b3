/* SPDX-License-Identifier: MIT */
#include "sockeye/model/detail.h"

#include <string.h>

const struct tcpi_info tcpi_table[TCPI_COUNT] = {
#define TCPI(id, name_, offset_, bytes_, unit_, help_) \
	[TCPI_##id] = { .name = (name_),               \
			.offset = (offset_),           \
			.bytes = (bytes_),             \
			.unit = (unit_),               \
			.help = (help_) },
#include "sockeye/model/tcpinfo.def"
};

bool detail_tcp(const struct detail *d, enum tcpi_id id, uint64_t *value)
{
	const struct tcpi_info *f = &tcpi_table[id];
	uint32_t u32;
	uint16_t u16;

	if (f->offset + f->bytes > d->tcp_len || f->offset + f->bytes > DETAIL_TCP_MAX)
		return false;
	switch (f->bytes) {
	case 1:
		*value = d->tcp[f->offset];
		break;
	case 2:
		memcpy(&u16, d->tcp + f->offset, sizeof(u16));
		*value = u16;
		break;
	case 4:
		memcpy(&u32, d->tcp + f->offset, sizeof(u32));
		*value = u32;
		break;
	default:
		memcpy(value, d->tcp + f->offset, sizeof(*value));
		break;
	}
	return true;
}
