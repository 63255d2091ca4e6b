package media

import (
	"testing"

	"sahut/configs"
)

// Every range and every limit can be said with what is shipped, whole or not at
// all; in English one minute is one minute.
func TestWaitAndMoreShipped(t *testing.T) {
	l, err := NewLibrary(configs.Prompts())
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"id", "en"} {
		for to := 1; to <= 120; to++ {
			for _, from := range []int{0, to / 2} {
				if got := l.Wait(from, to, language); from < to && got == nil {
					t.Errorf("%s: %d to %d cannot be said", language, from, to)
				}
			}
			if l.MoreThan(to, language) == nil {
				t.Errorf("%s: more than %d cannot be said", language, to)
			}
		}
		if l.Wait(3, 3, language) != nil || l.Wait(0, 0, language) != nil || l.Wait(1, 1000, language) != nil || l.MoreThan(0, language) != nil {
			t.Errorf("%s: something is said that means nothing", language)
		}
	}
	if got := l.Wait(0, 1, "en"); got[len(got)-1] != l.Get("minute", "en") {
		t.Error("one minutes")
	}
	if got := l.Wait(1, 2, "en"); got[len(got)-1] != l.Get("minutes", "en") || got[2] != l.Get("to", "en") {
		t.Error("one to two minute")
	}
}
