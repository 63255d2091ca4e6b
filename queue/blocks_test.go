package queue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sahut/configs"
)

// guarded is a house with a queue of supervisors and a code.
func guarded(edit func(*configs.Routing)) configs.Routing {
	return with(func(r *configs.Routing) {
		r.Queues = append(r.Queues, configs.Queue{
			ID: "crisis", Label: "CRISIS", Music: "music-crisis", Exit: configs.Exit{Words: "goodbye"}, MaxWait: dur(10 * time.Minute), ShortAbandon: dur(5 * time.Second),
		})
		r.Agents[2].Queues, r.Agents[2].Supervisor = []string{"hotline", "crisis"}, true
		r.Blocked = configs.Blocked{Prompt: "blocked", Code: "4711", Queue: "crisis"}
		if edit != nil {
			edit(r)
		}
	})
}

// block posts a block as the house does once it is kept.
func (tr *trial) block(kind BlockKind, whom string, action BlockAction, edit ...func(*Block)) BlockID {
	tr.Helper()
	tr.n++
	b := Block{ID: BlockID(fmt.Sprintf("B%d", tr.n)), Kind: kind, Action: action, Reason: "prank", By: "rina", Added: tr.now, Expires: tr.now.Add(time.Hour)}
	switch kind {
	case BlockCaller:
		b.Caller = tr.s.pseudonym(canonical(whom))
	case BlockPrefix:
		b.Prefix = canonical(whom)
	}
	for _, e := range edit {
		e(&b)
	}
	tr.do(BlockAdded{b})
	tr.mustDo("Record block.added")
	return b.ID
}

// TestBlocks: who meets a block, and what becomes of her.
func TestBlocks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		kind   BlockKind
		whom   string
		action BlockAction
		from   string
		want   string // phase, queue, class, needs; empty: like everybody
	}{
		{"number", BlockCaller, "0811-2222", ActionMessage, "+62 811 2222", "choosing hotline normal"},
		{"another number", BlockCaller, "08112222", ActionMessage, "08112223", ""},
		{"withheld is no number", BlockCaller, "08112222", ActionMessage, "", ""},
		{"number, last", BlockCaller, "08112222", ActionLowClass, "628112222", "waiting hotline low"},
		{"number, supervisors", BlockCaller, "08112222", ActionSupervisor, "08112222", "waiting crisis normal"},
		{"prefix", BlockPrefix, "+62811", ActionMessage, "08112222", "choosing hotline normal"},
		{"not in the prefix", BlockPrefix, "+62812", ActionMessage, "08112222", ""},
		{"a prefix is no name", BlockPrefix, "+62811", ActionMessage, "anna", ""},
		{"prefix, last", BlockPrefix, "+62811", ActionLowClass, "08112222", "waiting hotline low"},
		{"withheld", BlockWithheld, "", ActionSupervisor, "", "waiting crisis normal"},
		{"withheld, words", BlockWithheld, "", ActionMessage, "", "choosing hotline normal"},
		{"a number is not withheld", BlockWithheld, "", ActionMessage, "08112222", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrial(t, guarded(nil))
			id := tr.block(tt.kind, tt.whom, tt.action)
			c := tr.s.contacts[tr.from(tt.from)]
			met := tt.want != ""
			want := tt.want
			if !met {
				want = "waiting hotline normal"
			}
			if got := fmt.Sprint(c.phase, " ", c.line.id, " ", c.class); got != want {
				t.Errorf("she is %s, want %s", got, want)
			}
			if got := tr.kinds[BlockMet]; (got == 1) != met || tr.s.blocks.byID[id].Hits != got {
				t.Errorf("%d hits in the journal, %d counted", got, tr.s.blocks.byID[id].Hits)
			}
			if find(tr.all, "HitBlock {ID:"+string(id)) != tr.kinds[BlockMet] {
				t.Error("the store was not told")
			}
			if strings.Contains(fmt.Sprintf("%+v", tr.all), "8112222") {
				t.Error("a number is in the effects")
			}
		})
	}
}

// TestStrictestBlock: of several blocks the sternest holds.
func TestStrictestBlock(t *testing.T) {
	tr := newTrial(t, guarded(nil))
	tr.block(BlockPrefix, "+62811", ActionLowClass)
	stern := tr.block(BlockCaller, "08112222", ActionMessage)
	mild := tr.block(BlockPrefix, "+628112", ActionSupervisor)
	c := tr.from("08112222")
	tr.mustPhase(c, choosing)
	tr.do(BlockRemoved{stern, "admin"})
	if d := tr.s.contacts[tr.from("08112222")]; d.line.id != "crisis" {
		t.Errorf("she waits in %s", d.line.id)
	}
	tr.do(BlockRemoved{mild, "admin"}, BlockRemoved{mild, "admin"})
	if n := tr.kinds[BlockLifted]; n != 2 {
		t.Errorf("%d removals in the journal", n)
	}
	if d := tr.s.contacts[tr.from("08112222")]; d.class != ClassLow {
		t.Errorf("she is %s", d.class)
	}
}

// TestBarredWays: what a blocked caller can do during the words.
func TestBarredWays(t *testing.T) {
	for _, tt := range []struct {
		name    string
		keys    string
		edit    func(*configs.Routing)
		outcome Outcome // when left alone
		queue   QueueID
		needs   string
	}{
		{"nothing", "", nil, OutcomeBlocked, "hotline", ""},
		{"the key", "11", nil, OutcomeClosed, "crisis", ""},
		{"the key late in a row", "7311", nil, OutcomeClosed, "crisis", ""},
		{"the code", "4711", nil, OutcomeClosed, "crisis", ""},
		{"half a code", "471", nil, OutcomeBlocked, "hotline", ""},
		{"one 1", "1", nil, OutcomeBlocked, "hotline", ""},
		{"another code", "4712", nil, OutcomeBlocked, "hotline", ""},
		{"no code is none", "0", func(r *configs.Routing) { r.Blocked.Code = "" }, OutcomeBlocked, "hotline", ""},
		{"supervisors of her queue", "11", func(r *configs.Routing) { r.Blocked.Queue = "" }, OutcomeClosed, "hotline", "- - - supervisor"},
		{"no supervisor at all", "11", func(r *configs.Routing) { r.Blocked.Queue, r.Agents[2].Supervisor = "", false }, OutcomeClosed, "hotline", ""},
		{"two zeros", "00", nil, OutcomeBlocked, "hotline", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrial(t, guarded(tt.edit))
			tr.block(BlockCaller, "08112222", ActionMessage)
			c := tr.from("08112222")
			tr.mustDo("Ask {Contact:" + string(c) + " Ask:1 Prompts:[blocked] Sound:{Greeting: Music: Language:id}}")
			tr.pass(3 * time.Second)
			for _, k := range tt.keys {
				tr.do(KeyPressed{c, k})
				tr.pass(time.Second)
			}
			if p := tr.s.contacts[c]; tt.outcome != OutcomeBlocked {
				if p.phase != waiting || p.line.id != tt.queue || p.needs.String() != tt.needs {
					t.Fatalf("she is %s in %s, needs %q", p.phase, p.line.id, p.needs)
				}
				if tt.name == "no supervisor at all" && p.class != ClassLow {
					t.Errorf("class %s", p.class)
				}
				tr.mustNotDo("Close", "End")
			}
			tr.do(Asked{c, 1})
			tr.pass(30 * time.Minute)
			if p := tr.s.contacts[c]; p != nil { // closing words were ordered, or the end
				tr.do(HungUp{c, BySystem, CausePlayed})
			}
			tr.mustEnd(c, tt.outcome)
			if n := tr.kinds[BlockPassed]; (n == 1) != (tt.outcome != OutcomeBlocked) {
				t.Errorf("%d let through", n)
			}
		})
	}
}

// TestBarredTalks: who was let through talks like everybody, and if it breaks is
// not barred again in this call.
func TestBarredTalks(t *testing.T) {
	tr := newTrial(t, guarded(func(r *configs.Routing) { r.Blocked.Queue = "" }))
	tr.ready("sari", "ayu")
	tr.block(BlockCaller, "08112222", ActionMessage)
	c := tr.from("08112222")
	tr.do(KeyPressed{c, '1'}, KeyPressed{c, '1'})
	tr.mustBe("sari", Ready)
	if tr.talk("ayu") != c {
		t.Fatal("the supervisor is not rung")
	}
	tr.do(PathLost{Agent: "ayu"})
	tr.pass(21 * time.Second)
	if tr.offered("sari") != c {
		t.Fatal("her broken talk is nobody's")
	}
	tr.accept("sari")
	tr.do(Connected{c, "sari"}, HungUp{c, ByCaller, CauseNormal})
	tr.mustEnd(c, OutcomeAnswered)
}

// TestBlockEnds: a block of one person holds for a day, whatever she wanted; one
// that a second person approved holds as long as she said.
func TestBlockEnds(t *testing.T) {
	for _, tt := range []struct {
		name     string
		asked    time.Duration
		approved time.Duration // 0: nobody did
		by       string
		want     time.Duration
	}{
		{"an hour", time.Hour, 0, "", time.Hour},
		{"a day", 24 * time.Hour, 0, "", 24 * time.Hour},
		{"three days, alone", 72 * time.Hour, 0, "", 24 * time.Hour},
		{"three days, approved by herself", 72 * time.Hour, 72 * time.Hour, "rina", 24 * time.Hour},
		{"three days, approved", 72 * time.Hour, 72 * time.Hour, "admin", 72 * time.Hour},
		{"three days, approved for two", 72 * time.Hour, 48 * time.Hour, "admin", 48 * time.Hour},
		{"a day, approved for a week", 24 * time.Hour, 168 * time.Hour, "admin", 168 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrial(t, guarded(nil))
			id := tr.block(BlockCaller, "08112222", ActionLowClass, func(b *Block) { b.Expires = tr.now.Add(tt.asked) })
			tr.pass(time.Minute)
			if tt.approved > 0 {
				tr.do(BlockApproved{id, tt.by, day0.Add(tt.approved)})
			}
			tr.pass(tt.want - time.Minute - time.Second)
			if c := tr.s.contacts[tr.from("08112222")]; c.class != ClassLow {
				t.Errorf("a second before its end she is %s", c.class)
			}
			tr.pass(time.Second)
			if c := tr.s.contacts[tr.from("08112222")]; c.class != ClassNormal {
				t.Errorf("after its end she is %s", c.class)
			}
			if tr.kinds[BlockEnded] != 1 || find(tr.all, "DropBlock {ID:"+string(id)) != 1 || len(tr.s.blocks.byID) != 0 {
				t.Errorf("it is not over: %d in the journal", tr.kinds[BlockEnded])
			}
		})
	}
}

// TestBlocksKept: after a restart the list is what the store has, and what ended
// meanwhile ends now.
func TestBlocksKept(t *testing.T) {
	tr := newTrial(t, guarded(nil))
	who := tr.s.pseudonym(canonical("08112222"))
	tr.audit.blocks.older = true
	tr.do(BlocksKept{[]Block{
		{ID: "B1", Kind: BlockCaller, Caller: who, Action: ActionMessage, By: "rina", Added: day0.Add(-time.Hour), Expires: day0.Add(time.Hour), Hits: 3},
		{ID: "B2", Kind: BlockWithheld, Action: ActionMessage, By: "rina", Added: day0.Add(-48 * time.Hour), Expires: day0.Add(time.Hour)},
	}})
	tr.pass(time.Second)
	tr.mustPhase(tr.from(""), waiting)
	tr.mustPhase(tr.from("08112222"), choosing)
	if tr.kinds[BlockEnded] != 1 || tr.s.blocks.byID["B1"].Hits != 4 {
		t.Errorf("%d ended, %d hits", tr.kinds[BlockEnded], tr.s.blocks.byID["B1"].Hits)
	}
}

// TestVolunteerBlocks: during the talk and its wrap-up, whom she can, for a day,
// without ever having the number.
func TestVolunteerBlocks(t *testing.T) {
	kept := func(tr *trial) *Block {
		for _, e := range tr.last {
			if k, ok := e.(KeepBlock); ok {
				return &k.Block
			}
		}
		return nil
	}
	tr := newTrial(t, guarded(nil))
	tr.ready("sari")
	tr.from("08112222")
	c := tr.talk("sari")
	tr.do(BlockAsked{"sari", c, "my own words"})
	b := kept(tr)
	if b == nil || b.Reason != "other" || b.By != "sari" || b.Kind != BlockCaller || b.Action != ActionMessage || b.Expires.Sub(b.Added) != 24*time.Hour || b.Contact != c {
		t.Fatalf("asked to keep %+v", b)
	}
	first := *b
	tr.do(BlockAsked{"sari", c, "prank"})
	if kept(tr) != nil {
		t.Error("the second press asks again")
	}
	tr.do(BlockFailed{first})
	tr.mustDo("Code:block_failed")
	tr.do(BlockAsked{"sari", c, "prank"})
	again := kept(tr)
	tr.do(BlockAdded{*again}, BlockAdded{*again})
	tr.mustDo("Code:block_kept")
	if v := tr.s.view(tr.s.agents["sari"]); v.Call.Block != "held" || tr.kinds[BlockBegan] != 1 {
		t.Errorf("the screen says %q, the journal has %d", v.Call.Block, tr.kinds[BlockBegan])
	}
	tr.mustPhase(c, talking) // and the talk goes on
	tr.do(HungUp{c, ByCaller, CauseNormal}, BlockAsked{"sari", c, "prank"})
	tr.mustDo("Code:block_kept")
	if kept(tr) != nil {
		t.Error("who is blocked is blocked again")
	}
	tr.do(WrapUpFinished{"sari", c, "listened"}, BlockAsked{"sari", c, "prank"})
	tr.mustNotDo("Notify", "KeepBlock") // a late click

	tr.from("")
	d := tr.talk("sari")
	tr.do(BlockAsked{"sari", d, "prank"}, BlockAsked{"dewi", d, "prank"}, BlockAsked{"nobody", d, "prank"})
	tr.mustDo("Code:block_unknown")
	if v := tr.s.view(tr.s.agents["sari"]); v.Call.Block != "" {
		t.Errorf("the screen says %q", v.Call.Block)
	}
	tr.do(HungUp{d, ByCaller, CauseNormal}, WrapUpFinished{"sari", d, ""})

	tr.from("0833")
	e := tr.talk("sari")
	tr.do(HungUp{e, ByCaller, CauseNormal})
	if v := tr.s.view(tr.s.agents["sari"]); v.WrapUp.Block != "may" {
		t.Errorf("in wrap-up the screen says %q", v.WrapUp.Block)
	}
	tr.do(BlockAsked{"sari", e, "threat"})
	if b := kept(tr); b == nil || b.Reason != "threat" {
		t.Errorf("asked to keep %+v", b)
	}
}

// TestLowClassWaits: a nuisance is answered after everybody else, also whom the
// menu or a kept place would put before; once she talked she is like the others.
func TestLowClassWaits(t *testing.T) {
	tr := newTrial(t, guarded(func(r *configs.Routing) { r.Queues[0].ResumeFor = dur(5 * time.Minute) }))
	first := tr.from("08112222")
	tr.pass(time.Minute)
	tr.do(HungUp{first, ByCaller, CauseNormal})
	tr.block(BlockCaller, "08112222", ActionLowClass)
	low := tr.from("08112222")
	other := tr.from("0833")
	if tr.place(other) != 1 || tr.place(low) != 2 {
		t.Errorf("places %d, %d", tr.place(other), tr.place(low))
	}
}

// TestAuditBlocks: each law is told when it is broken.
func TestAuditBlocks(t *testing.T) {
	at := func(d time.Duration, e Entry) Entry { e.At = day0.Add(d); return e }
	day := ms(24 * time.Hour)
	in := []Entry{{Kind: CallArrived, Contact: "C1"}, {Kind: CallEstablished, Contact: "C1"}}
	for law, list := range map[string][]Entry{
		"one outcome":      append(slices.Clone(in), Entry{Kind: CallOver, Contact: "C1", Outcome: OutcomeBlocked}),
		"honest blocks":    append(slices.Clone(in), Entry{Kind: BlockMet, Contact: "C1", Block: "B1"}),
		"honest blocks 2":  {{Kind: BlockBegan, Block: "B1", MS: day}, {Kind: BlockEnded, Block: "B1"}, {Kind: BlockLifted, Block: "B1"}},
		"honest blocks 3":  {{Kind: BlockBegan, Block: "B1", MS: day}, {Kind: BlockBegan, Block: "B1", MS: day}},
		"honest blocks 4":  append([]Entry{{Kind: BlockBegan, Block: "B1", MS: 3 * day}, at(24*time.Hour, in[0])}, at(24*time.Hour, Entry{Kind: BlockMet, Contact: "C1", Block: "B1"})),
		"honest blocks 5":  append(slices.Clone(in), Entry{Kind: BlockPassed, Contact: "C1"}),
		"two persons":      {{Kind: BlockBegan, Block: "B1", By: "rina", MS: 3 * day}, {Kind: BlockAgreed, Block: "B1", By: "rina", MS: 3 * day}},
		"only answers":     append(slices.Clone(in), Entry{Kind: TalkStarted, Contact: "C1", Agent: "sari"}, Entry{Kind: QuestionAnswered, Contact: "C1", Agent: "sari"}),
		"one talk":         append(slices.Clone(in), Entry{Kind: QuestionAsked, Contact: "C1", Agent: "sari"}),
		"one arrival here": {{Kind: FloodMet, Contact: "C1"}},
	} {
		var a Audit
		for i, e := range list {
			e.Seq = uint64(i + 1)
			if e.At.IsZero() {
				e.At = day0
			}
			a.Add(e)
		}
		law, _, _ = strings.Cut(law, " 2")
		found := a.Violations()
		if len(found) != 1 || !strings.HasPrefix(law, found[0].Law) {
			t.Errorf("%s: %v", law, found)
		}
	}
}

// TestPropertyBlocks: whatever is added, approved, removed and ends, whoever is
// barred meets a block that holds, and nobody gets a dead line.
func TestPropertyBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := newTrial(rapidTB{t: t}, guarded(nil))
		numbers := []string{"08112222", "08113333", "0822444", ""}
		var ids []BlockID
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			tr.pass(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour)
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				kind := rapid.SampledFrom([]BlockKind{BlockCaller, BlockPrefix, BlockWithheld}).Draw(t, "kind")
				whom := rapid.SampledFrom(numbers[:3]).Draw(t, "whom")
				if kind == BlockPrefix {
					whom = whom[:5]
				}
				hours := time.Duration(rapid.IntRange(1, 100).Draw(t, "for")) * time.Hour
				ids = append(ids, tr.block(kind, whom, rapid.SampledFrom(BlockActions()).Draw(t, "action"), func(b *Block) { b.Expires = tr.now.Add(hours) }))
			case 2:
				if len(ids) > 0 {
					tr.do(BlockApproved{rapid.SampledFrom(ids).Draw(t, "id"), rapid.SampledFrom([]string{"rina", "admin"}).Draw(t, "by"), tr.now.Add(30 * time.Hour)})
				}
			case 3:
				if len(ids) > 0 {
					tr.do(BlockRemoved{rapid.SampledFrom(ids).Draw(t, "id"), "admin"})
				}
			}
			number := rapid.SampledFrom(numbers).Draw(t, "from")
			id := tr.from(number)
			c := tr.s.contacts[id]
			if c == nil || c.phase != waiting && c.phase != choosing {
				t.Fatalf("she is %s", tr.phase(id))
			}
			if b := tr.s.blockOf(c); (b != nil) != (c.bar != nil) || b != nil && (b.Action != c.bar.action || !b.Ends().After(tr.now) || b.Approved == "" && tr.now.Sub(b.Added) >= 24*time.Hour) {
				t.Fatalf("block %+v, barred %+v", b, c.bar)
			}
			tr.do(HungUp{id, ByCaller, CauseNormal})
		}
	})
}

// TestBlockIsOverOnTime: also when the desk is late with its deadlines.
func TestBlockIsOverOnTime(t *testing.T) {
	tr := newTrial(t, guarded(nil))
	tr.block(BlockCaller, "08112222", ActionMessage)
	c := &contact{caller: NewCaller("08112222")}
	tr.s.now = day0.Add(time.Hour - 1)
	if tr.s.blockOf(c) == nil {
		t.Error("it ended early")
	}
	tr.s.now = day0.Add(time.Hour)
	if tr.s.blockOf(c) != nil {
		t.Error("it holds after its end")
	}
}

// TestBlockNeedsATalk: nobody is blocked who was not heard yet.
func TestBlockNeedsATalk(t *testing.T) {
	tr := newTrial(t, guarded(nil))
	tr.ready("sari")
	c := tr.from("08112222")
	tr.accept("sari")
	tr.do(BlockAsked{"sari", c, "prank"})
	tr.mustNotDo("KeepBlock", "Notify")
}

// TestLowClassTalks: whose talk breaks is interrupted like anybody.
func TestLowClassTalks(t *testing.T) {
	tr := newTrial(t, guarded(nil))
	tr.ready("sari")
	tr.block(BlockCaller, "08112222", ActionLowClass)
	c := tr.from("08112222")
	tr.talk("sari")
	tr.do(PathLost{Agent: "sari"})
	tr.pass(21 * time.Second)
	if p := tr.s.contacts[c]; p.phase != waiting || p.class != ClassInterrupted || !p.head {
		t.Errorf("she is %s, served %s", p.phase, p.class)
	}
}

// TestLongCode: the longest code counts, after whatever was pressed before.
func TestLongCode(t *testing.T) {
	tr := newTrial(t, guarded(func(r *configs.Routing) { r.Blocked.Code = "12345678" }))
	tr.block(BlockCaller, "08112222", ActionMessage)
	c := tr.from("08112222")
	for _, k := range "9912345678" {
		tr.mustPhase(c, choosing)
		tr.do(KeyPressed{c, k})
	}
	tr.mustPhase(c, waiting)
	tr.mustDo("Record block.passed", "res=code")
}

// TestAuditAfterARestart: an earlier run's block may be met without an entry that
// added it, but not after this run ended it.
func TestAuditAfterARestart(t *testing.T) {
	var a Audit
	for i, e := range []Entry{
		{Kind: ConfigVersion}, {Kind: ServerStarted}, {Kind: CallArrived, Contact: "C1"}, {Kind: BlockMet, Contact: "C1", Block: "B1"},
		{Kind: BlockEnded, Block: "B1"}, {Kind: CallArrived, Contact: "C2"}, {Kind: BlockMet, Contact: "C2", Block: "B1"},
	} {
		e.Seq, e.At = uint64(i+1), day0
		a.Add(e)
	}
	if v := a.Violations(); len(v) != 1 || v[0].Contact != "C2" {
		t.Errorf("%v", v)
	}
}
