package main

import (
	"encoding/binary"
	"errors"
	"log"
	"math"
	"os"
	"path/filepath"
)

// rate is what a telephone carries, in samples a second.
const rate = 8000

// How loud: music as speech on a telephone line, ring-back as an exchange sends
// it, which is softer, for it sounds straight into a headset.
const (
	musicLevel    = 0.33
	ringbackLevel = 0.12
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: promptgen FOLDER")
	}
	folder := os.Args[1]
	if err := errors.Join(
		write(filepath.Join(folder, "music.wav"), music(), musicLevel),
		write(filepath.Join(folder, "ringback.wav"), ringback(), ringbackLevel),
		write(filepath.Join(folder, "beep.wav"), beep(), ringbackLevel),
	); err != nil {
		log.Fatal(err)
	}
}

// write keeps the loop as 8 kHz 16 bit mono WAV, its loudest sample at level of
// full scale.
func write(name string, loop []float64, level float64) error {
	peak := 0.0
	for _, v := range loop {
		peak = math.Max(peak, math.Abs(v))
	}
	data := make([]byte, 0, len(loop)*2)
	for _, v := range loop {
		data = binary.LittleEndian.AppendUint16(data, uint16(int16(v/peak*level*32767)))
	}
	head := []byte("RIFF")
	head = binary.LittleEndian.AppendUint32(head, uint32(36+len(data)))
	head = append(head, "WAVEfmt "...)
	head = binary.LittleEndian.AppendUint32(head, 16)
	head = binary.LittleEndian.AppendUint16(head, 1) // PCM
	head = binary.LittleEndian.AppendUint16(head, 1) // mono
	head = binary.LittleEndian.AppendUint32(head, rate)
	head = binary.LittleEndian.AppendUint32(head, rate*2)
	head = binary.LittleEndian.AppendUint16(head, 2)
	head = binary.LittleEndian.AppendUint16(head, 16)
	head = append(head, "data"...)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(data)))
	return os.WriteFile(name, append(head, data...), 0o644)
}
