#!/bin/sh
# SPDX-License-Identifier: MIT
# Each check script finds what it is there to find: one fault is planted at a time in a copy.
set -eu
srcdir=${srcdir:-$(dirname "$0")/..}
srcdir=$(CDPATH='' cd "$srcdir" && pwd)
here=$(pwd)
: "${TABLES:=tests/helpers/tables}" "${SOCKEYE:=./sockeye}"
case $TABLES in /*) ;; *) TABLES=$here/$TABLES ;; esac
case $SOCKEYE in /*) ;; *) SOCKEYE=$here/$SOCKEYE ;; esac
export TABLES SOCKEYE

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
count=0

fresh_copy() {
  rm -rf "$work/tree" "$work/whole"
  mkdir "$work/whole"
  (cd "$srcdir" && tar cf - --exclude=corpus --exclude=golden --exclude=fixtures \
    SECURITY.md src include man completion tests) |
    (cd "$work/whole" && tar xf -)
  chmod -R u+w "$work/whole"
  cp -R "$work/whole" "$work/tree"
}

# Takes the faults that were planted out again.
changed=
restore() {
  for file in $changed; do
    if [ -e "$work/whole/$file" ]; then
      cp "$work/whole/$file" "$work/tree/$file"
    else
      rm -r "$(dirname "$work/tree/$file")"
    fi
  done
  changed=
}

run_check() {
  code=0
  srcdir=$work/tree sh "$work/tree/tests/$1" > "$work/out" 2>&1 || code=$?
}

# passes CHECK...: on the tree as it is, or else the faults planted here mean nothing.
passes() {
  for check in "$@"; do
    run_check "$check"
    if [ "$code" -ne 0 ] && [ "$code" -ne 77 ]; then
      echo "$check fails on the tree as it is: the faults planted here mean nothing"
      exit 1
    fi
  done
}

# finds CHECK TEXT...: after a fault was planted for each TEXT, the check fails and says it.
finds() {
  check=$1
  shift
  run_check "$check"
  for text in "$@"; do
    count=$((count + 1))
    if [ "$code" -ne 1 ] || ! grep -qF -- "$text" "$work/out"; then
      echo "$check does not find: $text (status $code)"
      sed 's/^/    /' "$work/out"
      status=1
    fi
  done
  restore
}

# append FILE LINE, replace FILE PATTERN TEXT (sed), both below the copy.
append() {
  printf '%s\n' "$2" >> "$work/tree/$1"
  changed="$changed $1"
}
replace() {
  sed "s|$2|$3|" "$work/tree/$1" > "$work/edited"
  if cmp -s "$work/edited" "$work/tree/$1"; then
    echo "nothing to replace in $1: $2"
    status=1
  fi
  cp "$work/edited" "$work/tree/$1"
  changed="$changed $1"
}

# This check takes long: of one layer.
fresh_copy
find "$work/tree/src" "$work/tree/include/sockeye" -mindepth 1 -maxdepth 1 ! -name base -exec rm -rf {} +
passes check-headers.sh
append include/sockeye/base/fmt.h 'int fmt_again(FILE *f);'
finds check-headers.sh 'include/sockeye/base/fmt.h does not stand alone'
replace include/sockeye/base/fmt.h '^#ifndef .*' '#if 1'
append include/sockeye/base/fmt.h 'struct twice { int x; };'
finds check-headers.sh 'include/sockeye/base/fmt.h does not stand alone'
replace src/base/buf.c 'SPDX-License-Identifier: MIT' 'no licence'
finds check-headers.sh 'src/base/buf.c does not begin with its licence'

fresh_copy
passes check-layers.sh check-bans.sh check-docs.sh

append src/model/addr.c '#include "sockeye/view/view.h"'
finds check-layers.sh 'model may not include view'
append include/sockeye/ui/app.h '#include "sockeye/collect/live.h"'
finds check-layers.sh 'ui may not include collect'
append src/view/view.c '#include <curses.h>'
finds check-layers.sh '<curses.h> is not for this file'
append src/screen/canvas.c '# include <libmnl/libmnl.h>'
finds check-layers.sh '<libmnl/libmnl.h> is not for this file'
append src/base/buf.c '#include "../model/addr.h"'
finds check-layers.sh 'not of the form'
mkdir "$work/tree/src/stray"
append src/stray/stray.c '#include <stdio.h>'
finds check-layers.sh 'does not know the layer stray'
append tests/layers.txt 'layer early late'
finds check-layers.sh 'does not stand above it'

append src/base/buf.c 'void f(char *a) { strcpy(a, "x"); }'
finds check-bans.sh 'strcpy(a'
append src/base/buf.c '/* one */ int g(void) { return system ("x"); } /* two */'
finds check-bans.sh 'system ('
append src/view/view.c 'int k(void) { return pthread_create(0, 0, 0, 0); }'
finds check-bans.sh 'pthread_create('
append src/base/buf.c 'void h(void) { setlocale(LC_ALL, ""); }'
finds check-bans.sh 'LC_ALL'
open_word=FIX
append src/base/buf.c "/* ${open_word}ME: later */"
finds check-bans.sh 'left open'

append src/base/buf.c '/* strcpy(a, b) */ static const char quoted[] = "system(\"x\")";'
run_check check-bans.sh
if [ "$code" -ne 0 ]; then
  echo "check-bans.sh takes comments and strings for code"
  status=1
fi
restore

# One fault fails the check, also that which is looked at first, and that which is looked at last.
append SECURITY.md 'Shown by `test_that_nobody_wrote`.'
finds check-docs.sh 'a test that is not there: test_that_nobody_wrote'
replace completion/_sockeye 'syn-recv ' ''
finds check-docs.sh 'completion/_sockeye, states lacks: syn-recv'

# The others at once, as each run takes seconds: each is a place of its own.
set --
replace man/sockeye.8 '^\.It Fl -strict' '.It Fl -lenient'
set -- "$@" 'lacks: .It Fl -strict' 'beyond the tables: .It Fl -lenient'
replace man/sockeye.8 '^The peer has closed, .*' 'Another story.'
set -- "$@" 'lacks: .It Cm CLOSE_WAIT'
replace man/sockeye.8 '^\.It Ic Space' '.It Ic Pause'
set -- "$@" 'lacks: .It Ic Space'
replace man/sockeye.8 '^\.It Cm inode .*' '.It Cm inodes'
set -- "$@" 'lacks: .It Cm inode'
replace man/sockeye.8 '^\.It listen drops' '.It listen dropped'
set -- "$@" 'lacks: .It listen drops'
replace man/sockeye.8 '^\.It Cm slow-reader' '.It Cm slow-writer'
set -- "$@" 'lacks: .It Cm slow-reader'
replace man/sockeye.8 '^\.It Va net.core.somaxconn' '.It Va net.core.somax'
set -- "$@" 'beyond the tables: .It Va net.core.somax'
replace man/sockeye.8 '^\.It 128+n' '.It 4'
set -- "$@" 'beyond the tables: .It 4'
if command -v mandoc > /dev/null; then
  append man/sockeye.8 '.El'
  set -- "$@" 'skipping end of block that is not open'
fi
replace man/sockeye.conf.5 '^\.It Cm interval .*' '.It Cm pause = Ar SECONDS'
set -- "$@" 'lacks: .It Cm interval'
replace completion/sockeye.bash '--prefix4' '--prefix5'
set -- "$@" 'completion/sockeye.bash lacks: --prefix4'
replace completion/_sockeye "'--json\[" "'--jason["
set -- "$@" 'completion/_sockeye lacks: --json'
finds check-docs.sh "$@"

[ "$status" -ne 0 ] || echo "$count planted faults were found"
exit "$status"
