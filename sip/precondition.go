package sip

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// IMS cores reserve radio resources before a phone rings, and say in SDP how
// far they are (RFC 3312, RFC 4032). We have nothing to reserve, so our side is
// always ready. conditions are those of one offer, as the offerer sees them.
type conditions struct {
	curr map[string]string    // by side (local, remote, e2e): none, send, recv, sendrecv
	des  map[string][2]string // by side: strength and direction
}

// conditionsOf reads the a=curr and a=des lines of an offer.
func conditionsOf(offer []byte) conditions {
	c := conditions{curr: map[string]string{}, des: map[string][2]string{}}
	for line := range strings.Lines(string(offer)) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		f := strings.Fields(rest)
		if len(f) < 3 || !strings.EqualFold(f[0], "qos") {
			continue
		}
		switch {
		case kind == "a=curr" && isToken(f[1]) && isToken(f[2]):
			c.curr[f[1]] = f[2]
		case kind == "a=des" && len(f) == 4 && isToken(f[1]) && isToken(f[2]) && isToken(f[3]):
			c.des[f[2]] = [2]string{f[1], f[3]}
		}
	}
	return c
}

// unmet tells whether an offerer still waits for her own resources.
func unmet(offer []byte) bool { return conditionsOf(offer).unmet() }

func (c conditions) unmet() bool {
	des, has := c.des["local"]
	return has && des[0] == "mandatory" && !covers(c.curr["local"], des[1])
}

// covers tells whether a direction that is there is enough for one that is
// wanted.
func covers(have, want string) bool { return have == "sendrecv" || have == want || want == "none" }

// answer are the lines that answer c. Local and remote change places.
func (c conditions) answer() []string {
	var lines []string
	if len(c.des) == 0 {
		return nil
	}
	if e2e, has := c.des["e2e"]; has {
		return []string{"a=curr:qos e2e sendrecv", fmt.Sprintf("a=des:qos %s e2e %s", e2e[0], e2e[1])}
	}
	theirs := c.curr["local"]
	if theirs == "" {
		theirs = "none"
	}
	lines = append(lines, "a=curr:qos local sendrecv", "a=curr:qos remote "+theirs)
	ours := "mandatory"
	if des, has := c.des["remote"]; has && des[0] != "none" {
		ours = des[0]
	}
	lines = append(lines, "a=des:qos "+ours+" local sendrecv")
	if des, has := c.des["local"]; has {
		lines = append(lines, fmt.Sprintf("a=des:qos %s remote %s", des[0], des[1]))
	}
	if c.unmet() {
		lines = append(lines, "a=conf:qos remote sendrecv")
	}
	return lines
}

// edition adds lines to our descriptions and keeps the version of their o=
// line true: it counts up whenever anything changes, also what was added
// (RFC 3264 §8).
type edition struct {
	lines   string
	version uint64 // as the sound last counted it
	ahead   uint64 // how much further we are
}

// of returns sdp with lines added to its sound.
func (e *edition) of(sdp []byte, lines []string) []byte {
	said := strings.Join(lines, "\r\n")
	version, at := versionOf(sdp)
	if said != e.lines && version == e.version {
		e.ahead++
	}
	e.lines, e.version = said, version
	if e.ahead > 0 && at != nil {
		f := strings.Fields(string(at))
		f[2] = strconv.FormatUint(version+e.ahead, 10)
		sdp = bytes.Replace(sdp, at, []byte(strings.Join(f, " ")+"\r\n"), 1)
	}
	if said == "" {
		return sdp
	}
	return insertInAudio(sdp, said)
}

// versionOf reads the version of the o= line, and the line.
func versionOf(sdp []byte) (uint64, []byte) {
	for line := range bytes.Lines(sdp) {
		if f := strings.Fields(string(line)); strings.HasPrefix(string(line), "o=") && len(f) == 6 {
			n, err := strconv.ParseUint(f[2], 10, 64)
			if err == nil {
				return n, line
			}
		}
	}
	return 0, nil
}

// insertInAudio puts text at the end of the section that carries the sound.
func insertInAudio(sdp []byte, text string) []byte {
	var out bytes.Buffer
	inside, done := false, false
	for line := range strings.Lines(string(sdp)) {
		if strings.HasPrefix(line, "m=") {
			if inside && !done {
				out.WriteString(text + "\r\n")
				done = true
			}
			f := strings.Fields(line)
			inside = strings.HasPrefix(line, "m=audio ") && len(f) > 1 && f[1] != "0"
		}
		out.WriteString(line)
	}
	if inside && !done {
		out.WriteString(text + "\r\n")
	}
	return out.Bytes()
}
