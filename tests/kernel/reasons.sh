#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A socket without a process says why.
OWN_PIDS=no # in another process namespace there is no "no-process"
. "$(dirname "$0")/lib.sh"
mask_unreadable

# "reason count" of the ownerless rows of a report by process.
reasons() {
  json '[.rows[]|select(.pid==null)|"\(.owner) \(.sockets)"]|sort|join(", ")'
}

# Of sockets in a report by socket: "reason state inode-is-0 count".
reasons_of_sockets() {
  json '[.rows[]|select(.owners==[])|"\(.owner) \(.state) \(.inode==0)"]|group_by(.)|
    map("\(.[0]) \(length)")|join(", ")'
}

mk a time-wait=7:7001
eye --by process sport = :7001
check "none of the listener's port is in TIME_WAIT" "" "$(reasons)"
eye --by process dport = :7001
check "TIME_WAIT" "time-wait 7" "$(reasons)"
check "an ownerless row has the keys of the others" \
  "comm owner pid recv_q send_q shared sockets states udp user" "$(json '.rows[0]|keys|join(" ")')"
check "with null in them" "null null null" "$(json '.rows[0]|"\(.pid) \(.comm) \(.user)"')"

mk a syn-recv=4:7002
await 4 ss_count syn-recv
eye --by process sport = :7002 state syn-recv
check "SYN_RECV" "half-open 4" "$(reasons)"

mk a comm=busy unaccepted=5:7003
eye --by process sport = :7003 state established
check "in the accept queue" "not-accepted 5" "$(reasons)"
eye --by socket sport = :7003
check "of sockets" "not-accepted ESTABLISHED true 5" "$(reasons_of_sockets)"
check "the listener tells of them" "5 busy" \
  "$(json '.rows[]|select(.state=="LISTEN")|"\(.recv_q) \(.owners[0].comm)"')"
eye --by listener sport = :7003
check "attributed to the listener and its owner" "7003 5 5 ${MK_PID[a]}" \
  "$(json '.rows[]|"\(.local.port) \(.accept_queue) \(.sockets) \(.owners[0].pid)"')"

# A queue that has overflowed: the client believes in its connection, the listener has one more than
# its limit.
mk a unaccepted=4x3:7004
eye --by listener sport = :7004
check "full is limit + 1" "4 3" "$(json '.rows[]|"\(.accept_queue) \(.accept_max)"')"

# Not accepted and already closed by the client: CLOSE_WAIT in the queue.
mk a orphans=6:7005
eye --by process dport = :7005
check "orphans" "orphan 6" "$(reasons)"
eye --by socket dport = :7005
check "their state" "orphan FIN_WAIT1 true 6" "$(reasons_of_sockets)"
check "with data" true "$(json 'all(.rows[]; .send_q > 0)')"

mk a scm-in-flight=3:7006
eye --by process sport = :7006 state established
check "descriptors in a queue" "$NOBODY_HOLDS 3" "$(reasons)"
eye --by socket sport = :7006 state established
check "they have inodes" "$NOBODY_HOLDS ESTABLISHED false 3" "$(reasons_of_sockets)"
check "that is no problem" true "$(json .complete)"
eye --by user sport = :7006 state established
check "with an inode, a socket has its user" "root 3" "$(json '.rows[]|"\(.user) \(.sockets)"')"
eye --by user dport = :7005
check "with inode 0, the reason" "null orphan 6" "$(json '.rows[]|"\(.user) \(.owner) \(.sockets)"')"

# Without the right to look into the processes of others.
mk b established=3:7007
eye=$(public "$SOCKEYE")
as_nobody "$eye" -b --json --by process sport = :7007 >"$DIR/out" 2>"$DIR/err"
check "without rights: exit" 0 $?
JSON=$(cat "$DIR/out")
check "without rights: counted" 4 "$(json .matched)"
check "without rights: said" "not-permitted 4" "$(reasons)"
check "without rights: incomplete" false "$(json .complete)"
check "without rights: why" owners "$(json '[.problems[].source]|join(" ")')"
check "the hint names what is missing" 2 \
  "$(json '.problems[0].reason' | grep -oi -e cap_sys_ptrace -e cap_dac_read_search | sort -u | wc -l)"
as_nobody "$eye" -b --json --by process --strict sport = :7007 >"$DIR/out" 2>"$DIR/err"
check "without rights: --strict" 3 $?
check "--strict prints the report all the same" "not-permitted 4" "$(JSON=$(cat "$DIR/out") reasons)"
as_nobody "$eye" -b --json --by process --strict dport = :7001 state time-wait >"$DIR/out"
check "--strict: nothing needed was unreadable" 0 $?
as_nobody "$eye" -b --json --by state --strict >"$DIR/out"
check "--strict: states need no owners" 0 $?

# One's own sockets are found without any rights.
MK_AS=(setpriv --reuid=65534 --regid=65534 --clear-groups)
mk own comm=own established=2:7008
MK_AS=()
as_nobody "$eye" -b --json --by process sport = :7008 >"$DIR/out"
JSON=$(cat "$DIR/out")
check "one's own" "own 3" "$(json '.rows[]|"\(.comm) \(.sockets)"')"
check "one's own: complete" true "$(json .complete)"

# From inside another pid namespace nobody is to be seen who holds them.
unshare --pid --fork --mount-proc "$SOCKEYE" -b --json --by process sport = :7007 >"$DIR/out"
JSON=$(cat "$DIR/out")
check "other pid namespace" "other-pidns 4" "$(reasons)"
check "the reasons told by facts stay" "time-wait 7" "$(
  JSON=$(unshare --pid --fork --mount-proc "$SOCKEYE" -b --json --by process dport = :7001)
  reasons
)"

done_testing
