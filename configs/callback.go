package configs

import "time"

// Callback says how callers of a queue are called back who chose so on its
// ladder, or were promised it in a talk. Nobody is called whose answer to "is it
// safe?" is not yes, and live.
type Callback struct {
	Window     Duration `yaml:"window" json:"window" default:"6h" doc:"Who answers by a key that it is safe may be called for so long from then on, and not later. A volunteer or an admin may note a more exact window."`
	Trust      Duration `yaml:"trust" json:"trust" default:"336h" doc:"How long an answer counts that a volunteer or an admin noted; 336h is 14 days."`
	Attempts   int      `yaml:"attempts" json:"attempts" default:"3" doc:"How often she is called at most before it is given up."`
	Gap        Duration `yaml:"gap" json:"gap" default:"10m" doc:"How long after a call that did not reach her the next one may be placed."`
	Expires    Duration `yaml:"expires" json:"expires" default:"24h" doc:"When it is given up, whatever was tried."`
	PerDay     int      `yaml:"per_day" json:"per_day" default:"2" doc:"How often one number is called back within 24 hours at most, for whatever reason. The smaller of this and attempts counts."`
	HideNumber bool     `yaml:"hide_number" json:"hide_number" default:"true" doc:"Whether her telephone shows no number when she is called back. A volunteer may note otherwise for one caller."`
}

func (b Callback) validate(c check) {
	c.between("window", b.Window, time.Minute, 24*time.Hour)
	c.between("trust", b.Trust, time.Hour, 90*24*time.Hour)
	c.count("attempts", b.Attempts, 1, 10)
	c.between("gap", b.Gap, time.Minute, 12*time.Hour)
	c.between("expires", b.Expires, 10*time.Minute, 7*24*time.Hour)
	c.count("per_day", b.PerDay, 1, 10)
}
