/* SPDX-License-Identifier: MIT */
/* What the decoders of several families have in common. */
#include <errno.h>
#include <linux/sock_diag.h>
#include <string.h>

#include "sockeye/collect/cookie.h"

#include "family.h"

void family_set_name(struct family_row *r, const void *bytes, size_t len)
{
	const char *s = bytes, *nul;

	len = len < UNIX_NAME_SIZE ? len : UNIX_NAME_SIZE;
	nul = memchr(s, '\0', len);
	if (len > 0 && s[0] != '\0' && nul != NULL)
		len = (size_t)(nul - s);
	for (size_t i = 0; i < len; i++)
		r->name[i] = s[i] != '\0' ? s[i] : '@';
	r->name_len = len;
}

void family_set_cookie(struct family_row *r, const uint32_t words[2])
{
	r->sock.cookie = (uint64_t)words[1] << 32 | words[0];
	if (r->sock.cookie == 0 || r->sock.cookie == UINT64_MAX)
		cookie_make_of(&r->sock, 0);
}

int family_set_queues(struct family_row *r, const void *meminfo, size_t len)
{
	uint32_t m[SK_MEMINFO_WMEM_ALLOC + 1];

	if (len < sizeof(m))
		return -EBADMSG;
	memcpy(m, meminfo, sizeof(m));
	r->sock.rxq = m[SK_MEMINFO_RMEM_ALLOC];
	r->sock.txq = m[SK_MEMINFO_WMEM_ALLOC];
	return 0;
}
