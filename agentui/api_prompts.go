package agentui

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"sahut/configs"
)

// PromptList is what callers can hear.
type PromptList struct {
	Prompts []PromptInfo `json:"prompts"`
}

func (s *Server) getPrompts(w http.ResponseWriter, r *request) error {
	list := nonNil(s.prompts.Names())
	for i := range list {
		list[i].Millis = list[i].Duration.Milliseconds()
	}
	return writeJSON(w, http.StatusOK, PromptList{list})
}

// getPrompt gives the uploaded sound, that of the language first, else the shipped
// one: what a caller of that language hears.
func (s *Server) getPrompt(w http.ResponseWriter, r *request) error {
	name, lang := r.PathValue("name"), r.URL.Query().Get("lang")
	wav, err := s.directory.Prompt(lang + "/" + name)
	if errors.Is(err, ErrNotFound) {
		wav, err = s.directory.Prompt(name)
	}
	if errors.Is(err, ErrNotFound) {
		if shipped, ok := s.prompts.Shipped(name, lang); ok {
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

// promptKey is what the sound for callers of a language, or for all, is kept under.
func promptKey(r *request) (name, lang, key string, err error) {
	name, lang = r.PathValue("name"), r.URL.Query().Get("lang")
	switch {
	case !configs.ValidName(name):
		return "", "", "", invalidField("prompt_name", "A prompt's name begins with a small letter, then small letters, digits, dash and underscore, at most 32.", "32")
	case lang == "":
		return name, "", name, nil
	case !slices.Contains(PromptLanguages, lang):
		return "", "", "", badRequest("lang is id or en.")
	}
	return name, lang, lang + "/" + name, nil
}

// promptInfo is what there is under a name.
func (s *Server) promptInfo(name string) PromptInfo {
	for _, p := range s.prompts.Names() {
		if p.Name == name {
			return p
		}
	}
	return PromptInfo{Name: name}
}

// putPrompt keeps an uploaded sound once it is known to play.
func (s *Server) putPrompt(w http.ResponseWriter, r *request) error {
	name, lang, key, err := promptKey(r)
	if err != nil {
		return err
	}
	if now := s.promptInfo(name); lang != "" && !now.Builtin && !now.Uploaded {
		return &Problem{Status: http.StatusConflict, Code: "prompt_alone", Detail: "Upload it for all callers first: those of another language would hear nothing."}
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
	if err := s.directory.PutPrompt(key, wav, r.author()); err != nil {
		return fmt.Errorf("keep prompt %s: %w", key, err)
	}
	if err := s.prompts.Set(key, wav); err != nil {
		return fmt.Errorf("play prompt %s: %w", key, err)
	}
	s.log.Info("prompt uploaded", "prompt", key, "length", length, "by", r.author())
	kept := s.promptInfo(name)
	kept.Duration, kept.Millis = length, length.Milliseconds()
	return writeJSON(w, http.StatusOK, kept)
}

// deletePrompt removes an uploaded sound unless callers would then hear none.
func (s *Server) deletePrompt(w http.ResponseWriter, r *request) error {
	name, lang, key, err := promptKey(r)
	if err != nil {
		return ErrNotFound
	}
	now := s.promptInfo(name)
	if lang == "" && !now.Uploaded || lang != "" && !slices.Contains(now.Languages, lang) {
		return ErrNotFound
	}
	routing, _, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	left := now.Builtin || lang != "" && now.Uploaded // for callers of every language
	if users := s.usersOf(routing, name); len(users) > 0 && !left {
		return &Problem{Status: http.StatusConflict, Code: "in_use", Args: []string{strings.Join(users, ", ")}, Detail: "Callers of " + strings.Join(users, ", ") + " hear this prompt. Give them another one first."}
	}
	if err := s.directory.DeletePrompt(key); err != nil {
		return fmt.Errorf("remove prompt %s: %w", key, err)
	}
	s.prompts.Delete(key)
	s.log.Info("prompt removed", "prompt", key, "by", r.author())
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
