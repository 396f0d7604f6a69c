package drift_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/verdict"
)

func report() *drift.Report {
	cost := credit.FromInt(3)
	r := &drift.Report{
		Format: drift.Version, Assay: "1.0.0", Started: time.Date(2026, 11, 22, 14, 3, 11, 0, time.UTC), Rules: drift.DefaultRules(),
		Choice: &drift.Choice{Cases: 1, Of: 2, Seed: 7},
	}
	pair := drift.Pair{
		Recorded: one(verdict.Pass, "a joke <b>&</b>"), Live: one(verdict.Fail, "no\u2028joke"),
		Replies: []drift.Reply{
			{Address: "s.c@p#1.turn[1]", Number: 1, Key: "sha256:00", Accepted: true, Status: 200, Text: `{"a":1}`, Header: [][2]string{{"a", "b"}}, Credits: &cost, RecordedAt: time.Date(2026, 11, 22, 14, 3, 11, 0, time.UTC)},
			{Address: "s.c@p#1.turn[2]", Number: 2, Key: "sha256:01", Status: 200, Base64: []byte("\xff\x00")},
		},
	}
	r.Cases = append(r.Cases, drift.Compare(pair, r.Rules), drift.Case{Address: "s.d@p", State: drift.NotRecorded, Reason: "nothing is recorded"})
	drift.Judge(r.Cases, r.Rules)
	r.AddUp([]drift.Pair{pair})
	return r
}

func TestRoundTrip(t *testing.T) {
	want := report()
	var b bytes.Buffer
	if err := drift.Write(&b, want); err != nil {
		t.Fatal(err)
	}
	got, err := drift.Read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b credit.Amount) bool { return a.String() == b.String() })); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if n := strings.Count(b.String(), "\n"); n != len(want.Cases)+2 {
		t.Errorf("%d lines for %d cases", n, len(want.Cases))
	}
}

func TestReadRefuses(t *testing.T) {
	var b bytes.Buffer
	if err := drift.Write(&b, report()); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	tests := []struct {
		name, text string
		want       error
	}{
		{"nothing", "", drift.ErrNoReport},
		{"a run record", `{"assay_run":1}`, drift.ErrNoReport},
		{"another version", strings.Replace(good, `"assay_drift":1`, `"assay_drift":2`, 1), drift.ErrVersion},
		{"cut", good[:len(good)/2], drift.ErrDamaged},
		{"more behind it", good + "{}", drift.ErrDamaged},
		{"an unknown state", strings.Replace(good, `"state":"not recorded"`, `"state":"lost"`, 1), drift.ErrDamaged},
		{"an unknown level", strings.Replace(good, `"level":"verdict"`, `"level":"great"`, 1), drift.ErrDamaged},
		{"other sums", strings.Replace(good, `"compared":1`, `"compared":2`, 1), drift.ErrDamaged},
		{"compared with nothing", strings.Replace(good, `"state":"not recorded"`, `"state":"compared"`, 1), drift.ErrDamaged},
	}
	for _, tt := range tests {
		if _, err := drift.Read(strings.NewReader(tt.text)); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := drift.Write(&b, report()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"assay_drift":1,"cases":null}`))
	f.Add([]byte(`{"assay_drift":1,"sum":{"cases":1,"skipped":1},"cases":[{"state":"skipped"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := drift.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		exit := r.Exit() // no report that can be read breaks what reads it
		var again bytes.Buffer
		if err := drift.Write(&again, r); err != nil {
			t.Fatal(err)
		}
		back, err := drift.Read(&again)
		if err != nil {
			t.Fatalf("what was written can't be read: %v", err)
		}
		if got := back.Exit(); got != exit {
			t.Errorf("exit %d became %d", exit, got)
		}
	})
}
