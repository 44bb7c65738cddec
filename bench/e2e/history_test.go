package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// What was said can be looked up with its fate and the reason, by staff and by
// who said it, over a kill; the chain holds; and it can be forgotten.
func TestHistory(t *testing.T) {
	data := t.TempDir()
	n := start(t, data)
	room := newRoom(t)
	user := "ann-" + room // on a shared cluster other tests have an ann too
	moderator, anns := n.token("mo", "moderator", room), n.token(user, "viewer")
	ann := n.join(room, anns)
	ann.say("a1", "有没有大码")
	ann.shown("有没有大码")
	ann.say("a2", "我这里招代理")
	ann.until("held", func(m *message) bool { return m.Op == "out" && m.ID == "a2" && m.Code == "held" })
	type row struct{ ID, User, Text, Code, Rule string }
	rows := func(token, path string) (all []row) {
		_, body := n.get(token, path)
		var doc struct{ Comments []row }
		_ = json.Unmarshal([]byte(body), &doc)
		return doc.Comments
	}
	told := func(token, path string) bool {
		all := rows(token, path)
		return len(all) == 2 && all[0].Code == "shown" && all[0].Text == "有没有大码" && all[1].Code == "held" && strings.HasPrefix(all[1].Rule, "ads")
	}
	wait(t, patience, "the history of the room", func() bool { return told(moderator, "/v1/rooms/"+room+"/history") })
	if all := rows(anns, "/v1/me/history"); len(all) != 2 {
		t.Errorf("ann sees of her own: %+v", all)
	}
	if status, _ := n.get(anns, "/v1/rooms/"+room+"/history"); status != 403 {
		t.Errorf("a viewer sees the room's history: %d", status)
	}
	n.kill()
	n = start(t, data)
	wait(t, patience, "the history after a kill", func() bool { return told(moderator, "/v1/rooms/"+room+"/history") })
	if _, body := n.get(moderator, "/v1/rooms/"+room+"/history?format=csv"); !strings.Contains(body, "有没有大码") || strings.Count(body, "\n") != 3 {
		t.Errorf("csv: %q", body)
	}
	if _, body := n.get(moderator, "/v1/rooms/"+room+"/history/report"); !strings.Contains(body, `"held"`) {
		t.Errorf("report: %s", body)
	}
	args := []string{"history", "verify", "--data", data}
	if out, err := run(t, append(args, kafkaFlags()...)...); err != nil || !strings.Contains(out, " 0 broken links") {
		t.Errorf("verify: %v\n%s", err, out)
	}
	req, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/history/forget", strings.NewReader(`{"user":"`+user+`"}`))
	req.Header.Set("Authorization", "Bearer "+n.token("platform", "service"))
	if r, err := http.DefaultClient.Do(req); err != nil || r.StatusCode != 200 {
		t.Fatalf("forget: %v %v", r, err)
	}
	if all := rows(moderator, "/v1/rooms/"+room+"/history"); len(all) != 2 || all[0].Text != "" || strings.Contains(all[0].User, user) {
		t.Errorf("after forgetting: %+v", all)
	}
}
