package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// keptText is what the test reads of a kept reply's first line, without the
// code under test.
type keptText struct {
	Instance string `json:"instance"`
	Sample   int    `json:"sample"`
	Turn     int    `json:"turn"`
	Text     string `json:"text"`
}

// keptReplies gives the texts that are kept, by address.
func (p *userProject) keptReplies(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, text := range p.files(t, ".assay/replies") {
		if !strings.HasSuffix(name, ".json") {
			continue // it was being written
		}
		line, _, _ := strings.Cut(text, "\n")
		var k keptText
		if err := json.Unmarshal([]byte(line), &k); err != nil {
			t.Errorf("%s is torn: %v: %.200q", name, err, text)
			continue
		}
		out[fmt.Sprintf("%s#%d.turn[%d]", k.Instance, k.Sample, k.Turn)] = contentOf(t, k.Text)
	}
	return out
}

// TestKillInALiveTestLosesNoKeptReply kills a live test at many moments. What
// was kept then is recorded in the end, as it was first said, and not paid for
// again: the server counts.
func TestKillInALiveTestLosesNoKeptReply(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the program many times")
	}
	const kills, seed = 8, 20261123
	random := rand.New(rand.NewPCG(seed, 2))
	server := newCountingServer(t)
	p := newUserProject(t, map[string]string{"suites/crash.yaml": crashSuite}, "SEGMIND_API_KEY=SG_0123456789abcdef")
	common := []string{"--base-url", server.URL + "/v1", "--concurrency", "8", "--format", "none"}
	live := append([]string{"test", "--live"}, common...)

	first := map[string]string{}
	killed := 0
	for n := range kills {
		moment := killMoment{after: 1 + random.IntN(40), phase: killPhase(random.IntN(int(killPhases))), pause: time.Duration(random.IntN(4000)) * time.Microsecond}
		server.arm(moment)
		if p.startAndKill(t, server, moment, live...) {
			killed++
		}
		server.disarm()
		now := p.keptReplies(t)
		for address, text := range first {
			if now[address] != text {
				t.Fatalf("seed %d, kill %d at %+v: %s was %q and is %q", seed, n, moment, address, text, now[address])
			}
		}
		first = now
	}
	t.Logf("%d kills, %d replies kept", killed, len(first))
	if killed < kills/2 || len(first) == 0 {
		t.Fatal("the kills came at no moments of interest")
	}
	before := map[string]int{}
	for address := range first {
		before[address] = server.askedFor(address)
	}
	p.run(t, 0, append([]string{"apply", "--auto-approve"}, common...)...)
	recorded := strings.Join(slices.Collect(maps.Values(p.files(t, "fixtures"))), "\n")
	for address, text := range first {
		if got := server.askedFor(address); got != before[address] {
			t.Errorf("%s was asked %d times, and %d times before its kept reply was to be used", address, got, before[address])
		}
		if !strings.Contains(recorded, text) {
			t.Errorf("%s: %q is not recorded", address, text)
		}
	}
	if got := p.run(t, 0, append([]string{"apply"}, common...)...).stdout.String(); !strings.Contains(got, "No changes") {
		t.Errorf("apply after apply says:\n%s", got)
	}
	p.wantNoTemporaryFiles(t, "fixtures")
}

// TestRepliesOfAKilledApplyAreKeptThroughAnEdit kills an apply, edits the
// prompt, applies, and undoes the edit: what the killed one paid for comes back.
func TestRepliesOfAKilledApplyAreKeptThroughAnEdit(t *testing.T) {
	server := newCountingServer(t)
	suite := strings.Replace(crashSuite, "range(150)", "range(8)", 1)
	p := newUserProject(t, map[string]string{"suites/crash.yaml": suite}, "SEGMIND_API_KEY=SG_0123456789abcdef")
	apply := []string{"apply", "crash.single", "--auto-approve", "--retry-unknown", "--base-url", server.URL + "/v1", "--concurrency", "1", "--format", "none"}
	moment := killMoment{after: 6, phase: killOnReply}
	server.arm(moment)
	if !p.startAndKill(t, server, moment, apply...) {
		t.Fatal("it was not killed")
	}
	server.disarm()
	known := newKnowledge()
	known.read(t, p)
	if len(known.replies) == 0 {
		t.Fatal("the journal has no reply: the test shows nothing")
	}
	p.edit(t, "suites/crash.yaml", "question ${each.key}", "another ${each.key}")
	p.run(t, 0, apply...)
	for name, text := range p.files(t, ".assay/journal") {
		if strings.Contains(text, `"record":"reply"`) {
			t.Errorf("%s still has a reply whose question is gone:\n%s", name, text)
		}
	}
	before := map[string]int{}
	for address := range known.replies {
		before[address] = server.askedFor(address)
	}
	p.edit(t, "suites/crash.yaml", "another ${each.key}", "question ${each.key}")
	p.run(t, 0, apply...)
	for address, times := range before {
		if got := server.askedFor(address); got != times {
			t.Errorf("%s was asked again, though its reply was paid for", address)
		}
	}
	known.checkRecorded(t, p)
}

// edit replaces what stands once in a file.
func (p *userProject) edit(t *testing.T, name, old, now string) {
	t.Helper()
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	data, err := os.ReadFile(path)
	if err != nil || strings.Count(string(data), old) != 1 {
		t.Fatalf("%s: %v, %q stands there %d times", name, err, old, strings.Count(string(data), old))
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), old, now, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}
