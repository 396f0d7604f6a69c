package check_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/provider"
)

func TestContains(t *testing.T) {
	unauthorized := refused(401, provider.Auth, "Missing x-api-key in header")
	try(t, []trial{
		{check: "contains: dogs", text: "I like dogs.", want: pass},
		{
			check: "contains: dogs", text: "I like Dogs.", want: fail,
			expected: `text contains "dogs"`, actual: `"I like Dogs." (12 characters)`,
		},
		{check: "contains: 3.10", text: "version 3.10", want: pass},
		{check: "contains: 3.10", text: "version 3.1", want: fail},
		{check: "contains: true", text: "it is true", want: pass},
		{check: "contains: ${var.word}", text: "dogs!", want: pass},
		{check: "contains: ${var.word}", text: "cats!", want: fail, expected: `text contains "dogs"`},
		{check: "contains: $${x}", text: "a ${x} b", want: pass},
		{check: "contains: ${var.empty}", text: "x", want: fault, reason: "came out empty"},
		{check: "contains: ${self.json.name}", text: "no json", want: fail, undecided: true},
		{check: "contains: ${capture.joke}", text: "so a dog walks in and", want: pass},
		{check: "contains: ${capture.lost}", text: "x", want: fail, undecided: true, reason: "the capture lost failed"},
		{check: "contains: ${var.secret}", text: "x", want: fail, expected: "text contains (sensitive:secret)"},
		// Replies are judged raw: composed and decomposed differ.
		{check: `contains: "caf\u00e9"`, text: "cafe\u0301", want: fail},
		{check: "contains: x-api-key", of: "error", reply: unauthorized, want: pass},
		{check: "contains: hello", reply: unauthorized, want: fail, reason: `the reply is an error: "auth: Missing x-api-key in header"`},
		{check: "contains: x", of: "error", text: "x", want: fail, undecided: true, reason: "the reply is no error"},
		{check: "contains: choices", of: "body", text: "x", want: pass},
		{check: "contains: sto", of: "finish_reason", text: "x", want: pass},
		{check: "contains: sto", of: "finish_reason", reply: unauthorized, want: fail, undecided: true, reason: "no finish_reason"},
		{check: "contains: json", of: "header.Content-Type", text: "x", want: pass},
		{check: "contains: json", of: "header.x-none", text: "x", want: fail, undecided: true, reason: "no header x-none"},
		{check: "contains: b", of: `'${regex("(?s)<answer>(.*)</answer>", self.text)[0]}'`, text: "a <answer>b</answer>", want: pass},
		{check: "contains: a", of: `'${regex("(?s)<answer>(.*)</answer>", self.text)[0]}'`, text: "a <answer>b</answer>", want: fail, actual: `"b" (1 character)`},
		{check: "contains: a", of: `'${regex("(?s)<answer>(.*)</answer>", self.text)[0]}'`, text: "a", want: fail, undecided: true},
		{check: "contains: a", of: "'${var.word.x}'", text: "a", want: fault},
	})
}

func TestIContains(t *testing.T) {
	try(t, []trial{
		{check: "icontains: DOGS", text: "I like dogs.", want: pass},
		{check: "icontains: cats", text: "I like dogs.", want: fail, expected: `text contains "cats" (ignoring case)`},
		{check: "icontains: ${var.word}", text: "DOGS", want: pass},
		{check: "icontains: straße", text: "STRAßE", want: pass},
		{check: "icontains: strasse", text: "straße", want: fail},  // simple folding, not full
		{check: `icontains: "\u212a"`, text: "ok", want: pass},     // Kelvin sign
		{check: "icontains: s", text: "\u017f", want: pass},        // long s
		{check: "icontains: i", text: "\u0130stanbul", want: fail}, /* İ folds to itself */
		{check: "icontains: σ", text: "ΟΔΟΣ", want: pass},
		{check: "icontains: ς", text: "ΟΔΟΣ", want: pass},
		{check: "icontains: 漢字", text: "これは漢字", want: pass},
		{check: "icontains: ä", text: strings.Repeat("x", 5000) + "Ä", want: pass},
	})
}

func TestContainsLists(t *testing.T) {
	try(t, []trial{
		{check: "contains_all: [cats, dogs]", text: "cats and dogs", want: pass},
		{
			check: "contains_all: [cats, dogs, '${var.number}']", text: "cats", want: fail,
			expected: `text contains all of "cats", "dogs", "7"`, reason: `missing: "dogs", "7"`,
		},
		{check: "contains_any: [cats, dogs]", text: "a dogs life", want: pass},
		{check: "contains_any: [cats, dogs]", text: "birds", want: fail, expected: `text contains any of "cats", "dogs"`},
		{check: "icontains_all: [CATS, Dogs]", text: "cats and dogs", want: pass},
		{check: "icontains_all: [CATS, Dogs]", text: "cats", want: fail, reason: `missing: "Dogs"`},
		{check: "icontains_any: [CATS]", text: "cats", want: pass},
		{check: "icontains_any: [CATS]", text: "dogs", want: fail, expected: `text contains any of "CATS" (ignoring case)`},
		{check: "contains_all: ${var.words}", text: "cats, dogs", want: pass},
		{check: "contains_all: ${var.words}", text: "cats", want: fail, expected: `text contains all of "cats", "dogs"`},
		{check: "contains_any: ${var.none}", text: "cats", want: fault, reason: "empty"},
		{check: "contains_any: ${var.word}", text: "cats", want: fault, reason: "no list"},
		{check: "contains_any: ['${var.empty}', x]", text: "cats", want: fault, reason: "empty"},
		{check: "contains_any: ${self.json}", text: `["a"]`, want: pass},
		{check: "contains_any: ${self.json}", text: `{"a": 1}`, want: fail, undecided: true},
		{check: "contains_any: ['${self.json.a}']", text: `x`, want: fail, undecided: true},
	})
}

func TestEquals(t *testing.T) {
	try(t, []trial{
		{check: "equals: 'Yes.'", text: "Yes.", want: pass},
		{check: "equals: 'Yes.'", text: "yes.", want: fail, expected: `text equals "Yes."`, reason: "differs only in case"},
		{check: "equals: 'Yes.'", text: "Yes.\n", want: fail, reason: "differs only in a final newline"},
		{check: "equals: 'Yes.'", text: " Yes. ", want: fail, reason: "differs only in white space at the ends"},
		{check: `equals: "caf\u00e9"`, text: "cafe\u0301", want: fail, reason: "differs only in Unicode normalisation"},
		{check: `equals: "a\nb"`, text: "a\r\nb", want: fail, reason: "differs only in line endings"},
		{check: `equals: "one\ntwo\nthree"`, text: "one\ntwö\nthree", want: fail, reason: `first difference at line 2, column 3: expected "o", got "ö"`},
		{check: `equals: "one\ntwo"`, text: "one", want: fail, reason: `first difference at line 1, column 4: expected "\n", got the end`},
		{check: `equals: ""`, text: "", want: pass},
		{check: `equals: ""`, text: "x", want: fail},
		{check: "equals: ${var.empty}", text: "", want: pass},
		{check: "equals: ${self.json.x}", text: "", want: fail, undecided: true},
		{check: "iequals: YES", text: "yes", want: pass},
		{check: "iequals: YES", text: "no", want: fail, expected: `text equals "YES" (ignoring case)`},
		{check: "iequals: ΣΑΣ", text: "σας", want: pass},
		{check: "iequals: YES", text: "yes\n", want: fail, reason: "differs only in a final newline"},
		{check: "one_of: [positive, negative]", text: "negative", want: pass},
		{check: "one_of: [positive, negative]", text: "neutral", want: fail, expected: `text is one of "positive", "negative"`},
		{check: "one_of: [positive, negative]", text: "Negative", want: fail, reason: `differs from "negative" only in case`},
		{check: "one_of: ['${var.word}', x]", text: "dogs", want: pass},
		{check: "one_of: ${var.words}", text: "dogs", want: pass},
		{check: "one_of: ['']", text: "", want: pass},
	})
}

func TestAffixes(t *testing.T) {
	try(t, []trial{
		{check: "starts_with: Dear", text: "Dear you", want: pass},
		{check: "starts_with: Dear", text: "dear you", want: fail, expected: `text starts with "Dear"`},
		{check: "ends_with: '.'", text: "Done.", want: pass},
		{check: "ends_with: '.'", text: "Done.\n", want: fail, expected: `text ends with "."`},
		{check: "ends_with: ${var.word}", text: "dogs", want: pass},
		{check: "ends_with: ${var.empty}", text: "dogs", want: fault},
	})
}

func TestRegex(t *testing.T) {
	try(t, []trial{
		{check: `regex: '(?i)\b(why|what)\b'`, text: "Why not?", want: pass},
		{check: `regex: '^\d+$'`, text: "twelve", want: fail, expected: `text matches /^\d+$/`},
		{check: `regex: '^${var.number}$'`, text: "7", want: pass},
		{check: `regex: '${var.bad}'`, text: "7", want: fault, reason: "the pattern came out as"},
		{check: `regex: '${var.empty}'`, text: "7", want: fault, reason: "empty"},
		{check: `regex: 'a{2}$'`, text: "caa", want: pass},
	})
}

func TestMeasures(t *testing.T) {
	family := "\U0001F468\u200d\U0001F469\u200d\U0001F467"
	try(t, []trial{
		{check: "length: {max: 5}", text: "hello", want: pass},
		{check: "length: {max: 4}", text: "hello", want: fail, expected: "text has at most 4 characters", actual: `5 characters: "hello"`},
		{check: "length: {min: 1, max: 1}", text: family, want: pass},
		{check: "length: {min: 1, max: 1}", text: "e\u0301", want: pass},
		{check: "length: {min: 4, max: 4}", text: "a\r\nbc", want: pass},
		{check: "length: {min: 1}", text: "", want: fail, expected: "text has at least 1 character", actual: `0 characters: ""`},
		{check: "length: {max: '${var.number}'}", text: "1234567", want: pass},
		{check: "length: {max: '${var.number}'}", text: "12345678", want: fail, expected: "text has at most 7 characters"},
		{check: "length: {max: '${var.word}'}", text: "1", want: fault, reason: "whole number"},
		{check: "length: {min: 9, max: '${var.number}'}", text: "1", want: fault, reason: "nothing lies between"},
		{check: "length: {max: '${self.json.max}'}", text: "1", want: fail, undecided: true},
		{check: "length: {max: 0}", text: "", want: pass},
		{check: "length: {max: 1e1}", text: "0123456789", want: pass},
		{check: "words: {min: 3, max: 3}", text: " one\ttwo\u2003three\n", want: pass},
		{check: "words: {max: 2}", text: "one two three", want: fail, actual: `3 words: "one two three"`},
		{check: "lines: {max: 2}", text: "a\nb\n", want: pass},
		{check: "lines: {max: 1}", text: "a\nb", want: fail, expected: "text has at most 1 line"},
		{check: "lines: {max: 0}", text: "", want: pass},
		{check: "lines: {min: 3}", text: "a\n\nb", want: pass},
		{check: "length: {max: 3}", of: "finish_reason", text: "x", want: fail, expected: "finish_reason has at most 3 characters"},
	})
}

func TestJSON(t *testing.T) {
	fence := "```"
	try(t, []trial{
		{check: "json: true", text: ` {"a": [1, 2.50, null]} ` + "\n", want: pass},
		{check: "json: true", text: `"text"`, want: pass},
		{check: "json: true", text: `{"a": 1, "a": 2}`, want: pass},
		{check: "json: true", text: `{"a": 1} or so`, want: fail, expected: "text is one JSON value", reason: "something follows the value at line 1, column 10"},
		{check: "json: true", text: `{"a": 1} {"a": 2}`, want: fail, reason: "something follows"},
		{check: "json: true", text: "{\n  'a': 1}", want: fail, reason: "at line 2, column 3"},
		{check: "json: true", text: `{"a": `, want: fail, reason: "ends in the middle"},
		{check: "json: true", text: "", want: fail, reason: "the text is empty"},
		{check: "json: true", text: fence + "json\n{}\n" + fence, want: fail},
		{check: "json: {fenced: true}", text: "{}", want: pass},
		{check: "json: {fenced: true}", text: "Here:\n" + fence + "json\n{\"a\": 1}\n" + fence + "\nEnjoy.", want: pass},
		{check: "json: {fenced: true}", text: "Here:\n~~~~\n[\"~~~\"]\n~~~~~\n", want: pass},
		{check: "json: {fenced: true}", text: fence + "\n{}", want: pass},
		{check: "json: {fenced: true}", text: fence + "\n{}\n" + fence + "\n" + fence + "\n{}\n" + fence, want: fail, reason: "2 fenced blocks"},
		{check: "json: {fenced: true}", text: fence + "\n{x}\n" + fence, want: fail, reason: "in the fenced block: "},
		{check: "json: {fenced: true}", text: "none", want: fail, reason: "no fenced block"},
		{check: "json: {fenced: false}", text: fence + "\n{}\n" + fence, want: fail},
		{check: "json: true", of: "body", text: "no", want: pass},
	})
}
