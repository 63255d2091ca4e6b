#!/bin/sh
# Runs the tests of the plain modules (store, words, times, levels) under node.
set -eu
cd "$(dirname "$0")"
[ -d node_modules/lit ] || npm ci --no-audit --no-fund --ignore-scripts
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
go tool esbuild test/*.test.ts --bundle --format=esm --platform=node --target=node20 \
	--log-level=warning --outdir="$out" --out-extension:.js=.mjs
node --test "$out"/*.mjs
