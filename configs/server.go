package configs

import (
	"log/slog"
	"time"
)

// Server is the settings file: what must be known before the first call and
// does not change while the server runs.
type Server struct {
	Data         string   `yaml:"data" default:"/var/lib/sahut" doc:"The folder that keeps everything: journal, call records, routing, users, prompts. It must belong to the user Sahut runs as."`
	LogLevel     string   `yaml:"log_level" default:"info" choices:"debug,info,warn,error" doc:"How much the log tells: debug, info, warn or error. A caller's number is masked at every level."`
	DrainTimeout Duration `yaml:"drain_timeout" default:"90m" doc:"How long running calls may go on after a stop was asked for. Crisis calls are long; cut none."`
	SIP          SIP      `yaml:"sip" doc:"Telephone calls: where they come in and from whom."`
	Media        Media    `yaml:"media" doc:"Sound: the ports and addresses it travels by."`
	HTTP         HTTP     `yaml:"http" doc:"The web pages of volunteers and admins."`
	Drill        Drill    `yaml:"drill" doc:"The helpline calling itself, to prove that its number works."`
}

// Level returns the log level for slog.
func (s Server) Level() slog.Level {
	var l slog.Level
	if l.UnmarshalText([]byte(s.LogLevel)) != nil {
		return slog.LevelInfo
	}
	return l
}

// Validate judges every setting and returns all that is wrong, nil when all is
// well. Keys without a position: Load adds it.
func (s Server) Validate() Problems {
	var found Problems
	s.validate(check{found: &found})
	return found.worded(&s, "", nil)
}

func (s Server) validate(c check) {
	c.choices(s)
	if s.Data == "" {
		c.bad("data", "", inFile("is empty", "name the folder that keeps the records, for example /var/lib/sahut"))
	}
	c.between("drain_timeout", s.DrainTimeout, 0, 24*time.Hour)
	s.SIP.validate(c.in("sip"))
	s.Media.validate(c.in("media"))
	s.HTTP.validate(c.in("http"))
	s.Drill.validate(c.in("drill"), s.SIP.Trunks)
	s.validatePorts(c)
}

// validatePorts finds settings that are each possible but not together.
func (s Server) validatePorts(c check) {
	low, high := s.Media.Ports()
	if calls := (high - low + 1) / 2; low > 0 && calls < s.SIP.MaxCalls {
		c.bad("media.rtp_ports", s.Media.RTPPorts, inFile(plural("has room for %d call%s, fewer than sip.max_calls", calls),
			"widen the range to two ports a call, or lower sip.max_calls"))
	}
	if p := s.Media.WebRTCPort; p > 0 && p >= low && p <= high {
		c.bad("media.webrtc_port", itoa(p), inFile("lies inside media.rtp_ports", "choose a port outside "+s.Media.RTPPorts))
	}
	web := portOf(s.HTTP.Listen)
	if web > 0 && web == s.Media.WebRTCPort {
		c.bad("http.listen", s.HTTP.Listen, inFile("uses the port of media.webrtc_port, which listens on TCP too", "give one of the two another port"))
	}
	s.validateSIPPorts(c, "listen", s.SIP.Listen)
	s.validateSIPPorts(c, "tls_listen", s.SIP.TLSListen)
}

// validateSIPPorts finds ports of sip.listen or sip.tls_listen that something
// else uses.
func (s Server) validateSIPPorts(c check, key string, all []string) {
	low, high := s.Media.Ports()
	web := portOf(s.HTTP.Listen)
	for i, listen := range all {
		p := portOf(listen)
		top, c := c, c.in("sip").in(key).at(i)
		switch {
		case p == 0:
		case p == web:
			top.bad("http.listen", s.HTTP.Listen, inFile("uses the port of sip."+key+", which listens on TCP too", "give one of the two another port"))
		case p == s.Media.WebRTCPort:
			c.bad("", listen, inFile("uses the port of media.webrtc_port", "give one of the two another port"))
		case p >= low && p <= high && key == "listen":
			c.bad("", listen, inFile("uses a port inside media.rtp_ports", "choose a port outside "+s.Media.RTPPorts))
		}
	}
}
