package media

import (
	"errors"
	"math"
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
		result := p.check()
		p.checking.Store(false) // first: whoever has the result may check again
		done(result)
	}()
	return nil
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

// meter measures the level of G.711.
type meter struct {
	mu      sync.Mutex // guards what follows
	packets int
	samples int
	power   float64
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
