#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything about one socket: each socket asked for by itself has the figures that ss gives it.
. "$(dirname "$0")/lib.sh"

mk a established=1 send=1234 states=2 reuseport=4 bind-device v6=2 mapped=1x2 udp=3 udp6=2 unaccepted=2
mk shared prefork=2
await 2 ss_count syn-recv

# What ss says, as "COOKIE KEY=VALUE ...".
ss_facts() {
  ss -HOaine -m -o "$@" | awk '
    {
      cookie = ""; line = ""
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^sk:/) cookie = substr($i, 4)
        if ($i ~ /^skmem:/) {
          split($i, m, ",")
          line = line " rcvbuf=" substr(m[2], 3) " sndbuf=" substr(m[4], 3)
        }
        if ($i ~ /^cgroup:\//) line = line " cgroup=" substr($i, 8)
        if ($i ~ /^cwnd:/) line = line " snd_cwnd=" substr($i, 6)
        if ($i ~ /^advmss:/) line = line " advmss=" substr($i, 8)
        if ($i ~ /^bytes_received:/) line = line " received=" substr($i, 16)
        if ($i ~ /^bytes_sent:/ && !/bytes_retrans:/) line = line " sent=" substr($i, 12)
        if ($i ~ /^v6only:/) line = line " v6only=" substr($i, 8)
      }
      print cookie line
    }' | sort
}

# What ss says the same before and after: a SYN that is sent again meanwhile changes the window.
both_facts() {
  awk '
    NR == FNR { before[$1] = " " $0 " "; next }
    {
      line = $1
      for (i = 2; i <= NF; i++) if (index(before[$1], " " $i " ")) line = line " " $i
      print line
    }' "$1" "$2"
}

{ ss_facts -t; ss_facts -u; } >"$DIR/before"
details=$("$HELPERS/details" 2>&1) || die "details: $details"
{ ss_facts -t; ss_facts -u; } >"$DIR/after"
bound=$(grep -c ' state=7 ' <<<"$(grep 'proto=tcp' <<<"$details")")
check "no socket is gone" "" "$(grep -v ' error=0 ' <<<"$details")"
check "as many as ss lists" "$(ss -Htua state all | wc -l)" \
  "$(($(wc -l <<<"$details") - bound))"

compared=0
while read -r cookie facts; do
  line=$(grep "^cookie=$cookie " <<<"$details") || die "no details of $cookie"
  for fact in $facts; do
    compared=$((compared + 1))
    case " $line " in
    *" $fact "*) ;;
    *) check "$cookie ($line)" "$fact" "another" ;;
    esac
  done
done < <(both_facts "$DIR/before" "$DIR/after")
check "enough was compared" yes "$([ "$compared" -gt 200 ] && echo yes)"

# A bound socket is in no table that can be looked up, of a group only one can be.
eye --by state
check "bound sockets are found, where the kernel tells of them" \
  "$(json 'if .states.CLOSE == null then 0 else 2 end')" "$bound"
port=$(ss -Htln | awk '{ n[$4]++ } END { for (a in n) if (n[a] == 4) { sub(/.*:/, "", a); print a } }')
check "all of a group are found" 4 "$(grep -c " state=10 lport=$port error=0 " <<<"$details")"

# The measures of a list: of who is not connected yet nothing is known.
check "idle is not known of SYN_SENT" yes \
  "$(grep -q ' state=2 .* idle=unknown' <<<"$details" && echo yes)"
check "idle is known of ESTABLISHED" "" "$(grep ' state=1 .* idle=unknown' <<<"$details")"

# Who holds it, and how that was started.
listener=$(grep -m1 ' holders=3 ' <<<"$details")
check "holders of a listener with two children" yes "$([ -n "$listener" ] && echo yes)"
check "command line" "$(tr '\0' ' ' <"/proc/${MK_PID[shared]}/cmdline" | sed 's/ $//')" \
  "${listener##* cmdline=}"
check "cgroup of the process" "in=$(sed -n 's/^0:://p' "/proc/${MK_PID[shared]}/cgroup")" \
  "$(grep -o ' in=[^ ]*' <<<"$listener" | tr -d ' ')"

done_testing
