package store

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The secret key of a data directory. What is made with it means nothing to who
// has the database or a backup alone, because the key is in neither.

const (
	keyName = "secret.key"
	keySize = 32
)

// openKey reads the key, or makes one where there is none yet.
func openKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("the key file %s cannot be read: %w", path, rootCause(err))
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the key file %s can be read by others; run chmod 600 %s", path, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the key file %s cannot be read: %w", path, rootCause(err))
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != keySize {
		return nil, fmt.Errorf("the key file %s holds no key of ours; put the right one back, or remove it to begin with a new one: then blocks of callers match nobody any more, and what was sealed with it cannot be read", path)
	}
	return key, nil
}

func makeKey(path string) ([]byte, error) {
	key := make([]byte, keySize)
	rand.Read(key)
	if err := writeFile(path, base64.StdEncoding.EncodeToString(key)+"\n"); err != nil {
		return nil, fmt.Errorf("make the key file %s: %w", path, err)
	}
	return key, nil
}

// derive returns the key of a purpose. Keys of two purposes tell nothing of each
// other.
func (s *Store) derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, s.key, nil, "sahut "+purpose, keySize)
	if err != nil {
		panic(err) // only of a length no hash can give
	}
	return key
}

// Pseudonym stands for a number where the number must not be kept: the same
// number has the same pseudonym here, and nobody without the key can try numbers
// until one fits.
func (s *Store) Pseudonym(number string) string {
	h := hmac.New(sha256.New, s.numbers)
	h.Write([]byte(number))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

func (s *Store) keyPath() string { return filepath.Join(s.dir, keyName) }
