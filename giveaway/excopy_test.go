package giveaway

import (
	"reflect"
	"unsafe"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// copier makes deep copies, members that are not exported too, so that a state
// can be gone on from in several ways without a word about it in the package
// itself. What one thing is in the original is one thing in the copy.
type copier map[unsafe.Pointer]reflect.Value

// fixed are types whose values never change once they are made.
var fixed = map[reflect.Type]bool{}

func init() {
	for _, v := range []any{Finished{}, Plan{}, Config{}, record.Keys{}, record.Ledger{}, sim{}, drawproof.Result{}, drawproof.Close{},
		SealDecision{}, DrawDecision{}, VoidDecision{}} {
		fixed[reflect.TypeOf(v)] = true
	}
}

func copied[T any](from *T) *T {
	to := new(T)
	copier{}.copy(reflect.ValueOf(to).Elem(), reflect.ValueOf(from).Elem())
	return to
}

// copy gives to, which can be set, the value of from, which has an address.
func (c copier) copy(to, from reflect.Value) {
	t := from.Type()
	if flat(t) {
		to.Set(from)
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		if from.IsNil() || flat(t.Elem()) && fixed[t.Elem()] {
			to.Set(from)
			return
		}
		if done, ok := c[from.UnsafePointer()]; ok && done.Type() == t {
			to.Set(done)
			return
		}
		to.Set(reflect.New(t.Elem()))
		c[from.UnsafePointer()] = to
		c.copy(to.Elem(), from.Elem())
	case reflect.Slice:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeSlice(t, from.Len(), from.Len()))
		if flat(t.Elem()) {
			reflect.Copy(to, from)
			return
		}
		for i := range from.Len() {
			c.copy(to.Index(i), from.Index(i))
		}
	case reflect.Map:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeMapWithSize(t, from.Len()))
		for it := from.MapRange(); it.Next(); {
			old, fresh := reflect.New(t.Elem()).Elem(), reflect.New(t.Elem()).Elem()
			old.Set(it.Value())
			c.copy(fresh, old)
			to.SetMapIndex(it.Key(), fresh)
		}
	case reflect.Array:
		for i := range from.Len() {
			c.copy(to.Index(i), from.Index(i))
		}
	case reflect.Struct:
		for i := range t.NumField() {
			c.copy(open(to.Field(i)), open(from.Field(i)))
		}
	default: // interfaces and functions: hashes that are reset before each use, errors, the beacon's check
		to.Set(from)
	}
}

// open is a member as if it were exported.
func open(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
}

var flatTypes = map[reflect.Type]bool{}

// flat reports whether assigning a value copies it wholly.
func flat(t reflect.Type) bool {
	if fixed[t] {
		return true
	}
	known, ok := flatTypes[t]
	if ok {
		return known
	}
	is := true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
		is = false
	case reflect.Array:
		is = flat(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			is = is && flat(t.Field(i).Type)
		}
	}
	flatTypes[t] = is
	return is
}
