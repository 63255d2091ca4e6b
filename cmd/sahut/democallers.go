package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/sip/siptest"
)

// demoVoice is what a simulated caller says; see configs/promptgen/make.sh.
//
//go:embed democaller.wav
var demoVoice []byte

// Times of the demo's callers: how patient one is, and how long until the next.
const (
	demoPatience = 10 * time.Minute
	demoPause    = 4 * time.Second
)

// keepCalling keeps n callers on the line until ctx ends: each waits, speaks,
// and calls again a little after the volunteer hung up.
func keepCalling(ctx context.Context, addr string, n int, log *slog.Logger) {
	pcm, err := mediatest.ReadWAV(bytes.NewReader(demoVoice))
	if err != nil {
		log.Error("the simulated caller has no voice", "err", err)
		return
	}
	voice := mediatest.NewSound(pcm, true)
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		log.Error("the simulated callers cannot call", "err", err)
		return
	}
	phone, err := siptest.New(siptest.Config{Listen: net.JoinHostPort(host, "0")})
	if err != nil {
		log.Error("the simulated callers cannot call", "err", err)
		return
	}
	defer phone.Close()
	pacer := mediatest.NewPacer()
	defer pacer.Close()

	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			o := siptest.Options{
				From:  fmt.Sprintf("+62811000%04d", i+1),
				Media: mediatest.CallerOptions{Address: mediaAddress(net.ParseIP(host)), Pacer: pacer},
			}
			for ctx.Err() == nil {
				if err := callOnce(ctx, phone, addr, o, voice); err != nil && ctx.Err() == nil {
					log.Warn("a simulated call failed", "err", err)
				}
				select {
				case <-ctx.Done():
				case <-time.After(demoPause):
				}
			}
		})
	}
	all.Wait()
}

// callOnce is one call from start to end.
func callOnce(ctx context.Context, phone *siptest.Phone, addr string, o siptest.Options, voice *mediatest.Sound) error {
	call, err := phone.Dial(ctx, "sip:"+configs.DemoNumber+"@"+addr, o)
	if err != nil {
		return err
	}
	patience, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	if err := call.WaitAnswered(patience); err == nil {
		call.Media().Say(voice)
		select {
		case <-call.Done():
		case <-patience.Done():
		}
	}
	bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return call.Hangup(bye)
}

// mediaAddress is where a phone on ip takes its sound.
func mediaAddress(ip net.IP) netip.Addr {
	a, _ := netip.AddrFromSlice(ip)
	return a.Unmap()
}
