package configs

import "time"

// Notes is whether volunteers write down what a contact was about, and how long
// it is kept.
type Notes struct {
	Off  bool     `yaml:"off" json:"off" default:"false" doc:"Whether volunteers write no notes: their page has no field for it, and what was written is erased within the hour."`
	Keep Duration `yaml:"keep" json:"keep" default:"720h" doc:"After so long a note is erased; 720h are 30 days."`
}

func (n Notes) validate(c check) {
	c.between("keep", n.Keep, time.Hour, 365*24*time.Hour)
}

// For is how long a note is kept: not at all, or as the document says, or the
// default where a document of an older Sahut says nothing.
func (n Notes) For() time.Duration {
	switch {
	case n.Off:
		return 0
	case n.Keep <= 0:
		return NewRouting().Notes.Keep.D()
	}
	return n.Keep.D()
}
