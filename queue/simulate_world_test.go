package queue

import (
	"slices"
	"strings"
	"time"
)

// What channels make of the desk's orders, and what is noted of a day.

// react plays channels, and mostly well: now and then they answer late, twice,
// or never.
func (d *day) react(e Effect) {
	if r, ok := e.(Record); ok && (r.Entry.Kind == QueueWhy || r.Entry.Kind == MediaProof) {
		return // nobody reacts to it, the dice neither
	}
	if d.chance(d.lost) {
		return // never
	}
	switch e := e.(type) {
	case Answer:
		switch {
		case d.chance(85):
			d.later(2, Established{e.Contact})
		case d.chance(50):
			d.later(2, HungUp{e.Contact, BySystem, CauseNoCodec})
		default:
			d.later(3, HungUp{e.Contact, ByCaller, CauseCancel})
		}
	case Connect:
		if d.chance(88) {
			d.later(2, Connected(e))
		} else {
			d.later(12, ConnectFailed{e.Contact, e.Agent, "microphone"})
		}
		if d.chance(3) {
			d.later(30, Connected(e))
		}
	case Dial:
		d.later(4, Ringing{e.Contact})
		switch {
		case d.chance(60):
			d.later(40, Established{e.Contact})
			d.later(42, Connected{e.Contact, e.Agent})
		case d.chance(30):
			d.later(40, ConnectFailed{e.Contact, e.Agent, "peer"})
		case d.chance(70):
			d.later(20, HungUp{e.Contact, ByCaller, CauseBusy})
		}
	case Bring:
		switch {
		case d.chance(75):
			d.later(4, GuestJoined{e.Contact, e.Guest.ID})
		case d.chance(70):
			d.later(9, GuestLeft{e.Contact, e.Guest.ID, CauseBusy})
		}
		if d.chance(8) {
			d.later(90, GuestLeft{e.Contact, e.Guest.ID, CauseNormal})
		}
	case Promote:
		switch {
		case d.chance(80):
			d.later(2, Connected{e.Contact, e.Agent})
		case d.chance(60):
			d.later(3, ConnectFailed{e.Contact, e.Agent, "microphone"})
		}
	case Forward:
		switch {
		case d.chance(50):
			d.later(30, Connected{Contact: e.Contact})
		case d.chance(60):
			d.later(30, ConnectFailed{Contact: e.Contact, Stage: string(CauseBusy)})
		}
	case Ring:
		d.results["ring:"+string(e.Device)]++
		c := d.s.contacts[e.Contact]
		switch {
		case c != nil && c.awaits() != nil && d.chance(70): // rare enough without
			d.later(3, RingFailed{e.Agent, e.Offer, "busy"})
		case d.chance(60):
			d.later(10, Accepted{Agent: e.Agent, Offer: e.Offer})
		case d.chance(40):
			d.later(10, RingFailed{e.Agent, e.Offer, "busy"})
		case d.chance(30):
			d.later(10, Declined{e.Agent, e.Offer})
		}
	case KeepBlock:
		if d.chance(80) {
			d.later(1, BlockAdded(e))
		} else {
			d.later(1, BlockFailed(e))
		}
	case Record:
		d.note(e.Entry)
	case Notify:
		d.results["told:"+string(e.Notice.Code)]++
	case Ask:
		d.atClosing(e)
		if c := d.s.contacts[e.Contact]; c != nil && c.bar != nil && d.chance(40) {
			d.later(3, KeyPressed{e.Contact, '1'})
			d.later(3, KeyPressed{e.Contact, '1'})
		}
		d.later(9, Asked{e.Contact, e.Ask})
		switch {
		case slices.Contains(e.Prompts, safeQuestion) && d.chance(70):
			d.later(12, KeyPressed{e.Contact, '1'})
		case e.Prompts[0] == "choices" && d.chance(30):
			d.later(12, KeyPressed{e.Contact, '2'})
		case d.chance(55):
			d.later(12, KeyPressed{e.Contact, rune("123459"[d.rnd.IntN(6)])})
		case d.chance(10):
			d.later(9, KeyPressed{e.Contact, '0'})
			d.later(9, KeyPressed{e.Contact, '0'})
		}
	case TakeMessage:
		switch {
		case d.chance(60):
			d.later(60, MessageTaken{e.Contact, d.seconds(60), d.chance(80), false})
		case d.chance(50):
			d.later(30, MessageTaken{e.Contact, d.seconds(60), true, true})
			d.later(31, HungUp{e.Contact, ByCaller, CauseNormal})
		}
	case Close:
		d.later(20, HungUp{e.Contact, BySystem, CausePlayed})
	case End:
		d.later(2, HungUp(e))
	case Show:
		d.reactTo(e.Agent, e.View)
	}
}

// asksFirst: nobody who was helped is written off before it is noted whether she
// could talk safely (SC-6).
func (d *day) asksFirst(e Entry) {
	who := string(e.Contact) + string(e.Agent)
	switch {
	case e.Kind == DebriefCalled || e.Kind == DebriefOver:
		d.results[string(e.Kind)+":"+e.Result]++
	case e.Kind == MessageLeft:
		d.spoke[e.Contact] = true
	case e.Kind == CallbackQueued && d.spoke[e.Contact]:
		d.results["message:callback"]++
	case e.Kind == TalkSafetyNoted:
		d.results[string(e.Kind)+":"+e.Result]++
		d.safely[who] = true
	case e.Kind == WrapUpDone && e.Reason == "listened" && e.By == string(ByAgent):
		d.results["finished:helped"]++
		if !d.safely[who] && e.Contact[0] == 'C' { // those we called may be a service
			d.Fatalf("%s finished %s without an answer", e.Agent, e.Contact)
		}
	}
}

// atClosing remembers whom a queue that closes asks about a call-back.
func (d *day) atClosing(e Ask) {
	c := d.s.contacts[e.Contact]
	if c == nil || !slices.Contains(e.Prompts, safeQuestion) {
		delete(d.closing, e.Contact)
		return
	}
	if slices.ContainsFunc(d.last, func(did Effect) bool {
		r, ok := did.(Record)
		return ok && r.Entry.Kind == QueueClosed && r.Entry.Queue == c.line.id
	}) {
		d.closing[e.Contact] = true
		if d.plans.IntN(4) == 0 {
			d.world = append(d.world, reply{d.now.Add(time.Second), KeyPressed{e.Contact, '2'}})
		}
	}
}

// note remembers how things went, to see that the days are wild enough.
func (d *day) note(e Entry) {
	switch {
	case e.Kind == TransferDone && e.Reason == byLadder:
		d.results["diverted:"+e.Result]++
	case e.Kind == TransferDone && e.Reason == attended:
		kind, _, _ := strings.Cut(e.Target, ":")
		d.results["consult:"+kind+":"+e.Result]++
	case e.Kind == TransferBegun && e.Reason == attended && e.Result != "":
		d.results["consult:refused:"+e.Result]++
	case e.Kind == RoomJoined, e.Kind == SuperviseBegan, e.Kind == SuperviseMode, e.Kind == SuperviseOver, e.Kind == SosOver:
		d.results[string(e.Kind)+":"+e.Reason]++
	case e.Kind == RoomLeft:
		d.results["room.left:"+e.Reason+":"+e.Result]++
	case e.Kind == SosCalled, e.Kind == SosAnswered, e.Kind == RoomMerged:
		d.results[string(e.Kind)]++
	case e.Kind == TransferDone:
		kind, _, _ := strings.Cut(e.Target, ":")
		d.results[kind+":"+e.Result]++
	case e.Kind == TransferBegun && e.Result == "" && d.chance(15):
		d.later(5, HungUp{e.Contact, ByCaller, CauseNormal})
	case e.Kind == TransferBegun && e.Result != "":
		d.results["refused:"+e.Result]++
	case e.Kind == CallRefused && e.Direction == DirectionOut:
		d.results["dial:"+e.Reason]++
	case e.Kind == DrillOver:
		d.results["drill"]++
	case e.Kind == QueueStep:
		d.results["step"]++
	case e.Kind == QueueEntered && e.Result != "":
		d.results[e.Result]++
	case e.Kind == LadderRung:
		d.results["exit:"+e.Reason]++
	case e.Kind == StateChanged && e.To == Paused:
		d.results["pause:"+e.Reason]++
	case e.Kind == BlockMet || e.Kind == FloodMet || e.Kind == BlockPassed || e.Kind == BlockEnded || e.Kind == QuestionAnswered:
		d.results[string(e.Kind)+":"+e.Result]++
	case strings.HasPrefix(string(e.Kind), "callback."), e.Kind == SafetyNoted:
		d.results[string(e.Kind)]++
		d.results[string(e.Kind)+":"+e.Reason]++
	case e.Kind == ShiftPlanned || e.Kind == ShiftLate || e.Kind == ShiftMissed:
		d.results[string(e.Kind)]++
	case e.Kind == TalkEnded && e.Reason == abusive:
		d.results["abusive"]++
	case e.Kind == WishNoted:
		d.results["wish:"+e.Reason]++
	case e.Kind == MenuAnswered:
		d.results["menu:"+e.Result]++
	case e.Kind == LadderSaid:
		d.results["rung"]++
	case e.Kind == ChoiceMade && e.Reason == "safe" && d.closing[e.Contact]:
		d.results["at_closing:"+e.Result]++
	case e.Kind == ChoiceMade:
		d.results["choice:"+e.Reason]++
	case e.Kind == QueueOpened, e.Kind == QueueClosed:
		d.results[string(e.Kind)]++
	case e.Kind == CallOver && e.Reason == string(CauseQuickExit):
		d.results["quick_exit"]++
	}
}
