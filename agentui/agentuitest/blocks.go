package agentuitest

import (
	"slices"
	"time"

	"sahut/agentui"
	"sahut/queue"
)

// Blocks is part of agentui.Directory.
func (d *Directory) Blocks() ([]queue.Block, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.blocks), d.Broken
}

// AddBlock is part of agentui.Directory.
func (d *Directory) AddBlock(b queue.Block) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.blocks = append(d.blocks, b)
	return d.Broken
}

// ApproveBlock is part of agentui.Directory.
func (d *Directory) ApproveBlock(id queue.BlockID, by string, expires time.Time) (queue.Block, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.block(id)
	switch {
	case i < 0:
		return queue.Block{}, agentui.ErrNotFound
	case d.blocks[i].By == by:
		return queue.Block{}, agentui.ErrConflict
	}
	d.blocks[i].Approved, d.blocks[i].Expires = by, expires
	return d.blocks[i], d.Broken
}

// RemoveBlock is part of agentui.Directory.
func (d *Directory) RemoveBlock(id queue.BlockID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.block(id)
	if i < 0 {
		return agentui.ErrNotFound
	}
	d.blocks = slices.Delete(d.blocks, i, i+1)
	return d.Broken
}

func (d *Directory) block(id queue.BlockID) int {
	return slices.IndexFunc(d.blocks, func(b queue.Block) bool { return b.ID == id })
}

// Pseudonym is part of agentui.Directory.
func (d *Directory) Pseudonym(number string) string { return "who-has-" + number[len(number)-3:] }
