package run

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// quiet is what all who ask one account keep: nothing is sent before a time that
// the provider named, or while it only fails.
type quiet struct {
	mu      sync.Mutex
	until   time.Time // nothing is sent before
	told    time.Time // what Held said last
	flying  int       // requests under way
	failing int       // answers in a row that served nothing
	waves   int       // pauses in a row for that
	got     int       // answers that served something
}

const (
	// longestHold bounds what a provider's header can make a run wait.
	longestHold = 15 * time.Minute
	// longestStorm bounds a pause because the provider fails.
	longestStorm = 15 * time.Second
	// fewestFailures is how many failures in a row are a storm at least: one is
	// often the fault of its question.
	fewestFailures = 3
	// worthTelling is how long a pause must be for people to be told.
	worthTelling = 2 * time.Second
)

// begins notes that a request is under way.
func (q *quiet) begins() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.flying++
}

// ends notes that it is no more.
func (q *quiet) ends() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.flying--
}

// through counts the answers that served something.
func (q *quiet) through() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.got
}

// served notes such an answer: whatever was wrong is over.
func (q *quiet) served() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.got++
	q.failing, q.waves = 0, 0
}

// failed notes an answer that served nothing. When as many in a row failed as
// are under way, it is a storm: it gives how long all should pause, twice as
// long each time.
func (q *quiet) failed() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.failing++
	if q.failing < max(fewestFailures, q.flying) {
		return 0
	}
	wait := min(longestStorm, time.Second<<min(q.waves, 10))
	q.failing = 0
	q.waves++
	return wait
}

// extend has all wait until then. told reports whether people should be told.
func (q *quiet) extend(until, now time.Time) (tell bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !until.After(q.until) {
		return false
	}
	q.until = until
	if until.Sub(now) < worthTelling || until.Sub(q.told) < worthTelling {
		return false
	}
	q.told = until
	return true
}

// left is how long all still have to wait.
func (q *quiet) left(now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.until.Sub(now)
}

// hold keeps all workers from sending for a while, and says why.
func (g *Gate) hold(d time.Duration, reason string) {
	now := g.options.Now()
	until := now.Add(d)
	if g.quiet.extend(until, now) {
		g.options.Books.tell(Held{Provider: g.options.Provider.Name, Until: until, Reason: reason})
	}
}

// waitForHold waits until the provider may be asked again; others may prolong
// the hold meanwhile.
func (g *Gate) waitForHold(ctx context.Context) error {
	for {
		left := g.quiet.left(g.options.Now())
		if left <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}

// askedPause reads how long the provider wants to be left alone: the longest of
// what Retry-After and Segmind's x-rate-limit-reset-at-utc say, at most
// longestHold. The server's own clock counts where it tells it: ours may be wrong.
func askedPause(h http.Header, now time.Time) time.Duration {
	wait := max(pauseOf(h.Get("Retry-After"), h, now), pauseOf(h.Get("X-Rate-Limit-Reset-At-Utc"), h, now))
	if ms, ok := number(h.Get("Retry-After-Ms")); ok {
		wait = max(wait, seconds(ms/1000))
	}
	return min(max(wait, 0), longestHold)
}

// pauseOf reads one header's value: seconds, a time since 1970 in seconds or
// milliseconds, or a date in one of the usual forms.
func pauseOf(text string, h http.Header, now time.Time) time.Duration {
	text = strings.Trim(strings.TrimSpace(text), `"`)
	const (
		firstTime   = 1e8 // 1973, in seconds: less is a number of seconds
		firstMillis = 1e11
	)
	n, isNumber := number(text)
	switch {
	case isNumber && n < firstTime:
		return seconds(n)
	case isNumber && n >= firstMillis:
		return until(time.UnixMilli(int64(min(n, 1e15))), h, now)
	case isNumber:
		return until(time.Unix(int64(n), 0), h, now)
	}
	at, ok := dateOf(text)
	if !ok {
		return 0
	}
	return until(at, h, now)
}

func number(text string) (n float64, ok bool) {
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && n >= 0 // NaN is not
}

// seconds gives so many seconds; more than anybody waits for is cut.
func seconds(n float64) time.Duration {
	return time.Duration(min(n, 1e6) * float64(time.Second))
}

// until gives how long it is until then, by the server's clock where that makes sense.
func until(at time.Time, h http.Header, now time.Time) time.Duration {
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil {
		if wait := at.Sub(theirs); wait > 0 && wait <= longestHold {
			return wait
		}
	}
	return at.Sub(now)
}

// dateLayouts are the forms in which a time was seen in such headers; without a
// zone it is UTC, as the header's name says.
var dateLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -0700 MST",
	"2006-01-02T15:04", "2006-01-02 15:04",
}

func dateOf(text string) (time.Time, bool) {
	if at, err := http.ParseTime(text); err == nil {
		return at, true
	}
	for _, layout := range dateLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
