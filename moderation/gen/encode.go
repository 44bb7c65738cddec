package main

import (
	"encoding/binary"
	"encoding/hex"
)

const pageSize = 64

// encoder writes tables one after another, little endian, each with its
// lengths in front. Equal pages are stored once.
type encoder struct{ bytes []byte }

func (e *encoder) u16(v int) { e.bytes = binary.LittleEndian.AppendUint16(e.bytes, uint16(v)) }

func (e *encoder) pages32(t []uint32) {
	e.pages(len(t), 4, func(b []byte, i int) []byte { return binary.LittleEndian.AppendUint32(b, t[i]) })
}

func (e *encoder) pages16(t []uint16) {
	e.pages(len(t), 2, func(b []byte, i int) []byte { return binary.LittleEndian.AppendUint16(b, t[i]) })
}

func (e *encoder) pages8(t []uint8) {
	e.pages(len(t), 1, func(b []byte, i int) []byte { return append(b, t[i]) })
}

func (e *encoder) pages(n, width int, put func([]byte, int) []byte) {
	var index []int
	var body []byte
	seen := map[string]int{}
	for at := 0; at < n; at += pageSize {
		var page []byte
		for i := at; i < at+pageSize; i++ {
			if i < n {
				page = put(page, i)
			} else {
				page = append(page, make([]byte, width)...)
			}
		}
		key := hex.EncodeToString(page)
		if _, ok := seen[key]; !ok {
			seen[key] = len(seen)
			body = append(body, page...)
		}
		index = append(index, seen[key])
	}
	e.u16(len(index))
	e.u16(len(seen))
	for _, p := range index {
		e.u16(p)
	}
	e.bytes = append(e.bytes, body...)
}

func (e *encoder) words32(t []uint32) {
	e.u16(len(t))
	for _, v := range t {
		e.bytes = binary.LittleEndian.AppendUint32(e.bytes, v)
	}
}

func (e *encoder) strings(list []string) {
	e.u16(len(list))
	for _, s := range list {
		e.bytes = append(append(e.bytes, byte(len(s))), s...)
	}
}
