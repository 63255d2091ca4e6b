// Package reports turns the journal into figures: service level, abandons,
// waits, handling and occupancy, each by one written formula. Every figure is a
// pure function of the journal, so the same days always give the same numbers.
//
// # Words
//
//	leg      one stay of one caller in one queue, with exactly one Result
//	offered  legs that entered a queue; who never got that far is blocked
//	T        the time within which an answer counts as in time
//	S        the time within which leaving counts as a short abandon
//
// # Where to start reading
//
// leg.go names a leg's results, tally.go counts legs and gives the KPIs by
// formula, journal.go makes legs and volunteers' time out of entries, erlang.go
// plans how many volunteers a load needs. docs/kpi.md has every formula.
//
// May import: configs and queue.
package reports
