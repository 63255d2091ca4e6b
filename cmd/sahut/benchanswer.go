package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sahut/media/mediatest"
	"sahut/queue"
)

// answered is how many calls the answer's figures are taken from.
const answered = 50

// answerLoad: one volunteer takes one call after the other. From her Answer to
// the first packet of the caller's voice at her page, and of hers at the
// caller, who hears music until then.
func answerLoad(ctx context.Context, b *bench) ([]figure, error) {
	page, err := mediatest.NewBrowser(mediatest.BrowserOptions{Pacer: b.pacer})
	if err != nil {
		return nil, err
	}
	defer page.Close()
	desk := speaker{page, mediatest.ToneSound(1400)}
	r, err := hire(ctx, b.server.http, b.server.names[0], b.server.password, desk)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	page.Stamp(true)
	var toPage, toCaller []time.Duration
	for range answered {
		one, other, err := b.answerOne(ctx, r, desk)
		if err != nil {
			return nil, err
		}
		toPage, toCaller = append(toPage, one), append(toCaller, other)
	}
	slices.Sort(toPage)
	slices.Sort(toCaller)
	name := fmt.Sprintf("%d answers", answered)
	return []figure{
		{name, "Answer to the caller's voice, median", milli(toPage[answered/2]), "ms", "", ""},
		{name, "Answer to the caller's voice, worst", milli(toPage[answered-1]), "ms", "≤ 60", ""},
		{name, "Answer to the volunteer's voice, median", milli(toCaller[answered/2]), "ms", "", ""},
		{name, "Answer to the volunteer's voice, worst", milli(toCaller[answered-1]), "ms", "≤ 60", ""},
	}, nil
}

// answerOne is one call: the caller talks from the start and hears music, the
// volunteer answers, each hears the other.
func (b *bench) answerOne(ctx context.Context, r *robot, desk speaker) (toPage, toCaller time.Duration, err error) {
	wait, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := r.Await(wait, func(a queue.AgentView) bool { return a.State == queue.Ready }); err != nil {
		return 0, 0, err
	}
	desk.Hears().Reset()
	c, err := b.dial(wait)
	if err != nil {
		return 0, 0, err
	}
	c.Media().Stamp(true)
	c.Media().Speak(620)
	if err := c.Media().Hears().WaitSound(wait); err != nil {
		return 0, 0, err
	}
	ringing, err := r.Await(wait, func(a queue.AgentView) bool { return a.Offer != nil })
	if err != nil {
		return 0, 0, err
	}
	pressed := time.Now()
	r.Answer(ringing.Offer.ID)
	if err := desk.Hears().WaitTone(wait, 620); err != nil {
		return 0, 0, err
	}
	if err := c.Media().Hears().WaitTone(wait, 1400); err != nil {
		return 0, 0, err
	}
	toPage = desk.Hears().Heard().StampedAt.Sub(pressed)
	toCaller = c.Media().Hears().Heard().StampedAt.Sub(pressed)
	if err := c.Hangup(wait); err != nil {
		return 0, 0, err
	}
	desk.Attach(false)
	return toPage, toCaller, nil
}
