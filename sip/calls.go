package sip

import (
	"context"

	"github.com/emiago/sipgo/sip"
)

// calls is the registry of the dialogs we are in, by Call-ID and tags.
type calls struct{}

func newCalls() *calls { return &calls{} }

// closeCalls ends every call and returns when all are gone.
func (s *Server) closeCalls(ctx context.Context) error { return nil }

// onInvite handles an INVITE of trunk t, initial or within a dialog.
func (s *Server) onInvite(t *Trunk, req *sip.Request, tx sip.ServerTransaction) {
	if _, inDialog := req.To().Params.Get("tag"); inDialog {
		_ = tx.Respond(s.reply(req, s.strayStatus(req)))
		return
	}
	// A call takes a line of its trunk and gives it back when it ends.
	release, status := s.admit(t)
	if status != 0 {
		_ = tx.Respond(s.reply(req, status))
		return
	}
	defer release()
	_ = tx.Respond(s.reply(req, sip.StatusNotFound))
}

func (s *Server) onAck(req *sip.Request, tx sip.ServerTransaction) {}

func (s *Server) onBye(req *sip.Request, tx sip.ServerTransaction)    { s.stray(req, tx) }
func (s *Server) onCancel(req *sip.Request, tx sip.ServerTransaction) { s.stray(req, tx) }
func (s *Server) onUpdate(req *sip.Request, tx sip.ServerTransaction) { s.stray(req, tx) }
func (s *Server) onInfo(req *sip.Request, tx sip.ServerTransaction)   { s.stray(req, tx) }
func (s *Server) onPrack(req *sip.Request, tx sip.ServerTransaction)  { s.stray(req, tx) }
func (s *Server) onRefer(req *sip.Request, tx sip.ServerTransaction)  { s.stray(req, tx) }

// stray answers a request of a dialog we are not in (RFC 3261 §12.2.2).
func (s *Server) stray(req *sip.Request, tx sip.ServerTransaction) {
	_ = tx.Respond(s.reply(req, sip.StatusCallTransactionDoesNotExists))
}
