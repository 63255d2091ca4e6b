// Package queue is the domain: who waits, who answers, and who is brought to
// whom. It knows nothing of SIP, sound, browsers or files; it is told what
// happened (Event) and says what must be done (Effect).
//
// # Words
//
// One word per thing, in Go, JSON, JavaScript, screens and documents.
//
//	contact  one conversation of one person seeking help, on any channel; an
//	         outgoing one is with somebody an agent called
//	channel  a way contacts arrive: voice, webchat, email, sms
//	queue    a named line of waiting contacts with its rules (in this package's code: line)
//	agent    a volunteer, on shift or not (screens say "volunteer")
//	offer    a contact shown to one agent: a lease with a deadline
//	desk     the goroutine that owns queues, offers and agents
//	screen   what an agent sees; session is its connection to the server
//	path     the way of sound between an agent's browser and the server
//	device   what rings for an agent and carries her voice: browser, phone, mobile
//	summons  her device rings for the contact she has in hand already
//	target   where a contact is transferred to: queue, agent or number
//	drill    the house calling itself through a trunk; no contact
//	exit     the way out of a queue that nobody could answer; ladder is what leads there
//	class    how urgent a contact is: interrupted > priority > normal > low
//	wrap-up  the agent's writing time after a contact
//	journal  the append-only list of everything that happened; an entry is one line of it
//	record   what is kept of one call; Fold makes it from the journal
//	needs    what a caller asked for: language, gender of the volunteer, topic
//	tier     how late a volunteer is rung: a lower one is exhausted first
//	step     what widens who may be rung after a while; reach is who may be by now
//	rung     what is said to a caller after a while, with or without a choice
//	inquiry  what a caller is being asked for a key
//	guest    who is with a contact beside her agent: a third, or a supervisor
//	third    a volunteer or number that is consulted, or talks with the two
//	room     the agent and the guests of a contact, and she when she is not on hold
//	SOS      a volunteer's call for a supervisor, in her talk
//	call-back  an entry of a queue without a call: who stands for it is called
//	           when a volunteer has accepted it; calling is one attempt
//	safety   whether, and when, somebody who called may be called; the gate is mayCall
//
// # A contact's life
//
//	(knocks) ── unknown number, draining ──► refused, no record
//	   │ Arrived: Answer
//	   ▼
//	arriving
//	   │ Established                 line full or closed: straight to its exit
//	   ├──────────────► choosing     a menu; every timeout leads on
//	   ▼◄────────────────────┘
//	waiting ◄─────────────────────┐
//	   │ Accepted: Connect        │ ConnectFailed, path lost, or 8 s:
//	   ▼                          │ her place is still hers
//	connecting ───────────────────┤
//	   │ Connected                │ 20 s, or Connect failed again:
//	   ▼                          │ to the head, class interrupted
//	talking ── PathLost ──► parked┤◄─────────── PathLost ──┐
//	   ▲                      │ PathProven: Connect        │
//	   └───── Connected ── rejoining ──────────────────────┘
//
//	waiting ── exit names a queue ──► waiting there, by the time she entered first
//	waiting ── exit names words ────► closing
//	any ────── HungUp ──────────────► over, with exactly one outcome
//	talking, closing ── Hang up, overdue ──► ending, which waits 5 s for HungUp
//
// While it rings and while it connects she keeps her place; she leaves the line
// only when both hear each other, or when she goes.
//
// A blind transfer takes her from her agent:
//
//	talking ── to a queue ──► waiting, at the head of that line
//	talking ── to an agent ─► waiting, at the head of her line, for that agent
//	    │                     alone; declined, rung out, ring_for over: for all
//	    └───── to a number ─► forwarding ── Connected ──► outside ──► over
//	                             └── not answered ──► waiting, at the head
//
// An outgoing contact begins with the agent; see dial.go:
//
//	summoning ──► dialling ── Connected ──► talking, and on as above
//	(a phone)        └── not answered ────► over, with outcome unreached
//
// # An agent's states
//
//	offline
//	   │ ShiftStarted
//	   ▼
//	checking ── PathProven ──► paused ◄── Pause ──┐
//	                              │ Ready         │
//	                              ▼               │
//	               ┌──────────► ready ────────────┘
//	               │              │ an offer                      rings out, declined,
//	               │              ▼                               called off: ready
//	               │           offered ─────────────────────────► twice in a row rung
//	               │              │ Accepted                      out: not_responding
//	               │              ▼
//	               │           talking ◄── Hold, Resume ──► held
//	               │              │ HungUp (before Connected: ready at once),
//	               │              │ TransferAsked
//	               │              ▼
//	               └─────────── wrapup ──► paused or offline, if asked for meanwhile
//
//	assisting        with another agent's contact, as a guest; back to what she was
//	not_responding   Ready returns
//	media_fault      her sound did not come (ConnectFailed); Ready leads to the check
//	                 phone: it is not registered; back by itself when it is
//	reconnecting     screen or path away for at most 20 s; then what she was, or offline.
//	                 A talk needs only the path, wrap-up needs neither.
//
// Whoever is rung on a phone or a mobile needs no path and no page: there is
// nothing to check, and her shift goes on with her page closed. A leg that breaks
// in a talk is rung again for those 20 s. Dialled leads from ready or paused to
// talking and back to the same; she is offered nobody meanwhile.
//
// # Where to start reading
//
// state.go has apply, the switch over all events; every case is one function.
// contacts.go is a caller's life, offers.go the ringing, match.go who is rung,
// presets.go the strategies, needs.go and steps.go who may be, fairness.go who did
// how much today, returning.go who comes back, care.go what a volunteer is spared,
// why.go the reasons,
// calls.go the talk, conference.go who else is in it, consult.go the attended
// transfer, supervise.go and sos.go supervisors, transfer.go how it is given away, dial.go a contact that
// goes out and ledger.go what its limits remember, wrapup.go what follows,
// agents.go, device.go and reconnect.go a volunteer's shift, drill.go the house
// calling itself, order.go the waiting order, exits.go and announce.go what
// happens to those who wait, menu.go the way into a line, hours.go when it is open,
// ladder.go what is said before the exit, keys.go what callers press, blocks.go who
// is blocked, flood.go who calls too often and barred.go what both lead to,
// silent.go a caller who cannot speak, abuse.go the end of an abusive call, route.go the
// admin's document and its edits, voicemail.go a message and whether who left it is
// called back, talksafety.go the first question of every talk, marks.go what a ringing
// call says of her safety, debrief.go who a volunteer talks to afterwards.
// callback.go keeps the place of who is called back, calling.go calls her,
// callbacks.go is what people ask of them, safety.go the gate before every call.
// deadlines.go is the one timer heap.
//
// desk.go is the goroutine around all that and perform.go the one that keeps
// entries and hands orders out; nothing else here has a goroutine, a clock or a
// lock. entry.go names the journal's lines, record.go folds them into records,
// audit.go and audit_blocks.go hold the laws they obey. check_test.go has the invariants that hold
// after every event, simulate_test.go the two thousand days they were tried on;
// queuetest plays the desk's collaborators for tests of other rooms.
//
// May import: configs, and nothing else of ours.
package queue
