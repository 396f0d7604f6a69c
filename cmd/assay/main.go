// Command assay tests chat models: suites say what is expected, recordings
// what was answered.
package main

import (
	"os"

	"github.com/assay-harness/assay/harness/cli"
)

func main() { os.Exit(cli.Main()) }
