package opus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/tetratelabs/wazero/api"
)

// Sizes, all for 8 kHz.
const (
	Rate       = 8000
	FrameSize  = Rate / 50         // samples of the packets we make: 20 ms
	MostInOne  = Rate * 120 / 1000 // samples one packet can hold
	MaxPacket  = 1500              // bytes of one packet that is looked at
	maxEncoded = 400               // bytes of one we make: 160 kbit/s, far above what is asked for
)

// How we speak: 20 kbit/s is all that 8 kHz of voice needs, the sound before once
// more included (in-band FEC), which is worth its bits where one packet in ten is
// lost. Complexity beyond 5 is not heard at 8 kHz.
const (
	Bitrate      = 20000
	complexity   = 5
	expectedLoss = 10 // percent
)

// ErrPacket is returned for bytes that are no Opus packet.
var ErrPacket = errors.New("no Opus packet")

// Codec is both directions of one leg. Its methods may be called from several
// goroutines; one waits for the other, half a millisecond at most. None allocates.
type Codec struct {
	mu sync.Mutex // guards what follows
	in *instance  // nil: closed, or broken and not to be had again
}

// New begins both directions. The first call of a process compiles the codec, which
// takes a tenth of a second, more where others work too; an error then means that
// this machine cannot run it.
func New() (*Codec, error) {
	in, err := open()
	if err != nil {
		return nil, fmt.Errorf("begin Opus: %w", err)
	}
	return &Codec{in: in}, nil
}

// Close gives the memory back. What is called later returns an error.
func (c *Codec) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in != nil {
		c.in.close()
		c.in = nil
	}
}

// Encode codes 20 ms and returns the packet's length in dst, which should have room
// for MaxPacket bytes.
func (c *Codec) Encode(dst []byte, pcm *[FrameSize]int16) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in == nil {
		return 0, errClosed
	}
	from := c.in.pcmIn
	for i, v := range pcm {
		binary.LittleEndian.PutUint16(from[2*i:], uint16(v))
	}
	n, err := c.call(c.in.encode, FrameSize, uint64(min(len(dst), maxEncoded)))
	if err != nil {
		return 0, err
	}
	return copy(dst, c.in.packetOut[:n]), nil
}

// Look tells how many samples a packet holds, and whether it has the sound before
// it once more, so that Recover can make that good.
func (c *Codec) Look(packet []byte) (samples int, again bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.take(packet); err != nil {
		return 0, false, err
	}
	n, err := c.call(c.in.look, uint64(len(packet)), 0)
	if err != nil {
		return 0, false, err
	}
	return n >> 1, n&1 != 0, nil
}

// Decode decodes a packet into pcm and returns how many samples it held.
func (c *Codec) Decode(pcm *[MostInOne]int16, packet []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.take(packet); err != nil {
		return 0, err
	}
	n, err := c.call(c.in.decode, uint64(len(packet)), 0)
	if err != nil {
		return 0, err
	}
	c.give(pcm, n)
	return n, nil
}

// Recover makes so many samples that are missing, in steps of 2.5 ms, at most
// MostInOne. Given the packet after them it takes from it what it has of them; the
// rest goes on from the sound before. It comes before that packet's Decode.
func (c *Codec) Recover(pcm *[MostInOne]int16, samples int, packet []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in == nil {
		return 0, errClosed
	}
	if len(packet) > 0 {
		if err := c.take(packet); err != nil {
			return 0, err
		}
	}
	n, err := c.call(c.in.recover, uint64(len(packet)), uint64(samples))
	if err != nil {
		return 0, err
	}
	c.give(pcm, n)
	return n, nil
}

// Forget lets what is decoded next begin anew: it is another stream.
func (c *Codec) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in != nil {
		_, _ = c.call(c.in.forget, 0, 0)
	}
}

// call calls a function of the codec. One that stopped in the middle of its work is
// replaced: what it left behind cannot be gone on with.
func (c *Codec) call(f api.Function, a, b uint64) (int, error) {
	n, err := c.in.call(f, a, b)
	if errors.Is(err, errTrapped) {
		c.in.close()
		c.in, _ = open()
	}
	return n, err
}

// take lays a packet where the codec looks for it.
func (c *Codec) take(packet []byte) error {
	switch {
	case c.in == nil:
		return errClosed
	case len(packet) == 0 || len(packet) > MaxPacket:
		return ErrPacket
	}
	copy(c.in.packetIn, packet)
	return nil
}

// give fetches what was decoded.
func (c *Codec) give(pcm *[MostInOne]int16, n int) {
	from := c.in.pcmOut
	for i := range pcm[:n] {
		pcm[i] = int16(binary.LittleEndian.Uint16(from[2*i:]))
	}
}
