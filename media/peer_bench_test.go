package media

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"sahut/media/mediatest"
)

// BenchmarkBridgedCalls is N callers talking with N browsers in this process:
// server, callers and browsers together. One iteration is one second. It is for
// profiles (-cpuprofile); `sahut bench` measures the server alone.
func BenchmarkBridgedCalls(b *testing.B) {
	for _, calls := range []int{20, 50, 100} {
		b.Run(fmt.Sprint(calls), func(b *testing.B) { bridgedCalls(b, calls) })
	}
}

func bridgedCalls(b *testing.B, calls int) {
	d := newDesk(b)
	browsers := make([]*mediatest.Browser, calls)
	callers := make([]*mediatest.Caller, calls)
	for i := range calls {
		agent := fmt.Sprint("agent", i)
		browsers[i] = d.sits(agent, mediatest.BrowserOptions{})
		d.waitTold(agent, PeerConnecting, PeerConnected)
		var leg *RTPLeg
		leg, callers[i] = d.calls(mediatest.CallerOptions{})
		d.room(leg, d.leg(agent))
		browsers[i].Stamp(true)
		callers[i].Stamp(true)
		browsers[i].Speak(agentTone)
		callers[i].Speak(callerTone)
	}
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	start := time.Now()
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if err := callers[0].Hears().WaitPackets(d.ctx, 50); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	cpu := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	var l mediatest.Latency
	lost := 0
	for i := range calls {
		l.Merge(browsers[i].Hears().Latency())
		l.Merge(callers[i].Hears().Latency())
		lost += browsers[i].Hears().Heard().Lost + callers[i].Hears().Heard().Lost
	}
	b.ReportMetric(100*cpu.Seconds()/time.Since(start).Seconds()/float64(calls), "%core/call(all)")
	b.ReportMetric(float64(l.Percentile(50).Microseconds()), "µs-p50")
	b.ReportMetric(float64(l.Percentile(99).Microseconds()), "µs-p99")
	b.ReportMetric(float64(lost), "lost")
}
