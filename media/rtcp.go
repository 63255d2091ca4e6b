package media

import (
	"container/heap"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// reportEvery is the mean distance of two RTCP reports of one leg; the real
// one is half to one and a half of it (RFC 3550 section 6.2).
const reportEvery = 5 * time.Second

// reporting is a leg that sends RTCP when asked to.
type reporting interface{ report(now time.Time) }

// reporter asks every leg for its report from time to time: one goroutine and
// one timer for all of them.
type reporter struct {
	mu   sync.Mutex // guards what follows
	due  reports
	at   map[reporting]*appointment
	wake chan struct{}
	quit chan struct{}
	gone chan struct{}
}

type appointment struct {
	leg   reporting
	at    time.Time
	index int // in the heap
}

func startReporter() *reporter {
	r := &reporter{
		at:   make(map[reporting]*appointment),
		wake: make(chan struct{}, 1),
		quit: make(chan struct{}),
		gone: make(chan struct{}),
	}
	go r.run()
	return r
}

func (r *reporter) stop() {
	close(r.quit)
	<-r.gone
}

// add has the leg asked, the first time soon, so that a short call has its
// figures as well.
func (r *reporter) add(leg reporting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at[leg] != nil {
		return
	}
	a := &appointment{leg: leg, at: time.Now().Add(reportDistance() / 2)}
	r.at[leg] = a
	heap.Push(&r.due, a)
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// remove ends it; a report that is being made may still go out.
func (r *reporter) remove(leg reporting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.at[leg]; a != nil {
		delete(r.at, leg)
		heap.Remove(&r.due, a.index)
	}
}

func (r *reporter) run() {
	defer close(r.gone)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		leg, wait := r.next(time.Now())
		if leg != nil {
			leg.report(time.Now())
			continue
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-r.wake:
		case <-r.quit:
			return
		}
	}
}

// next returns a leg whose report is due and gives it its next appointment, or
// how long there is nothing to do.
func (r *reporter) next(now time.Time) (reporting, time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.due) == 0 {
		return nil, time.Hour
	}
	a := r.due[0]
	if wait := a.at.Sub(now); wait > 0 {
		return nil, wait
	}
	a.at = now.Add(reportDistance())
	heap.Fix(&r.due, 0)
	return a.leg, 0
}

func reportDistance() time.Duration {
	return reportEvery/2 + rand.N(reportEvery)
}

// reports is a heap of appointments, the earliest first.
type reports []*appointment

func (h reports) Len() int           { return len(h) }
func (h reports) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h reports) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *reports) Push(x any) {
	a := x.(*appointment)
	a.index = len(*h)
	*h = append(*h, a)
}
func (h *reports) Pop() any {
	old := *h
	a := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return a
}

// newCNAME returns a name for RTCP that says nothing about anybody (RFC 7022).
func newCNAME() string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	var b strings.Builder
	for range 16 {
		b.WriteByte(letters[rand.IntN(len(letters))])
	}
	return b.String()
}

// reception is what a leg knows about the stream it receives, and about how
// its own arrives (RFC 3550 appendices A.1, A.3 and A.8).
type reception struct {
	clock uint32 // ticks a second of its timestamps; 0: 8000. Set before the first packet

	mu sync.Mutex // guards what follows: the reader, the reporter and Stats

	started  bool
	ssrc     uint32
	base     uint32 // first extended sequence number
	highest  uint32 // highest extended sequence number
	packets  uint64 // of this SSRC
	earlier  uint64 // of SSRCs before
	lost     uint64 // of SSRCs before
	transit  int64
	jitter   float64 // in ticks
	epoch    time.Time
	expected uint32 // at the last report
	received uint64 // at the last report

	lastSR   uint32 // middle of the sender report's NTP time
	lastSRAt time.Time

	rtt          time.Duration // from the far end's reports
	farLost      uint32        // packets of ours the far end missed
	farFraction  uint8         // of 256, lately
	farJitter    uint32        // in ticks
	farReportsAt time.Time
}

// packet notes one RTP packet. sound is false for telephone-events, whose
// repeated timestamps say nothing about jitter.
func (r *reception) packet(now time.Time, h *rtp.Header, sound bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started || r.ssrc != h.SSRC || seqFar(uint16(r.highest), h.SequenceNumber) {
		r.begin(now, h)
	}
	if ahead := int16(h.SequenceNumber - uint16(r.highest)); ahead > 0 {
		r.highest += uint32(ahead)
	}
	r.packets++
	if !sound {
		return
	}
	// Arrival and timestamp in ticks; only differences matter, so the
	// 32 bit timestamp is unwrapped by the comparison below.
	arrival := int64(now.Sub(r.epoch).Seconds() * r.rate())
	transit := arrival - int64(h.Timestamp)
	d := int64(int32(uint32(transit - r.transit)))
	if r.packets > 1 {
		if d < 0 {
			d = -d
		}
		if float64(d) < 10*r.rate() { // a jump is a new beginning, not jitter
			r.jitter += (float64(d) - r.jitter) / 16
		}
	}
	r.transit = transit
}

// rate is how many ticks a second has.
func (r *reception) rate() float64 { return float64(max(r.clock, clockRate)) }

// begin starts the count for a new stream.
func (r *reception) begin(now time.Time, h *rtp.Header) {
	if r.started {
		r.earlier += r.packets
		r.lost += r.missing()
	}
	seq := 1<<16 + uint32(h.SequenceNumber) // room for packets from before the first
	r.started, r.ssrc = true, h.SSRC
	r.base, r.highest = seq, seq
	r.packets, r.received, r.expected = 0, 0, 0
	r.epoch, r.lastSR, r.lastSRAt = now, 0, time.Time{}
}

// seqFar tells a sequence number that cannot be of the same stream.
func seqFar(a, b uint16) bool { return abs(int64(int16(b-a))) > 3000 }

// missing returns how many packets of the present stream are lost.
func (r *reception) missing() uint64 {
	expected := uint64(r.highest-r.base) + 1
	if expected <= r.packets {
		return 0
	}
	return expected - r.packets
}

// block is what a report says about the stream we receive.
func (r *reception) block(now time.Time) (rtcp.ReceptionReport, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started || r.packets == 0 {
		return rtcp.ReceptionReport{}, false
	}
	expected := r.highest - r.base + 1
	expectedNow, receivedNow := int64(expected-r.expected), int64(r.packets-r.received)
	r.expected, r.received = expected, r.packets
	var fraction uint8
	if lost := expectedNow - receivedNow; expectedNow > 0 && lost > 0 {
		fraction = uint8(min(lost<<8/expectedNow, 255))
	}
	var delay uint32
	if !r.lastSRAt.IsZero() {
		delay = uint32(now.Sub(r.lastSRAt).Seconds() * 65536)
	}
	return rtcp.ReceptionReport{
		SSRC:               r.ssrc,
		FractionLost:       fraction,
		TotalLost:          uint32(min(r.missing(), 0x7FFFFF)),
		LastSequenceNumber: r.highest,
		Jitter:             uint32(r.jitter),
		LastSenderReport:   r.lastSR,
		Delay:              delay,
	}, true
}

// take notes what a compound packet of the far end says. A BYE is not the end
// of a call: signalling says when that is.
func (r *reception) take(now time.Time, ours uint32, packets []rtcp.Packet) {
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			r.takeSR(now, p)
			r.takeBlocks(now, ours, p.Reports)
		case *rtcp.ReceiverReport:
			r.takeBlocks(now, ours, p.Reports)
		}
	}
}

func (r *reception) takeSR(now time.Time, sr *rtcp.SenderReport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started && sr.SSRC == r.ssrc {
		r.lastSR, r.lastSRAt = uint32(sr.NTPTime>>16), now
	}
}

func (r *reception) takeBlocks(now time.Time, ours uint32, blocks []rtcp.ReceptionReport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range blocks {
		if b.SSRC != ours {
			continue
		}
		r.farLost, r.farFraction, r.farJitter, r.farReportsAt = b.TotalLost, b.FractionLost, b.Jitter, now
		if b.LastSenderReport == 0 {
			continue
		}
		// RFC 3550 section 6.4.1: round trip = A - LSR - DLSR, in 1/65536 s.
		trip := int32(uint32(ntpTime(now)>>16) - b.LastSenderReport - b.Delay)
		if trip >= 0 && trip < 10<<16 {
			r.rtt = time.Duration(trip) * time.Second >> 16
		}
	}
}

// ntpTime is a wall clock time as RTCP writes it: seconds since 1900, 32.32.
func ntpTime(t time.Time) uint64 {
	const since1900 = 2208988800
	return uint64(t.Unix()+since1900)<<32 | uint64(t.Nanosecond())<<32/1e9
}

// compound is the report a leg sends: a sender report once it has sent, a
// receiver report before, and always its name (RFC 3550 section 6.1).
func compound(now time.Time, own sentReport, r *reception, cname string) []rtcp.Packet {
	var blocks []rtcp.ReceptionReport
	if b, ok := r.block(now); ok {
		blocks = []rtcp.ReceptionReport{b}
	}
	var first rtcp.Packet = &rtcp.ReceiverReport{SSRC: own.ssrc, Reports: blocks}
	if own.started {
		first = &rtcp.SenderReport{
			SSRC: own.ssrc, NTPTime: ntpTime(now), RTPTime: own.ts,
			PacketCount: uint32(own.packets), OctetCount: uint32(own.octets), Reports: blocks,
		}
	}
	return []rtcp.Packet{first, &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: own.ssrc,
		Items:  []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: cname}},
	}}}}
}
