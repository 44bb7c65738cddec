package staff

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/cloudwego/hertz/pkg/common/ut"
)

const site = "https://live.example" // of https, so that cookies are Secure

// surfer is a browser that goes where it is sent, between us and the provider,
// and keeps cookies by their rules.
type surfer struct {
	t    *testing.T
	http *http.Client
	jar  *cookiejar.Jar
	set  map[string]string // the last Set-Cookie of each name
}

// streets lead to us without a network and to everybody else over it.
type streets struct {
	h *house
	s *surfer
}

func (h *house) surfer() *surfer {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	s := &surfer{t: h.t, jar: jar, set: map[string]string{}}
	s.http = &http.Client{Jar: jar, Transport: streets{h, s}, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == loginPage { // another part's page
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return s
}

func (st streets) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme+"://"+r.URL.Host != site {
		return http.DefaultTransport.RoundTrip(r)
	}
	var headers []ut.Header
	for name, values := range r.Header {
		headers = append(headers, ut.Header{Key: name, Value: strings.Join(values, "; ")})
	}
	w := ut.PerformRequest(st.h.h.Engine, r.Method, r.URL.RequestURI(), &ut.Body{Body: bytes.NewReader(nil)}, headers...)
	got := w.Result()
	out := &http.Response{StatusCode: w.Code, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(got.Body())), Request: r, ProtoMajor: 1, ProtoMinor: 1}
	got.Header.VisitAll(func(k, v []byte) {
		out.Header.Add(string(k), string(v))
		if name, _, _ := strings.Cut(string(v), "="); string(k) == "Set-Cookie" {
			st.s.set[name] = string(v)
		}
	})
	return out, nil
}

// open goes to an address of ours and answers how the way to the page for
// signing in ended: "" is in, and otherwise why not.
func (s *surfer) open(path string) (why string) {
	s.t.Helper()
	r, err := s.http.Get(site + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil || r.StatusCode != http.StatusSeeOther || to.Scheme+"://"+to.Host+to.Path != site+loginPage || r.Header.Get("Cache-Control") != "no-store" {
		s.t.Fatalf("%s ended at %s: %d %v, %v", path, r.Request.URL, r.StatusCode, r.Header, err)
	}
	return to.Query().Get("why")
}

// signIn goes to the provider and back.
func (s *surfer) signIn() (why string) {
	s.t.Helper()
	return s.open("/v1/staff/oidc")
}

// answered is what the page for signing in is told of the session.
type answered struct {
	Token string
	Who   Session
}

// token asks who is in, as the page does; nil: nobody.
func (s *surfer) token() *answered {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, site+"/v1/staff/token", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set(pageHeader, "login")
	got, err := s.http.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer got.Body.Close()
	var a answered
	switch err := json.NewDecoder(got.Body).Decode(&a); {
	case got.StatusCode == http.StatusUnauthorized:
		return nil
	case err != nil || got.StatusCode != http.StatusOK:
		s.t.Fatalf("token: %d, %v", got.StatusCode, err)
	}
	return &a
}

// cookies are the names of those that would go along to our addresses.
func (s *surfer) cookies() (all []string) {
	at, _ := url.Parse(site + cookiePath + "/token")
	for _, c := range s.jar.Cookies(at) {
		all = append(all, c.Name)
	}
	return all
}
