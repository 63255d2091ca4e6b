package queue

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// What volunteers, admins and callers do.

// reactTo plays a volunteer who mostly does what her screen asks for.
func (d *day) reactTo(a AgentID, v AgentView) {
	d.talkSafety(a, v)
	d.debrief(a, v)
	switch {
	case v.Offer != nil && d.chance(50):
		d.later(8, Accepted{Agent: a, Offer: v.Offer.ID})
	case v.Offer != nil && v.Offer.Consult && d.chance(25):
		d.later(8, PathLost{Agent: a})
	case v.Offer != nil && d.chance(20):
		d.later(8, Declined{a, v.Offer.ID})
	case v.State == Checking && d.chance(70):
		d.later(5, PathProven{a})
	case (v.State == Paused || v.State == NotResponding || v.State == MediaFault) && d.chance(70):
		d.later(20, ReadyAsked{a})
	case v.State == Talking && v.Call != nil && d.chance(10):
		c := v.Call.Contact
		d.later(20, SilentAsked{a, c, "danger"})
		d.later(25, KeyPressed{c, []rune{'1', '2', '5'}[d.rnd.IntN(3)]})
		if d.chance(30) {
			d.later(30, []Event{AbuseEnded{a, c}, BlockAsked{a, c, "prank"}, SilentEnded{a, c}}[d.rnd.IntN(3)])
		}
	case v.Call != nil && (v.Call.Role != "" || v.Call.Third != nil) && d.chance(60):
		d.beside(a, v)
	case (v.State == Talking || v.State == Held) && v.Call.Third == nil && d.chance(15):
		to := d.target()
		if d.chance(50) {
			to = Target{Agent: d.agents[d.rnd.IntN(len(d.agents))]}
		}
		d.later(20, ConsultAsked{a, v.Call.Contact, to})
	case v.State == Talking && v.Call.Role == "" && d.chance(6):
		d.later(60, HungUp{v.Call.Contact, ByNetwork, CauseSilence})
	case v.State == Talking && d.chance(6):
		d.later(20, SosAsked{a, v.Call.Contact, true})
	case v.Floor != nil && v.Floor.May && len(v.Floor.Sos) > 0 && d.chance(40):
		d.later(20, SosAccepted{a, v.Floor.Sos[0].Contact})
	case v.Floor != nil && v.Floor.May && len(v.Floor.Talks) > 0 && d.chance(30):
		d.later(9, SuperviseAsked{a, v.Floor.Talks[d.rnd.IntN(len(v.Floor.Talks))].Contact, d.mode()})
	case v.Call != nil && v.Call.Listening:
		c := v.Call.Contact
		if d.plans.IntN(10) == 0 {
			at := d.now.Add(time.Second)
			d.world = append(d.world, reply{at, KeyPressed{c, '0'}}, reply{at.Add(time.Millisecond), KeyPressed{c, '0'}})
		}
		d.later(9, []Event{MuteAsked{a, c, false}, MuteAsked{a, c, false}, HangUpAsked{a, c}, OtherAnswered{a, c}, MuteAsked{a, c, true}}[d.rnd.IntN(5)])
	case v.State == Talking && v.Call != nil && d.chance(10):
		d.back(a, v.Call.Contact)
	case v.State == WrapUp && d.chance(15):
		d.back(a, v.WrapUp.Contact)
	case v.State == WrapUp && v.WrapUp.Rest && d.chance(50):
		d.later(5, RestAsked{a, v.WrapUp.Contact})
	case v.State == Talking && d.chance(30):
		d.later(60, HangUpAsked{a, v.Call.Contact})
	case (v.State == Talking || v.State == Held) && d.chance(30):
		d.later(30, TransferAsked{a, v.Call.Contact, d.target()})
	case (v.State == Paused || v.State == Ready) && d.chance(15):
		d.later(10, Dialled{a, d.number()})
	case v.State == WrapUp && d.chance(40):
		d.later(30, WrapUpFinished{a, v.WrapUp.Contact, []string{"", "listened", "hard", "hard"}[d.rnd.IntN(4)]})
	case v.State == WrapUp && d.chance(20):
		d.later(9, StickyAsked{a, v.WrapUp.Contact, d.chance(80)})
		d.later(9, NeverAsked{a, v.WrapUp.Contact, d.chance(50)})
	case v.State == Reconnecting && d.chance(70):
		d.later(25, SessionOpened{a})
		d.later(25, PathProven{a})
	}
}

// debrief: she asks for somebody to talk to, and a supervisor comes.
func (d *day) debrief(a AgentID, v AgentView) {
	soon := d.now.Add(time.Duration(d.plans.IntN(20)) * time.Second)
	switch {
	case v.Floor != nil && len(v.Floor.Debriefs) > 0 && d.plans.IntN(3) == 0:
		d.world = append(d.world, reply{soon, DebriefHeld{By: a, Agent: v.Floor.Debriefs[0].Agent}})
	case v.Debrief == DebriefOffered && d.plans.IntN(3) == 0:
		d.world = append(d.world, reply{soon, DebriefAsked{a, true}})
	case v.Debrief == DebriefWanted && d.plans.IntN(20) == 0:
		d.world = append(d.world, reply{soon, DebriefAsked{a, false}})
	}
}

// talkSafety: she mostly asks first whether the caller can talk safely; with dice
// of its own, so that the day goes as it did without.
func (d *day) talkSafety(a AgentID, v AgentView) {
	var c ContactID
	switch {
	case v.Call != nil && v.Call.TalkSafety != nil && v.Call.TalkSafety.Answer == "":
		c = v.Call.Contact
	case v.WrapUp != nil && v.WrapUp.TalkSafety != nil && v.WrapUp.TalkSafety.Answer == "":
		c = v.WrapUp.Contact
	default:
		return
	}
	if d.plans.IntN(100) < 50 {
		answer := []TalkSafe{TalkSafeYes, TalkSafeYes, TalkSafeNo, TalkSafeUnknown, "perhaps"}[d.plans.IntN(5)]
		d.world = append(d.world, reply{d.now.Add(time.Duration(d.plans.IntN(20)) * time.Second), TalkSafetyTold{a, c, answer}})
	}
}

// beside is what people press when somebody else is with the caller.
func (d *day) beside(a AgentID, v AgentView) {
	c := v.Call.Contact
	var press []Event
	switch {
	case v.Call.Role == string(RoleSupervisor):
		press = []Event{SuperviseAsked{a, c, d.mode()}, SuperviseAsked{a, c, d.mode()}, SuperviseEnded{a, c}, HangUpAsked{a, c}}
	case v.Call.Role != "":
		press = []Event{HangUpAsked{a, c}, MuteAsked{a, c, d.chance(50)}, Ticked{}, Ticked{}}
	default:
		press = []Event{CompleteAsked{a, c}, CompleteAsked{a, c}, MergeAsked{a, c}, MergeAsked{a, c}, MergeAsked{a, c}, BackAsked{a, c}, ResumeAsked{a, c}, HangUpAsked{a, c}, TransferAsked{a, c, d.target()}, HoldAsked{a, c}}
	}
	d.later(20, press[d.rnd.IntN(len(press))])
}

func (d *day) mode() Mode {
	return []Mode{ModeListen, ModeWhisper, ModeBarge, ModeTakeOver, "shout"}[d.rnd.IntN(9)/2]
}

// back is a volunteer who promises a call-back, or notes whether it is safe.
func (d *day) back(a AgentID, c ContactID) {
	d.later(9, CallbackPromised{a, c, d.chance(85)})
	if d.plans.IntN(100) < 40 { // its own dice: the day goes as it did without
		d.world = append(d.world, reply{d.now.Add(time.Second), CutAgreed{a, c, []CutPlan{CutWeCall, CutSheCalls, CutNothing, ""}[d.plans.IntN(4)]}})
	}
	if d.chance(80) {
		d.later(9, SafetyAnswered{a, c, d.safety()})
	}
	if d.chance(5) {
		d.later(30, OtherAnswered{a, c})
	}
}

func (d *day) safety() SafetyAnswer {
	w := SafetyAnswer{MayCall: []Safe{SafeYes, SafeYes, SafeYes, SafeNo, SafeUnknown}[d.rnd.IntN(5)]}
	if d.chance(30) {
		until := d.now.Add(d.seconds(900))
		w.Until = &until
	}
	if d.chance(30) {
		w.Zone, w.Windows = []string{"WIB", "WITA", "WIT"}[d.rnd.IntN(3)], []SafeWindow{{weekdays[:], d.now.Add(d.seconds(600)).In(houseZone).Format("15:04"), "24:00"}}
	}
	return w
}

// calling is what admins do to call-backs.
func (d *day) calling() Event {
	all := d.s.callbacksInOrder()
	if len(all) == 0 {
		return Ticked{}
	}
	id := all[d.rnd.IntN(len(all))].id
	switch d.rnd.IntN(6) {
	case 0:
		return CallbackCancelled{ID: id, By: "admin"}
	case 1:
		return CallbackSafety{ID: id, Answer: d.safety(), By: "admin"}
	}
	return CallbackUrged{ID: id, By: "admin"}
}

// number is what somebody might type.
func (d *day) number() string {
	numbers := []string{"08123456789", "+62 21 390 3963", "112", "0809 123 456", "+1 202 555 0100", "nobody"}
	return numbers[d.rnd.IntN(len(numbers))]
}

func (d *day) target() Target {
	switch {
	case d.chance(35):
		return Target{Queue: QueueID([]string{"hotline", "night", "english", "backup", "nowhere"}[d.rnd.IntN(5)])}
	case d.chance(50):
		to := AgentID(fmt.Sprintf("v%d", d.rnd.IntN(8)))
		for _, a := range d.agents { // rather one whose phone rings for it
			if g := d.s.agents[a]; d.plans.IntN(3) == 0 && g != nil && g.onShift() && g.device != DeviceBrowser {
				to = a
			}
		}
		return Target{Agent: to}
	case d.chance(80):
		return Target{Number: d.number()}
	case d.chance(50):
		return Target{Number: "backup"}
	}
	return Target{}
}

// wish is what devices, dialling and transfers add to a day.
func (d *day) wish() Event {
	if d.chance(12) {
		return d.blocking()
	}
	if d.chance(25) && len(d.s.callbacks) > 0 {
		return d.calling()
	}
	a, c := d.agents[d.rnd.IntN(len(d.agents))], d.someone()
	if d.chance(25) {
		id := GuestID(max(0, int(d.s.lastOffer)-d.rnd.IntN(6)))
		return []Event{
			SuperviseAsked{a, c, d.mode()}, SosAccepted{a, c}, SosAsked{a, c, d.chance(70)}, RightsKnown{a, d.chance(40)}, GuestLeft{c, id, CauseSilence}, GuestJoined{c, id},
			ConsultAsked{a, c, d.target()}, CompleteAsked{a, c}, MergeAsked{a, c}, BackAsked{a, c}, SuperviseEnded{a, c}, ConnectFailed{c, a, "peer"},
		}[d.rnd.IntN(12)]
	}
	devices := []Device{DeviceBrowser, DevicePhone, DevicePhone, DeviceMobile}
	switch n := d.rnd.IntN(100); {
	case n < 20:
		return DeviceChosen{a, devices[d.rnd.IntN(len(devices))]}
	case n < 45:
		return PhoneRegistered{a, d.chance(75)}
	case n < 60:
		return Dialled{a, d.number()}
	case n < 75:
		return TransferAsked{a, c, d.target()}
	case n < 82:
		return PathLost{a, devices[d.rnd.IntN(len(devices))]}
	case n < 86:
		return RingFailed{a, OfferID(d.rnd.IntN(int(d.s.lastOffer) + 2)), "voicemail"}
	case n < 89:
		return Connected{Contact: c}
	case n < 91:
		return ConnectFailed{Contact: c, Stage: string(CauseNoTrunk)}
	case n < 93:
		return Ringing{c}
	case n < 97:
		d.n++
		return Arrived{Contact: ContactID(fmt.Sprintf("C%d", d.n)), Channel: Voice, Dialled: "0213903960", Drill: true}
	}
	return DrillDone{OK: d.chance(80), Stage: "greeting", Took: d.seconds(9)}
}

// caller is somebody who calls again and again, or withholds her number.
func (d *day) caller() Caller {
	if d.chance(15) {
		return Caller{}
	}
	number := "+6281100000" + fmt.Sprint(d.n%9)
	if d.once && d.onLine(number) {
		return Caller{}
	}
	return NewCaller(number)
}

// onLine tells whether somebody with that number is on the line.
func (d *day) onLine(number string) bool {
	for _, c := range d.s.contacts {
		if c.caller.Reveal() == number {
			return true
		}
	}
	return false
}

// blocking is what admins do to blocks, and what blocked callers press.
func (d *day) blocking() Event {
	id := BlockID(fmt.Sprintf("B%d", d.n))
	switch n := d.rnd.IntN(100); {
	case n < 45:
		d.n++
		kinds := []BlockKind{BlockCaller, BlockCaller, BlockPrefix, BlockWithheld}
		return BlockAdded{Block{
			ID: id, Kind: kinds[d.rnd.IntN(len(kinds))], Caller: d.s.pseudonym("6281100000" + fmt.Sprint(d.n%9)), Prefix: "62811", Action: BlockActions()[d.rnd.IntN(3)],
			By: "admin", Added: d.now, Expires: d.now.Add(d.seconds(900)),
		}}
	case n < 55:
		return BlockRemoved{BlockID(fmt.Sprintf("B%d", d.rnd.IntN(d.n+1))), "admin"}
	case n < 65:
		return BlockApproved{BlockID(fmt.Sprintf("B%d", d.rnd.IntN(d.n+1))), []string{"admin", "rina"}[d.rnd.IntN(2)], d.now.Add(d.seconds(1800))}
	}
	for _, id := range slices.Sorted(maps.Keys(d.s.contacts)) {
		if c := d.s.contacts[id]; c.bar != nil && c.bar.words {
			return KeyPressed{id, '1'}
		}
	}
	return Ticked{}
}

// happening is something nobody ordered.
func (d *day) happening() Event {
	if d.chance(25) {
		return d.wish()
	}
	a := d.agents[d.rnd.IntN(len(d.agents))]
	c := d.someone()
	switch n := d.rnd.IntN(100); {
	case n < 30:
		d.n++
		number := "021390396" + fmt.Sprint(d.rnd.IntN(5)) // the fifth is nobody's
		return Arrived{Contact: ContactID(fmt.Sprintf("C%d", d.n)), Channel: Voice, Dialled: number, Caller: d.caller()}
	case n < 38:
		return HungUp{c, ByCaller, CauseNormal}
	case n < 40:
		return HungUp{c, ByNetwork, CauseSilence}
	case n < 41:
		return HungUp{c, BySystem, CausePanic}
	case n < 55:
		if g := d.s.agents[a]; g == nil || !g.session {
			return SessionOpened{a}
		}
		return ShiftStarted{a}
	case n < 59:
		return PathProven{a}
	case n < 63:
		return PathLost{Agent: a}
	case n < 67:
		return SessionLost{a}
	case n < 70:
		return SessionOpened{a}
	case n < 73:
		return ReadyAsked{a}
	case n < 76:
		return PauseAsked{a, "break"}
	case n < 78:
		return ShiftEnded{a}
	case n < 80:
		return Accepted{a, OfferID(d.rnd.IntN(int(d.s.lastOffer) + 2)), d.chance(50)}
	case n < 82:
		return Declined{a, OfferID(d.rnd.IntN(int(d.s.lastOffer) + 2))}
	case n < 84:
		return HoldAsked{a, c}
	case n < 86:
		return ResumeAsked{a, c}
	case n < 88:
		return MuteAsked{a, c, d.chance(50)}
	case n < 90:
		return HangUpAsked{a, c}
	case n < 91:
		return KeysAsked{a, c, "12"}
	case n < 92:
		return KeyPressed{c, '5'}
	case n < 94:
		return WrapUpExtended{a, c}
	case n < 95:
		return Connected{c, a}
	case n < 96:
		return ConnectFailed{c, a, "peer"}
	}
	d.routing = d.document()
	return RoutingChanged{Routing: d.routing, Revision: d.s.revision + 1, By: "admin"}
}

// someone is a contact of today, rather one in an agent's hands.
func (d *day) someone() ContactID {
	if g := d.s.agents[d.agents[d.rnd.IntN(len(d.agents))]]; g != nil && g.contact != nil && d.chance(60) {
		return g.contact.id
	}
	return ContactID(fmt.Sprintf("C%d", 1+d.rnd.IntN(d.n+1)))
}
