// Package mediatest plays the two people of a call, without a telephone and
// without a browser: tests, `sahut call`, `sahut demo` and `sahut bench` use it.
//
//	Caller   a plain RTP endpoint with its own SDP, as a carrier's gateway is
//	Browser  a WebRTC endpoint that behaves as a volunteer's page does
//	Voice    what either sends: a tone, a recording, silence, digits, nothing
//	Ear      what either hears: the sound itself, what was lost, what jumped
//	Pacer    one goroutine that keeps time for any number of voices
//
// A test waits for a happening, never for a duration: Ear.WaitTone returns when
// the tone has been heard, Browser.WaitConnected when the path is up. The codec
// tables and the SDP code are written here a second time on purpose, so that a
// mistake in package media cannot hide itself.
package mediatest
