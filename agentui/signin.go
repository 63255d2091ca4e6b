package agentui

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Credentials sign in over the API.
type Credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// The sign-in form has a token of its own, bound to a cookie that is set with
// the form: no other page can sign her in as someone else.
const loginCookie = "sahut_signin"

// signInPage shows the form.
func (s *Server) signInPage(w http.ResponseWriter, r *request) error {
	if r.user.Name != "" {
		http.Redirect(w, r.Request, inLanguage(r.Request, landing(r.user, r.URL.Query().Get("next"))), http.StatusSeeOther)
		return nil
	}
	return s.showForm(w, r, http.StatusOK, "", "", r.URL.Query().Get("next"))
}

// showForm writes the form with what went wrong before, if anything did.
func (s *Server) showForm(w http.ResponseWriter, r *request, status int, trouble, name, next string) error {
	id := ""
	if c, err := r.Cookie(loginCookie); err == nil && len(c.Value) == 43 {
		id = c.Value
	} else {
		id = randomID()
		http.SetCookie(w, &http.Cookie{
			Name: loginCookie, Value: id, Path: "/signin", MaxAge: 3600,
			HttpOnly: true, Secure: r.secure, SameSite: http.SameSiteStrictMode,
		})
	}
	return s.pages.signIn(w, status, signInForm{
		Words: signInWords[language(r.Request)], Token: s.loginToken(id), Name: name, Next: next, Trouble: trouble,
	})
}

func (s *Server) loginToken(id string) string {
	mac := hmac.New(sha256.New, s.loginKey[:])
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil))
}

// signIn takes the form.
func (s *Server) signIn(w http.ResponseWriter, r *request) error {
	if err := s.origins.ownPage(r.Request, false); err != nil {
		return err
	}
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	words := signInWords[language(r.Request)]
	name, next := form.Get("username"), form.Get("next")
	c, err := r.Cookie(loginCookie)
	if err != nil || !hmac.Equal([]byte(s.loginToken(c.Value)), []byte(form.Get("token"))) {
		return s.showForm(w, r, http.StatusForbidden, words.Expired, name, next)
	}
	user, err := s.checkPassword(r, name, form.Get("password"))
	var wait tooMany
	switch {
	case errors.Is(err, ErrBadPassword):
		return s.showForm(w, r, http.StatusUnauthorized, words.Wrong, name, next)
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", wait.seconds())
		return s.showForm(w, r, http.StatusTooManyRequests, words.TooMany, name, next)
	case err != nil:
		return err
	}
	if err := s.openSession(w, r, user); err != nil {
		return err
	}
	http.Redirect(w, r.Request, inLanguage(r.Request, landing(user, next)), http.StatusSeeOther)
	return nil
}

// postSession signs in over the API.
func (s *Server) postSession(w http.ResponseWriter, r *request) error {
	var c Credentials
	if err := readJSON(w, r, &c); err != nil {
		return err
	}
	user, err := s.checkPassword(r, c.Username, c.Password)
	var wait tooMany
	switch {
	case errors.Is(err, ErrBadPassword):
		return &Problem{Status: http.StatusUnauthorized, Code: "wrong_credentials", Detail: "The user name or the password is wrong."}
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", wait.seconds())
		return &Problem{Status: http.StatusTooManyRequests, Code: "too_many", Args: []string{wait.seconds()}, Detail: "Too many attempts. Try again in " + wait.seconds() + " seconds."}
	case err != nil:
		return err
	}
	if err := s.openSession(w, r, user); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.me(r, user))
}

// tooMany says how long to stay away.
type tooMany time.Duration

func (t tooMany) Error() string { return "too many attempts" }
func (t tooMany) seconds() string {
	return strconv.Itoa(int(time.Duration(t).Seconds()) + 1)
}

// checkPassword checks slowly, and the same way whether the account exists or
// not.
func (s *Server) checkPassword(r *request, name, password string) (User, error) {
	name = strings.TrimSpace(name)
	if len(name) > 64 || len(password) > 256 || name == "" || password == "" {
		name, password = "-", "-" // no account can be called so; the time is the same
	}
	retry, err := s.slowdown.wait(r.Context(), name, r.from)
	if err != nil {
		return User{}, err
	}
	if retry > 0 {
		return User{}, tooMany(retry)
	}
	user, err := s.hashOne(r.Context(), name, password)
	switch {
	case errors.Is(err, ErrBadPassword):
		s.counts.signInFailures.Add(1)
		s.log.Warn("sign-in refused", "subnet", subnetOf(r.from))
		return User{}, ErrBadPassword
	case err != nil:
		return User{}, fmt.Errorf("check password: %w", err)
	}
	s.slowdown.succeeded(name, r.from, time.Now())
	return user, nil
}

// hashOne checks a password while few others are being checked: each takes
// tens of megabytes.
func (s *Server) hashOne(ctx context.Context, name, password string) (User, error) {
	select {
	case s.slowdown.hashing <- struct{}{}:
		defer func() { <-s.slowdown.hashing }()
	case <-ctx.Done():
		return User{}, ctx.Err()
	}
	return s.directory.CheckPassword(ctx, name, password)
}

// openSession begins a session under a new id; the one before, if any, ends,
// so an id that someone planted is worth nothing.
func (s *Server) openSession(w http.ResponseWriter, r *request, user User) error {
	if r.user.Name != "" {
		if err := s.endSession(r.hash); err != nil {
			return err
		}
	}
	id, err := s.sessions.open(user, time.Now())
	if err != nil {
		return err
	}
	setCookie(w, r, id)
	s.counts.signIns.Add(1)
	s.log.Info("signed in", "user", user.Name)
	return nil
}

// signOut takes the page's sign-out form; scripts use DELETE.
func (s *Server) signOut(w http.ResponseWriter, r *request) error {
	if err := s.origins.ownPage(r.Request, r.Header.Get("X-Sahut") != ""); err != nil {
		return err
	}
	if err := s.leave(w, r); err != nil {
		return err
	}
	http.Redirect(w, r.Request, "/signin", http.StatusSeeOther)
	return nil
}

// deleteSession signs out over the API.
func (s *Server) deleteSession(w http.ResponseWriter, r *request) error {
	if err := s.leave(w, r); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) leave(w http.ResponseWriter, r *request) error {
	dropCookie(w, r)
	if r.user.Name == "" {
		return nil
	}
	s.log.Info("signed out", "user", r.user.Name)
	return s.endSession(r.hash)
}

// endSession ends a session and every live connection it has.
func (s *Server) endSession(hash [32]byte) error {
	err := s.sessions.end(hash, time.Now())
	s.screens.signOut(func(x *session) bool { return x.hash == hash })
	return err
}

// endUser ends all sessions of a user.
func (s *Server) endUser(name string) error {
	err := s.sessions.endUser(name, time.Now())
	s.screens.signOut(func(x *session) bool { return string(x.agent) == name })
	return err
}

// landing is the page that opens after signing in. Only our own are ever led to.
func landing(u User, next string) string {
	if u.Role == Volunteer || next == "/" {
		return "/"
	}
	if slices.Contains(officePages, next) && (next != boardPath || u.Role == Supervisor) {
		return next
	}
	if u.Role == Supervisor {
		return boardPath
	}
	return "/admin"
}

func readForm(w http.ResponseWriter, r *request) (url.Values, error) {
	if mediaType(r) != "application/x-www-form-urlencoded" {
		return nil, &Problem{Status: http.StatusUnsupportedMediaType, Code: "unsupported_type", Detail: "Send the sign-in page's form."}
	}
	b, err := readBody(w, r, maxForm)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, badRequest("The form cannot be read.")
	}
	return form, nil
}

// language is what a page is written in: as asked with ?lang=, else the
// browser's first choice of the two there are.
func language(r *http.Request) string {
	switch asked := r.URL.Query().Get("lang"); asked {
	case "en", "id":
		return asked
	}
	return preferred(r)
}

// inLanguage has the page that follows speak the language that was chosen here,
// when that is not what the browser asks for anyway.
func inLanguage(r *http.Request, page string) string {
	u, err := url.Parse(page)
	if lang := language(r); err == nil && lang != preferred(r) && !u.Query().Has("lang") {
		q := u.Query()
		q.Set("lang", lang)
		u.RawQuery = q.Encode()
		return u.String()
	}
	return page
}

// preferred is the browser's first choice of the two languages there are.
func preferred(r *http.Request) string {
	best, quality := "en", 0.0
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(v, 64)
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if primary == "in" { // what old systems call Indonesian
			primary = "id"
		}
		if (primary == "en" || primary == "id") && q > quality {
			best, quality = primary, q
		}
	}
	return best
}
