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

// nodeKind is a word of messages: "is a list, not a number".
type nodeKind = term

const (
	null   nodeKind = "null"
	scalar nodeKind = "scalar"
	list   nodeKind = "list"
	object nodeKind = "object"
)

// maxDepth bounds how deep documents nest; ours need four.
const maxDepth = 32
