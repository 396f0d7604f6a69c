package spec

import (
	"encoding/base64"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/assay-harness/assay/harness/diag"
)

// ParseForeign reads one YAML document that another program wrote: a scalar
// tagged !!binary is the bytes that its base64 stands for, and of any other tag
// nothing is said. All else is as in ParseData.
func ParseForeign(filename string, src []byte) (*Node, diag.Diagnostics) {
	n, ds := (&reader{foreign: true}).parse(filename, src)
	if ds.HasErrors() {
		return nil, ds
	}
	return n, ds
}

// foreignTag takes a tagged scalar for what its writer meant.
func foreignTag(y *yaml.Node, n *Node) {
	n.Kind = Text
	if y.Tag != "!!binary" {
		return
	}
	packed := strings.Join(strings.Fields(n.Value), "")
	if plain, err := base64.StdEncoding.DecodeString(packed); err == nil {
		n.Value = string(plain)
	}
}
