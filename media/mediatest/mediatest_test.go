package mediatest

import (
	"bytes"
	"context"
	"errors"
	"math"
	"testing"
	"time"
)

func TestLawsKeepASample(t *testing.T) {
	for _, law := range []Law{PCMA, PCMU} {
		for s := -32768; s <= 32767; s += 7 {
			got := int(law.Decode(nil, law.Encode(nil, []int16{int16(s)}))[0])
			// Sixteen steps an octave: half a step is 1/32 of the value.
			if off := math.Abs(float64(got - s)); off > math.Abs(float64(s))/30+16 && s > -32636 && s < 32636 {
				t.Fatalf("%v: %d became %d", law, s, got)
			}
		}
		if got := Level(law.Decode(nil, law.Encode(nil, Tone(440, -12, Rate)))); math.Abs(got+12) > 0.1 {
			t.Errorf("%v: a tone of -12 dBFS became %.2f", law, got)
		}
		if law.Encode(nil, []int16{0})[0] != law.Silence() {
			t.Errorf("%v: zero is not silence", law)
		}
	}
}

func TestGoertzelTellsTonesApart(t *testing.T) {
	pcm := Tone(440, -20, toneLength)
	if got := Goertzel(440, pcm); math.Abs(got+20) > 0.1 {
		t.Errorf("440 Hz at -20 dBFS: %.2f", got)
	}
	if !hasTone(440, pcm) || hasTone(460, pcm) || hasTone(440, make([]int16, toneLength)) {
		t.Error("a tone is mistaken for another or for silence")
	}
}

func TestCallersTalk(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	pacer := NewPacer()
	defer pacer.Close()
	var ends [2]*Caller
	for i, opts := range []CallerOptions{
		{PTime: 30, Pacer: pacer, Laws: []Law{PCMU, PCMA}, Record: time.Minute},
		{PTime: 20, Pacer: pacer, KeysPT: 96, Record: time.Minute},
	} {
		c, err := NewCaller(opts)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		ends[i] = c
	}
	a, b := ends[0], ends[1]
	answer, err := b.Answer(a.Offer())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(answer); err != nil {
		t.Fatal(err)
	}
	if a.Law() != PCMU || b.Law() != PCMU {
		t.Errorf("the offer preferred mu-law, they speak %v and %v", a.Law(), b.Law())
	}
	a.Stamp(true)
	a.Speak(440)
	b.Speak(620)
	for _, err := range []error{
		b.Hears().WaitTone(ctx, 440), a.Hears().WaitTone(ctx, 620),
		a.SendKeys("19*"), b.Hears().WaitKeys(ctx, "19*"), b.Hears().WaitTone(ctx, 440),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if h := b.Hears().Heard(); h.Lost != 0 || h.TimeBack != 0 || h.Sources != 1 || h.Events != 3*7 {
		t.Errorf("heard %+v", h)
	}
	if l := b.Hears().Latency(); l.Count() == 0 || l.Percentile(50) > time.Second {
		t.Errorf("latency %v of %d packets", l.Percentile(50), l.Count())
	}
	if len(b.Hears().Recording()) <= toneLength {
		t.Error("nothing was recorded")
	}
	said := b.Say(NewSound(Tone(700, -12, Rate/10), false))
	if err := a.Hears().WaitTone(ctx, 700); err != nil {
		t.Error(err)
	}
	select {
	case <-said:
	case <-ctx.Done():
		t.Error("the end of a sound was not told")
	}
}

func TestHold(t *testing.T) {
	a, err := NewCaller(CallerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := NewCaller(CallerOptions{Laws: []Law{PCMA}, NoKeys: true})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	answer, err := b.Answer(a.Reoffer("sendonly"))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(answer); err != nil || a.RemoteDirection() != "recvonly" || bytes.Contains(answer, []byte("telephone-event")) {
		t.Errorf("%v, %s:\n%s", err, a.RemoteDirection(), answer)
	}
	before := a.Addr()
	if err := a.Move(); err != nil || a.Addr() == before {
		t.Errorf("moved from %v to %v: %v", before, a.Addr(), err)
	}
	var bad ErrSDP
	if err := a.Accept([]byte("v=0\r\n")); !errors.As(err, &bad) {
		t.Errorf("an empty answer: %v", err)
	}
}

func TestWAV(t *testing.T) {
	var b bytes.Buffer
	pcm := Tone(440, -6, 1234)
	if err := WriteWAV(&b, pcm); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	got, err := ReadWAV(bytes.NewReader(whole))
	if err != nil || len(got) != len(pcm) || got[77] != pcm[77] {
		t.Errorf("%d samples came back, %v", len(got), err)
	}
	for n := range whole[:44] {
		if _, err := ReadWAV(bytes.NewReader(whole[:n])); !errors.Is(err, ErrWAV) {
			t.Errorf("a file of %d bytes: %v", n, err)
		}
	}
}

func TestLatencyPercentiles(t *testing.T) {
	var l Latency
	for i := 1; i <= 1000; i++ {
		l.Add(time.Duration(i) * 10 * time.Microsecond)
	}
	for p, want := range map[float64]time.Duration{50: 5 * time.Millisecond, 99: 9900 * time.Microsecond} {
		if got := l.Percentile(p); got < want || got > want*12/10 {
			t.Errorf("p%v is %v, want about %v", p, got, want)
		}
	}
}
