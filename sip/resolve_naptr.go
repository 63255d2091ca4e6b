package sip

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// naptr is one NAPTR record (RFC 3403 §4.1), without the rewriting rule, which
// SIP does not use.
type naptr struct {
	order, preference uint16
	flags             string
	service           string
	replacement       string
}

const typeNAPTR dnsmessage.Type = 35

// naptrWait is how long one name server may take; the standard library's
// questions need the rest of the two seconds.
const naptrWait = 700 * time.Millisecond

// nameServers reads the name servers of /etc/resolv.conf. The standard library
// asks them for everything but NAPTR, which it does not know.
func nameServers() []string {
	b, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		return nil
	}
	return nameServersIn(string(b))
}

func nameServersIn(conf string) []string {
	var all []string
	for line := range strings.Lines(conf) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "nameserver" {
			continue
		}
		if ip, err := netip.ParseAddr(words[1]); err == nil {
			all = append(all, netip.AddrPortFrom(ip, 53).String())
		}
	}
	return all
}

// askNAPTR asks one name server, over UDP, and over TCP when the answer is too
// long for that.
func askNAPTR(ctx context.Context, server, name string) ([]naptr, error) {
	ctx, cancel := context.WithTimeout(ctx, naptrWait)
	defer cancel()
	asked, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return nil, fmt.Errorf("%q is no name: %w", name, err)
	}
	question := dnsmessage.Question{Name: asked, Type: typeNAPTR, Class: dnsmessage.ClassINET}
	for _, network := range []string{"udp", "tcp"} {
		var records []naptr
		var more bool
		if records, more, err = exchange(ctx, network, server, question); !more {
			return records, err
		}
	}
	return nil, err
}

// exchange asks once. more says that the answer was cut off.
func exchange(ctx context.Context, network, server string, q dnsmessage.Question) (records []naptr, more bool, err error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, server)
	if err != nil {
		return nil, false, err
	}
	defer conn.Close()
	if until, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(until)
	}
	id := uint16(rand.Uint32())
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, RecursionDesired: true})
	b.EnableCompression()
	err = errors.Join(b.StartQuestions(), b.Question(q))
	msg, e := b.Finish()
	if err = errors.Join(err, e); err != nil {
		return nil, false, err
	}
	if err := writeDNS(conn, network, msg); err != nil {
		return nil, false, err
	}
	for {
		raw, err := readDNS(conn, network)
		if err != nil {
			return nil, false, err
		}
		var p dnsmessage.Parser
		h, err := p.Start(raw)
		if err != nil || h.ID != id || !h.Response || !sameQuestion(&p, q) {
			continue // somebody else's, or forged: wait for ours
		}
		switch {
		case h.Truncated && network == "udp":
			return nil, true, nil
		case h.RCode != dnsmessage.RCodeSuccess && h.RCode != dnsmessage.RCodeNameError:
			return nil, false, fmt.Errorf("the name server %s answers %s", server, h.RCode)
		}
		records, err = readNAPTRs(&p)
		return records, false, err
	}
}

func sameQuestion(p *dnsmessage.Parser, q dnsmessage.Question) bool {
	all, err := p.AllQuestions()
	return err == nil && len(all) == 1 && all[0].Type == q.Type && strings.EqualFold(all[0].Name.String(), q.Name.String())
}

// readNAPTRs takes the NAPTR records of the answer section; a broken one is
// left out.
func readNAPTRs(p *dnsmessage.Parser) ([]naptr, error) {
	var records []naptr
	for {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		if h.Type != typeNAPTR {
			if err := p.SkipAnswer(); err != nil {
				return records, err
			}
			continue
		}
		u, err := p.UnknownResource()
		if err != nil {
			return records, err
		}
		if r, ok := parseNAPTR(u.Data); ok {
			records = append(records, r)
		}
	}
}

// parseNAPTR reads the data of one record; its name is never compressed (RFC
// 3403 §4.1).
func parseNAPTR(b []byte) (r naptr, ok bool) {
	if len(b) < 4 {
		return r, false
	}
	r.order, r.preference = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	b = b[4:]
	var rule string
	for _, into := range []*string{&r.flags, &r.service, &rule} {
		if len(b) == 0 || len(b) < 1+int(b[0]) {
			return r, false
		}
		*into, b = string(b[1:1+b[0]]), b[1+b[0]:]
	}
	var labels []string
	for len(b) > 0 && b[0] != 0 {
		if b[0] > 63 || len(b) < 1+int(b[0]) {
			return r, false
		}
		labels, b = append(labels, string(b[1:1+b[0]])), b[1+b[0]:]
	}
	r.replacement = strings.Join(labels, ".")
	return r, len(b) == 1 && r.replacement != ""
}

func writeDNS(conn net.Conn, network string, msg []byte) error {
	if network == "tcp" {
		msg = append(binary.BigEndian.AppendUint16(nil, uint16(len(msg))), msg...)
	}
	_, err := conn.Write(msg)
	return err
}

func readDNS(conn net.Conn, network string) ([]byte, error) {
	if network == "udp" {
		b := make([]byte, 4096)
		n, err := conn.Read(b)
		return b[:n], err
	}
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(conn, b)
	return b, err
}
