// Command assay-bench measures assay as people run it: whole processes, on the
// machine at hand, beside a bare net/http client that sends the same requests.
// `make bench` runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := dispatch(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "assay-bench:", err)
		os.Exit(1)
	}
}

// dispatch runs this program as what its first argument says: the bare server
// and the bare client are processes of their own, so that the client is
// measured like assay, and neither shares memory with what measures.
func dispatch(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case serverMode:
			return serve(ctx, args[1:])
		case clientMode:
			return ask(ctx, args[1:])
		}
	}
	return measure(ctx, args, os.Stdout)
}

// settings are how much is measured.
type settings struct {
	assay string // the program; "" builds it
	runs  int
	size  int // cases of the live runs; the other sizes follow from it
	parts string
	keep  string // where to leave the projects; "" removes them
}

func measure(ctx context.Context, args []string, stdout io.Writer) error {
	var s settings
	flags := flag.NewFlagSet("assay-bench", flag.ContinueOnError)
	flags.StringVar(&s.assay, "assay", "", "measure this `PROGRAM` instead of building one")
	flags.IntVar(&s.runs, "runs", 5, "runs of each kind, of which the median counts")
	flags.IntVar(&s.size, "size", 1000, "the smallest number of cases; the targets are for 1000")
	flags.StringVar(&s.parts, "parts", "start,validate,fmt,apply,replay,live", "what to measure")
	flags.StringVar(&s.keep, "keep", "", "make the projects in this `FOLDER` and leave them there")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if s.runs < 1 || s.size < 10 || flags.NArg() > 0 {
		return fmt.Errorf("-runs must be at least 1, -size at least 10, and there are no arguments")
	}
	b, err := newBench(ctx, s)
	if err != nil {
		return err
	}
	defer b.close()
	start := time.Now()
	if err := b.run(ctx); err != nil {
		return err
	}
	b.sheet.print(stdout)
	fmt.Fprintf(stdout, "\nMeasured in %s on %d CPUs.\n", time.Since(start).Round(time.Second), runtime.NumCPU())
	return nil
}
