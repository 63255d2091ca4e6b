package configs

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestDemoRouting holds the demo to the contract, to the limits and to the
// prompts that are shipped.
func TestDemoRouting(t *testing.T) {
	r := DemoRouting()
	var names []string
	err := fs.WalkDir(Prompts(), ".", func(path string, d fs.DirEntry, err error) error {
		if base, wav := strings.CutSuffix(d.Name(), ".wav"); wav {
			names = append(names, base)
		}
		return err
	})
	if err != nil || len(names) < 4 {
		t.Fatalf("prompts: %v, %v", names, err)
	}
	if found := r.Validate(names...); found != nil {
		t.Fatal(found)
	}
	if r.Numbers[0].Number != "0213903963" || r.Numbers[0].Queue != "hotline" || len(r.Agents) != 3 {
		t.Errorf("demo is %+v", r)
	}
	if q := r.Queues[0]; q.RingFor.D() != 20*time.Second || q.MaxWait.D() != 15*time.Minute || q.Greeting != "greeting" || q.Exit.Words != "closing" {
		t.Errorf("defaults were not applied: %+v", q)
	}
}

// TestRoutingRoundTrip: what is exported is what is read back, in YAML and in
// JSON, whatever letters it holds.
func TestRoutingRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawRouting(t)
		got, err := KeptRouting(FormatRouting(want))
		if err != nil {
			t.Fatalf("%v\n%s", err, FormatRouting(want))
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("YAML: got  %+v\nwant %+v\n%s", got, want, FormatRouting(want))
		}
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err = ParseRoutingJSON(b)
		if found := Problems(nil); err != nil && !errors.As(err, &found) {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("JSON: got  %+v\nwant %+v\n%s", got, want, b)
		}
	})
}

// TestValidRoundTrip: a document without problems has none after the trip.
func TestValidRoundTrip(t *testing.T) {
	want := DemoRouting()
	got, err := ParseRouting(FormatRouting(want), "greeting", "music", "closing", "blocked", "message-consent", "message-thanks")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v\n%s", err, FormatRouting(want))
	}
	if found := NewRouting().Validate(); found != nil {
		t.Errorf("a house without queues must be possible: %v", found)
	}
}

func drawRouting(t *rapid.T) Routing {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,12}`),
		rapid.SampledFrom([]string{"", "no", "Yes", "null", "~", "0123", "1e3", "12:30", "- a", "a: b", "a #b", "'", `"`, "\n", "a\nb\n", " a", "a ", "\t", "|", ">", "*a", "&a", "!a", "%a", "@a", "`a", "{a}", "[a]", "?", "Ünï", "🙂", "\u2028", "\ufeff", "\r\n", "\x7f", "\u0085", "-", ":", "a:", "---", "..."}))
	duration := rapid.Custom(func(t *rapid.T) Duration {
		return Duration(rapid.Int64Range(0, int64(300*time.Hour)).Draw(t, "d"))
	})
	label := rapid.Custom(func(t *rapid.T) Label { return Label{text.Draw(t, "en"), text.Draw(t, "id")} })
	step := rapid.Custom(func(t *rapid.T) Step {
		return Step{duration.Draw(t, "after"), rapid.Int().Draw(t, "tiers"), text.Draw(t, "strategy"), rapid.SliceOfN(text, 0, 2).Draw(t, "drop"), rapid.Bool().Draw(t, "supervisors"), rapid.Bool().Draw(t, "mobiles")}
	})
	tier := rapid.Custom(func(t *rapid.T) Tier { return Tier{text.Draw(t, "queue"), rapid.Int().Draw(t, "tier")} })
	return Routing{
		Menus: []Menu{{text.Draw(t, "menu"), text.Draw(t, "prompt"), duration.Draw(t, "timeout"), rapid.Int().Draw(t, "repeat"),
			[]MenuChoice{{text.Draw(t, "key"), text.Draw(t, "menu"), text.Draw(t, "queue"), text.Draw(t, "language"), text.Draw(t, "gender"), text.Draw(t, "topic"), rapid.Bool().Draw(t, "danger")}}, text.Draw(t, "queue")}},
		Hours: []Hours{{text.Draw(t, "hours"), text.Draw(t, "zone"), rapid.Bool().Draw(t, "open"),
			[]Window{{[]string{text.Draw(t, "day")}, text.Draw(t, "from"), text.Draw(t, "to")}},
			[]Exception{{text.Draw(t, "date"), text.Draw(t, "label"), text.Draw(t, "open"), []Span{{text.Draw(t, "from"), text.Draw(t, "to")}}}}}},
		Blocked: Blocked{text.Draw(t, "words"), text.Draw(t, "code"), text.Draw(t, "help")},
		Flood:   Flood{rapid.Int().Draw(t, "per number"), rapid.Int().Draw(t, "withheld"), duration.Draw(t, "within"), text.Draw(t, "over")},
		Shifts: Shifts{text.Draw(t, "zone"), duration.Draw(t, "remind"), duration.Draw(t, "late"), duration.Draw(t, "soft"), duration.Draw(t, "patience"),
			[]WeeklyShift{{[]string{text.Draw(t, "agent")}, []string{text.Draw(t, "day")}, text.Draw(t, "from"), text.Draw(t, "to"), []string{text.Draw(t, "queue")}}},
			[]DatedShift{{text.Draw(t, "date"), text.Draw(t, "label"), []string{text.Draw(t, "agent")}, rapid.Bool().Draw(t, "off"), text.Draw(t, "from"), text.Draw(t, "to"), []string{text.Draw(t, "queue")}}}},
		Care: Care{duration.Draw(t, "rest"), rapid.Int().Draw(t, "heavy"), duration.Draw(t, "continuous")},
		Numbers: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Number {
			return Number{text.Draw(t, "number"), text.Draw(t, "queue"), text.Draw(t, "menu"), text.Draw(t, "language")}
		}), 0, 3).Draw(t, "numbers"),
		Queues: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Queue {
			return Queue{ID: text.Draw(t, "id"), Label: text.Draw(t, "label"), Strategy: text.Draw(t, "strategy"),
				RingFor: duration.Draw(t, "ring"), Greeting: text.Draw(t, "greeting"), Music: text.Draw(t, "music"),
				AnnounceEvery: duration.Draw(t, "announce"), AnnouncePosition: text.Draw(t, "which"), AnnounceLimit: rapid.Int().Draw(t, "up to"), AnnounceWait: rapid.Bool().Draw(t, "how long"),
				Comfort: []string{text.Draw(t, "comfort")}, ComfortEvery: duration.Draw(t, "how often"), MaxWaiting: rapid.Int().Draw(t, "max"), MaxWait: duration.Draw(t, "wait"),
				MaxWaitNobody: duration.Draw(t, "nobody"), Exit: Exit{text.Draw(t, "exit"), text.Draw(t, "words"), rapid.Bool().Draw(t, "message")},
				Hours: text.Draw(t, "hours"), Cover: []Cover{{text.Draw(t, "speaks"), text.Draw(t, "of"), rapid.Int().Draw(t, "at least")}}, Closed: Closing{text.Draw(t, "until"), text.Draw(t, "why")}, AtClosing: text.Draw(t, "closing"),
				Ladder: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Rung {
					return Rung{duration.Draw(t, "after"), text.Draw(t, "prompt"), []Option{{text.Draw(t, "key"), text.Draw(t, "do"), text.Draw(t, "queue"), text.Draw(t, "number")}}}
				}), 0, 2).Draw(t, "ladder"),
				Callback: Callback{duration.Draw(t, "window"), duration.Draw(t, "trust"), rapid.Int().Draw(t, "attempts"), duration.Draw(t, "gap"), duration.Draw(t, "expires"), rapid.Int().Draw(t, "per day"), rapid.Bool().Draw(t, "hide")},
				WrapUp:   duration.Draw(t, "wrap"), WrapUpExtend: duration.Draw(t, "extend"), ShortAbandon: duration.Draw(t, "short"),
				RingN: rapid.Int().Draw(t, "ring n"), RingStep: duration.Draw(t, "ring step"), Weight: rapid.Int().Draw(t, "weight"),
				MaxExpectedWait: duration.Draw(t, "expected"), MaxRatio: rapid.Float64().Draw(t, "ratio"),
				ResumeFor: duration.Draw(t, "resume"), DropReturnFor: duration.Draw(t, "return"), Steps: rapid.SliceOfN(step, 0, 2).Draw(t, "steps")}
		}), 0, 3).Draw(t, "queues"),
		Agents: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Agent {
			return Agent{ID: text.Draw(t, "id"), Name: text.Draw(t, "name"), Queues: rapid.SliceOfN(text, 0, 3).Draw(t, "queues"),
				Dial: rapid.Bool().Draw(t, "dial"), Mobile: text.Draw(t, "mobile"),
				Tiers: rapid.SliceOfN(tier, 0, 2).Draw(t, "tiers"), Languages: rapid.SliceOfN(text, 0, 3).Draw(t, "languages"), Gender: text.Draw(t, "gender"),
				Topics: rapid.SliceOfN(text, 0, 3).Draw(t, "topics"), Weight: rapid.Int().Draw(t, "weight"), Supervisor: rapid.Bool().Draw(t, "supervisor")}
		}), 0, 3).Draw(t, "agents"),
		Outgoing: Outgoing{
			Allow: rapid.SliceOfN(text, 0, 3).Draw(t, "allow"), Deny: rapid.SliceOfN(text, 0, 3).Draw(t, "deny"),
			MaxAtOnce: rapid.Int().Draw(t, "at once"), MaxPerHour: rapid.Int().Draw(t, "per hour"), MaxMinutes: rapid.Int().Draw(t, "minutes"),
			Services:      rapid.SliceOfN(text, 0, 3).Draw(t, "services"),
			MaxCostPerDay: rapid.Float64().Draw(t, "cost"),
			Rates: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Rate {
				return Rate{text.Draw(t, "prefix"), rapid.Float64().Draw(t, "per minute")}
			}), 0, 3).Draw(t, "rates"),
		},
		PauseReasons: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) PauseReason {
			return PauseReason{text.Draw(t, "code"), label.Draw(t, "label")}
		}), 0, 3).Draw(t, "reasons"),
		Dispositions: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Disposition {
			return Disposition{text.Draw(t, "code"), label.Draw(t, "label"), duration.Draw(t, "wrap up"), rapid.Bool().Draw(t, "heavy"), rapid.Bool().Draw(t, "new_incident"), rapid.SampledFrom([]string{Data, NonData}).Draw(t, "kind")}
		}), 0, 3).Draw(t, "dispositions"),
	}
}

// TestJSONIsStrict: positions, unknown keys and types as in YAML; texts quoted.
func TestJSONIsStrict(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"numbers": [{"number": 213903963, "queue": "q"}]}`, `1:25: numbers[0].number: 213903963 is not a text; take the example as a pattern`},
		{"{\n \"queus\": []}", `2:2: queus is unknown; did you mean queues?`},
		{`{"queues": [`, `1:13: cannot be read as JSON: it ends too early; check`},
		{`{"queues": [],}`, `1:14: cannot be read as JSON: invalid character`},
		{`{} {}`, `cannot be read as JSON: something follows`},
		{`{"queues": [], "queues": []}`, `1:16: queues was set already`},
		{`[]`, `1:1: is a list, not a group of keys`},
		{`{"queues":[{"ring_for": 20}]}`, `queues[0].ring_for: 20 is not a duration in quotes; write it like 20s`},
		{strings.Repeat("[", 99) + strings.Repeat("]", 99), `nested too deeply`},
	} {
		_, err := ParseRoutingJSON([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s:\n got  %v\n want %s", c.text, err, c.want)
		}
	}
}

// TestAliasBomb: neither aliases nor depth cost more than a message.
func TestAliasBomb(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nqueues: *b\n"
	if _, err := ParseRouting([]byte(bomb)); err == nil || !strings.Contains(err.Error(), "anchor, alias or tag") {
		t.Errorf("got %v", err)
	}
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	if _, err := ParseRouting([]byte("queues: " + deep)); err == nil {
		t.Error("depth was accepted")
	}
}

// TestChanges reads the preview an admin sees.
// Whatever differs is listed: what is not listed is not applied.
func TestEveryChangeIsListed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, next := drawRouting(t), drawRouting(t)
		names := func(r Routing) bool { // lists are known by names, which Validate keeps apart
			seen := map[string]bool{}
			v := reflect.ValueOf(r)
			for i := range v.NumField() {
				if v.Field(i).Kind() != reflect.Slice {
					continue
				}
				for k := range v.Field(i).Len() {
					name := v.Type().Field(i).Name + v.Field(i).Index(k).Field(0).String()
					if seen[name] {
						return false
					}
					seen[name] = true
				}
			}
			return true
		}
		if !names(old) || !names(next) {
			t.Skip()
		}
		// One part of the one in the other: that part is a change.
		i := rapid.IntRange(0, reflect.TypeFor[Routing]().NumField()-1).Draw(t, "part")
		mixed := old
		reflect.ValueOf(&mixed).Elem().Field(i).Set(reflect.ValueOf(next).Field(i))
		a, b := reflect.ValueOf(old).Field(i), reflect.ValueOf(mixed).Field(i)
		same := reflect.DeepEqual(a.Interface(), b.Interface()) || a.Kind() == reflect.Slice && a.Len()+b.Len() == 0
		if n := len(Changes(old, mixed)); same != (n == 0) {
			t.Fatalf("%s: same %v, %d changes\n%+v\n%+v", reflect.TypeFor[Routing]().Field(i).Name, same, n, a, b)
		}
	})
}

func TestChanges(t *testing.T) {
	old, next := DemoRouting(), DemoRouting()
	if c := Changes(old, next); len(c) != 0 {
		t.Fatalf("changes of nothing: %v", c)
	}
	old.Agents[0].Dial, old.Outgoing.Allow = false, nil
	defer func() { // where nobody may read values, only the keys stand
		paths := Paths(old, next, 4)
		if want := "number.0213903963.language, queue.hotline.ring_for, queue.hotline.exit.queue, queue.hotline.exit.words, and "; !strings.HasPrefix(paths, want) {
			t.Errorf("paths %q", paths)
		}
		if all := Paths(old, next, 100); !strings.Contains(all, "+queue.night") || !strings.Contains(all, "-agent.") || strings.Contains(all, "Night") {
			t.Errorf("paths %q", all)
		}
	}()
	next.Numbers[0].Language = "en"
	next.Queues[0].RingFor = Duration(30 * time.Second)
	next.Queues[0].Exit = Exit{Queue: "night"}
	next.Queues = append(next.Queues, NewQueue("night", "Night", Exit{Words: "closing"}))
	next.Agents[0].Queues = []string{"hotline", "night"}
	next.Agents = append(next.Agents[:1:1], next.Agents[2], Agent{ID: "rina", Name: "Rina"})
	next.Agents[0].Dial = true
	next.Outgoing.Allow = []string{"+62", "112"}
	next.Outgoing.MaxCostPerDay = 1500000.5
	next.Outgoing.Rates = []Rate{{"+62", 850}, {"+6221", 0.5}}
	next.Dispositions[0], next.Dispositions[1] = next.Dispositions[1], next.Dispositions[0]
	var got []string
	for _, c := range Changes(old, next) {
		got = append(got, c.String())
	}
	want := []string{
		"number 0213903963: language changes from id to en",
		"queue hotline: ring_for changes from 20s to 30s",
		"queue hotline: exit.queue changes from nothing to night",
		"queue hotline: exit.words changes from closing to nothing",
		"queue night is added",
		`agent sari: queues changes from hotline to "hotline, night"`,
		"agent sari: dial changes from false to true",
		"agent rina is added",
		"agent dewi is removed",
		`outgoing: allow changes from nothing to "+62, 112"`,
		"outgoing: max_cost_per_day changes from 0 to 1500000.5",
		`outgoing: rates changes from nothing to "+62 850, +6221 0.5"`,
		"the order of the dispositions changes",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestClone shows that a clone shares nothing.
func TestClone(t *testing.T) {
	r := DemoRouting()
	r.Outgoing = Outgoing{Allow: []string{"+62"}, Deny: []string{"+62809"}, Rates: []Rate{{"+62", 1}}}
	c := r.Clone()
	c.Agents[0].Queues[0], c.Queues[0].Label, c.Numbers[0].Queue = "x", "x", "x"
	c.PauseReasons[0].Code, c.Dispositions[0].Code = "x", "x"
	c.Outgoing.Allow[0], c.Outgoing.Deny[0], c.Outgoing.Rates[0].Prefix = "x", "x", "x"
	if r.Outgoing.Allow[0] == "x" || r.Outgoing.Deny[0] == "x" || r.Outgoing.Rates[0].Prefix == "x" {
		t.Error("the original's outgoing calls changed")
	}
	r.Outgoing = DemoRouting().Outgoing
	if !reflect.DeepEqual(r, DemoRouting()) {
		t.Error("the original changed")
	}
}

// TestFields wants words in both languages for every key and every choice.
func TestFields(t *testing.T) {
	known := map[string]bool{}
	for _, f := range Fields() {
		known[f.Key] = true
		if f.Label.EN == "" || f.Label.ID == "" || f.Help.EN == "" || f.Help.ID == "" {
			t.Errorf("%s lacks words: %+v", f.Key, f)
		}
		for _, c := range f.Choices {
			if c.Label.EN == "" || c.Label.ID == "" {
				t.Errorf("%s: choice %s lacks words", f.Key, c.Value)
			}
		}
	}
	for key := range formWords {
		if !known[key] {
			t.Errorf("words for %s, which is no key", key)
		}
	}
	for key := range refers {
		if !known[key] {
			t.Errorf("%s refers, but is no key", key)
		}
	}
}

func FuzzParseRouting(f *testing.F) {
	f.Add(FormatRouting(DemoRouting()))
	f.Add([]byte("a: &a [*a]\n<<: {b: !!c d}\n? [x]\n: y\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseRouting(b)
		if err != nil {
			for _, p := range err.(Problems) {
				if p.Reason == "" || strings.ContainsAny(p.String(), "\n\x1b") {
					t.Fatalf("a problem that cannot be shown: %q", p.String())
				}
			}
			return
		}
		if again, err := ParseRouting(FormatRouting(r)); err != nil || !reflect.DeepEqual(again, r) {
			t.Fatalf("%v\n%+v\n%+v", err, r, again)
		}
	})
}

func FuzzParseRoutingJSON(f *testing.F) {
	b, err := json.Marshal(DemoRouting())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) { ParseRoutingJSON(b) })
}
