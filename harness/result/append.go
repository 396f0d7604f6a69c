package result

func appendCase(dst []byte, c *Case) ([]byte, error) {
	data, err := encode(c)
	return append(dst, data...), err
}
