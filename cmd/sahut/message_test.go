package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// messageHouse takes a message of everybody who waits for a moment.
func messageHouse(r *configs.Routing) {
	r.Queues[0].Ladder = []configs.Rung{{Prompt: "hold", Choices: []configs.Option{{Key: "1", Do: configs.DoStay}, {Key: "3", Do: configs.DoMessage}}}}
	r.Messages.Consent, r.Messages.Thanks = "hold", "hold" // short words
	r.Messages.Silence = configs.Duration(2 * time.Second)
}

// leave has a caller choose a message, and waits for the tone.
func (s *site) leave() *siptest.Call {
	s.t.Helper()
	return s.leaveAll(siptest.Options{})[0]
}

// leaveAll has several leave one at the same time.
func (s *site) leaveAll(as ...siptest.Options) (callers []*siptest.Call) {
	s.t.Helper()
	for _, o := range as {
		callers = append(callers, s.dial(o))
	}
	for _, c := range callers {
		s.must("words", c.Media().Hears().WaitSound(s.ctx))
		s.must("press", c.SendKeys("3"))
	}
	for _, c := range callers {
		s.must("the tone", c.Media().Hears().WaitTone(s.ctx, 880))
	}
	return callers
}

// A caller leaves a message by the ladder. The one who may listen hears what she
// said; on the disk there is nothing of it in clear; the record says voicemail.
func TestCallerLeavesAMessage(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"#", "hang up", "silence"} {
		t.Run(end, func(t *testing.T) {
			s := open(t, messageHouse)
			caller := s.leave()
			s.until("four seconds of sound", func() bool { return s.unfinishedMessage() >= 2 })
			switch end {
			case "#":
				s.must("press", caller.SendKeys("#"))
				s.until("the question", func() bool { return len(s.entries(queue.MessageLeft)) == 1 })
				s.must("it is safe", caller.SendKeys("1"))
			case "hang up":
				s.must("hang up", caller.Hangup(s.ctx))
			case "silence":
				caller.Media().Speak(0)
				s.until("the question", func() bool { return len(s.entries(queue.MessageLeft)) == 1 })
				s.must("it is not safe", caller.SendKeys("2"))
			}
			s.must("the end", caller.WaitDone(s.ctx))
			if kept := s.entries(queue.CallbackQueued); (len(kept) == 1) != (end == "#") {
				t.Errorf("call-backs %+v", kept)
			}
			if asked := s.entries(queue.SafetyNoted); len(asked) != map[string]int{"#": 1, "silence": 1}[end] {
				t.Errorf("answers %+v", asked)
			}
			if got := s.record(); got.Outcome != queue.OutcomeVoicemail {
				t.Fatalf("record %+v", got)
			}
			list, err := s.messages.List()
			if err != nil || len(list) != 1 || list[0].Millis < 2000 || list[0].Number != "••••001" || list[0].Queue != "hotline" {
				t.Fatalf("messages %+v, %v", list, err)
			}
			wav := s.listen(list[0].ID)
			if !mediatest.WAVHasTone(wav, callerTone) {
				t.Error("her tone is not in it")
			}
			sealed, err := os.ReadFile(filepath.Join(s.cfg.Data, "messages", string(list[0].ID)))
			if err != nil || bytes.Contains(sealed, wav[len(wav)/2:len(wav)/2+64]) {
				t.Errorf("the sound lies open on the disk: %v", err)
			}
		})
	}
}

// Who says nothing leaves nothing: closing words, outcome closed.
func TestEmptyMessageIsNotKept(t *testing.T) {
	t.Parallel()
	s := open(t, messageHouse)
	caller := s.leave()
	caller.Media().Speak(0)
	s.must("the end", caller.WaitDone(s.ctx))
	if got := s.record(); got.Outcome != queue.OutcomeClosed {
		t.Errorf("record %+v", got)
	}
	if list, err := s.messages.List(); err != nil || len(list) != 0 {
		t.Errorf("messages %+v, %v", list, err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.cfg.Data, "messages", "*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

// Messages are erased when their time is over, the sound and the row; the journal
// says so.
func TestMessagesAreErasedInTime(t *testing.T) {
	t.Parallel()
	s := open(t, messageHouse)
	caller := s.leave()
	s.until("sound", func() bool { return s.unfinishedMessage() >= 2 })
	s.must("hang up", caller.Hangup(s.ctx))
	s.record()
	if n, err := s.messages.expire(time.Now().Add(29 * 24 * time.Hour)); n != 0 || err != nil {
		t.Fatalf("after 29 days %d erased, %v", n, err)
	}
	if n, err := s.messages.expire(time.Now().Add(31 * 24 * time.Hour)); n != 1 || err != nil {
		t.Fatalf("after 31 days %d erased, %v", n, err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.cfg.Data, "messages", "*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

// unfinishedMessage is how many KiB of a message being spoken are on the disk; of
// the shortest, if there are several.
func (s *site) unfinishedMessage() (least int64) {
	names, _ := filepath.Glob(filepath.Join(s.cfg.Data, "messages", "*.part"))
	for i, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return 0
		}
		if size := info.Size() >> 10; i == 0 || size < least {
			least = size
		}
	}
	return least
}

func (s *site) listen(id queue.ContactID) []byte {
	s.t.Helper()
	o, err := openOperator(s.cfg.Data)
	s.must("operator", err)
	defer o.close()
	res, err := o.do(s.ctx, "GET", "/api/v1/messages/"+string(id)+"/sound", "", nil)
	s.must("listen", err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	s.must("listen", err)
	return b
}

var _ agentui.Messages = (*messages)(nil)
