package queue

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// Who is blocked. The list is kept by the store before the desk hears of it;
// the desk counts who meets a block, and ends a block when its time is over. A
// caller is known by the keyed pseudonym of her number, never by the number.

// BlockID names one block for ever.
type BlockID string

// BlockKind says whom a block is for.
type BlockKind string

// The kinds of block.
const (
	BlockCaller   BlockKind = "caller"   // one number, by its pseudonym
	BlockPrefix   BlockKind = "prefix"   // all numbers that begin alike
	BlockWithheld BlockKind = "withheld" // all who withhold their number
)

// BlockAction is what happens to a caller who is blocked.
type BlockAction string

// The actions, from the mildest. None is a dead line.
const (
	ActionLowClass   BlockAction = "low_class"       // answered after everybody else
	ActionSupervisor BlockAction = "supervisor_only" // answered by supervisors alone
	ActionMessage    BlockAction = "message"         // hears words with the emergency numbers
)

// BlockActions lists the actions from the mildest.
func BlockActions() []BlockAction {
	return []BlockAction{ActionLowClass, ActionSupervisor, ActionMessage}
}

// BlockReasons lists the reasons a block may have. They are codes, because what
// anybody said has no place in the journal.
func BlockReasons() []string { return []string{"prank", "abusive", "sexual", "threat", "other"} }

// How long blocks hold.
const (
	BlockAlone   = 24 * time.Hour       // what one person may decide
	BlockLongest = 365 * 24 * time.Hour // no block is for ever
)

// Block is one entry of the list.
type Block struct {
	ID       BlockID     `json:"id"`
	Kind     BlockKind   `json:"kind"`
	Caller   string      `json:"caller,omitempty"` // of BlockCaller: the pseudonym
	Prefix   string      `json:"prefix,omitempty"` // of BlockPrefix: digits, country code first
	Action   BlockAction `json:"action"`
	Reason   string      `json:"reason"`
	Note     string      `json:"note,omitempty"` // for people; never in the journal
	By       string      `json:"by"`
	Added    time.Time   `json:"added"`
	Expires  time.Time   `json:"expires"` // as asked for; see Ends
	Approved string      `json:"approved,omitempty"`
	Contact  ContactID   `json:"contact,omitempty"` // in which it was asked for
	Hits     int         `json:"hits"`
	LastHit  *time.Time  `json:"last_hit,omitempty"`
}

// Ends is when b ends by itself: a block that a second person has not approved
// holds for no longer than a day.
func (b Block) Ends() time.Time {
	if b.Waits() {
		return b.Added.Add(BlockAlone)
	}
	return b.Expires
}

// Waits tells whether b is for longer than one person may decide and nobody
// else has approved it.
func (b Block) Waits() bool { return b.Approved == "" && b.Expires.Sub(b.Added) > BlockAlone }

// NewBlockID makes the id of a block added at now.
func NewBlockID(now time.Time) BlockID {
	return BlockID(ulid.MustNew(ulid.Timestamp(now), rand.Reader).String())
}

// newBlockID makes the id of a block that is asked for now; ids sort by time.
func (s *state) newBlockID() BlockID {
	return BlockID(ulid.MustNew(ulid.Timestamp(s.now), s.entropy).String())
}

// Blocks keeps what the desk decides about blocks. Calls never block.
type Blocks interface {
	// Keep keeps a block a volunteer asked for; BlockAdded follows, or
	// BlockFailed.
	Keep(Block)
	// Hit counts a caller who met a block.
	Hit(BlockID, time.Time)
	// Drop forgets a block whose time is over.
	Drop(BlockID)
}

// CallerKey is the number of a caller in the one form pseudonyms are made of,
// however it was written.
func CallerKey(number string) string { return canonical(number) }

// blocks is the list as the desk uses it.
type blocks struct {
	byID     map[BlockID]*Block
	callers  map[string][]*Block // by pseudonym
	prefixes []*Block
	withheld []*Block
	asked    map[string]time.Time // pseudonyms a volunteer just asked to block
	due      token                // of the next that ends
}

func newBlocks() blocks {
	return blocks{byID: map[BlockID]*Block{}, callers: map[string][]*Block{}, asked: map[string]time.Time{}}
}

func (b *blocks) add(n Block) {
	b.remove(n.ID)
	b.byID[n.ID] = &n
	switch n.Kind {
	case BlockCaller:
		b.callers[n.Caller] = append(b.callers[n.Caller], &n)
	case BlockPrefix:
		b.prefixes = append(b.prefixes, &n)
	case BlockWithheld:
		b.withheld = append(b.withheld, &n)
	}
}

func (b *blocks) remove(id BlockID) {
	old := b.byID[id]
	if old == nil {
		return
	}
	delete(b.byID, id)
	same := func(o *Block) bool { return o == old }
	if list := slices.DeleteFunc(b.callers[old.Caller], same); len(list) > 0 {
		b.callers[old.Caller] = list
	} else {
		delete(b.callers, old.Caller)
	}
	b.prefixes = slices.DeleteFunc(b.prefixes, same)
	b.withheld = slices.DeleteFunc(b.withheld, same)
}

// blockOf returns the strictest block that c meets, nil if there is none.
func (s *state) blockOf(c *contact) (strictest *Block) {
	if len(s.blocks.byID) == 0 {
		return nil
	}
	meet := func(list []*Block) {
		for _, b := range list {
			if b.Ends().After(s.now) && (strictest == nil || b.Action.sternness() > strictest.Action.sternness()) {
				strictest = b
			}
		}
	}
	if c.caller.Anonymous() {
		meet(s.blocks.withheld)
		return strictest
	}
	if len(s.blocks.callers) > 0 {
		meet(s.blocks.callers[s.keyOf(c)])
	}
	number := canonical(c.caller.Reveal())
	for _, b := range s.blocks.prefixes {
		if strings.HasPrefix(number, b.Prefix) {
			meet([]*Block{b})
		}
	}
	return strictest
}

func (a BlockAction) sternness() int { return slices.Index(BlockActions(), a) }

// keyOf is the pseudonym of c's number, empty if she withheld it.
func (s *state) keyOf(c *contact) string {
	if c.key == "" && !c.caller.Anonymous() && !c.out {
		c.key = s.pseudonym(canonical(c.caller.Reveal()))
	}
	return c.key
}

// blocked tells whether the caller with this pseudonym is on the list.
func (s *state) blocked(key string) bool { return key != "" && len(s.blocks.callers[key]) > 0 }

// onBlocksKept takes the list as the store has it, when the server starts.
func (s *state) onBlocksKept(ev BlocksKept) {
	asked := s.blocks.asked
	s.blocks.due.disarm()
	s.blocks = newBlocks()
	s.blocks.asked = asked
	for _, b := range ev.List {
		s.blocks.add(b)
	}
	s.watchBlocks()
}

func (s *state) onBlockAdded(ev BlockAdded) {
	b := ev.Block
	if s.blocks.byID[b.ID] != nil {
		return
	}
	s.blocks.add(b)
	delete(s.blocks.asked, b.Caller)
	s.record(Entry{
		Kind: BlockBegan, Block: b.ID, Contact: b.Contact, By: b.By, Reason: b.Reason, Target: string(b.Kind), Result: string(b.Action), MS: ms(b.Expires.Sub(b.Added)),
	})
	if a := s.agents[AgentID(b.By)]; a != nil && b.Contact != "" {
		s.notify(a, Notice{Code: BlockKept, Contact: b.Contact})
		s.show(a)
	}
	s.watchBlocks()
}

// onBlockApproved: a second person said yes, perhaps to another end.
func (s *state) onBlockApproved(ev BlockApproved) {
	b := s.blocks.byID[ev.ID]
	if b == nil || ev.By == b.By {
		return
	}
	b.Approved, b.Expires = ev.By, ev.Expires
	s.record(Entry{Kind: BlockAgreed, Block: b.ID, By: ev.By, MS: ms(b.Expires.Sub(b.Added))})
	s.watchBlocks()
}

func (s *state) onBlockRemoved(ev BlockRemoved) {
	if s.blocks.byID[ev.ID] == nil {
		return
	}
	hits := s.blocks.byID[ev.ID].Hits
	s.blocks.remove(ev.ID)
	s.record(Entry{Kind: BlockLifted, Block: ev.ID, By: ev.By, Count: hits})
	s.watchBlocks()
}

// watchBlocks arms the end of the block that ends next.
func (s *state) watchBlocks() {
	s.blocks.due.disarm()
	var next time.Time
	for _, b := range s.blocks.byID {
		if at := b.Ends(); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	if !next.IsZero() {
		s.timers.arm(&s.blocks.due, next, s.expireBlocks)
	}
}

func (s *state) expireBlocks() {
	var over []BlockID
	for id, b := range s.blocks.byID {
		if !b.Ends().After(s.now) {
			over = append(over, id)
		}
	}
	slices.Sort(over)
	for _, id := range over {
		s.record(Entry{Kind: BlockEnded, Block: id, Count: s.blocks.byID[id].Hits})
		s.blocks.remove(id)
		s.order(DropBlock{id})
	}
	s.watchBlocks()
}

// askAgain is how long a second press of Block does nothing.
const askAgain = 10 * time.Second

// onBlockAsked: a volunteer wants the caller blocked whom she talks to or writes
// about. She never sees the number, and it holds for a day.
func (s *state) onBlockAsked(ev BlockAsked) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	key, hers := s.callerOf(a, ev.Contact)
	switch {
	case !hers:
		return
	case key == "":
		s.notify(a, Notice{Code: BlockUnknown, Contact: ev.Contact})
		return
	case s.blocked(key):
		s.notify(a, Notice{Code: BlockKept, Contact: ev.Contact})
		return
	case s.now.Sub(s.blocks.asked[key]) < askAgain:
		return
	}
	reason := ev.Reason
	if !slices.Contains(BlockReasons(), reason) {
		reason = "other"
	}
	s.blocks.asked[key] = s.now
	s.order(KeepBlock{Block{
		ID: s.newBlockID(), Kind: BlockCaller, Caller: key, Action: ActionMessage, Reason: reason, By: string(a.id),
		Added: s.now, Expires: s.now.Add(BlockAlone), Contact: ev.Contact,
	}})
}

// onBlockFailed: the disk did not take it.
func (s *state) onBlockFailed(ev BlockFailed) {
	delete(s.blocks.asked, ev.Block.Caller)
	if a := s.agents[AgentID(ev.Block.By)]; a != nil {
		s.notify(a, Notice{Code: BlockLost, Contact: ev.Block.Contact})
	}
}

// callerOf returns the pseudonym of the caller whom a talks to or writes about,
// empty for one who cannot be known again.
func (s *state) callerOf(a *agent, contact ContactID) (key string, hers bool) {
	switch {
	case a.contact != nil && a.contact.id == contact && a.contact.phase.withAgent():
		return s.keyOf(a.contact), true
	case a.writing != nil && a.writing.contact == contact:
		return a.writing.key, true
	}
	return "", false
}

// pseudonymHere is a pseudonym that holds until the restart.
func (s *state) pseudonymHere(number string) string {
	id := s.hashed(number)
	return hex.EncodeToString(id[:])
}
