package e2e

import (
	"strings"
	"testing"
	"time"
)

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
