package queue

import (
	"slices"
	"strings"

	"sahut/configs"
)

// needs is what a caller asked for in the menu; empty fields ask for nothing.
type needs struct {
	language string // id, en, …
	gender   string // f, m: of the volunteer; never waived
	topic    string

	another bool // language than hers is fine: she said so
	away    bool // a call-back: she cannot be asked, so the step that drops the language is enough

	supervisor bool // answered by supervisors alone; see barred.go
}

// anyLanguage tells whether her language is waived in reach st.
func (n needs) anyLanguage(st *reach) bool { return n.another || n.away && st.anyLanguage }

// String is the needs as the journal has them.
func (n needs) String() string {
	var words []string
	for _, w := range []string{n.language, n.gender, n.topic} {
		if w == "" {
			w = "-"
		}
		words = append(words, w)
	}
	if n == (needs{}) {
		return ""
	}
	if n.supervisor {
		words = append(words, "supervisor")
	}
	return strings.Join(words, " ")
}

// skills is what an agent can do, and how she is chosen.
type skills struct {
	languages  []string
	gender     string
	topics     []string
	weight     int
	supervisor bool
}

// Exclusion says why a volunteer is not rung for a caller.
type Exclusion string

// Why somebody does not fit a caller, or not yet.
const (
	ExcludedGender     Exclusion = "gender"           // she asked for another
	ExcludedLanguage   Exclusion = "language"         // does not speak hers
	ExcludedTopic      Exclusion = "topic"            // is not trained for hers
	ExcludedAlone      Exclusion = "supervisors_only" // the caller is for supervisors alone
	ExcludedTier       Exclusion = "tier"             // is rung after a later step
	ExcludedSupervisor Exclusion = "supervisor"       // is rung after a later step
	ExcludedMobile     Exclusion = "mobile"           // is rung after a later step
)

// unfit tells why a is not rung in reach st of l for a caller with needs n,
// empty if she may be. A gender that nobody told is none: it fails closed.
func (l *line) unfit(st *reach, n needs, a *agent) Exclusion {
	switch {
	case !n.allow(a):
		return ExcludedGender
	case n.supervisor && !a.supervisor:
		return ExcludedAlone
	case n.language != "" && !n.anyLanguage(st) && !l.oneLanguage && !a.speaks(n.language):
		return ExcludedLanguage
	case n.topic != "" && !st.anyTopic && !slices.Contains(a.topics, n.topic):
		return ExcludedTopic
	case st.tiers < allTiers && l.tier[a.id] > st.tiers:
		return ExcludedTier
	case a.supervisor && !st.supervisors:
		return ExcludedSupervisor
	case a.device == DeviceMobile && !st.mobiles:
		return ExcludedMobile
	}
	return ""
}

// allow tells whether a is of the gender asked for. Nothing waives it: no step,
// no transfer, no edit.
func (n needs) allow(a *agent) bool { return n.gender == "" || n.gender == a.gender }

// homeLanguage is spoken by whom the document gives no language.
const homeLanguage = "id"

func (a *agent) speaks(language string) bool { return slices.Contains(spoken(a.languages), language) }

func spoken(languages []string) []string {
	if len(languages) == 0 {
		return []string{homeLanguage}
	}
	return languages
}

// oneLanguage tells whether all volunteers of a house speak the same one and no
// other: then there is nothing to choose or to wait for.
func oneLanguage(list []configs.Agent) bool {
	first := ""
	for _, a := range list {
		for _, l := range spoken(a.Languages) {
			if first != "" && l != first {
				return false
			}
			first = l
		}
	}
	return true
}

// refuses tells whether c must not be brought to a, whatever else holds.
func (c *contact) refuses(a *agent) bool {
	return !c.needs.allow(a) || slices.Contains(c.never, a.id)
}
