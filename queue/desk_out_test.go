package queue_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"sahut/configs"
	"sahut/queue"
	"sahut/queue/queuetest"
)

// The whole desk: a volunteer with a phone takes a call, calls out, and gives a
// contact away; every order reaches whom it is for.
func TestDeskWithPhones(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := queuetest.Hotline("sari", "dewi")
		r.Agents[0].Dial = true
		r.Outgoing = configs.Outgoing{Allow: []string{"+62"}, MaxAtOnce: 1, MaxPerHour: 5, MaxMinutes: 5}
		r.Queues[0].WrapUp = 0
		h := queuetest.NewHouse(t, r, nil)
		h.Devices.Easy = true
		h.Desk.Post(queue.SessionOpened{Agent: "sari"})
		h.Desk.Post(queue.PhoneRegistered{Agent: "sari", On: true})
		h.Desk.Post(queue.DeviceChosen{Agent: "sari", Device: queue.DevicePhone})
		h.Desk.Post(queue.ShiftStarted{Agent: "sari"})
		h.Desk.Post(queue.ReadyAsked{Agent: "sari"})
		h.Desk.Post(queue.SessionLost{Agent: "sari"})
		h.WaitState(t, "sari", queue.Ready)

		c := h.Call("0213903963", "+6281234567890")
		h.WaitState(t, "sari", queue.Talking)
		h.Channel.Orders.Wait(t, "connect", func(e queue.Effect) bool { o, ok := e.(queue.Connect); return ok && o.Contact == c })
		h.Desk.Post(queue.TransferAsked{Agent: "sari", Contact: c, To: queue.Target{Number: "021 390 0000"}})
		h.Devices.Orders.Wait(t, "release", func(e queue.Effect) bool { o, ok := e.(queue.Release); return ok && o.Agent == "sari" })
		h.Devices.Orders.Wait(t, "verdict", func(e queue.Effect) bool {
			o, ok := e.(queue.Transferred)
			return ok && o.Contact == c && o.Code == ""
		})
		h.Channel.Orders.Wait(t, "forward", func(e queue.Effect) bool {
			o, ok := e.(queue.Forward)
			return ok && o.Contact == c && o.Number.Reveal() == "+62213900000"
		})
		h.Journal.Entries.Wait(t, "transfer", func(e queue.Entry) bool { return e.Kind == queue.TransferDone && e.Result == "ok" })
		h.Desk.Post(queue.Dialled{Agent: "sari", Number: "0812345678"})
		h.Screens.Notices.Wait(t, "a refusal", func(n queue.Notify) bool { return n.Notice.Code == queue.DialBusy })
		h.Desk.Post(queue.HungUp{Contact: c, By: queue.ByCaller, Cause: queue.CauseNormal})

		h.Desk.Post(queue.Dialled{Agent: "sari", Number: "0812345678"})
		out := h.Journal.Entries.Wait(t, "a talk", func(e queue.Entry) bool { return e.Kind == queue.TalkStarted && e.Contact != c }).Contact
		h.Desk.Post(queue.HangUpAsked{Agent: "sari", Contact: out})
		h.Journal.Entries.Wait(t, "the end", func(e queue.Entry) bool { return e.Kind == queue.CallOver && e.Contact == out })
		h.Devices.Easy = false
		lost := h.Call("0213903963", "")
		ring, _ := h.Devices.Orders.Wait(t, "a ring", func(e queue.Effect) bool { o, ok := e.(queue.Ring); return ok && o.Contact == lost }).(queue.Ring)
		h.Desk.Post(queue.RingFailed{Agent: "sari", Offer: ring.Offer, Reason: "busy"})
		h.Devices.Orders.Wait(t, "the end of the ring", func(e queue.Effect) bool { o, ok := e.(queue.StopRinging); return ok && o.Offer == ring.Offer })
		h.Desk.Post(queue.HungUp{Contact: lost, By: queue.ByCaller, Cause: queue.CauseNormal})
		h.Journal.Entries.Wait(t, "its end", func(e queue.Entry) bool { return e.Kind == queue.CallOver && e.Contact == lost })
		for _, call := range h.Journal.Calls() {
			if call.ID == lost {
				continue
			}
			if call.Outcome != queue.OutcomeAnswered || call.Agent != "sari" || !strings.HasPrefix(call.Number, "••••") {
				t.Errorf("record %+v", call)
			}
		}
		if v, ok := h.Desk.View("sari"); !ok || v.Device != queue.DevicePhone || !v.MayDial {
			t.Errorf("view %+v", v)
		}
	})
}

// A desk without devices knows browsers only.
func TestDeskWithoutDevices(t *testing.T) {
	d := queue.NewDesk(queue.DeskOptions{Routing: queuetest.Hotline("sari"), Past: []queue.Entry{{Kind: queue.DrillOver, Result: "ok", Stage: "greeting", MS: 9}}})
	if v, _ := d.View("sari"); len(v.Devices) != 1 || v.Device != queue.DeviceBrowser || v.MayDial {
		t.Errorf("view %+v", v)
	}
	if drill := d.Snapshot().Drill; drill == nil || !drill.OK {
		t.Errorf("drill %+v", drill)
	}
	d.Attach(&queuetest.Channel{}, &queuetest.Screens{}, &queuetest.Devices{})
}
