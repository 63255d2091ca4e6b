package queue

import (
	"container/heap"
	"time"
)

// token is the owner's half of a deadline. Arming it again or disarming it
// makes every earlier deadline of it stale, so nothing has to be searched for
// in the heap: a stale one is dropped when it comes up.
type token struct {
	at  time.Time // zero: not armed
	gen uint64
}

func (t *token) armed() bool { return !t.at.IsZero() }

func (t *token) disarm() {
	t.at = time.Time{}
	t.gen++
}

// deadline is the heap's half: do is due at at, unless the token moved on.
type deadline struct {
	at  time.Time
	seq uint64 // equal times fire in the order they were armed
	t   *token
	gen uint64
	do  func()
}

func (d *deadline) stale() bool { return d.gen != d.t.gen }

// deadlines is the one timer heap of the desk.
type deadlines struct {
	heap deadlineHeap
	seq  uint64
}

// arm sets t's only deadline to at.
func (d *deadlines) arm(t *token, at time.Time, do func()) {
	t.gen++
	t.at = at
	d.seq++
	heap.Push(&d.heap, &deadline{at: at, seq: d.seq, t: t, gen: t.gen, do: do})
}

// next returns the earliest deadline that is not stale.
func (d *deadlines) next() (time.Time, bool) {
	for len(d.heap) > 0 {
		if first := d.heap[0]; !first.stale() {
			return first.at, true
		}
		heap.Pop(&d.heap)
	}
	return time.Time{}, false
}

// due takes the earliest deadline if its time has come.
func (d *deadlines) due(now time.Time) (do func(), ok bool) {
	if at, ok := d.next(); !ok || at.After(now) {
		return nil, false
	}
	first := heap.Pop(&d.heap).(*deadline)
	first.t.disarm()
	return first.do, true
}

type deadlineHeap []*deadline

func (h deadlineHeap) Len() int { return len(h) }
func (h deadlineHeap) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].seq < h[j].seq
}
func (h deadlineHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *deadlineHeap) Push(x any)   { *h = append(*h, x.(*deadline)) }
func (h *deadlineHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
