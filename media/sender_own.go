package media

import "time"

// What the conductor speaks through a Sender while no other leg does: prompts,
// music, silence and the keys it presses itself.

// outcome is what became of a frame the conductor wanted to send.
type outcome uint8

const (
	sent    outcome = iota
	busy            // another leg speaks
	ousted          // another leg spoke after the playlist began: it is over
	waiting         // there is nowhere to send to yet
)

// frame sends 20 ms of the conductor's, coded both ways, as due at the given
// moment, for a playlist that began when so many takeovers had been. While the
// far end holds, frames pass unheard.
func (s *Sender) frame(due time.Time, takeovers uint64, alaw, ulaw []byte) outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.out == nil:
		return waiting
	case s.takeovers != takeovers:
		return ousted
	case s.source != 0:
		return busy
	case s.held || s.keying:
		return sent
	}
	s.own(due, s.law(alaw, ulaw))
	return sent
}

// silence sends 20 ms of silence if nobody else speaks: no leg has taken over,
// or the one that has sends nothing. A carrier hangs up on a silent stream.
func (s *Sender) silence(due time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out == nil || s.held || s.keying {
		return
	}
	if s.source != 0 && !s.filling && due.Sub(s.at) < fillAfter {
		return
	}
	s.filling = s.source != 0
	s.own(due, silentFrame.coded(s.format.Codec))
}

// law chooses between the two codings of a frame.
func (s *Sender) law(alaw, ulaw []byte) []byte {
	if s.format.Codec == PCMU {
		return ulaw
	}
	return alaw
}

// own sends a frame that is nobody's packet: next number, next timestamp. A
// source that comes back after it is mapped anew.
func (s *Sender) own(due time.Time, payload []byte) {
	if s.blends {
		payload = s.blended[:copy(s.blended[:], payload)] // frames are shared
		s.blend(due, payload)
	}
	step := uint32(frameSamples)
	marker := s.mark || s.in.valid
	if !s.started || marker || due.Sub(s.at) > 3*frameTime {
		step, marker = s.step(due), true
	}
	s.in.valid = false
	seq, ts := s.seq+1, s.ts+max(step, s.samples)
	if limit := s.format.MaxSamples; limit > 0 {
		for len(payload) > limit {
			s.put(due, s.format.PayloadType, seq, ts, payload[:limit], marker)
			payload, marker = payload[limit:], false
			seq, ts = seq+1, ts+uint32(limit)
		}
	}
	s.put(due, s.format.PayloadType, seq, ts, payload, marker)
}

// beginEvent starts a key: the other sound waits, and the packets of its
// telephone-event share one timestamp (RFC 4733 section 2.5.1.2). tones says
// that the far end never agreed to events and must be given the sound of them;
// ready is false when nothing can be sent now.
func (s *Sender) beginEvent(due time.Time) (tones, ready bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out == nil || s.held {
		return false, false
	}
	s.keying = true
	s.in.valid = false
	if s.format.Event == noEvent {
		return true, true
	}
	s.ts += s.step(due)
	if !s.started {
		s.anchor, s.anchorTS = due, s.ts
	}
	s.at, s.samples, s.started = due, 0, true
	return false, true
}

// sound sends 20 ms of a key's tone, whoever else speaks.
func (s *Sender) sound(due time.Time, alaw, ulaw []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out != nil && !s.held {
		s.own(due, s.law(alaw, ulaw))
	}
}

// event sends one packet of the event begun last.
func (s *Sender) event(payload []byte, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out == nil || s.format.Event == noEvent {
		return
	}
	scaleEvent(payload, clockRate, s.format.EventRate)
	s.put(s.at, // stays at the event's start, so that sound goes on in step
		s.format.Event, s.seq+1, s.ts, payload, first)
}

// endEvents lets sound through again.
func (s *Sender) endEvents() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keying = false
	s.mark = true
}
