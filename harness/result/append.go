package result

import (
	"encoding/json"
	"errors"
)

func appendCase(dst []byte, c *Case) ([]byte, error) {
	data, err := encode(c)
	return append(dst, data...), err
}

// decodeCase reads one case.
func decodeCase(raw []byte, c *Case) error {
	if len(raw) == 0 || raw[0] != '{' {
		return errors.New("a case must be an object")
	}
	return json.Unmarshal(raw, c)
}
