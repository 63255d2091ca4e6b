package configs

import (
	"reflect"
	"slices"
)

// ParseRouting reads a routing document in YAML, fills absent keys with their
// defaults and judges it as Validate does. The error is Problems.
func ParseRouting(yaml []byte, prompts ...string) (Routing, error) {
	return parseRouting(yaml, parseYAML, decoder{}, prompts)
}

// ParseRoutingJSON does the same for JSON, where texts must be in quotes.
func ParseRoutingJSON(json []byte, prompts ...string) (Routing, error) {
	return parseRouting(json, parseJSON, decoder{strings: true}, prompts)
}

func parseRouting(b []byte, parse func([]byte) (*node, Problems), opts decoder, prompts []string) (Routing, error) {
	r := NewRouting()
	if len(b) > maxFile {
		return r, Problems{tooLarge.problem("", "")}
	}
	root, problems := parse(b)
	places, more := decode(root, &r, opts)
	problems = append(problems, more...)
	if root != nil {
		r.validate(check{found: &problems}, prompts)
	}
	return r, problems.worded(&r, "", places).err()
}

// KeptRouting reads a document that FormatRouting wrote, perhaps long ago or
// by a newer Sahut: defaults fill what it lacks, keys of tomorrow are dropped,
// and it is not judged, because calls must be taken by it whatever today's
// limits are.
func KeptRouting(yaml []byte) (Routing, error) {
	r := NewRouting()
	root, problems := parseYAML(yaml)
	_, more := decode(root, &r, decoder{lenient: true})
	return r, append(problems, more...).worded(&r, "", nil).err()
}

// FormatRouting writes r as the YAML that ParseRouting reads back to r.
func FormatRouting(r Routing) []byte { return encode(r, false) }

// NewRouting returns the routing of a house without queues. Its lists are
// empty, not nil, so that JSON says [].
func NewRouting() Routing {
	var r Routing
	setDefaults(reflect.ValueOf(&r).Elem())
	return r
}

// NewAgent returns a volunteer in whom everything but her names and her queues
// has its default.
func NewAgent(id, name string, queues ...string) Agent {
	var a Agent
	setDefaults(reflect.ValueOf(&a).Elem())
	a.ID, a.Name, a.Queues = id, name, append(a.Queues, queues...)
	return a
}

// NewQueue returns a queue in which everything but its names and its exit has
// its default.
func NewQueue(id, label string, exit Exit) Queue {
	var q Queue
	setDefaults(reflect.ValueOf(&q).Elem())
	q.ID, q.Label, q.Exit = id, label, exit
	return q
}

// Clone returns a copy that shares nothing with r.
func (r Routing) Clone() Routing {
	r.Numbers = slices.Clone(r.Numbers)
	r.Queues = slices.Clone(r.Queues)
	for i := range r.Queues {
		q := &r.Queues[i]
		q.Steps, q.Cover = slices.Clone(q.Steps), slices.Clone(q.Cover)
		for j := range q.Steps {
			q.Steps[j].Drop = slices.Clone(q.Steps[j].Drop)
		}
	}
	r.Shifts.Weekly, r.Shifts.Dates = slices.Clone(r.Shifts.Weekly), slices.Clone(r.Shifts.Dates)
	r.Agents = slices.Clone(r.Agents)
	for i := range r.Agents {
		a := &r.Agents[i]
		a.Queues, a.Tiers = slices.Clone(a.Queues), slices.Clone(a.Tiers)
		a.Languages, a.Topics = slices.Clone(a.Languages), slices.Clone(a.Topics)
	}
	r.Outgoing.Allow = slices.Clone(r.Outgoing.Allow)
	r.Outgoing.Deny = slices.Clone(r.Outgoing.Deny)
	r.Outgoing.Rates = slices.Clone(r.Outgoing.Rates)
	r.PauseReasons = slices.Clone(r.PauseReasons)
	r.Dispositions = slices.Clone(r.Dispositions)
	return r
}
