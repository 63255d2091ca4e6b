package configs

import (
	"strings"
	"testing"
)

const twoVolunteers = `
queues: [{id: hotline, label: Hotline, exit: {words: closing}}]
agents: [{id: sari, name: Sari, queues: [hotline]}, {id: dewi, name: Dewi, queues: [hotline]}]
shifts:
`

func TestShiftsAreRead(t *testing.T) {
	r, err := ParseRouting([]byte(twoVolunteers + `
  weekly:
    - {agents: [sari], days: [mon, sun], from: "22:00", to: "06:00"}
    - {agents: [sari, dewi], days: [mon], from: "06:00", to: "14:00", queues: [hotline]}
  dates:
    - {date: "2026-12-25", agents: [dewi], from: "08:00", to: "24:00", label: Christmas}
    - {date: "2026-12-28", off: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Shifts; len(p.Weekly) != 2 || len(p.Dates) != 2 || p.SoftEnd.String() != "10m" || p.Empty() || r.Queues[0].MinPlanned != 1 {
		t.Errorf("read %+v", p)
	}
	next := r.Clone()
	next.Shifts.Weekly = next.Shifts.Weekly[:1]
	if got := Changes(r, next); len(got) != 1 || !strings.Contains(got[0].String(), "sari dewi mon 06:00-14:00 hotline") {
		t.Errorf("changes %v", got)
	}
}

func TestCover(t *testing.T) {
	const queue = `queues: [{id: hotline, label: Hotline, exit: {words: closing}, cover: [%s]}]`
	for cover, want := range map[string]string{
		"{gender: f}, {language: en, at_least: 2}": "", "{at_least: 2}": "neither a language nor a gender", "{gender: x}": "is not a choice", "{language: English}": "is no code", "{gender: f, at_least: 0}": "out of range",
	} {
		_, err := ParseRouting([]byte(strings.Replace(queue, "%s", cover, 1)))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", cover, err)
		}
	}
}

func TestShiftsThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct{ plan, want string }{
		"unknown": {`  weekly: [{agents: [sarii], days: [mon], from: "08:00", to: "16:00"}]`, "did you mean sari?"},
		"nobody":  {`  weekly: [{days: [mon], from: "08:00", to: "16:00"}]`, "list who comes"},
		"queue":   {`  weekly: [{agents: [sari], days: [mon], from: "08:00", to: "16:00", queues: [night]}]`, "is no queue"},
		"day":     {`  dates: [{date: "25.12.", agents: [sari], from: "08:00", to: "16:00"}]`, "is no day"},
		"off":     {`  dates: [{date: "2026-12-25", off: true, from: "08:00", to: "16:00"}]`, "is a day off"},
		"no time": {`  dates: [{date: "2026-12-25", agents: [sari]}]`, "is no time of day"},
		"zone":    {"  time_zone: Java\n" + `  dates: [{date: "2026-12-25", off: true}]`, "is no time zone"},
		"two lists": {`  weekly:
    - {agents: [sari], days: [mon], from: "08:00", to: "16:00"}
    - {agents: [dewi, sari], days: [mon], from: "15:59", to: "20:00"}`, "shifts.weekly[1]"},
		"over midnight": {`  weekly:
    - {agents: [sari], days: [sun], from: "22:00", to: "06:00"}
    - {agents: [sari], days: [mon], from: "05:00", to: "12:00"}`, "overlaps another shift of sari, sun 22:00-06:00"},
		"a date into the week": {`  weekly: [{agents: [sari], days: [sat], from: "05:00", to: "12:00"}]
  dates: [{date: "2026-12-25", agents: [sari], from: "22:00", to: "06:00"}]`, "shifts.dates.2026-12-25: \"sari 2026-12-25 22:00-06:00\" overlaps another shift of sari, sat"},
		"twice on a date": {`  dates:
    - {date: "2026-12-25", agents: [sari], from: "08:00", to: "12:00"}
    - {date: "2026-12-25", agents: [sari], from: "11:00", to: "13:00"}`, "shifts.dates[1]"},
		"twice the same": {`  weekly:
    - {agents: [sari], days: [mon], from: "08:00", to: "12:00"}
    - {agents: [sari], days: [mon], from: "08:00", to: "12:00"}`, "shifts.weekly[1]"},
	} {
		_, err := ParseRouting([]byte(twoVolunteers + c.plan + "\n"))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What is replaced on its day overlaps nothing; what touches does not either.
	_, err := ParseRouting([]byte(twoVolunteers + `
  weekly: [{agents: [sari], days: [fri], from: "08:00", to: "16:00"}, {agents: [sari], days: [fri], from: "16:00", to: "20:00"}]
  dates: [{date: "2026-12-25", agents: [sari], from: "10:00", to: "18:00"}, {date: "2026-12-24", agents: [sari], from: "22:00", to: "09:00"}, {date: "2026-12-26", off: true}]
`))
	if err != nil {
		t.Error(err)
	}
}
