# Vaka: the commands that people use. `make help` lists them.
SHELL := /bin/bash
GO    ?= go
TOOL  := $(GO) tool -modfile=tools.mod
FUZZTIME ?= 5s
N     ?= 10000,100000

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## start the service with the demo on http://127.0.0.1:8080
	$(GO) run ./cmd/vaka demo --listen 127.0.0.1:8080 --data demo-data

.PHONY: build
build: ## build bin/vaka
	$(GO) build -o bin/vaka ./cmd/vaka

.PHONY: test
test: tools ## everything that must pass: all tests on both engines, and bounded fuzzing
	$(GO) vet ./...
	$(GO) test ./...
	cd store/mongo/ferret && $(GO) test ./...
	cd e2e && $(GO) test -count=1 ./...
	$(MAKE) --no-print-directory fuzz

.PHONY: tools
tools: ## install what the tests use besides Go, where it is missing: strace, chromium, npm, axe-core, html-validate
	@missing=; \
	command -v strace >/dev/null || missing="$$missing strace"; \
	command -v chromium >/dev/null || missing="$$missing chromium fonts-dejavu-core"; \
	command -v npm >/dev/null || missing="$$missing nodejs npm"; \
	[ -z "$$missing" ] && exit 0; \
	echo "installing Debian packages:$$missing"; \
	echo "(strace watches that data is synced before the answer, chromium shows the pages, npm fetches axe-core)"; \
	SUDO=; [ "$$(id -u)" = 0 ] || SUDO=sudo; export DEBIAN_FRONTEND=noninteractive; \
	$$SUDO apt-get update -qq; $$SUDO apt-get install -y -qq --no-install-recommends $$missing >/dev/null || \
	echo "they could not be installed; the tests that need them say that they are skipped"
	@cd e2e && cmp -s package-lock.json node_modules/package-lock.json && exit 0; \
	command -v npm >/dev/null || exit 0; \
	echo "installing axe-core and html-validate (npm, into e2e/node_modules): they judge the pages"; \
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && cp package-lock.json node_modules/

.PHONY: screenshots
screenshots: tools ## write pictures of the main pages into docs/screenshots
	cd e2e && $(GO) test . -count=1 -run TestScreenshots -screenshots ../docs/screenshots

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (5s)
	@set -e; out=$$(mktemp); trap 'rm -f '$$out EXIT; $(GO) list ./... | while read -r pkg; do \
	  dir=$$($(GO) list -f '{{.Dir}}' $$pkg); \
	  for target in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go 2>/dev/null | sed 's/^func //'); do \
	    echo "fuzz $$pkg $$target"; \
	    $(GO) test $$pkg -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x >$$out 2>&1 </dev/null \
	      || { cat $$out; exit 1; }; \
	  done; \
	done

.PHONY: check
check: ## formatting, vet, staticcheck, import rule, generated files
	@bad=$$($(TOOL) gofumpt -l .); if [ -n "$$bad" ]; then echo "gofumpt wants changes in:"; echo "$$bad"; exit 1; fi
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	$(GO) test -run 'TestImports|TestDocument|TestGenerated|TestExample|TestFieldsDocument' ./...
	$(GO) mod verify >/dev/null
	@git diff --exit-code --stat -- go.mod go.sum docs >/dev/null || { echo "go.mod, go.sum or docs differ from what is committed"; git diff --stat -- go.mod go.sum docs; exit 1; }

.PHONY: bench
bench: build ## measure the real server; N=1000000 for a million cases
	$(GO) run ./bench -n $(N) -write

.PHONY: generate
generate: ## write the generated documents anew
	$(GO) test ./workflow -run TestDocument -update
	$(GO) test ./config -update
	$(GO) test ./cases -run TestFieldsDocument -write-fields

.PHONY: clean
clean: ## remove what was built, and the demo's data
	rm -rf bin demo-data
