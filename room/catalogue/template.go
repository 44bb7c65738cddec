package catalogue

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Names of the template's sheets.
const (
	sheetGoods = "商品"
	sheetFAQ   = "常见问题"
	sheetLines = "话术"
)

// Template is an empty catalogue with one example row: "xlsx" has all sheets,
// "csv" the goods, "faq.csv" the answers, "scripts.csv" the script library. CSV has a BOM, or Excel would not take
// it for UTF-8.
func Template(format string) (file []byte, kind string, err error) {
	var heads, examples, faqHeads, faqExamples []string
	for i := range columns {
		heads, examples = append(heads, columns[i].head), append(examples, columns[i].example)
	}
	for i := range answers {
		faqHeads, faqExamples = append(faqHeads, answers[i].head), append(faqExamples, answers[i].example)
	}
	var lineHeads, lineExamples []string
	for i := range lines {
		lineHeads, lineExamples = append(lineHeads, lines[i].head), append(lineExamples, lines[i].example)
	}
	switch format {
	case "csv":
		return csvFile(heads, examples), "text/csv; charset=utf-8", nil
	case "faq.csv":
		return csvFile(faqHeads, faqExamples), "text/csv; charset=utf-8", nil
	case "scripts.csv":
		return csvFile(lineHeads, lineExamples), "text/csv; charset=utf-8", nil
	case "xlsx":
		file, err = xlsxFile([]example{{sheetGoods, heads, examples}, {sheetFAQ, faqHeads, faqExamples}, {sheetLines, lineHeads, lineExamples}})
		return file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", err
	}
	return nil, "", fmt.Errorf("format %q: say xlsx, csv, faq.csv or scripts.csv", format)
}

func csvFile(rows ...[]string) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	w.WriteAll(rows) // a buffer takes everything
	return b.Bytes()
}

// example is a sheet of the template: headers and one row.
type example struct {
	name       string
	heads, row []string
}

func xlsxFile(sheets []example) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	for n, s := range sheets {
		if n == 0 {
			err = f.SetSheetName("Sheet1", s.name)
		} else {
			_, err = f.NewSheet(s.name)
		}
		if err != nil {
			return nil, err
		}
		for i, row := range [][]string{s.heads, s.row} {
			if err := f.SetSheetRow(s.name, fmt.Sprintf("A%d", i+1), &row); err != nil {
				return nil, err
			}
		}
		last, err := excelize.ColumnNumberToName(len(s.heads))
		if err != nil {
			return nil, err
		}
		if err := f.SetColWidth(s.name, "A", last, 16); err != nil {
			return nil, err
		}
		if err := f.SetRowStyle(s.name, 1, 1, bold); err != nil {
			return nil, err
		}
		if err := f.SetPanes(s.name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}
