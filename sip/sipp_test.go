package sip

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"sahut/media/mediatest"
	"sahut/queue"
)

// carrierCall is one scenario of testdata/sipp/in, and what the house must make
// of it. The first lines of its file say which carrier it stands for.
type carrierCall struct {
	number  string // dialled; "": the helpline's
	network string // "": UDP
	echo    string // "": silent studio; "talk": a volunteer talks and SIPp echoes; "change": also after its changes
	args    []string
	change  func(*house)
	on      func(*house, queue.Event) // in place of answering
	ends    string                    // by whom and why; "": as the carrier hangs up; "none": there is no call
	check   func(*testing.T, *house)
}

// carrierCalls are all of them, by file.
var carrierCalls = map[string]carrierCall{
	"early-offer":        {},
	"delayed-offer":      {echo: "talk"},
	"pcma-only":          {echo: "talk"},
	"pcmu-only":          {echo: "talk"},
	"no-last-crlf":       {echo: "talk"},
	"cancel":             {on: leaveRinging, ends: "caller cancel"},
	"cancel-race":        {ends: "caller"},
	"hold-sendonly":      {echo: "change"},
	"hold-inactive":      {echo: "change"},
	"hold-zero":          {echo: "change"},
	"reinvite-at-once":   {echo: "change"},
	"reinvite-delayed":   {echo: "change"},
	"reinvite-address":   {echo: "change"},
	"reinvite-codec":     {echo: "change"},
	"reinvite-refused":   {echo: "change"},
	"update-refresh":     {},
	"update-offer":       {echo: "change"},
	"timer-uac":          {},
	"timer-uas":          {change: shortSessions},
	"timer-uas-invite":   {change: shortSessions},
	"timer-lost":         {change: shortSessions, ends: "network expired"},
	"timer-422":          {},
	"prack-required":     {echo: "talk"},
	"prack-supported":    {},
	"prack-never":        {change: func(h *house) { h.server.calls.patience.prack = 200 * time.Millisecond }},
	"precondition":       {},
	"precondition-unmet": {echo: "talk"},
	"record-route":       {on: answerAndEnd, ends: "system normal"},
	"ack-late":           {check: repeated("out 200 OK (SDP)")},
	"ack-never":          {ends: "network no_ack", check: repeated("out 200 OK (SDP)")},
	"invite-again":       {args: []string{"-nr"}, on: leaveRinging, ends: "caller cancel", check: arrivedOnce},
	"invite-merged":      {check: arrivedOnce},
	"cseq-wrong":         {},
	"bye-reason":         {},
	"keys-info-relay":    {check: pressed("4#")},
	"keys-info":          {check: pressed("4#")},
	"keys-rfc4733":       {echo: "keys"},
	"keys-inband":        {echo: "tones"},
	"options":            {ends: "none"},
	"bye-stray":          {ends: "none"},
	"bye-forged":         {},
	"refer":              {},
	"refer-stray":        {ends: "none"},
	"replaces":           {ends: "none"},
	"unknown-number":     {number: "0219999999", on: refuse(queue.UnknownNumber), ends: "system refused"},
	"no-codec":           {echo: "engine", ends: "system no_codec"},
	"message":            {ends: "none"},
	"large":              {network: "tcp"},
	"early-offer-tcp":    {network: "tcp"},
}

// TestCarriers lets a carrier simulator that is not ours call, in every way
// carriers are known to.
func TestCarriers(t *testing.T) {
	needProgram(t, "sipp")
	files, err := filepath.Glob(filepath.Join("testdata", "sipp", "in", "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, f := range files {
		if _, ok := carrierCalls[strings.TrimSuffix(filepath.Base(f), ".xml")]; !ok {
			t.Errorf("%s is in no test", f)
		}
	}
	for i, name := range slices.Sorted(maps.Keys(carrierCalls)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			carrierCalls[name].run(t, strings.TrimSuffix(name, "-tcp"), i)
		})
	}
}

// run plays the scenario against a house of its own.
func (cc carrierCall) run(t *testing.T, name string, place int) {
	p := newSIPp(t, "in/"+name)
	h, done := cc.open(t, place)
	p.shows(h)
	p.write("keys.raw", keyTones("42#"))
	network := map[string]string{"": "u1", "tcp": "t1"}[cc.network]
	number := cc.number
	if number == "" {
		number = "0213903963"
	}
	if cc.echo != "tones" { // one or the other
		cc.args = append(slices.Clone(cc.args), "-rtp_echo")
	}
	p.start(append([]string{h.server.Addr(), "-s", number, "-t", network}, cc.args...)...)
	if done != nil {
		done()
	}
	p.wait()
	cc.ended(t, h)
	if cc.check != nil {
		cc.check(t, h)
	}
}

// ended compares how the call ended.
func (cc carrierCall) ended(t *testing.T, h *house) {
	t.Helper()
	want := cc.ends
	switch {
	case want == "none":
		if n := len(h.desk.all()); n != 0 {
			t.Errorf("the desk was told of %+v", h.desk.all())
		}
		return
	case want == "" && cc.echo != "" && cc.echo != "engine":
		want = "agent normal"
	case want == "":
		want = "caller normal"
	}
	e := await[queue.HungUp](t, h.desk, 1)
	if got := fmt.Sprintf("%s %s", e.By, e.Cause); got != want && !strings.HasPrefix(got, want+" ") {
		t.Errorf("the call ended by %s, want %s", got, want)
	}
	if n := count[queue.HungUp](h.desk); n != 1 {
		t.Errorf("%d calls ended", n)
	}
}

// open opens a house for the scenario, and what a volunteer does while it runs.
func (cc carrierCall) open(t *testing.T, place int) (*house, func()) {
	change := func(h *house) {
		if cc.change != nil {
			cc.change(h)
		}
		if cc.on != nil {
			h.desk.on = func(ev queue.Event) { cc.on(h, ev) }
		}
	}
	if cc.echo == "" {
		return openHouse(t, change), nil
	}
	_, peers, sound := loud(t, fmt.Sprintf("%d-%d", 43000+20*place, 43019+20*place))
	h := openHouse(t, func(h *house) {
		sound(h)
		h.server.trunks.all[0].cfg.Keys = map[bool]string{true: "inband", false: "auto"}[cc.echo == "tones"]
		change(h)
	})
	switch cc.echo {
	case "talk", "change":
		sari := volunteer(h, peers, "sari")
		return h, func() { talk(h, sari, cc.echo == "change") }
	case "keys":
		return h, func() {
			id := await[queue.Established](t, h.desk, 1).Contact
			h.voice().SendKeys(id, "42#")
			pressed("42#")(t, h)
			h.voice().End(id, queue.ByAgent, queue.CauseNormal)
		}
	case "tones":
		return h, func() {
			id := await[queue.Established](t, h.desk, 1).Contact
			pressed("42#")(t, h)
			h.voice().End(id, queue.ByAgent, queue.CauseNormal)
		}
	}
	return h, nil
}

// talk connects the caller with sari, who hears her own voice come back: the
// sound goes out and in. With changed she listens again when the carrier has
// changed what it wanted. Then she hangs up.
func talk(h *house, sari *mediatest.Browser, changed bool) {
	h.t.Helper()
	id := await[queue.Established](h.t, h.desk, 1).Contact
	sari.Speak(1000)
	h.voice().Connect(id, "sari")
	await[queue.Connected](h.t, h.desk, 1)
	if changed {
		await[queue.KeyPressed](h.t, h.desk, 1)
		sari.Speak(1400)
		h.within(func(ctx context.Context) error { return sari.Hears().WaitTone(ctx, 1400) })
	} else {
		h.within(func(ctx context.Context) error { return sari.Hears().WaitTone(ctx, 1000) })
	}
	h.voice().End(id, queue.ByAgent, queue.CauseNormal)
}

// keyTones are keys as a telephone's tones, A-law: 80 ms each, 80 ms apart, and
// a second of silence around them.
func keyTones(keys string) []byte {
	rows, columns := [4]float64{697, 770, 852, 941}, [4]float64{1209, 1336, 1477, 1633}
	silence := func(n int) []int16 { return make([]int16, n) }
	pcm := silence(8000)
	for _, key := range keys {
		at := strings.IndexRune("123A456B789C*0#D", key)
		low, high := mediatest.Tone(rows[at/4], -12, 640), mediatest.Tone(columns[at%4], -12, 640)
		for i := range low {
			low[i] += high[i]
		}
		pcm = append(append(pcm, low...), silence(640)...)
	}
	return mediatest.PCMA.Encode(nil, append(pcm, silence(8000)...))
}

// What desks do in place of answering.

func leaveRinging(*house, queue.Event) {}

func refuse(why queue.Refusal) func(*house, queue.Event) {
	return func(h *house, ev queue.Event) {
		if a, ok := ev.(queue.Arrived); ok {
			h.voice().Refuse(a.Contact, why)
		}
	}
}

func answerAndEnd(h *house, ev queue.Event) {
	h.desk.pickUp(ev)
	if e, ok := ev.(queue.Established); ok {
		h.voice().End(e.Contact, queue.BySystem, queue.CauseNormal)
	}
}

func shortSessions(h *house) { h.server.calls.patience.session = time.Second }

// What is looked at afterwards.

func pressed(keys string) func(*testing.T, *house) {
	return func(t *testing.T, h *house) {
		t.Helper()
		for i, want := range keys {
			if got := await[queue.KeyPressed](t, h.desk, i+1).Key; got != want {
				t.Errorf("key %d is %q, want %q", i+1, got, want)
			}
		}
		if n := count[queue.KeyPressed](h.desk); n != len(keys) {
			t.Errorf("%d keys were pressed, %d came", len(keys), n)
		}
	}
}

func arrivedOnce(t *testing.T, h *house) {
	t.Helper()
	if n := count[queue.Arrived](h.desk); n != 1 {
		t.Errorf("%d callers arrived", n)
	}
}

// repeated asserts that a message was sent more than once.
func repeated(label string) func(*testing.T, *house) {
	return func(t *testing.T, h *house) {
		t.Helper()
		for _, m := range h.server.Trace().Messages("") {
			if m.Again && m.Direction+" "+labelOf(m) == label {
				return
			}
		}
		t.Errorf("%q was not sent again", label)
	}
}

// sipp is one SIPp at work on a scenario.
type sipp struct {
	t     *testing.T
	name  string
	dir   string
	media int // its RTP port
	house *house
	cmd   *exec.Cmd
	out   strings.Builder
	stop  context.CancelFunc
}

// newSIPp writes the scenario as SIPp reads it.
func newSIPp(t *testing.T, name string) *sipp {
	t.Helper()
	p := &sipp{t: t, name: name, dir: t.TempDir(), media: quietPort(t, "127.0.0.1")}
	if keep := os.Getenv("SIPP_KEEP"); keep != "" {
		p.dir = filepath.Join(keep, name)
		if err := os.MkdirAll(p.dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	text, err := scenario(name)
	if err != nil {
		t.Fatal(err)
	}
	p.write("scenario.xml", []byte(text))
	return p
}

// quietPort is a port that is free, like the third from it, which SIPp takes for
// pictures. No socket gets it by chance: those are given from above.
func quietPort(t *testing.T, ip string) int {
	t.Helper()
	for range 50 {
		port := 10000 + rand.IntN(20000)
		if isFree(ip, port) && isFree(ip, port+2) {
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

func isFree(ip string, port int) bool {
	at := netip.AddrPortFrom(netip.MustParseAddr(ip), uint16(port))
	u, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return false
	}
	u.Close()
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

func (p *sipp) write(name string, content []byte) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), content, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// shows lets a failure show what the house saw, which nobody's number is in.
func (p *sipp) shows(h *house) {
	p.house = h
	h.server.Trace().Start("test", time.Minute)
	p.t.Cleanup(func() {
		if p.t.Failed() {
			p.t.Logf("%s\n%+v", h.server.Trace().LadderText(""), h.desk.all())
		}
		for _, m := range h.server.Trace().Messages("") {
			if at := leaks(masked{text: m.Text, start: m.Start, callID: m.CallID, cseq: m.CSeq}, []string{"628110000001", "0213903963"}, nil); at != "" {
				p.t.Errorf("%q is seen in the trace:\n%s", at, m.Text)
			}
		}
	})
}

// start runs SIPp with the scenario.
func (p *sipp) start(args ...string) {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	p.t.Cleanup(cancel)
	// What comes while SIPp is about to send, and the 200s that this package's
	// tests repeat after hundredths of a second, are passed over.
	if !slices.Contains(args, "-i") {
		args = append(args, "-i", "127.0.0.1")
	}
	args = append(args, "-default_behaviors", "all,-abortunexp", "-sf", "scenario.xml", "-m", "1", "-mi", "127.0.0.1", "-mp", fmt.Sprint(p.media),
		"-nostdin", "-timeout", "40s", "-timeout_error", "-recv_timeout", "20000", "-trace_err", "-trace_msg")
	p.cmd = exec.CommandContext(ctx, "sipp", args...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = p.dir, &p.out, &p.out
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits until SIPp is done, and fails with what it wrote.
func (p *sipp) wait() {
	p.t.Helper()
	err := p.cmd.Wait()
	if err == nil {
		return
	}
	for _, pattern := range []string{"*_errors.log", "*_messages.log"} {
		logs, _ := filepath.Glob(filepath.Join(p.dir, pattern))
		for _, l := range logs {
			if b, readErr := os.ReadFile(l); readErr == nil {
				p.t.Logf("%.8000s", b)
			}
		}
	}
	lines := strings.Split(strings.TrimSpace(p.out.String()), "\n")
	p.t.Fatalf("sipp %s: %v\n%.2000s", p.name, err, strings.Join(lines[max(0, len(lines)-30):], "\n"))
}

var assigned = regexp.MustCompile(`assign_to="([0-9,]+)"`)

// scenario renders one; testdata/sipp/blocks.tmpl explains.
func scenario(name string) (string, error) {
	t := template.New("").Funcs(template.FuncMap{"of": partOfCall, "also": alsoOf, "rtpmaps": rtpmaps, "long": longHeaders})
	file := filepath.Join("testdata", "sipp", filepath.FromSlash(name)+".xml")
	t, err := t.ParseFiles(filepath.Join("testdata", "sipp", "blocks.tmpl"), file)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, filepath.Base(file), nil); err != nil {
		return "", err
	}
	text := b.String()
	// SIPp refuses a scenario with variables it does not see used.
	used := map[string]bool{}
	for _, m := range assigned.FindAllStringSubmatch(text, -1) {
		for v := range strings.SplitSeq(m[1], ",") {
			used[v] = true
		}
	}
	if len(used) > 0 {
		text = strings.Replace(text, "</scenario>", `<Reference variables="`+strings.Join(slices.Sorted(maps.Keys(used)), ",")+"\"/>\n</scenario>", 1)
	}
	return text, nil
}

// partOfCall are the parameters of a block.
func partOfCall(pairs ...string) (map[string]string, error) {
	return alsoOf(map[string]string{}, pairs...)
}

// alsoOf adds parameters that are not there.
func alsoOf(have map[string]string, pairs ...string) (map[string]string, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("a parameter without a value")
	}
	out := maps.Clone(have)
	for i := 0; i < len(pairs); i += 2 {
		if _, has := out[pairs[i]]; !has {
			out[pairs[i]] = pairs[i+1]
		}
	}
	return out, nil
}

var codecNames = map[string]string{"8": "PCMA/8000", "0": "PCMU/8000", "18": "G729/8000", "101": "telephone-event/8000"}

func rtpmaps(codecs string) string {
	var b strings.Builder
	for c := range strings.FieldsSeq(codecs) {
		fmt.Fprintf(&b, "      a=rtpmap:%s %s\n", c, codecNames[c])
	}
	return b.String()
}

// longHeaders are n bytes of headers nobody needs, as IMS cores add them.
func longHeaders(n int) string {
	var lines []string
	for i := 0; n > 0; i, n = i+1, n-500 {
		lines = append(lines, fmt.Sprintf("X-Charging-%c: %s", 'A'+i, strings.Repeat("x", 480)))
	}
	return strings.Join(lines, "\n      ")
}

// needProgram fails when make did not install what a test needs; a bare `go
// test` on a machine without it is told so and skips.
func needProgram(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); errors.Is(err, exec.ErrNotFound) {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing; make test installs it", name)
		}
		t.Skipf("%s is missing; run make test, which installs it", name)
	}
}
