package exchange

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Key identifies a question: SHA-256 over the canonical request.
type Key [sha256.Size]byte

const (
	keyPrefix = "sha256:"
	// keyDomain keeps these digests apart from any other use of SHA-256, and is
	// changed if the canonical form ever is.
	keyDomain = "assay request 1"
)

// Key computes the key: method, path, query, credential, the headers written in
// `request`, and the body in canonical form, each with its length in front. A
// body that Canonical refuses counts byte for byte.
//
// Secrets must be out of the request before: see Request.Redacted.
func (r *Request) Key() Key {
	// The canonical form of a body is hardly ever longer than the body.
	buf := make([]byte, 0, len(r.Body)+len(r.Path)+len(r.Query)+128)
	for _, part := range [...]string{keyDomain, r.Method, r.Path, r.Query, string(r.Credential)} {
		buf = appendFramed(buf, part)
	}
	header := sortedHeader(r.Header)
	buf = binary.AppendUvarint(buf, uint64(len(header)))
	for _, f := range header {
		buf = appendFramed(buf, f.Name)
		buf = appendFramed(buf, f.Value)
	}
	// The body is last, so that its length need not be known before it is written.
	mark := len(buf)
	buf, ok := appendCanonical(append(buf, 'j'), r.Body)
	if !ok {
		buf = append(append(buf[:mark], 'b'), r.Body...)
	}
	return sha256.Sum256(buf)
}

func appendFramed(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// sortedHeader gives the fields as the key sees them, without touching h.
func sortedHeader(h []Field) []Field {
	byName := func(a, b Field) int { return strings.Compare(a.Name, b.Name) }
	lower := func(f Field) bool { return f.Name == strings.ToLower(f.Name) }
	if slices.IsSortedFunc(h, byName) && !slices.ContainsFunc(h, func(f Field) bool { return !lower(f) }) {
		return h
	}
	h = slices.Clone(h)
	for i := range h {
		h[i].Name = strings.ToLower(h[i].Name)
	}
	slices.SortStableFunc(h, byName)
	return h
}

// Redacted gives the request without secrets: what is stored, compared and
// hashed. It is r itself when there are none in it.
func (r *Request) Redacted(red *Redactor) *Request {
	if red == nil {
		return r
	}
	out := *r
	out.Path, out.Query, out.Body = red.String(r.Path), red.String(r.Query), red.Bytes(r.Body)
	for i, f := range r.Header {
		value := red.String(f.Value)
		if value == f.Value {
			continue
		}
		if &out.Header[0] == &r.Header[0] {
			out.Header = slices.Clone(r.Header)
		}
		out.Header[i].Value = value
	}
	return &out
}

// String gives sha256:… with 64 hex digits.
func (k Key) String() string {
	var buf [len(keyPrefix) + 2*sha256.Size]byte
	hex.Encode(buf[copy(buf[:], keyPrefix):], k[:])
	return string(buf[:])
}

// ParseKey reads what String wrote.
func ParseKey(s string) (Key, error) {
	var k Key
	digits, ok := strings.CutPrefix(s, keyPrefix)
	if !ok || len(digits) != 2*len(k) || digits != strings.ToLower(digits) {
		return Key{}, fmt.Errorf("exchange: %q is no key: want sha256: and 64 hex digits in lower case", s)
	}
	if _, err := hex.Decode(k[:], []byte(digits)); err != nil {
		return Key{}, fmt.Errorf("exchange: %q is no key: %w", s, err)
	}
	return k, nil
}

// MarshalText gives String.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText is ParseKey.
func (k *Key) UnmarshalText(text []byte) (err error) {
	*k, err = ParseKey(string(text))
	return err
}
