#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The map of owners from sample to sample: whatever processes do with their descriptors between two
# samples is right in the next one, or in the one behind it at the latest; on kernels that count none,
# within a turn.
. "$(dirname "$0")/lib.sh"

# "inode pid:fd" of each holder of the connections at a local port, as the report has it.
held() {
  json ".rows[]|select(.local.port==$1 and .state!=\"LISTEN\")|
    .inode as \$i|.owners[]|\"\\(\$i) \\(.pid):\\(.fd)\"" | sort
}

# The same sockets, by /proc of these processes.
held_proc() {
  local port=$1
  shift
  json ".rows[]|select(.local.port==$port and .state!=\"LISTEN\").inode" | proc_holders "$@"
}

# Holders of a port in short: "pid+pid count, ...".
holders() {
  json "[.rows[]|select(.local.port==$1 and .state!=\"LISTEN\")|
    [.owners[].pid]|unique|map(tostring)|join(\"+\")]|group_by(.)|
    map(\"\\(.[0]) \\(length)\")|sort|join(\", \")"
}

# Samples within which all is right. Where the kernel does not count descriptors (before 6.2), another
# one of a socket that has a holder already is found when its process has its turn.
SETTLED=2
[ "$(stat -Lc %s /proc/self/fd)" != 0 ] || SETTLED=20

# settles WHAT PORT HOLDERS PID...
settles() {
  local what=$1 port=$2 want=$3 i
  shift 3
  sampler_after
  for ((i = 1; i < SETTLED; i++)); do
    [ "$(holders "$port")" != "$want" ] || [ "$(held "$port")" != "$(held_proc "$port" "$@")" ] || break
    sampler_next
  done
  check "$what: holders" "$want" "$(holders "$port")"
  check "$what: descriptors" "$(held_proc "$port" "$@")" "$(held "$port")"
}

# A name is read again every eighth sample.
name_settles() {
  local i
  sampler_after
  for ((i = 0; i < 8; i++)); do
    [ "$(name_of "$2")" != "$3" ] || break
    sampler_next
  done
  check "$1" "$3" "$(name_of "$2")"
}

name_of() {
  json "[.rows[].owners[]|select(.pid==$1).comm]|unique|join(\" \")"
}

# What holders says of these: all of one set of processes; two sets, each with its count.
both() {
  printf '%s\n' "$@" | sort -n | paste -sd+
}

parts() {
  printf '%s\n' "$@" | sort | paste -sd, | sed 's/,/, /g'
}

sampler_start --by socket
sampler_next

# A process comes.
mk a comm=first established=20:901
a=${MK_PID[a]}
settles "new process" 901 "$a 20" "$a"

# It opens more, and closes some.
mk a established=7:902
settles "new sockets" 902 "$a 7" "$a"
mk a reset=3
settles "closed ones are gone" 902 "$a 4" "$a"

# It forks: nothing was opened or closed in the process known so far.
mk a fork
child=${SAID[child]}
settles "fork" 901 "$(both "$a" "$child") 20" "$a" "$child"
settles "fork, other port" 902 "$(both "$a" "$child") 4" "$a" "$child"

# It closes what the child keeps: no socket vanished.
mk a drop=4
settles "one of two closes" 902 "$child 4" "$a" "$child"

# The child ends.
mk a exit-child
settles "exit of a holder" 901 "$a 20" "$a"
# Its FIN may not be acknowledged yet in the same instant.
[ "$(json '[.rows[]|select(.local.port==902 and .state=="FIN_WAIT1")]|length')" = 0 ] || sampler_next
check "what only the child held is finished by the kernel" '[["FIN_WAIT2","orphan"]] 4' \
  "$(json '[.rows[]|select(.local.port==902 and .owners==[])|[.state,.owner]]|"\(unique) \(length)"')"

# Closed and opened again on the same numbers, as many descriptors as before, and the old sockets
# live on in the child.
mk b established=6:903 fork
b=${MK_PID[b]}
child=${SAID[child]}
settles "before the swap" 903 "$(both "$b" "$child") 6" "$b" "$child"
mk b swap=4:904
settles "swap: old sockets" 903 "$(parts "$(both "$b" "$child") 2" "$child 4")" "$b" "$child"
settles "swap: new sockets" 904 "$b 4" "$b" "$child"

# exec: another name, without the descriptors that are close-on-exec.
mk c established=5:905 fork
mk c fork
c=${MK_PID[c]}
sister=$(pgrep -P "$c" | head -n 1)
child=${SAID[child]}
settles "before exec" 905 "$(both "$c" "$sister" "$child") 5" "$c" "$sister" "$child"
mk c exec
settles "exec keeps what it may" 905 "$(both "$c" "$sister" "$child") 5" "$c" "$sister" "$child"
name_settles "exec: the new name" "$child" cat
mk d established=5:906 cloexec=2 fork
d=${MK_PID[d]}
child=${SAID[child]}
settles "close-on-exec, before" 906 "$(both "$d" "$child") 5" "$d" "$child"
mk d exec
settles "close-on-exec, after" 906 "$(parts "$(both "$d" "$child") 3" "$d 2")" "$d" "$child"

# Handed over through a UNIX socket, some at first, then the rest.
mk e fork established=10:907
e=${MK_PID[e]}
child=$(pgrep -P "$e")
settles "before the handover" 907 "$e 10" "$e" "$child"
mk e give=4
settles "some handed over" 907 "$(parts "$e 6" "$child 4")" "$e" "$child"

# A second descriptor in the same process.
mk f established=1:908
f=${MK_PID[f]}
settles "one descriptor" 908 "$f 1" "$f"
mk f dup
settles "two descriptors" 908 "$f 1" "$f"
check "both are listed" 2 "$(held 908 | wc -l)"

mk f comm=renamed
name_settles "a new name" "$f" renamed

# What was never touched is as it was.
settles "untouched" 901 "$a 20" "$a"
check "complete to the end" true "$(json .complete)"

done_testing
