package address_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/address"
)

func TestParse(t *testing.T) {
	tests := []struct {
		in   string
		want address.Address
	}{
		{"jokes", address.Address{Suite: "jokes"}},
		{"jokes@grok-2", address.Address{Suite: "jokes", Provider: "grok-2"}},
		{"jokes.greets", address.Address{Suite: "jokes", Case: "greets"}},
		{"jokes.greets#2", address.Address{Suite: "jokes", Case: "greets", Sample: 2}},
		{"jokes.greets.turn[3]", address.Address{Suite: "jokes", Case: "greets", Turn: address.Turn{Number: 3}}},
		{`jokes.greets.turn["ask"]`, address.Address{Suite: "jokes", Case: "greets", Turn: address.Turn{Name: "ask"}}},
		{"jokes.greets.turn[ask]", address.Address{Suite: "jokes", Case: "greets", Turn: address.Turn{Name: "ask"}}},
		{`jokes.greets.turn["3"]`, address.Address{Suite: "jokes", Case: "greets", Turn: address.Turn{Name: "3"}}},
		{"jokes.turn[1]", address.Address{Suite: "jokes", Case: "turn", Key: "1", Keyed: true}},
		{"jokes.turn[1].turn[2]", address.Address{Suite: "jokes", Case: "turn", Key: "1", Keyed: true, Turn: address.Turn{Number: 2}}},
		{"jokes.t[dogs]", address.Address{Suite: "jokes", Case: "t", Key: "dogs", Keyed: true}},
		{`jokes.t[""]`, address.Address{Suite: "jokes", Case: "t", Keyed: true}},
		{"jokes.t[a.b@c#d]", address.Address{Suite: "jokes", Case: "t", Key: "a.b@c#d", Keyed: true}},
		{`jokes.t["a]\"\\\n\t\r\u0001\u2028\xff"]`, address.Address{Suite: "jokes", Case: "t", Key: "a]\"\\\n\t\r\x01\u2028\xff", Keyed: true}},
		{
			`jokes.changes_topic["dogs"]@grok-2#2.turn[1]`,
			address.Address{Suite: "jokes", Case: "changes_topic", Key: "dogs", Keyed: true, Provider: "grok-2", Sample: 2, Turn: address.Turn{Number: 1}},
		},
	}
	for _, tt := range tests {
		got, err := address.Parse(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("Parse(%q) = %+v, %v, want %+v", tt.in, got, err, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, in := range []string{
		"", ".", "jokes.", "1jokes", "-x", "jokes..a", "jokes.a[", "jokes.a[]", `jokes.a["x]`, `jokes.a["x"`, `jokes.a["\z"]`, `jokes.a["\u00"]`,
		`jokes.a["\xg0"]`, "jokes@", "jokes#", "jokes#0", "jokes#-1", "jokes#99999999999999999999", "jokes.a.turn[0]", "jokes.a.turn[]",
		`jokes.a.turn[""]`, "jokes.a.b", "jokes a", "jokes.a#1@p", "jokes.*", "jökes", "jokes[x]", `jokes.a["x"]y`,
	} {
		if got, err := address.Parse(in); err == nil {
			t.Errorf("Parse(%q) = %+v, want an error", in, got)
		}
	}
}

func TestStringEscapesKeys(t *testing.T) {
	tests := map[string]string{
		"dogs":         `"dogs"`,
		"a\nb":         `"a\nb"`,
		`say "hi"\`:    `"say \"hi\"\\"`,
		"\x00\x7f\x85": `"\u0000\u007f\x85"`,
		"\u0085\u2028": `"\u0085\u2028"`,
		"\xff\ufffd":   `"\xff` + "\ufffd" + `"`,
		"日本 🐶":         `"日本 🐶"`,
		"e\u0301":      `"e` + "\u0301" + `"`,
	}
	for key, want := range tests {
		a := address.Address{Suite: "s", Case: "c", Key: key, Keyed: true}
		if got := a.String(); got != "s.c["+want+"]" {
			t.Errorf("key %q is written %s, want %s", key, got, "s.c["+want+"]")
		}
		if back, err := address.Parse(a.String()); err != nil || back != a {
			t.Errorf("Parse(%s) = %+v, %v, want %+v", a, back, err, a)
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	f.Add("dogs", "ask", 2, uint8(7))
	f.Add("a]\"\\\n\x00\xff\xed\xa0\x80\u2028", "", 0, uint8(255))
	f.Add("", "1", 1, uint8(3))
	f.Fuzz(func(t *testing.T, key, turn string, number int, parts uint8) {
		a := address.Address{Suite: "suite", Case: "case"}
		if parts&1 != 0 {
			a.Key, a.Keyed = key, true
		}
		if parts&2 != 0 {
			a.Provider = "p-1"
		}
		if parts&4 != 0 && number > 0 {
			a.Sample = number
		}
		if parts&8 != 0 {
			a.Turn.Name = turn
		} else if number > 0 {
			a.Turn.Number = number
		}
		text := a.String()
		if strings.ContainsAny(text, "\n\r\u2028\u2029") {
			t.Errorf("%q is more than one line", text)
		}
		if back, err := address.Parse(text); err != nil || back != a {
			t.Errorf("Parse(%q) = %+v, %v, want %+v", text, back, err, a)
		}
		if p, err := address.ParsePattern(text); err != nil || !p.Match(a) {
			t.Errorf("the pattern %q does not match its own address: %v", text, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"jokes", `jokes.t["a\n"]@p#2.turn[1]`, "jokes.*[d*]", "a.b[c].turn[d]", `a.b["\xff"]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := address.Parse(s)
		p, patternErr := address.ParsePattern(s)
		if err != nil {
			return
		}
		if back, err := address.Parse(a.String()); err != nil || back != a {
			t.Errorf("Parse(%q) = %+v, which comes back as %+v, %v", s, a, back, err)
		}
		if patternErr != nil || !p.Match(a) {
			t.Errorf("the pattern %q does not match the address %q: %v", s, a, patternErr)
		}
	})
}

func TestPatternMatch(t *testing.T) {
	whole, err := address.Parse(`jokes.changes_topic["dogs"]@grok-2#2.turn[1]`)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		pattern string
		address address.Address
		want    bool
	}{
		{"jokes", whole, true},
		{"joke", whole, false},
		{"*", whole, true},
		{"j?kes", whole, true},
		{"jokes.changes_*", whole, true},
		{"jokes.changes_*", parse(t, "jokes.greets"), false},
		{`jokes.changes_topic["dogs"]`, whole, true},
		{"jokes.changes_topic[dogs]", whole, true},
		{"jokes.changes_topic[cats]", whole, false},
		{"jokes.*[d*]", whole, true},
		{"jokes.*[D*]", whole, false},
		{`jokes.*["d*"]`, whole, false},
		{`jokes.*["d*"]`, parse(t, `jokes.x["d*"]`), true},
		{"jokes.*[*]", parse(t, "jokes.greets"), true},
		{"jokes.*[d*]", parse(t, "jokes.greets"), false},
		{`jokes.*[""]`, parse(t, "jokes.greets"), false},
		{"jokes.*[?]", parse(t, `jokes.x["é"]`), true},
		{"jokes.*[?]", parse(t, `jokes.x["éé"]`), false},
		{"jokes.*[a.b]", parse(t, `jokes.x["a.b"]`), true},
		{"jokes.*@grok-2", whole, true},
		{"jokes.*@grok-*", whole, true},
		{"jokes@other", whole, false},
		{"*.greets", parse(t, "hello.greets@p"), true},
		{"*.greets", whole, false},
		{"jokes.*#2", whole, true},
		{"jokes.*#3", whole, false},
		{"jokes.*#*", whole, true},
		{"jokes.*.turn[1]", whole, true},
		{"jokes.*.turn[2]", whole, false},
		{"jokes.*.turn[*]", whole, true},
		{`jokes.*.turn["ask"]`, parse(t, `jokes.a.turn["ask"]`), true},
		{"jokes.*.turn[a*]", parse(t, `jokes.a.turn["ask"]`), true},
		{"jokes.*.turn[1]", parse(t, `jokes.a.turn["ask"]`), false},
		{"jokes.greets", parse(t, "jokes"), false},
		{"jokes.*", parse(t, "jokes"), true},
	}
	for _, tt := range tests {
		p, err := address.ParsePattern(tt.pattern)
		if err != nil {
			t.Errorf("ParsePattern(%q): %v", tt.pattern, err)
			continue
		}
		if got := p.Match(tt.address); got != tt.want {
			t.Errorf("%q matches %s: %t, want %t", tt.pattern, tt.address, got, tt.want)
		}
		if p.String() != tt.pattern {
			t.Errorf("String() = %q, want %q", p, tt.pattern)
		}
	}
}

func parse(t *testing.T, s string) address.Address {
	t.Helper()
	a, err := address.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestPatternRefuses(t *testing.T) {
	for _, in := range []string{"", "jokes.", "jokes.*[", "jokes/*", "jokes.x.y", "jokes#0", "jokes.x.turn[0]", `jokes.x.turn[""]`, "jokes.x@"} {
		if _, err := address.ParsePattern(in); err == nil {
			t.Errorf("ParsePattern(%q) gave no error", in)
		}
	}
}

func TestPatternConversationAndExact(t *testing.T) {
	p, err := address.ParsePattern("jokes.greets.turn[1]")
	if err != nil {
		t.Fatal(err)
	}
	if p.Match(parse(t, "jokes.greets")) || !p.Conversation().Match(parse(t, "jokes.greets")) {
		t.Error("a turn's pattern without its turn should match the conversation, and only then")
	}
	if a, ok := p.Exact(); !ok || a != parse(t, "jokes.greets.turn[1]") {
		t.Errorf("Exact() = %v, %t", a, ok)
	}
	if p, _ := address.ParsePattern("jokes.*"); !isGlob(p) {
		t.Error("a glob names no exact address")
	}
}

func isGlob(p address.Pattern) bool {
	_, exact := p.Exact()
	return !exact
}

func TestGlobsTakeNoExponentialTime(t *testing.T) {
	p, err := address.ParsePattern("s.c[" + strings.Repeat("a*", 200) + "b]")
	if err != nil {
		t.Fatal(err)
	}
	a := address.Address{Suite: "s", Case: "c", Key: strings.Repeat("a", 20_000), Keyed: true}
	start := time.Now()
	if p.Match(a) {
		t.Error("matched")
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestCompare(t *testing.T) {
	want := []string{
		"a", "a.b", "a.b@p", `a.b[""]`, "a.b[k]", "a.b[k]@p", "a.b[k]@p#1", "a.b[k]@p#2", "a.b[k]@p#2.turn[2]", "a.b[k]@p#2.turn[10]",
		`a.b[k]@p#2.turn["ask"]`, "a.b[k]@p#10", "a.b[k]@q", "a.b[l]", "a.c", "b",
	}
	got := make([]address.Address, 0, len(want))
	for _, s := range want {
		got = append(got, parse(t, s))
	}
	slices.Reverse(got)
	slices.SortFunc(got, address.Compare)
	for i, s := range want {
		if got[i] != parse(t, s) {
			t.Errorf("address %d is %s, want %s", i, got[i], s)
		}
	}
}

func TestDisplay(t *testing.T) {
	a := parse(t, `jokes.x["dogs"]@grok-2#2.turn[1]`)
	tests := []struct {
		in   address.Ambiguity
		want string
	}{
		{address.Ambiguity{}, `jokes.x["dogs"]@grok-2#2.turn[1]`},
		{address.Ambiguity{OneProvider: true}, `jokes.x["dogs"]#2.turn[1]`},
		{address.Ambiguity{OneSample: true}, `jokes.x["dogs"]@grok-2.turn[1]`},
		{address.Ambiguity{OneProvider: true, OneSample: true}, `jokes.x["dogs"].turn[1]`},
	}
	for _, tt := range tests {
		if got := a.Display(tt.in); got != tt.want {
			t.Errorf("Display(%+v) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestNearest(t *testing.T) {
	candidates := []string{"jokes.greets", "jokes.changes_topic", "tables.animals", "x"}
	tests := map[string]string{
		"jokes.greet":         "jokes.greets",
		"joeks.greets":        "jokes.greets",
		"jokes.change_topic":  "jokes.changes_topic",
		"jokes.changes_topic": "jokes.changes_topic",
		"tabels.anmals":       "tables.animals",
		"nothing_like_it":     "",
		"":                    "x",
	}
	for target, want := range tests {
		if got := address.Nearest(target, candidates); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", target, got, want)
		}
	}
	if got := address.Nearest("x", nil); got != "" {
		t.Errorf("Nearest of nothing = %q", got)
	}
}

// The banded distance against the plain recurrence.
func FuzzNearest(f *testing.F) {
	f.Add("kitten", "sitting")
	f.Add("ab", "ba")
	f.Add("abcdef", "badcfe")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 60 || len(b) > 60 {
			return
		}
		want := ""
		if distance(a, b) <= max(1, len(a)/3) {
			want = b
		}
		if got := address.Nearest(a, []string{b}); got != want {
			t.Errorf("Nearest(%q, %q) = %q, want %q (distance %d)", a, b, got, want, distance(a, b))
		}
	})
}

func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
				continue
			}
			d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], 1+d[i-2][j-2])
			}
		}
	}
	return d[len(a)][len(b)]
}

func BenchmarkNearest(b *testing.B) {
	candidates := make([]string, 100_000)
	for i := range candidates {
		candidates[i] = fmt.Sprintf("tables.animals[%q]", fmt.Sprintf("animal_%06d", i))
	}
	for b.Loop() {
		address.Nearest(`tabels.animals["animal_05555x"]`, candidates)
	}
}
