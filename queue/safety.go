package queue

import (
	"slices"
	"time"

	"sahut/configs"
)

// Whether somebody who called may be called. A telephone that rings at the wrong
// time, beside the wrong person, can cost a life; so nothing but her own answer
// counts, it is asked for anew after a while, and mayCall is the one gate of
// every call to her: call-backs, an admin's "call now", a number a volunteer
// dials or transfers to.

// Safe is what she answered to "is it safe to call you?".
type Safe string

// The answers. Who was never asked, or did not answer, is unknown: that is no.
const (
	SafeUnknown Safe = ""
	SafeYes     Safe = "yes"
	SafeNo      Safe = "no"
)

// Why a call is refused by the gate.
const (
	SafetyUnknown = "safety_unknown" // nobody asked her, or she did not answer
	SafetyNo      = "safety_no"
	SafetyExpired = "safety_expired" // her answer is too old, or was for a shorter time
	SafetyWindow  = "safety_window"  // not at this time of her week
)

// SafetyProfile is what one caller answered. Of her number it holds the keyed
// pseudonym only.
type SafetyProfile struct {
	Key       string       `json:"key"`
	MayCall   Safe         `json:"may_call"`
	Windows   []SafeWindow `json:"windows,omitempty"` // none: at any time
	Zone      string       `json:"zone,omitempty"`    // of the windows: WIB, WITA, WIT
	ShowsUs   bool         `json:"shows_us,omitempty"`
	Confirmed time.Time    `json:"confirmed"`
	By        string       `json:"by,omitempty"` // caller, or who noted it
	Expires   time.Time    `json:"expires"`
	Seen      time.Time    `json:"seen"`            // when she called last
	Calls     []time.Time  `json:"calls,omitempty"` // of ours, within the last day
	Came      []int32      `json:"came,omitempty"`  // the days of her calls, see came.go
	Same      AgentID      `json:"same,omitempty"`  // whom she would like again
	Never     []AgentID    `json:"never,omitempty"` // who is never brought to her
}

// SafeWindow is a time of the week, From included, To not; To before From is on
// the next day.
type SafeWindow struct {
	Days []string `json:"days"` // mon, tue, wed, thu, fri, sat, sun, by which it begins
	From string   `json:"from"` // 18:00
	To   string   `json:"to"`   // 24:00 is the end of the day
}

// zones are Indonesia's; none knows summer time.
var zones = map[string]*time.Location{
	"WIB":  houseZone,
	"WITA": time.FixedZone("WITA", 8*60*60),
	"WIT":  time.FixedZone("WIT", 9*60*60),
}

// weekdays are the days as windows name them.
var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// mayCall tells whether she may be called at now, and if not, why.
func mayCall(p SafetyProfile, now time.Time) (ok bool, reason string) {
	switch {
	case p.MayCall == SafeNo:
		return false, SafetyNo
	case p.MayCall != SafeYes:
		return false, SafetyUnknown
	case !now.Before(p.Expires) || now.Before(p.Confirmed): // an answer of tomorrow is a clock that was wrong
		return false, SafetyExpired
	case !p.open(now):
		return false, SafetyWindow
	}
	return true, ""
}

// open tells whether now is in one of p's windows. What cannot be read is none.
func (p SafetyProfile) open(now time.Time) bool {
	if len(p.Windows) == 0 {
		return true
	}
	zone := zones[p.Zone]
	if zone == nil {
		return false
	}
	now = now.In(zone)
	return slices.ContainsFunc(p.Windows, func(w SafeWindow) bool { return w.holds(now) })
}

// holds tells whether now, in the window's zone, is in w.
func (w SafeWindow) holds(now time.Time) bool {
	from, to, ok := w.minutes()
	if !ok {
		return false
	}
	at := now.Hour()*60 + now.Minute()
	today := slices.Contains(w.Days, weekdays[now.Weekday()])
	if from < to {
		return today && from <= at && at < to
	}
	yesterday := slices.Contains(w.Days, weekdays[(now.Weekday()+6)%7])
	return today && at >= from || yesterday && at < to
}

// minutes are the window's ends, counted from midnight.
func (w SafeWindow) minutes() (from, to int, ok bool) {
	from, fromOK := clockMinutes(w.From)
	to, toOK := clockMinutes(w.To)
	return from, to, fromOK && toOK && from != to && from < 24*60
}

// clockMinutes reads 18:30; 24:00 is the end of a day.
func clockMinutes(clock string) (int, bool) {
	if clock == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", clock)
	if err != nil || len(clock) != len("15:04") {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// changes returns when the gate may say something else than at now: windows begin
// and end on full minutes. false: never by itself.
func (p SafetyProfile) changes(now time.Time) (time.Time, bool) {
	ok, reason := mayCall(p, now)
	switch {
	case ok && len(p.Windows) == 0:
		return p.Expires, true
	case !ok && reason != SafetyWindow:
		return time.Time{}, false
	}
	for at := now.Truncate(time.Minute).Add(time.Minute); at.Before(p.Expires) && at.Sub(now) <= 8*24*time.Hour; at = at.Add(time.Minute) {
		if p.open(at) != ok {
			return at, true
		}
	}
	return p.Expires, ok
}

// SafetyAnswer is what is noted of a caller.
type SafetyAnswer struct {
	MayCall Safe         `json:"may_call"` // yes, no; empty: unknown again
	Windows []SafeWindow `json:"windows,omitempty"`
	Zone    string       `json:"zone,omitempty"`
	Until   *time.Time   `json:"until,omitempty"` // sooner than answers expire anyway
	ShowsUs *bool        `json:"shows_us,omitempty"`
}

// Wrong says in a word what is wrong with w: zone, windows, may_call, or nothing.
func (w SafetyAnswer) Wrong() string {
	switch {
	case w.MayCall != SafeUnknown && w.MayCall != SafeYes && w.MayCall != SafeNo:
		return "may_call"
	case len(w.Windows) > 0 && zones[w.Zone] == nil:
		return "zone"
	case len(w.Windows) > 21:
		return "windows"
	}
	for _, v := range w.Windows {
		if _, _, ok := v.minutes(); !ok || len(v.Days) == 0 || len(v.Days) > 7 {
			return "windows"
		}
		for _, d := range v.Days {
			if !slices.Contains(weekdays[:], d) {
				return "windows"
			}
		}
	}
	return ""
}

// How long a caller is remembered whom nobody asked anything, and from how many
// callers on such are forgotten sooner.
const (
	callersKept = 30 * 24 * time.Hour
	callersMost = 200_000
	seenAgain   = 24 * time.Hour // how exactly the time of her last call is kept
)

// safeties are the profiles of those who called.
type safeties struct {
	of   map[string]*SafetyProfile
	list []string // of is these; sweep goes round
}

func (t *safeties) add(p *SafetyProfile) {
	if t.of[p.Key] == nil {
		t.list = append(t.list, p.Key)
	}
	t.of[p.Key] = p
}

// over tells whether nothing of p is worth remembering any more.
func (p *SafetyProfile) over(now time.Time) bool {
	return !p.lasts() && now.Sub(p.Seen) > callersKept
}

// lasts tells whether p is never forgotten. A no that is forgotten, or a yes that
// ran out, would be nobody's number, which may be called; and whom she never wants
// again, she never wants again.
func (p *SafetyProfile) lasts() bool { return !p.Confirmed.IsZero() || len(p.Never) > 0 }

// sweepSafety forgets a few of whom nothing is left to be remembered.
func (s *state) sweepSafety() {
	t := &s.safety
	for range min(4, len(t.list)) {
		key := t.list[0]
		t.list = t.list[1:]
		p := t.of[key]
		full := len(t.list) >= callersMost && !p.lasts()
		if (full || p.over(s.now)) && s.callbackOf(key) == nil {
			delete(t.of, key)
			s.order(DropSafety{key})
			continue
		}
		t.list = append(t.list, key)
	}
}

// keySafety is the key of profiles for a number.
func (s *state) keySafety(number string) string { return s.pseudonym(CallerKey(number)) }

// person is the key of whoever number belongs to, if she can be asked whether it
// is safe to call her: a caller, or somebody we called who called before. Empty:
// a withheld number, or a service.
func (s *state) person(number Caller, out bool) string {
	if number.Anonymous() {
		return ""
	}
	key := s.keySafety(number.Reveal())
	if out && s.safety.of[key] == nil {
		return ""
	}
	return key
}

// personOf is the key of whom a talks to or writes about.
func (s *state) personOf(a *agent, contact ContactID) (key string, hers bool) {
	switch {
	case a.contact != nil && a.contact.id == contact && a.contact.phase.withAgent():
		return s.person(a.contact.caller, a.contact.out), true
	case a.writing != nil && a.writing.contact == contact:
		return s.person(a.writing.caller, a.writing.out), true
	}
	return "", false
}

// noteCaller remembers that c called, so that she is known to be a caller when
// somebody dials her number.
func (s *state) noteCaller(c *contact) {
	key := s.keyOf(c)
	if key == "" {
		return
	}
	s.sweepSafety()
	p := s.profile(key)
	c.before, c.never = p.came(s.now), slices.Clone(p.Never) // whichever way she is led
	again := s.now.Sub(p.Seen) >= seenAgain
	if again {
		p.Seen = s.now
	}
	if p.comes(s.now) || again {
		s.keepProfile(p)
	}
}

// profile returns the profile of key, made if need be.
func (s *state) profile(key string) *SafetyProfile {
	if p := s.safety.of[key]; p != nil {
		return p
	}
	p := &SafetyProfile{Key: key, Seen: s.now}
	s.safety.add(p)
	return p
}

// keepProfile has the store keep p as it is now.
func (s *state) keepProfile(p *SafetyProfile) {
	kept := *p
	kept.Calls, kept.Came, kept.Never = slices.Clone(p.Calls), slices.Clone(p.Came), slices.Clone(p.Never)
	s.order(KeepSafety{kept})
}

// mayCallKey is the gate for a caller by her key.
func (s *state) mayCallKey(key string) (ok bool, reason string) {
	if p := s.safety.of[key]; p != nil {
		return mayCall(*p, s.now)
	}
	return false, SafetyUnknown
}

// unsafe tells why number, in E.164, must not be called now: it is a caller's, or
// with known_only may be one's, and the gate says no. Services and short codes are
// nobody's telephone at home.
func (s *state) unsafe(number string) NoticeCode {
	if len(number) < 7 || slices.Contains(s.outgoing.Services, number) {
		return ""
	}
	key := s.keySafety(number)
	if s.safety.of[key] == nil && !s.outgoing.KnownOnly {
		return ""
	}
	_, reason := s.mayCallKey(key)
	return NoticeCode(reason)
}

// noteSafety keeps an answer of the caller with that key; by is who noted it.
func (s *state) noteSafety(key string, w SafetyAnswer, set configs.Callback, by string, e Entry) {
	p := s.profile(key)
	p.MayCall, p.Windows, p.Zone = w.MayCall, slices.Clone(w.Windows), w.Zone
	p.Confirmed, p.By, p.Expires = s.now, by, s.now.Add(trustOf(set))
	if w.Until != nil && w.Until.Before(p.Expires) {
		p.Expires = *w.Until
	}
	p.ShowsUs = !set.HideNumber
	if w.ShowsUs != nil {
		p.ShowsUs = *w.ShowsUs
	}
	e.Kind, e.By, e.Result, e.MS = SafetyNoted, by, string(w.MayCall), max(0, ms(p.Expires.Sub(s.now)))
	if w.MayCall != SafeYes {
		e.MS = 0
	}
	s.record(e)
	s.keepProfile(p)
	if b := s.callbackOf(key); b != nil {
		s.settleCallback(b)
	}
}

// trustOf is how long an answer counts.
func trustOf(set configs.Callback) time.Duration {
	if d := set.Trust.D(); d > 0 {
		return d
	}
	return 14 * 24 * time.Hour
}
