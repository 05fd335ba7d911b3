#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034 # lists are picked from by their names
# Filters as ss understands them: for expressions written down and made up, the same sockets.
#
# Left out is what ss answers otherwise, as is known:
#  - "and" and "or" mixed without parentheses: it reads from left to right.
#  - It asks the kernel and then looks again, without regard to families: an address of zeros and a
#    prefix of a few bits hold for the other family too, so what is not such an address loses rows.
#  - "inet:" in front holds for the whole expression, "-4" leaves IPv4-mapped sockets out.
#  - "autobound" is to the kernel who never called bind(), which accepted sockets never did.
#  - TCP sockets that are only bound: no option of an older ss shows them.
. "$(dirname "$0")/lib.sh"
set -f

getent services smtp ssh domain http https >/dev/null || skip "no names of services here (/etc/services)"

GENERATED=280
RANDOM_SEED=${SOCKEYE_TEST_SEED:-$((SRANDOM & 32767))}
RANDOM=$((RANDOM_SEED & 32767))
echo "SOCKEYE_TEST_SEED=$RANDOM_SEED"

ip addr add 192.168.1.0/24 dev lo
ip addr add 120.33.31.1/32 dev lo
mk a states=25 established=60:4001 v6=100:4002 remotes=60x4:4003 remotes6=40x4:443 mapped=60x4:8080 \
  wildcard=40x4:22 udp=100:53 udp6=100:4004 listen=60 reuseport=5:4006 unaccepted=20:4007 \
  bind-device=1:4009 established=10:25 at=192.168.1.1 fin-wait1-in=10:80 fin-wait1-in=5:443 \
  closing=5:4008 at=120.33.31.1 established=10:80 time-wait=20:4010

# both OPTION... -- WORD...: what each says, in ss and eye, and in $LACK what differs. Options are for ss
# alone.
both() {
  local options=() proto=tcp
  while [ "$1" != -- ]; do
    options+=("$1")
    [ "$1" != -u ] || proto=udp
    shift
  done
  shift
  ss -Hna "${options[@]}" "$@" >"$DIR/ss" 2>"$DIR/ss.err" && [ ! -s "$DIR/ss.err" ] ||
    die "ss does not take: $* ($(cat "$DIR/ss.err"))"
  timeout -k 1 "$DEADLINE" "$SOCKEYE" -b -H --by socket "$@" >"$DIR/eye" 2>"$DIR/eye.err" ||
    echo "status $?" >>"$DIR/eye.err"
  LACK=$(differ "$DIR/ss" "$DIR/eye" $proto)
  [ ! -s "$DIR/eye.err" ] || LACK+=$(cat "$DIR/eye.err")
}

# Sockets in TIME_WAIT end by themselves: what differs is asked for again.
expressions=0
with_rows=0
same() {
  local words=("$@")
  for _ in 1 2 3; do
    both "${words[@]}"
    [ -n "$LACK" ] || break
  done
  check "as ss: ${words[*]}" "" "$LACK"
  expressions=$((expressions + 1))
  [ ! -s "$DIR/ss" ] || with_rows=$((with_rows + 1))
}

# ---- written down -------------------------------------------------------------

same -tu -- state time-wait
same -tu --

# The tutorials, word for word; each has something to find.
found=$with_rows
same -tu -- -o state established '( dport = :smtp or sport = :smtp )'
same -tu -- src 120.33.31.1:http
same -tu -- sport gt :1024
same -tu -- sport \> :1024
same -tu -- -o state fin-wait-1 \( sport = :http or sport = :https \) dst 192.168.1/24
same -tu -- -4 state closing
same -t -- -tn state time-wait
check "each line of the tutorials finds something" $((found + 7)) "$with_rows"

# Each state and each group, and how they add up.
for state in established syn-sent syn-recv syn-rcv fin-wait-1 fin-wait-2 time-wait closed close \
  unconnected close-wait last-ack listening closing all connected synchronized bucket big; do
  same -tu -- state $state
  [ $state = all ] || same -tu -- exclude $state
done
same -tu -- state established state close-wait
same -tu -- exclude listening exclude established
same -tu -- state connected exclude established
same -tu -- state ESTABLISHED sport = 22
same -tu -- state established sport = 22 or dport = 4003

# Each way to write an operator, a host, a port.
for op in = == eq != ne neq '>=' ge geq '<=' le leq '>' gt '<' lt; do
  same -tu -- sport $op :4003
  same -tu -- dport $op 443
done
for host in 127.0.0.1 127.0.1.7 127/8 127.0/16 127.0.1/24 127.0.1.0/25 127.0.1.5/30 192.168.1/24:80 \
  192.168.1.1:http 0.0.0.0 :22 '*:22' '127.0.0.1:*' '[::1]' '[::1]:4002' '[::]' '[fd00::1]' '[fd00::/16]' \
  '[fd00::/16]:443' fd00::/16 '[fd00::20/123]' '[::ffff:127.0.0.1]' '[::ffff:127.0.1.0/120]' '[::1]:443' \
  10/8 120.33.31.1; do
  same -tu -- src "$host"
  same -tu -- dst = "$host"
  [ "$host" = 0.0.0.0 ] || [ "$host" = '[::]' ] || same -tu -- not dst "$host"
done
same -tu -- dev lo
same -tu -- dev != lo
same -tu -- '( src 127.0.1/24 & dport = :22 ) | ! sport > :100'
same -tu -- '( src 127.0.1/24 && dport = :22 ) || ! ( sport > :100 )'
same -tu -- 'src 127.0.1/24 dport = :22'
same -t -- -t 'sport = :53 or sport = :22'
same -u -- -u 'sport = :53 or dport = :53 or sport = :4004'
same -t -6 -- -t 'src [::1] or src [fd00::/16]'
printf '# ports\n\n( sport = :22 or\ndport = :443 )\n' >"$DIR/filter"
same -tu -- -F "$DIR/filter"

# ---- made up --------------------------------------------------------------------

PORTS=(:22 22 :ssh :25 smtp :53 domain :80 http :443 https 4001 :4002 4003 :4004 4006 4007 :8080 \
  1024 :20000 32768 :40000 60000 65535)
ORDERS=('=' '==' eq '!=' ne neq '>' gt '>=' ge geq '<' lt '<=' le leq)
HOSTS=(127.0.0.1 127.0.1.1 127.0.1.33 127.0.1/24 127/8 127.0.1.0/28 192.168.1/24 192.168.1.1:80 \
  120.33.31.1 120.33/16:80 '*:22' :4003 127.0.0.1:8080 127.0.1/24:22 '[::1]' \
  '[::1]:4002' '[fd00::/8]' '[fd00::1]' '[fd00::/64]:443' '[fd00::10/124]' '[::ffff:127.0.0.1]' \
  '[::ffff:127.0.1.0/112]:8080')
ENDS=(src dst)
SIDES=(sport dport)
AND=(and '&' '&&' '')
OR=(or '|' '||')
NOT=(not '!')
STATES=(established connected synchronized bucket big listening close-wait fin-wait-2 closed all syn-recv)

pick() {
  local -n from=$1
  PICKED=${from[RANDOM % ${#from[@]}]}
}

word() {
  pick "$1"
  EXPR+="${PICKED:+ $PICKED}"
}

predicate() {
  case $((RANDOM % 5)) in
  0 | 1)
    word ENDS
    [ $((RANDOM % 4)) != 0 ] || EXPR+=" ="
    word HOSTS
    ;;
  *)
    word SIDES
    word ORDERS
    word PORTS
    ;;
  esac
}

# term DEPTH
term() {
  [ $((RANDOM % 4)) != 0 ] || word NOT
  if [ "$1" = 0 ] || [ $((RANDOM % 5)) -lt 2 ]; then
    predicate
    return
  fi
  EXPR+=" ("
  chain $(($1 - 1))
  EXPR+=" )"
}

# chain DEPTH: terms that are joined by "and" alone, or by "or" alone
chain() {
  local joins=AND n=$((RANDOM % 3))
  [ $((RANDOM % 2)) = 0 ] || joins=OR
  term "$1"
  while [ $n -gt 0 ]; do
    word $joins
    term "$1"
    n=$((n - 1))
  done
}

for ((i = 0; i < GENERATED; i++)); do
  state=()
  if [ $((RANDOM % 3)) = 0 ]; then
    pick STATES
    state=(state "$PICKED")
  fi
  EXPR=
  chain $((RANDOM % 3))
  # Words as a shell makes them, or one; but ss takes no state within one.
  if [ $((i % 2)) = 0 ]; then
    # shellcheck disable=SC2086 # one argument a word
    same -tu -- "${state[@]}" $EXPR
  else
    same -tu -- "${state[@]}" "$EXPR"
  fi
done

echo "$expressions expressions, $with_rows of them with sockets"
check "at least 300 expressions" 1 $((expressions >= 300))
check "most of them are true of some socket" 1 $((with_rows * 3 >= expressions * 2))

done_testing
