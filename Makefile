# make run            the app on http://localhost:8501      (PORT=8600 DATA="folder ...")
# make test           lint and all tests, the browser's included
# make bench          measurements                          (BENCH_ARGS=--quick)

PYTHON ?= python3
PORT ?= 8501
DATA ?=
PYTEST_ARGS ?=
BENCH_ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test lint bench clean

run: .venv/app-ready
	$(BIN)/streamlit run app.py --server.port $(PORT) $(if $(strip $(DATA)),-- $(DATA))

test: lint .venv/browser-ready
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: .venv/tests-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

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

.venv/tests-ready: .venv/made requirements.txt requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	@touch $@ .venv/app-ready

.venv/browser-ready: .venv/tests-ready tests/e2e/browser.py
	$(BIN)/python -m tests.e2e.browser
	@touch $@

.venv/bench-ready: .venv/tests-ready requirements-bench.txt
	$(PIP) -r requirements-bench.txt
	@touch $@
