package fanout_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/internal/fanout"
)

func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, 3, 1000} {
		done := make([]int, n)
		fanout.Each(n, func(i int) { done[i]++ })
		for i, times := range done {
			if times != 1 {
				t.Errorf("%d of %d was done %d times", i, n, times)
			}
		}
	}
}

func TestPanicComesBack(t *testing.T) {
	defer func() {
		p, ok := recover().(*fanout.Panic)
		if !ok || p.Value != "a fault" || !strings.Contains(p.String(), "fanout_test.go") {
			t.Errorf("got %v", p)
		}
	}()
	fanout.Each(1000, func(i int) {
		if i%2 == 1 { // several panic: the first counts, and none ends the process
			panic("a fault")
		}
	})
	t.Error("the panic did not come back")
}
