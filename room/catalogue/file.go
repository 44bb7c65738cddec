package catalogue

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Bounds of a file.
const (
	MaxFile     = 3 << 20
	maxUnpacked = 64 << 20 // of a workbook: a bomb is told from a catalogue
	maxRows     = 1000     // of a sheet
	maxColumns  = 60
	maxSheets   = 10
	maxCell     = 2000 // bytes
)

// sheet is a table of text.
type sheet struct {
	name string
	rows [][]string
}

// sheets reads a file of any kind.
func sheets(raw []byte) ([]sheet, error) {
	switch {
	case len(raw) == 0:
		return nil, errors.New("the file is empty")
	case len(raw) > MaxFile:
		return nil, fmt.Errorf("the file has %d bytes, at most %d are read", len(raw), MaxFile)
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return workbook(raw)
	case bytes.HasPrefix(raw, []byte("\xD0\xCF\x11\xE0")):
		return nil, errors.New("this is an old .xls workbook, or one with a password: save it as .xlsx or CSV")
	}
	text, err := decoded(raw)
	if err != nil {
		return nil, err
	}
	return table(text)
}

// workbook reads the sheets of an xlsx file: stored values, not formatted ones,
// so that 1,299.00 is 1299 whatever the cell looks like.
func workbook(raw []byte) (all []sheet, err error) {
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked / 4})
	if err != nil {
		return nil, fmt.Errorf("the workbook cannot be read: %w", err)
	}
	defer f.Close()
	names := f.GetSheetList()
	if len(names) > maxSheets {
		return nil, fmt.Errorf("the workbook has %d sheets, at most %d are read", len(names), maxSheets)
	}
	for _, name := range names {
		rows, err := f.Rows(name)
		if err != nil {
			return nil, fmt.Errorf("sheet %s cannot be read: %w", name, err)
		}
		s := sheet{name: name}
		for rows.Next() {
			cells, err := rows.Columns(excelize.Options{RawCellValue: true})
			if err != nil {
				rows.Close()
				return nil, fmt.Errorf("sheet %s, row %d cannot be read: %w", name, len(s.rows)+1, err)
			}
			if s.rows = append(s.rows, cells); len(s.rows) > maxRows+20 {
				rows.Close()
				return nil, fmt.Errorf("sheet %s has more than %d rows: import it in parts", name, maxRows)
			}
		}
		if err := errors.Join(rows.Error(), rows.Close()); err != nil {
			return nil, fmt.Errorf("sheet %s cannot be read: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// decoded is a text file as UTF-8, whatever the spreadsheet that wrote it.
func decoded(raw []byte) (string, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xFF\xFE")), bytes.HasPrefix(raw, []byte("\xFE\xFF")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(raw)
		return string(out), err
	case utf8.Valid(raw):
		return strings.TrimPrefix(string(raw), "\ufeff"), nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", errors.New("the text is neither UTF-8 nor GB18030: save it as CSV UTF-8")
	}
	return string(out), nil
}

// table reads CSV with the separator that its first line uses most.
func table(text string) ([]sheet, error) {
	if strings.ContainsRune(text, 0) {
		return nil, errors.New("the file is neither a workbook nor text")
	}
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	for _, sep := range []rune{'\t', ';', '，'} {
		if strings.Count(first, string(sep)) > strings.Count(first, string(r.Comma)) {
			r.Comma = sep
		}
	}
	s := sheet{name: "CSV"}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return []sheet{s}, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the table cannot be read: %w", err)
		}
		for line, _ := r.FieldPos(0); len(s.rows) < line-1 && len(s.rows) <= maxRows+20; {
			s.rows = append(s.rows, nil) // empty lines keep their numbers
		}
		if s.rows = append(s.rows, row); len(s.rows) > maxRows+20 {
			return nil, fmt.Errorf("the table has more than %d rows: import it in parts", maxRows)
		}
	}
}
