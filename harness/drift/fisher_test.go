package drift_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/assay-harness/assay/harness/drift"
)

// TestFisherKnownTables compares with fisher.test of R 4, whose documentation
// has the first two: the lady tasting tea, and the convictions of twins.
func TestFisherKnownTables(t *testing.T) {
	tests := []struct {
		passed1, n1, passed2, n2 int
		want                     float64
	}{
		{3, 4, 1, 4, 0.4857142857},
		{2, 17, 10, 13, 0.0005367241}, // matrix(c(2, 10, 15, 3), nrow = 2)
		{9, 10, 3, 10, 2490.0 / 125970},
		{10, 10, 9, 10, 1},
		{10, 10, 0, 10, 1.082508822e-05},
		{3, 3, 0, 3, 0.1},
		{4, 4, 0, 4, 0.02857142857},
		{3, 3, 0, 10, 0.003496503497},
		{5, 5, 5, 5, 1},
		{0, 7, 0, 3, 1},
		{1, 1, 0, 1, 1},
	}
	for _, tt := range tests {
		if got := drift.Fisher(tt.passed1, tt.n1, tt.passed2, tt.n2); math.Abs(got-tt.want) > 1e-9*max(1, tt.want/1e-3) {
			t.Errorf("%d/%d against %d/%d: got p = %.10g, want %.10g", tt.passed1, tt.n1, tt.passed2, tt.n2, got, tt.want)
		}
	}
}

// TestFisherAgainstWholeNumbers computes the same in exact fractions.
func TestFisherAgainstWholeNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n1, n2 := 1+random.IntN(30), 1+random.IntN(30)
		a, b := random.IntN(n1+1), random.IntN(n2+1)
		got, want := drift.Fisher(a, n1, b, n2), exactFisher(a, n1, b, n2)
		if math.Abs(got-want) > 1e-10 {
			t.Fatalf("%d/%d against %d/%d: got %.15g, want %.15g", a, n1, b, n2, got, want)
		}
		if mirrored := drift.Fisher(b, n2, a, n1); math.Abs(got-mirrored) > 1e-12 {
			t.Fatalf("%d/%d against %d/%d: %g one way, %g the other", a, n1, b, n2, got, mirrored)
		}
		if failures := drift.Fisher(n1-a, n1, n2-b, n2); math.Abs(got-failures) > 1e-12 {
			t.Fatalf("%d/%d against %d/%d: %g by passes, %g by failures", a, n1, b, n2, got, failures)
		}
	}
}

func exactFisher(a, n1, b, n2 int) float64 {
	ways := func(x int) *big.Int {
		return new(big.Int).Mul(
			new(big.Int).Binomial(int64(n1), int64(x)), new(big.Int).Binomial(int64(n2), int64(a+b-x)))
	}
	seen, sum := ways(a), new(big.Int)
	for x := max(0, a+b-n2); x <= min(a+b, n1); x++ {
		if w := ways(x); w.Cmp(seen) <= 0 {
			sum.Add(sum, w)
		}
	}
	p, _ := new(big.Rat).SetFrac(sum, new(big.Int).Binomial(int64(n1+n2), int64(a+b))).Float64()
	return p
}

// TestAdjusted compares with p.adjust(p, "BH") of R.
func TestAdjusted(t *testing.T) {
	got := drift.Adjusted([]float64{0.01, 0.04, 0.03, 0.005, 1, 0.04})
	want := []float64{0.03, 0.048, 0.048, 0.03, 1, 0.048}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Errorf("got %v, want %v", got, want)
			break
		}
	}
	if got := drift.Adjusted(nil); len(got) != 0 {
		t.Errorf("of nothing: got %v", got)
	}
}

func TestDetectable(t *testing.T) {
	for n := 1; n <= 10; n++ {
		if got, want := drift.Detectable(n, n, 0.05), n >= 4; got != want {
			t.Errorf("%d samples a side: got %v, want %v", n, got, want)
		}
	}
	if !drift.Detectable(2, 5, 0.05) || drift.Detectable(2, 4, 0.05) {
		t.Error("2 recorded samples need 5 new ones")
	}
}

// TestFalseAlarms counts how often noise alone is called drift: 40 cases of 10
// samples a side, the model the same before and after, over many seeds. What it
// prints is what docs/drift.md states.
func TestFalseAlarms(t *testing.T) {
	const runs, cases, samples, q = 4000, 40, 10, 0.05
	alarmed, called := 0, 0
	for seed := range uint64(runs) {
		random := rand.New(rand.NewPCG(seed, 40))
		p := make([]float64, cases)
		for i := range p {
			rate := [...]float64{0.5, 0.7, 0.8, 0.9, 0.95}[i%5]
			p[i] = drift.Fisher(passes(random, rate, samples), samples, passes(random, rate, samples), samples)
		}
		before := called
		for _, adjusted := range drift.Adjusted(p) {
			if adjusted <= q {
				called++
			}
		}
		if called > before {
			alarmed++
		}
	}
	t.Logf("%d of %d runs called noise drift (%.2f %%; at most %.0f %% promised), %d of %d cases (%.4f %%)",
		alarmed, runs, 100*float64(alarmed)/runs, 100*q, called, runs*cases, 100*float64(called)/(runs*cases))
	if rate := float64(alarmed) / runs; rate > q {
		t.Errorf("%.4f of the runs called noise drift; at most %v may", rate, q)
	}
}

// TestRealChanges makes sure that silence is not bought with blindness: a model
// that passed 19 times of 20 and now passes once in 5.
func TestRealChanges(t *testing.T) {
	const runs, cases, changed, samples, q = 500, 40, 3, 10, 0.05
	found := 0
	for seed := range uint64(runs) {
		random := rand.New(rand.NewPCG(seed, 3))
		p := make([]float64, cases)
		for i := range p {
			now := 0.95
			if i < changed {
				now = 0.2
			}
			p[i] = drift.Fisher(passes(random, 0.95, samples), samples, passes(random, now, samples), samples)
		}
		for _, adjusted := range drift.Adjusted(p)[:changed] {
			if adjusted <= q {
				found++
			}
		}
	}
	rate := float64(found) / (runs * changed)
	t.Logf("found %.1f %% of the changes from 95 %% to 20 %%", 100*rate)
	if rate < 0.5 {
		t.Errorf("found %.2f of the changes", rate)
	}
}

// TestFalseAlarmsOfCases is the same with cases in place of figures: what Fisher
// and the adjustment say is what a case is called.
func TestFalseAlarmsOfCases(t *testing.T) {
	const runs, cases, n = 100, 40, 10
	rules := drift.DefaultRules()
	alarmed := 0
	for seed := range uint64(runs) {
		random := rand.New(rand.NewPCG(seed, 41))
		var list []drift.Case
		for range cases {
			list = append(list, drift.Compare(drift.Pair{
				Recorded: samples(passes(random, 0.8, n), n), Live: samples(passes(random, 0.8, n), n),
			}, rules))
		}
		drift.Judge(list, rules)
		for i := range list {
			if list[i].Level == drift.Verdict {
				alarmed++
				break
			}
		}
	}
	if rate := float64(alarmed) / runs; rate > rules.FalseAlarms {
		t.Errorf("%.2f of the runs called noise drift; at most %v may", rate, rules.FalseAlarms)
	}
}

func passes(random *rand.Rand, rate float64, n int) int {
	passed := 0
	for range n {
		if random.Float64() < rate {
			passed++
		}
	}
	return passed
}

func ExampleFisher() {
	fmt.Printf("9/10 → 3/10, p = %.3f\n", drift.Fisher(9, 10, 3, 10))
	// Output: 9/10 → 3/10, p = 0.020
}
