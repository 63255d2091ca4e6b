package queue

import (
	"slices"
	"strings"
	"time"

	"sahut/configs"
)

// From the number she dialled to the line she waits in.
//
//	open? ── closed ──► where that line sends callers while it is closed
//	  │
//	greeting ── a place of hers? ──► her line, at her place
//	  │
//	menu ── a key ──► a second menu, or a queue with what she asked for
//	  └── nothing, twice ──► the menu's queue

// menusOf makes the document's menus ready to be asked.
func menusOf(list []configs.Menu) map[string]configs.Menu {
	all := make(map[string]configs.Menu, len(list))
	for _, m := range list {
		if m.Timeout <= 0 {
			m.Timeout = configs.Duration(5 * time.Second)
		}
		all[m.ID] = m
	}
	return all
}

// shut tells whether nothing that n leads to is open.
func (s *state) shut(n number) bool {
	m, ok := s.menus[n.menu]
	if !ok {
		return n.line.closedAt(s.now) != ""
	}
	return !s.anyOpen(m, 0)
}

func (s *state) anyOpen(m configs.Menu, level int) bool {
	if l := s.lineByID[QueueID(m.Queue)]; l != nil && l.closedAt(s.now) == "" {
		return true
	}
	return slices.ContainsFunc(m.Choices, func(o configs.MenuChoice) bool {
		if next, ok := s.menus[o.Menu]; ok && level == 0 {
			return s.anyOpen(next, level+1)
		}
		l := s.lineByID[QueueID(o.Queue)]
		return l != nil && l.closedAt(s.now) == ""
	})
}

// reception leads a caller who was just answered on: to the menu, if there is
// one to be asked and somebody to be reached by it, or into her line.
func (s *state) reception(c *contact) {
	if s.barred(c) {
		return
	}
	n, known := s.numbers[canonical(c.dialled)]
	m, asked := s.menus[n.menu]
	hers := s.recall(c)
	if !known || !asked || hers || s.shut(n) {
		s.admit(c, hers)
		return
	}
	s.enter(c, choosing)
	s.askMenu(c, m, 1)
}

// askMenu asks m, which is on that level of the way.
func (s *state) askMenu(c *contact, m configs.Menu, level int) {
	var keys strings.Builder
	for _, o := range m.Choices {
		keys.WriteString(o.Key)
	}
	s.inquire(c, inquiry{
		prompts: []string{m.Prompt}, keys: keys.String(), timeout: m.Timeout.D(), again: m.Repeat,
		answer: func(key rune) { s.menuAnswered(c, m, level, key) },
	})
}

func (s *state) menuAnswered(c *contact, m configs.Menu, level int, key rune) {
	i := slices.IndexFunc(m.Choices, func(o configs.MenuChoice) bool { return o.Key == string(key) })
	if i < 0 {
		s.record(Entry{Kind: MenuAnswered, Contact: c.id, Reason: m.ID, Result: "timeout"})
		s.choose(c, QueueID(m.Queue))
		return
	}
	o := m.Choices[i]
	s.record(Entry{Kind: MenuAnswered, Contact: c.id, Reason: m.ID, Result: o.Key})
	c.want(o)
	if next, ok := s.menus[o.Menu]; ok && level == 1 && !o.Danger {
		s.askMenu(c, next, level+1)
		return
	}
	to := QueueID(o.Queue)
	if s.lineByID[to] == nil {
		to = QueueID(m.Queue)
	}
	s.choose(c, to)
}

// want notes what a choice says of her.
func (c *contact) want(o configs.MenuChoice) {
	if o.Language != "" {
		c.language, c.needs.language = o.Language, o.Language
	}
	if o.Gender != "" {
		c.needs.gender = o.Gender
	}
	if o.Topic != "" {
		c.needs.topic = o.Topic
	}
	if o.Danger {
		c.danger, c.class = true, max(c.class, ClassPriority)
	}
}

// choose ends the menus: she enters the line, by the time she called.
func (s *state) choose(c *contact, to QueueID) {
	greeted := c.line.set.Greeting
	if l := s.lineByID[to]; l != nil { // an admin may have deleted it meanwhile
		c.line = l
	}
	first := ""
	if c.line.set.Greeting != greeted { // nobody is welcomed twice (RO-7)
		first = c.line.set.Greeting
	}
	s.order(Wait{Contact: c.id, Sound: c.sound(first)})
	s.admit(c, false)
}

// admit lets c into her line, or leads her where the line sends whom it does not
// take. Who has a place that is hers is only kept out when nobody is there.
func (s *state) admit(c *contact, hers bool) {
	if c.line.gone { // an admin deleted it between Answer and now
		heir := s.heir(c)
		if heir == nil {
			s.close(c, c.line.words(), OutcomeClosed)
			return
		}
		c.line = heir
	}
	closed := c.line.closedAt(s.now)
	switch why := c.line.crowded(); {
	case closed != "" && (!hers || c.line.present == 0):
		s.takeExit(c, closed)
		return
	case why != "" && !hers:
		s.takeExit(c, why)
		return
	}
	s.join(c, c.line)
	s.refreshMusic(c) // an admin may have changed it since Answer
	s.welcome(c)
}
