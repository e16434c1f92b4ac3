# KIN Assistant. Two commands are enough: `make run` serves the page, `make test` runs the tests.
# Both make the environment in .venv first, with the versions of constraints.txt.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help run test setup check format eval bench load clean

help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: $(READY)  ## build the index if it is missing or stale, and serve the page on http://127.0.0.1:7860
	$(BIN)/kin serve

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest

setup: $(READY)  ## make the environment

$(READY): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; name it with make PYTHON=..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,eval]'
	@touch $@

check: $(READY)  ## lint and type-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)  ## format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: $(READY)  ## measure the answers and compare them with the baseline
	$(BIN)/kin sync
	$(BIN)/python -m eval

bench: $(READY)  ## time building, starting and asking
	$(BIN)/python -m tools.bench

load: $(READY)  ## let 200 visitors ask for two minutes
	$(BIN)/kin sync
	$(BIN)/python -m tools.load

clean:  ## remove the environment and the index
	rm -rf $(VENV) index/build-* index/CURRENT index/models index/vectors.sqlite*
