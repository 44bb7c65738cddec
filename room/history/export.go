package history

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
)

// bom makes spreadsheets read UTF-8 as what it is.
const bom = "\ufeff"

var csvHead = []string{"时间 time", "房间 room", "场次 show", "用户 user", "昵称 name", "内容 text", "结果 outcome", "规则 rule", "规则版本 version", "消息 id", "位置 place", "决定者 by"}

// WriteCSV writes comments for a spreadsheet: ids stay text, and nothing that a
// viewer wrote is taken for a formula.
func WriteCSV(w io.Writer, head bool, all []Comment) error {
	if head {
		if _, err := io.WriteString(w, bom); err != nil {
			return err
		}
	}
	c := csv.NewWriter(w)
	if head {
		c.Write(csvHead)
	}
	for i := range all {
		m := &all[i]
		c.Write([]string{time.UnixMilli(m.At).UTC().Format("2006-01-02 15:04:05.000"), cell(m.Room), cell(m.Show), cell(m.User), cell(m.Name), cell(m.Text),
			m.Code, cell(m.Rule), cell(m.Version), cell(m.ID), strconv.Itoa(int(m.Part)) + "/" + strconv.FormatInt(m.Offset, 10), cell(m.By)})
	}
	c.Flush()
	return c.Error()
}

// Cell is a value as WriteCSV writes it, for other exports.
func Cell(s string) string { return cell(s) }

// cell is a value that a spreadsheet takes as text: one that begins like a
// formula, or is a number that would lose digits, gets an apostrophe.
func cell(s string) string {
	if s == "" {
		return s
	}
	if strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	if len(s) > 10 && strings.Trim(s, "0123456789") == "" || len(s) > 1 && s[0] == '0' && strings.Trim(s, "0123456789") == "" {
		return "'" + s
	}
	return s
}

// WriteLines writes comments as JSON, one a line.
func WriteLines(w io.Writer, all []Comment) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for i := range all {
		if err := e.Encode(&all[i]); err != nil {
			return err
		}
	}
	return nil
}
