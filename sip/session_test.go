package sip

import (
	"context"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
	"sahut/sip/siptest"
)

func TestSessionTimerIsAgreed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		lines   []string
		expires string // of the 200
		require string
	}{
		{"not asked", []string{"Supported: timer"}, "", ""},
		{"the caller refreshes", []string{"Supported: timer", "Session-Expires: 1800"}, "1800;refresher=uac", "timer"},
		{"she says so", []string{"Supported: 100rel, timer", "Session-Expires: 1800;refresher=uac"}, "1800;refresher=uac", "timer"},
		{"she wants us to", []string{"Supported: timer", "Session-Expires: 600 ; refresher = uas"}, "600;refresher=uas", "timer"},
		{"a proxy asked", []string{"Session-Expires: 1800"}, "1800;refresher=uas", ""},
		{"in short", []string{"k: timer", "x: 1800"}, "1800;refresher=uac", "timer"},
		{"too brief for a phone that cannot be told", []string{"Session-Expires: 30"}, "90;refresher=uas", ""},
		{"nonsense", []string{"Supported: timer", "Session-Expires: soon"}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, nil)
			s := newScript(h, "udp")
			ok := s.up(h, quietSDP, tt.lines...)
			if got := ok.Header("Session-Expires"); got != tt.expires {
				t.Errorf("Session-Expires %q, want %q", got, tt.expires)
			}
			if got := ok.Header("Require"); got != tt.require {
				t.Errorf("Require %q, want %q", got, tt.require)
			}
			await[queue.Established](t, h.desk, 1)
			stillThere(h, s)
		})
	}
}

func briefSessions(h *house) { h.server.calls.patience.session = time.Second }

// The far end promised to refresh and does not: after two thirds of the time
// the call is over.
func TestSessionExpires(t *testing.T) {
	t.Parallel()
	h := openHouse(t, briefSessions)
	c, _ := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP),
		Headers: []string{"Supported: timer", "Session-Expires: 1;refresher=uac"}})
	h.within(c.WaitDone)
	h.ended(1, queue.ByNetwork, queue.CauseExpired)
	if c.EndedBy() != siptest.ByCallee {
		t.Errorf("no BYE came: ended by %q", c.EndedBy())
	}
}

// It refreshes once by UPDATE and once by re-INVITE, then stops: the call has
// lasted that much longer.
func TestSessionIsRefreshedByTheCaller(t *testing.T) {
	t.Parallel()
	h := openHouse(t, briefSessions)
	timer := []sip.Header{sip.NewHeader("Supported", "timer"), sip.NewHeader("Session-Expires", "1;refresher=uac")}
	c, _ := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP),
		Headers: []string{"Supported: timer", "Session-Expires: 1;refresher=uac"}})
	h.within(func(ctx context.Context) error {
		res, err := c.Update(ctx, nil, timer...)
		if err == nil && res.GetHeader("Session-Expires").Value() != "1;refresher=uac" {
			t.Errorf("UPDATE answered\n%s", res)
		}
		return err
	})
	// A refresh without a timer ends it: nothing expires any more.
	h.within(func(ctx context.Context) error {
		res, err := c.ReInvite(ctx, []byte(quietSDP))
		if err == nil && res.GetHeader("Session-Expires") != nil {
			t.Errorf("a timer nobody asked for:\n%s", res)
		}
		return err
	})
	h.within(c.Hangup)
	h.ended(1, queue.ByCaller, queue.CauseNormal)
}

// Our turn: by UPDATE when the caller's Allow names it, else by an INVITE with
// the same SDP.
func TestSessionIsRefreshedByUs(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"UPDATE", "INVITE"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, briefSessions)
			s := newScript(h, "udp")
			lines := []string{"Supported: timer", "Session-Expires: 1;refresher=uas", "Allow: INVITE, ACK, BYE"}
			if method == "UPDATE" {
				lines[2] += ", UPDATE"
			}
			ok := s.up(h, quietSDP, lines...)
			var m siptest.Message
			h.within(func(ctx context.Context) (err error) { m, err = s.wire.WaitRequest(ctx, method); return err })
			if got := m.Header("Session-Expires"); got != "1;refresher=uac" {
				t.Errorf("Session-Expires %q", got)
			}
			if method == "INVITE" && m.Body() != ok.Body() {
				t.Errorf("the refresh changes the SDP:\n%s\n%s", ok.Body(), m.Body())
			}
			// Two changes at once: hers has to wait.
			if method == "INVITE" {
				s.send("INVITE", 2, quietSDP)
				if got := invitesAnswered(h, s, 2); got.Status() != 491 {
					t.Errorf("glare was answered %s", got.Line())
				}
			}
			s.sendRaw(answerTo(m, "200 OK", "Contact: "+s.contact, "Session-Expires: 1;refresher=uac"))
			if method == "INVITE" {
				h.within(func(ctx context.Context) error {
					ack, err := s.wire.WaitRequest(ctx, "ACK")
					if err == nil && ack.Header("CSeq") != m.Header("CSeq")[:len(m.Header("CSeq"))-len("INVITE")]+"ACK" {
						t.Errorf("ACK has CSeq %s, its INVITE %s", ack.Header("CSeq"), m.Header("CSeq"))
					}
					return err
				})
			}
			// And again after the same time; then she knows nothing of us.
			h.within(func(ctx context.Context) error {
				again, _, err := s.wire.Wait(ctx, 0, func(n siptest.Message) bool {
					return n.Status() == 0 && n.Method() == method && n.Header("CSeq") != m.Header("CSeq")
				})
				if err == nil {
					s.sendRaw(answerTo(again, "481 Call Does Not Exist"))
				}
				return err
			})
			h.within(func(ctx context.Context) error {
				bye, err := s.wire.WaitRequest(ctx, "BYE")
				if err == nil {
					s.sendRaw(answerTo(bye, "481 Call Does Not Exist"))
				}
				return err
			})
			h.ended(1, queue.ByNetwork, queue.CauseExpired)
		})
	}
}
