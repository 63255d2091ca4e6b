package livetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"sahut/queue"
)

// Browser is the sound half of a page.
type Browser interface {
	// Offer makes the SDP offer of a peer connection with one audio line.
	Offer() (string, error)
	// Answer applies the server's SDP answer.
	Answer(sdp string) error
	// Attach begins (true) or stops sending the microphone's sound.
	Attach(on bool)
	// Packets counts the packets heard so far.
	Packets() int
}

// pingEvery is the page's heartbeat.
const pingEvery = 2 * time.Second

// Volunteer is one signed-in page. Its methods may be called from any
// goroutine; states come in order.
type Volunteer struct {
	Name string

	base    string
	client  *http.Client
	browser Browser
	conn    *websocket.Conn
	stop    context.CancelFunc
	done    chan struct{}

	mu      sync.Mutex
	changed chan struct{} // closed and replaced on every message
	view    queue.AgentView
	seen    bool // a state has come
	notices []queue.Notice
	check   *message // latest check.result
	answer  bool     // media.answer applied
	peer    string   // latest media.state
	err     error    // why the socket ended
	onState func(queue.AgentView)
	asleep  bool
}

// message holds every field of the messages this side cares about.
type message struct {
	Type    string           `json:"type"`
	Code    string           `json:"code,omitempty"`
	For     string           `json:"for,omitempty"`
	SDP     string           `json:"sdp,omitempty"`
	State   string           `json:"state,omitempty"`
	Packets int              `json:"packets,omitempty"`
	LevelDB float64          `json:"level_db,omitempty"`
	View    *queue.AgentView `json:"view,omitempty"`
	Notice  *queue.Notice    `json:"notice,omitempty"`
}

// SignIn signs name in at base (http://host:port) and opens its live
// connection. onState, if not nil, is called with every state, in order, from
// the reading goroutine.
func SignIn(ctx context.Context, base, name, password string, b Browser, onState func(queue.AgentView)) (*Volunteer, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	v := &Volunteer{
		Name: name, base: base, browser: b, onState: onState,
		client:  &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: http.DefaultTransport.(*http.Transport).Clone()},
		changed: make(chan struct{}), done: make(chan struct{}),
	}
	if err := v.post(ctx, "/api/v1/session", map[string]string{"username": name, "password": password}, nil); err != nil {
		return nil, fmt.Errorf("sign in as %s: %w", name, err)
	}
	if err := v.open(ctx, false); err != nil {
		return nil, err
	}
	return v, nil
}

// open dials the live websocket with a fresh ticket and says hello.
func (v *Volunteer) open(ctx context.Context, takeover bool) error {
	var ticket struct{ Ticket string }
	if err := v.post(ctx, "/api/v1/ticket", struct{}{}, &ticket); err != nil {
		return fmt.Errorf("ticket for %s: %w", v.Name, err)
	}
	url := "ws" + strings.TrimPrefix(v.base, "http") + "/live?ticket=" + ticket.Ticket
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		HTTPClient: v.client, HTTPHeader: http.Header{"Origin": {v.base}},
	})
	if err != nil {
		return fmt.Errorf("live connection of %s: %w", v.Name, err)
	}
	conn.SetReadLimit(1 << 20)
	v.conn = conn
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	v.stop = stop
	go v.read(life, conn, v.done)
	go v.ping(life, v.done)
	v.Send("hello", map[string]any{"versions": []int{1}, "takeover": takeover})
	_, err = v.Await(ctx, func(queue.AgentView) bool { return true })
	return err
}

// Reload drops the page and its sound as a browser's reload does, and comes
// back with the same sign-in and b as the new page's sound.
func (v *Volunteer) Reload(ctx context.Context, b Browser) error {
	v.Drop()
	v.mu.Lock()
	v.browser, v.seen, v.err, v.answer, v.check, v.peer = b, false, nil, false, nil, ""
	v.done = make(chan struct{})
	v.mu.Unlock()
	return v.open(ctx, true)
}

// Drop cuts the connection without a word, as a crashed page does.
func (v *Volunteer) Drop() {
	v.stop()
	v.conn.CloseNow()
	<-v.done
}

// Sleep is a laptop whose lid is closed: the page says nothing any more, and its
// connection stays open.
func (v *Volunteer) Sleep() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asleep = true
}

// Close leaves.
func (v *Volunteer) Close() {
	v.conn.Close(websocket.StatusNormalClosure, "")
	v.Drop()
	v.client.CloseIdleConnections()
}

// StartShift presses Start shift and passes the check: sound is heard both
// ways. It returns when the server says the check is passed.
func (v *Volunteer) StartShift(ctx context.Context) error {
	v.Send("shift.start", nil)
	if err := v.OfferMedia(ctx); err != nil {
		return err
	}
	before := v.browser.Packets()
	v.browser.Attach(true)
	v.Send("check", nil)
	var result message
	err := v.await(ctx, func() bool {
		if v.check == nil {
			return false
		}
		result = *v.check
		return true
	})
	if err != nil {
		return fmt.Errorf("check of %s: %w", v.Name, err)
	}
	v.browser.Attach(false)
	v.Send("check.passed", map[string]any{"heard_packets": v.browser.Packets() - before, "mic_level_db": result.LevelDB})
	_, err = v.Await(ctx, func(s queue.AgentView) bool { return s.State != queue.Checking && s.State != queue.Offline })
	return err
}

// OfferMedia makes the peer connection and waits until the server calls it
// connected.
func (v *Volunteer) OfferMedia(ctx context.Context) error {
	sdp, err := v.browser.Offer()
	if err != nil {
		return fmt.Errorf("offer of %s: %w", v.Name, err)
	}
	v.Send("media.offer", map[string]any{"sdp": sdp})
	if err := v.await(ctx, func() bool { return v.answer && v.peer == "connected" }); err != nil {
		return fmt.Errorf("media of %s: %w", v.Name, err)
	}
	return nil
}

// Ready presses Ready and waits for the state.
func (v *Volunteer) Ready(ctx context.Context) error {
	v.Send("ready", nil)
	_, err := v.Await(ctx, func(s queue.AgentView) bool { return s.State == queue.Ready || s.State == queue.Offered })
	return err
}

// Answer attaches the microphone and accepts the offer that rings.
func (v *Volunteer) Answer(offer queue.OfferID) {
	v.browser.Attach(true)
	v.Send("accept", map[string]any{"offer": offer})
}

// HangUp ends contact; the microphone comes off at once.
func (v *Volunteer) HangUp(contact queue.ContactID) {
	v.browser.Attach(false)
	v.Send("hangup", map[string]any{"contact": contact})
}

// Send presses any button: a message of the protocol with its fields. A dead
// connection is told by Await.
func (v *Volunteer) Send(kind string, fields map[string]any) {
	m := map[string]any{"type": kind}
	for k, f := range fields {
		m[k] = f
	}
	b, err := json.Marshal(m)
	if err != nil {
		v.fail(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := v.conn.Write(ctx, websocket.MessageText, b); err != nil {
		v.fail(err)
	}
}

// Await waits for a state that ok accepts, beginning with the present one.
func (v *Volunteer) Await(ctx context.Context, ok func(queue.AgentView) bool) (queue.AgentView, error) {
	var got queue.AgentView
	err := v.await(ctx, func() bool {
		if !v.seen || !ok(v.view) {
			return false
		}
		got = v.view
		return true
	})
	if err != nil {
		v.mu.Lock()
		defer v.mu.Unlock()
		return got, fmt.Errorf("%s is %s: %w", v.Name, v.view.State, err)
	}
	return got, nil
}

// AwaitState waits for one state.
func (v *Volunteer) AwaitState(ctx context.Context, want queue.AgentState) (queue.AgentView, error) {
	got, err := v.Await(ctx, func(s queue.AgentView) bool { return s.State == want })
	if err != nil {
		err = fmt.Errorf("waiting for %s: %w", want, err)
	}
	return got, err
}

// AwaitNotice waits for a notice with this code, also one that came before.
func (v *Volunteer) AwaitNotice(ctx context.Context, code queue.NoticeCode) (queue.Notice, error) {
	var got queue.Notice
	err := v.await(ctx, func() bool {
		for _, n := range v.notices {
			if n.Code == code {
				got = n
				return true
			}
		}
		return false
	})
	if err != nil {
		err = fmt.Errorf("%s waits for notice %s: %w", v.Name, code, err)
	}
	return got, err
}

// View returns the latest state.
func (v *Volunteer) View() queue.AgentView {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.view
}

// await waits until ok holds; ok is called with the lock held, once now and
// after every message.
func (v *Volunteer) await(ctx context.Context, ok func() bool) error {
	for {
		v.mu.Lock()
		if ok() {
			v.mu.Unlock()
			return nil
		}
		err, changed := v.err, v.changed
		v.mu.Unlock()
		if err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// read takes every message until the socket ends.
func (v *Volunteer) read(ctx context.Context, conn *websocket.Conn, done chan struct{}) {
	defer close(done)
	for {
		_, b, err := conn.Read(ctx)
		if err != nil {
			v.fail(fmt.Errorf("live connection ended: %w", err))
			return
		}
		var m message
		if err := json.Unmarshal(b, &m); err != nil {
			v.fail(fmt.Errorf("message %.80q: %w", b, err))
			return
		}
		if m.Type == "elsewhere" {
			v.Send("takeover", nil)
		}
		if m.Type == "media.answer" {
			if err := v.browser.Answer(m.SDP); err != nil {
				v.fail(fmt.Errorf("apply the answer: %w", err))
				return
			}
		}
		v.take(m)
	}
}

// take keeps what m says and wakes whoever waits.
func (v *Volunteer) take(m message) {
	v.mu.Lock()
	switch m.Type {
	case "state":
		v.view, v.seen = *m.View, true
	case "notice":
		v.notices = append(v.notices, *m.Notice)
	case "media.answer":
		v.answer = true
	case "media.state":
		v.peer = m.State
	case "check.result":
		v.check = &m
	case "error":
		v.err = fmt.Errorf("the server refused %s: %s", m.For, m.Code)
	}
	close(v.changed)
	v.changed = make(chan struct{})
	v.mu.Unlock()
	if m.Type == "state" && v.onState != nil {
		v.onState(*m.View)
	}
}

// fail keeps the first reason why nothing more will come.
func (v *Volunteer) fail(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err == nil {
		v.err = err
	}
	close(v.changed)
	v.changed = make(chan struct{})
}

// ping keeps the session alive as the page does.
func (v *Volunteer) ping(ctx context.Context, done chan struct{}) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-done:
			return
		case now := <-t.C:
			v.mu.Lock()
			asleep := v.asleep
			v.mu.Unlock()
			if asleep {
				continue
			}
			v.Send("ping", map[string]any{"t": now.UnixMilli()})
		}
	}
}

// post sends JSON and reads JSON, with the header that unsafe methods need.
func (v *Volunteer) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Sahut", "1")
	res, err := v.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return errors.New(res.Status + " " + strings.TrimSpace(string(b)))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}
