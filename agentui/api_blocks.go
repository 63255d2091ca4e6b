package agentui

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sahut/queue"
)

// Block is a blocked caller as people see it: never the number, nor what stands
// for it.
type Block struct {
	ID       queue.BlockID     `json:"id"`
	Kind     queue.BlockKind   `json:"kind"` // caller, prefix, withheld
	Prefix   string            `json:"prefix,omitempty"`
	Action   queue.BlockAction `json:"action"` // message, supervisor_only, low_class
	Reason   string            `json:"reason"`
	Note     string            `json:"note,omitempty"`
	By       string            `json:"by"`
	Added    time.Time         `json:"added"`
	Ends     time.Time         `json:"ends"`    // by itself
	Expires  time.Time         `json:"expires"` // when it would, once approved
	Waits    bool              `json:"waits"`   // for a second person's approval
	Approved string            `json:"approved,omitempty"`
	Contact  queue.ContactID   `json:"contact,omitempty"`
	Hits     int               `json:"hits"`
	LastHit  *time.Time        `json:"last_hit,omitempty"`
}

// BlockList is every block, the latest first.
type BlockList struct {
	Blocks []Block `json:"blocks"`
}

// NewBlock is a block to add: of one number, of all numbers that begin alike, or
// of all that are withheld. The number is not kept.
type NewBlock struct {
	Number   string            `json:"number,omitempty"`
	Prefix   string            `json:"prefix,omitempty"`
	Withheld bool              `json:"withheld,omitempty"`
	Action   queue.BlockAction `json:"action"` // empty: message
	Reason   string            `json:"reason"` // prank, abusive, sexual, threat, other
	Note     string            `json:"note,omitempty"`
	Hours    int               `json:"hours"` // 0: 24; more needs a second person
}

// Approval says for how long a block shall hold, from when it was added.
type Approval struct {
	Hours int `json:"hours"` // 0: as asked for
}

func asBlock(b queue.Block) Block {
	return Block{
		ID: b.ID, Kind: b.Kind, Prefix: b.Prefix, Action: b.Action, Reason: b.Reason, Note: b.Note, By: b.By, Added: b.Added, Ends: b.Ends(),
		Expires: b.Expires, Waits: b.Waits(), Approved: b.Approved, Contact: b.Contact, Hits: b.Hits, LastHit: b.LastHit,
	}
}

func (s *Server) getBlocks(w http.ResponseWriter, r *request) error {
	kept, err := s.directory.Blocks()
	if err != nil {
		return fmt.Errorf("list blocks: %w", err)
	}
	list := BlockList{Blocks: []Block{}}
	for _, b := range slices.Backward(kept) {
		list.Blocks = append(list.Blocks, asBlock(b).seenBy(r))
	}
	return writeJSON(w, http.StatusOK, list)
}

// seenBy leaves out, for an admin, what tells of one caller: when she called,
// and what was written about her. The rest an admin needs as the second person.
func (b Block) seenBy(r *request) Block {
	if r.user.Role == Admin && b.Kind == queue.BlockCaller {
		b.Contact, b.Hits, b.LastHit, b.Note = "", 0, nil, ""
	}
	return b
}

// postBlock keeps a block and tells the desk.
func (s *Server) postBlock(w http.ResponseWriter, r *request) error {
	var n NewBlock
	if err := readJSON(w, r, &n); err != nil {
		return err
	}
	b, err := s.newBlock(n, r.author(), time.Now().UTC())
	if err != nil {
		return err
	}
	if err := s.directory.AddBlock(b); err != nil {
		return fmt.Errorf("keep a block: %w", err)
	}
	s.desk.Post(queue.BlockAdded{Block: b})
	s.log.Warn("callers are blocked", "block", b.ID, "kind", b.Kind, "action", b.Action, "until", b.Ends(), "by", b.By)
	w.Header().Set("Location", "/api/v1/blocks/"+string(b.ID))
	return writeJSON(w, http.StatusCreated, asBlock(b).seenBy(r))
}

var (
	wholeNumber = regexp.MustCompile(`^[0-9]{7,15}$`)
	someDigits  = regexp.MustCompile(`^[0-9]{3,9}$`)
)

const (
	longestNote = 200
	home        = "62" // the country of numbers without a code
)

func (s *Server) newBlock(n NewBlock, by string, now time.Time) (b queue.Block, err error) {
	n.Number, n.Prefix = strings.TrimSpace(n.Number), strings.TrimSpace(n.Prefix)
	if n.Action == "" {
		n.Action = queue.ActionMessage
	}
	hours, err := blockHours(n.Hours, 24)
	switch {
	case err != nil:
		return b, err
	case !slices.Contains(queue.BlockActions(), n.Action):
		return b, invalidField("action", "An action is message, supervisor_only or low_class.")
	case !slices.Contains(queue.BlockReasons(), n.Reason):
		return b, invalidField("reason", "A reason is one of "+strings.Join(queue.BlockReasons(), ", ")+".")
	case len([]rune(n.Note)) > longestNote:
		return b, invalidField("note", fmt.Sprintf("A note has at most %d letters.", longestNote), strconv.Itoa(longestNote))
	}
	b = queue.Block{
		ID: queue.NewBlockID(now), Action: n.Action, Reason: n.Reason, Note: n.Note,
		By: by, Added: now, Expires: now.Add(hours),
	}
	return b, s.aim(&b, n)
}

// aim says whom the block is for.
func (s *Server) aim(b *queue.Block, n NewBlock) error {
	given := 0
	for _, is := range []bool{n.Number != "", n.Prefix != "", n.Withheld} {
		if is {
			given++
		}
	}
	number, prefix := queue.CallerKey(n.Number), queue.CallerKey(n.Prefix)
	switch {
	case given != 1:
		return invalidField("number", "Say either a number, or a prefix, or that withheld numbers are meant.")
	case n.Withheld:
		b.Kind = queue.BlockWithheld
	case n.Prefix != "":
		if !someDigits.MatchString(prefix) {
			return invalidField("prefix", "A prefix is 3 to 9 digits, beginning with the country code, like +62813.")
		}
		if strings.HasPrefix(prefix, home) && len(prefix) < len(home)+3 {
			return invalidField("prefix", "This prefix would block most of your callers. Use a longer one, like +62813.")
		}
		b.Kind, b.Prefix = queue.BlockPrefix, prefix
	default:
		if !wholeNumber.MatchString(number) {
			return invalidField("number", "This is no telephone number. Write it like 0812 3456 7890 or +62 812 3456 7890.")
		}
		b.Kind, b.Caller = queue.BlockCaller, s.directory.Pseudonym(number)
	}
	return nil
}

// blockHours is how long a block holds.
func blockHours(hours, otherwise int) (time.Duration, error) {
	if hours == 0 {
		hours = otherwise
	}
	d := time.Duration(hours) * time.Hour
	if hours < 1 || hours > int(queue.BlockLongest/time.Hour) {
		return 0, invalidField("hours", fmt.Sprintf("A block holds for 1 to %d hours; none is for ever.", int(queue.BlockLongest/time.Hour)), strconv.Itoa(int(queue.BlockLongest/time.Hour)))
	}
	return d, nil
}

// approveBlock is the second person's yes, and perhaps her own idea of how long.
func (s *Server) approveBlock(w http.ResponseWriter, r *request) error {
	var a Approval
	if err := readJSON(w, r, &a); err != nil {
		return err
	}
	b, err := s.findBlock(queue.BlockID(r.PathValue("id")))
	if err != nil {
		return err
	}
	asked := int(b.Expires.Sub(b.Added) / time.Hour)
	hours, err := blockHours(a.Hours, asked)
	switch {
	case err != nil:
		return err
	case r.operator:
		return &Problem{Status: http.StatusForbidden, Code: "second_person", Detail: "A block is approved by a person. Sign in to the pages with your own account."}
	}
	b, err = s.directory.ApproveBlock(b.ID, r.author(), b.Added.Add(hours))
	switch {
	case errors.Is(err, ErrConflict):
		return &Problem{Status: http.StatusConflict, Code: "second_person", Detail: "You asked for this block yourself. A block of more than a day needs a second person."}
	case err != nil:
		return fmt.Errorf("approve a block: %w", err)
	}
	s.desk.Post(queue.BlockApproved{ID: b.ID, By: b.Approved, Expires: b.Expires})
	s.log.Warn("a block is approved", "block", b.ID, "until", b.Ends(), "by", b.Approved)
	return writeJSON(w, http.StatusOK, asBlock(b).seenBy(r))
}

func (s *Server) findBlock(id queue.BlockID) (queue.Block, error) {
	kept, err := s.directory.Blocks()
	if err != nil {
		return queue.Block{}, fmt.Errorf("list blocks: %w", err)
	}
	if i := slices.IndexFunc(kept, func(b queue.Block) bool { return b.ID == id }); i >= 0 {
		return kept[i], nil
	}
	return queue.Block{}, ErrNotFound
}

// deleteBlock serves the caller like everybody again.
func (s *Server) deleteBlock(w http.ResponseWriter, r *request) error {
	id := queue.BlockID(r.PathValue("id"))
	if err := s.directory.RemoveBlock(id); err != nil {
		return err
	}
	s.desk.Post(queue.BlockRemoved{ID: id, By: r.author()})
	s.log.Warn("a block is removed", "block", id, "by", r.author())
	w.WriteHeader(http.StatusNoContent)
	return nil
}
