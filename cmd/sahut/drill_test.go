package main

import (
	"net"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// freePort is a port nobody listens on now.
func freePort(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().String()
}

// selfTrunk is a carrier that brings every call straight back.
func selfTrunk(at string, change func(*configs.Trunk)) func(*configs.Server) {
	return func(c *configs.Server) {
		c.SIP.Listen = []string{at}
		self := configs.Trunk{Name: "self", Server: at, Number: "+622139039630", Identity: "pai", NumberFormat: "national", Priority: 1}
		if change != nil {
			change(&self)
		}
		c.SIP.Trunks = append(c.SIP.Trunks, self)
		c.Drill.Trunk, c.Drill.Number = "self", configs.DemoNumber
	}
}

// The house calls itself, chooses from the menu by keys, waits, and talks with
// the synthetic volunteer; it counts nowhere. What it cannot reach it names.
func TestDrill(t *testing.T) {
	t.Parallel()
	menu := func(r *configs.Routing) {
		r.Numbers[0].Menu = "main"
		r.Menus = []configs.Menu{{ID: "main", Prompt: "menu", Timeout: configs.Duration(5 * time.Second), Queue: r.Queues[0].ID,
			Choices: []configs.MenuChoice{{Key: "7", Queue: r.Queues[0].ID}}}}
	}
	for name, c := range map[string]struct {
		alone bool // no volunteer, by setting
		ok    string
		stage string
	}{
		"to the volunteer": {false, "ok", "done"},
		"to the queue":     {true, "ok", "done"},
	} {
		t.Run(name, func(t *testing.T) {
			self := selfTrunk(freePort(t), nil)
			s := openAs(t, func(cfg *configs.Server) { self(cfg); cfg.Drill.Volunteer = !c.alone }, menu)
			s.drillOnce(s.ctx)
			if d := s.drilled(); d.Result != c.ok || d.Stage != c.stage || d.MS <= 0 {
				t.Errorf("drill %+v", d)
			}
			s.must("records", s.store.Calls(time.Time{}, func(c queue.Call) bool {
				t.Errorf("a drill counted as a call: %+v", c)
				return true
			}))
			s.must("journal", s.store.Since(time.Time{}, func(e queue.Entry) bool {
				if e.Contact != "" || e.Agent != "" {
					t.Errorf("the journal has %+v", e)
				}
				return true
			}))
		})
	}
}

// A number nobody has, a trunk that hides who calls, and no trunk at all.
func TestDrillFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*configs.Trunk)
		number string
		trunk  string
		stage  string
	}{
		"no such number": {number: "0219999999", trunk: "self", stage: "answer"},
		"hidden number":  {change: func(tr *configs.Trunk) { tr.HideNumber = true }, number: configs.DemoNumber, trunk: "self", stage: "return"},
		"no trunk":       {number: configs.DemoNumber, trunk: "other", stage: "trunk"},
	} {
		t.Run(name, func(t *testing.T) {
			self := selfTrunk(freePort(t), c.change)
			s := openAs(t, func(cfg *configs.Server) {
				self(cfg)
				cfg.Drill.Number, cfg.Drill.Trunk = c.number, c.trunk
			}, nil)
			s.drillOnce(s.ctx)
			if d := s.drilled(); d.Result != "failed" || d.Stage != c.stage {
				t.Errorf("drill %+v, want stage %s", d, c.stage)
			}
		})
	}
}

// drilled is how the latest drill stands in the journal.
func (s *site) drilled() (e queue.Entry) {
	s.t.Helper()
	s.until("the drill's entry", func() bool {
		s.must("journal", s.store.Since(time.Time{}, func(got queue.Entry) bool {
			if got.Kind == queue.DrillOver {
				e = got
			}
			return true
		}))
		return e.Kind != ""
	})
	return e
}
