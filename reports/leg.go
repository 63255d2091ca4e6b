package reports

import (
	"time"

	"sahut/queue"
)

// Result is how a leg ended.
type Result string

// The results of a leg. Closed, NoVolunteer and Full never entered a queue:
// they are blocked, not offered.
const (
	Answered    Result = "answered"     // both heard each other
	Abandoned   Result = "abandoned"    // the caller ended first
	Timeout     Result = "timeout"      // the ladder's last rung: words, and the call ended
	Message     Result = "message"      // she left a voicemail
	Callback    Result = "callback"     // she will be called back and keeps her place
	Overflow    Result = "overflow"     // she went on to another queue, where the wait counts
	Failed      Result = "failed"       // our side broke
	Closed      Result = "closed_hours" // outside the hours
	NoVolunteer Result = "no_volunteer" // nobody on shift, and not let in
	Full        Result = "full"         // no room left
)

// Blocked tells whether the caller never entered a queue.
func (r Result) Blocked() bool { return r == Closed || r == NoVolunteer || r == Full }

// Leg is one stay of one caller in one queue.
type Leg struct {
	Contact queue.ContactID // empty for a call that was refused before it was one
	Queue   queue.QueueID
	Ended   time.Time // when that was known: after the words or the message, if the ladder led her out
	Result  Result
	// Wait is from entering to leaving, ringing included, greeting and menu not.
	// After an overflow it includes the wait in the queues before.
	Wait     time.Duration
	Withheld bool // she hid her number, so nobody can know whether she called again
}
