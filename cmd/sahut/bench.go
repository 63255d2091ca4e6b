package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// figure is one line of the benchmark's table.
type figure struct {
	Load   string  `json:"load"`
	What   string  `json:"what"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Target string  `json:"target"`
	Peers  string  `json:"peers"`
}

// benchCommand loads a server in another process with callers and browsers in
// this one. The peers' figures are those of the same kind of machine.
func benchCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "bench")
	calls := f.Int("calls", 150, "bridged calls at once")
	waiting := f.Int("waiting", 500, "callers waiting at once")
	length := f.Duration("for", 20*time.Second, "how long each load is measured")
	profiles := f.String("profiles", "", "write CPU and heap profiles of the server to this `folder`; its CPU figures rise a little")
	opus := f.Bool("opus", false, "only the bridged calls, with browsers that speak Opus")
	asJSON := f.Bool("json", false, "one JSON object a line")
	if _, err := parse(f, args); err != nil {
		return err
	}
	if *calls < 1 || *calls > 999 || *waiting < 1 || *waiting > 2000 {
		return usageError{"-calls takes 1 to 999, -waiting 1 to 2000"}
	}
	loads := []func(context.Context, *bench) ([]figure, error){waitingLoad, setupLoad, settledLoad, answerLoad, bridgedLoad}
	if *opus {
		loads = loads[len(loads)-1:]
	}
	var all []figure
	for _, load := range loads {
		b := &bench{opus: *opus, calls: *calls, waiting: *waiting, length: *length, profiles: *profiles}
		got, err := b.run(ctx, load)
		all = append(all, got...)
		if err != nil {
			return errors.Join(err, printFigures(term, all, *asJSON))
		}
	}
	return printFigures(term, all, *asJSON)
}

func printFigures(term *terminal, all []figure, asJSON bool) error {
	if asJSON {
		return printLines(term.out, all)
	}
	t := tabwriter.NewWriter(term.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "LOAD\tFIGURE\tSAHUT\tTARGET\tPEERS")
	for _, g := range all {
		fmt.Fprintf(t, "%s\t%s\t%.3g %s\t%s\t%s\n", g.Load, g.What, g.Value, g.Unit, g.Target, g.Peers)
	}
	return t.Flush()
}

// bench is one load: its server, and what plays the people.
type bench struct {
	calls, waiting int
	length         time.Duration
	profiles       string // folder; empty: none
	opus           bool   // the browsers speak it

	server *benchServer
	phone  *siptest.Phone
	pacer  *mediatest.Pacer
}

// run gives each load a fresh server.
func (b *bench) run(ctx context.Context, load func(context.Context, *bench) ([]figure, error)) (got []figure, err error) {
	if b.server, err = startBenchServer(ctx, b.calls); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.server.stop()) }()
	if b.phone, err = siptest.New(siptest.Config{}); err != nil {
		return nil, err
	}
	defer b.phone.Close()
	b.pacer = mediatest.NewPacer()
	defer b.pacer.Close()
	return load(ctx, b)
}

// dial places one call and waits for its answer.
func (b *bench) dial(ctx context.Context) (*siptest.Call, error) {
	wait, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	c, err := b.phone.Dial(wait, "sip:"+configs.DemoNumber+"@"+b.server.sip, siptest.Options{Media: mediatest.CallerOptions{Pacer: b.pacer}})
	if err != nil {
		return nil, err
	}
	return c, c.WaitAnswered(wait)
}

// dialAll places n calls at perSecond.
func (b *bench) dialAll(ctx context.Context, n, perSecond int) (calls []*siptest.Call, failed int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for range n {
		<-tick.C
		all.Go(func() {
			c, err := b.dial(ctx)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed++
				return
			}
			calls = append(calls, c)
		})
	}
	all.Wait()
	return calls, failed
}

// measure watches the server for b.length under the named load.
func (b *bench) measure(ctx context.Context, load string) (cpu float64, err error) {
	if b.profiles != "" {
		defer func() { err = errors.Join(err, b.profile(ctx, load)) }()
	}
	began, used := time.Now(), b.server.cpu()
	select {
	case <-time.After(b.length):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return 100 * float64(b.server.cpu()-used) / float64(time.Since(began)), nil
}

// profile writes what the server does and holds under a load that goes on.
func (b *bench) profile(ctx context.Context, load string) error {
	file := filepath.Join(b.profiles, load)
	return errors.Join(
		profileOf(ctx, b.server.data(), "profile?seconds=10", file+".cpu.pprof"),
		profileOf(ctx, b.server.data(), "heap?gc=1", file+".heap.pprof"))
}

// waitingLoad: many callers with music and nobody to answer.
func waitingLoad(ctx context.Context, b *bench) ([]figure, error) {
	name := fmt.Sprintf("%d callers waiting with music", b.waiting)
	before := b.server.rss()
	calls, failed := b.dialAll(ctx, b.waiting, 50)
	if failed > 0 {
		return nil, fmt.Errorf("%s: %d were not answered", name, failed)
	}
	setup := percentiles(calls, func(r siptest.Report) time.Duration { return r.Setup })
	first := percentiles(calls, func(r siptest.Report) time.Duration { return r.FirstRTP })
	cpu, err := b.measure(ctx, "waiting")
	if err != nil {
		return nil, err
	}
	n := float64(b.waiting)
	return []figure{
		{name, "CPU a caller", cpu / n, "% of a core", "≤ 0.05", "Asterisk 0.24, FreeSWITCH 0.385"},
		{name, "memory a caller", float64(b.server.rss()-before) / n, "KB", "≤ 60", "Asterisk 170, FreeSWITCH 519"},
		{name, "INVITE to 200, median", milli(setup[0]), "ms", "≤ 3", "Asterisk 2.3, FreeSWITCH 5.8"},
		{name, "INVITE to 200, p99", milli(setup[1]), "ms", "≤ 10", "Asterisk 4.8, FreeSWITCH 11.5"},
		{name, "ACK to first sound, p99", milli(first[1]), "ms", "≤ 40", "Asterisk 34-47, FreeSWITCH 23"},
		{name, "packets lost", float64(lost(calls)), "", "0", ""},
	}, b.phone.HangUpAll(ctx)
}

// setupLoad: the highest rate of INVITE, 200, ACK, 700 ms, BYE without a failure.
func setupLoad(ctx context.Context, b *bench) ([]figure, error) {
	best, cost := 0, 0.0
	var p99 time.Duration
	for _, rate := range []int{100, 150, 200, 250, 300, 350, 400} {
		used := b.server.cpu()
		calls, failed := b.shortCalls(ctx, rate*5, rate)
		if failed > 0 || ctx.Err() != nil {
			break
		}
		best = rate
		cost = milli(b.server.cpu()-used) / float64(len(calls))
		p99 = percentiles(calls, func(r siptest.Report) time.Duration { return r.Setup })[1]
	}
	return []figure{
		{"short calls", "highest rate with no failure", float64(best), "calls/s", "≥ 300", "Asterisk 250, FreeSWITCH 100"},
		{"short calls", "CPU a call at that rate", cost, "ms", "≤ 1.5", "Asterisk 2.3-3.6, FreeSWITCH 10.6-14.2"},
		{"short calls", "INVITE to 200, p99 at that rate", milli(p99), "ms", "", "Asterisk 8, FreeSWITCH 20"},
	}, ctx.Err()
}

// shortCalls places n calls that hang up 700 ms after the answer.
func (b *bench) shortCalls(ctx context.Context, n, rate int) (done []*siptest.Call, failed int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for range n {
		<-tick.C
		all.Go(func() {
			c, err := b.dial(ctx)
			if err == nil {
				time.Sleep(700 * time.Millisecond)
				err = c.Hangup(ctx)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed++
				return
			}
			done = append(done, c)
		})
	}
	all.Wait()
	return done, failed
}

// bridgedLoad: callers and browsers talking, sound both ways.
func bridgedLoad(ctx context.Context, b *bench) ([]figure, error) {
	name := fmt.Sprintf("%d bridged calls", b.calls)
	before := b.server.rss()
	life, stop := context.WithCancel(ctx)
	var pages []*mediatest.Browser
	var working sync.WaitGroup
	defer func() {
		stop()
		working.Wait()
		for _, p := range pages {
			p.Close()
		}
	}()
	voice := mediatest.ToneSound(1400)
	pages = make([]*mediatest.Browser, len(b.server.names))
	for i := range pages {
		page, err := mediatest.NewBrowser(mediatest.BrowserOptions{Pacer: b.pacer, Opus: b.opus})
		if err != nil {
			return nil, err
		}
		pages[i] = page
	}
	robots, err := b.hireAll(ctx, pages, voice)
	if err != nil {
		return nil, err
	}
	for i, r := range robots {
		working.Go(func() { r.work(life, speaker{pages[i], voice}) })
	}
	calls, failed := b.dialAll(ctx, b.calls, 10)
	if failed > 0 {
		return nil, fmt.Errorf("%s: %d were not answered", name, failed)
	}
	for _, r := range robots {
		if _, err := r.Await(ctx, func(a queue.AgentView) bool { return a.Call != nil && !a.Call.Connecting }); err != nil {
			return nil, err
		}
	}
	for i, c := range calls {
		c.Media().Stamp(true)
		c.Media().Speak(620)
		pages[i].Stamp(true)
		c.Media().Hears().Reset()
		pages[i].Hears().Reset()
	}
	cpu, err := b.measure(ctx, "bridged")
	if err != nil {
		return nil, err
	}
	var delay mediatest.Latency
	missing := lost(calls)
	for i, p := range pages {
		delay.Merge(p.Hears().Latency())
		delay.Merge(calls[i].Media().Hears().Latency())
		missing += p.Hears().Heard().Lost
	}
	n := float64(b.calls)
	if b.opus { // no stamp passes a codec
		return []figure{
			{name, "CPU a call over Opus", cpu / n, "% of a core", "", ""},
			{name, "memory a call over Opus", float64(b.server.rss()-before) / n, "KB", "", ""},
			{name, "packets lost", float64(missing), "", "0", ""},
			{name, "load generator late by at most", milli(b.pacer.Late()), "ms", "", ""},
		}, b.phone.HangUpAll(ctx)
	}
	return []figure{
		{name, "CPU a call", cpu / n, "% of a core", "≤ 0.30", "Asterisk 0.75, FreeSWITCH 0.60, rtpengine 0.23"},
		{name, "memory a call", float64(b.server.rss()-before) / n, "KB", "≤ 200", "Asterisk 1400, FreeSWITCH 1100"},
		{name, "latency, p50", milli(delay.Percentile(50)), "ms", "≤ 1", "Asterisk 0.1-0.8, FreeSWITCH 25-31"},
		{name, "latency, p99", milli(delay.Percentile(99)), "ms", "≤ 5", "Asterisk 0.9-10, FreeSWITCH 40"},
		{name, "packets lost", float64(missing), "", "0", ""},
		{name, "load generator late by at most", milli(b.pacer.Late()), "ms", "", ""},
	}, b.phone.HangUpAll(ctx)
}

// hireAll signs every volunteer in, a few at a time: a sign-in costs a core
// 85 ms of password hashing and a check a second of listening.
func (b *bench) hireAll(ctx context.Context, pages []*mediatest.Browser, voice *mediatest.Sound) ([]*robot, error) {
	robots := make([]*robot, len(pages))
	failures := make([]error, len(pages))
	var all sync.WaitGroup
	few := make(chan struct{}, 12)
	for i, page := range pages {
		all.Go(func() {
			few <- struct{}{}
			defer func() { <-few }()
			robots[i], failures[i] = hire(ctx, b.server.http, b.server.names[i], b.server.password, speaker{page, voice})
		})
	}
	all.Wait()
	return robots, errors.Join(failures...)
}

// percentiles are the median and the 99th of something in the calls' reports.
func percentiles(calls []*siptest.Call, of func(siptest.Report) time.Duration) [2]time.Duration {
	if len(calls) == 0 {
		return [2]time.Duration{}
	}
	var all []time.Duration
	for _, c := range calls {
		all = append(all, of(c.Report()))
	}
	slices.Sort(all)
	return [2]time.Duration{all[len(all)/2], all[len(all)*99/100]}
}

// lost counts packets that never reached the callers.
func lost(calls []*siptest.Call) int {
	n := 0
	for _, c := range calls {
		n += c.Report().Heard.Lost
	}
	return n
}

func milli(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
