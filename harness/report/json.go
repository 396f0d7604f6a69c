package report

import (
	"io"

	"github.com/assay-harness/assay/harness/result"
)

// writeJSON writes the record itself, byte for byte as the run wrote it.
func writeJSON(w io.Writer, r result.Reader, _ Options) error {
	return result.Copy(w, r)
}
