#!/bin/sh
# build.sh TARBALL: makes ../opus.wasm of the source of libopus 1.3.1, as Debian 12
# has it (apt-get source --download-only opus=1.3.1-3, with deb-src switched on).
# Needs clang, lld, wasi-libc and libclang-rt-14-dev-wasm32 of Debian 12; with those
# the result is the same to the bit.
set -eu
tarball=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
echo "65b58e1e25b2a114157014736a3d9dfeaad8d41be1c8179866f144a2fb44ff9d  $tarball" | sha256sum -c --quiet

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xf "$tarball" -C "$work" --strip-components 1
cd "$work"
sources() { sed -e ':a' -e '/\\$/{N;s/\\\n//;ba}' ./*_sources.mk | sed -n "s/^$1 = *//p"; }

# Integers, plain -O2 and no vectors: of what was tried it is the fastest here, and
# the quickest to compile when it is needed first. Nothing is imported: a codec has
# no business with files or clocks. The stack comes first in the memory, so that
# running over it traps, and the memory never grows.
# shellcheck disable=SC2046
clang --target=wasm32-wasi -O2 -w -DNDEBUG \
	-DOPUS_BUILD -DFIXED_POINT -DDISABLE_FLOAT_API -DVAR_ARRAYS -DPACKAGE_VERSION='"1.3.1"' \
	-Iinclude -Icelt -Isilk -Isilk/fixed -Isrc \
	$(sources CELT_SOURCES) $(sources SILK_SOURCES) $(sources SILK_SOURCES_FIXED) $(sources OPUS_SOURCES) \
	"$here/opus.c" -o opus.wasm \
	-nostartfiles -Wl,--no-entry -Wl,--strip-all -Wl,--gc-sections -Wl,--stack-first -Wl,-z,stack-size=131072 \
	-Wl,--initial-memory=393216 -Wl,--max-memory=393216
cp opus.wasm "$here/../opus.wasm"
cp COPYING "$here/COPYING"
cd "$here/.."
chmod 644 opus.wasm
sha256sum opus.wasm >opus.wasm.sha256
