/* SPDX-License-Identifier: MIT */
/*
 * Snapshots from text, for tests: a fixture that a person can read, as a source or one by one.
 *
 * Lines are words; "#" begins a comment. A word that holds blanks is quoted, and in every word \n
 * \t \e \\ \" \# \xHH stand for bytes, so that names may be as hostile as they like.
 *
 *	sample TIME_MS		begins a sample taken at that time (since 1970). What stands before the
 *				first one belongs to every sample
 *	sock PROTO STATE LOCAL REMOTE [KEY VALUE]...
 *				an end is 10.4.0.7:8080 or [2001:db8::5]:443; - is no remote end.
 *				ino uid rq sq cookie if retrans drops N; age SECONDS, as the
 *				kernel tells it; timer NAME MS; family inet|inet6;
 *				flag no-cookie, as from /proc/net; flag brief, one that came
				and went since the sample before, behind all others;
 *				cgroup PATH that it was made in;
 *				sent N received N, bytes, where want.tcp_stat;
 *				detail NAME, see fake_detail.h, where want.details;
 *				times N: so many, with remote port, inode and cookie counting up
 *	proc PID COMM [uid N] [start N] [ppid N] [fds N] [limit N] [cgroup PATH]
 *	hold PID FD INODE [times N]	descriptor and inode count up
 *	user UID NAME
 *	ifname INDEX NAME
 *	netns INODE NAME [own] [ports FIRST LAST]
 *				what follows is of this network namespace; - is no name. Those that
 *				nobody wants are left out
 *	counter KEY N		the kernel's name: ListenDrops
 *	sysctl NAME N...	net.ipv4.tcp_fin_timeout
 *	cost TOTAL_US SOCKETS_US OWNERS_US CPU_US READLINKS GETDENTS	of the sample
 *	source NAME partial|absent REASON
 *	unfound WHY		of sockets with an inode that nobody holds: not-permitted, ...
 *	no-close		the kernel does not report TCP sockets in CLOSE
 *	thinned [STATE]... [N]	what nobody looks at may be missing; of these states of TCP, nothing.
 *				N: the number of the choice
 *	fail REASON		the sample fails as a whole
 *
 * Without a cookie a socket gets one made of its ends (and, without a remote end, its inode), so it
 * keeps it from sample to sample.
 */
#ifndef SOCKEYE_TESTS_FAKE_H
#define SOCKEYE_TESTS_FAKE_H

#include "sockeye/model/source.h"

/* The environment variable that names the fixture which fake_source opens. */
#define FAKE_ENV "SOCKEYE_FAKE"

/* Gives one sample after the other; at the end the last one again and again, two seconds apart. */
extern const struct source_ops fake_source;

/*
 * The first sample of the text, with everything wanted; "sample" may be left out. The caller
 * unrefs it. A text that is wrong ends the program with the reason on stderr.
 */
const struct snap *fake_snap(const char *text, struct snap_pool *pool, const struct snap *prev);

#endif
