package plan

import (
	"encoding/json"

	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// AppendJSON writes data as JSON, maps in their own order.
func AppendJSON(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case *spec.OrderedMap:
		dst = append(dst, '{')
		for i, key := range v.Keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = AppendJSON(dst, key); err != nil {
				return nil, err
			}
			dst = append(dst, ':')
			if dst, err = AppendJSON(dst, v.Values[key]); err != nil {
				return nil, err
			}
		}
		return append(dst, '}'), nil
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = AppendJSON(dst, item); err != nil {
				return nil, err
			}
		}
		return append(dst, ']'), nil
	case expr.Sensitive:
		return AppendJSON(dst, v.Value)
	default:
		return appendScalarJSON(dst, v)
	}
}

func appendScalarJSON(dst []byte, v any) ([]byte, error) {
	var b jsonBuffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return append(dst, b[:len(b)-1]...), nil
}

// jsonBuffer is a byte slice as an io.Writer.
type jsonBuffer []byte

func (b *jsonBuffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}
