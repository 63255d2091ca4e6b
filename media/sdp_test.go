package media

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// crlf makes a description of readable lines.
func crlf(lines string) []byte {
	lines = strings.TrimLeft(strings.ReplaceAll(lines, "\t", ""), "\n")
	return []byte(strings.ReplaceAll(lines, "\n", "\r\n"))
}

// ordinary is the offer of an ordinary gateway.
const ordinary = `
	v=0
	o=- 1 1 IN IP4 198.51.100.2
	s=-
	c=IN IP4 198.51.100.2
	t=0 0
	m=audio 4000 RTP/AVP 8 0 18 101
	a=rtpmap:8 PCMA/8000
	a=rtpmap:0 PCMU/8000
	a=rtpmap:18 G729/8000
	a=rtpmap:101 telephone-event/8000
	a=fmtp:101 0-16
	a=ptime:20
	a=sendrecv
	`

func testSession() *session {
	s := newSession(netip.MustParseAddr("203.0.113.7"), 20000, SRTPOff)
	return &s
}

// answerTo returns the answer's lines after t=, and the session.
func answerTo(t *testing.T, offer string) (*session, []string, error) {
	t.Helper()
	d, err := parseSDP(crlf(offer))
	if err != nil {
		return nil, nil, err
	}
	s := testSession()
	a, err := s.answer(d)
	if err != nil {
		return nil, nil, err
	}
	if _, err := parseSDP(a); err != nil {
		t.Fatalf("our own answer cannot be read: %v\n%s", err, a)
	}
	_, body, ok := strings.Cut(string(a), "t=0 0\r\n")
	if !ok || !strings.HasSuffix(body, "\r\n") {
		t.Fatalf("the answer is not well-formed:\n%s", a)
	}
	return s, strings.Split(strings.TrimSuffix(body, "\r\n"), "\r\n"), nil
}

func TestAnswer(t *testing.T) {
	for _, c := range []struct {
		name, offer string
		want        []string
		format      Format
	}{
		{"ordinary", ordinary, []string{
			"m=audio 20000 RTP/AVP 8 0 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000",
			"a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=sendrecv",
		}, Format{Codec: PCMA, PayloadType: 8, Event: 101}},
		{"the offer's order and numbers", `
			v=0
			c=IN IP4 198.51.100.2
			m=audio 4000 RTP/AVP 127 0 97 8
			a=rtpmap:127 telephone-event/8000
			a=rtpmap:97 pcma/8000/1
			`, []string{
			"m=audio 20000 RTP/AVP 127 0 97 8", "a=rtpmap:127 telephone-event/8000", "a=fmtp:127 0-15",
			"a=rtpmap:0 PCMU/8000", "a=rtpmap:97 PCMA/8000", "a=rtpmap:8 PCMA/8000", "a=ptime:20", "a=sendrecv",
		}, Format{Codec: PCMU, PayloadType: 0, Event: 127}},
		{"static payload types without rtpmap, no events", `
			v=0
			c=IN IP4 198.51.100.2
			m=audio 4000 RTP/AVP 0
			`, []string{
			"m=audio 20000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=ptime:20", "a=sendrecv",
		}, Format{Codec: PCMU, PayloadType: 0}},
		{"telephone-event at another rate is not ours", `
			v=0
			c=IN IP4 198.51.100.2
			m=audio 4000 RTP/AVP 8 100 101
			a=rtpmap:100 telephone-event/48000
			a=rtpmap:101 telephone-event/8000
			`, []string{
			"m=audio 20000 RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000",
			"a=fmtp:101 0-15", "a=ptime:20", "a=sendrecv",
		}, Format{Codec: PCMA, PayloadType: 8, Event: 101}},
		{"static numbers given another meaning", `
			v=0
			c=IN IP4 198.51.100.2
			m=audio 4000 RTP/AVP 8 0
			a=rtpmap:8 G729/8000
			`, []string{
			"m=audio 20000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=ptime:20", "a=sendrecv",
		}, Format{Codec: PCMU, PayloadType: 0}},
		{"video, two sounds, data", `
			v=0
			c=IN IP4 198.51.100.2
			m=video 5000 RTP/AVP 96
			a=rtpmap:96 H264/90000
			m=audio 5002 RTP/SAVP 8
			m=audio 4000 RTP/AVP 8
			m=audio 4002 RTP/AVP 0
			m=image 4004 udptl t38
			`, []string{
			"m=video 0 RTP/AVP 96", "m=audio 0 RTP/SAVP 8",
			"m=audio 20000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=ptime:20", "a=sendrecv",
			"m=audio 0 RTP/AVP 0", "m=image 0 udptl t38",
		}, Format{Codec: PCMA, PayloadType: 8}},
		{"telephone-event of another clock, when there is no other", `
			v=0
			c=IN IP4 198.51.100.2
			m=audio 4000 RTP/AVP 8 96 97
			a=rtpmap:96 telephone-event/48000
			a=rtpmap:97 telephone-event/16000
			`, []string{
			"m=audio 20000 RTP/AVP 8 96", "a=rtpmap:8 PCMA/8000", "a=rtpmap:96 telephone-event/48000",
			"a=fmtp:96 0-15", "a=ptime:20", "a=sendrecv",
		}, Format{Codec: PCMA, PayloadType: 8, Event: 96, EventRate: 48000}},
		{"rtcp-mux", `
			v=0
			c=IN IP4 198.51.100.2
			m=audio 4000 RTP/AVPF 8
			a=rtcp-mux
			`, []string{
			"m=audio 20000 RTP/AVPF 8", "a=rtpmap:8 PCMA/8000", "a=ptime:20", "a=sendrecv", "a=rtcp-mux",
		}, Format{Codec: PCMA, PayloadType: 8}},
		{"ptime 30 and maxptime 40", `
			v=0
			c=IN IP4 198.51.100.2
			m=audio 4000 RTP/AVP 8
			a=ptime:30
			a=maxptime:40
			`, []string{
			"m=audio 20000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=ptime:20", "a=sendrecv",
		}, Format{Codec: PCMA, PayloadType: 8, MaxSamples: 320}},
		{"maxptime 10", `
			v=0
			c=IN IP4 198.51.100.2
			m=audio 4000 RTP/AVP 8
			a=maxptime:10.0
			`, []string{
			"m=audio 20000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=ptime:10", "a=sendrecv",
		}, Format{Codec: PCMA, PayloadType: 8, MaxSamples: 80}},
		{"nonsense in what does not concern us", `
			v=0
			z=whatever
			c=IN IP4 198.51.100.2
			a=ptime:NaN
			a=
			b=AS:64
			m=audio 4000/2 RTP/AVP 8 8 999 x -1
			a=maxptime:-7
			a=ptime:1e99
			a=candidate:1 1 UDP 1 10.0.0.1 9 typ host
			`, []string{
			"m=audio 20000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=ptime:20", "a=sendrecv",
		}, Format{Codec: PCMA, PayloadType: 8}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, got, err := answerTo(t, c.offer)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("answer:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if s.agreed.format != c.format {
				t.Errorf("agreed on %+v, want %+v", s.agreed.format, c.format)
			}
			if s.agreed.remote != netip.MustParseAddrPort("198.51.100.2:4000") {
				t.Errorf("the far end is at %v", s.agreed.remote)
			}
		})
	}
}

func TestAnswerLineEnds(t *testing.T) {
	text := string(crlf(ordinary))
	for name, offer := range map[string]string{
		"missing last line end": strings.TrimSuffix(text, "\r\n"),
		"bare LF":               strings.ReplaceAll(text, "\r\n", "\n"),
		"blank lines":           text + "\r\n\r\n",
		"spaces at line ends":   strings.ReplaceAll(text, "\r\n", " \r\n"),
	} {
		d, err := parseSDP([]byte(offer))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := testSession().answer(d); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSDPRefused(t *testing.T) {
	body := func(lines string) string { return "v=0\nc=IN IP4 198.51.100.2\n" + lines }
	for _, c := range []struct {
		name, offer string
		want        error
	}{
		{"empty", "", ErrBadSDP},
		{"no version", "c=IN IP4 198.51.100.2\nm=audio 4000 RTP/AVP 8\n", ErrBadSDP},
		{"not SDP", "hello\n", ErrBadSDP},
		{"no m-line", body(""), ErrBadSDP},
		{"no address", "v=0\nm=audio 4000 RTP/AVP 8\n", ErrBadSDP},
		{"a host name", "v=0\nc=IN IP4 media.example.com\nm=audio 4000 RTP/AVP 8\n", ErrBadSDP},
		{"an address with a zone", "v=0\nc=IN IP6 fe80::1%eth0\nm=audio 4000 RTP/AVP 8\n", ErrBadSDP},
		{"port too large", body("m=audio 70000 RTP/AVP 8\n"), ErrBadSDP},
		{"port negative", body("m=audio -1 RTP/AVP 8\n"), ErrBadSDP},
		{"no formats", body("m=audio 4000 RTP/AVP\n"), ErrBadSDP},
		{"many m-lines", body(strings.Repeat("m=audio 4000 RTP/AVP 8\n", maxSections+1)), ErrBadSDP},
		{"many formats", body("m=audio 4000 RTP/AVP" + strings.Repeat(" 8", maxFormats+1) + "\n"), ErrBadSDP},
		{"control characters in the m-line", body("m=audio 4000 RTP/AVP 8 \x1b[2J\n"), ErrBadSDP},
		{"rtpmap of no payload type", body("m=audio 4000 RTP/AVP 8\na=rtpmap:x PCMA/8000\n"), ErrBadSDP},
		{"too long", body("m=audio 4000 RTP/AVP 8\n" + strings.Repeat("a=x\n", maxSDP/4)), ErrBadSDP},
		{"only G.729", body("m=audio 4000 RTP/AVP 18\n"), ErrNoCodec},
		{"only events", body("m=audio 4000 RTP/AVP 101\na=rtpmap:101 telephone-event/8000\n"), ErrNoCodec},
		{"wideband A-law", body("m=audio 4000 RTP/AVP 97\na=rtpmap:97 PCMA/16000\n"), ErrNoCodec},
		{"only fax", body("m=image 4000 udptl t38\n"), ErrNoCodec},
		{"only SRTP", body("m=audio 4000 RTP/SAVP 8\n"), ErrNoCodec},
		{"sound switched off", body("m=audio 0 RTP/AVP 8\n"), ErrNoCodec},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := parseSDP([]byte(c.offer))
			if err == nil {
				_, err = testSession().answer(d)
			}
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\r\n\x1b") {
				t.Errorf("the error repeats what came: %q", err)
			}
		})
	}
}

// Hold in all spellings, and what we answer (RFC 3264 section 6.1).
func TestHold(t *testing.T) {
	for _, c := range []struct {
		addr, way  string
		answer     string
		held, deaf bool
	}{
		{"IP4 198.51.100.2", "a=sendrecv", "a=sendrecv", false, false},
		{"IP4 198.51.100.2", "", "a=sendrecv", false, false},
		{"IP4 198.51.100.2", "a=sendonly", "a=recvonly", true, true},
		{"IP4 198.51.100.2", "a=SendOnly", "a=recvonly", true, true},
		{"IP4 198.51.100.2", "a=inactive", "a=inactive", true, true},
		{"IP4 198.51.100.2", "a=recvonly", "a=sendonly", true, false},
		{"IP4 0.0.0.0", "", "a=recvonly", true, true},
		{"IP4 0.0.0.0", "a=sendonly", "a=recvonly", true, true},
		{"IP4 0.0.0.0", "a=inactive", "a=inactive", true, true},
		{"IP6 ::", "a=sendrecv", "a=recvonly", true, true},
	} {
		for _, level := range []string{"session", "media"} {
			t.Run(c.addr+" "+c.way+" "+level, func(t *testing.T) {
				offer := fmt.Sprintf("v=0\nc=IN %s\n%s\nm=audio 4000 RTP/AVP 8\n", c.addr, c.way)
				if level == "media" {
					offer = fmt.Sprintf("v=0\nc=IN IP4 198.51.100.9\na=sendrecv\nm=audio 4000 RTP/AVP 8\nc=IN %s\n%s\n", c.addr, c.way)
				}
				s, got, err := answerTo(t, offer)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Contains(got, c.answer) {
					t.Errorf("answer %q lacks %s", got, c.answer)
				}
				if s.agreed.held() != c.held || s.agreed.deaf() != c.deaf {
					t.Errorf("held %v deaf %v, want %v %v", s.agreed.held(), s.agreed.deaf(), c.held, c.deaf)
				}
			})
		}
	}
}

func TestRTCPAddress(t *testing.T) {
	for offer, want := range map[string]string{
		"":                              "198.51.100.2:4001",
		"a=rtcp:5001":                   "198.51.100.2:5001",
		"a=rtcp:5001 IN IP4 192.0.2.77": "192.0.2.77:5001",
		"a=rtcp-mux":                    "198.51.100.2:4000",
	} {
		s, _, err := answerTo(t, "v=0\nc=IN IP4 198.51.100.2\nm=audio 4000 RTP/AVP 8\n"+offer+"\n")
		if err != nil {
			t.Fatal(err)
		}
		if s.agreed.rtcp.String() != want {
			t.Errorf("%q: RTCP goes to %v, want %v", offer, s.agreed.rtcp, want)
		}
	}
}

func origin(t *testing.T, sdp []byte) (id, version string) {
	t.Helper()
	for line := range strings.Lines(string(sdp)) {
		if f := strings.Fields(line); strings.HasPrefix(line, "o=") && len(f) == 6 {
			return f[1], f[2]
		}
	}
	t.Fatalf("no o= line in\n%s", sdp)
	return "", ""
}

// The version of o= counts up when something changed, and only then; the rest
// of the line never does, and says nothing about us.
func TestOriginVersion(t *testing.T) {
	s := testSession()
	say := func(offer string) (string, string) {
		d, err := parseSDP(crlf(offer))
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.answer(d)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(string(a)), "sahut") {
			t.Error("the answer names the product")
		}
		return origin(t, a)
	}
	id, v1 := say(ordinary)
	if _, v := say(ordinary); v != v1 {
		t.Errorf("version %s became %s though nothing changed", v1, v)
	}
	hold := strings.ReplaceAll(ordinary, "sendrecv", "sendonly")
	id2, v2 := say(hold)
	if v2 == v1 || id2 != id {
		t.Errorf("after hold: id %s version %s, before %s %s", id2, v2, id, v1)
	}
	bad, _ := parseSDP([]byte("v=0\nc=IN IP4 198.51.100.2\nm=audio 4000 RTP/AVP 18\n"))
	agreed := s.agreed
	if _, err := s.answer(bad); !errors.Is(err, ErrNoCodec) || s.agreed != agreed {
		t.Errorf("a refused re-offer changed the session (%v)", err)
	}
	if _, v := say(hold); v != v2 {
		t.Errorf("a refused re-offer changed the version from %s to %s", v2, v)
	}
}

func TestDelayedOffer(t *testing.T) {
	s := testSession()
	offer := s.offer()
	for _, want := range []string{"m=audio 20000 RTP/AVP 8 0 101\r\n", "a=sendrecv\r\n", "c=IN IP4 203.0.113.7\r\n"} {
		if !strings.Contains(string(offer), want) {
			t.Errorf("our offer lacks %q:\n%s", want, offer)
		}
	}
	d, err := parseSDP([]byte("v=0\nc=IN IP4 198.51.100.2\nm=audio 4000 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.accept(d); err != nil {
		t.Fatal(err)
	}
	if want := (Format{Codec: PCMU, PayloadType: 0, Event: 101}); s.agreed.format != want {
		t.Errorf("agreed on %+v", s.agreed.format)
	}
	bad, _ := parseSDP([]byte("v=0\nc=IN IP4 198.51.100.2\nm=audio 0 RTP/AVP 0\n"))
	if err := s.accept(bad); !errors.Is(err, ErrNoCodec) {
		t.Errorf("an answer that refuses the sound: %v", err)
	}
}

// A refresh of ours says what we said, word for word: its version stays. What
// was refused is refused still, in its place.
func TestOfferUpdate(t *testing.T) {
	s := testSession()
	exchange := func(offer string) []byte {
		d, err := parseSDP(crlf(offer))
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.answer(d)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	offer := `
		v=0
		c=IN IP4 198.51.100.2
		m=video 5000 RTP/AVP 96
		m=audio 4000 RTP/AVP 0 97
		a=rtpmap:97 telephone-event/8000
		a=maxptime:10
		a=rtcp-mux
		m=image 4004 udptl t38
		`
	answer := exchange(offer)
	if got := s.update(); string(got) != string(answer) {
		t.Errorf("we answered\n%s\nand refresh with\n%s", answer, got)
	}
	held := exchange(strings.Replace(offer, "a=rtcp-mux", "a=sendonly", 1))
	update := s.update()
	id, v := origin(t, held)
	id2, v2 := origin(t, update)
	if id2 != id || v2 == v || !strings.Contains(string(update), "a=sendrecv\r\n") || strings.Contains(string(update), "rtcp-mux") {
		t.Errorf("held with version %s of %s, we refresh with\n%s", v, id, update)
	}
	if all := string(s.offer()); !strings.Contains(all, "m=video 0 RTP/AVP 96\r\nm=audio 20000 RTP/AVP 0 97 8\r\n") || !strings.HasSuffix(all, "m=image 0 udptl t38\r\n") {
		t.Errorf("an offer of all we speak:\n%s", all)
	}
	if fresh := testSession(); !strings.Contains(string(fresh.update()), "m=audio 20000 RTP/AVP 8 0 101\r\n") {
		t.Error("before anything was agreed on a refresh is an offer of all we speak")
	}
}

// A later offer of ours keeps the payload types in use, and a number never
// means two things.
func TestOfferKeepsNumbers(t *testing.T) {
	s := testSession()
	d, err := parseSDP([]byte("v=0\nc=IN IP4 198.51.100.2\nm=audio 4000 RTP/AVP 0 96\na=rtpmap:96 telephone-event/8000\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.answer(d); err != nil {
		t.Fatal(err)
	}
	if got := string(s.offer()); !strings.Contains(got, "RTP/AVP 0 96 8\r\n") {
		t.Errorf("our later offer:\n%s", got)
	}
}

func TestIPv6(t *testing.T) {
	s := newSession(netip.MustParseAddr("2001:db8::7"), 20000, SRTPOff)
	d, err := parseSDP([]byte("v=0\nc=IN IP6 2001:db8::99\nm=audio 4000 RTP/AVP 8\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.answer(d)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(a), "c=IN IP6 2001:db8::7\r\n") || s.agreed.remote.String() != "[2001:db8::99]:4000" {
		t.Errorf("answer:\n%s\nfar end %v", a, s.agreed.remote)
	}
}

// FuzzSDP: whatever an offer says, the answer is one that can be read again,
// with as many m-lines, and it repeats nothing but tokens.
func FuzzSDP(f *testing.F) {
	f.Add(crlf(ordinary))
	f.Add([]byte("v=0\nc=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVP 8\na=inactive"))
	f.Add([]byte("v=0\nc=IN IP6 ::\nm=video 1 RTP/AVP 96\nm=audio 4000/2 RTP/AVP 0 8 96\na=rtpmap:96 telephone-event/8000\na=rtcp:1 IN IP4 1.2.3.4"))
	f.Add([]byte("v=0\nm=audio 4000 RTP/AVP 8\nc=IN IP4 224.2.1.1/127/3\na=maxptime:10\na=ptime:60"))
	f.Fuzz(func(t *testing.T, offer []byte) {
		d, err := parseSDP(offer)
		if err != nil {
			if !errors.Is(err, ErrBadSDP) {
				t.Fatalf("error without a kind: %v", err)
			}
			return
		}
		s := testSession()
		answer, err := s.answer(d)
		if err != nil {
			if !errors.Is(err, ErrBadSDP) && !errors.Is(err, ErrNoCodec) {
				t.Fatalf("error without a kind: %v", err)
			}
			return
		}
		again, err := parseSDP(answer)
		if err != nil {
			t.Fatalf("our answer cannot be read: %v\n%q", err, answer)
		}
		if len(again.sections) != len(d.sections) {
			t.Fatalf("%d m-lines answered with %d", len(d.sections), len(again.sections))
		}
		for i := range len(answer) {
			if c := answer[i]; c < ' ' && c != '\r' && c != '\n' || c >= 0x7F {
				t.Fatalf("the answer has byte %#x", c)
			}
		}
		if s.agreed.format.PayloadType > 127 || len(s.agreed.payloads) == 0 {
			t.Fatalf("agreed on %+v", s.agreed.format)
		}
		_ = s.offer()
	})
}
