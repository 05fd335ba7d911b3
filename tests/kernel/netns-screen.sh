#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The page of network namespaces: a row each, what is behind it, a filter over it, and one that goes.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tmux.sh"

mount -t tmpfs tmpfs /run || skip "no right to mount"
ip netns add red 2>/dev/null || skip "no right to make named namespaces"

inode_of() {
  stat -Lc %i "$1/ns/net"
}

# Seven sockets in a named one, five in our own, three in one that only its process makes known.
MK_AS=(ip netns exec red)
mk_start red
MK_AS=(unshare --net)
mk_start nameless
MK_AS=()
ip -n red link set lo up
mk red comm=redwork established=3:4000
mk nameless comm=nameless udp=1:4001
mk home comm=homework established=2:2001
HOME_INO=$(inode_of /proc/self)
RED=$(inode_of "/proc/${MK_PID[red]}")
NAMELESS=$(inode_of "/proc/${MK_PID[nameless]}")

row_of() {
  screen | grep -E "^.$1 "
  true
}

# ---- without being asked ---------------------------------------------------------------------

screen_start -d 0.5
sees "it runs" '^.ESTAB +4 '
keys C
sees "a row for it" "^>$HOME_INO +[^ ]+ +5 "
sees "and no other, and it says so" '^ row 1 of 1   only our own namespace: --all-netns shows all '
keys C
sees "its containers" '› containers '
sees "the same line" '^ row . of .   only our own namespace: --all-netns shows all '
sees "what is in none" "^.\\[none\\] +$HOME_INO +5 "
keys u
sees "and back" '› namespaces '
keys q q
sees "it ends" '^status=0'

# ---- rows ------------------------------------------------------------------------------------

screen_start -d 0.5 --all-netns
sees "all of them" '^.ESTAB +10 '
keys C
sees "the page" '› namespaces '
sees "a name" "^>red +[^ ]+ +7 "
sees "our own" "^ $HOME_INO +[^ ]+ +5 "
sees "a nameless one" "^ $NAMELESS +[^ ]+ +3 "
sees "three" '^ row 1 of 3  '
check "nothing else to be looked into" "" "$(screen | grep -e --all-netns)"

# Whoever may mount may give it any name.
touch /run/netns/$'odd\e[31mname'
mount --bind "/proc/${MK_PID[nameless]}/ns/net" /run/netns/$'odd\e[31mname'
sees "a name that cannot be printed" "^ odd\\\\e\\[31mname +[^ ]+ +3 "
umount /run/netns/$'odd\e[31mname'
sees "and without it again" "^ $NAMELESS +[^ ]+ +3 "

# ---- what is behind a row --------------------------------------------------------------------

keys Enter
sees "its sockets" "^Filter  netns = $RED "
sees "all of them" ' 7 of 15'
sees "the connections" "^.ESTAB +127\.0\.0\.1:4000 +redwork\[${MK_PID[red]}\]"
sees "and the listener" "^.LISTEN .*redwork\[${MK_PID[red]}\]"
keys Enter
sees "one of them" "^  Owner +redwork\[${MK_PID[red]}\]"
sees "says where it is" "red"
keys Escape Escape
sees "back on the page" '› namespaces '
sees "on the same row" "^>red "
keys c
sees "columns" '^ Inode +yes'
keys Escape
keys C
sees "containers of all" '^.\[none\] +\* +15 '
keys C
sees "and namespaces again" "^>red "

# ---- a filter --------------------------------------------------------------------------------

keys f
keys -l 'proto = udp'
keys Enter
sees "one that only the nameless one passes" '^ row 1 of 1'
sees "is there" "^.$NAMELESS +[^ ]+ +3 "
check "and the others are not" "" "$(row_of red)$(row_of "$HOME_INO")"
keys x
sees "all again" '^ row . of 3'

# ---- one that goes ---------------------------------------------------------------------------

keys End
sees "on the last row" '^ row 3 of 3'
sees "which is the nameless one" "^>$NAMELESS "
keys Enter
sees "its three sockets" ' 3 of 15'
mk_end nameless
sees "it is gone" 'no socket is like this now'
keys Escape
sees "and its row says so" "^>$NAMELESS gone "
sees "and counts no more" '^ row . of 2'
keys Home
await "" row_of "$NAMELESS"
MK_AS=(unshare --net)
mk_start again
MK_AS=()
mk again comm=again udp=3:5000
sees "a new one comes" "^.$(inode_of "/proc/${MK_PID[again]}") .* 7 "
mk_end red
ip netns del red
sees "a named one goes" '^.red gone '
keys End
await "" row_of red
keys q
sees "back on the first screen" '^ State +Count'
keys q
sees "it ends" '^status=0'

done_testing
