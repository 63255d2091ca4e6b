// Package livetest plays a volunteer's page without a page: it signs in, opens
// the live websocket of docs/protocol.md and presses the buttons, with any
// media.Browser-like thing as its sound. The end-to-end tests, the load
// generator and the demo's spare volunteers use it; what it cannot do, a page
// could not do either.
package livetest
