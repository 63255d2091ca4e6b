package sip

import "time"

// presence tells the desk whose phones are registered: when the first of a
// user's signs in, and when the last signed out or ran out. The mutex of the
// bindings guards it.
type presence struct {
	tell func(user string, on bool) // never blocks; nil: nobody asks
	here map[string]*time.Timer     // who is, with the end of her last phone
}

// watch notes what became of user's phones. mu is held, so that the desk hears
// of changes in their order.
func (b *bindings) watch(user string, phones []Binding) {
	if b.presence.tell == nil {
		return
	}
	var left time.Duration
	for _, p := range phones {
		left = max(left, p.Expires.Sub(b.now()))
	}
	timer, was := b.presence.here[user]
	switch {
	case left > 0 && was:
		timer.Reset(left)
	case left > 0:
		if b.presence.here == nil {
			b.presence.here = map[string]*time.Timer{}
		}
		b.presence.here[user] = time.AfterFunc(left, func() { b.runOut(user) })
		b.presence.tell(user, true)
	case was:
		timer.Stop()
		delete(b.presence.here, user)
		b.presence.tell(user, false)
	}
}

// runOut looks again when user's last phone should have run out.
func (b *bindings) runOut(user string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watch(user, fresh(b.by[user], b.now()))
}

// unwatch tells nobody anything any more.
func (b *bindings) unwatch() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.presence.here {
		t.Stop()
	}
	b.presence = presence{}
}
