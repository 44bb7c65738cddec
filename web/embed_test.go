package web

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func pages(t *testing.T) *Pages {
	t.Helper()
	p, err := New(Config{Connect: []string{"https://cdn.example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func get(p *Pages, at string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, at, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result()
}

func TestPathsOfTheViewer(t *testing.T) {
	p := pages(t)
	for at, want := range map[string]int{
		"/": 200, "/r/demo": 200, "/overlay/demo": 200, "/overlay/": 404, "/desk/demo": 200, "/desk/": 404, "/studio": 200, "/studio/": 200, "/studio/x": 404, "/r/a.b_c-9/": 200, "/favicon.svg": 200,
		"/verify/demo/bag-1": 200, "/verify/demo/bag-1/": 200, "/verify/demo": 404, "/verify/demo/": 404, "/verify//x": 404, "/verify/a/b/c": 404,
		"/r/": 404, "/r/a/b": 404, "/r/" + strings.Repeat("x", 65): 404, "/r/%2e%2e/x": 404,
		"/assets/none.js": 404, "/doc.go": 404, "/dist/index.html": 404,
	} {
		if got := get(p, at).StatusCode; got != want {
			t.Errorf("GET %s: %d, want %d", at, got, want)
		}
	}
}

func TestEveryAssetOfThePageIsThere(t *testing.T) {
	p := pages(t)
	page := string(p.Lookup("/").Body)
	refs := regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(refs) < 3 {
		t.Fatalf("the page names %d files, want script, style and icon", len(refs))
	}
	for _, ref := range refs {
		res := get(p, ref[1])
		if res.StatusCode != 200 {
			t.Errorf("%s: %d", ref[1], res.StatusCode)
		}
		if strings.HasPrefix(ref[1], "/assets/") && !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is not immutable", ref[1])
		}
	}
	if strings.Contains(page, "<style") || regexp.MustCompile(`<script [^>]*>[^<]`).MatchString(page) {
		t.Error("the page holds inline script or style, which the policy forbids")
	}
}

// What stands in a page itself runs by its hash; where nothing does, no hash is in the policy.
func TestScriptInAPageRunsByItsHash(t *testing.T) {
	p := pages(t)
	early := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindSubmatch(p.Lookup("/").Body)
	if early == nil {
		t.Fatal("the viewer page opens no connection before its script is there")
	}
	sum := sha256.Sum256(early[1])
	hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if csp := get(p, "/").Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self' "+hash+";") {
		t.Errorf("policy lacks %s: %s", hash, csp)
	}
	for _, at := range []string{"/desk/demo", "/studio", "/login", "/favicon.svg"} {
		if csp := get(p, at).Header.Get("Content-Security-Policy"); strings.Contains(csp, "sha256-") {
			t.Errorf("%s lets in a script that is not in it: %s", at, csp)
		}
	}
}

func TestPolicy(t *testing.T) {
	csp := get(pages(t), "/").Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "base-uri 'none'", "require-trusted-types-for 'script'",
		"connect-src 'self' https://cdn.example.com"} {
		if !strings.Contains(csp, want) {
			t.Errorf("policy lacks %q: %s", want, csp)
		}
	}
	for _, never := range []string{"unsafe-inline", "unsafe-eval", "*"} {
		if strings.Contains(csp, never) {
			t.Errorf("policy has %q", never)
		}
	}
	if _, err := New(Config{Frames: []string{"https://a; script-src *"}}); err == nil {
		t.Error("an origin that breaks out of the header was taken")
	}
}

func TestCompressedAndCached(t *testing.T) {
	p := pages(t)
	res := get(p, "/", "Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal("not compressed")
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil || string(body) != string(p.Lookup("/").Body) {
		t.Fatalf("compressed body differs: %v", err)
	}
	if got := get(p, "/", "If-None-Match", res.Header.Get("ETag")).StatusCode; got != 304 {
		t.Errorf("the same again: %d, want 304", got)
	}
}

// First load is the page, its script and its style; the player comes later.
func TestFirstLoadIsSmall(t *testing.T) {
	p := pages(t)
	total := len(p.Lookup("/").Gzip)
	for _, ref := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(string(p.Lookup("/").Body), -1) {
		total += len(p.Lookup(ref[1]).Gzip)
	}
	const most = 100 << 10
	if total > most {
		t.Errorf("first load is %d bytes compressed, want at most %d", total, most)
	}
	t.Logf("first load: %d bytes compressed", total)
}
