package queue

import "time"

// What screens show of who is with a contact beside her agent.

// ThirdView is who is consulted, or talks with the two.
type ThirdView struct {
	Name  string    `json:"name"`            // alias, queue, or masked number
	Kind  string    `json:"kind"`            // agent, queue, number
	Stage string    `json:"stage"`           // ringing; consult: the caller does not hear her; joined: she does
	Since time.Time `json:"since"`           // of the stage ringing, or of being here
	May   bool      `json:"may_complete"`    // the caller can be given to her
	Muted bool      `json:"muted,omitempty"` // by herself
}

// The stages of a third.
const (
	ThirdRinging = "ringing"
	ThirdConsult = "consult"
	ThirdJoined  = "joined"
)

// WatchView is a supervisor who takes part in a talk.
type WatchView struct {
	Name  string    `json:"name"` // her alias
	Mode  Mode      `json:"mode"`
	Here  bool      `json:"here"` // she hears it; else she is about to
	Since time.Time `json:"since"`
}

// SosView is a volunteer's call for help.
type SosView struct {
	Contact  ContactID  `json:"contact"`
	Name     string     `json:"name"` // alias of who needs help
	Label    string     `json:"label"`
	Raised   time.Time  `json:"raised"`
	Called   []string   `json:"called"`             // aliases, in the order they were called
	Next     *time.Time `json:"next,omitempty"`     // when one more is called
	Answered string     `json:"answered,omitempty"` // alias of who came
	You      bool       `json:"you,omitempty"`      // she who sees this is called
}

// FloorView is what a supervisor sees of others' talks.
type FloorView struct {
	Talks []TalkView `json:"talks"` // in the document's order of volunteers
	Sos   []SosView  `json:"sos"`   // oldest first
	May   bool       `json:"may"`   // she can be brought into one now

	Debriefs []DebriefView `json:"debriefs,omitempty"` // who would like to talk to somebody
}

// TalkView is a running talk.
type TalkView struct {
	Contact ContactID   `json:"contact"`
	Name    string      `json:"name"` // alias of the volunteer
	Queue   QueueID     `json:"queue"`
	Label   string      `json:"label"`
	Started time.Time   `json:"started"`
	Held    bool        `json:"held,omitempty"`
	Third   bool        `json:"third,omitempty"`
	Watched []WatchView `json:"watched,omitempty"`
	May     string      `json:"may,omitempty"` // empty: she may supervise it; else why not, as in notices
}

// roomView adds to v who else is with c, as a sees it.
func (s *state) roomView(v *CallView, a *agent, c *contact) {
	v.Watched = c.watched()
	if p := c.third; p != nil && p.agent != a {
		v.Third = s.thirdView(p)
	}
	if c.sos != nil && c.agent == a {
		view := s.sosView(c, a)
		v.Sos = &view
	}
}

// guestView is the call on the screen of somebody beside the agent.
func (s *state) guestView(a *agent) *CallView {
	p := a.guest
	c := p.contact
	v := &CallView{
		Contact: c.id, Queue: c.line.id, Label: c.line.set.Label, Caller: c.caller.String(), WaitMS: ms(c.waited),
		Connecting: p.stage == joining, Started: p.asked, Muted: a.muted, Direction: DirectionIn, Said: c.said(), Role: string(RoleSupervisor), Mode: p.mode,
	}
	if c.out {
		v.Direction = DirectionOut
	}
	if p.stage == present {
		v.Started = p.since
	}
	if c.agent != nil {
		v.Agent, v.Held, v.Away = c.agent.name, c.agent.held, c.phase == parked
	}
	if p.role == RoleThird {
		v.Role = "consulted"
		if p.merged && !v.Held {
			v.Role = string(RoleThird)
		}
	}
	s.roomView(v, a, c)
	return v
}

func (s *state) thirdView(p *guest) *ThirdView {
	c := p.contact
	v := &ThirdView{Kind: "number", Name: p.number.String(), Since: p.asked, Stage: ThirdRinging}
	switch {
	case p.agent != nil && (p.line == nil || p.stage != summoned):
		v.Kind, v.Name, v.Muted = "agent", p.agent.name, p.agent.muted
	case p.line != nil:
		v.Kind, v.Name = "queue", p.line.set.Label
	}
	if p.stage == present {
		v.Stage, v.Since = ThirdConsult, p.since
		if p.merged && c.agent != nil && !c.agent.held {
			v.Stage = ThirdJoined
		}
		v.May = p.agent != nil || c.due == nil
	}
	return v
}

func (c *contact) watched() []WatchView {
	var all []WatchView
	for _, p := range c.watchers {
		v := WatchView{Name: p.agent.name, Mode: p.mode, Here: p.stage == present, Since: p.asked}
		if v.Here {
			v.Since = p.since
		}
		all = append(all, v)
	}
	return all
}

func (s *state) sosView(c *contact, a *agent) SosView {
	o := c.sos
	v := SosView{Contact: c.id, Name: o.by.name, Label: c.line.set.Label, Raised: o.raised, Called: []string{}}
	for _, one := range o.called {
		v.Called = append(v.Called, one.name)
		v.You = v.You || one == a
	}
	if o.answered != nil {
		v.Answered = o.answered.name
	} else if o.next.armed() {
		at := o.next.at
		v.Next = &at
	}
	return v
}

// floorView is what a sees of others' talks, if she leads.
func (s *state) floorView(a *agent) *FloorView {
	if !a.leads() || !a.member || !a.onShift() {
		return nil
	}
	f := &FloorView{Talks: []TalkView{}, Sos: []SosView{}, May: a.mayAssist(), Debriefs: s.debriefs(a)}
	for _, g := range s.roster {
		c := g.contact
		if g == a || c == nil || !c.inTalk || c.phase == ending {
			continue
		}
		t := TalkView{Contact: c.id, Name: g.name, Queue: c.line.id, Label: c.line.set.Label, Started: c.started, Held: g.held, Third: c.third != nil, Watched: c.watched()}
		if code := s.maySupervise(a, c, ModeListen); code != "" {
			t.May = string(code)
		}
		f.Talks = append(f.Talks, t)
	}
	for _, c := range s.alarms {
		if c.sos.by != a {
			f.Sos = append(f.Sos, s.sosView(c, a))
		}
	}
	return f
}

// floorChanged: a running talk began, ended or changed. Supervisors see it with
// the next figures, within a second.
func (s *state) floorChanged() {
	s.floorNews = true
	s.showFigures()
}
