package main

import (
	"net/url"
	"sync"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// requests are the addresses a page asked for, whatever asked: its elements, its
// scripts, a socket. A hotline's page asks its own server and nobody else.
type requests struct {
	mu  sync.Mutex // guards all
	all []string
}

func (r *requests) add(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, address)
}

// watchRequests notes every request of the screen, and at the test's end finds
// those that left the house.
func (p *screen) watchRequests() {
	p.t.Helper()
	r := &requests{}
	err := chromedp.Listen(p.tab, func(ev any) {
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			r.add(ev.Request.URL)
		case *network.EventWebSocketCreated:
			r.add(ev.URL)
		}
	})
	if err != nil {
		p.t.Fatalf("watch the requests: %v", err)
	}
	own := p.web.Addr().String()
	p.t.Cleanup(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		seen := 0
		for _, address := range r.all {
			u, err := url.Parse(address)
			switch {
			case err != nil:
				p.t.Errorf("the page asked for %q", address)
			case u.Scheme == "data", u.Scheme == "blob", u.Scheme == "about":
			case u.Host != own && !p.ways[u.Host]:
				p.t.Errorf("the page asked somebody else: %s", address)
			default:
				seen++
			}
		}
		if seen == 0 {
			p.t.Error("no request was seen at all: nothing was watched")
		}
	})
}
