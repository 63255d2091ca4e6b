package agentui_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"sahut/agentui"
	"sahut/agentui/agentuitest"
	"sahut/configs"
	"sahut/queue"
)

// house is a Server on a loopback port with everything around it played.
type house struct {
	t     *testing.T
	ui    *agentui.Server
	dir   *agentuitest.Directory
	desk  *agentuitest.Desk
	phone *agentuitest.Phone
	url   string
	log   *lines
}

// lines is a log that tests can search.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newHouse(t *testing.T, change ...func(*agentui.Options)) *house {
	t.Helper()
	h := &house{t: t, dir: agentuitest.NewDirectory(), desk: agentuitest.NewDesk(), phone: &agentuitest.Phone{}, log: &lines{}}
	config := configs.Default().HTTP
	o := agentui.Options{
		Config: config, Desk: h.desk, Directory: h.dir, Phone: h.phone, Prompts: &agentuitest.Prompts{}, Line: &agentuitest.Line{},
		Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&o)
	}
	var err error
	if h.ui, err = agentui.New(o); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h.ui.Handler())
	h.url = s.URL
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.ui.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		s.Close()
	})
	return h
}

// browser is a client with cookies that follows no redirect.
type browser struct {
	*house
	http *http.Client
	name string
}

func (h *house) stranger() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{house: h, http: &http.Client{
		Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signIn returns a signed-in browser.
func (h *house) signIn(name string) *browser {
	h.t.Helper()
	b := h.stranger()
	b.name = name
	r := b.send("POST", "/api/v1/session", agentui.Credentials{Username: name, Password: agentuitest.Password})
	if r.status != http.StatusOK {
		h.t.Fatalf("sign in as %s: %d %s", name, r.status, r.body)
	}
	return b
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   string
	code   string // of a problem
}

func (r reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), v); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
}

// send makes a request as our page's scripts do: body is JSON unless it is a
// string; pairs of header names and values follow.
func (b *browser) send(method, path string, body any, headers ...string) reply {
	b.t.Helper()
	var reader io.Reader
	kind := ""
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		reader, kind = bytes.NewReader(text), "application/json"
	}
	r, err := http.NewRequest(method, b.url+path, reader)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("X-Sahut", "1")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return b.do(r)
}

func (b *browser) do(r *http.Request) reply {
	b.t.Helper()
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	out := reply{status: res.StatusCode, header: res.Header, body: string(text)}
	var p agentui.Problem
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json") && json.Unmarshal(text, &p) == nil {
		out.code = p.Code
	}
	return out
}

// cookie is the session's id.
func (b *browser) cookie() string {
	u, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == "sahut" {
			return c.Value
		}
	}
	return ""
}

func (b *browser) ticket() string {
	b.t.Helper()
	var k agentui.Ticket
	b.send("POST", "/api/v1/ticket", nil).into(b.t, &k)
	return k.Ticket
}

// page is a live connection.
type page struct {
	*browser
	conn *websocket.Conn
	ctx  context.Context
}

func (b *browser) dial(ticket, origin string) (*page, int) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	b.t.Cleanup(cancel)
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	conn, res, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(b.url, "http")+"/live?ticket="+ticket, &websocket.DialOptions{
		HTTPClient: b.http, HTTPHeader: header,
	})
	if err != nil {
		if res == nil {
			b.t.Fatal(err)
		}
		return nil, res.StatusCode
	}
	conn.SetReadLimit(4 << 20)
	b.t.Cleanup(func() { conn.CloseNow() })
	return &page{b, conn, ctx}, res.StatusCode
}

// open dials and says hello.
func (b *browser) open(takeover bool) *page {
	b.t.Helper()
	p, status := b.dial(b.ticket(), b.url)
	if p == nil {
		b.t.Fatalf("live connection refused: %d", status)
	}
	p.say(map[string]any{"type": "hello", "versions": []int{1}, "takeover": takeover})
	return p
}

// live opens and waits for welcome and state.
func (b *browser) live() *page {
	b.t.Helper()
	p := b.open(false)
	p.expect("welcome")
	p.expect("state")
	return p
}

func (p *page) say(m any) {
	p.t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.conn.Write(p.ctx, websocket.MessageText, text); err != nil {
		p.t.Fatalf("write: %v", err)
	}
}

// next reads one message.
func (p *page) next() (m map[string]any) {
	p.t.Helper()
	_, text, err := p.conn.Read(p.ctx)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		p.t.Fatalf("waiting for a message: %v", err)
	}
	return m
}

// expect reads up to the next message of the kind and returns it.
func (p *page) expect(kind string) map[string]any {
	p.t.Helper()
	for {
		if m := p.next(); m["type"] == kind {
			return m
		}
	}
}

// expectTrouble reads the next error and compares its code.
func (p *page) expectTrouble(code agentui.TroubleCode) {
	p.t.Helper()
	if m := p.expect("error"); m["code"] != string(code) {
		p.t.Fatalf("error %v, want %s", m["code"], code)
	}
}

// closed reads to the end and returns the close code.
func (p *page) closed() websocket.StatusCode {
	p.t.Helper()
	for {
		if _, _, err := p.conn.Read(p.ctx); err != nil {
			if p.ctx.Err() != nil {
				p.t.Fatal("the connection was not closed")
			}
			return websocket.CloseStatus(err)
		}
	}
}

func (h *house) await(ev queue.Event, n int) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	if err := h.desk.Await(ctx, ev, n); err != nil {
		h.t.Fatalf("%#v was not posted %d times; events: %#v", ev, n, h.desk.Events())
	}
}

func (h *house) awaitClosed(a queue.AgentID, n int) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	if err := h.phone.AwaitClosed(ctx, a, n); err != nil {
		h.t.Fatalf("the path of %s was closed %d times, not %d", a, h.phone.Closed(a), n)
	}
}
