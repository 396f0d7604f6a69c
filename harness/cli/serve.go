package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/mock"
)

type serveFlags struct {
	listen, script, credits, price string
	keys                           []string
	echo, once                     bool
}

func newServe(c *command) *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the recordings as the API would answer",
		Long: `Answers like the API, from the project's recordings and from a script, on
loopback. The first line on stdout is the base URL; then stdout is silent.
Questions that nothing answers get an explained miss and are listed at the end.`,
		Example: `  assay serve --key my-test-key
  assay serve --listen 127.0.0.1:0 --script replies.yaml --credits 2.50`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.serve(cmd.Context(), &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8787", "listen at `ADDRESS`; port 0 takes a free one")
	flags.StringArrayVar(&f.keys, "key", nil, "accept this API `KEY` and no other (repeatable); without it, any")
	flags.StringVar(&f.credits, "credits", "", "the `AMOUNT` in each key's account (default 10)")
	flags.StringVar(&f.script, "script", "", "answer also from this script `FILE`")
	flags.BoolVar(&f.echo, "echo", false, "answer unknown questions by repeating their last user message")
	flags.StringVar(&f.price, "price", "", "what an echoed reply costs, `AMOUNT` of credits")
	flags.BoolVar(&f.once, "once", false, "serve each recording once only")
	return cmd
}

func (c *command) serve(ctx context.Context, f *serveFlags) error {
	folder, root, err := c.openRoot()
	if err != nil {
		return err
	}
	defer closing(folder)
	options, err := c.serveOptions(f, folder, root)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return diag.NewError(diag.CannotListen, fmt.Sprintf("can't listen at %s", quoted(f.listen)), err.Error()+". Another port: --listen 127.0.0.1:0 takes a free one.")
	}
	handler := mock.New(options)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	if _, err := fmt.Fprintf(c.Stdout, "http://%s/v1\n", listener.Addr()); err != nil {
		return err
	}
	if !isLoopback(listener.Addr()) {
		c.note("Anyone who can reach this machine can ask this server: it listens at %s, not only on loopback.", listener.Addr())
	}
	if options.Script == nil && !options.Echo && !hasRecordings(options.Recordings) {
		c.note("There are no recordings here, and no script: only the balance and errors are answered. assay apply records; --script FILE and --echo answer without recordings.")
	}
	if len(f.keys) == 0 {
		c.note("Any key is accepted, so what is recorded with a wrong key can't be asked for; --key K accepts only K.")
	}
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	select {
	case err := <-stopped:
		return err
	case <-c.drain:
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return err
	}
	c.listMisses(handler, redactorOf(f.keys))
	return nil
}

// isLoopback reports whether only this machine can reach an address.
func isLoopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// hasRecordings reports whether there is one, damaged or not.
func hasRecordings(r mock.Recordings) bool {
	if r == nil {
		return false
	}
	for range r.All() { //nolint:errcheck // a damaged one is one
		return true
	}
	return false
}

// listMisses says which questions nothing answered.
func (c *command) listMisses(s *mock.Server, clean *exchange.Redactor) {
	misses := s.Misses()
	if len(misses) == 0 {
		return
	}
	fmt.Fprintf(c.Stderr, "%s had no answer:\n", counted(len(misses), "question"))
	for _, m := range misses {
		fmt.Fprintf(c.Stderr, "  %s\n", diag.Visible(clean.String(m.String())))
	}
}

// redactorOf keeps the server's keys out of what it says: a question may repeat
// one. A key that is too short to be told from other text is no secret.
func redactorOf(keys []string) *exchange.Redactor {
	var secrets []exchange.Secret
	for _, key := range keys {
		if len(key) >= exchange.MinSecret {
			secrets = append(secrets, exchange.Secret{Name: "--key", Value: key})
		}
	}
	r, err := exchange.NewRedactor(secrets...)
	if err != nil {
		return nil // a word that reports use
	}
	return r
}

func (c *command) serveOptions(f *serveFlags, folder *disk.Folder, root string) (mock.Options, error) {
	out := mock.Options{Keys: f.keys, Echo: f.echo, Once: f.once, Now: c.Now}
	clean := redactorOf(f.keys)
	out.Log = func(line string) { c.note("%s", clean.String(line)) }
	var err error
	if out.Credits, err = amountFlag("--credits", f.credits); err != nil {
		return out, err
	}
	if out.Price, err = amountFlag("--price", f.price); err != nil {
		return out, err
	}
	if f.script != "" {
		source, err := os.ReadFile(c.path(f.script))
		if err != nil {
			return out, diag.NewError(diag.BadScript, fmt.Sprintf("the script %s can't be read", quoted(f.script)), err.Error())
		}
		c.source = func(string) []byte { return source }
		script, ds := mock.ParseScript(f.script, source)
		if ds.HasErrors() {
			return out, ds.Err()
		}
		out.Script = script
	}
	p, err := c.servedProject(folder, root)
	if err != nil || p == nil {
		return out, err
	}
	out.Paths, out.Redactor = p.Paths(), p.Redactor()
	if p.Store() != nil {
		out.Recordings = storeRecordings{p.Store()}
	}
	return out, nil
}

func amountFlag(flag, text string) (*credit.Amount, error) {
	if text == "" {
		return nil, nil
	}
	a, err := credit.ParseAmount(text)
	if err != nil || a.Sign() < 0 {
		return nil, usage(flag+" "+quoted(text)+" is no amount", "Write a decimal such as 2.50.")
	}
	return &a, nil
}

// servedProject loads the project to be served. One whose suites can't be
// loaded serves nothing, and says why; a script needs no suites.
func (c *command) servedProject(folder *disk.Folder, root string) (*harness.Project, error) {
	config, err := c.config(folder, root, &selectFlags{allowEmpty: true}, nil)
	if err != nil {
		return nil, err
	}
	p, ds := harness.Load(config)
	if ds.HasErrors() && !onlySays(ds, diag.NoSuites) {
		if p != nil {
			c.source = p.Source
		}
		c.say(ds)
		return nil, exitError(ds.Exit())
	}
	return p, nil
}

func onlySays(ds diag.Diagnostics, code diag.Code) bool {
	return !slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Severity == diag.Error && d.Code != code })
}

// storeRecordings gives all recordings of a store to the mock server.
type storeRecordings struct{ store *fixture.Store }

// All iterates over the recordings in address order.
func (s storeRecordings) All() iter.Seq2[*fixture.Case, error] {
	return s.store.Scan(context.Background())
}
