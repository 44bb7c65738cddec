package rest

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

var parameter = regexp.MustCompile(`\{([a-z]+)\}`)

// Document is the OpenAPI 3.0 document of the routes.
func (a *API) Document() []byte {
	s := &schemas{all: object{}, types: map[string]reflect.Type{}}
	s.of(reflect.TypeFor[Error]())
	paths := object{}
	for i := range a.Routes {
		r := &a.Routes[i]
		path, _ := paths[r.Path].(object)
		if path == nil {
			path = object{}
			paths[r.Path] = path
		}
		path[strings.ToLower(r.Method)] = s.operation(r)
	}
	doc := object{
		"openapi": "3.0.3",
		"info":    object{"title": a.Title, "version": a.Version},
		"paths":   paths,
		"components": object{
			"schemas":         s.all,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
		},
	}
	b, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		panic("rest: internal error: " + err.Error()) // maps, strings and examples that are values of ours
	}
	return b
}

func (s *schemas) operation(r *Route) object {
	op := object{"summary": r.Summary, "tags": []string{r.Tag}, "operationId": operationID(r), "responses": s.responses(r)}
	if r.Do != Public {
		op["security"] = []any{object{"token": []any{}}}
		op["x-permission"] = r.Do
	}
	parameters := []any{}
	for _, m := range parameter.FindAllStringSubmatch(r.Path, -1) {
		parameters = append(parameters, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, p := range r.Query {
		schema := object{"type": p.Type}
		if len(p.Enum) > 0 {
			schema["enum"] = p.Enum
		}
		parameters = append(parameters, object{"name": p.Name, "in": "query", "description": p.Doc, "schema": schema})
	}
	if _, ok := r.Out.(Versioned); ok && r.Method == http.MethodPut {
		parameters = append(parameters, object{"name": "If-Match", "in": "header", "schema": object{"type": "string"},
			"description": "The ETag of the version that is changed. If there is a newer one, this is refused with 412, which says whose it is; without the header it is overwritten."})
	}
	if len(parameters) > 0 {
		op["parameters"] = parameters
	}
	switch {
	case r.In != nil:
		content := object{"schema": s.of(reflect.TypeOf(r.In))}
		if r.Example != nil {
			content["example"] = r.Example
		}
		op["requestBody"] = object{"required": true, "content": object{"application/json": content}}
	case r.InMedia != "":
		op["requestBody"] = object{"required": true, "content": object{r.InMedia: object{"schema": object{"type": "string"}}}}
	}
	return op
}

func (s *schemas) responses(r *Route) object {
	status := r.Status
	if status == 0 {
		status = http.StatusOK
	}
	content := object{}
	switch {
	case r.Media != "":
		content[r.Media] = object{"schema": object{"type": "string"}}
	case r.Out != nil:
		content["application/json"] = object{"schema": s.of(reflect.TypeOf(r.Out))}
	}
	refused := object{"description": "Refused: everything that is wrong, at once.",
		"content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/Error"}}}}
	return object{strconv.Itoa(status): object{"description": http.StatusText(status), "content": content}, "default": refused}
}

// operationID is getStudioShopsId of GET /v1/studio/shops/{id}.
func operationID(r *Route) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(r.Method))
	for _, part := range strings.FieldsFunc(strings.TrimPrefix(r.Path, "/v1"), func(c rune) bool { return strings.ContainsRune("/{}-.", c) }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
