package agentui

import (
	"bytes"
	"fmt"
	"net/http"
)

// The page can be installed, under a name and a picture that say nothing of what
// it is for: somebody may look over her shoulder. The service worker keeps only
// our own files and one page that says that there is no connection; nothing that
// was ever said about a caller is in its cache.

const manifest = `{"name":"Sahut","short_name":"Sahut","id":"/","start_url":"/","scope":"/","display":"standalone","background_color":"#eef1f4","theme_color":"#0b5cad","icons":[{"src":%q,"sizes":"any","type":"image/svg+xml","purpose":"any maskable"}]}`

func (s *Server) getManifest(w http.ResponseWriter, _ *request) error {
	w.Header().Set("Content-Type", "application/manifest+json")
	fmt.Fprintf(w, manifest, s.pages.asset("icon.svg"))
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
