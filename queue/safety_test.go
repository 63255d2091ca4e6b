package queue

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sahut/configs"
)

// SC-1: of all answers, windows and ages only one lets a call begin.
func TestMayCallTable(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 30, 0, 0, time.UTC) // Monday 19:30 in Jakarta
	for _, may := range []Safe{SafeUnknown, SafeNo, SafeYes} {
		for _, inside := range []bool{true, false} {
			for _, expired := range []bool{false, true} {
				p := SafetyProfile{MayCall: may, Zone: "WIB", Windows: []SafeWindow{{[]string{"mon"}, "19:00", "20:00"}}, Confirmed: now.Add(-time.Hour), Expires: now.Add(time.Minute)}
				if !inside {
					p.Windows[0].From, p.Windows[0].To = "20:00", "21:00"
				}
				if expired {
					p.Expires = now
				}
				want := map[bool]string{true: ""}[may == SafeYes && inside && !expired]
				switch {
				case may == SafeNo:
					want = SafetyNo
				case may == SafeUnknown:
					want = SafetyUnknown
				case expired:
					want = SafetyExpired
				case !inside:
					want = SafetyWindow
				}
				if ok, why := mayCall(p, now); why != want || ok != (want == "") {
					t.Errorf("may %q inside %v expired %v: %v %q, want %q", may, inside, expired, ok, why, want)
				}
			}
		}
	}
}

// Windows hold by the clock of their zone, over midnight, to the minute; what
// cannot be read is never open.
func TestSafeWindows(t *testing.T) {
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	at := func(day, hour, minute int) time.Time {
		return monday.AddDate(0, 0, day).Add(time.Duration(hour*60+minute) * time.Minute)
	}
	for _, test := range []struct {
		zone     string
		w        SafeWindow
		at       time.Time // UTC
		want     bool
		describe string
	}{
		{"WIB", SafeWindow{[]string{"mon"}, "18:00", "20:00"}, at(0, 11, 0), true, "begins"},
		{"WIB", SafeWindow{[]string{"mon"}, "18:00", "20:00"}, at(0, 10, 59), false, "a minute too soon"},
		{"WIB", SafeWindow{[]string{"mon"}, "18:00", "20:00"}, at(0, 12, 59), true, "the last minute"},
		{"WIB", SafeWindow{[]string{"mon"}, "18:00", "20:00"}, at(0, 13, 0), false, "over"},
		{"WITA", SafeWindow{[]string{"mon"}, "18:00", "20:00"}, at(0, 10, 0), true, "an hour east"},
		{"WIT", SafeWindow{[]string{"mon"}, "18:00", "20:00"}, at(0, 9, 0), true, "two hours east"},
		{"WIT", SafeWindow{[]string{"tue"}, "01:00", "02:00"}, at(0, 16, 30), true, "her Tuesday is our Monday"},
		{"WIB", SafeWindow{[]string{"mon"}, "22:00", "02:00"}, at(0, 16, 0), true, "before midnight"},
		{"WIB", SafeWindow{[]string{"mon"}, "22:00", "02:00"}, at(0, 18, 59), true, "after midnight"},
		{"WIB", SafeWindow{[]string{"mon"}, "22:00", "02:00"}, at(0, 19, 0), false, "over at two"},
		{"WIB", SafeWindow{[]string{"mon"}, "22:00", "02:00"}, at(-1, 18, 30), false, "the night before was Sunday's"},
		{"WIB", SafeWindow{[]string{"sun"}, "22:00", "02:00"}, at(-1, 18, 30), true, "Sunday night"},
		{"WIB", SafeWindow{[]string{"mon"}, "00:00", "24:00"}, at(0, 16, 59), true, "all day"},
		{"WIB", SafeWindow{[]string{"mon"}, "00:00", "24:00"}, at(0, 17, 0), false, "the next day"},
		{"GMT", SafeWindow{[]string{"mon"}, "00:00", "24:00"}, at(0, 5, 0), false, "a zone that is none"},
		{"WIB", SafeWindow{[]string{"mon"}, "9:00", "10:00"}, at(0, 2, 30), false, "a clock that is none"},
		{"WIB", SafeWindow{[]string{"mon"}, "09:00", "09:00"}, at(0, 2, 0), false, "no time at all"},
		{"WIB", SafeWindow{nil, "00:00", "24:00"}, at(0, 2, 0), false, "no day"},
	} {
		p := SafetyProfile{MayCall: SafeYes, Zone: test.zone, Windows: []SafeWindow{test.w}, Expires: at(30, 0, 0)}
		if ok, why := mayCall(p, test.at); ok != test.want {
			t.Errorf("%s: %v %s", test.describe, ok, why)
		}
	}
}

// openAt says the same as the gate by another way: minute by minute of a week.
func openAt(p SafetyProfile, now time.Time) bool {
	offset, known := map[string]time.Duration{"WIB": 7 * time.Hour, "WITA": 8 * time.Hour, "WIT": 9 * time.Hour}[p.Zone]
	if len(p.Windows) == 0 {
		return true
	}
	week := int64(7 * 24 * 60)
	monday := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	minute := (int64(now.Add(offset).Sub(monday)/time.Minute)%week + week) % week
	for _, w := range p.Windows {
		var h1, m1, h2, m2 int
		fmt.Sscanf(w.From+" "+w.To, "%d:%d %d:%d", &h1, &m1, &h2, &m2)
		from, long := int64(h1*60+m1), int64(h2*60+m2-h1*60-m1)
		if long < 0 {
			long += 24 * 60
		}
		for _, d := range w.Days {
			begin := int64(slices.Index([]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, d))*24*60 + from
			if known && ((minute-begin)%week+week)%week < long {
				return true
			}
		}
	}
	return false
}

func drawProfile(rnd *rand.Rand, now time.Time) SafetyProfile {
	p := SafetyProfile{
		Key: "k", MayCall: []Safe{SafeYes, SafeYes, SafeYes, SafeNo, SafeUnknown}[rnd.IntN(5)], Zone: []string{"WIB", "WITA", "WIT", "WIB", "X"}[rnd.IntN(5)],
		Confirmed: now.Add(-time.Duration(rnd.IntN(20*24)-24) * time.Hour),
	}
	p.Expires = p.Confirmed.Add(time.Duration(rnd.IntN(14*24*60)) * time.Minute)
	for range rnd.IntN(3) {
		from, to := rnd.IntN(24*60), rnd.IntN(24*60+1)
		if from == to {
			continue
		}
		w := SafeWindow{From: fmt.Sprintf("%02d:%02d", from/60, from%60), To: fmt.Sprintf("%02d:%02d", to/60, to%60)}
		for range 1 + rnd.IntN(4) {
			w.Days = append(w.Days, weekdays[rnd.IntN(7)])
		}
		p.Windows = append(p.Windows, w)
	}
	return p
}

// 10,000 random answers at random times: no call without a yes that is live and in
// its window; and what the gate will say next is told to the minute.
func TestMayCallIsNeverWrong(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	allowed := 0
	for range 10_000 {
		now := day0.Add(time.Duration(rnd.IntN(30*24*3600)) * time.Second)
		p := drawProfile(rnd, now)
		ok, why := mayCall(p, now)
		want := p.MayCall == SafeYes && now.Before(p.Expires) && !now.Before(p.Confirmed) && openAt(p, now)
		if ok != want || ok != (why == "") {
			t.Fatalf("%+v at %s: %v %q, want %v", p, now, ok, why, want)
		}
		if ok {
			allowed++
		}
		if at, will := p.changes(now); will && at.After(now) {
			before, _ := mayCall(p, at.Add(-time.Second))
			if before != ok && at.Add(-time.Second).After(now) {
				t.Fatalf("%+v at %s: it changed before %s", p, now, at)
			}
		}
	}
	if allowed < 500 || allowed > 7000 {
		t.Errorf("%d allowed: the answers are too tame", allowed)
	}
}

// Every path that can call a caller asks the same gate, at random profiles and
// times: an offered call-back, chosen or promised, an admin's "call now", a number a
// volunteer dials, transfers to or asks, and the other line of a ladder. No Dial,
// Forward or Bring goes out that the gate forbids, and each does that it allows.
func TestNoPathAroundTheGate(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	paths := []string{"offer", "promise", "urge", "dial", "transfer", "consult", "ladder"}
	dialled, refused := map[string]int{}, map[string]int{}
	for range 4500 {
		path := paths[rnd.IntN(len(paths))]
		tr := newTrial(t, called(func(r *configs.Routing) {
			r.Queues[0].Callback.PerDay = 9
			if path == "ladder" {
				r.Queues[0].Ladder[0].Choices = []configs.Option{{Key: "4", Do: configs.DoNumber, Number: callerNumber}}
			}
		}))
		tr.keep = false
		tr.ready("sari")
		tr.do(PauseAsked{"sari", ""})
		tr.now = tr.now.Add(time.Duration(rnd.IntN(7*24*60)) * time.Minute)
		c := tr.knock(hotlineNumber)
		tr.do(Established{c})
		p := drawProfile(rnd, tr.now)
		p.Key = tr.s.keySafety(callerNumber)
		know := func() { tr.do(CallbacksKept{Safety: []SafetyProfile{p}}) }
		other := func() ContactID { // somebody else is on the line
			tr.do(HungUp{c, ByCaller, CauseNormal}, Arrived{Contact: "N", Channel: Voice, Dialled: hotlineNumber}, Established{"N"})
			know()
			return "N"
		}
		old := KeptCallback{ID: "OLD", Queue: "hotline", Caller: NewCaller(callerNumber), Queued: tr.now, Expires: tr.now.Add(time.Hour), Since: tr.now, Stood: tr.now}
		switch path {
		case "transfer", "consult":
			n := other()
			tr.do(ReadyAsked{"sari"})
			tr.talk("sari")
			if path == "transfer" {
				tr.do(TransferAsked{"sari", n, Target{Number: callerNumber}})
			} else {
				tr.do(ConsultAsked{"sari", n, Target{Number: callerNumber}})
			}
		case "ladder":
			n := other()
			tr.pass(time.Minute)
			tr.do(KeyPressed{n, '4'})
		case "promise":
			tr.do(ReadyAsked{"sari"})
			tr.talk("sari")
			tr.do(HungUp{c, ByCaller, CauseNormal}, CallbackPromised{"sari", c, true}, SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}})
			know() // it changes, as answers do, before she is done
			tr.do(WrapUpFinished{"sari", c, ""})
		case "urge":
			know()
			tr.do(CallbacksKept{List: []KeptCallback{old}}, CallbackUrged{ID: "OLD", By: "admin"}, HungUp{c, ByCaller, CauseNormal}, ReadyAsked{"sari"})
		case "dial":
			know()
			tr.do(HungUp{c, ByCaller, CauseNormal}, Dialled{"sari", callerNumber})
		default:
			know()
			tr.do(CallbacksKept{List: []KeptCallback{old}}, HungUp{c, ByCaller, CauseNormal}, ReadyAsked{"sari"})
		}
		if o := tr.s.agents["sari"].offer; o != nil && o.contact.virtual != nil {
			tr.now = tr.now.Add(time.Duration(rnd.IntN(19)) * time.Second) // it may ring until the window is over
			tr.do(Accepted{Agent: "sari", Offer: o.id})
		}
		ok, why := mayCall(p, tr.now)
		switch called := find(tr.last, "Dial {")+find(tr.last, "Forward {")+find(tr.last, "Bring {") > 0; {
		case called && !ok:
			t.Fatalf("%s: called though %s: %+v at %s", path, why, p, tr.now)
		case called:
			dialled[path]++
		case ok:
			t.Fatalf("%s: not called though it is safe: %+v at %s", path, p, tr.now)
		default:
			refused[path]++
		}
	}
	for _, path := range paths {
		if dialled[path] < 20 || refused[path] < 20 {
			t.Errorf("%s: called %d times, refused %d: too few to tell", path, dialled[path], refused[path])
		}
	}
}

// A volunteer can neither dial nor transfer to a caller who did not say that it is
// safe; services she may always call. A note of hers opens the way, her caller's
// no closes it.
func TestRedialNeedsAnAnswer(t *testing.T) {
	tr := newTrial(t, called(func(r *configs.Routing) { r.Outgoing.Services = []string{"+622139039639"} }))
	c := tr.knock(hotlineNumber)
	tr.do(Established{c}, HungUp{c, ByCaller, CauseNormal})
	tr.ready("sari")
	tr.do(Dialled{"sari", "0812 3456 7890"})
	tr.mustDo("Record call.refused  sari  safety_unknown", "Code:safety_unknown")
	tr.dialAndHangUp("sari", "0811 000 1111") // never called here

	// the service called, and may be called
	tr.do(Arrived{Contact: "S", Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller("+622139039639")}, Established{"S"})
	tr.talk("sari")
	tr.do(HungUp{"S", ByCaller, CauseNormal}, WrapUpFinished{"sari", "S", ""})
	tr.dialAndHangUp("sari", "+622139039639")

	c = tr.call()
	tr.talk("sari")
	tr.do(TransferAsked{"sari", c, Target{Number: callerNumber}})
	tr.mustDo("res=safety_unknown")
	tr.do(SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}})
	tr.mustDo("Record safety.noted C")
	tr.do(HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
	tr.dialAndHangUp("sari", callerNumber)
	tr.now = tr.now.Add(14 * 24 * time.Hour)
	tr.do(Dialled{"sari", callerNumber})
	tr.mustDo("Code:safety_expired")

	c = tr.call()
	tr.talk("sari")
	tr.do(HungUp{c, ByCaller, CauseNormal}, SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeNo}}, WrapUpFinished{"sari", c, ""})
	tr.do(Dialled{"sari", callerNumber})
	tr.mustDo("Code:safety_no")
}

func (tr *trial) dialAndHangUp(a AgentID, number string) {
	tr.Helper()
	c := tr.dial(a, number)
	tr.do(HungUp{c, ByCaller, CauseBusy})
	tr.mustBe(a, Ready)
}

func TestWrongAnswers(t *testing.T) {
	week := []string{"mon"}
	for want, w := range map[string]SafetyAnswer{
		"":         {MayCall: SafeYes, Zone: "WIB", Windows: []SafeWindow{{week, "22:00", "02:00"}}},
		"may_call": {MayCall: "perhaps"},
		"zone":     {MayCall: SafeYes, Windows: []SafeWindow{{week, "22:00", "02:00"}}},
		"windows":  {MayCall: SafeYes, Zone: "WIT", Windows: []SafeWindow{{week, "22:00", "25:00"}}},
	} {
		if got := w.Wrong(); got != want {
			t.Errorf("%+v is wrong in %q, want %q", w, got, want)
		}
	}
	if got := (SafetyAnswer{MayCall: SafeYes, Zone: "WIT", Windows: []SafeWindow{{[]string{"monday"}, "22:00", "23:00"}}}).Wrong(); got != "windows" {
		t.Errorf("a day that is none: %q", got)
	}
}

// Who called long ago, and was asked nothing, is forgotten.
func TestCallersAreForgotten(t *testing.T) {
	tr := newTrial(t, called(nil))
	tr.now = tr.now.Add(time.Second)
	c := tr.knock(hotlineNumber)
	tr.do(Established{c}, HungUp{c, ByCaller, CauseNormal})
	tr.now = tr.now.Add(callersKept + time.Hour)
	tr.do(Arrived{Contact: "X", Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller("+62811999999")})
	tr.mustDo("DropSafety")
	if tr.s.safety.of[tr.s.keySafety(callerNumber)] != nil || len(tr.s.safety.list) != 1 {
		t.Fatal("still known")
	}
}

// SC-8: something new happened, so what she answered before counts no more, however
// the clocks stand, for a call-back that is under way, too. What she answers in the
// very contact counts, and a no stays a no.
func TestANewIncidentEndsHerAnswer(t *testing.T) {
	for name, test := range map[string]struct {
		before, during Safe
		skew           time.Duration // of the clock, between the contacts
		want           string
	}{
		"yes, then it happened":      {SafeYes, SafeUnknown, time.Hour, SafetyUnknown},
		"the clock went back":        {SafeYes, SafeUnknown, -48 * time.Hour, SafetyUnknown},
		"the clock went far ahead":   {SafeYes, SafeUnknown, 13 * 24 * time.Hour, SafetyUnknown},
		"asked anew":                 {SafeYes, SafeYes, time.Hour, ""},
		"asked anew, the clock back": {SafeYes, SafeYes, -48 * time.Hour, ""},
		"no":                         {SafeNo, SafeUnknown, time.Hour, SafetyNo},
		"nothing was ever asked":     {SafeUnknown, SafeUnknown, time.Hour, SafetyUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, called(func(r *configs.Routing) {
				r.Dispositions = append(r.Dispositions, configs.Disposition{Code: "again", NewIncident: true})
			}))
			tr.ready("sari")
			talk := func(answer Safe, disposition string) {
				c := tr.call()
				tr.talk("sari")
				if answer != SafeUnknown {
					tr.do(SafetyAnswered{"sari", c, SafetyAnswer{MayCall: answer}})
				}
				tr.do(HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, disposition})
				tr.mustBe("sari", Ready)
			}
			talk(test.before, "listened")
			tr.now = tr.now.Add(test.skew)
			talk(test.during, "again")
			for _, skew := range []time.Duration{0, -24 * time.Hour, 25 * time.Hour} { // and however it stands later
				now := tr.now
				tr.now = now.Add(skew)
				tr.s.now = tr.now
				got := tr.s.unsafe(callerNumber)
				if want := test.want; got != NoticeCode(want) && !(want == "" && skew < 0 && got == SafetyExpired) {
					t.Errorf("%s later: %q, want %q", skew, got, want)
				}
				tr.now = now
			}
			if test.want == "" {
				tr.dialAndHangUp("sari", callerNumber)
				return
			}
			tr.do(Dialled{"sari", callerNumber})
			tr.mustDo("Code:" + test.want)
			tr.mustNotDo("Dial {")
		})
	}
}

// Years later, and however many called since, who said no is not called, nor whose
// yes ran out or was taken back.
func TestAnswersAreNotForgotten(t *testing.T) {
	for want, answers := range map[string][]SafetyAnswer{
		SafetyNo:      {{MayCall: SafeNo}},
		SafetyExpired: {{MayCall: SafeYes}},
		SafetyUnknown: {{MayCall: SafeYes}, {MayCall: SafeUnknown}},
	} {
		tr := newTrial(t, called(nil))
		tr.ready("sari")
		c := tr.call()
		tr.talk("sari")
		for _, w := range answers {
			tr.do(SafetyAnswered{"sari", c, w})
		}
		tr.do(HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
		tr.now = tr.now.Add(3 * 365 * 24 * time.Hour)
		for i := range callersMost + 10 { // strangers who fill the memory
			key := fmt.Sprint("stranger ", i)
			tr.s.safety.add(&SafetyProfile{Key: key, Seen: tr.now})
		}
		for i := range callersMost { // and have all of it looked at
			tr.s.now = tr.now
			tr.s.sweepSafety()
			if i%1000 == 0 {
				tr.s.batch()
			}
		}
		tr.s.batch()
		if n := len(tr.s.safety.list); n > callersMost {
			t.Fatalf("%d callers are remembered", n)
		}
		tr.do(Dialled{"sari", callerNumber})
		tr.mustDo("Code:" + want)
		tr.mustNotDo("Dial {")
	}
}

// With known_only a stranger is no one to be called, by any way; services and
// short codes are.
func TestKnownOnly(t *testing.T) {
	const stranger, service = "+62811000111", "+622139039639"
	tr := newTrial(t, called(func(r *configs.Routing) {
		r.Outgoing.Allow = append(r.Outgoing.Allow, "112")
		r.Outgoing.Services, r.Outgoing.KnownOnly = []string{service}, true
	}))
	tr.ready("sari")
	tr.do(Dialled{"sari", stranger})
	tr.mustDo("Record call.refused  sari  safety_unknown", "Code:safety_unknown")
	tr.dialAndHangUp("sari", service)
	tr.dialAndHangUp("sari", "112")
	c := tr.call()
	tr.talk("sari")
	tr.do(TransferAsked{"sari", c, Target{Number: stranger}})
	tr.mustDo("res=safety_unknown")
	tr.do(ConsultAsked{"sari", c, Target{Number: stranger}})
	tr.mustDo("res=safety_unknown")
	tr.do(SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
	tr.dialAndHangUp("sari", callerNumber)
}
