package sip

import (
	"context"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"sahut/queue"
	"sahut/sip/siptest"
)

// Many callers at once, each with her own sound, come and go; none is lost and
// none is left. SIP_CALLS=500 makes it a load.
func TestManyCallers(t *testing.T) {
	calls := 40
	if n, err := strconv.Atoi(os.Getenv("SIP_CALLS")); err == nil {
		calls = n
	}
	_, _, sound := loud(t, "43000-45999")
	h := openHouse(t, sound)
	p := h.phone("udp")
	var (
		mu    sync.Mutex
		took  []time.Duration
		first []time.Duration
		wg    sync.WaitGroup
		tick  = time.NewTicker(20 * time.Millisecond) // 50 a second
	)
	defer tick.Stop()
	for range calls {
		<-tick.C
		c := h.dial(p, siptest.Options{})
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			if err := c.WaitAnswered(ctx); err != nil {
				t.Error(err)
				return
			}
			if err := c.Media().Hears().WaitPackets(ctx, 50); err != nil {
				t.Error(err)
			}
			r := c.Report()
			mu.Lock()
			defer mu.Unlock()
			took, first = append(took, r.Setup), append(first, r.FirstRTP)
			if r.Heard.Lost != 0 || r.Heard.TimeJumps != 0 {
				t.Errorf("heard %+v", r.Heard)
			}
		})
	}
	wg.Wait()
	if n := h.server.CallStats().Calls; n != calls {
		t.Errorf("%d calls are up, want %d", n, calls)
	}
	slices.Sort(took)
	slices.Sort(first)
	if len(took) == calls {
		t.Logf("%d calls: INVITE to 200 median %v, p99 %v; ACK to first packet p99 %v",
			calls, took[calls/2], took[calls*99/100], first[calls*99/100])
	}
	h.within(p.HangUpAll)
	await[queue.HungUp](t, h.desk, calls)
	h.within(h.server.Close)
	if n := h.server.CallStats().Calls; n != 0 {
		t.Errorf("%d calls are left", n)
	}
}
