package sip

import (
	"time"

	"github.com/emiago/sipgo/sip"
)

// way is how one call of ours can go: through one trunk, as that trunk wants
// its calls. The trunks make ways (trunks.route), the calls follow them in
// order (invite_out.go).
type way struct {
	trunk   *Trunk
	target  sip.Uri                               // whom the carrier shall ring: request line and To
	to      *sip.Uri                              // To, where it is another; nil: target
	network string                                // UDP, TCP or TLS
	hop     string                                // the ip:port the INVITE is sent to, resolved already
	stream  string                                // the ip:port that takes it by TCP, for an INVITE too long for a datagram; "": none is known to
	from    sip.FromHeader                        // who calls, as the called party shall see it; without tag
	headers []sip.Header                          // identity (RFC 3325) and privacy (RFC 3323) of the INVITE
	hide    func() (sip.FromHeader, []sip.Header) // the same when the called party shall see no number; nil: it never does

	// sign answers the challenges to one request: it adds credentials to req,
	// which the trunk refused with res (401, 407), or says why it cannot: a realm
	// or address that is not the trunk's, or they were wrong before. nil: the
	// trunk has no account.
	sign func() func(req *sip.Request, res *sip.Response) error
	// admit takes a line of the trunk (max_calls, max_outgoing, max_calls of the
	// house). release gives it back; once or more.
	admit func() (release func(), ok bool)

	session  time.Duration // Session-Expires we ask for; 0: none
	reliable bool          // say Supported: 100rel
}

// statusServerTimeout is 504.
const statusServerTimeout = 504

// unseen are ways by which the called party sees no number of ours, if hide is
// set. One that knows of no way to hide it is no way then.
func unseen(ways []way, hide bool) []way {
	if !hide {
		return ways
	}
	var all []way
	for _, w := range ways {
		if w.hide != nil {
			w.from, w.headers = w.hide()
			all = append(all, w)
		}
	}
	return all
}
