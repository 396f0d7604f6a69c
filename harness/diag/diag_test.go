package diag_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
)

func TestSuggest(t *testing.T) {
	checks := []string{"contains", "icontains", "contains_all", "regex", "not", "of", "user"}
	for name, want := range map[string]string{
		"containz": ` Did you mean "contains"?`, "Regex": ` Did you mean "regex"?`, "regxe": ` Did you mean "regex"?`,
		"contain_all": ` Did you mean "contains_all"?`, "usr": ` Did you mean "user"?`, "fo": ` Did you mean "of"?`,
		"zzz": "", "": "", "assistant": "", "if": ` Did you mean "of"?`, "latency": "",
	} {
		if got := diag.Suggest(name, checks); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", name, got, want)
		}
	}
	if got := diag.Suggest("x", nil); got != "" {
		t.Errorf("Suggest without candidates = %q", got)
	}
}

func TestExit(t *testing.T) {
	code := func(codes ...diag.Code) (ds diag.Diagnostics) {
		for _, c := range codes {
			ds.Add(c, diag.Range{}, "s", "")
		}
		return ds
	}
	warned := diag.Diagnostics{}
	warned.Warn(diag.UnknownKey, diag.Range{}, "s", "")
	tests := []struct {
		ds   diag.Diagnostics
		want int
	}{
		{nil, 0},
		{warned, 0},
		{code(diag.ExpectationFailed), 1},
		{code(diag.ExpectationFailed, diag.RecordingStale), 6},
		{code(diag.RecordingStale, diag.NoKey), 7},
		{code(diag.NoKey, diag.BudgetSpent), 8},
		{code(diag.BudgetSpent, diag.Locked), 9},
		{code(diag.Locked, diag.BadFlag), 5},
		{code(diag.BadFlag, diag.UnknownKey), 4},
		{code(diag.UnknownKey, diag.Internal), 11},
		{code("nonsense"), 11},
	}
	for _, test := range tests {
		if got := test.ds.Exit(); got != test.want {
			t.Errorf("exit code of %v = %d, want %d", test.ds, got, test.want)
		}
	}
	if got := diag.WorstExit(diag.ExitInterrupted, diag.ExitInvalid); got != diag.ExitInterrupted {
		t.Errorf("interrupted and invalid = %d", got)
	}
}

func TestFromError(t *testing.T) {
	known := diag.NewError(diag.NoKey, "no key", "Set it.")
	var ds diag.Diagnostics
	ds.Warn(diag.UnknownTag, diag.Range{}, "a warning", "")
	ds.Add(diag.UnknownKey, diag.Range{Filename: "f"}, "an error", "")
	tests := []struct {
		err  error
		want diag.Diagnostic
	}{
		{nil, diag.Diagnostic{}},
		{errors.New("plain"), diag.Diagnostic{Code: diag.CallFailed, Summary: "plain"}},
		{fmt.Errorf("asking: %w", known), diag.Diagnostic{Code: diag.NoKey, Summary: "no key", Detail: "Set it."}},
		{fmt.Errorf("loading: %w", ds.Err()), ds[1]},
	}
	for _, test := range tests {
		if got := diag.FromError(diag.CallFailed, test.err); got != test.want {
			t.Errorf("FromError(%v) = %+v, want %+v", test.err, got, test.want)
		}
	}
}

func TestSortedIsByPlaceAndOnce(t *testing.T) {
	d := func(file string, line, column int) diag.Diagnostic {
		return diag.Diagnostic{Summary: "s", Range: diag.Range{Filename: file, Start: diag.Pos{Line: line, Column: column}}}
	}
	ds := diag.Diagnostics{{Summary: "no place"}, d("b", 1, 1), d("a", 2, 1), d("a", 1, 9), d("a", 1, 2), d("a", 1, 9)}
	want := diag.Diagnostics{d("a", 1, 2), d("a", 1, 9), d("a", 2, 1), d("b", 1, 1), {Summary: "no place"}}
	got := ds.Sorted()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFailureSaysTheFirstError(t *testing.T) {
	var ds diag.Diagnostics
	ds.Warn(diag.UnknownTag, diag.Range{}, "a warning", "")
	if ds.Err() != nil {
		t.Errorf("a warning is an error: %v", ds.Err())
	}
	ds.Add(diag.UnknownKey, diag.Range{}, "one", "")
	ds.Add(diag.UnknownKey, diag.Range{}, "two", "")
	if got, want := ds.Err().Error(), "one (and more)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
