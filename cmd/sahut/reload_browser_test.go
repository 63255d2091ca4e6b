package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sahut/queue"
	"sahut/sip/siptest"
)

// reloadsIn loads the page anew in a state and finds it there again, while the
// caller's call goes on.
func (p *screen) reloadsIn(state queue.AgentState, caller *siptest.Call) {
	p.t.Helper()
	p.state(state)
	p.reload()
	p.state(state)
	if caller == nil {
		return
	}
	select {
	case <-caller.Done():
		p.t.Fatalf("the caller was hung up on by a reload in %s", state)
	default:
	}
}

// A page is loaded anew in each state of a shift: she is what she was, no caller
// loses her call, both hear each other again, and the next call rings.
func TestChromiumReloads(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	p := s.openScreen()
	p.signIn("sari")
	p.press("Start shift")
	p.reloadsIn(queue.Paused, nil)
	p.press("Ready")
	p.reloadsIn(queue.Ready, nil)

	caller := s.dial(siptest.Options{})
	p.state(queue.Offered)
	p.rings()
	p.reloadsIn(queue.Offered, caller)
	p.rings()
	p.press("Answer")
	bothHear := func() {
		t.Helper()
		p.state(queue.Talking)
		s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))
		p.hears(callerTone)
	}
	bothHear()
	p.reloadsIn(queue.Talking, caller)
	bothHear()

	p.press("Hold")
	p.reloadsIn(queue.Held, caller)
	s.must("music on hold", caller.Media().Hears().WaitSoundBut(s.ctx, micTone))
	dewi, ear := s.volunteer("dewi")
	p.press("Transfer")
	p.press("Ask Dewi first")
	dewi.Answer(s.offered(dewi).ID)
	p.reads("You talk with Dewi")
	s.must("dewi hears the browser", ear.Hears().WaitTone(s.ctx, micTone))
	p.reloadsIn(queue.Held, caller) // and the colleague is still with her
	p.reads("You talk with Dewi")
	ear.Hears().Reset()
	s.must("dewi hears the browser", ear.Hears().WaitTone(s.ctx, micTone))
	s.must("music on hold", caller.Media().Hears().WaitSoundBut(s.ctx, micTone))
	p.press("All three together")
	p.state(queue.Talking)
	s.hearsJust("the caller", caller.Media().Hears(), micTone)
	p.hearsAmong(callerTone, 6) // as loud as dewi
	p.press("Let them go")
	bothHear()
	dewi.Send("shift.end", nil)

	p.mayFail = "ERR_INTERNET_DISCONNECTED"
	p.offline(true)
	p.state(queue.Reconnecting)
	p.offline(false)
	p.reload()
	bothHear()

	p.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
	p.reloadsIn(queue.WrapUp, nil)
	p.press("Finish wrap-up")
	p.reloadsIn(queue.Ready, nil)
	next := s.dial(siptest.Options{})
	p.rings()
	s.must("hang up", next.Hangup(s.ctx))
	p.state(queue.Ready)
}

// offline takes the network away from the page, or gives it back.
func (p *screen) offline(on bool) {
	p.t.Helper()
	rules := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{}}
	if on {
		rules.MatchedNetworkConditions = append(rules.MatchedNetworkConditions, &network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	}
	if _, err := chromedp.Call(p.tab, network.EmulateNetworkConditionsByRule, rules); err != nil {
		p.fail("network", err)
	}
}

// The browser stops a page in the background altogether. The server notices that
// nobody would hear a ring there: a caller waits rather than ring for her. Going on,
// the page is ready again, and rings.
func TestChromiumFrozen(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	p := s.openScreen()
	p.signIn("sari")
	p.press("Start shift")
	p.state(queue.Paused)
	p.press("Ready")
	p.state(queue.Ready)

	p.mayFail = "Back-Forward Cache" // as the browser calls it when it cuts the wire
	p.lifecycle(page.SetWebLifecycleStateStateFrozen)
	s.until("the server knows", func() bool {
		return slices.ContainsFunc(s.entries(queue.StateChanged), func(e queue.Entry) bool { return e.Agent == "sari" && e.To == queue.Reconnecting })
	})
	caller := s.dial(siptest.Options{})
	s.until("she waits", func() bool { return len(s.entries(queue.QueueWhy)) == 1 })
	if made := s.entries(queue.OfferMade); len(made) != 0 {
		t.Errorf("a page that stands still was rung: %+v", made)
	}
	p.lifecycle(page.SetWebLifecycleStateStateActive)
	p.state(queue.Offered)
	p.rings()
	// Without a screen a page that stood still stays hidden, where no mouse comes.
	p.js("answer", fmt.Sprintf(waiting, fmt.Sprintf("const b = (() => {"+button+"})(); b?.click(); return b;", "Answer"))+`.then(() => "pressed")`)
	p.state(queue.Talking)
	s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))
	p.hears(callerTone)
}

func (p *screen) lifecycle(state page.SetWebLifecycleStateState) {
	p.t.Helper()
	if _, err := chromedp.Call(p.tab, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state}); err != nil {
		p.fail("lifecycle", err)
	}
}

// A second tab in a talk: it says where the shift runs and takes it over, and back;
// the caller keeps her call, and hears the one tab and then the other.
func TestChromiumSecondTab(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	first := s.openScreen()
	first.signIn("sari")
	first.press("Start shift")
	first.state(queue.Paused)
	first.press("Ready")
	caller := s.dial(siptest.Options{})
	first.press("Answer")
	first.state(queue.Talking)
	s.must("the caller hears the first tab", caller.Media().Hears().WaitTone(s.ctx, micTone))

	tab, closeTab := chromedp.NewContext(first.tab)
	t.Cleanup(closeTab)
	second := s.newScreen(tab)
	second.reads("Sahut is open in another tab")
	first.hears(callerTone) // as long as nobody takes it over
	for i, p := range []*screen{second, first} {
		p.press("Use here instead")
		p.state(queue.Talking)
		p.hears(callerTone)
		s.must("the caller hears this tab", caller.Media().Hears().WaitTone(s.ctx, micTone))
		other := []*screen{first, second}[i]
		other.reads("Use here instead")
		other.js("the other is silent", fmt.Sprintf(waiting, `return document.getElementById("far-end").srcObject === null;`))
	}
	first.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
	first.state(queue.WrapUp)
}
