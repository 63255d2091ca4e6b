package main

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sahut/queue"
)

// newMetrics serves what the rooms count. No metric carries anything about a
// caller, not even a hash of her number.
func newMetrics(h *house) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), figures{h})
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// figures reads every room's Stats when Prometheus asks.
type figures struct{ house *house }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("sahut_"+name, help, labels, nil)
}

var (
	dCalls     = desc("calls_total", "Calls that ended, by outcome.", "outcome")
	dArrived   = desc("calls_arrived_total", "Calls that arrived at a known number.")
	dDialled   = desc("calls_dialled_total", "Calls volunteers placed.")
	dCallsOut  = desc("calls_out_total", "Calls volunteers placed that ended, by outcome.", "outcome")
	dRefused   = desc("calls_refused_total", "Calls refused before they became contacts.", "reason")
	dProgress  = desc("calls_in_progress", "Contacts now.")
	dWaiting   = desc("waiting", "Callers waiting, ringing ones too.", "queue")
	dOldest    = desc("waiting_oldest_seconds", "How long the longest waiting caller has waited.", "queue")
	dAgents    = desc("agents", "Volunteers by state.", "state")
	dOffers    = desc("offers_total", "Offers by how they ended.", "end")
	dDeskSlow  = desc("desk_slowest_event_seconds", "Longest decision since the start.")
	dJournal   = desc("journal_failing", "1 while the journal cannot be written.")
	dUnkept    = desc("journal_unkept_entries", "Entries waiting in memory for the disk.")
	dLaws      = desc("conservation_violations_total", "Conservation laws of the journal that were broken since the start; more than 0 is a bug of ours.")
	dLawIn     = desc("conservation_arrived_total", "Calls that arrived or were dialled, as the journal has it.")
	dLawOut    = desc("conservation_ended_total", "Calls that ended, as the journal has it, by outcome.", "outcome")
	dLawOpen   = desc("conservation_in_progress", "Calls in the journal that did not end yet.")
	dLawRead   = desc("conservation_entries_total", "Entries of the journal that were held to the laws.")
	dCommit    = desc("commit_seconds", "How long commits took.")
	dDB        = desc("database_bytes", "Size of the database file.")
	dSIPReject = desc("sip_rejected_total", "SIP messages turned away, by reason.", "reason")
	dSIPPass   = desc("sip_passed_total", "SIP messages let through.")
	dBanned    = desc("sip_banned", "Hosts banned now.")
	dPanics    = desc("panics_total", "Faults of ours that ended one request or call.", "room")
	dPhones    = desc("sip_registrations", "SIP phones registered.")
	dTrunkUp   = desc("trunk_up", "1 while the trunk is usable, as far as is known.", "trunk")
	dTrunkReg  = desc("trunk_registered", "1 while we are registered at the trunk's server.", "trunk")
	dTrunkWhen = desc("trunk_state_since_seconds", "When the trunk became up or down, in seconds since 1970.", "trunk")
	dTrunkRTT  = desc("trunk_rtt_seconds", "How long the latest OPTIONS took.", "trunk")
	dTrunkCall = desc("trunk_calls", "Calls running by the trunk.", "trunk", "direction")
	dSetup     = desc("setup_seconds", "From a caller's INVITE to our 200.")
	dDrill     = desc("drill_ok", "1 when the latest trial call through a trunk was answered and heard.")
	dDrillWhen = desc("drill_at_seconds", "When it was, in seconds since 1970.")
	dRTP       = desc("rtp_packets_total", "RTP packets of the trunk side.", "direction")
	dRTPLost   = desc("rtp_lost_total", "RTP packets of callers that never came.")
	dRTPReject = desc("rtp_rejected_total", "RTP packets turned away because of their source.")
	dForged    = desc("rtp_forged_total", "SRTP packets that were not made with the call's key, or came twice.")
	dJitter    = desc("rtp_jitter_seconds_max", "Worst jitter of the calls now.")
	dPeers     = desc("browser_peers", "Browsers connected now.")
	dPeersOpus = desc("browser_opus", "Browsers connected now that speak Opus, which costs about 1 % of a core a call.")
	dPeersLost = desc("browser_lost_total", "Times a connected browser was lost.")
	dLive      = desc("live_pages", "Pages with a live connection.")
	dSignIns   = desc("sign_ins_total", "Sign-ins, by result.", "result")
)

// Describe is part of prometheus.Collector; an unchecked collector describes
// nothing, because label values come from the routing document.
func (f figures) Describe(chan<- *prometheus.Desc) {}

// Collect is part of prometheus.Collector.
func (f figures) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	f.desk(gauge, count)
	f.line(gauge, count, out)
	f.trunks(gauge)
	f.rest(gauge, count, out)
}

type measure = func(*prometheus.Desc, float64, ...string)
type tally = func(*prometheus.Desc, uint64, ...string)

func (f figures) desk(gauge measure, count tally) {
	s := f.house.desk.Snapshot()
	for _, o := range queue.Outcomes() {
		count(dCalls, s.Outcomes[o], string(o))
	}
	for why, n := range s.Refused {
		count(dRefused, n, string(why))
	}
	for end, n := range s.Offers {
		count(dOffers, n, end)
	}
	for o, n := range s.Outgoing {
		count(dCallsOut, n, string(o))
	}
	count(dArrived, s.Arrived)
	count(dDialled, s.Dialled)
	gauge(dProgress, float64(s.Contacts))
	for _, q := range s.Queues {
		gauge(dWaiting, float64(q.Waiting), string(q.Queue))
		oldest := 0.0
		if q.Oldest != nil {
			oldest = s.At.Sub(*q.Oldest).Seconds()
		}
		gauge(dOldest, max(oldest, 0), string(q.Queue))
	}
	states := map[queue.AgentState]int{}
	for _, a := range s.Agents {
		states[a.State]++
	}
	for state, n := range states {
		gauge(dAgents, float64(n), string(state))
	}
	d := f.house.desk.Stats()
	gauge(dDeskSlow, d.Slowest.Seconds())
	gauge(dJournal, oneIf(d.JournalFailing))
	gauge(dUnkept, float64(d.Unkept))
	count(dPanics, d.Panics, "queue")
	laws := f.house.desk.Conservation()
	count(dLaws, laws.Violations)
	count(dLawIn, laws.Arrived+laws.Dialled)
	count(dLawRead, laws.Entries)
	gauge(dLawOpen, float64(laws.InProgress))
	for o, n := range laws.Outcomes {
		count(dLawOut, n, string(o))
	}
}

// trunks are their states and the latest drill.
func (f figures) trunks(gauge measure) {
	for _, t := range f.house.sip.TrunkStates() {
		gauge(dTrunkUp, oneIf(t.Up), t.Name)
		gauge(dTrunkWhen, float64(t.Since.Unix()), t.Name)
		gauge(dTrunkCall, float64(t.Calls-t.Outgoing), t.Name, "in")
		gauge(dTrunkCall, float64(t.Outgoing), t.Name, "out")
		if t.Registers {
			gauge(dTrunkReg, oneIf(t.Registered), t.Name)
		}
		if t.RTT > 0 {
			gauge(dTrunkRTT, t.RTT.Seconds(), t.Name)
		}
	}
	if d := f.house.desk.Snapshot().Drill; d != nil {
		gauge(dDrill, oneIf(d.OK))
		gauge(dDrillWhen, float64(d.At.Unix()))
	}
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func (f figures) line(gauge measure, count tally, out chan<- prometheus.Metric) {
	s := f.house.sip.Stats()
	out <- histogram(dSetup, s.Setup.Calls, s.Setup.Sum, s.Setup.Bounds, s.Setup.Counts)
	for reason, n := range s.Rejected {
		count(dSIPReject, n, reason)
	}
	count(dSIPPass, s.Passed)
	gauge(dBanned, float64(s.Banned))
	gauge(dPhones, float64(s.Registrations))
	count(dPanics, s.Panics, "sip")
	m := f.house.engine.Stats()
	count(dRTP, m.Received, "in")
	count(dRTP, m.Sent, "out")
	count(dRTPLost, m.Lost)
	count(dRTPReject, m.RejectedSource)
	count(dForged, m.Forged)
	gauge(dJitter, m.JitterMax.Seconds())
	count(dPanics, m.Panics, "media")
	p := f.house.peers.Totals()
	gauge(dPeers, float64(p.Connected))
	gauge(dPeersOpus, float64(p.Opus))
	count(dPeersLost, p.Lost)
}

func (f figures) rest(gauge measure, count tally, out chan<- prometheus.Metric) {
	st := f.house.store.Stats()
	out <- histogram(dCommit, st.Commits, st.CommitTime, st.CommitBounds, st.CommitCounts)
	gauge(dDB, float64(st.Bytes))
	u := f.house.ui.Stats()
	gauge(dLive, float64(u.Live))
	count(dSignIns, u.SignIns, "ok")
	count(dSignIns, u.SignInFailures, "refused")
	count(dPanics, u.Panics, "agentui")
}

// histogram is what a room counted: counts[i] happened within bounds[i].
func histogram(d *prometheus.Desc, n uint64, sum time.Duration, bounds []time.Duration, counts []uint64) prometheus.Metric {
	buckets := map[float64]uint64{}
	for i, b := range bounds {
		buckets[b.Seconds()] = counts[i]
	}
	return prometheus.MustNewConstHistogram(d, n, sum.Seconds(), buckets)
}
