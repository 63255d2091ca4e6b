package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/reports"
	"sahut/sip"
	"sahut/sip/siptest"
)

// herNumber is whom the house calls back.
const herNumber = "+6281234567890"

// carrier is a carrier's server that rings a telephone: it takes our calls and
// answers them when the test says so.
type carrier struct {
	t       *testing.T
	conn    net.PacketConn
	invites chan siptest.Message
	byes    chan siptest.Message

	mu   sync.Mutex // guards what follows
	from net.Addr
	seen map[string]bool
}

func newCarrier(t *testing.T) *carrier {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.9:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &carrier{t: t, conn: conn, invites: make(chan siptest.Message, 9), byes: make(chan siptest.Message, 9), seen: map[string]bool{}}
	done := make(chan struct{})
	go func() { defer close(done); c.read() }()
	t.Cleanup(func() { conn.Close(); <-done })
	return c
}

func (c *carrier) read() {
	buf := make([]byte, 65535)
	for {
		n, from, err := c.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		m := siptest.Message{At: time.Now(), Text: string(buf[:n])}
		c.mu.Lock()
		c.from = from
		again := c.seen[m.Method()+m.Header("Call-ID")]
		c.seen[m.Method()+m.Header("Call-ID")] = true
		c.mu.Unlock()
		switch {
		case m.Status() != 0:
		case m.Method() == "INVITE" && !again:
			c.reply(m, "180 Ringing", "")
			c.invites <- m
		case m.Method() == "BYE":
			c.reply(m, "200 OK", "")
			c.byes <- m
		case m.Method() == "OPTIONS":
			c.reply(m, "200 OK", "")
		}
	}
}

func (c *carrier) reply(m siptest.Message, status, body string) {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for line := range strings.SplitSeq(m.Text, "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		if name == "To" && !strings.Contains(line, ";tag=") {
			line += ";tag=phone"
		}
		if slices.Contains([]string{"Via", "From", "To", "Call-ID", "CSeq"}, name) {
			b.WriteString(line + "\r\n")
		}
	}
	fmt.Fprintf(&b, "Contact: <sip:phone@%s>\r\n", c.conn.LocalAddr())
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.conn.WriteTo([]byte(b.String()), c.from); err != nil {
		c.t.Log(err)
	}
}

// invite waits for the next call.
func (c *carrier) invite(ctx context.Context) siptest.Message {
	c.t.Helper()
	return next(ctx, c.t, "INVITE", c.invites)
}

func next(ctx context.Context, t *testing.T, what string, from chan siptest.Message) siptest.Message {
	t.Helper()
	select {
	case m := <-from:
		return m
	case <-ctx.Done():
		t.Fatalf("no %s: %v", what, ctx.Err())
		return siptest.Message{}
	}
}

// pickUp answers a call; whoever answers speaks the caller's tone.
func (c *carrier) pickUp(m siptest.Message) *mediatest.Caller {
	c.t.Helper()
	phone, err := mediatest.NewCaller(mediatest.CallerOptions{Record: time.Minute})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(phone.Close)
	sdp, err := phone.Answer([]byte(m.Body()))
	if err != nil {
		c.t.Fatal(err)
	}
	phone.Speak(callerTone)
	c.reply(m, "200 OK", string(sdp))
	return phone
}

// callingBack is a house with c as its carrier whose hotline offers a call-back at
// once.
func (c *carrier) callingBack() (func(*configs.Server), func(*configs.Routing)) {
	serve := func(cfg *configs.Server) {
		t := configs.DefaultTrunk()
		t.Name, t.Server, t.Number, t.MediaAddresses = "carrier", "sip:"+c.conn.LocalAddr().String(), "+622139039630", []string{"127.0.0.0/8"}
		cfg.SIP.Trunks = append([]configs.Trunk{t}, cfg.SIP.Trunks...)
	}
	return serve, func(r *configs.Routing) {
		r.Queues[0].Greeting, r.Queues[0].WrapUp = "hold", 0
		r.Queues[0].Ladder = []configs.Rung{{Prompt: "choices", Choices: []configs.Option{{Key: "1", Do: configs.DoStay}, {Key: "2", Do: configs.DoCallback}}}}
	}
}

// chooseCallback has a caller press her way to a call-back and hang up.
func chooseCallback(t *testing.T, ctx context.Context, phone *siptest.Phone, house string, kept func()) {
	t.Helper()
	caller, err := phone.Dial(ctx, "sip:"+configs.DemoNumber+"@"+house, siptest.Options{From: herNumber})
	if err != nil {
		t.Fatal(err)
	}
	if err := caller.WaitAnswered(ctx); err != nil {
		t.Fatal(err)
	}
	if err := caller.Media().Hears().WaitSound(ctx); err != nil {
		t.Fatal(err)
	}
	if err := caller.SendKeys("21"); err != nil {
		t.Fatal(err)
	}
	kept()
	if err := caller.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
}

// A caller presses her way to a call-back and hangs up. A volunteer accepts it and
// only then is she called, with no number shown. Whoever picks up hears nothing of
// us until the volunteer speaks: first a machine does, which gets silence and a
// BYE; an admin has her called again, and then both hear each other.
func TestCalledBack(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	serve, edit := c.callingBack()
	s := openAs(t, serve, edit)
	s.trunkIs("up", func(st sip.TrunkState) bool { return st.Name == "carrier" && st.Up })
	chooseCallback(t, s.ctx, s.phone, s.sip.Addr(), func() { s.journalHas("queued") })
	if got := s.record(); got.Outcome != queue.OutcomeCallbackKept {
		t.Fatalf("record %+v", got)
	}

	v, page := s.volunteer("sari")
	offer := s.offered(v)
	if offer.Callback == nil || offer.Callback.Attempts != 0 {
		t.Fatalf("offer %+v", offer)
	}
	select {
	case m := <-c.invites:
		t.Fatalf("called before anybody accepted: %s", m.Line())
	default:
	}
	v.Answer(offer.ID)
	invite := c.invite(s.ctx)
	if from := invite.Header("From"); !strings.HasPrefix(from, `"Anonymous" <sip:anonymous@anonymous.invalid>`) || invite.Header("Privacy") != "id" {
		t.Errorf("From: %s, Privacy: %s", from, invite.Header("Privacy"))
	}
	if !strings.Contains(invite.Line(), strings.TrimPrefix(herNumber, "+")) {
		t.Errorf("calls %s", invite.Line())
	}
	machine := c.pickUp(invite)
	call := s.listening(v)
	s.must("volunteer hears who answered", page.Hears().WaitTone(s.ctx, callerTone))
	s.must("two seconds", machine.Hears().WaitPackets(s.ctx, 100))
	v.HangUp(call.Contact)
	next(s.ctx, t, "BYE", c.byes)
	for i, sample := range machine.Hears().Recording() {
		if sample > 16 || sample < -16 {
			t.Fatalf("the machine heard us: sample %d is %d", i, sample)
		}
	}
	if got := s.record(); got.Outcome != queue.OutcomeUnreached || got.Direction != queue.DirectionOut {
		t.Errorf("record %+v", got)
	}

	id := s.desk.Snapshot().Callbacks
	if len(id) != 1 || id[0].Reason != queue.ParkedGap || id[0].Attempts != 1 {
		t.Fatalf("call-backs %+v", id)
	}
	if why, err := s.desk.UrgeCallback(s.ctx, id[0].ID, "rina"); err != nil || why != "" {
		t.Fatal(why, err)
	}
	v.Answer(s.offered(v).ID)
	page.Hears().Reset()
	phone := c.pickUp(c.invite(s.ctx))
	call = s.listening(v)
	v.Send("mute", map[string]any{"contact": call.Contact, "on": false})
	s.must("she hears the volunteer", phone.Hears().WaitTone(s.ctx, volunteerTone))
	s.must("the volunteer hears her", page.Hears().WaitTone(s.ctx, callerTone))
	v.HangUp(call.Contact)
	next(s.ctx, t, "BYE", c.byes)
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.Agent != "sari" || got.Direction != queue.DirectionOut {
		t.Errorf("record %+v", got)
	}
	s.journalHas("reached")
	s.close()
	st, err := openStore(s.cfg)
	s.must("open the store", err)
	defer st.Close()
	if list, _, err := st.Callbacks(); err != nil || len(list) != 0 {
		t.Errorf("her number is still kept: %v %v", list, err)
	}
	figures := reports.NewReader(time.Now().Add(-time.Hour), time.Now().Add(time.Hour), reports.DefaultLimits)
	s.must("read the journal", st.Entries(0, func(e queue.Entry) bool {
		figures.Add(e)
		return true
	}))
	if all := figures.All(); all.Callbacks != 1 || all.Offered() != 1 || all.BackDialled != 2 || all.BackSafe != 2 || all.BackReached != 1 {
		t.Errorf("%d call-backs of %d offered; dialled %d, safe %d, reached %d", all.Callbacks, all.Offered(), all.BackDialled, all.BackSafe, all.BackReached)
	}
}

// S11: ten who wait and ten who chose a call-back, every other one, are served in
// the one order in which they came.
func TestCallbacksKeepTheirPlacesAmongTheLiving(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	serve, edit := c.callingBack()
	s := openAs(t, serve, func(r *configs.Routing) {
		edit(r)
		r.Queues[0].MaxWait, r.Queues[0].MaxWaitNobody = configs.Duration(30*time.Minute), configs.Duration(30*time.Minute)
		r.Outgoing.MaxAtOnce, r.Outgoing.MaxPerHour = 5, 50
	})
	s.trunkIs("up", func(st sip.TrunkState) bool { return st.Name == "carrier" && st.Up })
	const pairs = 10
	live := map[int]*siptest.Call{} // by their place
	for i := range 2 * pairs {
		caller := s.dial(siptest.Options{From: fmt.Sprintf("+62812345678%02d", i)})
		if i%2 == 0 {
			live[i] = caller
		} else {
			s.must("choices", caller.Media().Hears().WaitSound(s.ctx))
			s.must("press", caller.SendKeys("21"))
			s.until("her call-back", func() bool { return len(s.journal(queue.CallbackQueued)) == (i+1)/2 })
			s.must("hang up", caller.Hangup(s.ctx))
		}
		s.until("her place", func() bool { return len(s.journal(queue.QueueEntered)) == i+1 })
	}
	var came []queue.ContactID
	for _, e := range s.journal(queue.QueueEntered) {
		came = append(came, e.Contact)
	}
	v, _ := s.volunteer("sari")
	var served []queue.ContactID
	for i := range 2 * pairs {
		offer := s.offered(v)
		served = append(served, offer.Contact)
		if back := offer.Callback != nil; back != (i%2 == 1) {
			t.Fatalf("number %d is a call-back: %v", i+1, back)
		}
		v.Answer(offer.ID)
		if offer.Callback == nil {
			s.must("she hears sari", live[i].Media().Hears().WaitTone(s.ctx, volunteerTone))
			s.must("hang up", live[i].Hangup(s.ctx))
		} else {
			invite := c.invite(s.ctx)
			if want := fmt.Sprintf("62812345678%02d", i); !strings.Contains(invite.Line(), want) {
				t.Errorf("%s is called, want %s", invite.Line(), want)
			}
			c.pickUp(invite)
			call := s.listening(v)
			v.Send("mute", map[string]any{"contact": call.Contact, "on": false})
			s.talking(v)
			v.HangUp(call.Contact)
			next(s.ctx, t, "BYE", c.byes)
		}
		if _, err := v.Await(s.ctx, func(a queue.AgentView) bool { return a.Call == nil && (a.Offer == nil || a.Offer.ID != offer.ID) }); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(came, served) {
		t.Errorf("they came %v\nand were served %v", came, served)
	}
	s.until("ten reached", func() bool { return len(s.journal(queue.CallbackReached)) == pairs })
}

// A server killed between keeps the call-back with its place, and the next one
// calls her.
func TestCallbackOutlivesAKill(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	serve, edit := c.callingBack()
	dir := t.TempDir()
	first := openIn(t, dir, serve, edit) // the routing it begins with
	first.close()
	server, addr := startDemoProcess(t, first.ctx, dir)
	phone, err := siptest.New(siptest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()
	chooseCallback(t, first.ctx, phone, addr, func() { awaitCallback(t, first.ctx, dir) })
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()

	restarted := time.Now()
	s := openIn(t, dir, serve, nil)
	s.trunkIs("up", func(st sip.TrunkState) bool { return st.Name == "carrier" && st.Up })
	v, _ := s.volunteer("sari")
	offer := s.offered(v)
	if offer.Callback == nil || offer.Callback.Place != 1 || !offer.Waiting.Before(restarted) {
		t.Fatalf("offer %+v", offer)
	}
	v.Answer(offer.ID)
	her := c.pickUp(c.invite(s.ctx))
	call := s.listening(v)
	v.Send("mute", map[string]any{"contact": call.Contact, "on": false})
	s.must("she hears the volunteer", her.Hears().WaitTone(s.ctx, volunteerTone))
	v.HangUp(call.Contact)
	next(s.ctx, t, "BYE", c.byes)
	s.journalHas("reached")
}

// awaitCallback waits until the server of dir lists a call-back.
func awaitCallback(t *testing.T, ctx context.Context, dir string) {
	t.Helper()
	o, err := openOperator(dir)
	if err != nil {
		t.Fatal(err)
	}
	look := time.NewTicker(50 * time.Millisecond) // another process: nothing else tells
	defer look.Stop()
	for {
		var list agentui.CallbackList
		if err := o.get(ctx, "/api/v1/callbacks", &list); err != nil {
			t.Fatal(err)
		}
		if len(list.Callbacks) > 0 {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatal("no call-back was kept")
		}
	}
}

// listening waits until v hears who answered and is not heard.
func (s *site) listening(v interface {
	Await(context.Context, func(queue.AgentView) bool) (queue.AgentView, error)
}) *queue.CallView {
	s.t.Helper()
	view, err := v.Await(s.ctx, func(a queue.AgentView) bool { return a.Call != nil && a.Call.Listening })
	s.must("answered", err)
	return view.Call
}

// journalHas waits for an entry about a call-back.
func (s *site) journalHas(what string) {
	s.t.Helper()
	s.until(what, func() bool {
		found := false
		s.must("read the journal", s.store.Entries(0, func(e queue.Entry) bool {
			found = found || string(e.Kind) == "callback."+what
			return !found
		}))
		return found
	})
}
