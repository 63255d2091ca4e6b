package agentui

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// request is one HTTP request together with what was found out about it.
type request struct {
	*http.Request
	from     netip.Addr // the browser's address
	secure   bool       // it came by https, to us or to a trusted proxy
	operator bool
	user     User // empty: not signed in
	session  Session
	hash     [32]byte // of the session
}

// author is who the history names.
func (r *request) author() string {
	if r.operator {
		return "operator"
	}
	return r.user.Name
}

// may tells whether the request has the rights.
func (r *request) may(need rights) bool {
	if r.operator || need == anyone {
		return need != nobody
	}
	switch r.user.Role {
	case Admin:
		return need == volunteers || need == office || need == admins
	case Supervisor:
		return need == volunteers || need == office || need == supervisors
	case Volunteer:
		return need == volunteers
	}
	return false
}

// outer is around every answer, also that of an unknown address: headers,
// plain http refused where it would show passwords, and a bug of ours ends
// only its own request.
func (s *Server) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, secure := s.proxies.origin(r, s.origins.https())
		r = r.WithContext(context.WithValue(r.Context(), arrival{}, arrival{from, secure}))
		setHeaders(w.Header(), secure)
		defer func() {
			if bug := recover(); bug != nil {
				if bug == http.ErrAbortHandler {
					panic(bug)
				}
				s.counts.panics.Add(1)
				s.log.Error("request failed by a bug", "method", r.Method, "path", r.URL.Path, "panic", bug, "stack", string(debug.Stack()))
				s.answer(w, r, internal)
			}
		}()
		if !secure && from.IsValid() && !from.IsLoopback() && !forMachines(r) {
			s.answer(w, r, &Problem{Status: http.StatusForbidden, Code: "plain_http",
				Detail: "Passwords and the microphone need an encrypted connection. Open the address with https."})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// forMachines tells the addresses that carry no secret and are asked for by
// monitors inside the house, often without TLS.
func forMachines(r *http.Request) bool {
	return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || r.URL.Path == "/metrics"
}

// arrival is how a request came, kept in its context.
type arrival struct {
	from   netip.Addr
	secure bool
}

// guarded lets route's handler see only whom the table lets in.
func (s *Server) guarded(route route, operator bool) http.HandlerFunc {
	return func(w http.ResponseWriter, hr *http.Request) {
		how, _ := hr.Context().Value(arrival{}).(arrival)
		r := &request{Request: hr, from: how.from, secure: how.secure, operator: operator}
		if !route.endless {
			// Slow bodies and slow readers of ordinary answers end here. The
			// recorder of a test has no deadlines; that is no trouble.
			c := http.NewResponseController(w)
			_ = c.SetReadDeadline(time.Now().Add(time.Minute))
			_ = c.SetWriteDeadline(time.Now().Add(time.Minute))
		}
		if err := s.admit(route, r); err != nil {
			s.refuse(w, route, r, err)
			return
		}
		if err := route.do(s, w, r); err != nil {
			s.answer(w, hr, err)
		}
	}
}

// admit finds out who asks and whether she may.
func (s *Server) admit(route route, r *request) error {
	if r.operator {
		return nil
	}
	if err := s.identify(r); err != nil && route.rights != anyone {
		return err // public answers do not depend on the disk
	}
	if !r.may(route.rights) {
		if r.user.Name == "" {
			return signInFirst
		}
		return &Problem{Status: http.StatusForbidden, Code: "forbidden", Detail: "Your account may not do this. Ask an admin."}
	}
	if r.session.Locked && !route.locked && route.rights != anyone {
		return sessionLocked
	}
	if unsafeMethod(r.Method) && strings.HasPrefix(route.path, "/api/") {
		return s.origins.ownPage(r.Request, true)
	}
	return nil
}

var signInFirst = &Problem{Status: http.StatusUnauthorized, Code: "signed_out", Detail: "Sign in first."}

// identify fills in the user whose session cookie came along, if it is good.
func (s *Server) identify(r *request) error {
	id := sessionID(r)
	if id == "" {
		return nil
	}
	hash := hashOf(id)
	session, user, err := s.sessions.find(hash, time.Now())
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up session: %w", err)
	}
	r.hash, r.session, r.user = hash, session, user
	return nil
}

// officePages are those of supervisors and, but for the wallboard, of admins.
var officePages = []string{"/admin", boardPath, "/reports"}

const boardPath = "/board"

// refuse answers who was not admitted: pages lead to the sign-in page.
func (s *Server) refuse(w http.ResponseWriter, route route, r *request, err error) {
	if err == error(signInFirst) && (route.path == "/{$}" || slices.Contains(officePages, route.path)) {
		to := "/signin"
		if route.path != "/{$}" {
			to += "?next=" + route.path
		}
		http.Redirect(w, r.Request, inLanguage(r.Request, to), http.StatusSeeOther)
		return
	}
	if err == error(sessionLocked) && slices.Contains(officePages, route.path) {
		http.Redirect(w, r.Request, "/", http.StatusSeeOther) // where it is unlocked
		return
	}
	s.answer(w, r.Request, err)
}

func (s *Server) wrongMethod(allowed []string) http.HandlerFunc {
	list := slices.Clone(allowed)
	if slices.Contains(list, "GET") {
		list = append(list, "HEAD")
	}
	slices.Sort(list)
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", strings.Join(list, ", "))
		s.answer(w, r, &Problem{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Args: []string{strings.Join(list, ", ")}, Detail: "Use " + strings.Join(list, " or ") + "."})
	}
}

func (s *Server) noSuchPage(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, &Problem{Status: http.StatusNotFound, Code: "not_found", Detail: "There is nothing at this address."})
}

func unsafeMethod(m string) bool {
	return m != http.MethodGet && m != http.MethodHead && m != http.MethodOptions
}

// origins knows the address of our own pages.
type origins struct{ own *url.URL } // nil: the host the browser asked for

func newOrigins(configured string) origins {
	u, err := url.Parse(configured)
	if configured == "" || err != nil {
		return origins{}
	}
	return origins{u}
}

// https tells whether the pages are configured to be behind TLS.
func (o origins) https() bool { return o.own != nil && o.own.Scheme == "https" }

// own tells whether origin, an Origin header, is that of our pages.
func (o origins) isOwn(origin string, r *http.Request) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" ||
		(u.Scheme != "http" && u.Scheme != "https") {
		return false
	}
	if o.own != nil {
		return strings.EqualFold(u.Scheme, o.own.Scheme) && sameHost(u.Host, o.own.Host, u.Scheme)
	}
	if how, _ := r.Context().Value(arrival{}).(arrival); how.secure && u.Scheme != "https" {
		return false
	}
	return sameHost(u.Host, r.Host, u.Scheme)
}

// sameHost compares two hosts with ports; the scheme's own port may be absent.
func sameHost(a, b, scheme string) bool {
	port := map[string]string{"http": "80", "https": "443"}[scheme]
	full := func(h string) string {
		if host, p, err := net.SplitHostPort(h); err == nil {
			return net.JoinHostPort(host, p)
		}
		return net.JoinHostPort(strings.Trim(h, "[]"), port)
	}
	return strings.EqualFold(full(a), full(b))
}

// ownPage refuses an unsafe request that a page of another origin could have
// caused. What scripts send must carry X-Sahut, which no other page can set
// without our leave. A browser's own word, Sec-Fetch-Site, counts most; a form
// of ours has Origin: null, because of its Referrer-Policy, so null alone
// proves nothing.
func (o origins) ownPage(r *http.Request, script bool) error {
	refused := &Problem{Status: http.StatusForbidden, Code: "cross_site", Detail: "This request did not come from Sahut's own page. Scripts send the header X-Sahut: 1."}
	if script && r.Header.Get("X-Sahut") != "1" {
		return refused
	}
	switch site := r.Header.Get("Sec-Fetch-Site"); {
	case site == "same-origin":
		return nil
	case site == "none" && script: // not a browser's page at all, or an extension of hers
		return nil
	case site != "":
		return refused
	}
	switch origin := r.Header.Get("Origin"); {
	case origin == "", origin == "null" && !script:
		return nil // a form has its token, a script its header
	case o.isOwn(origin, r):
		return nil
	}
	return refused
}

// trusted are the proxies whose word about a browser is believed.
type trusted []netip.Prefix

func (t trusted) has(a netip.Addr) bool {
	a = a.Unmap()
	return slices.ContainsFunc(t, func(p netip.Prefix) bool { return p.Contains(a) })
}

// origin returns the browser's address and whether it speaks https. The
// address is the last one in X-Forwarded-For that no trusted proxy has: what
// stands before it could have been written by anyone.
func (t trusted) origin(r *http.Request, https bool) (from netip.Addr, secure bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, r.TLS != nil // a unix socket
	}
	from, secure = peer.Addr().Unmap(), r.TLS != nil
	if !t.has(from) {
		return from, secure
	}
	secure = secure || https || strings.EqualFold(lastOf(r.Header.Values("X-Forwarded-Proto")), "https")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		if from = a.Unmap(); !t.has(from) {
			break
		}
	}
	return from, secure
}

func lastOf(values []string) string {
	all := strings.Split(strings.Join(values, ","), ",")
	return strings.TrimSpace(all[len(all)-1])
}
