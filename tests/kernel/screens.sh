#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The interface on the real kernel: who leaks is named in time, why, and everything about a socket.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tmux.sh"

NAMED_WITHIN=$((10 * SLOW)) # seconds from the start of a leak

# ---- a leak ----------------------------------------------------------------------------------

screen_start -d 1
sees "it runs" 'live +every 1s'
began=$SECONDS
mk forgets comm=forgets leak=5x0:8203
pid=${SAID[child]}
sees "named in the row of findings" "^! CLOSE_WAIT [0-9]+, growing [0-9.]+/s: [0-9]+% forgets\[$pid\]"
check "in time" true "$([ $((SECONDS - began)) -le $NAMED_WITHIN ] && echo true)"
sees "with its rate, within a fifth" '^! CLOSE_WAIT [0-9]+, growing (4(\.[0-9])?|5(\.[0-9])?|6)/s'
sees "the state is marked" 'CLOSE_WAIT! '
sees "the process is marked" "forgets\[$pid\] +! "

keys e
sees "why" '^ What it means'
sees "with its numbers" "^ +! CLOSE_WAIT [0-9]+, growing"
keys Enter
sees "the sockets behind it" "^Filter  .*pid = $pid"
sees "are listed" '^.CLOSE_WAIT '
keys Enter
sees "one of them" "CLOSE_WAIT for .* since "
sees "who holds it" "^  Owner +forgets\[$pid\] +fd [0-9]+ "
sees "what TCP has measured" '^  TCP +rtt [0-9.]+/[0-9.]+ ms .*rto [0-9]+ ms'
sees "where it came in" '^ came in through .*:8203, forgets'
mk_end forgets
sees "it is gone, and what was known stays" '^! gone [0-9]+s ago: this was known last'
# A sample may have come while it ended: what the kernel had not closed yet was held by nobody then.
sees "all of it" "^  Owner +(forgets\[$pid\]|\[(other pid namespace|no process found)\])"
sees "also what it means" '^ What it means'
keys Escape
sees "back in the list" 'no socket is like this now'
keys Escape
sees "back on the first screen" '^ State +Count'

# ---- a queue that is full --------------------------------------------------------------------

mk deaf comm=deaf unaccepted=3x2:8205
sees "a full queue" "^! listen queue .*:8205 full 3/2: deaf\[${SAID[child]:-${MK_PID[deaf]}}\]"
keys d
sees "in the flood view" '^! Accept q .*:8205 3/2 FULL'
keys e
sees "half-open connections explained" '^ SYN_RECV '
keys Escape d
mk_end deaf

# ---- half-open connections -------------------------------------------------------------------

mk half syn-recv=30:8206
keys d
sees "half-open" '^  Half-open +30 '
sees "from where" '^.127\.0\.0\.0/24 .* 30 '
keys q q
sees "it ends" '^status=0'

done_testing
