package media

import "time"

// LegStats is what a leg knows about the quality of its call.
type LegStats struct {
	Codec    Codec
	Opus     bool          // the far end is a browser that speaks Opus; Codec is what it is made into
	Received uint64        // packets that were the caller's
	Lost     uint64        // packets of the caller that never came
	Jitter   time.Duration // of the caller's packets
	Sent     uint64        // packets we sent
	Stale    uint64        // packets not sent: of a source that had been replaced, or too late
	Rejected uint64        // packets from somebody else
	Unknown  uint64        // packets of a payload type nobody agreed to
	Flooded  uint64        // packets above the rate a call can have
	Bad      uint64        // packets that are no RTP or RTCP
	Forged   uint64        // packets that were not made with the far end's key, or came twice (SRTP)
	SRTP     bool          // sound is encrypted

	// From the far end's own reports; zero until one came.
	RTT       time.Duration
	FarLost   uint64
	FarJitter time.Duration
	FarReport time.Time // of the newest
}

// Stats returns the leg's figures up to now.
func (l *RTPLeg) Stats() LegStats {
	s := LegStats{
		Unknown: l.unknown.Load(), Flooded: l.flooded.Load(), Bad: l.malformed.Load(),
		Forged: l.forged.Load(), SRTP: l.secret.Load() != nil,
	}
	if a := l.agreed.Load(); a != nil {
		s.Codec = a.format.Codec
	}
	_, s.Rejected = l.gate.state()
	out := l.sender.report(time.Now())
	s.Sent, s.Stale = out.packets, out.stale
	l.recv.fill(&s)
	return s
}

// fill adds what is known of the stream that comes in, and what the far end
// says of ours.
func (r *reception) fill(s *LegStats) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Received = r.earlier + r.packets
	s.Lost = r.lost
	if r.started {
		s.Lost += r.missing()
	}
	samples := clockRate / r.rate() // in a tick
	s.Jitter = samplesToTime(r.jitter * samples)
	s.RTT = r.rtt
	s.FarLost, s.FarJitter = uint64(r.farLost), samplesToTime(float64(r.farJitter)*samples)
	s.FarReport = r.farReportsAt
}

func samplesToTime(n float64) time.Duration {
	return time.Duration(n * float64(time.Second) / clockRate)
}

// Stats is what all trunk legs together did since the start.
type Stats struct {
	Legs           int    // open now
	Opened         uint64 // since the start
	Received       uint64
	Sent           uint64
	Lost           uint64
	RejectedSource uint64 // packets turned away because they came from elsewhere
	Malformed      uint64
	Forged         uint64 // encrypted packets that failed authentication, or were replayed
	Flooded        uint64
	Stale          uint64
	WritesFailed   uint64
	NoPorts        uint64 // legs refused because no port was free
	FreePorts      int
	RestingPorts   int
	LatePacings    uint64 // ticks of the pacing clock more than 10 ms late
	SkippedFrames  uint64 // frames the pacing clock left out after a stop
	Panics         uint64 // listeners taken out because their callback panicked

	JitterMax time.Duration // the worst of the legs open now
	RTTMax    time.Duration
}

// Stats returns the figures up to now.
func (e *Engine) Stats() Stats {
	t := &e.totals
	s := Stats{
		Opened: t.opened.Load(), Received: t.received.Load(), Sent: t.sent.Load(), Lost: t.lost.Load(),
		RejectedSource: t.rejected.Load(), Malformed: t.malformed.Load(), Forged: t.forged.Load(), Flooded: t.flooded.Load(),
		Stale: t.stale.Load(), WritesFailed: t.writesFailed.Load(), NoPorts: t.noPorts.Load(),
		LatePacings: e.conductor.late.Load(), SkippedFrames: e.conductor.skip.Load(), Panics: e.conductor.panics.Load(),
	}
	s.FreePorts, s.RestingPorts = e.ports.count()
	e.mu.Lock()
	legs := make([]*RTPLeg, 0, len(e.legs))
	for l := range e.legs {
		legs = append(legs, l)
	}
	e.mu.Unlock()
	s.Legs = len(legs)
	for _, l := range legs {
		v := l.Stats()
		s.Received += v.Received
		s.Sent += v.Sent
		s.Lost += v.Lost
		s.RejectedSource += v.Rejected
		s.Malformed += v.Bad
		s.Forged += v.Forged
		s.Flooded += v.Flooded
		s.Stale += v.Stale
		s.WritesFailed += l.sender.report(time.Now()).failed
		s.JitterMax = max(s.JitterMax, v.Jitter)
		s.RTTMax = max(s.RTTMax, v.RTT)
	}
	return s
}

// add keeps the figures of a leg that is gone.
func (t *totals) add(l *RTPLeg) {
	v := l.Stats()
	t.received.Add(v.Received)
	t.sent.Add(v.Sent)
	t.lost.Add(v.Lost)
	t.rejected.Add(v.Rejected)
	t.malformed.Add(v.Bad)
	t.forged.Add(v.Forged)
	t.flooded.Add(v.Flooded)
	t.stale.Add(v.Stale)
	t.writesFailed.Add(l.sender.report(time.Now()).failed)
}
