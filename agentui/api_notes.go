package agentui

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"sahut/queue"
)

// Notes are what volunteers write down about a contact; how they are kept is
// sealed. Texts stand in no log and no journal.
type Notes interface {
	// Off tells that none are written here.
	Off() (bool, error)
	// Note gives what agent wrote about a contact, or ErrNotFound.
	Note(id queue.ContactID, agent queue.AgentID) (Note, error)
	// Write keeps n in place of what its author wrote before; an empty text erases it.
	Write(n Note) error
	// List gives all, the latest first, without their texts.
	List() ([]Note, error)
	// Of gives all that was written about a contact.
	Of(id queue.ContactID) ([]Note, error)
	// Opened notes that by is about to read n; without that it is not shown.
	Opened(n Note, by string) error
	Erase(n Note, by string) error
}

// Note is what one volunteer wrote about one contact.
type Note struct {
	Contact queue.ContactID `json:"contact"`
	Agent   queue.AgentID   `json:"agent"`
	Saved   time.Time       `json:"saved"`
	Text    string          `json:"text,omitempty"` // absent in lists
}

// NoteList are notes that are finished.
type NoteList struct {
	Notes []Note `json:"notes"`
}

// MyNote is her own note on the contact she has.
type MyNote struct {
	Text  string     `json:"text"`
	Saved *time.Time `json:"saved"` // null: nothing is kept yet
}

// NewNote is what her page has kept.
type NewNote struct {
	Text string `json:"text"` // at most 10000 letters
}

const maxNote = 10_000

// noteLate is how long after the end of a contact her page may still bring what
// she wrote: the wire may have been away.
const noteLate = 10 * time.Minute

var (
	notesOff    = &Problem{Status: http.StatusNotFound, Code: "notes_off", Detail: "No notes are written here; see notes.off of the routing."}
	noteNotHers = &Problem{Status: http.StatusConflict, Code: "not_yours", Detail: "This contact is not yours, or over for too long. The note was not kept."}
)

// holds is the contact that view's agent talks to or writes about.
func holds(view queue.AgentView) queue.ContactID {
	switch {
	case view.Call != nil && view.Call.Role == "":
		return view.Call.Contact
	case view.WrapUp != nil:
		return view.WrapUp.Contact
	}
	return ""
}

// mayWrite tells whether agent may write about a contact: she has it, wrote about
// it a moment ago, or it was hers and ended a moment ago.
func (s *Server) mayWrite(id queue.ContactID, agent queue.AgentID, now time.Time) (bool, error) {
	if view, _ := s.desk.View(agent); id != "" && holds(view) == id {
		return true, nil
	}
	n, err := s.notes.Note(id, agent)
	if err == nil && now.Sub(n.Saved) < noteLate {
		return true, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, err
	}
	hers := false
	err = s.directory.Calls(now.Add(-24*time.Hour), func(c queue.Call) bool {
		if c.ID == id {
			hers = c.Agent == agent && (c.Ended == nil || now.Sub(*c.Ended) < noteLate)
		}
		return c.ID != id
	})
	return hers, err
}

// notesHere answers notesOff where none are written.
func (s *Server) notesHere() error {
	if s.notes == nil {
		return notesOff
	}
	off, err := s.notes.Off()
	if err == nil && off {
		err = notesOff
	}
	return err
}

func (s *Server) getMyNote(w http.ResponseWriter, r *request) error {
	if err := s.notesHere(); err != nil {
		return err
	}
	id, agent := queue.ContactID(r.PathValue("contact")), queue.AgentID(r.author())
	hers, err := s.mayWrite(id, agent, time.Now())
	if err != nil {
		return fmt.Errorf("may she write: %w", err)
	}
	if !hers {
		return noteNotHers
	}
	w.Header().Set("Cache-Control", "no-store")
	n, err := s.notes.Note(id, agent)
	if errors.Is(err, ErrNotFound) {
		return writeJSON(w, http.StatusOK, MyNote{})
	}
	if err != nil {
		return fmt.Errorf("read her note: %w", err)
	}
	return writeJSON(w, http.StatusOK, MyNote{Text: n.Text, Saved: &n.Saved})
}

func (s *Server) putMyNote(w http.ResponseWriter, r *request) error {
	if err := s.notesHere(); err != nil {
		return err
	}
	var c NewNote
	if err := readJSON(w, r, &c); err != nil {
		return err
	}
	if utf8.RuneCountInString(c.Text) > maxNote {
		return &Problem{Status: http.StatusRequestEntityTooLarge, Code: "invalid_note", Args: []string{"10000"}, Detail: "A note has at most 10000 letters."}
	}
	n := Note{Contact: queue.ContactID(r.PathValue("contact")), Agent: queue.AgentID(r.author()), Saved: time.Now(), Text: c.Text}
	hers, err := s.mayWrite(n.Contact, n.Agent, n.Saved)
	if err != nil {
		return fmt.Errorf("may she write: %w", err)
	}
	if !hers {
		return noteNotHers
	}
	if err := s.notes.Write(n); err != nil {
		return fmt.Errorf("keep her note: %w", err)
	}
	if n.Text == "" {
		return writeJSON(w, http.StatusOK, MyNote{})
	}
	return writeJSON(w, http.StatusOK, MyNote{Text: n.Text, Saved: &n.Saved})
}

// finished leaves out what is still being written: it is its author's until then.
func (s *Server) finished(all []Note) []Note {
	done := []Note{}
	for _, n := range all {
		if view, _ := s.desk.View(n.Agent); holds(view) != n.Contact {
			done = append(done, n)
		}
	}
	return done
}

func (s *Server) getNotes(w http.ResponseWriter, r *request) error {
	if s.notes == nil {
		return writeJSON(w, http.StatusOK, NoteList{[]Note{}})
	}
	all, err := s.notes.List()
	if err != nil {
		return fmt.Errorf("list notes: %w", err)
	}
	if only := queue.ContactID(r.URL.Query().Get("contact")); only != "" {
		all = slices.DeleteFunc(all, func(n Note) bool { return n.Contact != only })
	}
	return writeJSON(w, http.StatusOK, NoteList{s.finished(all)})
}

// notesOf are the finished notes on the contact that is asked for.
func (s *Server) notesOf(r *request) ([]Note, error) {
	if s.notes == nil {
		return nil, ErrNotFound
	}
	all, err := s.notes.Of(queue.ContactID(r.PathValue("contact")))
	if err != nil {
		return nil, fmt.Errorf("read notes: %w", err)
	}
	if all = s.finished(all); len(all) == 0 {
		return nil, ErrNotFound
	}
	return all, nil
}

// getNote shows what was written about a contact, each only after it is in the
// journal that it is read, and by whom.
func (s *Server) getNote(w http.ResponseWriter, r *request) error {
	list, err := s.notesOf(r)
	if err != nil {
		return err
	}
	for _, n := range list {
		if err := s.notes.Opened(n, r.author()); err != nil {
			return fmt.Errorf("note that a note is read: %w", err)
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, NoteList{list})
}

func (s *Server) deleteNote(w http.ResponseWriter, r *request) error {
	list, err := s.notesOf(r)
	if err != nil {
		return err
	}
	for _, n := range list {
		if err := s.notes.Erase(n, r.author()); err != nil {
			return fmt.Errorf("erase note: %w", err)
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
