package drift

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Choose picks n of the addresses, as the seed says, and gives them in the order
// they came in. Each address draws its own lot, so that the same seed picks much
// the same cases after some were added or deleted.
func Choose(addresses []string, n int, seed uint64) []string {
	if n >= len(addresses) {
		return addresses
	}
	type lot struct {
		drawn [sha256.Size]byte
		at    int
	}
	lots := make([]lot, len(addresses))
	for i, a := range addresses {
		lots[i] = lot{sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seed), a...)), i}
	}
	slices.SortFunc(lots, func(a, b lot) int { return bytes.Compare(a.drawn[:], b.drawn[:]) })
	lots = lots[:n]
	slices.SortFunc(lots, func(a, b lot) int { return a.at - b.at })
	out := make([]string, n)
	for i, l := range lots {
		out[i] = addresses[l.at]
	}
	return out
}
