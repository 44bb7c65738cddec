package record

import (
	"reflect"
	"testing"
)

// What edges say is read as it was written, and so is what edges of the version
// before say, which did not tell who is behind.
func TestPresenceRoundTrip(t *testing.T) {
	want := Presence{Edge: 7, Whole: true, Rooms: []RoomPresence{
		{Room: "demo", Online: 1200, Slow: 25, Sketch: []byte("sketch")}, {Room: "side", Online: 1, Sketch: []byte{}}}}
	got, err := ParsePresence(AppendPresence(nil, &want))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v, want %+v", got, err, want)
	}
	old := []byte("\x01\x00\x00\x00\x00\x07\x04demo\x00\x00\x04\xb0\x00\x02hi")
	got, err = ParsePresence(old)
	if want := (Presence{Edge: 7, Rooms: []RoomPresence{{Room: "demo", Online: 1200, Sketch: []byte("hi")}}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("version 1: %+v %v", got, err)
	}
	for _, bad := range []string{"", "\x03\x00\x00\x00\x00\x07", "\x02\x00\x00\x00\x00\x07\x04demo\x00\x00\x04\xb0\x03\xe9\x00\x00", string(old[:len(old)-1])} {
		if p, err := ParsePresence([]byte(bad)); err == nil {
			t.Errorf("%q was read as %+v", bad, p)
		}
	}
}
