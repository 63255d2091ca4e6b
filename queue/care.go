package queue

import (
	"time"

	"sahut/configs"
)

// What a volunteer is spared: after a contact with a heavy disposition nobody
// rings for her until she presses Ready or some minutes are over; after several
// in a row, or after hours without a pause, she is on a break that only she
// ends. None of it counts as a pause she chose, and none of it is anybody's
// figure but her own.

// rested is what an agent has borne since her last rest.
type rested struct {
	since time.Time // available without a pause since then
	heavy int       // heavy contacts in a row
	calm  token     // the end of decompression
}

// relieve runs when a contact and its wrap-up are over: it has her rest if it
// is due. Her own wish, or an admin's, comes first.
func (s *state) relieve(a *agent, disposition string) {
	heavy := s.heavy[disposition]
	switch {
	case heavy:
		a.rested.heavy++
	case disposition != "": // unsaid, it may have been either
		a.rested.heavy = 0
	}
	if a.next != "" || !a.member {
		return
	}
	if rest := s.relief(a, heavy, a.rested.heavy); rest != "" {
		a.next, a.nextReason = Paused, rest
	}
}

// relief is the rest that follows a contact that was heavy or not, after so many
// heavy ones in a row; empty: none.
func (s *state) relief(a *agent, heavy bool, inRow int) string {
	switch {
	case s.care.MaxHeavy > 0 && inRow >= s.care.MaxHeavy, s.tired(a):
		return PauseBreak
	case heavy && s.care.HeavyRest > 0:
		return PauseDecompression
	}
	return ""
}

// restAhead is the rest that will follow what a writes about, as it is marked
// now; and whether she can ask for one because none follows by itself.
func (s *state) restAhead(a *agent) (follows string, offered bool) {
	w := a.writing
	if a.next != "" || !a.member {
		return "", w.rest
	}
	heavy, inRow := s.heavy[w.disposition], a.rested.heavy
	switch {
	case heavy:
		inRow++
	case w.disposition != "":
		inRow = 0
	}
	follows = s.relief(a, heavy, inRow)
	return follows, follows == "" && (w.rest || heavy)
}

func (s *state) tired(a *agent) bool {
	most := s.care.MaxContinuous.D()
	return most > 0 && !a.rested.since.IsZero() && s.now.Sub(a.rested.since) >= most
}

// noteRest runs when a's state has changed.
func (s *state) noteRest(a *agent) {
	r := &a.rested
	if a.state == Paused && a.reason == PauseDecompression {
		if !r.calm.armed() {
			s.arm(&r.calm, s.care.HeavyRest.D(), func() { s.calmed(a) })
		}
	} else if a.state != Reconnecting {
		r.calm.disarm()
	}
	switch a.state {
	case Ready:
		if r.since.IsZero() {
			r.since = s.now
		}
	case Paused, Offline:
		r.since = time.Time{}
		if a.state == Offline || a.reason != PauseDecompression && a.reason != PauseLogin {
			r.heavy = 0
		}
	}
}

// calmed: the minutes after a heavy contact are over.
func (s *state) calmed(a *agent) {
	switch {
	case a.state == Paused && a.reason == PauseDecompression:
		s.makeReady(a)
	case a.state == Reconnecting && a.resume == Paused && a.resumeReason == PauseDecompression:
		a.resume, a.resumeReason = Ready, ""
		s.show(a)
	}
}

// heavyOf returns which dispositions weigh.
func heavyOf(list []configs.Disposition) map[string]bool {
	heavy := map[string]bool{}
	for _, d := range list {
		heavy[d.Code] = d.Heavy
	}
	return heavy
}

// helpedOf returns which dispositions say that somebody was helped: those of
// contacts whose facts are written down.
func helpedOf(list []configs.Disposition) map[string]bool {
	helped := map[string]bool{}
	for _, d := range list {
		helped[d.Code] = d.Kind == configs.Data
	}
	return helped
}
