package reports

// Counted is how many of something there are.
type Counted struct {
	Name string
	N    int
}

// Whole is what shares are taken of. One report may have several: the forms of
// violence that were named, and the cases in which they were, are not the same.
type Whole struct {
	Label string // as it stands beside each share: "of 1,052 forms"
	N     int
}

// Share is one part of one whole.
type Share struct {
	Name    string
	Of      string // the whole's label
	N       int
	Whole   int
	Percent float64 // not rounded
	Shown   bool    // false: the whole is too few to say
}

// Shares are the shares of all counts in each of the wholes, whole by whole. A
// whole that is not their sum is no mistake: a case may have several forms, so its
// shares may sum to more than 100.
func Shares(counts []Counted, wholes ...Whole) []Share {
	var all []Share
	for _, w := range wholes {
		for _, c := range counts {
			s := Share{Name: c.Name, Of: w.Label, N: c.N, Whole: w.N, Shown: w.N >= smallCell}
			if w.N > 0 {
				s.Percent = 100 * float64(c.N) / float64(w.N)
			}
			all = append(all, s)
		}
	}
	return all
}
