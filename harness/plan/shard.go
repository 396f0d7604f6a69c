package plan

import (
	"cmp"
	"container/heap"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/assay-harness/assay/harness/address"
)

// Shard is one of several parts of a plan, which together are all of it. The
// zero value is the whole.
type Shard struct{ Index, Of int } // Index counts from 1

// mostShards bounds how many parts there are: more is a slip.
const mostShards = 10_000

// ParseShard reads 2/8.
func ParseShard(s string) (Shard, error) {
	parts := regexp.MustCompile(`^([0-9]{1,9})/([0-9]{1,9})$`).FindStringSubmatch(s)
	if parts == nil {
		return Shard{}, fmt.Errorf("%q is no INDEX/COUNT such as 2/8", s)
	}
	index, _ := strconv.Atoi(parts[1]) // nine digits are a number
	of, _ := strconv.Atoi(parts[2])
	switch {
	case of < 1 || of > mostShards:
		return Shard{}, fmt.Errorf("%q: the count is from 1 to %d", s, mostShards)
	case index < 1 || index > of:
		return Shard{}, fmt.Errorf("%q: the index is from 1 to %d", s, of)
	}
	return Shard{Index: index, Of: of}, nil
}

// String gives 2/8.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }

// IsAll reports whether nothing is left out.
func (s Shard) IsAll() bool { return s.Of <= 1 }

// Shard gives the part of the plan that a shard takes. took says how long an
// instance took when it was recorded; one that has no recording counts as the
// median of the others. Whoever has the same suites and recordings gets the
// same parts, and every instance is in exactly one.
func (p *Plan) Shard(s Shard, took func(address.Address) (time.Duration, bool)) *Plan {
	if s.IsAll() {
		return p
	}
	var durations []time.Duration
	for inst := range p.Instances() {
		if inst != nil {
			durations = append(durations, duration(inst, took))
		}
	}
	assigned := s.assign(durations)
	mine := map[address.Address]bool{}
	n := 0
	for inst := range p.Instances() {
		if inst == nil {
			continue
		}
		if int(assigned[n]) == s.Index-1 {
			mine[inst.Address] = true
		}
		n++
	}
	return p.Only(func(a address.Address) bool { return mine[a] })
}

// unknown is the duration of what has no recording.
const unknown = -1

func duration(inst *Instance, took func(address.Address) (time.Duration, bool)) time.Duration {
	if inst.Skip != "" {
		return 0
	}
	if d, known := took(inst.Address); known {
		return d
	}
	return unknown
}

// assign gives each duration the number of its part, from 0: the longest first,
// each to the part that has least to do so far. No part is longer than 4/3 of
// the best that can be done.
func (s Shard) assign(durations []time.Duration) []uint16 {
	middle := median(durations)
	order := make([]int32, len(durations))
	for i, d := range durations {
		order[i] = int32(i)
		if d == unknown {
			durations[i] = middle
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(durations[b], durations[a]) })
	loads := make(loads, s.Of)
	for i := range loads {
		loads[i].part = uint16(i)
	}
	out := make([]uint16, len(durations))
	for _, i := range order {
		out[i] = loads[0].part
		loads[0].sum += durations[i]
		loads[0].count++
		heap.Fix(&loads, 0)
	}
	return out
}

// median gives the middle of what is known; a second when nothing is.
func median(durations []time.Duration) time.Duration {
	known := make([]time.Duration, 0, len(durations))
	for _, d := range durations {
		if d > 0 {
			known = append(known, d)
		}
	}
	if len(known) == 0 {
		return time.Second
	}
	slices.Sort(known)
	return known[len(known)/2]
}

// loads is a heap: first stands the part that has least to do, then fewest, then
// the first of them.
type loads []load

type load struct {
	sum   time.Duration
	count int
	part  uint16
}

func (l loads) Len() int { return len(l) }
func (l loads) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(l[i].sum, l[j].sum), cmp.Compare(l[i].count, l[j].count), cmp.Compare(l[i].part, l[j].part)) < 0
}
func (l loads) Swap(i, j int) { l[i], l[j] = l[j], l[i] }

// Push is never called: the parts are there from the start.
func (l *loads) Push(any) {}

// Pop is never called either.
func (l *loads) Pop() any { return nil }
