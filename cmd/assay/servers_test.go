package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// background is what a script has started, by the variable that holds its URL.
type background struct {
	serving map[string]*serving
	bad     map[string]*badServer
}

type backgroundKey struct{}

func backgroundOf(ts *testscript.TestScript) *background {
	return ts.Value(backgroundKey{}).(*background)
}

// serving is an `assay serve` in the background of a script.
type serving struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	first          chan string   // its first line
	read           chan struct{} // closed when stdout is at its end
	stopped        bool
}

func startServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: serve VAR ARGS…")
	}
	s, err := newServing(ts, args[1:])
	ts.Check(err)
	ts.Defer(s.kill)
	line, ok := <-s.first
	if !ok {
		s.kill()
		ts.Fatalf("assay serve ended:\n%s", s.stderr.String())
	}
	ts.Setenv(args[0], line)
	backgroundOf(ts).serving[args[0]] = s
}

func stopServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || backgroundOf(ts).serving[args[0]] == nil {
		ts.Fatalf("usage: stopserve VAR, after serve VAR")
	}
	backgroundOf(ts).serving[args[0]].stop(ts)
}

// newServing starts it in the script's folder and with its path; of the rest of
// the script's environment it sees nothing.
func newServing(ts *testscript.TestScript, args []string) (*serving, error) {
	program, err := lookPath(ts.Getenv("PATH"), "assay")
	if err != nil {
		return nil, err
	}
	s := &serving{first: make(chan string, 1), read: make(chan struct{})}
	s.cmd = exec.Command(program, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	s.cmd.Dir = ts.MkAbs(".")
	s.cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "NO_COLOR=1", "GORACE=" + ts.Getenv("GORACE")}
	s.cmd.Stderr = &s.stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.read)
		defer close(s.first)
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			fmt.Fprintln(&s.stdout, lines.Text())
			if n == 0 {
				s.first <- lines.Text()
			}
		}
	}()
	return s, nil
}

func (s *serving) kill() {
	if s.stopped {
		return
	}
	s.stopped = true
	_ = s.cmd.Process.Kill() // an error says that it has ended already
	<-s.read
	_ = s.cmd.Wait()
}

// stop interrupts it, waits for a graceful end and shows what it wrote.
func (s *serving) stop(ts *testscript.TestScript) {
	if s.stopped {
		ts.Fatalf("assay serve was stopped before")
	}
	s.stopped = true
	ts.Check(s.cmd.Process.Signal(os.Interrupt))
	<-s.read
	err := s.cmd.Wait()
	fmt.Fprint(ts.Stdout(), s.stdout.String())
	fmt.Fprint(ts.Stderr(), s.stderr.String())
	ts.Check(err)
}

// badServer answers wrongly and counts the questions.
type badServer struct {
	*httptest.Server
	asked atomic.Int64
}

// goodReply is what a server in good order answers.
const goodReply = `{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"All is well."},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}`

// badservers are the ways to misbehave. KIND may also be a status, such as 503,
// which is answered with an error of the API's shape, and refuse: nobody listens.
func badservers() map[string]func(w http.ResponseWriter, r *http.Request, n int64) {
	type response = http.ResponseWriter
	type request = *http.Request
	send := func(w response, kind, body string) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write([]byte(body)) // a client that has gone is part of the game
	}
	const isJSON = "application/json"
	return map[string]func(response, request, int64){
		"good": func(w response, _ request, _ int64) { send(w, isJSON, goodReply) },
		"serial": func(w response, _ request, n int64) { // no reply is like another
			send(w, isJSON, strings.Replace(goodReply, "All is well.", fmt.Sprintf("Answer %d.", n), 1))
		},
		"hang": func(_ response, r request, _ int64) { <-r.Context().Done() },
		"hang-body": func(w response, r request, _ int64) {
			send(w, isJSON, goodReply[:40])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
		"close": func(w response, _ request, _ int64) {
			w.Header().Set("Content-Length", strconv.Itoa(len(goodReply)))
			send(w, isJSON, goodReply[:len(goodReply)/2])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"close-early": func(response, request, int64) { panic(http.ErrAbortHandler) },
		"flood": func(w response, r request, _ int64) {
			send(w, isJSON, `{"choices":[{"message":{"role":"assistant","content":"`)
			chunk := bytes.Repeat([]byte("assay "), 1<<14)
			for sent := 0; sent < 1<<30 && r.Context().Err() == nil; sent += len(chunk) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		},
		"utf8": func(w response, _ request, _ int64) {
			send(w, isJSON, strings.Replace(goodReply, "All is well.", "All \xff\xfe is \xc3( well.", 1))
		},
		"control-header": func(w response, _ request, _ int64) {
			w.Header().Set("X-Request-Id", "a\x1b[31mb")
			send(w, isJSON, goodReply)
		},
		"control-raw": func(w response, _ request, _ int64) {
			send(w, isJSON, strings.Replace(goodReply, "All is", "All\x1b[2J is", 1))
		},
		"control": func(w response, _ request, _ int64) {
			send(w, isJSON, strings.Replace(goodReply, "All is well.", `\u001b[2J\u001b]0;owned\u0007 \u0000 \r\n\u202e All is well. ]]> \u0085\ud800`, 1))
		},
		"html": func(w response, _ request, _ int64) {
			send(w, "text/html", "<html><h1>Welcome to the proxy</h1></html>")
		},
		"error200": func(w response, _ request, _ int64) {
			send(w, isJSON, `{"code":"overloaded","error":"The model is at capacity."}`)
		},
		"empty": func(w response, _ request, _ int64) { w.WriteHeader(http.StatusOK) },
		"redirect": func(w response, r request, _ int64) {
			http.Redirect(w, r, "http://127.0.0.1:1/elsewhere", http.StatusTemporaryRedirect)
		},
		"busy": func(w response, _ request, n int64) {
			if n > 1 {
				send(w, isJSON, goodReply)
				return
			}
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"error":"slow down"}`))
		},
	}
}

func startBadServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: badserver VAR KIND")
	}
	name, kind := args[0], args[1]
	if kind == "refuse" { // no process may listen there without being root's own choice
		ts.Setenv(name, "http://127.0.0.1:1/v1")
		return
	}
	answer, known := badservers()[kind]
	if status, err := strconv.Atoi(kind); err == nil {
		known = true
		answer = func(w http.ResponseWriter, _ *http.Request, _ int64) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"error":"this server only ever says %d"}`, status)
		}
	}
	if !known {
		ts.Fatalf("there is no bad server %q", kind)
	}
	s := newBadServer(answer)
	ts.Defer(func() {
		s.CloseClientConnections()
		s.Close()
	})
	ts.Setenv(name, s.URL+"/v1")
	backgroundOf(ts).bad[name] = s
}

func countRequests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || backgroundOf(ts).bad[args[0]] == nil {
		ts.Fatalf("usage: requests VAR N, after badserver VAR KIND")
	}
	if got := strconv.FormatInt(backgroundOf(ts).bad[args[0]].asked.Load(), 10); got != args[1] {
		ts.Fatalf("the server had %s questions, want %s", got, args[1])
	}
}

// newBadServer has no balance to tell: only questions reach the answer.
func newBadServer(answer func(http.ResponseWriter, *http.Request, int64)) *badServer {
	s := &badServer{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			http.NotFound(w, r)
			return
		}
		var body bytes.Buffer
		_, _ = body.ReadFrom(r.Body) // so that the server notices when the client goes
		answer(w, r, s.asked.Add(1))
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	return s
}

func lookPath(path, name string) (string, error) {
	for dir := range strings.SplitSeq(path, string(os.PathListSeparator)) {
		file := dir + string(os.PathSeparator) + name
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return file, nil
		}
	}
	return "", fmt.Errorf("%s is not on the path: %w", name, os.ErrNotExist)
}
