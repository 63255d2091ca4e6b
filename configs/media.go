package configs

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Media says which ports and addresses sound travels by.
type Media struct {
	Address       string   `yaml:"address" default:"0.0.0.0" doc:"The IP address sound is sent and received on; 0.0.0.0 means every address of this machine."`
	PublicAddress string   `yaml:"public_address" default:"" example:"203.0.113.10" doc:"The IP address carriers and browsers send sound to, when that is not an address of this machine (NAT). Empty: the address of this machine."`
	RTPPorts      string   `yaml:"rtp_ports" default:"20000-29999" doc:"UDP ports for telephone sound, two a call. Open them in the firewall for the carrier's addresses."`
	WebRTCPort    int      `yaml:"webrtc_port" default:"8443" doc:"The one port, UDP and TCP, all browsers send their sound to. Open it in the firewall for everyone. 0 picks a free one."`
	DSCP          int      `yaml:"dscp" default:"46" doc:"The mark on packets of sound by which networks let them pass first (DiffServ code point, 0 to 63). 46 is expedited forwarding, what carriers expect; 0 marks nothing."`
	Opus          string   `yaml:"opus" default:"auto" choices:"auto,off" doc:"auto: a volunteer's browser on a slow or lossy line speaks Opus with this server (about 43 kbit/s each way instead of 84), which costs about 1 % of a core a call; the page measures the line, and she may choose. off: browsers speak G.711 only."`
	SilentAfter   Duration `yaml:"silent_after" default:"15s" doc:"When nothing was heard from a line for so long, its far end is asked whether it is still there (SIP OPTIONS), and the call ended if nothing answers for 15s more. Silence alone never ends a call. Longer means that a volunteer stays longer with a caller whose hanging up was lost on the way."`
}

// Ports returns the first and the last RTP port, or 0, 0 when the setting
// cannot be read.
func (m Media) Ports() (low, high int) {
	low, high, _, _ = parsePorts(m.RTPPorts)
	return low, high
}

func (m Media) validate(c check) {
	c.choices(m)
	c.address("address", m.Address)
	c.publicAddress("public_address", m.PublicAddress)
	if _, _, reason, remedy := parsePorts(m.RTPPorts); reason != "" {
		c.bad("rtp_ports", m.RTPPorts, inFile(reason, remedy))
	}
	c.count("webrtc_port", m.WebRTCPort, 0, 65535)
	c.count("dscp", m.DSCP, 0, 63)
	c.between("silent_after", m.SilentAfter, 5*time.Second, time.Minute)
}

// parsePorts reads "20000-29999", or says why it cannot be used.
func parsePorts(s string) (low, high int, reason, remedy string) {
	first, last, ok := strings.Cut(s, "-")
	low, errLow := strconv.Atoi(strings.TrimSpace(first))
	high, errHigh := strconv.Atoi(strings.TrimSpace(last))
	switch {
	case !ok || errLow != nil || errHigh != nil || low < 1 || high < 1 || low > 65535 || high > 65535:
		reason, remedy = "is no range of ports between 1 and 65535", "write the first and the last port, for example 20000-29999"
	case low < 1024:
		reason, remedy = "begins below 1024, where other services live", "begin with 1024 or higher"
	case low%2 != 0:
		reason, remedy = "begins with an odd port; RTP takes even ones", fmt.Sprintf("begin with %d", low+1)
	case high <= low:
		reason, remedy = "ends before it begins", "write the smaller port first"
	default:
		return low, high, "", ""
	}
	return 0, 0, reason, remedy
}
