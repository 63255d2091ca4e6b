package sip

import (
	"net/netip"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// handset is an agent's phone, with all the places it is registered at, or her
// mobile: it rings for one offer, and the first place that is picked up carries
// her voice. The registry's mutex guards it.
type handset struct {
	agent   queue.AgentID
	offer   queue.OfferID
	kind    queue.Device
	rings   map[*deviceCall]bool // those not over
	winner  *deviceCall          // off the hook; nil: none yet
	stopped bool                 // the desk wants it no more
	refused bool                 // she declined on one of them
	reason  string               // why the latest of them could not be rung
}

// deviceCall is one place of a handset: a call whose owner is the agent.
type deviceCall struct {
	*call
	set      *handset
	contact  queue.ContactID // whom she talks with
	accepted bool            // she is on the line, and knows it
	held     bool            // her phone holds us
	voice    sound           // what a contact is joined with
	transfer *transfer       // a REFER that was not decided yet; nil: none
	binding  Binding         // the registered phone it is; zero: her mobile
}

// at is where p's phone is registered now. It may have come from another
// network, or by another connection, since it was rung.
func (p *deviceCall) at() (source string, ok bool) {
	for _, b := range p.server.Phones(string(p.set.agent)) {
		if b.same(p.binding) {
			return b.Source, true
		}
	}
	return "", false
}

// mayBe tells whether ip is where p's phone is registered now.
func (p *deviceCall) mayBe(ip netip.Addr) bool {
	source, ok := p.at()
	at, err := netip.ParseAddrPort(source)
	return ok && err == nil && at.Addr().Unmap() == ip
}

var _ owner = (*deviceCall)(nil)

// Devices rings what is no browser; see [queue.Devices].
func (s *Server) Devices() queue.Devices { return devices{s} }

type devices struct{ server *Server }

// hangUpDevice and transferred are what a device's call is told.
type (
	hangUpDevice struct{ cause queue.Cause }
	transferred  struct{ code queue.NoticeCode }
	talksWith    struct{ contact queue.ContactID }
)

// Ring implements [queue.Devices].
func (d devices) Ring(agent queue.AgentID, offer queue.OfferID, contact queue.ContactID, device queue.Device, who queue.Caller) {
	s := d.server
	set := &handset{agent: agent, offer: offer, kind: device, rings: map[*deviceCall]bool{}, reason: "unreachable"}
	var routes []func() []way
	var phones []Binding
	switch device {
	case queue.DeviceMobile:
		// who is her own number; nothing of the caller's goes this way.
		routes = append(routes, func() []way { return s.calls.route(who.Reveal()) })
	default:
		for _, b := range s.Phones(string(agent)) {
			if w, ok := s.wayTo(agent, b); ok {
				routes = append(routes, func() []way { return []way{w} })
				phones = append(phones, b)
			}
		}
	}
	for i, route := range routes {
		c := s.newOut(route)
		c.log = s.log.With("agent", agent, "device", device)
		p := &deviceCall{call: c, set: set, contact: contact}
		if phones != nil {
			p.binding = phones[i]
			c.company.also = p.mayBe
		}
		c.owner = p
		set.rings[p] = true
	}
	s.calls.ring(set)
}

// StopRinging implements [queue.Devices].
func (d devices) StopRinging(agent queue.AgentID, offer queue.OfferID) {
	d.server.calls.hush(agent, offer)
}

// Release implements [queue.Devices].
func (d devices) Release(agent queue.AgentID) { d.server.calls.hush(agent, 0) }

// Transferred implements [queue.Devices].
func (d devices) Transferred(agent queue.AgentID, _ queue.ContactID, code queue.NoticeCode) {
	d.server.calls.tellDevice(agent, transferred{code})
}

// wayTo is how a registered phone is called: where its REGISTER came from, for
// that is the only address a router in between lets through. The caller stays
// the hotline's secret: her phone is told who calls it, not who seeks help.
func (s *Server) wayTo(agent queue.AgentID, b Binding) (way, bool) {
	var target sip.Uri
	if err := sip.ParseUri(b.URI, &target); err != nil || b.Source == "" {
		return way{}, false
	}
	domain := s.cfg.Domain
	if domain == "" || strings.ContainsAny(domain, " \t") {
		domain = "anonymous.invalid"
	}
	var path []sip.Header
	for _, one := range b.path {
		var proxy sip.Uri
		if err := sip.ParseUri(one, &proxy); err != nil {
			return way{}, false
		}
		path = append(path, &sip.RouteHeader{Address: proxy})
	}
	return way{
		headers: path,
		target:  target, network: strings.ToUpper(b.Via), hop: b.Source,
		to:      &sip.Uri{Scheme: "sip", User: string(agent), Host: domain},
		from:    sip.FromHeader{DisplayName: "Hotline", Address: sip.Uri{Scheme: "sip", User: "hotline", Host: domain}},
		admit:   func() (func(), bool) { return func() {}, true },
		session: 30 * time.Minute,
	}, true
}

// ring lets a handset ring in all its places, in place of an older one.
func (cs *calls) ring(set *handset) {
	cs.mu.Lock()
	old := cs.devices[set.agent]
	cs.devices[set.agent] = set
	var begin []*deviceCall
	for p := range set.rings {
		if cs.closed {
			delete(set.rings, p)
			continue
		}
		cs.all[p.call] = true
		begin = append(begin, p)
	}
	if len(begin) == 0 {
		delete(cs.devices, set.agent)
	}
	cs.mu.Unlock()
	if old != nil {
		cs.stop(old)
	}
	if len(begin) == 0 {
		cs.server.opts.Desk.Post(queue.RingFailed{Agent: set.agent, Offer: set.offer, Reason: set.reason})
		return
	}
	for _, p := range begin {
		cs.server.running.Go(p.run)
	}
}

// hush ends an agent's handset, ringing or off the hook, if it is that of the
// offer; 0 is any.
func (cs *calls) hush(agent queue.AgentID, offer queue.OfferID) {
	cs.mu.Lock()
	set := cs.devices[agent]
	if set == nil || offer != 0 && set.offer != offer {
		cs.mu.Unlock()
		return
	}
	delete(cs.devices, agent)
	cs.mu.Unlock()
	cs.stop(set)
}

// stop hangs up every place of a handset that is no longer in the registry.
func (cs *calls) stop(set *handset) {
	cs.mu.Lock()
	set.stopped = true
	var all []*deviceCall
	for p := range set.rings {
		all = append(all, p)
	}
	cs.mu.Unlock()
	for _, p := range all {
		p.inbox.put(hangUpDevice{causeElsewhere})
	}
}

// pickedUp makes p the one that carries its agent's voice, unless another was
// faster or the desk wants none any more. The others stop ringing.
func (cs *calls) pickedUp(p *deviceCall) bool {
	cs.mu.Lock()
	set := p.set
	if set.winner != nil || set.stopped || cs.devices[set.agent] != set {
		cs.mu.Unlock()
		return false
	}
	set.winner = p
	var others []*deviceCall
	for o := range set.rings {
		if o != p {
			others = append(others, o)
		}
	}
	cs.mu.Unlock()
	for _, o := range others {
		o.inbox.put(hangUpDevice{causeElsewhere})
	}
	return true
}

// over takes one place off its handset. event is what the desk must know, nil:
// nothing.
func (cs *calls) over(p *deviceCall, by queue.Party, cause queue.Cause) (event queue.Event) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	set := p.set
	delete(set.rings, p)
	switch cause {
	case queue.CauseBusy, queue.CauseRejected:
		set.refused = true
	case queue.CauseNoTrunk:
		set.reason = "no_trunk"
	case causeVoicemail:
		set.reason = "voicemail"
	}
	switch {
	case set.stopped:
		return nil
	case set.winner == p:
		delete(cs.devices, set.agent)
		if by == queue.ByCaller {
			return queue.HangUpAsked{Agent: set.agent, Contact: p.contact}
		}
		return queue.PathLost{Agent: set.agent, Device: set.kind}
	case set.winner != nil || len(set.rings) > 0:
		return nil
	}
	delete(cs.devices, set.agent)
	if set.refused {
		return queue.Declined{Agent: set.agent, Offer: set.offer}
	}
	return queue.RingFailed{Agent: set.agent, Offer: set.offer, Reason: set.reason}
}

// offHook is the place that carries an agent's voice; nil: none.
func (cs *calls) offHook(agent queue.AgentID) *deviceCall {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if set := cs.devices[agent]; set != nil {
		return set.winner
	}
	return nil
}

// tellDevice brings m to the phone an agent talks by, if she does.
func (cs *calls) tellDevice(agent queue.AgentID, m any) {
	if p := cs.offHook(agent); p != nil {
		p.inbox.put(m)
	}
}

// soundOf is the sound of the phone an agent talks by.
func (cs *calls) soundOf(agent queue.AgentID) (sound, bool) {
	if p := cs.offHook(agent); p != nil {
		return p.voice, true
	}
	return nil, false
}
