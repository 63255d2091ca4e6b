package queue

import (
	"testing"
	"time"
)

// A night's shift over midnight is one day; a reload does not end a pause; what
// others did, and yesterday's shift, is not hers to see here.
func TestDay(t *testing.T) {
	midnight := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return midnight.Add(time.Duration(minutes) * time.Minute) }
	d := NewDayReader("sari", midnight)
	state := func(m int, from, to AgentState, why string) Entry {
		return Entry{At: at(m), Kind: StateChanged, Agent: "sari", From: from, To: to, Reason: why}
	}
	for _, e := range []Entry{
		{At: at(-600), Kind: ShiftBegan, Agent: "sari"},
		state(-600, Offline, Ready, ""),
		{At: at(-590), Kind: CallArrived, Contact: "C0", Number: "••••111", Direction: DirectionIn},
		{At: at(-590), Kind: TalkStarted, Contact: "C0", Agent: "sari", Queue: "hotline"},
		{At: at(-580), Kind: TalkEnded, Contact: "C0", Agent: "sari", TalkMS: 600_000},
		state(-500, Ready, Offline, ""),
		{At: at(-500), Kind: ShiftOver, Agent: "sari"},

		{At: at(-60), Kind: ShiftBegan, Agent: "sari"},
		state(-60, Offline, Paused, PauseLogin),
		state(-50, Paused, Ready, ""),
		{At: at(-41), Kind: CallArrived, Contact: "C1", Number: "••••963", Direction: DirectionIn},
		state(-40, Ready, Talking, ""),
		{At: at(-40), Kind: TalkStarted, Contact: "C1", Agent: "sari", Queue: "hotline"},
		{At: at(-30), Kind: TalkEnded, Contact: "C1", Agent: "sari", TalkMS: 600_000},
		{At: at(-30), Kind: CallOver, Contact: "C1"},
		state(-30, Talking, WrapUp, ""),
		{At: at(-25), Kind: WrapUpDone, Contact: "C1", Agent: "sari", Reason: "self"},
		state(-25, WrapUp, Paused, "meal"),
		state(-20, Paused, Reconnecting, ""),
		state(-19, Reconnecting, Paused, "meal"),
		state(5, Paused, Paused, "break"),
		state(8, Paused, Ready, ""),
		{At: at(9), Kind: TalkStarted, Contact: "C2", Agent: "dewi", Queue: "hotline"},
		state(10, Ready, Talking, ""),
		{At: at(10), Kind: CallDialled, Contact: "C3", Agent: "sari", Number: "••••678", Direction: DirectionOut},
		{At: at(10), Kind: TalkStarted, Contact: "C3", Agent: "sari", Queue: "hotline"},
	} {
		d.Add(e)
	}
	day := d.Day(at(12))
	if !day.From.Equal(at(-60)) || len(day.Calls) != 2 || len(day.Pauses) != 2 {
		t.Fatalf("%+v", day)
	}
	if c := day.Calls[0]; c.Contact != "C1" || c.Caller != "••••963" || c.Disposition != "self" || c.Running || c.TalkMS != 600_000 || c.Queue != "hotline" {
		t.Errorf("first call %+v", c)
	}
	if c := day.Calls[1]; c.Contact != "C3" || !c.Running || c.TalkMS != 120_000 || c.Direction != DirectionOut || c.Caller != "••••678" {
		t.Errorf("running call %+v", c)
	}
	if p := day.Pauses[0]; p.Reason != "meal" || p.MS != 30*60_000 || p.Running || !p.At.Equal(at(-25)) {
		t.Errorf("pause over a reload %+v", p)
	}
	if p := day.Pauses[1]; p.Reason != "break" || p.MS != 3*60_000 {
		t.Errorf("second pause %+v", p)
	}
	want := DaySums{Calls: 2, TalkMS: 720_000, WrapUpMS: 300_000, ReadyMS: 12 * 60_000, PausedMS: 33 * 60_000, ShiftMS: 72 * 60_000}
	if day.Sums != want {
		t.Errorf("sums %+v, want %+v", day.Sums, want)
	}
}

// Off shift since before midnight there is nothing; a shift that ended today stays.
func TestDayOfWhoIsOff(t *testing.T) {
	midnight := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	d := NewDayReader("sari", midnight)
	d.Add(Entry{At: midnight.Add(-time.Hour), Kind: StateChanged, Agent: "sari", From: Ready, To: Paused, Reason: "meal"})
	d.Add(Entry{At: midnight.Add(time.Hour), Kind: StateChanged, Agent: "sari", From: Paused, To: Offline})
	d.Add(Entry{At: midnight.Add(time.Hour), Kind: ShiftOver, Agent: "sari"})
	day := d.Day(midnight.Add(8 * time.Hour))
	if !day.From.Equal(midnight.Add(-time.Hour)) || day.Sums.ShiftMS != 2*60*60_000 || day.Sums.PausedMS != 2*60*60_000 || len(day.Pauses) != 1 || day.Pauses[0].Running {
		t.Errorf("%+v", day)
	}
	day = NewDayReader("sari", midnight).Day(midnight.Add(time.Hour))
	if !day.From.Equal(midnight) || day.Sums != (DaySums{}) || len(day.Calls) != 0 {
		t.Errorf("nothing: %+v", day)
	}
}
