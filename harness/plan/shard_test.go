package plan

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestParseShard(t *testing.T) {
	for _, text := range []string{"1/1", "1/8", "8/8", "10000/10000"} {
		s, err := ParseShard(text)
		if err != nil || s.String() != text {
			t.Errorf("ParseShard(%q) = %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "1", "/", "0/8", "9/8", "1/0", "-1/8", "1/-8", "1/8/2", " 1/8", "1.0/2", "a/b", "1/10001", "1/99999999999999999999", "１/２"} {
		if s, err := ParseShard(text); err == nil {
			t.Errorf("ParseShard(%q) = %v, want an error", text, s)
		}
	}
}

// TestShardAssign: with any durations, every case is in one part, the parts
// are the same whoever asks, and none is longer than the bound that "longest
// first" is known to keep: what all would take shared evenly, and the longest
// that was added last.
func TestShardAssign(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		n := r.IntN(200)
		shard := Shard{Index: 1, Of: 2 + r.IntN(12)}
		durations := make([]time.Duration, n)
		for i := range durations {
			durations[i] = time.Duration(r.ExpFloat64() * float64(time.Second))
			if r.IntN(5) == 0 {
				durations[i] = unknown
			}
		}
		first := shard.assign(slices.Clone(durations))
		if second := (Shard{Index: shard.Of, Of: shard.Of}).assign(durations); !slices.Equal(first, second) {
			t.Fatalf("seed %d: two shards disagree on who does what", seed)
		}
		sums, counts := make([]time.Duration, shard.Of), make([]int, shard.Of)
		var total, longest time.Duration
		for i, part := range first {
			sums[part] += durations[i]
			counts[part]++
			total += durations[i]
			longest = max(longest, durations[i])
		}
		even := total / time.Duration(shard.Of)
		best := max(even, longest)
		if n > shard.Of { // two of the middle ones must share
			sorted := slices.Sorted(slices.Values(durations))
			best = max(best, sorted[n-shard.Of]+sorted[n-shard.Of-1])
		}
		if worst := slices.Max(sums); n > 0 && worst > even+longest {
			t.Errorf("seed %d: a part takes %v, more than %v and %v", seed, worst, even, longest)
		} else if float64(worst) > float64(best)*4/3+1 && n <= 2*shard.Of {
			t.Errorf("seed %d: a part takes %v, the best is %v", seed, worst, best)
		}
		if n >= shard.Of && slices.Min(counts) == 0 {
			t.Errorf("seed %d: a part of %d has none of %d cases", seed, shard.Of, n)
		}
	}
}

// TestShardUnrecorded: without recordings the parts have equally many.
func TestShardUnrecorded(t *testing.T) {
	durations := slices.Repeat([]time.Duration{unknown}, 10)
	counts := make([]int, 3)
	for _, part := range (Shard{Index: 1, Of: 3}).assign(durations) {
		counts[part]++
	}
	if !slices.Equal(counts, []int{4, 3, 3}) {
		t.Errorf("got %d", counts)
	}
}

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		durations []time.Duration
		want      time.Duration
	}{
		{nil, time.Second},
		{[]time.Duration{unknown, 0}, time.Second},
		{[]time.Duration{5, unknown, 1, 9}, 5},
	} {
		if got := median(test.durations); got != test.want {
			t.Errorf("median(%d) = %d, want %d", test.durations, got, test.want)
		}
	}
}
