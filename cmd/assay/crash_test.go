package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// crashSuite has 200 conversations: 150 of one turn, 50 of three.
const crashSuite = `suite: crash
cases:
  - name: single
    for_each: '${range(150)}'
    conversation:
      - user: question ${each.key}
        expect:
          - contains: reply
  - name: threefold
    for_each: '${range(50)}'
    conversation:
      - user: first ${each.key}
        expect:
          - contains: reply
        capture: {heard: '${self.text}'}
      - user: and after ${capture.heard}
        expect:
          - contains: reply
      - user: last
        expect:
          - contains: reply
`

// TestKillLosesNoReply kills an apply at many moments. Whatever reply was in the
// journal then is recorded in the end, nothing is asked twice but what may have
// been lost, and that only when it is said so.
func TestKillLosesNoReply(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the program many times")
	}
	const kills, concurrency, seed = 16, 8, 20261122
	random := rand.New(rand.NewPCG(seed, 1))
	server := newCountingServer(t)
	p := newUserProject(t, map[string]string{"suites/crash.yaml": crashSuite}, "SEGMIND_API_KEY=SG_0123456789abcdef")
	apply := []string{"apply", "--auto-approve", "--base-url", server.URL + "/v1", "--concurrency", fmt.Sprint(concurrency), "--format", "none"}

	known := newKnowledge()
	killed := 0
	for n := range kills {
		moment := killMoment{after: 1 + random.IntN(24), phase: killPhase(random.IntN(int(killPhases))), pause: time.Duration(random.IntN(4000)) * time.Microsecond}
		if n >= kills-4 { // while it starts, or has nothing left to ask and ends
			moment = killMoment{phase: killAtAnyTime, pause: time.Duration(random.IntN(40)) * time.Millisecond}
		}
		server.arm(moment)
		if p.startAndKill(t, server, moment, apply...) {
			killed++
		}
		server.disarm()
		before := len(known.unknown)
		known.read(t, p)
		if lost := len(known.unknown) - before; lost > concurrency {
			t.Errorf("%d calls are unknown, at most %d can be", lost, concurrency)
		}
		known.checkKept(t, p)
		known.checkAsked(t, server)
		if t.Failed() {
			t.Fatalf("seed %d, kill %d at %+v", seed, n, moment)
		}
	}
	t.Logf("%d kills, %d replies seen in journals, %d unknown", killed, len(known.replies), len(known.unknown))
	if killed < 10 || len(known.replies) == 0 || len(known.unknown) == 0 {
		t.Fatal("the kills came at no moments of interest")
	}

	last := p.run(t, 7, apply...)
	known.checkListed(t, last.stderr.String())
	known.checkRecorded(t, p)
	known.checkAsked(t, server)

	again := p.run(t, 0, append(slices.Clone(apply), "--retry-unknown")...)
	if strings.Contains(again.stderr.String(), "nobody knows") {
		t.Errorf("after --retry-unknown something is still unknown:\n%s", again.stderr.String())
	}
	known.checkRecorded(t, p)
	known.checkAskedAtLast(t, server)
	if got := p.run(t, 0, apply...).stdout.String(); !strings.Contains(got, "No changes. Every question is recorded") {
		t.Errorf("apply after apply says:\n%s", got)
	}
	p.run(t, 0, "test", "--format", "none")
	p.run(t, 0, "show", "crash.*") // every file can be read
	p.wantNoTemporaryFiles(t, "fixtures")
	p.wantNoTemporaryFiles(t, ".assay/journal") // those among the replies may be a live test's, and go when they are old
	for name, text := range p.files(t, ".assay/journal") {
		t.Errorf("the journal is not empty: %s: %.300s", name, text)
	}
}

// startAndKill runs apply and kills it at its moment; killed is false when it
// ended before that, which it may when there is nothing left to ask.
func (p *userProject) startAndKill(t *testing.T, s *countingServer, m killMoment, args ...string) (killed bool) {
	t.Helper()
	moment := s.now
	if m.phase == killAtAnyTime {
		moment = make(chan struct{}, 1)
		time.AfterFunc(m.pause, func() { moment <- struct{}{} })
	}
	return p.killedAt(t, moment, args...)
}

// killedAt runs apply and kills it when the moment comes; killed is false when
// it ended before that.
func (p *userProject) killedAt(t *testing.T, moment <-chan struct{}, args ...string) (killed bool) {
	t.Helper()
	run := p.start(t, args...)
	ended := make(chan int, 1)
	go func() { ended <- run.end(t) }()
	select {
	case <-moment:
		if err := run.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		return <-ended == -1
	case code := <-ended:
		if code != 0 && code != 7 {
			t.Fatalf("apply ended by itself with %d\n%s", code, run.stderr.String())
		}
		return false
	}
}
