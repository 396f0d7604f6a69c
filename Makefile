# assay: what developers run. `make check` is what lands.

GO        ?= go
BIN       := $(CURDIR)/bin
VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS   := -s -w -X github.com/assay-harness/assay/harness/cli.release=$(VERSION)
DIST      ?= $(CURDIR)/dist
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64

# Tools, pinned. golangci-lint takes minutes to build the first time.
GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: check lint test e2e fuzz bench dist docs examples fmt clean

check: test lint e2e ## all that must be green

test: ## vet and every test, with the race detector
	$(GO) vet ./...
	$(GO) test -race ./...

$(BIN)/gofumpt:
	GOBIN=$(BIN) $(GO) install $(GOFUMPT)
$(BIN)/staticcheck:
	GOBIN=$(BIN) $(GO) install $(STATICCHECK)
$(BIN)/golangci-lint:
	GOBIN=$(BIN) $(GO) install $(GOLANGCI)

fmt: $(BIN)/gofumpt
	$(BIN)/gofumpt -w .

lint: $(BIN)/gofumpt $(BIN)/staticcheck $(BIN)/golangci-lint ## format, staticcheck, golangci-lint
	@test -z "$$($(BIN)/gofumpt -l . | tee /dev/stderr)" || (echo "run make fmt"; exit 1)
	$(BIN)/staticcheck ./...
	$(BIN)/golangci-lint run ./...

e2e: ## what needs Node, strace or namespaces: real clients, real JUnit consumers
	.ci/e2e

fuzz: ## every parser of outside input, FUZZTIME each
	.ci/fuzz $(or $(FUZZTIME),10s)

bench: ## whole-process figures on this machine
	$(GO) run ./cmd/assay-bench

dist: ## static binaries for five platforms, with checksums
	@mkdir -p "$(DIST)" && rm -f "$(DIST)"/assay-* "$(DIST)"/SHA256SUMS
	@for p in $(PLATFORMS); do os=$${p%/*}; arch=$${p#*/}; ext=; [ $$os = windows ] && ext=.exe; \
	  echo "assay-$(VERSION)-$$os-$$arch$$ext"; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o "$(DIST)/assay-$(VERSION)-$$os-$$arch$$ext" ./cmd/assay || exit 1; done
	@cd "$(DIST)" && sha256sum assay-* > SHA256SUMS

docs: ## the reference, from the code
	$(GO) test ./harness/cli -run TestReference -update

examples: ## the example reports, from the shipped suites
	$(GO) test ./cmd/assay -run TestExampleReports -update

clean:
	rm -rf bin dist
