package suite

import (
	"encoding/json"
	"maps"
	"slices"
)

// Schema gives the JSON Schema (draft-07) of suite files. checks are the schemas
// of the checks' arguments by name; they may refer to #/definitions/expectation.
func Schema(checks map[string]string) []byte {
	b := newSchema(checks)
	suite := b.object("A suite: what a chat model must do.", fields{
		"suite":       b.name("The suite's name; the default is its path."),
		"description": b.text(""),
		"tags":        b.names("Names to select cases by."),
		"provider":    b.names("Who is asked; of a list, each."),
		"params":      b.params(),
		"variables":   b.mapOf(b.variable(), nameOnly),
		"locals":      b.mapOf(schema{}, nameOnly),
		"request":     b.request(),
		"expect":      b.expect(),
		"cases":       schema{"type": "array", "minItems": 1, "items": schema{"$ref": "#/definitions/case"}},
		"moved":       schema{"type": "array", "items": b.move()},
	}, "cases")
	return b.document(suite, "assay suite")
}

// ConfigSchema gives the JSON Schema (draft-07) of assay.yaml; checks as for Schema.
func ConfigSchema(checks map[string]string) []byte {
	b := newSchema(checks)
	config := b.object("The project's configuration.", fields{
		"version":   schema{"enum": []any{1, "1"}},
		"providers": b.mapOf(b.provider(), nameOnly),
		"defaults": b.object("What every suite starts from.", fields{
			"provider": b.names("Who is asked; of a list, each."), "tags": b.names("Tags of every case."),
			"params": b.params(), "request": b.request(), "expect": b.expect(),
		}),
		"variables": b.mapOf(b.object("A value for the suites' variables.", fields{
			"default": notNull(), "description": b.text(""),
		}, "default"), nameOnly),
		"expectations": b.mapOf(b.list(), nameOnly),
		"limits":       b.object("Bounds on a command.", fields{"credits": b.decimal("Credits that one command may spend.")}),
		"suites":       b.text("The folder of the suites."),
		"fixtures":     b.text("The folder of the recordings."),
		"reports":      b.text("The folder that reports are written to."),
	})
	return b.document(config, "assay.yaml")
}

// schema is a JSON Schema being built; fields are an object's keys.
type (
	schema map[string]any
	fields map[string]schema
)

const (
	nameOnly = `^[A-Za-z_][A-Za-z0-9_-]*$`
	anyName  = ``
	// decimalOnly is isDecimal.
	decimalOnly  = `^[0-9]+([.][0-9]+)?$`
	durationOnly = `^[+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(ns|us|µs|μs|ms|s|m|h)(([0-9]+([.][0-9]*)?|[.][0-9]+)(ns|us|µs|μs|ms|s|m|h))*$`
)

// schemaBuilder builds the parts that suites and the configuration share.
type schemaBuilder struct{ checks map[string]string }

func newSchema(checks map[string]string) *schemaBuilder { return &schemaBuilder{checks: checks} }

// document adds the definitions and gives the bytes.
func (b *schemaBuilder) document(s schema, title string) []byte {
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = title
	s["definitions"] = fields{"expectation": b.expectation(), "case": b.caseSchema(), "turn": b.turn()}
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return []byte("true\n") // a check's schema that is no JSON: all is accepted
	}
	return append(out, '\n')
}

// object describes a map. Keys that are not required may be null, as the loader
// takes null for absent.
func (b *schemaBuilder) object(doc string, keys fields, required ...string) schema {
	properties := make(fields, len(keys))
	for key, s := range keys {
		if slices.Contains(required, key) {
			properties[key] = s
		} else {
			properties[key] = orNull(s)
		}
	}
	s := schema{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	if doc != "" {
		s["description"] = doc
	}
	return s
}

// orNull also accepts null; the description stays where editors look for it.
func orNull(s schema) schema {
	if len(s) == 0 {
		return s
	}
	out := schema{"anyOf": []any{s, schema{"type": "null"}}}
	if doc, ok := s["description"]; ok {
		s = maps.Clone(s)
		delete(s, "description")
		out["anyOf"], out["description"] = []any{s, schema{"type": "null"}}, doc
	}
	return out
}

func notNull() schema { return schema{"not": schema{"type": "null"}} }

// text is any scalar: a plain number or bool is its source text.
func (b *schemaBuilder) text(doc string) schema {
	s := schema{"type": []any{"string", "number", "boolean"}}
	if doc != "" {
		s["description"] = doc
	}
	return s
}

func (b *schemaBuilder) nonEmpty(doc string) schema {
	s := b.text(doc)
	s["minLength"] = 1
	return s
}

func (b *schemaBuilder) name(doc string) schema {
	// Bools are names by their text; no number is.
	return schema{"type": []any{"string", "boolean"}, "pattern": nameOnly, "description": doc}
}

// names is a list of names, or one.
func (b *schemaBuilder) names(doc string) schema {
	one := schema{"type": []any{"string", "boolean"}, "pattern": nameOnly}
	return schema{"description": doc, "anyOf": []any{one, schema{"type": "array", "items": one, "uniqueItems": true}}}
}

func (b *schemaBuilder) mapOf(value schema, keys string) schema {
	s := schema{"type": "object", "additionalProperties": value}
	if keys != anyName {
		s["propertyNames"] = schema{"pattern": keys}
	}
	return s
}

func (b *schemaBuilder) params() schema {
	return schema{
		"type": "object", "description": "Extra fields of the request body. null removes what an outer level set.",
		"propertyNames": schema{"minLength": 1, "not": schema{"const": "messages"}},
		"properties":    fields{"stream": {"enum": []any{false, "false", nil}}},
	}
}

func (b *schemaBuilder) duration(doc string) schema {
	return schema{"type": "string", "pattern": durationOnly, "description": doc}
}

func (b *schemaBuilder) decimal(doc string) schema {
	return schema{"description": doc, "anyOf": []any{schema{"type": "number", "minimum": 0}, schema{"type": "string", "pattern": decimalOnly}}}
}

func (b *schemaBuilder) integer(low, high int, doc string) schema {
	return schema{"type": "integer", "minimum": low, "maximum": high, "description": doc}
}

func (b *schemaBuilder) list() schema {
	return schema{"type": "array", "items": schema{"$ref": "#/definitions/expectation"}}
}

func (b *schemaBuilder) expect() schema {
	s := b.list()
	s["description"] = "Expectations on every reply."
	return s
}

// expectation is a map with one check, or use, and what may stand beside it.
func (b *schemaBuilder) expectation() schema {
	properties := schema{
		"of":       schema{"type": "string", "minLength": 1, "description": "What is looked at: text, error, body, finish_reason, header.NAME, or a template."},
		"when":     schema{"type": []any{"string", "boolean"}, "description": "A condition: otherwise the expectation doesn't apply."},
		"severity": schema{"enum": []any{"error", "warn"}},
		"message":  b.text("What a failure says."),
		"use":      schema{"type": "string", "description": "A list of expectations from assay.yaml."},
	}
	one := []any{schema{"required": []any{"use"}, "maxProperties": 1}}
	for _, name := range slices.Sorted(maps.Keys(b.checks)) {
		properties[name] = json.RawMessage(b.checks[name])
		one = append(one, schema{"required": []any{name}})
	}
	return schema{"type": "object", "additionalProperties": false, "properties": properties, "oneOf": one}
}

func (b *schemaBuilder) request() schema {
	return b.object("Bends the HTTP request, to test the API itself.", fields{
		"api_key": b.text("Sent in place of the provider's own key; empty sends none."),
		"method":  schema{"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},
		"path":    b.text("A path below the base URL, with a leading slash."),
		"headers": schema{
			"type": "object", "additionalProperties": orNull(b.text("")),
			"propertyNames": schema{"pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},
		},
		"body":    b.text("Raw text in place of the built JSON."),
		"timeout": b.duration("How long to wait for the reply."),
	})
}

func (b *schemaBuilder) variable() schema {
	return b.object("An input.", fields{
		"type":        schema{"type": "string", "pattern": `^\s*((list|map)\s*\(\s*)*(string|number|bool)(\s*\))*\s*$`, "description": "string, number, bool, list(…) or map(…)."},
		"default":     schema{},
		"description": b.text(""),
		"sensitive":   schema{"type": "boolean", "description": "Its value is never shown."},
	})
}

func (b *schemaBuilder) move() schema {
	return b.object("A case was renamed.", fields{"from": b.nonEmpty("The old address."), "to": b.nonEmpty("The new address.")}, "from", "to")
}

func (b *schemaBuilder) provider() schema {
	return b.object("Who is asked.", fields{
		"kind":        b.text("segmind, openai."),
		"model":       b.text("The model's name at the API."),
		"base_url":    schema{"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://"},
		"api_key":     schema{"type": "string", "pattern": `^$|\$\{`, "description": "Such as ${env.SEGMIND_API_KEY}; never the key itself."},
		"params":      b.params(),
		"rate":        schema{"type": "string", "pattern": `^\s*[+]?[0-9]+\s*/\s*[smhd]\s*$`, "description": "Requests a second, minute, hour or day: 5/m."},
		"concurrency": b.integer(1, maxConcurrency, "Requests at once."),
		"timeout":     b.duration("How long to wait for a reply."),
		"retries":     b.integer(0, maxRetries, "How often to try again where that is safe."),
		"price": b.object("What calls cost, in credits.", fields{
			"call": b.decimal("One call."), "max_call": b.decimal("The greatest price of one call."),
			"shared": schema{"type": "boolean", "description": "true: others spend from the account too, so call, not the balance, says what a call cost."},
			"input":  b.decimal("A million input tokens."), "output": b.decimal("A million output tokens."),
		}),
	}, "kind", "model")
}
