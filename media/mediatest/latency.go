package mediatest

import (
	"encoding/binary"
	"math"
	"time"
)

// Latency is a histogram of the time packets took, from a microsecond to ten
// seconds, exact to 9 %.
type Latency struct {
	buckets [latencyBuckets]uint32
	count   uint64
}

const (
	latencyBuckets   = 192
	bucketsPerOctave = 8
)

// Add counts one packet.
func (l *Latency) Add(d time.Duration) {
	us := max(float64(d)/float64(time.Microsecond), 1)
	i := min(int(math.Log2(us)*bucketsPerOctave), latencyBuckets-1)
	l.buckets[i]++
	l.count++
}

// Merge adds another histogram.
func (l *Latency) Merge(o Latency) {
	for i, n := range o.buckets {
		l.buckets[i] += n
	}
	l.count += o.count
}

// Count is the number of packets.
func (l *Latency) Count() uint64 { return l.count }

// Percentile gives the time that p of 100 packets took at most.
func (l *Latency) Percentile(p float64) time.Duration {
	if l.count == 0 {
		return 0
	}
	left := uint64(math.Ceil(float64(l.count) * p / 100))
	for i, n := range l.buckets {
		if uint64(n) >= left {
			return time.Duration(math.Exp2(float64(i+1)/bucketsPerOctave) * float64(time.Microsecond))
		}
		left -= uint64(n)
	}
	return 0
}

// A stamp is a word no sound is likely to make and the sender's clock. It stands
// at the end of a packet: the beginning of the first one is slid into (5 ms).
const (
	stampWord = 0x5AC3_1D96
	stampSize = 12
)

var clockStart = time.Now()

func putStamp(payload []byte) {
	if n := len(payload) - stampSize; n >= 0 {
		binary.BigEndian.PutUint32(payload[n:], stampWord)
		binary.BigEndian.PutUint64(payload[n+4:], uint64(time.Since(clockStart)))
	}
}

// stamped counts payload if it bears a stamp, and tells whether it does.
func (l *Latency) stamped(payload []byte, now time.Time) bool {
	n := len(payload) - stampSize
	if n < 0 || binary.BigEndian.Uint32(payload[n:]) != stampWord {
		return false
	}
	d := now.Sub(clockStart) - time.Duration(binary.BigEndian.Uint64(payload[n+4:]))
	if d < 0 || d >= time.Minute {
		return false
	}
	l.Add(d)
	return true
}
