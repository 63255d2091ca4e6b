package media

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// arrivals feeds a reception with packets: each has its sequence number, and
// the moment it came after the first, in ms.
func arrivals(r *reception, ssrc uint32, packets ...[2]int) {
	start := time.Unix(1e9, 0)
	for _, p := range packets {
		h := rtp.Header{SSRC: ssrc, SequenceNumber: uint16(p[0]), Timestamp: uint32(p[0]) * frameSamples}
		r.packet(start.Add(time.Duration(p[1])*time.Millisecond), &h, true)
	}
}

func TestReceptionCountsLoss(t *testing.T) {
	for _, c := range []struct {
		name    string
		packets [][2]int
		lost    uint64
		highest uint32 // of the report, after the wraps
	}{
		{"none", [][2]int{{10, 0}, {11, 20}, {12, 40}}, 0, 1<<16 + 12},
		{"two", [][2]int{{10, 0}, {12, 40}, {14, 80}}, 2, 1<<16 + 14},
		{"reordered", [][2]int{{10, 0}, {12, 40}, {11, 41}, {13, 60}}, 0, 1<<16 + 13},
		{"over the wrap", [][2]int{{65534, 0}, {65535, 20}, {65537, 60}, {65538, 80}}, 1, 2<<16 + 2},
		{"duplicated", [][2]int{{10, 0}, {11, 20}, {11, 20}, {11, 21}}, 0, 1<<16 + 11},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r reception
			arrivals(&r, 7, c.packets...)
			var s LegStats
			r.fill(&s)
			if s.Lost != c.lost || s.Received != uint64(len(c.packets)) {
				t.Errorf("lost %d of %d, want %d", s.Lost, s.Received, c.lost)
			}
			b, ok := r.block(time.Unix(1e9, 0))
			if !ok || b.LastSequenceNumber != c.highest || b.SSRC != 7 || uint64(b.TotalLost) != c.lost {
				t.Errorf("report %+v, want highest %d", b, c.highest)
			}
		})
	}
}

func TestReceptionFraction(t *testing.T) {
	var r reception
	arrivals(&r, 7, [2]int{0, 0}, [2]int{1, 20}, [2]int{2, 40}, [2]int{3, 60})
	if b, _ := r.block(time.Now()); b.FractionLost != 0 {
		t.Errorf("fraction %d with nothing lost", b.FractionLost)
	}
	arrivals(&r, 7, [2]int{5, 100}, [2]int{7, 140})
	if b, _ := r.block(time.Now()); b.FractionLost != 128 {
		t.Errorf("fraction %d/256 with half of the last lost", b.FractionLost)
	}
	if b, _ := r.block(time.Now()); b.FractionLost != 0 {
		t.Errorf("fraction %d with nothing since", b.FractionLost)
	}
}

func TestReceptionNewStream(t *testing.T) {
	var r reception
	arrivals(&r, 7, [2]int{0, 0}, [2]int{2, 40})
	arrivals(&r, 8, [2]int{30000, 60}, [2]int{30001, 80})
	arrivals(&r, 8, [2]int{10, 100}, [2]int{11, 120}) // began anew without a new SSRC
	var s LegStats
	r.fill(&s)
	if s.Lost != 1 || s.Received != 6 {
		t.Errorf("lost %d of %d, want 1 of 6", s.Lost, s.Received)
	}
}

func TestReceptionJitter(t *testing.T) {
	var r reception
	start := time.Unix(1e9, 0)
	for i := range 2000 { // the timestamp wraps on the way
		h := rtp.Header{SSRC: 7, SequenceNumber: uint16(i), Timestamp: 0xFFFFF000 + uint32(i)*frameSamples}
		late := time.Duration(i%2) * 10 * time.Millisecond
		r.packet(start.Add(time.Duration(i)*frameTime+late), &h, true)
		for range 3 { // a key's packets: they say nothing about jitter
			h := rtp.Header{SSRC: 7, SequenceNumber: uint16(i), Timestamp: 12345}
			r.packet(start.Add(time.Duration(i)*frameTime), &h, false)
		}
	}
	var s LegStats
	r.fill(&s)
	if s.Jitter < 9*time.Millisecond || s.Jitter > 11*time.Millisecond {
		t.Errorf("jitter %v, want 10ms", s.Jitter)
	}
}

func TestReceptionDelaySinceSenderReport(t *testing.T) {
	var r reception
	arrivals(&r, 7, [2]int{0, 0}, [2]int{1, 20})
	now := time.Unix(1e9, 0)
	r.take(now, 1, []rtcp.Packet{&rtcp.SenderReport{SSRC: 7, NTPTime: 0x1111_2222_3333_4444}})
	r.take(now, 1, []rtcp.Packet{&rtcp.SenderReport{SSRC: 9, NTPTime: 1}}) // of another
	b, _ := r.block(now.Add(500 * time.Millisecond))
	if b.LastSenderReport != 0x2222_3333 || b.Delay != 32768 {
		t.Errorf("LSR %#x DLSR %d", b.LastSenderReport, b.Delay)
	}
}

func TestCompound(t *testing.T) {
	now := time.Now()
	s := NewSender()
	var r reception
	packets := compound(now, s.report(now), &r, "name")
	if rr, ok := packets[0].(*rtcp.ReceiverReport); !ok || len(rr.Reports) != 0 {
		t.Errorf("before anything was sent: %v", packets[0])
	}
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	st.play(5)
	arrivals(&r, 7, [2]int{0, 0}, [2]int{1, 20})
	at := st.s.at.Add(30 * time.Millisecond)
	sr, ok := compound(at, st.s.report(at), &r, "name")[0].(*rtcp.SenderReport)
	if !ok {
		t.Fatal("no sender report")
	}
	if sr.PacketCount != 5 || sr.OctetCount != 800 || len(sr.Reports) != 1 {
		t.Errorf("report %+v", sr)
	}
	if d := sr.RTPTime - st.last().Timestamp; d != 240 {
		t.Errorf("the RTP time is %d samples after the last packet, want 240", d)
	}
	if got := time.Unix(int64(sr.NTPTime>>32)-2208988800, 0); got.Unix() != at.Unix() {
		t.Errorf("NTP time %v, want %v", got, at)
	}
	if _, err := rtcp.Marshal(compound(at, st.s.report(at), &r, "name")); err != nil {
		t.Error(err)
	}
}

type counted struct{ n atomic.Int64 }

func (c *counted) report(time.Time) { c.n.Add(1) }

func TestReporterDistances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startReporter()
		defer r.stop()
		legs := make([]counted, 100)
		for i := range legs {
			r.add(&legs[i])
		}
		r.add(&legs[0]) // once more is still once
		time.Sleep(1000 * time.Second)
		synctest.Wait()
		for i := range legs {
			if n := legs[i].n.Load(); n < 170 || n > 235 {
				t.Errorf("leg %d reported %d times in 1000 s, want about 200", i, n)
			}
			r.remove(&legs[i])
			r.remove(&legs[i])
			legs[i].n.Store(0)
		}
		time.Sleep(100 * time.Second)
		synctest.Wait()
		for i := range legs {
			if legs[i].n.Load() != 0 {
				t.Errorf("leg %d still reports", i)
			}
		}
	})
}

func TestCNAME(t *testing.T) {
	if a, b := newCNAME(), newCNAME(); a == b || len(a) != 16 {
		t.Errorf("names %q and %q", a, b)
	}
}
