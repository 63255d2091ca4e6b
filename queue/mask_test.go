package queue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"sahut/configs"
)

const secret = "+6281298765432"

// TestNumbersNeverPrint logs, formats and encodes everything a number travels
// in, by every handler and verb there is, and looks for its digits.
func TestNumbersNeverPrint(t *testing.T) {
	tr := newTrial(t, outgoing(func(r *configs.Routing) { r.Agents[1].Mobile = secret }))
	tr.ready("sari")
	in := Arrived{Contact: "C1", Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller(secret)}
	tr.do(in, Established{"C1"})
	tr.accept("sari")
	tr.do(Connected{"C1", "sari"}, SafetyAnswered{"sari", "C1", SafetyAnswer{MayCall: SafeYes}}, TransferAsked{"sari", "C1", Target{Number: secret}}, HungUp{"C1", ByCaller, CauseNormal}, WrapUpFinished{"sari", "C1", ""})
	tr.do(HungUp{tr.dial("sari", secret), ByCaller, CauseBusy}, Dialled{"sari", "+1" + secret[3:]})
	tr.ready("dewi")
	tr.do(DeviceChosen{"dewi", DeviceMobile}, Dialled{"dewi", secret})

	private := struct{ caller Caller }{in.Caller} // fmt may not call its methods
	values := []any{private, &private, in.Caller, &in.Caller, in, &in, []any{in}, map[string]any{"in": in}, *tr.calls["C1"], tr.s.snapshot(tr.now)}
	for _, e := range tr.all {
		values = append(values, e)
	}
	var out bytes.Buffer
	all := &slog.HandlerOptions{Level: slog.LevelDebug}
	for _, log := range []*slog.Logger{
		slog.New(slog.NewTextHandler(&out, all)), slog.New(slog.NewJSONHandler(&out, all)),
		slog.New(slog.NewTextHandler(&out, all)).With("caller", in.Caller), slog.New(slog.NewJSONHandler(&out, all)).WithGroup("g").With("in", in),
	} {
		for _, v := range values {
			log.Info("happened", "v", v)
			log.Info("happened", slog.Group("group", slog.Any("v", v)))
			log.Info(fmt.Sprint(v))
		}
		p := newPerformer(DeskOptions{Log: log}) // what the performer writes
		for _, e := range tr.all {
			if r, ok := e.(Record); ok {
				p.tell(r.Entry)
			}
		}
	}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	// Seven digits: five may stand in the address of a pointer that fmt prints.
	for _, digits := range []string{secret, strings.TrimPrefix(secret, "+"), "81298765432", "9876543", fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret)} {
		if i := strings.Index(out.String(), digits); i >= 0 {
			t.Errorf("%q is in %q", digits, out.String()[max(0, i-80):min(out.Len(), i+40)])
		}
	}
	if !strings.Contains(out.String(), "••••432") {
		t.Error("the masked form is nowhere: the test looks at nothing")
	}
}

func TestMaskedForms(t *testing.T) {
	for number, want := range map[string]string{
		"": "anonymous", "110": "••••", "anonymous": "••••", "0213903963": "••••963", "+62 812-9876-5432": "••••432",
	} {
		if got := NewCaller(number).String(); got != want {
			t.Errorf("%q prints %q, want %q", number, got, want)
		}
	}
	if !NewCaller("").Anonymous() || NewCaller(secret).Anonymous() || NewCaller(secret).Reveal() != secret {
		t.Error("Anonymous or Reveal")
	}
}
