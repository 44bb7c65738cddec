package moderation

import (
	_ "embed"
	"encoding/binary"
)

//go:generate go -C gen run . -out ../tables.bin

//go:embed tables.bin
var tablesFile string

// tables is decoded once at start (under a millisecond) and never changes.
var tables = decodeTables(tablesFile)

// The kinds of a folded character; gen/fold.go writes the same numbers.
const (
	kindOther = iota
	kindDrop
	kindSeparator
	kindSequence
	kindLetter
	kindDigit
	kindHan
	kindFlagged
)

const (
	pageBits = 6
	pageSize = 1 << pageBits
	pageMask = pageSize - 1
)

// folded is one table entry: the kind in the top byte, the character below,
// where 0 means unchanged.
type folded uint32

func (f folded) kind() uint8 { return uint8(f >> 24) }
func (f folded) value() rune { return rune(f & 0xFFFFFF) }

type pages[T any] struct {
	index []uint16
	cells []T
}

// at is the cell of r, or the zero cell beyond the table.
func (p *pages[T]) at(r rune) (cell T) {
	page := uint32(r) >> pageBits
	if page >= uint32(len(p.index)) {
		return cell
	}
	return p.cells[uint32(p.index[page])<<pageBits|uint32(r)&pageMask]
}

type foldTables struct {
	ascii     [128]folded
	fold      pages[folded]
	sequences []folded
	looks     pages[uint8]  // look-alikes of letters of other scripts, 0 for none
	sound     pages[uint16] // syllable of a Han character, 0 for none
	syllables []string      // sorted; syllable n is syllables[n-1]
}

// of folds r. Characters beyond the table (planes 4 to 16) are symbols, apart
// from the invisible ones of plane 14.
func (t *foldTables) of(r rune) folded {
	if uint32(r) < 128 {
		return t.ascii[r]
	}
	if uint32(r)>>pageBits < uint32(len(t.fold.index)) {
		return t.fold.at(r)
	}
	if r >= 0xE0000 && r <= 0xE0FFF {
		return kindDrop << 24
	}
	return kindSeparator << 24
}

func decodeTables(file string) *foldTables {
	d := tableDecoder{rest: file}
	t := &foldTables{}
	t.fold = decodePages(&d, 4, func(b []byte) folded { return folded(binary.LittleEndian.Uint32(b)) })
	for n := d.u16(); n > 0; n-- {
		t.sequences = append(t.sequences, folded(binary.LittleEndian.Uint32(d.take(4))))
	}
	t.looks = decodePages(&d, 1, func(b []byte) uint8 { return b[0] })
	t.sound = decodePages(&d, 2, binary.LittleEndian.Uint16)
	for n := d.u16(); n > 0; n-- {
		t.syllables = append(t.syllables, string(d.take(int(d.take(1)[0]))))
	}
	for r := range t.ascii {
		t.ascii[r] = t.fold.at(rune(r))
	}
	return t
}

func decodePages[T any](d *tableDecoder, width int, cell func([]byte) T) pages[T] {
	p := pages[T]{index: make([]uint16, d.u16())}
	p.cells = make([]T, d.u16()*pageSize)
	for i := range p.index {
		p.index[i] = uint16(d.u16())
	}
	for i := range p.cells {
		p.cells[i] = cell(d.take(width))
	}
	return p
}

// tableDecoder panics on a short file: the file is part of the program.
type tableDecoder struct{ rest string }

func (d *tableDecoder) take(n int) []byte {
	b := []byte(d.rest[:n])
	d.rest = d.rest[n:]
	return b
}

func (d *tableDecoder) u16() int { return int(binary.LittleEndian.Uint16(d.take(2))) }
