#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Families of sockets beside TCP and UDP: the same sockets and figures as ss, who holds the other
# ends, names that are hostile, and what this kernel has not.
. "$(dirname "$0")/lib.sh"
set -f

ss -xanH >/dev/null 2>&1 || skip "this ss shows no UNIX sockets"

mk a unix-listen="$DIR/service"
mk b unix-client="$DIR/service" unix-client="$DIR/service"
mk a unix-accept
mk a unix-dgram="$DIR/dgram" unix-pairs=3 unix=@abstract raw=1 packet netlink
subscribed=${SAID[subscribed]} connected=${SAID[connected]}

# What a row says in ss: state, both queues, inode, inode of the other end. Names here have no blanks.
ss_unix() {
  ss -xanH | awk '{ st = $2; sub(/^ESTAB$/, "ESTABLISHED", st); sub(/^UNCONN$/, "CLOSE", st)
    print $1, st, $3, $4, $(NF - 2), $NF }' | sort
}
eye_unix() {
  eye -x --by socket
  json '.rows[]|"\({stream:"u_str",dgram:"u_dgr",seqpacket:"u_seq"}[.type]) \(.state) \(.recv_q) \(.send_q) \(.inode) \(.peer.inode // 0)"' |
    sort
}
check "UNIX sockets as ss -xan" "$(ss_unix)" "$(eye_unix)"
eye -x --by socket
check "and there are some" true "$(json '.matched >= 12 and .complete')"
check "of one type" 6 "$(eye -A u_seq --by socket; json '[.rows[]|select(.type=="seqpacket")]|length')"
check "without another" true "$(eye -A 'unix,!u_dgr' --by socket; json 'all(.rows[]; .type != "dgram")')"
check "listening ones" "$(ss -xlnH | wc -l)" "$(eye -xl --by socket; json .matched)"

# Both ends.
eye -x --by socket "src $DIR/service"
check "listener and accepted one have the name" "ESTABLISHED LISTEN" \
  "$(json '[.rows[].state]|sort|join(" ")')"
check "the peer's process" "${MK_PID[b]}" \
  "$(json '.rows[]|select(.state=="ESTABLISHED").peer.owners[0].pid')"
check "the listener has no peer" null "$(json '.rows[]|select(.state=="LISTEN").peer')"
check "one waits" 1 "$(json '.rows[]|select(.state=="LISTEN").recv_q')"
eye -x --by socket "dst $DIR/service"
check "the client's peer by its path" "$DIR/service ${MK_PID[a]}" \
  "$(json '.rows[]|"\(.peer.path) \(.peer.owners[0].pid)"')"
eye -x --by socket "pid = ${MK_PID[b]} and not dst $DIR/service"
check "not accepted yet: a peer without a number" '{"inode":0,"path":null,"owners":[]}' \
  "$(json '.rows[0].peer')"
run_eye -b -x --by process "src $DIR/*"
check "a process, and who holds the other ends" "mksocks[${MK_PID[b]}]" \
  "$(awk -v pid="${MK_PID[a]}" '$1 == pid { print $NF }' "$DIR/out" | tr , '\n' | grep "\[${MK_PID[b]}\]")"
check "the column has a name" PEER_PROCESSES "$(awk 'NR == 1 { print $NF }' "$DIR/out")"
eye --by process "src unix:$DIR/*"
check "a filter about UNIX sockets chooses them" "0 0 true" \
  "$(json '"\(.protocols.tcp) \(.protocols.udp) \(.protocols.unix == 3)"')"
check "a name, whatever the case" 1 "$(eye -x --by socket 'src unix:@ABSTRACT and state listening'; json .matched)"
check "a glob without a family, after -x" "$(ss -xanH src '*serv*' | wc -l)" \
  "$(eye -x --by socket 'src *serv*'; json .matched)"
check "by inode" 1 "$(eye -x --by socket "inode = $subscribed or inode = $(eye -x --by socket "src $DIR/dgram"; json '.rows[0].inode')"; json .matched)"

# Packet and netlink.
eye -0 --by socket
check "packet sockets as ss -0an" "$(ss -0anH | awk '{ print $1, $3, $4 }' | sort)" \
  "$(json '.rows[]|"\({raw:"p_raw",dgram:"p_dgr"}[.type]) \(.recv_q) \(.send_q)"' | sort)"
check "their ends" '{"if":"lo","protocol":"ip"} {"if":null,"protocol":"all"}' \
  "$(json '[.rows[].local|tostring]|sort|join(" ")')"
check "by end" 1 "$(eye --by socket src link:ip:lo; json .matched)"
eye -A netlink --by socket
# Its own socket, and that of ss, are those of tcpdiag.
check "netlink sockets as ss -A netlink, each once" \
  "$(ss -A netlink -anH | awk '$4 !~ /^4:/ { print $4, $2, $3 }' | sort -u | sed 's/.*://' | sort)" \
  "$(json '.rows[]|select(.local.netlink != "tcpdiag")|"\(.local.portid) \(.recv_q) \(.send_q)"' | sort)"
check "one that is subscribed comes once" 1 "$(json "[.rows[]|select(.inode == $subscribed)]|length")"
check "one that is connected to the kernel" 0 \
  "$(json ".rows[]|select(.inode == $connected).remote.portid")"
check "the kernel's end belongs to nobody" no-process \
  "$(json '[.rows[]|select(.local.portid == 0).owner]|unique|join(" ")')"
check "by end" true "$(eye --by socket src netlink:rtnl:kernel; json '.matched == 1 and .rows[0].local.portid == 0')"

# Raw and UDP-Lite, the former from /proc/net where the kernel has no diag for it.
eye -w --by socket
check "raw sockets as ss -wan" "$(ss -wanH | wc -l)" "$(json .matched)"
check "their port is the protocol" "1 1" "$(json '[.rows[].local.port]|join(" ")')"
check "whole, wherever it comes from" true "$(json .complete)"
if [ -e /proc/net/udplite ]; then
  mk a udplite=1:5005
  check "UDP-Lite" "127.0.0.1 5005" \
    "$(eye -A udplite --by socket; json '.rows[0].local|"\(.addr) \(.port)"')"
fi

# MPTCP: a connection and its subflows are one.
if [ -e /proc/sys/net/mptcp ] && ss -MH >/dev/null 2>&1; then
  mk a mptcp=3:6001
  eye -M --by socket
  check "MPTCP sockets as ss -Man" \
    "$(ss -ManH | awk '{ print $2, $3, $4, $5 }' | sort)" \
    "$(json '.rows[]|"\(.recv_q) \(.send_q) \(.local.addr):\(.local.port) \(if .remote then "\(.remote.addr):\(.remote.port)" else "0.0.0.0:*" end)"' | sort)"
  check "an MPTCP socket has its process" true "$(json 'any(.rows[]; .owners[0].pid)')"
  eye -tM --by state
  check "subflows count once" "0 9" "$(json '"\(.protocols.tcp) \(.protocols.mptcp)"')"
  eye -t --by state
  check "alone they are TCP" 9 "$(json .protocols.tcp)"
fi

# A family that this kernel does not tell of is a source that says so; one that it has not, or that
# it counts none of, is nothing missing.
missing=
for table in sctp:SCTP vsock:AF_VSOCK xdp:XDP; do
  eye -A "${table%:*}" --by socket
  if ! grep -q "^${table#*:}" /proc/net/protocols; then
    check "not there: $table" "true 0 0" "$(json '"\(.complete) \(.problems|length) \(.matched)"')"
  elif [ "$(json .complete)" != true ]; then
    missing+="${table%:*} "
    check "not told of: $table" "${table%:*} true 0" \
      "$(json '"\(.problems[0].source) \(.problems[0].reason|length > 10) \(.matched)"')"
  fi
done
run_eye -b --strict -A all --by state
check "--strict of all families asks for no others" "${missing:+3}" "${STATUS/#0/}"
# The socket is open in sockeye itself.
if OUT=$(perl -e '$^F = 99; socket(S, 44, 3, 0) or exit 1; exec @ARGV' \
  "$SOCKEYE" --json -A xdp --by socket 2>/dev/null); then
  check "an XDP socket is told of, or missed" true "$(jq '.matched == 1 or (.complete | not)' <<<"$OUT")"
fi

# Names that are meant to confuse.
hostile="$DIR"'/\x1b[31m\x0aunix\x20\xc3\x28"'
mk c unix="$hostile" unix='@a\x00b\x0a\x1b]0;x\x07' unix="$DIR/end\x00behind"
eye -x --by socket
check "a path with control characters" "1" \
  "$(json '[.rows[]|select(.state == "LISTEN" and (.local.path//""|contains("\u001b[31m\nunix ")))]|length')"
check "an abstract name with NULs" 1 \
  "$(json '[.rows[]|select(.state == "LISTEN" and .local.path == "@a@b\n\u001b]0;x\u0007")]|length')"
check "what is behind a NUL is no part of a path" 1 \
  "$(json "[.rows[]|select(.state == \"LISTEN\" and .local.path == \"$DIR/end\")]|length")"
run_eye -b -x --by socket
check "text without control characters" 0 "$(LC_ALL=C tr -d '\12\40-\176' <"$DIR/out" | wc -c)"
check "one line a socket, one width" 1 \
  "$(awk '$1 == "unix" { print NF }' "$DIR/out" | sort -u | wc -l)"
run_eye -b -x --by process 'src *'
check "processes as well" 0 "$(LC_ALL=C tr -d '\12\40-\176' <"$DIR/out" | wc -c)"

# Without sock_diag, from /proc/net.
eye -A unix,packet,netlink --by socket "pid = ${MK_PID[a]},${MK_PID[b]}"
ends='[.rows[]|"\(.proto) \(.inode) \(.local)"]|sort|join("\n")'
full=$(json "$ends")
"$HELPERS/seccomp-run" 93 "$SOCKEYE" -b --json -A unix,packet,netlink --by socket \
  "pid = ${MK_PID[a]},${MK_PID[b]}" >"$DIR/out" 2>"$DIR/err"
if [ $? != 77 ]; then
  JSON=$(cat "$DIR/out")
  check "from /proc/net: the same ones" "$full" "$(json "$ends")"
  check "labelled" "netlink packet unix" "$(json '[.problems[].source]|sort|join(" ")')"
fi

done_testing
