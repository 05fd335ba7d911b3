#!/bin/sh
# SPDX-License-Identifier: MIT
# Compares every #include of src/ and include/ with the directions of tests/layers.txt.
set -eu
srcdir=${srcdir:-$(dirname "$0")/..}
cd "$srcdir"

# No name in the tree has blanks.
# shellcheck disable=SC2046
awk '
function layer_of(path,   parts, n) {
	sub(/^src\//, "", path)
	sub(/^include\/sockeye\//, "", path)
	n = split(path, parts, "/")
	return n == 1 ? "program" : parts[1]
}

# A shell pattern with * as a regular expression.
function glob(pattern) {
	gsub(/[.\[\]()+?{}|^$\\]/, "\\\\&", pattern)
	gsub(/\*/, ".*", pattern)
	return "^" pattern "$"
}

function wrong(text) {
	print FILENAME ":" FNR ": " text
	status = 1
}

function check_ours(name,   target, layer) {
	layer = layer_of(FILENAME)
	if (name == "config.h")
		return
	if (name !~ /\//) {
		if (FILENAME !~ /^src\//)
			wrong("a header in include/ is named in full: \"sockeye/...\"")
		return		# beside this file, so of the same layer
	}
	if (name !~ /^sockeye\//) {
		wrong("not of the form \"sockeye/<layer>/x.h\": " name)
		return
	}
	sub(/^sockeye\//, "", name)
	target = layer_of(name)
	if (target != layer && !((layer, target) in may) && !((layer, name) in may))
		wrong(layer " may not include " target ": " name)
}

function check_system(name,   i) {
	for (i = 1; i <= n_only; i++)
		if (name ~ only_what[i]) {
			if (FILENAME !~ only_where[i])
				wrong(name " is not for this file")
			return
		}
}

FILENAME == "tests/layers.txt" {
	if ($1 == "layer") {
		for (i = 3; i <= NF; i++) {
			may[$2, $i] = 1
			split($i, target, "/")
			if (!(target[1] in known))
				wrong($2 " uses " $i ", which does not stand above it")
		}
		known[$2] = 1
	} else if ($1 == "only") {
		n_only++
		only_what[n_only] = glob($2)
		for (i = 3; i <= NF; i++)
			only_where[n_only] = only_where[n_only] (i > 3 ? "|" : "") glob($i)
	} else if (NF && $1 !~ /^#/) {
		wrong("neither layer nor only: " $1)
	}
	next
}

FNR == 1 {
	files++
	if (!(layer_of(FILENAME) in known))
		wrong("tests/layers.txt does not know the layer " layer_of(FILENAME))
}

/^[ \t]*#[ \t]*include/ {
	includes++
	if (match($0, /"[^"]+"/))
		check_ours(substr($0, RSTART + 1, RLENGTH - 2))
	else if (match($0, /<[^>]+>/))
		check_system(substr($0, RSTART, RLENGTH))
	else
		wrong("cannot read this include")
}

END {
	if (!files || !includes) {
		print "no files to look at"
		status = 1
	}
	if (!status)
		print includes " includes in " files " files go the right way"
	exit status
}
' tests/layers.txt $(find src include -name '*.[ch]' -o -name '*.def' | sort)
