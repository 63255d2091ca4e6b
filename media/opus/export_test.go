package opus

import "context"

var (
	ErrClosed  = errClosed
	ErrTrapped = errTrapped
	Wasm       = wasm
)

// Break has the next call fail as a codec does that stopped in the middle.
func (c *Codec) Break() { _ = c.in.module.Close(context.Background()) }
