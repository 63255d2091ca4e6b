package queue

import "time"

// welcome notes that c entered and shall hear her place, unless she is rung
// for at once.
func (s *state) welcome(c *contact) {
	if !c.fresh {
		c.fresh = true
		s.newcomers = append(s.newcomers, c)
	}
}

// tellNewcomers runs once an event, after match.
func (s *state) tellNewcomers() {
	for _, c := range s.newcomers {
		c.fresh = false
		if c.phase == waiting && len(c.offers) == 0 && c.line.every() > 0 {
			s.tellPlace(c)
		}
	}
	clear(s.newcomers)
	s.newcomers = s.newcomers[:0]
}

// announceLater arms her next announcement.
func (s *state) announceLater(c *contact) {
	if every := c.line.every(); every > 0 {
		s.arm(&c.announce, every, func() {
			s.announceLater(c)
			if c.phase == waiting && c.announce.armed() {
				s.tellPlace(c)
			}
		})
		return
	}
	c.announce.disarm()
}

// tellPlace says her place if it is the first time or it improved. A number
// that grew, because somebody more urgent came, is never said.
func (s *state) tellPlace(c *contact) {
	if c.inquiry != nil {
		return
	}
	place := c.line.order.place(c)
	if c.announced != 0 && place >= c.announced {
		return
	}
	c.announced = place
	s.record(Entry{Kind: QueuePlace, Contact: c.id, Queue: c.line.id, Position: place})
	s.order(Announce{Contact: c.id, Position: place})
}

// every is the time between announcements; 0 is never.
func (l *line) every() time.Duration {
	every := l.set.AnnounceEvery.D()
	if every <= 0 {
		return 0
	}
	return max(every, announceGap)
}
