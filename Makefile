# Everything a checkout can do; `make help` lists it. All of it lives in .venv: nothing outside this folder is touched.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PACKAGE := build/package
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile -q --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate pyproject.toml

.DELETE_ON_ERROR:
.PHONY: help up demo test test-long check lint audit schema package lock bench ratios soak clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 16

up: $(VENV)/.installed  ## run everything here: Postgres, Valkey, workers, beat (ARGS="--help" shows what it takes)
	@exec $(BIN)/dateline up $(ARGS)

demo: $(VENV)/.installed  ## the same, reading four invented newspapers that are published on this machine
	@exec $(BIN)/python -m tests.site.demo $(ARGS)

test: $(VENV)/.installed-dev  ## all tests, as many at once as there are cores (ARGS="-k dedup" picks some)
	@$(BIN)/python -m pytest -n logical --dist loadfile $(ARGS)

test-long: $(VENV)/.installed-dev  ## every fault there is a test for, some ten minutes; writes the table of docs/reliability.md
	@$(BIN)/python -m pytest tests/faults --long --reliability docs/reliability.md $(ARGS)

check: lint audit schema package  ## style, types, dependencies, the schema's comments, and that a built wheel runs

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# No dependency that nothing uses, none that is used but not named, none that is known to be vulnerable.
audit: $(VENV)/.installed-dev
	@$(BIN)/deptry worker scrapers >$(VENV)/deptry.log 2>&1 || { cat $(VENV)/deptry.log >&2; exit 1; }
	@$(BIN)/python .ci/audit.py

schema: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -q tests/test_schema.py tests/test_project.py

# A wheel in an environment of its own, away from the checkout: what it forgot to carry is missing there.
package: $(VENV)/.installed-dev
	@rm -rf $(PACKAGE) && mkdir -p $(PACKAGE)
	@$(BIN)/hatchling build -t wheel -d $(PACKAGE) >$(PACKAGE)/build.log 2>&1 || { cat $(PACKAGE)/build.log >&2; exit 1; }
	@$(BIN)/python -m venv $(PACKAGE)/venv
	@$(PACKAGE)/venv/bin/python -m pip --disable-pip-version-check --no-input install -qq --require-hashes -r requirements-service.lock
	@$(PACKAGE)/venv/bin/python -m pip --disable-pip-version-check --no-input install -qq --no-deps $(PACKAGE)/*.whl
	@$(PACKAGE)/venv/bin/python -m pip check >/dev/null
	@cd $(PACKAGE) && for words in "--help" "db --help"; do \
		venv/bin/dateline $$words >help.txt 2>&1 || { cat help.txt >&2; exit 1; }; done
	@cd $(PACKAGE) && venv/bin/python -c 'from importlib.resources import files; \
		missing = [n for n in ("schema.sql", "sources.toml", "catalogue.csv") if not files("worker").joinpath(n).is_file()]; \
		raise SystemExit(f"The wheel lacks {missing}" if missing else 0)'
	@rm -rf $(PACKAGE) && echo "The wheel installs and runs."

lock: $(VENV)/.installed-dev  ## pin the newest packages that pyproject.toml allows
	@$(LOCK) -U --extra local --extra dev --group editable -o requirements-dev.lock
	@$(LOCK) -U --extra local --group editable -c requirements-dev.lock -o requirements.lock
	@$(LOCK) -U --extra s3 --group editable -c requirements-dev.lock -o requirements-service.lock

bench: $(VENV)/.installed-dev  ## the quicker benchmarks (bench/README.md says what each one measures), within ten minutes
	@mkdir -p build
	@for words in "extract --rounds 1" kinds visit "pipeline --short --json build/pipeline.json" "dedup --pairs 1500" \
		events twins; do set -- $$words; program="bench/$$1.py"; shift; \
		echo "== $$program $$*" && $(BIN)/python "$$program" "$$@" || exit 1; done

ratios: $(VENV)/.installed-dev  ## that no step of a visit is far dearer than the bare library calls; half a minute
	@$(BIN)/python bench/visit.py --stories 3 --seconds 6 --warm-up 2 --check

soak: $(VENV)/.installed-dev  ## the service under faults for an hour, and what grows meanwhile (ARGS="--minutes 20")
	@PYTHONPATH=. $(BIN)/python bench/soak.py $(ARGS)

clean:  ## remove .venv and everything that was built; the data of `make up` stays
	@rm -rf $(VENV) build dist .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find worker scrapers tests bench -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Dateline into $(VENV) (once, a minute or so) ..."
	@$(PIP) install -qq --require-hashes -r requirements.lock
	@$(PIP) install -qq --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing the tools for tests and checks ..."
	@$(PIP) install -qq --require-hashes -r requirements-dev.lock
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "Dateline needs Python 3.11 or newer, and '$(PYTHON)' is not there. Name yours: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Dateline needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "'$(PYTHON)' could not make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
