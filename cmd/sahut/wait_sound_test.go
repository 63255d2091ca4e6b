package main

import (
	"math"
	"testing"
	"time"

	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/sip/siptest"
)

// RO-2: a whole wait, as it sounds: greeting, place, music, lines of comfort. At
// no time is it quiet for long, and it is never music alone for much longer than
// the twenty seconds between two announcements.
func TestWaitIsNeverSilent(t *testing.T) {
	t.Parallel()
	const seconds, comfort = 44, "ringback" // a second of a tone, and four of silence
	s := open(t, func(r *configs.Routing) {
		q := &r.Queues[0]
		q.MaxWait, q.MaxWaitNobody = configs.Duration(10*time.Minute), configs.Duration(10*time.Minute)
		q.AnnounceEvery, q.ComfortEvery, q.Comfort = configs.Duration(20*time.Second), configs.Duration(20*time.Second), []string{comfort}
	})
	caller := s.dial(siptest.Options{Media: mediatest.CallerOptions{Record: 2 * seconds * time.Second}})
	s.must("the wait", caller.Media().Hears().WaitPackets(s.ctx, seconds*50))
	s.must("hang up", caller.Hangup(s.ctx))
	pcm := caller.Media().Hears().Recording()
	const window = mediatest.Rate / 10
	var quiet, longest, words, since, sinceWords int // in windows of 100 ms
	for ; len(pcm) >= window; pcm = pcm[window:] {
		energy := 0.0
		for _, sample := range pcm[:window] {
			energy += float64(sample) * float64(sample)
		}
		energy /= window
		if energy < 30*30 {
			quiet++
		} else {
			quiet = 0
		}
		longest = max(longest, quiet)
		level := 20 * math.Log10(math.Sqrt(2*energy)/math.MaxInt16) // of a tone that is all there is
		if since++; level > -30 && mediatest.Goertzel(425, pcm[:window]) > level-1 {
			words++
			since = 0
		}
		sinceWords = max(sinceWords, since)
	}
	t.Logf("longest quiet %d ms, comfort heard for %d ms, longest without %d ms", 100*longest, 100*words, 100*sinceWords)
	if longest >= 60 {
		t.Errorf("it was quiet for %d ms", 100*longest)
	}
	if words == 0 || sinceWords > 300 { // each of them is twenty seconds after the last, and four long
		t.Errorf("comfort was heard for %d ms, and none for %d ms", 100*words, 100*sinceWords)
	}
}
