# `make demo` rings the bell, `make test` runs everything this machine can run. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench evaluate fuzz lock schemas compose-test clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.ready: pyproject.toml requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tocsin needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(VENV)/.ready  ## a .venv with everything; the command is .venv/bin/tocsin

demo: setup  ## the whole pipeline on bundled sample feeds, in this terminal, without a network
	@$(BIN)/tocsin demo

check: setup  ## style, types and dependency rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check  ## checks and all tests; missing backends skip with a reason (REQUIRE_BACKENDS=1: fail)
	$(BIN)/pytest $(if $(filter-out 1,$(JOBS)),--numprocesses=$(JOBS)) $(PYTEST_ARGS)

bench: setup  ## costs as ratios to named baselines; fails when a target is missed (quiet machine, about ten minutes)
	@failed=0; for name in polling claims memory parsing classifying sending planning stories; do $(BIN)/python -m benchmarks.$$name || failed=1; done; exit $$failed

evaluate: setup  ## how well the shipped models judge and join, on the labelled sets of tests/data (ten minutes)
	$(BIN)/tocsin evaluate $(filter-out %stories.jsonl %look_alikes.jsonl,$(wildcard tests/data/verdicts/*.jsonl))
	$(BIN)/tocsin evaluate --stories $(wildcard tests/data/verdicts/*stories.jsonl tests/data/verdicts/*look_alikes.jsonl)

fuzz: setup  ## damaged feeds against the parser for ten minutes (FUZZ_ARGS="--seconds 60 --seed 1")
	$(BIN)/python -m tests.fuzz.parser $(FUZZ_ARGS)

schemas: setup  ## write docs/schemas from the code
	$(BIN)/python -m docs.schemas.generate

compose-test:  ## the whole stack in containers: up, healthy, kill, scale (needs root without a Docker engine)
	tests/compose/run.sh

lock:  ## pin the dependencies again (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra kafka --extra redis --extra e5 --extra fulltext pyproject.toml -o requirements/runtime.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --all-extras pyproject.toml -o requirements/dev.txt
	echo 'hatchling>=1.27' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header - -c requirements/dev.txt -o requirements/build.txt

clean:  ## remove what setup and the tools made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
