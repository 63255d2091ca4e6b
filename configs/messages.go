package configs

import "time"

// Messages is how callers leave a message, and how long it is kept.
type Messages struct {
	Consent string   `yaml:"consent" json:"consent" default:"message-consent" doc:"The prompt before a message is recorded: that it will be, who listens to it, and how long it is kept."`
	Thanks  string   `yaml:"thanks" json:"thanks" default:"message-thanks" doc:"The prompt after a message."`
	Limit   Duration `yaml:"limit" json:"limit" default:"3m" doc:"How long a message may be."`
	Silence Duration `yaml:"silence" json:"silence" default:"8s" doc:"After so long without a word the message is over."`
	Alarm   Duration `yaml:"alarm_after" json:"alarm_after" default:"1h" doc:"A message that nobody took within so long is an alarm on the wallboard; 0s never."`
	Keep    Duration `yaml:"keep" json:"keep" default:"720h" doc:"After so long a message is erased, heard or not; 720h are 30 days."`
}

func (m Messages) validate(c check, v judge) {
	v.prompt(c, "consent", m.Consent, false)
	v.prompt(c, "thanks", m.Thanks, true)
	c.between("limit", m.Limit, 10*time.Second, 15*time.Minute)
	c.between("silence", m.Silence, 2*time.Second, time.Minute)
	c.between("alarm_after", m.Alarm, 0, 7*24*time.Hour)
	c.between("keep", m.Keep, time.Hour, 365*24*time.Hour)
}
