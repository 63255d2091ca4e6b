package queue

// auditBack is a call-back that has not ended.
type auditBack struct {
	calling bool // callback.dialled without callback.missed or an end
	offers  int
}

// backEntry: a call-back is queued once, tried one attempt after the other, and
// ends once. One that an earlier run kept goes on without anything open.
func (a *Audit) backEntry(e Entry) {
	b := a.backs[e.Contact]
	if b == nil && e.Kind != CallbackQueued && e.Kind != CallbackKept {
		a.broken(e, "one end of a call-back", "%s without callback.queued", e.Kind)
		return
	}
	switch e.Kind {
	case CallbackQueued:
		if b != nil {
			a.broken(e, "one end of a call-back", "queued twice")
		}
		if c := a.calls[e.Contact]; c != nil {
			c.queued = true
		} else if _, ended := a.ended[e.Contact]; !ended {
			a.broken(e, "one arrival", "%s without call.arrived", e.Kind)
		}
		a.backs[e.Contact] = &auditBack{}
	case CallbackKept:
		a.backs[e.Contact] = &auditBack{}
	case CallbackDialled:
		if b.calling {
			a.broken(e, "one end of a call-back", "dialled while it is under way")
		}
		b.calling = true
		if e.Result != "" && e.Result != DialledSafely { // older journals do not say
			a.broken(e, "safe calls", "called back although %s", e.Result)
		}
	case CallbackMissed:
		if !b.calling {
			a.broken(e, "one end of a call-back", "missed without callback.dialled")
		}
		b.calling = false
	default:
		if b.offers > 0 {
			a.broken(e, "one end of an offer", "call-back ended while %d offers were open", b.offers)
		}
		if e.Kind == CallbackReached && !b.calling {
			a.broken(e, "one end of a call-back", "reached without callback.dialled")
		}
		delete(a.backs, e.Contact)
	}
}

// EndsCallback tells whether an entry of this kind is the end of a call-back.
func (k EntryKind) EndsCallback() bool {
	switch k {
	case CallbackReached, CallbackFailed, CallbackExpired, CallbackRefused, CallbackGivenUp:
		return true
	}
	return false
}

// Callbacks tells the call-backs that have not ended.
func (a *Audit) Callbacks() map[ContactID]bool {
	open := make(map[ContactID]bool, len(a.backs))
	for id := range a.backs {
		open[id] = true
	}
	return open
}
