package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

func jsonKind() Kind {
	return Kind{
		Name:    "json",
		Doc:     "Passes when the text is one JSON value; with fenced: true, also when the only fenced code block in it is.",
		Example: "json: {fenced: true}",
		Schema:  `{"anyOf": [{"const": true}, {"type": "object", "properties": {"fenced": {"type": "boolean"}}, "required": ["fenced"], "additionalProperties": false}]}`,
		Parse:   parseJSON,
	}
}

func parseJSON(p *Parser, n *spec.Node) Check {
	switch n.Kind {
	case spec.Bool:
		if n.Value != "true" {
			p.add(diag.BadValue, n.Range, "json can't be false", "That a text is no JSON is - not: {json: true}.")
			return nil
		}
		return textRule(isJSON{})
	case spec.Map:
	default:
		p.wrongType(n, "true or {fenced: true}")
		return nil
	}
	o := p.Object(n)
	o.Reserve("schema", "path")
	o.Require("fenced")
	rule := isJSON{fenced: o.Bool("fenced")}
	o.Close()
	return textRule(rule)
}

// isJSON wants one JSON value (RFC 8259) and nothing behind it but white space.
// An object may have equal names.
type isJSON struct{ fenced bool }

func (j isJSON) Holds(s *Subject) (bool, error) {
	text, err := s.Target()
	if err != nil {
		return false, err
	}
	if json.Valid([]byte(text)) {
		return true, nil
	}
	if !j.fenced {
		return false, nil
	}
	block, n := fencedBlocks(text)
	return n == 1 && json.Valid([]byte(block)), nil
}

func (j isJSON) Describe(s *Subject) (expected, actual string) {
	expected = s.TargetName() + " is one JSON value"
	if j.fenced {
		expected += ", or its only fenced block is"
	}
	return expected, s.actual()
}

// Remark says where the text stops to be JSON.
func (j isJSON) Remark(s *Subject) string {
	text, shown := s.shownTarget()
	if !shown {
		return ""
	}
	if !j.fenced {
		return jsonFault(text)
	}
	switch block, n := fencedBlocks(text); n {
	case 0:
		return both(jsonFault(text), "it has no fenced block")
	case 1:
		return "in the fenced block: " + jsonFault(block)
	default:
		return fmt.Sprintf("it has %d fenced blocks", n)
	}
}

// jsonFault says why a text is no JSON value, and where.
func jsonFault(text string) string {
	if strings.TrimSpace(text) == "" {
		return "the text is empty"
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	var value json.RawMessage
	err := decoder.Decode(&value)
	var wrong *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "it ends in the middle of a value"
	case errors.As(err, &wrong):
		return wrong.Error() + place(text, int(wrong.Offset)-1)
	case err != nil:
		return err.Error()
	}
	end := int(decoder.InputOffset())
	end += len(text[end:]) - len(strings.TrimLeft(text[end:], " \t\r\n"))
	if end == len(text) {
		return ""
	}
	return "something follows the value" + place(text, end)
}

// place says where a byte of a text stands.
func place(text string, offset int) string {
	offset = min(max(offset, 0), len(text))
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	return fmt.Sprintf(" at line %d, column %d", 1+strings.Count(text[:offset], "\n"), 1+graphemes(text[start:offset]))
}

// fencedBlocks finds code blocks as CommonMark fences them: three or more
// backticks or tildes, closed by as many or by the end of the text. It gives
// the content of the first and the number of all.
func fencedBlocks(text string) (first string, n int) {
	fence, start, content := "", 0, ""
	for at := 0; at < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		mark, info, isFence := fenceOf(text[at:end])
		switch {
		case fence == "" && isFence:
			fence, start = mark, end
		case fence != "" && isFence && info == "" && strings.HasPrefix(mark, fence):
			fence, content = "", text[start:at]
			if n++; n == 1 {
				first = content
			}
		}
		at = end
	}
	if fence == "" {
		return first, n
	}
	if n++; n == 1 {
		first = text[start:]
	}
	return first, n
}

// fenceOf reads a line that opens or closes a block.
func fenceOf(line string) (mark, info string, ok bool) {
	rest := strings.TrimLeft(line, " ")
	if len(line)-len(rest) > 3 || rest == "" || rest[0] != '`' && rest[0] != '~' {
		return "", "", false
	}
	mark = rest[:len(rest)-len(strings.TrimLeft(rest, rest[:1]))]
	info = strings.TrimSpace(rest[len(mark):])
	if len(mark) < 3 || mark[0] == '`' && strings.Contains(info, "`") {
		return "", "", false
	}
	return mark, info, true
}
