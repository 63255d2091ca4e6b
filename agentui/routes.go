package agentui

import (
	"net/http"
	"slices"

	"sahut/configs"
	"sahut/queue"
)

// rights is who may ask for a route. The zero value is nobody, so a route
// without rights is refused to all and found by the tests.
type rights int

const (
	nobody      rights = iota
	anyone             // signed in or not
	volunteers         // everyone who is signed in
	office             // supervisors and admins
	supervisors        // and not admins: whatever tells of a caller
	admins
)

// route is one line of the table below.
type route struct {
	method, path string
	rights       rights
	do           func(*Server, http.ResponseWriter, *request) error
	doc          string // one sentence for the API's description
	in, out      any    // JSON bodies; nil: none, or of another kind
	inType       string // media type of a body that is not JSON
	outType      string
	query        []string // name: meaning
	browser      bool     // makes no sense for the operator
	endless      bool     // no time limit on the answer
	locked       bool     // also for a session that is locked
}

// routes is every address there is.
func routes() []route {
	return []route{
		// pages
		{method: "GET", path: "/{$}", rights: volunteers, do: (*Server).volunteerPage, browser: true, locked: true},
		{method: "GET", path: "/admin", rights: office, do: (*Server).adminPage, browser: true},
		{method: "GET", path: boardPath, rights: supervisors, do: (*Server).boardPage, browser: true},
		{method: "GET", path: "/reports", rights: office, do: (*Server).reportsPage, browser: true},
		{method: "GET", path: "/signin", rights: anyone, do: (*Server).signInPage, browser: true},
		{method: "POST", path: "/signin", rights: anyone, do: (*Server).signIn, browser: true},
		{method: "POST", path: "/signout", rights: anyone, do: (*Server).signOut, browser: true},
		{method: "GET", path: "/static/{hash}/{name...}", rights: anyone, do: (*Server).static, browser: true},
		{method: "GET", path: "/app.webmanifest", rights: anyone, do: (*Server).getManifest, browser: true},
		{method: "GET", path: "/worker.js", rights: anyone, do: (*Server).getWorker, browser: true},
		{method: "GET", path: "/offline", rights: anyone, do: (*Server).getOffline, browser: true},
		{method: "GET", path: "/live", rights: volunteers, do: (*Server).live, browser: true, endless: true, locked: true},

		// the house
		{method: "GET", path: "/healthz", rights: anyone, do: (*Server).healthz},
		{method: "GET", path: "/readyz", rights: anyone, do: (*Server).readyz},
		{method: "GET", path: "/metrics", rights: anyone, do: (*Server).serveMetrics},

		// who I am
		{method: "POST", path: "/api/v1/session", rights: anyone, do: (*Server).postSession, in: Credentials{}, out: Me{}, browser: true, doc: "Sign in; the answer sets the session cookie."},
		{method: "DELETE", path: "/api/v1/session", rights: anyone, do: (*Server).deleteSession, browser: true, doc: "Sign out; live connections of this session end."},
		{method: "POST", path: "/api/v1/session/lock", rights: volunteers, do: (*Server).postLock, browser: true, locked: true, doc: "Lock this session: its page is covered, everything else is refused with 423 session_locked, and a call goes on."},
		{method: "POST", path: "/api/v1/session/unlock", rights: volunteers, do: (*Server).postUnlock, in: Unlocking{}, browser: true, locked: true, doc: "Unlock this session with your password. 403 wrong_password, 429 as at the sign-in."},
		{method: "GET", path: "/api/v1/me", rights: volunteers, do: (*Server).getMe, out: Me{}, doc: "Who is signed in."},
		{method: "GET", path: "/api/v1/me/shifts", rights: volunteers, do: (*Server).getMyShifts, out: MyShifts{}, browser: true, doc: "Your own shifts of the plan, of the next seven days."},
		{method: "GET", path: "/api/v1/me/day", rights: volunteers, do: (*Server).getMyDay, out: queue.Day{}, browser: true, doc: "Your own calls, pauses and sums since midnight, or since your shift began if that was before.",
			query: []string{"from: midnight where you are, RFC 3339; default midnight at the server"}},
		{method: "POST", path: "/api/v1/ticket", rights: volunteers, do: (*Server).postTicket, out: Ticket{}, browser: true, locked: true, doc: "A ticket for one live connection, good for 30 seconds."},
		{method: "GET", path: "/api/v1/targets", rights: volunteers, do: (*Server).getTargets, out: Targets{}, doc: "Whom a contact can be transferred to now: queues, the other volunteers on shift, and whether numbers."},

		// what happens
		{method: "GET", path: "/api/v1/status", rights: office, do: (*Server).getStatus, out: Status{}, doc: "Queues, volunteers and counters now, and whether the journal's conservation laws hold."},
		{method: "GET", path: "/api/v1/waiting", rights: supervisors, do: (*Server).getWaiting, out: WaitingList{}, doc: "Who waits, queue by queue in the order they are served; at most a hundred of each."},
		{method: "GET", path: "/api/v1/waiting/{contact}", rights: supervisors, do: (*Server).getWhy, out: queue.Why{}, doc: "Why a caller still waits: the reason for each volunteer of her queue."},
		{method: "POST", path: "/api/v1/queues/{queue}/closing", rights: office, do: (*Server).postClosing, in: CloseQueue{}, out: Applied{}, doc: "Close a queue now, until a time; it opens again by itself. Who waits is treated by at_closing."},
		{method: "DELETE", path: "/api/v1/queues/{queue}/closing", rights: office, do: (*Server).deleteClosing, out: Applied{}, doc: "Open a queue that was closed by hand; its hours hold."},
		{method: "GET", path: "/api/v1/board", rights: supervisors, do: (*Server).getBoard, outType: "text/event-stream", browser: true, endless: true, doc: "The wallboard as server-sent events: the whole picture when something changed, at least every two seconds.",
			query: []string{"once: 1 ends after the first picture, for scripts"}},
		{method: "POST", path: "/api/v1/announcement", rights: office, do: (*Server).postAnnouncement, in: NewAnnouncement{}, out: Announcement{}, doc: "Show a short text on every volunteer's page. It is not kept; that there was one is."},
		{method: "DELETE", path: "/api/v1/announcement", rights: office, do: (*Server).deleteAnnouncement, doc: "Take the text back."},
		{method: "PUT", path: "/api/v1/talks/{contact}/supervision", rights: supervisors, do: (*Server).putSupervision, in: Supervision{}, browser: true, doc: "Take part in a running talk by your own page, or in another way. The volunteer sees it at once. 409 when you are not on shift."},
		{method: "DELETE", path: "/api/v1/talks/{contact}/supervision", rights: supervisors, do: (*Server).deleteSupervision, browser: true, doc: "Leave the talk."},
		{method: "POST", path: "/api/v1/talks/{contact}/sos", rights: supervisors, do: (*Server).postSosAnswer, browser: true, doc: "Come to a volunteer who called for help."},
		{method: "GET", path: "/api/v1/calls/{contact}/timeline", rights: supervisors, do: (*Server).getTimeline, out: Timeline{}, endless: true, doc: "What happened in one call, from the journal; numbers are masked."},
		{method: "GET", path: "/api/v1/calls", rights: supervisors, do: (*Server).getCalls, out: Calls{}, endless: true, doc: "Call records, newest first. Accept application/x-ndjson gives one a line, without limit.",
			query: []string{"since: how far back, as 24h or as a time (RFC 3339); default 24h", "limit: at most so many, 1 to 5000; default 500", "before: only older ones than this call's id; for the next page"}},
		{method: "GET", path: "/api/v1/report", rights: office, do: (*Server).getReport, out: Report{}, endless: true, doc: "Service level, abandons, waits and the volunteers' time, each by its formula.",
			query: []string{"from: RFC 3339; default 24 h before to", "to: RFC 3339, not included; default now", "t: an answer within it is in time; default 20s", "s: leaving within it is a short abandon; default 5s",
				"step: hour, day or week gives rows of a table", "zone: whose midnight days begin at, as Asia/Jakarta; default the server's", "queue: the rows of one queue", "agent: only what these volunteers answered; three or more, each by its own agent="}},
		{method: "GET", path: "/api/v1/report/calls", rights: supervisors, do: (*Server).getReportCalls, out: ReportCalls{}, endless: true, doc: "The calls behind a figure of the report, newest first (of a time, the longest first), at most a thousand. Figures of volunteers' time have none.",
			query: []string{"figure: offered, answered, answered_in_time, abandoned, abandoned_short, unserved, callbacks, overflows or blocked, or the id of a figure that is made of calls, as service_level", "from, to, t, s, queue, agent: as for the report"}},
		{method: "GET", path: "/api/v1/report/table", rights: office, do: (*Server).getReportTable, outType: "text/csv", endless: true, doc: "The rows of the report as a file.",
			query: []string{"format: csv or xlsx", "from, to, t, s, step, zone, queue, agent: as for the report; step day unless given"}},

		// messages
		{method: "GET", path: "/api/v1/messages", rights: volunteers, do: (*Server).getMessages, out: MessageList{}, doc: "The messages callers left: volunteers see those of their queues."},
		{method: "GET", path: "/api/v1/messages/{id}/sound", rights: volunteers, do: (*Server).getMessageSound, outType: "audio/wav", endless: true, doc: "Listen to a message; that you do is noted with your name."},
		{method: "PATCH", path: "/api/v1/messages/{id}", rights: volunteers, do: (*Server).patchMessage, in: MessageChange{}, out: Message{}, doc: "Take a message, give it back, or mark it done."},
		{method: "DELETE", path: "/api/v1/messages/{id}", rights: supervisors, do: (*Server).deleteMessage, doc: "Erase a message and its sound; noted with your name."},

		// notes
		{method: "GET", path: "/api/v1/me/notes/{contact}", rights: volunteers, do: (*Server).getMyNote, out: MyNote{}, browser: true, doc: "Your own note on the contact you have. 404 notes_off where none are written, 409 not_yours of another's contact."},
		{method: "PUT", path: "/api/v1/me/notes/{contact}", rights: volunteers, do: (*Server).putMyNote, in: NewNote{}, out: MyNote{}, browser: true, doc: "Keep it, sealed, in place of what you wrote before; an empty text erases it."},
		{method: "PUT", path: "/api/v1/me/wrapup/{contact}", rights: volunteers, do: (*Server).putMyWrapUp, in: Finished{}, browser: true, doc: "Finish your wrap-up, as on your page. 409 not_yours of another's contact, 422 talk_safety_missing, safety_missing or unknown_disposition."},
		{method: "GET", path: "/api/v1/notes", rights: supervisors, do: (*Server).getNotes, out: NoteList{}, doc: "Which contacts there are notes on, and by whom; never the texts.",
			query: []string{"contact: only those on this one"}},
		{method: "GET", path: "/api/v1/notes/{contact}", rights: supervisors, do: (*Server).getNote, out: NoteList{}, doc: "What volunteers wrote about a contact, when they are done with it; that you read it is noted with your name."},
		{method: "DELETE", path: "/api/v1/notes/{contact}", rights: supervisors, do: (*Server).deleteNote, doc: "Erase the notes on a contact; noted with your name."},

		// call-backs
		{method: "GET", path: "/api/v1/callbacks", rights: supervisors, do: (*Server).getCallbacks, out: CallbackList{}, doc: "Who waits to be called back: where each stands, when it is due, and until when her answer counts. Never a number."},
		{method: "DELETE", path: "/api/v1/callbacks/{id}", rights: supervisors, do: (*Server).deleteCallback, doc: "Give a call-back up; her number is erased. 409 while she is being called."},
		{method: "PUT", path: "/api/v1/callbacks/{id}/safety", rights: supervisors, do: (*Server).putCallbackSafety, in: Safety{}, doc: "Note whether and when it is safe to call her, as she said; noted with your name."},
		{method: "POST", path: "/api/v1/callbacks/{id}/call", rights: supervisors, do: (*Server).callCallback, doc: "Offer it to a volunteer now, without waiting for the gap. 409 with safety_unknown, safety_no, safety_expired, safety_window, per_day or calling when she must not be called."},

		// the telephone line
		{method: "GET", path: "/api/v1/trunks", rights: office, do: (*Server).getTrunks, out: TrunkList{}, doc: "The trunks: up or down, since when and why, registered, calls now."},
		{method: "GET", path: "/api/v1/bans", rights: office, do: (*Server).getBans, out: BanList{}, doc: "The hosts that are not listened to for a while, because they sent too much or guessed passwords."},
		{method: "DELETE", path: "/api/v1/bans/{host}", rights: admins, do: (*Server).deleteBan, doc: "Listen to a host again; noted with your name."},
		{method: "GET", path: "/api/v1/blocks", rights: office, do: (*Server).getBlocks, out: BlockList{}, doc: "The blocked callers: why, by whom, until when, and how often they called. Never a number."},
		{method: "POST", path: "/api/v1/blocks", rights: office, do: (*Server).postBlock, in: NewBlock{}, out: Block{}, doc: "Block a number (which is not kept), a prefix or withheld numbers. What is for more than 24 hours holds 24 until a second person approves it."},
		{method: "POST", path: "/api/v1/blocks/{id}/approve", rights: office, do: (*Server).approveBlock, in: Approval{}, out: Block{}, doc: "Approve somebody else's block, for as long as asked or as you say."},
		{method: "DELETE", path: "/api/v1/blocks/{id}", rights: office, do: (*Server).deleteBlock, doc: "Serve the caller like everybody again."},
		{method: "GET", path: "/api/v1/trace", rights: admins, do: (*Server).getTrace, out: TraceView{}, doc: "The SIP trace: whether one runs, and its calls as ladders. All of it is masked.",
			query: []string{"call: one contact or Call-ID; its messages come too"}},
		{method: "POST", path: "/api/v1/trace", rights: admins, do: (*Server).postTrace, in: NewTrace{}, out: TraceView{}, doc: "Start a SIP trace that ends by itself; noted with your name."},
		{method: "DELETE", path: "/api/v1/trace", rights: admins, do: (*Server).deleteTrace, out: TraceView{}, doc: "End the SIP trace; it can be read for another hour."},
		{method: "GET", path: "/api/v1/trace/ladder.txt", rights: admins, do: (*Server).getLadderText, outType: "text/plain", doc: "The trace as text, to send to a carrier.",
			query: []string{"call: one contact or Call-ID"}},

		// routing
		{method: "GET", path: "/api/v1/routing", rights: office, do: (*Server).getRouting, out: configs.Routing{}, doc: "The routing document; its ETag is the revision. JSON, or YAML by Accept."},
		{method: "PUT", path: "/api/v1/routing", rights: admins, do: (*Server).putRouting, in: configs.Routing{}, out: Applied{}, doc: "Check, keep and apply a new routing document, JSON or YAML. If-Match names the revision it was made from.",
			query: []string{"dry_run: 1 only checks and says what would change", "note: why, for the history"}},
		{method: "POST", path: "/api/v1/routing/whatif", rights: admins, do: (*Server).postWhatIf, in: configs.Routing{}, out: WhatIf{}, endless: true, doc: "Replay the callers and volunteers of a time through a routing document, JSON or YAML, and through the one in force, beside what really happened. One at a time; nothing is applied.",
			query: []string{"from: RFC 3339; default 28 days before to, at most 31", "to: RFC 3339, not included; default now", "t: an answer within it is in time; default 20s", "s: leaving within it is a short abandon; default 5s"}},
		{method: "GET", path: "/api/v1/routing/history", rights: office, do: (*Server).getRoutingHistory, out: History{}, doc: "All revisions, newest first."},
		{method: "GET", path: "/api/v1/routing/fields", rights: office, do: (*Server).getRoutingFields, out: Fields{}, doc: "Labels, defaults and help of every field, for a form."},
		{method: "GET", path: "/api/v1/hours/preview", rights: office, do: (*Server).getHours, out: HoursCalendar{}, doc: "When queues are open, as a calendar: the windows of each day, special days with their names, in each one's own time zone.",
			query: []string{"date: the first day, like 2026-12-25; default the Monday of this week", "days: how many, 1 to 31; default 7"}},
		{method: "POST", path: "/api/v1/hours/preview", rights: admins, do: (*Server).postHours, in: configs.Routing{}, out: HoursCalendar{}, doc: "The same of a routing document that is being edited, JSON or YAML; nothing is applied. Mistakes outside hours do not matter.",
			query: []string{"date: the first day, like 2026-12-25; default the Monday of this week", "days: how many, 1 to 31; default 7"}},
		{method: "GET", path: "/api/v1/shifts", rights: office, do: (*Server).getShifts, out: ShiftPlan{}, doc: "The shift plan as a calendar: who is planned when, and the gaps, at which a queue is open and too few are planned.",
			query: []string{"date: the first day, like 2026-12-25, in the plan's time zone; default the Monday of this week", "days: how many, 1 to 31; default 7"}},
		{method: "POST", path: "/api/v1/shifts", rights: admins, do: (*Server).postShifts, in: configs.Routing{}, out: ShiftPlan{}, doc: "The same of a routing document that is being edited, JSON or YAML; nothing is applied.",
			query: []string{"date: the first day, like 2026-12-25, in the plan's time zone; default the Monday of this week", "days: how many, 1 to 31; default 7"}},
		{method: "GET", path: "/api/v1/routing/{revision}", rights: office, do: (*Server).getRoutingAt, out: configs.Routing{}, doc: "The document as it was."},
		{method: "POST", path: "/api/v1/routing/rollback", rights: admins, do: (*Server).postRollback, in: Rollback{}, out: Applied{}, doc: "Keep and apply an old revision as the newest."},

		// prompts
		{method: "GET", path: "/api/v1/prompts", rights: office, do: (*Server).getPrompts, out: PromptList{}, doc: "What callers can hear."},
		{method: "GET", path: "/api/v1/prompts/{name}", rights: office, do: (*Server).getPrompt, outType: "audio/wav", doc: "A prompt to listen to, as callers hear it: the uploaded one, else the shipped one.",
			query: []string{"lang: id or en, of a prompt that is there in both"}},
		{method: "PUT", path: "/api/v1/prompts/{name}", rights: admins, do: (*Server).putPrompt, inType: "audio/wav", out: PromptInfo{}, doc: "Upload a prompt: WAV, PCM 16 bit or G.711, at most 10 MB.",
			query: []string{"lang: id or en, for callers of that language alone; 409 prompt_alone unless there is one for all"}},
		{method: "DELETE", path: "/api/v1/prompts/{name}", rights: admins, do: (*Server).deletePrompt, doc: "Remove an uploaded prompt; a built-in one of that name plays again. 409 in_use when callers would hear nothing.",
			query: []string{"lang: id or en, of the one for callers of that language"}},

		// accounts
		{method: "GET", path: "/api/v1/users", rights: admins, do: (*Server).getUsers, out: UserList{}, doc: "All accounts."},
		{method: "POST", path: "/api/v1/users", rights: admins, do: (*Server).postUser, in: NewUser{}, out: User{}, doc: "Add an account."},
		{method: "PATCH", path: "/api/v1/users/{name}", rights: admins, do: (*Server).patchUser, in: UserChange{}, out: User{}, doc: "Change password, role or whether it is disabled. Its sessions end."},

		// the record behind it
		{method: "GET", path: "/api/v1/verify", rights: admins, do: (*Server).getVerify, out: Verdict{}, endless: true, doc: "Check the journal's conservation laws."},
		{method: "GET", path: "/api/v1/backup", rights: admins, do: (*Server).getBackup, outType: "application/octet-stream", endless: true, doc: "A consistent copy of everything that is kept."},
		{method: "GET", path: "/api/v1/openapi.json", rights: volunteers, do: (*Server).getOpenAPI, outType: "application/json", doc: "This description."},
	}
}

// mux fits the table to the standard library's.
func (s *Server) mux(operator bool) *http.ServeMux {
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, r := range routes() {
		if operator && r.browser {
			continue
		}
		mux.HandleFunc(r.method+" "+r.path, s.guarded(r, operator))
		methods[r.path] = append(methods[r.path], r.method)
	}
	// One pattern a method: a pattern for all methods of /routing/{revision}
	// would clash with the more specific /routing/history.
	for path, allowed := range methods {
		for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if !slices.Contains(allowed, m) {
				mux.HandleFunc(m+" "+path, s.wrongMethod(allowed))
			}
		}
	}
	mux.HandleFunc("/", s.noSuchPage)
	return mux
}
