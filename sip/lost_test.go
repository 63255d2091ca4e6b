package sip

import (
	"context"
	"slices"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// What a message that never arrives may cost: nobody stays for longer than
// proofWithin with somebody who is gone.

// proofWithin is how long a state may outlive what proved it.
const proofWithin = 35 * time.Second

// The patience of a house adds up to less, the tenth that the look at the
// silence may come late included; with the setting as it is shipped, too.
func TestPatienceWithSilence(t *testing.T) {
	s, err := New(Options{Config: configs.SIP{Listen: []string{"127.0.0.1:0"}, Domain: "hotline.test"}, SilentAfter: configs.Default().Media.SilentAfter.D()})
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]patience{"usual": usualPatience, "as shipped": s.calls.patience} {
		if sum := p.silence + p.silence/10 + p.probe; sum > proofWithin {
			t.Errorf("%s: who vanished is noticed after %v", name, sum)
		}
		if p.connect > proofWithin {
			t.Errorf("%s: a connection that does not come is given up after %v", name, p.connect)
		}
	}
	// Who does not acknowledge our 200 is given up after Timer H (RFC 3261
	// §13.3.1.4), which is 64*T1 of half a second.
	if h := 64 * 500 * time.Millisecond; h > proofWithin {
		t.Errorf("a 200 without an ACK is given up after %v", h)
	}
}

// brief is a house whose patience with silence is short, and much shorter than
// the transactions that ask.
func brief(h *house) {
	h.server.calls.patience.silence = 50 * time.Millisecond
	h.server.calls.patience.probe = 150 * time.Millisecond
}

// soon is how often a question is at most repeated within that patience (25,
// 50, 100, 100 ms apart), with a good deal of room; Timer F waits for 17.
const soon = 9

// All the BYEs of who hung up are lost, and so is all that we ask: whoever is in
// the call with her is freed when our patience is over, not when a transaction
// is.
func TestEveryByeIsLost(t *testing.T) {
	t.Parallel()
	t.Run("of a caller", func(t *testing.T) {
		t.Parallel()
		h := openHouse(t, brief)
		s := newScript(h, "udp")
		s.up(h, quietSDP)
		h.ended(1, queue.ByNetwork, queue.CauseSilence)
		h.within(func(ctx context.Context) error { _, err := s.wire.WaitRequest(ctx, "BYE"); return err })
		asked := 0
		for _, m := range s.wire.Got() {
			if m.Status() == 0 && m.Method() == "OPTIONS" {
				asked++
			}
		}
		if asked == 0 || asked > soon {
			t.Errorf("she was asked %d times before she was given up", asked)
		}
	})
	outside := map[string]struct {
		ip string
		up func(*testing.T, *callee) *house // brings the far end into a call
		is func(*testing.T, *house)         // what the desk is told when it is given up
	}{
		"of who was called": {"127.0.7.1", func(t *testing.T, far *callee) *house {
			h := outHouse(t, func(h *house, _ []way) { brief(h) }, far)
			outUp(h, far)
			return h
		}, func(_ *testing.T, h *house) { h.ended(1, queue.ByNetwork, queue.CauseSilence) }},
		"of a volunteer's phone": {"127.0.7.2", func(t *testing.T, far *callee) *house {
			h := handsetHouse(t, brief, far)
			offHook(h, far)
			return h
		}, func(t *testing.T, h *house) {
			if got := await[queue.PathLost](t, h.desk, 1); got.Agent != "sari" || got.Device != queue.DevicePhone {
				t.Errorf("%+v", got)
			}
		}},
		"of a number she was passed on to": {"127.0.7.3", func(t *testing.T, far *callee) *house {
			h := outHouse(t, func(h *house, _ []way) { brief(h); h.desk.on = h.desk.pickUp }, far)
			_, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)}) // she answers when asked
			h.voice().Forward(id, queue.NewCaller("+62812345678"))
			invite := far.request("INVITE", 1)
			far.reply(invite, "200 OK", "them", quietSDP)
			far.request("ACK", 1)
			await[queue.Connected](t, h.desk, 1)
			return h
		}, func(t *testing.T, h *house) { h.ended(1, queue.ByAgent, queue.CauseSilence) }},
	}
	for name, c := range outside {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			far := newCallee(t, c.ip)
			h := c.up(t, far)
			far.request("OPTIONS", 1)
			c.is(t, h)
			if n := far.copies("OPTIONS"); n > soon {
				t.Errorf("it was asked %d times before it was given up", n)
			}
		})
	}
}

// Nobody is hung up on for silence whose sound comes back while we ask, though
// the question is never answered: some carriers answer none.
func TestSoundAnswersTheQuestion(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(h *house) {
		brief(h)
		h.server.calls.patience.probe = 1300 * time.Millisecond // less than Timer F
	})
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	sound := h.studio.sound(0)
	at := 0
	next := func(same func(cseq string) bool) (m siptest.Message) {
		t.Helper()
		h.within(func(ctx context.Context) (err error) {
			m, at, err = s.wire.Wait(ctx, at, func(m siptest.Message) bool {
				return m.Status() == 0 && m.Method() == "OPTIONS" && same(m.Header("CSeq"))
			})
			return err
		})
		return m
	}
	var asked []string
	another := func(cseq string) bool { return !slices.Contains(asked, cseq) }
	asked = append(asked, next(another).Header("CSeq"))
	func() { defer sound.lock()(); sound.lastRTP = time.Now() }()
	second := next(another)
	asked = append(asked, second.Header("CSeq"))
	// The first question fails for good now, while the second is open: that is
	// no answer to the second.
	for range 5 {
		next(func(cseq string) bool { return cseq == asked[1] })
	}
	ok := "SIP/2.0 200 OK\n"
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		ok += name + ": " + second.Header(name) + "\n"
	}
	s.sendRaw(ok + "Content-Length: 0\n\n")
	next(another)
	if n := count[queue.HungUp](h.desk); n != 0 {
		t.Errorf("hung up on %d times: %+v", n, h.desk.all())
	}
	s.send("BYE", 2, "")
	h.ended(1, queue.ByCaller, queue.CauseNormal)
}

// Our BYE is lost, or its answer is: whoever hung up is free at once, and the
// call is forgotten when its transaction is over.
func TestOurByeIsLost(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)
	h.voice().End(await[queue.Arrived](t, h.desk, 1).Contact, queue.ByAgent, queue.CauseNormal)
	h.ended(1, queue.ByAgent, queue.CauseNormal) // no BYE was ever answered
	h.within(func(ctx context.Context) error {
		_, _, err := s.wire.Wait(ctx, 0, func(m siptest.Message) bool { return m.Method() == "BYE" })
		return err
	})
	h.within(h.server.Close) // waits for it
	if n := h.server.CallStats().Calls; n != 0 {
		t.Errorf("%d calls are left", n)
	}
}

// Her CANCELs are all lost, so we answer somebody who is gone; or it is our 200
// that is lost, or her ACK. All three look alike, and end alike: by Timer H.
func TestCancelOfACallerIsLost(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(h *house) { h.desk.on = func(queue.Event) {} })
	s := newScript(h, "udp")
	s.send("INVITE", 1, quietSDP)
	id := await[queue.Arrived](t, h.desk, 1).Contact
	h.waitStatus(s.wire, "INVITE", 100)
	h.voice().Answer(id, queue.Sound{Music: "music"})
	h.ended(1, queue.ByNetwork, queue.CauseNoAck)
	if n := count[queue.Established](h.desk); n != 0 {
		t.Error("established without her")
	}
}

// Our CANCEL is lost, or the 487: whoever gave the call up is free at once; and
// when it is answered after all, it is ended.
func TestOurCancelIsLost(t *testing.T) {
	t.Parallel()
	for _, device := range []bool{false, true} {
		t.Run(map[bool]string{false: "to a number", true: "to a volunteer's phone"}[device], func(t *testing.T) {
			t.Parallel()
			far := newCallee(t, map[bool]string{false: "127.0.7.4", true: "127.0.7.5"}[device])
			var h *house
			if device {
				h = handsetHouse(t, nil, far)
				h.ring(queue.DevicePhone)
			} else {
				h = outHouse(t, nil, far)
				h.dialOut()
			}
			invite := far.request("INVITE", 1)
			far.reply(invite, "180 Ringing", "them", "")
			if device {
				h.server.Devices().StopRinging("sari", 7)
			} else {
				await[queue.Ringing](t, h.desk, 1)
				h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
				h.ended(1, queue.ByAgent, queue.CauseNormal)
			}
			far.until(func() bool { return far.copies("CANCEL") > 2 }) // it does not hear them
			far.reply(invite, "200 OK", "them", quietSDP)
			far.request("ACK", 1)
			far.request("BYE", 1)
			if n := count[queue.Accepted](h.desk) + count[queue.Established](h.desk); n != 0 {
				t.Errorf("events %+v", h.desk.all())
			}
		})
	}
}
