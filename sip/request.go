package sip

import (
	"slices"

	"github.com/emiago/sipgo/sip"
)

// request is one request of the far end inside a dialog, on its way to the
// call. Its handler waits until it was answered, because sipgo ends a
// transaction whose handler returns.
type request struct {
	*sip.Request
	tx   sip.ServerTransaction
	done chan struct{}
}

// answer sends the final response and lets the handler go.
func (r *request) answer(res *sip.Response) {
	_ = r.tx.Respond(res)
	close(r.done)
}

// inDialog brings a request to its call and waits for its answer.
func (s *Server) inDialog(req *sip.Request, tx sip.ServerTransaction) {
	c := s.of(req)
	if c == nil {
		_ = tx.Respond(s.reply(req, s.strayStatus(req)))
		return
	}
	if !c.inbox.room() {
		_ = tx.Respond(s.reply(req, sip.StatusServiceUnavailable))
		return
	}
	r := &request{Request: req, tx: tx, done: make(chan struct{})}
	if !c.inbox.put(r) {
		_ = tx.Respond(s.reply(req, c.afterEnd(req.Method)))
		return
	}
	<-r.done
}

func (s *Server) onBye(req *sip.Request, tx sip.ServerTransaction)    { s.inDialog(req, tx) }
func (s *Server) onUpdate(req *sip.Request, tx sip.ServerTransaction) { s.inDialog(req, tx) }
func (s *Server) onInfo(req *sip.Request, tx sip.ServerTransaction)   { s.inDialog(req, tx) }
func (s *Server) onPrack(req *sip.Request, tx sip.ServerTransaction)  { s.inDialog(req, tx) }

// onRefer: only within a volunteer's own call somebody may ask us to call
// somebody else.
func (s *Server) onRefer(req *sip.Request, tx sip.ServerTransaction) {
	if _, inDialog := req.To().Params.Get("tag"); !inDialog {
		_ = tx.Respond(s.reply(req, sip.StatusForbidden))
		return
	}
	s.inDialog(req, tx)
}

// onCancel sees only a CANCEL that matches no INVITE on its way; sipgo keeps
// the others (RFC 3261 §9.2).
func (s *Server) onCancel(req *sip.Request, tx sip.ServerTransaction) {
	_ = tx.Respond(s.reply(req, sip.StatusCallTransactionDoesNotExists))
}

// onAck sees the ACK of a 2xx. There is no answer to an ACK, ever.
func (s *Server) onAck(req *sip.Request, _ sip.ServerTransaction) {
	if c := s.of(req); c != nil {
		c.inbox.put(ackCame{req})
	}
}

// gotRequest takes one request of the far end.
func (c *call) gotRequest(r *request) {
	if c.ended {
		r.answer(c.respond(r.Request, c.afterEnd(r.Method)))
		return
	}
	if c.out != nil && !c.knows(r) {
		return
	}
	// A key press that sipgo's goroutines let overtake another is still a key.
	if !c.dialogOf(r.Request).inOrder(r.Request) && r.Method != sip.INFO {
		r.answer(c.respond(r.Request, sip.StatusInternalServerError))
		return
	}
	switch r.Method {
	case sip.BYE:
		c.gotBye(r)
	case sip.INVITE:
		c.gotReinvite(r)
	case sip.UPDATE:
		c.gotUpdate(r)
	case sip.INFO:
		c.gotInfo(r)
	case sip.PRACK:
		c.gotPrack(r)
	case sip.REFER:
		c.owner.onRefer(r)
	default:
		r.answer(c.respond(r.Request, sip.StatusForbidden))
	}
}

// afterEnd is the status for a request that comes when the call has ended. A
// BYE that crossed ours is in order.
func (c *call) afterEnd(method sip.RequestMethod) int {
	if method == sip.BYE {
		return sip.StatusOK
	}
	return sip.StatusCallTransactionDoesNotExists
}

// methods are those a far end says it understands.
type methods []string

func methodsOf(msg headed) methods { return tokens(msg, "Allow") }

func (m methods) has(method string) bool { return slices.Contains(m, method) }
