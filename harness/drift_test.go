package harness_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/internal/disk"
)

// driftWorld is a project on a disk, and a model that answers it.
type driftWorld struct {
	t      *testing.T
	dir    string
	folder *disk.Folder
	answer func(question string) string
	asked  []string
}

const payments = `suite: pay
cases:
  - name: pays
    samples: 2
    conversation:
      - user: what does it cost?
        capture: {price: {regex: '\$([0-9]+)', group: 1}}
        expect: [{contains: $}]
      - user: pay ${capture.price}
        expect: [{contains: paid}]
`

func newDriftWorld(t *testing.T) *driftWorld {
	t.Helper()
	w := &driftWorld{t: t, dir: t.TempDir()}
	if err := os.MkdirAll(w.dir+"/suites", 0o755); err != nil {
		t.Fatal(err)
	}
	w.suite(payments)
	var err error
	if w.folder, err = disk.Open(w.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.folder.Close() })
	w.answer = func(question string) string {
		if strings.HasPrefix(question, "pay") {
			return "paid"
		}
		return "It costs $5."
	}
	p := w.load()
	s, err := p.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Apply(t.Context(), s, harness.Recording{Folder: w.folder}); err != nil {
		t.Fatal(err)
	}
	w.asked = nil
	return w
}

func (w *driftWorld) suite(text string) {
	w.t.Helper()
	if err := os.WriteFile(w.dir+"/suites/pay.yaml", []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *driftWorld) load() *harness.Project {
	w.t.Helper()
	p, ds := harness.Load(harness.Config{FS: w.folder, Concurrency: 1, Live: &harness.Live{
		BaseURL: "http://127.0.0.1:1/v1", Env: func(string) string { return "SG_0123456789" }, Transport: roundTrip(w.serve), Folder: w.folder,
	}})
	if ds.HasErrors() {
		w.t.Fatal(ds.Err())
	}
	return p
}

func (w *driftWorld) serve(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return &http.Response{StatusCode: 404, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	last := string(body[bytes.LastIndex(body, []byte(`"content":"`))+len(`"content":"`):])
	question, _, _ := strings.Cut(last, `"`)
	w.asked = append(w.asked, question)
	reply := fmt.Sprintf(`{"model":"m","choices":[{"message":{"content":%q},"finish_reason":"stop"}]}`, w.answer(question))
	return &http.Response{StatusCode: 200, Header: http.Header{"X-Cost": {"0.001"}}, Body: io.NopCloser(strings.NewReader(reply)), Request: req}, nil
}

func (w *driftWorld) drift(scope harness.DriftScope) *drift.Report {
	w.t.Helper()
	p := w.load()
	s, err := p.SurveyDrift(w.t.Context(), scope)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := p.Drift(w.t.Context(), s, harness.DriftOptions{Rules: drift.DefaultRules(), Folder: w.folder})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *driftWorld) accept(r *drift.Report) (*harness.Accepted, error) {
	return w.load().AcceptDrift(w.t.Context(), w.folder, r)
}

func (w *driftWorld) recorded() string {
	w.t.Helper()
	data, err := os.ReadFile(w.dir + "/fixtures/pay/grok-2/pays.yaml")
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

// TestDriftFollowsItsOwnReplies: what is captured comes from the new reply, and
// the next question with it; what is recorded is one conversation.
func TestDriftFollowsItsOwnReplies(t *testing.T) {
	w := newDriftWorld(t)
	w.answer = func(question string) string {
		if strings.HasPrefix(question, "pay") {
			return "paid all of it"
		}
		return "It costs $9."
	}
	r := w.drift(harness.DriftScope{})
	if got := strings.Join(w.asked, ", "); got != "what does it cost?, pay 9, what does it cost?, pay 9" {
		t.Errorf("asked %s", got)
	}
	c := r.Cases[0]
	if c.Level != drift.TextLevel || c.Turns[0].Followed || !c.Turns[1].Followed {
		t.Errorf("got %s, %+v", c.Level, c.Turns)
	}
	done, err := w.accept(r)
	if err != nil || done.Conversations != 2 || len(done.Left) != 0 {
		t.Fatalf("got %+v, %v", done, err)
	}
	if got := w.recorded(); strings.Count(got, "pay 9") != 2 || strings.Contains(got, "pay 5") || !strings.Contains(got, "credits: 0.001") {
		t.Errorf("recorded:\n%s", got)
	}
	s, err := w.load().Survey(t.Context())
	if err != nil || !s.IsEmpty() || len(s.Blocked) > 0 {
		t.Errorf("after accepting: %+v, %v", s, err)
	}
}

// TestDriftAcceptsWholeConversations: one that a reply broke off stays as it was
// recorded.
func TestDriftAcceptsWholeConversations(t *testing.T) {
	w := newDriftWorld(t)
	before := w.recorded()
	n := 0
	w.answer = func(question string) string {
		if strings.HasPrefix(question, "pay") {
			return "paid"
		}
		if n++; n == 1 {
			return "I do not know."
		}
		return "It costs $9."
	}
	r := w.drift(harness.DriftScope{})
	c := r.Cases[0]
	if c.State != drift.Compared || c.Live.Passed != 1 || c.Live.Samples != 2 || !c.Noise {
		t.Fatalf("got %+v", c)
	}
	done, err := w.accept(r)
	if err != nil || done.Conversations != 1 || !strings.Contains(done.Left["pay.pays@grok-2#1"], "could not be asked") {
		t.Fatalf("got %+v, %v", done, err)
	}
	got := w.recorded()
	if strings.Count(got, "pay 9") != 1 || strings.Count(got, "pay 5") != 1 || got == before {
		t.Errorf("recorded:\n%s", got)
	}
}

// TestDriftRefusesOtherQuestions: nothing is written when one question differs,
// be it that of the last turn.
func TestDriftRefusesOtherQuestions(t *testing.T) {
	w := newDriftWorld(t)
	r := w.drift(harness.DriftScope{})
	before := w.recorded()
	w.suite(strings.Replace(payments, "pay ${", "please pay ${", 1))
	_, err := w.accept(r)
	if code := codeOf(err); code != diag.DriftStale {
		t.Errorf("got %v", err)
	}
	if w.recorded() != before {
		t.Error("something was recorded")
	}
}

// TestDriftSamples asks more than is recorded, and files only what the suite has.
func TestDriftSamples(t *testing.T) {
	w := newDriftWorld(t)
	w.answer = func(string) string { return "no" }
	r := w.drift(harness.DriftScope{Samples: 8})
	c := r.Cases[0]
	if c.Recorded.Samples != 2 || c.Live.Samples != 8 || c.Level != drift.Verdict {
		t.Fatalf("got %+v → %+v, %s", c.Recorded, c.Live, c.Level)
	}
	w.answer = func(q string) string {
		if strings.HasPrefix(q, "pay") {
			return "paid"
		}
		return "$7"
	}
	if done, err := w.accept(w.drift(harness.DriftScope{Samples: 8})); err != nil || done.Conversations != 2 {
		t.Errorf("got %+v, %v", done, err)
	}
	if got := w.recorded(); strings.Contains(got, "sample: 3") {
		t.Errorf("recorded:\n%s", got)
	}
}

// TestDriftKeepsItsReport: what was paid for is forgotten only when the report
// is saved.
func TestDriftKeepsItsReport(t *testing.T) {
	w := newDriftWorld(t)
	p := w.load()
	s, err := p.SurveyDrift(t.Context(), harness.DriftScope{})
	if err != nil {
		t.Fatal(err)
	}
	full := io.ErrShortWrite
	_, err = p.Drift(t.Context(), s, harness.DriftOptions{Folder: w.folder, Rules: drift.DefaultRules(), Save: func([]byte) error { return full }})
	if err == nil {
		t.Fatal("a report that could not be saved is no error")
	}
	asked := len(w.asked)
	var saved []byte
	r, err := p.Drift(t.Context(), s, harness.DriftOptions{Folder: w.folder, Rules: drift.DefaultRules(), Save: func(b []byte) error {
		saved = b
		return nil
	}})
	if err != nil || len(w.asked) != asked || r.Sum.Compared != 1 {
		t.Fatalf("asked %d again, %v", len(w.asked)-asked, err)
	}
	read, err := drift.Read(bytes.NewReader(saved))
	if err != nil || !read.HasReplies() {
		t.Fatalf("the saved report: %v", err)
	}
	if done, err := w.accept(read); err != nil || done.Conversations != 2 {
		t.Errorf("got %+v, %v", done, err)
	}
	if w.drift(harness.DriftScope{}); len(w.asked) != asked+4 {
		t.Errorf("asked %d questions, want 4: what is in a report is not used again", len(w.asked)-asked)
	}
}

// TestDriftTakesOver: of what a killed drift left, whole replies of today are
// used, and nothing else.
func TestDriftTakesOver(t *testing.T) {
	w := newDriftWorld(t)
	replies := w.drift(harness.DriftScope{}).Cases[0].Replies
	if len(replies) != 4 {
		t.Fatalf("got %d replies", len(replies))
	}
	w.asked = nil
	var lines [][]byte
	for i := range replies {
		if i == 1 {
			replies[i].RecordedAt = replies[i].RecordedAt.AddDate(0, 0, -2)
		}
		line, err := json.Marshal(replies[i])
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	lines[3] = lines[3][:len(lines[3])/2] // torn
	if err := os.WriteFile(w.dir+"/.assay/drift/left.jsonl", bytes.Join(lines, []byte("\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	p := w.load()
	s, err := p.SurveyDrift(t.Context(), harness.DriftScope{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Drift(t.Context(), s, harness.DriftOptions{Folder: w.folder, Rules: drift.DefaultRules()})
	if err != nil || r.Sum.Compared != 1 {
		t.Fatalf("got %+v, %v", r, err)
	}
	if len(w.asked) != 2 {
		t.Errorf("asked %q, want the one that is old and the one that is torn", w.asked)
	}
}

// TestDriftRedacts: a server that says the key back finds it in no report.
func TestDriftRedacts(t *testing.T) {
	w := newDriftWorld(t)
	w.answer = func(string) string { return "Your key is SG_0123456789, $5, paid." }
	var saved []byte
	p := w.load()
	s, err := p.SurveyDrift(t.Context(), harness.DriftScope{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Drift(t.Context(), s, harness.DriftOptions{Folder: w.folder, Rules: drift.DefaultRules(), Save: func(b []byte) error {
		saved = b
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(saved, []byte("SG_0123456789")) || !bytes.Contains(saved, []byte("(sensitive:grok-2)")) {
		t.Errorf("the report: %s", saved)
	}
	if done, err := w.accept(r); err != nil || done.Conversations != 2 || strings.Contains(w.recorded(), "SG_0123456789") {
		t.Errorf("got %+v, %v", done, err)
	}
}

func TestDriftNeedsLive(t *testing.T) {
	w := newDriftWorld(t)
	p, ds := harness.Load(harness.Config{FS: w.folder})
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	s, err := p.SurveyDrift(t.Context(), harness.DriftScope{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Drift(context.Background(), s, harness.DriftOptions{Folder: w.folder}); err == nil {
		t.Error("a drift without Live is no error")
	}
}

func codeOf(err error) diag.Code { return diag.FromError(diag.Internal, err).Code }
