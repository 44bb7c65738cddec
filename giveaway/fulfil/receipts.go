package fulfil

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Who was in a giveaway that ended void the ledger names, as far as its owner
// knew. Behind a hole in the log it does not: those who entered in the lost part
// nobody knows any more but they themselves. Each of them has the engine's signed
// receipt, which says so for good; whoever shows it is put on the list.

// proveWithin is for how long after a giveaway ended void a receipt is taken, in
// ms: shorter than keepVoids, so that whoever is in time reads for two months what
// they are owed.
const proveWithin = int64(30 * 86_400_000)

// Proof is a receipt as its viewer got it (PROTOCOL.md, "receipt").
type Proof struct {
	Room      string           `json:"room"`
	Event     string           `json:"event"`
	Tag       drawproof.Hash   `json:"tag"`
	Salt      drawproof.Bytes  `json:"salt"`
	Weight    uint32           `json:"weight"`
	Partition uint32           `json:"partition"`
	Offset    uint64           `json:"offset"`
	Index     uint64           `json:"index"`
	Size      uint64           `json:"size"`
	Path      []drawproof.Hash `json:"path"`
	Sig       drawproof.Bytes  `json:"sig" doc:"By the receipt key of the plan, of the batch."`
}

// prove takes the receipt of somebody who was in a void giveaway and is not on the
// list of it. The same receipt again changes nothing.
func (d *Desk) prove(c *rest.Call) (any, error) {
	var in Proof
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	var out *Ended
	err := d.db.Tx(c, func(tx *sql.Tx) (err error) {
		var plan string
		if out, plan, err = ended(c, tx, in.Room, in.Event); err != nil {
			return err
		}
		var named int
		if err := tx.QueryRowContext(c, `SELECT COUNT(*) FROM fulfil_left WHERE user_id = $1 AND room = $2 AND event = $3`, c.Claims.User, in.Room, in.Event).Scan(&named); err != nil || named > 0 {
			return err
		}
		if c.Now > out.ProveBy {
			return rest.Refuse(http.StatusConflict, "late", "receipts of it were taken for 30 days after it ended")
		}
		if err := in.verify([]byte(plan), c.Claims.User); err != nil {
			return rest.Refuse(http.StatusUnprocessableEntity, "refused", "this receipt does not prove that you were in", rest.Problem{Field: "sig", Rule: "receipt", Message: err.Error()})
		}
		return left(c, tx, in.Room, in.Event, []string{c.Claims.User})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ended is a void giveaway and its plan as it was announced.
func ended(ctx context.Context, tx *sql.Tx, room, event string) (*Ended, string, error) {
	x, plan := &Ended{}, ""
	err := tx.QueryRowContext(ctx, `SELECT `+endedColumns+`, p.plan FROM fulfil_voids v JOIN fulfil_plans p ON p.room = v.room AND p.event = v.event WHERE v.room = $1 AND v.event = $2`, room, event).Scan(append(x.columns(), &plan)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", rest.NotFound("void giveaway", event)
	}
	x.prove()
	return x, plan, err
}

// verify holds the receipt against the plan that was announced, by its own key:
// the installation's may have been changed since.
func (in *Proof) verify(plan []byte, user string) error {
	canonical, err := drawproof.Canonical(plan)
	if err != nil {
		return err
	}
	var p giveaway.Plan
	if err := json.Unmarshal(canonical, &p); err != nil {
		return err
	}
	if !slices.Contains(p.Partitions, in.Partition) {
		return errors.New("it is of another part of the log than the giveaway")
	}
	r := drawproof.Receipt{Event: in.Event, PlanHash: drawproof.PlanHash(canonical), Tag: in.Tag, Salt: in.Salt, Weight: in.Weight, Partition: in.Partition, Offset: in.Offset,
		Proof: drawproof.Proof{Index: in.Index, Size: in.Size, Path: in.Path}, Signature: in.Sig}
	return r.Verify(p.ReceiptKey, user)
}
