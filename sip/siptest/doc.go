// Package siptest plays the far end of a trunk: telephones that call, talk,
// hold, press keys and hang up, and a wire for messages no telephone would
// send.
//
//	Phone   one SIP user agent on one address, UDP or TCP
//	Call    one call it placed: what came back and when, its sound, how it ended
//	Wire    a bare socket for hand-written messages
//
// Programs use it as well as tests: `sahut call`, the callers of `sahut demo`
// and the load of `sahut bench` are Phones. A Phone places hundreds of calls
// at once; each costs a goroutine, an RTP socket and a place in the pacer's
// round.
//
// It shares no dialog code with package sip: a mistake there cannot hide
// behind the same mistake here.
package siptest
