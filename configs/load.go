package configs

import (
	"bytes"
	"crypto/tls"
	_ "embed" // the example
	"os"
	"path/filepath"
	"reflect"
)

//go:embed sahut.example.yaml
var example []byte

// Example returns a commented settings file in which every key has its
// default.
func Example() []byte { return bytes.Clone(example) }

// Default returns the settings of an empty file.
func Default() Server {
	var s Server
	setDefaults(reflect.ValueOf(&s).Elem())
	return s
}

// maxFile bounds a document; ours have some hundred lines.
const maxFile = 1 << 20

// Load reads the settings file and the secret files it names. The error is
// Problems, all of them at once, or that of opening the file.
func Load(path string) (Server, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Server{}, Problems{{File: path, Reason: "cannot be read: " + cause(err),
			Remedy: "check the path; sahut config example prints a file to begin with"}}
	}
	if info.IsDir() || info.Size() > maxFile {
		return Server{}, Problems{{File: path, Reason: "is no settings file", Remedy: "name the YAML file itself"}}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Server{}, Problems{{File: path, Reason: "cannot be read: " + cause(err), Remedy: "let Sahut's user read it"}}
	}
	return Parse(path, b)
}

// Parse reads settings from b as Load does; path names them in problems and is
// where relative paths count from.
func Parse(path string, b []byte) (Server, error) {
	root, problems := parseYAML(b)
	var s Server
	places, more := decode(root, &s, decoder{})
	problems = append(problems, more...)
	if root != nil {
		found := check{found: &problems}
		s.validate(found)
		s.readFiles(found, filepath.Dir(path))
	}
	if err := problems.worded(&s, path, places).err(); err != nil {
		return Server{}, err
	}
	return s, nil
}

// readFiles makes paths absolute, takes passwords from their files and checks
// that those of TLS can be used.
func (s *Server) readFiles(c check, dir string) {
	from := func(path *string) {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	}
	from(&s.Data)
	for i := range s.SIP.Trunks {
		t := &s.SIP.Trunks[i]
		if t.PasswordFile == "" {
			continue
		}
		from(&t.PasswordFile)
		secret, reason, remedy := readSecret(t.PasswordFile)
		if reason != "" {
			c.in("sip").in("trunks").at(i).bad("password_file", t.PasswordFile, reason, remedy)
		}
		t.Password = secret
	}
	if !s.HTTP.TLS() {
		return
	}
	from(&s.HTTP.TLSCert)
	from(&s.HTTP.TLSKey)
	c = c.in("http")
	if reason, remedy := privateFile(s.HTTP.TLSKey); reason != "" {
		c.bad("tls_key", s.HTTP.TLSKey, reason, remedy)
		return
	}
	if _, err := tls.LoadX509KeyPair(s.HTTP.TLSCert, s.HTTP.TLSKey); err != nil {
		c.bad("tls_cert", s.HTTP.TLSCert, "cannot be used with tls_key: "+cause(err), "name a PEM certificate with its chain and the key it was made for")
	}
}
