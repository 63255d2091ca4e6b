package configs

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
)

// Secret is a password. It prints as *** everywhere; only Reveal tells it.
type Secret struct{ text string }

// NewSecret wraps text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal returns the password. Only code that proves or checks it may ask.
func (s Secret) Reveal() string { return s.text }

// Empty tells whether there is no password.
func (s Secret) Empty() bool { return s.text == "" }

// String returns *** for any password and nothing for none.
func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return "***"
}

// GoString keeps %#v from telling it.
func (s Secret) GoString() string { return s.String() }

// LogValue keeps logs from telling it.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps JSON and YAML from telling it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the password from a document.
func (s *Secret) UnmarshalText(b []byte) error {
	s.text = string(b)
	return nil
}

// readSecret reads the one line of a secret file. Its errors are the reason
// and the remedy of a Problem.
func readSecret(path string) (secret Secret, reason, remedy string) {
	if reason, remedy = privateFile(path); reason != "" {
		return Secret{}, reason, remedy
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Secret{}, "cannot be read: " + cause(err), "let Sahut's user read it: chown and chmod 600"
	}
	text := strings.TrimRight(string(b), "\r\n")
	switch {
	case text == "":
		return Secret{}, "is empty", "write the password into it, on one line"
	case strings.ContainsAny(text, "\r\n"):
		return Secret{}, "holds more than one line", "leave the password alone in it"
	}
	return Secret{text}, "", ""
}

// privateFile says what is wrong with a file that should be kept from other
// users of the machine.
func privateFile(path string) (reason, remedy string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "cannot be read: " + cause(err), "check the path and that Sahut's user may read it"
	case info.IsDir():
		return "is a folder", "name the file in it"
	case info.Mode().Perm()&0o004 != 0:
		return fmt.Sprintf("can be read by every user of this machine (mode %04o)", info.Mode().Perm()), "chmod 600 " + path
	}
	return "", ""
}

// cause drops the operation and the path from a file error: the problem names
// the path already.
func cause(err error) string {
	if pe, ok := err.(*fs.PathError); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
