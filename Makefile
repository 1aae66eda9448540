# `make test` is the one command. It needs Go, make, node and npm, and installs the rest on Debian when it may.

.PHONY: help test test-r check fuzz faults build sbom generate bench screenshots tools
.DEFAULT_GOAL := help

# Each folder by itself: the generated code holds the file's path as seen from where templ runs.
templ := find internal -name '*.templ' -exec dirname {} + | sort -u | while read -r dir; do (cd "$$dir" && go tool templ generate -log-level error) || exit 1; done

version := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

# The longest packages first, so that both cores have something to do until the end; vetted they are by check. Linked without what only
# a debugger reads: that takes two seconds of five for each of the fifty packages.
test: tools check ## Everything: tools, checks, a short fuzzing, all tests on both engines and in a browser
	@.ci/fuzz 200x
	@go run ./internal/dbtest/run -- go test -vet=off -ldflags=-w -timeout 30m ./internal/browsertest ./internal/survey ./...

tools: # What the tests need besides Go
	@.ci/need postgresql chromium pspp python3-vobject scripts badges oidc

check: ## Generated files, gofmt, go vet, staticcheck, types of the scripts
	@before="$$(find internal -name '*_templ.go' | sort | xargs cat | cksum)"; \
	$(templ); \
	after="$$(find internal -name '*_templ.go' | sort | xargs cat | cksum)"; \
	if [ "$$before" != "$$after" ]; then echo "make: the generated templ files were not up to date; they are now: commit them" >&2; exit 1; fi
	@bad="$$(gofmt -l cmd internal)"; if [ -n "$$bad" ]; then printf 'make: gofmt these:\n%s\n' "$$bad" >&2; exit 1; fi
	@go vet ./...
	@go tool staticcheck ./...
	@.ci/need scripts
	@.cache/node_modules/.bin/tsc --noEmit --allowJs --checkJs --strict --target es2023 --lib es2023,dom,dom.iterable --module esnext internal/ui/static/*.js

generate: ## Write the templ files anew
	@$(templ)

build: ## The program, stripped, into ./taitorinki
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(version)" -o taitorinki ./cmd/taitorinki

sbom: build ## What the program is made of, with licences: CycloneDX, into ./taitorinki.cdx.json
	@go run ./internal/sbom taitorinki > taitorinki.cdx.json

fuzz: ## Every fuzz target for a minute (FUZZTIME=10s to change it)
	@.ci/fuzz $(or $(FUZZTIME),60s)

faults: ## Kill and starve the real program, at 50 moments (MOMENTS=1000, SEED=7, MOMENT=12 to change that)
	@.ci/need postgresql
	@go run ./internal/dbtest/run -- go test -vet=off -ldflags=-w -count=1 -v -timeout 5h ./internal/faults -moments $(or $(MOMENTS),50) -seed $(or $(SEED),0) -moment $(or $(MOMENT),-1)

bench: ## One table of what the real program does beside what the machine can do, and how it grows with the staff; then the benchmarks
	@go run ./internal/loadtest -table -journeys 6000
	@go run ./internal/loadtest -journeys 10000 -race 8
	@go run ./internal/dbtest/run -- go test -run xxx -bench . -benchmem $$(grep -rl --include='*_test.go' '^func Benchmark' internal | xargs -n1 dirname | sort -u | sed 's,^,./,')

test-r: ## The statistics against those of R (Debian's r-base-core)
	@.ci/need r-base-core
	TAITORINKI_R=1 go test -count=1 ./internal/stats -run LikeR

screenshots: ## Pictures of the pages, into doc/shots
	@.ci/need chromium
	TAITORINKI_SHOTS=$(CURDIR)/doc/shots go run ./internal/dbtest/run -- go test -count=1 -run Screenshots ./internal/browsertest
