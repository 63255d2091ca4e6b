package configs

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Validate judges a routing document and returns all that is wrong, nil when
// all is well. A queue that could strand a caller is wrong. Prompts are the
// names there is a recording for; none means that nobody looked.
func (r Routing) Validate(prompts ...string) Problems {
	var found Problems
	r.validate(check{found: &found}, prompts)
	return found.worded(&r, "", nil)
}

func (r Routing) validate(c check, prompts []string) {
	v := judge{routing: r, prompts: prompts}
	c.most("numbers", len(r.Numbers), 1000)
	c.most("menus", len(r.Menus), 100)
	c.most("hours", len(r.Hours), 100)
	c.most("queues", len(r.Queues), 200)
	c.most("agents", len(r.Agents), 5000)
	c.most("pause_reasons", len(r.PauseReasons), 50)
	c.most("dispositions", len(r.Dispositions), 100)
	for i, n := range r.Numbers {
		n.validate(c.in("numbers").at(i), v)
	}
	for i, m := range r.Menus {
		m.validate(c.in("menus").at(i), v)
	}
	for i, h := range r.Hours {
		h.validate(c.in("hours").at(i))
	}
	for i, q := range r.Queues {
		q.validate(c.in("queues").at(i), v)
	}
	for i, a := range r.Agents {
		a.validate(c.in("agents").at(i), v)
	}
	r.Outgoing.validate(c.in("outgoing"))
	r.Blocked.validate(c.in("blocked"), v)
	r.Flood.validate(c.in("flood"))
	r.Shifts.validate(c.in("shifts"), v)
	r.Care.validate(c.in("care"))
	r.Messages.validate(c.in("messages"), v)
	r.Notes.validate(c.in("notes"))
	for i, p := range r.PauseReasons {
		p.validate(c.in("pause_reasons").at(i))
	}
	for i, d := range r.Dispositions {
		d.validate(c.in("dispositions").at(i))
	}
	unique(c.in("numbers"), "number", r.Numbers, func(n Number) string { return n.Number })
	unique(c.in("menus"), "id", r.Menus, func(m Menu) string { return m.ID })
	unique(c.in("hours"), "id", r.Hours, func(h Hours) string { return h.ID })
	unique(c.in("queues"), "id", r.Queues, func(q Queue) string { return q.ID })
	unique(c.in("agents"), "id", r.Agents, func(a Agent) string { return a.ID })
	unique(c.in("pause_reasons"), "code", r.PauseReasons, func(p PauseReason) string { return p.Code })
	unique(c.in("dispositions"), "code", r.Dispositions, func(d Disposition) string { return d.Code })
	r.validateExits(c.in("queues"))
}

// judge is what the parts of a document must know of each other.
type judge struct {
	routing Routing
	prompts []string
}

// numberPattern is what trunks deliver: digits, perhaps with a leading +.
var numberPattern = regexp.MustCompile(`^\+?[0-9]{2,20}$`)

func (n Number) validate(c check, v judge) {
	c.choices(n)
	switch {
	case n.Number == "":
		c.bad("number", "", numberMissing)
	case !numberPattern.MatchString(n.Number):
		c.bad("number", n.Number, noNumber)
	}
	v.queue(c, "queue", n.Queue, "lost_callers")
	v.menuOf(c, "menu", n.Menu)
}

func (q Queue) validate(c check, v judge) {
	c.choices(q)
	c.name("id", q.ID)
	c.label("label", q.Label)
	switch d := q.RingFor.D(); {
	case d < 5*time.Second:
		c.bad("ring_for", q.RingFor.String(), ringTooShort)
	case d > 2*time.Minute:
		c.bad("ring_for", q.RingFor.String(), ringTooLong)
	}
	q.validateAnnouncements(c, v)
	c.count("max_waiting", q.MaxWaiting, 0, 10000)
	c.between("max_wait", q.MaxWait, 10*time.Second, 4*time.Hour)
	c.between("max_wait_nobody", q.MaxWaitNobody, 0, 4*time.Hour)
	if q.MaxWait < q.RingFor {
		c.bad("max_wait", q.MaxWait.String(), waitBelowRing, q.RingFor)
	}
	c.between("wrap_up", q.WrapUp, 0, time.Hour)
	c.between("wrap_up_extend", q.WrapUpExtend, 0, time.Hour)
	c.between("short_abandon", q.ShortAbandon, 0, time.Minute)
	q.validateRinging(c)
	v.prompt(c, "greeting", q.Greeting, true)
	v.prompt(c, "music", q.Music, false)
	q.validateLadder(c, v)
	q.Callback.validate(c.in("callback"))
	q.Exit.validate(c.in("exit"), v)
	v.hours(c, "hours", q.Hours)
	c.count("min_planned", q.MinPlanned, 0, 1000)
	c.most("cover", len(q.Cover), 20)
	for i, n := range q.Cover {
		n.validate(c.in("cover").at(i))
	}
	q.Closed.validate(c.in("closed"))
	if q.WhenClosed != (Exit{}) {
		q.WhenClosed.validate(c.in("when_closed"), v)
	}
	if q.WhenClosed.Queue == q.ID && q.ID != "" {
		c.in("when_closed").bad("queue", q.ID, closedSelf)
	}
}

func (e Exit) validate(c check, v judge) {
	named := 0
	for _, set := range []bool{e.Queue != "", e.Words != "", e.Message} {
		if set {
			named++
		}
	}
	switch {
	case named == 0:
		c.bad("", "", exitMissing)
	case named > 1:
		c.bad("", "", manyExits)
	case e.Queue != "":
		v.queue(c, "queue", e.Queue, "lost_callers")
	case e.Words != "":
		v.prompt(c, "words", e.Words, false)
	}
}

// validateExits follows every chain of exits: it must end in words. Each
// circle is told once, at the first of its queues.
func (r Routing) validateExits(c check) {
	exit := map[string]string{}
	for _, q := range r.Queues {
		if q.Exit.Queue != "" {
			exit[q.ID] = q.Exit.Queue
		}
	}
	told := map[string]bool{}
	for i, q := range r.Queues {
		chain := []string{q.ID}
		for at := exit[q.ID]; at != "" && !told[at]; at = exit[at] {
			if at == q.ID {
				for _, id := range chain {
					told[id] = true
				}
				if c := c.at(i).in("exit"); len(chain) == 1 {
					c.bad("queue", q.Exit.Queue, exitSelf)
				} else {
					c.bad("queue", q.Exit.Queue, exitCircle, strings.Join(append(chain, at), " → "))
				}
				break
			}
			if slices.Contains(chain, at) {
				break // the circle lies behind this queue and is told there
			}
			chain = append(chain, at)
		}
	}
}

func (a Agent) validate(c check, v judge) {
	c.name("id", a.ID)
	c.label("name", a.Name)
	c.mobile("mobile", a.Mobile)
	for i, q := range a.Queues {
		c := c.in("queues").at(i)
		v.queue(c, "", q, "lost_ring")
		if slices.Contains(a.Queues[:i], q) {
			c.bad("", q, listedTwice)
		}
	}
	a.validateSkills(c, v)
}

// reservedReasons are pause reasons Sahut itself sets.
var reservedReasons = []string{"login", "decompression", "load_break"}

func (p PauseReason) validate(c check) {
	c.name("code", p.Code)
	if slices.Contains(reservedReasons, p.Code) {
		c.bad("code", p.Code, reserved)
	}
	p.Label.validate(c.in("label"))
}

func (d Disposition) validate(c check) {
	c.name("code", d.Code)
	c.between("wrap_up", d.WrapUp, 0, time.Hour)
	c.choices(d)
	d.Label.validate(c.in("label"))
}

func (l Label) validate(c check) {
	c.label("en", l.EN)
	c.label("id", l.ID)
}

// queue checks a reference to a queue; lost says what its absence does.
func (v judge) queue(c check, key, id string, lost term) {
	if id == "" {
		c.bad(key, "", queueMissing, lost)
		return
	}
	var ids []string
	for _, q := range v.routing.Queues {
		if q.ID == id {
			return
		}
		if q.ID != "" {
			ids = append(ids, q.ID)
		}
	}
	switch near := nearest(id, ids); {
	case near != "":
		c.bad(key, id, noQueueNear, lost, near)
	case len(ids) > 0 && len(ids) <= 8:
		c.bad(key, id, noQueueOf, lost, ids)
	default:
		c.bad(key, id, noQueue, lost)
	}
}

// prompt checks the name of a recording.
func (v judge) prompt(c check, key, name string, mayLack bool) {
	switch {
	case name == "" && mayLack:
	case name == "":
		c.bad(key, "", promptMissing)
	case !namePattern.MatchString(name):
		c.bad(key, name, noPromptName)
	case len(v.prompts) > 0 && !slices.Contains(v.prompts, name):
		if near := nearest(name, v.prompts); near != "" {
			c.bad(key, name, noPromptNear, near)
		} else {
			c.bad(key, name, noPrompt)
		}
	}
}

// name checks a stable name.
func (c check) name(key, s string) {
	switch {
	case s == "":
		c.bad(key, "", nameMissing)
	case !namePattern.MatchString(s):
		c.bad(key, s, noShortName)
	}
}

// label checks a text people read.
func (c check) label(key, s string) {
	const most = 80
	switch {
	case strings.TrimSpace(s) == "":
		c.bad(key, "", labelMissing)
	case len([]rune(s)) > most:
		c.bad(key, s, labelTooLong, most)
	case strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
	}):
		c.bad(key, s, noOneLine)
	}
}

func (c check) most(key string, n, most int) {
	if n > most {
		c.bad(key, itoa(n), tooMany, most)
	}
}

// unique finds names given twice and blames the later one.
func unique[T any](c check, key string, list []T, name func(T) string) {
	first := map[string]int{}
	for i, e := range list {
		n := name(e)
		j, twice := first[n]
		switch {
		case n == "":
		case twice:
			c.at(i).bad(key, n, nameTaken, j+1)
		default:
			first[n] = i
		}
	}
}
