package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/assay-harness/assay/harness/cli"
)

var update = flag.Bool("update", false, "rewrite the files that scripts compare with")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"assay": func() { os.Exit(cli.Main()) }})
}

// TestScripts runs testdata/*.txtar: each is a folder and a list of commands in
// it, with the real command line as a process of its own. The commands beside
// testscript's own are in scriptCommands.
func TestScripts(t *testing.T) {
	// testscript leaves its folder behind when -run chooses among the scripts.
	t.Setenv("GOTMPDIR", t.TempDir())
	testscript.Run(t, testscript.Params{
		Dir:                "testdata",
		Setup:              sandbox,
		Cmds:               scriptCommands(),
		Condition:          scriptCondition,
		UpdateScripts:      *update,
		RequireUniqueNames: true,
	})
}

// sandbox gives a script a home of its own; keys and settings of the person who
// runs the tests are not in its environment.
func sandbox(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("NO_COLOR", "1")
	env.Setenv("GORACE", atExit)
	env.Values[backgroundKey{}] = &background{serving: map[string]*serving{}, bad: map[string]*badServer{}}
	return nil
}

// atExit makes a program built with the race detector end at once: by default it
// sleeps for a second, and these tests end hundreds of programs.
const atExit = "atexit_sleep_ms=0"

// scriptCommands are the commands that scripts have beside testscript's own:
//
//	exits CODE COMMAND ARGS…     run it; fail unless it ends with exactly CODE (or one of A|B), without a panic
//	serve VAR ARGS…              start `assay serve` on a free port; its base URL goes into $VAR
//	stopserve VAR                interrupt it; what it wrote is then matched by stdout and stderr
//	badserver VAR KIND           start a server that misbehaves (badservers); its base URL goes into $VAR
//	requests VAR N               fail unless that server has had exactly N questions
//	stable FILE stdout|stderr    write the last output to FILE, what differs from run to run replaced
//	plain stdout|stderr          fail if the last output holds raw control characters or bad UTF-8
//	shipped DIR                  copy the project's own suites and recordings into DIR
//	edit FILE OLD NEW            replace what stands exactly once in a file
//	events [NAME…|!NAME…]        fail unless stdout is a stream of --json, with or without these events
//	asked VAR N                  wait until that bad server has had N questions
//	http METHOD URL [FIELD…] [BODY]  send one request; status, headers and body go to stdout
//	write FILE KIND [N]          write a file that no script can hold (writeKinds)
//	tinydisk DIR KIB             make the folder a small disk; where that can't be done, $nodisk says why
//	filldisk DIR KIB             fill its disk up, but for so much
//	tab FILE                     put a tab in place of each TAB
//	cutfrom FILE TEXT            cut the file where the text first stands
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"exits":     exits,
		"serve":     startServe,
		"stopserve": stopServe,
		"badserver": startBadServer,
		"requests":  countRequests,
		"stable":    writeStable,
		"plain":     plain,
		"shipped":   copyShipped,
		"write":     writeFile,
		"tab":       putTabs,
		"tinydisk":  tinyDisk,
		"filldisk":  fillDisk,
		"cutfrom":   cutFrom,
		"http":      sendHTTP,
		"edit":      editFile,
		"asked":     awaitAsked,
		"events":    checkEvents,
	}
}

// scriptCondition knows [root]: whether the test reads any file, and may mount.
func scriptCondition(name string) (bool, error) {
	if name == "root" {
		return os.Geteuid() == 0, nil
	}
	return false, errors.New("unknown condition " + strconv.Quote(name))
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	for _, stream := range []string{"stdout", "stderr"} {
		for _, sign := range panicSigns {
			if bytes.Contains([]byte(ts.ReadFile(stream)), []byte(sign)) {
				ts.Fatalf("%s holds %q", stream, sign)
			}
		}
	}
	if !slices.Contains(strings.Split(args[0], "|"), strconv.Itoa(got)) {
		ts.Fatalf("exit code: got %d, want %s", got, args[0])
	}
}

// panicSigns are what Go writes when a program breaks; no user ever sees them.
var panicSigns = []string{"panic:", "goroutine ", "fatal error:", "runtime error"}
