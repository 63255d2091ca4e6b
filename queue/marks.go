package queue

// What a ringing call says of a caller's safety before it is answered. Of this
// call itself it is always said. What is known by her number is said only where
// the queue's show_safety allows it: a number is no proof of who calls, and
// whoever sits beside the volunteer would read it.

// SafetyMark is one such thing.
type SafetyMark string

// The marks there are, in the order they are shown. That she is in danger now is
// Said.Danger.
const (
	MarkUnsafe   SafetyMark = "unsafe_to_call"    // she said lately that it is not safe to call her
	MarkCallback SafetyMark = "promised_callback" // she was to be called back
	MarkCut      SafetyMark = "cut_off_before"    // her latest talk broke off, or she left at once
)

// marks are those of c.
func (s *state) marks(c *contact) []SafetyMark {
	cut := c.talked && c.class == ClassInterrupted // in this very call
	var all []SafetyMark
	if c.line.set.ShowSafety && c.virtual == nil {
		cut = cut || c.wasCut
		if p := s.safety.of[s.keyOf(c)]; p != nil && p.MayCall == SafeNo && s.now.Before(p.Expires) {
			all = append(all, MarkUnsafe)
		}
		if c.awaitedBack || c.promised {
			all = append(all, MarkCallback)
		}
	}
	if cut {
		all = append(all, MarkCut)
	}
	return all
}
