package agentui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// The page can be installed, under a name and a picture that say nothing of what
// it is for: somebody may look over her shoulder. The service worker keeps only
// our own files and one page that says that there is no connection; nothing that
// was ever said about a caller is in its cache.

// manifest is the page as an app. Telephones want pictures in pixels; the full one
// has no corners, for systems that cut their own.
type manifest struct {
	Name       string `json:"name"`
	ShortName  string `json:"short_name"`
	ID         string `json:"id"`
	StartURL   string `json:"start_url"`
	Scope      string `json:"scope"`
	Display    string `json:"display"`
	Background string `json:"background_color"`
	Theme      string `json:"theme_color"`
	Icons      []icon `json:"icons"`
}

type icon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

func (s *Server) getManifest(w http.ResponseWriter, _ *request) error {
	m := manifest{
		Name: "Sahut", ShortName: "Sahut", ID: "/", StartURL: "/", Scope: "/", Display: "standalone", Background: "#eef1f4", Theme: "#0b5cad",
		Icons: []icon{
			{s.pages.asset("icon.svg"), "any", "image/svg+xml", "any"},
			{s.pages.asset("icon-192.png"), "192x192", "image/png", "any"},
			{s.pages.asset("icon-512.png"), "512x512", "image/png", "any"},
			{s.pages.asset("icon-full-512.png"), "512x512", "image/png", "maskable"},
		},
	}
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	w.Write(b)
	return nil
}

// getWorker is the service worker of this very version: another version has
// another cache, and the old one goes.
func (s *Server) getWorker(w http.ResponseWriter, _ *request) error {
	var b bytes.Buffer
	if err := s.pages.templates.ExecuteTemplate(&b, "worker.js", map[string]any{"Hash": s.pages.hash}); err != nil {
		return fmt.Errorf("write the service worker: %w", err)
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Write(b.Bytes())
	return nil
}

// getOffline is what the worker shows when the server cannot be reached.
func (s *Server) getOffline(w http.ResponseWriter, r *request) error {
	return s.pages.write(w, http.StatusOK, "offline.html", map[string]any{"Lang": language(r.Request)})
}
