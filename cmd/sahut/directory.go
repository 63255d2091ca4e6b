package main

import (
	"context"
	"errors"
	"io"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
	"sahut/store"
)

// directory fits the store to agentui.Directory: the same things under the
// names each room gives them.
type directory struct{ store *store.Store }

// known translates the store's sentinels into those of the screens.
func known(err error) error {
	for from, to := range map[error]error{
		store.ErrNotFound: agentui.ErrNotFound, store.ErrExists: agentui.ErrExists,
		store.ErrConflict: agentui.ErrConflict, store.ErrBadPassword: agentui.ErrBadPassword,
	} {
		if errors.Is(err, from) {
			return to
		}
	}
	return err
}

func asUser(u store.User) agentui.User {
	return agentui.User{Name: u.Name, Role: agentui.Role(u.Role), Disabled: u.Disabled}
}

func asRevision(r store.Revision) agentui.Revision {
	return agentui.Revision{Number: r.Number, At: r.At, Author: r.Author, Note: r.Note}
}

func (d directory) CheckPassword(ctx context.Context, name, password string) (agentui.User, error) {
	u, err := d.store.CheckPassword(ctx, name, password)
	return asUser(u), known(err)
}

func (d directory) User(name string) (agentui.User, error) {
	u, err := d.store.User(name)
	return asUser(u), known(err)
}

func (d directory) Users() ([]agentui.User, error) {
	users, err := d.store.Users()
	all := make([]agentui.User, 0, len(users))
	for _, u := range users {
		all = append(all, asUser(u))
	}
	return all, err
}

func (d directory) AddUser(u agentui.User, password string) error {
	return known(d.store.AddUser(u.Name, string(u.Role), password))
}

func (d directory) ChangeUser(name string, c agentui.UserChange) error {
	return known(d.store.ChangeUser(name, c.Password, (*string)(c.Role), c.Disabled))
}

func (d directory) PutSession(h [32]byte, s agentui.Session) error {
	return d.store.PutSession(h, store.Session(s))
}

func (d directory) Session(h [32]byte) (agentui.Session, error) {
	s, err := d.store.Session(h)
	return agentui.Session(s), known(err)
}

func (d directory) DeleteSession(h [32]byte) error     { return d.store.DeleteSession(h) }
func (d directory) DeleteSessionsOf(user string) error { return d.store.DeleteSessionsOf(user) }

func (d directory) Routing() (configs.Routing, agentui.Revision, error) {
	r, rev, err := d.store.Routing()
	return r, asRevision(rev), known(err)
}

func (d directory) SaveRouting(r configs.Routing, author, note string, ifRevision uint64) (agentui.Revision, error) {
	rev, err := d.store.SaveRouting(r, author, note, ifRevision)
	return asRevision(rev), known(err)
}

func (d directory) RoutingAt(n uint64) (configs.Routing, agentui.Revision, error) {
	r, rev, err := d.store.RoutingAt(n)
	return r, asRevision(rev), known(err)
}

func (d directory) Revisions() ([]agentui.Revision, error) {
	list, err := d.store.Revisions()
	all := make([]agentui.Revision, 0, len(list))
	for _, r := range list {
		all = append(all, asRevision(r))
	}
	return all, err
}

func (d directory) Prompt(name string) ([]byte, error) {
	wav, err := d.store.Prompt(name)
	return wav, known(err)
}

func (d directory) PutPrompt(name string, wav []byte, author string) error {
	return d.store.PutPrompt(name, wav, author)
}

func (d directory) DeletePrompt(name string) error { return known(d.store.DeletePrompt(name)) }

func (d directory) Calls(since time.Time, each func(queue.Call) bool) error {
	return d.store.Calls(since, each)
}

// Since gives the journal's entries of since and later.
func (d directory) Since(since time.Time, each func(queue.Entry) bool) error {
	return d.store.Since(since, each)
}

// Append keeps an entry of now.
func (d directory) Append(e queue.Entry) error {
	e.At = time.Now()
	return d.store.Append([]queue.Entry{e})
}

func (d directory) Blocks() ([]queue.Block, error)     { return d.store.Blocks() }
func (d directory) AddBlock(b queue.Block) error       { return known(d.store.AddBlock(b)) }
func (d directory) RemoveBlock(id queue.BlockID) error { return known(d.store.RemoveBlock(id)) }
func (d directory) Pseudonym(number string) string     { return d.store.Pseudonym(number) }

func (d directory) ApproveBlock(id queue.BlockID, by string, expires time.Time) (queue.Block, error) {
	b, err := d.store.ApproveBlock(id, by, expires)
	return b, known(err)
}

func (d directory) Groups() ([]agentui.Group, error) {
	list, err := d.store.Groups()
	all := make([]agentui.Group, 0, len(list))
	for _, g := range list {
		all = append(all, agentui.Group(g))
	}
	return all, err
}

func (d directory) AddGroup(g agentui.Group, most int) error {
	return d.store.AddGroup(store.Group(g), most)
}

func (d directory) Verify() ([]string, error) { return d.store.Verify() }
func (d directory) Backup(w io.Writer) error  { return d.store.Backup(w) }
