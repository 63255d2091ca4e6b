#!/bin/sh
# Bundles the screens into dist/, which the binary embeds. esbuild is a Go tool
# of this module, so only the packages of package-lock.json come from npm.
# Nothing else in dist/ is touched: a placeholder there keeps go build going.
set -eu
cd "$(dirname "$0")"
[ -d node_modules/lit ] || npm ci --no-audit --no-fund --ignore-scripts
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
bundle() {
	go tool esbuild "$@" --bundle --format=esm --target=es2022 --minify \
		--legal-comments=eof --charset=utf8 --log-level=warning --outdir="$new" --entry-names=[name]
}
bundle admin.ts board.ts reports.ts style.css office.css
# In pieces: the first look fetches one language, and not what comes later.
bundle volunteer.ts i18n/en.ts i18n/id.ts --splitting --chunk-names=[name]-[hash]
mkdir -p dist
rm -f dist/*.js dist/*.css
cp "$new"/* dist/
