#!/bin/sh
# Everything the screens are tested with: the plain modules under node; each
# state in a real browser (axe, sideways scrolling, size of targets; pictures in
# out/screens); and a shift clicked through with a server of its own.
# Needs node and chromium.
set -eu
cd "$(dirname "$0")"
sh test.sh
node preview/loop-test.mjs
node preview/shoot.mjs
node preview/shoot.mjs -page admin
node preview/shoot.mjs -page board
node preview/shoot.mjs -page reports
