package media

import (
	"errors"
	"math"
	"slices"
	"sync"
	"time"
)

// CheckResult is what came from a browser's microphone during a check.
type CheckResult struct {
	Packets int     // of sound
	LevelDB float64 // of all of it, in dBFS (0 is the loudest sine); -120 for none
}

// checkTime is how long a check listens: the chime, and room for a second of
// the person and for the jitter buffers on the way.
const checkTime = 1200 * time.Millisecond

const noLevel = -120

// chime is what the page plays in a check: two rising notes, as of a doorbell.
var chime = sync.OnceValue(func() *Prompt {
	const note = clockRate * 350 / 1000
	pcm := make([]int16, 0, 2*note)
	for _, freq := range []float64{659.26, 880} { // E5, A5
		for i := range note {
			t := float64(i) / clockRate
			attack := min(t/0.01, 1) // no click
			release := min(float64(note-i)/clockRate/0.03, 1)
			pcm = append(pcm, int16(9000*attack*release*math.Exp(-4*t)*math.Sin(2*math.Pi*freq*t)))
		}
	}
	return newPrompt(pcm)
})

// ErrChecking is returned while a check of the same browser is running.
var ErrChecking = errors.New("a check of this browser is running; wait for its result")

// Check plays a chime to the agent's browser and listens to her microphone
// meanwhile. done is called once, from a goroutine of its own, after about a
// second; or at once with what there was when the connection ends.
func (ps *Peers) Check(agent string, done func(CheckResult)) error {
	return ps.whileChecking(agent, func(p *Peer) func() {
		result := p.check()
		return func() { done(result) }
	})
}

// whileChecking runs work in a goroutine of its own, one for each browser at a
// time, and then what it returns.
func (ps *Peers) whileChecking(agent string, work func(*Peer) func()) error {
	p, ok := ps.Leg(agent)
	if !ok {
		return ErrNoPeer
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.closed {
		return ErrNoPeer
	}
	if !p.checking.CompareAndSwap(false, true) {
		return ErrChecking
	}
	ps.work.Add(1)
	go func() {
		defer ps.work.Done()
		tell := work(p)
		p.checking.Store(false) // first: whoever has the result may check again
		tell()
	}()
	return nil
}

// EchoResult is how a volunteer's voice arrived that she heard again.
type EchoResult struct {
	CheckResult
	Lost   int           // packets of it that never came
	Jitter time.Duration // of those that did
}

// echoTime is how much of her voice is kept, and played back.
const echoTime = 3 * time.Second

// Echo keeps the next seconds of what comes from the agent's microphone, in memory
// only, and plays them back to her: she hears what a caller would. done is called
// once, from a goroutine of its own, when she has heard it, or when the connection
// ends.
func (ps *Peers) Echo(agent string, done func(EchoResult)) error {
	return ps.whileChecking(agent, func(p *Peer) func() {
		result := p.echo()
		return func() { done(result) }
	})
}

func (p *Peer) echo() EchoResult {
	m := &meter{kept: make([]int16, 0, int(echoTime.Seconds())*clockRate)}
	before := p.Stats()
	p.meter.Store(m)
	timer := time.NewTimer(echoTime)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.done:
	}
	p.meter.CompareAndSwap(m, nil)
	after := p.Stats()
	r := EchoResult{CheckResult: m.result(), Jitter: after.Jitter}
	if after.Lost > before.Lost {
		r.Lost = int(after.Lost - before.Lost)
	}
	if voice := m.voice(); len(voice) > 0 && p.route.Load() == nil { // else a call came meanwhile
		heard := make(chan struct{})
		p.Play(Playlist{Once: []*Prompt{newPrompt(voice)}, Done: func() { close(heard) }})
		timer.Reset(echoTime + time.Second) // a call that comes meanwhile ends it without a word
		select {
		case <-heard:
		case <-timer.C:
		case <-p.done:
		}
	}
	return r
}

func (p *Peer) check() CheckResult {
	m := new(meter)
	p.meter.Store(m)
	defer p.meter.CompareAndSwap(m, nil)
	p.Play(Playlist{Once: []*Prompt{chime()}})
	timer := time.NewTimer(checkTime)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.done:
	}
	return m.result()
}

// meter measures the level of G.711, and keeps as much of it as fits into kept.
type meter struct {
	mu      sync.Mutex // guards what follows
	packets int
	samples int
	power   float64
	kept    []int16
}

func (m *meter) hear(codec Codec, payload []byte) {
	table := &alawToLinear
	if codec == PCMU {
		table = &ulawToLinear
	}
	var sum float64
	for _, c := range payload {
		v := float64(table[c])
		sum += v * v
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.packets++
	m.samples += len(payload)
	m.power += sum
	for _, c := range payload[:min(len(payload), cap(m.kept)-len(m.kept))] {
		m.kept = append(m.kept, table[c])
	}
}

// voice is what was kept.
func (m *meter) voice() []int16 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.kept)
}

func (m *meter) result() CheckResult {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := CheckResult{Packets: m.packets, LevelDB: noLevel}
	if m.power > 0 {
		// A sine of full scale has half the power of full scale.
		r.LevelDB = max(10*math.Log10(2*m.power/float64(m.samples)/(32767*32767)), noLevel)
	}
	return r
}
