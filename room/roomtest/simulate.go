package roomtest

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
)

// Rand is a small generator (splitmix64): a seed gives the same numbers in
// every version of Go.
type Rand uint64

// Next is the next number.
func (r *Rand) Next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// N is a number below n.
func (r *Rand) N(n int) int { return int(r.Next() % uint64(n)) }

// One reports true once in n times.
func (r *Rand) One(n int) bool { return r.N(n) == 0 }

var phrases = []string{"666", "哈哈哈", "first", "how much is it?", "有没有大码", "nice price", "I want it", "sku3 please",
	"call 13812345678", "maybe spam", "badword here", "主播好", "🌹🌹🌹", "冲冲冲"}

// Simulate draws a log of about n records from a seed: three rooms, chatty and
// quiet users, repeats of ids, floods of one text, likes, orders, facts, every
// command that changes a verdict, records that are none, Ticks of owners that
// lost the partition, and silences.
func Simulate(seed uint64, n int, cfg room.Config) *World {
	w := NewWorld(cfg)
	rnd := Rand(seed)
	rooms := []string{"demo", "side", "quiet"}
	w.Tick(200)
	for i := range n {
		roomName := rooms[min(rnd.N(6), 5)/2]
		user := fmt.Sprintf("u%d", rnd.N(40)*rnd.N(3))
		c := record.Comment{Kind: record.Say, Room: []byte(roomName), User: []byte(user), Name: []byte("n" + user), Role: record.Viewer}
		c.ID = fmt.Appendf(nil, "m%d", i-rnd.N(3)*rnd.N(2000)/(1+rnd.N(50)))
		c.Text = []byte(phrases[rnd.N(len(phrases))])
		if rnd.One(2) {
			c.Text = fmt.Appendf(c.Text, " %d", rnd.N(50))
		}
		c.Role = []record.Role{record.Viewer, record.Viewer, record.Viewer, record.Viewer, record.Viewer, record.Moderator, record.Host, record.Guest}[rnd.N(8)]
		if rnd.One(5) {
			c.Facts.Known, c.Facts.CreatedAt = record.FactCreated, Epoch+w.Now-int64(rnd.N(2_000_000))
		}
		if rnd.One(3) {
			c.Facts.Known, c.Facts.FollowedAt, c.Facts.FanLevel = record.FactFollow|record.FactFan, int64(rnd.N(2))*(Epoch-int64(rnd.N(100_000))), int64(rnd.N(30))
		}
		switch rnd.N(40) {
		case 0:
			w.Tick(200)
			continue
		case 1:
			w.Tick(int64(200 * rnd.N(30)))
			continue
		case 2:
			w.staff(&rnd, roomName, user)
			continue
		case 3:
			c.Kind, c.Count = record.Like, int64(1+rnd.N(20))
		case 4:
			c.Kind, c.Item, c.Count, c.Amount = record.Purchase, fmt.Appendf(nil, "sku%d", rnd.N(3)), 1, 990
		case 5:
			c.Kind, c.Item, c.Count = record.Gift, []byte("rose"), int64(1+rnd.N(9))
		case 6:
			c.Kind, c.Facts.Known = record.Fact, record.FactFollow
		case 7:
			c.Kind, c.Watch = record.Watched, []record.Watch{{User: c.User, Seconds: 30}, {User: []byte("u9"), Seconds: 60}}
		case 8:
			c.Kind = record.Join
		case 9:
			w.Append(Step{Comment: []byte(`{"kind":"say","room":"de`), Offset: w.next.comments})
			w.next.comments++
			continue
		case 10: // a Tick of an owner that lost the partition, or of nobody
			c = record.Comment{Kind: record.Tick}
			c.Marker = record.Marker{Epoch: w.epoch - uint64(rnd.N(2)), Owner: record.ID128{99}, Seq: 1 << 40, Now: 4_000_000_000_000}
			w.Cfg.Keys.SignMarker(&c, w.Cfg.Partition+int32(rnd.N(2)))
			w.Send(&c, "")
			continue
		}
		w.Send(&c, string(c.ID))
		w.Out.Reset()
	}
	w.Tick(200)
	w.Out.Reset()
	return w
}

// staff appends a command at random.
func (w *World) staff(rnd *Rand, roomName, user string) {
	n := rnd.N(16)
	say := func(kind, format string, args ...any) { w.Command(kind, roomName, fmt.Sprintf(format, args...)) }
	switch n {
	case 0:
		say(record.CtlMute, `{"user":%q,"seconds":%d,"reason":"x","ban":%v}`, user, rnd.N(30), rnd.One(4))
	case 1:
		say(record.CtlUnmute, `{"user":%q}`, user)
	case 2:
		say(record.CtlRoom, `{"slow_ms":%d,"unique":%v,"followers_ms":%d}`, 1000*rnd.N(3), rnd.One(3), -1+60_000*int64(rnd.N(4)/3))
	case 3:
		say(record.CtlRoom, `{"mute_all":%q,"closed":%v,"shield":%q}`, []string{"", "", "viewer"}[rnd.N(3)], rnd.One(6), []string{"auto", "auto", "on", "off"}[rnd.N(4)])
	case 4:
		action := []string{"hold", "block", "mask", "low"}[rnd.N(4)]
		yaml := "version: v" + user + "\nlists:\n  - id: a\n    category: ads\n    severity: 4\n    action: " + action + "\n    words: [maybe, badword]\n"
		data, _ := json.Marshal(record.RulesData{YAML: yaml, Stage: []string{record.StageEnforce, record.StageShadow, ""}[rnd.N(3)]})
		w.Command(record.CtlRules, []string{roomName, ""}[rnd.N(2)], string(data))
	case 5:
		w.Command(record.CtlRules, []string{roomName, ""}[rnd.N(2)], []string{`{}`, `{"stage":"promote"}`, `{"stage":"revert"}`, `{"stage":"drop"}`}[rnd.N(4)])
	case 6:
		say(record.CtlAttr, `{"name":"a%d","value":"v","delete":%v}`, rnd.N(3), rnd.One(3))
	case 7:
		say(record.CtlPin, `{"pin":"p%d","text":"t"}`, rnd.N(7))
	case 8:
		say(record.CtlUnpin, `{"pin":"p%d"}`, rnd.N(7))
	case 9:
		say(record.CtlVerdict, `{"offset":%d,"action":%q}`, w.next.comments-int64(rnd.N(60)), []string{"allow", "block", "low"}[rnd.N(3)])
	case 10:
		say(record.CtlRetract, `{"user":%q,"offsets":[%d],"reason":"x"}`, user, max(0, w.next.comments-int64(rnd.N(20))))
	case 12:
		say(record.CtlAnswer, `{"cluster":"q%d","text":%q,"spoken":%v,"to_room":%v,"pin":%v}`, 1+rnd.N(12), []string{"", "有的", "yes"}[rnd.N(3)], rnd.One(2), rnd.One(4), rnd.One(5))
	case 13:
		say(record.CtlQuestion, `{"cluster":"q%d","state":%q}`, 1+rnd.N(12), []string{"open", "onscreen", "dismissed", "gone"}[rnd.N(4)])
		switch rnd.N(4) { // by hand
		case 0:
			say(record.CtlQuestion, `{"cluster":"q%d","into":"q%d"}`, 1+rnd.N(12), 1+rnd.N(12))
		case 1:
			say(record.CtlQuestion, `{"cluster":"q%d","part":true}`, 1+rnd.N(12))
		case 2:
			say(record.CtlQuestion, `{"cluster":"q%d","out":%d}`, 1+rnd.N(12), max(0, w.next.comments-int64(rnd.N(30))))
		case 3:
			say(record.CtlPrompt, `{"text":%q}`, []string{"", "快到抽奖了"}[rnd.N(2)])
		}
	case 14:
		say(record.CtlCatalogue, `{"items":[{"item":"sku%d","link":%d,"price":%d,"sizes":["S","M"],"facts":{"delivery":"48 小时内"}}],"faq":[{"id":"f%d","questions":["how much is it?","多少钱"],"answer":"9.9"}]}`, rnd.N(3), 1+rnd.N(3), 100*rnd.N(50), rnd.N(3))
	case 15:
		say(record.CtlProduct, `{"item":"sku%d","title":"t","link":%d,"price":990}`, rnd.N(3), 1+rnd.N(3))
	case 11:
		say([]string{record.CtlShowStart, record.CtlShowEnd}[rnd.N(2)], `{"show":"s1"}`)
	}
}

// Verdicts names the final outcomes that do not depend on the display, one a
// line, for comparing runs.
func Verdicts(out *room.Out, lines *strings.Builder) {
	for _, o := range out.Outcomes {
		if o.Code != record.Retracted {
			fmt.Fprintf(lines, "%d %s %d %d\n", o.Offset, o.Code, o.Detail, o.Retry)
		}
	}
}
