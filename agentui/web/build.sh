#!/bin/sh
# Bundles the screens into dist/, which the binary embeds. esbuild is a Go tool
# of this module, so only the packages of package-lock.json come from npm.
set -eu
cd "$(dirname "$0")"
[ -d node_modules/lit ] || npm ci --no-audit --no-fund --ignore-scripts
rm -rf dist.new
go tool esbuild volunteer.ts admin.ts style.css --bundle --format=esm --target=es2022 --minify \
	--legal-comments=eof --charset=utf8 --log-level=warning --outdir=dist.new
rm -rf dist
mv dist.new dist
