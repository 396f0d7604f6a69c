package result

import "bytes"

// maybeRemarkable tells from a case's bytes, without decoding it, whether it
// must be decoded to know if it simply passed. What it does not understand it
// leaves to the decoder.
func maybeRemarkable(raw []byte) bool {
	passed := false
	for key, value := range shallow(raw) {
		switch string(key) {
		case `"verdict"`:
			passed = string(value) == `"pass"`
		case `"flaky"`:
			if string(value) != "false" {
				return true
			}
		case `"sum"`:
			if bytes.Contains(value, []byte(`"warnings"`)) || bytes.Contains(value, []byte(`"stale"`)) {
				return true
			}
		}
	}
	return !passed
}

// shallow gives the fields of an object, keys and values as they are written;
// it stops where the bytes are no JSON.
func shallow(raw []byte) func(yield func(key, value []byte) bool) {
	return func(yield func(key, value []byte) bool) {
		rest := bytes.TrimPrefix(raw, []byte("{"))
		for {
			key, behind := first(rest)
			colon := bytes.TrimLeft(behind, " \t\r\n")
			if len(key) == 0 || len(colon) == 0 || colon[0] != ':' {
				return
			}
			value, next := first(colon[1:])
			if len(value) == 0 || !yield(key, value) {
				return
			}
			next = bytes.TrimLeft(next, " \t\r\n")
			if len(next) == 0 || next[0] != ',' {
				return
			}
			rest = next[1:]
		}
	}
}

// first cuts the first value off.
func first(data []byte) (value, rest []byte) {
	data = bytes.TrimLeft(data, " \t\r\n")
	var w walker
	n, done, _ := w.feed(data)
	if !done {
		return nil, nil
	}
	return data[:n], data[n:]
}
