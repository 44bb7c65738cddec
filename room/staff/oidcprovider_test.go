package staff

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

const (
	clientID     = "fudai live" // a space: a header has it encoded
	clientSecret = "s3cret/+:"
)

// idp is a provider of OpenID Connect on loopback. It is as strict as the
// standard lets it be: every mistake of ours is an error, and a code is used up
// by the first try, whoever sends it.
type idp struct {
	t   *testing.T
	srv *httptest.Server

	mu      sync.Mutex
	at      time.Time
	keys    map[string]*ecdsa.PrivateKey // published, by kid
	kid     string                       // what signs
	away    bool
	methods []string // how a client may show its secret
	secret  string   // empty: a public client
	codes   map[string]url.Values
	calls   map[string]int // by path
	// claims are put into every ID token; nil takes one out.
	claims map[string]any
	// forge makes the token out of claims, instead of signing them.
	forge func(claims map[string]any) string
	// answer changes what goes back to the browser.
	answer func(back url.Values)
}

func newIDP(t *testing.T, at time.Time) *idp {
	p := &idp{t: t, at: at, keys: map[string]*ecdsa.PrivateKey{}, methods: []string{"client_secret_basic"}, secret: clientSecret,
		codes: map[string]url.Values{}, calls: map[string]int{}}
	p.rotate("one")
	mux := http.NewServeMux()
	for path, h := range map[string]http.HandlerFunc{"/.well-known/openid-configuration": p.discovery, "/keys": p.jwks, "/authorize": p.authorize, "/token": p.token} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.calls[path]++
			if p.away {
				http.Error(w, "away", http.StatusServiceUnavailable)
				return
			}
			h(w, r)
		})
	}
	p.srv = httptest.NewServer(mux)
	t.Cleanup(p.srv.Close)
	return p
}

// set changes the provider between two requests.
func (p *idp) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *idp) called(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[path]
}

// rotate publishes one new key alone, and signs with it.
func (p *idp) rotate(kid string) {
	clear(p.keys)
	p.kid, p.keys[kid] = kid, newKey(p.t)
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (p *idp) discovery(w http.ResponseWriter, _ *http.Request) {
	reply(w, 200, map[string]any{"issuer": p.srv.URL, "authorization_endpoint": p.srv.URL + "/authorize", "token_endpoint": p.srv.URL + "/token",
		"jwks_uri": p.srv.URL + "/keys", "id_token_signing_alg_values_supported": []string{"ES256", "HS256", "none"},
		"token_endpoint_auth_methods_supported": p.methods})
}

func (p *idp) jwks(w http.ResponseWriter, _ *http.Request) {
	keys := []any{}
	for kid, key := range p.keys {
		point, err := key.PublicKey.Bytes() // 4, x, y
		if err != nil {
			p.t.Error(err)
			return
		}
		keys = append(keys, map[string]string{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": b64(point[1:33]), "y": b64(point[33:])})
	}
	reply(w, 200, map[string]any{"keys": keys})
}

// authorize says yes at once, as where somebody is signed in already.
func (p *idp) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for name, want := range map[string]string{"client_id": clientID, "redirect_uri": site + "/v1/staff/oidc/back", "response_type": "code", "code_challenge_method": "S256"} {
		if q.Get(name) != want {
			p.t.Errorf("authorize: %s is %q, want %q", name, q.Get(name), want)
			http.Error(w, name, http.StatusBadRequest)
			return
		}
	}
	if len(q.Get("state")) < 22 || len(q.Get("nonce")) < 22 || len(q.Get("code_challenge")) != 43 || q.Get("state") == q.Get("nonce") {
		p.t.Errorf("authorize: state, nonce or challenge is weak: %v", q)
	}
	code := rand.Text()
	p.codes[code] = q
	back := url.Values{"code": {code}, "state": {q.Get("state")}}
	if p.answer != nil {
		p.answer(back)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// token trades a code, once, for an ID token.
func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		reply(w, 400, map[string]any{"error": "invalid_request"})
		return
	}
	asked := p.codes[r.PostForm.Get("code")]
	delete(p.codes, r.PostForm.Get("code"))
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	switch {
	case !p.knows(r):
		reply(w, 401, map[string]any{"error": "invalid_client"})
	case asked == nil, r.PostForm.Get("grant_type") != "authorization_code", r.PostForm.Get("redirect_uri") != asked.Get("redirect_uri"), b64(sum[:]) != asked.Get("code_challenge"):
		reply(w, 400, map[string]any{"error": "invalid_grant"})
	default:
		claims := map[string]any{"iss": p.srv.URL, "sub": "u-1", "aud": clientID, "iat": p.at.Unix(), "exp": p.at.Add(time.Minute).Unix(), "nonce": asked.Get("nonce"), "name": "安安"}
		maps.Copy(claims, p.claims)
		maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
		id := ""
		if p.forge != nil {
			id = p.forge(claims)
		} else {
			id = sign(p.t, p.keys[p.kid], p.kid, claims)
		}
		reply(w, 200, map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": id})
	}
}

// knows reports whether the client shows who it is in a way that is allowed.
func (p *idp) knows(r *http.Request) bool {
	user, pass, basic := r.BasicAuth()
	form := r.PostForm
	switch {
	case p.secret == "":
		return !basic && form.Get("client_id") == clientID && !form.Has("client_secret")
	case p.methods[0] == "client_secret_post":
		return !basic && form.Get("client_id") == clientID && form.Get("client_secret") == p.secret
	}
	return basic && user == url.QueryEscape(clientID) && pass == url.QueryEscape(p.secret) && !form.Has("client_secret")
}

// sign makes a JWS of ES256.
func sign(t *testing.T, key *ecdsa.PrivateKey, kid string, claims map[string]any) string {
	text := part(map[string]any{"alg": "ES256", "kid": kid}) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Error(err)
		return ""
	}
	var sig [64]byte
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return text + "." + b64(sig[:])
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func part(v map[string]any) string {
	text, _ := json.Marshal(v) // maps of texts and numbers
	return b64(text)
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
