package sip

import "sahut/queue"

// causeVoicemail: somebody, or something, picked up a volunteer's mobile and
// did not press the key.
const causeVoicemail = queue.CauseVoicemail

// acceptKey is the key a volunteer presses on her mobile to take a call.
const acceptKey = '1'

// onOrder takes what the registry wants of a device's call.
func (p *deviceCall) onOrder(m any) {
	switch m := m.(type) {
	case hangUpDevice:
		p.hangUpFor(m.cause)
	case talksWith:
		p.contact = m.contact
	case transferred:
		p.gotVerdict(m.code)
	case queue.End:
		p.endByOrder(m.By, m.Cause)
	}
}

// hangUpFor hangs up, after her phone was told that its transfer went through:
// the desk took the contact from her.
func (p *deviceCall) hangUpFor(cause queue.Cause) {
	p.gotVerdict("")
	p.hangUp(queue.BySystem, cause)
}

func (p *deviceCall) onDial() error { return nil }
func (p *deviceCall) onRing(bool)   {}

// onAnswered: a phone that is picked up is its owner's yes. A mobile may have
// been picked up by its mailbox, so it must press a key: a caller is never
// handed to a machine.
func (p *deviceCall) onAnswered() {
	p.voice = p.sound
	if p.set.kind != queue.DeviceMobile {
		p.accept()
		return
	}
	p.sound.play("", "press-one", "id", nil)
	p.clock.set(alarmPress, p.server.calls.patience.press)
}

// accept tells the desk that she takes the offer.
func (p *deviceCall) accept() {
	p.clock.stop(alarmPress)
	if !p.server.calls.pickedUp(p) {
		p.hangUp(queue.BySystem, causeElsewhere)
		return
	}
	p.accepted = true
	p.log.Info("a volunteer picked up")
	p.post(queue.Accepted{Agent: p.set.agent, Offer: p.set.offer})
}

// onKey: only the key that accepts means anything.
func (p *deviceCall) onKey(key rune) {
	if p.accepted || p.set.kind != queue.DeviceMobile || key != acceptKey {
		return
	}
	p.sound.play("", "", "id", nil)
	p.accept()
}

func (p *deviceCall) onAlarm(a alarm) {
	switch a {
	case alarmPress:
		p.log.Info("a volunteer's mobile was picked up, but nobody pressed the key")
		p.hangUp(queue.BySystem, causeVoicemail)
	case alarmRefer:
		p.gotVerdict(queue.TransferNotNow)
	}
}

// onChanged: her phone's Hold button works like that of her screen.
func (p *deviceCall) onChanged() {
	held := p.sound.held()
	if !p.accepted || held == p.held {
		return
	}
	p.held = held
	if held {
		p.post(queue.HoldAsked{Agent: p.set.agent, Contact: p.contact})
		return
	}
	p.post(queue.ResumeAsked{Agent: p.set.agent, Contact: p.contact})
}

// onEnded tells the desk what the end of this place means.
func (p *deviceCall) onEnded(by queue.Party, cause queue.Cause) {
	if ev := p.server.calls.over(p, by, cause); ev != nil {
		p.post(ev)
	}
}
