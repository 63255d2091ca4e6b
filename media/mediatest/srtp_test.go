package mediatest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"testing"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The keys and the key stream of RFC 3711 appendix B.
func TestSRTPAgainstTheRFC(t *testing.T) {
	var master [30]byte
	copy(master[:], unhex(t, "E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6"))
	d := derive(master, 0)
	if got := hex.EncodeToString(d.salt[:]); got != "30cbbc08863d8c85d49db34a9ae1" {
		t.Errorf("salt %s", got)
	}
	block := make([]byte, 16)
	d.block.Encrypt(block, make([]byte, 16))
	want := make([]byte, 16)
	mustCipher(t, "C61E7A93744F39EE10734AFE3FF7A087").Encrypt(want, make([]byte, 16))
	if !bytes.Equal(block, want) {
		t.Error("the session key is not the RFC's")
	}
	d = derived{block: mustCipher(t, "2B7E151628AED2A6ABF7158809CF4F3C")}
	copy(d.salt[:], unhex(t, "F0F1F2F3F4F5F6F7F8F9FAFBFCFD"))
	stream := make([]byte, 48)
	d.crypt(stream, 0, 0)
	if want := unhex(t, "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0"); !bytes.Equal(stream, want) {
		t.Errorf("key stream %x", stream)
	}
}

func mustCipher(t *testing.T, key string) cipher.Block {
	t.Helper()
	b, err := aes.NewCipher(unhex(t, key))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What one end seals the other opens, over the wrap of the counter, and a
// packet that was touched is none.
func TestSRTPOverTheWrap(t *testing.T) {
	for _, suite := range []string{Suite80, Suite32} {
		line := newCryptoLine("1", suite)
		a, b := newSRTP(line), newSRTP(line)
		for i := range 100 {
			seq := uint16(65500 + i)
			p := append([]byte{0x80, 8, byte(seq >> 8), byte(seq), 0, 0, 0, byte(i), 1, 2, 3, 4}, bytes.Repeat([]byte{byte(i)}, 160)...)
			sealed := bytes.Clone(a.seal(p))
			if len(sealed) != len(p)+a.tag || bytes.Equal(sealed[12:172], p[12:]) {
				t.Fatalf("%s: packet %d is not encrypted", suite, i)
			}
			sealed[20] ^= 1
			if _, ok := b.open(sealed); ok {
				t.Fatalf("%s: packet %d was touched and opened", suite, i)
			}
			sealed[20] ^= 1
			if got, ok := b.open(sealed); !ok || !bytes.Equal(got, p) {
				t.Fatalf("%s: packet %d came as %x", suite, i, got)
			}
		}
	}
}
