package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
)

func newConsole(c *command) *cobra.Command {
	return &cobra.Command{
		Use:   "console ADDRESS",
		Short: "Try an expression or an expectation on a recorded reply",
		Long: `Reads lines and says what each comes to, after the reply at the address (the
last of its conversation when it names no turn):

  self.text                      an expression: its value and type
  a joke on ${each.value}        a template
  icontains: dogs                an expectation: whether it is met, and why not
  help, exit                     what there is; the end (Ctrl-D ends it as well)

Names are those of a suite's expectations: self, replies, var, local, each,
case, provider, sample, capture. Nothing is sent and nothing is written.

Without a terminal it reads standard input; then the exit code is 1 when an
expectation was not met, and 4 when a line was faulty.`,
		Example: `  assay console jokes.greets
  assay console 'jokes.changes_topic["dogs"].turn[1]'
  echo 'icontains: dogs' | assay console 'jokes.tells["dogs"]'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.console(cmd.Context(), args[0]) },
	}
}

func (c *command) console(ctx context.Context, selector string) error {
	folder, p, err := c.recorded([]string{selector})
	if err != nil {
		return err
	}
	defer closing(folder)
	trial, err := p.Trial(ctx, turnIn(selector))
	if err != nil {
		return err
	}
	return c.converse(trial, p.Source)
}

// turnIn gives the pattern of an address that names a turn, nil for any other.
func turnIn(selector string) *address.Pattern {
	if patterns := turnsOf([]string{selector}); len(patterns) == 1 {
		return &patterns[0]
	}
	return nil
}

// converse answers line by line until there are no more.
func (c *command) converse(trial *harness.Trial, files func(string) []byte) error {
	read, interactive := c.lineReader()
	if interactive {
		c.note("%s. Type help for what there is, exit to leave.", trial.Display)
	}
	var codes []int
	for {
		line, err := c.nextLine(read)
		text := strings.TrimSpace(line)
		switch {
		case text == "exit", text == "quit":
			err = io.EOF
		case text == "help":
			fmt.Fprint(c.Stdout, consoleHelp)
		case text != "":
			codes = append(codes, c.try(trial, line, files))
		}
		switch {
		case errors.Is(err, io.EOF) && interactive:
			return nil
		case errors.Is(err, io.EOF):
			if worst := diag.WorstExit(codes...); worst != diag.ExitOK {
				return exitError(worst)
			}
			return nil
		case err != nil:
			return err
		}
	}
}

const consoleHelp = `An expression:    self.text, length(self.text), self.json.name, replies[0].text
A template:       hello ${var.audience}
An expectation:   contains: dogs     words: {max: 60}     not: {icontains: sorry}
Of the reply:     self.text .status .body .json .headers .model .finish_reason
                  .latency .credits .tokens.input .tokens.output .error
Names:            replies, var, local, each, case, provider, sample, capture
The checks and functions are in docs/reference.md. exit or Ctrl-D ends it.
`

// try says what a line comes to, and gives the exit code that it is worth.
func (c *command) try(trial *harness.Trial, line string, files func(string) []byte) int {
	tried, ds := trial.Try(line)
	if ds.HasErrors() {
		c.source = func(file string) []byte {
			if file == harness.TrialSource {
				return []byte(line)
			}
			return files(file)
		}
		c.say(ds)
		return ds.Exit()
	}
	if tried.Results == nil {
		fmt.Fprintf(c.Stdout, "%s  (%s)\n", diag.Visible(tried.Value), tried.Kind)
		return diag.ExitOK
	}
	worst := diag.ExitOK
	for _, r := range tried.Results {
		worst = diag.WorstExit(worst, c.showTried(r))
	}
	return worst
}

// showTried shows one expectation's result.
func (c *command) showTried(r harness.TriedCheck) int {
	word := r.Verdict.String()
	if r.Warned {
		word = "warning"
	}
	fmt.Fprintf(c.Stdout, "%s: %s\n", word, r.Name)
	for _, field := range []struct{ label, text string }{
		{"expected", r.Expected}, {"actual", r.Actual}, {"reason", r.Reason}, {"message", r.Message},
	} {
		if field.text != "" {
			fmt.Fprintf(c.Stdout, "  %-9s %s\n", field.label, diag.Visible(field.text))
		}
	}
	if word == "fail" || word == "error" {
		return diag.ExitFailed
	}
	return diag.ExitOK
}

// maxLine is the longest line that is read.
const maxLine = 1 << 20

// lineReader gives what reads a line: with a prompt, line editing and a history
// where somebody sits at a terminal, else plainly.
func (c *command) lineReader() (read func() (string, error), interactive bool) {
	if file, ok := c.Stdin.(*os.File); ok && c.StdinIsTerminal && c.StdoutColumns > 0 && c.Env("TERM") != "dumb" {
		return terminalReader(file, c.Stdout, c.StdoutColumns), true
	}
	lines := bufio.NewScanner(c.Stdin)
	lines.Buffer(nil, maxLine)
	return func() (string, error) {
		if lines.Scan() {
			return lines.Text(), nil
		}
		if err := lines.Err(); err != nil {
			return "", usage("a line can't be read: "+err.Error(), "")
		}
		return "", io.EOF
	}, c.StdinIsTerminal
}

// terminalReader reads from a terminal, which is as it was between the lines.
func terminalReader(in *os.File, out io.Writer, columns int) func() (string, error) {
	line := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "> ")
	_ = line.SetSize(columns, 24) // the height does not matter
	return func() (string, error) {
		before, err := term.MakeRaw(int(in.Fd()))
		if err != nil {
			return "", err
		}
		defer func() { _ = term.Restore(int(in.Fd()), before) }()
		return line.ReadLine()
	}
}

// nextLine reads a line, or gives up at an interrupt.
func (c *command) nextLine(read func() (string, error)) (string, error) {
	type got struct {
		line string
		err  error
	}
	next := make(chan got, 1)
	go func() {
		line, err := read()
		next <- got{line, err}
	}()
	select {
	case g := <-next:
		return g.line, g.err
	case <-c.drain:
		return "", context.Canceled
	}
}
