package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

// What must be kept but not be read by who has the disk is sealed with the key
// of the directory: small things by Seal, streams by sealStream, which is age
// with a file key that is sealed itself.

// ErrSealed is returned for what was sealed with another key, or changed.
var ErrSealed = errors.New("sealed with another key, or damaged; the key file of that time is needed")

// Seal encrypts plain for a purpose; what was sealed for another cannot be
// opened in its place.
func (s *Store) Seal(purpose string, plain []byte) ([]byte, error) {
	return sealWith(s.derive("seal "+purpose), plain)
}

// Open returns what Seal sealed, or ErrSealed.
func (s *Store) Open(purpose string, sealed []byte) ([]byte, error) {
	return openWith(s.derive("seal "+purpose), sealed)
}

func sealWith(key, plain []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, nil), nil
}

func openWith(key, sealed []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	if len(sealed) < aead.NonceSize() {
		return nil, ErrSealed
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// sealedKey is the directory's key as age knows recipients and identities.
type sealedKey []byte

const stanzaType = "sahut"

// Wrap implements [age.Recipient].
func (k sealedKey) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	body, err := sealWith(k, fileKey)
	return []*age.Stanza{{Type: stanzaType, Body: body}}, err
}

// Unwrap implements [age.Identity].
func (k sealedKey) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, st := range stanzas {
		if st.Type == stanzaType {
			if key, err := openWith(k, st.Body); err == nil {
				return key, nil
			}
		}
	}
	return nil, age.ErrIncorrectIdentity
}

// sealStream encrypts what is written to it, in chunks of 64 KiB; Close writes
// the last one. A stream without its last chunk is known to be cut off.
func (s *Store) sealStream(purpose string, w io.Writer) (io.WriteCloser, error) {
	return age.Encrypt(w, sealedKey(s.derive("stream "+purpose)))
}

// openStream decrypts what sealStream wrote. A read of damaged or cut sound fails;
// what came before is right.
func (s *Store) openStream(purpose string, r io.Reader) (io.Reader, error) {
	plain, err := age.Decrypt(r, sealedKey(s.derive("stream "+purpose)))
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", ErrSealed, err)
	}
	return plain, nil
}
