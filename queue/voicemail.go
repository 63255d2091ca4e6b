package queue

// leaveMessage has c, who has left her line, leave a message.
func (s *state) leaveMessage(c *contact) { s.close(c, c.line.words(), OutcomeClosed) }
