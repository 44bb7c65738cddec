package giveaway

import (
	"errors"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// head is the newest head of the transparency log that a room heard of.
type head struct {
	size uint64
	root drawproof.Hash
	note string // as signed; empty: none yet
}

// Heard folds a checkpoint of the transparency log. told is false for one that
// says nothing new: rooms hear of heads in any order, and keep the greatest. An
// error names what is wrong with it; a second root of one size is evidence
// against the log, which stays in the dead letters.
func (e *Events) Heard(note string) (told bool, err error) {
	if e.cfg.PublicLog == nil {
		return false, errors.New("checkpoint: this installation has no transparency log")
	}
	size, root, err := e.cfg.PublicLog.OpenNote(note)
	switch {
	case err != nil:
		return false, err
	case size == e.head.size && e.head.note != "" && root != e.head.root:
		return false, fmt.Errorf("checkpoint: the log signed two roots of size %d: %s and %s", size, e.head.root, root)
	case size <= e.head.size:
		return false, nil
	}
	e.head = head{size, root, note}
	return true, nil
}

// Checkpoint is the note of the greatest head that was heard of, empty before
// the first.
func (e *Events) Checkpoint() string { return e.head.note }
