package configs

import (
	"slices"
	"strings"
	"time"
)

// What a choice of the ladder does.
const (
	DoStay     = "stay"
	DoCallback = "callback"
	DoMessage  = "message"
	DoQueue    = "queue"
	DoNumber   = "number"
)

// Rung is something said to a caller who has waited for a while, with or without
// a choice. The exit is the last rung of each ladder; there is always one.
type Rung struct {
	After   Duration `yaml:"after" json:"after" default:"3m" doc:"How long she has waited in this queue. A volunteer who rings by then is never cut: it is said when the ring is over."`
	Prompt  string   `yaml:"prompt" json:"prompt" doc:"The prompt that is played, and that tells the choices, if there are any."`
	Choices []Option `yaml:"choices" json:"choices" doc:"What each key means. Who presses nothing stays."`
}

// Option is one key of a rung.
type Option struct {
	Key    string `yaml:"key" json:"key" doc:"The key: 1 to 9, * or #."`
	Do     string `yaml:"do" json:"do" default:"stay" choices:"stay,callback,message,queue,number" doc:"stay: wait on. callback: be called back and keep the place, if it is safe. message: leave a message. queue: go to another queue. number: be put through to another line."`
	Queue  string `yaml:"queue" json:"queue" default:"" doc:"The queue, with do: queue."`
	Number string `yaml:"number" json:"number" default:"" doc:"The other line's number, with do: number; outgoing.allow must allow it."`
}

// String is the option in a list of changes.
func (o Option) String() string {
	return strings.TrimSpace(o.Key + ": " + o.Do + " " + o.Queue + o.Number)
}

// String is the rung in a list of changes.
func (r Rung) String() string {
	words := []string{"after " + r.After.String(), r.Prompt}
	for _, o := range r.Choices {
		words = append(words, o.String())
	}
	return strings.Join(words, " ")
}

func (q Queue) validateLadder(c check, v judge) {
	c.most("ladder", len(q.Ladder), 20)
	before := Duration(-1)
	for i, r := range q.Ladder {
		r.validate(c.in("ladder").at(i), v, q, before)
		before = r.After
	}
}

func (r Rung) validate(c check, v judge, q Queue, before Duration) {
	c.between("after", r.After, 0, 4*time.Hour)
	switch {
	case r.After <= before:
		c.bad("after", r.After.String(), notLaterRung, before)
	case r.After >= q.MaxWait:
		c.bad("after", r.After.String(), neverReached, q.MaxWait)
	}
	v.prompt(c, "prompt", r.Prompt, false)
	for i, o := range r.Choices {
		o.validate(c.in("choices").at(i), v, q)
	}
	unique(c.in("choices"), "key", r.Choices, func(o Option) string { return o.Key })
	if len(r.Choices) > 0 && !slices.ContainsFunc(r.Choices, func(o Option) bool { return o.Do == DoStay }) {
		c.bad("choices", "", noStay)
	}
}

func (o Option) validate(c check, v judge, q Queue) {
	c.choices(o)
	c.key("key", o.Key)
	switch {
	case o.Do == DoQueue && o.Queue == q.ID:
		c.bad("queue", o.Queue, ladderSelf)
	case o.Do == DoQueue:
		v.queue(c, "queue", o.Queue, "lost_key")
	case o.Queue != "":
		c.bad("queue", o.Queue, needlessQueue, o.Do)
	}
	switch number, err := E164(o.Number, "ID"); {
	case o.Do == DoNumber && o.Number == "":
		c.bad("number", "", otherMissing)
	case o.Do != DoNumber && o.Number != "":
		c.bad("number", o.Number, needlessNum, o.Do)
	case o.Do == DoNumber && err != nil:
		c.bad("number", o.Number, noOtherLine)
	case o.Do == DoNumber && !v.routing.Outgoing.Allows(number):
		c.bad("number", o.Number, notAllowed, number)
	case o.Do == DoNumber && v.routing.Outgoing.KnownOnly && len(number) >= 7 && !slices.Contains(v.routing.Outgoing.Services, number):
		c.bad("number", o.Number, notKnown, number)
	}
}
