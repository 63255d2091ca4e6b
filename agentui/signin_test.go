package agentui_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sahut/agentui"
	"sahut/agentui/agentuitest"
	"sahut/configs"
)

var tokenField = regexp.MustCompile(`name="token" value="([0-9a-f]+)"`)

// form fetches the sign-in page and sends its form.
func (b *browser) form(name, password string, headers ...string) reply {
	b.t.Helper()
	page := b.send("GET", "/signin", nil)
	token := tokenField.FindStringSubmatch(page.body)
	if token == nil {
		b.t.Fatalf("no form in %s", page.body)
	}
	return b.sendForm(url.Values{"token": {token[1]}, "username": {name}, "password": {password}, "next": {""}}, headers...)
}

func (b *browser) sendForm(v url.Values, headers ...string) reply {
	b.t.Helper()
	return b.send("POST", "/signin", v.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded", "X-Sahut", ""}, headers...)...)
}

func TestSignInPage(t *testing.T) {
	h := newHouse(t)
	for accept, want := range map[string]string{
		"":                        "en",
		"id-ID,id;q=0.9,en;q=0.5": "id",
		"en-US,en;q=0.9,id;q=0.8": "en",
		"de,fr;q=0.9":             "en",
		"de,id;q=0.3":             "id",
		"in":                      "id",
	} {
		r := h.stranger().send("GET", "/signin", nil, "Accept-Language", accept)
		if !strings.Contains(r.body, `<html lang="`+want+`">`) {
			t.Errorf("Accept-Language %q does not give %s", accept, want)
		}
	}
	b := h.stranger()
	en := b.send("GET", "/signin?lang=en", nil, "Accept-Language", "id").body
	for _, part := range []string{`<label for="username">Username</label>`, `<label for="password">Password</label>`, `<button type="submit">Sign in</button>`} {
		if !strings.Contains(en, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	if strings.Contains(en, "<script") || strings.Contains(en, "style=") {
		t.Error("the page needs what the policy forbids")
	}
	// A browser's form post has Origin: null, because of our Referrer-Policy.
	r := b.form("rina", agentuitest.Password, "Origin", "null", "Sec-Fetch-Site", "same-origin")
	if r.status != http.StatusSeeOther || r.header.Get("Location") != "/board" {
		t.Fatalf("sign in: %d to %q", r.status, r.header.Get("Location"))
	}
	if r := b.send("GET", "/admin", nil); r.status != http.StatusOK {
		t.Errorf("after signing in: %d", r.status)
	}
	if r := b.send("GET", "/signin?next=https://evil.example", nil); r.header.Get("Location") != "/board" {
		t.Errorf("led to %q", r.header.Get("Location"))
	}
	if r := b.send("GET", "/signin?lang=id", nil); r.header.Get("Location") != "/board?lang=id" {
		t.Errorf("her language was lost: %q", r.header.Get("Location"))
	}
	if r := h.stranger().send("GET", "/board?lang=id", nil, "Accept", "text/html", "Accept-Language", "en"); r.header.Get("Location") != "/signin?lang=id&next=%2Fboard" {
		t.Errorf("her language was lost: %q", r.header.Get("Location"))
	}
	sari := h.stranger()
	if r := sari.form("sari", agentuitest.Password); r.header.Get("Location") != "/" {
		t.Errorf("a volunteer was led to %q", r.header.Get("Location"))
	}
	if r := sari.send("POST", "/signout", "", "X-Sahut", "", "Sec-Fetch-Site", "cross-site"); r.status != http.StatusForbidden {
		t.Errorf("sign out from elsewhere: %d", r.status)
	}
	if r := sari.send("POST", "/signout", "", "X-Sahut", "", "Sec-Fetch-Site", "same-origin"); r.header.Get("Location") != "/signin" {
		t.Errorf("sign out: %d", r.status)
	}
	if r := sari.send("GET", "/", nil); r.header.Get("Location") != "/signin" {
		t.Errorf("after signing out: %d", r.status)
	}
}

// TestSameAnswer: an unknown user and a wrong password look alike, and both
// cost a password check.
func TestSameAnswer(t *testing.T) {
	h := newHouse(t)
	b := h.stranger()
	wrong, unknown := b.form("sari", "not her password"), b.form("nobody", "not her password")
	if wrong.status != http.StatusUnauthorized || unknown.status != wrong.status {
		t.Errorf("%d and %d", wrong.status, unknown.status)
	}
	if strings.ReplaceAll(wrong.body, "sari", "") != strings.ReplaceAll(unknown.body, "nobody", "") {
		t.Errorf("the pages differ:\n%s\n%s", wrong.body, unknown.body)
	}
	if !strings.Contains(wrong.body, `role="alert"`) {
		t.Error("the page says nothing of the mistake")
	}
	post := func(name, password string) reply {
		return b.send("POST", "/api/v1/session", agentui.Credentials{Username: name, Password: password})
	}
	if a, c := post("sari", "not her password"), post("nobody", "x"); a.body != c.body || a.status != 401 {
		t.Errorf("API: %s %s", a.body, c.body)
	}
	post("", "")
	post(strings.Repeat("x", 100), "x")
	if got := len(h.dir.Checks()); got != 6 {
		t.Errorf("%d password checks for 6 attempts", got)
	}
}

// TestLoginCSRF: the form's token belongs to its cookie.
func TestLoginCSRF(t *testing.T) {
	h := newHouse(t)
	v := url.Values{"username": {"sari"}, "password": {agentuitest.Password}}
	b := h.stranger()
	if r := b.sendForm(v); r.status != http.StatusForbidden {
		t.Errorf("without a token: %d", r.status)
	}
	other := tokenField.FindStringSubmatch(h.stranger().send("GET", "/signin", nil).body)[1]
	v.Set("token", other)
	if r := b.sendForm(v); r.status != http.StatusForbidden {
		t.Errorf("with a stranger's token: %d", r.status)
	}
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		if r := b.form("sari", agentuitest.Password, headers...); r.status != http.StatusForbidden {
			t.Errorf("with %v: %d", headers, r.status)
		}
	}
	if len(h.dir.Checks()) != 0 {
		t.Error("a password was checked")
	}
}

// TestFixation: an id that was there before signing in is worth nothing after.
func TestFixation(t *testing.T) {
	h := newHouse(t)
	b := h.stranger()
	u, _ := url.Parse(h.url)
	planted := strings.Repeat("A", 43)
	b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "sahut", Value: planted, Path: "/"}})
	b.send("POST", "/api/v1/session", agentui.Credentials{Username: "sari", Password: agentuitest.Password})
	first := b.cookie()
	if first == planted || first == "" {
		t.Fatalf("the planted id is in use")
	}
	b.send("POST", "/api/v1/session", agentui.Credentials{Username: "sari", Password: agentuitest.Password})
	second := b.cookie()
	if second == first {
		t.Error("the id did not change at the second sign-in")
	}
	if n := h.dir.Sessions(); n != 1 {
		t.Errorf("%d sessions are kept", n)
	}
	b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "sahut", Value: first, Path: "/"}})
	if r := b.send("GET", "/api/v1/me", nil); r.status != http.StatusUnauthorized {
		t.Errorf("the old id still works: %d", r.status)
	}
}

func TestCookie(t *testing.T) {
	h := newHouse(t, func(o *agentui.Options) { o.Config.TrustedProxies = []string{"127.0.0.1"} })
	b := h.stranger()
	for proto, want := range map[string][]string{
		"":      {"sahut=", "HttpOnly", "SameSite=Strict", "Path=/"},
		"https": {"__Host-sahut=", "HttpOnly", "SameSite=Strict", "Path=/", "Secure"},
	} {
		r := b.send("POST", "/api/v1/session", agentui.Credentials{Username: "sari", Password: agentuitest.Password}, "X-Forwarded-Proto", proto)
		cookie := r.header.Get("Set-Cookie")
		for _, part := range want {
			if !strings.Contains(cookie, part) {
				t.Errorf("over %q the cookie lacks %s: %s", proto, part, cookie)
			}
		}
		if hsts := r.header.Get("Strict-Transport-Security") != ""; hsts != (proto == "https") {
			t.Errorf("over %q HSTS is %v", proto, hsts)
		}
	}
}

// inTime is a server without sockets, for tests in which hours pass at once.
type inTime struct {
	t   *testing.T
	ui  *agentui.Server
	dir *agentuitest.Directory
}

func newInTime(t *testing.T, change ...func(*configs.HTTP)) *inTime {
	config := configs.Default().HTTP
	for _, c := range change {
		c(&config)
	}
	dir := agentuitest.NewDirectory()
	ui, err := agentui.New(agentui.Options{Config: config, Desk: agentuitest.NewDesk(), Directory: dir, Phone: &agentuitest.Phone{}, Prompts: &agentuitest.Prompts{}})
	if err != nil {
		t.Fatal(err)
	}
	return &inTime{t, ui, dir}
}

// ask sends a request from an address; cookie may be empty.
func (x *inTime) ask(method, path, body, from, cookie string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(from), 1234).String()
	r.Header.Set("X-Sahut", "1")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "sahut", Value: cookie})
	}
	w := httptest.NewRecorder()
	x.ui.Handler().ServeHTTP(w, r)
	return w
}

func (x *inTime) attempt(name, password, from string) (status int, took time.Duration, cookie string) {
	began := time.Now()
	w := x.ask("POST", "/api/v1/session", `{"username":"`+name+`","password":"`+password+`"}`, from, "")
	for _, c := range w.Result().Cookies() {
		cookie = c.Value
	}
	return w.Code, time.Since(began), cookie
}

// TestGrowingDelay: guessing gets slow, and never locks the true person out.
func TestGrowingDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newInTime(t)
		var delays []time.Duration
		for range 11 {
			status, took, _ := x.attempt("sari", "guess", "127.0.0.9")
			if status != http.StatusUnauthorized {
				t.Fatalf("a guess: %d", status)
			}
			delays = append(delays, took.Round(time.Second))
		}
		s := time.Second
		for i, want := range []time.Duration{0, 0, 0, 0, 0, 1 * s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s} {
			if delays[i] != want {
				t.Fatalf("the delays were %v", delays)
			}
		}
		status, took, _ := x.attempt("sari", agentuitest.Password, "127.0.8.1")
		if status != http.StatusOK || took > 10*time.Second {
			t.Errorf("the true person got %d after %v", status, took)
		}
		for range 11 { // now from elsewhere again
			x.attempt("sari", "guess", "127.0.9.9")
		}
		if status, took, _ := x.attempt("sari", agentuitest.Password, "127.0.8.7"); status != http.StatusOK || took != 0 {
			t.Errorf("from where she signed in before she got %d after %v", status, took)
		}
		if status, took, _ := x.attempt("dewi", agentuitest.Password, "127.0.7.1"); status != http.StatusOK || took != 0 {
			t.Errorf("someone else got %d after %v", status, took)
		}
		for range 11 {
			x.attempt("dewi", "guess", "127.0.6.6")
		}
		time.Sleep(20 * time.Minute)
		if _, took, _ := x.attempt("dewi", "guess", "127.0.5.5"); took != 0 {
			t.Errorf("after 20 quiet minutes a guess waits %v", took)
		}
	})
}

// TestManyGuessesAtOnce: a subnet's attempts stand in a row; beyond half a
// minute they are sent away, and the counting happens before the check.
func TestManyGuessesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newInTime(t)
		const n = 200
		type result struct {
			status int
			took   time.Duration
		}
		results := make(chan result, n)
		began := time.Now()
		for i := range n {
			go func() {
				status, took, _ := x.attempt("user"+string(rune('a'+i%26))+string(rune('a'+i/26)), "guess", "127.0.4."+string(rune('0'+i%10)))
				results <- result{status, took}
			}()
		}
		checked, away := 0, 0
		for range n {
			switch r := <-results; r.status {
			case http.StatusUnauthorized:
				checked++
			case http.StatusTooManyRequests:
				away++
			default:
				t.Fatalf("status %d", r.status)
			}
		}
		if checked > 30 || checked+away != n {
			t.Errorf("%d of %d guesses were checked in %v", checked, n, time.Since(began))
		}
	})
}

// TestSessionLimits: idle, absolute, and what a restart keeps.
func TestSessionLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newInTime(t, func(c *configs.HTTP) {
			c.SessionLifetime, c.SessionIdle = configs.Duration(12*time.Hour), configs.Duration(30*time.Minute)
		})
		me := func(cookie string) int { return x.ask("GET", "/api/v1/me", "", "127.0.0.1", cookie).Code }
		_, _, cookie := x.attempt("sari", agentuitest.Password, "127.0.0.1")
		for range 35 { // 11 h 40 min of work
			time.Sleep(20 * time.Minute)
			if code := me(cookie); code != http.StatusOK {
				t.Fatalf("in the middle of the shift: %d", code)
			}
		}
		time.Sleep(20 * time.Minute)
		if code := me(cookie); code != http.StatusUnauthorized {
			t.Errorf("after 12 hours: %d", code)
		}
		_, _, idle := x.attempt("sari", agentuitest.Password, "127.0.0.1")
		time.Sleep(31 * time.Minute)
		if code := me(idle); code != http.StatusUnauthorized {
			t.Errorf("after half an hour away: %d", code)
		}
		if n := x.dir.Sessions(); n != 0 {
			t.Errorf("%d dead sessions are kept", n)
		}

		_, _, volunteer := x.attempt("sari", agentuitest.Password, "127.0.0.1")
		_, _, admin := x.attempt("admin", agentuitest.Password, "127.0.0.1")
		if me(volunteer) != http.StatusOK || me(admin) != http.StatusOK {
			t.Fatal("fresh sessions do not work")
		}
		if n := x.dir.Sessions(); n != 1 {
			t.Errorf("%d sessions are kept, the admin's must not be", n)
		}
		if x.dir.HasKey([]byte(volunteer)) {
			t.Error("the cookie itself is kept, not its hash")
		}
		again, err := agentui.New(agentui.Options{Config: configs.Default().HTTP, Desk: agentuitest.NewDesk(), Directory: x.dir, Phone: &agentuitest.Phone{}, Prompts: &agentuitest.Prompts{}})
		if err != nil {
			t.Fatal(err)
		}
		x.ui = again
		if code := me(volunteer); code != http.StatusOK {
			t.Errorf("a volunteer after a restart: %d", code)
		}
		if code := me(admin); code != http.StatusUnauthorized {
			t.Errorf("an admin after a restart: %d", code)
		}
	})
}

// TestRoleChangeEndsSessions: rights never outlive the session they came with.
func TestRoleChangeEndsSessions(t *testing.T) {
	h := newHouse(t)
	rina, admin := h.signIn("rina"), h.signIn("admin")
	role := agentui.Volunteer
	if r := admin.send("PATCH", "/api/v1/users/rina", agentui.UserChange{Role: &role}); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := rina.send("GET", "/api/v1/calls", nil); r.code != "signed_out" {
		t.Errorf("the old session: %d %s", r.status, r.code)
	}
	if r := h.signIn("rina").send("GET", "/api/v1/calls", nil); r.code != "forbidden" {
		t.Errorf("the new session: %d %s", r.status, r.code)
	}
}

func TestProxies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newInTime(t, func(c *configs.HTTP) { c.TrustedProxies = []string{"192.0.2.0/24", "::1/128"} })
		ask := func(remote, forwarded, proto string) int {
			r := httptest.NewRequest("GET", "/metrics", nil)
			if proto != "metrics" {
				r = httptest.NewRequest("GET", "/signin", nil)
				r.Header.Set("X-Forwarded-Proto", proto)
			}
			r.RemoteAddr = remote
			if forwarded != "" {
				r.Header.Set("X-Forwarded-For", forwarded)
			}
			w := httptest.NewRecorder()
			x.ui.Handler().ServeHTTP(w, r)
			return w.Code
		}
		for _, row := range []struct {
			remote, forwarded, proto string
			want                     int
		}{
			{"127.0.0.1:5", "", "", 200},                                   // this machine
			{"203.0.113.5:5", "", "", 403},                                 // plain http from outside
			{"203.0.113.5:5", "127.0.0.1", "https", 403},                   // a stranger who claims to be a proxy
			{"192.0.2.1:5", "203.0.113.5", "https", 200},                   // the proxy, over TLS
			{"192.0.2.1:5", "203.0.113.5", "http", 403},                    // the proxy, asked in plain http
			{"192.0.2.1:5", "203.0.113.5", "https, http", 403},             // the last proxy's word counts
			{"192.0.2.1:5", "127.0.0.1, 203.0.113.5", "http", 403},         // she wrote the first part herself
			{"[::1]:5", "127.0.0.1, 203.0.113.5, 192.0.2.9", "https", 200}, // two proxies
		} {
			if got := ask(row.remote, row.forwarded, row.proto); got != row.want {
				t.Errorf("%+v gave %d", row, got)
			}
		}
	})
}

func TestClose(t *testing.T) {
	x := newInTime(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := x.ui.Close(ctx); err != nil {
		t.Error(err)
	}
}

// Who chose Indonesian to sign in reads Indonesian from there on.
func TestSignInKeepsTheLanguage(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []struct{ chosen, browser, want string }{{"id", "en-GB", "/?lang=id"}, {"id", "id-ID,id;q=0.9", "/"}, {"en", "id", "/?lang=en"}} {
		b := h.stranger()
		form := b.send("GET", "/signin?lang="+tt.chosen, nil, "Accept-Language", tt.browser)
		_, rest, _ := strings.Cut(form.body, `name="token" value="`)
		token, _, _ := strings.Cut(rest, `"`)
		body := url.Values{"username": {"sari"}, "password": {agentuitest.Password}, "token": {token}}.Encode()
		r := b.send("POST", "/signin?lang="+tt.chosen, body, "Accept-Language", tt.browser, "Content-Type", "application/x-www-form-urlencoded", "Origin", h.url)
		if got := r.header.Get("Location"); r.status != http.StatusSeeOther || got != tt.want {
			t.Errorf("%+v: %d to %q", tt, r.status, got)
		}
	}
}

// Who opens a page signed out comes to that page once she is signed in.
func TestSignInLeadsBack(t *testing.T) {
	h := newHouse(t)
	for _, page := range []string{"/admin", "/board", "/reports"} {
		b := h.stranger()
		to := b.send("GET", page, nil, "Accept", "text/html").header.Get("Location")
		if to != "/signin?next="+page {
			t.Fatalf("%s leads to %q", page, to)
		}
		form := b.send("GET", to, nil)
		token := tokenField.FindStringSubmatch(form.body)
		if !strings.Contains(form.body, page) || token == nil {
			t.Fatalf("the form of %s forgets where she wanted to go", page)
		}
		for name, want := range map[string]string{"rina": page, "sari": "/", "admin": strings.Replace(page, "/board", "/admin", 1)} {
			r := b.sendForm(url.Values{"token": {token[1]}, "username": {name}, "password": {agentuitest.Password}, "next": {page}})
			if got := r.header.Get("Location"); got != want {
				t.Errorf("%s of %s lands on %q", name, page, got)
			}
		}
	}
}
