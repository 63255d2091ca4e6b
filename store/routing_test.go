package store

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sahut/configs"
)

func TestRouting(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	r, rev, err := s.Routing()
	if err != nil || rev.Number != 0 || !reflect.DeepEqual(r, configs.StarterRouting()) {
		t.Fatalf("a new house has %+v at %+v (%v)", r, rev, err)
	}
	demo := configs.DemoRouting()
	if rev, err = s.SaveRouting(demo, "rina", "first", 0); err != nil || rev.Number != 1 || rev.Author != "rina" || rev.Note != "first" || time.Since(rev.At) > time.Minute {
		t.Fatalf("%+v %v", rev, err)
	}
	next := demo.Clone()
	next.Queues[0].RingFor = configs.Duration(30 * time.Second)
	if _, err := s.SaveRouting(next, "rina", "", 7); !errors.Is(err, ErrConflict) || !strings.Contains(err.Error(), "revision 1 is in force") {
		t.Errorf("got %v", err)
	}
	if rev, err = s.SaveRouting(next, "rina", "", 1); err != nil || rev.Number != 2 {
		t.Fatalf("%+v %v", rev, err)
	}
	bad := demo.Clone()
	bad.Queues[0].Exit = configs.Exit{}
	var problems configs.Problems
	if _, err := s.SaveRouting(bad, "rina", "", 0); !errors.As(err, &problems) {
		t.Errorf("got %v", err)
	}
	shut(t, s)
	s = open(t, dir)
	if r, rev, err = s.Routing(); err != nil || rev.Number != 2 || !reflect.DeepEqual(r, next) {
		t.Errorf("%+v %v", rev, err)
	}
	if r, rev, err = s.RoutingAt(1); err != nil || rev.Number != 1 || !reflect.DeepEqual(r, demo) {
		t.Errorf("%+v %v", rev, err)
	}
	if _, _, err = s.RoutingAt(3); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	all, err := s.Revisions()
	if err != nil || len(all) != 2 || all[0].Number != 2 || all[1].Note != "first" {
		t.Errorf("%+v %v", all, err)
	}
}

// TestTwoAdmins: of many who save over the same revision, one wins.
func TestTwoAdmins(t *testing.T) {
	s := open(t, t.TempDir())
	if _, err := s.SaveRouting(configs.DemoRouting(), "rina", "", 0); err != nil {
		t.Fatal(err)
	}
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			switch _, err := s.SaveRouting(configs.DemoRouting(), "dewi", "", 1); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, ErrConflict):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if all, err := s.Revisions(); won.Load() != 1 || len(all) != 2 || err != nil {
		t.Errorf("%d won, %d revisions, %v", won.Load(), len(all), err)
	}
}

func TestPrompts(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	wav := bytes.Repeat([]byte("RIFF"), 100_000)
	if err := s.PutPrompt("greeting", wav, "rina"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		size int
		want string
	}{{"../x", 1, "is no name of a prompt"}, {"id/../x", 1, "is no name of a prompt"}, {"/x", 1, "is no name of a prompt"}, {"id/", 1, "is no name of a prompt"}, {"", 1, "is no name of a prompt"}, {"long", longestPrompt + 1, "use at most 16 MB"}} {
		if err := s.PutPrompt(c.name, make([]byte, c.size), "rina"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v", c.name, err)
		}
	}
	shut(t, s)
	s = open(t, dir)
	if got, err := s.Prompt("greeting"); err != nil || !bytes.Equal(got, wav) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if all, err := s.Prompts(); err != nil || len(all) != 1 || all[0].Author != "rina" || all[0].Bytes != len(wav) {
		t.Errorf("%+v %v", all, err)
	}
	if err := s.DeletePrompt("greeting"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"greeting", ""} {
		if _, err := s.Prompt(name); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v", err)
		}
		if err := s.DeletePrompt(name); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v", err)
		}
	}
}
