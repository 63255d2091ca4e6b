package sip

import (
	"context"
	"testing"

	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// voice is the sound of a callee.
func (c *callee) voice() *mediatest.Caller {
	c.t.Helper()
	v, err := mediatest.NewCaller(mediatest.CallerOptions{})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(v.Close)
	return v
}

// describe answers the description in an INVITE of ours.
func (c *callee) describe(v *mediatest.Caller, m siptest.Message) string {
	c.t.Helper()
	sdp, err := v.Answer([]byte(m.Body()))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(sdp)
}

// A volunteer who calls out hears it ring, then what the callee's side plays
// before anybody picks up, then the callee; and the callee her.
func TestCallOutIsHeard(t *testing.T) {
	_, peers, sound := loud(t, "46000-46099")
	far := newCallee(t, "127.0.0.1")
	far.byes()
	h := outHouse(t, func(h *house, _ []way) { sound(h) }, far)
	b := volunteer(h, peers, "sari")
	h.dialOut()
	invite := far.request("INVITE", 1)
	far.reply(invite, "180 Ringing", "them", "")
	h.within(func(ctx context.Context) error { return b.Hears().WaitTone(ctx, 425) })
	v := far.voice()
	sdp := far.describe(v, invite)
	v.Speak(700)
	far.reply(invite, "183 Session Progress", "them", sdp)
	h.within(func(ctx context.Context) error { return b.Hears().WaitTone(ctx, 700) })
	far.reply(invite, "200 OK", "them", sdp)
	far.request("ACK", 1)
	b.Speak(1000)
	if got := await[queue.Connected](t, h.desk, 1); got.Agent != "sari" {
		t.Errorf("connected %+v", got)
	}
	h.within(func(ctx context.Context) error { return v.Hears().WaitTone(ctx, 1000) })
	h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
	far.request("BYE", 1)
}

// A caller and a volunteer's phone hear each other; her browser, which is
// there too, does not.
func TestPhoneIsHeard(t *testing.T) {
	_, peers, sound := loud(t, "46100-46199")
	phone := newCallee(t, "127.0.0.1")
	phone.byes()
	h := handsetHouse(t, func(h *house) { sound(h); h.desk.on = h.desk.pickUp }, phone)
	volunteer(h, peers, "sari")
	c, id := h.up(h.phone("udp"), siptest.Options{})
	h.ring(queue.DevicePhone)
	invite := phone.request("INVITE", 1)
	v := phone.voice()
	phone.reply(invite, "200 OK", "sari", phone.describe(v, invite))
	await[queue.Accepted](t, h.desk, 1)
	v.Speak(1000)
	c.Media().Speak(440)
	h.voice().Connect(id, "sari")
	await[queue.Connected](t, h.desk, 1)
	h.within(func(ctx context.Context) error { return c.Media().Hears().WaitTone(ctx, 1000) })
	h.within(func(ctx context.Context) error { return v.Hears().WaitTone(ctx, 440) })

	// Her phone is gone: the caller has her music, and then the browser.
	h.server.Devices().Release("sari")
	phone.request("BYE", 1)
	h.voice().Connect(id, "sari")
	h.within(c.Hangup)
}

// Two legs without a browser: a caller who is forwarded to a number.
func TestForwardIsHeard(t *testing.T) {
	_, _, sound := loud(t, "46200-46299")
	far := newCallee(t, "127.0.0.1")
	far.byes()
	h := outHouse(t, func(h *house, _ []way) { sound(h); h.desk.on = h.desk.pickUp }, far)
	c, id := h.up(h.phone("udp"), siptest.Options{})
	h.within(c.Media().Hears().WaitSound)
	h.voice().Forward(id, queue.NewCaller("+62812345678"))
	invite := far.request("INVITE", 1)
	v := far.voice()
	far.reply(invite, "200 OK", "them", far.describe(v, invite))
	await[queue.Connected](t, h.desk, 1)
	v.Speak(1000)
	c.Media().Speak(440)
	h.within(func(ctx context.Context) error { return c.Media().Hears().WaitTone(ctx, 1000) })
	h.within(func(ctx context.Context) error { return v.Hears().WaitTone(ctx, 440) })
	h.within(c.Hangup)
	far.request("BYE", 1)
	h.ended(1, queue.ByCaller, queue.CauseNormal)
}

// A mobile hears what to press, until it does.
func TestMobileHearsThePrompt(t *testing.T) {
	_, _, sound := loud(t, "46300-46399")
	mobile := newCallee(t, "127.0.0.1")
	mobile.byes()
	h := outHouse(t, func(h *house, _ []way) { sound(h) }, mobile)
	h.ring(queue.DeviceMobile)
	invite := mobile.request("INVITE", 1)
	v := mobile.voice()
	mobile.reply(invite, "200 OK", "m", mobile.describe(v, invite))
	h.within(v.Hears().WaitSound)
	if err := v.SendKeys("1"); err != nil {
		t.Fatal(err)
	}
	await[queue.Accepted](t, h.desk, 1)
}
