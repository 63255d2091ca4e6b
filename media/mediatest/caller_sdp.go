package mediatest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

func random() uint32 { return rand.Uint32() }

// terms is what an SDP body says about the one audio stream we care for.
type terms struct {
	to        netip.AddrPort
	laws      []Law
	keysPT    uint8 // 0: none
	ptime     int
	direction string
	mux       bool
	proto     string // of the m= line
	cryptos   []cryptoLine
	others    []string // m= lines besides the first of sound, refused
}

// describe writes an SDP body as a carrier's gateway does.
func describe(id, version uint64, addr netip.AddrPort, t terms) []byte {
	var b strings.Builder
	family := "IP4"
	if addr.Addr().Is6() {
		family = "IP6"
	}
	formats, maps := "", ""
	for _, l := range t.laws {
		formats += fmt.Sprintf(" %d", l)
		maps += fmt.Sprintf("a=rtpmap:%d %s/8000\r\n", l, l)
	}
	if t.keysPT != 0 {
		formats += fmt.Sprintf(" %d", t.keysPT)
		maps += fmt.Sprintf("a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", t.keysPT, t.keysPT)
	}
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n", id, version, family, addr.Addr(), family, addr.Addr())
	fmt.Fprintf(&b, "m=audio %d %s%s\r\n%sa=ptime:%d\r\na=%s\r\n", addr.Port(), t.proto, formats, maps, t.ptime, t.direction)
	if t.mux {
		b.WriteString("a=rtcp-mux\r\n")
	}
	for _, c := range t.cryptos {
		b.WriteString(c.String())
	}
	for _, o := range t.others {
		b.WriteString(o)
	}
	return []byte(b.String())
}

// ErrSDP wraps what was wrong with the other side's SDP.
type ErrSDP string

func (e ErrSDP) Error() string { return "SDP: " + string(e) }

// readTerms reads the other side's SDP.
func readTerms(sdp []byte) (terms, error) {
	t := terms{ptime: 20, direction: "sendrecv"}
	var session, media netip.Addr
	var port uint16
	inAudio, seen := false, false
	for line := range strings.Lines(string(sdp)) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		f := strings.Fields(value)
		switch {
		case key == "m":
			inAudio = len(f) > 3 && f[0] == "audio" && !seen
			if inAudio {
				seen = true
				p, err := strconv.ParseUint(f[1], 10, 16)
				if err != nil {
					return t, ErrSDP("bad port in " + line)
				}
				port = uint16(p)
				t.laws = lawsOf(f[3:])
				t.proto = f[2]
			} else if len(f) > 3 {
				t.others = append(t.others, "m="+f[0]+" 0 "+strings.Join(f[2:], " ")+"\r\n")
			}
		case key == "c" && len(f) == 3:
			a, err := netip.ParseAddr(f[2])
			if err != nil {
				return t, ErrSDP("bad address in " + line)
			}
			if inAudio {
				media = a
			} else if !seen {
				session = a
			}
		case key == "a" && inAudio:
			t.attribute(value)
		case key == "a" && !seen:
			t.setDirection(value)
		}
	}
	if !media.IsValid() {
		media = session
	}
	if !seen || !media.IsValid() || len(t.laws) == 0 {
		return t, ErrSDP("no audio with PCMA or PCMU")
	}
	if port == 0 {
		return t, ErrSDP("audio refused (port 0)")
	}
	t.to = netip.AddrPortFrom(media, port)
	return t, nil
}

func lawsOf(formats []string) (laws []Law) {
	for _, f := range formats {
		switch f {
		case "0":
			laws = append(laws, PCMU)
		case "8":
			laws = append(laws, PCMA)
		}
	}
	return laws
}

func (t *terms) attribute(value string) {
	name, arg, _ := strings.Cut(value, ":")
	switch name {
	case "rtpmap":
		pt, what, _ := strings.Cut(arg, " ")
		if n, err := strconv.ParseUint(pt, 10, 7); err == nil && strings.HasPrefix(what, "telephone-event/8000") {
			t.keysPT = uint8(n)
		}
	case "ptime":
		if n, err := strconv.Atoi(arg); err == nil {
			t.ptime = n
		}
	case "rtcp-mux":
		t.mux = true
	case "crypto":
		if c, ok := readCryptoLine(arg); ok {
			t.cryptos = append(t.cryptos, c)
		}
	default:
		t.setDirection(value)
	}
}

func (t *terms) setDirection(value string) {
	if slices.Contains([]string{"sendrecv", "sendonly", "recvonly", "inactive"}, value) {
		t.direction = value
	}
}

// common picks the first of theirs that is ours too.
func common(theirs, ours []Law) (Law, error) {
	for _, l := range theirs {
		if slices.Contains(ours, l) {
			return l, nil
		}
	}
	return 0, ErrSDP("no codec in common")
}

// mirror answers a direction (RFC 3264 §6.1).
func mirror(direction string) string {
	switch direction {
	case "sendonly":
		return "recvonly"
	case "recvonly":
		return "sendonly"
	}
	return direction
}
