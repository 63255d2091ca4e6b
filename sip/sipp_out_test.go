package sip

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/media"
	"sahut/media/mediatest"
	"sahut/queue"
)

// calledCarrier is one scenario of testdata/sipp/out: SIPp is the carrier we
// call. The first lines of its file say which.
type calledCarrier struct {
	next   string // the scenario of a second SIPp, at another address: of the second trunk, or of whoever the first names
	loud   bool   // with sound, which SIPp echoes
	change func(*house, []way)
	talk   func(*house, *mediatest.Browser) // what happens once the call goes out; nil: it is answered and ended by the volunteer
	ends   string                           // "": by the volunteer
	check  func(*testing.T, *house)
}

var calledCarriers = map[string]calledCarrier{
	"ringing":          {change: withIdentity, check: rang},
	"ringing-tcp":      {change: withIdentity, check: rang},
	"early-media":      {loud: true, talk: hearsBeforeTheAnswer},
	"prack":            {change: reliableWays, check: rang},
	"prack-forked":     {change: reliableWays, check: rang},
	"precondition":     {loud: true, change: reliableWays, check: rang},
	"forked":           {talk: untilOthersAreGone, check: acknowledged},
	"forked-early":     {loud: true, talk: hearsAfterTheAnswer},
	"record-route":     {},
	"digest":           {change: withAccount},
	"digest-proxy":     {change: withAccount},
	"digest-foreign":   {change: withAccount, talk: untilRefreshed},
	"digest-elsewhere": {next: "digest-callee", change: withAccount, talk: untilRefreshed},
	"digest-bye":       {change: withAccount, check: unsigned},
	"redirect":         {talk: untilOver, ends: "network unreachable"},
	"busy":             {talk: untilOver, ends: "caller busy"},
	"no-codec":         {talk: untilOver, ends: "system no_codec"},
	"codec-unoffered":  {loud: true, talk: untilOver, ends: "system no_codec"},
	"overloaded":       {next: "ringing", change: withIdentity},
	"no-answer":        {change: shortRinging, talk: untilOver, ends: "system no_answer", check: rang},
	"ringing-forever":  {change: shortRinging, talk: untilOver, ends: "system no_answer", check: rang},
	"late-answer":      {change: shortRinging, talk: untilOver, ends: "system no_answer"},
	"timer-422":        {change: timedWays},
	"timer-ours":       {change: timedWays, talk: untilRefreshed},
	"timer-theirs":     {change: timedWays, talk: untilOver, ends: "caller normal"},
	"hold":             {loud: true, talk: hearsAfterChanges},
	"reinvite-delayed": {loud: true, talk: hearsAfterChanges},
	"glare":            {change: timedWays, talk: untilRefreshed},
}

// secondOnly are the scenarios that only a second SIPp plays.
var secondOnly = []string{"digest-callee"}

// TestCalledCarriers calls out to a carrier simulator that is not ours.
func TestCalledCarriers(t *testing.T) {
	needProgram(t, "sipp")
	files, err := filepath.Glob(filepath.Join("testdata", "sipp", "out", "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".xml")
		if _, ok := calledCarriers[name]; !ok && !slices.Contains(secondOnly, name) {
			t.Errorf("%s is in no test", f)
		}
	}
	for i, name := range slices.Sorted(maps.Keys(calledCarriers)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calledCarriers[name].run(t, name, 100+i)
		})
	}
}

func (cc calledCarrier) run(t *testing.T, name string, place int) {
	file, tcp := strings.CutSuffix(name, "-tcp")
	network := map[bool]string{false: "UDP", true: "TCP"}[tcp]
	var all []*sipp
	var at []string // where they listen
	if cc.next != "" {
		second, addr := newCalledSIPp(t, cc.next, "127.0.0.2", network)
		all, at = append(all, second), append(at, addr)
	}
	first, addr := newCalledSIPp(t, file, "127.0.0.1", network, "-key", "next", strings.Join(at, ""))
	all, at = append(all, first), append(at, addr)
	slices.Reverse(at)
	h, sari := cc.open(t, place, network, at)
	first.shows(h)
	h.dialOut()
	if cc.talk != nil {
		cc.talk(h, sari)
	} else {
		h.voice().End(await[queue.Established](t, h.desk, 1).Contact, queue.ByAgent, queue.CauseNormal)
	}
	for _, p := range all {
		p.wait()
	}
	want := cc.ends
	if want == "" {
		want = "agent normal"
	}
	e := await[queue.HungUp](t, h.desk, 1)
	if got := fmt.Sprintf("%s %s", e.By, e.Cause); got != want || count[queue.HungUp](h.desk) != 1 {
		t.Errorf("the call ended by %s, want %s", got, want)
	}
	if cc.check != nil {
		cc.check(t, h)
	}
}

// newCalledSIPp starts a SIPp that waits for our call at a port of its own.
func newCalledSIPp(t *testing.T, name, ip, network string, args ...string) (*sipp, string) {
	t.Helper()
	p := newSIPp(t, "out/"+name)
	port := quietPort(t, ip)
	p.start(append([]string{"-i", ip, "-p", fmt.Sprint(port), "-t", strings.ToLower(network[:1]) + "1", "-rtp_echo"}, args...)...)
	p.listens(ip, port, network)
	return p, fmt.Sprintf("%s:%d", ip, port)
}

// open opens a house that calls by what listens at hops, the first of them
// first. With sound there is a volunteer, too.
func (cc calledCarrier) open(t *testing.T, place int, network string, hops []string) (*house, *mediatest.Browser) {
	sound := func(*house) {}
	var peers *media.Peers
	if cc.loud {
		_, peers, sound = loud(t, fmt.Sprintf("%d-%d", 43000+20*place, 43019+20*place))
	}
	h := openHouse(t, func(h *house) {
		h.desk.on = func(queue.Event) {}
		sound(h)
		var ways []way
		for _, hop := range hops {
			ways = append(ways, way{
				trunk:  h.server.trunks.all[0],
				target: sip.Uri{Scheme: "sip", User: "+62812345678", Host: "carrier.example"}, network: network, hop: hop,
				from:  sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: "+62213903963", Host: "hotline.test"}},
				admit: func() (func(), bool) { return func() {}, true },
			})
		}
		if cc.change != nil {
			cc.change(h, ways)
		}
		h.server.calls.route = func(string) []way { return slices.Clone(ways) }
	})
	if !cc.loud {
		return h, nil
	}
	return h, volunteer(h, peers, "sari")
}

// How trunks differ.

func withIdentity(_ *house, ways []way) {
	for i := range ways {
		ways[i].headers = []sip.Header{sip.NewHeader("P-Asserted-Identity", "<sip:+62213903963@hotline.test>")}
	}
}

func withAccount(h *house, ways []way) {
	a := &account{username: "hotline", password: "rahasia", realms: []string{"carrier.example"}, ours: func(ip netip.Addr) bool { return ip == netip.MustParseAddr("127.0.0.1") }}
	ways[0].sign = a.signer
	timedWays(h, ways)
}

func reliableWays(_ *house, ways []way) { ways[0].reliable = true }

func timedWays(h *house, ways []way) {
	shortSessions(h)
	ways[0].session = 30 * time.Minute
}

func shortRinging(h *house, _ []way) { h.server.calls.patience.answer = 300 * time.Millisecond }

// What happens while a call is out.

func untilOver(h *house, _ *mediatest.Browser) { await[queue.HungUp](h.t, h.desk, 1) }

// hearsBeforeTheAnswer: sari hears what comes from the network though nobody
// has picked up.
func hearsBeforeTheAnswer(h *house, sari *mediatest.Browser) {
	sari.Speak(1000)
	h.within(func(ctx context.Context) error { return sari.Hears().WaitTone(ctx, 1000) })
	if n := count[queue.Established](h.desk); n != 0 {
		h.t.Error("the call was picked up before its sound was heard")
	}
	h.voice().End(await[queue.Connected](h.t, h.desk, 1).Contact, queue.ByAgent, queue.CauseNormal)
}

// hearsAfterTheAnswer: she speaks, and hears herself come back.
func hearsAfterTheAnswer(h *house, sari *mediatest.Browser) {
	id := await[queue.Established](h.t, h.desk, 1).Contact
	sari.Speak(1000)
	h.within(func(ctx context.Context) error { return sari.Hears().WaitTone(ctx, 1000) })
	h.voice().End(id, queue.ByAgent, queue.CauseNormal)
}

// hearsAfterChanges is the same when SIPp has made all its changes, which a key
// tells.
func hearsAfterChanges(h *house, sari *mediatest.Browser) {
	await[queue.KeyPressed](h.t, h.desk, 1)
	hearsAfterTheAnswer(h, sari)
}

// untilRefreshed: the volunteer hangs up when the session was refreshed.
func untilRefreshed(h *house, _ *mediatest.Browser) {
	id := await[queue.Established](h.t, h.desk, 1).Contact
	h.within(func(ctx context.Context) error { return h.traced(ctx, refreshed) })
	h.voice().End(id, queue.ByAgent, queue.CauseNormal)
}

// untilOthersAreGone: the volunteer hangs up when whoever else picked up was
// told goodbye.
func untilOthersAreGone(h *house, _ *mediatest.Browser) {
	h.within(func(ctx context.Context) error {
		return h.traced(ctx, func(messages []TraceMessage) bool {
			return slices.ContainsFunc(messages, func(m TraceMessage) bool {
				return m.Direction == traceIn && strings.HasPrefix(m.Start, "SIP/2.0 200 ") && strings.HasSuffix(m.CSeq, " BYE")
			})
		})
	})
	h.voice().End(await[queue.Established](h.t, h.desk, 1).Contact, queue.ByAgent, queue.CauseNormal)
}

// refreshed tells whether a trace holds an answer to a request of ours inside the
// call, after that to the INVITE.
func refreshed(messages []TraceMessage) bool {
	begun := ""
	for _, m := range messages {
		if m.Direction != traceIn || !strings.HasPrefix(m.Start, "SIP/2.0 200 ") {
			continue
		}
		if begun != "" && m.CSeq != begun {
			return true
		}
		begun = m.CSeq
	}
	return false
}

// traced waits until the trace is as wanted. There is no event for a message, so
// it looks again and again.
func (h *house) traced(ctx context.Context, isSo func([]TraceMessage) bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !isSo(h.server.Trace().Messages("")) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// What is looked at afterwards.

func rang(t *testing.T, h *house) {
	t.Helper()
	if n := count[queue.Ringing](h.desk); n != 1 {
		t.Errorf("it rang %d times", n)
	}
}

// acknowledged: both telephones that picked up.
func acknowledged(t *testing.T, h *house) {
	t.Helper()
	for _, tag := range []string{"one", "two"} {
		if !slices.ContainsFunc(h.server.Trace().Messages(""), func(m TraceMessage) bool {
			return m.Direction == traceOut && strings.HasPrefix(m.Start, "ACK ") && strings.Contains(m.Text, ";tag="+tag)
		}) {
			t.Errorf("telephone %s got no ACK", tag)
		}
	}
}

func unsigned(t *testing.T, h *house) {
	t.Helper()
	byes := map[string]bool{}
	for _, m := range h.server.Trace().Messages("") {
		if m.Direction == traceOut && strings.HasPrefix(m.Start, "BYE ") {
			byes[m.CSeq] = true
			if strings.Contains(m.Text, "uthorization") {
				t.Errorf("a BYE was signed:\n%s", m.Text)
			}
		}
	}
	if len(byes) != 1 {
		t.Errorf("%d BYEs were sent", len(byes))
	}
}

// listens waits until the SIPp has its port: an INVITE before would be lost, and
// the next be late.
func (p *sipp) listens(ip string, port int, network string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	a := netip.MustParseAddr(ip).As4()
	bound := fmt.Sprintf("%02X%02X%02X%02X:%04X ", a[3], a[2], a[1], a[0], port)
	for {
		sockets, err := os.ReadFile("/proc/net/" + strings.ToLower(network))
		if err != nil {
			p.t.Fatal(err)
		}
		if strings.Contains(string(sockets), bound) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatalf("sipp %s does not listen:\n%s", p.name, p.out.String())
		}
	}
}
