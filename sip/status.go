package sip

import (
	"net"
	"strconv"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// retryAfter is what a refused caller's carrier is told to wait, in seconds.
// RFC 5390: a 503 without it may take the whole server out of service.
const retryAfter = "10"

// reasons are the phrases of our status lines. They are ours: no text of a
// request ever gets into a status line.
var reasons = map[int]string{
	100: "Trying", 180: "Ringing", 183: "Session Progress",
	200: "OK", 202: "Accepted",
	400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
	405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout",
	413: "Request Entity Too Large", 414: "Request-URI Too Long",
	415: "Unsupported Media Type", 416: "Unsupported URI Scheme",
	420: "Bad Extension", 422: "Session Interval Too Small", 423: "Interval Too Brief",
	480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist",
	482: "Loop Detected", 483: "Too Many Hops", 486: "Busy Here",
	487: "Request Terminated", 488: "Not Acceptable Here", 489: "Bad Event",
	491: "Request Pending", 500: "Server Internal Error", 501: "Not Implemented",
	503: "Service Unavailable", 505: "Version Not Supported", 513: "Message Too Large",
	603: "Decline",
}

// reasonFor returns the phrase for status.
func reasonFor(status int) string {
	if r, ok := reasons[status]; ok {
		return r
	}
	return "Refused"
}

// statusOf is the SIP status of the desk's refusal.
func statusOf(why queue.Refusal) int {
	switch why {
	case queue.UnknownNumber:
		return sip.StatusNotFound
	case queue.Draining:
		return sip.StatusServiceUnavailable
	}
	return sip.StatusTemporarilyUnavailable
}

// reply builds the response to req with the headers that status must carry
// (Allow with 405, Accept with 415, Retry-After with 503) and the received
// parameter of RFC 3261 §18.2.1. All responses of the house are made here.
func (s *Server) reply(req *sip.Request, status int) *sip.Response {
	res := sip.NewResponseFromRequest(req, status, reasonFor(status), nil)
	// sipgo copies the version's text from the request; ours is a constant.
	res.SipVersion = "SIP/2.0"
	markReceived(res, req.Source())
	if s.cfg.UserAgent != "" {
		res.AppendHeader(sip.NewHeader("Server", s.cfg.UserAgent))
	}
	switch status {
	case sip.StatusMethodNotAllowed, sip.StatusNotImplemented:
		res.AppendHeader(sip.NewHeader("Allow", s.allowed()))
	case sip.StatusUnsupportedMediaType, sip.StatusNotAcceptable:
		res.AppendHeader(sip.NewHeader("Accept", accepted))
	case sip.StatusServiceUnavailable:
		res.AppendHeader(sip.NewHeader("Retry-After", retryAfter))
	}
	return res
}

// markReceived writes where the request really came from into the top Via.
// The ingress layer removed whatever the request itself claimed.
func markReceived(res *sip.Response, source string) {
	via := res.Via()
	host, _, err := net.SplitHostPort(source)
	if via == nil || err != nil {
		return
	}
	if via.Host != host || via.Params.Has("rport") {
		via.Params.Add("received", host)
	}
}

// strayStatus is the answer to a request whose To tag belongs to no dialog of
// ours. RFC 3261 §8.2.2.1 comes before §12.2.2: who dials a number that no
// Contact of ours carries is told 404, who has lost a dialog with us 481.
func (s *Server) strayStatus(req *sip.Request) int {
	if req.IsInvite() && !s.isOurContact(req.Recipient) {
		return sip.StatusNotFound
	}
	return sip.StatusCallTransactionDoesNotExists
}

// isOurContact tells whether u could be a Contact of ours: no user part, and
// one of our ports.
func (s *Server) isOurContact(u sip.Uri) bool {
	if u.User != "" {
		return false
	}
	port := u.Port
	if port == 0 {
		port = 5060
	}
	for _, l := range s.listeners {
		if strconv.Itoa(int(l.addr.Port())) == strconv.Itoa(port) {
			return true
		}
	}
	return false
}
