package expr_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// evaluate gives an expression's value as JSON, or the first error's summary
// and detail.
func evaluate(t *testing.T, scope *expr.Scope, src string) (value, failure string) {
	t.Helper()
	tpl, ds := expr.ParseTemplateText("t", "${"+src+"}")
	if ds == nil {
		var v any
		if v, ds = tpl.Value(scope); ds == nil {
			return asJSON(t, v), ""
		}
	}
	return "", ds[0].Summary + ": " + ds[0].Detail
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(plain(v)); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func plain(v any) any {
	switch v := v.(type) {
	case *spec.OrderedMap:
		out := make(map[string]any, len(v.Values))
		for key, e := range v.Values {
			out[key] = plain(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	}
	return v
}

func TestEveryFunctionDoesWhatItsExampleSays(t *testing.T) {
	all := expr.Functions()
	if !slices.IsSortedFunc(all, func(a, b expr.Function) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("functions are not sorted by name")
	}
	for _, f := range all {
		t.Run(f.Name, func(t *testing.T) {
			if f.Doc == "" || !strings.HasPrefix(f.Signature, f.Name+"(") {
				t.Errorf("incomplete documentation: %+v", f)
			}
			if f.Name == "file" {
				return // needs a project: TestFile
			}
			got, failure := evaluate(t, nil, f.Example)
			if failure != "" {
				t.Fatalf("%s: %s", f.Example, failure)
			}
			if got != f.Result {
				t.Errorf("%s = %s, want %s", f.Example, got, f.Result)
			}
		})
	}
}

// The list in the language's document.
func TestTheLanguageHasTheFunctionsItPromises(t *testing.T) {
	promised := strings.Fields(`upper lower title trimspace trim trimprefix trimsuffix replace regex regexall split join
		format substr strcontains startswith endswith length contains keys values lookup merge concat distinct flatten
		reverse sort sum range element slice setproduct coalesce try can tostring tonumber tobool jsondecode jsonencode
		yamldecode csvdecode base64encode base64decode sha256 urlencode min max abs ceil floor parseint formatdate timeadd file`)
	var got []string
	for _, f := range expr.Functions() {
		got = append(got, f.Name)
	}
	slices.Sort(promised)
	if !slices.Equal(got, promised) {
		t.Errorf("functions are %v, want %v", got, promised)
	}
}

// The examples of Terraform's own reference, and what its functions do at the edges.
func TestFunctionsMeanWhatTerraformsDo(t *testing.T) {
	tests := map[string]string{
		`abs(23)`:                                    `23`,
		`abs(0)`:                                     `0`,
		`base64decode("4pyTIMOgIGxhIG1vZGU=")`:       `"✓ à la mode"`,
		`base64encode("✓")`:                          `"4pyT"`,
		`can(regex("^[a-z]+$", "abc"))`:              `true`,
		`can(regex("^[a-z]+$", "ABC"))`:              `false`,
		`can(upper())`:                               `false`,
		`ceil(5)`:                                    `5`,
		`ceil(-5.1)`:                                 `-5`,
		`coalesce("a", "b")`:                         `"a"`,
		`coalesce(null, "", "c")`:                    `"c"`,
		`coalesce(1, 2)`:                             `1`,
		`coalesce("", 2)`:                            `"2"`,
		`coalesce(["", "b"]...)`:                     `"b"`,
		`concat([], [1])`:                            `[1]`,
		`contains([1, 2], 3)`:                        `false`,
		`contains([], "a")`:                          `false`,
		`csvdecode("a,b,c\n1,2,3\n4,\"5,\n6\",7\n")`: `[{"a":"1","b":"2","c":"3"},{"a":"4","b":"5,\n6","c":"7"}]`,
		`csvdecode("a,b\n")`:                         `[]`,
		`distinct([])`:                               `[]`,
		`distinct([1, 1.0, 2])`:                      `[1,2]`,
		`distinct([{ a = 1 }, { a = 1 }])`:           `[{"a":1}]`,
		`element(["a", "b", "c"], 1)`:                `"b"`,
		`element(["a", "b", "c"], -1)`:               `"c"`,
		`endswith("hello world", "hello")`:           `false`,
		`flatten([[["a", "b"], []], ["c"]])`:         `["a","b","c"]`,
		`flatten([1, { a = [2] }])`:                  `[1,{"a":[2]}]`,
		`floor(5)`:                                   `5`,
		`floor(-4.1)`:                                `-5`,
		`format("There are %d lights", 4)`:           `"There are 4 lights"`,
		`format("%s %q %v %t", "a", "b", 1.5, true)`: `"a \"b\" 1.5 true"`,
		`format("%5.2f|%-5d|%05d|%x|%e", 3.14159, 42, 42, 255, 12)`:                `" 3.14|42   |00042|ff|1.200000e+01"`,
		`format("%[2]s %[1]s", "a", "b")`:                                          `"b a"`,
		`format("%%")`:                                                             `"%"`,
		`format("%#v", { a = [1, "x"] })`:                                          `"{\"a\":[1,\"x\"]}"`,
		`format("%3s|%-3s|%.1s", "é", "é", "é́x")`:                                 `"  é|é  |é́"`,
		`formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z")`:       `"Tuesday, 02-Jan-18 23:12:01 UTC"`,
		`formatdate("EEE, DD MMM YYYY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00")`: `"Tue, 02 Jan 2018 23:12:01 -0800"`,
		`formatdate("h 'o''clock' AA", "2018-01-02T23:12:01Z")`:                    `"23 o'clock PM"`,
		`join(", ", ["foo"])`:                                                      `"foo"`,
		`join(", ", [])`:                                                           `""`,
		`join("-", ["a", 1, true])`:                                                `"a-1-true"`,
		`join("-", ["a"], ["b"])`:                                                  `"a-b"`,
		`jsondecode("true")`:                                                       `true`,
		`jsondecode("null")`:                                                       `null`,
		`jsondecode("[1.10, 12345678901234567890123, 1e3]")`:                       `[1.1,12345678901234567890123,1000]`,
		`jsondecode("{\"a\":{\"b\":[null]}}").a.b[0]`:                              `null`,
		`jsonencode(["<&>", 1.50, null, { b = 1, a = 2 }])`:                        `"[\"\\u003c\\u0026\\u003e\",1.5,null,{\"a\":2,\"b\":1}]"`,
		`keys({})`:            `[]`,
		`length([])`:          `0`,
		`length(["a", "b"])`:  `2`,
		`length({ a = "b" })`: `1`,
		`length("hello")`:     `5`,
		`length("")`:          `0`,
		`length("👨‍👩‍👧e` + "\u0301" + `")`:                       `2`,
		`lookup({ a = "ay", b = "bee" }, "a", "what?")`:          `"ay"`,
		`lookup({ a = 1 }, "a")`:                                 `1`,
		`lookup({ a = 1 }, "b", null)`:                           `null`,
		`max(1.5)`:                                               `1.5`,
		`max([12, 54, 3]...)`:                                    `54`,
		`merge({ a = "b" }, { a = [1, 2], c = "z" }, { d = 3 })`: `{"a":[1,2],"c":"z","d":3}`,
		`merge([{ a = "b" }, {}]...)`:                            `{"a":"b"}`,
		`merge({ a = 1 }, null)`:                                 `{"a":1}`,
		`merge()`:                                                `{}`,
		`parseint("100", 10)`:                                    `100`,
		`parseint("-FF", 16)`:                                    `-255`,
		`parseint("1011111011101111", 2)`:                        `48879`,
		`parseint("aA", 62)`:                                     `656`,
		`parseint("12345678901234567890123", 10)`:                `12345678901234567890123`,
		`range(3)`:         `[0,1,2]`,
		`range(1, 4)`:      `[1,2,3]`,
		`range(1, 4, 0.5)`: `[1,1.5,2,2.5,3,3.5]`,
		`range(4, 1)`:      `[4,3,2]`,
		`range(10, 5, -2)`: `[10,8,6]`,
		`range(0)`:         `[]`,
		`range(-2)`:        `[0,-1]`,
		`regex("[a-z]+", "53453453.345345aaabbbccc23454")`:   `"aaabbbccc"`,
		`regex("(?P<year>\\d+)-(?P<month>\\d+)", "2019-02")`: `{"month":"02","year":"2019"}`,
		`regex("a(b)?", "a")`:                                `[null]`,
		`regexall("(\\d)([a-z])", "1a2b")`:                   `[["1","a"],["2","b"]]`,
		`regexall("x", "abc")`:                               `[]`,
		`length(regexall("[a-z]+", "1234abcd5678efgh9"))`:    `2`,
		`replace("1 + 2 + 3", "+", "-")`:                     `"1 - 2 - 3"`,
		`replace("hello", "/(?P<l>l+)/", "<$${l}>")`:         `"he<ll>o"`,
		`replace("hello", "/(l)(l)/", "$2-$1")`:              `"hel-lo"`,
		`replace("abc", "", "-")`:                            `"-a-b-c-"`,
		`replace("a/b", "/", "_")`:                           `"a_b"`,
		`reverse([])`:                                        `[]`,
		`setproduct(["a"], ["b"], ["c", "d"])`:               `[["a","b","c"],["a","b","d"]]`,
		`setproduct(["a"], [])`:                              `[]`,
		`slice(["a", "b"], 0, 0)`:                            `[]`,
		`slice(["a", "b"], 0, 2)`:                            `["a","b"]`,
		`sort(["b", "B", "a", 1])`:                           `["1","B","a","b"]`,
		`split(",", "foo")`:                                  `["foo"]`,
		`split(",", "")`:                                     `[""]`,
		`split("", "abc")`:                                   `["a","b","c"]`,
		`substr("hello world", 1, 4)`:                        `"ello"`,
		`substr("🤔🤷", 0, 1)`:                                 `"🤔"`,
		`substr("hello world", -5, 2)`:                       `"wo"`,
		`substr("hello world", 6, 10)`:                       `"world"`,
		`substr("hello", 9, 1)`:                              `""`,
		`sum([0.1, 0.2])`:                                    `0.3`,
		`sum(["1", 2])`:                                      `3`,
		`timeadd("2017-11-22T00:00:00Z", "-1h")`:             `"2017-11-21T23:00:00Z"`,
		`title("it's o.k. élan")`:                            `"It'S O.K. Élan"`,
		`tobool(true)`:                                       `true`,
		`tobool("false")`:                                    `false`,
		`tobool(null)`:                                       `null`,
		`tonumber(1)`:                                        `1`,
		`tonumber("12345678901234567890123")`:                `12345678901234567890123`,
		`tostring("hello")`:                                  `"hello"`,
		`tostring(true)`:                                     `"true"`,
		`tostring(1e3)`:                                      `"1000"`,
		`trim("  hello  ", " ")`:                             `"hello"`,
		`trimprefix("helloworld", "cat")`:                    `"helloworld"`,
		`try(null, 1)`:                                       `null`,
		`try(jsondecode("nope"), jsondecode("[]"), 1)`:       `[]`,
		`upper("алло!")`:                                     `"АЛЛО!"`,
		`urlencode("☃")`:                                     `"%E2%98%83"`,
		`urlencode("foo:bar@localhost?foo=bar&bar=baz")`:     `"foo%3Abar%40localhost%3Ffoo%3Dbar%26bar%3Dbaz"`,
		`values({})`:                                         `[]`,
		`yamldecode("{\"hello\": \"world\"}")`:               `{"hello":"world"}`,
		`yamldecode("a: [1, 2.50, true, null, x]")`:          `{"a":[1,2.5,true,null,"x"]}`,
		`min([1,2]...) + 10 % 4 * 2`:                         `5`,
		`[for i, v in ["a", "b"] : "${i}=${v}" if v != "a"]`: `["1=b"]`,
		`{ for k, v in { a = 1 } : upper(k) => v }`:          `{"A":1}`,
		`[{ a = 1 }, { a = 2 }][*].a`:                        `[1,2]`,
		`true && !false ? "yes" : "no"`:                      `"yes"`,
		`<<EOT` + "\nx\nEOT\n":                               `"x\n"`,
	}
	for src, want := range tests {
		got, failure := evaluate(t, nil, src)
		if failure != "" {
			t.Errorf("%s: %s", src, failure)
		} else if got != want {
			t.Errorf("%s = %s, want %s", src, got, want)
		}
	}
}

func TestFunctionsRefuse(t *testing.T) {
	tests := map[string]string{
		`base64decode("not base64!")`:              "no base64",
		`base64decode("/w==")`:                     "not UTF-8",
		`coalesce(null, "")`:                       "null or empty",
		`coalesce()`:                               "0 arguments",
		`coalesce([1], "a")`:                       "same type",
		`csvdecode("a,a\n1,2")`:                    "duplicate column",
		`csvdecode("a,b\n1")`:                      "wrong number of fields",
		`csvdecode("")`:                            "missing header",
		`element([], 0)`:                           "empty list",
		`element(["a"], 0.5)`:                      "whole number",
		`format("%d", "dogs")`:                     "number",
		`format("%d")`:                             "argument",
		`format("%z", 1)`:                          "verb",
		`formatdate("YYYY", "yesterday")`:          "timestamp",
		`jsondecode("")`:                           "empty",
		`jsondecode("{} x")`:                       "after the JSON",
		`jsondecode("{")`:                          "EOF",
		`length(5)`:                                "text, a list or a map",
		`length(null)`:                             "null",
		`lookup({}, "a")`:                          `no key "a"`,
		`lookup({}, "a", 1, 2)`:                    "4 arguments",
		`lookup(["a"], "a", 1)`:                    "must be a map",
		`max()`:                                    "0 arguments",
		`parseint("12", 63)`:                       "base",
		`parseint("x", 10)`:                        `cannot parse "x"`,
		`parseint(10, 10)`:                         "must be a text",
		`range(0, 10, 0)`:                          "step must not be 0",
		`range(2000)`:                              "1024",
		`range(1e30)`:                              "1024",
		`range(0, 1, -1)`:                          "negative",
		`regex("a", "b")`:                          "matches nothing",
		`regex("(?P<a>x)(y)", "xy")`:               "named or unnamed",
		`regex("(?=a)", "a")`:                      `"(?=a)" is no pattern`,
		`regex("a${"("}", "a")`:                    "missing closing )",
		`regexall("(", "a")`:                       "no pattern",
		`replace("a", "/(/", "")`:                  "missing closing )",
		`setproduct(["a"])`:                        "1 argument",
		`slice(["a"], -1, 1)`:                      "less than zero",
		`slice(["a"], 0, 2)`:                       "greater than the length",
		`slice(["a", "b"], 1, 0)`:                  "greater than end",
		`slice(["a"], 0.5, 1)`:                     "whole number",
		`sort([null])`:                             "null",
		`sum([])`:                                  "no sum",
		`sum(["x"])`:                               "must be numbers",
		`sum("x")`:                                 "list of numbers",
		`timeadd("x", "1h")`:                       "timestamp",
		`timeadd("2017-11-22T00:00:00Z", "1 day")`: "duration",
		`tobool("yes")`:                            `"true" or "false"`,
		`tonumber("dogs")`:                         "decimal",
		`tostring([])`:                             "cannot convert",
		`try()`:                                    "0 arguments",
		`try(jsondecode("x"), regex("a", "b"))`:    "jsondecode",
		`yamldecode("a: [")`:                       "failed",
		`yamldecode("a: 1\na: 2")`:                 "failed",
		`uper("x")`:                                `Did you mean "upper"`,
		`timestamp()`:                              `no function "timestamp"`,
		`provider::x::upper("a")`:                  "no function",
		`upper("a", "b")`:                          "2 arguments",
		`upper(["a"]...)`:                          "",
		`upper([])`:                                "argument of upper",
		`null.a`:                                   "",
		`true ? 1`:                                 "",
		`1 / 0`:                                    "division by zero",
		`"a" + 1`:                                  "",
		`can(["a"]...)`:                            "expressions",
		`file("a.txt")`:                            "no files",
	}
	for src, want := range tests {
		got, failure := evaluate(t, nil, src)
		switch {
		case src == `upper(["a"]...)`:
			if got != `"A"` {
				t.Errorf("%s = %s (%s)", src, got, failure)
			}
		case failure == "":
			t.Errorf("%s = %s, want an error", src, got)
		case !strings.Contains(strings.ToLower(failure), strings.ToLower(want)):
			t.Errorf("%s says %q, want something of %q", src, failure, want)
		}
	}
}
