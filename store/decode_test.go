package store

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"sahut/queue"
)

// Every field an entry has is read by the quick way, alone and with all others.
func TestReadsEveryField(t *testing.T) {
	var all queue.Entry
	typ := reflect.TypeFor[queue.Entry]()
	for i := range typ.NumField() {
		e := queue.Entry{Seq: 7, At: time.Date(2026, 11, 24, 12, 0, 0, 123456789, time.FixedZone("", 7*3600)), Kind: "k"}
		for _, v := range []reflect.Value{reflect.ValueOf(&e).Elem().Field(i), reflect.ValueOf(&all).Elem().Field(i)} {
			switch v.Kind() {
			case reflect.String:
				v.SetString("••••963 ümlaut/id:x")
			case reflect.Int, reflect.Int64:
				v.SetInt(123456789012)
			case reflect.Uint64:
				v.SetUint(42)
			case reflect.Float64:
				v.SetFloat(12.75)
			case reflect.Struct:
				v.Set(reflect.ValueOf(time.Date(2026, 11, 24, 23, 59, 59, 0, time.UTC)))
			default:
				t.Fatalf("%s is a %s, which store/decode.go does not read", typ.Field(i).Name, v.Kind())
			}
		}
		same(t, e, true)
	}
	same(t, all, true)
}

// same holds the quick way to encoding/json; quick says that it must not give up.
func same(t *testing.T, e queue.Entry, quick bool) {
	t.Helper()
	v, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var want, got queue.Entry
	if err := json.Unmarshal(v, &want); err != nil {
		t.Fatal(err)
	}
	if ok := readFlat(v, &got, names{}); quick && (!ok || !equal(got, want)) {
		t.Fatalf("%s\nread %v %+v\nwant %+v", v, ok, got, want)
	}
	if got, err = readEntry(number(1), v, nil); err != nil || !equal(got, want) {
		t.Fatalf("%s\nread %+v %v\nwant %+v", v, got, err, want)
	}
}

func equal(a, b queue.Entry) bool {
	if !a.At.Equal(b.At) || a.At.Format(time.RFC3339Nano) != b.At.Format(time.RFC3339Nano) {
		return false
	}
	a.At, b.At = time.Time{}, time.Time{}
	return a == b
}

// What is not as Append writes it is read by encoding/json, or refused by both.
func TestReadsOddEntriesAsBefore(t *testing.T) {
	same(t, queue.Entry{Reason: "a \"quoted\" \\ word\n", Kind: "x"}, false)
	same(t, queue.Entry{WaitMS: -5, Position: -1}, false)
	same(t, queue.Entry{Cost: 1e-9}, true)
	for _, text := range []string{
		`{}`, `{ "seq":1}`, `{"seq":1,}`, `{"seq":01}`, `{"seq":1.0}`, `{"seq":-1}`, `{"SEQ":3}`, `{"seq":null}`, `{"kind":5}`, `{"at":"yesterday"}`, `{"at":"2026-11-24T12:00:00z"}`,
		`{"later":1,"seq":2}`, `{"later":{"a":[1,2]},"seq":2}`, `{"seq":1,"seq":2}`, `[1]`, `{"seq":1`, `{"kind":"a` + "\xff" + `"}`, `{"seq":99999999999999999999}`, `{"kind":"a"x}`, `{"kind" :"a"}`, ``, `{`, `{"cost":x}`, `{"cost":1e3}`, `{"cost":0x1p4}`, `{"cost":Inf}`, `{"cost":.5}`,
	} {
		var want queue.Entry
		bad := json.Unmarshal([]byte(text), &want)
		got, err := readEntry(number(1), []byte(text), names{})
		if (err != nil) != (bad != nil) || bad == nil && !equal(got, want) {
			t.Errorf("%s: read %+v %v, want %+v %v", text, got, err, want, bad)
		}
	}
}

func FuzzReadEntry(f *testing.F) {
	for _, e := range []queue.Entry{{Seq: 1, At: time.Unix(0, 0).UTC(), Kind: queue.CallArrived, Contact: "c", Number: "••••963"}, {Seq: 2, Kind: queue.TalkEnded, TalkMS: 180_000, Cost: 1.5}} {
		v, _ := json.Marshal(e)
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		var want, got queue.Entry
		bad := json.Unmarshal(v, &want)
		if readFlat(v, &got, names{}) && (bad != nil || !equal(got, want)) {
			t.Fatalf("%q: read %+v, want %+v %v", v, got, want, bad)
		}
	})
}

// Since begins at the very entry, wherever that is.
func TestSinceBeginsAtTheEntry(t *testing.T) {
	s := open(t, t.TempDir())
	rnd := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	var times []time.Time
	for range 30 {
		var batch []queue.Entry
		for range 1 + rnd.IntN(300) {
			at = at.Add(time.Duration(rnd.IntN(3)) * time.Second) // many at the same time
			times = append(times, at)
			batch = append(batch, queue.Entry{At: at, Kind: queue.ConfigVersion})
		}
		if err := s.Append(batch); err != nil {
			t.Fatal(err)
		}
	}
	for range 300 {
		since := times[0].Add(time.Duration(rnd.IntN(int(at.Sub(times[0]).Seconds())+20)-10) * time.Second)
		want := 0
		for _, x := range times {
			if !x.Before(since) {
				want++
			}
		}
		got := 0
		if err := s.Since(since, func(e queue.Entry) bool { got++; return true }); err != nil || got != want {
			t.Fatalf("since %v: %d entries, want %d (%v)", since, got, want, err)
		}
	}
	if err := open(t, t.TempDir()).Since(at, func(queue.Entry) bool { panic("an empty journal has none") }); err != nil {
		t.Fatal(err)
	}
}
