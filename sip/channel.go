package sip

import (
	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// The registry of calls is the voice channel: each order goes into its call's
// inbox.
var _ queue.Channel = (*calls)(nil)

// Voice is the channel the desk gives its orders to. (The server itself cannot
// be: its Close ends the server, the channel's Close ends one contact.)
func (s *Server) Voice() queue.Channel { return s.calls }

// Refuse implements [queue.Channel].
func (cs *calls) Refuse(id queue.ContactID, why queue.Refusal) {
	cs.order(id, queue.Refuse{Contact: id, Why: why})
}

// Answer implements [queue.Channel].
func (cs *calls) Answer(id queue.ContactID, s queue.Sound) {
	cs.order(id, queue.Answer{Contact: id, Sound: s})
}

// Wait implements [queue.Channel].
func (cs *calls) Wait(id queue.ContactID, s queue.Sound) {
	cs.order(id, queue.Wait{Contact: id, Sound: s})
}

// Announce implements [queue.Channel].
func (cs *calls) Announce(id queue.ContactID, position int) {
	cs.order(id, queue.Announce{Contact: id, Position: position})
}

// Connect implements [queue.Channel].
func (cs *calls) Connect(id queue.ContactID, agent queue.AgentID) {
	cs.order(id, queue.Connect{Contact: id, Agent: agent})
}

// Hold implements [queue.Channel].
func (cs *calls) Hold(id queue.ContactID, s queue.Sound) {
	cs.order(id, queue.Hold{Contact: id, Sound: s})
}

// Resume implements [queue.Channel].
func (cs *calls) Resume(id queue.ContactID) {
	cs.order(id, queue.Resume{Contact: id})
}

// Mute implements [queue.Channel].
func (cs *calls) Mute(id queue.ContactID, on bool) {
	cs.order(id, queue.Mute{Contact: id, On: on})
}

// SendKeys implements [queue.Channel].
func (cs *calls) SendKeys(id queue.ContactID, keys string) {
	cs.order(id, queue.SendKeys{Contact: id, Keys: keys})
}

// Close implements [queue.Channel].
func (cs *calls) Close(id queue.ContactID, words string) {
	cs.order(id, queue.Close{Contact: id, Words: words})
}

// End implements [queue.Channel].
func (cs *calls) End(id queue.ContactID, by queue.Party, cause queue.Cause) {
	cs.order(id, queue.End{Contact: id, By: by, Cause: cause})
}

// wait plays music to a caller who was with an agent or came from elsewhere.
func (c *call) wait(s queue.Sound) {
	if c.sound == nil || c.closing {
		return
	}
	c.partFromAgent()
	c.playing = s
	c.greet()
}

func (c *call) announce(position int) {
	if c.sound == nil || c.closing || c.agent.joined {
		return
	}
	c.sound.position(position, c.playing.Language)
}

// connect joins her with the agent. What she hears goes on until the agent's
// first packet.
func (c *call) connect(agent queue.AgentID) {
	if c.sound == nil || c.closing {
		return
	}
	c.partFromAgent()
	c.agent.id = agent
	try := c.agent.try
	err := c.sound.connect(agent, func() { c.inbox.put(agentHeard{try}) })
	if err != nil {
		c.log.Warn("a volunteer could not be connected", "agent", agent, "error", err)
		c.connectFailed("peer")
		return
	}
	c.clock.set(alarmConnect, c.server.calls.patience.connect)
}

// gotAgent: her first packet was passed on, so the two hear each other.
func (c *call) gotAgent(try int) {
	if c.ended || c.agent.id == "" || try != c.agent.try || c.agent.joined {
		return
	}
	c.clock.stop(alarmConnect)
	c.agent.joined = true
	c.log.Info("caller and volunteer are connected", "agent", c.agent.id)
	c.post(queue.Connected{Contact: c.contact, Agent: c.agent.id})
}

// microphoneSilent: the path is there and nothing comes. She keeps her place
// and her music.
func (c *call) microphoneSilent() {
	c.log.Warn("a volunteer's microphone was not heard", "agent", c.agent.id)
	c.connectFailed("microphone")
}

func (c *call) connectFailed(stage string) {
	agent := c.agent.id
	c.partFromAgent()
	c.post(queue.ConnectFailed{Contact: c.contact, Agent: agent, Stage: stage})
}

// partFromAgent ends what connect began. The number of the try goes up, so
// that whatever the old one still reports is ignored.
func (c *call) partFromAgent() {
	c.clock.stop(alarmConnect)
	c.agent = agentOnLine{try: c.agent.try + 1}
	c.sound.part()
}

// hold parts the two and plays music; the agent stays hers.
func (c *call) hold(s queue.Sound) {
	if c.agent.id == "" || c.agent.held || c.closing {
		return
	}
	c.agent.held = true
	c.clock.stop(alarmConnect)
	c.sound.part()
	c.playing = s
	c.greet()
}

func (c *call) resume() {
	if c.agent.id == "" || !c.agent.held || c.closing {
		return
	}
	c.agent.held = false
	try := c.agent.try
	err := c.sound.connect(c.agent.id, func() { c.inbox.put(agentHeard{try}) })
	if err != nil {
		c.log.Warn("a held caller could not be rejoined with her volunteer", "agent", c.agent.id, "error", err)
		c.connectFailed("peer")
		return
	}
	if c.agent.muted {
		c.sound.mute(true)
	}
	if !c.agent.joined {
		c.clock.set(alarmConnect, c.server.calls.patience.connect)
	}
}

func (c *call) mute(on bool) {
	if c.agent.id == "" {
		return
	}
	c.agent.muted = on
	c.sound.mute(on)
}

func (c *call) sendKeys(keys string) {
	if c.sound != nil {
		c.sound.keys(keys)
	}
}

// closeWith plays closing words and then hangs up.
func (c *call) closeWith(words string) {
	if c.sound == nil || c.closing {
		return
	}
	c.partFromAgent()
	c.closing = true
	c.words++
	n := c.words
	c.clock.set(alarmWords, c.server.calls.patience.words)
	c.sound.play(words, "", c.playing.Language, func() { c.inbox.put(wordsSaid{n}) })
}

// gotWordsEnd: the closing words were said, or should have been long ago.
func (c *call) gotWordsEnd(words int) {
	if c.closing && words == c.words {
		c.hangUp(queue.BySystem, queue.CausePlayed)
	}
}

// endByOrder hangs up for the desk, in whatever state the call is.
func (c *call) endByOrder(by queue.Party, cause queue.Cause) {
	if c.inPhase(ringing) {
		status := sip.StatusTemporarilyUnavailable
		if cause == queue.CauseDrain {
			status = sip.StatusServiceUnavailable
		}
		c.reject(status, by, cause)
		return
	}
	c.hangUp(by, cause)
}
