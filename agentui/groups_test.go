package agentui

import (
	"strings"
	"testing"
	"time"

	"sahut/queue"
)

// Groups are told by letters: here is who answered in that time.
func TestGroupsThatTellOnePerson(t *testing.T) {
	set := func(names string) map[queue.AgentID]bool {
		all := map[queue.AgentID]bool{}
		for _, n := range strings.Split(names, "") {
			all[queue.AgentID(n)] = true
		}
		return all
	}
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		why, here string
		asked     []string
		last      *Problem
	}{
		{"nested by one", "abcdefghij", []string{"abcd", "abc"}, errGroupClose},
		{"nested by two", "abcdefghij", []string{"abc", "abcde"}, errGroupClose},
		{"nested by three", "abcdefghij", []string{"abc", "abcdef"}, nil},
		{"two that overlap", "abcdefghij", []string{"abcd", "defg"}, nil},
		{"three that leave one", "abcdefghijk", []string{"abc", "def", "abcdefg"}, errGroupClose},
		{"sums that leave nobody", "abcdefghijkl", []string{"abcd", "cdef", "abghi", "efghi"}, nil},
		{"the rest of two groups", "abcdefghijk", []string{"abcd", "efghij"}, errGroupClose},
		{"who was not there is nobody's cover", "abcdefg", []string{"abcx", "abcdx"}, errGroupClose},
		{"two of a group were there", "abcdefg", []string{"abxyz"}, errGroupIdle},
		{"all but two", "abcdefg", []string{"abcde"}, errGroupRest},
		{"everybody", "abcdefg", []string{"abcdefg"}, nil},
		{"nobody of them", "abcdefg", []string{"xyz"}, nil},
	} {
		g := groups{keep: func(Group) error { return nil }}
		var err error
		for i, names := range c.asked {
			if err = g.admit(question{from: day(1), to: day(8), group: set(names)}, set(c.here)); err != nil && i < len(c.asked)-1 {
				t.Fatalf("%s: %s is refused: %v", c.why, names, err)
			}
		}
		if c.last == nil && err != nil || c.last != nil && err != c.last {
			t.Errorf("%s: %v", c.why, err)
		}
		if c.last == errGroupClose {
			if err := g.admit(question{from: day(9), to: day(10), group: set(c.asked[len(c.asked)-1])}, set(c.here)); err == errGroupClose {
				t.Errorf("%s: refused for another time, too", c.why)
			}
		}
	}
}
