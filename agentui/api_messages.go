package agentui

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"sahut/queue"
)

// Messages are what callers left when nobody could answer.
type Messages interface {
	// List returns all, oldest first.
	List() ([]Message, error)
	// Sound opens one to listen to: 16 bit samples at 8 kHz, and how many bytes.
	// That somebody does is noted.
	Sound(id queue.ContactID, by string) (io.ReadCloser, int64, error)
	// Change sets the state.
	Change(id queue.ContactID, state, by string) (Message, error)
	Erase(id queue.ContactID, by string) error
}

// Message is a message as its list has it.
type Message struct {
	ID     queue.ContactID `json:"id"`
	At     time.Time       `json:"at"`
	Queue  queue.QueueID   `json:"queue"`
	Number string          `json:"number"` // masked
	Millis int64           `json:"ms"`
	Cut    bool            `json:"cut,omitempty"` // the server stopped while it was spoken
	State  string          `json:"state"`         // open, taken, done
	By     string          `json:"by,omitempty"`
	Since  time.Time       `json:"since"` // of the state
}

// MessageList is the messages one may hear.
type MessageList struct {
	Messages []Message `json:"messages"`
}

// MessageChange is what is done with a message.
type MessageChange struct {
	State string `json:"state"` // open, taken, done
}

var messageStates = []string{"open", "taken", "done"}

// mayHear: supervisors all, others those of the queues they answer.
func (s *Server) mayHear(r *request, m Message) bool {
	if r.operator || r.user.Role == Supervisor {
		return true
	}
	view, known := s.desk.View(queue.AgentID(r.user.Name))
	return known && slices.ContainsFunc(view.Queues, func(q queue.QueueView) bool { return q.Queue == m.Queue })
}

func (s *Server) getMessages(w http.ResponseWriter, r *request) error {
	list := MessageList{Messages: []Message{}}
	if s.messages == nil {
		return writeJSON(w, http.StatusOK, list)
	}
	all, err := s.messages.List()
	if err != nil {
		return fmt.Errorf("list messages: %w", err)
	}
	for _, m := range all {
		if s.mayHear(r, m) {
			list.Messages = append(list.Messages, m)
		}
	}
	return writeJSON(w, http.StatusOK, list)
}

// message returns the one that is asked for. Of those one may not hear, one does
// not learn that they are there.
func (s *Server) message(r *request) (Message, error) {
	if s.messages == nil {
		return Message{}, ErrNotFound
	}
	all, err := s.messages.List()
	if err != nil {
		return Message{}, fmt.Errorf("list messages: %w", err)
	}
	i := slices.IndexFunc(all, func(m Message) bool { return string(m.ID) == r.PathValue("id") })
	if i < 0 || !s.mayHear(r, all[i]) {
		return Message{}, ErrNotFound
	}
	return all[i], nil
}

// getMessageSound streams the sound as it is decrypted; it is kept nowhere.
func (s *Server) getMessageSound(w http.ResponseWriter, r *request) error {
	m, err := s.message(r)
	if err != nil {
		return err
	}
	sound, size, err := s.messages.Sound(m.ID, r.author())
	if err != nil {
		return fmt.Errorf("open message: %w", err)
	}
	defer sound.Close()
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Content-Length", strconv.FormatInt(size+wavHeadSize, 10))
	w.Header().Set("Cache-Control", "no-store")
	w.Write(wavHead(size))
	if n, err := io.Copy(w, sound); err != nil || n != size {
		s.log.Error("a message broke off while it was listened to", "contact", m.ID, "err", err)
		panic(http.ErrAbortHandler) // half a message must not sound like a whole one
	}
	return nil
}

const wavHeadSize = 44

// wavHead is the head of 16 bit mono sound at 8 kHz.
func wavHead(size int64) []byte {
	le := binary.LittleEndian
	b := append(le.AppendUint32([]byte("RIFF"), uint32(36+size)), "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1) // PCM
	b = le.AppendUint16(b, 1) // mono
	b = le.AppendUint32(b, 8000)
	b = le.AppendUint32(b, 16000)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	return le.AppendUint32(append(b, "data"...), uint32(size))
}

// patchMessage takes a message, gives it back, or marks it done. What a
// colleague took is hers, until she or a supervisor gives it back.
func (s *Server) patchMessage(w http.ResponseWriter, r *request) error {
	var c MessageChange
	if err := readJSON(w, r, &c); err != nil {
		return err
	}
	m, err := s.message(r)
	switch {
	case err != nil:
		return err
	case !slices.Contains(messageStates, c.State):
		return badRequest("state is open, taken or done.")
	case m.State == "taken" && m.By != r.author() && r.user.Role != Supervisor && !r.operator:
		return &Problem{Status: http.StatusConflict, Code: "taken", Detail: "Another volunteer has taken this message."}
	}
	changed, err := s.messages.Change(m.ID, c.State, r.author())
	if err != nil {
		return fmt.Errorf("change message: %w", err)
	}
	return writeJSON(w, http.StatusOK, changed)
}

func (s *Server) deleteMessage(w http.ResponseWriter, r *request) error {
	m, err := s.message(r)
	if err != nil {
		return err
	}
	if err := s.messages.Erase(m.ID, r.author()); err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("erase message: %w", err)
	}
	s.log.Info("message erased", "contact", m.ID, "by", r.author())
	w.WriteHeader(http.StatusNoContent)
	return nil
}
