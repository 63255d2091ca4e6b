package sip

import (
	"time"

	"sahut/queue"
)

// Messages keeps what callers say to no one; cmd fits the store to it.
type Messages interface {
	// Begin makes room for a message of a contact.
	Begin(queue.ContactID, queue.MessageOrder) (Message, error)
}

// Message takes the sound of one message: 16 bit samples at 8 kHz,
// little-endian. Close keeps it or leaves nothing of it, and says how long it is.
type Message interface {
	Write(pcm []byte) (int, error)
	Close(keep bool) (time.Duration, error)
}

const (
	leastMessage = 2 * time.Second // what is shorter is a breath, not a message
	keepWithin   = 5 * time.Second // a disk that takes longer has lost it
	beepPrompt   = "beep"
	overKey      = '#'
)

// taking is a message being left: the words first, then the recording.
type taking struct {
	order     queue.MessageOrder
	try       int
	recording recording // nil: the words are said
	sink      Message
	done      chan struct{} // the frames are written
}

// recording is what media takes of a caller.
type recording interface {
	Frames() <-chan []byte
	Spoken() bool
	Length() time.Duration
	Close()
}

type (
	consentSaid struct{ try int }
	messageOver struct{ try int }
)

// takeMessage says the words and the tone, and then listens.
func (k *contact) takeMessage(o queue.MessageOrder) {
	if k.sound == nil || k.closing || k.taking != nil {
		return
	}
	k.leaveOnward(false)
	k.partFromAgent()
	k.takes++
	try := k.takes
	k.taking = &taking{order: o, try: try}
	k.clock.set(alarmMessage, k.server.calls.patience.words)
	k.sound.ask([]string{o.Consent, beepPrompt}, "", o.Language, func() { k.inbox.put(consentSaid{try}) })
}

// record begins to listen; nothing plays meanwhile.
func (k *contact) record(try int) {
	t := k.taking
	if t == nil || t.try != try || t.recording != nil {
		return
	}
	if k.server.opts.Messages == nil {
		k.endMessage(false)
		return
	}
	sink, err := k.server.opts.Messages.Begin(k.id, t.order)
	if err != nil {
		k.log.Error("a message could not be begun; the caller hears the closing words instead", "error", err)
		k.endMessage(false)
		return
	}
	t.sink, t.done = sink, make(chan struct{})
	t.recording = k.sound.record(t.order.Limit, t.order.Silence, func() { k.inbox.put(messageOver{try}) })
	k.clock.set(alarmMessage, t.order.Limit+time.Second) // for a far end that sends no silence
	go func(r recording, sink Message, done chan struct{}) {
		defer close(done)
		for frame := range r.Frames() {
			if _, err := sink.Write(frame); err != nil {
				k.log.Error("a message could not be kept", "error", err)
				for range r.Frames() { // the caller may finish all the same
				}
				return
			}
		}
	}(t.recording, sink, t.done)
}

// gotMessageOver: the limit is reached, or she is silent.
func (k *contact) gotMessageOver(try int) {
	if t := k.taking; t != nil && t.try == try {
		k.endMessage(false)
	}
}

// messageKey ends a message by #.
func (k *contact) messageKey(key rune) bool {
	if k.taking == nil || key != overKey {
		return false
	}
	k.endMessage(false)
	return true
}

// endMessage keeps what there is and tells the desk. gone says that she hung up.
func (k *contact) endMessage(gone bool) {
	t := k.taking
	if t == nil {
		return
	}
	k.taking = nil
	k.clock.stop(alarmMessage)
	taken := queue.MessageTaken{Contact: k.id, Gone: gone}
	if t.recording != nil {
		taken.Length, taken.Kept = k.keepMessage(t)
	}
	k.post(taken)
}

// keepMessage ends the recording. What is too short or has no word in it is not
// kept.
func (k *contact) keepMessage(t *taking) (length time.Duration, kept bool) {
	t.recording.Close()
	select {
	case <-t.done:
	case <-time.After(keepWithin):
		k.log.Error("a message is not kept: the disk takes it too slowly")
		go func() { <-t.done; t.sink.Close(false) }()
		return 0, false
	}
	keep := t.recording.Spoken() && t.recording.Length() >= leastMessage
	length, err := t.sink.Close(keep)
	if err != nil {
		k.log.Error("a message could not be kept", "error", err)
		return length, false
	}
	return length, keep
}
