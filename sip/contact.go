package sip

import (
	"sahut/queue"
)

// contact is the desk's side of a call: a caller who waits and talks, or
// somebody a volunteer called. It takes the desk's orders and posts events.
type contact struct {
	*call
	id       queue.ContactID
	playing  queue.Sound
	agent    agentOnLine
	greeting int        // which greeting: a late end of another is ignored
	welcomed bool       // the greeting has been said
	says     int        // which words of a talk; a late end of others is ignored
	question *queue.Ask // waits for the end of the greeting
	words    int        // which closing words; a late end of other words is ignored
	closing  bool       // the desk ordered closing words or the end
	rung     bool       // Ringing was posted
	toned    bool       // the volunteer hears the ringing tone
	listens  bool       // placed so that only whom we called may pick up, and hears nobody at first
	taking   *taking    // a message she leaves; nil: none
	takes    int
	guests   map[queue.GuestID]*guestOnLine
	onward   *onwardCall // the number a Forward calls, or talks with her; nil: none
}

var _ owner = (*contact)(nil)

// agentOnLine is who the desk joined her with.
type agentOnLine struct {
	id     queue.AgentID // "": nobody
	try    int           // which Connect: a late first packet of another is ignored
	heard  bool          // the agent's microphone was
	joined bool          // Connected was posted
	held   bool
	muted  bool
}

// What the media goroutines tell the contact.
type (
	agentHeard struct{ try int }
	wordsSaid  struct{ words int }
	greeted    struct{ greeting int }
	asked      struct{ ask int }
	said       struct{ say int }
)

// onOrder takes one order of the desk.
func (k *contact) onOrder(m any) {
	switch m := m.(type) {
	case queue.Refuse:
		k.refuse(m.Why)
	case queue.Answer:
		k.answer(m.Sound)
	case queue.Wait:
		k.wait(m.Sound)
	case queue.Announce:
		k.announce(m.Announcement)
	case queue.Ask:
		k.ask(m)
	case queue.TakeMessage:
		k.takeMessage(m.Order)
	case consentSaid:
		k.record(m.try)
	case messageOver:
		k.gotMessageOver(m.try)
	case queue.Connect:
		k.connect(m.Agent)
	case queue.Hold:
		k.hold(m.Sound)
	case queue.Resume:
		k.resume()
	case queue.Mute:
		k.mute(m.On)
	case queue.SendKeys:
		k.sendKeys(m.Keys)
	case queue.Close:
		k.closeWith(m.Words)
	case queue.End:
		k.endByOrder(m.By, m.Cause)
	case queue.Forward:
		k.forward(m.Number)
	case queue.Bring:
		k.bring(m.Guest)
	case queue.Reseat:
		k.reseat()
	case queue.SetMode:
		k.setMode(m.Guest, m.Mode)
	case queue.MuteGuest:
		k.muteGuest(m.Guest, m.On)
	case queue.Dismiss:
		k.drop(m.Guest)
	case queue.Promote:
		k.promote(m.Guest, m.Agent)
	case guestHeard:
		k.gotGuest(m)
	case agentHeard:
		k.gotAgent(m.try)
	case wordsSaid:
		k.gotWordsEnd(m.words)
	case queue.Say:
		k.say(m)
	case said:
		k.gotSaid(m.say)
	case asked:
		k.post(queue.Asked{Contact: k.id, Ask: m.ask})
	case greeted:
		k.gotGreeted(m.greeting)
	case onwardAnswered:
		k.gotOnward(m)
	case onwardOver:
		k.lostOnward(m)
	}
}

// answer picks up, and says hello as soon as she can hear it.
func (k *contact) answer(s queue.Sound) {
	if k.in == nil || !k.inPhase(ringing) || k.sound != nil {
		return
	}
	k.playing = s
	k.in.hello = k.greet
	k.pickUp()
}

// greet plays the greeting, then music, to a caller who is with nobody.
func (k *contact) greet() {
	k.greeting++
	n := k.greeting
	k.welcomed, k.question = false, nil
	k.sound.play(k.playing.Greeting, k.playing.Music, k.playing.Language, func() { k.inbox.put(greeted{n}) })
}

// gotGreeted: the greeting was said. What she is asked comes next.
func (k *contact) gotGreeted(greeting int) {
	if greeting != k.greeting {
		return
	}
	k.welcomed = true
	if q := k.question; q != nil {
		k.question = nil
		k.ask(*q)
	}
}

// ask says the prompts of a question, after the greeting; then the music goes on.
func (k *contact) ask(q queue.Ask) {
	if k.sound == nil || k.closing || k.agent.joined {
		return
	}
	k.playing = q.Sound
	if !k.welcomed {
		k.question = &q
		return
	}
	k.sound.ask(q.Prompts, q.Sound.Music, q.Sound.Language, func() { k.inbox.put(asked{q.Ask}) })
}

// onAnswered: the desk may count on her. Only now may a caller be queued.
func (k *contact) onAnswered() {
	k.post(queue.Established{Contact: k.id})
	if k.out == nil || k.agent.id == "" {
		return
	}
	if k.agent.heard {
		k.joined()
		return
	}
	k.clock.set(alarmConnect, k.server.calls.patience.connect)
}

func (k *contact) onKey(key rune) {
	if !k.messageKey(key) {
		k.post(queue.KeyPressed{Contact: k.id, Key: key})
	}
}

// onChanged: a caller who holds us hears her own music; nothing is to do.
func (k *contact) onChanged() {}

// onRefer: nobody out there has any business transferring a hotline's call.
func (k *contact) onRefer(r *request) { k.refuseRefer(r) }

func (k *contact) onAlarm(a alarm) {
	switch a {
	case alarmConnect:
		k.microphoneSilent()
	case alarmMessage:
		if t := k.taking; t != nil && t.recording == nil {
			k.record(t.try) // the words should have ended long ago
		} else {
			k.endMessage(false)
		}
	case alarmWords:
		k.gotWordsEnd(k.words)
	}
}

// onEnded tells the desk.
func (k *contact) onEnded(by queue.Party, cause queue.Cause) {
	k.server.calls.forget(k.id)
	k.endMessage(true)
	k.post(queue.HungUp{Contact: k.id, By: by, Cause: cause})
	k.leaveOnward(true)
	k.dropAll()
	k.agent = agentOnLine{}
}

// wait plays music to a caller who was with an agent or came from elsewhere.
func (k *contact) wait(s queue.Sound) {
	if k.sound == nil || k.closing {
		return
	}
	k.leaveOnward(false)
	k.partFromAgent()
	k.playing = s
	k.greet()
}

func (k *contact) announce(a queue.Announcement) {
	if k.sound == nil || k.closing || k.agent.joined {
		return
	}
	k.sound.announce(a, k.playing.Language)
}

// connect joins her with the agent. What she hears goes on until the agent's
// first packet.
func (k *contact) connect(agent queue.AgentID) {
	if k.sound == nil || k.closing {
		return
	}
	k.partFromAgent()
	k.agent.id = agent
	if err := k.join(); err != nil {
		k.log.Warn("a volunteer could not be connected", "agent", agent, "error", err)
		k.connectFailed("peer")
		return
	}
	k.clock.set(alarmConnect, k.server.calls.patience.connect)
}

// join lets her and her agent hear each other.
func (k *contact) join() error {
	try := k.agent.try
	k.server.calls.tellDevice(k.agent.id, talksWith{k.id})
	return k.sound.connect(k.agent.id, func() { k.inbox.put(agentHeard{try}) })
}

// gotAgent: the agent's first packet was passed on, so the two hear each
// other, unless she whom we called has yet to pick up.
func (k *contact) gotAgent(try int) {
	if k.agent.id == "" || try != k.agent.try || k.agent.joined {
		return
	}
	k.agent.heard = true
	if k.up {
		k.joined()
	}
}

func (k *contact) joined() {
	k.clock.stop(alarmConnect)
	k.agent.joined = true
	k.log.Info("contact and volunteer are connected", "agent", k.agent.id)
	k.post(queue.Connected{Contact: k.id, Agent: k.agent.id})
}

// microphoneSilent: the path is there and nothing comes. She keeps her place
// and her music.
func (k *contact) microphoneSilent() {
	k.log.Warn("a volunteer's microphone was not heard", "agent", k.agent.id)
	k.connectFailed("microphone")
}

func (k *contact) connectFailed(stage string) {
	agent := k.agent.id
	k.partFromAgent()
	k.post(queue.ConnectFailed{Contact: k.id, Agent: agent, Stage: stage})
}

// partFromAgent ends what connect began. The number of the try goes up, so
// that whatever the old one still reports is ignored.
func (k *contact) partFromAgent() {
	k.clock.stop(alarmConnect)
	k.agent = agentOnLine{try: k.agent.try + 1}
	k.sound.part()
}

// hold parts the two and plays music; the agent stays hers.
func (k *contact) hold(s queue.Sound) {
	if k.agent.id == "" || k.agent.held || k.closing {
		return
	}
	k.agent.held = true
	k.clock.stop(alarmConnect)
	k.sound.stepOut()
	k.playing = s
	k.greet()
}

func (k *contact) resume() {
	if k.agent.id == "" || !k.agent.held || k.closing {
		return
	}
	k.agent.held = false
	if err := k.comeBack(); err != nil {
		k.log.Warn("a held caller could not be rejoined with her volunteer", "agent", k.agent.id, "error", err)
		k.connectFailed("peer")
		return
	}
	if k.agent.muted {
		k.sound.mute(true)
	}
	if !k.agent.joined {
		k.clock.set(alarmConnect, k.server.calls.patience.connect)
	}
}

// comeBack joins her with the others again: with whoever is with her agent.
func (k *contact) comeBack() error {
	if together, err := k.sound.stepIn(); together {
		return err
	}
	return k.join()
}

func (k *contact) mute(on bool) {
	if k.agent.id == "" {
		return
	}
	k.agent.muted = on
	k.sound.mute(on)
}

func (k *contact) sendKeys(keys string) {
	if k.sound != nil {
		k.sound.keys(keys)
	}
}

// closeWith plays closing words and then hangs up.
func (k *contact) closeWith(words string) {
	if k.sound == nil || k.closing {
		return
	}
	k.endMessage(false)
	k.leaveOnward(false)
	k.partFromAgent()
	k.closing = true
	k.words++
	n := k.words
	k.clock.set(alarmWords, k.server.calls.patience.words)
	k.sound.play(words, "", k.playing.Language, func() { k.inbox.put(wordsSaid{n}) })
}

// gotWordsEnd: the closing words were said, or should have been long ago.
func (k *contact) gotWordsEnd(words int) {
	if k.closing && words == k.words {
		k.hangUp(queue.BySystem, queue.CausePlayed)
	}
}
