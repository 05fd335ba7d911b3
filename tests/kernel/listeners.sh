#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Listeners with their queues and the connections that belong to them.
. "$(dirname "$0")/lib.sh"

row() {
  json ".rows[]|select(.local.port==$1)|$2"
}

mk web comm=web wildcard=2x10:5001
mk web unaccepted=5x4:5002
eye --by listener
check "a row has the keys of the contract" \
  "accept_max accept_queue drops listeners local owners sockets states" \
  "$(json '[.rows[]|keys|join(" ")]|unique|join("|")')"
check "a wildcard's connections" "0.0.0.0 1 20 0" \
  "$(row 5001 '"\(.local.addr) \(.listeners) \(.sockets) \(.accept_queue)"')"
check "their states" '{"ESTABLISHED":20}' "$(row 5001 .states)"
check "its owner" "web ${MK_PID[web]}" "$(row 5001 '.owners[]|"\(.comm) \(.pid)"')"
check "limit as ss has it" "$(ss -Htln sport = :5001 | awk '{ print $3 }')" "$(row 5001 .accept_max)"
check "queue and limit as ss has them" "$(ss -Htln sport = :5002 | awk '{ print $2, $3 }')" \
  "$(row 5002 '"\(.accept_queue) \(.accept_max)"')"
check "one more than the limit waits" "5 4 5" \
  "$(row 5002 '"\(.accept_queue) \(.accept_max) \(.sockets)"')"

# The exact address comes before the wildcard: both on one port.
mk exact remotes=1x3:5003
eye --by listener sport = :5003
check "exact" "127.0.0.1 3" "$(json '.rows[]|"\(.local.addr) \(.sockets)"')"

# SO_REUSEPORT members are one row.
mk group reuseport=4:5004
eye --by listener sport = :5004
check "members are summed" "1 4 64" \
  "$(json '"\(.rows|length) \(.rows[0].listeners) \(.rows[0].accept_max)"')"
check "owners of all members" 4 "$(json '.rows[0].owners|length')"

# Dual stack: IPv4 connections belong to the listener on ::.
mk dual mapped=2x3:5005
eye --by listener sport = :5005
check "dual stack" ":: 6" "$(json '.rows[]|"\(.local.addr) \(.sockets)"')"

mk six remotes6=2x2:5006
eye --by listener sport = :5006
check "IPv6" "::1 4" "$(json '.rows[]|"\(.local.addr) \(.sockets)"')"

# A listener of several processes.
mk pre comm=pre prefork=3:5007
eye --by listener sport = :5007
check "all holders" "pre 4" "$(json '.rows[0]|"\(.owners[0].comm) \(.owners|length)"')"

# Half-open ones belong to it as well.
mk flood syn-recv=6:5008
await 6 ss_count syn-recv
eye --by listener sport = :5008
check "half-open" '{"SYN_RECV":6}' "$(json '.rows[0].states')"

eye --by listener --sort accept_queue
check "sorted by queue" true "$(json '[.rows[].accept_queue]|. == (sort|reverse)')"
check "the fullest first" 5002 "$(json '.rows[0].local.port')"

run_eye -b --by listener sport = :5002
check "text" 1 "$(grep -c ':5002' <<<"$OUT")"

# Clients of a full queue are dropped, with each SYN that they repeat once more.
drops_of() {
  ss -HOtlnm sport = ":$1" | sed -n 's/.*skmem:([^)]*,d\([0-9]*\)).*/\1/p'
}
any_drops() {
  [ "$(drops_of 5010)" -gt 0 ] && echo yes
}
mk full syn-sent=2:5010
await yes any_drops
before=$(drops_of 5010)
eye --by listener sport = :5010
drops=$(row 5010 .drops)
after=$(drops_of 5010)
check "drops are between those of ss" yes \
  "$([ "$before" -le "$drops" ] && [ "$drops" -le "$after" ] && echo yes)"

done_testing
