package queue

// needs is what a caller asked for in the menu; empty fields ask for nothing.
type needs struct {
	language string // id, en, …
	gender   string // f, m: of the volunteer; never waived
	topic    string
}
