package sip

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// The desk hears of the first phone and of the last, however it goes.
func TestPresence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		b := &bindings{now: time.Now, by: map[string][]Binding{}}
		b.presence.tell = func(user string, on bool) { told = append(told, fmt.Sprint(user, on)) }
		seq := uint64(0)
		register := func(uri string, last time.Duration) {
			seq++
			if _, err := b.apply(change{user: "sari", cseq: seq, set: []Binding{{URI: uri, callID: uri, cseq: seq, Expires: time.Now().Add(last), key: uriKey{user: uri}}}}); err != nil {
				t.Fatal(err)
			}
		}
		says := func(want ...string) {
			t.Helper()
			synctest.Wait()
			b.mu.Lock()
			defer b.mu.Unlock()
			if !slices.Equal(told, want) {
				t.Fatalf("the desk was told %q, want %q", told, want)
			}
		}
		register("desk", time.Minute)
		register("soft", time.Hour)
		says("saritrue")
		time.Sleep(2 * time.Minute) // the first runs out
		says("saritrue")
		register("soft", 0)
		says("saritrue", "sarifalse")
		register("desk", time.Minute)
		time.Sleep(30 * time.Second)
		register("desk", time.Minute)
		time.Sleep(59 * time.Second)
		says("saritrue", "sarifalse", "saritrue")
		time.Sleep(2 * time.Second)
		says("saritrue", "sarifalse", "saritrue", "sarifalse")
		register("desk", time.Minute)
		if _, err := b.apply(change{user: "sari", cseq: 99, clear: true}); err != nil {
			t.Fatal(err)
		}
		says("saritrue", "sarifalse", "saritrue", "sarifalse", "saritrue", "sarifalse")
		register("desk", time.Minute)
		b.unwatch()
		time.Sleep(2 * time.Minute)
		says("saritrue", "sarifalse", "saritrue", "sarifalse", "saritrue", "sarifalse", "saritrue")
	})
}
