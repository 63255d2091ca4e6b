package media

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"sahut/configs"
)

// timed is a Writer that keeps what was sent and when.
type timed struct {
	mu   sync.Mutex
	sent []rtp.Packet
	at   []time.Time
}

func (w *timed) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, rtp.Packet{Header: *h, Payload: append([]byte(nil), payload...)})
	w.at = append(w.at, time.Now())
	return len(payload), nil
}

// said is the first byte of each frame sent.
// said is the last byte of each packet: what begins slides in.
func (w *timed) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b []byte
	for _, p := range w.sent {
		b = append(b, p.Payload[len(p.Payload)-1])
	}
	return string(b)
}

// letters is a prompt whose frames are these letters.
func letters(s string) *Prompt {
	p := &Prompt{samples: len(s) * frameSamples}
	for i := range len(s) {
		frame := make([]byte, frameSamples)
		fill(frame, s[i])
		p.alaw, p.ulaw = append(p.alaw, frame...), append(p.ulaw, frame...)
	}
	return p
}

const quiet = "\xd5" // what a frame of silence looks like in said

// oneListener starts a conductor with one listener, in fake time, and stands
// half-way between two of her frames.
func oneListener(always bool) (*conductor, *player, *timed) {
	c := startConductor()
	w := new(timed)
	s := NewSender()
	s.Bind(w, Format{Codec: PCMA, PayloadType: 8})
	p := newPlayer(s, always)
	c.attach(p)
	time.Sleep(frameTime / 2)
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent, w.at = nil, nil
	return c, p, w
}

func TestConductorPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, w := oneListener(true)
		defer c.stop()
		start := time.Now()
		p.Play(Playlist{Loop: letters("ab")})
		time.Sleep(10 * time.Second)
		synctest.Wait()
		w.mu.Lock()
		defer w.mu.Unlock()
		heard := 0
		for i := range w.sent {
			if w.at[i].Before(start) {
				continue
			}
			if heard == 0 && w.at[i].Sub(start) > frameTime {
				t.Errorf("the first frame came %v after Play", w.at[i].Sub(start))
			}
			if i > 0 && w.at[i].Sub(w.at[i-1]) != frameTime {
				t.Errorf("frame %d came %v after the one before", i, w.at[i].Sub(w.at[i-1]))
			}
			if want := "ab"[heard%2]; w.sent[i].Payload[0] != want {
				t.Fatalf("frame %d is %q, want %q", heard, w.sent[i].Payload[0], want)
			}
			heard++
		}
		if heard < 499 || heard > 501 {
			t.Errorf("%d frames in ten seconds", heard)
		}
	})
}

func TestConductorSpreadsListeners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startConductor()
		defer c.stop()
		for range 50 {
			c.attach(newPlayer(NewSender(), true))
		}
		for i := range c.lists {
			if n := len(c.players(i)); n != 10 {
				t.Errorf("phase %d has %d of 50 listeners", i, n)
			}
		}
	})
}

func TestPlaylist(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, w := oneListener(true)
		defer c.stop()
		done := 0
		p.Play(Playlist{Once: []*Prompt{letters("GR"), nil, letters("E")}, Loop: letters("mnop"), Done: func() { done++ }})
		time.Sleep(5 * frameTime) // G R E m n
		p.Interject([]*Prompt{letters("12")})
		time.Sleep(5 * frameTime) // 1 2 o p m
		synctest.Wait()
		if got := w.said(); got != "GREmn12opm" {
			t.Errorf("heard %q", got)
		}
		if done != 1 {
			t.Errorf("Done was called %d times", done)
		}
		p.Silence()
		time.Sleep(2 * frameTime)
		p.Interject([]*Prompt{letters("3")})
		time.Sleep(2 * frameTime)
		synctest.Wait()
		if got := w.said(); got != "GREmn12opm"+quiet+quiet+"3"+quiet {
			t.Errorf("heard %q", got)
		}
	})
}

// Words that are interjected wait for those that still play once, and do not
// put off what is done after those.
func TestPlaylistInterjectDuringOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, w := oneListener(true)
		defer c.stop()
		var doneAfter string
		p.Play(Playlist{Once: []*Prompt{letters("GRE")}, Done: func() { doneAfter = w.said() }})
		time.Sleep(frameTime)
		p.Interject([]*Prompt{letters("12")})
		time.Sleep(5 * frameTime)
		synctest.Wait()
		if got := w.said(); got != "GRE12"+quiet {
			t.Errorf("heard %q", got)
		}
		if doneAfter != "GRE" {
			t.Errorf("Done was called after %q", doneAfter)
		}
	})
}

func TestPlaylistDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, w := oneListener(false)
		defer c.stop()
		var calls []string
		called := func(name string) func() { return func() { calls = append(calls, name) } }
		p.Play(Playlist{Done: called("empty")})
		c.attach(p)
		time.Sleep(2 * frameTime)
		p.Play(Playlist{Once: []*Prompt{letters("abc")}, Done: called("replaced")})
		c.attach(p) // it was retired, and begins at once
		time.Sleep(frameTime / 2)
		p.Play(Playlist{Once: []*Prompt{letters("xy")}, Done: func() {
			calls = append(calls, "heard")
			p.Play(Playlist{Once: []*Prompt{letters("z")}, Done: called("from within")})
		}})
		time.Sleep(5 * frameTime)
		synctest.Wait()
		if got := fmt.Sprint(calls); got != "[empty heard from within]" {
			t.Errorf("called: %v", got)
		}
		if got := w.said(); got != "axyz" { // and no silence: this leg does not want it
			t.Errorf("heard %q", got)
		}
	})
}

// A listener who wants no silence is served only while something plays.
func TestConductorRetiresTheIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, w := oneListener(false)
		defer c.stop()
		for range 3 {
			if !c.idle() {
				t.Error("it is served though nothing plays")
			}
			p.Play(Playlist{Once: []*Prompt{letters("abc")}})
			c.attach(p)
			time.Sleep(5 * frameTime)
			synctest.Wait()
		}
		if got := w.said(); got != "abcabcabc" {
			t.Errorf("heard %q", got)
		}
		p.Play(Playlist{Loop: letters("m")})
		c.attach(p)
		time.Sleep(5 * frameTime)
		synctest.Wait()
		if c.idle() {
			t.Error("a loop was forgotten")
		}
		p.Silence()
		time.Sleep(2 * frameTime)
		synctest.Wait()
		if !c.idle() {
			t.Error("it is served after Silence")
		}
	})
}

// Another leg speaks: the music ends for good. What is played while she speaks
// waits until she is gone.
func TestPlaylistEndsWhenALegSpeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, w := oneListener(true)
		defer c.stop()
		p.Play(Playlist{Loop: letters("m"), Done: nil})
		time.Sleep(2 * frameTime)
		v := newVoice(PCMA)
		v.h.Marker = false
		for range 3 {
			p.sender.Forward(v.id, PCMA, &v.h, []byte("vvvv"))
			v.h.SequenceNumber++
			v.h.Timestamp += frameSamples
			time.Sleep(frameTime)
		}
		p.Interject([]*Prompt{letters("1")}) // stale by the time she is gone
		p.sender.Release(v.id)
		time.Sleep(2 * frameTime)
		synctest.Wait()
		if got := w.said(); got != "mmvvv"+quiet+quiet {
			t.Errorf("heard %q", got)
		}
		again := newVoice(PCMA)
		p.sender.Forward(again.id, PCMA, &again.h, []byte("wwww"))
		p.Play(Playlist{Loop: letters("n")})
		time.Sleep(2 * frameTime)
		p.sender.Release(again.id)
		time.Sleep(2 * frameTime)
		synctest.Wait()
		if got := w.said(); got != "mmvvv"+quiet+quiet+"wnn" {
			t.Errorf("heard %q", got)
		}
	})
}

// A stop of half a second is not made up for by a burst, and the timestamp
// keeps to the wall clock.
func TestConductorAfterAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, w := oneListener(true)
		defer c.stop()
		p.Play(Playlist{Once: []*Prompt{letters("ab")}, Loop: letters("m"), Done: func() { time.Sleep(500 * time.Millisecond) }})
		time.Sleep(time.Second)
		synctest.Wait()
		w.mu.Lock()
		defer w.mu.Unlock()
		if n := len(w.sent); n < 24 || n > 29 {
			t.Errorf("%d frames in a second of which half was a stop", n)
		}
		stop := w.sent[2]
		if d := stop.Timestamp - w.sent[1].Timestamp; d < 480*8 || d > 540*8 || !stop.Marker {
			t.Errorf("after the stop the timestamp steps by %d, marker %v", d, stop.Marker)
		}
		if c.skip.Load() == 0 || c.late.Load() == 0 {
			t.Error("the stop was not counted")
		}
	})
}

// A short delay is made up for: nobody hears a gap.
func TestConductorCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, w := oneListener(true)
		defer c.stop()
		p.Play(Playlist{Once: []*Prompt{letters("ab")}, Loop: letters("m"), Done: func() { time.Sleep(50 * time.Millisecond) }})
		time.Sleep(time.Second)
		synctest.Wait()
		w.mu.Lock()
		defer w.mu.Unlock()
		if n := len(w.sent); n < 49 || n > 51 {
			t.Errorf("%d frames in a second", n)
		}
		for i := 1; i < len(w.sent); i++ {
			if d := w.sent[i].Timestamp - w.sent[i-1].Timestamp; d != frameSamples {
				t.Errorf("frame %d: timestamp steps by %d", i, d)
			}
		}
	})
}

func TestConductorSurvivesAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, _ := oneListener(true)
		defer c.stop()
		w := new(timed)
		s := NewSender()
		s.Bind(w, Format{Codec: PCMA, PayloadType: 8})
		other := newPlayer(s, true)
		c.attach(other)
		p.Play(Playlist{Done: func() { panic("a callback went wrong") }})
		time.Sleep(time.Second)
		synctest.Wait()
		if n := len(w.said()); n < 49 {
			t.Errorf("the other listener got %d frames", n)
		}
		if c.panics.Load() != 1 {
			t.Errorf("%d panics counted", c.panics.Load())
		}
	})
}

// BenchmarkConductor sends music to 1000 listeners, each with a socket of its
// own, for as long as b asks: one op is one second of it. The figure to look
// at is CPU time (go test -bench Conductor -cpuprofile), not ns/op.
func BenchmarkConductor(b *testing.B) {
	e, err := NewEngine(configs.Media{Address: "127.0.0.1", RTPPorts: "34000-37998"}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	sink := newSink(b)
	music := letters("abcdefgh")
	for range 1000 {
		l, err := e.OpenRTP(RTPOptions{})
		if err != nil {
			b.Fatal(err)
		}
		l.wire.to.Store(&sink)
		l.sender.Bind(&l.wire, Format{Codec: PCMA, PayloadType: 8})
		l.Play(Playlist{Loop: music})
	}
	late, skipped, sent, cpu := e.conductor.late.Load(), e.conductor.skip.Load(), e.Stats().Sent, cpuTime()
	b.ResetTimer()
	start := time.Now()
	for range b.N {
		time.Sleep(time.Second) // the benchmark is of time passing
	}
	took := time.Since(start).Seconds()
	packets := float64(e.Stats().Sent - sent)
	spent := cpuTime() - cpu
	b.ReportMetric(packets/took, "packets/s")
	b.ReportMetric(100*spent.Seconds()/took, "%core")
	b.ReportMetric(float64(spent.Microseconds())/packets, "µs-CPU/packet")
	b.ReportMetric(float64(e.conductor.late.Load()-late)/took, "late-ticks/s")
	b.ReportMetric(float64(e.conductor.skip.Load()-skipped)/took, "skipped/s")
}
