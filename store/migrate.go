package store

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// The buckets; see doc.go for what each holds.
var (
	bucketMeta      = []byte("meta")
	bucketJournal   = []byte("journal")
	bucketCall      = []byte("call")
	bucketCfg       = []byte("cfg")
	bucketCfgHead   = []byte("cfg.head")
	bucketUser      = []byte("user")
	bucketSession   = []byte("session")
	bucketPrompt    = []byte("prompt")
	bucketPromptWAV = []byte("prompt.wav")
	bucketBlock     = []byte("block")
	bucketMessage   = []byte("message")
	bucketCallback  = []byte("callback")
	bucketSafety    = []byte("safety")
	bucketNote      = []byte("note")
	bucketGroup     = []byte("group")
	bucketDebrief   = []byte("debrief")
)

// The keys of bucket meta.
var (
	metaSchema    = []byte("schema")    // number of migrations applied
	metaProjected = []byte("projected") // call records hold the journal up to here
	metaSettled   = []byte("settled")   // nothing before this entry is still open
	metaRealm     = []byte("realm")     // realm of the SIP digests
)

// migrations bring a database from one schema to the next, the first from
// nothing. Each is one transaction. Never edit one that was released: add.
var migrations = []func(*bolt.Tx) error{
	makeBuckets,
	makeBlocks,
	makeMessages,
	makeCallbacks,
	makeNotes,
	makeGroups,
}

// makeBuckets is schema 1.
func makeBuckets(tx *bolt.Tx) error {
	for _, name := range [][]byte{bucketMeta, bucketJournal, bucketCall, bucketCfg, bucketCfgHead, bucketUser, bucketSession, bucketPrompt, bucketPromptWAV} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

// makeBlocks is schema 2.
func makeBlocks(tx *bolt.Tx) error {
	_, err := tx.CreateBucketIfNotExists(bucketBlock)
	return err
}

// makeMessages is schema 3.
func makeMessages(tx *bolt.Tx) error {
	_, err := tx.CreateBucketIfNotExists(bucketMessage)
	return err
}

// makeCallbacks is schema 4.
func makeCallbacks(tx *bolt.Tx) error {
	for _, name := range [][]byte{bucketCallback, bucketSafety} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

// makeNotes is schema 5.
func makeNotes(tx *bolt.Tx) error {
	_, err := tx.CreateBucketIfNotExists(bucketNote)
	return err
}

// makeGroups is schema 6.
func makeGroups(tx *bolt.Tx) error {
	for _, name := range [][]byte{bucketGroup, bucketDebrief} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

// migrate applies the steps the database lacks. A database of a newer Sahut is
// refused untouched; an older one is copied aside first.
func migrate(db *bolt.DB, dir string, steps []func(*bolt.Tx) error) error {
	have, err := schemaOf(db)
	if err != nil {
		return fmt.Errorf("read the schema number in %s: %w", dir, err)
	}
	if have > uint64(len(steps)) {
		return fmt.Errorf("the database in %s has schema %d, made by a newer Sahut; this one knows %d. Nothing was changed: start the newer program, or restore a backup of this version", dir, have, len(steps))
	}
	if have > 0 && have < uint64(len(steps)) {
		if err := keepBefore(db, dir, have); err != nil {
			return fmt.Errorf("keep a copy before bringing the database up to date: %w; free some space in %s", err, dir)
		}
	}
	for ; have < uint64(len(steps)); have++ {
		err := db.Update(func(tx *bolt.Tx) error {
			if err := steps[have](tx); err != nil {
				return err
			}
			return tx.Bucket(bucketMeta).Put(metaSchema, number(have+1))
		})
		if err != nil {
			return fmt.Errorf("bring the database in %s from schema %d to %d: %w", dir, have, have+1, err)
		}
	}
	return nil
}

// schemaOf reads the schema number; 0 is an empty file.
func schemaOf(db *bolt.DB) (n uint64, err error) {
	err = view(db, func(tx *bolt.Tx) error {
		if b := tx.Bucket(bucketMeta); b != nil {
			n = fromNumber(b.Get(metaSchema))
		}
		return nil
	})
	return n, err
}

// keepBefore copies the database to sahut.db.schema-N.
func keepBefore(db *bolt.DB, dir string, schema uint64) error {
	return db.View(func(tx *bolt.Tx) error {
		return tx.CopyFile(filepath.Join(dir, fmt.Sprintf("%s.schema-%d", databaseName, schema)), os.FileMode(0o600))
	})
}

// number writes n so that byte order is number order.
func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// fromNumber reads it back; absent is 0.
func fromNumber(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}
