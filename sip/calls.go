package sip

import (
	"context"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/media"
	"sahut/queue"
)

// calls is the registry of all calls. It finds the call of a request by its
// dialog, that of an order by its contact, and the INVITE that came twice by
// different ways.
type calls struct {
	server   *Server
	route    func(number string) []way // where a number can be called, best first
	studio   studio
	patience patience

	mu        sync.Mutex // guards what follows; nothing is called under it
	all       map[*call]bool
	byDialog  map[dialogID]*call // of a call of ours also without the far end's tag
	byContact map[queue.ContactID]*call
	byInvite  map[inviteID]*call
	devices   map[queue.AgentID]*handset // that ring, or are off the hook
	closed    bool                       // no call begins any more
	idle      chan struct{}              // closed when the last call is gone; nil: nobody waits
	total     uint64
}

// patience is how long a call waits for what.
type patience struct {
	ringing time.Duration // between two 180
	trunk   time.Duration // for a trunk to say anything at all to our INVITE
	answer  time.Duration // for whom we called to pick up
	prack   time.Duration // for the PRACK of who need not send one
	press   time.Duration // for a volunteer to press the key that accepts
	refer   time.Duration // for the desk to say how a transfer went
	connect time.Duration // from Connect to the microphone's first packet
	silence time.Duration // without RTP before the far end is asked
	probe   time.Duration // … and for it to answer
	words   time.Duration // the longest closing words
	limit   time.Duration // of one call
	session time.Duration // the shortest session timer (RFC 4028 §5)
}

// usualPatience is that of a house that answers people. Silence and probe
// together bound how long a volunteer stays with a caller whose BYE was lost.
var usualPatience = patience{
	ringing: time.Minute,
	trunk:   4 * time.Second,
	answer:  2 * time.Minute,
	prack:   2 * time.Second,
	press:   10 * time.Second,
	refer:   10 * time.Second,
	connect: 3 * time.Second,
	silence: 15 * time.Second,
	probe:   15 * time.Second,
	words:   2 * time.Minute,
	limit:   6 * time.Hour,
	session: 90 * time.Second,
}

// inviteID is what a request that forked on its way keeps in all its copies
// (RFC 3261 §8.2.2.2).
type inviteID struct {
	callID string
	tag    string
	seq    uint32
}

// newCalls makes the registry of s's calls.
func newCalls(s *Server) *calls {
	o := s.opts
	p := usualPatience
	if limit := o.Config.MaxCallTime.D(); limit > 0 {
		p.limit = limit
	}
	if o.SilentAfter > 0 {
		p.silence = o.SilentAfter
	}
	cs := &calls{
		server:    s,
		patience:  p,
		devices:   map[queue.AgentID]*handset{},
		all:       map[*call]bool{},
		byDialog:  map[dialogID]*call{},
		byContact: map[queue.ContactID]*call{},
		byInvite:  map[inviteID]*call{},
	}
	cs.route = func(number string) []way { return s.trunks.route(number) }
	cs.studio = &hall{engine: o.Engine, peers: o.Peers, library: o.Library, device: cs.soundOf}
	return cs
}

// CallStats counts the contacts on the line.
type CallStats struct {
	Calls int    // now
	Total uint64 // since the start
}

// CallStats returns how many contacts there are and were.
func (s *Server) CallStats() CallStats {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	return CallStats{Calls: len(s.calls.byContact), Total: s.calls.total}
}

// LegStats is how the sound of a contact's own leg is; false: it has none.
func (s *Server) LegStats(id queue.ContactID) (media.LegStats, bool) {
	s.calls.mu.Lock()
	c := s.calls.byContact[id]
	s.calls.mu.Unlock()
	if c == nil {
		return media.LegStats{}, false
	}
	stats := c.stats.Load()
	if stats == nil {
		return media.LegStats{}, false
	}
	return (*stats)(), true
}

// onInvite handles an INVITE of trunk t, initial or within a dialog. sipgo
// ends the transaction when it returns, so it stays as long as the call.
func (s *Server) onInvite(t *Trunk, req *sip.Request, tx sip.ServerTransaction) {
	if _, inDialog := req.To().Params.Get("tag"); inDialog {
		s.inDialog(req, tx)
		return
	}
	if res := s.cannot(req); res != nil {
		_ = tx.Respond(res)
		return
	}
	release, status := s.admit(t)
	if status != 0 {
		_ = tx.Respond(s.reply(req, status))
		return
	}
	offer, _ := sessionBody(req)
	c, k := s.newCaller(t, req, tx, offer, release)
	if !s.calls.addCaller(k) {
		release()
		c.company.leave()
		_ = tx.Respond(s.reply(req, sip.StatusLoopDetected))
		return
	}
	caller := callerOf(req)
	k.post(queue.Arrived{Contact: k.id, Channel: queue.Voice, Dialled: t.dialled(req), Caller: caller, Drill: s.drills.expects(t, caller)})
	c.run()
}

// cannot is the refusal of an INVITE that no call can come of, whoever is free.
func (s *Server) cannot(req *sip.Request) *sip.Response {
	if unknown := required(req); unknown != "" {
		res := s.reply(req, sip.StatusBadExtension)
		res.AppendHeader(sip.NewHeader("Unsupported", unknown))
		return res
	}
	if _, status := sessionBody(req); status != 0 {
		return s.reply(req, status)
	}
	if s.calls.tooBrief(req) {
		res := s.reply(req, sessionTooBrief)
		res.AppendHeader(s.calls.minSE())
		return res
	}
	return nil
}

// required lists the extensions a request insists on and we lack.
func required(req *sip.Request) string {
	var unknown []string
	for _, tag := range tokens(req, "Require") {
		if !slices.Contains(extensions, tag) {
			unknown = append(unknown, tag)
		}
	}
	return strings.Join(unknown, ", ")
}

// headed is a message of which only headers are looked at: a request or a
// response.
type headed interface {
	GetHeader(name string) sip.Header
	GetHeaders(name string) []sip.Header
}

// tokens are the elements of a list header, in lower case, over all its lines.
func tokens(msg headed, names ...string) []string {
	var all []string
	for _, name := range names {
		for _, h := range msg.GetHeaders(name) {
			for one := range strings.SplitSeq(h.Value(), ",") {
				if one = strings.ToLower(strings.TrimSpace(one)); one != "" {
					all = append(all, one)
				}
			}
		}
	}
	return all
}

// carrier of SDP: a request or a response.
type bodied interface {
	Body() []byte
	ContentType() *sip.ContentTypeHeader
}

// sessionBody is the SDP of a message; nil when it has none. Carriers wrap it
// in multipart/mixed together with ISUP (RFC 3204).
func sessionBody(msg bodied) (sdp []byte, refuse int) {
	body := msg.Body()
	if len(body) == 0 {
		return nil, 0
	}
	h := msg.ContentType()
	if h == nil {
		return nil, sip.StatusUnsupportedMediaType
	}
	kind, params, err := mime.ParseMediaType(h.Value())
	switch {
	case err != nil:
		return nil, sip.StatusUnsupportedMediaType
	case kind == accepted:
		return body, 0
	case kind == "multipart/mixed":
		parts := multipart.NewReader(strings.NewReader(string(body)), params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err != nil {
				return nil, sip.StatusUnsupportedMediaType
			}
			if k, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); k == accepted {
				if sdp, err = io.ReadAll(part); err == nil {
					return sdp, 0
				}
			}
		}
	}
	return nil, sip.StatusUnsupportedMediaType
}

// newCaller makes the call of an INVITE. Nothing has been sent yet.
func (s *Server) newCaller(t *Trunk, req *sip.Request, tx sip.ServerTransaction, offer []byte, release func()) (*call, *contact) {
	id := queue.NewContactID(time.Now())
	c := &call{
		log:     s.log.With("contact", id),
		server:  s,
		trunk:   t,
		in:      &incoming{invite: req, tx: tx, offer: offer, came: time.Now()},
		inbox:   newInbox(),
		dialog:  newDialog(req, sip.GenerateTagN(20), s.spotFor(req, tx), t.NAT),
		clock:   newClock(),
		allows:  methodsOf(req),
		release: release,
	}
	c.company.admit(c, req.Source())
	c.company.named(c.dialog)
	k := &contact{call: c, id: id}
	c.owner = k
	return c, k
}

// spotFor is where we stand for the dialog of req.
func (s *Server) spotFor(req *sip.Request, tx sip.ServerTransaction) spot {
	here := spot{network: sip.NetworkToUpper(req.Transport())}
	here.host, here.port = s.localFor(req.Transport(), req.Source())
	owner, ok := tx.(interface{ Connection() sip.Connection })
	if !ok || here.network != "UDP" {
		return here
	}
	if a, ok := owner.Connection().LocalAddr().(*net.UDPAddr); ok {
		here.socket = sip.Addr{IP: a.IP, Port: a.Port, Zone: a.Zone}
	}
	return here
}

// addCaller registers a call that came in, unless its INVITE is here already
// by another way.
func (cs *calls) addCaller(k *contact) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	id := inviteOf(k.in.invite)
	if cs.byInvite[id] != nil {
		return false
	}
	cs.all[k.call] = true
	cs.byInvite[id] = k.call
	cs.byDialog[k.dialog.id] = k.call
	cs.byContact[k.id] = k.call
	cs.total++
	return true
}

// addOut registers a call of ours, unless the house is closing. id is that of
// its contact; a call that is for a device has none.
func (cs *calls) addOut(c *call, id queue.ContactID) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.closed {
		return false
	}
	cs.all[c] = true
	if id != "" {
		cs.byContact[id] = c
		cs.total++
	}
	return true
}

// know registers one more dialog of a call of ours.
func (cs *calls) know(c *call, id dialogID) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.byDialog[id] = c
}

func inviteOf(req *sip.Request) inviteID {
	tag, _ := req.From().Params.Get("tag")
	return inviteID{callID: req.CallID().Value(), tag: tag, seq: req.CSeq().SeqNo}
}

// forget takes the contact of a call away: the desk's orders for it are late.
func (cs *calls) forget(id queue.ContactID) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.byContact, id)
}

// drop takes a call away altogether.
func (cs *calls) drop(c *call) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.all, c)
	if c.in != nil {
		delete(cs.byInvite, inviteOf(c.in.invite))
		delete(cs.byDialog, c.dialog.id)
	} else {
		for _, id := range c.out.dialogs {
			delete(cs.byDialog, id)
		}
	}
	if len(cs.all) == 0 && cs.idle != nil {
		close(cs.idle)
		cs.idle = nil
	}
}

// order hands an order to its call. One for a call that is gone is ignored.
func (cs *calls) order(id queue.ContactID, order queue.Effect) {
	cs.mu.Lock()
	c := cs.byContact[id]
	cs.mu.Unlock()
	if c != nil {
		c.inbox.put(order)
	}
}

// of finds the call a request inside a dialog belongs to. It takes all three
// names of the dialog and an address of the far end to be no stranger. While a
// call of ours is not answered, its far end may have a tag that we do not know
// yet (sipgo lets a request overtake the response before it): the call decides.
func (s *Server) of(req *sip.Request) *call {
	id, ok := idOf(req)
	if !ok {
		return nil
	}
	s.calls.mu.Lock()
	c := s.calls.byDialog[id]
	if c == nil {
		c = s.calls.byDialog[dialogID{callID: id.callID, local: id.local}]
	}
	s.calls.mu.Unlock()
	if c == nil || !c.company.has(sourceOf(req)) {
		return nil
	}
	return c
}

// closeCalls ends every call and returns when all are gone.
func (s *Server) closeCalls(ctx context.Context) error {
	cs := s.calls
	cs.mu.Lock()
	cs.closed = true
	if len(cs.all) == 0 {
		cs.mu.Unlock()
		return nil
	}
	idle := make(chan struct{})
	cs.idle = idle
	var open []*call
	for c := range cs.all {
		open = append(open, c)
	}
	cs.mu.Unlock()
	for _, c := range open {
		c.inbox.put(queue.End{By: queue.BySystem, Cause: queue.CauseDrain})
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
