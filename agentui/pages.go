package agentui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The screens are bundled into web/dist by make. The folder holds one
// placeholder, so that a plain go build compiles; the pages then say what to do.
//
//go:embed all:web/dist
var dist embed.FS

//go:embed pages
var own embed.FS

var bundle, _ = fs.Sub(dist, "web/dist")

// pages are the HTML and the files beside it.
type pages struct {
	templates *template.Template
	files     map[string]file
	hash      string // of all files: the folder they are served under
	built     bool
	needs     map[string][]string // what a script imports at once
	later     map[string][]string // and when it is asked to
}

// file is one static file, compressed once if that helps.
type file struct {
	mime       string
	plain, gzx []byte
}

// loadPages reads the bundle and our own stylesheet. One hash stands for all
// files, so that they may name each other by relative addresses.
func loadPages(bundle fs.FS) (*pages, error) {
	p := &pages{files: map[string]file{}, needs: map[string][]string{}, later: map[string][]string{}}
	all := sha256.New()
	add := func(from fs.FS, name string) error {
		b, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(all, "%s %d ", name, len(b))
		all.Write(b)
		p.files[name] = newFile(name, b)
		if path.Ext(name) == ".js" {
			p.needs[name], p.later[name] = namesIn(atOnce, b), namesIn(onDemand, b)
		}
		return nil
	}
	err := fs.WalkDir(bundle, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		return add(bundle, name)
	})
	if err != nil {
		return nil, fmt.Errorf("read the bundled screens: %w", err)
	}
	_, volunteer := p.files["volunteer.js"]
	_, admin := p.files["admin.js"]
	p.built = volunteer && admin
	ours, err := fs.Sub(own, "pages")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"pages.css", "offline.js", "icon.svg", "icon-192.png", "icon-512.png", "icon-full-180.png", "icon-full-512.png"} { // beside the bundle
		if err := add(ours, name); err != nil {
			return nil, err
		}
	}
	p.hash = hex.EncodeToString(all.Sum(nil))[:16]
	p.templates, err = template.New("").Funcs(template.FuncMap{
		"asset":      p.asset,
		"has":        func(name string) bool { _, ok := p.files[name]; return ok },
		"shellFiles": p.shellFiles,
	}).ParseFS(ours, "*.html", "worker.js")
	return p, err
}

// asset is the address of a file.
func (p *pages) asset(name string) string { return "/static/" + p.hash + "/" + name }

// The scripts of a bundle name each other in these two ways.
var (
	atOnce   = regexp.MustCompile(`(?:from|import)\s*"\./([\w.-]+\.js)"`)
	onDemand = regexp.MustCompile(`import\("\./([\w.-]+\.js)"\)`)
)

func namesIn(how *regexp.Regexp, script []byte) (list []string) {
	for _, m := range how.FindAllSubmatch(script, -1) {
		list = append(list, string(m[1]))
	}
	return list
}

// closure adds to list what its scripts lead to, by the given tables.
func closure(list []string, tables ...map[string][]string) []string {
	for i := 0; i < len(list); i++ {
		for _, t := range tables {
			for _, name := range t[list[i]] {
				if !slices.Contains(list, name) {
					list = append(list, name)
				}
			}
		}
	}
	return list
}

// preload are the scripts a screen needs beside its own before it can be drawn,
// with the words of its language: the browser fetches them side by side instead
// of one after the other.
func (p *pages) preload(script, lang string) []string {
	list := closure([]string{script}, p.needs)[1:]
	if words := lang + ".js"; slices.Contains(p.later[script], words) {
		list = append(list, words)
	}
	return list
}

// shellFiles are what the volunteer's page needs in any state and language.
func (p *pages) shellFiles() (list []string) {
	for _, name := range closure([]string{"volunteer.js", "style.css", "pages.css", "offline.js", "icon.svg"}, p.needs, p.later) {
		if _, ok := p.files[name]; ok {
			list = append(list, name)
		}
	}
	return list
}

func newFile(name string, b []byte) file {
	f := file{mime: mime.TypeByExtension(path.Ext(name)), plain: b}
	switch path.Ext(name) { // not left to the machine's own list
	case ".js":
		f.mime = "text/javascript; charset=utf-8"
	case ".css":
		f.mime = "text/css; charset=utf-8"
	case ".svg":
		f.mime = "image/svg+xml"
	case ".woff2":
		f.mime = "font/woff2"
	case ".wav":
		f.mime = "audio/wav"
	case ".map", ".json":
		f.mime = "application/json"
	case ".webmanifest":
		f.mime = "application/manifest+json"
	}
	if f.mime == "" {
		f.mime = "application/octet-stream"
	}
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
	w.Write(b)
	w.Close()
	if z.Len() < len(b)*9/10 {
		f.gzx = z.Bytes()
	}
	return f
}

// static serves a file for ever: another content has another address.
func (s *Server) static(w http.ResponseWriter, r *request) error {
	f, ok := s.pages.files[r.PathValue("name")]
	if !ok || r.PathValue("hash") != s.pages.hash {
		return ErrNotFound
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", f.mime)
	body := f.plain
	if f.gzx != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Request) {
			h.Set("Content-Encoding", "gzip")
			body = f.gzx
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
	return nil
}

func acceptsGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "gzip" && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

// volunteerPage is where calls are answered.
func (s *Server) volunteerPage(w http.ResponseWriter, r *request) error {
	return s.shell(w, r, "volunteer")
}

// adminPage is for supervisors and admins.
func (s *Server) adminPage(w http.ResponseWriter, r *request) error {
	return s.shell(w, r, "admin")
}

// boardPage is the supervisors' wallboard.
func (s *Server) boardPage(w http.ResponseWriter, r *request) error {
	return s.shell(w, r, "board")
}

// reportsPage is the figures of any time.
func (s *Server) reportsPage(w http.ResponseWriter, r *request) error {
	return s.shell(w, r, "reports")
}

// shell is an empty page that loads a screen; what it must know at once stands
// in its meta elements, the rest comes from /api/v1/me.
func (s *Server) shell(w http.ResponseWriter, r *request, screen string) error {
	name := "shell.html"
	if !s.pages.built {
		name = "unbuilt.html"
	}
	routing, _, err := s.directory.Routing()
	if err != nil {
		s.log.Error("read routing for the house's clock", "err", err) // the page works without
	}
	return s.pages.write(w, http.StatusOK, name, map[string]any{
		"Lang": language(r.Request), "Screen": screen, "Script": screen + ".js", "Preload": s.pages.preload(screen+".js", language(r.Request)), "User": r.user.Name, "Role": r.user.Role, "Zone": routing.Shifts.TimeZone,
	})
}

// signInForm is what the sign-in page shows.
type signInForm struct {
	Words   signInText
	Token   string
	Name    string
	Next    string
	Trouble string
}

func (p *pages) signIn(w http.ResponseWriter, status int, f signInForm) error {
	return p.write(w, status, "signin.html", f)
}

// trouble shows a refusal to a person.
func (p *pages) trouble(w http.ResponseWriter, r *http.Request, refusal *Problem) {
	_ = p.write(w, refusal.Status, "trouble.html", map[string]any{"Lang": language(r), "Problem": refusal, "Said": refusal.inWords(language(r))})
}

func (p *pages) write(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("write page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
	return nil
}

// signInText is the sign-in page in one language.
type signInText struct {
	Lang, Other, OtherName                string
	Title, Username, Password, Button     string
	About, Wrong, Expired, TooMany, Legal string
}

var signInWords = map[string]signInText{
	"en": {
		Lang: "en", Other: "id", OtherName: "Bahasa Indonesia",
		Title: "Sign in", Username: "Username", Password: "Password", Button: "Sign in",
		About:   "For volunteers, supervisors and admins of this hotline.",
		Wrong:   "The user name or the password is wrong. Try again.",
		Expired: "This page was open for too long. Try again.",
		TooMany: "Too many attempts. Wait a minute, then try again.",
		Legal:   "Forgot the password? Ask an admin of your hotline.",
	},
	"id": {
		Lang: "id", Other: "en", OtherName: "English",
		Title: "Masuk", Username: "Nama pengguna", Password: "Kata sandi", Button: "Masuk",
		About:   "Untuk relawan, penyelia, dan admin layanan ini.",
		Wrong:   "Nama pengguna atau kata sandi salah. Silakan coba lagi.",
		Expired: "Halaman ini terlalu lama terbuka. Silakan coba lagi.",
		TooMany: "Terlalu banyak percobaan. Tunggu satu menit, lalu coba lagi.",
		Legal:   "Lupa kata sandi? Hubungi admin layanan Anda.",
	},
}
