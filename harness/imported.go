package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

// Endpoint is where a configured provider takes questions, and what it puts
// beside them.
type Endpoint struct {
	Name, Kind, Model string
	URL               string
	Path              string // the part of URL below the base URL
	// Fields are what a body holds besides the messages, with the project's defaults.
	Fields []provider.Param
	// Unknown are fields of the defaults whose value only a run knows.
	Unknown []string
}

// Endpoints gives the project's providers as questions reach them.
func (p *Project) Endpoints() []Endpoint {
	bound, _ := bindProviders(p.suites, p.config) // what is wrong with them Load has said
	var out []Endpoint
	for _, source := range p.suites.Config.Providers {
		b := bound[source.Name]
		if b == nil {
			continue
		}
		own, unknown := p.defaultParams()
		r, err := b.Kind.Build(b.Config, provider.Question{Messages: []exchange.Message{{Role: "user", Text: "hello"}}, Params: own})
		if err != nil {
			continue
		}
		e := Endpoint{Name: source.Name, Kind: source.Kind, Model: source.Model, URL: b.Config.BaseURL + r.Path, Path: r.Path, Unknown: unknown}
		list, _ := exchange.Members(r.Body)
		for _, m := range list {
			if m.Name != "messages" {
				e.Fields = append(e.Fields, provider.Param{Name: m.Name, Value: m.Value})
			}
		}
		out = append(out, e)
	}
	return out
}

// defaultParams gives the params of the project's defaults, and the names of
// those that are expressions.
func (p *Project) defaultParams() (plain []provider.Param, unknown []string) {
	for _, f := range p.suites.Config.Defaults.Fields {
		raw := []byte("null")
		if f.Value != nil && !f.Value.IsPlain() {
			unknown = append(unknown, f.Name)
			continue
		}
		if f.Value != nil {
			v, _ := f.Value.Value(nil)
			var err error
			if raw, err = plan.AppendJSON(nil, v); err != nil {
				continue
			}
		}
		plain = append(plain, provider.Param{Name: f.Name, Value: raw})
	}
	return plain, unknown
}

// DefaultProvider gives the provider that a suite asks when it names none; ""
// where there is no one such.
func (p *Project) DefaultProvider() string {
	c := p.suites.Config
	switch {
	case len(c.Defaults.Providers) > 0:
		return c.Defaults.Providers[0]
	case len(c.Providers) == 1:
		return c.Providers[0].Name
	}
	return ""
}

// Answer is a reply that somebody else got, with all its headers.
type Answer struct {
	Status  int
	Header  http.Header
	Body    []byte
	At      time.Time
	Latency time.Duration
	// Drop is what the account lost between the reply before and this one; nil
	// where that is not known.
	Drop *credit.Amount
}

// Filing says what becomes of imported replies.
type Filing struct {
	// Folder is the project's root, for writing.
	Folder fixture.Folder
	// Find gives the answer to a turn, nil if there is none.
	Find func(address.Address, int) *Answer
	// Replace takes the place of recordings that are there; else they are an error.
	Replace Replacing
}

// Replacing says whether recordings that are there may be overwritten.
type Replacing uint8

// What to do with recordings that are there.
const (
	KeepRecordings Replacing = iota
	ReplaceRecordings
)

// Unfiled is an answer that is no recording, and why.
type Unfiled struct {
	Address address.Address
	Err     error
}

// Filed is what became of imported replies.
type Filed struct {
	Replies int
	Files   int
	Unfiled []Unfiled
}

// ErrRecorded is a recording that is there already.
var ErrRecorded = errors.New("there is a recording already")

// File records replies that were imported as the answers to the project's
// questions. Each is judged like one that came from the provider: what a replay
// would refuse is not recorded. Nothing is sent. Nothing is written where one of
// the recordings is there already, unless they are to be replaced.
func (p *Project) File(ctx context.Context, f Filing) (*Filed, error) {
	replies := p.openReplies(f.Folder) // what is replaced may have been paid for
	defer replies.Close()
	store := fixture.Open(fixture.Options{
		Folder: f.Folder, Dir: p.suites.Config.FixturesDir, Redactor: p.secrets.redactor, Replies: replies,
	})
	work := &filing{Filing: f, project: p, store: store}
	if f.Replace == KeepRecordings {
		if err := work.refuse(); err != nil {
			return nil, err
		}
	}
	err := work.all(ctx)
	if err != nil && f.Replace == KeepRecordings {
		work.takeBack()
	}
	slices.SortFunc(work.out.Unfiled, func(a, b Unfiled) int { return cmp.Compare(a.Address.String(), b.Address.String()) })
	return &work.out, err
}

type filing struct {
	Filing
	project *Project
	store   *fixture.Store

	mu    sync.Mutex
	out   Filed
	saved []address.Address
	err   error
}

// takeBack removes what was written before an import failed, so that it can be
// begun again.
func (w *filing) takeBack() {
	for _, instance := range w.saved {
		_ = w.store.Remove(instance) // the error that led here is the one to tell
	}
	w.out = Filed{}
}

// refuse finds a recording that is there.
func (w *filing) refuse() error {
	for inst, ds := range w.project.plan.Instances() {
		if ds.HasErrors() {
			return ds.Err()
		}
		held, err := w.store.Load(inst.Address)
		if err != nil {
			return err
		}
		if len(held.Exchanges) > 0 {
			return fmt.Errorf("%s: %w", held.Path, ErrRecorded)
		}
	}
	return nil
}

// filers is how many files are written at once: they wait for the disk.
const filers = 16

// all files every instance, several at once.
func (w *filing) all(ctx context.Context) error {
	next := make(chan *plan.Instance)
	var group sync.WaitGroup
	for range filers {
		group.Go(func() {
			for inst := range next {
				if err := w.instance(ctx, inst); err != nil {
					w.mu.Lock()
					w.err = cmp.Or(w.err, err)
					w.mu.Unlock()
				}
			}
		})
	}
	var problem error
	for inst, ds := range w.project.plan.Instances() {
		if problem = cmp.Or(ds.Err(), ctx.Err()); problem != nil {
			break
		}
		next <- inst
	}
	close(next)
	group.Wait()
	return cmp.Or(problem, w.err)
}

// instance files the answers of one case instance.
func (w *filing) instance(ctx context.Context, inst *plan.Instance) error {
	bound := w.project.plan.Provider(inst.Address.Provider)
	client := &provider.Client{
		Kind: bound.Kind, Config: bound.Config, Transport: importedAnswers{w.Find},
		Redactor: w.project.secrets.redactor, Now: w.project.config.Now,
	}
	filed := &fixture.Case{Address: inst.Address}
	var unfiled []Unfiled
	err := walkConversation(ctx, client, inst.Dialogue(1), func(s Step) error {
		switch {
		case s.Reply == nil && errors.Is(s.Err, errNoAnswer):
		case s.Reply == nil:
			unfiled = append(unfiled, Unfiled{s.Ask.Address, s.Err})
		case !s.Call.Accept(s.Reply.Status):
			unfiled = append(unfiled, Unfiled{s.Ask.Address, fmt.Errorf("its status %d is not one that the suite accepts", s.Reply.Status)})
		case s.Reply.Error != nil && s.Reply.Status/100 == 2:
			unfiled = append(unfiled, Unfiled{s.Ask.Address, s.Reply.Error})
		default:
			filed.Exchanges = append(filed.Exchanges, w.exchange(s, bound))
		}
		return nil
	})
	if err == nil && len(filed.Exchanges) > 0 {
		err = w.store.Save(filed)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out.Unfiled = append(w.out.Unfiled, unfiled...)
	if err == nil && len(filed.Exchanges) > 0 {
		w.saved = append(w.saved, inst.Address)
		w.out.Files++
		w.out.Replies += len(filed.Exchanges)
	}
	return err
}

// exchange makes the recording of an answered step.
func (w *filing) exchange(s Step, bound *plan.Provider) exchange.Exchange {
	a := w.Find(s.Ask.Address, s.Ask.Number)
	e := exchange.Exchange{
		Address: s.Ask.Address, Number: s.Ask.Number, Key: s.Call.Key,
		Adds: s.Ask.Adds, With: w.project.secrets.redactor.String(s.Call.With),
		Response: exchange.Response{Status: s.Reply.Status, Header: s.Reply.Header, Body: s.Reply.Body},
		Meta: exchange.Meta{
			RecordedAt: a.At, Origin: exchange.Imported, Latency: a.Latency, Model: s.Reply.Model,
		},
	}
	if e.RecordedAt.IsZero() {
		e.RecordedAt = w.project.config.Now().UTC().Truncate(time.Second)
	}
	all := &exchange.Response{Status: a.Status, Header: exchange.Fields(a.Header), Body: s.Reply.Body}
	if e.Credits = bound.Kind.Bill(bound.Config, all).Cost; e.Credits == nil && a.Drop != nil {
		e.Credits, e.Unsure = a.Drop, true // somebody else may have spent in between
	}
	return e
}

// errNoAnswer is a question to which nothing was imported.
var errNoAnswer = errors.New("nothing was imported for it")

// importedAnswers is the transport that knows what was imported.
type importedAnswers struct {
	find func(address.Address, int) *Answer
}

// RoundTrip gives the imported answer to a question.
func (t importedAnswers) RoundTrip(req *http.Request) (*http.Response, error) {
	call := exchange.FromContext(req.Context())
	if call == nil {
		return nil, errNoAnswer
	}
	a := t.find(call.Address, call.Number)
	if a == nil {
		return nil, errNoAnswer
	}
	call.Recorded = &exchange.Meta{Origin: exchange.Imported, Latency: a.Latency}
	resp := fixture.Response(&exchange.Exchange{Response: exchange.Response{Status: a.Status, Body: a.Body}}, req)
	resp.Header = a.Header.Clone()
	return resp, nil
}
