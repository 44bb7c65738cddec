package rest

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// object is a JSON object of the document.
type object = map[string]any

var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	rawMessage    = reflect.TypeFor[json.RawMessage]()
)

// schemas gathers the named types of the document.
type schemas struct {
	all   object
	types map[string]reflect.Type
}

// of is the schema of a type: a reference where it is a struct with a name.
// Tags say what Go's types do not: doc, enum (with commas), min.
func (s *schemas) of(t reflect.Type) object {
	switch {
	case t.Kind() == reflect.Pointer:
		return s.of(t.Elem())
	case t == rawMessage:
		return object{"nullable": true}
	case t.Implements(textMarshaler) || reflect.PointerTo(t).Implements(textMarshaler):
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer", "format": "int64"}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "format": "byte"}
		}
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Interface:
		return object{}
	case reflect.Struct:
		return s.named(t)
	}
	panic(fmt.Sprintf("rest: internal error: no schema for %v", t))
}

func (s *schemas) named(t reflect.Type) object {
	name := nameOf(t)
	if other := s.types[name]; other != nil && other != t {
		panic(fmt.Sprintf("rest: internal error: %v and %v would both be called %s", other, t, name))
	}
	s.types[name] = t
	if _, known := s.all[name]; !known {
		s.all[name] = object{} // a type may hold itself
		s.all[name] = s.fields(t)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// nameOf is the type's name; List[studio.Shop] is ShopList.
func nameOf(t reflect.Type) string {
	name, inner, generic := strings.Cut(t.Name(), "[")
	if !generic {
		return name
	}
	inner = strings.TrimSuffix(inner, "]")
	return inner[strings.LastIndexAny(inner, "./")+1:] + name
}

func (s *schemas) fields(t reflect.Type) object {
	properties, required := object{}, []string{}
	s.gather(t, properties, &required)
	out := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func (s *schemas) gather(t reflect.Type, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case tag == "-" || !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && tag == "":
			s.gather(f.Type, properties, required)
			continue
		case tag == "":
			tag = f.Name
		}
		properties[tag] = s.field(f)
		if !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			*required = append(*required, tag)
		}
	}
}

func (s *schemas) field(f reflect.StructField) object {
	out := s.of(f.Type)
	doc, enum := f.Tag.Get("doc"), f.Tag.Get("enum")
	if _, isRef := out["$ref"]; isRef && doc != "" {
		out = object{"allOf": []any{out}}
	}
	if doc != "" {
		out["description"] = doc
	}
	if enum != "" {
		values := []any{}
		for _, v := range strings.Split(enum, ",") {
			values = append(values, v)
		}
		to := out
		if items, ok := out["items"].(object); ok {
			to = items
		}
		to["enum"] = values
	}
	return out
}
