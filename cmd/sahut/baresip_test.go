package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"sahut/agentui/livetest"
	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// phoneTone is what a baresip says.
const phoneTone = 1050

// baresip is a telephone that is not ours, told what to do by its control port.
// It says phoneTone.
type baresip struct {
	*program
	site *site
	dir  string
	ctrl net.Conn
	told bell

	mu     sync.Mutex // guards what follows
	events []phoneEvent
	at     int // those before were awaited
	tokens int
}

// phoneEvent is what a baresip tells of itself, or its reply to a command.
type phoneEvent struct {
	Type  string `json:"type"`
	Param string `json:"param"`
	Token string `json:"token"`
	Data  string `json:"data"`
	OK    bool   `json:"ok"`
	Reply bool   `json:"response"`
}

// baresip starts one with an account and waits until it is in control.
func (s *site) baresip(account string, files map[string]string) *baresip {
	s.t.Helper()
	needProgram(s.t, "baresip")
	b := &baresip{site: s, dir: s.t.TempDir()}
	voice := filepath.Join(b.dir, "voice.wav")
	s.must("voice", writeSound(voice, mediatest.Tone(phoneTone, -12, 60*mediatest.Rate)))
	data := map[string]string{"Addr": freeAddr(s.t, "127.0.0.1"), "Control": freeAddr(s.t, "127.0.0.1"), "Voice": voice, "Dir": b.dir}
	for k, v := range files {
		data[k] = v
	}
	fillIn(s.t, "baresip/config", b.dir, data)
	s.must("accounts", os.WriteFile(filepath.Join(b.dir, "accounts"), []byte(account+"\n"), 0o600))
	b.program = startProgram(s.t, b.dir, "baresip", "-v", "-s", "-f", b.dir)
	s.must("baresip", b.says(s.ctx, "baresip is ready"))
	var err error
	b.ctrl, err = net.Dial("tcp", data["Control"])
	s.must("control", err)
	s.t.Cleanup(func() { b.ctrl.Close() })
	go b.read(bufio.NewReader(b.ctrl))
	return b
}

// read takes what the phone tells: netstrings of JSON.
func (b *baresip) read(r *bufio.Reader) {
	for {
		head, err := r.ReadString(':')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSuffix(head, ":"))
		if err != nil {
			return
		}
		body := make([]byte, n+1)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		var e phoneEvent
		if json.Unmarshal(body[:n], &e) == nil {
			b.mu.Lock()
			b.events = append(b.events, e)
			b.mu.Unlock()
			b.told.ring()
		}
	}
}

// do gives a command, as a person presses a button.
func (b *baresip) do(command, params string) {
	b.site.t.Helper()
	b.mu.Lock()
	b.tokens++
	token := strconv.Itoa(b.tokens)
	b.mu.Unlock()
	m, err := json.Marshal(map[string]string{"command": command, "params": params, "token": token})
	b.site.must(command, err)
	_, err = fmt.Fprintf(b.ctrl, "%d:%s,", len(m), m)
	b.site.must(command, err)
	reply := b.await(command, func(e phoneEvent) bool { return e.Reply && e.Token == token })
	if !reply.OK {
		b.site.t.Fatalf("baresip %s %s: %s", command, params, reply.Data)
	}
}

// gets waits for an event that was not awaited yet.
func (b *baresip) gets(kind string) phoneEvent {
	b.site.t.Helper()
	var found phoneEvent
	b.await(kind, func(phoneEvent) bool {
		at := slices.IndexFunc(b.events[b.at:], func(e phoneEvent) bool { return e.Type == kind })
		if at < 0 {
			return false
		}
		found = b.events[b.at+at]
		b.at += at + 1
		return true
	})
	return found
}

// await waits for an event that is asked for; isIt is called with the lock held.
func (b *baresip) await(what string, isIt func(phoneEvent) bool) phoneEvent {
	b.site.t.Helper()
	for {
		more := b.told.wait()
		b.mu.Lock()
		for _, e := range append(b.events, phoneEvent{}) {
			if isIt(e) {
				b.mu.Unlock()
				return e
			}
		}
		b.mu.Unlock()
		select {
		case <-more:
		case <-b.done:
			b.site.t.Fatalf("baresip ended while %s was awaited", what)
		case <-b.site.ctx.Done():
			b.site.t.Fatalf("baresip: %s never came; it told %+v", what, b.events)
		}
	}
}

// heard looks for a tone in all that the phone heard in the calls that ended.
func (b *baresip) heard(freq float64) error {
	files, err := filepath.Glob(filepath.Join(b.dir, "dump-*-dec.wav"))
	if err != nil {
		return err
	}
	const piece = mediatest.Rate / 10
	seconds := 0.0
	for _, name := range files {
		pcm, err := readRecording(name)
		if err != nil {
			return err
		}
		seconds += float64(len(pcm)) / mediatest.Rate
		for ; len(pcm) >= piece; pcm = pcm[piece:] {
			if at := mediatest.Goertzel(freq, pcm[:piece]); at > -45 && mediatest.Level(pcm[:piece])-at < 3 {
				return nil
			}
		}
	}
	return fmt.Errorf("no tone of %g Hz in %d recordings of %.1f s", freq, len(files), seconds)
}

// readRecording reads what a baresip recorded.
func readRecording(name string) ([]int16, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	pcm, err := mediatest.ReadWAV(f)
	return pcm, errors.Join(err, f.Close())
}

// account is sari's in a baresip.
func (s *site) account(addr, more string) string {
	return fmt.Sprintf("<sip:sari@%s>;auth_user=sari;auth_pass=%s;regint=60%s", addr, s.password, more)
}

// byPhone signs sari in and puts her on shift with her phone for a device.
func (s *site) byPhone() *livetest.Volunteer {
	s.t.Helper()
	b, err := mediatest.NewBrowser(mediatest.BrowserOptions{})
	s.must("browser", err)
	s.t.Cleanup(b.Close)
	v, err := livetest.SignIn(s.ctx, "http://"+s.web.Addr().String(), "sari", s.password, speaker{b, mediatest.ToneSound(volunteerTone)}, nil)
	s.must("sign in", err)
	s.t.Cleanup(v.Close)
	_, err = v.Await(s.ctx, func(a queue.AgentView) bool { return slices.Contains(a.Devices, queue.DevicePhone) })
	s.must("the phone among her devices", err)
	s.desk.Post(queue.DeviceChosen{Agent: "sari", Device: queue.DevicePhone})
	_, err = v.Await(s.ctx, func(a queue.AgentView) bool { return a.Device == queue.DevicePhone })
	s.must("the phone for her device", err)
	v.Send("shift.start", nil)
	_, err = v.AwaitState(s.ctx, queue.Paused)
	s.must("on shift", err)
	s.must("ready", v.Ready(s.ctx))
	return v
}

// A volunteer who talks by a telephone of her own, over UDP and TLS: it rings,
// sound goes both ways, she holds, transfers and hangs up.
func TestBaresipVolunteer(t *testing.T) {
	needProgram(t, "baresip")
	for _, transport := range []string{"udp", "tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			c := newCerts(t)
			s := openAs(t, func(cfg *configs.Server) {
				cfg.SIP.Digest = "md5"
				cfg.SIP.TLSListen, cfg.SIP.TLSCert, cfg.SIP.TLSKey = []string{"127.0.0.1:0"}, c.cert, c.key
			}, func(r *configs.Routing) { r.Queues[0].WrapUp = 0 })
			addr := s.sip.Addr()
			if transport == "tls" {
				addr = s.sip.TLSAddr()
			}
			phone := s.baresip(s.account(addr+";transport="+transport, ""), map[string]string{"CA": c.ca})
			s.talksByPhone(s.byPhone(), phone)
		})
	}
}

// talksByPhone makes the calls of TestBaresipVolunteer.
func (s *site) talksByPhone(v *livetest.Volunteer, phone *baresip) {
	call := func() *siptest.Call {
		s.t.Helper()
		caller := s.dial(siptest.Options{})
		s.offered(v)
		phone.gets("CALL_INCOMING")
		phone.do("accept", "")
		phone.gets("CALL_ESTABLISHED")
		s.talking(v)
		s.must("caller hears the phone", caller.Media().Hears().WaitTone(s.ctx, phoneTone))
		caller.Media().Hears().Reset()
		s.must("half a second", caller.Media().Hears().WaitPackets(s.ctx, 25)) // the phone hears as much
		return caller
	}
	ended := func(by queue.Party) {
		s.t.Helper()
		phone.gets("CALL_CLOSED")
		_, err := v.AwaitState(s.ctx, queue.Ready)
		s.must("ready again", err)
		if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != by || got.Agent != "sari" {
			s.t.Errorf("record %+v, want one of sari's ended by %s", got, by)
		}
	}
	caller := call()
	phone.do("hold", "")
	_, err := v.AwaitState(s.ctx, queue.Held)
	s.must("hold", err)
	caller.Media().Hears().Reset()
	s.must("music on hold", caller.Media().Hears().WaitSound(s.ctx))
	phone.do("resume", "")
	_, err = v.AwaitState(s.ctx, queue.Talking)
	s.must("resume", err)
	caller.Media().Hears().Reset()
	s.must("voice after hold", caller.Media().Hears().WaitTone(s.ctx, phoneTone))
	phone.do("hangup", "")
	s.must("BYE", caller.WaitDone(s.ctx))
	ended(queue.ByAgent)
	s.must("the phone heard the caller", phone.heard(callerTone))

	caller = call()
	s.must("hang up", caller.Hangup(s.ctx))
	ended(queue.ByCaller)

	caller = s.dial(siptest.Options{})
	phone.gets("CALL_INCOMING")
	s.must("hang up while it rings", caller.Hangup(s.ctx))
	phone.gets("CALL_CLOSED")

	dewi, page := s.volunteer("dewi")
	caller = call()
	phone.do("transfer", "dewi")
	dewi.Answer(s.offered(dewi).ID)
	phone.gets("CALL_CLOSED")
	s.talking(dewi)
	caller.Media().Hears().Reset()
	s.must("caller hears dewi", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	s.must("dewi hears caller", page.Hears().WaitTone(s.ctx, callerTone))
	s.must("hang up", caller.Hangup(s.ctx))
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.Agent != "dewi" {
		s.t.Errorf("record %+v, want one of dewi's", got)
	}
}

// A carrier's side that is not ours calls over TLS with encrypted sound, and
// hangs up from either side.
func TestBaresipCaller(t *testing.T) {
	needProgram(t, "baresip")
	for _, c := range []struct{ transport, srtp, enc string }{
		{"udp", "off", ""}, {"tls", "optional", ";mediaenc=srtp"}, {"tls", "required", ";mediaenc=srtp-mand"},
	} {
		t.Run(c.transport+"/"+c.srtp, func(t *testing.T) {
			pem := newCerts(t)
			s := openAs(t, func(cfg *configs.Server) {
				cfg.SIP.TLSListen, cfg.SIP.TLSCert, cfg.SIP.TLSKey = []string{"127.0.0.1:0"}, pem.cert, pem.key
				cfg.SIP.Trunks[0].SRTP = c.srtp
			}, func(r *configs.Routing) { r.Queues[0].WrapUp = 0 })
			addr := s.sip.Addr()
			if c.transport == "tls" {
				addr = s.sip.TLSAddr()
			}
			gateway := s.baresip("<sip:gateway@127.0.0.1>;regint=0"+c.enc, map[string]string{"CA": pem.ca})
			v, page := s.volunteer("sari")
			for _, by := range []queue.Party{queue.ByCaller, queue.ByAgent} {
				gateway.do("dial", "sip:"+configs.DemoNumber+"@"+addr+";transport="+c.transport)
				gateway.gets("CALL_ESTABLISHED")
				v.Answer(s.offered(v).ID)
				call := s.talking(v)
				page.Hears().Reset()
				s.must("volunteer hears the gateway", page.Hears().WaitTone(s.ctx, phoneTone))
				s.must("half a second", page.Hears().WaitPackets(s.ctx, 25)) // the gateway hears as much
				if by == queue.ByCaller {
					gateway.do("hangup", "")
				} else {
					v.HangUp(call.Contact)
				}
				gateway.gets("CALL_CLOSED")
				_, err := v.AwaitState(s.ctx, queue.Ready)
				s.must("ready again", err)
				if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != by {
					t.Errorf("record %+v, want one ended by %s", got, by)
				}
			}
			s.must("the gateway heard the volunteer", gateway.heard(volunteerTone))
			if said := gateway.out.String(); (c.srtp != "off") != strings.Contains(said, "a=crypto:") {
				t.Errorf("with srtp %s the session descriptions are:\n%s", c.srtp, said)
			}
		})
	}
}
