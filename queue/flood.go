package queue

import "time"

// Floods: how many calls of one number, and of all withheld numbers together,
// are served like everybody's. Whoever's talk broke off is never counted out.

// Why a call is over a limit.
const (
	floodNumber   = "per_number"
	floodWithheld = "withheld"
)

// burst is when the latest calls came, as many as the limit, oldest first.
type burst []time.Time

// add notes a call and returns how many there were within the time, this one
// included; one more than the limit if it is over.
func (b *burst) add(now time.Time, limit int, within time.Duration) int {
	list := *b
	for len(list) > 0 && now.Sub(list[0]) >= within {
		list = list[1:]
	}
	n := len(list) + 1
	if list = append(list, now); len(list) > limit { // who goes on calling stays over it
		list = list[len(list)-limit:]
	}
	*b = list
	return n
}

// floods is who called lately.
type floods struct {
	of       map[identity]*burst
	list     []identity // of is these, by when they were first noted; sweep goes round
	withheld burst
}

// flooded notes that c called and tells which limit she is over, and how many
// calls there were.
func (s *state) flooded(c *contact) (why string, n int) {
	set := s.flood
	within := set.Within.D()
	if c.caller.Anonymous() {
		if set.Withheld <= 0 {
			return "", 0
		}
		if n = s.floods.withheld.add(s.now, set.Withheld, within); n > set.Withheld {
			return floodWithheld, n
		}
		return "", n
	}
	if set.PerNumber <= 0 || s.brokeOff(c) {
		return "", 0
	}
	s.floods.sweep(s.now, within)
	if n = s.floods.noted(s.identify(c.caller)).add(s.now, set.PerNumber, within); n > set.PerNumber {
		return floodNumber, n
	}
	return "", n
}

// brokeOff tells whether c calls again because her talk broke.
func (s *state) brokeOff(c *contact) bool {
	known := s.visitors.of[s.identify(c.caller)]
	return known != nil && known.broken != nil && known.broken.dropped && !s.now.After(known.broken.expires)
}

// noted returns the calls of id; of those known, the one noted first makes room.
func (f *floods) noted(id identity) *burst {
	if b := f.of[id]; b != nil {
		return b
	}
	if len(f.list) >= visitorsKept {
		f.dropFirst()
	}
	if f.of == nil {
		f.of = map[identity]*burst{}
	}
	b := &burst{}
	f.of[id], f.list = b, append(f.list, id)
	return b
}

func (f *floods) dropFirst() {
	delete(f.of, f.list[0])
	f.list = f.list[1:]
}

// sweep forgets who has not called for a while, a few at a time.
func (f *floods) sweep(now time.Time, within time.Duration) {
	for range min(4, len(f.list)) {
		id := f.list[0]
		if b := *f.of[id]; len(b) == 0 || now.Sub(b[len(b)-1]) >= within {
			f.dropFirst()
			continue
		}
		f.list = append(f.list[1:], id)
	}
}
