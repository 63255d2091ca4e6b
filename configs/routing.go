package configs

import (
	"strings"
	"time"
)

// Routing is everything an admin may change while calls run: which number
// leads to which queue, how each queue treats its callers, and who answers.
// It lives in the store as numbered revisions and travels as YAML or JSON.
type Routing struct {
	Numbers      []Number      `yaml:"numbers" json:"numbers" doc:"The numbers callers dial and the queue each leads to."`
	Menus        []Menu        `yaml:"menus" json:"menus" doc:"What callers are asked before they enter a queue."`
	Hours        []Hours       `yaml:"hours" json:"hours" doc:"When queues are open."`
	Queues       []Queue       `yaml:"queues" json:"queues" doc:"The lines callers wait in."`
	Agents       []Agent       `yaml:"agents" json:"agents" doc:"The volunteers who answer, and for which queues."`
	Outgoing     Outgoing      `yaml:"outgoing" json:"outgoing" doc:"Which calls volunteers may place as the helpline."`
	Blocked      Blocked       `yaml:"blocked" json:"blocked" doc:"What happens to blocked callers."`
	Flood        Flood         `yaml:"flood" json:"flood" doc:"How many calls of one caller are served like everybody's."`
	Shifts       Shifts        `yaml:"shifts" json:"shifts" doc:"The plan of who comes when; without one everybody comes and goes as she likes."`
	Care         Care          `yaml:"care" json:"care" doc:"What a volunteer is spared."`
	Messages     Messages      `yaml:"messages" json:"messages" doc:"How callers leave a message, and how long it is kept."`
	Notes        Notes         `yaml:"notes" json:"notes" doc:"What volunteers write down about a contact, and how long it is kept."`
	PauseReasons []PauseReason `yaml:"pause_reasons" json:"pause_reasons" doc:"What a volunteer may choose when she pauses."`
	Dispositions []Disposition `yaml:"dispositions" json:"dispositions" doc:"How a volunteer may describe a finished contact in wrap-up."`
}

// Number is one dialled number of the trunk.
type Number struct {
	Number   string `yaml:"number" json:"number" doc:"The number as the trunk delivers it, digits only or with a leading +."`
	Queue    string `yaml:"queue" json:"queue" doc:"The queue its callers enter."`
	Menu     string `yaml:"menu" json:"menu" default:"" doc:"The menu its callers are asked first; empty: none. Who comes back to her place, or after a talk that broke off, is not asked again."`
	Language string `yaml:"language" json:"language" default:"id" choices:"id,en" doc:"The language of the prompts: id or en."`
}

// Queue is one line callers wait in.
type Queue struct {
	ID               string   `yaml:"id" json:"id" doc:"Short stable name, used by numbers, agents and reports."`
	Label            string   `yaml:"label" json:"label" doc:"What volunteers see when a call rings."`
	Strategy         string   `yaml:"strategy" json:"strategy" default:"longest_idle" choices:"longest_idle,ring_all,fewest_calls,least_talk,round_robin,linear,random,weighted_random,ring_n,ring_progressive" doc:"Who rings first, and how many at once."`
	RingFor          Duration `yaml:"ring_for" json:"ring_for" default:"20s" doc:"How long one volunteer's browser or phone rings before the next is tried."`
	RingN            int      `yaml:"ring_n" json:"ring_n" default:"3" doc:"How many ring at once with the strategy ring_n."`
	RingStep         Duration `yaml:"ring_step" json:"ring_step" default:"10s" doc:"With the strategy ring_progressive one more volunteer rings each time so long has passed; those who ring go on."`
	Steps            []Step   `yaml:"steps" json:"steps" doc:"Who else may be rung when a caller has waited for a while."`
	Weight           int      `yaml:"weight" json:"weight" default:"0" doc:"Of queues that share volunteers, the callers of the one with more weight are served first."`
	Greeting         string   `yaml:"greeting" json:"greeting" default:"greeting" doc:"The prompt every caller hears first."`
	Music            string   `yaml:"music" json:"music" default:"music" doc:"The prompt that loops while a caller waits or is held."`
	AnnounceEvery    Duration `yaml:"announce_every" json:"announce_every" default:"45s" doc:"How often a waiting caller is told her position, if it improved; 0s never."`
	AnnouncePosition string   `yaml:"announce_position" json:"announce_position" default:"yes" choices:"yes,no,limit,more" doc:"Which positions are told: all, none, only those up to announce_limit, or beyond it that more than so many are before her."`
	AnnounceLimit    int      `yaml:"announce_limit" json:"announce_limit" default:"0" doc:"The last position that is told, with limit and more; 0 no limit."`
	AnnounceWait     bool     `yaml:"announce_wait" json:"announce_wait" default:"false" doc:"Whether she is told how long it may take, in whole minutes from and to; it never grows, and is not said before it can be known."`
	Comfort          []string `yaml:"comfort" json:"comfort" doc:"The prompts that are said in turn while she waits; none: the built-in ones, that she is not alone and that 0 twice ends the call."`
	ComfortEvery     Duration `yaml:"comfort_every" json:"comfort_every" default:"60s" doc:"How often one of them is said, if nothing else was; 0s never."`
	MaxWaiting       int      `yaml:"max_waiting" json:"max_waiting" default:"0" doc:"How many may wait at once; 0 means no limit."`
	MaxExpectedWait  Duration `yaml:"max_expected_wait" json:"max_expected_wait" default:"0s" doc:"Who would wait longer than this takes the exit at once; 0s no limit. An empty queue admits everybody."`
	MaxRatio         float64  `yaml:"max_ratio" json:"max_ratio" default:"0" doc:"How many may wait for each volunteer at work; 0 means no limit. An empty queue admits everybody."`
	MaxWait          Duration `yaml:"max_wait" json:"max_wait" default:"15m" doc:"How long a caller waits at most before the exit is taken."`
	MaxWaitNobody    Duration `yaml:"max_wait_nobody" json:"max_wait_nobody" default:"2m" doc:"How long a caller waits while no volunteer of this queue is on shift. Who does not respond or has no sound is not; a break counts for half an hour."`
	Ladder           []Rung   `yaml:"ladder" json:"ladder" doc:"What is said to a caller who has waited for a while, and what she may choose then."`
	Callback         Callback `yaml:"callback" json:"callback" doc:"How callers are called back who chose so on the ladder, or were promised it."`
	Exit             Exit     `yaml:"exit" json:"exit" doc:"What happens when a caller has waited too long: another queue, closing words, or a message."`
	Hours            string   `yaml:"hours" json:"hours" default:"" doc:"When it is open; empty: always."`
	Closed           Closing  `yaml:"closed" json:"closed" doc:"Closes the queue now, whatever its hours say."`
	MinPlanned       int      `yaml:"min_planned" json:"min_planned" default:"1" doc:"How many volunteers should be planned while it is open; with fewer the shift plan shows a gap. 0 never."`
	Cover            []Cover  `yaml:"cover" json:"cover" doc:"Whom else the shift plan should have while it is open, like a woman or somebody who speaks English."`
	WhenClosed       Exit     `yaml:"when_closed" json:"when_closed" doc:"Where callers go while it is closed; nothing: they hear the words closed."`
	AtClosing        string   `yaml:"at_closing" json:"at_closing" default:"keep" choices:"keep,exit,callback" doc:"Who waits when it closes: keep, they wait on and are answered; callback, they are asked whether they would rather be called back, and else wait on; exit, they go where callers go while it is closed."`
	ResumeFor        Duration `yaml:"resume_for" json:"resume_for" default:"5m" doc:"Who hung up while she waited and calls again within this time has her place back; 0s never."`
	DropReturnFor    Duration `yaml:"drop_return_for" json:"drop_return_for" default:"10m" doc:"Whose talk broke off and who calls again within this time goes to the head, to the same volunteer first; 0s never."`
	WrapUpMode       string   `yaml:"wrap_up_mode" json:"wrap_up_mode" default:"timed_extendable" choices:"none,timed,timed_extendable,until_done" doc:"How the volunteer's writing time ends: none at all; timed, after wrap_up; timed_extendable, likewise but she may add wrap_up_extend; until_done, when she says so, an hour at most."`
	WrapUp           Duration `yaml:"wrap_up" json:"wrap_up" default:"120s" doc:"The volunteer's writing time after a contact; 0s none."`
	WrapUpExtend     Duration `yaml:"wrap_up_extend" json:"wrap_up_extend" default:"120s" doc:"How much one press of Extend adds."`
	ShowSafety       bool     `yaml:"show_safety" json:"show_safety" default:"false" doc:"Whether a ringing call says what is known of the caller's safety by her number: that it is not safe to call her, that she was to be called back, that her last talk broke off. A number is no proof of who calls, so it does not unless you say so. What she pressed in this call is always shown."`
	Supervision      bool     `yaml:"supervision" json:"supervision" default:"true" doc:"Whether supervisors may listen to its talks, whisper to the volunteer, join or take over. Say in the greeting that somebody may listen. A volunteer's SOS is answered either way."`
	ShortAbandon     Duration `yaml:"short_abandon" json:"short_abandon" default:"5s" doc:"A caller who leaves within this time counts as abandoned_short."`
}

// Exit is the way out of a queue that nobody could answer. Exactly one of its
// fields is set.
type Exit struct {
	Queue   string `yaml:"queue,omitempty" json:"queue,omitempty" doc:"The queue that takes over; its own max_wait begins anew."`
	Words   string `yaml:"words,omitempty" json:"words,omitempty" doc:"The prompt that is played before the call ends."`
	Message bool   `yaml:"message,omitempty" json:"message,omitempty" default:"false" doc:"She may leave a message; then the call ends."`
}

// Agent is one volunteer. ID is the name she signs in with.
type Agent struct {
	ID     string   `yaml:"id" json:"id" doc:"The user name she signs in with."`
	Name   string   `yaml:"name" json:"name" doc:"The alias shown on screens, never to callers."`
	Queues []string `yaml:"queues" json:"queues" doc:"The queues she answers."`
	Dial   bool     `yaml:"dial" json:"dial" default:"false" doc:"Whether she may call out, to what outgoing allows."`
	Mobile string   `yaml:"mobile" json:"mobile" default:"" doc:"Her own mobile number with country code, if she may be rung there; callers never see it."`

	Tiers      []Tier   `yaml:"tiers" json:"tiers" doc:"For queues where she is rung later than others; the others are tier 0."`
	Languages  []string `yaml:"languages" json:"languages" doc:"The languages she speaks, like id or en; empty means id."`
	Gender     string   `yaml:"gender" json:"gender" default:"" choices:",f,m" doc:"Her gender, for callers who ask for a woman or a man: f or m. Who asked is only ever brought to volunteers of whom it is known."`
	Topics     []string `yaml:"topics" json:"topics" doc:"What she is trained for beyond the rest, by the names menus use."`
	Weight     int      `yaml:"weight" json:"weight" default:"1" doc:"With the strategy weighted_random, who has twice the weight is rung first twice as often."`
	Supervisor bool     `yaml:"supervisor" json:"supervisor" default:"false" doc:"Whether she is kept for the steps that ring supervisors."`
}

// PauseReason is one choice of the pause menu.
type PauseReason struct {
	Code  string `yaml:"code" json:"code" doc:"Stable name kept in the journal."`
	Label Label  `yaml:"label" json:"label" doc:"What the volunteer reads."`
}

// Disposition is one choice of the wrap-up form.
type Disposition struct {
	Code        string   `yaml:"code" json:"code" doc:"Stable name kept in the journal."`
	Label       Label    `yaml:"label" json:"label" doc:"What the volunteer reads."`
	WrapUp      Duration `yaml:"wrap_up" json:"wrap_up,omitempty" default:"0s" doc:"Who chooses it has at least so long to write, however long the queue gives; 0s as the queue says."`
	Heavy       bool     `yaml:"heavy" json:"heavy,omitempty" default:"false" doc:"Whether such a contact weighs on the volunteer; see care."`
	NewIncident bool     `yaml:"new_incident" json:"new_incident,omitempty" default:"false" doc:"Whether it says that something new happened to her. Then what she answered before about being called counts no more: nobody calls her until she says anew that it is safe."`
	Kind        string   `yaml:"kind" json:"kind,omitempty" default:"data" choices:"data,non_data" doc:"data: somebody was helped; the wrap-up is not finished before it is noted whether she could talk safely. non_data: one key and nothing more, as for a wrong number."`
}

// The kinds of disposition.
const (
	Data    = "data"
	NonData = "non_data"
)

// Label is a text in the screen's two languages.
type Label struct {
	EN string `yaml:"en" json:"en" doc:"English."`
	ID string `yaml:"id" json:"id" doc:"Indonesian."`
}

// Duration is a time.Duration that reads and writes "20s" in YAML and JSON.
type Duration time.Duration

// D returns d as the standard library's type.
func (d Duration) D() time.Duration { return time.Duration(d) }

// String returns d as a person writes it: 1h30m, not 1h30m0s.
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText writes d as "20s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "20s", "2m30s"; a bare number is refused because its
// unit would be a guess.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return err
	}
	*d = Duration(v)
	return nil
}
