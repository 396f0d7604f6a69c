package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// stormSuite has 500 conversations, 50 of them of two turns.
const stormSuite = `suite: storm
cases:
  - name: single
    for_each: '${range(450)}'
    conversation:
      - user: question ${each.key}
        expect:
          - contains: reply
  - name: double
    for_each: '${range(50)}'
    conversation:
      - user: first ${each.key}
        expect:
          - contains: reply
      - user: second ${each.key}
        expect:
          - contains: reply
`

const stormTurns = 550

const stormConfig = `version: 1
providers:
  grok-2:
    kind: segmind
    model: grok-2
    base_url: https://api.segmind.com/v1
    api_key: ${env.SEGMIND_API_KEY}
    timeout: 600ms
    retries: 2
`

// TestStorm applies 500 conversations against a server that fails at random,
// and kills the program several times: in the end every turn is recorded once,
// and whatever was paid is recorded, or was listed as unknown.
// ASSAY_STORM_SEEDS=N runs N seeds.
func TestStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the program many times")
	}
	seeds, err := strconv.Atoi(os.Getenv("ASSAY_STORM_SEEDS"))
	if err != nil {
		seeds = 1
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { weather(t, seed) })
	}
}

func weather(t *testing.T, seed uint64) {
	const workers, kills = 24, 5
	random := rand.New(rand.NewPCG(seed, 6))
	server := newStormServer(t, seed)
	p := newUserProject(t, map[string]string{"assay.yaml": stormConfig, "suites/storm.yaml": stormSuite}, moneyKey)
	apply := []string{"apply", "--auto-approve", "--base-url", server.URL + "/v1", "--concurrency", fmt.Sprint(workers), "--format", "none"}

	killed, listed := 0, map[string]bool{}
	for range kills {
		server.killAfter(20 + random.IntN(120))
		if p.killedAt(t, server.now, apply...) {
			killed++
		}
	}
	server.killAfter(0)
	left := stormTurns
	for round := 0; left > 0 && round < 20; round++ {
		run := p.start(t, apply...)
		if code := run.end(t); code != 0 && code != 7 {
			t.Fatalf("apply ended with %d\n%s", code, run.stderr.String())
		}
		maps.Copy(listed, listedUnknown(run.stderr.String()))
		left = notListed(p.recordedTexts(t), listed)
	}
	if left > 0 {
		t.Fatalf("%d turns are neither recorded nor listed as unknown, nor after one that is", left)
	}
	before := server.paid()
	server.becomeCalm()
	for code, round := 7, 0; code != 0 && round < 20; round++ {
		run := p.start(t, append(slices.Clone(apply), "--retry-unknown")...)
		if code = run.end(t); code != 0 && code != 7 {
			t.Fatalf("apply ended with %d\n%s", code, run.stderr.String())
		}
	}
	t.Logf("seed %d: %d questions, %d kills, %d paid before and %d after asking again, %d listed as unknown", seed, server.asked, killed, before, server.paid(), len(listed))
	checkBooks(t, server, p.recordedTexts(t), listed, killed*workers)
	if killed < kills-1 || len(listed) == 0 {
		t.Errorf("%d kills, %d unknown: that was no storm", killed, len(listed))
	}
	if got := p.run(t, 0, apply...).stdout.String(); !strings.Contains(got, "No changes. Every question is recorded") {
		t.Errorf("apply after apply says:\n%s", got)
	}
	p.run(t, 0, "test", "--format", "none")
	for _, below := range []string{"fixtures", ".assay/journal"} {
		p.wantNoTemporaryFiles(t, below)
	}
	for name, text := range p.files(t, ".assay/journal") {
		t.Errorf("the journal is not empty: %s: %.300s", name, text)
	}
}

// checkBooks compares what the server billed with what is recorded and what was
// listed. An unknown that was not billed is one whose process was killed, or
// whose server fell over, before that.
func checkBooks(t *testing.T, s *stormServer, recorded map[string]string, listed map[string]bool, atKills int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	paid, listedAndPaid, unpaid := 0, 0, 0
	for address, text := range recorded {
		times := s.billed[address]
		paid += times
		if !strings.Contains(s.texts[address], text) {
			t.Errorf("%s: recorded is %q, billed were %q", address, text, s.texts[address])
		}
		switch {
		case !listed[address] && times != 1, times < 1, times > 2:
			t.Errorf("%s was paid %d times (listed as unknown: %t)", address, times, listed[address])
		case listed[address] && times == 2:
			listedAndPaid++
		case listed[address]:
			unpaid++
		}
	}
	if len(recorded) != stormTurns || len(s.billed) != stormTurns {
		t.Errorf("%d turns are recorded and %d billed, want %d", len(recorded), len(s.billed), stormTurns)
	}
	if paid != len(recorded)+listedAndPaid {
		t.Errorf("%d replies were paid, %d are recorded and %d were lost and listed", paid, len(recorded), listedAndPaid)
	}
	if listedAndPaid == 0 || unpaid > atKills+s.asked/20 {
		t.Errorf("%d of %d listed as unknown were not paid", unpaid, len(listed))
	}
}

// notListed counts the turns that are still to be asked: neither recorded nor
// listed, nor a second one after a first that is listed.
func notListed(recorded map[string]string, listed map[string]bool) (n int) {
	for i := range 500 {
		first := fmt.Sprintf("storm.single[\"%d\"]@grok-2#1.turn[1]", i)
		if i >= 450 {
			first = fmt.Sprintf("storm.double[\"%d\"]@grok-2#1.turn[1]", i-450)
			second := strings.Replace(first, "turn[1]", "turn[2]", 1)
			if recorded[second] == "" && !listed[second] && !listed[first] {
				n++
			}
		}
		if recorded[first] == "" && !listed[first] {
			n++
		}
	}
	return n
}

// recordedTexts gives the reply to each turn that is recorded, as the files
// have it.
func (p *userProject) recordedTexts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, file := range p.files(t, "fixtures") {
		if !strings.HasSuffix(name, ".yaml") {
			continue
		}
		instance, turn := "", ""
		for line := range strings.Lines(file) {
			key, value, _ := strings.Cut(strings.TrimLeft(strings.TrimSpace(line), "- "), ": ")
			switch key {
			case "address":
				instance = strings.Trim(value, `'`)
			case "turn":
				turn = value
			case "text":
				address := fmt.Sprintf("%s#1.turn[%s]", instance, turn)
				if _, twice := out[address]; twice {
					t.Errorf("%s is recorded twice", address)
				}
				out[address] = strings.Trim(value, `'"`)
			}
		}
	}
	return out
}
