package media

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sahut/configs"
	"sahut/media/mediatest"
)

func shipped(t *testing.T) *Library {
	t.Helper()
	l, err := NewLibrary(configs.Prompts())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestNumberWords(t *testing.T) {
	for n, want := range map[int][2]string{
		2:   {"n2", "n2"},
		10:  {"n10", "n10"},
		11:  {"n11", "n11"},
		12:  {"n2 belas", "n12"},
		19:  {"n9 belas", "n19"},
		20:  {"n2 puluh", "n20"},
		21:  {"n2 puluh n1", "n20 n1"},
		40:  {"n4 puluh", "n40"},
		99:  {"n9 puluh n9", "n90 n9"},
		100: {"seratus", "n1 hundred"},
		101: {"seratus n1", "n1 hundred n1"},
		111: {"seratus n11", "n1 hundred n11"},
		117: {"seratus n7 belas", "n1 hundred n17"},
		200: {"n2 ratus", "n2 hundred"},
		310: {"n3 ratus n10", "n3 hundred n10"},
		999: {"n9 ratus n9 puluh n9", "n9 hundred n90 n9"},
	} {
		if got := strings.Join(indonesian(n), " "); got != want[0] {
			t.Errorf("id %d: %s, want %s", n, got, want[0])
		}
		if got := strings.Join(english(n), " "); got != want[1] {
			t.Errorf("en %d: %s, want %s", n, got, want[1])
		}
	}
}

// What the program itself asks for is shipped, in both languages.
func TestShippedPrompts(t *testing.T) {
	l := shipped(t)
	for _, name := range []string{"music", "ringback", "greeting", "closing", "hold", "press-one"} {
		for _, language := range []string{"id", "en"} {
			if l.Get(name, language) == nil {
				t.Errorf("%s is not shipped for %s", name, language)
			}
		}
	}
	if l.Get("press-one", "id") == l.Get("press-one", "en") {
		t.Error("the mobile hears Indonesian whatever the language")
	}
	ring := l.Get("ringback", "")
	if ring.Duration() != 5*time.Second || ring.samples%frameSamples != 0 {
		t.Errorf("the ring-back loop is %v long and would not keep its cadence", ring.Duration())
	}
	var pcm []int16
	for _, c := range ring.alaw {
		pcm = append(pcm, alawToLinear[c])
	}
	if on, off := goertzel(425, pcm[:clockRate]), mediatest.Level(pcm[clockRate+80:]); on < -25 || on > -15 || off > -60 {
		t.Errorf("425 Hz at %.0f dBFS, and between the rings %.0f", on, off)
	}
}

// Every position up to 999 can be said with the words that are shipped, and no
// two sound alike.
func TestPositionShipped(t *testing.T) {
	l := shipped(t)
	for _, language := range []string{"id", "en"} {
		said := make(map[string]int)
		for n := 1; n <= 999; n++ {
			prompts := l.Position(n, language)
			if len(prompts) == 0 || slices.Contains(prompts, nil) {
				t.Fatalf("%s: position %d cannot be said", language, n)
			}
			var key strings.Builder
			for _, p := range prompts {
				key.WriteString(string(p.alaw))
			}
			if before, ok := said[key.String()]; ok {
				t.Errorf("%s: positions %d and %d sound alike", language, before, n)
			}
			said[key.String()] = n
		}
	}
	if got := l.Position(1, "id"); len(got) != 1 || got[0] != l.Get("next", "id") {
		t.Error("position 1 is not \"you are next\"")
	}
	if got := l.Position(2, "en"); len(got) != 2 || got[0] != l.Get("position", "en") || got[1] != l.Get("n2", "en") {
		t.Error("position 2 in English is not \"your position is two\"")
	}
	for _, n := range []int{-1, 0, 1000, 1 << 40} {
		if l.Position(n, "id") != nil {
			t.Errorf("position %d is said", n)
		}
	}
}

func TestPositionWithAMissingWord(t *testing.T) {
	file := riff(chunk("fmt ", wavFmt(wavPCM, 1, 8000, 16)), chunk("data", make([]byte, 320)))
	l, err := NewLibrary(fstest.MapFS{"id/position.wav": {Data: file}, "id/n3.wav": {Data: file}})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Position(3, "id")) != 2 || l.Position(13, "id") != nil {
		t.Error("half a number is said")
	}
}

func TestLibrary(t *testing.T) {
	l := shipped(t)
	for _, name := range []string{"greeting", "closing", "hold", "music"} {
		for _, language := range []string{"id", "en", "", "xx"} {
			if l.Get(name, language) == nil {
				t.Errorf("%s/%s is missing", language, name)
			}
		}
		if !slices.Contains(l.Names(), name) || !l.Has(name) {
			t.Errorf("%s is not among the names %v", name, l.Names())
		}
	}
	if l.Get("greeting", "id") == l.Get("greeting", "en") {
		t.Error("the greeting is the same in both languages")
	}
	if l.Get("greeting", "xx") != l.Get("greeting", "id") {
		t.Error("an unknown language does not fall back to Indonesian")
	}
	if slices.Contains(l.Names(), "n7") || slices.Contains(l.Names(), "belas") {
		t.Errorf("words of numbers are offered as prompts: %v", l.Names())
	}
	if l.Get("", "id") != nil || l.Get("nothing", "id") != nil {
		t.Error("a prompt that does not exist was found")
	}

	ours, inEnglish := silentFrame, newPrompt(make([]int16, 10))
	l.Set("greeting", ours)
	if l.Get("greeting", "id") != ours || l.Get("greeting", "en") != ours {
		t.Error("an uploaded greeting is not used")
	}
	l.Set("en/greeting", inEnglish)
	if l.Get("greeting", "id") != ours || l.Get("greeting", "en") != inEnglish {
		t.Error("an uploaded English greeting is not used for English alone")
	}
	l.Delete("greeting")
	l.Delete("en/greeting")
	if l.Get("greeting", "en") != shipped(t).Get("greeting", "en") && l.Get("greeting", "en") == ours {
		t.Error("the shipped greeting is not back")
	}
}

func TestLibraryNamesABrokenFile(t *testing.T) {
	_, err := NewLibrary(fstest.MapFS{"id/greeting.wav": {Data: []byte("RIFFxxxxWAVE")}})
	if err == nil || !strings.Contains(err.Error(), "id/greeting.wav") {
		t.Errorf("error %v does not name the file", err)
	}
}
