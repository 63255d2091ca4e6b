package queue

import "time"

// How often a caller called before: a number and no more, for the volunteer who
// is about to answer. Kept are the days of her calls, by her pseudonym, sealed,
// as long as a caller is remembered anyway; it steers nothing.

// cameMost is how many calls are counted; beyond it the number says enough.
const cameMost = 99

// came is how many calls of hers are remembered at now.
func (p *SafetyProfile) came(now time.Time) int {
	p.Came = p.Came[p.forgotten(now):]
	return len(p.Came)
}

// comes counts a call at now and tells whether that is news.
func (p *SafetyProfile) comes(now time.Time) bool {
	if p.came(now) >= cameMost {
		return false
	}
	p.Came = append(p.Came, int32(dayNumber(now)))
	return true
}

// forgotten is how many of the days are too long ago: they are in order, unless a
// clock was set back, and then what stands before the first that counts goes too.
func (p *SafetyProfile) forgotten(now time.Time) int {
	first := int32(dayNumber(now.Add(-callersKept)))
	for i, d := range p.Came {
		if d > first {
			return i
		}
	}
	return len(p.Came)
}
