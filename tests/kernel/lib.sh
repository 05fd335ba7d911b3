# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # what is set here is read in the tests
# What the tests on the real kernel share. Sourced first by each of them; runs the test in network,
# mount and process namespaces of its own, which end with it. Needs root, jq, iproute2.
#
#   OWN_PIDS=no          before sourcing: stay in the present process namespace
#   mk NAME WORD...      orders from the socket maker NAME (started at its first word); what it says
#                        is in ${SAID[key]}
#   eye ARG...           one report as JSON, in $JSON; must succeed and say nothing on stderr
#   json FILTER          what jq makes of it
#   check WHAT WANT GOT  one assertion
#   done_testing         last line

set -u
LC_ALL=C.UTF-8
export LC_ALL

skip() {
  echo "skipped: $*"
  exit 77
}

if [ "${KERNEL_TEST_NETNS-}" != yes ]; then
  [ "$(id -u)" = 0 ] || skip "needs root for namespaces of its own"
  for tool in jq ss ip unshare setpriv; do
    command -v "$tool" >/dev/null || skip "needs $tool"
  done
  unshare --net --mount --pid true 2>/dev/null || skip "no right to make namespaces"
  export KERNEL_TEST_NETNS=yes
  [ "${OWN_PIDS:-yes}" = yes ] || exec unshare --net --mount "$BASH" "$0" "$@"
  exec unshare --net --mount --pid --fork --kill-child --mount-proc "$BASH" "$0" "$@"
fi

SOCKEYE=$(realpath "${SOCKEYE:-./sockeye}")
HELPERS=$(dirname "$SOCKEYE") # mksocks and others are built beside it
SLOW=${SOCKEYE_SLOW:-1} # so many times longer than elsewhere things may take on this machine
DEADLINE=$((20 * SLOW)) # seconds that any single thing may take
# The reason of a socket that nobody holds, where all processes can be looked into. Linux gives the
# first pid namespace this inode.
NOBODY_HOLDS=no-process
[ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ] || NOBODY_HOLDS=other-pidns

for program in "$SOCKEYE" "$HELPERS/mksocks" "$HELPERS/seccomp-run"; do
  [ -x "$program" ] || { echo "not built: $program"; exit 1; }
done

DIR=$(mktemp -d)
chmod 711 "$DIR"
ip link set lo up
checks=0
failures=0
declare -A MK_PID MK_IN MK_OUT SAID
JSON=

# Ends what this test started, by pid, and waits for it.
cleanup() {
  local name
  for name in "${!MK_PID[@]}"; do
    mk_end "$name"
  done
  [ -z "${SAMPLER-}" ] || sampler_end
  rm -rf "$DIR"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

check() {
  checks=$((checks + 1))
  [ "$2" = "$3" ] && return
  failures=$((failures + 1))
  printf 'FAILED (line %s): %s\n  want: %s\n  got:  %s\n' "${BASH_LINENO[0]}" "$1" "$2" "$3"
}

done_testing() {
  echo "$checks checks, $failures failed"
  [ "$checks" -gt 0 ] && [ "$failures" = 0 ]
  exit
}

die() {
  echo "FAILED: $*"
  exit 1
}

# A copy of a program that every user may execute, wherever it was built.
public() {
  local copy=$DIR/${1##*/}
  [ -x "$copy" ] || install -m 755 "$1" "$copy"
  echo "$copy"
}

# A user without any rights. The program is a public copy.
as_nobody() {
  setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all "$@"
}

# Some machines have a process that not even root may look into. Puts an empty directory over each.
mask_unreadable() {
  local pid
  mkdir -p "$DIR/nothing"
  for pid in $(find /proc/[0-9]*/fd -maxdepth 1 -lname none 2>&1 |
    sed -n 's|.*/proc/\([0-9]*\)/fd.*Permission denied|\1|p' | sort -u); do
    mount --bind "$DIR/nothing" "/proc/$pid"
  done
}

# ---- ss ----------------------------------------------------------------------

# differ SS EYE PROTOCOL: the first sockets that but one of the two lists has, as protocol and both ends.
# ss leaves out the protocol and the state where there can be but one.
differ() {
  awk -v proto="$3" '
    {
      first = 1
      while (first < 4 && $first !~ /^[0-9]+$/)
        first++
      if (first > 3 || (first == 3 && $1 != "tcp" && $1 != "udp"))
        next
      if ($1 == "tcp" || $1 == "udp")
        proto = $1
      if (proto == "tcp" && (/^tcp *UNCONN/ || /^tcp *CLOSE /))
        next
      near = $(first + 2)
      far = $(first + 3)
      sub(/%[^:]*/, "", near)
      sub(/.*:\*$/, "-", far)
      row = proto " " near " " far
      while (match(row, /\[::ffff:[0-9.]*\]/))
        row = substr(row, 1, RSTART - 1) substr(row, RSTART + 8, RLENGTH - 9) substr(row, RSTART + RLENGTH)
      beyond[row] += FILENAME == ARGV[1] ? 1 : -1
    }
    END {
      for (row in beyond)
        if (beyond[row] != 0 && shown++ < 5)
          print (beyond[row] > 0 ? "ss: " : "sockeye: ") row
    }' "$1" "$2"
}

# ---- the socket maker ---------------------------------------------------------

# As whom the next maker runs: a prefix of its command line.
MK_AS=()

mk_start() {
  local name=$1 program in out
  program=$(public "$HELPERS/mksocks")
  mkfifo "$DIR/$name.in" "$DIR/$name.out"
  "${MK_AS[@]}" "$program" --here <"$DIR/$name.in" >"$DIR/$name.out" &
  MK_PID[$name]=$!
  exec {in}>"$DIR/$name.in" {out}<"$DIR/$name.out"
  MK_IN[$name]=$in
  MK_OUT[$name]=$out
  mk_answer "$name" ready
}

mk_answer() {
  local name=$1 head=$2 line word
  read -r -t "$DEADLINE" -u "${MK_OUT[$name]}" line || die "mksocks $name: no answer"
  [ "${line%% *}" = "$head" ] || die "mksocks $name: $line"
  SAID=()
  for word in $line; do
    case $word in
    *=*) SAID[${word%%=*}]=${word#*=} ;;
    esac
  done
}

mk() {
  local name=$1
  shift
  [ -n "${MK_PID[$name]-}" ] || mk_start "$name"
  local word
  for word; do
    printf '%s\n' "$word" >&"${MK_IN[$name]}"
    mk_answer "$name" ok
  done
}

# A later maker inherits our end of an earlier one's stdin, so closing it is not enough.
mk_end() {
  local name=$1 in out
  in=${MK_IN[$name]} out=${MK_OUT[$name]}
  kill "${MK_PID[$name]}" 2>/dev/null
  wait "${MK_PID[$name]}" 2>/dev/null
  exec {in}>&- {out}<&-
  unset "MK_PID[$name]"
}

# ---- the program ----------------------------------------------------------------

# Runs it with a deadline; what it printed is in $OUT and $ERR, its exit status in $STATUS.
run_eye() {
  timeout -k 1 "$DEADLINE" "$SOCKEYE" "$@" >"$DIR/out" 2>"$DIR/err"
  STATUS=$?
  OUT=$(tr -d '\0' <"$DIR/out")
  ERR=$(cat "$DIR/err")
}

eye() {
  run_eye -b --json "$@"
  JSON=$OUT
  check "exit status of: $*" 0 "$STATUS"
  check "stderr of: $*" "" "$ERR"
}

json() {
  jq -rc "$1" <<<"$JSON"
}

# Repeats a command until it prints what is wanted; a socket may be on its way into its state.
await() {
  local want=$1 got end=$((SECONDS + DEADLINE))
  shift
  until got=$("$@") && [ "$got" = "$want" ]; do
    [ "$SECONDS" -lt "$end" ] || die "waited in vain for '$want' of: $* (is '$got')"
  done
}

# ---- samples over time ------------------------------------------------------------

# Starts a run that samples until it is ended.
sampler_start() {
  mkfifo "$DIR/samples"
  "$SOCKEYE" -b --json -c 0 -d 0.1 "$@" >"$DIR/samples" &
  SAMPLER=$!
  exec {SAMPLES}<"$DIR/samples"
}

# The next report, in $JSON.
sampler_next() {
  read -r -t "$DEADLINE" -u "$SAMPLES" JSON || die "no sample"
}

# The first report on an instant after now. Its time is the time at which its dump began.
sampler_after() {
  local now
  now=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
  sampler_next
  until [[ $(json .time) > $now ]]; do
    sampler_next
  done
}

# sampler_settles WHAT WANT FILTER: true of the first report after now or of the one behind it.
sampler_settles() {
  sampler_after
  [ "$(json "$3")" = "$2" ] || sampler_next
  check "$1" "$2" "$(json "$3")"
}

sampler_end() {
  kill "$SAMPLER" 2>/dev/null
  wait "$SAMPLER"
  exec {SAMPLES}<&-
  rm -f "$DIR/samples"
  SAMPLER=
}

# ---- what the others say ------------------------------------------------------------

# Sockets that ss lists for a state ("established", ...); further words are its filter.
ss_count() {
  local state=$1
  shift
  ss -Htan state "$state" "$@" | wc -l
}

# "inode pid:fd" of each descriptor that these processes have on the sockets whose inodes come from
# stdin, by /proc, sorted.
proc_holders() {
  local pid
  awk 'NR == FNR { wanted[$1]; next } $1 in wanted' - <(
    for pid; do
      find "/proc/$pid/fd" -lname 'socket:*' -printf "%l $pid:%f\n" | sed 's/^socket:\[\(.*\)\]/\1/'
    done
  ) | sort
}
