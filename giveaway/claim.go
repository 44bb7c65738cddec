package giveaway

import (
	"github.com/fudai-live/fudai/room/record"
)

// claimed is a claim that the ledger has not recorded. A claim counts by its
// room time against the grant's, so it is the same whether the comments or the
// ledger are read first: claims are kept until the grant they may belong to is
// known.
type claimed struct {
	Offset int64 `json:"offset"`
	Time   int64 `json:"time"`
}

// maxClaims bounds what is kept of one user: the last so many instants at which
// they claimed. Room time moves every 200 ms, so this covers grants that take
// most of a minute to be read back, however fast somebody claims.
const maxClaims = 256

// Claim folds a claim of a prize.
func (e *Events) Claim(c *record.Comment, offset, now int64) Result {
	e.see(offset, now)
	ev := e.byID[string(c.Event)]
	if ev == nil || ev.Stop != nil {
		return Result{Code: record.NoEvent, Offset: offset}
	}
	row := ev.entries.find(c.User)
	if row < 0 {
		return Result{Code: record.Ineligible, Offset: offset}
	}
	if ev.Closed == nil {
		return Result{Code: record.Early, Offset: offset}
	}
	if ev.Drawn == nil {
		ev.keepClaim(uint32(row), offset, now)
		return Result{Code: record.Early, Offset: offset}
	}
	e.draw(ev)
	rank, ok := ev.list.ranks[uint32(row)]
	if !ok {
		return Result{Code: record.Ineligible, Offset: offset}
	}
	said := ev.claim(uint32(row), rank, offset, now)
	_ = e.drain() // its grant may wait for it; what contradicts it is kept in Stuck
	return said
}

// claim folds the claim of somebody with a rank.
func (ev *event) claim(row, rank uint32, offset, now int64) Result {
	u := ev.held(rank)
	switch {
	case u == nil && ev.lost(rank):
		return Result{Code: record.Late, Offset: offset}
	case u == nil || u.State == "": // an alternate's turn has not come, or the grant is under way
		if !ev.Books.closed() {
			ev.keepClaim(row, offset, now)
		}
		return Result{Code: record.Early, Offset: offset}
	case u.Claim != 0:
		return Result{Code: record.Already, Offset: u.Claim}
	case u.Deadline == 0:
		return Result{Code: record.Claimed, Offset: offset} // nothing had to be claimed; asking does no harm
	case now >= u.Deadline:
		return Result{Code: record.Late, Offset: offset}
	}
	if c, has := ev.claimIn(row, u.At, u.Deadline); has {
		return Result{Code: record.Already, Offset: c.Offset}
	}
	ev.keepClaim(row, offset, now)
	ev.wake = 0
	return Result{Code: record.Claimed, Offset: offset}
}

// held is the unit that a rank holds or is to get.
func (ev *event) held(rank uint32) *unit {
	if i := int(rank) - 1; i < len(ev.Units) {
		if ev.Units[i].Rank == rank {
			return &ev.Units[i]
		}
		return nil // a winner holds their own unit or none
	}
	for i := range ev.Units {
		if ev.Units[i].Rank == rank {
			return &ev.Units[i]
		}
	}
	return nil
}

// lost reports whether a rank had a unit and has none any more.
func (ev *event) lost(rank uint32) bool {
	for _, c := range ev.Ended {
		if c.Rank == rank {
			return true
		}
	}
	return false
}

func (ev *event) keepClaim(row uint32, offset, now int64) {
	if ev.Claims == nil {
		ev.Claims = map[uint32][]claimed{}
	}
	kept := ev.Claims[row]
	if n := len(kept); n > 0 && kept[n-1].Time == now {
		return // the first of an instant is the one that would count
	}
	if len(kept) == maxClaims {
		kept = append(kept[:0], kept[1:]...)
	}
	ev.Claims[row] = append(kept, claimed{offset, now})
}

// claimIn is the first claim with from <= time < until.
func (ev *event) claimIn(row uint32, from, until int64) (claimed, bool) {
	for _, c := range ev.Claims[row] {
		if from <= c.Time && c.Time < until {
			return c, true
		}
	}
	return claimed{}, false
}

// keepClaims forgets the claims of those who have no rank.
func (ev *event) keepClaims() {
	for row := range ev.Claims {
		if _, ok := ev.list.ranks[row]; !ok {
			delete(ev.Claims, row)
		}
	}
}

// trimClaims keeps the one claim of a unit just granted that counts.
func (ev *event) trimClaims(row uint32, u *unit) {
	c, ok := ev.claimIn(row, u.At, u.Deadline)
	if delete(ev.Claims, row); ok {
		ev.Claims[row] = []claimed{c}
	}
}
