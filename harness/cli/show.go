package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/result"
)

type showFlags struct {
	reportFlags
	file   string
	asJSON bool
	asCurl bool
}

func newShow(c *command) *cobra.Command {
	var f showFlags
	cmd := &cobra.Command{
		Use:   "show [ADDRESS…]",
		Short: "Show a recorded conversation, or a saved run",
		Long: `Shows the transcript of recorded conversations, whole texts and all; with --file
it shows a saved run record in any report format, a drift report, or a plan.`,
		Example: `  assay show 'jokes.changes_topic["dogs"]'
  assay show 'jokes.changes_topic["dogs"].turn[1]' --curl
  assay show --file reports/run.json --format junit`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.file != "" {
				return c.showFile(&f, args)
			}
			return c.showRecorded(cmd, &f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.file, "file", "", "show the run record, the drift report or the plan in `FILE`, such as reports/run.json")
	flags.BoolVar(&f.asJSON, "json", false, "as JSON")
	flags.BoolVar(&f.asCurl, "curl", false, "as a curl command that asks the question again (the key is a variable in it)")
	flags.StringVar(&f.format, "format", "table", "with --file, in `FORMAT`: "+strings.Join(formatNames(), ", "))
	flags.StringVar(&f.junitLevel, "junit-level", "case", "with --format junit, a testcase for each `LEVEL`: case or turn")
	flags.BoolVar(&f.all, "all", false, "with --file: show every passing case")
	return cmd
}

func (c *command) showFile(f *showFlags, args []string) error {
	if len(args) > 0 {
		return usage("show takes addresses or --file, not both", "")
	}
	path := c.path(f.file)
	if isSavedPlan(path) {
		return c.showPlan(f)
	}
	if f.asJSON {
		f.format = "json"
	}
	if isDrift(path) {
		return c.showDriftFile(f)
	}
	reader, err := result.Open(f.file, func() (io.ReadCloser, error) { return os.Open(path) })
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return diag.NewError(diag.BadRunRecord, "there is no run record "+quoted(f.file), "Each `assay test` writes one, reports/run.json.")
		}
		return diag.NewError(diag.BadRunRecord, diag.FromError(diag.BadRunRecord, err).Summary, diag.FromError(diag.BadRunRecord, err).Detail)
	}
	outputs, err := f.outputs(c, "")
	if err != nil {
		return err
	}
	return c.writeReports(reader, outputs[len(outputs)-1:], &f.reportFlags).Err()
}

// recorded opens the project to look at recordings, and refuses selectors that
// match nothing.
func (c *command) recorded(selectors []string) (*disk.Folder, *harness.Project, error) {
	folder, _, config, err := c.open(&selectFlags{allowEmpty: true}, selectors)
	if err != nil {
		return nil, nil, err
	}
	p, err := c.load(config)
	if err == nil {
		err = matched(p.Plan())
	}
	if err != nil {
		closing(folder)
	}
	return folder, p, err
}

func (c *command) showRecorded(cmd *cobra.Command, f *showFlags, args []string) error {
	if len(args) == 0 {
		return usage("show needs an address", "For example: assay show jokes.greets. A saved run: assay show --file reports/run.json.")
	}
	folder, p, err := c.recorded(args)
	if err != nil {
		return err
	}
	defer closing(folder)
	view := &transcript{turns: turnsOf(args)}
	err = p.Walk(cmd.Context(), func(s harness.Step) error {
		if !view.wants(s) {
			return nil
		}
		switch {
		case f.asCurl:
			return view.curl(s)
		case f.asJSON:
			return view.json(s)
		default:
			return view.text(s)
		}
	})
	if err != nil {
		return err
	}
	if _, err := c.Stdout.Write(view.out.Bytes()); err != nil {
		return err
	}
	c.say(view.problems)
	if view.problems.HasErrors() {
		return exitError(view.problems.Exit())
	}
	return nil
}

// matched is an error where an address matches nothing: show has no flag for that.
func matched(p *plan.Plan) error {
	ds := p.Unmatched()
	for i := range ds {
		ds[i].Detail = strings.TrimSpace(strings.TrimSuffix(ds[i].Detail, plan.AllowEmptyHint))
	}
	return ds.Err()
}

// transcript shows conversations.
type transcript struct {
	out      bytes.Buffer
	turns    []address.Pattern // those asked for by turn
	last     address.Address   // the conversation shown last
	problems diag.Diagnostics
}

// turnsOf gives the patterns that name a turn.
func turnsOf(args []string) []address.Pattern {
	var out []address.Pattern
	for _, arg := range args {
		p, err := address.ParsePattern(arg)
		if err != nil || p.Conversation() == p {
			return nil
		}
		out = append(out, p)
	}
	return out
}

func (t *transcript) wants(s harness.Step) bool {
	if len(t.turns) == 0 {
		return true
	}
	for _, p := range t.turns {
		if p.Match(s.Ask.Address) {
			return true
		}
	}
	return false
}

func (t *transcript) text(s harness.Step) error {
	if conversation := s.Ask.Address.Conversation(); conversation != t.last {
		if t.out.Len() > 0 {
			t.out.WriteByte('\n')
		}
		t.last = conversation
		fmt.Fprintf(&t.out, "%s\n", strings.TrimSuffix(s.Ask.Display, "."+s.Ask.Address.Turn.String()))
	}
	fmt.Fprintf(&t.out, "\n%s", s.Ask.Address.Turn)
	if s.Reply == nil {
		t.out.WriteString("  no current recording\n")
		t.messages(s.Ask.Adds)
		t.problems = append(t.problems, diag.FromError(diag.RecordingMissing, s.Err))
		return nil
	}
	fmt.Fprintf(&t.out, "  status %d", s.Reply.Status)
	if s.Reply.LatencyKnown {
		fmt.Fprintf(&t.out, ", %s", s.Reply.Latency.Round(time.Millisecond))
	}
	if s.Reply.Credits != nil {
		fmt.Fprintf(&t.out, ", %s credits", s.Reply.Credits)
	}
	if m := s.Call.Recorded; m != nil {
		fmt.Fprintf(&t.out, ", recorded %s (%s) in %s", m.RecordedAt.UTC().Format("2006-01-02"), m.Origin, s.Call.File)
	}
	t.out.WriteByte('\n')
	t.messages(s.Ask.Adds)
	if s.Reply.Error != nil {
		t.message("error", s.Reply.Error.Message)
	} else {
		t.message("assistant", s.Reply.Text)
	}
	return nil
}

func (t *transcript) messages(list []exchange.Message) {
	for _, m := range list {
		t.message(m.Role, m.Content())
	}
}

func (t *transcript) message(role, text string) {
	fmt.Fprintf(&t.out, "  %s:\n", role)
	for line := range strings.Lines(text) {
		fmt.Fprintf(&t.out, "    %s\n", diag.Visible(strings.TrimRight(line, "\n")))
	}
}

// shown is a turn as JSON.
type shown struct {
	Address  string            `json:"address"`
	Key      string            `json:"key,omitempty"`
	Request  json.RawMessage   `json:"request,omitempty"`
	Status   int               `json:"status,omitempty"`
	Text     string            `json:"text,omitempty"`
	Error    string            `json:"error,omitempty"`
	Body     string            `json:"body,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	Recorded string            `json:"recorded,omitempty"`
	Problem  string            `json:"problem,omitempty"`
}

func (t *transcript) json(s harness.Step) error {
	v := shown{Address: s.Ask.Address.String()}
	if s.Call != nil {
		v.Key = s.Call.Key.String()
		if json.Valid(s.Request.Body) {
			v.Request = s.Client.Redactor.Bytes(s.Request.Body)
		}
	}
	if s.Reply == nil {
		d := diag.FromError(diag.RecordingMissing, s.Err)
		v.Problem = d.Summary
		t.problems = append(t.problems, d)
	} else {
		v.Status, v.Text, v.Body = s.Reply.Status, s.Reply.Text, string(s.Reply.Body)
		v.Headers = map[string]string{}
		for _, f := range s.Reply.Header {
			v.Headers[f.Name] = f.Value
		}
		if s.Reply.Error != nil {
			v.Error = s.Reply.Error.Message
		}
		v.Recorded = s.Call.File
	}
	enc := json.NewEncoder(&t.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// curl writes a command that asks the question again. The key is a variable of
// the shell: it is nobody's business to print it.
func (t *transcript) curl(s harness.Step) error {
	if s.Request == nil {
		t.problems = append(t.problems, diag.FromError(diag.RecordingMissing, s.Err))
		return nil
	}
	r := s.Request
	fmt.Fprintf(&t.out, "curl -X %s %s", r.Method, shellQuote(s.Client.Config.BaseURL+r.Path+query(r.Query)))
	if r.Credential == exchange.Own {
		h := map[string][]string{}
		s.Client.Kind.Authorize(h, "$API_KEY")
		for name, values := range h {
			fmt.Fprintf(&t.out, " \\\n  -H %s\"$API_KEY\"", shellQuote(name+": "+strings.TrimSuffix(values[0], "$API_KEY")))
		}
	}
	fmt.Fprintf(&t.out, " \\\n  -H 'Content-Type: application/json'")
	for _, f := range r.Header {
		fmt.Fprintf(&t.out, " \\\n  -H %s", shellQuote(f.Name+": "+s.Client.Redactor.String(f.Value)))
	}
	if len(r.Body) > 0 {
		fmt.Fprintf(&t.out, " \\\n  --data-raw %s", shellQuote(s.Client.Redactor.String(string(r.Body))))
	}
	t.out.WriteByte('\n')
	return nil
}

func query(q string) string {
	if q == "" {
		return ""
	}
	return "?" + q
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
