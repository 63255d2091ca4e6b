package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// errDamaged is a database file that cannot be used.
var errDamaged = errors.New("the database is damaged")

// inspect looks at a database file before bbolt maps it: a file shorter than
// its own account of itself would not fail but kill the process (SIGBUS) when
// the missing part is touched. It reads the two meta pages as bbolt v2 files
// lay them out (page header 16 bytes, then magic, version, page size, flags,
// root bucket, freelist, high-water mark, transaction, checksum).
func inspect(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	var best struct{ pages, pageSize, txid uint64 }
	for _, at := range metaPlaces(f) {
		b := make([]byte, 80)
		if _, err := f.ReadAt(b, at); err != nil {
			continue
		}
		m := b[16:]
		sum := fnv.New64a()
		sum.Write(m[:56])
		if binary.NativeEndian.Uint32(m) != 0xED0CDAED || sum.Sum64() != binary.NativeEndian.Uint64(m[56:]) {
			continue
		}
		if txid := binary.NativeEndian.Uint64(m[48:]); best.pageSize == 0 || txid > best.txid {
			best.txid, best.pages = txid, binary.NativeEndian.Uint64(m[40:])
			best.pageSize = uint64(binary.NativeEndian.Uint32(m[8:]))
		}
	}
	switch need := best.pages * best.pageSize; {
	case best.pageSize == 0:
		return fmt.Errorf("%w: it does not begin like one", errDamaged)
	case uint64(info.Size()) < need:
		return fmt.Errorf("%w: it was cut off at %d of %d bytes", errDamaged, info.Size(), need)
	}
	return nil
}

// metaPlaces returns where the two meta pages may lie. The second follows the
// first page, whose size only the first knows; when that is damaged, every
// size there is comes into question.
func metaPlaces(f io.ReaderAt) []int64 {
	places := []int64{0}
	for size := int64(1024); size <= 65536; size *= 2 {
		places = append(places, size)
	}
	return places
}
