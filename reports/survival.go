package reports

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"time"
)

// survival is how long people bear something, estimated from those who stopped
// and from those who were relieved of it before (censored): Kaplan and Meier's
// product limit. Beyond the longest time at which anybody stopped, nothing is
// known but the rate at which people stop on the whole.
type survival struct {
	at    []time.Duration // when somebody stopped, rising
	share []float64       // of those who go on after it
	rate  float64         // stops a second, over all
}

// span is one person's time; stopped says that she ended it herself.
type span struct {
	time    time.Duration
	stopped bool
}

// estimate makes the curve of spans, which it sorts.
func estimate(spans []span) survival {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.time, b.time) })
	var v survival
	on, borne, stops := 1.0, 0.0, 0
	for i := 0; i < len(spans); {
		here, stopped := i, 0
		for ; i < len(spans) && spans[i].time == spans[here].time; i++ {
			borne += spans[i].time.Seconds()
			if spans[i].stopped {
				stopped++
			}
		}
		if stopped == 0 {
			continue
		}
		stops += stopped
		on *= 1 - float64(stopped)/float64(len(spans)-here)
		v.at, v.share = append(v.at, spans[here].time), append(v.share, on)
	}
	if borne > 0 {
		v.rate = float64(stops) / borne
	}
	return v
}

// forever is longer than any queue lets anybody wait.
const forever = 24 * time.Hour

// beyond draws how long somebody bears it who bore it for least already; u is
// drawn evenly between 0 and 1.
func (v survival) beyond(least time.Duration, u float64) time.Duration {
	if len(v.at) == 0 {
		return forever
	}
	i, known := slices.BinarySearch(v.at, least)
	if known {
		i++
	}
	from := 1.0
	if i > 0 {
		from = v.share[i-1]
	}
	goal := u * from
	for ; i < len(v.at); i++ {
		if v.share[i] <= goal {
			return v.at[i]
		}
	}
	// The tail: as often as on the whole.
	if last := v.share[len(v.share)-1]; last > 0 {
		u = goal / last
	}
	after := max(least, v.at[len(v.at)-1])
	more := -math.Log(max(u, 1e-9)) / v.rate
	return after + time.Duration(math.Min(more, forever.Seconds())*float64(time.Second))
}

// within draws as beyond does, but never past the longest time at which
// anybody stopped: who is left over then never does.
func (v survival) within(u float64) (time.Duration, bool) {
	i := slices.IndexFunc(v.share, func(s float64) bool { return s <= u })
	if i < 0 {
		return 0, false
	}
	return v.at[i], true
}

// chance is an even draw between 0 and 1 that is the same for the same words, so
// that both runs of a what-if have the same luck.
func chance(who string, what byte) float64 {
	h := fnv.New64a()
	h.Write([]byte(who))
	h.Write([]byte{what})
	x := h.Sum64()
	x ^= x >> 33 // FNV's upper bits differ little for short words
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return (float64(x>>11) + 0.5) / (1 << 53)
}
