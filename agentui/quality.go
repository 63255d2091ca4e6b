package agentui

import (
	"time"

	"sahut/queue"
)

// LegFigures is what one leg counted since it was opened.
type LegFigures struct {
	Received, Lost uint64 // packets that came from the far end, and that did not
	Sent, FarLost  uint64 // packets we sent, and those the far end says it missed
	Opus           bool   // it speaks Opus, in which the next packet makes good for a lost one
	Jitter         time.Duration
	FarJitter      time.Duration
	RTT            time.Duration // zero: not known
	FarReport      time.Time     // of the far end's newest report; zero: it sent none
}

// Grade is how good one direction of a path sounds.
type Grade string

// The grades there are.
const (
	Good Grade = "good"
	Fair Grade = "fair" // it stutters now and then
	Poor Grade = "poor" // words are lost, or nothing comes at all
)

// Way is one direction of one leg over the last seconds.
type Way struct {
	Grade    Grade   `json:"grade"`
	Loss     float64 `json:"loss"` // 0 to 1
	JitterMS int     `json:"jitter_ms"`
}

// PathQuality is how the sound between a volunteer and the server was when she
// last talked: what reaches her, and what comes from her. Empty: not known.
type PathQuality struct {
	In  Grade     `json:"in,omitempty"`
	Out Grade     `json:"out,omitempty"`
	At  time.Time `json:"at"`
}

const (
	qualityWindow = 10 * time.Second // what a judgement looks back on
	farReportOld  = 20 * time.Second // a report of the far end is about every 5 s
	silentAfter   = 3 * time.Second  // without one packet
)

// Where a direction stops being good, and fair. From G.711 with concealment:
// 2 % is heard, 8 % costs words; above 300 ms there and back two people begin to
// speak at the same time. Opus has lost sound in the packet after it: what is heard
// is the loss of two in a row, to which 14 % and 28 % lost at random come as often;
// half of that, because a line loses in bursts.
const (
	fairLoss, poorLoss = 0.02, 0.08
	fairOpus, poorOpus = 0.07, 0.15
	fairJitter         = 30 * time.Millisecond
	fairRTT, poorRTT   = 300 * time.Millisecond, 600 * time.Millisecond
)

// listening watches the two legs of one talk.
type listening struct {
	contact queue.ContactID
	browser []legReading
	caller  []legReading
}

type legReading struct {
	at time.Time
	LegFigures
}

// take adds what a leg counted. One that begins again at zero is another leg.
func take(list []legReading, now time.Time, f LegFigures) []legReading {
	if n := len(list); n > 0 && (f.Received < list[n-1].Received || f.Sent < list[n-1].Sent) {
		list = list[:0]
	}
	for len(list) > 1 && now.Sub(list[0].at) > qualityWindow {
		list = list[1:]
	}
	return append(list, legReading{now, f})
}

// arriving judges what comes from the far end; nil: too early to say, or nothing
// comes. A browser sends in silence, too, so there nothing is a fault; a carrier
// may save the packets of silence.
func arriving(list []legReading, silenceCounts bool) *Way {
	if len(list) < 2 {
		return nil
	}
	first, last := list[0], list[len(list)-1]
	got, lost := last.Received-first.Received, above(last.Lost, first.Lost)
	if got == 0 {
		if !silenceCounts || last.at.Sub(first.at) < silentAfter {
			return nil
		}
		return &Way{Grade: Poor, Loss: 1}
	}
	return judge(got, lost, last.Jitter, last.LegFigures)
}

// reaching judges what reaches the far end, by its own reports; nil: it sends
// none, or nothing was sent.
func reaching(list []legReading) *Way {
	if len(list) < 2 {
		return nil
	}
	first, last := list[0], list[len(list)-1]
	sent, lost := last.Sent-first.Sent, above(last.FarLost, first.FarLost)
	if sent == 0 || last.FarReport.IsZero() || last.at.Sub(last.FarReport) > farReportOld {
		return nil
	}
	return judge(sent-min(lost, sent), lost, last.FarJitter, last.LegFigures)
}

// above is by how much a is more than b; a packet that came late is no gain.
func above(a, b uint64) uint64 { return max(a, b) - b }

func judge(got, lost uint64, jitter time.Duration, leg LegFigures) *Way {
	w := &Way{Grade: Good, Loss: float64(lost) / float64(max(got+lost, 1)), JitterMS: int(jitter.Milliseconds())}
	fair, poor := fairLoss, poorLoss
	if leg.Opus {
		fair, poor = fairOpus, poorOpus
	}
	switch {
	case w.Loss > poor, leg.RTT > poorRTT:
		w.Grade = Poor
	case w.Loss > fair, jitter > fairJitter, leg.RTT > fairRTT:
		w.Grade = Fair
	}
	return w
}

// tellQuality tells the page, while she talks, how the four directions of the two
// legs sound, and keeps for the wallboard what her own path is like.
func (x *session) tellQuality(now time.Time) {
	x.listenedAt = now
	c := x.call
	if x.phase != live || c == nil || c.Connecting || c.Held || c.Stage != "" {
		x.listening = listening{}
		return
	}
	if x.listening.contact != c.Contact {
		x.listening = listening{contact: c.Contact}
	}
	l := &x.listening
	browser, caller := x.server.phone.Legs(x.agent, c.Contact)
	if browser != nil {
		l.browser = take(l.browser, now, *browser)
	}
	if caller != nil && c.Role == "" { // a colleague who is asked does not hear her
		l.caller = take(l.caller, now, *caller)
	}
	q := Quality{
		Head: Head{"quality"}, Contact: c.Contact,
		YouIn: reaching(l.browser), YouOut: arriving(l.browser, true), CallerIn: arriving(l.caller, false), CallerOut: reaching(l.caller),
	}
	if browser != nil {
		q.RTTms = int(browser.RTT.Milliseconds())
	}
	if q.YouIn == nil && q.YouOut == nil && q.CallerIn == nil && q.CallerOut == nil {
		return
	}
	x.say(q)
	path := PathQuality{At: now}
	if q.YouIn != nil {
		path.In = q.YouIn.Grade
	}
	if q.YouOut != nil {
		path.Out = q.YouOut.Grade
	}
	if path.In != "" || path.Out != "" {
		x.server.screens.sounded(x.agent, path)
	}
}
