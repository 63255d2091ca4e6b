// Package media carries everything that is sound: RTP legs to the trunk,
// browser peers, the rooms that join them, and the prompts they hear.
//
//	trunk ──► RTPLeg ─route─► Sender ──► browser        (Peer)
//	trunk ◄── Sender ◄─route─ Peer   ◄── browser
//	             ▲
//	         conductor: prompts, music, silence, keys
//
// From the third leg on a room has a mixer: each leg is decoded once into its
// inflow, which puts its packets in order and conceals what is missing; every 20
// ms the conductor has the mixer add up, once for each set of legs that somebody
// hears, and encode, once for each codec. With two legs left it forwards again,
// and neither change can be heard: who begins or ends slides.
//
//	Peer ──► inflow ─┐             ┌─► Sender ──► browser
//	RTPLeg ► inflow ─┼─► mixer ────┼─► Sender ──► trunk
//	Peer ──► inflow ─┘  (hearing)  └─► Sender ──► supervisor
//
// With two legs nothing is decoded on the way, unless a trunk has keys listened for in the
// sound, or a browser on a slow line speaks Opus: that is made G.711, and made of it,
// at the peer (peer_opus.go, opus_in.go, opus_out.go). The goroutine that receives a packet (a poller for the trunk's legs,
// its own for each browser) writes it straight into the other leg's Sender,
// which gives it the far end's numbers and payload type; a Room only says which
// leg's packets go where. One goroutine, the conductor, paces everything nobody
// speaks, one more sends the RTCP reports of all legs. Nothing here knows of
// calls, queues or agents.
//
// It may import configs, and is the only room that imports pion.
//
// Start reading at leg.go (what a leg is), sender.go (the outgoing stream; what the
// conductor speaks through it is sender_own.go) and room.go; hearing.go (who hears whom),
// mixer.go, inflow.go and conceal.go for three and more; record.go for messages; then
// rtp.go for the trunk with session.go and sdp.go (what is agreed on), crypto.go and
// srtp.go (encryption), gate.go (whom a leg believes), dtmf.go and inband.go (keys),
// poller_linux.go and socket_linux.go (the wire); peer.go and webrtc.go for the browser;
// conductor.go and prompt.go for what callers hear.
package media
