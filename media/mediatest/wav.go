package mediatest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// WriteWAV writes 8 kHz mono samples as a WAV file of 16-bit PCM.
func WriteWAV(w io.Writer, pcm []int16) error {
	h := make([]byte, 44, 44+2*len(pcm))
	size := uint32(2 * len(pcm))
	copy(h, "RIFF")
	binary.LittleEndian.PutUint32(h[4:], 36+size)
	copy(h[8:], "WAVEfmt ")
	binary.LittleEndian.PutUint32(h[16:], 16)
	binary.LittleEndian.PutUint16(h[20:], 1)
	binary.LittleEndian.PutUint16(h[22:], 1)
	binary.LittleEndian.PutUint32(h[24:], Rate)
	binary.LittleEndian.PutUint32(h[28:], 2*Rate)
	binary.LittleEndian.PutUint16(h[32:], 2)
	binary.LittleEndian.PutUint16(h[34:], 16)
	copy(h[36:], "data")
	binary.LittleEndian.PutUint32(h[40:], size)
	for _, s := range pcm {
		h = binary.LittleEndian.AppendUint16(h, uint16(s))
	}
	_, err := w.Write(h)
	return err
}

// ErrWAV says what a WAV file must be to be said.
var ErrWAV = errors.New("not a WAV file of 16-bit PCM, mono, 8000 Hz; convert it with: sox IN -r 8000 -c 1 -b 16 OUT.wav")

// maxWAV is ten minutes.
const maxWAV = 10 * 60 * Rate * 2

// ReadWAV reads what WriteWAV writes.
func ReadWAV(r io.Reader) ([]int16, error) {
	all, err := io.ReadAll(io.LimitReader(r, maxWAV+4096))
	if err != nil {
		return nil, err
	}
	if len(all) < 12 || string(all[:4]) != "RIFF" || string(all[8:12]) != "WAVE" {
		return nil, ErrWAV
	}
	var format []byte
	for p := all[12:]; len(p) >= 8; {
		name, size := string(p[:4]), int(binary.LittleEndian.Uint32(p[4:]))
		body := p[8:]
		if size < 0 || size > len(body) {
			size = len(body) // a recorder that was killed leaves a size too large
		}
		switch name {
		case "fmt ":
			format = body[:size]
		case "data":
			return samples(format, body[:size])
		}
		p = body[min(size+size&1, len(body)):]
	}
	return nil, fmt.Errorf("%w (it has no data)", ErrWAV)
}

func samples(format, data []byte) ([]int16, error) {
	if len(format) < 16 {
		return nil, ErrWAV
	}
	u16 := binary.LittleEndian.Uint16
	if u16(format) != 1 || u16(format[2:]) != 1 || binary.LittleEndian.Uint32(format[4:]) != Rate || u16(format[14:]) != 16 {
		return nil, ErrWAV
	}
	pcm := make([]int16, len(data)/2)
	for i := range pcm {
		pcm[i] = int16(u16(data[2*i:]))
	}
	return pcm, nil
}
