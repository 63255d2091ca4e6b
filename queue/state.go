package queue

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"time"

	"sahut/configs"
)

// How long the desk bears things that depend on others. Every state that is
// not a rest has a deadline of its own, so nobody is ever stuck.
const (
	connectWithin   = 8 * time.Second  // from Connect to Connected
	endWithin       = 5 * time.Second  // from End to HungUp
	establishWithin = 90 * time.Second // from Answer to Established; SIP gives up after 32 s by itself
	closeWithin     = 5 * time.Minute  // from Close to HungUp: longer than any closing words
	reconnectWithin = 20 * time.Second // an agent's screen or path may be away
	declinePause    = 10 * time.Second // before a declined contact rings the same agent again
	announceGap     = 20 * time.Second // between two announcements to one caller
	viewsEvery      = time.Second      // queue figures on agents' screens, at most
	viewsSettle     = time.Second / 10 // and not before a burst is over
	missesAllowed   = 2                // ring-outs in a row that make her not_responding

	// One tick fires at most this many deadlines; the rest stay due, and the
	// events that came meanwhile have their turn first.
	deadlinesPerTick = 256
)

// state is all the desk knows. apply is its only way to change; it does no
// I/O, reads no clock and starts no goroutine, so a test, a simulation and a
// replay run exactly what the desk runs.
type state struct {
	// The routing document, taken apart in route.go.
	routing      configs.Routing
	revision     uint64
	lines        []*line // in the document's order
	lineByID     map[QueueID]*line
	numbers      map[string]number
	menus        map[string]configs.Menu
	pauses       map[string]bool
	dispositions map[string]bool
	heavy        map[string]bool // of the dispositions
	incidents    map[string]bool // of the dispositions: something new happened to her
	helped       map[string]bool // of the dispositions: somebody was
	wrapUps      map[string]time.Duration
	messages     configs.Messages
	care         configs.Care
	barring      configs.Blocked
	flood        configs.Flood
	languages    map[QueueID]string // of the first number that leads there
	outgoing     configs.Outgoing
	country      string    // whose numbers are dialled without a country code
	seed         uint64    // of the last tiebreak
	entropy      io.Reader // of the ids of contacts that begin here
	pseudonym    func(number string) string

	// Who is here.
	agents   map[AgentID]*agent
	roster   []*agent // those of the document, in its order
	contacts map[ContactID]*contact
	offers   map[OfferID]*offer
	visitors visitors
	blocks   blocks
	floods   floods
	safety   safeties

	callbacks  map[ContactID]*callback
	callbackBy map[string]*callback // by the caller's pseudonym

	awaiting  []*contact               // transferred to one volunteer, oldest first
	alarms    []*contact               // with an SOS, oldest first
	drills    map[ContactID]*rehearsal // trial calls, which count nowhere
	walk      *rehearsal               // the latest, until it is reported
	drill     *DrillView               // how the latest one went
	drillPath bool                     // DrillAgent's path was proven
	draining  bool
	// Nobody rings phones: she can only choose her browser.
	onlyBrowsers bool
	// Nobody looks at screens, and nobody is really called; see Replay.
	unseen   bool
	supposed bool

	timers    deadlines
	viewsDue  token
	viewsLast time.Time
	floorNews bool // running talks changed since supervisors saw them
	lastSeq   uint64
	lastOffer OfferID
	ready     int // agents in state ready who answer any line
	charges   int // outgoing legs now
	ledger    ledger
	placed    map[ContactID]bool // calls of an earlier run that we placed, see recount
	tally     tally

	// Of the event being applied.
	now         time.Time
	records     []Effect
	orders      []Effect
	partings    []Effect // orders that come after all others
	notices     []Effect
	changed     []*agent      // whose screens must be shown anew
	newcomers   []*contact    // entered a line and were told no place yet
	unexplained []*contact    // whose reasons are to be kept; see explain.go
	reasons     []reasonCount // scratch of exclusions
	touched     []*line       // whose head, figures or settings changed
	ringing     []rank        // scratch of ringSet
	sparing     bool          // of eligible: somebody was spared whose shift ends soon
	cursors     []cursor      // scratch of match
}

func newState(r configs.Routing, revision, seed uint64, now time.Time) *state {
	s := &state{
		revision: revision,
		seed:     seed,
		entropy:  entropyOf(seed),
		blocks:   newBlocks(),
		safety:   safeties{of: map[string]*SafetyProfile{}},
		country:  "ID",
		drills:   map[ContactID]*rehearsal{},
		placed:   map[ContactID]bool{},
		now:      now,
		lineByID: map[QueueID]*line{},
		agents:   map[AgentID]*agent{},
		contacts: map[ContactID]*contact{},
		offers:   map[OfferID]*offer{},
		tally:    newTally(),

		callbacks: map[ContactID]*callback{}, callbackBy: map[string]*callback{},
	}
	s.pseudonym = s.pseudonymHere
	s.route(r)
	for _, l := range s.lines {
		l.closed = l.closedAt(now)
		s.watchHours(l)
	}
	for _, a := range s.roster {
		s.turnShift(a, false)
	}
	return s
}

// apply changes s for ev and says what the world must now do: records first,
// then orders to channels, then what screens show.
func (s *state) apply(ev Event, now time.Time) []Effect {
	s.now = now
	if r := s.drillOf(ev); r != nil {
		s.rehearse(r, ev)
		return s.batch()
	}
	switch ev := ev.(type) {
	case Arrived:
		s.onArrived(ev)
	case Ringing:
		s.onRinging(ev)
	case Established:
		s.onEstablished(ev)
	case Connected:
		s.onConnected(ev)
	case ConnectFailed:
		s.onConnectFailed(ev)
	case HungUp:
		s.onHungUp(ev)
	case KeyPressed:
		s.onKeyPressed(ev)
	case Asked:
		s.onAsked(ev)
	case MessageTaken:
		s.onMessageTaken(ev)

	case ShiftStarted:
		s.onShiftStarted(ev)
	case ShiftEnded:
		s.onShiftEnded(ev)
	case ReadyAsked:
		s.onReadyAsked(ev)
	case PauseAsked:
		s.onPauseAsked(ev)
	case PathProven:
		s.onPathProven(ev)
	case DeviceTested:
		s.record(Entry{Kind: DeviceTest, Agent: ev.Agent, Result: ev.Result})
	case PathLost:
		s.onPathLost(ev)
	case SessionOpened:
		s.onSessionOpened(ev)
	case SessionLost:
		s.onSessionLost(ev)

	case DeviceChosen:
		s.onDeviceChosen(ev)
	case PhoneRegistered:
		s.onPhoneRegistered(ev)

	case Accepted:
		s.onAccepted(ev)
	case Declined:
		s.onDeclined(ev)
	case RingFailed:
		s.onRingFailed(ev)
	case Dialled:
		s.onDialled(ev)
	case TransferAsked:
		s.onTransferAsked(ev)
	case ConsultAsked:
		s.onConsultAsked(ev)
	case CompleteAsked:
		s.onCompleteAsked(ev)
	case BackAsked:
		s.onBackAsked(ev)
	case MergeAsked:
		s.onMergeAsked(ev)
	case GuestJoined:
		s.onGuestJoined(ev)
	case GuestLeft:
		s.onGuestLeft(ev)
	case RightsKnown:
		s.onRightsKnown(ev)
	case SuperviseAsked:
		s.onSuperviseAsked(ev)
	case SuperviseEnded:
		s.onSuperviseEnded(ev)
	case SosAsked:
		s.onSosAsked(ev)
	case SosAccepted:
		s.onSosAccepted(ev)
	case HoldAsked:
		s.onHoldAsked(ev)
	case ResumeAsked:
		s.onResumeAsked(ev)
	case MuteAsked:
		s.onMuteAsked(ev)
	case KeysAsked:
		s.onKeysAsked(ev)
	case HangUpAsked:
		s.onHangUpAsked(ev)
	case WrapUpExtended:
		s.onWrapUpExtended(ev)
	case DispositionChosen:
		s.onDispositionChosen(ev)
	case WrapUpFinished:
		s.onWrapUpFinished(ev)

	case StickyAsked:
		s.onStickyAsked(ev)
	case NeverAsked:
		s.onNeverAsked(ev)

	case SilentAsked:
		s.onSilentAsked(ev)
	case SilentEnded:
		s.onSilentEnded(ev)
	case AbuseEnded:
		s.onAbuseEnded(ev)
	case RestAsked:
		s.onRestAsked(ev)
	case BlockAsked:
		s.onBlockAsked(ev)
	case BlocksKept:
		s.onBlocksKept(ev)
	case BlockAdded:
		s.onBlockAdded(ev)
	case BlockFailed:
		s.onBlockFailed(ev)
	case BlockApproved:
		s.onBlockApproved(ev)
	case BlockRemoved:
		s.onBlockRemoved(ev)

	case CallbacksKept:
		s.onCallbacksKept(ev)
	case CutAgreed:
		s.onCutAgreed(ev)
	case CallbackPromised:
		s.onCallbackPromised(ev)
	case SafetyAnswered:
		s.onSafetyAnswered(ev)
	case DebriefAsked:
		s.onDebriefAsked(ev)
	case DebriefHeld:
		s.onDebriefHeld(ev)
	case DebriefsKept:
		s.onDebriefsKept(ev)
	case TalkSafetyTold:
		s.onTalkSafetyTold(ev)
	case WrapUpSaved:
		s.onWrapUpSaved(ev)
	case OtherAnswered:
		s.onOtherAnswered(ev)
	case CallbackCancelled:
		s.onCallbackCancelled(ev)
	case CallbackUrged:
		s.onCallbackUrged(ev)
	case CallbackSafety:
		s.onCallbackSafety(ev)

	case RoutingChanged:
		s.onRoutingChanged(ev)
	case Announced:
		s.onAnnounced(ev)
	case DrainStarted:
		s.draining = true
	case DrillDone:
		s.onDrillDone(ev)
	case Ticked:
		s.onTicked()
	}
	s.settleDevices()
	s.matchAwaiting()
	s.match()
	s.askUnmet()
	s.tellNewcomers()
	s.watchLines()
	s.explainAll()
	return s.batch()
}

// next returns the earliest time at which Ticked has something to do.
func (s *state) next() (time.Time, bool) { return s.timers.next() }

func (s *state) onTicked() {
	for range deadlinesPerTick {
		do, ok := s.timers.due(s.now)
		if !ok {
			return
		}
		do()
	}
}

// arm sets a deadline after d from now.
func (s *state) arm(t *token, d time.Duration, do func()) { s.timers.arm(t, s.now.Add(d), do) }

// record keeps e in the journal.
func (s *state) record(e Entry) {
	e.At = s.now
	s.records = append(s.records, Record{e})
}

// order gives an order to a contact's channel.
func (s *state) order(e Effect) { s.orders = append(s.orders, e) }

// notify tells an agent about a happening.
func (s *state) notify(a *agent, n Notice) {
	s.notices = append(s.notices, Notify{Agent: a.id, Notice: n})
}

// show marks a's screen as out of date.
func (s *state) show(a *agent) {
	if !a.changed {
		a.changed = true
		s.changed = append(s.changed, a)
	}
}

// touch marks l's figures, head or settings as changed.
func (s *state) touch(l *line) {
	if !l.touched {
		l.touched = true
		s.touched = append(s.touched, l)
	}
}

// batch hands out what the event led to and makes room for the next.
func (s *state) batch() []Effect {
	do := make([]Effect, 0, len(s.records)+len(s.orders)+len(s.partings)+len(s.changed)+len(s.notices))
	do = append(do, s.records...)
	do = append(do, s.orders...)
	do = append(do, s.partings...)
	for _, a := range s.changed {
		a.changed = false
		if !s.unseen {
			do = append(do, Show{Agent: a.id, View: s.view(a)})
		}
	}
	do = append(do, s.notices...)
	clear(s.records)
	clear(s.orders)
	clear(s.partings)
	clear(s.notices)
	clear(s.changed)
	s.records, s.orders, s.partings = s.records[:0], s.orders[:0], s.partings[:0]
	s.notices, s.changed = s.notices[:0], s.changed[:0]
	return do
}

// entropyOf is the randomness of ids; that of a replay is the same again.
func entropyOf(seed uint64) io.Reader {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return rand.NewChaCha8(key)
}

// ms is a duration as the journal keeps it.
func ms(d time.Duration) int64 { return d.Milliseconds() }
