package fulfil

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"time"

	"github.com/fudai-live/fudai/giveaway/claimform"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

var exportHead = []string{"中奖编号 grant", "活动 event", "活动名称 title", "房间 room", "奖品 prize", "类型 kind", "价值 worth", "金额 amount", "币种 currency", "用户 user",
	"状态 state", "中奖时间 won", "领取时间 claimed", "承运 carrier", "单号 tracking", "失败 failed", "收件人 name", "电话 phone", "地址 address", "备注 note", "其他 answers"}

// mostExport bounds an export, in rows: of more nothing is left out unsaid.
const mostExport = 100_000

// export writes the queue for a spreadsheet: ids and numbers of parcels stay
// text, Chinese stays Chinese, and nothing that a winner wrote is taken for a
// formula. Where to send things is in it only for who may read forms.
func (d *Desk) export(c *rest.Call) (any, error) {
	shop := c.Query("shop")
	if err := c.May(shop, c.Query("room")); err != nil {
		return nil, err
	}
	person := c.MayAlso("prize.person", shop, "") == nil
	condition, args := d.where(c)
	var n int
	if err := d.db.QueryRowContext(c, `SELECT COUNT(*)`+prizeTables+condition, args...).Scan(&n); err != nil {
		return nil, err
	}
	if n > mostExport {
		return nil, rest.Refuse(http.StatusUnprocessableEntity, "too-large", fmt.Sprintf("these are %d prizes, one file holds %d: choose a giveaway, a room or a state", n, mostExport))
	}
	rows, err := d.db.QueryContext(c, `SELECT `+prizeColumns+prizeTables+condition+` ORDER BY p.won_at, p.grant_id`, args...)
	all, err := d.rows(c.Now, rows, err)
	if err != nil {
		return nil, err
	}
	table := [][]string{exportHead}
	err = d.db.Tx(c, func(tx *sql.Tx) error {
		for i := range all {
			row, err := d.exportRow(c, tx, &all[i], person)
			if err != nil {
				return err
			}
			table = append(table, row)
		}
		return d.cfg.Audit(c, tx, c.Now, shop, c.Claims.User, "export", "prizes", "", map[string]any{"rows": len(all), "persons": person})
	})
	if err != nil {
		return nil, err
	}
	if c.Query("format") == "xlsx" {
		body, err := xlsx("prizes", table)
		return &rest.File{Name: "prizes.xlsx", Media: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Body: body}, err
	}
	return &rest.File{Name: "prizes.csv", Media: "text/csv; charset=utf-8", Body: rest.CSV(table)}, nil
}

func (d *Desk) exportRow(c *rest.Call, tx *sql.Tx, p *Award, person bool) ([]string, error) {
	amount := ""
	if p.AmountFen != 0 {
		amount = amountOf(p.AmountFen)
	}
	row := []string{p.Grant, p.Event, p.EventName, p.Room, p.Title, p.Kind, amountOf(p.WorthFen), amount, p.Currency, p.User, p.StateText, moment(p.WonAt), moment(p.ClaimedAt), p.Carrier, p.Tracking, p.Failed}
	var f claimform.Form
	if person && p.HasForm {
		var sealed []byte
		if err := tx.QueryRowContext(c, `SELECT form FROM fulfil_prizes WHERE grant_id = $1`, p.Grant).Scan(&sealed); err != nil {
			return nil, err
		}
		a, err := d.aead(c, tx, p.Event, false)
		if refused, gone := err.(*rest.Error); gone && refused.Status == http.StatusGone {
			return append(row, "", "", "", "", ""), nil
		}
		if err != nil {
			return nil, err
		}
		if f, err = openForm(a, p.Grant, sealed); err != nil {
			return nil, err
		}
	}
	return append(row, f.Name, f.Phone, f.Address, f.Note, f.Line(p.Fields)), nil
}

// amountOf writes minor units as units with both decimals, for sums in a spreadsheet.
func amountOf(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }

// moment writes a time in UTC; the zone stands with it.
func moment(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05Z")
}

var paidHead = []string{"中奖编号 grant", "奖品 prize", "类型 kind", "价值 worth", "金额 amount", "币种 currency", "用户 user", "状态 state", "中奖时间 won", "领取时间 claimed",
	"发货时间 shipped", "完成时间 done", "承运 carrier", "单号 tracking"}

// Paid is what was handed out in a giveaway, as a table for its archive: to
// whom and when, and nothing that winners wrote into forms.
func (d *Desk) Paid(ctx context.Context, room, event string) ([]byte, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT `+prizeColumns+prizeTables+`WHERE p.room = $1 AND p.event = $2 ORDER BY p.won_at, p.grant_id`, room, event)
	all, err := d.rows(0, rows, err)
	if err != nil {
		return nil, err
	}
	table := [][]string{paidHead}
	for i := range all {
		p := &all[i]
		table = append(table, []string{p.Grant, p.Title, p.Kind, amountOf(p.WorthFen), amountOf(p.AmountFen), p.Currency, p.User, p.StateText, moment(p.WonAt), moment(p.ClaimedAt),
			moment(p.ShippedAt), moment(p.DoneAt), p.Carrier, p.Tracking})
	}
	return rest.CSV(table), nil
}
