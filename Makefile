# `make` alone lists the targets. Everything runs in .venv, made from requirements.lock.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(or $(shell command -v python3.11),python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BOOTSTRAP := .ci/bootstrap.lock
SOURCES := flows tests
# Interpreters started here may write bytecode: without it every start takes twice as long.
export PYTHONDONTWRITEBYTECODE :=
export GREENZONE_HOME ?= $(CURDIR)/data

.PHONY: help setup daily test test-end-to-end test-all lint types format lock audit bench fuzz up down units clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## set up .venv from the lock file

# A virtual environment starts with the pip that Python brought, which cannot read this lock file's
# hashes of extras; a newer one can. It is fetched first, by a lock file of its own.
$(READY): requirements.lock $(BOOTSTRAP) pyproject.toml
	@echo "Setting up $(VENV) (a few minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(BOOTSTRAP)
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --no-compile -r requirements.lock
	@$(BIN)/python -m pip install --quiet --quiet --no-deps --no-build-isolation --no-compile --editable .
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib flows > /dev/null || true
	@touch $@

daily: $(READY) ## run the daily flow on $GREENZONE_HOME (./data); on an empty one, on a demo shop
	@$(BIN)/python -m flows.commands.demo
	@$(BIN)/greenzone daily

test: $(READY) ## the tests that take a few minutes
	@$(BIN)/python -m pytest -m "not slow and not end_to_end" -n 2 --dist loadfile

test-end-to-end: $(READY) ## the real commands on simulated shops, a real Prefect server and worker
	@$(BIN)/python -m pytest -m "(end_to_end or slow) and not long" -n 2 --dist loadfile

test-all: $(READY) ## every test there is, slow ones too
	@$(BIN)/python -m pytest

lint: $(READY) ## style of the code
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)

types: $(READY) ## types of the code
	@$(BIN)/mypy

format: $(READY) ## rewrite the code in the project's style
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

.PHONY: docs docs-site pictures
docs: $(READY) ## write the pages of docs/ that are made from contracts, models, rules and reports
	@$(BIN)/python -m flows.contracts --write
	@$(BIN)/python -m tests.documentation.sections --write
	@$(BIN)/python -m flows.documentation --write

docs-site: $(READY) ## dbt's documentation of every model and column as one page, build/docs/index.html
	@$(BIN)/python -m flows.documentation.site

pictures: $(READY) ## take the pictures of docs/pictures/ anew, from a made-up shop (some minutes)
	@$(BIN)/python -m tests.pictures

lock: $(READY) ## resolve the dependencies anew into requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes \
	  --no-emit-index-url --no-header --no-strip-extras --output-file requirements.lock
	@printf 'pip>=25\nsetuptools>=75\nwheel>=0.45\n' | $(BIN)/uv pip compile - --no-deps --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --output-file $(BOOTSTRAP) > /dev/null

audit: $(READY) ## known vulnerabilities of what is locked, where the package index tells them
	@$(BIN)/python -m tests.supply_chain.audit

bench: $(READY) ## time and memory by stage at 10 k, 100 k and 1 M orders
	@$(BIN)/python -m tests.bench

fuzz: $(READY) ## look for bytes that break the readers, MINUTES=5; findings in fuzz-findings/
	@$(BIN)/python -m tests.hostile.fuzz --minutes $(or $(MINUTES),5)

up: $(READY) ## start the Prefect server, the worker and the four deployments on this machine
	@$(BIN)/python -m flows.orchestration.services up

down: ## stop what `make up` started
	@$(BIN)/python -m flows.orchestration.services down

units: $(READY) ## the same as systemd units of the user: print them, or UNITS=~/.config/systemd/user
	@$(BIN)/python -m flows.orchestration.units $(if $(UNITS),--out $(UNITS))

clean: ## remove .venv and caches; data stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache *.egg-info
