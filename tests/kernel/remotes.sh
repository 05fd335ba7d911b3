#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who is connected: addresses, prefixes, IPv6, IPv4 over dual-stack sockets, link-local.
. "$(dirname "$0")/lib.sh"

remotes() {
  json '[.rows[]|"\(.remote) \(.sockets)"]|join(", ")'
}

# As netstat and ss would be asked: connections to a port, counted by who is at the other end.
by_ss() {
  ss -Htn state established sport = ":$1" | awk '{ sub(/:[0-9]*$/, "", $4); print $4 }' | sort |
    uniq -c | awk '{ print $2, $1 }' | sort
}

mk a remotes=9x30:6001
eye --by remote sport = :6001
check "nine addresses with 30 each, by address" \
  "$(for i in 1 2 3 4 5 6 7 8 9; do echo "127.0.1.$i 30"; done)" \
  "$(json '.rows[]|"\(.remote) \(.sockets)"')"
check "as ss counts" "$(by_ss 6001)" "$(json '.rows[]|"\(.remote) \(.sockets)"' | sort)"
check "a row has the keys of the contract" "processes remote sockets states udp" \
  "$(json '.rows[0]|keys|join(" ")')"
check "states of a row" '{"ESTABLISHED":30}' "$(json '.rows[0].states')"
check "processes of a row" 1 "$(json '.rows[0].processes')"
check "the listener has no remote" 1 "$(json .without_remote)"
check "matched is rows and those without" 271 "$(json .matched)"
check "extra_holds" 0 "$(json .extra_holds)"

mk a fork
eye --by remote sport = :6001
check "two processes" "[2]" "$(json '[.rows[].processes]|unique')"
mk a exit-child

# The clients see one address.
eye --by remote dport = :6001
check "from the other side" "127.0.0.1 270" "$(remotes)"

# Unequal shares are ranked.
mk b remotes=2x5:6002
mk c remotes=1x2:6003
eye --by remote '( sport = :6002 or sport = :6003 )'
check "ranked" "127.0.1.1 7, 127.0.1.2 5" "$(remotes)"
eye --by remote --sort -sockets '( sport = :6002 or sport = :6003 )'
check "ranked, smallest first" "127.0.1.2 5, 127.0.1.1 7" "$(remotes)"
eye --by remote --top 1 '( sport = :6002 or sport = :6003 )'
check "the first" "127.0.1.1 7" "$(remotes)"
check "rows before --top" 2 "$(json .rows_total)"

# Prefixes.
eye --by remote --prefix4 24 sport = :6001
check "one network of nine addresses" "127.0.1.0/24 270 9" \
  "$(json '.rows[]|"\(.remote) \(.sockets) \(.addresses)"')"
eye --by remote --prefix4 30 sport = :6001
check "networks of four" "127.0.1.0/30 90, 127.0.1.4/30 120, 127.0.1.8/30 60" \
  "$(json '[.rows[]|"\(.remote) \(.sockets)"]|sort|join(", ")')"
eye --by remote --prefix4 0 sport = :6001
check "everybody" "0.0.0.0/0 270" "$(remotes)"
eye --by remote --prefix4 32 sport = :6001
check "32 is no prefix" "127.0.1.1" "$(json '.rows[0].remote')"

# IPv6.
mk six remotes6=3x4:6004
eye --by remote sport = :6004
check "three addresses, as RFC 5952 writes them" "fd00::1 4, fd00::2 4, fd00::3 4" "$(remotes)"
eye --by remote --prefix6 64 sport = :6004
check "one network" "fd00::/64 12 3" "$(json '.rows[]|"\(.remote) \(.sockets) \(.addresses)"')"
eye --by remote --prefix6 127 sport = :6004
check "networks of two" "fd00::/127 4, fd00::2/127 8" \
  "$(json '[.rows[]|"\(.remote) \(.sockets)"]|sort|join(", ")')"
eye --by remote --prefix4 8 sport = :6004
check "IPv6 keeps its own length" "fd00::1 4, fd00::2 4, fd00::3 4" "$(remotes)"
eye --by socket sport = :6004 state established
check "ends of IPv6" "inet6 ::1 6004" \
  "$(json '[.rows[]|"\(.family) \(.local.addr) \(.local.port)"]|unique|join(",")')"
eye --by socket src '[::1]:6004'
check "an IPv6 address in the filter" 13 "$(json .matched)"
eye --by socket dst '[fd00::2]'
check "a remote IPv6 address" 4 "$(json .matched)"

# IPv4 clients of a dual-stack listener.
mk dual mapped=2x3:6005
eye --by remote sport = :6005
check "counts as IPv4" "127.0.1.1 3, 127.0.1.2 3" "$(remotes)"
eye --by remote --prefix4 24 sport = :6005
check "also in prefixes" "127.0.1.0/24 6" "$(remotes)"
eye --by socket sport = :6005 state established
check "printed as IPv4; the family is the socket's" "inet6 127.0.0.1 true" \
  "$(json '[.rows[]|"\(.family) \(.local.addr) \(.remote.addr|startswith("127.0.1."))"]|unique|join(",")')"
eye -4 --by socket sport = :6005
check "-4 has the mapped ones" "ESTABLISHED" "$(json '[.rows[].state]|unique|join(" ")')"
eye -6 --by socket sport = :6005
check "-6 has the listener, not the mapped ones" "LISTEN ::" \
  "$(json '.rows[]|"\(.state) \(.local.addr)"')"
eye --by socket dst 127.0.1.2 sport = :6005
check "an IPv4 address finds them" 3 "$(json .matched)"
eye --by remote dst 127.0.1.0/24 sport = :6005
check "an IPv4 prefix finds them" 6 "$(json .matched)"

# Link-local addresses are of a device.
mk local link-local=3:6009
eye --by remote sport = :6009
check "with their device" "fe80::1%lo 3" "$(remotes)"
eye --by socket sport = :6009 state established
check "ends and device of a socket" "fe80::1 fe80::1 lo" \
  "$(json '[.rows[]|"\(.local.addr) \(.remote.addr) \(.if)"]|unique|.[]')"

# Mapped and plain IPv4 from one address are one row.
mk plain remotes=1x1:6006
eye --by remote '( sport = :6005 or sport = :6006 )'
check "one row for both kinds" "127.0.1.1 4, 127.0.1.2 3" "$(remotes)"

# UDP has remotes too.
mk u udp=2:6007
eye --by remote dport = :6007
check "connected UDP" "127.0.0.1 2 2" "$(json '.rows[]|"\(.remote) \(.sockets) \(.udp)"')"
eye -u --by remote
check "unconnected UDP has none" 3 "$(json .without_remote)"

# The text has the same rows.
run_eye -b --by remote sport = :6001
check "text" "$(for i in 1 2 3 4 5 6 7 8 9; do echo "127.0.1.$i 30"; done)" \
  "$(awk '$1 ~ /^127\.0\.1\./ { print $1, $2 }' <<<"$OUT")"
run_eye -b -H --by remote --prefix4 24 sport = :6001
check "text, without the head" "127.0.1.0/24 9 270" "$(awk '{ print $1, $2, $3 }' <<<"$OUT")"

# A device.
mk dev bind-device=1:6008
eye --by socket sport = :6008
check "a bound device is named" lo "$(json '.rows[0].if')"
eye --by socket sport = :6006 state listening
check "no device, no key" false "$(json '.rows[0]|has("if")')"

done_testing
