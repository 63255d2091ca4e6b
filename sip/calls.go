package sip

import (
	"context"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// calls is the registry of the callers on the line. It finds the call of a
// request by its dialog, that of an order by its contact, and the INVITE that
// came twice by different ways.
type calls struct {
	studio   studio
	patience patience

	mu        sync.Mutex // guards what follows; nothing is called under it
	byDialog  map[dialogID]*call
	byContact map[queue.ContactID]*call
	byInvite  map[inviteID]*call
	idle      chan struct{} // closed when the last call is gone; nil: nobody waits
	total     uint64
}

// patience is how long a call waits for what.
type patience struct {
	ringing time.Duration // between two 180
	connect time.Duration // from Connect to the microphone's first packet
	silence time.Duration // without RTP before the far end is asked
	words   time.Duration // the longest closing words
	limit   time.Duration // of one call
	session time.Duration // the shortest session timer (RFC 4028 §5)
}

// usualPatience is that of a house that answers people.
var usualPatience = patience{
	ringing: time.Minute,
	connect: 3 * time.Second,
	silence: 30 * time.Second,
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

// newCalls makes the registry of a server's calls.
func newCalls(o Options) *calls {
	p := usualPatience
	if limit := o.Config.MaxCallTime.D(); limit > 0 {
		p.limit = limit
	}
	return &calls{
		studio:    &hall{engine: o.Engine, peers: o.Peers, library: o.Library},
		patience:  p,
		byDialog:  map[dialogID]*call{},
		byContact: map[queue.ContactID]*call{},
		byInvite:  map[inviteID]*call{},
	}
}

// CallStats counts the callers on the line.
type CallStats struct {
	Calls int    // now
	Total uint64 // since the start
}

// CallStats returns how many callers there are and were.
func (s *Server) CallStats() CallStats {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	return CallStats{Calls: len(s.calls.byContact), Total: s.calls.total}
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
	c := s.newCall(t, req, tx, offer, release)
	if !s.calls.add(c) {
		release()
		_ = tx.Respond(s.reply(req, sip.StatusLoopDetected))
		return
	}
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

// required lists the extensions a request insists on and we lack. 100rel is
// one of them: our only provisional responses say nothing worth losing.
func required(req *sip.Request) string {
	var unknown []string
	for _, tag := range tokens(req, "Require") {
		if tag != "timer" {
			unknown = append(unknown, tag)
		}
	}
	return strings.Join(unknown, ", ")
}

// tokens are the elements of a list header, in lower case, over all its lines.
func tokens(req *sip.Request, names ...string) []string {
	var all []string
	for _, name := range names {
		for _, h := range req.GetHeaders(name) {
			for one := range strings.SplitSeq(h.Value(), ",") {
				if one = strings.ToLower(strings.TrimSpace(one)); one != "" {
					all = append(all, one)
				}
			}
		}
	}
	return all
}

// sessionBody is the SDP of a message; nil when it has none. Carriers wrap it
// in multipart/mixed together with ISUP (RFC 3204).
func sessionBody(req *sip.Request) (sdp []byte, refuse int) {
	body := req.Body()
	if len(body) == 0 {
		return nil, 0
	}
	h := req.ContentType()
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

// newCall makes the call of an INVITE. Nothing has been sent yet.
func (s *Server) newCall(t *Trunk, req *sip.Request, tx sip.ServerTransaction, offer []byte, release func()) *call {
	id := queue.NewContactID(time.Now())
	return &call{
		contact: id,
		log:     s.log.With("contact", id),
		server:  s,
		trunk:   t,
		invite:  req,
		tx:      tx,
		inbox:   newInbox(),
		dialog:  newDialog(req, sip.GenerateTagN(20), s.spotFor(req, tx), t.NAT),
		offer:   offer,
		clock:   newClock(),
		allows:  methodsOf(req),
		release: release,
	}
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

// add registers a call, unless its INVITE is here already by another way.
func (cs *calls) add(c *call) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	id := inviteOf(c.invite)
	if cs.byInvite[id] != nil {
		return false
	}
	cs.byInvite[id] = c
	cs.byDialog[c.dialog.id] = c
	cs.byContact[c.contact] = c
	cs.total++
	return true
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
	delete(cs.byInvite, inviteOf(c.invite))
	delete(cs.byDialog, c.dialog.id)
	delete(cs.byContact, c.contact)
	if len(cs.byDialog) == 0 && cs.idle != nil {
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
// names of the dialog and an address of the far end to be no stranger.
func (s *Server) of(req *sip.Request) *call {
	id, ok := idOf(req)
	if !ok {
		return nil
	}
	s.calls.mu.Lock()
	c := s.calls.byDialog[id]
	s.calls.mu.Unlock()
	if c == nil || !c.sentBy(req) {
		return nil
	}
	return c
}

// sentBy tells whether a request comes from where this call's may come from.
func (c *call) sentBy(req *sip.Request) bool {
	from := sourceOf(req)
	for _, p := range c.trunk.Sources(c.invite.Source()) {
		if p.Contains(from) {
			return true
		}
	}
	return false
}

// closeCalls ends every call and returns when all are gone.
func (s *Server) closeCalls(ctx context.Context) error {
	cs := s.calls
	cs.mu.Lock()
	if len(cs.byDialog) == 0 {
		cs.mu.Unlock()
		return nil
	}
	idle := make(chan struct{})
	cs.idle = idle
	var open []*call
	for _, c := range cs.byContact {
		open = append(open, c)
	}
	cs.mu.Unlock()
	for _, c := range open {
		c.inbox.put(queue.End{Contact: c.contact, By: queue.BySystem, Cause: queue.CauseDrain})
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
