package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sahut/queue"
)

func someCallback(id queue.ContactID) queue.KeptCallback {
	at := time.Date(2026, 3, 1, 18, 0, 0, 0, time.UTC)
	return queue.KeptCallback{ID: id, Queue: "hotline", Caller: queue.NewCaller("+6281298765432"), Dialled: "021", Language: "id", Queued: at, Expires: at.Add(time.Hour), Attempts: 1, Since: at, Seq: 7, Never: []queue.AgentID{"sari"}}
}

// Number and answer come back whole, and are nowhere to be read on the disk.
func TestCallbacksAreSealed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	key := s.Pseudonym("6281298765432")
	if err := s.PutCallback(someCallback("C1")); err != nil {
		t.Fatal(err)
	}
	if err := s.PutSafety(queue.SafetyProfile{Key: key, MayCall: queue.SafeYes, By: "caller", Never: []queue.AgentID{"sari"}}); err != nil {
		t.Fatal(err)
	}
	list, lost, err := s.Callbacks()
	if err != nil || len(lost) > 0 || len(list) != 1 {
		t.Fatal(list, lost, err)
	}
	if b := list[0]; b.Caller.Reveal() != "+6281298765432" || b.Seq != 7 || b.Attempts != 1 || b.Never[0] != "sari" || !b.Since.Equal(someCallback("").Since) {
		t.Fatalf("%+v", b)
	}
	safety, err := s.Safety()
	if err != nil || len(safety) != 1 || safety[0].MayCall != queue.SafeYes || safety[0].Key != key || safety[0].Never[0] != "sari" {
		t.Fatal(safety, err)
	}
	for _, secret := range []string{"81298765432", "hotline\",\"", "may_call"} {
		b, err := os.ReadFile(filepath.Join(dir, databaseName))
		if err != nil || bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s stands on the disk (%v)", secret, err)
		}
	}
	if err := s.DeleteCallback("C1"); err != nil {
		t.Fatal(err)
	}
	if list, _, _ := s.Callbacks(); len(list) != 0 {
		t.Error("not erased")
	}
}

// After a crash journal and kept call-backs agree: what ended is erased, what was
// never kept or cannot be opened ends, and the others go on.
func TestCallbacksAfterACrash(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	at := time.Now().Add(-time.Minute)
	entries := []queue.Entry{{At: at, Kind: queue.ServerStarted}}
	for _, id := range []queue.ContactID{"KEPT", "ENDED", "LOST", "SEALED"} {
		entries = append(entries,
			queue.Entry{At: at, Kind: queue.CallArrived, Contact: id, Queue: "hotline"},
			queue.Entry{At: at, Kind: queue.CallbackQueued, Contact: id, Queue: "hotline"},
			queue.Entry{At: at, Kind: queue.CallOver, Contact: id, Outcome: queue.OutcomeCallbackKept})
	}
	entries = append(entries, queue.Entry{At: at, Kind: queue.CallbackExpired, Contact: "ENDED"})
	if err := s.Append(entries); err != nil {
		t.Fatal(err)
	}
	for _, id := range []queue.ContactID{"KEPT", "ENDED"} {
		if err := s.PutCallback(someCallback(id)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.update(func(tx *txn) error { return tx.Bucket(bucketCallback).Put([]byte("SEALED"), []byte("by another key")) }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Recover(time.Now()); err != nil {
		t.Fatal(err)
	}
	list, lost, err := s.Callbacks()
	if err != nil || len(lost) > 0 || len(list) != 1 || list[0].ID != "KEPT" {
		t.Fatal(list, lost, err)
	}
	ends := map[queue.ContactID]string{}
	if err := s.Entries(0, func(e queue.Entry) bool {
		if e.Kind.EndsCallback() {
			ends[e.Contact] += e.Reason
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if len(ends) != 3 || ends["LOST"] != "crash" || ends["SEALED"] != "sealed" {
		t.Error(ends)
	}
	if broken, err := s.Verify(); err != nil || len(broken) > 0 {
		t.Error(broken, err)
	}
}
