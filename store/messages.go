package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/queue"
)

// Messages callers left. The sound is a file of its own in messages/, sealed
// while it is spoken: plain sound never touches the disk. The row says what is
// known beside it.

// The states of a message.
const (
	MessageOpen  = "open"
	MessageTaken = "taken"
	MessageDone  = "done"
)

// Message is one message a caller left. Its ID is the contact's.
type Message struct {
	ID     queue.ContactID `json:"id"`
	At     time.Time       `json:"at"`
	Queue  queue.QueueID   `json:"queue"`
	Number string          `json:"number"` // masked
	Millis int64           `json:"ms"`
	Cut    bool            `json:"cut,omitempty"` // the server stopped while it was spoken
	State  string          `json:"state"`
	By     string          `json:"by,omitempty"` // who took it
	Since  time.Time       `json:"since"`        // of the state
}

// The sound of a message: 16 bit samples, little-endian, mono.
const (
	messageRate    = 8000
	bytesPerSecond = 2 * messageRate

	messagesDir    = "messages"
	unfinished     = ".part"
	messagePurpose = "message"
)

// recorder takes the sound of one message.
type recorder struct {
	store *Store
	row   Message
	path  string

	mu     sync.Mutex // guards what follows
	file   *os.File
	sealed io.WriteCloser
	bytes  int64
	err    error
}

// BeginMessage makes room for a message. Whoever writes to it ends with Close.
func (s *Store) BeginMessage(row Message) (*recorder, error) {
	dir := filepath.Join(s.dir, messagesDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make room for messages: %w", rootCause(err))
	}
	r := &recorder{store: s, row: row, path: filepath.Join(dir, string(row.ID))}
	var err error
	if r.file, err = os.OpenFile(r.path+unfinished, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		return nil, fmt.Errorf("begin a message: %w", rootCause(err))
	}
	if r.sealed, err = s.sealStream(messagePurpose, r.file); err == nil {
		err = writeHead(r.sealed, row)
	}
	if err != nil {
		r.discard()
		return nil, fmt.Errorf("begin a message: %w", err)
	}
	return r, nil
}

// writeHead puts the row before the sound, in one line, so that a message whose
// row was never kept still knows whose it is.
func writeHead(w io.Writer, row Message) error {
	b, err := json.Marshal(row)
	if err == nil {
		_, err = w.Write(append(b, '\n'))
	}
	return err
}

// Write takes samples.
func (r *recorder) Write(pcm []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.sealed.Write(pcm)
	r.bytes += int64(n)
	r.err = err
	return n, err
}

// Close ends the message. It is kept, on the disk and in the list, when keep says
// so; else nothing is left of it.
func (r *recorder) Close(keep bool) (time.Duration, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	length := lengthOf(r.bytes)
	if !keep || r.err != nil {
		r.discard()
		return length, r.err
	}
	err := errors.Join(r.sealed.Close(), r.file.Sync(), r.file.Close())
	if err == nil {
		err = os.Rename(r.path+unfinished, r.path)
	}
	if err != nil {
		return length, fmt.Errorf("keep a message: %w", rootCause(err))
	}
	r.row.Millis = length.Milliseconds()
	return length, r.store.putMessage(r.row)
}

func (r *recorder) discard() {
	r.file.Close()
	os.Remove(r.path + unfinished)
}

func lengthOf(bytes int64) time.Duration {
	return time.Duration(bytes) * time.Second / bytesPerSecond
}

func (s *Store) putMessage(row Message) error {
	return s.update(func(tx *txn) error {
		return putJSON(tx.Bucket(bucketMessage), []byte(row.ID), row)
	})
}

// Messages returns all messages, oldest first.
func (s *Store) Messages() (all []Message, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		all = nil
		return tx.Bucket(bucketMessage).ForEach(func(k, v []byte) error {
			m, err := readMessage(k, v)
			all = append(all, m)
			return err
		})
	})
	slices.SortStableFunc(all, func(a, b Message) int { return a.At.Compare(b.At) })
	return all, err
}

// Message returns one, or ErrNotFound.
func (s *Store) Message(id queue.ContactID) (m Message, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		v := tx.Bucket(bucketMessage).Get([]byte(id))
		if v == nil {
			return fmt.Errorf("message %s: %w", id, ErrNotFound)
		}
		m, err = readMessage([]byte(id), v)
		return err
	})
	return m, err
}

func readMessage(k, v []byte) (m Message, err error) {
	if err := json.Unmarshal(v, &m); err != nil {
		return m, fmt.Errorf("message %s cannot be read: %w", k, err)
	}
	return m, nil
}

// ChangeMessage keeps what change makes of a message.
func (s *Store) ChangeMessage(id queue.ContactID, change func(*Message) error) (m Message, err error) {
	err = s.update(func(tx *txn) error {
		v := tx.Bucket(bucketMessage).Get([]byte(id))
		if v == nil {
			return fmt.Errorf("message %s: %w", id, ErrNotFound)
		}
		if m, err = readMessage([]byte(id), v); err != nil {
			return err
		}
		if err := change(&m); err != nil {
			return err
		}
		return putJSON(tx.Bucket(bucketMessage), []byte(id), m)
	})
	return m, err
}

// OpenMessage returns the sound of a message: samples, and how many bytes there
// are. Close the reader.
func (s *Store) OpenMessage(id queue.ContactID) (io.ReadCloser, int64, error) {
	m, err := s.Message(id)
	if err != nil {
		return nil, 0, err
	}
	file, err := os.Open(filepath.Join(s.dir, messagesDir, string(m.ID)))
	if err != nil {
		return nil, 0, fmt.Errorf("message %s: %w", id, rootCause(err))
	}
	plain, err := s.openStream(messagePurpose, file)
	if err == nil {
		_, err = readHead(plain)
	}
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	if m.Cut {
		plain = tolerant{plain}
	}
	size := m.Millis * bytesPerSecond / 1000 &^ 1
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(plain, size), file}, size, nil
}

// readHead takes the line before the sound.
func readHead(r io.Reader) (m Message, err error) {
	var line []byte
	for one := make([]byte, 1); len(line) < 4096; {
		if _, err := io.ReadFull(r, one); err != nil {
			return m, fmt.Errorf("the head of a message cannot be read: %w", err)
		}
		if one[0] == '\n' {
			return m, json.Unmarshal(line, &m)
		}
		line = append(line, one[0])
	}
	return m, errors.New("the head of a message cannot be read: it does not end")
}

// tolerant reads a message that is known to be cut off to where it was cut.
type tolerant struct{ io.Reader }

func (t tolerant) Read(b []byte) (int, error) {
	n, err := t.Reader.Read(b)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// EraseMessage removes a message and its sound, or answers ErrNotFound. The sound
// goes first: a row without sound is seen, sound without a row is not.
func (s *Store) EraseMessage(id queue.ContactID) error {
	if _, err := s.Message(id); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(s.dir, messagesDir, string(id))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("erase message %s: %w", id, rootCause(err))
	}
	return s.update(func(tx *txn) error { return tx.Bucket(bucketMessage).Delete([]byte(id)) })
}

// MendMessages takes in what a crash cut off: of a message that was being spoken
// all that is whole, if it is least or longer. It runs before calls come.
func (s *Store) MendMessages(least time.Duration) (mended []Message, err error) {
	names, err := filepath.Glob(filepath.Join(s.dir, messagesDir, "*"+unfinished))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		m, ok := s.salvage(name)
		if !ok || lengthOf(m.Millis*bytesPerSecond/1000) < least {
			err = errors.Join(err, os.Remove(name))
			continue
		}
		if e := errors.Join(os.Rename(name, strings.TrimSuffix(name, unfinished)), s.putMessage(m)); e != nil {
			err = errors.Join(err, fmt.Errorf("mend message %s: %w", m.ID, e))
			continue
		}
		mended = append(mended, m)
	}
	return mended, err
}

// salvage reads as much of a cut message as there is.
func (s *Store) salvage(name string) (m Message, ok bool) {
	file, err := os.Open(name)
	if err != nil {
		return m, false
	}
	defer file.Close()
	plain, err := s.openStream(messagePurpose, file)
	if err != nil {
		return m, false
	}
	if m, err = readHead(plain); err != nil {
		return m, false
	}
	n, _ := io.Copy(io.Discard, plain) // to where it was cut
	m.Cut, m.Millis = true, n*1000/bytesPerSecond
	return m, true
}
