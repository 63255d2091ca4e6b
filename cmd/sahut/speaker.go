package main

import (
	"sahut/media/mediatest"
)

// speaker is a simulated page's sound: mediatest's browser in the shape
// livetest's volunteer wants, with a voice of its own.
type speaker struct {
	*mediatest.Browser
	voice *mediatest.Sound
}

// Attach puts the microphone on or takes it off.
func (s speaker) Attach(on bool) {
	if on {
		s.Say(s.voice)
		return
	}
	s.Park()
}

// Packets counts what the page has heard.
func (s speaker) Packets() int { return s.Hears().Heard().Packets }
