package result_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

func amount(t testing.TB, s string) credit.Amount {
	t.Helper()
	a, err := credit.ParseAmount(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// fullRun has something in every field.
func fullRun(t testing.TB) result.Memory {
	t.Helper()
	failed, flaky := plainCase(1), plainCase(2)
	cost := amount(t, "0.00290")
	failed.Verdict = verdict.Error
	failed.Reason = "a reason with <html> & \"quotes\" and \u2028"
	failed.Problem = &result.Problem{Code: "ASY0001", Summary: "panic", Detail: "stack"}
	s := &failed.Samples[0]
	s.Verdict = verdict.Error
	s.Total = []result.Check{{Name: "total.credits", Verdict: verdict.Fail, Expected: "at most 0.001", Actual: "0.0029", Reason: "r", Message: "m", Source: "  total: {credits: {max: 0.001}}"}}
	turn := &s.Turns[0]
	turn.Name, turn.Verdict, turn.Class, turn.Error, turn.Unsure, turn.Credits = "ask", verdict.Error, "auth", "no \x1b[31mkey\x00", true, &cost
	turn.Reason, turn.Requests, turn.Spent = "why", 3, true
	turn.Problem = &result.Problem{Code: "ASY6001", Summary: "no recording", Place: result.Place{File: "suites/jokes.yaml", Line: 3}, Warning: false}
	turn.Checks[0].Verdict, turn.Checks[1].Warned, turn.Checks[2].Verdict = verdict.Fail, true, verdict.Skip
	flaky.Flaky, flaky.KnownFailure, flaky.Verdict, flaky.Suite = true, true, verdict.Skip, "other"
	failed.AddUp()
	flaky.AddUp()
	m := result.NewMemory(result.Run{
		Assay: "1.2.3", Mode: result.LiveRun, Interrupted: true,
		Balance:  map[string]credit.Amount{"grok-2": amount(t, "9.8700"), "a": amount(t, "-1")},
		Notes:    []string{"a top-up of 5"},
		Problems: []result.Problem{{Code: "ASY8002", Summary: "out of credits"}, {Code: "ASY6012", Summary: "orphan", Warning: true}},
		Clock:    result.Clock{Started: time.Date(2026, 11, 22, 14, 3, 11, 12345, time.UTC), Took: 4 * time.Millisecond},
	}, []*result.Case{plainCase(0), failed, flaky})
	return m
}

func read(t testing.TB, r result.Reader) (list []*result.Case) {
	t.Helper()
	for c, err := range r.Cases() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

func TestRecordComesBack(t *testing.T) {
	want := fullRun(t)
	data, open := stored(t, want)
	r, err := result.Open("reports/run.json", open)
	if err != nil {
		t.Fatal(err)
	}
	equal := cmp.Comparer(func(a, b credit.Amount) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want.Run(), r.Run(), equal); diff != "" {
		t.Errorf("run, -want +got:\n%s", diff)
	}
	for range 2 { // as often as it is asked
		if diff := cmp.Diff(want.List, read(t, r), equal); diff != "" {
			t.Errorf("cases, -want +got:\n%s", diff)
		}
	}
	again, _ := stored(t, r)
	if !bytes.Equal(data, again) {
		t.Errorf("a record that is read and written again changes")
	}
}

func TestRecordIsOneDocumentWithVersionFirst(t *testing.T) {
	data, _ := stored(t, fullRun(t))
	if !json.Valid(data) {
		t.Fatalf("not valid JSON:\n%s", data)
	}
	if got, want := string(data[:16]), `{"assay_run":1,`+"\n"; got != want {
		t.Errorf("got %q at the start, want %q", got, want)
	}
	if strings.Contains(string(data), `\u003c`) {
		t.Errorf("HTML is escaped")
	}
	order := []string{`"assay":`, `"mode":`, `"cases":`, `"interrupted":`, `"balance":`, `"suites":`, `"sum":`, `"notes":`, `"problems":`, `"clock":`}
	at := 0
	for _, key := range order {
		i := strings.Index(string(data[at:]), "\n"+key)
		if i < 0 {
			t.Fatalf("%s is not where it should be", key)
		}
		at += i
	}
}

func TestOnlyTheClockDiffers(t *testing.T) {
	a, b := fullRun(t), fullRun(t)
	b.Head.Clock = result.Clock{Started: time.Now().UTC(), Took: time.Hour}
	one, _ := stored(t, a)
	two, _ := stored(t, b)
	cut := func(data []byte) string { return string(data[:bytes.LastIndex(data, []byte(`"clock":`))]) }
	if cut(one) != cut(two) {
		t.Errorf("more than the clock differs")
	}
}

func opener(data string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(data)), nil }
}

func TestOpenRefuses(t *testing.T) {
	data, _ := stored(t, fullRun(t))
	whole := string(data)
	tests := []struct{ name, data, want string }{
		{"empty", "", "ends too early"},
		{"no JSON", "hello", "no JSON object"},
		{"another document", `{"version": 1}`, "does not begin with assay_run"},
		{"an empty object", `{}`, "is empty"},
		{"a newer version", strings.Replace(whole, `"assay_run":1`, `"assay_run":2`, 1), `version "2"; this assay reads version 1`},
		{"cut", whole[:len(whole)/2], "ends too early"},
		{"cut before the sums", whole[:strings.Index(whole, `"suites"`)], "ends too early"},
		{"no sums", `{"assay_run":1,"mode":"replay","cases":[]}`, `no "suites"`},
		{"more behind", whole + "{}", "more behind"},
		{"a mode", strings.Replace(whole, `"mode":"live"`, `"mode":"dead"`, 1), "unknown mode"},
		{"a case is gone", strings.Replace(whole, `"cases":3`, `"cases":4`, 2), "the sums count 4 cases, the record holds 3"},
		{"twice", `{"assay_run":1,"mode":"replay","mode":"live"}`, `"mode" stands there twice`},
		{"wrong type", strings.Replace(whole, `"mode":"live"`, `"mode":7`, 1), "mode"},
		{"deep", `{"assay_run":1,"x":` + strings.Repeat("[", 10000), "no JSON"},
		{"conflicted", "<<<<<<< HEAD\n" + whole, "no JSON object"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := result.Open("reports/run.json", opener(test.data))
			var failure *diag.Failure
			if !errors.As(err, &failure) {
				t.Fatalf("got %v, want a diagnostic", err)
			}
			d := failure.Diagnostics[0]
			if d.Code != diag.BadRunRecord || d.Range.Filename != "reports/run.json" || d.Range.Start.Line == 0 || d.Detail == "" {
				t.Errorf("got %+v, want %s with a place and a cure", d, diag.BadRunRecord)
			}
			if !strings.Contains(d.Summary, test.want) {
				t.Errorf("got %q, want it to say %q", d.Summary, test.want)
			}
		})
	}
}

func TestADamagedCaseEndsTheIteration(t *testing.T) {
	data, _ := stored(t, fullRun(t))
	damaged := strings.Replace(string(data), `"pass":1`, `"pass":"x"`, 2)
	r, err := result.Open("run.json", opener(damaged))
	if err != nil {
		t.Fatal(err)
	}
	var failure *diag.Failure
	for c, err := range r.Cases() {
		if err == nil {
			t.Errorf("got case %s, want an error", c.Address)
		}
		errors.As(err, &failure)
	}
	if failure == nil || failure.Diagnostics[0].Range.Start.Line != 5 {
		t.Errorf("got %+v, want an error on line 5", failure)
	}
}

func TestUnknownFieldsAndOtherLayoutAreRead(t *testing.T) {
	data, _ := stored(t, fullRun(t))
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(b.String(), `"address"`, `"future": {"a": [1, "]}", null, true]}, "address"`, 3)
	text = strings.ReplaceAll(text, `"sum"`, `"later": 1.5e3, "sum"`)
	r, err := result.Open("run.json", opener(text))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := stored(t, r)
	if !bytes.Equal(data, again) {
		t.Errorf("got\n%s\nwant\n%s", again, data)
	}
}

func TestReadFailureIsNoBadRecord(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := result.Open("run.json", func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(`{"assay_run":1,`), failing{broken})), nil
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	_, err = result.Open("run.json", func() (io.ReadCloser, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestWriteFailureIsKept(t *testing.T) {
	full := errors.New("no space left")
	w := result.NewWriter(failing{full}, result.Head{Mode: result.Replay})
	var err error
	for i := range 100 {
		err = w.Write(plainCase(i))
	}
	if !errors.Is(err, full) {
		t.Errorf("write: got %v, want %v", err, full)
	}
	if err := w.Close(result.Run{}); !errors.Is(err, full) {
		t.Errorf("close: got %v, want %v", err, full)
	}
}

func TestCloseRefusesSumsOfOtherCases(t *testing.T) {
	w := result.NewWriter(io.Discard, result.Head{Mode: result.Replay})
	if err := w.Write(plainCase(1)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(result.Run{}); err == nil {
		t.Errorf("got no error for sums that count no case")
	}
}

func TestRemarkableIsTheSameFromFileAndMemory(t *testing.T) {
	warned := plainCase(7)
	warned.Samples[0].Turns[0].Checks[0].Warned = true
	warned.AddUp()
	full := fullRun(t)
	run := result.NewMemory(full.Head, append([]*result.Case{warned, plainCase(8)}, full.List...))
	_, open := stored(t, run)
	r, err := result.Open("run.json", open)
	if err != nil {
		t.Fatal(err)
	}
	names := func(r result.Reader) (out []string) {
		for c, err := range result.Remarkable(r) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, c.Name)
		}
		return out
	}
	want := []string{`changes_topic["row-7"]`, `changes_topic["row-1"]`, `changes_topic["row-2"]`}
	if diff := cmp.Diff(want, names(run)); diff != "" {
		t.Errorf("memory, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(want, names(r)); diff != "" {
		t.Errorf("file, -want +got:\n%s", diff)
	}
}

func FuzzOpen(f *testing.F) {
	data, _ := stored(f, fullRun(f))
	f.Add(string(data))
	empty, _ := stored(f, result.NewMemory(result.Run{Mode: result.Replay}, nil))
	f.Add(string(empty))
	f.Add(`{"assay_run":1,"mode":"replay","cases":[{},{"verdict":"fail"}],"suites":[],"sum":{"cases":2,"passed":2}}`)
	f.Add(`{"assay_run":1,"cases":[[],"\"",12e3`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := result.Open("run.json", opener(text))
		if err != nil {
			return
		}
		if !strings.Contains(text, "assay_run") {
			t.Errorf("opened a document without a version")
		}
		count := 0
		for _, err := range r.Cases() {
			if err != nil {
				return
			}
			count++
		}
		if got := r.Run().Sum.Cases; got != count {
			t.Errorf("sums count %d cases, there are %d", got, count)
		}
		if err := result.Copy(io.Discard, r); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}
