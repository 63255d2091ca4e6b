package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// twoQueues adds a queue for English, which dewi alone answers.
func twoQueues(r *configs.Routing) {
	r.Queues = append(r.Queues, configs.NewQueue("english", "English", configs.Exit{Words: "closing"}))
	r.Agents[1].Queues = []string{"english"}
}

// A key leads past the greeting and the menu into the queue it names, where the
// volunteer of that queue answers; who presses nothing is led on.
func TestCallerChoosesInAMenu(t *testing.T) {
	t.Parallel()
	for keys, name := range map[string]string{"2": "dewi", "": "sari"} {
		t.Run("key "+keys, func(t *testing.T) {
			s := open(t, func(r *configs.Routing) {
				twoQueues(r)
				r.Queues[0].Greeting = "hold" // short, so that who waits for the end of the menu need not wait long
				r.Numbers[0].Menu = "main"
				r.Menus = []configs.Menu{{ID: "main", Prompt: "hold", Timeout: configs.Duration(time.Second), Queue: "hotline",
					Choices: []configs.MenuChoice{{Key: "2", Language: "en", Queue: "english"}}}}
				r.Agents[1].Languages = []string{"en"}
			})
			v, page := s.volunteer(name)
			caller := s.dial(siptest.Options{})
			s.must("words", caller.Media().Hears().WaitSound(s.ctx))
			if keys != "" {
				s.must("press", caller.SendKeys(keys))
			}
			v.Answer(s.offered(v).ID)
			s.talking(v)
			s.must("volunteer hears caller", page.Hears().WaitTone(s.ctx, callerTone))
			s.must("caller hears volunteer", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
			s.must("hang up", caller.Hangup(s.ctx))
			if got := s.record(); string(got.Agent) != name || got.Outcome != queue.OutcomeAnswered {
				t.Errorf("record %+v", got)
			}
		})
	}
}

// The ladder speaks to who waits, and a key of hers takes her to another queue.
func TestCallerChoosesOnTheLadder(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) {
		twoQueues(r)
		r.Queues[0].Ladder = []configs.Rung{{Prompt: "choices", Choices: []configs.Option{{Key: "1", Do: configs.DoStay}, {Key: "4", Do: configs.DoQueue, Queue: "english"}}}}
	})
	v, _ := s.volunteer("dewi")
	caller := s.dial(siptest.Options{})
	s.must("words", caller.Media().Hears().WaitSound(s.ctx))
	s.must("press", caller.SendKeys("4"))
	v.Answer(s.offered(v).ID)
	s.talking(v)
	s.must("caller hears volunteer", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	s.must("hang up", caller.Hangup(s.ctx))
	if got := s.record(); got.Queue != "english" {
		t.Errorf("record %+v", got)
	}
}

// Two zeros: our BYE comes at once, nothing is said, and the record tells. The
// sound ends before the BYE does: whoever takes the phone out of her hand hears
// nothing any more.
func TestTwoZerosEndTheCall(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	other := s.dial(siptest.Options{From: "+628120000009"}) // by whose music time is told
	w, err := siptest.OpenWire("udp", s.sip.Addr())
	s.must("wire", err)
	defer w.Close()
	phone, err := mediatest.NewCaller(mediatest.CallerOptions{}) // it stays on the line when the call is over
	s.must("phone", err)
	defer phone.Close()
	say := func(method string, seq int, to, body string) {
		s.must(method, w.Send(fmt.Sprintf("%s sip:%s@%s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bKzeros%d%s;rport\nFrom: <sip:+62811@carrier.example>;tag=her\nTo: <sip:hotline@test>%s\n"+
			"Call-ID: zeros@test\nCSeq: %d %s\nMax-Forwards: 70\nContact: <sip:caller@%s>\nContent-Type: application/sdp\nContent-Length:\n\n%s",
			method, configs.DemoNumber, s.sip.Addr(), w.Addr(), seq, method, to, seq, method, w.Addr(), body)))
	}
	say("INVITE", 1, "", string(phone.Offer()))
	ok, err := w.WaitStatus(s.ctx, "INVITE", 200)
	s.must("answer", err)
	say("ACK", 1, ";tag="+ok.Tag("To"), "")
	s.must("their sound", phone.Accept([]byte(ok.Body())))
	phone.Speak(callerTone)
	s.must("greeting", phone.Hears().WaitSound(s.ctx))
	s.must("press", phone.SendKeys("00"))
	bye, err := w.WaitRequest(s.ctx, "BYE")
	s.must("BYE", err)
	before := phone.Hears().Heard().Packets
	var answer strings.Builder
	answer.WriteString("SIP/2.0 200 OK\n")
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		answer.WriteString(name + ": " + bye.Header(name) + "\n")
	}
	s.must("200", w.Send(answer.String()+"Content-Length: 0\n"))
	if got := s.record(); got.EndedBy != queue.ByCaller || got.Outcome != queue.OutcomeAbandonedShort {
		t.Errorf("record %+v", got)
	}
	s.must("half a second", other.Media().Hears().WaitPackets(s.ctx, 25))
	// One may have been on its way.
	if after := phone.Hears().Heard(); after.Packets-before > 1 || after.LastAt.After(bye.At.Add(20*time.Millisecond)) {
		t.Errorf("%d packets came after the BYE, the last %v after it", after.Packets-before, after.LastAt.Sub(bye.At))
	}
	s.must("hang up", other.Hangup(s.ctx))
}

// S3: an admin closes the queue while one waits. She is kept and answered; who
// calls now hears the words, and the call ends.
func TestClosedWhileSomebodyWaits(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) { r.Queues[0].WhenClosed = configs.Exit{Words: "hold"} })
	v, _ := s.onShift("sari")
	caller := s.dial(siptest.Options{})
	s.must("greeting", caller.Media().Hears().WaitSound(s.ctx))
	r := configs.DemoRouting()
	r.Queues[0].WhenClosed = configs.Exit{Words: "hold"}
	r.Queues[0].Closed.Until = time.Now().Add(time.Hour).Format(time.RFC3339)
	s.applied(r)
	late, err := s.phone.Dial(s.ctx, "sip:"+configs.DemoNumber+"@"+s.sip.Addr(), siptest.Options{From: "+628120000002"})
	s.must("dial", err)
	s.must("closed words", late.Media().Hears().WaitSound(s.ctx))
	s.must("BYE", late.WaitDone(s.ctx))
	if got := s.record(); got.Outcome != queue.OutcomeClosed {
		t.Errorf("record %+v", got)
	}
	s.must("ready", v.Ready(s.ctx))
	v.Answer(s.offered(v).ID)
	s.talking(v)
	s.must("caller hears volunteer", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	s.must("hang up", caller.Hangup(s.ctx))
}

// B12: an admin closes a queue that offers to call back. Who says that it is safe keeps
// her place and is let go; who says no hears her music again and waits on.
func TestCallbackChosenAtClosing(t *testing.T) {
	t.Parallel()
	closing := func(r *configs.Routing) {
		r.Queues[0].Greeting, r.Queues[0].AtClosing = "hold", configs.OfferBack
	}
	s := open(t, closing)
	s.asksByTone("callback-safe")
	var callers []*siptest.Call
	for i := range 2 {
		callers = append(callers, s.dial(siptest.Options{From: fmt.Sprintf("+6281200000%d", i)}))
		s.until("her place", func() bool { return len(s.journal(queue.QueueEntered)) == i+1 })
	}
	safe, unsafe := callers[0], callers[1]
	r := configs.DemoRouting()
	closing(&r)
	r.Queues[0].Closed.Until = time.Now().Add(time.Hour).Format(time.RFC3339)
	s.applied(r)
	for _, her := range callers {
		s.must("asked whether it is safe", her.Media().Hears().WaitTone(s.ctx, askedTone))
	}
	s.must("press", safe.SendKeys("1"))
	s.until("her call-back", func() bool { return len(s.journal(queue.CallbackQueued)) == 1 })
	s.must("BYE after the words", safe.WaitDone(s.ctx))
	s.must("press", unsafe.SendKeys("2"))
	s.until("her no", s.chose("safe", "no"))
	s.must("words, then music", unsafe.Media().Hears().WaitSoundBut(s.ctx, askedTone))
	if left := s.journal(queue.QueueLeft); len(left) != 1 || left[0].Reason != "callback" {
		t.Errorf("the line was left by %+v", left)
	}
	s.must("hang up", unsafe.Hangup(s.ctx))
}

// S3: the hours end while one of five is being rung for. By at_closing the others
// are kept and answered after, or hear the words and are let go; the ring is never
// cut, and who calls now hears the words.
func TestHoursEndWhileFiveWait(t *testing.T) {
	t.Parallel()
	for _, atClosing := range []string{configs.KeepWaiting, configs.LeadOut} {
		t.Run(atClosing, func(t *testing.T) {
			t.Parallel()
			day := func(open string) func(*configs.Routing) {
				return func(r *configs.Routing) {
					now := time.Now().UTC()
					h := configs.Hours{ID: "office", TimeZone: "UTC", Open24: true}
					for _, at := range []time.Time{now, now.Add(time.Hour)} {
						if date := at.Format(time.DateOnly); len(h.Exceptions) == 0 || h.Exceptions[0].Date != date {
							h.Exceptions = append(h.Exceptions, configs.Exception{Date: date, Label: "short of staff", Open: open})
						}
					}
					r.Hours = []configs.Hours{h}
					r.Queues[0].Hours, r.Queues[0].AtClosing, r.Queues[0].WhenClosed = "office", atClosing, configs.Exit{Words: "hold"}
					r.Queues[0].WrapUp, r.Queues[0].RingFor = 0, configs.Duration(time.Minute)
				}
			}
			s := open(t, day("open24"))
			v, _ := s.volunteer("sari")
			var calls []*siptest.Call
			for i := range 5 {
				calls = append(calls, s.dial(siptest.Options{From: fmt.Sprintf("+6281100000%d", i)}))
				s.until("her place", func() bool { return len(s.journal(queue.QueueEntered)) == i+1 })
			}
			offer := s.offered(v)
			r := configs.DemoRouting()
			day("closed")(&r)
			s.applied(r)
			s.until("closed", func() bool { return len(s.journal(queue.QueueClosed)) == 1 })
			late := s.dial(siptest.Options{From: "+62811000009"})
			s.must("closed words", late.Media().Hears().WaitSound(s.ctx))
			s.must("BYE", late.WaitDone(s.ctx))

			served := calls[:1]
			if atClosing == configs.KeepWaiting {
				served = calls
			}
			for _, led := range calls[len(served):] {
				s.must("BYE after the words", led.WaitDone(s.ctx))
			}
			for i, her := range served {
				if i > 0 {
					offer = s.offered(v)
				}
				v.Answer(offer.ID)
				s.must("she hears sari", her.Media().Hears().WaitTone(s.ctx, volunteerTone))
				s.must("hang up", her.Hangup(s.ctx))
				if _, err := v.Await(s.ctx, func(a queue.AgentView) bool {
					return a.Call == nil && (a.Offer == nil || a.Offer.ID != offer.ID)
				}); err != nil {
					t.Fatal(err)
				}
			}
			s.until("six ends", func() bool { return len(s.journal(queue.CallOver)) == 6 })
			ends := map[queue.Outcome]int{}
			for _, e := range s.journal(queue.CallOver) {
				ends[e.Outcome]++
			}
			if ends[queue.OutcomeAnswered] != len(served) || ends[queue.OutcomeClosed] != 6-len(served) {
				t.Errorf("ended %v", ends)
			}
		})
	}
}
