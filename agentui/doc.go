// Package agentui is what volunteers, supervisors and admins see: the pages,
// the HTTP API and the live protocol.
//
//	browser ── /signin ─────────────► signin.go    password → session cookie
//	        ── /  /admin  /static ──► pages.go     shell pages and the bundled screens
//	        ── /api/v1/… ───────────► api_*.go     one file a subject
//	        ── /live?ticket=… ──────► live.go      websocket → session.go
//
//	desk ──► screens.go ──► session.go ──► websocket     Show, Notify
//	page ──► session.go ──► shift.go ──► desk, phone     what she pressed
//
// Every route stands in routes.go with the role it needs; a route without one
// does not compile into the table, and a test tries each with each role. One
// goroutine owns one browser's connection (session.go); everyone else writes
// it letters that never block. The words on the wire are in messages.go and
// docs/protocol.md, and a test reads both.
//
// It imports configs and queue. What it needs of the store and of the sound it
// declares itself, in directory.go; cmd fits the two.
//
// Start reading at routes.go, then session.go.
package agentui
