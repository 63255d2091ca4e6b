package queue

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// ContactID names one contact for ever: a ULID, so ids sort by arrival.
type ContactID string

// AgentID is a volunteer's user name.
type AgentID string

// QueueID is a queue's stable name in the routing document.
type QueueID string

// OfferID names one lease of one contact to one agent, unique within a run of
// the desk.
type OfferID uint64

// NewContactID makes the id of a contact arriving at now.
func NewContactID(now time.Time) ContactID {
	return ContactID(ulid.MustNew(ulid.Timestamp(now), rand.Reader).String())
}

// BeganAt is the time in a contact's id, to the millisecond; false if it is none
// of ours.
func (id ContactID) BeganAt() (time.Time, bool) {
	u, err := ulid.ParseStrict(string(id))
	return ulid.Time(u.Time()), err == nil
}

// Kind is the channel a contact arrives by.
type Kind string

// The kinds of channel there are.
const Voice Kind = "voice"

// Caller is the number a call came from, as the trunk gave it; empty when she
// withheld it. It prints masked everywhere: in logs, in JSON, with every verb of
// fmt. A number is never an identity and never kept in full.
type Caller struct {
	// A pointer, because fmt cannot call methods of a value in an unexported
	// field of somebody else's struct; it then prints an address, not digits.
	number *string
}

// NewCaller keeps number for the life of the call.
func NewCaller(number string) Caller {
	if number == "" {
		return Caller{}
	}
	return Caller{&number}
}

// Anonymous tells whether the caller withheld her number.
func (c Caller) Anonymous() bool { return c.number == nil }

// Reveal returns the number in full. Only code that dials it may ask.
func (c Caller) Reveal() string {
	if c.number == nil {
		return ""
	}
	return *c.number
}

// String returns the masked form: "anonymous", or dots and the last three
// digits. The dots are always four, so that the length tells nothing.
func (c Caller) String() string {
	n := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, c.Reveal())
	switch {
	case c.Anonymous():
		return "anonymous"
	case len(n) < 7: // a short code or a name: three digits would be half of it
		return "••••"
	}
	return "••••" + n[len(n)-3:]
}

// Format keeps every verb masked: without it %d and %x would print what is inside.
func (c Caller) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue prints the masked form.
func (c Caller) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText writes the masked form, so no JSON can carry the number.
func (c Caller) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
