/* SPDX-License-Identifier: MIT */
#include "sockeye/model/detail.h"

#include <linux/tls.h>
#include <string.h>

#include "sockeye/base/mem.h"

const struct tcpi_info tcpi_table[TCPI_COUNT] = {
#define TCPI(id, name_, offset_, bytes_, unit_, help_) \
	[TCPI_##id] = { .name = (name_),               \
			.offset = (offset_),           \
			.bytes = (bytes_),             \
			.unit = (unit_),               \
			.help = (help_) },
#include "sockeye/model/tcpinfo.def"
};

const struct tcpi_info mptcpi_table[MPTCPI_COUNT] = {
#define MPTCPI(id, name_, offset_, bytes_, unit_, help_) \
	[MPTCPI_##id] = { .name = (name_),               \
			  .offset = (offset_),           \
			  .bytes = (bytes_),             \
			  .unit = (unit_),               \
			  .help = (help_) },
#include "sockeye/model/mptcpinfo.def"
};

const char *const detail_options[DETAIL_OPTIONS_MAX] = {
	"recverr",           "is_icsk",         "freebind",      "hdrincl",
	"mc_loop",           "transparent",     "mc_all",        "nodefrag",
	"bind_addr_no_port", "recverr_rfc4884", "defer_connect",
};

const char *const detail_tcp_options[DETAIL_TCP_OPTIONS_MAX] = {
	"ts", "sack", "wscale", "ecn", "ecnseen", "fastopen", "usec_ts", "fastopen_child",
};

static bool read_field(const struct tcpi_info *f, const void *info, size_t len, uint64_t *value)
{
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

bool tcpi_read(const void *info, size_t len, enum tcpi_id id, uint64_t *value)
{
	return read_field(&tcpi_table[id], info, len, value);
}

static size_t tcp_bytes(const struct detail *d)
{
	return d->tcp_len < DETAIL_TCP_MAX ? d->tcp_len : DETAIL_TCP_MAX;
}

bool detail_tcp(const struct detail *d, enum tcpi_id id, uint64_t *value)
{
	return tcpi_read(d->tcp, tcp_bytes(d), id, value);
}

bool detail_mptcp(const struct detail *d, enum mptcpi_id id, uint64_t *value)
{
	return read_field(&mptcpi_table[id], d->tcp, tcp_bytes(d), value);
}

/* ---- words of TLS ---------------------------------------------------- */

const char *detail_tls_version(uint16_t version)
{
	return version == TLS_1_2_VERSION ? "1.2" : version == TLS_1_3_VERSION ? "1.3" : NULL;
}

const char *detail_tls_cipher(uint16_t cipher)
{
	/* From TLS_CIPHER_AES_GCM_128 on; the headers may be older than the kernel. */
	static const char *const names[] = {
		"aes-gcm-128", "aes-gcm-256", "aes-ccm-128",  "chacha20-poly1305",
		"sm4-gcm",     "sm4-ccm",     "aria-gcm-128", "aria-gcm-256",
	};
	unsigned at = (unsigned)cipher - TLS_CIPHER_AES_GCM_128;

	return at < ARRAY_SIZE(names) ? names[at] : NULL;
}

const char *detail_tls_conf(uint16_t conf)
{
	static const char *const names[] = { NULL, "none", "sw", "hw", "hw-record" };

	return conf < ARRAY_SIZE(names) ? names[conf] : NULL;
}

/* ---- in few bytes ---------------------------------------------------- */

struct head {
	uint32_t has;
	uint16_t tcp_len;
	uint8_t congestion, ulp; /* bytes of the names */
};

struct part {
	unsigned has;
	uint16_t offset, size;
};

#define PART(has, member)                                      \
	{                                                      \
		DETAIL_##has, offsetof(struct detail, member), \
			sizeof(((struct detail *)0)->member)   \
	}

static const struct part parts[] = {
	PART(SKMEM, skmem),     PART(SKMEM, skmem_known), PART(SHUTDOWN, shutdown),
	PART(TOS, tos),         PART(TCLASS, tclass),     PART(V6ONLY, v6only),
	PART(MARK, mark),       PART(CLASS_ID, class_id), PART(CGROUP, cgroup_id),
	PART(OPTIONS, options), PART(BBR, bbr),           PART(DCTCP, dctcp),
	PART(VEGAS, vegas),     PART(TLS, tls),           PART(SUBFLOW, subflow),
};

static unsigned char *put(unsigned char *to, const void *from, size_t len)
{
	memcpy(to, from, len);
	return to + len;
}

size_t detail_pack(const struct detail *d, unsigned char out[DETAIL_PACKED_MAX])
{
	const struct head h = { .has = d->has,
				.tcp_len = d->tcp_len,
				.congestion = (uint8_t)strnlen(d->congestion, DETAIL_NAME_SIZE - 1),
				.ulp = (uint8_t)strnlen(d->ulp, DETAIL_NAME_SIZE - 1) };
	unsigned char *to = put(out, &h, sizeof(h));

	_Static_assert(sizeof(struct head) + DETAIL_TCP_MAX + (size_t)2 * DETAIL_NAME_SIZE +
				       offsetof(struct detail, tcp_len) <
			       DETAIL_PACKED_MAX,
		       "there is room for everything");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if ((d->has & parts[i].has) != 0)
			to = put(to, (const unsigned char *)d + parts[i].offset, parts[i].size);
	to = put(to, d->tcp, tcp_bytes(d));
	to = put(to, d->congestion, h.congestion);
	to = put(to, d->ulp, h.ulp);
	while ((to - out) % 4 != 0)
		*to++ = 0;
	return (size_t)(to - out);
}

static const unsigned char *take(void *to, const unsigned char *from, size_t len)
{
	memcpy(to, from, len);
	return from + len;
}

void detail_unpack(const unsigned char *packed, struct detail *d)
{
	struct head h;

	memset(d, 0, sizeof(*d));
	packed = take(&h, packed, sizeof(h));
	d->has = h.has;
	d->tcp_len = h.tcp_len;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if ((d->has & parts[i].has) != 0)
			packed = take((unsigned char *)d + parts[i].offset, packed, parts[i].size);
	packed = take(d->tcp, packed, tcp_bytes(d));
	packed = take(d->congestion, packed, h.congestion);
	take(d->ulp, packed, h.ulp);
}

/* Whether it has the part, which is copied. */
static bool find_part(const unsigned char *packed, unsigned has, void *to)
{
	struct head h;

	packed = take(&h, packed, sizeof(h));
	if ((h.has & has) == 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i].has == has) {
			take(to, packed, parts[i].size);
			return true;
		}
		if ((h.has & parts[i].has) != 0)
			packed += parts[i].size;
	}
	return false;
}

bool detail_packed_mark(const unsigned char *packed, uint32_t *mark)
{
	return find_part(packed, DETAIL_MARK, mark);
}

bool detail_packed_cgroup(const unsigned char *packed, uint64_t *id)
{
	return find_part(packed, DETAIL_CGROUP, id);
}
