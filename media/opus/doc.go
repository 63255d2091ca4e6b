// Package opus codes and decodes Opus (RFC 6716) for telephone sound: one voice,
// 8 kHz. It is the reference libopus, compiled to WebAssembly and run by wazero:
// no cgo, so the program stays one static file, and whatever a hostile packet
// does, it does within a memory of its own that cannot grow.
//
// opus.wasm is made by wasm/build.sh of Debian's source of libopus and wasm/opus.c;
// its checksum stands in opus.wasm.sha256, its licence in wasm/COPYING.
//
// Start reading at codec.go.
package opus
