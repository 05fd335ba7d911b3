#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Names from a DNS server of our own, which says the truth, nonsense, nothing, or all of it too late.
command -v python3 >/dev/null || { echo "skipped: needs python3"; exit 77; }
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/feed.sh"

"$SOCKEYE" -V | grep -q 'DNS: c-ares' || skip "built without c-ares"

# The last byte of 10.9.0.x says what is answered. A line to $DIR/asked for each question.
cat >"$DIR/server.py" <<'PY'
import socket, sys, threading, time
names = {1: b"web-07", 2: b"\x1b[2Jevil\n", 4: b"slow", 6: b"late", 7: b"10.0.0.1"}
delays = {4: 0.5, 6: 3}
log = open(sys.argv[1], "a", buffering=1)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
print("ready", flush=True)

def answer(question, peer):
    octet = int(question[13:13 + question[12]])
    end = question.index(b"\0", 12) + 5
    log.write("%d\n" % octet)
    time.sleep(delays.get(octet, 0))
    if octet == 3:
        return
    name = names.get(octet)
    head = question[:2] + (b"\x81\x80" if name else b"\x81\x83") + b"\0\1" + (b"\0\1" if name else b"\0\0") + b"\0\0\0\0"
    body = question[12:end]
    if name:
        data = bytes([len(name)]) + name + b"\7example\0"
        body += b"\xc0\x0c\0\x0c\0\1\0\0\0\x3c" + len(data).to_bytes(2, "big") + data
    server.sendto(head + body, peer)

while True:
    question, peer = server.recvfrom(512)
    threading.Thread(target=answer, args=(question, peer), daemon=True).start()
PY

printf 'nameserver 127.0.0.1\n' >"$DIR/resolv.conf"
printf '10.9.0.8 from-hosts.example\n127.0.0.1 localhost\n' >"$DIR/hosts"
printf 'odd-service 4001/tcp\n' >"$DIR/services"
for file in resolv.conf hosts services; do
  [ -e "/etc/$file" ] || skip "no /etc/$file to lay ours over"
  mount --bind "$DIR/$file" "/etc/$file" || skip "no right to lay files over those in /etc"
done
ip address add 10.9.0.0/24 dev lo || skip "no addresses of its own"
: >"$DIR/asked"
mkfifo "$DIR/ready"
python3 "$DIR/server.py" "$DIR/asked" >"$DIR/ready" 2>/dev/null &
SERVER=$!
trap '[ -z "$EVENTS" ] || events_end; kill "$SERVER" 2>/dev/null; cleanup' EXIT
read -r -t "$DEADLINE" <"$DIR/ready" || skip "no server on port 53"

for octet in 1 2 3 4 5 6 7 8; do
  mk a at=10.9.0.$octet established=1:$((4000 + octet))
done

# Nothing is asked unprompted.
eye --by socket
check "without -r: no keys" '[null,null]' "$(json '[.rows[0].local.host, .rows[0].local.service]')"
check "without -r: no question" "" "$(cat "$DIR/asked")"

began=$EPOCHREALTIME
eye --by listener -r 'state listening and src 10.9.0.0/24'
took=$((${EPOCHREALTIME/./} - ${began/./}))
check "two seconds at most" true "$([ "$took" -lt $((3000000 * SLOW)) ] && echo true || echo "$took")"
host_of() { json ".rows[] | select(.local.addr == \"10.9.0.$1\").local.host"; }
check "a name" web-07.example "$(host_of 1)"
check "one that is none" null "$(host_of 2)"
check "no answer" null "$(host_of 3)"
check "a slow answer" slow.example "$(host_of 4)"
check "no such name" null "$(host_of 5)"
check "too late" null "$(host_of 6)"
check "an address for a name" null "$(host_of 7)"
check "of /etc/hosts" from-hosts.example "$(host_of 8)"
check "that is not asked for" "" "$(grep -x 8 "$DIR/asked")"
check "a service" odd-service "$(json '.rows[] | select(.local.addr == "10.9.0.1").local.service')"
check "no service" null "$(json '.rows[] | select(.local.addr == "10.9.0.2").local.service')"

# Only what is shown, and each address once.
: >"$DIR/asked"
eye --by remote -r --top 1 --sort -remote 'src 10.9.0.0/24'
check "the rows that are shown" 1 "$(json '.rows | length')"
check "are asked for" 1 "$(sort -u "$DIR/asked" | wc -l)"

run_eye --by socket -r -H 'state listening and src 10.9.0.0/24'
check "text: exit" 0 "$STATUS"
check "text: name and service" 1 "$(grep -c ' web-07\.example:odd-service ' <<<"$OUT")"
check "text: an address where there is no name" 1 "$(grep -c ' 10\.9\.0\.2:4002 ' <<<"$OUT")"
check "text: nothing that cannot be printed" "" "$(grep -a $'\x1b' <<<"$OUT")"

# What comes late is in a later report.
"$SOCKEYE" --json --by listener -r -c 9 -d 1 'src 10.9.0.6' >"$DIR/out" || check "late: exit" 0 $?
check "late" '[null,"late.example"]' \
  "$(jq -c '.rows[0].local.host' "$DIR/out" | sed -n '1p;$p' | jq -sc .)"

# Sockets that end have the names that are known by then: what was asked for the first is for the second.
# ends_at OCTET PORT: a connection to there.
ends_at() {
  mk b "at=10.9.0.$1" "established=1:$2" carry=1x1
  mk b end=1
  next_event
}
events --json -t -r 'dport < 5000'
ends_at 8 4001
check "ended: a name of /etc/hosts, and a service" '["from-hosts.example","odd-service"]' \
  "$(json '[.remote.host, .remote.service]')"
ends_at 1 4100
check "ended: no name yet" '["10.9.0.1",null]' "$(json '[.remote.addr, .remote.host]')"
port=4100
until [ "$(json .remote.host)" != null ] || [ $((port += 1)) -gt 4120 ]; do
  ends_at 1 "$port"
done
check "ended: a name of DNS" web-07.example "$(json .remote.host)"
events_end
events -H -t -r 'dport < 5000'
ends_at 8 4121
check "ended: text" 1 "$(grep -c ' from-hosts\.example:4121 ' <<<"$JSON")"
events_end
mk_end b

# Nobody there to be asked.
kill "$SERVER"
wait "$SERVER" 2>/dev/null
began=$EPOCHREALTIME
eye --by listener -r 'src 10.9.0.1'
took=$((${EPOCHREALTIME/./} - ${began/./}))
check "no server: no name" null "$(host_of 1)"
check "no server: in time" true "$([ "$took" -lt $((3000000 * SLOW)) ] && echo true || echo "$took")"

done_testing
