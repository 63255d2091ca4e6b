package sip

import (
	"errors"
	"time"

	"github.com/emiago/sipgo/sip"
)

// errConnectionLost: the stream a request of ours went by was closed before
// its final response came.
var errConnectionLost = errors.New("the connection was closed before the answer came")

// straggle is how long after the end of a stream the messages that were read
// from it may still be on their way to their transactions.
const straggle = 200 * time.Millisecond

// lost is closed when the stream that a transaction uses is gone; nil over UDP.
//
// sipgo can end the transactions of a closed connection by itself. That is not
// used: it misses a transaction made between its look and the closing, which
// then waits half a minute for nobody, and one that is not initialised yet
// makes it panic in a goroutine of its own (v1.7.2, terminateClientTransactions).
func lost(tx any) <-chan struct{} {
	t, ok := tx.(interface{ Connection() sip.Connection })
	if !ok {
		return nil
	}
	stream, ok := t.Connection().(*sip.TCPConnection)
	if !ok {
		return nil
	}
	if c, ok := stream.Conn.(*guardedConn); ok {
		return c.gone
	}
	return nil
}
