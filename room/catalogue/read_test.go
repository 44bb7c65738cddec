package catalogue_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/fudai-live/fudai/room/catalogue"
	"github.com/fudai-live/fudai/room/questions"
)

const goods = "商品编号,商品名称,链接号,价格(元),原价,库存,尺码,颜色,发货时间,备忘\r\n" +
	"coat-01,短款羽绒服,3号链接,¥299.00,399元,\"1,200\",S、M、L,黑色 米白,48 小时内发货,给老板看\r\n" +
	"\r\n" +
	"tee-02,纯棉T恤,５,59.9,,0,均码,,,\r\n"

// Every encoding and separator that shops' spreadsheets write gives the same.
func TestEncodings(t *testing.T) {
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(strings.ReplaceAll(goods, "\"1,200\"", "1200"), ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(goods)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"UTF-8": goods, "BOM": "\ufeff" + goods, "GB18030": gb, "UTF-16 with tabs": utf16,
		"a title above": "十一月上架清单,,\r\n" + goods} {
		in, err := catalogue.Read([]byte(file))
		if err != nil || len(in.Problems) > 0 || len(in.Items) != 2 || in.Rows != 2 {
			t.Errorf("%s: %+v, %v", name, in, err)
			continue
		}
		c, tee := &in.Items[0], &in.Items[1]
		if c.Item != "coat-01" || *c.Title != "短款羽绒服" || *c.Link != 3 || *c.Price != 29900 || *c.Was != 39900 || *c.Stock != 1200 ||
			fmt.Sprint(c.Sizes, c.Colours, c.Facts) != "[S M L] [黑色 米白] map[delivery:48 小时内发货]" {
			t.Errorf("%s: %+v", name, c)
		}
		if *tee.Link != 5 || *tee.Price != 5990 || tee.Was != nil || *tee.Stock != 0 {
			t.Errorf("%s: %+v", name, tee)
		}
		if fmt.Sprint(in.Ignored) != "[column 备忘]" {
			t.Errorf("%s: ignored %v", name, in.Ignored)
		}
	}
}

// Everything that is wrong is told, with its row, and the good rows are read.
func TestProblems(t *testing.T) {
	in, err := catalogue.Read([]byte("商品编号,商品名称,链接号,价格,库存,颜色\n" +
		"a,好,1,9.999,1,黑\n" + // row 2
		",没有编号,2,9,1,黑\n" +
		"a,又一次,3,9,1,黑\n" +
		"b,链接重复,1,abc,-1,黑\n" +
		"编 号,名,4,9,1.5,黑\n" +
		"c,好的,5,9,1,黑\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, p := range in.Problems {
		fmt.Fprintf(&got, "%d %s %s\n", p.Row, p.Column, p.Message)
	}
	for _, want := range []string{"2 价格 \"9.999\" is finer", "3 商品编号 is empty", "4 商品编号 a stands in row 2", "5 价格 \"abc\" is no amount", "5 库存 \"-1\" is outside",
		"6 库存 \"1.5\" is no whole", "6  item", "0 链接号 1 is the link number of both"} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("nobody says %q:\n%s", want, got.String())
		}
	}
	if len(in.Problems) != 8 {
		t.Errorf("%d problems:\n%s", len(in.Problems), got.String())
	}
}

// The template is a catalogue without a problem, in each of its forms.
func TestTemplate(t *testing.T) {
	for format, want := range map[string][3]int{"xlsx": {1, 1, 1}, "csv": {1, 0, 0}, "faq.csv": {0, 1, 0}, "scripts.csv": {0, 0, 1}} {
		file, _, err := catalogue.Template(format)
		if err != nil {
			t.Fatal(err)
		}
		in, err := catalogue.Read(file)
		if err != nil || len(in.Problems)+len(in.Ignored) > 0 || len(in.Items) != want[0] || len(in.FAQ) != want[1] || len(in.Scripts) != want[2] {
			t.Errorf("%s: %+v, %v", format, in, err)
		}
	}
	if _, _, err := catalogue.Template("pdf"); err == nil {
		t.Error("there is no template in PDF")
	}
}

// The script library comes from the same file as the goods, or from one of its
// own; what is wrong is told by row.
func TestScripts(t *testing.T) {
	in, err := catalogue.Read([]byte("编号,场景,话术,商品编号\nopen,开场,欢迎新进来的朋友,\n,催单,只剩最后 20 件,coat-01\n"))
	if err != nil || len(in.Problems) > 0 || len(in.Scripts) != 2 || len(in.Items)+len(in.FAQ) != 0 {
		t.Fatalf("%+v, %v", in, err)
	}
	if a, b := in.Scripts[0], in.Scripts[1]; a.ID != "open" || a.Title != "开场" || b.ID != "row3" || b.Item != "coat-01" || b.Text != "只剩最后 20 件" {
		t.Errorf("%+v", in.Scripts)
	}
	var b questions.Book
	for _, part := range in.Parts("", false, 1) {
		if err := b.Change(&part, 1); err != nil {
			t.Error(err)
		}
	}
	if len(b.Catalogue().Scripts) != 2 {
		t.Errorf("the room has %+v", b.Catalogue())
	}
	in, err = catalogue.Read([]byte("编号,场景,话术\nopen,开场,\nx,催单," + strings.Repeat("快", 400) + "\nopen,又,一次\n"))
	if err != nil || len(in.Problems) != 3 || in.Problems[0].Row != 2 || in.Problems[1].Row != 3 || in.Problems[2].Row != 4 {
		t.Errorf("%+v, %v", in, err)
	}
}

// A workbook with numbers as a spreadsheet stores them, and a sheet nobody knows.
func TestWorkbook(t *testing.T) {
	f := excelize.NewFile()
	f.SetSheetRow("Sheet1", "A1", &[]any{"SKU", "名称", "Link", "到手价", "库存"})
	f.SetSheetRow("Sheet1", "A2", &[]any{10086, "锅", 7, 59.9, 1200})
	f.SetSheetRow("Sheet1", "A3", &[]any{"p-2", "盖", 8, 0.1 + 0.2, "12"})
	f.SetCellFormula("Sheet1", "D2", "")
	style, _ := f.NewStyle(&excelize.Style{NumFmt: 4})
	f.SetCellStyle("Sheet1", "D2", "E3", style)
	f.NewSheet("问答")
	f.SetSheetRow("问答", "A1", &[]any{"问题", "答案"})
	f.SetSheetRow("问答", "A2", &[]any{"会粘锅吗|粘不粘", "不粘"})
	f.NewSheet("草稿")
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	in, err := catalogue.Read(b.Bytes())
	if err != nil || len(in.Problems) > 0 || len(in.Items) != 2 || len(in.FAQ) != 1 {
		t.Fatalf("%+v, %v", in, err)
	}
	if in.Items[0].Item != "10086" || *in.Items[0].Price != 5990 || *in.Items[0].Stock != 1200 || *in.Items[1].Price != 30 {
		t.Errorf("%+v", in.Items)
	}
	if fmt.Sprint(in.FAQ[0].Questions) != "[会粘锅吗 粘不粘]" || fmt.Sprint(in.Ignored) != "[sheet 草稿]" {
		t.Errorf("%+v, ignored %v", in.FAQ, in.Ignored)
	}
}

// Files that are none are refused as a whole, in words for people, and in bounds.
func TestHostile(t *testing.T) {
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	w, _ := z.Create("xl/worksheets/sheet1.xml")
	for range 100 {
		w.Write(bytes.Repeat([]byte("<row/>"), 1<<18))
	}
	z.Close()
	for name, c := range map[string]struct{ file, want string }{
		"empty":        {"", "empty"},
		"too large":    {strings.Repeat("x", catalogue.MaxFile+1), "at most"},
		"old workbook": {"\xD0\xCF\x11\xE0 anything", ".xls"},
		"no workbook":  {"PK\x03\x04 anything", "cannot be read"},
		"bomb":         {bomb.String(), "cannot be read"},
		"picture":      {"\x89PNG\r\n\x1a\n\x00\x00\xff\xff", "neither"},
		"no header":    {"a,b,c\n1,2,3\n", "headers"},
		"no rows":      {"商品编号,商品名称\n", "no row"},
		"rows":         {"商品编号\n" + strings.Repeat("a\n", 1100), "more than"},
	} {
		if _, err := catalogue.Read([]byte(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want something with %q", name, err, c.want)
		}
	}
}

// A large catalogue becomes several commands that a room takes, in order, twice.
func TestParts(t *testing.T) {
	var file strings.Builder
	file.WriteString("商品编号,商品名称,链接号,价格,材质\n")
	for i := range 450 {
		fmt.Fprintf(&file, "sku-%d,商品%d,%d,9.9,%s\n", i, i, i+1, strings.Repeat("棉", 150))
	}
	in, err := catalogue.Read([]byte(file.String()))
	if err != nil || len(in.Problems) > 0 {
		t.Fatal(in, err)
	}
	parts := in.Parts("s1", true, 1_763_690_000_000)
	if len(parts) < 2 || !parts[0].Replace || parts[1].Replace {
		t.Fatalf("%d parts", len(parts))
	}
	var b questions.Book
	for range 2 {
		for i := range parts {
			if err := b.Change(&parts[i], 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	if d := b.Catalogue(); len(d.Items) != 450 || *d.Items[0].Show != "s1" || d.Items[0].AsOf != 1_763_690_000_000 {
		t.Errorf("%d items, %+v", len(d.Items), d.Items[0])
	}
}

// No bytes make Read panic, and what it takes without a problem a room takes.
func FuzzRead(f *testing.F) {
	f.Add([]byte(goods))
	f.Add([]byte("问题;答案\n会起球吗;不会\n"))
	xlsx, _, _ := catalogue.Template("xlsx")
	f.Add(xlsx)
	f.Fuzz(func(t *testing.T, file []byte) {
		in, err := catalogue.Read(file)
		if err != nil || len(in.Problems) > 0 {
			return
		}
		var b questions.Book
		for _, part := range in.Parts("", true, 1) {
			if err := b.Change(&part, 1); err != nil {
				t.Fatalf("previewed as good, and refused: %v", err)
			}
		}
	})
}
