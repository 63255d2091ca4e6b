package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/configs"
)

// longestPrompt bounds an uploaded recording, in bytes.
const longestPrompt = 16 << 20

// Prompt says who uploaded a recording, and when.
type Prompt struct {
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
	Author string    `json:"author"`
	Bytes  int       `json:"bytes"`
}

// PutPrompt keeps a recording under name, replacing an earlier one. A name may say
// the language it is for, as id/greeting.
func (s *Store) PutPrompt(name string, wav []byte, author string) error {
	language, base, one := strings.Cut(name, "/")
	if !one {
		base = name
	}
	if !configs.ValidName(language) || !configs.ValidName(base) {
		return fmt.Errorf("%q is no name of a prompt; use a small letter first, then small letters, digits, - or _, at most 32", name)
	}
	if len(wav) > longestPrompt {
		return fmt.Errorf("prompt %s has %d MB; use at most %d MB, 8 kHz mono is enough for a telephone", name, len(wav)>>20, longestPrompt>>20)
	}
	p := Prompt{name, time.Now().UTC(), author, len(wav)}
	return s.update(func(tx *txn) error {
		if err := tx.Bucket(bucketPromptWAV).Put([]byte(name), wav); err != nil {
			return err
		}
		return putJSON(tx.Bucket(bucketPrompt), []byte(name), p)
	})
}

// Prompt returns an uploaded recording, or ErrNotFound.
func (s *Store) Prompt(name string) (wav []byte, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		v := tx.Bucket(bucketPromptWAV).Get([]byte(name))
		if name == "" || v == nil {
			return fmt.Errorf("prompt %s: %w", name, ErrNotFound)
		}
		wav = bytes.Clone(v)
		return nil
	})
	return wav, err
}

// Prompts returns the uploaded recordings by name, without their sound.
func (s *Store) Prompts() (all []Prompt, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketPrompt).ForEach(func(k, v []byte) error {
			var p Prompt
			if err := json.Unmarshal(v, &p); err != nil {
				return fmt.Errorf("prompt %s cannot be read: %w", k, err)
			}
			all = append(all, p)
			return nil
		})
	})
	return all, err
}

// DeletePrompt forgets an uploaded recording, or answers ErrNotFound.
func (s *Store) DeletePrompt(name string) error {
	return s.update(func(tx *txn) error {
		if name == "" || tx.Bucket(bucketPrompt).Get([]byte(name)) == nil {
			return fmt.Errorf("prompt %s: %w", name, ErrNotFound)
		}
		if err := tx.Bucket(bucketPrompt).Delete([]byte(name)); err != nil {
			return err
		}
		return tx.Bucket(bucketPromptWAV).Delete([]byte(name))
	})
}
