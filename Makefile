# Everything a person or a machine needs, on Python 3.11, make and a package index. `make` alone lists it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.callboard-ready
UV_PIP := $(BIN)/python -m uv pip install --quiet --python $(BIN)/python --compile-bytecode
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

DEMO_HOME ?= demo/home
DEMO_AGENTS ?= 60
TEST_WORKERS ?= 2
export CALLBOARD_HOME ?= home

# Start-up is most of a small refresh, and compiled bytecode halves it: never switched off in here.
unexport PYTHONDONTWRITEBYTECODE
# Nothing phones home.
export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false
# ... and pyright does not ask whether there is a newer one.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
# uv takes the machine's own certificates, as pip does, and keeps its cache in HOME where HOME can be written to.
export UV_NATIVE_TLS := true
ifneq ($(shell test -n "$$HOME" && test -w "$$HOME" && echo writable),writable)
export UV_CACHE_DIR := $(CURDIR)/$(VENV)/.uv-cache
endif

.PHONY: help setup demo test lint format dev generate lock bench

help: ## what there is to make
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(READY) ## .venv from the hashed lock file, .venv/bin/callboard ready
	@echo "Ready: $(BIN)/callboard --help"

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
		echo "Callboard needs Python 3.11 and found $$($(PYTHON) --version 2>&1); name one: make setup PYTHON=<path to python3.11>" >&2; \
		exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) uv
	@$(UV_PIP) --require-hashes -r requirements.lock || { \
		echo "uv could not install the lock; trying pip, which may know an index that uv does not." >&2; \
		$(PIP) --require-hashes -r requirements.lock; }
	@$(UV_PIP) --no-deps --editable . || $(PIP) --no-deps --editable .
	@$(BIN)/python -c 'from orchestration.warehouse.dbt import manifest_json; manifest_json()' || \
		echo "The dbt project does not parse yet; a refresh will try again." >&2
	@touch $@

demo: $(READY) ## simulate a centre, refresh and publish two months of it
	@$(BIN)/callboard simulate --home $(DEMO_HOME) --months 2026-08..2026-09 --agents $(DEMO_AGENTS) --seed 1
	@$(BIN)/callboard refresh --home $(DEMO_HOME) --month 2026-08 --month 2026-09 --as-of 2026-10-15T00:00:00Z
	@$(BIN)/callboard status --home $(DEMO_HOME)

test: $(READY) ## every test
	@$(BIN)/pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(READY) ## ruff, pyright, sqlfluff, import-linter, Dagster's definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	CALLBOARD_WAREHOUSE=:memory: PYTHONWARNINGS=ignore:resource_tracker $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models
	$(BIN)/lint-imports
	$(BIN)/python docs/house_map.py
	$(BIN)/dg check defs

format: $(READY) ## ruff's formatter and its safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

dev: $(READY) ## the Dagster UI on CALLBOARD_HOME (or ./home)
	$(BIN)/python -m orchestration.defs.instance

generate: $(READY) ## what is written from contracts and definitions: dbt's data and YAML, docs/kpis.md, column lineage
	$(BIN)/python -m sources.contracts.generate
	$(BIN)/python docs/kpi_page.py
	$(BIN)/python -m orchestration.warehouse.lineage

lock: $(READY) ## requirements.lock again from pyproject.toml
	$(BIN)/python -m uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --no-strip-extras -o requirements.lock

bench: $(READY) ## a month of 2,000 and of 10,000 agents, step by step, into benchmarks/results.md (about 12 GB of disk)
	$(BIN)/python benchmarks/run.py --agents 2000 --agents 10000 --month 2026-08 --work $${TMPDIR:-/tmp}/callboard-bench --results benchmarks/results.md
