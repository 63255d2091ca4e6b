package sip

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// session is the session timer of a call (RFC 4028): the two sides promise to
// say now and then that they are still here, so that a lost BYE does not leave
// a volunteer talking to nobody's line for ever.
type session struct {
	interval time.Duration // 0: none agreed
	ours     bool          // we refresh
	until    time.Time     // it ends without one
}

// sessionTooBrief is 422, Session Interval Too Small (RFC 4028 §6).
const sessionTooBrief = 422

// minSE is the header that goes with it.
func (cs *calls) minSE() sip.Header {
	return sip.NewHeader("Min-SE", strconv.Itoa(int(cs.patience.session/time.Second)))
}

// sessionAsked reads what a request asks for.
func sessionAsked(req headed) (interval time.Duration, refresher string) {
	h := req.GetHeader("Session-Expires")
	if h == nil {
		h = req.GetHeader("x")
	}
	if h == nil {
		return 0, ""
	}
	return parseSession(h.Value())
}

func parseSession(value string) (interval time.Duration, refresher string) {
	number, params, _ := strings.Cut(value, ";")
	n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 31)
	if err != nil {
		return 0, ""
	}
	for p := range strings.SplitSeq(params, ";") {
		if k, v, ok := strings.Cut(p, "="); ok && strings.EqualFold(strings.TrimSpace(k), "refresher") {
			refresher = strings.ToLower(strings.TrimSpace(v))
		}
	}
	return time.Duration(n) * time.Second, refresher
}

// knowsTimers tells whether the far end takes part itself. If not, a proxy
// asked for the timer and we must do the refreshing.
func knowsTimers(req headed) bool {
	return slices.Contains(tokens(req, "Supported", "k", "Require"), "timer")
}

// tooBrief tells whether a request asks for refreshes more often than we want.
func (cs *calls) tooBrief(req *sip.Request) bool {
	interval, _ := sessionAsked(req)
	return interval > 0 && interval < cs.patience.session && knowsTimers(req)
}

// agreeSession puts our answer about the timer into a 2xx (RFC 4028 §9, table
// 2) and sets the clock. A request that asks for no timer ends an earlier one.
func (c *call) agreeSession(req *sip.Request, res *sip.Response) {
	interval, refresher := sessionAsked(req)
	if interval == 0 && c.in != nil && req == c.in.invite && knowsTimers(req) {
		// She could, but did not ask; we do, and do the refreshing.
		interval, refresher = c.trunk.cfg.SessionExpires.D(), "uas"
	}
	c.timer = session{}
	c.clock.stop(alarmSession, alarmRefresh)
	if interval == 0 {
		return
	}
	who := "uac"
	if refresher == "uas" || !knowsTimers(req) {
		who = "uas"
	}
	c.timer = session{interval: max(interval, c.server.calls.patience.session), ours: who == "uas"}
	res.AppendHeader(sip.NewHeader("Session-Expires",
		strconv.Itoa(int(c.timer.interval/time.Second))+";refresher="+who))
	if knowsTimers(req) {
		res.AppendHeader(sip.NewHeader("Require", "timer"))
	}
	c.windTimer()
}

// takeSession reads what a 2xx to a request of ours agreed (RFC 4028 §7.2).
// Without a word of it there is no timer.
func (c *call) takeSession(res *sip.Response) {
	interval, refresher := sessionAsked(res)
	c.timer = session{}
	c.clock.stop(alarmSession, alarmRefresh)
	if interval == 0 {
		return
	}
	c.timer = session{interval: interval, ours: refresher != "uas"}
	c.windTimer()
}

// windTimer starts the interval anew. Who refreshes does so at half of it; who
// waits gives up a little before its end (RFC 4028 §10).
func (c *call) windTimer() {
	n := c.timer.interval
	c.timer.until = time.Now().Add(n)
	switch {
	case n == 0:
	case c.timer.ours:
		c.clock.set(alarmRefresh, n/2)
	default:
		c.clock.set(alarmSession, n-min(32*time.Second, n/3))
	}
}

// sessionExpired: she should have said by now that she is there.
func (c *call) sessionExpired() {
	c.log.Warn("the far end did not refresh the session", "interval", c.timer.interval)
	c.hangUp(queue.ByNetwork, queue.CauseExpired)
}

// refresh says that we are here: by UPDATE when the far end understands that,
// else by an INVITE that offers what is agreed on already.
func (c *call) refresh() {
	if c.open != nil || c.outs.refresh {
		c.clock.set(alarmRefresh, sip.T2)
		return
	}
	c.sendRefresh(nil)
}

// sendRefresh sends it. challenge is what the trunk of a call of ours refused
// an unsigned one with; nil: nothing did.
func (c *call) sendRefresh(challenge *sip.Response) {
	method := sip.UPDATE
	if !c.allows.has("update") {
		method = sip.INVITE
	}
	req := c.dialog.request(method)
	req.AppendHeader(sip.NewHeader("Supported", c.server.supported()))
	req.AppendHeader(sip.NewHeader("Session-Expires", seconds10(c.timer.interval)+";refresher=uac"))
	if c.out != nil {
		req.AppendHeader(sip.NewHeader("Min-SE", seconds10(max(c.server.calls.patience.session, c.out.brief))))
	}
	if method == sip.INVITE {
		if sdp, err := c.sound.update(); err == nil {
			c.local = c.edition.of(sdp, nil)
		}
		req.AppendHeader(sip.NewHeader("Content-Type", accepted))
		req.SetBody(c.local)
	}
	if challenge != nil {
		if err := c.out.way.sign()(req, challenge); err != nil {
			c.log.Warn("a trunk wants a refresh of the session signed, and it was not", "error", err)
			c.windTimer()
			return
		}
	}
	c.outs.refresh = true
	c.outs.signed = challenge != nil
	c.outs.reinvite = method == sip.INVITE
	c.request(req, forRefresh)
}

// refreshed is how the far end took it.
func (c *call) refreshed(o outcome) {
	signed := c.outs.signed
	c.outs = outstanding{written: c.outs.written}
	switch {
	case o.err != nil && c.speaks() && time.Now().Before(c.timer.until):
		// The way of the signalling is lost, that of the sound is not.
		c.log.Info("a refresh of the session did not get through; it is tried again", "error", o.err)
		c.clock.set(alarmRefresh, min(c.timer.interval/8, 10*time.Second))
	case o.err != nil, lostDialog(o.status):
		c.log.Warn("the far end did not answer the refresh of the session", "status", o.status, "error", o.err)
		c.hangUp(queue.ByNetwork, queue.CauseExpired)
	case o.status == sip.StatusRequestPending:
		c.clock.set(alarmRefresh, c.dialog.glareWait())
	case o.status == sip.StatusMethodNotAllowed, o.status == sip.StatusNotImplemented:
		c.allows = nil // then by INVITE
		c.clock.set(alarmRefresh, sip.T1)
	case o.status == sessionTooBrief:
		c.lengthen(o.res)
	case o.status == sip.StatusUnauthorized, o.status == sip.StatusProxyAuthRequired:
		// Only the trunk a call of ours went by may ask, and once each time.
		if signed || c.out == nil || c.out.way.sign == nil {
			c.windTimer()
			return
		}
		c.sendRefresh(o.res)
	case o.status < 300:
		c.tookRefresh(o.res)
	default:
		c.windTimer()
	}
}

// lengthen takes the interval a 422 asks for.
func (c *call) lengthen(res *sip.Response) {
	least, _ := parseSession(headerValue(res, "Min-SE"))
	if least <= c.timer.interval {
		c.windTimer()
		return
	}
	c.timer.interval = least
	c.clock.set(alarmRefresh, sip.T1)
}

// tookRefresh: the refresh was taken, and may have brought a new target, a new
// description and new terms (RFC 4028 §7.2). One that says nothing of the
// timer leaves ours running: whoever forgets to is not to cost us the call.
func (c *call) tookRefresh(res *sip.Response) {
	c.dialog.retarget(res)
	c.allowed(res)
	if sdp, _ := sessionBody(res); sdp != nil {
		if err := c.sound.accept(sdp); err != nil {
			c.log.Warn("the description that answered a refresh of the session cannot be used", "error", err)
		} else {
			c.owner.onChanged()
		}
	}
	if interval, _ := sessionAsked(res); interval > 0 {
		c.takeSession(res)
		return
	}
	c.windTimer()
}

// speaks tells whether sound came from the far end lately.
func (c *call) speaks() bool {
	heard, p := c.sound.heard(), c.server.calls.patience
	return !heard.IsZero() && time.Since(heard) < p.silence+p.probe
}
