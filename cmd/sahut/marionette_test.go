package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// firefoxTone is what the fake microphone of Firefox sings.
const firefoxTone = 1400

// firefoxPrefs make a profile that asks nobody for the microphone and calls
// nobody outside. When sound may play is left as it is for everybody.
const firefoxPrefs = `
user_pref("media.navigator.streams.fake", true);
user_pref("media.navigator.audio.fake_frequency", %d);
user_pref("media.navigator.permission.disabled", true);
user_pref("media.peerconnection.ice.obfuscate_host_addresses", false);
user_pref("marionette.port", 0);
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.backup.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("toolkit.telemetry.enabled", false);
`

// firefox is a Firefox driven by Marionette, which it speaks itself: WebDriver's
// commands as JSON on a TCP connection, each with its length before it.
type firefox struct {
	conn net.Conn
	in   *bufio.Reader
	id   int
}

// openFirefox starts a headless Firefox with a fake microphone on the sign-in
// page, in English. It plays where env says.
func (s *site) openFirefox(env ...string) *screen {
	s.t.Helper()
	dir := s.t.TempDir()
	s.must("profile", os.WriteFile(filepath.Join(dir, "user.js"), fmt.Appendf(nil, firefoxPrefs, firefoxTone), 0o600))
	cmd := exec.Command("firefox-esr", "--headless", "--no-remote", "--marionette", "--profile", dir, "about:blank")
	cmd.Env = append(append(os.Environ(), "HOME="+dir), env...)
	out, err := cmd.StdoutPipe()
	s.must("pipe", err)
	s.must("start Firefox", cmd.Start())
	f := &firefox{}
	s.t.Cleanup(func() { // it ends its children itself; killed, it leaves them writing into dir
		quit := errors.New("no connection")
		if f.conn != nil {
			_ = f.conn.SetDeadline(time.Now().Add(10 * time.Second))
			_, quit = f.call("Marionette:Quit", map[string]any{"flags": []string{"eForceQuit"}})
			_ = f.conn.Close()
		}
		if quit != nil {
			_ = cmd.Process.Kill()
		}
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); f.conn == nil && lines.Scan(); {
		if _, port, ok := strings.Cut(lines.Text(), "Marionette\tINFO\tListening on port "); ok {
			f.conn, err = net.Dial("tcp", "127.0.0.1:"+port)
			s.must("reach Firefox", err)
		}
	}
	if f.conn == nil {
		s.t.Fatal("Firefox ended without listening")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	end, _ := s.ctx.Deadline()
	s.must("deadline", f.conn.SetDeadline(end))
	f.in = bufio.NewReader(f.conn)
	_, err = f.read()
	s.must("Firefox's greeting", err)
	p := &screen{site: s, browser: f}
	for _, c := range []struct {
		command string
		with    map[string]any
	}{
		{"WebDriver:NewSession", nil},
		{"WebDriver:SetTimeouts", map[string]any{"script": 60_000}},
		{"WebDriver:Navigate", map[string]any{"url": "http://" + s.web.Addr().String() + "/signin?lang=en"}},
	} {
		if _, err := f.call(c.command, c.with); err != nil {
			p.fail("open Firefox", err)
		}
	}
	return p
}

// call sends one command and waits for its result.
func (f *firefox) call(command string, with map[string]any) (json.RawMessage, error) {
	f.id++
	b, err := json.Marshal([]any{0, f.id, command, with})
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(f.conn, "%d:%s", len(b), b); err != nil {
		return nil, err
	}
	if b, err = f.read(); err != nil {
		return nil, err
	}
	var answer [4]json.RawMessage // 1, id, error, result
	if err := json.Unmarshal(b, &answer); err != nil {
		return nil, err
	}
	if string(answer[2]) != "null" {
		return nil, fmt.Errorf("%s: %s", command, answer[2])
	}
	return answer[3], nil
}

func (f *firefox) read() ([]byte, error) {
	length, err := f.in.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(length, ":"))
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(f.in, b)
	return b, err
}

// run evaluates an expression; its value is what into takes.
func (f *firefox) run(expression string, into any) error {
	b, err := f.call("WebDriver:ExecuteScript", map[string]any{"script": "return (" + expression + ")", "args": []any{}})
	if err != nil {
		return err
	}
	return json.Unmarshal(b, &struct{ Value any }{into})
}

func (f *firefox) evaluate(expression string) (v string, err error) {
	return v, f.run(expression, &v)
}

// click is a real one: it fails when something lies over the element. When it leads
// to another page, it waits for that.
func (f *firefox) click(find string) error { return f.element(find, "WebDriver:ElementClick", "") }

func (f *firefox) follow(css string) error {
	return f.click(fmt.Sprintf("document.querySelector(%q)", css))
}

func (f *firefox) typeInto(css, text string) error {
	return f.element(fmt.Sprintf("document.querySelector(%q)", css), "WebDriver:ElementSendKeys", text)
}

// element does a command to the element that an expression finds.
func (f *firefox) element(find, command, text string) error {
	var found map[string]string // one, by the constant name that WebDriver gives elements
	if err := f.run(find, &found); err != nil {
		return err
	}
	for _, id := range found {
		_, err := f.call(command, map[string]any{"id": id, "text": text})
		return err
	}
	return fmt.Errorf("not found: %s", find)
}

func (f *firefox) look() ([]byte, error) {
	b, err := f.call("WebDriver:TakeScreenshot", map[string]any{"full": false})
	if err != nil {
		return nil, err
	}
	var shot struct{ Value string }
	if err := json.Unmarshal(b, &shot); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(shot.Value)
}
