package reports

import (
	"math"
	"testing"
)

// G4: the direct complaints of CATAHU 2020. The forms of violence in public were
// printed as shares of the forms named; of the cases they are others. Both are
// given, and each says what it is of.
func TestGoldenFour(t *testing.T) {
	parts := 0
	for _, n := range []int{456, 19, 412, 264, 125, 49, 78, 1} {
		parts += n
	}
	spheres := []Counted{{"personal", parts}, {"public", 706}, {"state", 24}}
	for i, s := range Shares(spheres, Whole{"complaints", 2134}) {
		if want := []float64{65.79, 33.08, 1.12}[i]; math.Abs(s.Percent-want) > 0.005 || s.Of != "complaints" || !s.Shown {
			t.Errorf("%+v, want %.2f", s, want)
		}
		if printed := []float64{65, 33, 1}[i]; math.Floor(s.Percent) != printed {
			t.Errorf("%s was printed as %.0f", s.Name, printed)
		}
	}
	if sum := spheres[0].N + spheres[1].N + spheres[2].N; spheres[0].N != 1404 || sum != 2134 {
		t.Errorf("the parts sum to %d and %d", spheres[0].N, sum)
	}
	forms := []Counted{{"sexual", 590}, {"psychological", 341}, {"economic", 73}, {"physical", 48}}
	got := Shares(forms, Whole{"forms", 1052}, Whole{"cases", 706})
	for i, want := range []float64{56.08, 32.41, 6.94, 4.56, 83.57, 48.30, 10.34, 6.80} {
		of, whole := "forms", 1052
		if i >= len(forms) {
			of, whole = "cases", 706
		}
		if s := got[i]; s.Name != forms[i%len(forms)].Name || math.Abs(s.Percent-want) > 0.005 || s.Of != of || s.Whole != whole {
			t.Errorf("%+v, want %.2f of %d %s", s, want, whole, of)
		}
	}
}

// Of too few nothing is said, of none neither.
func TestSharesOfFew(t *testing.T) {
	for n, shown := range map[int]bool{0: false, 4: false, 5: true} {
		if s := Shares([]Counted{{"x", 1}}, Whole{"all", n})[0]; s.Shown != shown || math.IsNaN(s.Percent) || math.IsInf(s.Percent, 0) {
			t.Errorf("of %d: %+v", n, s)
		}
	}
}
