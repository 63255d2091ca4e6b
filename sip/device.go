package sip

import "sahut/queue"

// handset is an agent's phone or mobile that rings or is off the hook.
type handset struct {
	*call
}

// soundOf is the sound of the phone an agent talks by.
func (cs *calls) soundOf(agent queue.AgentID) (sound, bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	d := cs.devices[agent]
	if d == nil {
		return nil, false
	}
	return d.sound, true
}
