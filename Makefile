# Two commands on a fresh machine: `make demo` and `make test`. `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# The program is linked with the static Swift library, so that it starts in milliseconds and runs without a
# toolchain; tests need the dynamic one. Each has its own build folder, or every switch would rebuild all. Tests run the
# program that is built along with them, so that a fresh machine that only tests builds once.
PRODUCT_BUILD := .build/product
TESSERA := $(PRODUCT_BUILD)/release/tessera
TESTED := $(CURDIR)/.build/release/tessera
SWIFT := --manifest-cache none -c release
# What the lab stands on is pinned for this kind of machine; elsewhere the everyday side is built and tested alone.
LAB := $(if $(filter Linux-x86_64,$(shell uname -sm | tr ' ' -)),lab)
LAB_SIDE := $(if $(LAB),TESSERA_LAB=1)

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: setup
setup: ## check the toolchain and install what the build needs
	@Scripts/setup.sh

.PHONY: build
build: setup ## build the release program
	swift build $(SWIFT) --static-swift-stdlib --product tessera --scratch-path $(PRODUCT_BUILD)
	@echo "built $(TESSERA)"

.PHONY: server
server: build ## build the server beside it (about as long again: a web server's libraries)
	swift build $(SWIFT) --static-swift-stdlib --product tessera-server --scratch-path $(PRODUCT_BUILD)

.PHONY: libtorch
libtorch: setup
	@Scripts/setup.sh lab

.PHONY: lab
lab: build libtorch ## build tessera-lab beside it, which trains (fetches libtorch the first time, 554 MB)
	TESSERA_LAB=1 swift build $(SWIFT) --static-swift-stdlib --product tessera-lab --scratch-path $(PRODUCT_BUILD)

.PHONY: serve
serve: server model ## serve the default model at http://127.0.0.1:8080, with a page to play in
	$(TESSERA) serve

.PHONY: model
model: build
	$(TESSERA) model fetch smollm2

.PHONY: demo
demo: model ## build, fetch the default model and show the main jobs on real input
	$(TESSERA) demo

.PHONY: tokenizers
tokenizers: setup
	@Scripts/setup.sh tokenizers

.PHONY: test
test: tokenizers $(LAB:lab=libtorch) ## run every test (fetches libtorch, the default model and tokenizers the first time)
	$(LAB_SIDE) swift build $(SWIFT) --build-tests
	TESSERA_PROGRAM=$(TESTED) Scripts/setup.sh model
	$(LAB_SIDE) TESSERA_PROGRAM=$(TESTED) swift test $(SWIFT) --disable-testable-imports --skip-build --parallel \
		--skip TesseraServerTests
	@# One after another and apart: beside tests that compute for minutes, a server has no thread to answer on.
	$(LAB_SIDE) swift test $(SWIFT) --disable-testable-imports --skip-build --no-parallel --filter TesseraServerTests

.PHONY: studies
studies: lab tokenizers ## run all studies (fetches their texts the first time; some ten minutes)
	@Scripts/setup.sh studies
	$(PRODUCT_BUILD)/release/tessera-lab study run --all
	$(PRODUCT_BUILD)/release/tessera-lab study systems --write

.PHONY: bench
bench: model ## compare speed with llama.cpp in one run (builds llama.cpp the first time)
	Scripts/bench.sh
	Scripts/bench-kernels.sh
	Scripts/bench-tokenizers.sh

.PHONY: bench-lab
bench-lab: lab ## compare the speed of training with PyTorch's in one run, and two processes with one
	Scripts/bench-lab.sh --write Documentation/Benchmarks.md

.PHONY: bench-grammar
bench-grammar: server model ## grammars beside xgrammar and llguidance, JSON-Schema-Test-Suite, a thousand answers
	Scripts/bench-grammar.sh

.PHONY: peers
peers: server model $(LAB) ## write the golden files again with the pinned references and compare
	Scripts/peers.sh

.PHONY: conformance
conformance: build ## compare 100,000 texts a family with the reference libraries (about an hour)
	Scripts/conformance.sh

.PHONY: fuzz
fuzz: setup ## try to break every reader of files, SECONDS of CPU each; writes Documentation/Fuzzing.md
	Scripts/fuzz.sh "$(or $(SECONDS),10)" "$(or $(SEED),1)"

.PHONY: format
format: ## format the Swift sources
	swift format format --in-place --recursive --parallel Sources Tests Package.swift

.PHONY: lint
lint: ## check the format of the Swift sources
	swift format lint --strict --recursive --parallel Sources Tests Package.swift

.PHONY: clean
clean: ## remove what was built here; the cache in your home stays
	rm -rf .build
