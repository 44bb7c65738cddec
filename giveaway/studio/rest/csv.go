package rest

import (
	"bytes"
	"encoding/csv"

	"github.com/fudai-live/fudai/room/history"
)

// CSV writes a table for a spreadsheet: it begins with the mark by which
// spreadsheets know UTF-8, ids and numbers of parcels stay text, and nothing
// that somebody wrote is taken for a formula.
func CSV(table [][]string) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	for _, row := range table {
		safe := make([]string, len(row))
		for i, s := range row {
			safe[i] = history.Cell(s)
		}
		w.Write(safe)
	}
	w.Flush()
	return b.Bytes()
}
