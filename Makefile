# make run            the app on http://localhost:8501      (PORT=8600 DATA="folder ...")
# make test           lint and all tests, the browser's included     (PYTEST_WORKERS=1 PYTEST_ARGS=tests/runs)
# make unit           lint and all tests but the browser's
# make fuzz           500 damaged files of each part of each format, tables and links   (FUZZ_MUTATIONS=50)
# make bench          measurements                          (BENCH_ARGS=--quick)

PYTHON ?= python3
PORT ?= 8501
DATA ?=
PYTEST_ARGS ?=
# As many as there are cores; 0 runs the tests in one process, for a debugger.
PYTEST_WORKERS ?= auto
BENCH_ARGS ?=
FUZZ_MUTATIONS ?= 500

BIN := .venv/bin
# A module's tests share what is dear, so one worker has them all; tests/conftest.py says which modules begin.
# Compiled tests are kept, whatever the shell says: rewriting their assertions anew takes longer than importing them.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses=$(PYTEST_WORKERS) --dist=loadfile --no-loadscope-reorder --durations=15
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test unit lint fuzz bench clean

run: .venv/app-ready
	$(BIN)/streamlit run app.py --server.port $(PORT) $(if $(strip $(DATA)),-- $(DATA))

test: lint .venv/browser-ready
	$(PYTEST) $(PYTEST_ARGS)

unit: lint
	$(PYTEST) --ignore=tests/e2e $(PYTEST_ARGS)

lint: .venv/tests-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

fuzz: .venv/tests-ready
	FUZZ_MUTATIONS=$(FUZZ_MUTATIONS) $(PYTEST) tests/fuzz $(PYTEST_ARGS)

bench: .venv/browser-ready .venv/bench-ready
	$(BIN)/python -m bench.run $(BENCH_ARGS)

clean:
	rm -rf .venv

# Each file below says when a step was last done, so that it is done again only when what it depends on has changed.

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Voxel Explorer needs Python 3.11 or newer, but $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/app-ready: .venv/made requirements.txt
	$(PIP) -r requirements.txt
	@touch $@

.venv/tests-ready: .venv/made requirements.txt requirements-cluster.txt requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	@touch $@ .venv/app-ready

.venv/browser-ready: .venv/tests-ready tests/e2e/browser.py
	$(BIN)/python -m tests.e2e.browser
	@touch $@

.venv/bench-ready: .venv/tests-ready requirements-bench.txt
	$(PIP) -r requirements-bench.txt
	@touch $@
