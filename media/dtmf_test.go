package media

import (
	"slices"
	"strings"
	"testing"

	"github.com/pion/rtp"
)

// heardKeys feeds packets to an ear: "1@100" is key 1 with timestamp 100, "1@100E" its
// end, "." a packet of sound.
func heardKeys(t *testing.T, packets string) string {
	t.Helper()
	var ear keyEar
	var got []rune
	for _, p := range strings.Fields(packets) {
		if p == "." {
			if key, ok := ear.sound(); ok {
				got = append(got, key)
			}
			continue
		}
		name, at, _ := strings.Cut(p, "@")
		at, end := strings.CutSuffix(at, "E")
		h := rtp.Header{SSRC: 7}
		for _, c := range at {
			h.Timestamp = h.Timestamp*10 + uint32(c-'0')
		}
		payload := []byte{byte(strings.Index(keyNames, name)), 10, 0, 160}
		if end {
			payload[1] |= 0x80
		}
		if key, ok := ear.event(&h, payload); ok {
			got = append(got, key)
		}
	}
	return string(got)
}

func TestKeyEar(t *testing.T) {
	for _, c := range []struct{ name, packets, want string }{
		{"one key", ". 1@100 1@100 1@100E 1@100E 1@100E . .", "1"},
		{"only the last end arrives", "1@100 1@100 1@100E . .", "1"},
		{"only an end arrives", "1@100E . .", "1"},
		{"ends after sound resumed", "1@100 1@100E . 1@100E . 1@100E . . . .", "1"},
		{"all ends lost, sound goes on", "1@100 1@100 . . . . .", "1"},
		{"all ends lost, another key follows", "1@100 1@100 2@900 2@900E 2@900E", "12"},
		{"all ends lost, the end of another key follows", "1@100 2@900E 2@900E . . .", "12"},
		{"the same key twice", "5@100 5@100E 5@100E 5@900 5@900E 5@900E", "55"},
		{"late packets of the key before", "5@100 5@100E 6@900 5@100E 6@900E 5@100", "56"},
		{"a duplicated start after the end", "5@100 5@100E 5@100 5@100", "5"},
		{"a long key", strings.Repeat("0@100 ", 200) + "0@100E", "0"},
		{"star, hash, letters", "*@100E #@900E A@1700E D@2500E", "*#AD"},
		{"nothing but sound", ". . . . . .", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := heardKeys(t, c.packets); got != c.want {
				t.Errorf("heard %q, want %q", got, c.want)
			}
		})
	}
}

func TestKeyEarIgnoresWhatIsNoKey(t *testing.T) {
	var ear keyEar
	for _, p := range [][]byte{nil, {1}, {1, 0x8A, 0}, {16, 0x8A, 0, 1} /* flash */, {255, 0x8A, 0, 1}} {
		if key, ok := ear.event(&rtp.Header{}, p); ok {
			t.Errorf("%v was heard as %q", p, key)
		}
	}
}

// FuzzKeyEar: whatever comes, a timestamp is one key at most.
func FuzzKeyEar(f *testing.F) {
	f.Add([]byte("\x01\x01\x81\x81\x00\x02\x82"))
	f.Fuzz(func(t *testing.T, script []byte) {
		var ear keyEar
		var ts uint32
		keys, events := 0, 0
		for _, b := range script {
			if b == 0 {
				ts += 800
				events++
				continue
			}
			if _, ok := ear.event(&rtp.Header{Timestamp: ts}, []byte{b & 0x0F, b & 0x80, 0, 1}); ok {
				keys++
			}
			if _, ok := ear.sound(); ok && b&0x40 != 0 {
				keys++
			}
		}
		if keys > events+1 {
			t.Errorf("%d keys from %d timestamps", keys, events+1)
		}
	})
}

func TestKeysAreSentAsEvents(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8, Event: 96})
	st.play(3)
	v := newVoice(PCMA)
	st.speak(v, 5)
	var k keying
	k.add("1x#")
	for range 40 {
		if k.tick(st.s, st.now) {
			// The volunteer goes on speaking: her sound waits.
			st.s.forward(st.now, v.id, PCMA, &v.h, make([]byte, frameSamples))
		} else {
			st.speak(v, 1)
			continue
		}
		v.h.SequenceNumber++
		v.h.Timestamp += frameSamples
		st.pass(frameTime)
	}
	var events []rtp.Packet
	for i, p := range st.sent {
		if i > 0 && p.SequenceNumber != st.sent[i-1].SequenceNumber+1 {
			t.Errorf("packet %d: sequence number steps by %d", i, int16(p.SequenceNumber-st.sent[i-1].SequenceNumber))
		}
		if p.PayloadType == 96 {
			events = append(events, p)
		}
	}
	if len(events) != 14 {
		t.Fatalf("%d event packets for two keys, want 14", len(events))
	}
	for n, code := range []byte{1, 11} {
		key := events[7*n : 7*n+7]
		var durations []int
		for i, p := range key {
			if p.Timestamp != key[0].Timestamp {
				t.Errorf("key %d packet %d: timestamp changed within the key", n, i)
			}
			if p.Marker != (i == 0) {
				t.Errorf("key %d packet %d: marker %v", n, i, p.Marker)
			}
			if p.Payload[0] != code || (p.Payload[1]&0x80 != 0) != (i >= 4) || p.Payload[1]&0x3F != keyVolume {
				t.Errorf("key %d packet %d: payload % x", n, i, p.Payload)
			}
			durations = append(durations, int(p.Payload[2])<<8|int(p.Payload[3]))
		}
		if want := []int{160, 320, 480, 640, 800, 800, 800}; !slices.Equal(durations, want) {
			t.Errorf("key %d: durations %v, want %v", n, durations, want)
		}
	}
	if d := events[7].Timestamp - events[0].Timestamp; d != 9*frameSamples {
		t.Errorf("keys are %d samples apart, want 1440 (100 ms and 80 ms)", d)
	}
	// Sound goes on in step with the wall clock.
	if off := int32(st.last().Timestamp - st.s.wallTS(st.s.at)); off < -frameSamples || off > frameSamples {
		t.Errorf("after the keys the timestamp is %d samples off the wall clock", off)
	}
}

func TestKeysAreSentAsTonesWithoutEvents(t *testing.T) {
	st := newStage(Format{Codec: PCMU, PayloadType: 0, Event: noEvent})
	var k keying
	k.add("5")
	for k.tick(st.s, st.now) {
		st.pass(frameTime)
	}
	if len(st.sent) != keyFrames+keyGap {
		t.Fatalf("%d frames", len(st.sent))
	}
	var pcm []int16
	for _, p := range st.sent[:keyFrames] {
		for _, b := range p.Payload {
			pcm = append(pcm, ulawToLinear[b])
		}
	}
	for _, f := range []float64{770, 1336} {
		if level := goertzel(f, pcm); level < -20 {
			t.Errorf("%v Hz at %.1f dB", f, level)
		}
	}
	if level := goertzel(941, pcm); level > -30 {
		t.Errorf("941 Hz, which is not in key 5, at %.1f dB", level)
	}
	st.continuous(t)
}

func TestKeysWaitForAHeldFarEnd(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8, Event: 96})
	var k keying
	k.add("1")
	st.s.SetHeld(true)
	if k.tick(st.s, st.now) || len(st.sent) != 0 {
		t.Fatal("a key was sent to a far end that holds")
	}
	st.s.SetHeld(false)
	if !k.tick(st.s, st.now) || len(st.sent) != 1 {
		t.Error("the key was not sent after the hold")
	}
}

// A key held for more than eight seconds is several events without an end
// between them (RFC 4733 section 2.5.1.3), and still one key.
func TestKeyHeldForLong(t *testing.T) {
	var ear keyEar
	var got []rune
	ts := uint32(5)
	send := func(duration uint16, flags byte) {
		if key, ok := ear.event(&rtp.Header{SSRC: 7, Timestamp: ts}, []byte{9, flags | 10, byte(duration >> 8), byte(duration)}); ok {
			got = append(got, key)
		}
	}
	for range 2 {
		send(160, 0)
		send(0xFFFF, 0)
		ts += 0xFFFF
	}
	send(4000, 0)
	send(8000, 0x80)
	send(8000, 0x80)
	if string(got) != "9" {
		t.Errorf("heard %q", string(got))
	}
}

// Events of a far end with another clock take their place in the time of its
// sound, and go out in the clock the other far end agreed to.
func TestEventsOfAnotherClock(t *testing.T) {
	var c eventClock
	c.sound = 8000
	for i, step := range []struct {
		theirs         uint32
		duration, want uint16
		ours           uint32
	}{{48000, 960, 160, 8000}, {48000, 4800, 800, 8000}, {96000, 960, 160, 9440}} {
		if i == 2 {
			c.sound = 9440
		}
		h, payload := rtp.Header{Timestamp: step.theirs}, []byte{1, 10, byte(step.duration >> 8), byte(step.duration)}
		c.place(&h, payload, 48000)
		if got := uint16(payload[2])<<8 | uint16(payload[3]); h.Timestamp != step.ours || got != step.want {
			t.Errorf("step %d: at %d for %d, want %d for %d", i, h.Timestamp, got, step.ours, step.want)
		}
	}
	st := newStage(Format{Codec: PCMA, PayloadType: 8, Event: 96, EventRate: 48000})
	v := newVoice(PCMA)
	st.speak(v, 2)
	st.s.forwardEvent(st.now, v.id, &v.h, []byte{1, 10, 800 >> 8, 800 & 0xFF})
	if p := st.last(); p.PayloadType != 96 || int(p.Payload[2])<<8|int(p.Payload[3]) != 4800 {
		t.Errorf("sent % x", p.Payload)
	}
}

// A key of another leg sounds for a far end that agreed to no events, once.
func TestForwardedKeysBecomeTones(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	var sounded []byte
	st.s.tones = func(code byte) { sounded = append(sounded, code) }
	v := newVoice(PCMA)
	st.speak(v, 2)
	for _, code := range []byte{5, 11, 99} {
		v.h.Timestamp += 1440
		for i := range 7 { // among them three ends
			v.h.SequenceNumber++
			st.s.ForwardEvent(v.id, &v.h, []byte{code, 10, 0, byte(i)})
		}
	}
	v.h.Timestamp -= 1440
	st.s.ForwardEvent(v.id, &v.h, []byte{11, 10, 0, 1}) // late
	if !slices.Equal(sounded, []byte{5, 11}) {
		t.Errorf("sounded %v", sounded)
	}
	if n := len(st.sent); st.sent[n-1].PayloadType != 8 {
		t.Error("an event was sent to a far end that never agreed to one")
	}
}
