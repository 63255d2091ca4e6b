package store

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"sahut/queue"
)

// TestRecordsAreTheJournal: however entries come, in whatever groups, the kept
// records are what replaying the journal gives, and stay so through Rebuild
// and a restart.
func TestRecordsAreTheJournal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "sahut-store-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		all := drawJournal(t)
		for rest := all; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "group")
			if err := s.Append(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		want := replay(all)
		sameCalls(t, s, want, "after Append")
		if err := s.Rebuild(); err != nil {
			t.Fatal(err)
		}
		sameCalls(t, s, want, "after Rebuild")
		for i, e := range all {
			if e.Seq != uint64(i+1) {
				t.Fatalf("entry %d has number %d", i+1, e.Seq)
			}
		}
	})
}

// drawJournal draws entries of a few contacts in any order, lawful or not.
func drawJournal(t *rapid.T) []queue.Entry {
	at := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	var ids []queue.ContactID
	for i := range rapid.IntRange(1, 5).Draw(t, "contacts") {
		ids = append(ids, queue.NewContactID(at.Add(time.Duration(i)*time.Second)))
	}
	ids = append(ids, "", "not-a-ulid")
	entry := rapid.Custom(func(t *rapid.T) queue.Entry {
		return queue.Entry{
			At:      at.Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "ms")) * time.Millisecond),
			Contact: rapid.SampledFrom(ids).Draw(t, "contact"),
			Kind: rapid.SampledFrom([]queue.EntryKind{queue.CallArrived, queue.CallDialled, queue.TransferBegun, queue.QueueEntered, queue.QueueLeft,
				queue.TalkStarted, queue.TalkEnded, queue.CallOver, queue.OfferMade, queue.StateChanged}).Draw(t, "kind"),
			Channel: queue.Voice, Queue: rapid.SampledFrom([]queue.QueueID{"", "day", "night"}).Draw(t, "queue"),
			Agent: rapid.SampledFrom([]queue.AgentID{"", "sari"}).Draw(t, "agent"), WaitMS: rapid.Int64Range(0, 9).Draw(t, "wait"),
			TalkMS: rapid.Int64Range(0, 9).Draw(t, "talk"), RingMS: rapid.Int64Range(0, 9).Draw(t, "ring"),
			Cost: float64(rapid.IntRange(0, 9).Draw(t, "cost")) / 4, Outcome: queue.OutcomeAnswered, By: rapid.SampledFrom([]string{"caller", "agent"}).Draw(t, "by"),
		}
	})
	return rapid.SliceOfN(entry, 1, 40).Draw(t, "entries")
}

// replay folds a journal the simple way.
func replay(entries []queue.Entry) map[queue.ContactID]queue.Call {
	calls := map[queue.ContactID]queue.Call{}
	for _, e := range entries {
		if c := calls[e.Contact]; e.Contact != "" {
			queue.Fold(&c, e)
			calls[e.Contact] = c
		}
	}
	for id, c := range calls {
		if c.ID == "" {
			delete(calls, id)
		}
	}
	return calls
}

func sameCalls(t *rapid.T, s *Store, want map[queue.ContactID]queue.Call, when string) {
	t.Helper()
	got := map[queue.ContactID]queue.Call{}
	if err := s.Calls(time.Time{}, func(c queue.Call) bool { got[c.ID] = c; return true }); err != nil {
		t.Fatal(err)
	}
	if a, b := asText(t, got), asText(t, want); a != b {
		t.Fatalf("%s:\n got  %s\n want %s", when, a, b)
	}
}

func asText(t *rapid.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestCallsNewestFirst: in order, since when, and until the reader has enough.
func TestCallsNewestFirst(t *testing.T) {
	s := open(t, t.TempDir())
	begin := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	var want []queue.ContactID
	var all []queue.Entry
	for i := range 2*page + 10 {
		call := oneCall(begin.Add(time.Duration(i) * 100 * time.Millisecond))
		want = append(want, call[0].Contact)
		all = append(all, call...)
	}
	if err := s.Append(all); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(want)
	list := func(since time.Time, most int) (got []queue.ContactID) {
		t.Helper()
		err := s.Calls(since, func(c queue.Call) bool {
			got = append(got, c.ID)
			return len(got) < most
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := list(time.Time{}, 1<<30); !reflect.DeepEqual(got, want) {
		t.Errorf("%d calls of %d, or in another order", len(got), len(want))
	}
	if got := list(begin.Add(100*time.Second), 1<<30); len(got) != 2*page+10-1000 || got[0] != want[0] {
		t.Errorf("since 100 s: %d calls", len(got))
	}
	if got := list(time.Time{}, 3); !reflect.DeepEqual(got, want[:3]) {
		t.Errorf("the first three: %v", got)
	}
	if got := list(time.Now(), 9); len(got) != 0 {
		t.Errorf("since now: %v", got)
	}
}

// TestRecover: what a crash left open is ended once, dated to the last sign of
// life, and the laws hold.
func TestRecover(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	begin := time.Now().Add(-3 * time.Hour).UTC().Truncate(time.Second)
	talking, waiting := queue.NewContactID(begin), queue.NewContactID(begin.Add(time.Second))
	at := func(sec int) time.Time { return begin.Add(time.Duration(sec) * time.Second) }
	err := s.Append([]queue.Entry{
		{At: at(0), Kind: queue.ServerStarted},
		{At: at(0), Kind: queue.ShiftBegan, Agent: "sari"},
		{At: at(0), Kind: queue.StateChanged, Agent: "sari", From: queue.Offline, To: queue.Ready},
		{At: at(1), Kind: queue.CallArrived, Contact: talking, Channel: queue.Voice, Direction: "in", Number: "••••963"},
		{At: at(1), Kind: queue.QueueEntered, Contact: talking, Queue: "hotline"},
		{At: at(1), Kind: queue.OfferMade, Contact: talking, Agent: "sari", Queue: "hotline", Offer: 1},
		{At: at(3), Kind: queue.OfferEnded, Contact: talking, Agent: "sari", Queue: "hotline", Offer: 1, Reason: "accepted", RingMS: 2000},
		{At: at(3), Kind: queue.QueueLeft, Contact: talking, Queue: "hotline", Reason: "talk", WaitMS: 2000},
		{At: at(3), Kind: queue.TalkStarted, Contact: talking, Agent: "sari", Queue: "hotline", RingMS: 2000},
		{At: at(3), Kind: queue.StateChanged, Agent: "sari", From: queue.Ready, To: queue.Talking},
		{At: at(5), Kind: queue.CallArrived, Contact: waiting, Channel: queue.Voice, Direction: "in", Number: "anonymous"},
		{At: at(5), Kind: queue.QueueEntered, Contact: waiting, Queue: "hotline"},
	})
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	// Forty quiet minutes later the machine lost its power, and was off for two hours.
	crash := begin.Add(40 * time.Minute)
	if err := os.Chtimes(filepath.Join(dir, markerName), crash, crash); err != nil {
		t.Fatal(err)
	}

	s = open(t, dir)
	n, err := s.Recover(time.Now())
	if err != nil || n != 2 {
		t.Fatalf("%d calls, %v", n, err)
	}
	clean(t, s)
	calls := map[queue.ContactID]queue.Call{}
	if err := s.Calls(time.Time{}, func(c queue.Call) bool { calls[c.ID] = c; return true }); err != nil {
		t.Fatal(err)
	}
	for id, c := range calls {
		if c.Outcome != queue.OutcomeSystem || c.EndedBy != queue.BySystem || c.Ended == nil || c.Ended.Sub(crash).Abs() > 5*time.Second {
			t.Errorf("call %s: %+v", id, c)
		}
	}
	if c := calls[talking]; len(calls) != 2 || c.Agent != "sari" || c.TalkMS != (40*time.Minute-3*time.Second).Milliseconds() {
		t.Errorf("she talked for %d ms", c.TalkMS)
	}
	var last queue.Entry
	before := 0
	if err := s.Entries(0, func(e queue.Entry) bool { last = e; before++; return true }); err != nil {
		t.Fatal(err)
	}
	if last.Kind != queue.ServerRecovered || last.Count != 2 {
		t.Errorf("the last entry is %+v", last)
	}
	// A second start finds nothing to do, and reads nothing of the past.
	shut(t, s)
	s = open(t, dir)
	if n, err := s.Recover(time.Now()); n != 0 || err != nil || count(t, s) != before {
		t.Errorf("again: %d, %v, %d entries more", n, err, count(t, s)-before)
	}
}

// TestHeartbeat: a recovered store renews the time its successor asks for.
func TestHeartbeat(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, markerName), old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Recover(time.Now()); err != nil {
		t.Fatal(err)
	}
	shut(t, s) // waits for the first beat
	if since := time.Since(s.lastBeat()); since > time.Minute {
		t.Errorf("the last beat was %v ago", since)
	}
}

// TestVerifyFinds changes the file behind the store's back: each is told.
func TestVerifyFinds(t *testing.T) {
	key := func(tx *bolt.Tx) []byte {
		k, _ := tx.Bucket(bucketCall).Cursor().First()
		return slices.Clone(k)
	}
	for name, c := range map[string]struct {
		harm func(*bolt.Tx) error
		want string
	}{
		"entry removed": {func(tx *bolt.Tx) error { return tx.Bucket(bucketJournal).Delete(number(3)) }, "seq 4 follows 2"},
		"last removed":  {func(tx *bolt.Tx) error { return tx.Bucket(bucketJournal).Delete(number(10)) }, "ends with entry 9, but 10 were kept"},
		"entry changed": {func(tx *bolt.Tx) error {
			v := strings.Replace(string(tx.Bucket(bucketJournal).Get(number(4))), `"wait_ms":1000`, `"wait_ms":9`, 1)
			return tx.Bucket(bucketJournal).Put(number(4), []byte(v))
		}, "the journal says"},
		"entry unreadable": {func(tx *bolt.Tx) error { return tx.Bucket(bucketJournal).Put(number(4), []byte("{")) }, "entry 4 of the journal cannot be read"},
		"record removed":   {func(tx *bolt.Tx) error { return tx.Bucket(bucketCall).Delete(key(tx)) }, "record: it is missing"},
		"record changed": {func(tx *bolt.Tx) error {
			v := strings.Replace(string(tx.Bucket(bucketCall).Get(key(tx))), `abandoned_short`, `answered`, 1)
			return tx.Bucket(bucketCall).Put(key(tx), []byte(v))
		}, `it says {"id"`},
		"record added": {func(tx *bolt.Tx) error {
			return tx.Bucket(bucketCall).Put(callKey(queue.NewContactID(time.Now())), []byte(`{"id":"x"}`))
		}, "there are 3, but 2 calls arrived"},
	} {
		s := open(t, t.TempDir())
		if err := s.Append(append(oneCall(time.Now()), oneCall(time.Now())...)); err != nil {
			t.Fatal(err)
		}
		clean(t, s)
		if err := s.db.Update(c.harm); err != nil {
			t.Fatal(err)
		}
		found, err := s.Verify()
		if err != nil || !strings.Contains(strings.Join(found, "\n"), c.want) {
			t.Errorf("%s: got %v %q, want %s", name, err, found, c.want)
		}
	}
}

// TestRebuildMends: records that were harmed are made anew, and a Rebuild that
// was cut off is finished at the next Open.
func TestRebuildMends(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for range 3 {
		if err := s.Append(oneCall(time.Now())); err != nil {
			t.Fatal(err)
		}
	}
	err := s.db.Update(func(tx *bolt.Tx) error {
		if err := tx.DeleteBucket(bucketCall); err != nil {
			return err
		}
		_, err := tx.CreateBucket(bucketCall)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rebuild(); err != nil {
		t.Fatal(err)
	}
	clean(t, s)
	err = s.db.Update(func(tx *bolt.Tx) error { // as far as a crash right after its first step
		if err := tx.DeleteBucket(bucketCall); err != nil {
			return err
		}
		if _, err := tx.CreateBucket(bucketCall); err != nil {
			return err
		}
		return tx.Bucket(bucketMeta).Put(metaProjected, number(0))
	})
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, dir)
	clean(t, s)
}

// TestRebuildWhileWriting: calls go on during a Rebuild.
func TestRebuildWhileWriting(t *testing.T) {
	s := open(t, t.TempDir())
	var all []queue.Entry
	for range page {
		all = append(all, oneCall(time.Now())...)
	}
	if err := s.Append(all); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Rebuild() }()
	for running := true; running; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
			if err := s.Append(oneCall(time.Now())); err != nil {
				t.Fatal(err)
			}
		}
	}
	clean(t, s)
}

// TestCallKey: keys sort as ids do, and all ids have one.
func TestCallKey(t *testing.T) {
	at := time.Now()
	a, b := queue.NewContactID(at), queue.NewContactID(at.Add(time.Millisecond))
	if x, y := callKey(a), callKey(b); len(x) != 16 || string(x) >= string(y) {
		t.Errorf("%x %x", x, y)
	}
	low, high := lowestKey(at), lowestKey(at.Add(time.Millisecond))
	if k := string(callKey(a)); k < string(low) || k >= string(high) {
		t.Errorf("%x is not between %x and %x", k, low, high)
	}
	for _, id := range []queue.ContactID{"", "x", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "01ARZ3NDEKTSV4RRFFQ69G5FA!"} {
		if k := callKey(id); k[0] != 0xff || string(k[1:]) != string(id) {
			t.Errorf("%q: %x", id, k)
		}
	}
	if got := fmt.Sprintf("%x", callKey("01ARZ3NDEKTSV4RRFFQ69G5FAV")); got != "01563e3ab5d3d6764c61efb99302bd5b" {
		t.Errorf("got %s", got)
	}
	if k := lowestKey(time.Time{}); string(k) != string(make([]byte, 16)) {
		t.Errorf("the beginning of time: %x", k)
	}
}
