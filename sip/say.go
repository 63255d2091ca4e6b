package sip

import "sahut/queue"

// Words in the middle of a talk: both hear them, and then each other again. Her
// keys are heard meanwhile.

// say plays prompts to her and her agent.
func (k *contact) say(m queue.Say) {
	if k.sound == nil || k.closing || !k.agent.joined || k.agent.held {
		return
	}
	k.says++
	n := k.says
	k.sound.say(m.Prompts, m.Language, func() { k.inbox.put(said{n}) })
}

// gotSaid: the words are over; the two go on, unless something else began.
func (k *contact) gotSaid(say int) {
	if say != k.says || k.closing || !k.agent.joined || k.agent.held {
		return
	}
	if err := k.join(); err != nil {
		k.log.Warn("a caller could not be rejoined with her volunteer after words", "agent", k.agent.id, "error", err)
		k.connectFailed("peer")
		return
	}
	if k.agent.muted {
		k.sound.mute(true)
	}
}
