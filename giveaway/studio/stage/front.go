package stage

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/ut"
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Front is an API as its callers meet it. Each answer is held against the
// document that the API gives of itself.
type Front struct {
	t      testing.TB
	server *server.Hertz
	Doc    *openapi3.T
	Used   map[string]bool // operations that were called and answered well
}

// NewFront mounts an API.
func NewFront(t testing.TB, api *rest.API) *Front {
	t.Helper()
	f := &Front{t: t, server: server.New(server.WithDisablePrintRoute(true)), Used: map[string]bool{}}
	api.Mount(f.server, "/v1/studio/openapi.json")
	var err error
	if f.Doc, err = openapi3.NewLoader().LoadFromData(api.Document()); err != nil {
		t.Fatal(err)
	}
	return f
}

// Send asks with a token, without one where it is empty.
func (f *Front) Send(token, method, path string, body []byte, headers ...string) (int, []byte) {
	f.t.Helper()
	status, answer := f.Ask(token, method, path, body, headers...)
	f.document(method, path, status, answer)
	return status, answer
}

// Ask is Send without a look into the document.
func (f *Front) Ask(token, method, path string, body []byte, headers ...string) (int, []byte) {
	var all []ut.Header
	if token != "" {
		all = append(all, ut.Header{Key: "Authorization", Value: "Bearer " + token})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		all = append(all, ut.Header{Key: headers[i], Value: headers[i+1]})
	}
	w := ut.PerformRequest(f.server.Engine, method, path, &ut.Body{Body: bytes.NewReader(body), Len: len(body)}, all...)
	return w.Code, w.Body.Bytes()
}

func (f *Front) document(method, path string, status int, body []byte) {
	f.t.Helper()
	path, _, _ = strings.Cut(path, "?")
	name, op := f.operation(method, path)
	if op == nil {
		f.t.Fatalf("%s %s is not in the document", method, path)
	}
	response := op.Responses.Status(status)
	if response == nil {
		if status < 400 {
			f.t.Fatalf("%s %s answered %d, the document knows no such success", method, path, status)
		}
		response = op.Responses.Default()
	} else {
		f.Used[method+" "+name] = true
	}
	media := response.Value.Content.Get("application/json")
	if media == nil || media.Schema.Value.Type.Is("string") {
		return
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		f.t.Fatalf("%s %s: %v\n%s", method, path, err, body)
	}
	if err := media.Schema.Value.VisitJSON(v); err != nil {
		f.t.Fatalf("%s %s answered %d with what the document does not say: %.400v\n%.400s", method, path, status, err, body)
	}
}

// operation finds what the document calls a path.
func (f *Front) operation(method, path string) (string, *openapi3.Operation) {
	parts, best := strings.Split(path, "/"), ""
	for name := range f.Doc.Paths.Map() {
		want := strings.Split(name, "/")
		same := len(want) == len(parts)
		for i := 0; same && i < len(want); i++ {
			same = want[i] == parts[i] || strings.HasPrefix(want[i], "{")
		}
		if same && f.Doc.Paths.Value(name).GetOperation(method) != nil && (best == "" || !strings.Contains(name, "{")) {
			best = name
		}
	}
	if best == "" {
		return "", nil
	}
	return best, f.Doc.Paths.Value(best).GetOperation(method)
}
