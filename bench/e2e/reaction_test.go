package e2e

import (
	"strings"
	"testing"
	"time"
)

// stall is a shop of its own with one room, where a giveaway is a call away.
type stall struct {
	n               *node
	svc, shop, room string
}

func (n *node) openStall() *stall {
	n.t.Helper()
	s := &stall{n: n, svc: n.token("svc", "service"), room: newRoom(n.t)}
	s.shop = "s-" + strings.ToLower(s.room)
	n.ask(s.svc, "POST", "/v1/studio/shops", map[string]any{"id": s.shop, "name": "测试店", "profile": "cn-2020", "zone": "Asia/Shanghai", "organiser": "某公司", "contact": "400", "approval": map[string]any{"mode": "none"}}, nil)
	n.ask(s.svc, "POST", "/v1/studio/rooms", map[string]any{"id": s.room, "shop": s.shop, "title": "测试间"}, nil)
	n.ask(s.svc, "POST", "/v1/studio/prizes", map[string]any{"id": "c-" + s.shop, "shop": s.shop, "title": "现金", "kind": "cash", "valueFen": 0}, nil)
	n.ask(s.svc, "POST", "/v1/studio/budgets", map[string]any{"id": "b-" + s.shop, "shop": s.shop, "title": "预算", "fen": 100_000}, nil)
	return s
}

// packet drafts a red packet that opens three seconds after it is scheduled.
func (s *stall) packet() (id string) {
	s.n.t.Helper()
	var g struct{ ID string }
	s.n.ask(s.svc, "POST", "/v1/studio/giveaways", map[string]any{"room": s.room, "draft": map[string]any{"kind": "packet", "title": "红包", "trigger": map[string]any{"on": "now"},
		"noticeMs": 3000, "openMs": 40_000, "budget": "b-" + s.shop, "prizes": []map[string]any{{"prize": "c-" + s.shop, "qty": 2,
			"split": map[string]any{"mode": "double-mean", "total": 100, "min": 1, "max": 0, "underfill": "return"}}}}}, &g)
	return g.ID
}

func (s *stall) schedule(id string) {
	s.n.ask(s.svc, "POST", "/v1/studio/giveaways/"+id+"/schedule", nil, nil)
}

// reads waits until the studio has read in the log that it is open. It reads the
// log from the beginning, viewers hear of it sooner; and what is announced for
// all it knows, it asks the room to cancel, which an open one no longer is.
func (s *stall) reads(id string) {
	s.n.t.Helper()
	wait(s.n.t, patience, "the studio to read that "+id+" is open", func() bool {
		var g struct{ State string }
		s.n.ask(s.svc, "GET", "/v1/studio/giveaways/"+id, nil, &g)
		return g.State == "open"
	})
}

// opened waits until a viewer is told that it is open, and answers the epoch.
func (v *viewer) opened(event string) (epoch string) {
	v.t.Helper()
	v.until(event+" to open", func(m *message) bool {
		for _, it := range append(m.Items, m.Gives...) {
			if it.Event == event && it.State == "open" {
				epoch = it.Epoch
			}
		}
		return epoch != ""
	})
	return epoch
}

// enters makes an entry as a script of the wire would, and answers what came of it.
func (v *viewer) enters(event, epoch string) code {
	v.t.Helper()
	v.send(map[string]any{"op": "enter", "id": event, "event": event, "nonce": nonce(v.key(), event, epoch)})
	return v.reply("out", event).Code
}

func (v *viewer) key() string {
	v.t.Helper()
	return v.until("hello", func(m *message) bool { return m.Op == "hello" }).Key
}

// Who enters the moment the opening arrives is a sign, and who takes the time of
// a person is none: both are in, and the shop sees a number. Who came when it was
// open already, and who enters by POST, were not measured.
func TestFastEntries(t *testing.T) {
	n := start(t, t.TempDir())
	s := n.openStall()
	bot, person := n.join(s.room, n.token("bot", "viewer")), n.join(s.room, n.token("person", "viewer"))
	posts := n.join(s.room, n.token("posts", "viewer"))
	key := posts.key()
	posts.close()
	// A machine that is busy may read the bot's entry late, which makes it slower and
	// nobody faster: a few packets, of which one must show it.
	for range 10 {
		id := s.packet()
		s.schedule(id)
		epoch := bot.opened(id)
		if got := bot.enters(id, epoch); got != "entered" {
			t.Fatalf("the bot is %s", got)
		}
		person.opened(id)
		time.Sleep(300 * time.Millisecond) // what a person takes
		if got := person.enters(id, epoch); got != "entered" {
			t.Fatalf("the person is %s", got)
		}
		late := n.join(s.room, n.token("late", "viewer"))
		late.enters(id, late.opened(id))
		late.close()
		if code, _, body := n.post(n.token("posts", "viewer"), s.room, id, "", `{"id":"`+id+`","nonce":"`+nonce(key, id, epoch)+`"}`); code != 202 {
			t.Fatalf("post: %d %s", code, body)
		}
		var f struct {
			Entered int64
			Signs   struct{ Measured, Fast int64 }
		}
		wait(t, patience, "four to be in", func() bool {
			n.ask(s.svc, "GET", "/v1/studio/giveaways/"+id+"/funnel", nil, &f)
			return f.Entered == 4
		})
		if f.Signs.Measured != 2 || f.Signs.Fast > 1 {
			t.Fatalf("two saw it open: %+v", f)
		}
		if f.Signs.Fast == 1 {
			return
		}
		s.reads(id)
		n.ask(s.svc, "POST", "/v1/studio/giveaways/"+id+"/cancel", map[string]any{"reason": "测试"}, nil)
	}
	t.Error("ten times at once, and never fast")
}

// A decoy beside a running giveaway: a script of the wire enters it, is answered
// as who comes too late, has no receipt and shows up for the shop alone; the public
// never hears of it, and the next giveaway's list keeps the script out with its reason.
func TestDecoy(t *testing.T) {
	n := start(t, t.TempDir())
	s := n.openStall()
	id := s.packet()
	s.schedule(id)
	bot := n.join(s.room, n.token("bot", "viewer"))
	bot.opened(id)
	s.reads(id)
	var g struct{ Decoys []struct{ ID string } }
	n.ask(s.svc, "POST", "/v1/studio/giveaways/"+id+"/decoys", map[string]any{"title": "限时福袋"}, &g)
	decoy := g.Decoys[0].ID
	epoch := bot.opened(decoy)
	card := bot.until("its card", func(m *message) bool { return strings.Contains(string(m.raw), decoy) })
	if !strings.Contains(string(card.raw), `"hidden":true`) {
		t.Errorf("pages are not told to hide it: %s", card.raw)
	}
	if got := bot.enters(decoy, epoch); got != "closed" {
		t.Errorf("the decoy answers %s", got)
	}
	if status, b := n.get(n.token("bot", "viewer"), "/v1/rooms/"+s.room+"/giveaways/"+decoy+"/receipt"); status != 404 {
		t.Errorf("a receipt of a decoy: %d %s", status, b)
	}
	var found struct {
		Decoys []struct {
			N     int64
			Users []struct{ User string }
		}
	}
	wait(t, patience, "the shop to see it", func() bool {
		n.ask(s.svc, "GET", "/v1/studio/giveaways/"+id+"/suspects", nil, &found)
		return len(found.Decoys) == 1 && found.Decoys[0].N == 1 && len(found.Decoys[0].Users) == 1 && found.Decoys[0].Users[0].User == "bot"
	})
	if status, b := n.get("", "/v1/rules/"+decoy); status != 404 {
		t.Errorf("its rules: %d %s", status, b)
	}
	if _, told := bot.find(func(m *message) bool { return m.Op == "receipt" || m.Op == "result" && m.Event == decoy }); told {
		t.Error("the bot has a receipt or a result of it")
	}
	next := s.packet()
	n.ask(s.svc, "POST", "/v1/studio/giveaways/"+next+"/block", map[string]any{"sign": "decoy", "users": []string{"bot"}, "from": id}, nil)
	n.ask(s.svc, "DELETE", "/v1/studio/giveaways/"+id+"/decoys/"+decoy, nil, nil)
	n.ask(s.svc, "POST", "/v1/studio/giveaways/"+id+"/cancel", map[string]any{"reason": "测试"}, nil)
	bot.until("the end of the first", func(m *message) bool { return m.Op == "result" && m.Event == id })
	s.schedule(next)
	if got := bot.enters(next, bot.opened(next)); got != "entered" {
		t.Fatalf("at the door: %s", got)
	}
	n.ask(n.token("bot", "viewer"), "POST", "/v1/me/appeals", map[string]any{"event": next, "text": "我是人"}, nil)
	var queue struct{ Items []struct{ Block int } }
	n.ask(s.svc, "GET", "/v1/studio/appeals?shop="+s.shop, nil, &queue)
	if len(queue.Items) != 1 || queue.Items[0].Block != 902 {
		t.Errorf("the appeal: %+v", queue)
	}
}
