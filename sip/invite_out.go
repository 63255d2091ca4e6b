package sip

import (
	"errors"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// outgoing is how a call of ours is set up: one INVITE after the other, until
// one of the ways is answered or refused for good. Only the call's goroutine
// touches it, except hop.
type outgoing struct {
	call  *call
	route func() []way // where the call can go, best first; nil after it was asked
	ways  []way        // those not tried yet
	way   way          // the one being tried
	tight *way         // … as it was before a long INVITE went by TCP; nil: it did not
	limit time.Duration

	try     *attempt // nil: nothing is on its way
	proto   *dialog
	early   map[string]*early // by To tag
	dialogs []dialogID        // what the registry knows us by
	waiting []*request        // of a far end whose response is still behind

	brief time.Duration                           // the Min-SE of a 422; 0: none came
	sign  func(*sip.Request, *sip.Response) error // answers the way's challenges; nil: no account
	rung  bool                                    // an 18x came: there is no other way any more
	heard string                                  // To tag of the fork whose description is in force

	why queue.Cause // of the last failure
}

// early is the dialog with one telephone that rings.
type early struct {
	dialog *dialog
	rseq   uint32 // of the latest reliable response; 0: none yet
	answer []byte // its description; nil: none yet
}

// hop is where the INVITE went.
func (o *outgoing) hop() string { return o.way.hop }

// newOut makes a call of ours; run begins it.
func (s *Server) newOut(route func() []way) *call {
	c := &call{
		log:     s.log,
		server:  s,
		inbox:   newInbox(),
		clock:   newClock(),
		release: func() {},
	}
	c.out = &outgoing{call: c, route: route, limit: s.calls.patience.answer}
	return c
}

// beginOut looks where the call can go, and tries the first way.
func (c *call) beginOut() {
	c.clock.set(alarmLimit, c.server.calls.patience.limit)
	c.clock.set(alarmAnswer, c.out.limit)
	c.out.ways = c.out.route()
	c.out.why = queue.CauseNoTrunk
	c.tryNext()
}

// tryNext sends the INVITE the next way that has a line free. When there is
// none the call is over, and the last failure says why.
func (c *call) tryNext() {
	o := c.out
	for len(o.ways) > 0 {
		o.way, o.ways = o.ways[0], o.ways[1:]
		release, ok := o.way.admit()
		if !ok {
			continue
		}
		c.release()
		c.release = release
		c.trunk = o.way.trunk
		c.company.admit(c, o.way.hop)
		if c.openAgain() {
			c.invite()
			return
		}
		return
	}
	c.failed(o.why)
}

// openAgain opens the sound for the present way: whom it may hear depends on
// the trunk.
func (c *call) openAgain() bool {
	if c.sound != nil {
		c.sound.close()
		c.sound = nil
	}
	if err := c.openSound(); err != nil {
		c.log.Error("a call could not be placed: no sound could be opened for it", "error", err)
		c.failed(queue.CauseNoPorts)
		return false
	}
	sdp, err := c.sound.offer()
	if err != nil {
		c.log.Error("a call could not be placed: no description of our sound could be made", "error", err)
		c.failed(queue.CauseNoCodec)
		return false
	}
	c.local = sdp
	if err := c.owner.onDial(); err != nil {
		c.log.Warn("a call was not placed: the volunteer cannot be heard", "error", err)
		c.failed(queue.CauseSilence)
		return false
	}
	return true
}

// invite sends the first INVITE of a way.
func (c *call) invite() {
	o := c.out
	o.brief, o.heard, o.tight = 0, "", nil
	o.askAnew()
	o.early = map[string]*early{}
	o.proto = newOutDialog(o.way, c.server.spotTowards(o.way.network, o.way.hop))
	c.knownBy(dialogID{callID: o.proto.id.callID, local: o.proto.id.local})
	c.send(c.firstInvite())
}

// knownBy has the registry find this call by one more dialog.
func (c *call) knownBy(id dialogID) {
	c.out.dialogs = append(c.out.dialogs, id)
	c.server.calls.know(c, id)
}

// firstInvite builds the INVITE (RFC 3261 §13.2.1).
func (c *call) firstInvite() *sip.Request {
	o := c.out
	req := o.proto.request(sip.INVITE)
	req.SetDestination(o.way.hop)
	req.AppendHeader(sip.NewHeader("Allow", allow))
	supported := "timer"
	if o.way.reliable {
		supported = "100rel, timer"
	}
	req.AppendHeader(sip.NewHeader("Supported", supported))
	if interval := max(o.way.session, o.brief); interval > 0 {
		req.AppendHeader(sip.NewHeader("Session-Expires", seconds10(interval)))
		req.AppendHeader(sip.NewHeader("Min-SE", seconds10(max(c.server.calls.patience.session, o.brief))))
	}
	for _, h := range o.way.headers {
		req.AppendHeader(sip.HeaderClone(h))
	}
	req.AppendHeader(sip.NewHeader("Content-Type", accepted))
	req.SetBody(c.local)
	return req
}

func seconds10(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// send puts an INVITE on its way.
func (c *call) send(req *sip.Request) {
	o := c.out
	c.fit(req)
	o.try = c.server.newAttempt(c.inbox, o.proto, req)
	if c.trunk != nil {
		c.clock.set(alarmSilent, c.server.calls.patience.trunk)
	}
	c.server.running.Go(o.try.run)
}

// gotResponse takes a response to an INVITE of ours.
func (c *call) gotResponse(m responseCame) {
	o := c.out
	if m.of != o.try || c.ended || !c.inPhase(ringing) {
		m.of.orphaned(m.res)
		return
	}
	c.clock.stop(alarmSilent)
	status := m.res.StatusCode
	if status >= 200 && c.trunk != nil {
		c.trunk.outcome(status)
	}
	switch {
	case status == sip.StatusTrying:
	case status < 200:
		c.gotProvisional(m.res)
	case status < 300:
		c.gotPickedUp(m.res)
	case status == sip.StatusUnauthorized, status == sip.StatusProxyAuthRequired:
		c.gotChallenge(m.res)
	case status == sessionTooBrief:
		c.gotTooBrief(m.res)
	default:
		c.gotRefusal(status)
	}
}

// gotPickedUp: the first 2xx wins (RFC 3261 §13.2.2.4).
func (c *call) gotPickedUp(res *sip.Response) {
	o := c.out
	e := o.dialogWith(res)
	final := o.proto.branch(res)
	final.localSeq = e.dialog.localSeq // PRACKs have used numbers
	final.remoteSeq, final.unheard = e.dialog.remoteSeq, e.dialog.unheard
	c.dialog = final
	c.company.named(final)
	c.phase.Store(int32(answered))
	c.begun = time.Now()
	c.allows = methodsOf(res)
	c.clock.stop(alarmAnswer)
	if err := o.try.acknowledge(final, res); err != nil {
		c.log.Warn("the acknowledgement of an answer could not be sent", "error", err)
	}
	if err := c.takeAnswer(e, res); err != nil {
		c.log.Warn("a call was ended: what the far end answered cannot be used", "error", err)
		c.hangUp(queue.BySystem, queue.CauseNoCodec)
		return
	}
	c.takeSession(res)
	c.log.Info("call answered", "took", time.Since(c.begun).Round(time.Microsecond))
	c.settled()
	c.deferred()
}

// askAnew lets the trunk challenge us again: the next INVITE is another request.
func (o *outgoing) askAnew() {
	o.sign = nil
	if o.way.sign != nil {
		o.sign = o.way.sign()
	}
}

// gotChallenge: the trunk wants our credentials. It gets them once, and nobody
// else does (carrier_auth.go).
func (c *call) gotChallenge(res *sip.Response) {
	o := c.out
	err := errUnasked
	req := c.firstInvite()
	if o.sign != nil {
		err = o.sign(req, res)
	}
	if err != nil {
		c.log.Warn("a trunk does not let us call", "trunk", c.trunkName(), "error", err)
		c.failOver(queue.CauseUnreachable)
		return
	}
	c.send(req)
}

var errUnasked = errors.New("it asks for a password and we have none; set auth_username and auth_password_file")

// gotTooBrief: somebody on the way wants a longer session timer (RFC 4028
// §7.4). Asking again is for once.
func (c *call) gotTooBrief(res *sip.Response) {
	o := c.out
	least, _ := parseSession(headerValue(res, "Min-SE"))
	if least <= max(o.way.session, o.brief) || o.brief > 0 {
		c.gotRefusal(res.StatusCode)
		return
	}
	o.brief = least
	o.askAnew()
	c.send(c.firstInvite())
}

func headerValue(msg headed, name string) string {
	if h := msg.GetHeader(name); h != nil {
		return h.Value()
	}
	return ""
}

// gotRefusal: not this way, or not at all.
func (c *call) gotRefusal(status int) {
	cause := causeOf(status, c.out.rung)
	if status == sip.StatusRequestTimeout || status >= 500 && status < 600 {
		c.failOver(cause)
		return
	}
	c.failed(cause)
}

// causeOf says what a final status means to whoever called.
func causeOf(status int, rung bool) queue.Cause {
	switch status {
	case sip.StatusBusyHere, 600:
		return queue.CauseBusy
	case sip.StatusTemporarilyUnavailable:
		return queue.CauseNoAnswer
	case sip.StatusRequestTimeout:
		if rung {
			return queue.CauseNoAnswer
		}
	case sip.StatusNotFound, sip.StatusGone, 484, 604:
		return queue.CauseNotFound
	case sip.StatusNotAcceptableHere, 606:
		return queue.CauseNoCodec
	}
	if status >= 400 && status < 500 && status != sip.StatusRequestTimeout || status >= 600 {
		return queue.CauseRejected
	}
	return queue.CauseUnreachable // 5xx, and 3xx, which nobody may send us to follow
}

// gotNothing: the transaction ended without a final response.
func (c *call) gotNothing(m attemptOver) {
	if m.of != c.out.try || c.ended || !c.inPhase(ringing) {
		return
	}
	c.log.Info("a call got no answer", "trunk", c.trunkName(), "error", m.err)
	if c.backToDatagrams() {
		return
	}
	c.failOver(queue.CauseUnreachable)
}

// nothingHeard: not even a 100 came.
func (c *call) nothingHeard() {
	if !c.inPhase(ringing) || c.backToDatagrams() {
		return
	}
	if c.trunk != nil {
		c.trunk.outcome(0)
	}
	c.log.Warn("a trunk does not answer our call", "trunk", c.trunkName(), "within", c.server.calls.patience.trunk)
	c.failOver(queue.CauseUnreachable)
}

// failOver tries the next way, unless the far end has rung already.
func (c *call) failOver(cause queue.Cause) {
	c.out.why = cause
	if c.out.rung {
		c.failed(cause)
		return
	}
	c.out.abandon(whyHeader("SIP", sip.StatusServiceUnavailable, "No answer in time"))
	c.tryNext()
}

// abandon gives the present attempt up.
func (o *outgoing) abandon(why sip.Header) {
	if o.try != nil {
		o.try.giveUp(why)
		o.try = nil
	}
}

// notPickedUp: it rang long enough.
func (c *call) notPickedUp() {
	if c.inPhase(ringing) {
		c.giveUp(queue.BySystem, queue.CauseNoAnswer)
	}
}

// giveUp ends a call of ours that nobody has answered.
func (c *call) giveUp(by queue.Party, cause queue.Cause) {
	c.phase.Store(int32(cancelled))
	c.out.abandon(c.cancelReason(cause))
	c.end(by, cause)
	c.gone = true
}

// causeElsewhere ends the ringing of a phone whose caller was taken by another.
const causeElsewhere queue.Cause = "elsewhere"

// failed ends a call of ours that cannot be.
func (c *call) failed(cause queue.Cause) {
	c.phase.Store(int32(refused))
	c.out.abandon(whyHeader("Q.850", 41, "Temporary failure"))
	by := queue.ByNetwork
	switch cause {
	case queue.CauseBusy, queue.CauseRejected, queue.CauseNoAnswer:
		by = queue.ByCaller // the far end, in the words of records
	case queue.CauseNoTrunk, queue.CauseNoPorts, queue.CauseNoCodec, queue.CauseSilence:
		by = queue.BySystem
	}
	c.end(by, cause)
	c.gone = true
}

// cancelReason says in a CANCEL why (RFC 3326).
func (c *call) cancelReason(cause queue.Cause) sip.Header {
	if cause == causeElsewhere {
		return whyHeader("SIP", 200, "Call completed elsewhere")
	}
	code, text := reasonOf(cause)
	return whyHeader("Q.850", code, text)
}

func (c *call) trunkName() string {
	if c.trunk == nil {
		return ""
	}
	return c.trunk.Name
}

// spotTowards is where we stand for a dialog of ours with whoever is at remote.
func (s *Server) spotTowards(network, remote string) spot {
	here := spot{network: network}
	here.host, here.port = s.localFor(network, remote)
	if l := s.listenerFor(remote); l != nil && network == "UDP" {
		here.socket = sip.Addr{IP: l.addr.Addr().AsSlice(), Port: int(l.addr.Port())}
	}
	return here
}
