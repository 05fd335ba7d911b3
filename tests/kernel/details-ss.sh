#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# -e -m -i -o of --by socket: each socket has the words that ss has, and JSON the same figures. What
# moves by itself (time, and what is measured of it) is asked for once more where it differs.
. "$(dirname "$0")/lib.sh"

ip route add 10.255.255.0/24 dev lo 2>/dev/null
coproc SOCKS { exec "$HELPERS/detail-socks"; }
read -r made <&"${SOCKS[0]}" || die "no sockets"
mk a states=1 unaccepted=1
echo "made: $made"

# Lines of words, a socket a line: its cookie, then what ss says, without what is a count of time.
words() {
  awk '
    {
      from = 0; cookie = ""; line = ""
      for (i = 1; i <= NF; i++) {
        if (!from && $i ~ /^(timer:\(|uid:|ino:|sk:)/) from = i
        if ($i ~ /^sk:/ && cookie == "") cookie = substr($i, 4)
      }
      if (cookie == "") next
      for (i = from; i <= NF; i++) {
        if ($i ~ /^(lastsnd|lastrcv|lastack|busy|rwnd_limited|sndbuf_limited):/) continue
        if ($i ~ /^timer:/) { sub(/,[^,]*,/, ",,", $i) }
        if ($i ~ /^md5keys:/) continue
        line = line " " $i
      }
      print cookie line
    }' | sort
}

# Of two files of lines: what the first has in a line that the second has not.
missing() {
  awk '
    NR == FNR { have[$1] = " " $0 " "; next }
    !($1 in have) { print $1 ": no such row"; next }
    { for (i = 2; i <= NF; i++) if (index(have[$1], " " $i " ") == 0) print $1 ": " $i }' "$2" "$1"
}

# compare NAME SS-OPTIONS...: until both agree, for what moves; what does not never will.
compare() {
  local name=$1 until=$((SECONDS + DEADLINE)) lack=x
  shift
  while [ -n "$lack" ] && [ $SECONDS -lt $until ]; do
    ss -HOa "$@" | words >"$DIR/ss"
    "$SOCKEYE" --by socket -H "$@" | words >"$DIR/eye"
    lack=$(missing "$DIR/ss" "$DIR/eye")
  done
  check "$name: every word of ss" "" "$lack"
  # Newer versions of ss have these.
  check "$name: no other word" "" "$(missing "$DIR/eye" "$DIR/ss" | grep -vE \
    ': (rcv_wnd:|rehash:|tos:|tclass:|class_id:|inet-sockopt:|\(|recverr|is_icsk|mc_loop|mc_all|local_addr_|subflows_total:|bytes_|last_|retransmits:|\)|no such)|\)$')"
  check "$name: enough" yes "$([ "$(wc -l <"$DIR/ss")" -ge "$least" ] && echo yes)"
}

least=15
compare tcp -t -emio
compare "tcp in digits" -t -n -emio
least=1
compare udp -u -emo
case " $made " in *" mptcp "*) compare mptcp -M -emi ;; esac

# ---- JSON against the text ----------------------------------------------------

eye -t --by socket -emio
check "mark" 1 "$(json '[.rows[] | select(.mark == 42)] | length')"
check "keepalive" keepalive "$(json '.rows[] | select(.mark == 42) | .timer.kind')"
check "no timer is null" true "$(json '[.rows[] | select(.state == "LISTEN") | .timer == null] | all')"
check "tos" 16 "$(json '.rows[] | select(.mark == 42) | .tos')"
check "class" 5 "$(json '.rows[] | select(.mark == 42) | .class_id')"
check "an option" true "$(json '.rows[] | select(.mark == 42) | .options | contains(["recverr"])')"
check "bytes" 5 "$(json '.rows[] | select(.mark == 42) | .tcp_info.bytes_sent')"
check "state in tcp_info" true \
  "$(json '[.rows[] | select(.state == "ESTABLISHED") | .tcp_info.state == 1] | all')"
check "TIME_WAIT has no measures" true \
  "$(json '[.rows[] | select(.state == "TIME_WAIT") | .tcp_info == null and .skmem == null] | all')"
check "CLOSE_WAIT does not receive" true \
  "$(json '[.rows[] | select(.state == "CLOSE_WAIT") | .shutdown == ["receive"]] | all')"
check "closed windows are asked again" true \
  "$(json '[.rows[] | .timer.kind] | contains(["persist"])')"
check "the SYN is sent again" true \
  "$(json '[.rows[] | select(.state == "SYN_SENT") | .timer.kind == "on"] | all')"
for name in $made; do
  case $name in
  reno | cubic | bbr | dctcp | vegas)
    check "$name" true "$(json "[.rows[] | select(.congestion == \"$name\")] | length > 0")" ;;
  tls) check "tls" true "$(json '[.rows[] | select(.ulp == "tls")] | length > 0')" ;;
  tclass) check "tclass" true "$(json '[.rows[] | select(.tclass == 40)] | length > 0')" ;;
  mptcp) check "subflows" true "$(json '[.rows[] | select(.mptcp_subflow != null)] | length == 2')" ;;
  esac
done

# ---- filters on what only details tell ------------------------------------------

# Older ones of ss do not list bound sockets.
mark_is() {
  eye -t --by socket exclude closed "$@"
  check "as many as ss: $*" "$(ss -Ht exclude closed "$@" | wc -l)" "$(json .matched)"
}
mark_is fwmark = 42
check "the mark is found" true "$(json '.matched > 0')"
mark_is fwmark = 0x2/0x2
mark_is fwmark != 42
mark_is not fwmark = 0x0/0xff
for way in without --read-only; do
  run=("$SOCKEYE" --by socket)
  [ "$way" = without ] && run=(setpriv --inh-caps=-net_admin --bounding-set=-net_admin "${run[@]}") || run+=("$way")
  said=$("${run[@]}" fwmark = 42 2>&1)
  check "no mark, $way: status" 3 $?
  check "no mark, $way: it says why" 1 "$(grep -c '^sockeye: filter: fwmark is told with CAP_NET_ADMIN only' <<<"$said")"
done

# Each option brings its own keys, and no other.
eye -t --by socket -m
check "-m alone" true "$(json '[.rows[] | has("skmem") and (has("tcp_info") or has("mark") or has("timer") | not)] | all')"
eye -t --by socket
check "none" true "$(json '[.rows[] | has("skmem") or has("tcp_info") or has("mark") or has("timer") | not] | all')"

# ---- keys of TCP-MD5 are nowhere ----------------------------------------------

case " $made " in *" md5 "*)
  check "no key in text" 0 "$("$SOCKEYE" -t --by socket -emio | grep -c open-sesame)"
  check "no key in JSON" 0 "$("$SOCKEYE" -t --by socket -emio --json | grep -c open-sesame)"
esac

kill "$SOCKS_PID"
done_testing
