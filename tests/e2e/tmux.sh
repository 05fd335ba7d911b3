#!/bin/sh
# SPDX-License-Identifier: MIT
# The program in a terminal between it and us that was written by others: start, keys, resize, quit.
set -eu
srcdir=${srcdir:-$(dirname "$0")/../..}
program=${PROGRAM:-$PWD/sockeye-fake}

command -v tmux >/dev/null || { echo "SKIP: no tmux"; exit 77; }

dir=$(mktemp -d)
server=$dir/tmux
trap 'tmux -S "$server" kill-server 2>/dev/null || :; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

t() {
  tmux -S "$server" "$@"
}

screen() {
  t capture-pane -p -t s
}

# Waits until the screen has a text: at most ten seconds, a tenth at a time; longer on a slow machine.
wait_for() {
  tries=$((100 * ${SOCKEYE_SLOW:-1}))
  while ! screen | grep -qF -- "$1"; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      echo "never came: $1"
      screen
      exit 1
    fi
    sleep 0.1
  done
}

SOCKEYE_FAKE=$srcdir/tests/fixtures/e2e/web.fake
export SOCKEYE_FAKE
env -u TMUX LANG=C.UTF-8 tmux -S "$server" -f /dev/null new-session -d -s s -x 80 -y 24 \
  "sh -c 'echo before; \"$program\" -d 0.3; echo status=\$?; exec cat'"
wait_for 'java[2211]'
wait_for 'CLOSE_WAIT     45'
t send-keys -t s Space
wait_for 'pid = 2211'
t send-keys -t s Enter
wait_for 'row 1 of 66'
t send-keys -t s Down
wait_for 'row 2 of 66'
t resize-window -t s -x 120 -y 40
wait_for 'Send-Q'
t send-keys -t s Escape
wait_for 'nginx[901]'
t send-keys -t s q
wait_for 'status=0'
if ! screen | grep -qxF before; then
  echo "the screen of before did not come back"
  screen
  exit 1
fi
