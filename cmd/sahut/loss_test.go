package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

const (
	lossShare = 0.05 // of all SIP datagrams, either way
	lossCalls = 200
	lossAtA   = 40 // calls at a time
)

// closedNumber is a number nobody answers: the house ends its calls.
const closedNumber = "0215550000"

// plan is what a caller of TestLoss means to do.
type plan int

const (
	cancelsAtOnce plan = iota
	leavesQueue        // hangs up while she waits, or whatever else happens then
	holdsAndLeaves
	staysToTheEnd // a volunteer hangs up
	callsClosed   // the house hangs up
	plans
)

// TestLoss lets 200 calls lose one SIP datagram in twenty, either way, and end
// at any moment by either side. Each must leave exactly one record which says
// what happened, and nothing else.
func TestLoss(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("SAHUT_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("SAHUT_SEED=%d", seed)
	s := open(t, func(r *configs.Routing) {
		r.Queues[0].WrapUp = 0
		closed := configs.NewQueue("closed", "Closed", configs.Exit{Words: "closing"})
		closed.MaxWaitNobody = configs.Duration(time.Second)
		r.Queues = append(r.Queues, closed)
		r.Numbers = append(r.Numbers, configs.Number{Number: closedNumber, Queue: "closed", Language: "id"})
	})
	l := &lossy{site: s, rng: rand.New(rand.NewPCG(seed, 1))}
	l.relay = newRelay(t, s.sip.Addr(), "127.0.0.1", l.pass)
	for i, name := range []string{"sari", "dewi", "ayu"} {
		l.hangsUp(name, rand.New(rand.NewPCG(seed, uint64(i+2))))
	}

	type truth struct {
		plan    plan
		endedBy string
		err     error
	}
	truths := make([]truth, lossCalls)
	var running sync.WaitGroup
	places := make(chan struct{}, lossAtA)
	for i := range lossCalls {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			p := plan(i % int(plans))
			c, err := l.place(i, p, rand.New(rand.NewPCG(seed, uint64(i+100))))
			truths[i] = truth{plan: p, err: err}
			if c != nil {
				truths[i].endedBy = c.EndedBy()
			}
		})
	}
	running.Wait()

	records := map[string][]queue.Call{}
	s.until("the end of all calls", func() bool {
		clear(records)
		open := false
		s.must("records", s.store.Calls(time.Time{}, func(c queue.Call) bool {
			records[c.Number] = append(records[c.Number], c)
			open = open || c.Ended == nil
			return true
		}))
		return !open
	})
	for i, was := range truths {
		kept := records[masked(i)]
		delete(records, masked(i))
		if was.err != nil {
			t.Errorf("call %d: %v", i, was.err)
			continue
		}
		if len(kept) != 1 {
			t.Errorf("call %d (%d, ended by %s) has %d records: %+v", i, was.plan, was.endedBy, len(kept), kept)
			continue
		}
		if why := wrongRecord(was.plan, was.endedBy, kept[0]); why != "" {
			t.Errorf("call %d: %s: %+v", i, why, kept[0])
		}
	}
	for number, kept := range records {
		t.Errorf("records of nobody's calls: %s %+v", number, kept)
	}
	if n := s.sip.CallStats().Calls; n != 0 {
		t.Errorf("%d calls are left", n)
	}
	s.close() // it waits for the answers to its last BYEs, while the relay is there
	l.mu.Lock()
	defer l.mu.Unlock()
	t.Logf("%d of %d datagrams were lost", l.lost, l.seen)
}

// wrongRecord says what is wrong with the record of a call, or nothing.
func wrongRecord(p plan, endedBy string, kept queue.Call) string {
	wantBy, wantEnd := queue.ByCaller, siptest.ByCaller
	switch p {
	case staysToTheEnd:
		wantBy, wantEnd = queue.ByAgent, siptest.ByCallee
	case callsClosed:
		wantBy, wantEnd = queue.BySystem, siptest.ByCallee
	}
	switch {
	case endedBy != wantEnd:
		return fmt.Sprintf("her telephone says it was ended by %q, want %q", endedBy, wantEnd)
	case kept.EndedBy != wantBy:
		return fmt.Sprintf("ended by %q, want %q", kept.EndedBy, wantBy)
	case p == callsClosed && kept.Outcome != queue.OutcomeClosed,
		p == staysToTheEnd && kept.Outcome != queue.OutcomeAnswered,
		p == cancelsAtOnce && kept.Outcome == queue.OutcomeClosed,
		(kept.Outcome == queue.OutcomeAnswered) != (kept.Agent != ""):
		return "the outcome is wrong"
	}
	return ""
}

// lossy is a house behind a bad line.
type lossy struct {
	*site
	relay *relay

	mu         sync.Mutex // guards what follows
	rng        *rand.Rand
	seen, lost int
}

// pass loses some datagrams. What either side says of its address leads to the
// relay, so that the whole call crosses it.
func (l *lossy) pass(data []byte, toHouse bool) []byte {
	l.mu.Lock()
	l.seen++
	gone := l.rng.Float64() < lossShare
	if gone {
		l.lost++
	}
	l.mu.Unlock()
	if gone {
		return nil
	}
	house, front := []byte(l.sip.Addr()), []byte(l.relay.addr())
	phone, back := []byte(l.phone.Addr()), []byte(l.relay.back.LocalAddr().String())
	if toHouse {
		return bytes.ReplaceAll(bytes.ReplaceAll(data, front, house), phone, back)
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(data, house, front), back, phone)
}

func callerNumber(i int) string { return fmt.Sprintf("+62811000%03d", i) }

// masked is call i's number as records show it.
func masked(i int) string { return queue.NewCaller(callerNumber(i)).String() }

// place makes call i and ends it as planned.
func (l *lossy) place(i int, p plan, rng *rand.Rand) (*siptest.Call, error) {
	number := configs.DemoNumber
	if p == callsClosed {
		number = closedNumber
	}
	c, err := l.phone.Dial(l.ctx, "sip:"+number+"@"+l.relay.addr(), siptest.Options{From: callerNumber(i)})
	if err != nil {
		return nil, err
	}
	if p == cancelsAtOnce {
		c.Cancel()
		return c, c.WaitDone(l.ctx)
	}
	if err := c.WaitAnswered(l.ctx); err != nil {
		return c, err
	}
	c.Media().Speak(callerTone)
	if p == staysToTheEnd || p == callsClosed {
		return c, c.WaitDone(l.ctx)
	}
	if err := c.Media().Hears().WaitPackets(l.ctx, 1+rng.IntN(60)); err != nil {
		return c, err
	}
	if p == holdsAndLeaves {
		if err := c.Hold(l.ctx); err != nil {
			return c, err
		}
		if rng.IntN(2) == 0 {
			if err := c.Unhold(l.ctx); err != nil {
				return c, err
			}
		}
	}
	return c, c.Hangup(l.ctx)
}

// hangsUp puts a volunteer on shift who answers everybody and hangs up on
// those who stay to the end.
func (l *lossy) hangsUp(name string, rng *rand.Rand) {
	l.t.Helper()
	b, err := mediatest.NewBrowser(mediatest.BrowserOptions{})
	l.must("browser", err)
	page := speaker{b, mediatest.ToneSound(volunteerTone)}
	r, err := hire(l.ctx, "http://"+l.web.Addr().String(), name, l.password, page)
	l.must("hire", err)
	stays := map[string]bool{}
	for i := range lossCalls {
		if plan(i%int(plans)) == staysToTheEnd {
			stays[masked(i)] = true
		}
	}
	life, stop := context.WithCancel(l.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var offer queue.OfferID
		var hungUp queue.ContactID
		for {
			select {
			case <-life.Done():
				return
			case v := <-r.states:
				switch {
				case v.Offer != nil && v.Offer.ID != offer:
					offer = v.Offer.ID
					page.Hears().Reset()
					r.Answer(offer)
				case v.Call != nil && !v.Call.Connecting && v.Call.Contact != hungUp && stays[v.Call.Caller]:
					hungUp = v.Call.Contact
					_ = page.Hears().WaitPackets(life, 1+rng.IntN(20))
					r.HangUp(hungUp)
				case v.Offer == nil && v.Call == nil:
					page.Attach(false)
				}
				if v.State == queue.MediaFault || v.State == queue.NotResponding {
					r.Send("ready", nil)
				}
			}
		}
	}()
	l.t.Cleanup(func() { stop(); <-done; r.Close(); b.Close() })
}
