package agentui

import (
	"testing"
	"time"
)

// The thresholds, and what the counters can do meanwhile.
func TestGrades(t *testing.T) {
	at := time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)
	read := func(list ...LegFigures) (out []legReading) {
		for i, f := range list {
			out = take(out, at.Add(time.Duration(i)*2*time.Second), f)
		}
		return out
	}
	arrive := func(lost uint64, jitter, rtt time.Duration) *Way {
		return arriving(read(LegFigures{Received: 50}, LegFigures{Received: 1050 - lost, Lost: lost, Jitter: jitter, RTT: rtt}), true)
	}
	opus := func(lost uint64) *Way {
		return arriving(read(LegFigures{Received: 50, Opus: true}, LegFigures{Received: 1050 - lost, Lost: lost, Opus: true}), true)
	}
	for _, row := range []struct {
		what string
		got  *Way
		want Grade
	}{
		{"whole", arrive(0, time.Millisecond, 0), Good},
		{"2 in 100 lost", arrive(20, 0, 0), Good},
		{"3 in 100 lost", arrive(30, 0, 0), Fair},
		{"9 in 100 lost", arrive(90, 0, 0), Poor},
		{"7 in 100 lost of Opus", opus(70), Good},
		{"8 in 100 lost of Opus", opus(80), Fair},
		{"16 in 100 lost of Opus", opus(160), Poor},
		{"uneven", arrive(0, 31*time.Millisecond, 0), Fair},
		{"far away", arrive(0, 0, 301*time.Millisecond), Fair},
		{"too far away", arrive(0, 0, 601*time.Millisecond), Poor},
		{"too early", arriving(read(LegFigures{Received: 50}), true), ""},
		{"nothing for 2 s", arriving(read(LegFigures{Received: 50}, LegFigures{Received: 50}), true), ""},
		{"nothing for 4 s", arriving(read(LegFigures{Received: 50}, LegFigures{Received: 50}, LegFigures{Received: 50}), true), Poor},
		{"nothing of a carrier that saves silence", arriving(read(LegFigures{Received: 50}, LegFigures{Received: 50}, LegFigures{Received: 50}), false), ""},
		{"late packets came after all", arriving(read(LegFigures{Received: 50, Lost: 40}, LegFigures{Received: 190}), true), Good},
		{"another leg", arriving(read(LegFigures{Received: 5000, Lost: 2000}, LegFigures{Received: 10}), true), ""},
		{"no report", reaching(read(LegFigures{Sent: 50}, LegFigures{Sent: 150})), ""},
		{"an old report", reaching(read(LegFigures{Sent: 50, FarReport: at}, LegFigures{Sent: 150, FarReport: at.Add(-time.Minute)})), ""},
		{"the far end misses a tenth", reaching(read(LegFigures{Sent: 50, FarReport: at}, LegFigures{Sent: 150, FarLost: 10, FarReport: at})), Poor},
	} {
		got := Grade("")
		if row.got != nil {
			got = row.got.Grade
		}
		if got != row.want {
			t.Errorf("%s: %q, want %q (%+v)", row.what, got, row.want, row.got)
		}
	}
	long := read(make([]LegFigures, 20)...)
	if span := long[len(long)-1].at.Sub(long[0].at); span > qualityWindow+2*time.Second {
		t.Errorf("it looks back %s", span)
	}
}
