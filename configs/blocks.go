package configs

import (
	"regexp"
	"strings"
	"time"
)

// Blocked says what a blocked caller hears, and how she who needs help all the
// same reaches a person: nobody who calls a hotline gets a dead line.
type Blocked struct {
	Prompt string `yaml:"prompt" json:"prompt" default:"blocked" doc:"What a blocked caller hears before the call ends; say the emergency numbers in it."`
	Code   string `yaml:"code" json:"code" default:"" example:"4711" doc:"Who presses these keys during the words reaches the queue all the same. Pressing 1 twice always does."`
	Queue  string `yaml:"queue" json:"queue" default:"" doc:"The queue of those who pressed the keys or the code, and of callers for supervisors only; empty: the supervisors of the queue they called."`
}

// Flood bounds how often one caller is served like everybody.
type Flood struct {
	PerNumber int      `yaml:"per_number" json:"per_number" default:"10" doc:"How many calls from one number within the time are served like everybody's; 0 no limit. A talk that broke off counts nothing."`
	Withheld  int      `yaml:"withheld" json:"withheld" default:"100" doc:"The same for all withheld numbers together; 0 no limit."`
	Within    Duration `yaml:"within" json:"within" default:"10m" doc:"The time the calls are counted over."`
	Over      string   `yaml:"over" json:"over" default:"low_class" choices:"low_class,words" doc:"What happens to further calls: low_class is answered after everybody else, words hears what blocked callers hear."`
}

// What happens to calls over a limit.
const (
	FloodLowClass = "low_class"
	FloodWords    = "words"
)

// SilentKey, pressed twice, leads a blocked caller who needs help to a person.
const SilentKey = "11"

// fewestCalls is the lowest limit for one number.
const fewestCalls = 5

var codePattern = regexp.MustCompile(`^[0-9]{3,8}$`)

func (b Blocked) validate(c check, v judge) {
	v.prompt(c, "prompt", b.Prompt, false)
	switch {
	case b.Code == "":
	case !codePattern.MatchString(b.Code):
		c.bad("code", b.Code, noCode)
	case strings.Contains(b.Code, "00"):
		c.bad("code", b.Code, zeroCode)
	}
	if b.Queue != "" {
		v.queue(c, "queue", b.Queue, "lost_blocked")
	}
}

func (f Flood) validate(c check) {
	c.choices(f)
	c.count("per_number", f.PerNumber, 0, 1000)
	if n := f.PerNumber; n > 0 && n < fewestCalls {
		c.bad("per_number", itoa(n), tooFewCalls)
	}
	c.count("withheld", f.Withheld, 0, 10000)
	c.between("within", f.Within, time.Minute, 24*time.Hour)
}
