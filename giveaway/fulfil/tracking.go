package fulfil

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// columns are where a table of parcels has what is needed of it.
type columns struct{ grant, carrier, tracking int }

// plain are those of a table without a head: grant, carrier, number.
var plain = columns{0, 1, 2}

// headed finds the columns by their names, which are the export's, in either
// language or both; what else stands in the table is passed over.
func headed(head []string) (c columns, err error) {
	find := func(names ...string) int {
		return slices.IndexFunc(head, func(cell string) bool {
			return slices.ContainsFunc(strings.Fields(strings.ToLower(cell)), func(word string) bool { return slices.Contains(names, word) })
		})
	}
	c = columns{find("grant", "中奖编号"), find("carrier", "承运", "快递", "快递公司"), find("tracking", "number", "单号", "快递单号", "运单号")}
	if c.grant < 0 || c.tracking < 0 {
		return c, fmt.Errorf("row 1 names no column %q and %q: send an export back, or rows of grant, carrier, number", "grant", "tracking")
	}
	return c, nil
}

// parcel is what a row says; its carrier may be left out.
func (c columns) parcel(row []string) (grant string, p Parcel, err error) {
	if c.grant >= len(row) || c.tracking >= len(row) {
		return "", p, fmt.Errorf("it has %d fields, want grant, carrier, number", len(row))
	}
	if p.Tracking = row[c.tracking]; c.carrier >= 0 && c.carrier < len(row) {
		p.Carrier = row[c.carrier]
	}
	return row[c.grant], p, p.check()
}

// delimiter is what stands between the fields of a table: of a spreadsheet that
// was pasted a tab, of its CSV a comma or, in many countries, a semicolon.
func delimiter(table []byte) rune {
	first, _, _ := bytes.Cut(table, []byte("\n"))
	best, most := ',', bytes.Count(first, []byte(","))
	for _, d := range "\t;" {
		if n := bytes.Count(first, []byte(string(d))); n > most {
			best, most = d, n
		}
	}
	return best
}

// importTracking reads parcels as a carrier's system or a spreadsheet writes
// them: an export that was filled in, or rows of grant, carrier, number. Each row
// stands by itself, and what is wrong with one is said by its number.
func (d *Desk) importTracking(c *rest.Call) (any, error) {
	shop := c.Query("shop")
	if err := c.May(shop, ""); err != nil {
		return nil, err
	}
	out := Imported{Wrong: []string{}}
	table := bytes.TrimPrefix(c.Body(), []byte("\ufeff"))
	rows := csv.NewReader(bytes.NewReader(table))
	rows.Comma, rows.FieldsPerRecord, rows.TrimLeadingSpace, rows.LazyQuotes = delimiter(table), -1, false, true
	at := plain
	return &out, d.db.Tx(c, func(tx *sql.Tx) error {
		for first := true; ; first = false {
			row, err := rows.Read()
			if err == io.EOF {
				break
			}
			line, _ := rows.FieldPos(0)
			var broken *csv.ParseError
			if errors.As(err, &broken) {
				out.Wrong = append(out.Wrong, fmt.Sprintf("row %d: %v", broken.Line, broken.Err))
				continue
			} else if err != nil {
				return rest.Refuse(http.StatusBadRequest, "malformed", "tracking: "+err.Error())
			}
			for i := range row {
				row[i] = strings.TrimPrefix(strings.TrimSpace(row[i]), "'") // as an export wrote it
			}
			if first && len(row[0]) != 64 {
				if at, err = headed(row); err != nil {
					return rest.Refuse(http.StatusBadRequest, "malformed", "tracking: "+err.Error())
				}
				continue
			}
			if at != plain && at.tracking < len(row) && row[at.tracking] == "" {
				continue // an export also has what is not sent yet
			}
			if wrong, err := d.shipRow(c, tx, shop, at, row); err != nil {
				return err
			} else if wrong != "" {
				out.Wrong = append(out.Wrong, fmt.Sprintf("row %d: %s", line, wrong))
			} else {
				out.Updated++
			}
		}
		return d.cfg.Audit(c, tx, c.Now, shop, c.Claims.User, "import", "tracking", "", map[string]int{"updated": out.Updated, "wrong": len(out.Wrong)})
	})
}

// shipRow notes the parcel of a row, or says what is wrong with it.
func (d *Desk) shipRow(c *rest.Call, tx *sql.Tx, shop string, at columns, row []string) (wrong string, err error) {
	grant, parcel, err := at.parcel(row)
	if err != nil {
		return err.Error(), nil
	}
	done, err := tx.ExecContext(c, shipQuery+` WHERE grant_id = $4 AND shop = $5 AND state IN ('to-ship', 'shipped')`, parcel.Carrier, parcel.Tracking, c.Now, grant, shop)
	if err != nil {
		return "", err
	}
	n, err := done.RowsAffected()
	if err == nil && n == 0 {
		wrong = fmt.Sprintf("%.64q is no prize of this shop that could be shipped", grant)
	}
	return wrong, err
}
