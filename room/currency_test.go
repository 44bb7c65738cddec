package room_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// The money of the product on air is shown, outlives a takeover, and of a
// snapshot from before there were others it is CNY.
func TestProductCurrency(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true})
	w.Tick(200)
	shows := func(p *room.Partition) string {
		c, err := p.Copy("demo") // its catalogue has what was on air
		if err != nil {
			t.Fatal(err)
		}
		return string(c.Commands[len(c.Commands)-1].Data)
	}
	frames := func() string {
		var f room.Frames
		w.P.Flush(room.Flush{Seed: 1, Now: roomtest.Epoch + w.Now, Millis: 200}, &f)
		var all strings.Builder
		for i := range f.Frames {
			all.Write(f.Frames[i].Value)
		}
		return all.String()
	}
	w.Command(record.CtlProduct, "demo", `{"item":"mug","title":"Mug","price":1250,"currency":"GBP","facts":["lastfact"]}`)
	w.Command(record.CtlCard, "demo", `{"card":"c","kind":"coupon","title":"x","amount":500,"currency":"EUR"}`)
	if got := frames(); !strings.Contains(got, `"price":1250,"currency":"GBP"`) || !strings.Contains(got, `"amount":500,"currency":"EUR"`) || !strings.Contains(shows(w.P), `"currency":"GBP"`) {
		t.Errorf("%s\n%s", got, shows(w.P))
	}
	next := room.New(w.Cfg)
	if err := next.Restore(w.P.AppendSnapshot(nil)); err != nil || next.Hash() != w.P.Hash() {
		t.Fatalf("%v", err)
	}
	w.Out.Refused = nil
	w.Command(record.CtlProduct, "demo", `{"item":"mug","price":1,"currency":"JPY"}`)
	if len(w.Out.Refused) != 1 {
		t.Error("a price in yen was taken")
	}
	w.Command(record.CtlProduct, "demo", `{"item":"mug","title":"Mug","price":3900,"currency":"CNY","facts":["lastfact"]}`)
	if got := frames(); strings.Contains(got, "currency") || strings.Contains(shows(w.P), "currency") {
		t.Errorf("CNY is said: %s", got)
	}
	snap := w.P.AppendSnapshot(nil)
	at := bytes.Index(snap, []byte("lastfact")) + len("lastfact")
	if snap[at] != 0 {
		t.Fatal("the currency does not stand behind the facts")
	}
	old := append([]byte{13}, append(bytes.Clone(snap[1:at]), snap[at+1:]...)...)
	if err := next.Restore(old); err != nil || next.Hash() != w.P.Hash() {
		t.Errorf("a snapshot of version 13: %v", err)
	}
}
