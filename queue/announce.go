package queue

import (
	"time"

	"sahut/configs"
)

// What is said to those who wait, between two bars of the music: where they
// stand, how long it may take, and that they are not forgotten. Nothing is said
// twice within announceGap, nothing while a question is asked, and no figure ever
// grows.

// Announcement is what is said at once. Fields that are zero are not said.
type Announcement struct {
	Position int       // she is so many-th
	More     int       // more than so many are before her
	Wait     WaitRange // how long it may take
	Comfort  string    // a prompt
}

// comfortLines are said where the document names none: that she is not alone,
// and how she can end the call at once.
var comfortLines = []string{"comfort", "quick-exit"}

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

// announceLater begins c's announcements in this line.
func (s *state) announceLater(c *contact) {
	c.placeDue, c.comfortDue = time.Time{}, time.Time{}
	if every := c.line.every(); every > 0 {
		c.placeDue = s.now.Add(every)
	}
	if every := c.line.comfortEvery(); every > 0 {
		c.comfortDue = s.now.Add(every)
	}
	s.armAnnouncement(c)
}

// armAnnouncement sets the next one, not too soon after the last.
func (s *state) armAnnouncement(c *contact) {
	at := c.placeDue
	if at.IsZero() || !c.comfortDue.IsZero() && c.comfortDue.Before(at) {
		at = c.comfortDue
	}
	if at.IsZero() {
		c.announce.disarm()
		return
	}
	if soonest := c.saidAt.Add(announceGap); at.Before(soonest) {
		at = soonest
	}
	s.timers.arm(&c.announce, at, func() { s.announceDue(c) })
}

// announceDue says her place if that is due and better than it was; else, if it
// is time, a line of comfort. While she is asked something it waits for the end of
// that, see stayInLine, or for the next time.
func (s *state) announceDue(c *contact) {
	if c.inquiry != nil {
		s.timers.arm(&c.announce, s.now.Add(announceGap), func() { s.announceDue(c) })
		return
	}
	said := false
	if due := &c.placeDue; !due.IsZero() && !due.After(s.now) {
		*due = s.now.Add(max(c.line.every(), announceGap))
		said = c.phase == waiting && s.tellPlace(c)
	}
	if due := &c.comfortDue; !due.IsZero() && !due.After(s.now) && !said {
		*due = s.now.Add(max(c.line.comfortEvery(), announceGap))
		if c.phase == waiting {
			s.comfort(c)
		}
	}
	s.armAnnouncement(c)
}

// tellPlace says her place, and how long it may take, if it is the first time or
// it improved. A number that grew, because somebody more urgent came, is never
// said.
func (s *state) tellPlace(c *contact) (said bool) {
	if c.inquiry != nil {
		return false
	}
	l := c.line
	place := l.order.place(c)
	if c.announced != 0 && place >= c.announced {
		return false
	}
	a := Announcement{}
	if l.set.AnnounceWait {
		a.Wait = l.waitRange(c, place)
	}
	limit := l.set.AnnounceLimit
	switch mode := l.set.AnnouncePosition; {
	case mode == configs.AnnounceNone:
	case limit <= 0 || place <= limit || mode != configs.AnnounceFirst && mode != configs.AnnounceMore:
		a.Position = place
	case mode == configs.AnnounceMore && c.announced == 0:
		a.More = limit
	}
	if a == (Announcement{}) {
		return false
	}
	if a.Position > 0 {
		c.announced = place
		s.record(Entry{Kind: QueuePlace, Contact: c.id, Queue: l.id, Position: place})
	}
	if a.Wait.To > 0 {
		c.told = a.Wait
	}
	s.announce(c, a)
	return true
}

// comfort says the next of her line's comfort lines.
func (s *state) comfort(c *contact) {
	if c.inquiry != nil {
		return
	}
	lines := c.line.set.Comfort
	if len(lines) == 0 {
		lines = comfortLines
	}
	s.announce(c, Announcement{Comfort: lines[c.comforts%len(lines)]})
	c.comforts++
}

func (s *state) announce(c *contact, a Announcement) {
	c.saidAt = s.now
	s.order(Announce{Contact: c.id, Announcement: a})
}

// every is the time between announcements of places; 0 is never.
func (l *line) every() time.Duration {
	every := l.set.AnnounceEvery.D()
	if every <= 0 || l.set.AnnouncePosition == configs.AnnounceNone && !l.set.AnnounceWait {
		return 0
	}
	return max(every, announceGap)
}

// comfortEvery is the time between lines of comfort; 0 is never.
func (l *line) comfortEvery() time.Duration {
	every := l.set.ComfortEvery.D()
	if every <= 0 {
		return 0
	}
	return max(every, announceGap)
}
