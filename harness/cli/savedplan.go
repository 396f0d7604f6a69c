package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
)

// savedPlanFormat is the number of the document's format.
const savedPlanFormat = 1

// savedPlan is what plan --out writes: what was planned, with which flags, from
// what. It holds no secret, and no value of a variable.
type savedPlan struct {
	Format      int                 `json:"assay_plan"`
	Assay       string              `json:"assay"`
	Created     time.Time           `json:"created"`
	Flags       savedFlags          `json:"flags"`
	Text        string              `json:"text"`
	Sums        planEvent           `json:"plan"`
	Changes     []changeEvent       `json:"changes"`
	Fingerprint harness.Fingerprint `json:"made_from"`
}

// savedFlags are those that say what is planned. An apply of the plan takes them
// from here.
type savedFlags struct {
	Selectors    []string `json:"selectors,omitempty"`
	Exclude      []string `json:"exclude,omitempty"`
	Tags         string   `json:"tags,omitempty"`
	Failed       bool     `json:"failed,omitempty"`
	Shard        string   `json:"shard,omitempty"`
	AllowEmpty   bool     `json:"allow_empty,omitempty"`
	Providers    []string `json:"providers,omitempty"`
	BaseURL      string   `json:"base_url,omitempty"`
	RetryUnknown bool     `json:"retry_unknown,omitempty"`
	Replace      []string `json:"replace,omitempty"`
	NoPrune      bool     `json:"no_prune,omitempty"`
}

// plannedByFlags are the flags that a saved plan brings.
var plannedByFlags = []string{"exclude", "tags", "failed", "shard", "allow-empty", "provider", "base-url", "retry-unknown", "replace", "no-prune"}

// savePlan writes a plan to a file.
func (c *command) savePlan(cmd *cobra.Command, root string, p *harness.Project, s *harness.Survey, f *planCommandFlags, selectors []string) error {
	if u, err := url.Parse(f.baseURL); err == nil && u.User != nil {
		return usage("a plan with a password in its --base-url is not saved", "It would be a secret in a file.")
	}
	made, err := p.Fingerprint(cmd.Context(), s)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	(&surveyView{b: &text, p: p, s: s, opening: onlyPlanned}).write()
	doc := savedPlan{
		Format: savedPlanFormat, Assay: version(), Created: c.Now().UTC().Truncate(time.Second),
		Flags: savedFlags{
			Selectors: selectors, Exclude: f.exclude, Tags: f.tags, Failed: f.failed, Shard: f.shard, AllowEmpty: f.allowEmpty,
			Providers: c.flags.providers, BaseURL: f.baseURL, RetryUnknown: f.retryUnknown, Replace: f.replace, NoPrune: f.noPrune,
		},
		Text: text.String(), Sums: planEventOf(s), Changes: changeEvents(p, s), Fingerprint: made,
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(doc); err != nil {
		return err
	}
	if name, found := p.Redactor().Finds(b.Bytes()); found {
		return diag.NewError(diag.SecretLeak, "the plan would hold the secret "+quoted(name), "It was not written. Please report this, without the secret.")
	}
	path := c.path(f.out)
	if err := spare(root, p, path, "the plan"); err != nil {
		return err
	}
	if err := writeFile(path, func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }); err != nil {
		return diag.NewError(diag.CannotWrite, fmt.Sprintf("the plan %s can't be written", quoted(f.out)), cause(err)+".")
	}
	c.note("Saved in %s. Nothing but this is done by: assay apply --plan %s", f.out, shellWord(f.out))
	return nil
}

// spare refuses a file that would take the place of what the project is made of.
func spare(root string, p *harness.Project, path, what string) error {
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return nil //nolint:nilerr // it is on another volume: outside
	}
	rel = filepath.ToSlash(rel)
	for _, name := range []string{p.Config().SuitesDir, p.Config().FixturesDir, ".git", ".assay", "assay.yaml"} {
		if rel == name || strings.HasPrefix(rel, name+"/") {
			return usage(fmt.Sprintf("%s %s would stand in %s", what, quoted(rel), quoted(name)), "Write it to another folder.")
		}
	}
	return nil
}

// isSavedPlan tells a saved plan from other files, by how it begins.
func isSavedPlan(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer closing(file)
	start := make([]byte, 64)
	n, _ := io.ReadFull(file, start)
	return strings.HasPrefix(strings.Join(strings.Fields(string(start[:n])), ""), `{"assay_plan":`)
}

// largestPlan bounds what is read of a file that says that it is a plan.
const largestPlan = 256 << 20

// readPlan reads a saved plan. Whatever is wrong with it is one clear error.
func (c *command) readPlan(name string) (*savedPlan, error) {
	bad := func(summary, detail string) error {
		return diag.NewError(diag.BadPlan, summary, detail)
	}
	file, err := os.Open(c.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, bad("there is no plan "+quoted(name), "assay plan --out FILE writes one.")
	}
	if err != nil {
		return nil, bad("the plan "+quoted(name)+" can't be read", cause(err)+".")
	}
	defer closing(file)
	data, err := io.ReadAll(io.LimitReader(file, largestPlan+1))
	if err != nil || len(data) > largestPlan {
		return nil, bad("the plan "+quoted(name)+" can't be read", "It is no file, or larger than any plan.")
	}
	var head struct {
		Format *int `json:"assay_plan"`
	}
	if err := json.Unmarshal(data, &head); err != nil || head.Format == nil {
		return nil, bad(quoted(name)+" is no saved plan, or is damaged", "assay plan --out FILE writes one.")
	}
	if *head.Format != savedPlanFormat {
		return nil, bad(fmt.Sprintf("the plan %s is of format %d", quoted(name), *head.Format), fmt.Sprintf("This assay reads format %d. Make the plan again with assay plan --out.", savedPlanFormat))
	}
	var doc savedPlan
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&doc); err != nil {
		return nil, bad("the plan "+quoted(name)+" is damaged", "Make it again with assay plan --out: "+diag.Visible(err.Error())+".")
	}
	return &doc, nil
}

// showPlan shows a saved plan as it was made, or as events.
func (c *command) showPlan(f *showFlags) error {
	doc, err := c.readPlan(f.file)
	if err != nil {
		return err
	}
	if f.asJSON {
		events := &events{w: c.Stdout}
		events.emit(versionEvent{Format: eventsFormat, Assay: doc.Assay, Command: "plan"})
		for _, e := range doc.Changes {
			events.emit(e)
		}
		events.emit(doc.Sums)
		events.finish(diag.ExitOK)
		return events.failed()
	}
	return c.print(func(b *bytes.Buffer) {
		fmt.Fprintf(b, "Planned %s by assay %s.\n\n", doc.Created.Format("2006-01-02 15:04:05Z"), diag.Visible(doc.Assay))
		for line := range strings.Lines(doc.Text) {
			fmt.Fprintf(b, "%s\n", diag.Visible(strings.TrimRight(line, "\n")))
		}
	})
}

// takePlan fills the flags of an apply from a saved plan.
func (c *command) takePlan(cmd *cobra.Command, f *applyFlags, args []string) (*savedPlan, error) {
	if len(args) > 0 {
		return nil, usage("--plan and selectors do not go together", "A saved plan says what is asked. Make another for another selection.")
	}
	for _, name := range plannedByFlags {
		if cmd.Flags().Changed(name) {
			return nil, usage(fmt.Sprintf("--plan and --%s do not go together", name), "A saved plan says what is asked, and of whom. Make another with assay plan --out.")
		}
	}
	doc, err := c.readPlan(f.plan)
	if err != nil {
		return nil, err
	}
	saved := doc.Flags
	f.exclude, f.tags, f.failed, f.shard, f.allowEmpty = saved.Exclude, saved.Tags, saved.Failed, saved.Shard, saved.AllowEmpty
	f.baseURL, f.retryUnknown = saved.BaseURL, saved.RetryUnknown
	f.replace, f.noPrune = saved.Replace, saved.NoPrune
	c.flags.providers = saved.Providers
	return doc, nil
}

func visible(list []string) []string {
	out := make([]string, len(list))
	for i, text := range list {
		out[i] = diag.Visible(text)
	}
	return out
}

// stillHolds refuses a plan that was made from something else than what is there.
func (d *savedPlan) stillHolds(cmd *cobra.Command, p *harness.Project, s *harness.Survey) error {
	now, err := p.Fingerprint(cmd.Context(), s)
	if err != nil {
		return err
	}
	changed := d.Fingerprint.Changed(now)
	if len(changed) == 0 {
		return nil
	}
	const most = 10
	more := ""
	if len(changed) > most {
		more = fmt.Sprintf("\nand %d more", len(changed)-most)
		changed = changed[:most]
	}
	return diag.NewError(diag.PlanStale, "the saved plan is stale: "+diag.Visible(changed[0])+" changed since it was made",
		"Nothing was asked. What changed:\n  "+strings.Join(visible(changed), "\n  ")+more+"\nMake the plan again with: assay plan --out FILE")
}
