package siptest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"sahut/media/mediatest"
)

// Options says how a call is placed. The zero value is a gateway that offers
// A-law, then mu-law, and speaks once it is answered and told to.
type Options struct {
	From     string                  // number in From; default +628110000001
	Headers  []string                // more header lines, "Privacy: id"
	Media    mediatest.CallerOptions // codecs, packet time, recording
	Delayed  bool                    // INVITE without SDP; the answer goes in the ACK
	NoAck    bool                    // never acknowledge a 200
	SDP      []byte                  // the offer, in place of the one Media makes
	NoMedia  bool                    // no RTP at all; SDP must be given, or Delayed
	Contact  string                  // Contact URI, in place of the Phone's own
	Username string                  // digest credentials
	Password string
}

// Response is one response to the INVITE.
type Response struct {
	Code    int
	At      time.Time
	Again   bool          // a retransmitted 2xx
	Message *sip.Response // nil for one that another overtook
}

// Who ended a call.
const (
	ByCaller  = "caller"  // Hangup or Cancel
	ByCallee  = "callee"  // BYE from the far end, or a refusal
	ByNetwork = "network" // nobody answered
)

// Call is one call a Phone placed. Its methods may be called from anywhere.
type Call struct {
	phone *Phone
	opts  Options
	id    string
	media *mediatest.Caller // nil with NoMedia

	answered chan struct{}
	done     chan struct{}

	inviteSeq atomic.Uint32 // CSeq of the INVITE whose responses count

	mu        sync.Mutex // guards what follows
	changed   chan struct{}
	invite    *sip.Request
	sentAt    time.Time
	ackedAt   time.Time
	overAt    time.Time
	responses []Response
	early     bool // a provisional came
	cancelled bool
	up        bool
	over      bool
	vanished  bool
	endedBy   string
	err       error
	bye       *sip.Request
	requests  []*sip.Request // what the far end sent inside the call
	leg       leg
	forks     int
}

// Dial places a call and returns when the INVITE was sent. uri is
// "sip:0213903963@127.0.0.1:5060".
func (p *Phone) Dial(ctx context.Context, uri string, o Options) (*Call, error) {
	var to sip.Uri
	if err := sip.ParseUri(uri, &to); err != nil {
		return nil, fmt.Errorf("%q is not a SIP address such as sip:0213903963@127.0.0.1:5060: %w", uri, err)
	}
	if o.From == "" {
		o.From = "+628110000001"
	}
	c := &Call{
		phone: p, opts: o, id: sip.GenerateTagN(24),
		answered: make(chan struct{}), done: make(chan struct{}), changed: make(chan struct{}),
	}
	if !o.NoMedia {
		o.Media.Pacer = p.pacer
		var err error
		if c.media, err = mediatest.NewCaller(o.Media); err != nil {
			return nil, err
		}
	}
	c.invite = c.newInvite(to)
	c.leg = leg{phone: p, callID: c.id, seq: c.invite.CSeq().SeqNo, local: c.invite.From(), contact: c.invite.Contact(), target: to}
	c.inviteSeq.Store(c.leg.seq)
	p.add(c)
	tx, err := p.client.TransactionRequest(ctx, c.invite)
	if err != nil {
		c.finish(ByNetwork, err)
		return nil, fmt.Errorf("call %s: %w", uri, err)
	}
	c.sentAt = time.Now()
	tx.OnRetransmission(c.gotAgain)
	go c.run(tx)
	return c, nil
}

func (c *Call) newInvite(to sip.Uri) *sip.Request {
	p := c.phone
	req := sip.NewRequest(sip.INVITE, to)
	req.SetTransport(p.network)
	from := &sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: c.opts.From, Host: "carrier.example"}}
	from.Params.Add("tag", sip.GenerateTagN(16))
	req.AppendHeader(from)
	req.AppendHeader(&sip.ToHeader{Address: sip.Uri{Scheme: "sip", User: to.User, Host: to.Host}})
	callID := sip.CallIDHeader(c.id)
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.INVITE})
	req.AppendHeader(&sip.ContactHeader{Address: p.contact(c.opts)})
	req.AppendHeader(sip.NewHeader("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO"))
	for _, line := range c.opts.Headers {
		name, value, _ := strings.Cut(line, ":")
		req.AppendHeader(sip.NewHeader(name, strings.TrimSpace(value)))
	}
	if !c.opts.Delayed {
		sdp := c.opts.SDP
		if sdp == nil && c.media != nil {
			sdp = c.media.Offer()
		}
		withSDP(req, sdp)
	}
	return req
}

func (p *Phone) contact(o Options) sip.Uri {
	var uri sip.Uri
	if o.Contact != "" && sip.ParseUri(o.Contact, &uri) == nil {
		return uri
	}
	_ = sip.ParseUri("sip:caller@"+p.addr, &uri)
	if p.network == "TCP" {
		uri.UriParams.Add("transport", "tcp")
	}
	return uri
}

func withSDP(req *sip.Request, sdp []byte) {
	if sdp != nil {
		req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	}
	req.SetBody(sdp)
}

// run takes the responses to the INVITE, as many as there are.
func (c *Call) run(tx sip.ClientTransaction) {
	for {
		select {
		case res := <-tx.Responses():
			next, final := c.got(res)
			if next != nil {
				next.OnRetransmission(c.gotAgain)
				tx = next
				continue
			}
			if final {
				// The transaction goes on by itself: it repeats the ACK of
				// a refusal, and reports a repeated 200 to gotAgain.
				return
			}
		case <-tx.Done():
			err := tx.Err()
			if err == nil {
				err = sip.ErrTransactionTerminated
			}
			c.finish(ByNetwork, fmt.Errorf("no final response to the INVITE: %w", err))
			return
		}
	}
}

// got takes one response. next is the transaction of a new try with digest.
func (c *Call) got(res *sip.Response) (next sip.ClientTransaction, final bool) {
	c.note(res, false)
	switch {
	case res.IsProvisional():
		c.gotProvisional()
		return nil, false
	case res.IsSuccess():
		c.gotOK(res)
		return nil, true
	case (res.StatusCode == 401 || res.StatusCode == 407) && c.mayProve():
		tx, err := c.prove(res)
		if err == nil {
			return tx, false
		}
		c.finish(ByNetwork, err)
		return nil, true
	}
	by := ByCallee
	c.mu.Lock()
	if c.cancelled {
		by = ByCaller
	}
	c.mu.Unlock()
	c.finish(by, nil)
	return nil, true
}

// sniffed notes a response the moment it is read from the socket: sipgo gives
// each message a goroutine of its own, where a 200 overtakes the 180 before it.
func (c *Call) sniffed(code int, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.responses = append(c.responses, Response{Code: code, At: at})
	c.wake()
}

// note keeps the message itself with what was sniffed of it.
func (c *Call) note(res *sip.Response, again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.wake()
	for i := range c.responses {
		if r := &c.responses[i]; r.Code == res.StatusCode && r.Message == nil {
			r.Message, r.Again = res, again
			return
		}
	}
	c.responses = append(c.responses, Response{Code: res.StatusCode, At: time.Now(), Again: again, Message: res})
}

// wake lets everybody look again. mu is held.
func (c *Call) wake() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// gotProvisional: a CANCEL may only follow one (RFC 3261 §9.1).
func (c *Call) gotProvisional() {
	c.mu.Lock()
	first := !c.early
	c.early = true
	send := first && c.cancelled
	c.mu.Unlock()
	if send {
		go c.sendCancel()
	}
}

// mayProve tells whether there are credentials that were not tried yet.
func (c *Call) mayProve() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opts.Username != "" && c.invite.GetHeader("Authorization") == nil && c.invite.GetHeader("Proxy-Authorization") == nil
}

func (c *Call) prove(res *sip.Response) (sip.ClientTransaction, error) {
	again := c.invite.Clone()
	c.inviteSeq.Store(again.CSeq().SeqNo + 1) // DigestAuth counts it up
	tx, err := c.phone.client.TransactionDigestAuth(context.Background(), again, res,
		sipgo.DigestAuth{Username: c.opts.Username, Password: c.opts.Password})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.invite, c.early = again, false
	c.leg.seq = again.CSeq().SeqNo
	return tx, err
}

// gotOK: the far end picked up.
func (c *Call) gotOK(res *sip.Response) {
	c.mu.Lock()
	c.leg.establish(res)
	crossed := c.cancelled
	c.mu.Unlock()
	if c.opts.NoAck {
		return
	}
	body, err := c.agree(res)
	c.sendAck(body)
	switch {
	case crossed:
		// Our CANCEL came too late: the far end thinks it is in a call.
		go c.hangUpAs(context.Background(), ByCaller)
	case err != nil:
		go func() { c.hangUpAs(context.Background(), ByCaller) }()
	default:
		c.mu.Lock()
		c.up, c.ackedAt = true, time.Now()
		c.wake()
		c.mu.Unlock()
		close(c.answered)
	}
}

// agree takes the SDP of the 200 and returns that of the ACK.
func (c *Call) agree(res *sip.Response) (ack []byte, err error) {
	if c.media == nil {
		if c.opts.Delayed {
			return c.opts.SDP, nil
		}
		return nil, nil
	}
	if c.opts.Delayed {
		return c.media.Answer(res.Body())
	}
	return nil, c.media.Accept(res.Body())
}

func (c *Call) sendAck(body []byte) {
	c.mu.Lock()
	ack := c.leg.ack(c.invite.CSeq().SeqNo, body)
	c.mu.Unlock()
	_ = c.phone.client.WriteRequest(ack)
}

// gotAgain: a 2xx came once more. The same is acknowledged again; one with
// another To tag is a second telephone that picked up, and is hung up.
func (c *Call) gotAgain(res *sip.Response) {
	c.note(res, true)
	if c.opts.NoAck || !res.IsSuccess() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leg.remote == nil {
		return // it overtook the first, which is acknowledged by gotOK
	}
	tag, _ := res.To().Params.Get("tag")
	if c.leg.remoteTag() == tag {
		if c.leg.lastAck != nil {
			_ = c.phone.client.WriteRequest(c.leg.lastAck.Clone())
		}
		return
	}
	c.forks++
	fork := c.leg.fork(res)
	_ = c.phone.client.WriteRequest(fork.ack(c.invite.CSeq().SeqNo, nil))
	bye := fork.request(sip.BYE)
	go func() { _, _ = c.phone.do(context.Background(), bye) }()
}

// finish ends the call once.
func (c *Call) finish(by string, err error) {
	c.mu.Lock()
	if c.over {
		c.mu.Unlock()
		return
	}
	c.over, c.endedBy, c.err, c.overAt = true, by, err, time.Now()
	c.wake()
	c.mu.Unlock()
	c.phone.drop(c)
	if c.media != nil {
		c.media.Close()
	}
	close(c.done)
}

// Media is the call's RTP endpoint: speak with it, and look what it Hears.
func (c *Call) Media() *mediatest.Caller { return c.media }

// Answered is closed when the far end picked up and our ACK was sent.
func (c *Call) Answered() <-chan struct{} { return c.answered }

// Done is closed when the call is over.
func (c *Call) Done() <-chan struct{} { return c.done }

// ErrRefused is returned by WaitAnswered for a call that was not answered.
var ErrRefused = errors.New("the call was not answered")

// WaitAnswered waits until the call is answered.
func (c *Call) WaitAnswered(ctx context.Context) error {
	select {
	case <-c.answered:
		return nil
	case <-c.done:
		select {
		case <-c.answered:
			return nil
		default:
		}
		return fmt.Errorf("%w: status %d, %v", ErrRefused, c.Status(), c.Err())
	case <-ctx.Done():
		return fmt.Errorf("waiting for an answer: %w (so far %v)", ctx.Err(), c.Codes())
	}
}

// WaitDone waits until the call is over.
func (c *Call) WaitDone(ctx context.Context) error {
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the end of the call: %w", ctx.Err())
	}
}

// WaitUntil waits until isSo holds. It is asked again at every message.
func (c *Call) WaitUntil(ctx context.Context, isSo func(*Call) bool) error {
	for {
		c.mu.Lock()
		changed := c.changed
		c.mu.Unlock()
		if isSo(c) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for a message of the far end: %w (responses so far %v)", ctx.Err(), c.Codes())
		}
	}
}

// WaitStatus waits for a response with this code.
func (c *Call) WaitStatus(ctx context.Context, code int) error {
	return c.WaitUntil(ctx, func(c *Call) bool { return slices.Contains(c.Codes(), code) })
}

// Responses are all responses to the INVITE so far.
func (c *Call) Responses() []Response {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.responses)
}

// Codes are the codes of all responses so far.
func (c *Call) Codes() []int {
	var codes []int
	for _, r := range c.Responses() {
		codes = append(codes, r.Code)
	}
	return codes
}

// Status is the final status; 0 while there is none.
func (c *Call) Status() int {
	for _, r := range c.Responses() {
		if r.Code >= 200 && r.Code != 401 && r.Code != 407 {
			return r.Code
		}
	}
	return 0
}

// Err is why the call could not be placed, if that is so.
func (c *Call) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// EndedBy is who ended the call: ByCaller, ByCallee, ByNetwork.
func (c *Call) EndedBy() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.endedBy
}

// Bye is the far end's BYE, if it sent one.
func (c *Call) Bye() *sip.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bye
}

// Requests are what the far end sent inside the call, the BYE too.
func (c *Call) Requests() []*sip.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.requests)
}

// Forks is how many second answers were hung up.
func (c *Call) Forks() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.forks
}
