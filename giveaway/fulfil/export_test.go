package fulfil

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio"
)

// The export is text to a spreadsheet, whatever winners wrote.
func exportLaw(t *testing.T, s *shop) {
	p := s.hold(studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 1}}, ClaimTTLMs: 3_600_000}, 1)[0]
	s.want(202, p.User, "POST", "/v1/me/prizes/"+p.Grant+"/claim", address)
	s.claims(0)
	s.want(200, "boss", "POST", "/v1/studio/fulfilment/prizes/"+p.Grant+"/ship", Parcel{"顺丰", "0012345678901234567890"})
	raw := s.want(200, "boss", "GET", "/v1/studio/fulfilment/export?shop=demo&state=shipped", nil)
	if !bytes.HasPrefix(raw, []byte("\ufeff")) {
		t.Error("no mark of UTF-8")
	}
	rows, err := csv.NewReader(bytes.NewReader(raw[3:])).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v %v", rows, err)
	}
	row := strings.Join(rows[1], "|")
	for _, want := range []string{p.Grant, "云朵马克杯", "39.00", "已发货", "'0012345678901234567890", "王小云", "'13800000000", "'=HYPERLINK"} {
		if !strings.Contains(row, want) {
			t.Errorf("no %q in %s", want, row)
		}
	}
	s.want(403, p.User, "GET", "/v1/studio/fulfilment/export?shop=demo", nil)
	sheet := cells(t, s.want(200, "boss", "GET", "/v1/studio/fulfilment/export?shop=demo&format=xlsx", nil))
	if len(sheet) != 2 || len(sheet[1]) != len(exportHead) || sheet[1][14] != "0012345678901234567890" || sheet[1][18] != address.Address {
		t.Errorf("%q", sheet)
	}
}

// characters are how the strings of a workbook write what XML cannot (ECMA-376, ST_Xstring).
var characters = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// cells reads a workbook as a spreadsheet program does, by its parts.
func cells(t *testing.T, b []byte) (rows [][]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		var sheet struct {
			Rows []struct {
				Cells []struct {
					Ref  string `xml:"r,attr"`
					Type string `xml:"t,attr"`
					Text string `xml:"is>t"`
				} `xml:"c"`
			} `xml:"sheetData>row"`
		}
		if err := xml.Unmarshal(body, &sheet); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		for r, row := range sheet.Rows {
			var texts []string
			for c, cell := range row.Cells {
				if cell.Type != "inlineStr" || cell.Ref != fmt.Sprintf("%s%d", column(c), r+1) {
					t.Fatalf("cell %d of row %d: %+v", c, r, cell)
				}
				texts = append(texts, characters.ReplaceAllStringFunc(cell.Text, func(code string) string {
					n, _ := strconv.ParseUint(code[2:6], 16, 16)
					return string(rune(n))
				}))
			}
			rows = append(rows, texts)
		}
	}
	return rows
}

// Every route is in the document, and was answered well by a real desk.
func documentLaw(t *testing.T, s *shop) {
	if err := s.front.Doc.Validate(s.ctx); err != nil {
		t.Fatal(err)
	}
	for _, law := range []func(*testing.T, *shop){goodsLaw, couponsLaw, webhooksLaw, exportLaw, voidsLaw, receiptsLaw} {
		inner := newShop(t, filepath.Join(t.TempDir(), "fudai.db"))
		inner.front.Used = s.front.Used
		law(t, inner)
	}
	for _, r := range s.desk.Routes() {
		if !s.front.Used[r.Method+" "+r.Path] {
			t.Errorf("%s %s was never answered well", r.Method, r.Path)
		}
	}
}

// FuzzSheet: whatever stands in a table comes back from the workbook, but for
// what XML cannot hold.
func FuzzSheet(f *testing.F) {
	f.Add("=1+1", "云朵\t<b>&\n", "\x00\xff")
	f.Add("_x0041_", "_x0041_x0042__x005F_x0043_", "_x004_ _xD83D_ _X0041_")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		in := [][]string{{a, b, c}, {c, a, b}}
		body, err := xlsx("s", in)
		if err != nil {
			t.Fatal(err)
		}
		out := cells(t, body)
		for i := range in {
			for j := range in[i] {
				want := strings.Map(func(r rune) rune {
					if r == 0xFFFE || r == 0xFFFF || r < 0x20 && r != '\t' && r != '\n' && r != '\r' {
						return 0xFFFD
					}
					return r
				}, strings.ToValidUTF8(in[i][j], "\uFFFD"))
				if got := out[i][j]; strings.ReplaceAll(got, "\uFFFD", "") != strings.ReplaceAll(want, "\uFFFD", "") {
					t.Fatalf("%q came back as %q", in[i][j], got)
				}
			}
		}
	})
}
