#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every holder of each socket, with pid, name and descriptor numbers, as /proc/PID/fd has them.
. "$(dirname "$0")/lib.sh"

# All holders of all rows of $JSON, against /proc of these processes.
check_against_proc() {
  local what=$1
  shift
  check "$what: each row has an inode" 0 "$(json '[.rows[]|select(.inode==0)]|length')"
  check "$what: each row has a holder" 0 "$(json '[.rows[]|select(.owners==[])]|length')"
  # shellcheck disable=SC2016 # a variable of jq
  check "$what: holders" "$(json '.rows[].inode' | proc_holders "$@")" \
    "$(json '.rows[]|.inode as $i|.owners[]|"\($i) \(.pid):\(.fd)"' | sort)"
}

# One process, 200 leaked sockets.
mk leaky comm=leaky close-wait=200:8001
leaky=${MK_PID[leaky]}
eye --by process state close-wait
check "one row" 1 "$(json .rows_total)"
check "named with its count" "leaky $leaky 200 0" \
  "$(json '.rows[0]|"\(.comm) \(.pid) \(.sockets) \(.shared)"')"
check "its states" '{"CLOSE_WAIT":200}' "$(json '.rows[0].states')"
check "a row has the keys of the contract" \
  "comm owner pid recv_q send_q shared sockets states udp user" "$(json '.rows[0]|keys|join(" ")')"
check "the user" root "$(json '.rows[0].user')"
check "owner is for ownerless rows" null "$(json '.rows[0].owner')"
check "each has one byte to read: the FIN" 200 "$(json '.rows[0].recv_q')"
check "extra_holds" 0 "$(json .extra_holds)"
check "complete" true "$(json .complete)"
eye --by socket sport = :8001
check "200 and a listener" 201 "$(json .matched)"
check_against_proc "one holder" "$leaky"

# As ss -p tells it.
check "as ss -p" \
  "$(ss -Htanp state close-wait | grep -o 'pid=[0-9]*,fd=[0-9]*' | sort | md5sum)" \
  "$(json '.rows[]|select(.state=="CLOSE_WAIT")|.owners[]|"pid=\(.pid),fd=\(.fd)"' | sort | md5sum)"

# A forked second holder.
mk forked comm=forked fork-holder=20:8002
parent=${MK_PID[forked]} child=${SAID[child]}
eye --by socket sport = :8002 state close-wait
check "20 sockets" 20 "$(json .matched)"
check_against_proc "forked" "$parent" "$child"
check "two owners each" "[2]" "$(json '[.rows[].owners|length]|unique')"
check "owners by pid" true "$(json 'all(.rows[]; (.owners|map(.pid)) == (.owners|map(.pid)|sort))')"
eye --by process sport = :8002 state close-wait
check "each holder has all, shared" "$(printf '%s\n' "$parent 20 20" "$child 20 20" | sort)" \
  "$(json '.rows[]|"\(.pid) \(.sockets) \(.shared)"' | sort)"
check "matched counts them once" 20 "$(json .matched)"
check "extra_holds" 20 "$(json .extra_holds)"
check "the rows sum to matched + extra_holds" "$(json '.matched + .extra_holds')" \
  "$(json '[.rows[].sockets]|add')"
eye --by program sport = :8002 state close-wait
check "a program counts its sockets once" "forked 20 2" \
  "$(json '.rows[]|"\(.comm) \(.sockets) \(.processes)"')"

# A pre-forked server.
mk server comm=prefork prefork=6:8003
server=${MK_PID[server]} listener_fd=${SAID[fd]}
eye --by socket state listening sport = :8003
check "one listener" 1 "$(json .rows_total)"
check "seven holders on one number" "$listener_fd 7" \
  "$(json '.rows[0].owners|"\(map(.fd)|unique|join(",")) \(length)"')"
check "extra_holds" 6 "$(json .extra_holds)"
workers=$(json '.rows[0].owners[].pid')
# shellcheck disable=SC2086
check_against_proc "prefork" $workers
check "the master is among them" "$server" "$(grep -x "$server" <<<"$workers")"
eye --by program sport = :8003
check "one program, seven processes" "prefork 1 7" \
  "$(json '.rows[]|"\(.comm) \(.sockets) \(.processes)"')"

# Two descriptors of one process on one socket.
mk dup established=1:8004 dup
eye --by socket sport = :8004 state established
check_against_proc "two descriptors" "${MK_PID[dup]}"
check "both are listed" 2 "$(json '.rows[0].owners|length')"
check "in ascending order" true "$(json '.rows[0].owners|map(.fd)|. == sort')"
eye --by process sport = :8004 state established
check "counted once" "1 0" "$(json '.rows[0]|"\(.sockets) \(.shared)"')"
check "one holder, nothing extra" 0 "$(json .extra_holds)"

# A thread that has a descriptor table of its own.
mk threads comm=threads thread-table=1:8005
eye --by socket sport = :8005
check "found in the thread's table" "${MK_PID[threads]}:${SAID[fd]}" \
  "$(json '.rows[0].owners[]|"\(.pid):\(.fd)"')"

# The first thread has ended, another one holds the socket.
mk headless comm=headless dead-leader=1:8006
eye --by socket sport = :8006
check "found behind a dead first thread" "${SAID[child]}:${SAID[fd]}" \
  "$(json '.rows[0].owners[]|"\(.pid):\(.fd)"')"

# Users: of the process in its row, of the socket in theirs.
MK_AS=(setpriv --reuid=1 --clear-groups)
mk daemon comm=other established=3:8007
MK_AS=()
eye --by process sport = :8007
check "a process of another user" "$(getent passwd 1 | cut -d: -f1)" "$(json '.rows[0].user')"
eye --by user sport = :8007
check "by user" "$(getent passwd 1 | cut -d: -f1) 4 1" \
  "$(json '.rows[]|"\(.user) \(.sockets) \(.processes)"')"
eye --by socket sport = :8007
check "the socket's uid" "[1]" "$(json '[.rows[].uid]|unique')"
MK_AS=(setpriv --reuid=54321 --clear-groups)
mk nameless established=1:8008
MK_AS=()
eye --by user sport = :8008
check "a uid without a name" 54321 "$(json '.rows[0].user')"

# UDP.
mk udp comm=udp udp=5:8009
eye -u --by process
check "11 sockets" "udp 11 11" "$(json '.rows[]|select(.comm=="udp")|"\(.comm) \(.sockets) \(.udp)"')"
eye -u --by socket
check_against_proc "udp" "${MK_PID[udp]}"

# Over everything: the sums of the contract.
eye --by process
check "process rows sum to matched + extra_holds" "$(json '.matched + .extra_holds')" \
  "$(json '[.rows[].sockets]|add')"
check "rows_total" "$(json '.rows|length')" "$(json .rows_total)"
check "rows by sockets, descending" true "$(json '[.rows[].sockets]|. == (sort|reverse)')"
check "pids differ" true "$(json '[.rows[].pid|values]|length == (unique|length)')"
for by in program user; do
  eye --by $by
  check "$by rows have no pid" true "$(json 'all(.rows[]; has("pid")|not)')"
done

done_testing
