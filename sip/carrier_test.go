package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
)

// The uplink's state machine against a carrier that exists only in the test's
// bubble, where hours pass at once.

// paperCarrier is a carrier's servers: what they answer, and what they saw.
type paperCarrier struct {
	mu       sync.Mutex // guards what follows
	places   []place
	lookup   error
	silent   map[netip.AddrPort]bool
	deaf     bool                                          // to OPTIONS only
	answers  func(req *sip.Request, p place) *sip.Response // nil: 200
	register func(req *sip.Request, n int) *sip.Response   // nil: 200 for what was asked
	contact  sip.Uri
	alive    bool // connections are
	seen     []sighting
	alarms   []Alarm
	alarmsAt []time.Time
}

type sighting struct {
	at    time.Time
	place place
	req   *sip.Request
}

func newPaperCarrier(addrs ...string) *paperCarrier {
	c := &paperCarrier{silent: map[netip.AddrPort]bool{}, contact: sip.Uri{Scheme: "sip", Host: "10.0.0.9", Port: 5060}, alive: true}
	for _, a := range addrs {
		c.places = append(c.places, place{netip.MustParseAddrPort(a), "UDP"})
	}
	return c
}

func (c *paperCarrier) lock() func() { c.mu.Lock(); return c.mu.Unlock }

func (c *paperCarrier) locate(context.Context, configs.ServerAddress) ([]place, error) {
	defer c.lock()()
	return slices.Clone(c.places), c.lookup
}

func (c *paperCarrier) exchange(ctx context.Context, req *sip.Request, p place) (*sip.Response, error) {
	req.SetDestination(p.addr.String())
	via := &sip.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: "UDP", Host: "10.0.0.9", Port: 5060}
	via.Params.Add("branch", sip.GenerateBranch())
	req.PrependHeader(via)
	res := c.answer(req, p)
	if res == nil {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	res.SetSource(p.addr.String())
	return res, nil
}

func (c *paperCarrier) answer(req *sip.Request, p place) *sip.Response {
	defer c.lock()()
	c.seen = append(c.seen, sighting{time.Now(), p, req})
	switch {
	case c.silent[p.addr], c.deaf && req.Method == sip.OPTIONS:
		return nil
	case req.Method == sip.REGISTER && c.register != nil:
		n := 0
		for _, s := range c.seen {
			if s.req.Method == sip.REGISTER {
				n++
			}
		}
		return c.register(req, n)
	case c.answers != nil:
		return c.answers(req, p)
	}
	return respond(req, 200)
}

// respond builds a response with headers like "Expires: 60".
func respond(req *sip.Request, status int, headers ...string) *sip.Response {
	res := sip.NewResponseFromRequest(req, status, "", nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		res.AppendHeader(sip.NewHeader(name, value))
	}
	return res
}

func (c *paperCarrier) contactFor(place) sip.Uri { defer c.lock()(); return c.contact }
func (c *paperCarrier) ping(place) bool          { defer c.lock()(); return c.alive }

// paperLines gives the carrier the method names of lines.
type paperLines struct{ *paperCarrier }

func (l paperLines) contact(p place) sip.Uri { return l.contactFor(p) }

// of returns what was seen of a method.
func (c *paperCarrier) of(method sip.RequestMethod) []sighting {
	defer c.lock()()
	var all []sighting
	for _, s := range c.seen {
		if s.req.Method == method {
			all = append(all, s)
		}
	}
	return all
}

// set changes the carrier while it is used.
func (c *paperCarrier) set(f func()) { defer c.lock()(); f() }

func (c *paperCarrier) quiet(on bool) {
	c.set(func() {
		for _, p := range c.places {
			c.silent[p.addr] = on
		}
	})
}

// watchedTrunk is an uplink that runs in a bubble.
type watchedTrunk struct {
	*uplink
	ts *trunks
}

// watchTrunk runs the uplink of one trunk; it ends with the test's bubble.
func watchTrunk(t *testing.T, c *paperCarrier, ct configs.Trunk) watchedTrunk {
	t.Helper()
	if ct.Server == "" {
		ct.Server = "ims.example.co.id"
	}
	ct.Name = "carrier"
	ts, err := newTrunks(configs.SIP{Domain: "hotline.test", Country: "ID", Trunks: []configs.Trunk{ct}})
	if err != nil {
		t.Fatal(err)
	}
	stop := ts.start(paperLines{c}, slog.New(slog.DiscardHandler), func(a Alarm) {
		defer c.lock()()
		c.alarms, c.alarmsAt = append(c.alarms, a), append(c.alarmsAt, time.Now())
	})
	t.Cleanup(func() { stop(context.Background()) })
	synctest.Wait()
	return watchedTrunk{ts.all[0].uplink, ts}
}

// after lets time pass.
func after(d time.Duration) { time.Sleep(d); synctest.Wait() }

func (c *paperCarrier) told() []Alarm { defer c.lock()(); return slices.Clone(c.alarms) }

func (w watchedTrunk) view() *view { return w.seen.Load() }

// TestSilenceRaisesOneAlarm: within 30 s of the last sign of life the trunk is
// down; within a few seconds of the first answer it is up; the alarm ends a
// minute later.
func TestSilenceRaisesOneAlarm(t *testing.T) {
	for offset := range 16 {
		synctest.Test(t, func(t *testing.T) {
			c := newPaperCarrier("192.0.2.1:5060", "192.0.2.2:5060", "192.0.2.3:5060")
			w := watchTrunk(t, c, configs.Trunk{})
			if v := w.view(); !v.up || v.cause != "" || len(c.told()) != 0 {
				t.Fatalf("at first: %+v", v)
			}
			after(time.Duration(offset) * time.Second)
			begun := time.Now()
			c.quiet(true)
			for w.view().up {
				after(time.Second)
			}
			if took := time.Since(begun); took > 30*time.Second {
				t.Errorf("down after %s", took)
			}
			if a := c.told(); len(a) != 1 || a[0].Up || a[0].Cause != inEnglish(causeSilent) || a[0].Trunk != "carrier" {
				t.Fatalf("alarms: %+v", a)
			}
			after(10 * time.Minute)
			c.quiet(false)
			after(10 * time.Second)
			if v := w.view(); !v.up || len(c.told()) != 1 {
				t.Fatalf("ten seconds after it is back: %+v, %+v", v, c.told())
			}
			after(2 * time.Minute)
			if a := c.told(); len(a) != 2 || !a[1].Up || a[1].Cause != "" {
				t.Errorf("alarms: %+v", a)
			}
		})
	}
}

// TestFlappingIsOneOutage: 10 s gone, 10 s there, for five minutes.
func TestFlappingIsOneOutage(t *testing.T) {
	for offset := range 10 {
		synctest.Test(t, func(t *testing.T) {
			c := newPaperCarrier("192.0.2.1:5060")
			w := watchTrunk(t, c, configs.Trunk{Register: true, FromUser: "hotline"})
			c.quiet(true)
			after(40 * time.Second) // the outage is noticed, then the flapping begins
			after(time.Duration(offset) * time.Second)
			for range 15 {
				c.quiet(false)
				after(10 * time.Second)
				c.quiet(true)
				after(10 * time.Second)
			}
			c.quiet(false)
			if n := len(c.told()); n != 1 {
				t.Fatalf("%d alarms after five minutes: %+v", n, c.told())
			}
			after(5 * time.Minute)
			if a := c.told(); len(a) != 2 || !a[1].Up {
				t.Errorf("alarms: %+v", a)
			}
			if v := w.view(); !v.up || !v.registered {
				t.Errorf("in the end: %+v", v)
			}
			all := c.of(sip.REGISTER)
			for i := 1; i < len(all); i++ {
				if gap := all[i].at.Sub(all[i-1].at); gap < 5*time.Second {
					t.Errorf("two REGISTERs within %s", gap)
				}
			}
		})
	}
}

// TestDownFromTheStart: nothing answers when the house opens.
func TestDownFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		c.quiet(true)
		w := watchTrunk(t, c, configs.Trunk{})
		if v := w.view(); v.up || v.cause != causeUnasked {
			t.Errorf("at first: %+v", v)
		}
		after(30 * time.Second)
		if v := w.view(); v.up || v.cause != causeSilent || len(c.told()) != 1 {
			t.Errorf("later: %+v %+v", v, c.told())
		}
		if ways := w.ts.route("110"); len(ways) != 1 {
			t.Errorf("a trunk that is down must still be tried last: %+v", ways)
		}
	})
}

// TestAnyAnswerIsUp, but 503 is not; Retry-After is kept to.
func TestAnyAnswerIsUp(t *testing.T) {
	for _, status := range []int{200, 401, 404, 405, 481, 500} {
		synctest.Test(t, func(t *testing.T) {
			c := newPaperCarrier("192.0.2.1:5060")
			c.answers = func(req *sip.Request, _ place) *sip.Response { return respond(req, status) }
			w := watchTrunk(t, c, configs.Trunk{AuthUsername: "u", AuthPassword: configs.NewSecret("p")})
			after(time.Minute)
			if v := w.view(); !v.up {
				t.Errorf("%d: %+v", status, v)
			}
			for _, s := range c.of(sip.OPTIONS) {
				if s.req.GetHeader("Authorization") != nil {
					t.Fatal("an OPTIONS was signed")
				}
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		w := watchTrunk(t, c, configs.Trunk{})
		c.set(func() {
			c.answers = func(req *sip.Request, _ place) *sip.Response { return respond(req, 503, "Retry-After: 25 (soon)") }
		})
		after(30 * time.Second)
		if v := w.view(); v.up || v.cause != causeBusy || len(c.told()) != 1 || !time.Now().Before(v.busyUntil) {
			t.Errorf("%+v %+v", v, c.told())
		}
		n := len(c.of(sip.OPTIONS))
		after(4 * time.Minute)
		if asked := len(c.of(sip.OPTIONS)) - n; asked > 11 {
			t.Errorf("asked %d times in four minutes of 25 s rests", asked)
		}
	})
}

// TestDeafToOptions: a registrar that never answers OPTIONS but registers us.
func TestDeafToOptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		c.deaf = true
		w := watchTrunk(t, c, configs.Trunk{Register: true, FromUser: "hotline"})
		after(time.Hour)
		if v := w.view(); !v.up || !v.registered {
			t.Errorf("%+v", v)
		}
		for _, a := range c.told() {
			if !a.Up {
				t.Errorf("alarms: %+v", c.told())
			}
		}
	})
}

// TestNextPlace: when the server's first address is silent, calls and the
// registration go to the next; and back when it is there again.
func TestNextPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060", "192.0.2.2:5060")
		w := watchTrunk(t, c, configs.Trunk{Register: true, FromUser: "hotline"})
		first := func() string { return w.ts.route("110")[0].hop }
		if first() != "192.0.2.1:5060" || w.register.place.addr.String() != first() {
			t.Fatalf("at first by %s", first())
		}
		c.set(func() { c.silent[c.places[0].addr] = true })
		after(25 * time.Second)
		if v := w.view(); first() != "192.0.2.2:5060" || !v.up || !v.registered || w.registeredAt(c) != "192.0.2.2:5060" || len(c.told()) != 0 {
			t.Errorf("by %s, registered at %s: %+v", first(), w.registeredAt(c), v)
		}
		c.set(func() { c.silent[c.places[0].addr] = false })
		after(3 * time.Minute)
		if first() != "192.0.2.1:5060" || w.registeredAt(c) != "192.0.2.1:5060" {
			t.Errorf("later by %s, registered at %s", first(), w.registeredAt(c))
		}
	})
}

func (w watchedTrunk) registeredAt(c *paperCarrier) string {
	all := c.of(sip.REGISTER)
	return all[len(all)-1].place.addr.String()
}

// TestLastGoodAddress: DNS fails for days.
func TestLastGoodAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		w := watchTrunk(t, c, configs.Trunk{})
		c.set(func() { c.places, c.lookup = nil, errors.New("no such host") })
		after(23 * time.Hour)
		if len(w.ts.route("110")) != 1 || w.ts.all[0].has(netip.MustParseAddr("192.0.2.1")) < 0 {
			t.Error("the last good address was forgotten within a day")
		}
		after(2 * time.Hour)
		if ways := w.ts.route("110"); len(ways) != 0 {
			t.Errorf("after more than a day: %+v", ways)
		}
		after(2 * time.Hour)
		if w.ts.all[0].has(netip.MustParseAddr("192.0.2.1")) >= 0 {
			t.Error("its calls are still the trunk's")
		}
		c.set(func() { c.places, c.lookup = []place{{netip.MustParseAddrPort("192.0.2.7:5060"), "UDP"}}, nil })
		after(time.Minute)
		if ways := w.ts.route("110"); len(ways) != 1 || ways[0].hop != "192.0.2.7:5060" || !w.view().up {
			t.Errorf("when DNS is back: %+v", ways)
		}
	})
}

// TestStartWithoutDNS: the house opens, and finds the carrier later.
func TestStartWithoutDNS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier()
		c.lookup = errors.New("no such host")
		w := watchTrunk(t, c, configs.Trunk{Register: true, FromUser: "hotline"})
		begun := time.Now()
		if ways := w.ts.route("110"); len(ways) != 0 || time.Since(begun) > lookupLimit {
			t.Errorf("%+v after %s", ways, time.Since(begun))
		}
		after(30 * time.Second)
		if a := c.told(); len(a) != 1 || a[0].Cause != inEnglish(causeNotFound) {
			t.Errorf("alarms: %+v", a)
		}
		c.set(func() { c.places, c.lookup = []place{{netip.MustParseAddrPort("192.0.2.7:5060"), "UDP"}}, nil })
		after(10 * time.Second)
		if v := w.view(); !v.up || !v.registered {
			t.Errorf("%+v", v)
		}
	})
}

// TestRoutePriority: by priority, the resting later, those down last.
func TestRoutePriority(t *testing.T) {
	ts, err := newTrunks(configs.SIP{Country: "ID", Trunks: []configs.Trunk{
		{Name: "in", Addresses: []string{"10.0.0.1"}},
		{Name: "last", Server: "10.0.0.2", Priority: 9}, {Name: "down", Server: "10.0.0.3", Priority: 1},
		{Name: "first", Server: "10.0.0.4", Priority: 2}, {Name: "resting", Server: "10.0.0.5", Priority: 1},
		{Name: "second", Server: "10.0.0.6", Priority: 2, MaxOutgoing: 1, MaxCalls: 2},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range ts.all[1:] {
		a, _ := tr.uplink.address.IP()
		tr.uplink.seen.Store(&view{places: []place{{netip.AddrPortFrom(a, 5060), "UDP"}}, up: tr.Name != "down"})
		close(tr.uplink.located)
	}
	busy := ts.all[4].uplink
	v := *busy.seen.Load()
	v.busyUntil = time.Now().Add(time.Hour)
	busy.seen.Store(&v)

	var names []string
	ways := ts.route("+628111234567")
	for _, w := range ways {
		names = append(names, w.trunk.Name)
	}
	if got := strings.Join(names, " "); got != "first second last resting down" {
		t.Errorf("order is %s", got)
	}
	if w := ways[0]; w.target.String() != "sip:+628111234567@10.0.0.4;user=phone" || w.hop != "10.0.0.4:5060" || w.network != "UDP" || w.sign != nil {
		t.Errorf("%+v to %s", w, w.target.String())
	}

	// One outgoing line, two lines in all.
	second := ways[1]
	release, ok := second.admit()
	if _, again := second.admit(); !ok || again {
		t.Errorf("max_outgoing 1: %v, %v", ok, again)
	}
	release()
	release()
	second.trunk.calls.Add(2)
	if _, ok := second.admit(); ok || second.trunk.uplink.outgoing.Load() != 0 {
		t.Error("max_calls counts both ways together")
	}
	second.trunk.calls.Add(-2)
	ts.maxCalls = 1
	ts.calls.Add(1)
	if _, ok := second.admit(); ok || second.trunk.calls.Load() != 0 || second.trunk.uplink.outgoing.Load() != 0 {
		t.Error("max_calls of the house counts too")
	}
}

// TestIdentity: what the carrier is told of us, by its settings.
func TestIdentity(t *testing.T) {
	for _, c := range []struct {
		trunk configs.Trunk
		own   string
		want  string
	}{
		{configs.Trunk{Number: "0213903963"}, "", "From: <sip:+62213903963@ims.test> P-Asserted-Identity: <sip:+62213903963@ims.test>"},
		{configs.Trunk{Number: "0213903963", Identity: "ppi", NumberFormat: "plain"}, "",
			"From: <sip:62213903963@ims.test> P-Preferred-Identity: <sip:62213903963@ims.test>"},
		{configs.Trunk{Number: "+62213903963", Identity: "rpid", NumberFormat: "national", FromUser: "acct"}, "",
			"From: <sip:acct@ims.test> Remote-Party-ID: <sip:0213903963@ims.test>;party=calling;screen=yes;privacy=off"},
		{configs.Trunk{Number: "0213903963", Identity: "from", FromUser: "acct"}, "", "From: <sip:+62213903963@ims.test>"},
		{configs.Trunk{Number: "0213903963", Identity: "none", AuthUsername: "acct@ims.test"}, "", "From: <sip:acct@ims.test>"},
		{configs.Trunk{AuthUsername: "acct"}, "+62215551234", "From: <sip:+62215551234@ims.test> P-Asserted-Identity: <sip:+62215551234@ims.test>"},
		{configs.Trunk{AuthUsername: "acct"}, "", "From: <sip:acct@ims.test> P-Asserted-Identity: <sip:acct@ims.test>"},
		{configs.Trunk{Number: "0213903963", HideNumber: true}, "",
			`From: "Anonymous" <sip:anonymous@anonymous.invalid> P-Asserted-Identity: <sip:+62213903963@ims.test> Privacy: id`},
		{configs.Trunk{Number: "0213903963", Identity: "rpid", HideNumber: true}, "",
			`From: "Anonymous" <sip:anonymous@anonymous.invalid> Remote-Party-ID: <sip:+62213903963@ims.test>;party=calling;screen=yes;privacy=full Privacy: id`},
		{configs.Trunk{Number: "0213903963", Identity: "from", HideNumber: true}, "",
			`From: "Anonymous" <sip:anonymous@anonymous.invalid> Privacy: id`},
	} {
		p := personaOf(c.trunk, "ID", "ims.test", c.own)
		from := p.from()
		got := []string{from.String()}
		for _, h := range p.headers() {
			got = append(got, h.String())
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%+v\n got  %s\n want %s", c.trunk, s, c.want)
		}
	}
}

// TestTrunkStates: a trunk that only brings calls is never down by silence.
func TestTrunkStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		w := watchTrunk(t, c, configs.Trunk{Register: true, FromUser: "hotline"})
		in := &Trunk{Name: "in"}
		w.ts.all = append(w.ts.all, in)
		s := &Server{trunks: w.ts}
		after(24 * time.Hour)
		states := s.TrunkStates()
		st := states[0]
		if st.Name != "carrier" || st.Server != "ims.example.co.id" || st.Address != "192.0.2.1:5060" || !st.Registers || !st.Registered ||
			!st.Up || st.Cause != "" || time.Since(st.Checked) > 16*time.Second || st.Expires.Before(time.Now()) {
			t.Errorf("%+v", st)
		}
		if st := states[1]; !st.Up || st.Cause != "" || !st.Checked.IsZero() || !st.Since.Equal(w.ts.since) {
			t.Errorf("%+v", st)
		}
		in.alive()
		if st := s.TrunkStates()[1]; time.Since(st.Checked) > time.Second {
			t.Errorf("%+v", st)
		}
	})
}

// TestOutcomeMakesItLook: a call that got no answer has the trunk asked at once.
func TestOutcomeMakesItLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		w := watchTrunk(t, c, configs.Trunk{})
		n := len(c.of(sip.OPTIONS))
		w.trunk.outcome(486)
		after(time.Second)
		if len(c.of(sip.OPTIONS)) != n {
			t.Error("a callee who is busy says nothing against the trunk")
		}
		c.quiet(true)
		w.trunk.outcome(0)
		after(10 * time.Second)
		if w.view().up {
			t.Error("still up ten seconds after a call got no answer")
		}
	})
}

func (s sighting) String() string { return fmt.Sprintf("%s %s", s.req.Method, s.place) }

func noLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

func mustAddr(s string) netip.Addr { return netip.MustParseAddr(s) }

func valueOf(req *sip.Request, name string) string {
	if h := req.GetHeader(name); h != nil {
		return h.Value()
	}
	return ""
}
