package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/media"
	"sahut/queue"
	"sahut/sip"
	"sahut/store"
)

// phone fits media.Peers to agentui.Phone; the callers' legs are sip's.
type phone struct {
	peers *media.Peers
	sip   *sip.Server
}

func (p phone) Offer(ctx context.Context, agent queue.AgentID, sdp string) (string, error) {
	return p.peers.Offer(ctx, string(agent), sdp)
}

func (p phone) Check(ctx context.Context, agent queue.AgentID) (agentui.CheckResult, error) {
	r, err := whenDone(ctx, func(done func(media.CheckResult)) error { return p.peers.Check(string(agent), done) })
	return agentui.CheckResult(r), err
}

func (p phone) Echo(ctx context.Context, agent queue.AgentID) (agentui.EchoResult, error) {
	r, err := whenDone(ctx, func(done func(media.EchoResult)) error { return p.peers.Echo(string(agent), done) })
	return agentui.EchoResult{CheckResult: agentui.CheckResult(r.CheckResult), Lost: r.Lost, Jitter: r.Jitter}, err
}

// whenDone waits for the result of what begin begins.
func whenDone[T any](ctx context.Context, begin func(done func(T)) error) (result T, err error) {
	got := make(chan T, 1)
	if err = begin(func(r T) { got <- r }); err != nil {
		return result, err
	}
	select {
	case result = <-got:
		return result, nil
	case <-ctx.Done():
		return result, ctx.Err()
	}
}

func (p phone) Legs(agent queue.AgentID, contact queue.ContactID) (browser, caller *agentui.LegFigures) {
	if s, ok := p.peers.Stats(string(agent)); ok {
		browser = legFigures(s)
	}
	if s, ok := p.sip.LegStats(contact); ok {
		caller = legFigures(s)
	}
	return browser, caller
}

func legFigures(s media.LegStats) *agentui.LegFigures {
	return &agentui.LegFigures{
		Received: s.Received, Lost: s.Lost, Sent: s.Sent, FarLost: s.FarLost,
		Opus: s.Opus, Jitter: s.Jitter, FarJitter: s.FarJitter, RTT: s.RTT, FarReport: s.FarReport,
	}
}

func (p phone) Close(agent queue.AgentID) { p.peers.Close(string(agent)) }

// pathState names a peer's state as the screens do.
func pathState(st media.PeerState) agentui.PathState {
	switch st {
	case media.PeerConnecting:
		return agentui.PathConnecting
	case media.PeerConnected:
		return agentui.PathConnected
	}
	return agentui.PathLost
}

// maxPrompt is the largest WAV an admin may upload, in bytes: ten minutes of
// 8 kHz speech.
const maxPrompt = 10 << 20

// prompts fits media.Library to agentui.Prompts.
type prompts struct{ library *media.Library }

func (p prompts) Names() []agentui.PromptInfo {
	shipped, own := shippedPrompts(), p.library.Own()
	var list []agentui.PromptInfo
	for _, name := range p.library.Names() {
		info := agentui.PromptInfo{Name: name, Builtin: shipped[name], Uploaded: slices.Contains(own, name)}
		for _, language := range agentui.PromptLanguages {
			if slices.Contains(own, language+"/"+name) {
				info.Languages = append(info.Languages, language)
			}
		}
		sound := p.library.Get(name, "")
		if sound == nil && len(info.Languages) > 0 { // there in one language alone
			sound = p.library.Get(name, info.Languages[0])
		}
		if sound != nil {
			info.Duration = sound.Duration()
			info.Millis = info.Duration.Milliseconds()
		}
		list = append(list, info)
	}
	return list
}

// shippedPrompts are the names the program brings along, without language.
func shippedPrompts() map[string]bool {
	names := map[string]bool{}
	// The error cannot happen: the file system is inside the program.
	_ = fs.WalkDir(configs.Prompts(), ".", func(path string, d fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(d.Name(), ".wav"); ok {
			names[name] = true
		}
		return err
	})
	return names
}

// Shipped looks for the sound in that language, in none, and in any.
func (p prompts) Shipped(name, language string) ([]byte, bool) {
	for _, dir := range []string{language, ".", "id", "en"} {
		if wav, err := fs.ReadFile(configs.Prompts(), path.Join(dir, name+".wav")); err == nil {
			return wav, true
		}
	}
	return nil, false
}

func (p prompts) Check(wav []byte) (time.Duration, error) {
	sound, err := media.ParseWAV(bytes.NewReader(wav), maxPrompt)
	if err != nil {
		return 0, err
	}
	return sound.Duration(), nil
}

func (p prompts) Set(name string, wav []byte) error {
	sound, err := media.ParseWAV(bytes.NewReader(wav), maxPrompt)
	if err == nil {
		p.library.Set(name, sound)
	}
	return err
}

func (p prompts) Delete(name string) { p.library.Delete(name) }

// openStore opens the data directory as the server does.
func openStore(cfg configs.Server) (*store.Store, error) {
	return store.Open(cfg.Data, store.Options{Realm: sip.Realm(cfg.SIP)})
}

// openOffline opens a data directory nobody serves, with the operator's API on
// top of it: the same handlers, without a desk and without sound.
func openOffline(dir string) (*operator, error) {
	s, err := store.Open(dir, store.Options{}) // the realm is the one the server used last
	if err != nil {
		return nil, err
	}
	library, err := openLibrary(s, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	desk := &shutDesk{journal: s, before: func(n uint64) (configs.Routing, error) {
		r, _, err := directory{s}.RoutingAt(n)
		return r, err
	}}
	ui, err := agentui.New(agentui.Options{
		Config: configs.Default().HTTP, Desk: desk, Directory: directory{s}, Phone: noPhone{}, Prompts: prompts{library},
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	closeAll := func() error { return errors.Join(ui.Close(context.Background()), desk.err, s.Close()) }
	return &operator{http.Client{Transport: handlerTransport{ui.Operator()}}, closeAll}, nil
}

// shutDesk is the desk of a house that takes no calls. What an admin changes
// still goes into the journal, so that it tells which routing was in force when.
type shutDesk struct {
	journal queue.Journal
	before  func(revision uint64) (configs.Routing, error) // the routing of an earlier revision
	err     error                                          // of the journal; the command reports it
}

func (d *shutDesk) Post(ev queue.Event) {
	if r, ok := ev.(queue.RoutingChanged); ok {
		e := queue.Entry{At: time.Now(), Kind: queue.ConfigVersion, Revision: r.Revision, By: r.By}
		if old, err := d.before(r.Revision - 1); err == nil { // of the first there is none
			e.Result = configs.Paths(old, r.Routing, queue.PathsKept)
		}
		d.err = errors.Join(d.err, d.journal.Append([]queue.Entry{e}))
	}
}

func (*shutDesk) Snapshot() *queue.Snapshot                                { return &queue.Snapshot{At: time.Now()} }
func (*shutDesk) Conservation() queue.Conservation                         { return queue.Conservation{} }
func (*shutDesk) View(queue.AgentID) (queue.AgentView, bool)               { return queue.AgentView{}, false }
func (*shutDesk) Waiting(context.Context) ([]queue.WaitingCaller, error)   { return nil, nil }
func (*shutDesk) Why(context.Context, queue.ContactID) (*queue.Why, error) { return nil, nil }

func (*shutDesk) CancelCallback(context.Context, queue.ContactID, string) (string, error) {
	return "", errNoServer
}
func (*shutDesk) UrgeCallback(context.Context, queue.ContactID, string) (string, error) {
	return "", errNoServer
}
func (*shutDesk) AnswerSafety(context.Context, queue.ContactID, queue.SafetyAnswer, string) (string, error) {
	return "", errNoServer
}
func (*shutDesk) FinishWrapUp(context.Context, queue.AgentID, queue.ContactID, string, queue.TalkSafe) (string, error) {
	return "", errNoServer
}

// noPhone refuses: nobody is on shift without a server.
type noPhone struct{}

var errNoServer = errors.New("no server runs here")

func (noPhone) Offer(context.Context, queue.AgentID, string) (string, error) { return "", errNoServer }
func (noPhone) Check(context.Context, queue.AgentID) (agentui.CheckResult, error) {
	return agentui.CheckResult{}, errNoServer
}
func (noPhone) Echo(context.Context, queue.AgentID) (agentui.EchoResult, error) {
	return agentui.EchoResult{}, errNoServer
}
func (noPhone) Legs(queue.AgentID, queue.ContactID) (browser, caller *agentui.LegFigures) {
	return nil, nil
}
func (noPhone) Close(queue.AgentID) {}

// handlerTransport carries requests to a handler in this process. Bodies are
// streamed, so a backup never stands in memory.
type handlerTransport struct{ handler http.Handler }

func (t handlerTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	pr, pw := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: pw, began: make(chan int, 1)}
	if req.Body == nil {
		req.Body = http.NoBody
	}
	req.RequestURI, req.RemoteAddr = req.URL.RequestURI(), "@"
	go func() {
		defer func() {
			if v := recover(); v != nil {
				pw.CloseWithError(errors.New("the answer was cut off"))
			}
			w.begin(http.StatusOK)
			pw.Close()
		}()
		t.handler.ServeHTTP(w, req)
	}()
	status := <-w.began
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: pr, ContentLength: -1, Request: req,
	}, nil
}

// pipeWriter is the handler's side of handlerTransport.
type pipeWriter struct {
	header, sent http.Header
	body         *io.PipeWriter
	began        chan int
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) begin(status int) {
	if w.sent == nil {
		w.sent = w.header.Clone()
		w.began <- status
	}
}

func (w *pipeWriter) WriteHeader(status int) { w.begin(status) }

func (w *pipeWriter) Write(b []byte) (int, error) {
	w.begin(http.StatusOK)
	return w.body.Write(b)
}
