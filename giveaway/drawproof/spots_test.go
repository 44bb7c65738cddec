package drawproof

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// spot is a value inside a parsed document and the way to replace it.
type spot struct {
	path  string // list indices are written [], so that rows share a path
	value any
	set   func(any)
}

// spots lists every value of a document in a fixed order.
func spots(doc any) []spot {
	var all []spot
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				p := strings.TrimPrefix(path+"."+k, ".")
				all = append(all, spot{p, v[k], func(x any) { v[k] = x }})
				walk(p, v[k])
			}
		case []any:
			for i := range v {
				all = append(all, spot{path + "[]", v[i], func(x any) { v[i] = x }})
				walk(path+"[]", v[i])
			}
		}
	}
	walk("", doc)
	return all
}

// change is one corruption of a value.
type change struct {
	name  string
	value any
}

// changesOf lists corruptions that keep the kind of a value and some that do
// not. None leaves the value as it was.
func changesOf(v any) []change {
	switch v := v.(type) {
	case int64:
		return []change{{"plus one", v + 1}, {"minus one", v - 1}, {"text", fmt.Sprint(v)}}
	case string:
		return textChanges(v)
	case []any:
		changes := []change{{"object", map[string]any{}}}
		if len(v) > 0 {
			changes = append(changes, change{"drop", slices.Clone(v[1:])}, change{"double", append(slices.Clone(v), v[0])})
		}
		if len(v) > 1 {
			swapped := slices.Clone(v)
			swapped[0], swapped[1] = swapped[1], swapped[0]
			changes = append(changes, change{"swap", swapped})
		}
		return changes
	case map[string]any:
		extra := maps.Clone(v)
		extra["unknown"] = int64(1)
		return []change{{"unknown member", extra}, {"list", []any{}}}
	}
	panic("value of an unknown kind")
}

func textChanges(s string) []change {
	changes := []change{{"number", int64(1)}, {"longer", s + "0"}}
	if raw, err := hex.DecodeString(s); err == nil && len(raw) > 0 {
		for _, at := range []int{0, len(raw) - 1} {
			flipped := slices.Clone(raw)
			flipped[at] ^= 1
			changes = append(changes, change{fmt.Sprintf("bit of byte %d", at), hex.EncodeToString(flipped)})
		}
		return append(changes, change{"upper case", strings.ToUpper(s) + "00"}, change{"shorter", s[2:]})
	}
	for _, words := range [][]string{
		{SelectLot, SelectFirst}, {ChainLocal, ChainQuicknet}, {MarkerOpen, MarkerClose}, {AppendTimesLog, AppendTimesFact},
		{SealedByOwner, SealedByStandby}, {GradeProved, "A", "B", "C", "D"}, {SplitDoubleMean, SplitEqual}, {UnderfillReturn, UnderfillResplit},
		{WordConfirmed, WordRefused},
		{ClaimOpen, ClaimClaimed, ClaimSettled, ClaimExpired, ClaimDisqualified, ClaimSkipped},
	} {
		for _, w := range words {
			if slices.Contains(words, s) && w != s {
				changes = append(changes, change{"say " + w, w})
			}
		}
	}
	for _, size := range []int{LeafSize, ExcludedSize} {
		if raw, err := base64.StdEncoding.DecodeString(s); err == nil && len(raw) >= size && len(raw)%size == 0 {
			changes = append(changes, rowChanges(raw, size)...)
		}
	}
	return changes
}

func rowChanges(raw []byte, size int) []change {
	row := func(name string, edit func(r []byte) []byte) change {
		return change{name, base64.StdEncoding.EncodeToString(edit(slices.Clone(raw)))}
	}
	changes := []change{
		row("drop row", func(r []byte) []byte { return r[size:] }),
		row("double row", func(r []byte) []byte { return append(r, r[:size]...) }),
		row("cut row", func(r []byte) []byte { return r[:len(r)-1] }),
		row("other kind", func(r []byte) []byte { r[0] ^= 3; return r }),
	}
	for at := 1; at < size; at++ {
		changes = append(changes, row(fmt.Sprintf("bit of row byte %d", at), func(r []byte) []byte { r[at] ^= 1; return r }))
	}
	if len(raw) > size {
		changes = append(changes, row("swap rows", func(r []byte) []byte {
			return slices.Concat(r[size:2*size], r[:size], r[2*size:])
		}))
	}
	return changes
}

// resign signs a document again with the engine key.
func (s *sampler) resign(doc map[string]any) {
	doc["signature"] = hex.EncodeToString(ed25519.Sign(s.engine, bundleMessage(doc)))
}
