package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// Where staff have an address of their own they find their pages there, and
// viewers find what is theirs where they watch, and nothing of the staff's.
func TestStaffApart(t *testing.T) {
	at := freeAddress(t)
	n := start(t, t.TempDir(), "--staff-listen", at)
	staff := &node{t: t, addr: at, data: n.data}
	room, viewer, svc := newRoom(t), n.token("u", "viewer"), n.token("svc", "service")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if r, err := client.Get("http://" + at + "/"); err != nil || r.StatusCode != 302 || r.Header.Get("Location") != "/login" && !strings.HasSuffix(r.Header.Get("Location"), at+"/login") {
		t.Errorf("the staff's address leads to %v, %v", r, err)
	}
	for _, page := range []string{"/login", "/operator", "/studio", "/desk/" + room} {
		if status, body := staff.get("", page); status != 200 || !strings.Contains(body, "<html") {
			t.Errorf("staff: %s: %d", page, status)
		}
	}
	if code, body := staff.command(svc, room, "room", map[string]any{"title": "测试间"}); code != 202 {
		t.Errorf("staff: a command: %d %s", code, body)
	}
	if code, _ := n.command(svc, room, "room", map[string]any{"title": "测试间"}); code != 404 && code != 405 {
		t.Errorf("viewers' address: a command: %d", code)
	}
	for path, want := range map[string]int{
		"/v1/studio/shops": 404, "/v1/operator": 404, "/v1/rooms/" + room + "/view": 404, "/v1/rooms/" + room + "/history": 404,
		"/v1/me/history": 200, "/v1/me/prizes": 200,
	} {
		if status, body := n.get(viewer, path); status != want {
			t.Errorf("viewers' address: %s: %d %s", path, status, body)
		}
	}
	for _, of := range []*node{n, staff} {
		wait(t, patience, "word that there is no such proof", func() bool {
			status, body := of.get("", "/v1/rooms/"+room+"/bundle/e-none")
			return status == 404 && strings.Contains(body, `"code"`)
		})
	}
}
