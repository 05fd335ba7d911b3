#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command of ss that the key Y shows is one that ss takes, and it shows the same sockets.
#
# TCP sockets that are only bound are left out: no option of an older ss shows them.
. "$(dirname "$0")/lib.sh"
set -f

[ -x "$HELPERS/ss-command" ] || die "not built: $HELPERS/ss-command"
ip addr add 192.168.1.0/24 dev lo
mk a states=20 established=40:4001 v6=60:4002 remotes=40x4:4003 remotes6=30x4:443 mapped=40x4:8080 \
  wildcard=30x4:22 udp=50:53 udp6=50:4004 listen=40:4005 bind-device=1:4009 \
  fin-wait1-in=10:80 closing=5:4008 at=192.168.1.1 established=10:25

# What ss takes for all of a word is given to it by a shell, as a person would.
expressions=0
with_rows=0
same() {
  local command proto lack
  command=$("$HELPERS/ss-command" "$1") || die "no command for: $1"
  # With one protocol ss does not say which.
  case $command in
  "ss -uan"*) proto=udp ;;
  *) proto=tcp ;;
  esac
  for _ in 1 2 3; do
    bash -c "${command/ss /ss -H }" >"$DIR/ss" 2>"$DIR/ss.err"
    "$SOCKEYE" -b -H --by socket "$1" >"$DIR/eye"
    lack=$(differ "$DIR/ss" "$DIR/eye" $proto)
    [ -n "$lack" ] || break
  done
  check "$1: $command" "" "$lack$(cat "$DIR/ss.err")"
  expressions=$((expressions + 1))
  [ ! -s "$DIR/ss" ] || with_rows=$((with_rows + 1))
}

for filter in "" "state close-wait" "state established and proto = tcp" "proto = udp" "proto = tcp" \
  "not state close-wait" "exclude time-wait exclude listening" "state listening" "state closing" \
  "state listening or (proto = udp and state closed)" "state fin-wait-1 or state fin-wait-2" \
  "not (state established or state time-wait) and proto = tcp" "proto = udp and state established" \
  "sport = 22" "sport != 22" "dport > 1024" "dport <= 4003 and dport != 0" "dport = 22,443" \
  "dport != 22,443" "sport = 4001-4003" "sport != 4001-4003,22" "dport = *" "dport != *" "sport = 53,4004" \
  "src 127.0.1/24" "dst 127.0.1.0/28" "dst != 192.168.1.1" "not src 127.0.1.7" "src 127.0.1/24:22,4003" \
  "dst 127.0.0.1:4000-4003" "not dst 127.0.0.1:4001" "dst [fd00::/16]" "src [fd00::/16]:443,4002" \
  "not dst [fd00::1]" "src [::1]" "src [::ffff:127.0.0.1]" "src :22" "dst *" "dst != *" \
  "dev lo" "dev != lo" "not dev lo and sport = 4009,22" "dev = 1" \
  "sport 22 or sport 443 and dport > 1024" "(sport 22 or sport 443) and dport > 1024" \
  "not (sport = 22 and dst 127.0.0.1)" "state established (sport = 22 or dport = 22,443)" \
  "(state established and proto = tcp) and dst 127.0.0.1 and not sport 4001" \
  "state established and (sport 22 or not (dport 22 or src 127.0.1/24)) and proto = tcp"; do
  same "$filter"
done
echo "$expressions expressions, $with_rows of them with sockets"
check "most of them are true of some socket" 1 $((with_rows * 10 >= expressions * 8))

# What ss cannot say is no command.
for filter in "comm = java" "state established or sport = 22" "dev ~ l" "proto = udp or state listening"; do
  check "no command: $filter" 1 "$("$HELPERS/ss-command" "$filter" >/dev/null 2>&1; echo $?)"
done

done_testing
