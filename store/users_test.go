package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestUsers(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	ctx := context.Background()
	for _, c := range []struct{ name, role, password, want string }{
		{"rina", "admin", "correct horse", ""},
		{"sari", "volunteer", "battery staple", ""},
		{"sari", "volunteer", "another one", "exists already"},
		{"Sari W", "volunteer", "battery staple", "is no user name"},
		{"dewi", "boss", "battery staple", "is no role"},
		{"dewi", "volunteer", "nine char", "10 to 256"},
		{"dewi", "volunteer", strings.Repeat("x", 257), "10 to 256"},
	} {
		err := s.AddUser(c.name, c.role, c.password)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), c.password) {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	shut(t, s)
	s = open(t, dir)
	all, err := s.Users()
	if err != nil || len(all) != 2 || all[0].Name != "rina" || all[1].Name != "sari" {
		t.Errorf("%v %v", all, err)
	}
	if u, err := s.CheckPassword(ctx, "sari", "battery staple"); err != nil || u.Role != "volunteer" {
		t.Errorf("%v %v", u, err)
	}
	for name, password := range map[string]string{"sari": "battery stable", "nobody": "battery staple", "": "", "rina": strings.Repeat("x", 1<<20)} {
		if _, err := s.CheckPassword(ctx, name, password); err != ErrBadPassword {
			t.Errorf("%q: got %v", name, err)
		}
	}
	if text := fmt.Sprintf("%v %+v", all[0], all); strings.Contains(text, "argon2") || strings.Contains(text, all[0].HA1MD5) {
		t.Errorf("a user prints her hashes: %s", text)
	}
}

// TestChangeUser: what changes her rights ends her sessions, and only hers.
func TestChangeUser(t *testing.T) {
	s := open(t, t.TempDir())
	ctx := context.Background()
	for _, name := range []string{"sari", "dewi"} {
		if err := s.AddUser(name, "volunteer", "battery staple"); err != nil {
			t.Fatal(err)
		}
	}
	hers, others := sha256.Sum256([]byte("hers")), sha256.Sum256([]byte("others"))
	yes, no, role, same, password := true, false, "supervisor", "supervisor", "a new password"
	for _, c := range []struct {
		name           string
		password, role *string
		disabled       *bool
		stays          bool
	}{
		{"role", nil, &role, nil, false},
		{"the same role", nil, &same, nil, true},
		{"password", &password, nil, nil, false},
		{"disabled", nil, nil, &yes, false},
		{"enabled", nil, nil, &no, true},
	} {
		for hash, user := range map[[32]byte]string{hers: "sari", others: "dewi"} {
			if err := s.PutSession(hash, Session{User: user, Expires: time.Now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.ChangeUser("sari", c.password, c.role, c.disabled); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Session(hers); (err == nil) != c.stays || err != nil && !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: her session: %v", c.name, err)
		}
		if _, err := s.Session(others); err != nil {
			t.Errorf("%s: another's session: %v", c.name, err)
		}
		if c.name == "disabled" {
			if _, err := s.CheckPassword(ctx, "sari", password); err != ErrBadPassword {
				t.Errorf("disabled: %v", err)
			}
			if _, ok := s.HA1("sari", "MD5"); ok {
				t.Error("a disabled user's phone may sign in")
			}
		}
	}
	if u, err := s.CheckPassword(ctx, "sari", password); err != nil || u.Role != "supervisor" || u.Disabled {
		t.Errorf("%v %v", u, err)
	}
	if err := s.SetPassword("nobody", password); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// TestHA1: the values of RFC 7616 §3.9.1 for its user, realm and password.
func TestHA1(t *testing.T) {
	md5, sha := digestHA1("Mufasa", "http-auth@example.org", "Circle of Life")
	if md5 != "3d78807defe7de2157e2b0b6573a855f" {
		t.Errorf("MD5 %s", md5)
	}
	if sha != "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232" {
		t.Errorf("SHA-256 %s", sha)
	}
	dir := t.TempDir()
	s := open(t, dir) // realm test
	if err := s.AddUser("sari", "volunteer", "battery staple"); err != nil {
		t.Fatal(err)
	}
	wantMD5, wantSHA := digestHA1("sari", "test", "battery staple")
	for algorithm, want := range map[string]string{"MD5": wantMD5, "SHA-256": wantSHA, "SHA-512": ""} {
		if got, ok := s.HA1("sari", algorithm); got != want || ok != (want != "") {
			t.Errorf("%s: %s %v", algorithm, got, ok)
		}
	}
	shut(t, s)
	for realm, want := range map[string]bool{"other": false, "test": true} {
		s, err := Open(dir, Options{Realm: realm})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := s.HA1("sari", "MD5"); ok != want {
			t.Errorf("realm %s: %v", realm, ok)
		}
		shut(t, s)
	}
	s, err := Open(dir, Options{}) // a command without the settings file
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	if s.realm != "test" && s.realm != "other" {
		t.Errorf("the realm in use was forgotten: %q", s.realm)
	}
}

// TestHashing: hashes differ by their salt, are checked by their own
// parameters, and a broken one is an error, not a yes.
func TestHashing(t *testing.T) {
	ctx := context.Background()
	a, err := HashPassword(ctx, "battery staple")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := HashPassword(ctx, "battery staple"); err != nil || a == b {
		t.Errorf("two hashes are one: %v", err)
	}
	if !strings.HasPrefix(a, "$argon2id$v=19$m=32768,t=2,p=1$") {
		t.Errorf("got %s", a)
	}
	// Made by the reference implementation (argon2 20190702, -id -t 2 -m 10 -p 1, password "password", salt "somesalt").
	const foreign = "$argon2id$v=19$m=1024,t=2,p=1$c29tZXNhbHQ$"
	for hash, want := range map[string]bool{a: true, strings.Replace(a, "p=1", "p=2", 1): false} {
		if ok, err := CheckPassword(ctx, hash, "battery staple"); ok != want || err != nil {
			t.Errorf("%s: %v %v", hash, ok, err)
		}
	}
	for _, broken := range []string{"", "x", foreign, "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
		strings.Replace(a, "m=32768", "m=99999999", 1), strings.Replace(a, "t=2", "t=0", 1), strings.Replace(a, "p=1", "p=0", 1)} {
		if ok, err := CheckPassword(ctx, broken, "battery staple"); ok || err == nil {
			t.Errorf("%s: %v %v", broken, ok, err)
		}
	}
}

// TestHashingIsBounded: many at once wait for their turn, and who gives up gets
// an error.
func TestHashingIsBounded(t *testing.T) {
	for range argonAtOnce {
		hashing <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := HashPassword(ctx, "battery staple"); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	}
	cancel()
	wg.Wait()
	for range argonAtOnce {
		<-hashing
	}
}

// TestUnknownUserTakesAsLong: the time does not tell who exists.
func TestUnknownUserTakesAsLong(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.AddUser("sari", "volunteer", "battery staple"); err != nil {
		t.Fatal(err)
	}
	once := func(name string) time.Duration {
		began := time.Now()
		if _, err := s.CheckPassword(context.Background(), name, "wrong password"); err != ErrBadPassword {
			t.Fatal(err)
		}
		return time.Since(began)
	}
	known, unknown := once("sari"), once("nobody")
	for range 6 { // the fastest of each, in turn: the machine has other work too
		known, unknown = min(known, once("sari")), min(unknown, once("nobody"))
	}
	if unknown < known/2 || known < unknown/2 {
		t.Errorf("known %v, unknown %v", known, unknown)
	}
}

func TestSessions(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	hash := sha256.Sum256([]byte("cookie"))
	want := Session{User: "sari", Created: time.Now().UTC(), Expires: time.Now().Add(time.Hour).UTC(), LastSeen: time.Now().UTC()}
	if err := s.PutSession(hash, want); err != nil {
		t.Fatal(err)
	}
	old := sha256.Sum256([]byte("old"))
	if err := s.PutSession(old, Session{User: "dewi", Expires: time.Now().Add(-time.Second)}); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, dir)
	got, err := s.Session(hash)
	if err != nil || got.User != want.User || !got.Created.Equal(want.Created) || !got.Expires.Equal(want.Expires) || !got.LastSeen.Equal(want.LastSeen) {
		t.Errorf("%+v %v", got, err)
	}
	if err := s.PutSession(sha256.Sum256([]byte("new")), want); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(old); !errors.Is(err, ErrNotFound) {
		t.Errorf("an expired session is still kept: %v", err)
	}
	for range 2 { // twice is fine
		if err := s.DeleteSession(hash); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Session(hash); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if err := s.DeleteSessionsOf("sari"); err != nil {
		t.Error(err)
	}
	if _, err := s.Session(sha256.Sum256([]byte("new"))); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkHashPassword(b *testing.B) {
	for b.Loop() {
		if _, err := HashPassword(context.Background(), "battery staple"); err != nil {
			b.Fatal(err)
		}
	}
}
