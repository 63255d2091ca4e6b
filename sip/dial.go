package sip

import (
	"sahut/queue"
)

// Dial implements [queue.Channel].
func (cs *calls) Dial(id queue.ContactID, agent queue.AgentID, number queue.Caller, how queue.Manner) {
	s := cs.server
	c := s.newOut(func() []way { return unseen(s.calls.route(number.Reveal()), how.Hide) })
	c.log = s.log.With("contact", id)
	k := &contact{call: c, id: id, agent: agentOnLine{id: agent, muted: how.Listen}, listens: how.Listen}
	c.owner = k
	if s.closing.Load() || !cs.addOut(c, id) {
		k.post(queue.HungUp{Contact: id, By: queue.BySystem, Cause: queue.CauseDrain})
		return
	}
	c.log.Info("a volunteer calls out", "agent", agent, "to", number)
	s.running.Go(c.run)
}

// Forward implements [queue.Channel].
func (cs *calls) Forward(id queue.ContactID, number queue.Caller) {
	cs.order(id, queue.Forward{Contact: id, Number: number})
}

// onDial: the call has its sound, and goes out. Whoever asked for it hears it
// from here on; if she cannot, nobody is called.
func (k *contact) onDial() error {
	err := k.join()
	if err == nil && k.agent.muted {
		k.sound.mute(true)
	}
	if err != nil {
		k.post(queue.ConnectFailed{Contact: k.id, Agent: k.agent.id, Stage: "peer"})
	}
	return err
}

// onRing: somebody a volunteer called is being rung. tone asks for the ringing
// tone; otherwise the far end sends its own.
func (k *contact) onRing(tone bool) {
	if !k.rung {
		k.rung = true
		k.post(queue.Ringing{Contact: k.id})
	}
	if tone && !k.toned {
		k.toned = true
		k.sound.ringBack()
	}
}
