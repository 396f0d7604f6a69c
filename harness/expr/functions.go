package expr

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// Function documents one function of the language.
type Function struct {
	Name, Signature, Doc, Example, Result string
}

// definition is a function with what evaluation must know of it.
type definition struct {
	Function
	implementation function.Function
	takes          care
}

// care says which arguments need a look before cty sees them.
type care uint8

const (
	numbers care = 1 << iota // texts that are numbers beyond all use
	lists                    // long tuples whose elements cty would compare each with each
	deep                     // it looks at all that is in a list, not only at the list
	slow                     // it takes some 10 ns a byte
	slower                   // it takes up to a microsecond a byte
)

// Functions lists the functions of the language, sorted by name: the reference
// is generated from it, and a test runs each Example against its Result.
func Functions() []Function {
	out := make([]Function, len(definitions))
	for i, d := range definitions {
		out[i] = d.Function
	}
	return out
}

// definitions and its indexes are built once and never changed.
var (
	definitions     = allDefinitions()
	byName          = indexDefinitions()
	implementations = indexImplementations()
)

func indexDefinitions() map[string]definition {
	m := make(map[string]definition, len(definitions))
	for _, d := range definitions {
		m[d.Name] = d
	}
	return m
}

func indexImplementations() map[string]function.Function {
	m := make(map[string]function.Function, len(definitions))
	for _, d := range definitions {
		m[d.Name] = d.implementation
	}
	return m
}

func allDefinitions() []definition {
	return []definition{
		{Function{"abs", "abs(number)", "The number without its sign.", `abs(-12.4)`, `12.4`}, stdlib.AbsoluteFunc, numbers},
		{Function{"base64decode", "base64decode(text)", "The text that base64 stands for; it must be UTF-8.", `base64decode("SGVsbG8gV29ybGQ=")`, `"Hello World"`}, base64DecodeFunc, 0},
		{Function{"base64encode", "base64encode(text)", "The text's UTF-8 bytes in base64, standard alphabet, padded.", `base64encode("Hello World")`, `"SGVsbG8gV29ybGQ="`}, base64EncodeFunc, 0},
		{Function{"can", "can(expression)", "Whether the expression can be evaluated.", `can(tonumber("dog"))`, `false`}, canFunc, 0},
		{Function{"ceil", "ceil(number)", "The nearest whole number that is not less.", `ceil(5.1)`, `6`}, stdlib.CeilFunc, numbers},
		{Function{"coalesce", "coalesce(values...)", "The first that is neither null nor an empty text.", `coalesce("", "b")`, `"b"`}, coalesceFunc, 0},
		{Function{"concat", "concat(lists...)", "The lists, one after the other, as one list.", `concat(["a", ""], ["b", "c"])`, `["a","","b","c"]`}, concatFunc, deep},
		{Function{"contains", "contains(list, value)", "Whether the value is an element of the list.", `contains(["a", "b", "c"], "a")`, `true`}, stdlib.ContainsFunc, deep},
		{Function{"csvdecode", "csvdecode(text)", "CSV with a header line as a list of maps; all values are texts.", `csvdecode("a,b\n1,2\n")`, `[{"a":"1","b":"2"}]`}, csvDecodeFunc, slow},
		{Function{"distinct", "distinct(list)", "The list with each element once, in the order of first appearance.", `distinct(["a", "b", "a", "c", "b"])`, `["a","b","c"]`}, distinctFunc, lists | deep},
		{Function{"element", "element(list, index)", "The element of that index, counted from 0 and around the end.", `element(["a", "b", "c"], 3)`, `"a"`}, stdlib.ElementFunc, numbers},
		{Function{"endswith", "endswith(text, suffix)", "Whether the text ends with the suffix.", `endswith("hello world", "world")`, `true`}, endsWithFunc, 0},
		{Function{"file", "file(path)", "The content of a file of the project, as text.", ``, ``}, fileFunc, 0},
		{Function{"flatten", "flatten(list)", "The list with the elements of lists within it in their place.", `flatten([["a", "b"], [], ["c"]])`, `["a","b","c"]`}, flattenFunc, deep},
		{Function{"floor", "floor(number)", "The nearest whole number that is not greater.", `floor(4.9)`, `4`}, stdlib.FloorFunc, numbers},
		{Function{"format", "format(spec, values...)", "The values put into the text by verbs such as %s, %d, %5.2f, %q, %v and %#v.", `format("Hello, %s! %03d", "Ander", 7)`, `"Hello, Ander! 007"`}, formatFunc, deep},
		{Function{"formatdate", "formatdate(spec, timestamp)", "An RFC 3339 timestamp in another layout: YYYY, MM, MMM, DD, EEE, hh, mm, ss, Z.", `formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z")`, `"02 Jan 2018 23:12 UTC"`}, stdlib.FormatDateFunc, 0},
		{Function{"join", "join(separator, list)", "The texts of the list with the separator between them.", `join(", ", ["foo", "bar", "baz"])`, `"foo, bar, baz"`}, joinFunc, lists},
		{Function{"jsondecode", "jsondecode(text)", "The value that a JSON text stands for. Numbers keep their digits.", `jsondecode("{\"hello\": \"world\"}")`, `{"hello":"world"}`}, jsonDecodeFunc, slow},
		{Function{"jsonencode", "jsonencode(value)", "The value as compact JSON; <, > and & are written as \\u003c, \\u003e and \\u0026.", `jsonencode({ hello = "world" })`, `"{\"hello\":\"world\"}"`}, jsonEncodeFunc, deep},
		{Function{"keys", "keys(map)", "The map's keys, sorted.", `keys({ c = 2, a = 1, d = 3 })`, `["a","c","d"]`}, stdlib.KeysFunc, 0},
		{Function{"length", "length(value)", "How many elements a list or map has, or characters (grapheme clusters) a text.", `length("👾🕹️")`, `2`}, lengthFunc, slow},
		{Function{"lookup", "lookup(map, key, default)", "The map's value of that key, or the default.", `lookup({ a = "ay", b = "bee" }, "c", "what?")`, `"what?"`}, lookupFunc, 0},
		{Function{"lower", "lower(text)", "The text in lower case.", `lower("HELLO")`, `"hello"`}, stdlib.LowerFunc, 0},
		{Function{"max", "max(numbers...)", "The greatest of the numbers.", `max(12, 54, 3)`, `54`}, stdlib.MaxFunc, numbers},
		{Function{"merge", "merge(maps...)", "One map of all entries; later maps win.", `merge({ a = "b", c = "d" }, { e = "f", c = "z" })`, `{"a":"b","c":"z","e":"f"}`}, mergeFunc, deep},
		{Function{"min", "min(numbers...)", "The least of the numbers.", `min(12, 54, 3)`, `3`}, stdlib.MinFunc, numbers},
		{Function{"parseint", "parseint(text, base)", "The whole number that the text writes in that base, 2 to 62.", `parseint("FF", 16)`, `255`}, parseIntFunc, numbers},
		{Function{"range", "range(start, limit, step)", "The numbers from start up to, not including, the limit; at most 1024. Start and step may be left out.", `range(1, 8, 2)`, `[1,3,5,7]`}, rangeFunc, numbers},
		{Function{"regex", "regex(pattern, text)", "The first match (RE2): a text, or with groups a list, or with named groups a map. No match is an error.", `regex("(\\d+)-(\\d+)", "from 12-34 on")`, `["12","34"]`}, regexFunc, slower},
		{Function{"regexall", "regexall(pattern, text)", "All matches, each as regex gives it; none is an empty list.", `regexall("[a-z]+", "1234abcd5678efgh9")`, `["abcd","efgh"]`}, regexAllFunc, slower},
		{Function{"replace", "replace(text, part, replacement)", "The text with each part replaced. A part between slashes is a pattern (RE2), and $1 or ${name} in the replacement is its group.", `replace("hello world", "/w.*d/", "everybody")`, `"hello everybody"`}, replaceFunc, slower},
		{Function{"reverse", "reverse(list)", "The list, last element first.", `reverse([1, 2, 3])`, `[3,2,1]`}, stdlib.ReverseListFunc, 0},
		{Function{"setproduct", "setproduct(lists...)", "All combinations of one element of each list.", `setproduct(["a", "b"], [1, 2])`, `[["a",1],["a",2],["b",1],["b",2]]`}, setProductFunc, lists},
		{Function{"sha256", "sha256(text)", "The SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal.", `sha256("hello world")`, `"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"`}, sha256Func, slow},
		{Function{"slice", "slice(list, start, end)", "The elements from start (counted from 0) up to, not including, end.", `slice(["a", "b", "c", "d"], 1, 3)`, `["b","c"]`}, stdlib.SliceFunc, numbers},
		{Function{"sort", "sort(list)", "The texts of the list, sorted by code points.", `sort(["e", "d", "a", "x"])`, `["a","d","e","x"]`}, stdlib.SortFunc, lists | slow},
		{Function{"split", "split(separator, text)", "The parts of the text between the separators.", `split(",", "foo,bar,baz")`, `["foo","bar","baz"]`}, splitFunc, 0},
		{Function{"startswith", "startswith(text, prefix)", "Whether the text starts with the prefix.", `startswith("hello world", "hello")`, `true`}, startsWithFunc, 0},
		{Function{"strcontains", "strcontains(text, part)", "Whether the part is somewhere in the text.", `strcontains("hello world", "wor")`, `true`}, strContainsFunc, 0},
		{Function{"substr", "substr(text, offset, length)", "So many characters of the text from the offset on; a negative offset counts from the end, length -1 is all the rest.", `substr("hello world", -5, -1)`, `"world"`}, stdlib.SubstrFunc, numbers | slow},
		{Function{"sum", "sum(list)", "The sum of the numbers of the list.", `sum([10, 13, 6, 4.5])`, `33.5`}, sumFunc, numbers},
		{Function{"timeadd", "timeadd(timestamp, duration)", "An RFC 3339 timestamp, later by a duration such as 1h30m.", `timeadd("2017-11-22T00:00:00Z", "10m")`, `"2017-11-22T00:10:00Z"`}, stdlib.TimeAddFunc, 0},
		{Function{"title", "title(text)", "The text with the first letter of each word in upper case.", `title("hello world")`, `"Hello World"`}, stdlib.TitleFunc, slow},
		{Function{"tobool", "tobool(value)", "The value as true or false: a bool, or the text of one.", `tobool("true")`, `true`}, stdlib.MakeToFunc(cty.Bool), 0},
		{Function{"tonumber", "tonumber(value)", "The value as a number: a number, or the text of one.", `tonumber("1.5")`, `1.5`}, stdlib.MakeToFunc(cty.Number), numbers},
		{Function{"tostring", "tostring(value)", "The value as text: a text, number or bool.", `tostring(1.50)`, `"1.5"`}, stdlib.MakeToFunc(cty.String), 0},
		{Function{"trim", "trim(text, characters)", "The text without any of the characters at its ends.", `trim("?!hello?!", "!?")`, `"hello"`}, stdlib.TrimFunc, 0},
		{Function{"trimprefix", "trimprefix(text, prefix)", "The text without the prefix, if it has it.", `trimprefix("helloworld", "hello")`, `"world"`}, stdlib.TrimPrefixFunc, 0},
		{Function{"trimspace", "trimspace(text)", "The text without white space at its ends.", `trimspace("  hello\n\n")`, `"hello"`}, stdlib.TrimSpaceFunc, 0},
		{Function{"trimsuffix", "trimsuffix(text, suffix)", "The text without the suffix, if it has it.", `trimsuffix("helloworld", "world")`, `"hello"`}, stdlib.TrimSuffixFunc, 0},
		{Function{"try", "try(expressions...)", "The value of the first expression that can be evaluated.", `try(tonumber("dog"), 5)`, `5`}, tryFunc, 0},
		{Function{"upper", "upper(text)", "The text in upper case.", `upper("hello")`, `"HELLO"`}, stdlib.UpperFunc, 0},
		{Function{"urlencode", "urlencode(text)", "The text as it may stand in the query of a URL.", `urlencode("Hello World!")`, `"Hello+World%21"`}, urlEncodeFunc, slow},
		{Function{"values", "values(map)", "The map's values, in the order of its keys.", `values({ a = 3, c = 2, d = 1 })`, `[3,2,1]`}, stdlib.ValuesFunc, 0},
		{Function{"yamldecode", "yamldecode(text)", "The value that a YAML document stands for.", `yamldecode("hello: world")`, `{"hello":"world"}`}, yamlDecodeFunc, slow},
	}
}
