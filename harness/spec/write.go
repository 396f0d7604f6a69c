package spec

// Writing. yaml.v3's encoder loses text, so scalars are written here.

// AppendScalar appends text as a YAML scalar that reads back byte for byte:
// plain where that is safe, a block scalar for several lines, double quotes
// else. indent is the number of spaces that a block's lines get.
func AppendScalar(dst []byte, text string, indent int) []byte { panic("stub") }

// AppendFlowScalar appends text as a scalar safe inside { } and [ ], on one line.
func AppendFlowScalar(dst []byte, text string) []byte { panic("stub") }
