package agentui

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"sahut/configs"
)

// PromptList is what callers can hear.
type PromptList struct {
	Prompts []PromptInfo `json:"prompts"`
}

var promptName = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,47}$`)

func (s *Server) getPrompts(w http.ResponseWriter, r *request) error {
	list := nonNil(s.prompts.Names())
	for i := range list {
		list[i].Millis = list[i].Duration.Milliseconds()
	}
	return writeJSON(w, http.StatusOK, PromptList{list})
}

// getPrompt gives the uploaded sound, else the shipped one.
func (s *Server) getPrompt(w http.ResponseWriter, r *request) error {
	name := r.PathValue("name")
	wav, err := s.directory.Prompt(name)
	if errors.Is(err, ErrNotFound) {
		if shipped, ok := s.prompts.Shipped(name, r.URL.Query().Get("lang")); ok {
			wav, err = shipped, nil
		}
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Content-Disposition", "attachment")
	w.Write(wav)
	return nil
}

// putPrompt keeps an uploaded sound once it is known to play.
func (s *Server) putPrompt(w http.ResponseWriter, r *request) error {
	name := r.PathValue("name")
	if !promptName.MatchString(name) {
		return invalidField("name", "A prompt's name is 1 to 48 of a-z, 0-9, dot, dash and underscore.", "48")
	}
	if t := mediaType(r); t != "audio/wav" && t != "audio/x-wav" && t != "audio/wave" && t != "audio/vnd.wave" {
		return &Problem{Status: http.StatusUnsupportedMediaType, Code: "unsupported_type", Detail: "Send a WAV file as audio/wav."}
	}
	wav, err := readBody(w, r, maxUpload)
	if err != nil {
		return err
	}
	length, err := s.prompts.Check(wav)
	if err != nil {
		return &Problem{Status: http.StatusUnprocessableEntity, Code: "unreadable_sound", Detail: err.Error()}
	}
	if err := s.directory.PutPrompt(name, wav, r.author()); err != nil {
		return fmt.Errorf("keep prompt %s: %w", name, err)
	}
	if err := s.prompts.Set(name, wav); err != nil {
		return fmt.Errorf("play prompt %s: %w", name, err)
	}
	s.log.Info("prompt uploaded", "prompt", name, "length", length, "by", r.author())
	return writeJSON(w, http.StatusOK, PromptInfo{Name: name, Uploaded: true, Duration: length, Millis: length.Milliseconds()})
}

// deletePrompt removes an uploaded sound unless callers would then hear none.
func (s *Server) deletePrompt(w http.ResponseWriter, r *request) error {
	name := r.PathValue("name")
	known := s.prompts.Names()
	i := slices.IndexFunc(known, func(p PromptInfo) bool { return p.Name == name })
	if i < 0 || !known[i].Uploaded {
		return ErrNotFound
	}
	routing, _, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	if users := s.usersOf(routing, name); len(users) > 0 && !known[i].Builtin {
		return &Problem{Status: http.StatusConflict, Code: "in_use", Args: []string{strings.Join(users, ", ")}, Detail: "Callers of " + strings.Join(users, ", ") + " hear this prompt. Give them another one first."}
	}
	if err := s.directory.DeletePrompt(name); err != nil {
		return fmt.Errorf("remove prompt %s: %w", name, err)
	}
	s.prompts.Delete(name)
	s.log.Info("prompt removed", "prompt", name, "by", r.author())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// usersOf lists what of a routing document could not play a prompt any more. Whoever
// judges the document knows every place that may name one.
func (s *Server) usersOf(r configs.Routing, prompt string) []string {
	rest := slices.DeleteFunc(s.promptNames(), func(name string) bool { return name == prompt })
	var users []string
	for _, p := range r.Validate(rest...) {
		if p.Value != prompt {
			continue
		}
		place, inside, _ := strings.Cut(p.Key, ".")
		if name, _, deep := strings.Cut(inside, "."); deep { // of a queue or a menu
			place = name
		}
		if !slices.Contains(users, place) {
			users = append(users, place)
		}
	}
	return users
}

// promptNames are the sounds a routing document may name.
func (s *Server) promptNames() []string {
	var names []string
	for _, p := range s.prompts.Names() {
		names = append(names, p.Name)
	}
	return names
}
