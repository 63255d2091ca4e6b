package store

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sahut/queue"
)

// noise is sound nobody can guess.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(uint64(n), 1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// spoken leaves a message of pcm.
func spoken(t *testing.T, s *Store, id queue.ContactID, pcm []byte) string {
	t.Helper()
	r, err := s.BeginMessage(Message{ID: id, At: time.Now(), Queue: "hotline", State: MessageOpen})
	if err != nil {
		t.Fatal(err)
	}
	for part := pcm; len(part) > 0; part = part[min(320, len(part)):] {
		if _, err := r.Write(part[:min(320, len(part))]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Close(true); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(s.dir, messagesDir, string(id))
}

func listen(s *Store, id queue.ContactID) ([]byte, error) {
	sound, size, err := s.OpenMessage(id)
	if err != nil {
		return nil, err
	}
	defer sound.Close()
	b, err := io.ReadAll(sound)
	if err == nil && int64(len(b)) != size {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

func TestMessageIsKeptSealed(t *testing.T) {
	s := open(t, t.TempDir())
	pcm := noise(5 * bytesPerSecond)
	path := spoken(t, s, "C1", pcm)
	got, err := listen(s, "C1")
	if err != nil || !bytes.Equal(got, pcm) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	sealed, err := os.ReadFile(path)
	if err != nil || bytes.Contains(sealed, pcm[1000:1032]) || bytes.Contains(sealed, []byte("hotline")) {
		t.Errorf("the file shows what is in it: %v", err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v", info.Mode())
	}
	if err := s.EraseMessage("C1"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the sound is still there: %v", err)
	}
	if err := s.EraseMessage("C1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("erased twice: %v", err)
	}
}

// Whatever is changed in a file, cut off or put in another order, is found; what
// is read before that is what was said.
func TestDamagedMessageIsFound(t *testing.T) {
	s := open(t, t.TempDir())
	pcm := noise(10 * bytesPerSecond)
	path := spoken(t, s, "C1", pcm)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		b := bytes.Clone(whole)
		switch rapid.IntRange(0, 2).Draw(rt, "how") {
		case 0:
			b[rapid.IntRange(0, len(b)-1).Draw(rt, "at")] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
		case 1:
			b = b[:rapid.IntRange(0, len(b)-1).Draw(rt, "to")]
		case 2:
			const chunk = 64<<10 + 16
			end := len(b)
			copy(b[end-2*chunk:end-chunk], whole[end-chunk:])
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			rt.Fatal(err)
		}
		got, err := listen(s, "C1")
		if err == nil {
			rt.Fatal("nobody noticed")
		}
		if !bytes.HasPrefix(pcm, got) {
			rt.Fatal("what was read before is not what was said")
		}
	})
}

func TestMessageOfAnotherKey(t *testing.T) {
	s := open(t, t.TempDir())
	spoken(t, s, "C1", noise(3*bytesPerSecond))
	s.key = noise(keySize)
	if _, err := listen(s, "C1"); !errors.Is(err, ErrSealed) {
		t.Errorf("opened with another key: %v", err)
	}
	sealed, err := s.Seal("a", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := s.Open("a", sealed); err != nil || string(plain) != "x" {
		t.Errorf("%q, %v", plain, err)
	}
	for _, wrong := range []func() ([]byte, error){
		func() ([]byte, error) { return s.Open("b", sealed) },
		func() ([]byte, error) { return s.Open("a", sealed[:10]) },
		func() ([]byte, error) { return s.Open("a", append(bytes.Clone(sealed), 0)) },
	} {
		if _, err := wrong(); !errors.Is(err, ErrSealed) {
			t.Errorf("opened: %v", err)
		}
	}
}

// A server killed while somebody speaks keeps what was said up to the last whole
// chunk; what is shorter than least leaves nothing.
func TestCutMessageIsMended(t *testing.T) {
	s := open(t, t.TempDir())
	pcm := noise(10 * bytesPerSecond)
	long, err := s.BeginMessage(Message{ID: "C1", At: time.Now(), Queue: "hotline", Number: "••••963", State: MessageOpen})
	if err != nil {
		t.Fatal(err)
	}
	short, err := s.BeginMessage(Message{ID: "C2"})
	if err != nil {
		t.Fatal(err)
	}
	long.Write(pcm)
	short.Write(pcm[:bytesPerSecond])
	mended, err := s.MendMessages(2 * time.Second) // the recorders know nothing of it, as after kill -9
	if err != nil || len(mended) != 1 || !mended[0].Cut || mended[0].Millis < 6000 || mended[0].Number != "••••963" {
		t.Fatalf("mended %+v, %v", mended, err)
	}
	got, err := listen(s, "C1")
	if err != nil || len(got) < 6*bytesPerSecond || !bytes.HasPrefix(pcm, got) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	left, _ := filepath.Glob(filepath.Join(s.dir, messagesDir, "*"))
	if len(left) != 1 {
		t.Errorf("left over: %v", left)
	}
	if again, err := s.MendMessages(2 * time.Second); err != nil || len(again) != 0 {
		t.Errorf("mended again: %+v, %v", again, err)
	}
}
