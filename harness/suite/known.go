package suite

import (
	"maps"

	"github.com/assay-harness/assay/harness/expr"
)

// knownNames are the names that templates of a suite may use. The maps are
// shared by all cases without captures, and never changed.
type knownNames struct {
	locals   expr.Known // in locals, for_each: var and local
	plain    expr.Known // in a case without for_each and rows
	instance expr.Known // in one with
}

func newKnownNames(variables []*Variable, locals []*Local) knownNames {
	vars, names := make([]string, 0, len(variables)), make([]string, 0, len(locals))
	for _, v := range variables {
		vars = append(vars, v.Name)
	}
	for _, l := range locals {
		names = append(names, l.Name)
	}
	k := knownNames{locals: expr.Known{"var": vars, "local": names}}
	k.plain = maps.Clone(k.locals)
	k.plain["case"], k.plain["provider"] = []string{"name"}, []string{"name"}
	k.plain["sample"] = nil
	k.plain["capture"] = []string{}
	k.instance = maps.Clone(k.plain)
	k.instance["each"] = []string{"key", "value"}
	return k
}

// Known gives the names that exist where a turn's content stands: var, local,
// case, provider, sample, each in a case with for_each or rows, and the captures
// of the turns before it. With a nil turn it gives those after the whole
// conversation. The map is shared: do not change it.
func (s *Suite) Known(c *Case, t *Turn) expr.Known {
	known := s.known.plain
	if c.HasInstances() {
		known = s.known.instance
	}
	captures := c.captures
	if t != nil {
		captures = t.before
	}
	if len(captures) == 0 {
		return known
	}
	known = maps.Clone(known)
	known["capture"] = captures
	return known
}

// selfNames are the attributes of self: what a reply has.
func selfNames() []string {
	return []string{
		"text", "status", "body", "json", "headers", "model", "finish_reason",
		"latency", "credits", "tokens", "error",
	}
}

// KnownReply gives the names that exist once a turn's reply is there and its
// captures are taken: those of Known, its own captures, self and replies.
func (s *Suite) KnownReply(c *Case, t *Turn) expr.Known {
	known := s.knownCapture(c, t)
	if len(t.Captures) > 0 {
		captures := append([]string{}, known["capture"]...)
		for _, capture := range t.Captures {
			captures = append(captures, capture.Name)
		}
		known["capture"] = captures
	}
	return known
}

// knownCapture gives the names that exist where a capture stands.
func (s *Suite) knownCapture(c *Case, t *Turn) expr.Known {
	known := maps.Clone(s.Known(c, t))
	known["self"], known["replies"] = selfNames(), nil
	return known
}

// knownToAll gives the names that exist in every case that inherits from the suite.
func (s *Suite) knownToAll() expr.Known {
	for _, c := range s.Cases {
		if c.Inherit && !c.HasInstances() {
			return s.known.plain
		}
	}
	return s.known.instance
}
