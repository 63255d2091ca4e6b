package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"sahut/media/mediatest"
	"sahut/sip/siptest"
)

// callReport is what `sahut call -json` prints.
type callReport struct {
	To       string  `json:"to"`
	Status   int     `json:"status"`
	RingMS   float64 `json:"ring_ms"`
	AnswerMS float64 `json:"answer_ms"`
	FirstMS  float64 `json:"first_sound_ms"` // from ACK to the first packet
	TalkMS   int64   `json:"talk_ms"`
	EndedBy  string  `json:"ended_by"`
	Sent     int     `json:"packets_sent"`
	Received int     `json:"packets_received"`
	Lost     int     `json:"packets_lost"`
	Seconds  float64 `json:"seconds_heard"`
	Sound    float64 `json:"seconds_of_sound"` // louder than silence
	GapMS    int64   `json:"longest_gap_ms"`
	Keys     string  `json:"keys_heard"`
}

// callCommand places one call and reports what was heard.
func callCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "call")
	to := f.String("to", "", "SIP `address`, for example sip:0213903963@127.0.0.1:5060")
	length := f.Duration("for", 30*time.Second, "how long to stay after the answer")
	say := f.String("say", "", "WAV `file` to say (8 kHz mono 16 bit), over and over; else a quiet tone")
	keys := f.String("keys", "", "`digits` to press after the answer; a comma waits a second")
	record := f.String("record", "", "WAV `file` for what is heard")
	from := f.String("from", "+628110000001", "`number` to call from; empty withholds it")
	asJSON := f.Bool("json", false, "report as one JSON object")
	if _, err := parse(f, args); err != nil {
		return err
	}
	if !strings.HasPrefix(*to, "sip:") || !strings.Contains(*to, "@") {
		return usageError{"-to must be an address like sip:0213903963@127.0.0.1:5060"}
	}
	sound := mediatest.ToneSound(440)
	if *say != "" {
		var err error
		if sound, err = readSound(*say); err != nil {
			return fmt.Errorf("-say %s: %w", *say, err)
		}
	}
	report, heard, err := placeCall(ctx, *to, *from, *length, sound, *keys)
	if err == nil && *record != "" {
		err = writeSound(*record, heard)
	}
	if report != nil {
		err = errors.Join(err, printReport(term.out, report, *asJSON))
	}
	return err
}

// placeCall does the call. A call that was not answered is reported and an
// error.
func placeCall(ctx context.Context, to, from string, length time.Duration, sound *mediatest.Sound, keys string) (*callReport, []int16, error) {
	local, err := addressTowards(to)
	if err != nil {
		return nil, nil, err
	}
	phone, err := siptest.New(siptest.Config{Listen: net.JoinHostPort(local.String(), "0")})
	if err != nil {
		return nil, nil, err
	}
	defer phone.Close()
	o := siptest.Options{From: from, Media: mediatest.CallerOptions{Address: mediaAddress(local)}}
	if from == "" {
		o.From, o.Headers = "anonymous", []string{"Privacy: id"}
	}
	o.Media.Record = length + time.Minute
	call, err := phone.Dial(ctx, to, o)
	if err != nil {
		return nil, nil, err
	}
	wait, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err = call.WaitAnswered(wait)
	if err == nil {
		call.Media().Say(sound)
		listen(ctx, call, length, keys)
	}
	bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if hung := call.Hangup(bye); hung != nil && err == nil {
		err = fmt.Errorf("hang up: %w", hung)
	}
	report, heard := summary(to, call), call.Media().Hears().Recording()
	report.Sound = loud(heard).Seconds()
	return report, heard, err
}

// listen stays in the call, pressing keys meanwhile.
func listen(ctx context.Context, call *siptest.Call, length time.Duration, keys string) {
	end := time.NewTimer(length)
	defer end.Stop()
	press := time.NewTicker(time.Second)
	defer press.Stop()
	for {
		select {
		case <-end.C:
			return
		case <-call.Done():
			return
		case <-ctx.Done():
			return
		case <-press.C:
			now, later, _ := strings.Cut(keys, ",")
			if now != "" {
				_ = call.SendKeys(now) // a call without telephone-event hears no keys; the report shows it
			}
			keys = later
		}
	}
}

// summary is the report of a call.
func summary(to string, call *siptest.Call) *callReport {
	r := call.Report()
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return &callReport{
		To: to, Status: r.Status, RingMS: ms(r.Ring), AnswerMS: ms(r.Setup), FirstMS: ms(r.FirstRTP), TalkMS: r.Talk.Milliseconds(),
		EndedBy: r.EndedBy, Sent: r.Sent, Received: r.Heard.Packets, Lost: r.Heard.Lost, Seconds: r.Heard.Seconds(),
		GapMS: r.Heard.LongestGap.Milliseconds(), Keys: r.Heard.Keys,
	}
}

// loud is how much of pcm is sound and not silence, in steps of 20 ms.
func loud(pcm []int16) time.Duration {
	var sum time.Duration
	for ; len(pcm) >= 160; pcm = pcm[160:] {
		if mediatest.Level(pcm[:160]) > -50 {
			sum += 20 * time.Millisecond
		}
	}
	return sum
}

func printReport(w io.Writer, r *callReport, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	_, err := fmt.Fprintf(w, `%s: %d
  answered after       %.1f ms
  first sound after    %.1f ms
  talked               %.1f s, ended by %s
  heard                %d packets, %d lost, %.1f s of sound, longest gap %d ms
  sent                 %d packets
`, r.To, r.Status, r.AnswerMS, r.FirstMS, float64(r.TalkMS)/1000, r.EndedBy, r.Received, r.Lost, r.Sound, r.GapMS, r.Sent)
	return err
}

// addressTowards finds the address of this machine that packets to a SIP
// address leave from.
func addressTowards(to string) (net.IP, error) {
	_, host, _ := strings.Cut(to, "@")
	host, _, _ = strings.Cut(host, ";")
	if _, _, err := net.SplitHostPort(host); err != nil {
		host = net.JoinHostPort(host, "5060")
	}
	conn, err := net.Dial("udp", host)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).IP, nil
}

func readSound(name string) (*mediatest.Sound, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pcm, err := mediatest.ReadWAV(f)
	if err != nil {
		return nil, err
	}
	return mediatest.NewSound(pcm, true), nil
}

func writeSound(name string, pcm []int16) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(mediatest.WriteWAV(f, pcm), f.Close())
}
