package sip

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// shapes are the answers to an unsigned and to a signed request, without what
// is random in them.
func shapes(t *testing.T, s *Server, method, target, user, password string) string {
	t.Helper()
	f := farAt(t, s, "127.0.0.1", 0)
	first := f.ask(composeWith(method, target, "the-shape-of-an-answer", 1))
	nonce := unquote(paramOf(first.get("WWW-Authenticate"), "nonce"))
	second := f.ask(composeWith(method, target, "the-shape-of-an-answer", 2, authorization(user, password, method, target, nonce, 1)))
	if method == "INVITE" {
		f.send(strings.Replace(composeWith("ACK", target, "the-shape-of-an-answer", 2), "To: <"+target+">", "To: "+second.get("To"), 1))
	}
	var out []string
	for _, r := range []reply{first, second} {
		text := strings.ReplaceAll(r.text, r.get("Via"), "via")
		text = strings.ReplaceAll(text, r.get("To"), "to")
		for _, h := range r.head["www-authenticate"] {
			text = strings.ReplaceAll(text, paramOf(h, "nonce"), "N")
		}
		out = append(out, text)
	}
	return strings.Join(out, "\n")
}

// Whoever does not prove to be somebody learns nothing of who exists: the name
// of a volunteer, of a trunk, of somebody whose account is closed and of nobody
// get the same bytes, for a REGISTER and for an INVITE.
func TestChallengesTellNoNames(t *testing.T) {
	t.Parallel()
	for method, target := range map[string]string{"REGISTER": "sip:" + phones.realm, "INVITE": "sip:0213903963@" + phones.realm} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			var first, of string
			for name, password := range map[string]string{"sari": "wrong", "nobo": "wrong", "shut": "rahasia", "pbxx": "wrong"} {
				s := startServer(t, func(c *configs.SIP, o *Options) { // one each: wrong passwords are counted
					c.Trunks = append(c.Trunks, configs.Trunk{Name: "dial-in", Username: "pbxx", Password: configs.NewSecret("geheim")})
				})
				got := shapes(t, s, method, target, name, password)
				if strings.Count(got, "SIP/2.0 401 ") != 2 {
					t.Fatalf("%s is answered\n%s", name, got)
				}
				if first == "" {
					first, of = got, name
				} else if got != first {
					t.Errorf("%s gets\n%s\n%s gets\n%s", name, got, of, first)
				}
			}
			// Right passwords in the wrong place are no better.
			s := startServer(t, func(c *configs.SIP, o *Options) {
				c.Trunks = append(c.Trunks, configs.Trunk{Name: "dial-in", Username: "pbxx", Password: configs.NewSecret("geheim")})
			})
			user, password := "sari", "rahasia" // who may only register
			if method == "REGISTER" {
				user, password = "pbxx", "geheim" // who may only call
			}
			if got := shapes(t, s, method, target, user, password); got != first {
				t.Errorf("%s with the right password gets\n%s", user, got)
			}
		})
	}
}

// hashes are passwords as a store keeps them.
type hashes map[string]string

func (k hashes) HA1(user, algorithm string) (string, bool) { h, ok := k[user+algorithm]; return h, ok }

// The time it takes tells no names either.
func TestChallengesTakeAlike(t *testing.T) {
	s := startServer(t, nil)
	r := s.registrar
	users := hashes{"sariSHA-256": hashOf("SHA-256", "sari", phones.realm, "rahasia"), "sariMD5": hashOf("MD5", "sari", phones.realm, "rahasia")}
	for _, algorithm := range algorithms {
		took := map[string][]time.Duration{}
		for range 3000 {
			for _, name := range []string{"sari", "nobo"} {
				c := credentials{username: name, realm: phones.realm, nonce: "n", uri: "sip:x", algorithm: algorithm, cnonce: "c", qop: "auth", nc: "00000001", response: "00"}
				begun := time.Now()
				if r.signedBy(c, "REGISTER", users) {
					t.Fatal("signed")
				}
				took[name] = append(took[name], time.Since(begun))
			}
		}
		median := func(name string) time.Duration { slices.Sort(took[name]); return took[name][len(took[name])/2] }
		if known, unknown := median("sari"), median("nobo"); known > 2*unknown || unknown > 2*known {
			t.Errorf("%s: a known name takes %v, an unknown one %v", algorithm, known, unknown)
		}
	}
}
