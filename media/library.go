package media

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Library is the prompts by name. Those the program ships are in a language
// (id/greeting.wav) or in none (music.wav); those an admin uploads hide a
// shipped one of the same name in every language, unless their own name says
// one ("id/greeting").
type Library struct {
	builtin map[string]*Prompt // by "id/greeting" or "music"

	mu  sync.RWMutex // guards own
	own map[string]*Prompt
}

// defaultLanguage is where a prompt is looked for that the language asked for
// does not have.
const defaultLanguage = "id"

// NewLibrary reads every WAV of the file system.
func NewLibrary(builtin fs.FS) (*Library, error) {
	l := &Library{builtin: make(map[string]*Prompt), own: make(map[string]*Prompt)}
	err := fs.WalkDir(builtin, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".wav" {
			return err
		}
		f, err := builtin.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		p, err := ParseWAV(f, 0)
		if err != nil {
			return fmt.Errorf("prompt %s: %w", name, err)
		}
		l.builtin[strings.TrimSuffix(name, ".wav")] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the built-in prompts: %w", err)
	}
	return l, nil
}

// Get returns the prompt of that name: the admin's in this language, the
// admin's, the shipped one in this language, in none, in the default one. Nil,
// which plays as nothing, when there is none.
func (l *Library) Get(name, language string) *Prompt {
	if name == "" {
		return nil
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, p := range []*Prompt{
		l.own[language+"/"+name], l.own[name],
		l.builtin[language+"/"+name], l.builtin[name], l.builtin[defaultLanguage+"/"+name],
	} {
		if p != nil {
			return p
		}
	}
	return nil
}

// Has tells whether a prompt of that name exists in any language.
func (l *Library) Has(name string) bool { return slices.Contains(l.Names(), name) }

// Set keeps an admin's recording under a name, in place of what was there.
func (l *Library) Set(name string, p *Prompt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.own[name] = p
}

// Delete forgets an admin's recording; a shipped one of the name is back.
func (l *Library) Delete(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.own, name)
}

// Own returns the names an admin's recordings are kept under, some with their
// language, sorted.
func (l *Library) Own() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Sorted(maps.Keys(l.own))
}

// Names returns the names Get knows, without languages, sorted. Number words
// are left out: they are parts, not prompts.
func (l *Library) Names() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	names := make(map[string]bool)
	for name := range l.builtin {
		if name = path.Base(name); !isNumberWord(name) {
			names[name] = true
		}
	}
	for name := range l.own {
		names[path.Base(name)] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func isNumberWord(name string) bool {
	switch name {
	case "belas", "puluh", "ratus", "seratus", "hundred", "more-than", "people", "wait", "less-than", "to", "minute", "minutes":
		return true
	}
	if !strings.HasPrefix(name, "n") {
		return false
	}
	_, err := strconv.Atoi(name[1:])
	return err == nil
}

// Position returns what a caller is told who is n-th in line. It returns
// nothing when the number cannot be said: beyond 999, or a word is missing.
// Saying half of it would be worse.
func (l *Library) Position(n int, language string) []*Prompt {
	if n < 1 || n > 999 {
		return nil
	}
	if n == 1 {
		return l.all(language, "next")
	}
	return l.all(language, append([]string{"position"}, numberWords(language)(n)...)...)
}

// MoreThan returns that more than n are before her.
func (l *Library) MoreThan(n int, language string) []*Prompt {
	return l.figure(language, "more-than", n, "people")
}

// Wait returns how long it may take: from so many minutes to so many; from 0 is
// less than so many. Nothing when a word is missing, as with Position.
func (l *Library) Wait(from, to int, language string) []*Prompt {
	if to < 1 || to > 999 || from >= to {
		return nil
	}
	words := []string{"wait"}
	if from < 1 {
		words = append(words, "less-than")
	} else {
		words = append(append(words, numberWords(language)(from)...), "to")
	}
	words = append(words, numberWords(language)(to)...)
	if to == 1 { // English has a word for one of them; the Indonesian recording is the same
		return l.all(language, append(words, "minute")...)
	}
	return l.all(language, append(words, "minutes")...)
}

// figure returns a number between two prompts.
func (l *Library) figure(language, before string, n int, after string) []*Prompt {
	if n < 1 || n > 999 {
		return nil
	}
	return l.all(language, append(append([]string{before}, numberWords(language)(n)...), after)...)
}

func numberWords(language string) func(int) []string {
	if language == "en" {
		return english
	}
	return indonesian
}

func (l *Library) all(language string, names ...string) []*Prompt {
	var found []*Prompt
	for _, name := range names {
		p := l.Get(name, language)
		if p == nil {
			return nil
		}
		found = append(found, p)
	}
	return found
}

// indonesian names the words of a number up to 999: dua belas, tiga puluh
// satu, seratus lima, dua ratus sepuluh.
func indonesian(n int) []string {
	var words []string
	if hundreds := n / 100; hundreds == 1 {
		words = append(words, "seratus")
	} else if hundreds > 1 {
		words = append(words, digit(hundreds), "ratus")
	}
	n %= 100
	switch {
	case n == 0 && len(words) > 0:
	case n <= 11: // sepuluh and sebelas are words of their own
		words = append(words, digit(n))
	case n < 20:
		words = append(words, digit(n-10), "belas")
	default:
		words = append(words, digit(n/10), "puluh")
		if n%10 > 0 {
			words = append(words, digit(n%10))
		}
	}
	return words
}

// english names the words of a number up to 999: twelve, thirty one, one
// hundred five.
func english(n int) []string {
	var words []string
	if n >= 100 {
		words = append(words, digit(n/100), "hundred")
	}
	n %= 100
	switch {
	case n == 0 && len(words) > 0:
	case n <= 20:
		words = append(words, digit(n))
	default:
		words = append(words, digit(n/10*10))
		if n%10 > 0 {
			words = append(words, digit(n%10))
		}
	}
	return words
}

func digit(n int) string { return "n" + strconv.Itoa(n) }
