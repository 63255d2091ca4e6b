package agentui

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// describeAPI writes the OpenAPI description of the /api routes from the
// route table and the structs, so that it cannot say anything else than the
// program does.
func describeAPI(table []route) ([]byte, error) {
	d := describer{schemas: map[string]any{}}
	paths := map[string]map[string]any{}
	for _, r := range table {
		if !strings.HasPrefix(r.path, "/api/") {
			continue
		}
		if paths[r.path] == nil {
			paths[r.path] = map[string]any{}
		}
		paths[r.path][strings.ToLower(r.method)] = d.operation(r)
	}
	return json.Marshal(map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Sahut", "version": "1",
			"description": "Sign in with POST /api/v1/session and send its cookie; every other method than GET needs the header X-Sahut: 1. Fields may be added at any time.",
		},
		"paths": paths,
		"components": map[string]any{
			"schemas":         d.schemas,
			"securitySchemes": map[string]any{"session": map[string]any{"type": "apiKey", "in": "cookie", "name": cookieName(true)}},
		},
	})
}

type describer struct{ schemas map[string]any }

var pathParameter = regexp.MustCompile(`\{([a-z]+)\}`)

func (d *describer) operation(r route) map[string]any {
	op := map[string]any{"summary": r.doc, "x-role": r.rights.String()}
	var parameters []any
	for _, m := range pathParameter.FindAllStringSubmatch(r.path, -1) {
		parameters = append(parameters, map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	for _, q := range r.query {
		name, doc, _ := strings.Cut(q, ": ")
		parameters = append(parameters, map[string]any{"name": name, "in": "query", "description": doc, "schema": map[string]any{"type": "string"}})
	}
	if unsafeMethod(r.method) {
		parameters = append(parameters, map[string]any{"name": "X-Sahut", "in": "header", "required": true, "schema": map[string]any{"const": "1"}})
	}
	if parameters != nil {
		op["parameters"] = parameters
	}
	if r.in != nil || r.inType != "" {
		op["requestBody"] = map[string]any{"required": true, "content": d.content(r.in, r.inType)}
	}
	done := map[string]any{"description": "Done."}
	if r.out != nil || r.outType != "" {
		done["content"] = d.content(r.out, r.outType)
	}
	op["responses"] = map[string]any{
		"2XX":     done,
		"default": map[string]any{"description": "Refused; see code and detail.", "content": d.content(Problem{}, "application/problem+json")},
	}
	if r.rights != anyone {
		op["security"] = []any{map[string]any{"session": []any{}}}
	}
	return op
}

func (d *describer) content(v any, mediaType string) map[string]any {
	switch {
	case v == nil:
		return map[string]any{mediaType: map[string]any{}}
	case mediaType == "":
		mediaType = "application/json"
	}
	return map[string]any{mediaType: map[string]any{"schema": d.schema(reflect.TypeOf(v))}}
}

// schema describes a type; structs by a reference to their own description.
func (d *describer) schema(t reflect.Type) map[string]any {
	switch {
	case t.Kind() == reflect.Pointer:
		return d.schema(t.Elem())
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return map[string]any{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice, reflect.Array:
		return map[string]any{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.Struct:
		return d.object(t)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return map[string]any{"type": "integer"}
	}
	return map[string]any{}
}

func (d *describer) object(t reflect.Type) map[string]any {
	name := t.Name()
	if pkg := t.PkgPath(); pkg != reflect.TypeFor[Me]().PkgPath() {
		name = pkg[strings.LastIndexByte(pkg, '/')+1:] + "." + name
	}
	ref := map[string]any{"$ref": "#/components/schemas/" + name}
	if _, known := d.schemas[name]; known {
		return ref
	}
	properties, required := map[string]any{}, []string{}
	d.schemas[name] = nil // a type that holds itself ends here
	for _, f := range reflect.VisibleFields(t) {
		field, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || field == "-" || (f.Anonymous && field == "") {
			continue
		}
		if field == "" {
			field = f.Name
		}
		properties[field] = d.schema(f.Type)
		if !strings.Contains(options, "omitempty") {
			required = append(required, field)
		}
	}
	slices.Sort(required)
	d.schemas[name] = map[string]any{"type": "object", "properties": properties, "required": required}
	return ref
}

// String names who has the rights: the least role, or office for supervisors and
// admins. supervisor is without admins.
func (r rights) String() string {
	switch r {
	case anyone:
		return "anyone"
	case volunteers:
		return string(Volunteer)
	case office:
		return "office"
	case supervisors:
		return string(Supervisor)
	case admins:
		return string(Admin)
	}
	return fmt.Sprintf("nobody (%d)", int(r))
}
