package queue

// offerCallback asks c, who is in her line, whether she may be called back.
func (s *state) offerCallback(c *contact) { s.stayInLine(c) }
