package sip

import (
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// transfer is a REFER of a volunteer's phone that the desk has yet to decide
// on (RFC 3515). Nothing is called because of it: the desk gives the contact
// to a queue, a volunteer, or a number on its allow-list, or it does not.
type transfer struct{ id string }

// onRefer asks the desk for a transfer. Only a phone that was rung for an offer
// and picked up comes here.
func (p *deviceCall) onRefer(r *request) {
	to, ok := p.targetOf(r.Request)
	switch {
	case !p.accepted || p.transfer != nil:
		p.refuseRefer(r)
		return
	case !ok:
		r.answer(p.respond(r.Request, sip.StatusNotFound))
		return
	}
	res := p.respond(r.Request, sip.StatusAccepted)
	res.AppendHeader(&sip.ContactHeader{Address: p.dialog.here.contact()})
	r.answer(res)
	p.transfer = &transfer{id: strconv.FormatUint(uint64(r.CSeq().SeqNo), 10)}
	p.notify("active;expires=60", "SIP/2.0 100 Trying")
	p.clock.set(alarmRefer, p.server.calls.patience.refer)
	p.log.Info("a volunteer's phone asks for a transfer")
	p.post(queue.TransferAsked{Agent: p.set.agent, Contact: p.contact, To: to})
}

// targetOf is whom the Refer-To names: a queue, a volunteer, or a number. An
// attended transfer (Replaces) is none of these.
func (p *deviceCall) targetOf(req *sip.Request) (to queue.Target, ok bool) {
	a, ok := parseNameAddr(headerValue(req, "Refer-To"))
	if !ok || strings.Contains(strings.ToLower(a.uri.header), "replaces") {
		return to, false
	}
	name := unescape(a.uri.user)
	if a.uri.scheme == "tel" {
		number := plain(a.uri.rest)
		return queue.Target{Number: number}, number != ""
	}
	if d, has := p.server.opts.Desk.(interface{ Snapshot() *queue.Snapshot }); has {
		snap := d.Snapshot()
		for _, q := range snap.Queues {
			if string(q.Queue) == name {
				return queue.Target{Queue: q.Queue}, true
			}
		}
		for _, line := range snap.Agents {
			if string(line.Agent) == name {
				return queue.Target{Agent: line.Agent}, true
			}
		}
	}
	number := plain(name)
	if number == "" || strings.Trim(number, "+0123456789") != "" {
		return to, false
	}
	return queue.Target{Number: number}, true
}

// gotVerdict is how the transfer went; code is empty when the desk took the
// contact from her.
func (p *deviceCall) gotVerdict(code queue.NoticeCode) {
	if p.transfer == nil {
		return
	}
	result := "SIP/2.0 200 OK"
	switch code {
	case "":
	case queue.TransferUnknown, queue.DialInvalid:
		result = "SIP/2.0 404 Not Found"
	case queue.DialNotAllowed, queue.TransferNotAllowed:
		result = "SIP/2.0 403 Forbidden"
	default:
		result = "SIP/2.0 603 Decline"
	}
	p.notify("terminated;reason=noresource", result)
	p.clock.stop(alarmRefer)
	p.transfer = nil
}

// notify reports to who sent the REFER (RFC 3515 §2.4.4).
func (p *deviceCall) notify(state, fragment string) {
	if p.dialog == nil || p.ended {
		return
	}
	req := p.dialog.request(sip.NOTIFY)
	req.AppendHeader(sip.NewHeader("Event", "refer;id="+p.transfer.id))
	req.AppendHeader(sip.NewHeader("Subscription-State", state))
	req.AppendHeader(sip.NewHeader("Content-Type", "message/sipfrag;version=2.0"))
	req.SetBody([]byte(fragment + "\r\n"))
	p.request(req, forNotify)
}
