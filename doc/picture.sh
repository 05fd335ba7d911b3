#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes doc/overview.svg from the running program: doc/picture.sh BUILDDIR, after make there of
# sockeye-fake and vtdrive. The data are those of a fixture, so that it can be made again.
set -eu
srcdir=$(dirname "$0")/..
build=${1:?usage: doc/picture.sh BUILDDIR}

"$build/vtdrive" <<END
size 24 80
env SOCKEYE_FAKE=$srcdir/tests/fixtures/e2e/picture.fake
run $build/sockeye-fake -d 2
wait java[2211]
wait +
svg $srcdir/doc/overview.svg
keys q
exit 0
END
