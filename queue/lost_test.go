package queue

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sahut/configs"
)

// What must hold whatever is lost on the way, and whoever is on shift when.

// proofWithin is how long a state may outlive what proved it.
const proofWithin = 35 * time.Second

// A network that drops BYE, CANCEL and 200 at random: a channel that was told to
// connect may never say so, one that was told to end may never say that it did,
// and a browser that is gone may never be said to be gone. Everything that waits
// for such an answer gives up within 35 s: no contact connects, rejoins or ends
// for longer, no volunteer is rung or reconnecting for longer than the document
// says, and none talks with a contact that is over.
func TestPropertyNothingOutlivesItsProof(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := newTrial(rapidTB{t: t}, drawHouse(t))
		tr.hears = nil // a lost answer leaves the music where it was
		since := map[string]time.Time{}
		lost := rapid.IntRange(10, 90).Draw(t, "lost in a hundred")
		drops := func() bool { return rapid.IntRange(0, 99).Draw(t, "drop") < lost }
		var world []reply
		later := func(within int, ev Event) {
			world = append(world, reply{tr.now.Add(time.Duration(rapid.IntRange(1, within).Draw(t, "later")) * time.Second), ev})
		}
		react := func(do []Effect) {
			for _, e := range do {
				if drops() {
					continue
				}
				switch e := e.(type) {
				case Answer:
					later(2, Established{e.Contact})
				case Connect:
					later(3, Connected(e))
				case End:
					later(2, HungUp(e))
				case Close:
					later(9, HungUp{e.Contact, BySystem, CausePlayed})
				case Show:
					if e.View.Offer != nil {
						later(5, Accepted{Agent: e.Agent, Offer: e.View.Offer.ID})
					}
				}
			}
		}
		look := func() {
			now := map[string]time.Time{}
			note := func(what string) {
				if now[what] = since[what]; now[what].IsZero() {
					now[what] = tr.now
				}
				if long := tr.now.Sub(now[what]); long > proofWithin {
					t.Fatalf("%s for %v", what, long)
				}
			}
			for _, c := range tr.s.contacts {
				switch c.phase {
				case connecting, rejoining, ending, parked:
					note(fmt.Sprintf("%s is %s", c.id, c.phase))
				}
			}
			for _, a := range tr.s.agents {
				switch {
				case a.state == Reconnecting:
					note(fmt.Sprintf("%s is reconnecting", a.id))
				case a.offer != nil:
					note(fmt.Sprintf("%s is rung by %d", a.id, a.offer.id))
				}
				if a.contact != nil && tr.s.contacts[a.contact.id] != a.contact {
					t.Fatalf("%s talks with %s, who is gone", a.id, a.contact.id)
				}
			}
			since = now
		}
		step := func(ev Event) {
			react(tr.do(ev))
			look()
		}
		n := 0
		for range 60 {
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1:
				n++
				step(Arrived{Contact: ContactID(fmt.Sprintf("C%d", n)), Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller(fmt.Sprintf("+62811%07d", n))})
			case 2:
				a := rapid.SampledFrom([]AgentID{"sari", "dewi", "ayu"}).Draw(t, "who")
				for _, ev := range []Event{SessionOpened{a}, ShiftStarted{a}, PathProven{a}, ReadyAsked{a}} {
					step(ev)
				}
			case 3: // her BYE, if it comes
				if !drops() && n > 0 {
					step(HungUp{ContactID(fmt.Sprintf("C%d", rapid.IntRange(1, n).Draw(t, "whose"))), ByCaller, CauseNormal})
				}
			case 4: // her network, if anybody notices
				a := rapid.SampledFrom([]AgentID{"sari", "dewi", "ayu"}).Draw(t, "who")
				if !drops() {
					step(PathLost{Agent: a})
				}
				if !drops() {
					step(SessionLost{a})
				}
			case 5: // she hangs up
				a := tr.s.agents[rapid.SampledFrom([]AgentID{"sari", "dewi", "ayu"}).Draw(t, "who")]
				if a.contact != nil {
					step(HangUpAsked{a.id, a.contact.id})
				}
			}
			for end := tr.now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second); tr.now.Before(end); {
				next, due := end, -1
				for i, r := range world {
					if r.at.Before(next) {
						next, due = r.at, i
					}
				}
				if at, ok := tr.s.next(); ok && !at.After(next) {
					tr.now = laterOf(tr.now, at)
					step(Ticked{})
					continue
				}
				tr.now = laterOf(tr.now, next)
				if due >= 0 {
					ev := world[due].ev
					world = slices.Delete(world, due, due+1)
					step(ev)
				}
			}
		}
	})
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Whatever shifts a table gives, and whatever hours, every call reaches an end
// by itself, with one outcome.
func TestPropertyEveryCallEndsWhateverTheShifts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawHouse(t)
		if rapid.Bool().Draw(t, "hours") {
			h := configs.Hours{ID: "h", TimeZone: "Asia/Jakarta"}
			for _, d := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
				if rapid.Bool().Draw(t, d) {
					from, to := rapid.IntRange(0, 23).Draw(t, "from"), rapid.IntRange(0, 23).Draw(t, "to")
					h.Weekly = append(h.Weekly, configs.Window{Days: []string{d}, From: fmt.Sprintf("%02d:00", from), To: fmt.Sprintf("%02d:30", to)})
				}
			}
			r.Hours = []configs.Hours{h}
			r.Queues[0].Hours = "h"
			if rapid.Bool().Draw(t, "leads out") {
				r.Queues[0].AtClosing = configs.LeadOut
			}
		}
		tr := newTrial(rapidTB{t: t}, r)
		type turn struct {
			at time.Time
			do []Event
		}
		var table []turn
		for _, a := range []AgentID{"sari", "dewi", "ayu"} {
			at := tr.now
			for range rapid.IntRange(0, 4).Draw(t, "shifts") {
				at = at.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "rest")) * time.Minute)
				table = append(table, turn{at, []Event{SessionOpened{a}, ShiftStarted{a}, PathProven{a}, ReadyAsked{a}}})
				at = at.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "shift")) * time.Minute)
				table = append(table, turn{at, []Event{ShiftEnded{a}, SessionLost{a}}})
			}
		}
		for i := range rapid.IntRange(1, 12).Draw(t, "callers") {
			id := ContactID(fmt.Sprintf("C%d", i))
			table = append(table, turn{tr.now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "call")) * time.Minute), []Event{
				Arrived{Contact: id, Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller(fmt.Sprintf("+62811%07d", i))}, Established{id}}})
		}
		slices.SortStableFunc(table, func(a, b turn) int { return a.at.Compare(b.at) })
		for _, turn := range append(table, turn{tr.now.Add(5 * 24 * time.Hour), nil}) {
			for tr.now.Before(turn.at) {
				next := turn.at
				if at, ok := tr.s.next(); ok && at.Before(next) {
					next = laterOf(tr.now, at)
				}
				tr.pass(next.Sub(tr.now))
				for _, a := range slices.Clone(tr.s.roster) { // whoever rings answers; talks last ten minutes
					switch {
					case a.offer != nil:
						c := a.offer.contact.id
						tr.do(Accepted{Agent: a.id, Offer: a.offer.id}, Connected{c, a.id})
					case a.contact != nil && tr.now.Sub(a.contact.started) >= 10*time.Minute:
						tr.do(HangUpAsked{a.id, a.contact.id})
					}
				}
			}
			tr.do(turn.do...)
		}
		tr.pass(endWithin) // who was hung up on at the last instant is over by then
		for id, c := range tr.calls {
			if c.Ended == nil && tr.s.contacts[id] != nil && !tr.s.contacts[id].phase.withAgent() {
				t.Fatalf("%s is %s after five days", id, tr.phase(id))
			}
			if c.Ended != nil && c.Outcome == "" {
				t.Fatalf("%s has no outcome", id)
			}
		}
	})
}

// The places a caller is told never grow, and nobody is told a place that
// somebody else was told in the same moment of the same line.
func TestPropertyAnnouncedOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := newTrial(rapidTB{t: t}, with(func(r *configs.Routing) { r.Queues[0].MaxWait = dur(4 * time.Hour) }))
		told := map[ContactID]int{}
		watch := func() {
			at := map[string]ContactID{}
			for _, e := range tr.all {
				switch e := e.(type) {
				case Announce:
					if last, again := told[e.Contact]; again && e.Position >= last {
						t.Fatalf("%s was told %d after %d", e.Contact, e.Position, last)
					}
					told[e.Contact] = e.Position
					key := fmt.Sprint(tr.s.contacts[e.Contact].line.id, e.Position, tr.now)
					if other := at[key]; other != "" && other != e.Contact {
						t.Fatalf("%s and %s are both told %d", other, e.Contact, e.Position)
					}
					at[key] = e.Contact
				}
			}
			tr.all = nil
		}
		n := 0
		for range 40 {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0, 1:
				n++
				c := ContactID(fmt.Sprintf("C%d", n))
				tr.do(Arrived{Contact: c, Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller(fmt.Sprintf("+62811%07d", n))}, Established{c})
			case 2:
				if l := tr.s.lineByID["hotline"].order.list; len(l) > 0 {
					tr.do(HungUp{l[rapid.IntRange(0, len(l)-1).Draw(t, "who")].id, ByCaller, CauseNormal})
				}
			case 3:
				if a := tr.s.agents["sari"]; a.state == Offline {
					tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"}, ReadyAsked{"sari"})
				} else if a.offer != nil {
					tr.do(Accepted{Agent: "sari", Offer: a.offer.id})
				}
			}
			watch()
			for end := tr.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "seconds")) * time.Second); tr.now.Before(end); {
				at, ok := tr.s.next()
				if !ok || at.After(end) {
					tr.now = end
					break
				}
				tr.now = laterOf(tr.now, at)
				tr.do(Ticked{})
				watch()
			}
		}
	})
}
