package harness

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
)

// driftDir is where a drift's replies are until its report is written. The kept
// replies are no place for them: there the recorded reply stands for the question.
const driftDir = ".assay/drift"

// driftAge is how long a reply that a killed drift got says what the model says
// "now".
const driftAge = 24 * time.Hour

// driftJournal loses no reply of a drift that was paid for. A drift that was
// killed leaves its file; the next one takes the replies from there. Who opens
// it holds the project's lock.
type driftJournal struct {
	folder fixture.Folder
	now    func() time.Time
	name   string
	left   []string               // files of drifts that were killed
	found  map[string]drift.Reply // what is in them, by address and key

	mu  sync.Mutex
	log fixture.Log // nil before the first reply
}

func openDriftJournal(folder fixture.Folder, now func() time.Time) (*driftJournal, error) {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	j := &driftJournal{
		folder: folder, now: now, found: map[string]drift.Reply{},
		name: fmt.Sprintf("%s/%s-%s.jsonl", driftDir, now().UTC().Format("20060102T150405"), hex.EncodeToString(b[:])),
	}
	entries, err := fs.ReadDir(folder, driftDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, driftUnreadable(driftDir, err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".jsonl") {
			continue
		}
		name := driftDir + "/" + e.Name()
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, driftUnreadable(name, err)
		}
		j.left = append(j.left, name)
		j.read(data)
	}
	return j, nil
}

// read takes the replies of a file. Its last line may be torn.
func (j *driftJournal) read(data []byte) {
	for line := range bytes.Lines(data) {
		var r drift.Reply
		if json.Unmarshal(line, &r) != nil || r.Key == "" || r.Status == 0 || j.now().Sub(r.RecordedAt) > driftAge {
			continue
		}
		j.found[r.Address+" "+r.Key] = r
	}
}

// find gives the reply that a killed drift got to a call. What its turn does not
// accept, such as a server's bad moment, is asked again.
func (j *driftJournal) find(c *exchange.Call) (drift.Reply, bool) {
	r, ok := j.found[c.Address.String()+" "+c.Key.String()]
	if ok && c.Accept != nil && !c.Accept(r.Status) {
		return drift.Reply{}, false
	}
	return r, ok
}

// add has a reply on the disk when it returns.
func (j *driftJournal) add(r drift.Reply) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.log == nil {
		if j.log, err = j.folder.Append(j.name); err != nil {
			return driftUnwritable(j.name, err)
		}
	}
	_, err = j.log.Write(append(line, '\n'))
	if err == nil {
		err = j.log.Sync()
	}
	if err != nil {
		return driftUnwritable(j.name, err)
	}
	return nil
}

// forget drops all replies: they are in a report now.
func (j *driftJournal) forget() error {
	j.close()
	for _, name := range append(j.left, j.name) {
		if err := j.folder.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return driftUnwritable(name, err)
		}
	}
	return nil
}

func (j *driftJournal) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.log != nil {
		_ = j.log.Close() // all of it is synced
		j.log = nil
	}
}

func driftUnreadable(name string, err error) error {
	return diag.NewError(diag.RecordingDamaged, fmt.Sprintf("%s can't be read: %v", name, err),
		"It may hold replies that a drift paid for before it was killed. Make it readable, or remove it: then its questions are asked again.")
}

func driftUnwritable(name string, err error) error {
	return diag.NewError(diag.CannotRecord, fmt.Sprintf("%s can't be written: %v", name, err),
		"A reply that can't be kept is not paid for: nothing more is asked. Free some space, or make .assay/ writable.")
}
