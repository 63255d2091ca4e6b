package store

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"sahut/configs"
)

// Parameters of argon2id: 32 MiB and two passes take about 50 ms of one core
// of a small server. Two at a time leave the sound its share of the machine
// and cost 64 MiB at most, however many people try.
const (
	argonMemory  = 32 << 10 // KiB
	argonPasses  = 2
	argonThreads = 1
	argonAtOnce  = 2
)

// ErrWeakPassword is a password too short or too long to take.
var ErrWeakPassword = fmt.Errorf("a password needs %d to %d characters; three or four unrelated words are good", configs.ShortestPassword, configs.LongestPassword)

// hashing bounds how many hashes are made at once.
var hashing = make(chan struct{}, argonAtOnce)

// Go returns freed memory to the system over minutes. The volunteers of a shift
// sign in within one, and a small server wants their hashes' memory back before
// the evening's calls come: so it is given back at once, every few seconds
// while there are sign-ins.
const giveBackEvery = 5 * time.Second

var givingBack atomic.Bool

func giveBack() {
	if givingBack.CompareAndSwap(false, true) {
		time.AfterFunc(giveBackEvery, func() {
			givingBack.Store(false)
			debug.FreeOSMemory()
		})
	}
}

// dummyHash is checked for users there are none of, so that time does not tell
// who exists. Nobody knows its password.
var dummyHash = encodeHash(make([]byte, 16), make([]byte, 32))

// HashPassword returns password as $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func HashPassword(ctx context.Context, password string) (string, error) {
	if !configs.ValidPassword(password) {
		return "", ErrWeakPassword
	}
	salt := make([]byte, 16)
	rand.Read(salt) // never fails (crypto/rand)
	key, err := argon(ctx, password, salt, argonPasses, argonMemory, argonThreads, 32)
	if err != nil {
		return "", err
	}
	return encodeHash(salt, key), nil
}

// CheckPassword tells whether password made hash, in the same time either way.
func CheckPassword(ctx context.Context, hash, password string) (bool, error) {
	if len(password) > configs.LongestPassword {
		password = "" // nobody's; an attacker must not choose how long we hash
	}
	passes, memory, threads, salt, want, err := decodeHash(hash)
	if err != nil {
		return false, err
	}
	got, err := argon(ctx, password, salt, passes, memory, threads, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// argon waits for its turn and hashes. Who gives up waiting gets ctx's error.
func argon(ctx context.Context, password string, salt []byte, passes, memory uint32, threads uint8, size uint32) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() {
		<-hashing
		giveBack()
	}()
	return argon2.IDKey([]byte(password), salt, passes, memory, threads, size), nil
}

func encodeHash(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

var errBadHash = errors.New("the kept password hash cannot be read; set the password anew with sahut user passwd")

// decodeHash reads a hash, also one made with other parameters, within bounds.
func decodeHash(s string) (passes, memory uint32, threads uint8, salt, key []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return 0, 0, 0, nil, nil, errBadHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil ||
		memory < 8 || memory > 1<<20 || passes < 1 || passes > 16 || threads < 1 {
		return 0, 0, 0, nil, nil, errBadHash
	}
	salt, errSalt := base64.RawStdEncoding.DecodeString(parts[4])
	key, errKey := base64.RawStdEncoding.DecodeString(parts[5])
	if errSalt != nil || errKey != nil || len(salt) < 8 || len(key) < 16 {
		return 0, 0, 0, nil, nil, errBadHash
	}
	return passes, memory, threads, salt, key, nil
}

// digestHA1 is the part of a SIP digest that stands for the password (RFC 7616
// §3.4.2), for both algorithms phones use.
func digestHA1(user, realm, password string) (md5Sum, sha256Sum string) {
	text := []byte(user + ":" + realm + ":" + password)
	m, s := md5.Sum(text), sha256.Sum256(text)
	return hex.EncodeToString(m[:]), hex.EncodeToString(s[:])
}
