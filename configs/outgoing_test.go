package configs

import (
	"strings"
	"testing"
	"time"
)

func TestOutgoingAllows(t *testing.T) {
	o := Outgoing{Allow: []string{"+62", "+6280950", "112", "+6590"}, Deny: []string{"+62809", "+62811999", "129"}}
	for number, want := range map[string]bool{
		"+622139039": true, "+628119990": false, "+628118880": true, "+628091234": false, "+628095012": true,
		"+659012345": true, "+658012345": false, "+18005550100": false, "112": true, "1120815": false, "11": false, "129": false, "110": false, "": false, "+": false,
	} {
		if got := o.Allows(number); got != want {
			t.Errorf("%s: %v", number, got)
		}
	}
	if (Outgoing{}).Allows("112") || (Outgoing{Deny: []string{"+1"}}).Allows("+62811") {
		t.Error("what nobody allowed is allowed")
	}
	if (Outgoing{Allow: []string{"+62"}, Deny: []string{"+62"}}).Allows("+62811") {
		t.Error("of two alike the denial must count")
	}
}

func TestOutgoingPrices(t *testing.T) {
	o := Outgoing{Rates: []Rate{{"+62", 100}, {"+628", 850}, {"112", 5}}}
	for number, want := range map[string]float64{"+6221390": 100, "+62811": 850, "+1800": 0, "112": 5, "1123": 0} {
		if got := o.PerMinute(number); got != want {
			t.Errorf("%s: %v", number, got)
		}
	}
}

func TestOutgoingValidate(t *testing.T) {
	for _, c := range []struct {
		edit func(r *Routing)
		want string
	}{
		{func(r *Routing) { r.Outgoing.Allow = []string{"021"} }, ""}, // a short code
		{func(r *Routing) { r.Outgoing.Allow = []string{"0213903963"} }, "outgoing.allow[0]: "},
		{func(r *Routing) { r.Outgoing.Allow = []string{"+"} }, "outgoing.allow[0]: "},
		{func(r *Routing) { r.Outgoing.Allow = []string{"+62", "+62"} }, "outgoing.allow[1]: +62 is listed twice"},
		{func(r *Routing) { r.Outgoing.Allow, r.Outgoing.Deny = []string{"+62"}, []string{"+62"} }, "is in allow too"},
		{func(r *Routing) { r.Outgoing.MaxAtOnce = 0 }, "outgoing.max_at_once"},
		{func(r *Routing) { r.Outgoing.MaxPerHour = 0 }, "outgoing.max_per_hour"},
		{func(r *Routing) { r.Outgoing.MaxMinutes = 1000 }, "outgoing.max_minutes"},
		{func(r *Routing) { r.Outgoing.MaxCostPerDay = -1 }, "outgoing.max_cost_per_day"},
		{func(r *Routing) { r.Outgoing.Rates = []Rate{{"62", 1}} }, "outgoing.rates.62.prefix"},
		{func(r *Routing) { r.Outgoing.Rates = []Rate{{"+62", -1}} }, "outgoing.rates.+62.per_minute"},
		{func(r *Routing) { r.Outgoing.Rates = []Rate{{"+62", 1}, {"+62", 2}} }, "outgoing.rates[1].prefix"},
		{func(r *Routing) {
			r.Outgoing = Outgoing{Allow: []string{"+62", "112"}, MaxAtOnce: 1, MaxPerHour: 1, MaxMinutes: 1, MaxCostPerDay: 5, Rates: []Rate{{"+6221", 1}}}
		}, "no rate says what a call to +62 costs"},
		{func(r *Routing) {
			r.Outgoing = Outgoing{Allow: []string{"+6221", "112"}, MaxAtOnce: 1, MaxPerHour: 1, MaxMinutes: 1, MaxCostPerDay: 5, Rates: []Rate{{"+62", 1}}}
		}, ""},
		{func(r *Routing) { r.Agents[0].Mobile = "08123456789" }, "agents.sari.mobile: "},
		{func(r *Routing) { r.Agents[0].Mobile = "+628123456789" }, ""},
	} {
		r := DemoRouting()
		c.edit(&r)
		found := r.Validate()
		if text := found.Error(); c.want == "" && found != nil || c.want != "" && (found == nil || !strings.Contains(text, c.want)) {
			t.Errorf("got %v, want %q", found, c.want)
		}
	}
}

func TestMaskedHidesMobiles(t *testing.T) {
	r := DemoRouting()
	r.Agents[0].Mobile = "+628123456789"
	if m := r.Masked(); m.Agents[0].Mobile != "••••789" || m.Agents[1].Mobile != "" || r.Agents[0].Mobile != "+628123456789" {
		t.Errorf("masked: %+v", m.Agents)
	}
}

func TestAmounts(t *testing.T) {
	for text, want := range map[string]string{
		"1500000.25": "", "0": "", "1e3": "", "inf": "is not an amount", ".nan": "is not an amount", "0x10": "is not an amount", "'5'": "in quotes is not an amount", "many": "is not an amount",
	} {
		_, err := ParseRouting([]byte("outgoing: {max_cost_per_day: " + text + "}"))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestDrillNext(t *testing.T) {
	wib := time.FixedZone("WIB", 7*3600)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, wib) }
	hours := func(n int) Duration { return Duration(time.Duration(n) * time.Hour) }
	for _, c := range []struct {
		d         Drill
		now, want time.Time
	}{
		{Drill{At: "07:00"}, at(1, 6, 0), time.Time{}},
		{Drill{Every: hours(1)}, at(1, 6, 30), at(1, 7, 30)},
		{Drill{Every: hours(24), At: "07:00"}, at(1, 6, 0), at(1, 7, 0)},
		{Drill{Every: hours(24), At: "07:00"}, at(1, 7, 0), at(2, 7, 0)},
		{Drill{Every: hours(6), At: "07:00"}, at(1, 0, 30), at(1, 1, 0)},
		{Drill{Every: hours(6), At: "07:00"}, at(1, 1, 0), at(1, 7, 0)},
		{Drill{Every: hours(6), At: "07:00"}, at(1, 14, 0), at(1, 19, 0)},
		{Drill{Every: hours(6), At: "07:00"}, at(1, 23, 0), at(2, 1, 0)},
	} {
		if got := c.d.Next(c.now); !got.Equal(c.want) {
			t.Errorf("%+v at %s: %s, want %s", c.d, c.now, got, c.want)
		}
	}
}

func TestDrillValidate(t *testing.T) {
	for _, c := range []struct {
		d    Drill
		want string
	}{
		{Drill{}, ""},
		{Drill{Every: Duration(24 * time.Hour), At: "07:00", Number: "0213903963", Trunk: "carrier"}, ""},
		{Drill{Every: Duration(time.Second), Number: "0213903963"}, "drill.every"},
		{Drill{Every: Duration(time.Hour)}, "drill.number"},
		{Drill{At: "07:00"}, "every says never"},
		{Drill{Every: Duration(time.Hour), Number: "112", At: "7:00"}, "is no time of day"},
		{Drill{Every: Duration(time.Hour), Number: "112", Trunk: "carier"}, "drill.trunk"},
	} {
		s := Default()
		s.SIP.Trunks = []Trunk{DefaultTrunk()}
		s.SIP.Trunks[0].Name, s.SIP.Trunks[0].Addresses = "carrier", []string{"198.51.100.1"}
		s.Drill = c.d
		found := s.Validate()
		if c.want == "" && found != nil || c.want != "" && (found == nil || !strings.Contains(found.Error(), c.want)) {
			t.Errorf("%+v: got %v, want %q", c.d, found, c.want)
		}
	}
}
