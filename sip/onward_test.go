package sip

import (
	"testing"

	"sahut/queue"
	"sahut/sip/siptest"
)

// forwardHouse is a house with a caller who waits and is forwarded to a number.
func forwardHouse(t *testing.T, far *callee) (*house, *siptest.Call, queue.ContactID) {
	t.Helper()
	h := outHouse(t, func(h *house, _ []way) { h.desk.on = h.desk.pickUp }, far)
	c, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	h.voice().Forward(id, queue.NewCaller("+62812345678"))
	return h, c, id
}

// The number answers: the two are joined, and when one hangs up so does the
// other.
func TestForward(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"caller", "number", "desk"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			far := newCallee(t, "127.0.5.1")
			far.byes()
			h, c, id := forwardHouse(t, far)
			invite := far.request("INVITE", 1)
			far.reply(invite, "180 Ringing", "them", "")
			far.reply(invite, "200 OK", "them", quietSDP)
			far.request("ACK", 1)
			if got := await[queue.Connected](t, h.desk, 1); got.Contact != id || got.Agent != "" {
				t.Errorf("connected %+v", got)
			}
			h.studio.sound(0).awaitNote(t, "bridge", 1)
			switch end {
			case "caller":
				h.within(c.Hangup)
				h.ended(1, queue.ByCaller, queue.CauseNormal)
				far.request("BYE", 1)
			case "number":
				far.ask(invite, "them", "BYE", 2, "")
				h.ended(1, queue.ByAgent, queue.CauseNormal)
				h.within(c.WaitDone)
			case "desk":
				h.voice().End(id, queue.BySystem, queue.CauseNormal)
				h.ended(1, queue.BySystem, queue.CauseNormal)
				far.request("BYE", 1)
				h.within(c.WaitDone)
			}
			h.within(h.server.Close)
			if n := h.server.CallStats().Calls; n != 0 {
				t.Errorf("%d calls left", n)
			}
		})
	}
}

// The number cannot be reached: the caller keeps her music and the desk is told.
func TestForwardThatFails(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.5.2")
	h, _, id := forwardHouse(t, far)
	far.reply(far.request("INVITE", 1), "486 Busy Here", "them", "")
	if got := await[queue.ConnectFailed](t, h.desk, 1); got.Contact != id || got.Agent != "" || got.Stage != "busy" {
		t.Errorf("failed %+v", got)
	}
	if n := count[queue.HungUp](h.desk); n != 0 {
		t.Error("the caller was hung up")
	}
}

// Wait gives a Forward up; the caller goes on waiting.
func TestWaitGivesUpAForward(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.5.3")
	far.byes()
	h, _, id := forwardHouse(t, far)
	invite := far.request("INVITE", 1)
	far.reply(invite, "180 Ringing", "them", "")
	h.voice().Wait(id, queue.Sound{Music: "music", Language: "id"})
	h.studio.sound(0).awaitNote(t, "play  music id", 1)
	far.request("CANCEL", 1)
	far.reply(invite, "487 Request Terminated", "them", "")
	far.request("ACK", 1)
	if c, u := count[queue.Connected](h.desk), count[queue.HungUp](h.desk); c != 0 || u != 0 {
		t.Errorf("events %+v", h.desk.all())
	}
}

// The caller hangs up while the number rings.
func TestCallerLeavesAForward(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.5.4")
	far.byes()
	h, c, _ := forwardHouse(t, far)
	far.reply(far.request("INVITE", 1), "180 Ringing", "them", "")
	h.within(c.Hangup)
	far.request("CANCEL", 1)
	h.ended(1, queue.ByCaller, queue.CauseNormal)
	if n := count[queue.ConnectFailed](h.desk); n != 0 {
		t.Error("told of a contact that is gone")
	}
}
