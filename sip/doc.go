// Package sip speaks SIP with the outside: the trunks that bring callers, and
// the phones volunteers may register. It is the only room that imports sipgo,
// and it uses sipgo for three things only: parsing, transport and
// transactions. What sipgo leaves open is here:
//
//	wire ─ listener.go  UDP and TCP sockets; deadlines, connection limits
//	     ─ ingress.go   the strict layer: who speaks, how often, is it SIP at all
//	         message.go   cut the bytes into a start line, headers and a body
//	         grammar.go   URIs, name-addrs, Via, parameters
//	         validate.go  RFC 3261 §8.2 and §16.3: which answer a bad request gets
//	         canonical.go what passes is written anew, so that sipgo reads it as we did
//	         limits.go    token buckets and bans per /32 and /64; bans.go shows them
//	     ─ sipgo        parser, transactions (RFC 3261 §17)
//	     ─ server.go    one table of methods; a panic ends one request only
//	         trunk.go     whose INVITE is this?
//	         registrar.go REGISTER, with digest.go and nonce.go; bindings.go, presence.go
//	         calls.go     the registry: which call is this request, this order for?
//	calls ─ call.go       one dialog and its sound, whichever side began it
//	        dialog.go     tags, numbers, routes (RFC 3261 §12)
//	        company.go    who may speak inside it
//	      ─ how it begins
//	        answer.go     an INVITE comes in; prack.go, precondition.go
//	        invite_out.go ours goes out, by one way (way.go) after the other;
//	                      attempt.go one INVITE, early.go who rings, fit.go TCP for a long one
//	      ─ whom it is for (owner)
//	        contact.go    the desk's contact; channel.go and dial.go its orders
//	        say.go        words in the middle of a talk
//	        onward.go     the number a contact is forwarded to
//	        device.go     a volunteer's phone or mobile; phone.go, refer.go
//	      ─ what it does
//	        request.go    the far end's requests: reinvite.go, info.go, bye.go
//	        outgoing.go   our own: session.go (RFC 4028)
//	        sound.go      the one place that touches media
//
// Everything behind the strict layer is a well-formed request: every mandatory
// header once, CSeq method equal to the method, version SIP/2.0, header names
// in their long form and unfolded. Everything in front of it is answered, or
// dropped, without sipgo seeing a byte.
//
// The package may import configs, queue and media. Start reading at [Server].
package sip
