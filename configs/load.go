package configs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
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
		s.SIP.Trunks[i].readFiles(c.in("sip").in("trunks").at(i), from)
	}
	if len(s.SIP.TLSListen) > 0 {
		readKeyPair(c.in("sip"), from, &s.SIP.TLSCert, &s.SIP.TLSKey)
		readCA(c.in("sip"), from, "tls_client_ca", &s.SIP.TLSClientCA)
	}
	if s.HTTP.TLS() {
		readKeyPair(c.in("http"), from, &s.HTTP.TLSCert, &s.HTTP.TLSKey)
	}
}

// readFiles takes the trunk's passwords from their files and tries its
// certificates.
func (t *Trunk) readFiles(c check, from func(*string)) {
	for _, f := range []struct {
		key  string
		path *string
		into *Secret
	}{{"password_file", &t.PasswordFile, &t.Password}, {"auth_password_file", &t.AuthPasswordFile, &t.AuthPassword}} {
		if *f.path == "" {
			continue
		}
		from(f.path)
		secret, reason, remedy := readSecret(*f.path)
		if reason != "" {
			c.bad(f.key, *f.path, inFile(reason, remedy))
		}
		*f.into = secret
	}
	readKeyPair(c, from, &t.TLSCert, &t.TLSKey)
	readCA(c, from, "tls_ca", &t.TLSCA)
}

// readKeyPair tries a certificate with its key; half a pair was blamed before.
func readKeyPair(c check, from func(*string), cert, key *string) {
	if *cert == "" || *key == "" {
		return
	}
	from(cert)
	from(key)
	if reason, remedy := privateFile(*key); reason != "" {
		c.bad("tls_key", *key, inFile(reason, remedy))
		return
	}
	if _, err := tls.LoadX509KeyPair(*cert, *key); err != nil {
		c.bad("tls_cert", *cert, inFile("cannot be used with tls_key: "+cause(err), "name a PEM certificate with its chain and the key it was made for"))
	}
}

// readCA tries a file of CA certificates; empty is fine.
func readCA(c check, from func(*string), key string, path *string) {
	if *path == "" {
		return
	}
	from(path)
	b, err := os.ReadFile(*path)
	switch {
	case err != nil:
		c.bad(key, *path, inFile("cannot be read: "+cause(err), "check the path and that Sahut's user may read it"))
	case !x509.NewCertPool().AppendCertsFromPEM(b):
		c.bad(key, *path, inFile("holds no certificate", "name a PEM file of CA certificates"))
	}
}
