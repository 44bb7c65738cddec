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
)

// Template is an empty catalogue with one example row: "xlsx" has both sheets,
// "csv" the goods, "faq.csv" the answers. CSV has a BOM, or Excel would not take
// it for UTF-8.
func Template(format string) (file []byte, kind string, err error) {
	var heads, examples, faqHeads, faqExamples []string
	for i := range columns {
		heads, examples = append(heads, columns[i].head), append(examples, columns[i].example)
	}
	for i := range answers {
		faqHeads, faqExamples = append(faqHeads, answers[i].head), append(faqExamples, answers[i].example)
	}
	switch format {
	case "csv":
		return csvFile(heads, examples), "text/csv; charset=utf-8", nil
	case "faq.csv":
		return csvFile(faqHeads, faqExamples), "text/csv; charset=utf-8", nil
	case "xlsx":
		file, err = xlsxFile(heads, examples, faqHeads, faqExamples)
		return file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", err
	}
	return nil, "", fmt.Errorf("format %q: say xlsx, csv or faq.csv", format)
}

func csvFile(rows ...[]string) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	w.WriteAll(rows) // a buffer takes everything
	return b.Bytes()
}

func xlsxFile(heads, examples, faqHeads, faqExamples []string) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", sheetGoods); err != nil {
		return nil, err
	}
	if _, err := f.NewSheet(sheetFAQ); err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	for name, rows := range map[string][2][]string{sheetGoods: {heads, examples}, sheetFAQ: {faqHeads, faqExamples}} {
		for i, row := range rows {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
				return nil, err
			}
		}
		last, err := excelize.ColumnNumberToName(len(rows[0]))
		if err != nil {
			return nil, err
		}
		if err := f.SetColWidth(name, "A", last, 16); err != nil {
			return nil, err
		}
		if err := f.SetRowStyle(name, 1, 1, bold); err != nil {
			return nil, err
		}
		if err := f.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}
