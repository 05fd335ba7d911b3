# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The interface in a terminal of tmux. Sourced behind lib.sh.
#
#   screen_start ARG...         the program with these arguments, on 80 columns and 24 rows; in the place of
#                               that which was started before
#   keys KEY...                 as send-keys of tmux has them
#   sees WHAT REGEX [SECONDS]   one assertion: it is on the screen by then
#   screen                      what is on it

command -v tmux >/dev/null || skip "needs tmux"

# A socket of its own for each: a server that is about to end still takes what comes over its old one.
TMUX_COUNT=0
TMUX_SERVER=$DIR/tmux.0
trap 'tmux -S "$TMUX_SERVER" kill-server 2>/dev/null; cleanup' EXIT

screen_start() {
  tmux -S "$TMUX_SERVER" kill-server 2>/dev/null
  TMUX_COUNT=$((TMUX_COUNT + 1))
  TMUX_SERVER=$DIR/tmux.$TMUX_COUNT
  LANG=C.UTF-8 tmux -S "$TMUX_SERVER" -f /dev/null new-session -d -s s -x 80 -y 24 \
    "$SOCKEYE $*; echo status=\$?; exec cat"
}

screen() {
  tmux -S "$TMUX_SERVER" capture-pane -p -t s
}

keys() {
  tmux -S "$TMUX_SERVER" send-keys -t s "$@"
}

sees() {
  local end=$((SECONDS + ${3:-$DEADLINE}))
  until screen | grep -qE -- "$2"; do
    if [ "$SECONDS" -ge "$end" ]; then
      check "$1" "$2" "$(screen)"
      return
    fi
    sleep 0.1
  done
  check "$1" "" ""
}
