//go:build !linux

package main

import "testing"

func (p *program) testOffline(t *testing.T) {
	cannot(t, "network namespaces and strace are Linux's")
}
