package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// Config says which other places the pages may reach.
type Config struct {
	// Connect lists further origins of edges and streams (CSP connect-src and
	// media-src), for instance "https://cdn.example.com". The own one always is.
	Connect []string
	// Frames lists the origins that may show the viewer page in a frame; the own
	// one always may.
	Frames []string
}

// File is one file of the built pages, ready to be written.
type File struct {
	Body   []byte
	Gzip   []byte // empty where gzip gains nothing
	Header map[string]string
}

// Pages holds the built pages in memory, compressed once. Static after New.
type Pages struct {
	files map[string]*File
}

// Trusted Types keep every text sink of the browser closed to strings. The one
// named policy makes addresses of workers, from constants of the build. A script
// that stands in the page itself is let in by its hash, no other one is.
func policy(c Config, page []byte) string {
	extra := strings.TrimSpace(strings.Join(c.Connect, " "))
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'" + inlined(page),
		"style-src 'self'",
		"font-src 'self'",
		"img-src 'self' https:",
		"connect-src " + strings.TrimSpace("'self' "+extra),
		"media-src " + strings.TrimSpace("'self' blob: "+extra),
		"worker-src 'self'",
		"manifest-src 'self'",
		"frame-ancestors " + strings.TrimSpace("'self' "+strings.Join(c.Frames, " ")),
		"base-uri 'none'",
		"form-action 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types fudai",
	}, "; ")
}

var inline = regexp.MustCompile(`(?s)<script>(.*?)</script>`)

// inlined are the hashes of a page's own scripts, each after a space.
func inlined(page []byte) (hashes string) {
	for _, m := range inline.FindAllSubmatch(page, -1) {
		sum := sha256.Sum256(m[1])
		hashes += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return hashes
}

// Validate reports every origin that could not stand in a header.
func (c Config) Validate() error {
	var bad []string
	for _, o := range append(append([]string{}, c.Connect...), c.Frames...) {
		if o == "" || strings.ContainsAny(o, " ;,\"'\r\n\t") {
			bad = append(bad, fmt.Sprintf("%q", o))
		}
	}
	if len(bad) > 0 {
		return fmt.Errorf("web: not an origin: %s", strings.Join(bad, ", "))
	}
	return nil
}

// New reads the embedded pages.
func New(c Config) (*Pages, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	p := &Pages{files: make(map[string]*File)}
	err := fs.WalkDir(dist, "dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		at := strings.TrimPrefix(name, "dist")
		var page []byte
		if path.Ext(at) == ".html" {
			page = body
		}
		p.files[at] = newFile(at, body, policy(c, page))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("web: read embedded pages: %w", err)
	}
	if p.files["/index.html"] == nil {
		return nil, fmt.Errorf("web: dist holds no index.html: run npm run build in web")
	}
	return p, nil
}

func newFile(at string, body []byte, csp string) *File {
	sum := sha256.Sum256(body)
	kind := mime.TypeByExtension(path.Ext(at))
	if strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "charset") {
		kind += "; charset=utf-8"
	}
	f := &File{Body: body, Header: map[string]string{
		"Content-Type":               kind,
		"ETag":                       `"` + hex.EncodeToString(sum[:12]) + `"`,
		"Content-Security-Policy":    csp,
		"X-Content-Type-Options":     "nosniff",
		"Referrer-Policy":            "strict-origin-when-cross-origin",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Permissions-Policy":         "camera=(), microphone=(), geolocation=(), payment=()",
		"Vary":                       "Accept-Encoding",
		"Cache-Control":              "no-cache",
	}}
	// A built asset's name holds its hash: it never changes.
	if strings.HasPrefix(at, "/assets/") {
		f.Header["Cache-Control"] = "public, max-age=31536000, immutable"
	}
	if small := compress(body); len(small) < len(body)*9/10 {
		f.Gzip = small
	}
	return f
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if _, err := w.Write(body); err != nil {
		return body
	}
	if err := w.Close(); err != nil {
		return body
	}
	return b.Bytes()
}

// Lookup answers the file for a request path: "/" and "/r/ROOM" are the viewer
// page, "/overlay/ROOM" the page that a streaming program lays over its picture,
// "/desk/ROOM" the host's desk, "/studio" the marketers' studio,
// "/login" where staff come in and "/operator" the operators' page behind it,
// "/verify/ROOM/EVENT" the check of one draw. Nil where there is none.
func (p *Pages) Lookup(at string) *File {
	switch {
	case at == "/" || isRoom(at, "/r/"):
		at = "/index.html"
	case isRoom(at, "/overlay/"):
		at = "/overlay.html"
	case isDraw(at):
		at = "/verify.html"
	case isRoom(at, "/desk/"):
		at = "/desk.html"
	case at == "/studio" || at == "/studio/":
		at = "/studio.html"
	case at == "/login" || at == "/operator":
		at = "/login.html"
	}
	return p.files[at]
}

// isDraw: ids of events are made of the same letters as those of rooms.
func isDraw(at string) bool {
	both, ok := strings.CutPrefix(at, "/verify/")
	room, event, two := strings.Cut(both, "/")
	return ok && two && isRoom(room, "") && isRoom(event, "")
}

func isRoom(at, under string) bool {
	room, ok := strings.CutPrefix(at, under)
	room = strings.TrimSuffix(room, "/")
	if !ok || room == "" || len(room) > 64 {
		return false
	}
	return strings.IndexFunc(room, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-')
	}) < 0
}

// ServeHTTP serves the pages by net/http; other servers use Lookup.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	f := p.Lookup(r.URL.Path)
	if f == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	for k, v := range f.Header {
		h.Set(k, v)
	}
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, f.Header["ETag"]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.Body
	if f.Gzip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.Gzip
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(http.StatusOK) // said aloud: behind a route of last resort the status stands at 404
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}
