package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// An admin changes a queue's music: who waits hears the new one, without the
// greeting; who talks, connects or waits elsewhere is left alone.
func TestNewMusicReachesThoseWhoWait(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari", "ayu")
	talks := tr.call()
	a, b := AgentID("sari"), AgentID("ayu")
	if tr.s.agents[a].offer == nil {
		a, b = b, a
	}
	tr.talk(a)
	connects := tr.call()
	tr.accept(b)
	waits := tr.call()
	elsewhere := tr.knock("0215550000")
	tr.do(Established{elsewhere})
	arrives := tr.knock(hotlineNumber)
	tr.pass(time.Second)

	tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) { r.Queues[0].Music = "rain" }), Revision: 2})
	tr.mustDo("Wait {Contact:" + string(waits) + " Sound:{Greeting: Music:rain Language:id}}")
	if find(tr.last, "Wait {") != 1 {
		t.Fatal("others hear it too")
	}
	tr.do(Established{arrives})
	tr.mustDo("Wait {Contact:" + string(arrives) + " Sound:{Greeting: Music:rain")
	tr.do(ConnectFailed{connects, b, "microphone"})
	tr.mustDo("Wait {Contact:" + string(connects) + " Sound:{Greeting: Music:rain")
	tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) { r.Queues[0].Music = "rain"; r.Queues[0].MaxWait = dur(time.Hour) }), Revision: 3})
	if find(tr.last, "Wait {Contact:"+string(waits)) > 0 {
		t.Fatal("told twice")
	}
	tr.do(HoldAsked{a, talks})
	tr.mustDo("Hold {Contact:" + string(talks) + " Sound:{Greeting: Music:rain")
}
