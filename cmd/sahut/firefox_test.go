package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// Firefox as it comes: she signs in, starts her shift, hears the ring, answers;
// both hear each other, she from the loudspeaker itself; she hangs up and finishes;
// and all of it once more over Opus.
func TestFirefox(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"firefox-esr", "pulseaudio", "parec", "ip", "unshare"} {
		needProgram(t, name)
	}
	if !inOwnNetwork(t) {
		return
	}
	s := openAs(t, func(cfg *configs.Server) { cfg.Media.Address = ownAddress }, nil)
	ears := s.openLoudspeaker()
	p := s.openFirefox("PULSE_SERVER=" + ears.server)
	p.signIn("sari")
	p.press("Start shift")
	p.state(queue.Paused)
	p.press("Ready")
	p.state(queue.Ready)

	caller := s.dial(siptest.Options{})
	p.state(queue.Offered)
	ears.hears("the ring", ringNotes...)
	p.picture("firefox-1-offered")
	p.press("Answer")
	p.state(queue.Talking)
	s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, firefoxTone))
	ears.hears("the caller", callerTone)
	p.press("Mute")
	s.must("silence when muted", caller.Media().Hears().WaitQuiet(s.ctx))
	p.press("Unmute")
	s.must("voice when unmuted", caller.Media().Hears().WaitTone(s.ctx, firefoxTone))
	p.picture("firefox-2-talking")
	p.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
	p.state(queue.WrapUp)
	p.press("Finish wrap-up")
	p.state(queue.Ready)
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != queue.ByAgent {
		t.Errorf("record %+v", got)
	}

	// Her line is slow, she says: the next call goes by Opus, over one new connection.
	before := s.peers.Totals().Offers
	p.js("her line is slow", `(e => { e.value = "slow"; return String(e.dispatchEvent(new Event("change"))); })(document.getElementById("side-line"))`)
	s.until("Opus", func() bool { return s.peers.Totals().Opus == 1 })
	caller = s.dial(siptest.Options{})
	p.state(queue.Offered)
	p.press("Answer")
	p.state(queue.Talking)
	s.must("the caller hears the browser over Opus", caller.Media().Hears().WaitTone(s.ctx, firefoxTone))
	ears.hears("the caller over Opus", callerTone)
	if got := s.peers.Totals().Offers - before; got != 1 {
		t.Errorf("%d offers for it", got)
	}
	p.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
}

// ringNotes are the notes of the ring (ring.ts).
var ringNotes = []float64{523.25, 659.25, 783.99}

// ownAddress is where Firefox finds the server: it takes no candidate on loopback.
const ownAddress = "10.99.1.1"

// inOwnNetwork runs the test again in a network namespace of its own, and says
// whether this is that run. Firefox gathers no candidates without an address that
// is not loopback and a default route; there both lead nowhere.
func inOwnNetwork(t *testing.T) bool {
	const mark = "SAHUT_OWN_NETWORK"
	if os.Getenv(mark) != "" {
		return true
	}
	how := []string{"--net"}
	if os.Getuid() != 0 {
		how = append(how, "--map-root-user")
	}
	args := append(how, "sh", "-ec", `ip link set lo up
		ip link add home type veth peer name away
		ip addr add `+ownAddress+`/24 dev home
		ip link set home up; ip link set away up
		ip route add default via 10.99.1.2
		exec "$0" "$@"`, os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), mark+"=yes")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("in its own network: %v\n%s", err, out)
	}
	return false
}

// loudspeaker is a sound card whose sound nobody hears but the test: Firefox
// plays nothing of the ring without one.
type loudspeaker struct {
	*site
	server string
}

func (s *site) openLoudspeaker() *loudspeaker {
	s.t.Helper()
	dir := s.t.TempDir()
	socket := filepath.Join(dir, "sound")
	// norewinds: else the sink is two seconds late.
	cmd := exec.Command("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--log-level=info",
		"-L", "module-null-sink sink_name=ears norewinds=1", "-L", "module-native-protocol-unix auth-anonymous=1 socket="+socket)
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_RUNTIME_DIR="+dir)
	log, err := cmd.StderrPipe()
	s.must("pipe", err)
	s.must("start the sound", cmd.Start())
	s.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var said strings.Builder
	for lines := bufio.NewScanner(log); !strings.HasSuffix(said.String(), "startup complete.\n"); said.WriteString(lines.Text() + "\n") {
		if !lines.Scan() {
			s.t.Fatalf("pulseaudio ended: %s", said.String())
		}
	}
	go func() { _, _ = io.Copy(io.Discard, log) }()
	return &loudspeaker{s, "unix:" + socket}
}

// hears waits until one of the notes is heard.
func (l *loudspeaker) hears(what string, notes ...float64) {
	l.t.Helper()
	patience, cancel := context.WithTimeout(l.ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(patience, "parec", "--server="+l.server, "--device=ears.monitor", "--raw", "--latency-msec=50",
		"--format=s16le", "--channels=1", fmt.Sprintf("--rate=%d", mediatest.Rate))
	out, err := cmd.StdoutPipe()
	l.must("pipe", err)
	l.must("listen", cmd.Start())
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	pcm := make([]int16, mediatest.Rate/5)
	for {
		if err := binary.Read(out, binary.LittleEndian, pcm); err != nil {
			l.t.Fatalf("%s is not heard: %v", what, err)
		}
		for _, hz := range notes {
			if mediatest.Goertzel(hz, pcm) > -45 {
				return
			}
		}
	}
}
