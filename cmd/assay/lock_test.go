package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// holding starts an apply that holds the lock until its server answers.
func holding(t *testing.T) (first *interruptible, server *patient, second *userProject, apply []string) {
	t.Helper()
	server = newPatient(t)
	apply = []string{"apply", "--auto-approve", "--format", "none", "--base-url", server.URL + "/v1"}
	second = sixQuestions(t)
	first = startIn(t, second, apply...)
	<-server.asked
	return first, server, second, apply
}

func holderOf(i *interruptible) string {
	host, _ := os.Hostname()
	return fmt.Sprintf(`"assay apply" (process %d on %s, since `, i.Process.Pid, host)
}

// TestTwoApplies: the second is refused with the holder's name, or waits.
func TestTwoApplies(t *testing.T) {
	first, server, second, apply := holding(t)
	for _, args := range [][]string{apply, append(apply, "--lock-timeout", "250ms")} {
		refused := second.run(t, 9, args...)
		if said := refused.stderr.String(); !strings.Contains(said, "[ASY9001]") || !strings.Contains(said, holderOf(first)) {
			t.Errorf("%q does not name who holds the lock:\n%s", args, said)
		}
	}
	second.run(t, 5, append(apply, "--lock-timeout", "-1s")...)

	waiting := startIn(t, second, append(apply, "--lock-timeout", "5m")...)
	waiting.until(t, "Waiting for the lock")
	if !strings.Contains(waiting.said.String(), holderOf(first)) {
		t.Errorf("it does not say for whom it waits:\n%s", &waiting.said)
	}
	close(server.answer)
	if code := first.exit(t); code != 0 {
		t.Fatalf("the first ended with %d\n%s", code, &first.said)
	}
	if code := waiting.exit(t); code != 0 || !strings.Contains(waiting.stdout.String()+waiting.said.String(), "No changes") {
		t.Fatalf("the second ended with %d\n%s\n%s", code, &waiting.said, &waiting.stdout)
	}
	if n := len(server.asked); n != 5 { // of six, one was taken out
		t.Errorf("%d questions were asked, want 6", n+1)
	}
}

// TestInterruptWhileWaitingForTheLock ends the wait.
func TestInterruptWhileWaitingForTheLock(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		_, _, second, apply := holding(t)
		waiting := startIn(t, second, append(apply, "--lock-timeout", "5m")...)
		waiting.until(t, "Waiting for the lock")
		if err := waiting.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if code := waiting.exit(t); code != 130 {
			t.Errorf("%s: exit code %d\n%s", signal, code, &waiting.said)
		}
	}
}

// TestDeadHolderBlocksNobody: what a killed apply leaves is taken over, with a
// warning that says whose it was.
func TestDeadHolderBlocksNobody(t *testing.T) {
	first, server, second, apply := holding(t)
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.exit(t)
	if _, err := os.Stat(filepath.Join(first.Dir, ".assay", "lock")); err != nil {
		t.Fatalf("the killed process left no lock: %v", err)
	}
	close(server.answer)
	next := second.run(t, 7, apply...) // its question was sent, and nobody knows how it ended
	if said := next.stderr.String(); !strings.Contains(said, "[ASY9002]") || !strings.Contains(said, holderOf(first)) {
		t.Errorf("nothing says whose lock was taken over:\n%s", said)
	}
	if again := second.run(t, 0, append(apply, "--retry-unknown")...); strings.Contains(again.stderr.String(), "ASY9002") {
		t.Errorf("it is said again:\n%s", again.stderr.String())
	}
}
