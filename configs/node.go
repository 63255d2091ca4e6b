package configs

// node is one value of a document, before anyone knows what it should mean.
// It remembers where it stood.
type node struct {
	kind   nodeKind
	text   string // of a scalar
	quoted bool   // the scalar was written as a string
	items  []*node
	keys   []entry
	at     position
}

// entry is one key of an object.
type entry struct {
	name  string
	at    position
	value *node
}

type nodeKind string

// The words are those of messages: "is a list, not a number".
const (
	null   nodeKind = "nothing"
	scalar nodeKind = "a value"
	list   nodeKind = "a list"
	object nodeKind = "a group of keys"
)

// maxDepth bounds how deep documents nest; ours need four.
const maxDepth = 32
