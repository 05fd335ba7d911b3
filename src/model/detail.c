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

bool tcpi_read(const void *info, size_t len, enum tcpi_id id, uint64_t *value)
{
	const struct tcpi_info *f = &tcpi_table[id];
	const unsigned char *at = (const unsigned char *)info + f->offset;
	uint32_t u32;
	uint16_t u16;

	if ((size_t)f->offset + f->bytes > len)
		return false;
	switch (f->bytes) {
	case 1:
		*value = *at;
		break;
	case 2:
		memcpy(&u16, at, sizeof(u16));
		*value = u16;
		break;
	case 4:
		memcpy(&u32, at, sizeof(u32));
		*value = u32;
		break;
	default:
		memcpy(value, at, sizeof(*value));
		break;
	}
	return true;
}

bool detail_tcp(const struct detail *d, enum tcpi_id id, uint64_t *value)
{
	return tcpi_read(d->tcp, d->tcp_len < DETAIL_TCP_MAX ? d->tcp_len : DETAIL_TCP_MAX, id,
			 value);
}
