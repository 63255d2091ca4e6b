package queue

// Fold applies one entry to the record of its contact. It is the only place
// that turns journal into record: the store uses it while it keeps entries and
// again when it replays them, so both always agree. Entries of other contacts
// and of agents leave c as it is.
//
//   - wait_ms is the time in queues, ringing included, summed over her stays;
//   - ring_ms is how long the volunteer who answered was rung (the last one, if
//     she was interrupted and answered again);
//   - talk_ms is the time with volunteers, hold included;
//   - queue is the last she was in, agent who talked with her last. Of a call we
//     placed they are the volunteer who dialled and her first queue.
func Fold(c *Call, e Entry) {
	if e.Contact == "" || (c.ID != "" && c.ID != e.Contact) {
		return
	}
	switch e.Kind {
	case CallArrived, CallDialled:
		at := e.At
		*c = Call{ID: e.Contact, Started: at, Channel: e.Channel, Direction: e.Direction, Number: e.Number, Queue: e.Queue, Agent: e.Agent}
	case QueueEntered:
		c.Queue = e.Queue
	case QueueLeft:
		c.WaitMS += e.WaitMS
	case TalkStarted:
		c.Agent = e.Agent
		c.RingMS = e.RingMS
	case TalkEnded:
		c.TalkMS += e.TalkMS
	case CallOver:
		if c.Ended != nil { // exactly one call.ended counts; Audit reports a second
			return
		}
		at := e.At
		c.Ended = &at
		c.Outcome = e.Outcome
		c.EndedBy = Party(e.By)
		c.Cost = e.Cost
	}
}

// InProgress tells whether the contact has not ended yet.
func (c *Call) InProgress() bool { return c.ID != "" && c.Ended == nil }
