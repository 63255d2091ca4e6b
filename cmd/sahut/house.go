package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/media"
	"sahut/queue"
	"sahut/sip"
	"sahut/store"
)

// house is all the rooms, fitted together in the order of the map. Each is
// opened after those it uses and closed before them.
type house struct {
	cfg configs.Server
	log *slog.Logger

	store   *store.Store
	library *media.Library
	engine  *media.Engine
	peers   *media.Peers
	sip     *sip.Server
	ui      *agentui.Server
	desk    *queue.Desk
	blocks  *blockBook

	callbacks *callbackBook

	messages *messages
	notes    *notes

	web      net.Listener
	control  net.Listener
	draining atomic.Bool
	broken   chan error // a room that must not fail did
	onKept   func()     // for tests: what the desk decided is on the disk
}

// openHouse opens everything and binds every port, but takes no call yet: run
// does. What was opened is closed again when a later part fails.
func openHouse(cfg configs.Server, log *slog.Logger) (h *house, err error) {
	h = &house{cfg: cfg, log: log, broken: make(chan error, 4)}
	var undo []func()
	defer func() {
		for i := len(undo) - 1; err != nil && i >= 0; i-- {
			undo[i]()
		}
	}()

	if h.store, err = store.Open(cfg.Data, store.Options{Realm: sip.Realm(cfg.SIP), Log: log}); err != nil {
		return nil, err
	}
	undo = append(undo, func() { h.store.Close() })
	if err = h.settleAccounts(); err != nil {
		return nil, err
	}
	if h.library, err = openLibrary(h.store, log); err != nil {
		return nil, err
	}
	if h.engine, err = media.NewEngine(cfg.Media, log); err != nil {
		return nil, err
	}
	undo = append(undo, func() { h.engine.Close() })
	h.peers = media.NewPeers(h.engine)

	h.blocks = openBlockBook(h.store, log)
	h.callbacks = openCallbackBook(h.store, log)
	if h.desk, err = h.openDesk(); err != nil {
		return nil, err
	}
	if err = h.callbacks.begin(h.desk.Post); err != nil {
		return nil, err
	}
	undo = append(undo, h.callbacks.close)
	debriefs, err := h.store.Debriefs()
	if err != nil {
		return nil, err
	}
	h.desk.Post(queue.DebriefsKept{Since: debriefs})
	if err = h.blocks.begin(h.desk.Post); err != nil { // before anybody can call
		return nil, err
	}
	undo = append(undo, h.blocks.close)
	h.notes = &notes{store: h.store, log: log}
	h.messages = &messages{store: h.store, log: log}
	if err = h.messages.mend(); err != nil {
		return nil, err
	}
	h.sip, err = sip.New(sip.Options{
		Config: cfg.SIP, SilentAfter: cfg.Media.SilentAfter.D(), Engine: h.engine, Peers: h.peers, Library: h.library,
		Desk: h.desk, Credentials: h.store, Alarm: h.trunkAlarm, Messages: h.messages, Log: log,
	})
	if err != nil {
		return nil, err
	}
	h.ui, err = agentui.New(agentui.Options{
		Config: cfg.HTTP, Desk: h.desk, Directory: directory{h.store}, Phone: phone{h.peers, h.sip},
		Prompts: prompts{h.library}, Line: line{h.sip}, Messages: h.messages, Notes: h.notes, Metrics: newMetrics(h), Ready: h.ready, Log: log,
	})
	if err != nil {
		return nil, err
	}
	undo = append(undo, func() { h.ui.Close(context.Background()) })
	h.desk.Attach(h.sip.Voice(), h.ui, h.sip.Devices())
	h.peers.OnState(func(agent string, st media.PeerState) {
		h.ui.PathChanged(queue.AgentID(agent), pathState(st))
	})

	if h.web, err = listenWeb(cfg.HTTP.Listen); err != nil {
		return nil, err
	}
	undo = append(undo, func() { h.web.Close() })
	if err = h.ui.Serve(h.web); err != nil {
		return nil, err
	}
	if h.control, err = listenControl(cfg.Data); err != nil {
		return nil, err
	}
	undo = append(undo, func() { h.control.Close() })
	// Last, because from here on the carrier's calls come in.
	if err = h.sip.Start(); err != nil {
		return nil, err
	}
	return h, nil
}

// Append keeps the desk's entries in the store: house is its queue.Journal.
func (h *house) Append(entries []queue.Entry) error {
	err := h.store.Append(entries)
	if h.onKept != nil {
		h.onKept()
	}
	return err
}

// openDesk makes the desk. From the last day's journal it remembers what is left
// of the limits of outgoing calls, and the latest drill.
func (h *house) openDesk() (*queue.Desk, error) {
	routing, revision, err := h.store.Routing()
	if err != nil {
		return nil, err
	}
	var past []queue.Entry
	err = h.store.Since(time.Now().Add(-queue.PastNeeded), func(e queue.Entry) bool {
		if queue.Lasting(e) {
			past = append(past, e)
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read what the last day called: %w", err)
	}
	return queue.NewDesk(queue.DeskOptions{
		Routing: routing, Revision: revision.Number, Country: h.cfg.SIP.Country, Past: past, Journal: h, Log: h.log,
		Blocks: h.blocks, Callbacks: h.callbacks, Pseudonym: h.store.Pseudonym,
	}), nil
}

// settleAccounts ends what a crash left open, before anything new happens.
func (h *house) settleAccounts() error {
	n, err := h.store.Recover(time.Now())
	if err != nil {
		return fmt.Errorf("settle the calls of the last run: %w", err)
	}
	if n > 0 {
		h.log.Warn("the last run ended without a proper stop; its running calls are recorded with outcome system", "calls", n)
	}
	return nil
}

// openLibrary loads the shipped prompts and those an admin uploaded. One that
// cannot be read any more is left out with a warning: the shipped one plays.
func openLibrary(s *store.Store, log *slog.Logger) (*media.Library, error) {
	l, err := media.NewLibrary(configs.Prompts())
	if err != nil {
		return nil, err
	}
	uploaded, err := s.Prompts()
	if err != nil {
		return nil, err
	}
	for _, p := range uploaded {
		wav, err := s.Prompt(p.Name)
		if err == nil {
			err = (prompts{l}).Set(p.Name, wav)
		}
		if err != nil {
			log.Warn("an uploaded prompt cannot be used; the shipped one plays instead", "prompt", p.Name, "err", err)
		}
	}
	return l, nil
}

// trunkAlarm tells the operator that a trunk stopped to work, once, and once
// when it works again.
func (h *house) trunkAlarm(a sip.Alarm) {
	if a.Up {
		h.log.Warn("trunk is up again", "trunk", a.Trunk, "down_since", a.Since)
		return
	}
	h.log.Error("trunk is down: no calls go out by it, and none may come in; ask the carrier, or look at the trunks page", "trunk", a.Trunk, "since", a.Since, "cause", a.Cause)
}

// listenWeb binds the pages' address.
func listenWeb(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("the pages cannot listen on %s: %w; stop the program that uses it or change http.listen", addr, err)
	}
	return l, nil
}

// listenControl makes the operator's socket. A left-over of a killed server is
// removed: the database's lock, held by now, says that nobody uses it.
func listenControl(dir string) (net.Listener, error) {
	path := filepath.Join(dir, controlSocket)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the old control socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("the control socket %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// readyLine is the one line a script waits for.
func (h *house) readyLine() string {
	scheme := "http"
	if h.cfg.HTTP.TLS() {
		scheme = "https"
	}
	return fmt.Sprintf("ready sip=%s http=%s://%s", h.sip.Addr(), scheme, h.web.Addr())
}

// ready says why no calls are taken, or nil.
func (h *house) ready() error {
	if h.draining.Load() {
		return errors.New("the server is draining")
	}
	if h.desk.Stats().JournalFailing {
		return errors.New("the journal cannot be written; calls go on, their records wait in memory: look at the disk")
	}
	return nil
}

// run takes calls until ctx ends, then drains: no new calls, those here finish,
// at most for drain_timeout or until again is closed (a second stop signal).
func (h *house) run(ctx context.Context, again <-chan struct{}) error {
	deskCtx, stopDesk := context.WithCancel(context.Background())
	deskDone := make(chan struct{})
	go func() {
		defer close(deskDone)
		if err := h.desk.Run(deskCtx); err != nil {
			h.broken <- fmt.Errorf("the desk stopped: %w", err)
		}
	}()
	go h.drillOnSchedule(ctx)
	erasing := make(chan struct{})
	go func() {
		defer close(erasing)
		var both sync.WaitGroup
		both.Go(func() { h.messages.eraseInTime(deskCtx) })
		both.Go(func() { h.notes.eraseInTime(deskCtx) })
		both.Wait()
	}()
	go func() { h.fail("pages", <-h.ui.Failed()) }()
	operator := &http.Server{Handler: withProfiles(h.ui.Operator()), ReadHeaderTimeout: 10 * time.Second}
	go func() { h.fail("control socket", operator.Serve(h.control)) }()

	var err error
	select {
	case <-ctx.Done():
		h.drain(again)
	case err = <-h.broken:
		h.log.Error("stopping because a part failed", "err", err)
	}

	stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = errors.Join(err, h.sip.Close(stop))
	h.settle(stop)
	stopDesk()
	<-deskDone
	<-erasing
	err = errors.Join(err, operator.Shutdown(stop), h.ui.Close(stop))
	h.blocks.close()
	h.callbacks.close()
	h.peers.CloseAll()
	err = errors.Join(err, h.engine.Close())
	return errors.Join(err, h.store.Close())
}

// fail reports a serving loop that ended by itself.
func (h *house) fail(what string, err error) {
	if err == nil || errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return
	}
	h.broken <- fmt.Errorf("%s: %w", what, err)
}

// drain lets the running calls finish.
func (h *house) drain(again <-chan struct{}) {
	h.draining.Store(true)
	h.sip.Drain()
	h.desk.Post(queue.DrainStarted{})
	h.ui.Drain()
	h.log.Info("draining: no new calls; stop again to end the running ones now", "at_most", h.cfg.DrainTimeout)
	timeout := time.NewTimer(h.cfg.DrainTimeout.D())
	defer timeout.Stop()
	h.idle(again, timeout.C)
}

// settle gives the ends of the last calls a moment to reach the journal.
func (h *house) settle(ctx context.Context) {
	timeout := time.NewTimer(2 * time.Second)
	defer timeout.Stop()
	h.idle(ctx.Done(), timeout.C)
}

// idle waits until no contact is in progress, or one of the two.
func (h *house) idle(enough <-chan struct{}, timeout <-chan time.Time) {
	look := time.NewTicker(100 * time.Millisecond) // the snapshot is published, nobody announces it
	defer look.Stop()
	for h.desk.Stats().Waiting > 0 || h.desk.Snapshot().Contacts > 0 {
		select {
		case <-look.C:
		case <-enough:
			return
		case <-timeout:
			h.log.Warn("ending calls that still run: drain_timeout is over")
			return
		}
	}
}
