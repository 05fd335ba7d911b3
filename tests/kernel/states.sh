#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sockets in each TCP state: the report, ss, /proc/net/tcp and what was made agree.
. "$(dirname "$0")/lib.sh"

N=50
declare -A SS=(
  [ESTABLISHED]=established [SYN_SENT]=syn-sent [SYN_RECV]=syn-recv [FIN_WAIT1]=fin-wait-1
  [FIN_WAIT2]=fin-wait-2 [TIME_WAIT]=time-wait [CLOSE_WAIT]=close-wait [LAST_ACK]=last-ack
  [LISTEN]=listening [CLOSING]=closing
)
# As in include/net/tcp_states.h.
ORDER=(ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN
  CLOSING)

mk a states=$N
declare -A MADE
tcp=0
for state in "${ORDER[@]}"; do
  MADE[$state]=${SAID[$state]}
  tcp=$((tcp + MADE[$state]))
done
await "${MADE[SYN_RECV]}" ss_count syn-recv

eye --by state
check "complete" true "$(json .complete)"
check "problems" "[]" "$(json .problems)"
check "by" state "$(json .by)"
check "rows are the states in fixed order" "${ORDER[*]}" "$(json '[.rows[].state]|join(" ")')"
check "states are the same in fixed order" "${ORDER[*]}" \
  "$(json '.states|keys_unsorted|join(" ")')"
close_known=$(json '.states.CLOSE != null')
for state in "${ORDER[@]}"; do
  got=$(json ".states.$state")
  check "row of $state" "$got" "$(json ".rows[]|select(.state==\"$state\").sockets")"
  if [ "$state" = CLOSE ] && [ "$close_known" = false ]; then
    echo "the kernel does not report bound sockets"
    tcp=$((tcp - MADE[CLOSE]))
    continue
  fi
  check "$state as made" "${MADE[$state]}" "$got"
  [ "$state" = CLOSE ] || check "$state as ss" "$(ss_count "${SS[$state]}")" "$got"
done
bound=$(json '.states.CLOSE // 0')
# What is said of them where the kernel says nothing.
closed=${MADE[CLOSE]}
[ "$close_known" = true ] || closed=-
check "tcp is their sum" "$tcp" "$(json .protocols.tcp)"
check "states sum to tcp" "$tcp" "$(json '[.states[]|values]|add')"
check "matched" "$tcp" "$(json .matched)"
check "total" "$tcp" "$(json .total)"

# /proc/net/tcp has neither CLOSE nor (kernel-internal) more than the ten.
await $((tcp - bound)) awk 'NR > 1 { n++ } END { print n }' /proc/net/tcp

eye --by socket
check "one row a socket" "$tcp" "$(json '.rows|length')"
check "rows_total" "$tcp" "$(json .rows_total)"
check "cookies differ" "$tcp" "$(json '[.rows[].cookie]|unique|length')"
check "each row has all keys" \
  "cookie family inode local owner owners proto recv_q remote send_q state uid" \
  "$(json '[.rows[]|keys|join(" ")]|unique|join("|")')"
check "all of IPv4" inet "$(json '[.rows[].family]|unique|join(" ")')"
check "rows by state" "$(json '[.rows[].state]|sort|group_by(.)|map("\(.[0])=\(length)")|sort|join(" ")')" \
  "$(json '[.states|to_entries[]|select(.value>0)|"\(.key)=\(.value)"]|sort|join(" ")')"
check "ends, against ss" \
  "$(ss -Htan | awk '{ print $4, $5 }' | sort | md5sum)" \
  "$(json '.rows[]|select(.state!="CLOSE")|"\(.local.addr):\(.local.port) " +
    (if .remote then "\(.remote.addr):\(.remote.port)" else "0.0.0.0:*" end)' | sort | md5sum)"
check "queues, against ss" \
  "$(ss -Htan | awk '{ print $4, $5, $2, $3 }' | sort | md5sum)" \
  "$(json '.rows[]|select(.state!="CLOSE")|"\(.local.addr):\(.local.port) " +
    (if .remote then "\(.remote.addr):\(.remote.port)" else "0.0.0.0:*" end) +
    " \(.recv_q) \(.send_q)"' | sort | md5sum)"
check "LISTEN and CLOSE have no remote" "$([ "$closed" = - ] || echo -n 'CLOSE ')LISTEN" \
  "$(json '[.rows[]|select(.remote==null).state]|unique|join(" ")')"
check "a CLOSE_WAIT socket has the FIN to read" "[1]" \
  "$(json '[.rows[]|select(.state=="CLOSE_WAIT").recv_q]|unique')"
check "cookies and inodes, against ss" \
  "$(ss -Htane | sed -n 's/.*ino:\([1-9][0-9]*\) sk:\([0-9a-f]*\).*/\1 0x\2/p' | sort | md5sum)" \
  "$(json '.rows[]|select(.inode>0 and .state!="CLOSE")|"\(.inode) \(.cookie)"' | sort | md5sum)"

# Several states and ss's groups.
eye --by state state close-wait state last-ack
check "a union of states" $((2 * N)) "$(json .matched)"
eye --by state state connected
check "connected" $((tcp - MADE[LISTEN] - bound)) "$(json .matched)"
eye --by state exclude time-wait
check "all but one" $((tcp - MADE[TIME_WAIT])) "$(json .matched)"

run_eye -b --by state
check "text: exit" 0 "$STATUS"
check "text: eleven lines, state and count" "$(
  for state in "${ORDER[@]}"; do
    [ "$state" = CLOSE ] && echo "CLOSE $closed" || echo "$state ${MADE[$state]}"
  done
)" "$(awk 'NF == 2 && $1 ~ /^[A-Z_0-9]+$/ && $2 ~ /^([0-9]+|-)$/' <<<"$OUT" | tr -s ' ')"

# Each state alone, by the spellings of netstat, the kernel and ss, in any case; first that which ends by itself.
for spelling in time-wait TIME_WAIT established ESTABLISHED ESTAB syn-sent SYN_SENT syn-recv SYN_RECV fin-wait-1 \
  FIN_WAIT1 fin-wait1 fin-wait-2 FIN_WAIT2 close CLOSE closed close-wait \
  Close_Wait CLOSE_WAIT last-ack LAST_ACK listen LISTEN listening closing CLOSING; do
  eye --by state state $spelling
  states=1
  case $spelling in close | CLOSE | closed) [ "$closed" != - ] || states=0 ;; esac
  check "only one state passes: $spelling" $states "$(json '[.states[]|select(. != null and . > 0)]|length')"
  check "matched is its count: $spelling" "$(json '[.states[]|values]|add')" "$(json .matched)"
  check "the filter is told" "state $spelling" "$(json .filter)"
done

done_testing
