// Package hostile holds a run whose texts attack whoever shows them: what a
// model, a server or a file name can contain, and what broke readers of
// reports. Tests of every report use it.
package hostile

import (
	"fmt"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// Texts gives the texts, each an attack of its own.
func Texts() []string {
	return []string{
		controls(),
		"]]> <![CDATA[ ]]&gt; <!-- --> <?xml?> &amp; &#0; &bogus; </failure></testcase>",
		"\x1b[31mred\x1b[0m \x1b]0;title\a \x1b]8;;http://evil\x1b\\link \x1b[2J\x1b[1;1H \x1b \x9b31m \u009b31m",
		"👩‍👩‍👧‍👦 🏴\U000e0067\U000e0062\U000e007f é e\u0301 日本語 \u200d \ufe0f",
		"\u202eexe.txt\u202c \u2066isolate\u2069 \u200f\u200e \u061c \ufeff \u2028 \u2029 \u0085",
		strings.Repeat("a megabyte of reply, ", 50_000),
		"invalid \xff\xfe UTF-8 \xc3( \xed\xa0\x80 \xf4\x90\x80\x80 \ufffe \uffff",
		"' OR 1=1; $(rm -rf ~) `id` \"quoted\" \\ \t tab",
		"line\nbreak\r\nand\rreturn\n\n\n",
		"<script>alert(1)</script> ::error file=x::y ##vso[task.complete] %0A [[PROPERTY|credits=1000]] [[ATTACHMENT|/etc/passwd]]",
		strings.Repeat("\x1b]", 20_000),
		strings.Repeat("&", 70_000),
		"",
		" ",
	}
}

// controls is each character below U+00A0 that is none.
func controls() string {
	var b strings.Builder
	for r := range rune(0xa0) {
		if r < 0x20 || r >= 0x7f {
			b.WriteRune(r)
		}
	}
	return "controls " + b.String()
}

// Run gives a run with every verdict, and every text in every field that can
// hold one.
func Run() result.Memory {
	var cases []*result.Case
	for i, text := range Texts() {
		for _, v := range []verdict.Verdict{verdict.Skip, verdict.Pass, verdict.Fail, verdict.Error} {
			cases = append(cases, hostileCase(fmt.Sprintf("suite %d%s", i, short(text)), fmt.Sprintf("case[%s%s]", v, short(text)), text, v))
		}
	}
	return result.NewMemory(result.Run{
		Assay: "0.0.0", Mode: result.Replay, Notes: Texts(),
		Problems: []result.Problem{{Code: "ASY8002", Summary: Texts()[0], Detail: Texts()[2], Place: result.Place{File: Texts()[1], Line: 1}}},
	}, cases)
}

// short keeps names below a size that a file system could have.
func short(text string) string { return text[:min(len(text), 2000)] }

func hostileCase(suite, name, text string, v verdict.Verdict) *result.Case {
	place := result.Place{File: "suites/" + short(text) + ".yaml", Line: 3, Column: 5, EndLine: 3, End: 9}
	address := suite + "." + name
	c := &result.Case{
		Address: address + "@" + short(text), Display: address, Suite: suite, Name: name, Provider: short(text), Tags: []string{short(text)},
		Place: place, Verdict: v, Reason: text, Pass: 1,
	}
	if v != verdict.Skip {
		c.Samples = []result.Sample{sample(1, address, text, place, v), sample(2, address, text, place, v)}
	}
	c.AddUp()
	return c
}

func sample(number int, address, text string, place result.Place, v verdict.Verdict) result.Sample {
	latency, cost := 1500*time.Millisecond, credit.Amount{}
	turn := result.Turn{
		Number: 1, Name: short(text), Address: fmt.Sprintf("%s#%d.turn[1]", address, number), Display: address + ".turn[1]", Place: place, Verdict: v, Reason: text,
		Sent: []result.Message{{Role: short(text), Text: text}}, Status: 200, Text: text, Model: text, Finish: text, Error: text, Latency: &latency, Credits: &cost,
		Recording: &result.Recording{File: "fixtures/" + short(text), At: time.Date(2026, 11, 22, 1, 2, 3, 4, time.UTC), Origin: "scripted"},
	}
	if v >= verdict.Fail {
		turn.Class = "bad_request"
		turn.Checks = []result.Check{
			{Name: "not." + short(text), Place: place, Source: "  - contains: " + text, Verdict: v, Expected: text, Actual: text, Reason: text, Message: text},
			{Name: "regex", Place: place, Source: text, Verdict: v, Expected: text, Actual: text},
		}
	}
	if v == verdict.Error {
		turn.Problem = &result.Problem{Code: "ASY1002", Summary: text, Detail: text, Place: place}
	}
	return result.Sample{Number: number, Verdict: v, Turns: []result.Turn{turn}}
}
