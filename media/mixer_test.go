package media

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
	"pgregory.net/rapid"
)

// singer is a leg that sings a tone of its own and remembers all it hears.
type singer struct {
	*puppet
	freq, level float64
	phase       int
	quiet       bool
	lose        func(n int) bool // of its packets
	n           int
}

func newSinger(codec Codec, freq float64) *singer {
	p := newPuppet(codec)
	p.h.SSRC = uint32(freq)
	return &singer{puppet: p, freq: freq, level: 6000}
}

// sing has the leg receive its next 20 ms.
func (s *singer) sing() {
	s.h.SequenceNumber++
	s.h.Timestamp += frameSamples
	s.n++
	pcm := make([]int16, frameSamples)
	for i := range pcm {
		if !s.quiet {
			pcm[i] = int16(s.level * math.Sin(2*math.Pi*s.freq*float64(s.phase)/clockRate))
		}
		s.phase++
	}
	if s.lose != nil && s.lose(s.n) {
		return
	}
	payload := make([]byte, frameSamples)
	s.codec.encode(payload, pcm)
	h := s.h
	s.audio(s.codec, &h, payload)
}

// heardPCM is all the leg was sent, from packet number from on.
func (s *singer) heardPCM(from int) (pcm []int16) {
	table := s.codec.linear()
	for _, p := range s.sent[min(from, len(s.sent)):] {
		if p.PayloadType == 8 {
			for _, b := range p.Payload {
				pcm = append(pcm, table[b])
			}
		}
	}
	return pcm
}

// hearsTone tells whether freq is in pcm as loudly as it was sung.
func hearsTone(pcm []int16, freq, level float64) bool {
	if len(pcm) == 0 {
		return false
	}
	var re, im float64
	for i, v := range pcm {
		w := 2 * math.Pi * freq * float64(i) / clockRate
		re += float64(v) * math.Cos(w)
		im += float64(v) * math.Sin(w)
	}
	return 2*math.Hypot(re, im)/float64(len(pcm)) > level/3
}

// choir is a room and its clock.
type choir struct {
	*Room
	all []*singer
	now time.Time
}

func newChoir(freqs ...float64) *choir {
	c := &choir{Room: (&Engine{conductor: &conductor{wake: make(chan struct{}, 1)}}).NewRoom(), now: time.Now()} // what is forwarded looks at the clock
	for i, f := range freqs {
		c.all = append(c.all, newSinger(Codec(i%2), f))
	}
	return c
}

// frames lets n times 20 ms go by: everybody sings, and what mixes is served.
func (c *choir) frames(n int) {
	for range n {
		for _, s := range c.all {
			s.sing()
		}
		c.now = c.now.Add(frameTime)
		for i := range c.conductor.lists {
			for _, p := range c.conductor.players(i) {
				c.conductor.serve(p, c.now)
			}
		}
	}
}

// matrix is who hears whom, found by ear: "0<1" for the first hears the second.
func (c *choir) matrix() (found []string) {
	c.frames(10) // what began has begun
	from := make([]int, len(c.all))
	for i, s := range c.all {
		from[i] = len(s.sent)
	}
	c.frames(20)
	for i, s := range c.all {
		pcm := s.heardPCM(from[i])
		for j, o := range c.all {
			if hearsTone(pcm, o.freq, o.level) {
				found = append(found, fmt.Sprintf("%d<%d", i, j))
			}
		}
	}
	return found
}

var voices = []float64{310, 440, 570, 730, 890, 1060, 1210, 1390}

// Who hears whom, for every role, mode, hold and mute, by ear and by Hears.
func TestHearing(t *testing.T) {
	for name, test := range map[string]struct {
		arrange func(*choir) error
		want    []string
	}{
		"two": {func(c *choir) error { return errors.Join(c.Join(c.all[0]), c.Join(c.all[1])) }, []string{"0<1", "1<0"}},
		"three": {func(c *choir) error { return c.three() },
			[]string{"0<1", "0<2", "1<0", "1<2", "2<0", "2<1"}},
		"one is muted": {func(c *choir) error { err := c.three(); c.Mute(c.all[1], true); return err },
			[]string{"0<2", "1<0", "1<2", "2<0"}},
		"the caller is held": {func(c *choir) error { return errors.Join(c.three(), c.Hold(c.all[0], nil)) },
			[]string{"1<2", "2<1"}},
		"held and back": {func(c *choir) error { return errors.Join(c.three(), c.Hold(c.all[0], nil), c.Resume(c.all[0])) },
			[]string{"0<1", "0<2", "1<0", "1<2", "2<0", "2<1"}},
		"a supervisor listens": {func(c *choir) error { return c.supervised(ModeListen) },
			[]string{"0<1", "1<0", "2<0", "2<1"}},
		"whispers": {func(c *choir) error { return c.supervised(ModeWhisper) },
			[]string{"0<1", "1<0", "1<2", "2<0", "2<1"}},
		"barges": {func(c *choir) error { return c.supervised(ModeBarge) },
			[]string{"0<1", "0<2", "1<0", "1<2", "2<0", "2<1"}},
		"takes over": {func(c *choir) error { return c.supervised(ModeTakeOver) },
			[]string{"0<2", "2<0"}},
		"back to listening": {func(c *choir) error { return errors.Join(c.supervised(ModeBarge), c.SetMode(c.all[2], ModeListen)) },
			[]string{"0<1", "1<0", "2<0", "2<1"}},
		"the third leaves": {func(c *choir) error { err := c.three(); c.frames(20); c.Leave(c.all[2]); return err },
			[]string{"0<1", "1<0"}},
		"all leave": {func(c *choir) error {
			err := c.three()
			for _, s := range c.all {
				c.Leave(s)
			}
			return err
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := newChoir(voices[:3]...)
			must(t, test.arrange(c))
			if got := c.matrix(); !slices.Equal(got, test.want) {
				t.Errorf("by ear %v, want %v", got, test.want)
			}
			for i, a := range c.all {
				for j, b := range c.all {
					if said := c.Hears(b, a); said != slices.Contains(test.want, fmt.Sprintf("%d<%d", i, j)) {
						t.Errorf("Hears says %v of %d<%d", said, i, j)
					}
				}
			}
			c.Close()
			if n := c.conductor.count; n != 0 {
				t.Errorf("the conductor still serves %d", n)
			}
		})
	}
}

func (c *choir) three() error {
	return errors.Join(c.JoinAs(c.all[0], RoleCaller), c.JoinAs(c.all[1], RoleAgent), c.Join(c.all[2]))
}

func (c *choir) supervised(m Mode) error {
	return errors.Join(c.JoinAs(c.all[0], RoleCaller), c.JoinAs(c.all[1], RoleAgent), c.JoinAs(c.all[2], RoleSupervisor), c.SetMode(c.all[2], m))
}

// A supervisor who listens has no way into the room: not even her keys.
func TestListenerHasNoWayIn(t *testing.T) {
	c := newChoir(voices[:3]...)
	must(t, c.supervised(ModeListen))
	if c.all[2].route.Load() != nil {
		t.Error("her packets go somewhere")
	}
	before := len(c.all[0].sent)
	c.all[2].event(&rtp.Header{SSRC: 9, Timestamp: 1, Marker: true}, []byte{5, 10, 0, 160})
	if len(c.all[0].sent) != before {
		t.Error("her key reached the caller")
	}
}

// Eight legs of two codecs hear the seven others.
func TestEightHearEachOther(t *testing.T) {
	c := newChoir(voices...)
	for _, s := range c.all {
		s.level = 3000
		must(t, c.Join(s))
	}
	if got := c.matrix(); len(got) != 8*7 {
		t.Errorf("%d of 56 ways: %v", len(got), got)
	}
	for range maxMembers - len(c.all) {
		must(t, c.Join(newPuppet(PCMA)))
	}
	if err := c.Join(newPuppet(PCMA)); !errors.Is(err, ErrRoomFull) {
		t.Errorf("one too many: %v", err)
	}
}

// A third comes and goes, again and again, and some packets are lost: what the
// first hears of the second never breaks off for 20 ms and never clicks. A click
// is a step larger than the voices can make.
func TestComingAndGoingDoesNotClick(t *testing.T) {
	for name, lose := range map[string]func(int) bool{"all packets come": nil, "some are lost": func(n int) bool { return n%17 == 0 }} {
		t.Run(name, func(t *testing.T) {
			c := newChoir(310, 440, 570)
			c.all[2].quiet = true
			must(t, c.JoinAs(c.all[0], RoleCaller))
			must(t, c.JoinAs(c.all[1], RoleAgent))
			c.frames(20)
			from := len(c.all[0].sent)
			for range 6 {
				must(t, c.Join(c.all[2]))
				c.all[1].lose = lose // forwarded, what is lost is the far end's to conceal
				c.frames(25)
				c.all[1].lose = nil
				c.Leave(c.all[2])
				c.frames(25)
			}
			pcm := c.all[0].heardPCM(from)
			if want := 12 * 25 * frameSamples; len(pcm) < want-8*frameSamples {
				t.Errorf("%d samples of %d", len(pcm), want)
			}
			largest, quiet, longest := int64(0), 0, 0
			for i := 1; i < len(pcm); i++ {
				largest = max(largest, abs(int64(pcm[i])-int64(pcm[i-1])))
				if quiet++; abs(int64(pcm[i])) > 500 {
					quiet = 0
				}
				longest = max(longest, quiet)
			}
			voice := 6000 * 2 * math.Pi * 440 / clockRate // the steepest step of the tone itself
			if float64(largest) > 1.6*voice+300 {
				t.Errorf("a step of %d; the tone makes %.0f at most", largest, voice)
			}
			if longest > frameSamples {
				t.Errorf("nothing for %d ms", longest/8)
			}
		})
	}
}

// Whatever the order of joins, leaves, modes, holds and mutes: what is heard is
// what Hears says, nobody hears herself, and nothing is left behind.
func TestHearingIsWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newChoir(voices[:5]...)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			s := c.all[rapid.IntRange(0, 4).Draw(t, "who")]
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0, 1:
				_ = c.JoinAs(s, Role(rapid.IntRange(0, 3).Draw(t, "role")))
			case 2:
				c.Leave(s)
			case 3:
				c.Mute(s, rapid.Bool().Draw(t, "mute"))
			case 4:
				_ = c.Hold(s, nil)
			case 5:
				_ = c.Resume(s)
			case 6:
				_ = c.SetMode(s, Mode(rapid.IntRange(0, 3).Draw(t, "mode")))
			}
			c.frames(rapid.IntRange(0, 3).Draw(t, "frames"))
		}
		got := c.matrix()
		for i, a := range c.all {
			for j, b := range c.all {
				ear, said := slices.Contains(got, fmt.Sprintf("%d<%d", i, j)), c.Hears(b, a)
				if ear != said || i == j && ear {
					t.Fatalf("%d<%d: by ear %v, Hears says %v", i, j, ear, said)
				}
			}
		}
		c.Close()
		if n := c.conductor.count; n != 0 {
			t.Fatalf("the conductor still serves %d", n)
		}
	})
}

// Keys of one leg reach all who hear it, once each, beside the mix.
func TestKeysPassTheMixer(t *testing.T) {
	c := newChoir(voices[:3]...)
	must(t, c.three())
	c.frames(10)
	for n := range 3 {
		c.all[0].event(&rtp.Header{SSRC: 310, Timestamp: 4242, Marker: n == 0}, []byte{7, 10, 0, byte(160 * (n + 1) / 2)})
	}
	for i, want := range []int{0, 3, 3} {
		events := 0
		for _, p := range c.all[i].sent {
			if p.PayloadType == 101 {
				events++
			}
		}
		if events != want {
			t.Errorf("leg %d got %d packets of the key, want %d", i, events, want)
		}
	}
}

// BenchmarkMix is one tick, 20 ms, of a room in which everybody speaks.
func BenchmarkMix(b *testing.B) {
	for _, n := range []int{3, 4, 8} {
		b.Run(fmt.Sprintf("legs=%d", n), func(b *testing.B) {
			c := newChoir(voices[:n]...)
			payloads := make([][]byte, n)
			for i, s := range c.all {
				s.s.Bind(nowhere{}, Format{Codec: s.codec, PayloadType: 8, Event: 101})
				if err := c.Join(s); err != nil {
					b.Fatal(err)
				}
				pcm := make([]int16, frameSamples)
				for k := range pcm {
					pcm[k] = int16(3000 * math.Sin(2*math.Pi*s.freq*float64(k)/clockRate))
				}
				payloads[i] = make([]byte, frameSamples)
				s.codec.encode(payloads[i], pcm)
			}
			b.ReportAllocs()
			for b.Loop() {
				for i, s := range c.all {
					s.h.SequenceNumber++
					s.h.Timestamp += frameSamples
					s.audio(s.codec, &s.h, payloads[i])
				}
				c.now = c.now.Add(frameTime)
				c.mixer.tick(c.now)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(frameTime)*100, "%core/room")
		})
	}
}
