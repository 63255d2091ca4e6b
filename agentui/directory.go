package agentui

import (
	"context"
	"errors"
	"io"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// Errors a Directory answers with; anything else is the disk's trouble and
// becomes a 500 without details.
var (
	ErrNotFound    = errors.New("not found")
	ErrExists      = errors.New("exists already")
	ErrConflict    = errors.New("changed by someone else meanwhile")
	ErrBadPassword = errors.New("wrong user name or password")
)

// Directory is what is kept: accounts, sessions, the routing document, call
// records, prompts. The store satisfies it through an adapter in cmd.
type Directory interface {
	Accounts
	Sessions
	Documents
	Records
	Blocks
	Groups
}

// Accounts are the people who may sign in.
type Accounts interface {
	// CheckPassword answers ErrBadPassword for an unknown name, a wrong
	// password and a disabled account alike, after the same time: it hashes
	// the password in each case.
	CheckPassword(ctx context.Context, name, password string) (User, error)
	User(name string) (User, error) // ErrNotFound
	Users() ([]User, error)         // by name
	AddUser(u User, password string) error
	ChangeUser(name string, c UserChange) error
}

// Sessions are the signed-in browsers that survive a restart, under the
// SHA-256 of their cookie. A session that is not there is ErrNotFound.
type Sessions interface {
	PutSession(hash [32]byte, s Session) error
	Session(hash [32]byte) (Session, error)
	DeleteSession(hash [32]byte) error
	DeleteSessionsOf(user string) error
}

// Documents are the routing document's revisions and the uploaded prompts.
type Documents interface {
	Routing() (configs.Routing, Revision, error)
	// SaveRouting keeps r as the next revision if the current one is still
	// ifRevision (0: whatever it is), else ErrConflict.
	SaveRouting(r configs.Routing, author, note string, ifRevision uint64) (Revision, error)
	RoutingAt(revision uint64) (configs.Routing, Revision, error)
	Revisions() ([]Revision, error) // newest first

	Prompt(name string) ([]byte, error) // the uploaded WAV
	PutPrompt(name string, wav []byte, author string) error
	DeletePrompt(name string) error
}

// Records are the calls and the journal behind them.
type Records interface {
	// Calls gives the calls that started at or after since, newest first,
	// until each returns false.
	Calls(since time.Time, each func(queue.Call) bool) error
	// Since gives the journal's entries of since and later, oldest first,
	// until each returns false.
	Since(since time.Time, each func(queue.Entry) bool) error
	// Append keeps an entry in the journal, of now; when it returns it is on the
	// disk.
	Append(e queue.Entry) error
	Verify() (violations []string, err error)
	Backup(w io.Writer) error
}

// Blocks are the blocked callers.
type Blocks interface {
	Blocks() ([]queue.Block, error) // oldest first
	AddBlock(queue.Block) error
	// ApproveBlock answers ErrConflict to who asked for the block herself.
	ApproveBlock(id queue.BlockID, by string, expires time.Time) (queue.Block, error)
	RemoveBlock(queue.BlockID) error
	// Pseudonym stands for a number, in the form of queue.CallerKey, that must not
	// be kept.
	Pseudonym(number string) string
}

// Groups are those of volunteers of which figures were given, so that no two of them
// give a figure about one person, before and after a restart.
type Groups interface {
	Groups() ([]Group, error) // oldest first
	// AddGroup keeps one more; of more than most the oldest go.
	AddGroup(g Group, most int) error
}

// Group is a group of which figures of that time were given: of that queue, or
// (empty) of all.
type Group struct {
	From, To time.Time
	Queue    queue.QueueID
	Agents   []queue.AgentID
}

// Desk decides who talks to whom; *queue.Desk is one.
type Desk interface {
	Post(queue.Event)
	Snapshot() *queue.Snapshot
	// Conservation is what the laws of the journal say of this run.
	Conservation() queue.Conservation
	// View is the agent's state now; false for who is on no queue's list.
	View(queue.AgentID) (queue.AgentView, bool)
	// Waiting lists who waits; Why says why one of them still does, nil if she
	// does not.
	Waiting(context.Context) ([]queue.WaitingCaller, error)
	Why(context.Context, queue.ContactID) (*queue.Why, error)
	// CancelCallback, UrgeCallback, AnswerSafety and FinishWrapUp are done, or answer why not.
	CancelCallback(ctx context.Context, id queue.ContactID, by string) (why string, err error)
	UrgeCallback(ctx context.Context, id queue.ContactID, by string) (why string, err error)
	AnswerSafety(ctx context.Context, id queue.ContactID, answer queue.SafetyAnswer, by string) (why string, err error)
	FinishWrapUp(ctx context.Context, agent queue.AgentID, contact queue.ContactID, disposition string, talk queue.TalkSafe) (why string, err error)
}

// Phone is the sound between browsers and server; media.Peers is one through
// an adapter in cmd, which also hands its state changes to Server.PathChanged.
type Phone interface {
	// Offer answers a browser's offer: a new path, or the old one changed.
	Offer(ctx context.Context, agent queue.AgentID, sdp string) (answer string, err error)
	// Check plays the chime to the browser and listens to it for about a
	// second.
	Check(ctx context.Context, agent queue.AgentID) (CheckResult, error)
	// Echo keeps three seconds of what comes from the browser and plays them back
	// to it.
	Echo(ctx context.Context, agent queue.AgentID) (EchoResult, error)
	// Legs is what the leg to the agent's browser and that to the contact's caller
	// counted; nil: there is none.
	Legs(agent queue.AgentID, contact queue.ContactID) (browser, caller *LegFigures)
	// Close ends the path. It is no loss: PathChanged need not follow.
	Close(agent queue.AgentID)
}

// CheckResult is what came from a browser's microphone during a check.
type CheckResult struct {
	Packets int
	LevelDB float64
}

// EchoResult is how what was played back had come.
type EchoResult struct {
	CheckResult
	Lost   int // packets that never came
	Jitter time.Duration
}

// Prompts are the sounds callers hear, built-in and uploaded; media.Library is
// one through an adapter in cmd.
type Prompts interface {
	// Names lists every prompt there is to play.
	Names() []PromptInfo
	// Shipped is the sound the program brings along under name, as a WAV file,
	// in the language if it comes in several.
	Shipped(name, language string) ([]byte, bool)
	// Check reads wav and says how long it plays, or what is wrong with it and
	// what to do.
	Check(wav []byte) (time.Duration, error)
	// Set makes a checked wav playable under name; Delete gives the built-in
	// one back, if there is one.
	Set(name string, wav []byte) error
	Delete(name string)
}

// Role is what a user may do. Both supervisors and admins may what volunteers may;
// an admin sees nothing of callers, which a supervisor does.
type Role string

// The roles, from least to most.
const (
	Volunteer  Role = "volunteer"
	Supervisor Role = "supervisor"
	Admin      Role = "admin"
)

// User is an account, without its secrets.
type User struct {
	Name     string `json:"name"`
	Role     Role   `json:"role"`
	Disabled bool   `json:"disabled"`
}

// UserChange is what to change of an account; nil leaves a thing as it is.
type UserChange struct {
	Password *string `json:"password,omitempty"`
	Role     *Role   `json:"role,omitempty"`
	Disabled *bool   `json:"disabled,omitempty"`
}

// Session is a signed-in browser.
type Session struct {
	User     string
	Created  time.Time
	Expires  time.Time // absolute
	LastSeen time.Time
	Locked   bool // the page is covered until she gives her password
}

// Revision is one version of the routing document.
type Revision struct {
	Number uint64    `json:"revision"`
	At     time.Time `json:"at"`
	Author string    `json:"author"`
	Note   string    `json:"note,omitempty"`
}

// PromptInfo is one prompt in the list.
type PromptInfo struct {
	Name     string        `json:"name"`
	Builtin  bool          `json:"builtin"`  // comes with the program
	Uploaded bool          `json:"uploaded"` // replaced or added by an admin, for all callers
	Duration time.Duration `json:"-"`
	Millis   int64         `json:"duration_ms"`

	Languages []string `json:"languages,omitempty"` // whose callers have an uploaded one of their own
}

// PromptLanguages are those a prompt can be uploaded for; it is kept under the
// language, a slash and its name, and plays before the one for all callers.
var PromptLanguages = []string{"id", "en"}
