package spec

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/diag"
)

// encoding reports what is no UTF-8 text.
func (r *reader) encoding() bool {
	text := r.text
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") || looksUTF16(text) {
		*r.ds = append(*r.ds, diag.Diagnostic{
			Code: diag.YAMLEncoding, Range: wholeFile(r.filename),
			Summary: "the file is UTF-16, not UTF-8", Detail: "Save it as UTF-8.",
		})
		return false
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		r.add(diag.YAMLEncoding, i, i+1, "the file is binary", "It has a NUL byte here, which no text file has.")
		return false
	}
	if i := invalidUTF8(text); i >= 0 {
		r.add(diag.YAMLEncoding, i, i+1, fmt.Sprintf("the byte 0x%02X is not UTF-8", text[i]),
			"The file may be Latin-1 or Windows-1252. Save it as UTF-8.")
		return false
	}
	if i := strings.IndexFunc(text, isControl); i >= 0 {
		c := []rune(text[i:min(i+4, len(text))])[0]
		r.add(diag.YAMLEncoding, i, i+1, fmt.Sprintf("the control character U+%04X cannot stand in YAML", c),
			fmt.Sprintf(`Write it as "\u%04x" in double quotes, or remove it.`, c))
		return false
	}
	return true
}

// looksUTF16 reports whether every other byte of the beginning is NUL.
func looksUTF16(text string) bool {
	head := text[:min(len(text), 64)]
	if len(head) < 4 {
		return false
	}
	var nul [2]int
	for i := range len(head) {
		if head[i] == 0 {
			nul[i%2]++
		}
	}
	quarter := len(head) / 4
	return nul[0] > quarter && nul[1] == 0 || nul[1] > quarter && nul[0] == 0
}

func invalidUTF8(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, c := range text {
		if c == '\uFFFD' && !strings.HasPrefix(text[i:], "\uFFFD") {
			return i
		}
	}
	return -1
}

// isControl matches what yaml.v3 refuses.
func isControl(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c >= 0x7f && c < 0xa0 && c != 0x85 || c == 0xfffe || c == 0xffff
}

// stand-ins for the line breaks of YAML 1.1 that are none in 1.2 and in any
// editor: yaml.v3 would fold NEL away, and count a line for each.
var oldBreaks = []struct {
	text     string
	standIns []rune // of the same length in UTF-8
}{
	{"\u0085", []rune{0x378, 0x379, 0x380, 0x381, 0x382, 0x383, 0x38b, 0x38d, 0x3a2, 0x530}},
	{"\u2028", nonCharacters[:16]},
	{"\u2029", nonCharacters[16:]},
}

var nonCharacters = func() []rune {
	out := make([]rune, 32)
	for i := range out {
		out[i] = rune(0xfdd0 + i)
	}
	return out
}()

// substitute gives the text that yaml.v3 reads: with a stand-in of the same
// length for each NEL, LS and PS. Scalars that hold one are read again from the
// source.
func (r *reader) substitute() string {
	text := r.text
	if r.lines.ascii {
		return text
	}
	for _, b := range oldBreaks {
		if !strings.Contains(text, b.text) {
			continue
		}
		for _, standIn := range b.standIns {
			if !strings.ContainsRune(text, standIn) {
				text = strings.ReplaceAll(text, b.text, string(standIn))
				r.standIns = append(r.standIns, string(standIn))
				break
			}
		}
	}
	return text
}
