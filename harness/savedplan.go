package harness

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

// Fingerprint is what a plan was made from, in digests: a plan that was saved is
// stale when one of them is not what it was. It holds no secret: of sensitive
// variables it has the names alone.
type Fingerprint struct {
	// Files are assay.yaml, the suites, and all that they read.
	Files map[string]string `json:"files"`
	// Variables are those given from outside.
	Variables map[string]string `json:"variables"`
	// Providers are their settings.
	Providers map[string]string `json:"providers"`
	// Recordings are the folders of recordings, a suite each.
	Recordings map[string]string `json:"recordings"`
	// Questions are what is to be done, turn by turn.
	Questions []string `json:"questions"`
}

// sensitiveDigest stands for a variable of which nothing is told.
const sensitiveDigest = "sensitive"

// Fingerprint gives what a survey was made from.
func (p *Project) Fingerprint(ctx context.Context, s *Survey) (Fingerprint, error) {
	out := Fingerprint{
		Files: map[string]string{}, Variables: map[string]string{}, Providers: map[string]string{}, Questions: s.questions(),
	}
	for _, name := range p.suites.Files.Opened() {
		sum, err := digestFile(p.suites.Files, name)
		if err != nil {
			return out, err
		}
		out.Files[name] = sum
	}
	for name, value := range p.config.Variables {
		out.Variables[name] = sensitiveDigest
		if !p.isSensitive(name) {
			out.Variables[name] = digestVariable(value)
		}
	}
	for _, source := range p.suites.Config.Providers {
		settings, err := json.Marshal(p.plan.Provider(source.Name).Config)
		if err != nil {
			return out, err
		}
		out.Providers[source.Name] = digest(settings)
	}
	var err error
	out.Recordings, err = p.digestRecordings(ctx)
	return out, err
}

// Changed says in words what differs from another fingerprint, in order; nothing
// when the plan still holds.
func (f Fingerprint) Changed(now Fingerprint) []string {
	out := slices.Concat(
		differing("the file", f.Files, now.Files), differing("the variable", f.Variables, now.Variables),
		differing("the settings of the provider", f.Providers, now.Providers), differing("the recordings in", f.Recordings, now.Recordings),
	)
	if len(out) == 0 && !slices.Equal(f.Questions, now.Questions) {
		out = append(out, "what earlier commands left below .assay")
	}
	return out
}

func differing(what string, then, now map[string]string) []string {
	names := map[string]bool{}
	for name := range then {
		names[name] = then[name] != now[name]
	}
	for name := range now {
		names[name] = then[name] != now[name]
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if names[name] {
			out = append(out, what+" "+name)
		}
	}
	return out
}

// questions gives each thing that is to be done in a line.
func (s *Survey) questions() []string {
	out := []string{}
	for _, list := range [][]Change{s.Changes, s.Unsure, s.Blocked} {
		for i := range list {
			c := &list[i]
			key := c.After
			if c.Key != (exchange.Key{}) {
				key = c.Key.String()
			}
			out = append(out, fmt.Sprintf("%s %s %s", c.State, c.Address, key))
		}
	}
	for _, m := range s.Moves {
		out = append(out, fmt.Sprintf("move %s %s", m.From, m.To))
	}
	for i := range s.Prunes {
		out = append(out, fmt.Sprintf("delete %s %d", s.Prunes[i].Address, s.Prunes[i].Replies))
	}
	return out
}

func (p *Project) isSensitive(name string) bool {
	lists := [][]*suite.Variable{p.suites.Config.Variables}
	for _, s := range p.suites.Suites {
		lists = append(lists, s.Variables)
	}
	return slices.ContainsFunc(lists, func(list []*suite.Variable) bool {
		return slices.ContainsFunc(list, func(v *suite.Variable) bool { return v.Name == name && v.Sensitive })
	})
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func digestFile(files *suite.Files, name string) (string, error) {
	file, err := files.Open(name)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, file)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, file.Close())
}

func digestVariable(v suite.VariableValue) string {
	h := sha256.New()
	if v.Node == nil {
		fmt.Fprintf(h, "text %q", v.Text)
	} else {
		hashNode(h, v.Node)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// hashNode adds data to a digest, without where it stands.
func hashNode(h hash.Hash, n *spec.Node) {
	fmt.Fprintf(h, "%d %q(", n.Kind, n.Value)
	for _, item := range n.Items {
		hashNode(h, item)
	}
	for _, pair := range n.Pairs {
		hashNode(h, pair.Key)
		hashNode(h, pair.Value)
	}
	_, _ = io.WriteString(h, ")")
}

// digestRecordings gives a digest for each suite's folder of recordings.
func (p *Project) digestRecordings(ctx context.Context) (map[string]string, error) {
	top := p.suites.Config.FixturesDir
	sums := map[string]hash.Hash{}
	err := fs.WalkDir(p.config.FS, top, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir():
			return nil
		}
		data, err := fs.ReadFile(p.config.FS, name)
		if err != nil {
			return err
		}
		folder, _, _ := strings.Cut(strings.TrimPrefix(name, top+"/"), "/")
		folder = path.Join(top, folder)
		if sums[folder] == nil {
			sums[folder] = sha256.New()
		}
		fmt.Fprintf(sums[folder], "%q %s\n", name, digest(data))
		return nil
	})
	out := make(map[string]string, len(sums))
	for folder, h := range sums {
		out[folder] = hex.EncodeToString(h.Sum(nil))
	}
	return out, err
}
