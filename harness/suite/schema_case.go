package suite

import "math"

func (b *schemaBuilder) caseSchema() schema {
	reason := schema{"type": []any{"string", "number"}}
	s := b.object("A case: a conversation, and what is expected.", fields{
		"name":          b.name("Unique in its suite."),
		"description":   b.text(""),
		"tags":          b.names("Names to select the case by."),
		"skip":          reason,
		"known_failure": reason,
		"live":          schema{"type": "boolean", "description": "false: never asked of a real provider."},
		"provider":      b.names("Who is asked; of a list, each."),
		"params":        b.params(),
		"request":       b.request(),
		"inherit":       schema{"type": "boolean", "description": "false: take nothing from suite and defaults."},
		"for_each":      b.forEach(),
		"rows":          schema{"type": "string", "pattern": `[.]([cC][sS][vV]|[jJ][sS][oO][nN][lL]?|[nN][dD][jJ][sS][oO][nN]|[yY][aA]?[mM][lL])$`, "description": "A CSV, JSON, JSONL or YAML file, a row an instance."},
		"key":           schema{"type": "string", "pattern": `[$%]\{`, "description": "Names each row: ${each.value.id}."},
		"samples":       b.integer(1, maxSamples, "Ask the whole conversation so many times."),
		"pass":          b.integer(1, maxSamples, "So many samples must pass."),
		"on_failure":    schema{"enum": []any{"", "stop", "continue"}},
		"total":         b.total(),
		"expect":        b.expect(),
		"conversation":  schema{"type": "array", "minItems": 1, "items": schema{"$ref": "#/definitions/turn"}},
	}, "name", "conversation")
	s["allOf"] = []any{
		schema{"not": schema{"required": []any{"for_each", "rows"}, "properties": fields{"for_each": notNull(), "rows": notNull()}}},
		schema{
			"if":   schema{"required": []any{"rows"}, "properties": fields{"rows": notNull()}},
			"then": schema{"required": []any{"key"}, "properties": fields{"key": notNull()}},
		},
	}
	return s
}

func (b *schemaBuilder) forEach() schema {
	return schema{
		"description": "A list, a map, or an expression that gives one.",
		"anyOf": []any{
			schema{"type": "array", "minItems": 1},
			schema{"type": "object", "minProperties": 1},
			schema{"type": "string", "pattern": `[$%]\{`},
		},
	}
}

func (b *schemaBuilder) total() schema {
	s := b.object("Bounds on the whole conversation.", fields{
		"credits": b.object("", fields{"max": b.decimal("Credits.")}, "max"),
		"latency": b.object("", fields{"max": b.duration("Such as 20s.")}, "max"),
		"tokens":  b.object("", fields{"max": b.integer(1, math.MaxInt32, "Input and output.")}, "max"),
	})
	s["minProperties"] = 1
	return s
}

// turn has exactly one role. A role that is not null is required by oneOf.
func (b *schemaBuilder) turn() schema {
	s := b.object("A turn: exactly one of system, user, assistant, history.", fields{
		"ask":     schema{"type": "boolean", "description": "false: send it as history, and ask nothing."},
		"name":    b.nonEmpty("Names the turn in addresses."),
		"capture": b.mapOf(b.capture(), nameOnly),
		"params":  b.params(),
		"request": b.request(),
		"expect":  b.expect(),
	})
	properties := s["properties"].(fields)
	var one []any
	for _, role := range []Role{System, User, Assistant} {
		properties[string(role)] = b.content()
		one = append(one, schema{"required": []any{role}})
	}
	properties[string(History)] = b.history()
	s["oneOf"] = append(one, schema{"required": []any{History}})
	return s
}

func (b *schemaBuilder) content() schema {
	file := b.object("", fields{
		"file": b.nonEmpty("A prompt file."), "template": schema{"type": "boolean"},
		"vars": b.mapOf(b.text(""), `^[A-Za-z_][A-Za-z0-9_-]*([.][A-Za-z_][A-Za-z0-9_-]*)*$`), "delimiters": schema{"type": "string", "pattern": `^\s*\S+\s+\S+\s*$`},
	}, "file")
	part := b.object("", fields{"text": b.nonEmpty("")}, "text")
	return schema{"anyOf": []any{
		b.nonEmpty(""),
		b.object("", fields{"raw": b.nonEmpty("Sent as it stands.")}, "raw"),
		file,
		schema{"type": "array", "minItems": 1, "items": part},
	}}
}

func (b *schemaBuilder) history() schema {
	part := b.object("", fields{"text": b.nonEmpty(""), "type": schema{"const": "text"}}, "text")
	content := schema{"anyOf": []any{b.nonEmpty(""), schema{"type": "array", "minItems": 1, "items": part}}}
	message := b.object("", fields{"role": {"enum": []any{System, User, Assistant}}, "content": content}, "role", "content")
	return schema{"anyOf": []any{
		schema{"type": "string", "pattern": `[$%]\{`},
		b.object("", fields{"file": b.nonEmpty("A JSON or YAML file of messages.")}, "file"),
		schema{"type": "array", "minItems": 1, "items": message},
	}}
}

func (b *schemaBuilder) capture() schema {
	text := schema{"type": "string", "pattern": `[$%]\{`}
	regex := b.object("", fields{"regex": b.nonEmpty("An RE2 pattern."), "group": b.integer(0, 1000, "0 is the whole match.")}, "regex")
	header := b.object("", fields{"header": schema{"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}}, "header")
	return schema{"anyOf": []any{text, regex, header}}
}
