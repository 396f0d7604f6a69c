package spec

import "strings"

// scalarSeeds are texts that YAML writers get wrong.
var scalarSeeds = []string{
	"", " ", "\n", "\n\n", "\t", "a", "a\n", "a\n\n", "a\n\n\n", "\na", "\n\na\n", " a", "a ", "\ta\nb", "a\tb", "a\n\tb",
	"a\n b\n  c", "  a\nb", "a\nb", "a\n\nb", "a\n   \nb", "a\n  ", "a\nb \n", "a\n \n", "a\n\t\n", "a\n\t",
	"\u2028", "a\u2028b\nc", "\u2029", "a\u0085b", "\ufeff", "\ufeffa\nb", "a\r\nb", "a\rb", "\r", "\x00", "\x1b[31mred", "\x7f", "\u009b",
	"\ufffd", "\ufffe", "\U0001fffe", "\ufdd0", "\u0378", "\u202ereversed", "🦜", "🦜\nparrot 👩‍👩‍👧", "é\u0301\nx", "\u0301",
	"yes", "No", "on", "OFF", "y", "N", "null", "~", "Null", "true", "FALSE", "=", "<<", "---", "...", "--- a", "-", "- a", "?", "? a", ":", ": a", "a:", "a: b", "a:b",
	"a #b", "a#b", "#", "#a", "&a", "*a", "!a", "!", "|", ">", "|\na", "%", "%a", "@a", "`a`", "'", "''", "\"", "\\", "it's", "a'b", "[a]", "{a}", "a,b", "a]", "a}", "a?", "a? b",
	"1", "007", "0x1F", "1_000", ".5", "+3", "-1", "1e3", ".inf", ".NaN", "2026-11-22", "2026-11-22T14:03:11Z", "1:30", "0o17", "12:30:45.5", "3 dogs",
	"${each.value}", "$${x}", "%{if}", "{{text}}", "a\n---\nb", "a\n...\n", "a\n# b\n", "-\n-", "a\n- b\n- c\n", "{\"id\":\"x\"}", "http://x.y/z:8", "日本語", "日本語: x", "x: 日本語 #1",
	"a\u00a0", "\u00a0a", "a\u3000", "a b  c", "a  #", "a:\nb", "key: |\n  text\n",
	"Why did the dog sit in the shade?\nIt didn't want to be a hot dog.", strings.Repeat("long ", 60), strings.Repeat("x\n", 50),
}

// parseSeeds are files of every style, and files that are wrong.
var parseSeeds = []string{
	"", "# only\n", "---\n", "a", "a: b\n", "a:\n  - b\n  - {c: d, e: [f, \"g\"]}\n", "\ufeffa: b\n", "a: b\r\nc:\r\n  - d\r\n", "a: b\rc: d\r",
	"a: |\n  x\n  y\n", "a: |-\n  x\n\n   y\nb: >+\n  x\n  y\n\n   z\n\n\n", "a: |2\n    x\n   y\nb: |1-\n  \n  x\n", "a: >\n  one\n  two\n\n\n  three\n    more\n  four\n", "- |+\n\n\n- >-\n\n  x\n",
	"a: 'it''s\n  two\n\n  three'\n", "a: \"x\\n\\u00e9\\U0001F99C\\\"\\\n   y\n   z\\x41\\N\\_\\L\\P\\e\\0\\\t\"\n", "a: plain\n  over\n\n  lines\nb: c\n",
	"a: x\u2028y\nb: \"\u0085\u2029\"\nc: |\n  \u2028\n  x\n", "é: 日本語\n👩‍👩‍👧: [🦜, é]\n", "a: &x {b: c}\nd: *x\ne:\n  <<: *x\n  f: g\n", "a: &x [*x]\n", "&a b: &c d\n*a : *c\n",
	"!!str a: !!int 5\nb: !x y\nc: ! 5\n", "a: &x\nb: !!null\nc: 1\n", "a: 1\na: 2\n", "? a\n: b\n? - c\n: d\n", ": x\n", "a:\n\tb: c\n", "a: \"b\n", "a: {b: ${c}}\n", "a: order #5\n", "a: order  # five\n",
	"a: [b, c\nd: e\n", "a: b: c\n", "a: !b(c) == d\n", "a: [1] == b\n", "a: \"x\" == b\n", "a: *b*\n", "a: {b: why?}\n", "a: b\n---\nc: d\n", "a: \x01\n", "a: \xe9\n", "a\x00b", "\xff\xfea\x00",
	strings.Repeat("[", 120), strings.Repeat("- ", 120), "a: - b\n", "{a, b: , c: {}}\n", "[a: b, c]\n", "- # x\n  a: b  # y\n# z\n", "%YAML 1.1\n---\na: b\n...\n", "a:\n- b\n-\n- \n", "'a': \"b\"\n\"c\" : 'd'\n", "{\"a\":\"b\",'c':'d'}\n",
	"a: |  # comment\n  x\n", "a: >2-\n    x\n   y\n\n", "a: \"\"\nb: ''\nc: ~\nd:\n", "<<: {a: b}\n", "<<: [{a: b}, {a: c, d: e}]\na: f\n", "--- |\n text\n", "--- text\n", "\ufeff\ufeffb", "a: !](c) =", "[! a, !!str b]\n", "a: b\n\ufeffc: d\n",
}
