package queue

import "time"

// The laws of blocks, of limits, and of callers who cannot speak.

// auditBlocks is what the journal says of blocks in this run of the server. The
// store keeps a block before the journal has it, and forgets it after: a crash
// between the two is no broken law.
type auditBlocks struct {
	held  map[BlockID]auditBlock
	ended map[BlockID]bool
	older bool // blocks of an earlier run may be there that no entry tells of
}

type auditBlock struct {
	by    string
	added time.Time
	ends  time.Time // zero: not known
}

func (b *auditBlocks) restarted(older bool) {
	b.older = b.older || older
	clear(b.ended)
}

// barEntry is what a block or a limit does to a contact, and what a silent one
// was asked.
func (a *Audit) barEntry(e Entry, c *auditCall) {
	switch e.Kind {
	case BlockMet:
		c.barred = e.Result == string(ActionMessage)
		b, held := a.blocks.held[e.Block]
		switch {
		case a.blocks.ended[e.Block], !held && !a.blocks.older:
			a.broken(e, "honest blocks", "met block %s, which is not there", e.Block)
		case held && !b.ends.IsZero() && !e.At.Before(b.ends):
			a.broken(e, "honest blocks", "met block %s after its end", e.Block)
		}
	case FloodMet:
		c.barred = e.Result == string(ActionMessage)
	case BlockPassed:
		if !c.barred {
			a.broken(e, "honest blocks", "let through, but nothing barred her")
		}
		c.barred = false
	case QuestionAsked:
		if c.agent == "" {
			a.broken(e, "one talk", "silent.asked without talk.started")
		}
		c.asked = true
	case QuestionAnswered:
		if c.agent == "" || !c.asked {
			a.broken(e, "only answers", "silent.answered without silent.asked")
		}
	}
}

func (a *Audit) blockEntry(e Entry) {
	b := &a.blocks
	if b.held == nil {
		b.held, b.ended = map[BlockID]auditBlock{}, map[BlockID]bool{}
	}
	old, held := b.held[e.Block]
	if e.Kind == BlockBegan {
		if held || b.ended[e.Block] {
			a.broken(e, "honest blocks", "block %s added twice", e.Block)
		}
		alone := min(time.Duration(e.MS)*time.Millisecond, BlockAlone)
		b.held[e.Block] = auditBlock{by: e.By, added: e.At, ends: e.At.Add(alone)}
		return
	}
	if b.ended[e.Block] || !held && !b.older {
		a.broken(e, "honest blocks", "%s of block %s, which is not there", e.Kind, e.Block)
	}
	if e.Kind != BlockAgreed {
		delete(b.held, e.Block)
		b.ended[e.Block] = true
		return
	}
	if !held {
		return
	}
	if old.by == e.By {
		a.broken(e, "two persons", "block %s approved by %s, who asked for it", e.Block, e.By)
	}
	old.ends = old.added.Add(time.Duration(e.MS) * time.Millisecond)
	b.held[e.Block] = old
}
