package cli

import (
	"io"
	"sync"
)

// screen is a terminal with a status line below all else. Whatever is written
// takes the line away first, so that the two never mix; the next status brings
// it back.
type screen struct {
	mu    sync.Mutex
	w     io.Writer
	shown bool
}

// clearLine goes to the start of the line and clears what is right of it.
const clearLine = "\r\x1b[K"

// status shows a line in place of the one before.
func (s *screen) status(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = true
	_, _ = io.WriteString(s.w, clearLine+line) // a status that can't be shown is no harm
}

// clear takes the status line away.
func (s *screen) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hide()
}

func (s *screen) hide() {
	if s.shown {
		s.shown = false
		_, _ = io.WriteString(s.w, clearLine)
	}
}

// above gives a writer to the same terminal.
func (s *screen) above(w io.Writer) io.Writer { return writerAbove{s, w} }

type writerAbove struct {
	screen *screen
	w      io.Writer
}

// Write takes the status line away and writes where it stood.
func (a writerAbove) Write(b []byte) (int, error) {
	a.screen.mu.Lock()
	defer a.screen.mu.Unlock()
	a.screen.hide()
	return a.w.Write(b)
}

// newScreen gives the screen that stderr is: a terminal that can take a line
// away again, and that somebody looks at. The log of a CI system is none, also
// where it pretends.
func (p *Process) newScreen() *screen {
	ci := p.Env("CI")
	if p.StderrColumns == 0 || p.Env("TERM") == "dumb" || ci != "" && ci != "false" && ci != "0" {
		return nil
	}
	return &screen{w: p.Stderr}
}
