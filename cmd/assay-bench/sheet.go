package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// sheet is the table that is printed.
type sheet struct{ rows []row }

type row struct {
	name             string
	wall, cpu, peak  string
	spread, verdicts string
}

// target is a figure, what it should be, and whether it is.
type target string

// add puts the medians of some runs into the table.
func (s *sheet) add(name string, runs []usage, targets ...target) {
	lowest := slices.MinFunc(runs, func(a, b usage) int { return int(a.wall - b.wall) })
	highest := slices.MaxFunc(runs, func(a, b usage) int { return int(a.wall - b.wall) })
	s.rows = append(s.rows, row{
		name: name, wall: short(medianOf(runs, wall)), cpu: short(medianOf(runs, cpu)),
		peak:   fmt.Sprintf("%.0f MB", float64(medianOf(runs, memory))/(1<<20)),
		spread: short(lowest.wall) + " … " + short(highest.wall), verdicts: join(targets),
	})
}

// compare puts a line into the table that has ratios only: wall, CPU.
func (s *sheet) compare(name string, wall, cpu target) {
	s.rows = append(s.rows, row{name: name, verdicts: string(wall) + "; by CPU " + string(cpu)})
}

func (s *sheet) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "median of whole processes\twall\tfrom … to\tCPU\tpeak\ttarget")
	for _, r := range s.rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", r.name, r.wall, r.spread, r.cpu, r.peak, r.verdicts)
	}
	_ = t.Flush() // a table that can't be printed can't be complained of either
}

func join(targets []target) string {
	words := make([]string, len(targets))
	for i, t := range targets {
		words[i] = string(t)
	}
	return strings.Join(words, "; ")
}

func wall(u usage) time.Duration { return u.wall }
func cpu(u usage) time.Duration  { return u.cpu }
func memory(u usage) int64       { return u.memory }

// medianOf gives the middle of a figure over some runs.
func medianOf[T ~int64](runs []usage, f func(usage) T) T {
	values := make([]T, len(runs))
	for i, u := range runs {
		values[i] = f(u)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// ratio gives the median over the rounds of a's figure in terms of b's: what
// the machine did besides in a round, met both.
func ratio(a, b []usage, f func(usage) time.Duration) float64 {
	values := make([]float64, len(a))
	for i := range a {
		values[i] = float64(f(a[i])) / float64(max(1, f(b[i])))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func under(got, limit time.Duration) target {
	return target(fmt.Sprintf("under %s: %s", short(limit), reached(got < limit)))
}

func underMemory(got, limit int64) target {
	return target(fmt.Sprintf("under %d MB: %s", limit>>20, reached(got < limit)))
}

func atMost(got, limit float64) target {
	return target(fmt.Sprintf("× %.2f, at most × %.2f: %s", got, limit, reached(got <= limit)))
}

func remark(text string) target { return target(text) }

func reached(yes bool) string {
	if yes {
		return "reached"
	}
	return "MISSED"
}

func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
