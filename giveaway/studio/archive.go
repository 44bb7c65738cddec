package studio

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/fudai-live/fudai/giveaway/archive"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// keepYears is for how long the strictest law that Fudai was built for asks to
// keep what a giveaway was and who won. Nothing of it is ever deleted here; an
// archive says until when it must be kept.
const keepYears = 3

// archive answers everything that is to be kept of a giveaway that is over, as
// one signed file.
func (s *Studio) archive(c *rest.Call) (any, error) {
	g, err := s.find(c)
	if err != nil {
		return nil, err
	}
	if g.State != Settled && g.State != Cancelled && g.State != Void {
		return nil, rest.Refuse(http.StatusConflict, "state", "it is "+g.State+": its archive is made when it is settled, cancelled or void")
	}
	m := archive.Manifest{Event: g.ID, Title: g.Draft.Title, Shop: g.Shop, Room: g.Room, State: g.State, Why: g.Why, EndCode: g.EndCode, MadeAt: c.Now,
		KeepUntil: time.UnixMilli(g.Updated).AddDate(keepYears, 0, 1).UnixMilli()}
	var files []archive.File
	err = s.store.db.Tx(c, func(tx *sql.Tx) (err error) {
		if files, err = s.gather(c, tx, g, &m); err != nil {
			return err
		}
		return audit(c, tx, c.Now, g.Shop, c.Claims.User, "export", "archive", g.ID, map[string]int{"files": len(files)})
	})
	if err == nil && s.cfg.Paid != nil {
		var paid []byte
		paid, err = s.cfg.Paid(c, g.Room, g.ID)
		files = append(files, archive.File{Name: "奖品 prizes.csv", Body: paid})
	}
	if err != nil {
		return nil, err
	}
	body, err := archive.Write(m, files, s.cfg.Keys.Engine)
	return &rest.File{Name: g.ID + ".zip", Media: "application/zip", Body: body}, err
}

// gather reads the files of an archive. Of one that was drawn the proof must
// have been kept; a plan that was never announced is nobody's business.
func (s *Studio) gather(ctx context.Context, tx *sql.Tx, g *Giveaway, m *archive.Manifest) (files []archive.File, err error) {
	var public string
	err = tx.QueryRowContext(ctx, `SELECT public, hash FROM studio_line WHERE event = $1 AND sent_at > 0`, g.ID).Scan(&public, &m.PlanHash)
	if err == nil {
		page, err := rulesHTML(public, m.PlanHash)
		if err != nil {
			return nil, err
		}
		files = append(files, archive.File{Name: archive.PlanName, Body: []byte(public)}, archive.File{Name: "活动规则 rules.html", Body: page})
	} else if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	var proof []byte
	err = tx.QueryRowContext(ctx, `SELECT body FROM studio_proofs WHERE room = $1 AND event = $2`, g.Room, g.ID).Scan(&proof)
	switch {
	case err == nil:
		files = append(files, archive.File{Name: archive.ProofName, Body: proof})
	case !errors.Is(err, sql.ErrNoRows):
		return nil, err
	case g.State == Settled:
		return nil, rest.Refuse(http.StatusConflict, "proof", "its room has not yet given its proof: try again in a minute")
	}
	body, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return nil, err
	}
	files = append(files, archive.File{Name: "giveaway.json", Body: body})
	bookings, err := booked(ctx, tx, `event = $1 ORDER BY id`, g.ID)
	if err != nil {
		return nil, err
	}
	table := [][]string{{"编号 n", "时间 at", "借 from", "贷 to", "数额 amount", "事由 why"}}
	for _, p := range bookings {
		table = append(table, []string{strconv.FormatInt(p.N, 10), utc(p.At), p.From, p.To, strconv.FormatInt(p.Amount, 10), p.Why})
	}
	files = append(files, archive.File{Name: "账目 books.csv", Body: rest.CSV(table)})
	trail, err := acts(ctx, tx, `shop = $1 AND id = $2 ORDER BY n`, g.Shop, g.ID)
	if err != nil {
		return nil, err
	}
	table = [][]string{{"编号 n", "时间 at", "人员 by", "操作 act", "对象 what", "详情 detail", "哈希 hash"}}
	for _, a := range trail {
		table = append(table, []string{strconv.FormatInt(a.N, 10), utc(a.At), a.By, a.Act, a.What, string(a.Detail), a.Hash})
	}
	return append(files, archive.File{Name: "记录 audit.csv", Body: rest.CSV(table)}), nil
}

func utc(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05Z") }
