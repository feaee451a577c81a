# Every habit of this house. `make` lists them.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Without its kept bytecode each pytest and each process that a test starts compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help demo test check crash bench bench-delivery bench-queue bench-pages lighthouse words lock migration wheel

PYTHON ?= python3
# One more than there are processors: a text that leaves after 30 seconds, and a worker killed and started, are waited for.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
BIN := .venv/bin
MADE := .venv/.made
LOCKING := build/lock
COMPILE := $(LOCKING)/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

help: ## list these
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(MADE) ## a made-up district on this machine, in the browser (a="--port 8000 --families 400 --reset")
	$(BIN)/outreach demo $(a)

test: $(MADE) ## every test, on SQLite and PostgreSQL (a="tests/risk -k silence")
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(a)

check: $(MADE) ## style, types, layers, known weaknesses of what we depend on
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.audit

crash: $(MADE) ## kill workers and web at every commit point and count what the provider saw, on both databases (a="--seed 2")
	$(BIN)/python -m tests.crash --workers 3 --messages 2000 --kills 100 $(a)
	$(BIN)/python -m tests.crash --sqlite --workers 1 --messages 2000 --kills 100 $(a)

bench: $(MADE) ## scoring 20,000 families against a loop
	$(BIN)/python -m benchmarks.scoring $(a)

bench-delivery: $(MADE) ## the outbox against a bare loop over the same SDK, and three workers against one
	$(BIN)/python -m benchmarks.delivery $(a)

bench-pages: $(MADE) ## a family's page with 2,000 contacts against one with 20
	$(BIN)/python -m benchmarks.family_page $(a)

bench-queue: $(MADE) ## the queue's pages with 5,000 families in it against 20, on both databases
	$(BIN)/python -m benchmarks.queue $(a)
	$(BIN)/python -m benchmarks.queue --postgresql $(a)

lighthouse: $(MADE) ## Lighthouse on Today, log, family, queue and plan, the median of five (a="--runs 1 --only today")
	$(BIN)/python -m benchmarks.lighthouse $(a)

words: $(MADE) ## bring the catalogues of every language up to date with what the sources say
	$(BIN)/python -m outreach.language.gather

lock: ## write requirements.txt and requirements-dev.txt anew (a="--upgrade")
	$(PYTHON) -m venv $(LOCKING)
	$(LOCKING)/bin/pip install --quiet --disable-pip-version-check uv
	$(COMPILE) $(a) --group build pyproject.toml -o requirements.txt
	$(COMPILE) $(a) --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

migration: $(MADE) ## draw up the next revision: m="what it does"; before the first release: first=1
	$(BIN)/python -m models.migrations.write $(if $(first),--first,"$(m)")

wheel: $(MADE) ## build the wheel into dist/
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

$(MADE): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Outreach needs Python 3.11 or newer: make PYTHON=…" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(MADE)
