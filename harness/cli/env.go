package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
)

// loadEnvFiles reads --env-file: lines NAME=VALUE, # comments, optional quotes.
// A variable that is already set keeps its value.
func (c *command) loadEnvFiles() error {
	if len(c.flags.envFiles) == 0 {
		return nil
	}
	values := map[string]string{}
	var ds diag.Diagnostics
	for _, name := range c.flags.envFiles {
		data, err := os.ReadFile(c.path(name))
		if err != nil {
			ds.Add(diag.BadFlag, diag.Range{}, fmt.Sprintf("--env-file %s can't be read", quoted(name)), err.Error())
			continue
		}
		for i, line := range strings.Split(string(data), "\n") {
			key, value, ok := envLine(line)
			if !ok {
				ds.Add(diag.BadFlag, diag.Range{}, fmt.Sprintf("line %d of --env-file %s is not NAME=VALUE", i+1, quoted(name)), "The line is not shown: it may hold a secret.")
				continue
			}
			if key != "" {
				values[key] = value
			}
		}
	}
	outer := c.Env
	c.Env = func(name string) string {
		if v := outer(name); v != "" {
			return v
		}
		return values[name]
	}
	return ds.Err()
}

// envLine reads one line; a blank or a comment has no key.
func envLine(line string) (key, value string, ok bool) {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return "", "", true
	}
	key, value, ok = strings.Cut(strings.TrimPrefix(line, "export "), "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
		value = value[1 : len(value)-1]
	}
	return key, value, ok && key != ""
}

// path makes a path from a flag absolute: it counts from the working folder.
func (c *command) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.workdir(), name)
}

// workdir is the working folder, or what -C names.
func (c *command) workdir() string {
	switch {
	case c.flags.dir == "":
		return c.Dir
	case filepath.IsAbs(c.flags.dir):
		return c.flags.dir
	default:
		return filepath.Join(c.Dir, c.flags.dir)
	}
}
