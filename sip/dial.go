package sip

import "sahut/queue"

// Dial implements [queue.Channel].
func (cs *calls) Dial(id queue.ContactID, agent queue.AgentID, number queue.Caller) {
	cs.order(id, queue.Dial{Contact: id, Agent: agent, Number: number})
}

// Forward implements [queue.Channel].
func (cs *calls) Forward(id queue.ContactID, number queue.Caller) {
	cs.order(id, queue.Forward{Contact: id, Number: number})
}
