package store

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"sahut/queue"
)

// A year of calls is more than a million entries. encoding/json takes ten
// seconds for them; what follows takes one, because it knows that an entry is a
// flat object as Append wrote it. Whatever looks different in any way is left
// to encoding/json, so nothing is ever read otherwise than before.

// names keeps one copy of words that come again and again: kinds, queues,
// volunteers, reasons. It is bounded, because contacts and offers never do.
type names map[string]string

const namesKept = 4096

func (n names) of(b []byte) string {
	if s, ok := n[string(b)]; ok { // this lookup copies nothing
		return s
	}
	s := string(b)
	if n != nil && len(n) < namesKept {
		n[s] = s
	}
	return s
}

func readEntry(k, v []byte, n names) (e queue.Entry, err error) {
	if readFlat(v, &e, n) {
		return e, nil
	}
	e = queue.Entry{}
	if err := json.Unmarshal(v, &e); err != nil {
		return e, fmt.Errorf("entry %d of the journal cannot be read: %w", fromNumber(k), err)
	}
	return e, nil
}

// readFlat reads {"key":value,…} without blanks and escapes; false if v is
// anything else, or has a key that is not known here.
func readFlat(v []byte, e *queue.Entry, n names) bool {
	if len(v) < 2 || v[0] != '{' || v[len(v)-1] != '}' || !utf8.Valid(v) {
		return false
	}
	for rest := v[1 : len(v)-1]; ; {
		key, after, ok := quoted(rest)
		if !ok || len(after) < 2 || after[0] != ':' {
			return false
		}
		value, next := after[1:], []byte(nil)
		if value[0] == '"' {
			if value, next, ok = quoted(value); !ok || !setText(e, key, value, n) {
				return false
			}
		} else {
			end := 0
			for end < len(value) && value[end] != ',' {
				end++
			}
			if value, next = value[:end], value[end:]; !setNumber(e, key, value) {
				return false
			}
		}
		if len(next) == 0 {
			return true
		}
		if next[0] != ',' {
			return false
		}
		rest = next[1:]
	}
}

// quoted takes a string without escapes off the front of b.
func quoted(b []byte) (text, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, false
	}
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return b[1:i], b[i+1:], true
		case c == '\\' || c < ' ':
			return nil, nil, false
		}
	}
	return nil, nil, false
}

func setText(e *queue.Entry, key, v []byte, n names) bool {
	switch string(key) {
	case "at":
		return e.At.UnmarshalText(v) == nil
	case "contact":
		e.Contact = queue.ContactID(v)
	case "callback":
		e.Callback = queue.ContactID(v)
	case "block":
		e.Block = queue.BlockID(v)
	case "kind":
		e.Kind = queue.EntryKind(n.of(v))
	case "agent":
		e.Agent = queue.AgentID(n.of(v))
	case "queue":
		e.Queue = queue.QueueID(n.of(v))
	case "reason":
		e.Reason = n.of(v)
	case "by":
		e.By = n.of(v)
	case "channel":
		e.Channel = queue.Kind(n.of(v))
	case "direction":
		e.Direction = n.of(v)
	case "number":
		e.Number = n.of(v)
	case "from":
		e.From = queue.AgentState(n.of(v))
	case "to":
		e.To = queue.AgentState(n.of(v))
	case "outcome":
		e.Outcome = queue.Outcome(n.of(v))
	case "needs":
		e.Needs = n.of(v)
	case "target":
		e.Target = n.of(v)
	case "result":
		e.Result = n.of(v)
	case "stage":
		e.Stage = n.of(v)
	default:
		return false
	}
	return true
}

func setNumber(e *queue.Entry, key, v []byte) bool {
	if string(key) == "cost" { // seldom
		return string(v) != "null" && json.Unmarshal(v, &e.Cost) == nil
	}
	n, ok := whole(v)
	if !ok {
		return false
	}
	switch string(key) {
	case "seq":
		e.Seq = uint64(n)
	case "offer":
		e.Offer = queue.OfferID(n)
	case "position":
		e.Position = int(n)
	case "wait_ms":
		e.WaitMS = n
	case "ring_ms":
		e.RingMS = n
	case "talk_ms":
		e.TalkMS = n
	case "revision":
		e.Revision = uint64(n)
	case "count":
		e.Count = int(n)
	case "ms":
		e.MS = n
	default:
		return false
	}
	return true
}

// whole reads a number of up to 18 digits and no sign.
func whole(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 18 || b[0] == '0' && len(b) > 1 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
