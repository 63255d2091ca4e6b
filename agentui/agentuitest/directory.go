package agentuitest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
)

// Directory keeps everything in memory. Every user's first password is
// Password.
type Directory struct {
	// Journal is returned by Since, oldest first.
	Journal []queue.Entry
	// Records returned by Calls, newest first, and by Verify.
	Records    []queue.Call
	Violations []string
	BackupText string
	// Broken, if set, is what every answer fails with.
	Broken error
	// Full: the journal takes nothing more.
	Full bool

	mu        sync.Mutex
	users     map[string]agentui.User
	passwords map[string]string
	checks    []string
	sessions  map[[32]byte]agentui.Session
	revisions []revision
	prompts   map[string][]byte
	blocks    []queue.Block
	reading   func() error
	groups    []agentui.Group
}

type revision struct {
	agentui.Revision
	routing configs.Routing
}

// Password is every user's first one.
const Password = "sepuluh huruf"

// NewDirectory returns a directory with the demo's routing as revision 1 and
// the users sari and dewi (volunteers), rina (supervisor) and admin.
func NewDirectory() *Directory {
	d := &Directory{
		users: map[string]agentui.User{}, passwords: map[string]string{},
		sessions: map[[32]byte]agentui.Session{}, prompts: map[string][]byte{}, BackupText: "a backup",
	}
	for name, role := range map[string]agentui.Role{"sari": agentui.Volunteer, "dewi": agentui.Volunteer, "rina": agentui.Supervisor, "admin": agentui.Admin} {
		d.users[name], d.passwords[name] = agentui.User{Name: name, Role: role}, Password
	}
	d.revisions = []revision{{agentui.Revision{Number: 1, At: time.Now(), Author: "setup"}, configs.DemoRouting()}}
	return d
}

// Checks lists the names whose passwords were checked.
func (d *Directory) Checks() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.checks)
}

// Sessions counts the sessions kept.
func (d *Directory) Sessions() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.sessions)
}

func (d *Directory) CheckPassword(_ context.Context, name, password string) (agentui.User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.checks = append(d.checks, name)
	u, ok := d.users[name]
	if !ok || u.Disabled || d.passwords[name] != password {
		return agentui.User{}, agentui.ErrBadPassword
	}
	return u, d.Broken
}

func (d *Directory) User(name string) (agentui.User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, ok := d.users[name]
	if !ok {
		return u, agentui.ErrNotFound
	}
	return u, d.Broken
}

func (d *Directory) Users() ([]agentui.User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []agentui.User
	for _, u := range d.users {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b agentui.User) int { return strings.Compare(a.Name, b.Name) })
	return all, d.Broken
}

func (d *Directory) AddUser(u agentui.User, password string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.users[u.Name]; ok {
		return agentui.ErrExists
	}
	d.users[u.Name], d.passwords[u.Name] = u, password
	return d.Broken
}

func (d *Directory) ChangeUser(name string, c agentui.UserChange) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, ok := d.users[name]
	if !ok {
		return agentui.ErrNotFound
	}
	if c.Password != nil {
		d.passwords[name] = *c.Password
	}
	if c.Role != nil {
		u.Role = *c.Role
	}
	if c.Disabled != nil {
		u.Disabled = *c.Disabled
	}
	d.users[name] = u
	return d.Broken
}

func (d *Directory) PutSession(hash [32]byte, s agentui.Session) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sessions[hash] = s
	return d.Broken
}

func (d *Directory) Session(hash [32]byte) (agentui.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.sessions[hash]
	if !ok {
		return s, agentui.ErrNotFound
	}
	if d.reading != nil {
		return s, d.reading()
	}
	return s, d.Broken
}

// FailReading has f, if not nil, fail the readings of sessions from now on.
func (d *Directory) FailReading(f func() error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reading = f
}

func (d *Directory) DeleteSession(hash [32]byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sessions, hash)
	return d.Broken
}

func (d *Directory) DeleteSessionsOf(user string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for h, s := range d.sessions {
		if s.User == user {
			delete(d.sessions, h)
		}
	}
	return d.Broken
}

func (d *Directory) Routing() (configs.Routing, agentui.Revision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	last := d.revisions[len(d.revisions)-1]
	return last.routing.Clone(), last.Revision, d.Broken
}

func (d *Directory) SaveRouting(r configs.Routing, author, note string, ifRevision uint64) (agentui.Revision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	last := d.revisions[len(d.revisions)-1]
	if ifRevision != 0 && ifRevision != last.Number {
		return agentui.Revision{}, agentui.ErrConflict
	}
	rev := agentui.Revision{Number: last.Number + 1, At: time.Now(), Author: author, Note: note}
	d.revisions = append(d.revisions, revision{rev, r.Clone()})
	return rev, d.Broken
}

func (d *Directory) RoutingAt(n uint64) (configs.Routing, agentui.Revision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.revisions {
		if r.Number == n {
			return r.routing.Clone(), r.Revision, d.Broken
		}
	}
	return configs.Routing{}, agentui.Revision{}, agentui.ErrNotFound
}

func (d *Directory) Revisions() ([]agentui.Revision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []agentui.Revision
	for _, r := range slices.Backward(d.revisions) {
		all = append(all, r.Revision)
	}
	return all, d.Broken
}

func (d *Directory) Prompt(name string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b, ok := d.prompts[name]
	if !ok {
		return nil, agentui.ErrNotFound
	}
	return b, d.Broken
}

func (d *Directory) PutPrompt(name string, wav []byte, _ string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.prompts[name] = wav
	return d.Broken
}

func (d *Directory) DeletePrompt(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.prompts, name)
	return d.Broken
}

func (d *Directory) Calls(since time.Time, each func(queue.Call) bool) error {
	for _, c := range d.Records {
		if !c.Started.Before(since) && !each(c) {
			break
		}
	}
	return d.Broken
}

// Since gives Journal.
func (d *Directory) Since(since time.Time, each func(queue.Entry) bool) error {
	for _, e := range d.Journal {
		if !e.At.Before(since) && !each(e) {
			break
		}
	}
	return d.Broken
}

// Append adds to Journal.
func (d *Directory) Append(e queue.Entry) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.Full {
		return errors.New("the disk is full")
	}
	e.At = time.Now()
	d.Journal = append(d.Journal, e)
	return nil
}

// Verify gives Violations.
func (d *Directory) Verify() ([]string, error) { return d.Violations, d.Broken }

func (d *Directory) Backup(w io.Writer) error {
	if d.BackupText == "" {
		io.WriteString(w, "half a")
		return errors.New("disk trouble")
	}
	_, err := io.WriteString(w, d.BackupText)
	return err
}

// HasKey tells whether a session is kept under something that begins with key.
func (d *Directory) HasKey(key []byte) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for h := range d.sessions {
		if bytes.HasPrefix(h[:], key) || bytes.HasPrefix(key, h[:]) {
			return true
		}
	}
	return false
}

// Groups and AddGroup are part of agentui.Directory.
func (d *Directory) Groups() ([]agentui.Group, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.groups), d.Broken
}

func (d *Directory) AddGroup(g agentui.Group, most int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.groups = append(d.groups, g)
	d.groups = d.groups[max(0, len(d.groups)-most):]
	return d.Broken
}
