package store

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/queue"
)

// TestGroupCommit: many at once share commits, and each gets numbers of its own
// without gaps.
func TestGroupCommit(t *testing.T) {
	s := open(t, t.TempDir())
	const writers, each = 64, 20
	seqs := make([][]uint64, writers)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range each {
				call := oneCall(time.Now())
				if err := s.Append(call); err != nil {
					t.Error(err)
					return
				}
				for i, e := range call {
					if e.Seq != call[0].Seq+uint64(i) {
						t.Errorf("an Append was torn: %d at place %d after %d", e.Seq, i, call[0].Seq)
					}
					seqs[w] = append(seqs[w], e.Seq)
				}
			}
		})
	}
	wg.Wait()
	seen := map[uint64]bool{}
	for _, list := range seqs {
		for _, n := range list {
			if seen[n] {
				t.Fatalf("entry %d was given twice", n)
			}
			seen[n] = true
		}
	}
	const all = writers * each * 5
	if len(seen) != all || !seen[1] || !seen[all] {
		t.Errorf("%d numbers of %d", len(seen), all)
	}
	st := s.Stats()
	if st.Commits >= st.Writes/2 || st.Entries != all {
		t.Errorf("%d writes with %d entries took %d commits", st.Writes, st.Entries, st.Commits)
	}
	if st.CommitCounts[len(st.CommitCounts)-1] > st.Commits || st.CommitTime <= 0 || st.Bytes <= 0 {
		t.Errorf("figures: %+v", st)
	}
	clean(t, s)
}

// TestIsolation: of writes in one group, each fails alone.
func TestIsolation(t *testing.T) {
	s := open(t, t.TempDir())
	boom := errors.New("boom")
	var group []*write
	add := func(do func(*txn) error) *write {
		w := &write{do: do, done: make(chan struct{})}
		group = append(group, w)
		return w
	}
	put := func(key string) func(*txn) error {
		return func(tx *txn) error { return tx.Bucket(bucketMeta).Put([]byte(key), []byte("x")) }
	}
	a := add(put("a"))
	b := add(func(tx *txn) error { return errors.Join(put("b")(tx), boom) })
	c := add(put("c"))
	d := add(func(tx *txn) error {
		if err := put("d")(tx); err != nil {
			return err
		}
		panic("a bug")
	})
	e := add(put("e"))
	s.commitGroup(group)
	for i, w := range group {
		select {
		case <-w.done:
		default:
			t.Fatalf("write %d was not answered", i)
		}
	}
	if a.err != nil || c.err != nil || e.err != nil {
		t.Errorf("innocent writes failed: %v %v %v", a.err, c.err, e.err)
	}
	if !errors.Is(b.err, boom) || d.err == nil || !strings.Contains(d.err.Error(), "a bug") {
		t.Errorf("got %v and %v", b.err, d.err)
	}
	for key, want := range map[string]bool{"a": true, "b": false, "c": true, "d": false, "e": true} {
		var got bool
		err := s.view(func(tx *bolt.Tx) error {
			got = tx.Bucket(bucketMeta).Get([]byte(key)) != nil
			return nil
		})
		if err != nil || got != want {
			t.Errorf("%s is kept: %v, want %v (%v)", key, got, want, err)
		}
	}
}

// TestIsolationUnderLoad: failing writes among many good ones cost these nothing.
func TestIsolationUnderLoad(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.AddUser("rina", "admin", "correct horse"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range 32 {
		wg.Go(func() {
			for i := range 10 {
				if w%4 == 0 {
					if err := s.DeletePrompt(fmt.Sprint("nothing", i)); !errors.Is(err, ErrNotFound) {
						t.Errorf("got %v", err)
					}
					continue
				}
				if err := s.Append(oneCall(time.Now())); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := count(t, s); n != 24*10*5 {
		t.Errorf("%d entries", n)
	}
	clean(t, s)
}

// TestCloseWhileWriting: each write is either kept or refused, never forgotten.
func TestCloseWhileWriting(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var wg sync.WaitGroup
	var mu sync.Mutex
	kept := map[queue.ContactID]bool{}
	begun := make(chan struct{}, 64)
	for range 16 {
		wg.Go(func() {
			for {
				call := oneCall(time.Now())
				err := s.Append(call)
				if errors.Is(err, ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				kept[call[0].Contact] = true
				mu.Unlock()
				select {
				case begun <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 64 {
		<-begun
	}
	shut(t, s)
	wg.Wait()
	s = open(t, dir)
	found := 0
	if err := s.Calls(time.Time{}, func(c queue.Call) bool {
		found++
		if !kept[c.ID] {
			t.Errorf("call %s was refused, but is kept", c.ID)
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if found != len(kept) {
		t.Errorf("%d calls of %d", found, len(kept))
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := open(b, b.TempDir())
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for i := w; i < b.N; i += writers {
						e := []queue.Entry{{At: time.Now(), Kind: queue.StateChanged, Agent: "sari", From: queue.Ready, To: queue.Offered}}
						if err := s.Append(e); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
			b.ReportMetric(float64(s.Stats().CommitTime.Microseconds())/float64(s.Stats().Commits), "µs/commit")
		})
	}
}

// BenchmarkCall keeps whole calls, as the desk does when it answers one.
func BenchmarkCall(b *testing.B) {
	s := open(b, b.TempDir())
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Append(oneCall(time.Now())); err != nil {
			b.Fatal(err)
		}
	}
}
