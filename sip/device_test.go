package sip

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sahut/queue"
	"sahut/sip/siptest"
)

// handsetHouse is a house where sari has phones registered at these callees.
func handsetHouse(t *testing.T, change func(*house), phones ...*callee) *house {
	t.Helper()
	h := openHouse(t, func(h *house) {
		h.desk.on = func(queue.Event) {}
		if change != nil {
			change(h)
		}
	})
	ch := change1("sari")
	for _, p := range phones {
		h.server.guard.limits.trust("sari", netip.MustParseAddr(p.ip), nil, time.Hour) // as a REGISTER does
		ch.set = append(ch.set, Binding{URI: "sip:sari@" + p.addr() + ";ob", Source: p.addr(), Via: "UDP", Expires: time.Now().Add(time.Hour), key: uriKey{host: p.addr()}})
	}
	if _, err := h.server.registrar.phones.apply(ch); err != nil {
		t.Fatal(err)
	}
	return h
}

func change1(user string) change { return change{user: user, callID: "reg", cseq: 1} }

const caller = "+6281111222333"

// ring rings sari's phone for offer 7 of contact C.
func (h *house) ring(device queue.Device) {
	who := queue.NewCaller(caller)
	if device == queue.DeviceMobile {
		who = queue.NewCaller("+62899000111")
	}
	h.server.Devices().Ring("sari", 7, "C", device, who)
}

// offHook rings sari's phone and has it picked up.
func offHook(h *house, p *callee) siptest.Message {
	h.t.Helper()
	h.ring(queue.DevicePhone)
	invite := p.request("INVITE", 1)
	p.reply(invite, "200 OK", "sari", quietSDP, "Allow: INVITE, ACK, BYE, REFER, NOTIFY")
	p.request("ACK", 1)
	if got := await[queue.Accepted](h.t, h.desk, 1); got.Agent != "sari" || got.Offer != 7 {
		h.t.Fatalf("accepted %+v", got)
	}
	return invite
}

// All her phones ring; the first that is picked up wins, the others are told
// that the call was taken. Nobody's number is in what they are sent.
func TestPhonesRingInParallel(t *testing.T) {
	t.Parallel()
	one, two := newCallee(t, "127.0.3.1"), newCallee(t, "127.0.3.2")
	h := handsetHouse(t, nil, one, two)
	h.ring(queue.DevicePhone)
	a, b := one.request("INVITE", 1), two.request("INVITE", 1)
	for _, m := range []siptest.Message{a, b} {
		if strings.Contains(m.Text, caller[3:]) || strings.Contains(m.Text, caller[len(caller)-3:]) {
			t.Errorf("the caller's number goes to the phone:\n%s", m.Text)
		}
		if m.Header("To") != "<sip:sari@hotline.test>" || !strings.HasPrefix(m.Header("From"), `"Hotline" <sip:hotline@hotline.test>`) {
			t.Errorf("INVITE\n%s", m.Text)
		}
	}
	if a.Line() != "INVITE sip:sari@"+one.addr()+";ob SIP/2.0" {
		t.Errorf("%s", a.Line())
	}
	one.reply(a, "180 Ringing", "a", "")
	two.reply(b, "180 Ringing", "b", "")
	two.until(func() bool { return true })
	one.reply(a, "200 OK", "a", quietSDP)
	one.request("ACK", 1)
	if got := await[queue.Accepted](t, h.desk, 1); got.Agent != "sari" || got.Offer != 7 {
		t.Errorf("accepted %+v", got)
	}
	cancel := two.request("CANCEL", 1)
	if !strings.Contains(cancel.Header("Reason"), "Call completed elsewhere") {
		t.Errorf("Reason %q", cancel.Header("Reason"))
	}
	two.reply(cancel, "200 OK", "b", "")
	two.reply(b, "200 OK", "b", quietSDP) // both picked up: only one has her
	if bye := two.request("BYE", 1); bye.Tag("To") != "b" {
		t.Errorf("BYE to %q", bye.Tag("To"))
	}
	if n := count[queue.Accepted](h.desk); n != 1 {
		t.Errorf("accepted %d times", n)
	}
}

// Her phone says no, or cannot be reached.
func TestPhoneThatIsNotPickedUp(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]queue.Event{
		"486 Busy Here":       queue.Declined{Agent: "sari", Offer: 7},
		"603 Decline":         queue.Declined{Agent: "sari", Offer: 7},
		"480 Unavailable":     queue.RingFailed{Agent: "sari", Offer: 7, Reason: "unreachable"},
		"503 Unavailable":     queue.RingFailed{Agent: "sari", Offer: 7, Reason: "unreachable"},
		"no phone registered": queue.RingFailed{Agent: "sari", Offer: 7, Reason: "unreachable"},
		"silence":             queue.RingFailed{Agent: "sari", Offer: 7, Reason: "unreachable"},
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			phone := newCallee(t, "127.0.3.3")
			var h *house
			switch status {
			case "no phone registered":
				h = handsetHouse(t, nil)
			default:
				h = handsetHouse(t, nil, phone)
			}
			h.ring(queue.DevicePhone)
			if status[0] >= '0' && status[0] <= '9' {
				phone.reply(phone.request("INVITE", 1), status, "x", "")
			}
			h.within(func(ctx context.Context) error { return h.desk.has(ctx, want) })
			if n := len(h.told()); n != 1 {
				t.Errorf("events %+v", h.told())
			}
		})
	}
}

// told is what the desk was told, but for which phones are registered.
func (h *house) told() []queue.Event {
	return slices.DeleteFunc(h.desk.all(), func(ev queue.Event) bool {
		_, registered := ev.(queue.PhoneRegistered)
		return registered
	})
}

// has waits until the desk was told of want.
func (d *testDesk) has(ctx context.Context, want queue.Event) error {
	for {
		d.mu.Lock()
		events, changed := d.events, d.changed
		d.mu.Unlock()
		for _, ev := range events {
			if ev == want {
				return nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// One phone declines while another rings on: she may still pick up.
func TestOnePhoneDeclines(t *testing.T) {
	t.Parallel()
	one, two := newCallee(t, "127.0.3.4"), newCallee(t, "127.0.3.5")
	h := handsetHouse(t, nil, one, two)
	h.ring(queue.DevicePhone)
	one.reply(one.request("INVITE", 1), "486 Busy Here", "x", "")
	one.request("ACK", 1)
	two.reply(two.request("INVITE", 1), "200 OK", "x", quietSDP)
	await[queue.Accepted](t, h.desk, 1)
	if n := count[queue.Declined](h.desk); n != 0 {
		t.Error("declined, and accepted")
	}
}

// StopRinging ends it, whether it rings still or was picked up too late.
func TestStopRinging(t *testing.T) {
	t.Parallel()
	phone := newCallee(t, "127.0.3.6")
	h := handsetHouse(t, nil, phone)
	h.ring(queue.DevicePhone)
	invite := phone.request("INVITE", 1)
	phone.reply(invite, "180 Ringing", "x", "")
	h.server.Devices().StopRinging("sari", 6) // of another offer: nothing
	h.server.Devices().StopRinging("sari", 7)
	cancel := phone.request("CANCEL", 1)
	phone.reply(cancel, "200 OK", "x", "")
	phone.reply(invite, "487 Request Terminated", "x", "")
	phone.request("ACK", 1)
	if n := len(h.told()); n != 0 {
		t.Errorf("events %+v", h.told())
	}

	late := newCallee(t, "127.0.3.7")
	late.byes()
	h = handsetHouse(t, nil, late)
	offHook(h, late)
	h.server.Devices().StopRinging("sari", 7)
	late.request("BYE", 1)
	if n := len(h.told()); n != 1 { // Accepted, and no more
		t.Errorf("events %+v", h.told())
	}
}

// The caller is joined with the phone that is off the hook; its buttons are
// those of the screen.
func TestPhoneInATalk(t *testing.T) {
	t.Parallel()
	phone := newCallee(t, "127.0.3.8")
	h := handsetHouse(t, nil, phone)
	h.desk.on = h.desk.pickUp
	_, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	invite := offHook(h, phone)
	h.voice().Connect(id, "sari")
	h.studio.sound(0).awaitNote(t, "connect sari", 1)
	h.studio.sound(0).speak()
	await[queue.Connected](t, h.desk, 1)

	hers := h.studio.sound(1)
	held := func(on bool) { defer hers.lock()(); hers.onHold = on }
	held(true)
	phone.ask(invite, "sari", "INVITE", 2, strings.Replace(quietSDP, "m=", "a=sendonly\r\nm=", 1))
	phone.status("2 INVITE")
	phone.ask(invite, "sari", "ACK", 2, "")
	if got := await[queue.HoldAsked](t, h.desk, 1); got.Agent != "sari" || got.Contact != id {
		t.Errorf("%+v", got)
	}
	phone.ask(invite, "sari", "UPDATE", 3, quietSDP) // still on hold: nothing new
	if m := phone.status("3 UPDATE"); m.Status() != 200 {
		t.Errorf("answered %s", m.Line())
	}
	held(false)
	phone.ask(invite, "sari", "INVITE", 4, quietSDP)
	phone.status("4 INVITE")
	phone.ask(invite, "sari", "ACK", 4, "")
	if got := await[queue.ResumeAsked](t, h.desk, 1); got.Agent != "sari" || got.Contact != id {
		t.Errorf("%+v", got)
	}
	if n := count[queue.HoldAsked](h.desk); n != 1 {
		t.Errorf("hold asked %d times", n)
	}
	phone.ask(invite, "sari", "BYE", 5, "")
	phone.status("5 BYE")
	if got := await[queue.HangUpAsked](t, h.desk, 1); got.Agent != "sari" || got.Contact != id {
		t.Errorf("%+v", got)
	}
}

// Her phone is gone without a word: the desk must know that her path is lost.
func TestPhoneIsLost(t *testing.T) {
	t.Parallel()
	phone := newCallee(t, "127.0.3.9")
	h := handsetHouse(t, func(h *house) { h.server.calls.patience.silence = 50 * time.Millisecond }, phone)
	offHook(h, phone)
	phone.reply(phone.request("OPTIONS", 1), "481 No", "", "")
	if got := await[queue.PathLost](t, h.desk, 1); got.Agent != "sari" || got.Device != queue.DevicePhone {
		t.Errorf("%+v", got)
	}
}

// Release hangs her phone up and says nothing to the desk.
func TestRelease(t *testing.T) {
	t.Parallel()
	phone := newCallee(t, "127.0.3.10")
	phone.byes()
	h := handsetHouse(t, nil, phone)
	offHook(h, phone)
	h.server.Devices().Release("sari")
	phone.request("BYE", 1)
	h.within(h.server.Close)
	if n := len(h.told()); n != 1 {
		t.Errorf("events %+v", h.told())
	}
}

// mobileHouse is a house whose trunk leads to sari's mobile.
func mobileHouse(t *testing.T, mobile *callee) *house {
	return outHouse(t, func(h *house, _ []way) { h.server.calls.patience.press = 400 * time.Millisecond }, mobile)
}

// A mobile must press 1; then she is on the line. Who called is not told to
// anybody on the way, and she hears the prompt until she pressed.
func TestMobilePressesOne(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"sound", "INFO"} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			mobile := newCallee(t, "127.0.3.11")
			h := mobileHouse(t, mobile)
			h.server.calls.patience.press = 10 * time.Second
			h.ring(queue.DeviceMobile)
			invite := mobile.request("INVITE", 1)
			if strings.Contains(invite.Text, caller[3:]) || !strings.Contains(invite.Header("From"), "+62213903963") {
				t.Errorf("INVITE\n%s", invite.Text)
			}
			mobile.reply(invite, "200 OK", "m", quietSDP)
			mobile.request("ACK", 1)
			sound := h.studio.sound(0)
			sound.awaitNote(t, "play  press-one", 1)
			if n := count[queue.Accepted](h.desk); n != 0 {
				t.Error("accepted without a key")
			}
			sound.press('5')
			if by == "sound" {
				sound.press('1')
			} else {
				mobile.ask(invite, "m", "INFO", 2, "1", "Content-Type: application/dtmf")
			}
			await[queue.Accepted](t, h.desk, 1)
			sound.awaitNote(t, "play   id", 1)
		})
	}
}

// A mailbox picks up: nobody presses anything, and the caller is not handed to
// it.
func TestMobileWithAMailbox(t *testing.T) {
	t.Parallel()
	mobile := newCallee(t, "127.0.3.12")
	mobile.byes()
	h := mobileHouse(t, mobile)
	h.ring(queue.DeviceMobile)
	mobile.reply(mobile.request("INVITE", 1), "200 OK", "m", quietSDP)
	mobile.request("BYE", 1)
	if got := await[queue.RingFailed](t, h.desk, 1); got.Reason != "voicemail" || got.Offer != 7 {
		t.Errorf("%+v", got)
	}
	if n := count[queue.Accepted](h.desk); n != 0 {
		t.Error("accepted")
	}
}

func TestMobileWithoutATrunk(t *testing.T) {
	t.Parallel()
	h := outHouse(t, nil)
	h.ring(queue.DeviceMobile)
	if got := await[queue.RingFailed](t, h.desk, 1); got.Reason != "no_trunk" {
		t.Errorf("%+v", got)
	}
}
