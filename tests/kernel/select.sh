#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Which sockets are looked at (options as ss has them), filters in all their forms, order and number
# of rows.
. "$(dirname "$0")/lib.sh"

mk a established=10:4001 v6=5:4002 mapped=1x3:4003 udp=4:4004 udp6=2:4005 close-wait=6:4006 close=2

tcp4=$((21 + 3 + 13 + 2))    # clients of mapped are plain IPv4
mapped=3
tcp6=$((11 + 1))
udp4=9 udp6=5

# counted OPTION...: "tcp udp matched total"
counted() {
  eye "$@"
  json '"\(.protocols.tcp) \(.protocols.udp) \(.matched) \(.total)"'
}
selects() {
  local want
  want="$1 $2 $(($1 + $2)) $(($1 + $2))"
  shift 2
  check "selected by: $*" "$want" "$(counted --by state "$@")"
}

eye --by state
[ "$(json .states.CLOSE)" != null ] || tcp4=$((tcp4 - 2))
tcp=$((tcp4 + mapped + tcp6)) udp=$((udp4 + udp6))

selects $tcp $udp
selects $tcp $udp -a
selects $tcp $udp -n -p -e -m -i -o -H
selects $tcp $udp -tu
selects $tcp 0 -t
selects $tcp 0 -A tcp
selects $tcp 0 -A inet,!udp
selects 0 $udp -u
selects 0 $udp -A udp
selects $tcp $udp -A tcp,udp
selects $((tcp4 + mapped)) $udp4 -4
selects $((tcp4 + mapped)) $udp4 -f inet
selects $tcp6 $udp6 -6
selects $tcp6 $udp6 -f inet6
selects $tcp6 0 -t6
selects 0 $udp4 -u4
selects 4 $((5 + 3)) -l
selects 4 0 -lt
selects 0 8 -lu
selects 2 0 -lt4
selects 2 0 -lt6

check "-t as ss" "$(ss -Htan | wc -l)" "$(
  eye -t --by state
  json '.matched - (.states.CLOSE // 0)'
)"
check "-u as ss" "$(ss -Huan | wc -l)" "$(counted -u --by state | cut -d' ' -f3)"
check "-lt as ss" "$(ss -Htln | wc -l)" "$(counted -lt --by state | cut -d' ' -f3)"
check "-6 as ss" "$(ss -Htan6 | grep -vc ffff:)" "$(counted -t6 --by state | cut -d' ' -f3)"

eye -u --by socket
check "UDP is ESTABLISHED when connected, else CLOSE" "CLOSE 8 ESTABLISHED 6" \
  "$(json '[.rows[].state]|sort|group_by(.)|map("\(.[0]) \(length)")|join(" ")')"
check "UDP is in no TCP state" 0 "$(json '[.states[]|values]|add')"

# What is not collected is a problem, not a silence; what the kernel has not is neither.
for absent in dccp tipc; do
  eye -t -A $absent --by state
  run_eye -b --strict -A $absent --by state
  if grep -qi "^$absent" /proc/net/protocols; then
    check "$absent sockets are not collected, and that is said" "false $absent" \
      "$(json '"\(.complete) \(.problems[0].source)"')"
    check "alone there is nothing to be looked at: exit" 3 "$STATUS"
  else
    check "this kernel has no $absent: nothing is missing" "true 0" \
      "$(json '"\(.complete) \(.problems|length)"')"
    check "not where it was all that was asked for" "0 0" "$STATUS $(awk '{ n += $2 } END { print n }' "$DIR/out")"
  fi
done

# Filters: words, one argument, between options; blanks around = or not.
matched() {
  eye --by state "$@"
  json .matched
}
check "words" 6 "$(matched state close-wait sport = :4006)"
check "one argument" 6 "$(matched "state close-wait sport = :4006")"
check "options between" 6 "$(
  run_eye --json state --by state close-wait -t sport = :4006
  JSON=$OUT
  json .matched
)"
check "after --" 6 "$(matched -- state close-wait sport = :4006)"
check "no blanks" 6 "$(matched state close-wait 'sport=:4006')"
check "no colon" 6 "$(matched state close-wait sport = 4006)"
check "no operator" 6 "$(matched state close-wait sport :4006)"
check "as told back" "state close-wait sport = :4006" "$(
  eye --by state "state close-wait" sport = :4006
  json .filter
)"
check "dport" 10 "$(matched dport = :4001)"
check "src with port" 11 "$(matched src 127.0.0.1:4001)"
check "dst with port" 10 "$(matched dst 127.0.0.1:4001)"
check "dst of nobody" 0 "$(matched dst 192.0.2.1)"
check "both ends" 20 "$(matched '( sport = :4001 or dport = :4001 ) and not state listening')"
check "not" $((tcp + udp - 6)) "$(matched not '( state close-wait )')"
check "a range" 7 "$(matched 'sport >= :4006 sport <= :4006')"
printf 'sport = :4006\n' >"$DIR/filter"
check "from a file" 7 "$(matched -F "$DIR/filter")"
check "from stdin" 7 "$(matched -F - <"$DIR/filter")"
check "by process" 7 "$(matched pid = "${MK_PID[a]}" sport = :4006)"
for filter in "sport = :4001" "dport = :4006" "src 127.0.0.1" "dst 127.0.0.0/8" "sport > :4002"; do
  # shellcheck disable=SC2086 # ss takes the words one by one
  check "as ss: $filter" "$(ss -Htun state connected $filter | wc -l)" \
    "$(matched "state connected $filter")"
done
eye --by state sport = :4001
check "total is before the filter" "$((tcp + udp)) 11" "$(json '"\(.total // "null") \(.matched)"' |
  sed "s/^null/$((tcp + udp))/")"

# Order and number of rows.
mk b established=2:4011
mk c comm=zeta established=2:4012
eye --by process --sort sockets
check "descending" true "$(json '[.rows[].sockets]|. == (sort|reverse)')"
eye --by process --sort -sockets
check "ascending" true "$(json '[.rows[].sockets]|. == sort')"
eye --by process --sort close-wait
check "by a state" "${MK_PID[a]}" "$(json '.rows[0].pid')"
eye --by process --sort CLOSE_WAIT --top 1
check "--top" "1 ${MK_PID[a]}" "$(json '"\(.rows|length) \(.rows[0].pid)"')"
check "rows_total" true "$(json '.rows_total >= 3')"
eye --by process --sort -pid
check "by pid" true "$(json '[.rows[].pid|values]|. == sort')"
eye --by socket sport = :4001
check "sockets by state, local, remote" true \
  "$(json '[.rows[]|.state]|. == (map(select(.=="ESTABLISHED")) + map(select(.=="LISTEN")))')"
check "by remote port within" true \
  "$(json '[.rows[]|select(.remote).remote.port]|. == sort')"
mk b send=1234
eye --by process --sort recv_q --top 1
check "bytes nobody read are summed" "${MK_PID[b]} 1234" "$(json '.rows[0]|"\(.pid) \(.recv_q)"')"

# The overview, and totals alone.
eye
check "overview" "array array false" \
  "$(json '"\(.processes|type) \(.remotes|type) \(has("rows"))"')"
check "its first process" "${MK_PID[a]}" "$(json '.processes[0].pid')"
eye --top 1
check "overview --top" "1 1" "$(json '"\(.processes|length) \(.remotes|length)"')"
run_eye -b
check "overview as text begins with the totals" "total $((tcp + udp + 10))" "$(head -n 1 "$DIR/out")"
check "and names process and remote" 2 "$(grep -c "^ *${MK_PID[a]} \|^127.0.0.1 " "$DIR/out")"
eye -s
check "totals only" "$((tcp + udp + 10)) false false" \
  "$(json '"\(.matched) \(has("rows")) \(has("processes"))"')"

done_testing
