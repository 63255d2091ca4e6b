package siptest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/media/mediatest"
)

// errNotUp is returned for what only a call that is up can do.
var errNotUp = errors.New("the call is not up")

// Hangup ends the call as a person would: by CANCEL while it rings, by BYE
// after. It returns when the far end knows.
func (c *Call) Hangup(ctx context.Context) error {
	c.mu.Lock()
	over, up := c.over, c.up || c.leg.remote != nil
	c.mu.Unlock()
	switch {
	case over:
		return nil
	case !up:
		c.Cancel()
		return c.WaitDone(ctx)
	}
	return c.hangUpAs(ctx, ByCaller)
}

func (c *Call) hangUpAs(ctx context.Context, by string) error {
	c.mu.Lock()
	bye := c.leg.request(sip.BYE)
	c.mu.Unlock()
	res, err := c.phone.do(ctx, bye)
	c.finish(by, nil)
	if err != nil {
		return fmt.Errorf("BYE: %w", err)
	}
	if res.StatusCode != sip.StatusOK {
		return fmt.Errorf("BYE was answered %d %s", res.StatusCode, res.Reason)
	}
	return nil
}

// Cancel gives the call up before it is answered. It does not wait. If the
// answer crosses the CANCEL the call is acknowledged and hung up at once.
func (c *Call) Cancel() {
	c.mu.Lock()
	already := c.cancelled
	c.cancelled = true
	send := c.early && !already
	c.mu.Unlock()
	if send {
		c.sendCancel()
	}
}

func (c *Call) sendCancel() {
	c.mu.Lock()
	invite := c.invite
	req := sip.NewRequest(sip.CANCEL, invite.Recipient)
	req.SetTransport(c.phone.network)
	req.AppendHeader(sip.HeaderClone(invite.Via()))
	req.AppendHeader(sip.HeaderClone(invite.From()))
	req.AppendHeader(sip.HeaderClone(invite.To()))
	req.AppendHeader(sip.HeaderClone(invite.CallID()))
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.CANCEL})
	c.mu.Unlock()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 64*sip.T1)
		defer cancel()
		_, _ = c.phone.do(ctx, req)
	}()
}

// Send sends a request inside the call and returns its final response. Its
// body may be nil.
func (c *Call) Send(ctx context.Context, method sip.RequestMethod, contentType string, body []byte, headers ...sip.Header) (*sip.Response, error) {
	c.mu.Lock()
	if c.leg.remote == nil {
		c.mu.Unlock()
		return nil, errNotUp
	}
	req := c.leg.request(method)
	c.mu.Unlock()
	for _, h := range headers {
		req.AppendHeader(h)
	}
	if body != nil {
		req.AppendHeader(sip.NewHeader("Content-Type", contentType))
	}
	req.SetBody(body)
	return c.phone.do(ctx, req)
}

// ReInvite sends an INVITE inside the call and acknowledges what comes. With
// sdp nil it asks for the far end's offer. The final response is returned,
// whatever it is.
func (c *Call) ReInvite(ctx context.Context, sdp []byte, headers ...sip.Header) (*sip.Response, error) {
	c.mu.Lock()
	if c.leg.remote == nil {
		c.mu.Unlock()
		return nil, errNotUp
	}
	req := c.leg.request(sip.INVITE)
	seq := req.CSeq().SeqNo
	c.mu.Unlock()
	for _, h := range headers {
		req.AppendHeader(h)
	}
	withSDP(req, sdp)
	res, err := c.phone.do(ctx, req)
	if err != nil || !res.IsSuccess() {
		return res, err
	}
	var answer []byte
	switch {
	case c.media == nil:
	case sdp == nil:
		answer, err = c.media.Answer(res.Body())
	default:
		err = c.media.Accept(res.Body())
	}
	c.mu.Lock()
	ack := c.leg.ack(seq, answer)
	c.mu.Unlock()
	return res, errors.Join(err, c.phone.client.WriteRequest(ack))
}

// Hold asks the far end for quiet, as a person pressing Hold does.
func (c *Call) Hold(ctx context.Context) error { return c.redirect(ctx, "sendonly") }

// Unhold takes the call back.
func (c *Call) Unhold(ctx context.Context) error { return c.redirect(ctx, "sendrecv") }

func (c *Call) redirect(ctx context.Context, direction string) error {
	res, err := c.ReInvite(ctx, c.media.Reoffer(direction))
	if err != nil {
		return fmt.Errorf("re-INVITE %s: %w", direction, err)
	}
	if !res.IsSuccess() {
		return fmt.Errorf("re-INVITE %s was answered %d %s", direction, res.StatusCode, res.Reason)
	}
	return nil
}

// Update changes the session by UPDATE (RFC 3311), or only says that we are
// here when sdp is nil.
func (c *Call) Update(ctx context.Context, sdp []byte, headers ...sip.Header) (*sip.Response, error) {
	res, err := c.Send(ctx, sip.UPDATE, "application/sdp", sdp, headers...)
	if err == nil && sdp != nil && res.IsSuccess() && c.media != nil {
		err = c.media.Accept(res.Body())
	}
	return res, err
}

// Info sends a key press as INFO.
func (c *Call) Info(ctx context.Context, contentType, body string) (*sip.Response, error) {
	return c.Send(ctx, sip.INFO, contentType, []byte(body))
}

// SendKeys presses keys as RFC 4733 telephone-events.
func (c *Call) SendKeys(keys string) error {
	if c.media == nil {
		return errNotUp
	}
	return c.media.SendKeys(keys)
}

// Vanish is a telephone whose power fails: no sound, no answer, no BYE.
func (c *Call) Vanish() {
	c.mu.Lock()
	c.vanished = true
	c.mu.Unlock()
	if c.media != nil {
		c.media.Park()
	}
}

// Forget is a far end that lost the call: it answers 481 from now on.
func (c *Call) Forget() {
	c.phone.drop(c)
	if c.media != nil {
		c.media.Park()
	}
}

// gotRequest takes a request of the far end.
func (c *Call) gotRequest(req *sip.Request, tx sip.ServerTransaction) {
	c.mu.Lock()
	c.requests = append(c.requests, req)
	if req.Method == sip.BYE {
		c.bye = req
	}
	vanished := c.vanished
	c.wake()
	c.mu.Unlock()
	if vanished {
		return
	}
	res := sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil)
	switch {
	case req.Method == sip.BYE:
		_ = tx.Respond(res)
		c.finish(ByCallee, nil)
		return
	case (req.IsInvite() || req.Method == sip.UPDATE) && len(req.Body()) > 0 && c.media != nil:
		answer, err := c.media.Answer(req.Body())
		if err != nil {
			_ = tx.Respond(sip.NewResponseFromRequest(req, sip.StatusNotAcceptableHere, "Not Acceptable Here", nil))
			return
		}
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
		res.SetBody(answer)
	}
	if req.IsInvite() || req.Method == sip.UPDATE {
		res.AppendHeader(sip.HeaderClone(c.leg.contact))
		if h := req.GetHeader("Session-Expires"); h != nil {
			res.AppendHeader(sip.HeaderClone(h))
		}
	}
	_ = tx.Respond(res)
}

// Report is what became of a call and what was heard.
type Report struct {
	Status   int           // final status of the INVITE; 0: none
	Ring     time.Duration // INVITE to 180; 0: none came
	Setup    time.Duration // INVITE to 200; 0: none came
	Talk     time.Duration // ACK to the end, or until now
	EndedBy  string
	Err      error
	Sent     int // packets
	Heard    mediatest.Heard
	FirstRTP time.Duration // ACK to the first packet heard; 0 if it came before
}

// Report sums the call up; it may be asked at any time.
func (c *Call) Report() Report {
	c.mu.Lock()
	r := Report{EndedBy: c.endedBy, Err: c.err}
	for _, res := range c.responses {
		switch took := res.At.Sub(c.sentAt); {
		case res.Again:
		case res.Code == sip.StatusRinging && r.Ring == 0:
			r.Ring = took
		case res.Code == sip.StatusOK:
			r.Setup = took
		}
	}
	acked, over := c.ackedAt, c.overAt
	c.mu.Unlock()
	r.Status = c.Status()
	if !acked.IsZero() {
		if over.IsZero() {
			over = time.Now()
		}
		r.Talk = over.Sub(acked)
	}
	if c.media != nil {
		r.Sent, _ = c.media.Sent()
		r.Heard = c.media.Hears().Heard()
		if first := r.Heard.FirstAt; !acked.IsZero() && first.After(acked) {
			r.FirstRTP = first.Sub(acked)
		}
	}
	return r
}
