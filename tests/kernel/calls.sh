#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every system call of the start and of ten refreshes, as a report and as the interface, with a list
# of what must not be among them.
command -v strace >/dev/null || { echo "skipped: needs strace"; exit 77; }
. "$(dirname "$0")/lib.sh"

grep -q __asan_init "$SOCKEYE" && skip "the address sanitizer makes calls of its own"
strace -qq -o /dev/null true 2>/dev/null || skip "no right to trace"
mk a comm=busy established=5:2001 udp=2:2002

# What a call must not look like, and why.
FORBIDDEN='
connect\(.*AF_INET	a connection
execve(at)?\(	another program
ptrace\(	looking into a process
process_vm_	looking into a process
(open|openat|openat2|creat)\([^)]*(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC)	a file opened for writing
(stat|newfstatat|statx|access|faccessat2?|statfs)\([^)]*/fd/[0-9]	a look at what a descriptor leads to
(open|openat)\([^)]*/fd/[0-9]	opening what a descriptor leads to
(open|openat)\([^)]*/(mem|environ|maps)"	the memory of a process
(unlink|rename|mkdir|link|symlink|chmod|chown|truncate)(at|at2)?\(	a change of files
(mount|umount2|setns|unshare|init_module|finit_module|bpf|perf_event_open)\(	a change of the machine
(kill|tkill|rt_sigqueueinfo|pidfd_send_signal)\(	a signal
socket\(AF_(INET|PACKET)	a socket of the network
'

# allow PATTERN...: calls that are meant, for one run.
ALLOWED=()

# judge WHAT: of $DIR/trace. The first call starts the program and is ours.
judge() {
  local what=$1 pattern why found
  check "$what: the trace has calls" true "$([ "$(wc -l <"$DIR/trace")" -gt 100 ] && echo true)"
  sed -i '1d' "$DIR/trace"
  for pattern in "${ALLOWED[@]}"; do
    sed -i -E "\\#$pattern#d" "$DIR/trace"
  done
  while IFS=$'\t' read -r pattern why; do
    [ -n "$pattern" ] || continue
    # What follows the number of the thread.
    found=$(grep -E "^[0-9]+ +$pattern" "$DIR/trace" | head -n 3)
    check "$what: $why" "" "$found"
  done <<<"$FORBIDDEN"
}

trace() {
  strace -f -qq -o "$DIR/trace" "$SOCKEYE" "$@" >"$DIR/out" 2>"$DIR/err"
  STATUS=$?
}

trace -b --json -c 11 -d 0.1 --by process
check "report: exit" 0 "$STATUS"
check "report: owners were looked for" true "$(grep -q 'readlinkat.*"socket:' "$DIR/trace" && echo true)"
check "report: samples" 11 "$(wc -l <"$DIR/out")"
judge report

# With names, only DNS is asked, by datagrams, and nothing else is let through.
ip address add 10.9.0.1/24 dev lo
mk a at=10.9.0.1 established=1:2003
trace -b --by socket -r
check "names: exit" 0 "$STATUS"
if "$SOCKEYE" -V | grep -q 'DNS: c-ares'; then
  check "names: DNS was asked" true "$(grep -q 'socket(AF_INET' "$DIR/trace" && echo true)"
fi
ALLOWED=('socket\(AF_INET6?, SOCK_DGRAM' 'connect\(.*AF_INET.*htons\(53\)')
judge names
ALLOWED=()

# Network namespaces are entered only where that is asked for, and nothing else is.
ALLOWED=('setns\([0-9]+, CLONE_NEWNET\)')
trace -b --json -c 3 -d 0.1 --by process --all-netns
check "all namespaces: exit" 0 "$STATUS"
judge "all namespaces"
ALLOWED=()

# The list is seen to find something.
strace -f -qq -o "$DIR/trace" "$BASH" -c 'for i in 1 2 3 4 5 6 7 8 9 10; do : </dev/null; done
  : >/dev/null; cat /dev/null; kill -0 $$' >/dev/null
before=$failures
judge "self-test" >"$DIR/found"
check "self-test: faults are found" 3 $((failures - before))
failures=$((failures > before + 3 ? failures : before))

if command -v script >/dev/null; then
  # The terminal, so that a stopped one does not hold us, and what then takes frames.
  ALLOWED=('openat\(AT_FDCWD, "/dev/(pts/[0-9]+|null)", O_WRONLY')
  export TERM=xterm-256color
  script -qec "strace -f -qq -o '$DIR/trace' '$SOCKEYE' -c 11 -d 0.1 --max-cpu 100" /dev/null \
    >"$DIR/out" </dev/null
  check "interface: exit" 0 $?
  check "interface: it was one" true "$(grep -q '1049h' "$DIR/out" && echo true)"
  judge interface

  # What sudo hands on of a user's environment.
  mkdir "$DIR/terminfo"
  export TERMINFO=$DIR/terminfo LOCPATH=$DIR/terminfo NCURSES_NO_SETBUF=1
  with_sudo() {
    script -qec "strace $1 -f -qq -o '$DIR/trace' '$SOCKEYE' -c 1 -d 0.1" /dev/null \
      >"$DIR/out" </dev/null
    grep -c "$DIR/terminfo" "$DIR/trace"
  }
  check "one's own environment is heeded" true "$([ "$(with_sudo '')" -gt 1 ] && echo true)"
  check "that of sudo is not" 0 "$(with_sudo '-E SUDO_UID=65534')"
else
  echo "not tried as the interface: needs script"
fi

done_testing
