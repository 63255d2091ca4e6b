# Sahut. `make` alone prints what there is.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

GO      ?= go
WEB     := agentui/web
BUNDLE  := $(WEB)/dist/volunteer.js
SOURCES := $(shell find $(WEB) -path $(WEB)/node_modules -prune -o -path $(WEB)/dist -prune -o -type f -print 2>/dev/null)
DEMO    ?= -callers 1

.PHONY: help build screens screenshots demo test check fmt docs fuzz bench clean

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(BUNDLE) ## bin/sahut, with the screens inside
	$(GO) build -trimpath -o bin/sahut ./cmd/sahut

screens: $(BUNDLE) ## only the screens (TypeScript to one bundle)

$(BUNDLE): $(SOURCES)
	@.ci/need npm=npm
	cd $(WEB) && npm ci --no-audit --no-fund --silent
	sh $(WEB)/build.sh
	@touch $@

screenshots: $(BUNDLE) ## the pictures of the manuals, anew
	@.ci/need chromium=chromium node=nodejs
	node $(WEB)/preview/manual.mjs

demo: build ## a hotline on this machine: sign in and answer a simulated caller
	bin/sahut demo $(DEMO)

test: build ## every test, with the outside programs they need
	@.ci/need gcc=gcc sipp=sip-tester chromium=chromium node=nodejs baresip=baresip svmap=sipvicious \
	  firefox-esr=firefox-esr pulseaudio=pulseaudio parec=pulseaudio-utils ip=iproute2 \
	  kamailio=kamailio /usr/lib/$$(uname -m)-linux-gnu/kamailio/modules/tls.so=kamailio-tls-modules
	$(GO) test -race -timeout 30m ./...
	sh $(WEB)/check-screens.sh

check: $(BUNDLE) ## formatting, vet, staticcheck, types, layering, generated files
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
	  if [ -n "$$unformatted" ]; then echo "not gofmt-ed: $$unformatted (run make fmt)"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	cd $(WEB) && npx --no-install tsc --noEmit
	$(GO) test -run 'Layering|Documented|Generated' ./cmd/sahut ./configs

fmt: ## format the Go code
	@git ls-files -co --exclude-standard '*.go' | xargs gofmt -w

docs: ## write the generated documents anew (settings, example configuration)
	$(GO) generate ./configs

fuzz: ## every fuzz target for 30 s
	@for t in $$(grep -rl --include='*_test.go' 'func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -ho 'func Fuzz[A-Za-z0-9]*' $$t/*_test.go | cut -c6-); do \
	    $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime 30s ./$$t || exit 1; done; done

bench: build ## the figures of docs/benchmarks.md (about ten minutes)
	@.ci/need chromium=chromium node=nodejs
	bin/sahut bench
	bin/sahut bench -opus -calls 60
	$(GO) test -run '^$$' -bench 'Desk|Watch' ./queue
	$(GO) test -run '^$$' -bench Mix ./media
	$(GO) test -run '^$$' -bench Opus ./media/opus
	$(GO) test -run '^$$' -bench WhatIfMonth ./reports
	$(GO) test -run '^$$' -bench YearReport ./cmd/sahut
	node $(WEB)/preview/frames.mjs

clean: ## remove what the build made
	rm -rf bin out $(WEB)/dist/*.js $(WEB)/dist/*.css $(WEB)/node_modules
