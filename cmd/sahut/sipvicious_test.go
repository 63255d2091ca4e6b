package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// TestSIPVicious turns the best known scanner on a house that knows 127.0.0.1
// alone for a trunk. It must learn nothing, find nobody and be shut out, while
// the trunk and the pages do not notice.
func TestSIPVicious(t *testing.T) {
	for _, name := range []string{"svmap", "svwar", "svcrack"} {
		needProgram(t, name)
	}
	s := openAs(t, func(c *configs.Server) { c.SIP.Trunks[0].Addresses = []string{"127.0.0.1/32"} }, nil)
	dir := t.TempDir()
	names := "sari\n100\ndewi\n101\nayu\nrina\nadmin\n" + configs.DemoNumber + "\n"
	// The true password is in it, behind more wrong ones than anybody may try.
	words := strings.Repeat("wrong\n", 60) + s.password + "\n"
	for name, text := range map[string]string{"names": names, "words": words} {
		s.must(name, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}

	t.Run("scan", func(t *testing.T) {
		for i, args := range [][]string{
			{"svmap"}, {"svmap", "-m", "INVITE"},
			{"svwar", "-m", "REGISTER", "-d", filepath.Join(dir, "names"), "-e200-300", "--force"},
			{"svwar", "-m", "INVITE", "-d", filepath.Join(dir, "names"), "--force"},
			{"svwar", "-m", "OPTIONS", "-d", filepath.Join(dir, "names"), "--force"},
		} {
			t.Run(strings.Join(args[:min(3, len(args))], " "), func(t *testing.T) {
				t.Parallel()
				out := s.scan(t, fmt.Sprintf("127.0.0.%d", 10+i), args[0], args[1:]...)
				if told := tells.FindString(out); told != "" {
					t.Errorf("%s was told %q", args[0], told)
				}
			})
		}
	})
	s.stillServes()
	out := s.scan(t, "127.0.0.20", "svcrack", "-u", "sari", "-d", filepath.Join(dir, "words"), "--maximumtime", "2")
	if strings.Contains(out, s.password) {
		t.Error("svcrack found the password")
	}
	if !strings.Contains(out, "since we last received a response") {
		t.Error("svcrack was answered to the end")
	}
	s.shutOut()
	s.stillServes()
}

// tells is what a scan must not show: what runs here, and a row of svwar's table
// of extensions.
var tells = regexp.MustCompile(`(?mi)sahut |sipgo|^\|\s*(sari|dewi|ayu|rina|admin|\d+)\s*\|.*$`)

// scan runs one of SIPVicious' programs, seen by the house at
// attacker, and returns what it found.
func (s *site) scan(t *testing.T, attacker, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 40*time.Second)
	defer cancel()
	// svcrack knows no digest but MD5 and fails when it is not the first.
	way := newRelay(t, s.sip.Addr(), attacker, func(data []byte, toHouse bool) []byte {
		if toHouse {
			return data
		}
		return strongDigest.ReplaceAll(data, nil)
	})
	_, port, err := net.SplitHostPort(way.addr())
	s.must("port", err)
	dir := t.TempDir()
	// Without -b it takes port 5060 of every address of the machine.
	cmd := exec.CommandContext(ctx, name, append(append([]string{"-b", "127.0.0.1", "-p", port}, args...), "127.0.0.1")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir) // it keeps its sessions there
	out, err := cmd.CombinedOutput()
	t.Logf("%s: %v\n%s", name, err, lastLines(string(out), 40))
	return string(out)
}

var strongDigest = regexp.MustCompile(`WWW-Authenticate:[^\r]*SHA-256[^\r]*\r\n`)
