package reports

import (
	"math"
	"time"
)

// ErlangC is the share of callers answered within t when n volunteers carry a
// load of so many erlangs (calls an hour × handling time in hours) and handle
// takes each on average: 1 - C(n, load) e^(-(n - load) t / handle). It assumes
// that nobody gives up, so a real hotline does a little better. 0 when the load
// is more than n can ever carry.
func ErlangC(load float64, n int, handle, t time.Duration) float64 {
	if n <= 0 || load >= float64(n) || handle <= 0 {
		return 0
	}
	if load <= 0 {
		return 1
	}
	// Erlang B by its recursion: no factorials, nothing overflows.
	blocked := 1.0
	for i := 1; i <= n; i++ {
		blocked = load * blocked / (float64(i) + load*blocked)
	}
	waits := blocked / (1 - load/float64(n)*(1-blocked))
	return 1 - waits*math.Exp(-(float64(n)-load)*t.Seconds()/handle.Seconds())
}
