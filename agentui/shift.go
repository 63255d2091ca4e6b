package agentui

import (
	"context"
	"errors"
	"strings"
	"time"

	"sahut/queue"
)

// shift is what a session remembers of her sound.
type shift struct {
	offering bool   // the phone works on an offer
	next     string // a newer offer that waits for it
	checking bool
	result   CheckResult
	at       time.Time // of result
}

const (
	offerWithin = 10 * time.Second
	checkWithin = 10 * time.Second
	echoWithin  = 15 * time.Second
	checkGood   = time.Minute // a check.passed counts so long after its result
	maxWord     = 64          // of a code or an id
	maxKeys     = 32
	maxNumber   = 32 // as typed, with blanks and dashes
)

// onRequest is what a live page asks for, one call each.
func (x *session) onRequest(m any, kind string) {
	post := x.server.desk.Post
	switch m := m.(type) {
	case *ShiftStart:
		x.onShiftStart()
	case *ShiftEnd:
		post(queue.ShiftEnded{Agent: x.agent})
	case *MediaOffer:
		x.onMediaOffer(m)
	case *Check:
		x.onCheck()
	case *Echo:
		x.onEcho()
	case *CheckPassed:
		x.onCheckPassed(m)
	case *Ready:
		post(queue.ReadyAsked{Agent: x.agent})
	case *Pause:
		if x.word(m.Reason, kind) {
			post(queue.PauseAsked{Agent: x.agent, Reason: m.Reason})
		}
	case *Accept:
		post(queue.Accepted{Agent: x.agent, Offer: m.Offer, Page: true})
	case *Decline:
		post(queue.Declined{Agent: x.agent, Offer: m.Offer})
	case *Hold:
		x.about(m.Contact, kind, queue.HoldAsked{Agent: x.agent, Contact: m.Contact})
	case *Resume:
		x.about(m.Contact, kind, queue.ResumeAsked{Agent: x.agent, Contact: m.Contact})
	case *Mute:
		x.about(m.Contact, kind, queue.MuteAsked{Agent: x.agent, Contact: m.Contact, On: m.On})
	case *Keys:
		x.onKeys(m, kind)
	case *HangUp:
		x.about(m.Contact, kind, queue.HangUpAsked{Agent: x.agent, Contact: m.Contact})
	case *ChooseDevice:
		if x.word(string(m.Device), kind) {
			post(queue.DeviceChosen{Agent: x.agent, Device: m.Device})
		}
	case *Dial:
		x.onDial(m, kind)
	case *Transfer:
		x.onTransfer(m, kind)
	case *Consult:
		x.onConsult(m, kind)
	case *ConsultComplete:
		x.about(m.Contact, kind, queue.CompleteAsked{Agent: x.agent, Contact: m.Contact})
	case *ConsultBack:
		x.about(m.Contact, kind, queue.BackAsked{Agent: x.agent, Contact: m.Contact})
	case *ConsultMerge:
		x.about(m.Contact, kind, queue.MergeAsked{Agent: x.agent, Contact: m.Contact})
	case *Supervise:
		if x.word(string(m.Mode), kind) {
			x.about(m.Contact, kind, queue.SuperviseAsked{Agent: x.agent, Contact: m.Contact, Mode: m.Mode})
		}
	case *SuperviseEnd:
		x.about(m.Contact, kind, queue.SuperviseEnded{Agent: x.agent, Contact: m.Contact})
	case *Sos:
		x.about(m.Contact, kind, queue.SosAsked{Agent: x.agent, Contact: m.Contact, On: m.On})
	case *SosAnswer:
		x.about(m.Contact, kind, queue.SosAccepted{Agent: x.agent, Contact: m.Contact})
	case *Wish:
		x.onWish(m, kind)
	case *WrapUpChoose:
		if x.word(m.Disposition, kind) {
			x.about(m.Contact, kind, queue.DispositionChosen{Agent: x.agent, Contact: m.Contact, Disposition: m.Disposition})
		}
	case *SilentAsk:
		if x.word(m.Question, kind) {
			x.about(m.Contact, kind, queue.SilentAsked{Agent: x.agent, Contact: m.Contact, Question: m.Question})
		}
	case *SilentEnd:
		x.about(m.Contact, kind, queue.SilentEnded{Agent: x.agent, Contact: m.Contact})
	case *AbuseEnd:
		x.about(m.Contact, kind, queue.AbuseEnded{Agent: x.agent, Contact: m.Contact})
	case *Rest:
		x.about(m.Contact, kind, queue.RestAsked{Agent: x.agent, Contact: m.Contact})
	case *PromiseCallback:
		x.about(m.Contact, kind, queue.CallbackPromised{Agent: x.agent, Contact: m.Contact, On: m.On})
	case *AgreeCut:
		if !m.Plan.Known() {
			x.trouble(BadMessage, kind)
			return
		}
		x.about(m.Contact, kind, queue.CutAgreed{Agent: x.agent, Contact: m.Contact, Plan: m.Plan})
	case *Debrief:
		post(queue.DebriefAsked{Agent: x.agent, On: m.On})
	case *DebriefHeld:
		if x.word(string(m.Agent), kind) {
			post(queue.DebriefHeld{By: x.agent, Agent: m.Agent})
		}
	case *NoteTalkSafety:
		if !m.Answer.Known() {
			x.trouble(BadMessage, kind)
			return
		}
		x.about(m.Contact, kind, queue.TalkSafetyTold{Agent: x.agent, Contact: m.Contact, Answer: m.Answer})
	case *NoteSafety:
		if m.answer().Wrong() != "" {
			x.trouble(BadMessage, kind)
			return
		}
		x.about(m.Contact, kind, queue.SafetyAnswered{Agent: x.agent, Contact: m.Contact, Answer: m.answer()})
	case *OtherPerson:
		x.about(m.Contact, kind, queue.OtherAnswered{Agent: x.agent, Contact: m.Contact})
	case *BlockCaller:
		if x.word(m.Reason, kind) {
			x.about(m.Contact, kind, queue.BlockAsked{Agent: x.agent, Contact: m.Contact, Reason: m.Reason})
		}
	case *WrapUpExtend:
		x.about(m.Contact, kind, queue.WrapUpExtended{Agent: x.agent, Contact: m.Contact})
	case *WrapUpFinish:
		x.onWrapUpFinish(m, kind)
	case *PageStats:
		x.onStats(m)
	}
}

func (x *session) onWish(m *Wish, kind string) {
	switch m.What {
	case "same":
		x.about(m.Contact, kind, queue.StickyAsked{Agent: x.agent, Contact: m.Contact, On: m.On})
	case "never":
		x.about(m.Contact, kind, queue.NeverAsked{Agent: x.agent, Contact: m.Contact, On: m.On})
	default:
		x.trouble(BadMessage, kind)
	}
}

// about posts ev if it names a contact.
func (x *session) about(contact queue.ContactID, kind string, ev queue.Event) {
	if x.word(string(contact), kind) {
		x.server.desk.Post(ev)
	}
}

// word refuses what cannot be an id or a code.
func (x *session) word(w, kind string) bool {
	if w == "" || len(w) > maxWord {
		x.trouble(BadMessage, kind)
		return false
	}
	return true
}

func (x *session) onShiftStart() {
	if view, known := x.server.desk.View(x.agent); !known || view.Unlisted { // her page has a view as soon as it is open
		x.trouble(NotAgent, "shift.start")
		return
	}
	x.server.desk.Post(queue.ShiftStarted{Agent: x.agent})
}

func (x *session) onKeys(m *Keys, kind string) {
	if m.Keys == "" || len(m.Keys) > maxKeys || strings.Trim(m.Keys, "0123456789*#ABCD") != "" {
		x.trouble(BadMessage, kind)
		return
	}
	x.about(m.Contact, kind, queue.KeysAsked{Agent: x.agent, Contact: m.Contact, Keys: m.Keys})
}

// onDial: whether the number is one, and hers to call, is the desk's to say.
func (x *session) onDial(m *Dial, kind string) {
	if m.Number == "" || len(m.Number) > maxNumber {
		x.trouble(BadMessage, kind)
		return
	}
	x.server.desk.Post(queue.Dialled{Agent: x.agent, Number: m.Number})
}

func (x *session) onTransfer(m *Transfer, kind string) {
	if x.target(m.To, kind) {
		x.about(m.Contact, kind, queue.TransferAsked{Agent: x.agent, Contact: m.Contact, To: m.To})
	}
}

func (x *session) onConsult(m *Consult, kind string) {
	if x.target(m.To, kind) {
		x.about(m.Contact, kind, queue.ConsultAsked{Agent: x.agent, Contact: m.Contact, To: m.To})
	}
}

// target refuses what names nobody, or several.
func (x *session) target(to queue.Target, kind string) bool {
	set := 0
	for _, one := range []string{string(to.Queue), string(to.Agent), to.Number} {
		if one != "" {
			set++
		}
	}
	if set != 1 || len(to.Queue) > maxWord || len(to.Agent) > maxWord || len(to.Number) > maxNumber {
		x.trouble(BadMessage, kind)
		return false
	}
	return true
}

func (x *session) onWrapUpFinish(m *WrapUpFinish, kind string) {
	if len(m.Disposition) > maxWord {
		x.trouble(BadMessage, kind)
		return
	}
	x.about(m.Contact, kind, queue.WrapUpFinished{Agent: x.agent, Contact: m.Contact, Disposition: m.Disposition})
}

// onStats keeps what the page says of the call's sound in the log, for whoever
// looks for the reason of a bad call. The figures are hers, so they steer
// nothing.
func (x *session) onStats(m *PageStats) {
	x.log.Debug("sound at the page", "rtt_ms", m.RTTms, "jitter_ms", m.JitterMS, "loss", m.Loss, "concealed", m.Concealed)
}

// onMediaOffer has the phone answer. While it works on one offer only the
// newest of those that come is kept.
func (x *session) onMediaOffer(m *MediaOffer) {
	if m.SDP == "" {
		x.trouble(BadMessage, "media.offer")
		return
	}
	if x.shift.offering {
		x.shift.next = m.SDP
		return
	}
	x.offer(m.SDP)
}

func (x *session) offer(sdp string) {
	x.shift.offering = true
	x.server.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(x.server.ctx, offerWithin)
		defer cancel()
		answer, err := x.server.phone.Offer(ctx, x.agent, sdp)
		x.mail.letter(answered{answer, err})
	})
}

// onAnswered passes the phone's answer on, unless a newer offer waits.
func (x *session) onAnswered(l answered) {
	x.shift.offering = false
	if next := x.shift.next; next != "" {
		x.shift.next = ""
		x.offer(next)
		return
	}
	if l.err != nil {
		x.log.Warn("media offer refused", "err", l.err)
		x.trouble(OfferRefused, "media.offer")
		return
	}
	x.say(MediaAnswer{Head{"media.answer"}, l.sdp})
}

// onCheck plays the chime and listens; a second click changes nothing.
func (x *session) onCheck() {
	if x.server.screens.pathOf(x.agent) != PathConnected {
		x.trouble(NoPath, "check")
		return
	}
	if x.shift.checking {
		return
	}
	x.shift.checking = true
	x.server.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(x.server.ctx, checkWithin)
		defer cancel()
		result, err := x.server.phone.Check(ctx, x.agent)
		x.mail.letter(listened{result, err})
	})
}

// onEcho lets her hear herself, never over a caller.
func (x *session) onEcho() {
	switch {
	case x.inContact:
		x.trouble(NotNow, "echo")
		return
	case x.server.screens.pathOf(x.agent) != PathConnected:
		x.trouble(NoPath, "echo")
		return
	case x.shift.checking:
		return
	}
	x.shift.checking = true
	x.server.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(x.server.ctx, echoWithin)
		defer cancel()
		result, err := x.server.phone.Echo(ctx, x.agent)
		x.mail.letter(reechoed{result, err})
	})
}

func (x *session) onEchoed(l reechoed) {
	x.shift.checking = false
	if l.err != nil {
		if !errors.Is(l.err, context.Canceled) {
			x.log.Warn("echo failed", "err", l.err)
		}
		x.trouble(NoPath, "echo")
		return
	}
	r := l.result
	x.say(Echoed{Head{"echo.result"}, r.Packets, r.Lost, r.LevelDB, int(r.Jitter.Milliseconds())})
}

func (x *session) onListened(l listened) {
	x.shift.checking = false
	if l.err != nil {
		if !errors.Is(l.err, context.Canceled) {
			x.log.Warn("check of the path failed", "err", l.err)
		}
		x.tested("no_path")
		x.trouble(NoPath, "check")
		return
	}
	if l.result.Packets <= 0 {
		x.tested("silent")
	} else {
		x.tested("heard")
	}
	x.shift.result, x.shift.at = l.result, time.Now()
	x.say(Checked{Head{"check.result"}, l.result.Packets, l.result.LevelDB})
}

func (x *session) tested(result string) {
	x.server.desk.Post(queue.DeviceTested{Agent: x.agent, Result: result})
}

// onCheckPassed proves the path: she heard us and we heard her.
func (x *session) onCheckPassed(m *CheckPassed) {
	switch {
	case x.server.screens.pathOf(x.agent) != PathConnected, m.HeardPackets <= 0:
		x.trouble(NoPath, "check.passed")
	case x.shift.result.Packets <= 0, time.Since(x.shift.at) > checkGood:
		x.trouble(MicSilent, "check.passed")
	default:
		x.server.desk.Post(queue.PathProven{Agent: x.agent})
	}
}

// pathChanged tells page and desk of an agent's path. A path that comes back
// to someone who passed the check before (a page reloaded, a network changed)
// is proven by being connected.
func (s *Server) pathChanged(agent queue.AgentID, state PathState) {
	s.screens.path(agent, state)
	switch state {
	case PathConnected:
		if view, known := s.desk.View(agent); known && passedCheck(view.State) {
			s.desk.Post(queue.PathProven{Agent: agent})
		}
	case PathLost:
		s.desk.Post(queue.PathLost{Agent: agent})
	}
}

// passedCheck tells whether an agent in this state has proven a path in this
// shift.
func passedCheck(st queue.AgentState) bool { return st != queue.Offline && st != queue.Checking }
