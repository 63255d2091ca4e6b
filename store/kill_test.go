package store

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"sahut/queue"
)

// killRounds is how often the writing process is killed.
const killRounds = 20

// TestKill kills a writing process again and again, and wants every record it
// had acknowledged, a journal without gaps, and laws that hold after Recover.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	for round := range killRounds {
		for line := range strings.Lines(runAndKill(t, dir, time.Duration(rand.IntN(120))*time.Millisecond)) {
			if id, whole := strings.CutSuffix(line, "\n"); whole {
				acknowledged[id] = true
			}
		}
		s := open(t, dir)
		kept := map[string]bool{}
		err := s.Entries(0, func(e queue.Entry) bool {
			kept[fmt.Sprint(e.Contact, " ", e.Kind)] = true
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		for id := range acknowledged {
			if !kept[id] {
				t.Fatalf("round %d: acknowledged %s is lost (%d acknowledged, %d kept)", round, id, len(acknowledged), len(kept))
			}
		}
		if _, err := s.Recover(time.Now()); err != nil {
			t.Fatal(err)
		}
		clean(t, s)
		noneOpen(t, s)
		shut(t, s)
	}
	if len(acknowledged) < 10*killRounds {
		t.Errorf("only %d entries were acknowledged: the test proves little", len(acknowledged))
	}
	t.Logf("%d acknowledged entries survived %d kills", len(acknowledged), killRounds)
}

func noneOpen(t *testing.T, s *Store) {
	t.Helper()
	err := s.Calls(time.Time{}, func(c queue.Call) bool {
		if c.Ended == nil || c.Outcome == "" {
			t.Errorf("call %s has not ended: %+v", c.ID, c)
		}
		return true
	})
	if err != nil {
		t.Error(err)
	}
}

// runAndKill starts this test binary as a writer, kills it some time after its
// first acknowledgement and returns all it acknowledged.
func runAndKill(t *testing.T, dir string, after time.Duration) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "SAHUT_KILL_TEST="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	in := bufio.NewReader(out)
	first, err := in.ReadString('\n')
	if err != nil {
		t.Fatalf("the writer said nothing: %v", err)
	}
	all.WriteString(first)
	kill := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer kill.Stop()
	if _, err := in.WriteTo(&all); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the writer ended by itself")
	}
	return all.String()
}

// killChild is the writer: four at a time, it keeps the entries of calls one by
// one and says each as soon as it is acknowledged.
func killChild(dir string) {
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	s, err := Open(dir, Options{})
	if err != nil {
		fail(err)
	}
	if _, err := s.Recover(time.Now()); err != nil {
		fail(err)
	}
	if err := s.Append([]queue.Entry{{At: time.Now(), Kind: queue.ServerStarted}}); err != nil {
		fail(err)
	}
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 100_000 {
				for _, e := range oneCall(time.Now()) {
					if err := s.Append([]queue.Entry{e}); err != nil {
						fail(err)
					}
					fmt.Fprintf(os.Stdout, "%s %s\n", e.Contact, e.Kind)
				}
			}
		})
	}
	writers.Wait()
	os.Exit(0)
}
