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
	target  sip.Uri        // whom the carrier shall ring: request line and To
	network string         // UDP, TCP or TLS
	hop     string         // the ip:port the INVITE is sent to, resolved already
	from    sip.FromHeader // who calls, as the called party shall see it; without tag
	headers []sip.Header   // identity (RFC 3325) and privacy (RFC 3323) of the INVITE

	// sign adds credentials to req, which the trunk refused with res (401, 407),
	// or says why it cannot: no account there, or a realm or address that is not
	// the trunk's. nil: the trunk has no account.
	sign func(req *sip.Request, res *sip.Response) error
	// admit takes a line of the trunk (max_calls, max_outgoing, max_calls of the
	// house). release gives it back; once or more.
	admit func() (release func(), ok bool)

	session  time.Duration // Session-Expires we ask for; 0: none
	reliable bool          // say Supported: 100rel
}

// router is what the trunks offer: the ways a number can be called, best
// first. It may resolve names, so it is asked by a call's own goroutine.
type router interface {
	route(number string) []way
}

// statusServerTimeout is 504.
const statusServerTimeout = 504
