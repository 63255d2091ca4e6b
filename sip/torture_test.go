package sip

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// torture is one message of RFC 4475 or RFC 5118 with the answers it may get.
type torture struct {
	ID, File, Kind, UDP, TCP, Must string
	message                        []byte
}

func tortureSet(t testing.TB) []torture {
	t.Helper()
	var out []torture
	for _, dir := range []string{"rfc4475", "rfc5118"} {
		f, err := os.Open(filepath.Join("testdata", dir, "manifest.ndjson"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var m torture
			if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
				t.Fatal(err)
			}
			if m.message, err = os.ReadFile(filepath.Join("testdata", m.File)); err != nil {
				t.Fatal(err)
			}
			out = append(out, m)
		}
	}
	return out
}

// answers are the allowed outcomes of one message: status codes and classes,
// no answer at all, or the end of the connection.
type answers struct {
	codes       map[int]bool
	none, close bool
}

// parseAnswers reads the manifest's sets: "2xx,1xx,400", "400 (liberal accept
// tolerated)", "none, then closed in <= 32 s", "400 and/or close".
func parseAnswers(s string) answers {
	a := answers{codes: map[int]bool{}}
	a.none = strings.Contains(s, "none")
	a.close = strings.Contains(s, "close")
	if strings.Contains(s, "liberal accept") || strings.Contains(s, "accepted") {
		for c := 100; c < 300; c++ {
			a.codes[c] = true
		}
	}
	words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,()", r) })
	for _, w := range words {
		if lo, hi, ok := strings.Cut(w, "-"); ok {
			from, err1 := strconv.Atoi(lo)
			to, err2 := strconv.Atoi(hi)
			for c := from; err1 == nil && err2 == nil && c <= to; c++ {
				a.codes[c] = true
			}
		}
		if strings.HasSuffix(w, "xx") {
			class, _ := strconv.Atoi(w[:1])
			for c := class * 100; c < class*100+100; c++ {
				a.codes[c] = true
			}
		}
		if n, err := strconv.Atoi(w); err == nil && n >= 100 {
			a.codes[n] = true
		}
	}
	return a
}

func (a answers) allow(status int) bool {
	if status == 0 {
		return a.none
	}
	return a.codes[status]
}

// checkTorture asserts what a reply must carry beside its status.
func checkTorture(t *testing.T, m torture, r reply) {
	t.Helper()
	switch r.status {
	case 0:
	case 401:
		if !strings.HasPrefix(r.get("WWW-Authenticate"), "Digest ") {
			t.Error("401 without a challenge")
		}
	case 405, 501:
		if r.get("Allow") == "" {
			t.Errorf("%d without Allow", r.status)
		}
	case 415:
		if r.get("Accept") == "" {
			t.Error("415 without Accept")
		}
	case 420:
		for _, option := range []string{"nothingSupportsThis", "nothingSupportsThisEither"} {
			if !strings.Contains(r.get("Unsupported"), option) {
				t.Errorf("Unsupported %q lacks %s", r.get("Unsupported"), option)
			}
		}
	}
}

// tortureServer takes loopback for its trunk, so that every message gets as
// far as it can.
func tortureServer(t *testing.T) *Server {
	return startServer(t, func(c *configs.SIP, _ *Options) {
		c.Trunks[0].Addresses = []string{"127.0.0.0/8"}
		c.MessageTimeout = configs.Duration(time.Second)
	})
}

func TestTortureUDP(t *testing.T) {
	s := tortureServer(t)
	for i, m := range tortureSet(t) {
		t.Run(m.ID, func(t *testing.T) {
			allowed := parseAnswers(m.UDP)
			// Answers without rport go to the port of the Via, so the message
			// comes from there; an address of its own for each keeps the ports
			// free.
			f := farAt(t, s, fmt.Sprintf("127.9.%d.%d", os.Getpid()%200+1, i+1), viaPort(string(m.message)))
			f.send(string(m.message))
			// What follows on the same socket is handled after it.
			probe := compose("OPTIONS", "sip:127.0.0.1")
			f.send(probe)
			var got reply
			count := map[int]int{}
			for answered := false; !answered; {
				text := f.receive(5 * time.Second)
				if text == "" {
					t.Fatal("the server is gone")
				}
				r := parseReply(t, text)
				if r.get("Call-ID") == callIDOf(probe) {
					answered = true
					continue
				}
				count[r.status]++
				got = r
			}
			if got.status == 0 && !allowed.none { // handled in another goroutine: a little later
				got = f.final()
				count[got.status]++
			}
			if !allowed.allow(got.status) {
				t.Errorf("got %d, allowed: %s (%s)\n%s", got.status, m.UDP, m.Must, got.text)
			}
			if m.ID == "rfc4475-dblreq" && (len(count) != 1 || count[got.status] != 1 || !strings.Contains(got.get("CSeq"), "REGISTER")) {
				t.Errorf("more than one reply: %v", count)
			}
			t.Logf("%s: %d", m.Kind, got.status)
			checkTorture(t, m, got)
		})
	}
	stillSound(t, s)
}

func TestTortureTCP(t *testing.T) {
	s := tortureServer(t)
	for _, m := range tortureSet(t) {
		if m.TCP == "n/a (datagram test)" {
			continue
		}
		t.Run(m.ID, func(t *testing.T) {
			t.Parallel()
			want := m.TCP
			if want == "" || strings.HasPrefix(want, "same") {
				want += " " + m.UDP
			}
			allowed := parseAnswers(want)
			c := dialFrom(t, s, "127.0.0.1")
			if _, err := c.Write(m.message); err != nil {
				t.Fatal(err)
			}
			wait := 5 * time.Second
			if allowed.none && !strings.Contains(want, "then") {
				wait = 300 * time.Millisecond
			}
			var got reply
			open := true
			for {
				var text string
				if text, open = c.read(wait); text == "" {
					break
				}
				got = parseReply(t, text)
				if got.status >= 200 {
					break
				}
			}
			switch {
			case got.status == 0 && !open && allowed.close:
			case got.status == 0 && !open && !allowed.none:
				t.Errorf("closed without an answer, allowed: %s (%s)", want, m.Must)
			case !allowed.allow(got.status):
				t.Errorf("got %d (open %v), allowed: %s (%s)\n%s", got.status, open, want, m.Must, got.text)
			}
			if strings.Contains(m.TCP, "then") && open {
				if _, open = c.read(5 * time.Second); open {
					t.Error("the connection was not closed")
				}
			}
			t.Logf("%s: %d", m.Kind, got.status)
			checkTorture(t, m, got)
		})
	}
}

// stillSound asserts that the server serves on, without a fault.
func stillSound(t *testing.T, s *Server) {
	t.Helper()
	f := farAt(t, s, "127.0.0.2", 0)
	if r := f.ask(compose("OPTIONS", "sip:127.0.0.1")); r.status != 200 {
		t.Errorf("OPTIONS afterwards: %d", r.status)
	}
	if n := s.Stats().Panics; n != 0 {
		t.Errorf("%d panics", n)
	}
}

// viaPort is the port of the top Via, 5060 when there is none.
func viaPort(msg string) int {
	m, _ := parse([]byte(msg), sizes{1 << 16, 1000, 1 << 16, 1000})
	if list := m.list("via"); len(list) > 0 {
		if v, _ := parseVia(list[0]); v.port != 0 {
			return v.port
		}
	}
	return 5060
}

// Mutations of the set, as a scanner or a broken gateway would send them.
func TestMutationsOverTheWire(t *testing.T) {
	s := tortureServer(t)
	set := tortureSet(t)
	dice := rand.New(rand.NewPCG(4475, 5118))
	f := farAt(t, s, "127.0.0.2", 0)
	for i := range 3000 {
		msg := slices.Clone(set[dice.IntN(len(set))].message)
		for range 1 + dice.IntN(4) {
			at := dice.IntN(len(msg))
			switch dice.IntN(4) {
			case 0:
				msg[at] = byte(dice.IntN(256))
			case 1:
				msg = slices.Insert(msg, at, []byte(strings.Repeat(string(rune(msg[at])), dice.IntN(300)))...)
			case 2:
				msg = slices.Delete(msg, at, min(at+dice.IntN(20)+1, len(msg)-1))
			case 3:
				other := set[dice.IntN(len(set))].message
				msg = append(msg[:at:at], other[dice.IntN(len(other)):]...)
			}
			if len(msg) < 2 {
				break
			}
		}
		f.send(string(msg))
		if i%200 == 0 { // no faster than it is handled
			c := dialFrom(t, s, "127.0.0.2")
			_, _ = c.Write(msg)
			stillSound(t, s)
		}
	}
	stillSound(t, s)
}
