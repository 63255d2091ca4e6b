package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// phoned brings sari on shift with her phone, ready and without a page.
func (tr *trial) phoned(a AgentID) {
	tr.Helper()
	tr.do(SessionOpened{a}, PhoneRegistered{a, true}, DeviceChosen{a, DevicePhone}, ShiftStarted{a})
	tr.mustBe(a, Paused) // there is nothing to check
	tr.do(ReadyAsked{a}, SessionLost{a})
	tr.mustBe(a, Ready)
}

func TestChoosingADevice(t *testing.T) {
	tr := newTrial(t, outgoing(nil))
	tr.do(SessionOpened{"dewi"})
	choices := func(a AgentID, want ...Device) {
		t.Helper()
		v := tr.s.view(tr.s.agents[a])
		if len(v.Devices) != len(want) {
			t.Fatalf("she may choose %v, want %v", v.Devices, want)
		}
		for i := range want {
			if v.Devices[i] != want[i] {
				t.Fatalf("she may choose %v, want %v", v.Devices, want)
			}
		}
	}
	choices("dewi", DeviceBrowser, DeviceMobile)
	tr.do(PhoneRegistered{"dewi", true})
	choices("dewi", DeviceBrowser, DevicePhone, DeviceMobile)
	choices("sari", DeviceBrowser)
	tr.do(DeviceChosen{"sari", DevicePhone}, DeviceChosen{"sari", "fax"})
	tr.mustDo("Code:device_not_now")
	tr.ready("dewi")
	tr.do(DeviceChosen{"dewi", DeviceMobile})
	tr.mustBe("dewi", Ready)
	if v := tr.s.view(tr.s.agents["dewi"]); v.Device != DeviceMobile || tr.s.snapshot(tr.now).Agents[1].Device != DeviceMobile {
		t.Fatalf("her device is %s", v.Device)
	}
	c := tr.call()
	tr.do(DeviceChosen{"dewi", DeviceBrowser})
	tr.mustDo("Code:device_not_now") // not while it rings
	tr.do(HungUp{c, ByCaller, CauseNormal}, DeviceChosen{"dewi", DeviceBrowser})
	tr.mustBe("dewi", Ready) // her browser's path stood all the time
	tr.do(DeviceChosen{"dewi", DevicePhone}, PathLost{Agent: "dewi"}, DeviceChosen{"dewi", DeviceBrowser})
	tr.mustBe("dewi", Checking) // and now it does not
	tr.do(PathProven{"dewi"})
	tr.mustBe("dewi", Ready)

	only := newTrial(t, outgoing(nil))
	only.s.onlyBrowsers = true
	only.do(SessionOpened{"dewi"}, PhoneRegistered{"dewi", true}, DeviceChosen{"dewi", DevicePhone})
	only.mustDo("Code:device_not_now")
}

// A call on the phone, with the page closed from beginning to end.
func TestTalkOnThePhone(t *testing.T) {
	tr := newTrial(t, outgoing(nil))
	tr.phoned("sari")
	c := tr.call()
	tr.mustDo("Ring {Agent:sari Offer:1 Contact:C1 Device:phone Caller:••••890}", "Record offer.made C1 sari")
	tr.mustBe("sari", Offered)
	tr.do(Accepted{Agent: "sari", Offer: 1, Page: true}) // a page cannot pick up a phone
	tr.mustDo("Code:device_not_now")
	tr.mustBe("sari", Offered)
	tr.do(Accepted{Agent: "sari", Offer: 1})
	tr.mustDo("Connect {Contact:C1 Agent:sari}")
	tr.mustNotDo("StopRinging", "Release")
	tr.do(Connected{c, "sari"}, PathLost{Agent: "sari"}) // some browser's: not hers
	tr.mustBe("sari", Talking)
	tr.do(HoldAsked{"sari", c})
	tr.mustBe("sari", Held)
	tr.do(ResumeAsked{"sari", c}, PhoneRegistered{"sari", false}, PhoneRegistered{"sari", true}) // her talk goes on
	tr.mustBe("sari", Talking)
	tr.do(HungUp{c, ByCaller, CauseNormal})
	tr.mustDo("Release {Agent:sari}")
	tr.mustBe("sari", WrapUp)
	tr.pass(2 * time.Minute)
	tr.mustBe("sari", Ready)
	tr.do(ShiftEnded{"sari"})
	tr.mustBe("sari", Offline)
}

// The caller's number is never told to her mobile.
func TestMobileIsCalledByItsOwnNumber(t *testing.T) {
	tr := newTrial(t, outgoing(nil))
	tr.ready("dewi")
	tr.do(DeviceChosen{"dewi", DeviceMobile})
	tr.call()
	for _, e := range tr.last {
		if r, ok := e.(Ring); ok {
			if r.Device != DeviceMobile || r.Caller.Reveal() != "+628111222333" {
				t.Fatalf("rings %s at %s", r.Device, r.Caller.Reveal())
			}
			return
		}
	}
	t.Fatal("nothing rings")
}

// Whatever ends an offer ends the ringing: nobody is left with a phone that
// rings for a caller who is gone.
func TestPhonesStopRinging(t *testing.T) {
	for _, tt := range []struct {
		name string
		then func(tr *trial, c ContactID)
	}{
		{"caller left", func(tr *trial, c ContactID) { tr.do(HungUp{c, ByCaller, CauseNormal}) }},
		{"rung out", func(tr *trial, c ContactID) { tr.pass(20 * time.Second) }},
		{"another was first", func(tr *trial, c ContactID) { tr.accept("dewi") }},
		{"declined on her page", func(tr *trial, c ContactID) { tr.do(Declined{"sari", tr.offerID("sari")}) }},
		{"queue changed", func(tr *trial, c ContactID) {
			tr.do(RoutingChanged{Routing: outgoing(func(r *configs.Routing) { r.Agents[0].Queues = nil }), Revision: 2})
		}},
		{"phone is gone", func(tr *trial, c ContactID) { tr.do(PhoneRegistered{"sari", false}) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrial(t, outgoing(func(r *configs.Routing) { r.Queues[0].Strategy = "ring_all" }))
			tr.phoned("sari")
			tr.ready("dewi")
			c := tr.call()
			o := tr.offerID("sari")
			tt.then(tr, c)
			if find(tr.all, "StopRinging {Agent:sari Offer:") != 1 || tr.rings["sari"] == o {
				t.Fatal("it rings on")
			}
		})
	}
}

func TestRingFailed(t *testing.T) {
	tr := newTrial(t, outgoing(nil))
	tr.phoned("sari")
	tr.pass(time.Second)
	tr.ready("dewi")
	c := tr.call()
	tr.do(RingFailed{"sari", tr.offerID("sari"), "busy"})
	tr.mustDo("Record offer.ended C1 sari hotline ring_failed", "Code:device_failed", "Key:busy")
	if tr.offered("dewi") != c {
		t.Fatal("the next is not rung at once")
	}
	tr.mustBe("sari", Ready)
	tr.do(RingFailed{"sari", 1, "busy"}, RingFailed{"dewi", 1, "busy"}) // over, and not hers
	tr.do(Declined{"dewi", tr.offerID("dewi")})
	tr.pass(10 * time.Second)
	tr.do(RingFailed{"sari", tr.offerID("sari"), "unreachable"})
	tr.mustBe("sari", NotResponding)
	tr.do(ReadyAsked{"sari"})
	if tr.s.agents["sari"].misses != 0 {
		t.Fatal("one click does not bring her back")
	}
}

// An answer in between forgives a device that failed.
func TestAnswerForgivesRingFailed(t *testing.T) {
	tr := newTrial(t, outgoing(func(r *configs.Routing) { r.Queues[0].WrapUp = 0 }))
	tr.phoned("sari")
	for range 3 {
		c := tr.call()
		tr.do(RingFailed{"sari", tr.offerID("sari"), "busy"})
		tr.mustBe("sari", Ready)
		tr.pass(10 * time.Second)
		tr.talk("sari")
		tr.do(HungUp{c, ByCaller, CauseNormal})
	}
}

func TestPhoneComesAndGoes(t *testing.T) {
	tr := newTrial(t, outgoing(nil))
	tr.phoned("sari")
	tr.do(PhoneRegistered{"sari", false})
	tr.mustBe("sari", MediaFault)
	if v := tr.s.view(tr.s.agents["sari"]); v.Reason != "phone" || v.Device != DevicePhone || len(v.Devices) != 1 {
		t.Fatalf("on screen %+v", v)
	}
	c := tr.call()
	tr.mustPhase(c, waiting)
	tr.do(PhoneRegistered{"sari", true})
	if tr.offered("sari") != c {
		t.Fatal("she is not back")
	}
	tr.do(PhoneRegistered{"sari", false}) // while it rings
	tr.mustBe("sari", MediaFault)
	tr.mustPhase(c, waiting)
	tr.do(PauseAsked{"sari", "break"}, PhoneRegistered{"sari", true})
	tr.mustBe("sari", Paused) // her own pause wins
	tr.do(PhoneRegistered{"sari", false}, SessionOpened{"sari"}, ReadyAsked{"sari"})
	tr.mustBe("sari", MediaFault)
	tr.do(DeviceChosen{"sari", DeviceBrowser})
	tr.mustBe("sari", Checking)
	tr.do(PathProven{"sari"})
	tr.mustBe("sari", Offered)
}

func TestShiftWithoutThePhoneItNeeds(t *testing.T) {
	tr := newTrial(t, outgoing(nil))
	tr.do(SessionOpened{"sari"}, PhoneRegistered{"sari", true}, DeviceChosen{"sari", DevicePhone}, PhoneRegistered{"sari", false}, ShiftStarted{"sari"})
	tr.mustBe("sari", MediaFault)
	tr.do(PhoneRegistered{"sari", true})
	tr.mustBe("sari", Paused)
}

// Her leg breaks: the caller hears that she shall stay, and her phone rings.
func TestPhoneLegLost(t *testing.T) {
	start := func(t *testing.T) (*trial, ContactID) {
		tr := newTrial(t, outgoing(nil))
		tr.phoned("sari")
		c := tr.call()
		tr.talk("sari")
		tr.do(PathLost{"sari", DevicePhone})
		tr.mustDo("Wait {Contact:C1 Sound:{Greeting:hold", "Ring {Agent:sari Offer:2 Contact:C1 Device:phone")
		tr.mustPhase(c, parked)
		return tr, c
	}
	t.Run("she picks up", func(t *testing.T) {
		tr, c := start(t)
		tr.do(Accepted{Agent: "sari", Offer: 2})
		tr.mustDo("Connect {Contact:C1 Agent:sari}")
		tr.do(Connected{c, "sari"})
		tr.mustBe("sari", Talking)
	})
	t.Run("she does not", func(t *testing.T) {
		tr, c := start(t)
		tr.pass(20 * time.Second)
		tr.mustDo("StopRinging {Agent:sari Offer:2}")
		tr.mustPhase(c, waiting)
		tr.mustBe("sari", NotResponding)
	})
	t.Run("it cannot be rung", func(t *testing.T) {
		tr, c := start(t)
		tr.do(RingFailed{"sari", 2, "unreachable"})
		tr.mustPhase(c, waiting)
		tr.mustBe("sari", NotResponding)
	})
	t.Run("her page is no way back", func(t *testing.T) {
		tr, c := start(t)
		tr.do(SessionOpened{"sari"}, PathProven{"sari"})
		tr.mustPhase(c, parked)
	})
	t.Run("she gives up on her page", func(t *testing.T) {
		tr, c := start(t)
		tr.do(SessionOpened{"sari"}, HangUpAsked{"sari", c})
		tr.mustDo("StopRinging {Agent:sari Offer:2}", "End {Contact:C1")
	})
	t.Run("nobody is heard", func(t *testing.T) {
		tr, c := start(t)
		tr.do(PathProven{"sari"}, SessionOpened{"sari"}, Accepted{Agent: "sari", Offer: 2}, ConnectFailed{c, "sari", "microphone"})
		tr.mustBe("sari", MediaFault)
		tr.do(DeviceChosen{"sari", DeviceBrowser}, ReadyAsked{"sari"})
		tr.mustBe("sari", Offered) // her page was never disproved
	})
	t.Run("held meanwhile", func(t *testing.T) {
		tr := newTrial(t, outgoing(nil))
		tr.phoned("sari")
		c := tr.call()
		tr.talk("sari")
		tr.do(HoldAsked{"sari", c}, PathLost{"sari", DevicePhone}, Accepted{Agent: "sari", Offer: 2}, Connected{c, "sari"})
		tr.mustBe("sari", Talking)
	})
	t.Run("before anybody spoke", func(t *testing.T) {
		tr := newTrial(t, outgoing(nil))
		tr.phoned("sari")
		c := tr.call()
		tr.accept("sari")
		tr.do(PathLost{"sari", DevicePhone})
		tr.mustPhase(c, waiting)
		tr.mustBe("sari", Ready)
		tr.pass(10 * time.Second)
		tr.mustBe("sari", Offered)
	})
}

// To call out from a phone it is rung first; the number is dialled when she
// picks up.
func TestDialOnThePhone(t *testing.T) {
	tr := newTrial(t, outgoing(nil))
	tr.phoned("sari")
	c := tr.dial("sari", "112")
	tr.mustDo("Ring {Agent:sari Offer:1 Contact:" + string(c) + " Device:phone Caller:••••}")
	tr.mustNotDo("Dial {")
	tr.do(Accepted{Agent: "sari", Offer: 1})
	tr.mustDo("Dial {Contact:" + string(c))
	tr.do(Established{c}, Connected{c, "sari"}, HangUpAsked{"sari", c}, HungUp{c, ByAgent, CauseNormal})
	tr.mustDo("Release {Agent:sari}")
	tr.mustEnd(c, OutcomeAnswered)

	for name, then := range map[string]func(c ContactID, o OfferID){
		"not picked up": func(c ContactID, o OfferID) { tr.pass(30 * time.Second) },
		"declined":      func(c ContactID, o OfferID) { tr.do(Declined{"sari", o}) },
		"cannot ring":   func(c ContactID, o OfferID) { tr.do(RingFailed{"sari", o, "unreachable"}) },
		"given up":      func(c ContactID, o OfferID) { tr.do(HangUpAsked{"sari", c}) },
	} {
		tr.pass(2 * time.Hour)
		c := tr.dial("sari", "112")
		then(c, tr.s.lastOffer)
		tr.mustNotDo("Dial {")
		if tr.calls[c].Outcome != OutcomeUnreached || tr.rings["sari"] != 0 {
			t.Fatalf("%s: it ended %q, the phone rings for %d", name, tr.calls[c].Outcome, tr.rings["sari"])
		}
		tr.mustBe("sari", Ready)
	}
}

// A phone may sign in before its owner is in the document.
func TestPhoneOfAStranger(t *testing.T) {
	tr := newTrial(t, outgoing(nil))
	tr.do(PhoneRegistered{"rina", true}, PhoneRegistered{"nobody", false}, PhoneRegistered{"budi", true}, PhoneRegistered{"budi", false})
	if tr.s.agents["nobody"] != nil || tr.s.agents["budi"] != nil {
		t.Fatal("strangers are remembered")
	}
	tr.do(RoutingChanged{Routing: outgoing(func(r *configs.Routing) {
		r.Agents = append(r.Agents, configs.Agent{ID: "rina", Name: "Rina", Queues: []string{"hotline"}})
	}), Revision: 2})
	tr.phonedAlready("rina")
}

// phonedAlready is phoned for an agent whose phone signed in before.
func (tr *trial) phonedAlready(a AgentID) {
	tr.Helper()
	tr.do(SessionOpened{a}, DeviceChosen{a, DevicePhone}, ShiftStarted{a}, ReadyAsked{a})
	tr.mustBe(a, Ready)
}

// A device that an admin took away is one no longer.
func TestMobileTakenAway(t *testing.T) {
	take := RoutingChanged{Routing: outgoing(func(r *configs.Routing) { r.Agents[1].Mobile = "" }), Revision: 2}
	tr := newTrial(t, outgoing(nil))
	tr.ready("dewi")
	tr.do(DeviceChosen{"dewi", DeviceMobile})
	c := tr.call()
	tr.do(take)
	tr.mustDo("StopRinging", "Record offer.ended C1 dewi hotline withdrawn")
	if tr.offered("dewi") != c { // in her browser, whose path still stands
		t.Fatal("she is not rung")
	}
	tr.mustNotDo("Ring {")
}

// 50 phones are picked up in the same moment: one is connected, 49 hang up.
func TestFiftyPhonesPickedUpAtOnce(t *testing.T) {
	r := with(func(r *configs.Routing) {
		r.Queues[0].Strategy, r.Queues[0].WrapUp = "ring_all", 0
		r.Agents = nil
		for i := range 50 {
			r.Agents = append(r.Agents, configs.Agent{ID: agentName(i), Name: "Alias", Queues: []string{"hotline"}})
		}
	})
	tr := newTrial(t, r)
	for i := range 50 {
		tr.phoned(AgentID(agentName(i)))
	}
	for round := range 50 {
		c := tr.call()
		var accepts []Event
		for i := range 50 {
			a := AgentID(agentName(i))
			accepts = append(accepts, Accepted{Agent: a, Offer: tr.offerID(a)})
		}
		shuffle(accepts, uint64(round))
		tr.all = nil
		tr.do(accepts...)
		if find(tr.all, "Connect {") != 1 || find(tr.all, "StopRinging {") != 49 {
			t.Fatalf("round %d: %d connected, %d told to stop", round, find(tr.all, "Connect {"), find(tr.all, "StopRinging {"))
		}
		winner := tr.s.contacts[c].agent.id
		if winner != accepts[0].(Accepted).Agent {
			t.Fatalf("round %d: %s won, %+v was first", round, winner, accepts[0])
		}
		tr.do(Connected{c, winner}, HungUp{c, ByCaller, CauseNormal})
		tr.pass(time.Minute)
	}
}

func agentName(i int) string { return "v" + string(rune('a'+i/10)) + string(rune('a'+i%10)) }
